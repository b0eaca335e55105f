"""Contract schedules against the test vectors of the ACTUS standard: bullet, linear, negative and level loans.

The adapter below states in which of our terms each ACTUS term is said. Cases that need a term without a counterpart
stand in the files with the reason; `test_cases_are_all_accounted_for` counts and prints them.
"""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ipabs.basics.daycount import DayCount, year_fraction
from ipabs.basics.index_history import IndexHistory
from ipabs.basics.schedule import add_months
from ipabs.pool import PledgedLoan

# The vectors print ten decimals and more; rates are printed rounded, and their error grows with a notional of 100,000.
PRINTED = 2e-8
PAGES = {name: json.loads((Path(__file__).parent / f"actus_{name}.json").read_text()) for name in
         ("pam", "lam", "nam", "ann")}  # fmt: skip
CASES = {case: content for page in PAGES.values() for case, content in page["cases"].items()}

AMORTIZATION = {"PAM": "bullet", "LAM": "linear", "NAM": "negative", "ANN": "level"}
DAY_COUNT: dict[str, DayCount] = {
    "A365": "ACT/365F", "A360": "ACT/360", "AA": "ACT/ACT ISDA", "30E360": "30E/360",
}  # fmt: skip
CYCLE = {
    "P1M": ("monthly", 1), "P2M": ("bimonthly", 2), "P3M": ("quarterly", 3), "P6M": ("semiannual", 6),
    "P1Y": ("annual", 12),
}  # fmt: skip
STUB = {"L0": "long_last", "L1": "short_last"}
SHIFT = {"F": "following", "MF": "modified_following", "P": "preceding", "MP": "modified_preceding"}
CALENDAR = {"MF": "weekends", "NC": "every_day"}


def loan_of(terms: dict[str, Any], observed: dict[str, float]) -> PledgedLoan:
    """The loan that ACTUS terms describe."""
    frequency, _ = CYCLE[terms["cycleOfInterestPayment"][:3]]
    principal_frequency, months = CYCLE[terms.get("cycleOfPrincipalRedemption", terms["cycleOfInterestPayment"])[:3]]
    end_of_month = terms.get("endOfMonthConvention") == "EOM"
    convention = terms.get("businessDayConvention", "")
    return PledgedLoan(
        id="actus",
        obligor="F1",
        principal=terms["notionalPrincipal"],
        start=start_of(terms),
        maturity=maturity_of(terms, months, end_of_month),
        contract_rate=terms["nominalInterestRate"],
        amortization=AMORTIZATION[terms["contractType"]],  # type: ignore[arg-type]  # a word of the closed set
        frequency=frequency,  # type: ignore[arg-type]  # a word of the closed set
        principal_frequency=principal_frequency,  # type: ignore[arg-type]  # same
        stub=STUB[terms["cycleOfInterestPayment"][3:]],  # type: ignore[arg-type]  # a word of the closed set
        end_of_month=end_of_month,
        day_count=DAY_COUNT[terms["dayCountConvention"]],
        calendar=CALENDAR[terms["calendar"]] if "calendar" in terms else "every_day",  # type: ignore[arg-type]  # same
        roll=SHIFT[convention[2:]] if convention else "none",  # type: ignore[arg-type]  # a word of the closed set
        accrual="adjusted" if convention.startswith("SC") else "unadjusted",
        installment=terms.get("nextPrincipalRedemptionPayment"),
        amortized_until=day(terms, "amortizationDate") if "maturityDate" in terms else None,
        capitalized_until=day(terms, "capitalizationEndDate"),
        index="observed" if observed else "",
        index_multiple=terms.get("rateMultiplier", 1.0),
        margin=terms.get("rateSpread", 0.0),
        reset=CYCLE[terms["cycleOfRateReset"][:3]][0] if observed else "annual",  # type: ignore[arg-type]  # same
        first_reset=day(terms, "cycleAnchorDateOfRateReset"),
        rate_floor=-1.0,
        **anchors_of(terms, months),
    )


