"""Renewal: thresholds against the dynamic programme, closed form against draws, estimation against known parameters."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtri

from ipabs.errors import DataError, ModelError
from ipabs.patents.renewal_fees import fee_table
from ipabs.valuation.pakes import PakesModel, pakes_values, simulate_pakes
from ipabs.valuation.renewal import (
    RenewalModel,
    fees_by_period,
    mean_value,
    renewal_thresholds,
    renewal_value,
    survival_shares,
    value_quantiles,
)
from ipabs.valuation.renewal_estimation import Cohort, count_renewals, estimate_renewal

EXACT = 1e-9
STANDARD_ERRORS = 4

MODEL = RenewalModel(log_mean=8.3, log_deviation=1.6, decay_rate=0.12, discount_rate=0.1)
CN = fee_table("CN", "invention").fees
US = fees_by_period(fee_table("US", "invention", entity="small"), term_years=17, period_years=0.5)
FEES = st.lists(st.sampled_from([0.0, 50.0, 300.0, 900.0, 4000.0]), min_size=1, max_size=12)


def value_by_dynamic_programme(model: RenewalModel, fees: list[float], first_return: float) -> tuple[float, int]:
    """Value and number of periods in force, by backward induction on the definition."""
    returns = [first_return * float(one) for one in model.returns(len(fees))]
    step = (1 + model.discount_rate) ** -model.period_years
    values = [0.0] * (len(fees) + 1)
    for age in range(len(fees) - 1, -1, -1):
        values[age] = max(0.0, returns[age] - fees[age] + step * values[age + 1])
    held = 0
    while held < len(fees) and returns[held] - fees[held] + step * values[held + 1] >= 0:
        held += 1
    return values[0], held


@given(FEES, st.floats(1, 5000), st.floats(0, 0.6), st.floats(0, 0.3))
def test_thresholds_give_the_value_of_the_dynamic_programme(
    fees: list[float], first_return: float, decay: float, discount: float
) -> None:
    model = replace(MODEL, decay_rate=decay, discount_rate=discount)
    value, _ = value_by_dynamic_programme(model, fees, first_return)
    assert renewal_value(model, fees, first_return) == pytest.approx(value, abs=1e-7)


def test_owner_of_a_block_fee_renews_when_the_block_pays() -> None:
    model = replace(MODEL, period_years=0.5)
    for first_return in np.geomspace(20, 20_000, 60).tolist():
        _, held = value_by_dynamic_programme(model, list(US), first_return)
        assert held == int((first_return >= renewal_thresholds(model, US)).sum())
    # The fee at 3.5 years buys four years: an owner who looks at its half-year alone asks for much more.
    alone = renewal_thresholds(replace(model, rule="year_by_year"), US)
    assert (renewal_thresholds(model, US)[7:] < 0.5 * alone[7:]).all()
    assert (survival_shares(model, US)[:7] == 1).all()


def test_both_rules_agree_where_thresholds_rise() -> None:
    year_by_year = renewal_thresholds(replace(MODEL, rule="year_by_year"), CN)
    np.testing.assert_allclose(renewal_thresholds(MODEL, CN), year_by_year, rtol=1e-12)


def test_falling_fee_lets_the_owner_wait_for_it() -> None:
    fees = [1000.0, 0.0, 0.0]
    ahead, alone = (renewal_thresholds(replace(MODEL, rule=rule), fees) for rule in ("forward_looking", "year_by_year"))
    earned = sum((0.88 / 1.1) ** year for year in range(3))
    np.testing.assert_allclose(ahead, 1000 / earned, rtol=EXACT)
    np.testing.assert_array_equal(alone, [1000.0] * 3)


@pytest.mark.parametrize("age", [1, 5, 12, 20])
def test_mean_and_quantiles_agree_with_draws(age: int) -> None:
    random = np.random.default_rng(3)
    firsts = np.exp(MODEL.log_mean + MODEL.log_deviation * random.standard_normal(400_000))
    if age > 1:
        firsts = firsts[firsts >= renewal_thresholds(MODEL, CN)[age - 2]]
    values = renewal_value(MODEL, CN, firsts, age=age)
    error = np.std(values) / np.sqrt(len(values))
    assert abs(mean_value(MODEL, CN, age=age) - np.mean(values)) < STANDARD_ERRORS * error
    shares = [(values <= quantile).mean() for quantile in value_quantiles(MODEL, CN, [0.25, 0.5, 0.9], age=age)]
    within = STANDARD_ERRORS * 0.5 / np.sqrt(len(values))
    for level, share in zip([0.25, 0.5, 0.9], shares, strict=True):
        # Rights that are about to lapse have the value 0: there the share at or below 0 is what counts.
        assert share > level - within
        assert share < level + within or value_quantiles(MODEL, CN, level, age=age) == 0


def test_value_falls_with_discount_and_decay_and_rises_with_returns() -> None:
    base = mean_value(MODEL, CN)
    assert mean_value(replace(MODEL, discount_rate=0.15), CN) < base
    assert mean_value(replace(MODEL, decay_rate=0.2), CN) < base
    assert mean_value(replace(MODEL, log_mean=8.5), CN) > base


def test_value_and_fees_scale_with_the_unit_of_money() -> None:
    scaled = replace(MODEL, log_mean=MODEL.log_mean + np.log(7))
    assert mean_value(scaled, 7 * np.array(CN)) == pytest.approx(7 * mean_value(MODEL, CN), rel=1e-12)


def test_fees_of_an_office_by_period() -> None:
    cn = fee_table("CN", "invention")
    assert fees_by_period(cn, term_years=20, first_year=3) == cn.fees[2:]
    assert sum(fees_by_period(cn, term_years=20, period_years=0.5)) == sum(cn.fees)


def test_faults_of_a_renewal_model_are_told_at_once() -> None:
    wrong = RenewalModel(log_mean=8, log_deviation=-1, decay_rate=1.0, discount_rate=0.1, rule="year_by_yea")  # type: ignore[arg-type] # hostile
    with pytest.raises(DataError) as caught:
        mean_value(wrong, [-5.0])
    assert str(caught.value).splitlines() == [
        "log_deviation: log_deviation of -1 is outside (0, inf)",
        "decay_rate: decay_rate of 1 is outside [0, 1)",
        "rule: no renewal rule 'year_by_yea'; did you mean 'year_by_year'?",
        "fees: fees of -5 is outside [0, inf)",
    ]
    with pytest.raises(DataError, match=r"fees: fees of shape \(0,\); wanted one fee a period"):
        mean_value(MODEL, [])
    with pytest.raises(DataError, match="age: no right of this cohort is in force at age 2"):
        mean_value(MODEL, [1e300, 0.0], age=2)


def drawn_cohort(model: RenewalModel, fees: tuple[float, ...], rights: int, seen: int | None = None) -> Cohort:
    """A cohort drawn from the model; with `seen`, half of it is only followed through so many fees."""
    random = np.random.default_rng(11)
    firsts = np.exp(model.log_mean + model.log_deviation * random.standard_normal(rights))
    paid = (firsts[:, np.newaxis] >= renewal_thresholds(model, fees)).sum(axis=1)
    in_force = paid == len(fees)
    if seen is not None:
        young = np.arange(rights) % 2 == 0
        in_force |= young & (paid >= seen)
        paid = np.where(young, np.minimum(paid, seen), paid)
    return count_renewals(fees, paid, in_force)


@pytest.mark.parametrize("seen", [None, 8])
def test_estimation_finds_the_parameters_of_drawn_renewals(seen: int | None) -> None:
    fitted = estimate_renewal(drawn_cohort(MODEL, CN, 50_000, seen), discount_rate=0.1)
    for name, error in zip(("log_mean", "log_deviation", "decay_rate"), fitted.standard_errors, strict=True):
        assert abs(getattr(fitted.model, name) - getattr(MODEL, name)) < STANDARD_ERRORS * error
        assert 0 < error < 0.1
    assert fitted.rights == 50_000


def test_estimation_is_at_a_maximum_of_the_likelihood() -> None:
    cohort = drawn_cohort(MODEL, CN, 5_000)
    fitted = estimate_renewal(cohort, discount_rate=0.1)

    def log_likelihood(model: RenewalModel) -> float:
        alive = np.concatenate([[1.0], survival_shares(model, CN)])
        return float(np.log(-np.diff(alive)) @ cohort.lapsed + np.log(alive) @ cohort.in_force)

    best = log_likelihood(fitted.model)
    assert best == pytest.approx(fitted.log_likelihood, rel=1e-12)
    for name in ("log_mean", "log_deviation", "decay_rate"):
        for side in (-1e-3, 1e-3):
            assert log_likelihood(replace(fitted.model, **{name: getattr(fitted.model, name) + side})) < best


def test_two_cohorts_with_their_own_fees_are_fitted_together() -> None:
    dear = tuple(1.5 * fee for fee in CN)
    cohorts = (drawn_cohort(MODEL, CN, 20_000), drawn_cohort(MODEL, dear, 20_000))
    together = estimate_renewal(cohorts, discount_rate=0.1)
    alone = estimate_renewal(cohorts[0], discount_rate=0.1)
    assert abs(together.model.decay_rate - 0.12) < STANDARD_ERRORS * together.standard_errors[2]
    assert together.standard_errors[2] < alone.standard_errors[2]


def test_estimation_refuses_what_it_cannot_tell_apart() -> None:
    block = Cohort(fees=(0.0, 500.0, 0.0, 900.0), lapsed=(0, 20, 0, 30), in_force=(0, 0, 0, 0, 50))
    with pytest.raises(ModelError, match="lapses at 2 ages cannot tell log_mean, log_deviation and decay_rate apart"):
        estimate_renewal(block, discount_rate=0.1)
    odd = Cohort(fees=(100.0, 0.0, 500.0, 900.0), lapsed=(5, 7, 20, 30), in_force=(0, 0, 0, 0, 50))
    with pytest.raises(
        ModelError, match=r"lapsed\[1\]: 7 rights lapsed after 1 fees, where no owner of the model would"
    ):
        estimate_renewal(odd, discount_rate=0.1, rule="year_by_year")


def test_faults_of_a_cohort_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        estimate_renewal(Cohort(fees=(900.0, -1.0), lapsed=(1, 2, -3), in_force=(0, 1)), discount_rate=0.1)
    assert str(caught.value).splitlines() == [
        "fees: fees of -1 is outside [0, inf)",
        "lapsed: lapsed of -3 is outside {0, ..., inf}",
        "fees: 3 counts of lapses and 2 of rights in force for 2 fees; wanted 2 and one more",
    ]
    with pytest.raises(DataError, match=r"fees_paid of 3 is outside \{0, ..., 2\}"):
        count_renewals((900, 900), [3], [True])
    with pytest.raises(DataError, match=r"fees_paid of 1.5 is outside \{0, ..., 2\}"):
        count_renewals((900, 900), [1.5], [True])
    with pytest.raises(DataError, match="fees_paid: 3 counts of fees for 1 marks of rights in force; wanted as many"):
        count_renewals((900, 900), [1, 2, 0], [True])
    with pytest.raises(DataError, match=r"fees: fees of \['a'\] is no number"):
        mean_value(MODEL, ["a"])


def test_block_fees_are_fitted_from_three_ages() -> None:
    model = replace(MODEL, period_years=0.5)
    fitted = estimate_renewal(drawn_cohort(model, US, 50_000), discount_rate=0.1, period_years=0.5)
    for name, error in zip(("log_mean", "log_deviation", "decay_rate"), fitted.standard_errors, strict=True):
        assert abs(getattr(fitted.model, name) - getattr(MODEL, name)) < STANDARD_ERRORS * error


def test_returns_that_do_not_decay_are_fitted_at_the_edge() -> None:
    fitted = estimate_renewal(drawn_cohort(replace(MODEL, decay_rate=0.0), CN, 50_000), discount_rate=0.1)
    assert fitted.model.decay_rate < STANDARD_ERRORS * fitted.standard_errors[2]
    assert np.isfinite(fitted.standard_errors).all()


LEARNING = PakesModel(
    log_mean=6.0,
    log_deviation=1.0,
    decay_rate=0.1,
    discount_rate=0.1,
    obsolescence=0.01,
    discovery_scale=800.0,
    discovery_hurdle=0.5,
    discovery_decay=0.3,
)


def test_value_of_two_years_is_the_integral_over_discoveries() -> None:
    fees, b = (300.0, 400.0), 1 / 1.1
    solved = pakes_values(LEARNING, fees)
    for first in (50.0, 150.0, 1000.0):
        kept = 0.9 * first
        # The larger of what is kept and a discovery above it, less the second fee, where that is worth paying.
        discovered, _ = quad(
            lambda z: max(z - 400.0, 0.0) * np.exp(-(0.5 + z / 800)) / 800, kept, 40_000, points=[max(kept, 400.0)]
        )
        stays = max(kept - 400.0, 0.0) * (1 - np.exp(-(0.5 + kept / 800)))
        value = max(0.0, first - 300 + b * (1 - np.exp(-0.01 * first)) * (discovered + stays))
        assert solved.at(first) == pytest.approx(value, abs=0.05)


def test_owner_pays_a_fee_above_the_return_while_there_is_something_to_learn() -> None:
    thresholds = pakes_values(LEARNING, CN).thresholds
    assert (thresholds <= np.array(CN) + 1e-9).all()
    assert thresholds[0] < 0.7 * CN[0]
    assert thresholds[-1] == pytest.approx(CN[-1], rel=1e-9)


def test_simulated_lives_have_the_value_of_the_dynamic_programme() -> None:
    fees = CN[:10]
    lives = simulate_pakes(LEARNING, fees, paths=40_000, seed=2)
    middles = (np.arange(20_000) + 0.5) / 20_000
    firsts = np.exp(LEARNING.log_mean + LEARNING.log_deviation * ndtri(middles))
    expected = float(np.mean(pakes_values(LEARNING, fees).at(firsts)))
    assert abs(lives.mean.value - expected) < STANDARD_ERRORS * lives.mean.standard_error
    shares = [share.value for share in lives.in_force]
    assert shares == sorted(shares, reverse=True)


def test_without_learning_the_model_is_the_deterministic_one() -> None:
    known = replace(LEARNING, log_mean=8.3, log_deviation=1.6, decay_rate=0.12)
    known = replace(known, obsolescence=float("inf"), discovery_scale=0.0)
    np.testing.assert_allclose(
        pakes_values(known, CN).thresholds, renewal_thresholds(MODEL, CN) * 0.88 ** np.arange(20), rtol=1e-6
    )
    lives = simulate_pakes(known, CN, paths=40_000, seed=4)
    for share, exact in zip(lives.in_force, survival_shares(MODEL, CN), strict=True):
        assert abs(share.value - exact) < STANDARD_ERRORS * share.standard_error
    assert abs(lives.mean.value - mean_value(MODEL, CN)) < STANDARD_ERRORS * lives.mean.standard_error


def test_worthless_returns_are_never_renewed_and_great_ones_always() -> None:
    solved = pakes_values(LEARNING, CN)
    assert solved.at(0.0) == 0.0
    rich = 1e9
    fees = sum(fee * 1.1**-age for age, fee in enumerate(CN))
    assert solved.at(rich) == pytest.approx(rich * sum((0.9 / 1.1) ** age for age in range(20)) - fees, rel=1e-6)


def test_faults_of_a_learning_model_are_told_at_once() -> None:
    wrong = replace(LEARNING, obsolescence=0.0, discovery_hurdle=-1.0, discount_rate=-1.5)
    with pytest.raises(DataError) as caught:
        simulate_pakes(wrong, [])
    assert [found.place.path for found in caught.value.findings] == [
        ("discount_rate",),
        ("obsolescence",),
        ("discovery_hurdle",),
        ("fees",),
    ]
