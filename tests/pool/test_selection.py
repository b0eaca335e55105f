"""Selected pools against the search through all subsets."""

from itertools import combinations

import numpy as np
import pytest

from ipabs.errors import ModelError, SpecError
from ipabs.pool.eligibility import AverageLimit, ConcentrationLimit, Limit, MinimumNumber, limit_findings
from ipabs.pool.pool import Pool
from ipabs.pool.selection import Size, select_pool

LIMITS: tuple[Limit, ...] = (
    ConcentrationLimit(name="largest firm", by="obligor", maximum=0.25),
    ConcentrationLimit(name="three largest firms", by="obligor", top=3, maximum=0.55),
    ConcentrationLimit(name="sector", by="sector", maximum=0.45),
    MinimumNumber(name="firms", by="obligor", minimum=6),
    AverageLimit(name="rate", column="contract_rate", minimum=0.038),
)


def best_by_search(pool: Pool, limits: tuple[Limit, ...], most: float) -> float:
    """The largest principal over all subsets that keep the limits."""
    best = 0.0
    for count in range(1, len(pool) + 1):
        for ids in combinations(pool.ids, count):
            some = pool.select(ids)
            if best < some.principal <= most and not limit_findings(some, limits):
                best = some.principal
    return best


def test_largest_pool_is_the_best_of_all_subsets(long_list: Pool) -> None:
    few = long_list.select(long_list.ids[:8])
    limits = LIMITS[:1] + LIMITS[2:4]
    found = select_pool(few, limits, size=Size(maximum=80e6))
    assert found.proven
    assert found.objective == found.pool.principal == best_by_search(few, limits, 80e6)


def test_selected_pool_keeps_every_limit(long_list: Pool) -> None:
    found = select_pool(long_list, LIMITS)
    assert limit_findings(found.pool, LIMITS) == ()
    assert "rate" in found.binding


def test_binding_limits_are_those_without_which_more_fits(long_list: Pool) -> None:
    found = select_pool(long_list, LIMITS)
    for limit in LIMITS:
        rest = tuple(one for one in LIMITS if one.name != limit.name)
        more = select_pool(long_list, rest).objective
        assert (more > found.objective) == (limit.name in found.binding)


def test_cheapest_pool_of_a_size_takes_the_lowest_rates(long_list: Pool) -> None:
    found = select_pool(long_list, (), size=Size(minimum=50e6), objective="cheapest")
    table = long_list.to_frame()
    costs = []
    for mask in range(1, 2 ** len(table)):
        chosen = np.array([(mask >> k) & 1 for k in range(len(table))], dtype=bool)
        if table["principal"][chosen].sum() >= 50e6:
            costs.append((table["principal"] * table["contract_rate"])[chosen].sum())
    assert found.objective == pytest.approx(min(costs), rel=1e-9)
    assert found.binding == ("size",)


def test_limits_that_clash_are_named(long_list: Pool) -> None:
    limits = (*LIMITS, MinimumNumber(name="many firms", by="obligor", minimum=12))
    with pytest.raises(ModelError, match="no pool meets all limits; these clash: many firms"):
        select_pool(long_list, limits)
    tight = (
        ConcentrationLimit(name="sector", by="sector", maximum=0.2),
        ConcentrationLimit(name="firm", by="obligor", maximum=0.9),
    )
    with pytest.raises(ModelError, match=r"these clash: sector$"):
        select_pool(long_list, tight)


def test_selections_that_ask_for_what_is_not_there_say_so(long_list: Pool) -> None:
    limits = (
        ConcentrationLimit(name="region", by="region", maximum=0.5),
        AverageLimit(name="sector", column="sector", maximum=1.0),
        MinimumNumber(name="size", by="obligor", minimum=2),
    )
    with pytest.raises(SpecError) as caught:
        select_pool(long_list, limits, objective="cheapest", cost="margin")
    assert [str(found).split(";")[0] for found in caught.value.findings] == [
        "region: the pool's table has no column 'region'",
        "sector: column 'sector' holds no numbers",
        "size: two limits are named 'size'",
        "cost: the pool's table has no column 'margin'",
        "size: the cheapest pool needs a size with a minimum",
    ]


def test_remaining_term_may_be_limited_on_a_date(long_list: Pool) -> None:
    as_of = min(one.start for one in long_list.obligations)
    table = long_list.to_frame(as_of=as_of)
    mean = float(np.average(table["remaining_months"], weights=table["principal"]))
    limit = AverageLimit(name="term", column="remaining_months", maximum=mean - 1)
    assert [found.code for found in limit_findings(long_list, (limit,), as_of=as_of)] == ["limit.average"]
    chosen = select_pool(long_list, (limit,), as_of=as_of)
    assert chosen.binding == ("term",)
    assert limit_findings(chosen.pool, (limit,), as_of=as_of) == ()