def anchors_of(terms: dict[str, Any], months: int) -> dict[str, Any]:
    """First interest and first principal date.

    Once principal is paid, interest is paid with it; before, on dates of its own, where there is room for a whole
    cycle. A bullet's interest of 0 on its start is left out.
    """
    interest, principal = (
        day(terms, "cycleAnchorDateOfInterestPayment"),
        terms.get("cycleAnchorDateOfPrincipalRedemption"),
    )
    if principal is None:
        return {"first_payment": interest if interest != start_of(terms) else None}
    principal = date.fromisoformat(principal)
    if interest is None or interest > add_months(principal, -months):
        return {"first_payment": principal}
    return {"first_payment": interest, "first_principal": principal}


def start_of(terms: dict[str, Any]) -> date:
    """The initial exchange, or the status date of a contract that is older, whose accrued interest is stated."""
    return max(date.fromisoformat(terms["initialExchangeDate"]), date.fromisoformat(terms["statusDate"]))


def maturity_of(terms: dict[str, Any], months: int, end_of_month: bool) -> date:
    """The stated maturity or end of amortization; without either, the payment that clears the notional."""
    stated = day(terms, "maturityDate") or day(terms, "amortizationDate")
    if stated:
        return stated
    first = date.fromisoformat(terms["cycleAnchorDateOfPrincipalRedemption"])
    part = terms["nextPrincipalRedemptionPayment"]
    if terms["contractType"] == "ANN":
        cycle = year_fraction(first, add_months(first, months), DAY_COUNT[terms["dayCountConvention"]])
        part -= terms["notionalPrincipal"] * terms["nominalInterestRate"] * cycle
    payments = math.ceil(terms["notionalPrincipal"] / part)
    return add_months(first, (payments - 1) * months, end_of_month=end_of_month)


def day(terms: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(terms[name]) if name in terms else None


def history(terms: dict[str, Any], observed: dict[str, float]) -> tuple[IndexHistory, ...]:
    """The observed rates; a reset that is already fixed stands for the observation that gives its rate."""
    if not observed:
        return ()
    if "nextResetRate" in terms:
        first = (terms["nextResetRate"] - terms["rateSpread"]) / terms["rateMultiplier"]
        observed = observed | {terms["cycleAnchorDateOfRateReset"]: first}
    dates = tuple(map(date.fromisoformat, observed))
    return (IndexHistory(name="observed", dates=dates, rates=tuple(observed.values()), known_until=dates[-1]),)


@pytest.mark.parametrize("case", CASES)
def test_schedule_is_that_of_the_standard(case: str) -> None:
    terms, observed, rows = (CASES[case][name] for name in ("terms", "observed", "rows"))
    loan = loan_of(terms, observed)
    assert tuple(loan.findings()) == ()
    flows = loan.contract_flows(history(terms, observed))
    added = (flows.principal < 0) & np.isclose(flows.interest + flows.principal, 0)
    ours = np.column_stack(
        [np.where(added, 0, flows.interest), np.where(added, 0, flows.principal), flows.balance]
    )  # capitalized interest is no payoff
    days = [str(one) for one in flows.dates]
    expected = np.array([row[1:] for row in rows]) * (-1 if terms["contractRole"] == "RPL" else 1)
    if CASES[case].get("anchors"):  # the file holds some dates only
        ours, days = ours[[days.index(row[0]) for row in rows]], [row[0] for row in rows]
    assert days == [row[0] for row in rows]
    np.testing.assert_allclose(ours, expected, rtol=0, atol=PRINTED)


def test_cases_are_all_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    compared = {name: len(page["cases"]) for name, page in PAGES.items()}
    left_out = {name: page["not_compared"] for name, page in PAGES.items()}
    with capsys.disabled():
        print(f"\nACTUS vectors compared: {compared}")
        for name, cases in left_out.items():
            print(f"  {name}, no counterpart: " + ", ".join(f"{case} ({why})" for case, why in cases.items()))
    assert compared == {"pam": 19, "lam": 18, "nam": 11, "ann": 22}
    assert not CASES.keys() & {case for cases in left_out.values() for case in cases}
