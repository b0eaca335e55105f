"""What a pool pays: balances roll forward by construction, in whole multiples of the deal's smallest amount."""

from typing import Any

from hypothesis import strategies as st

from ipabs.cashflow.collections import Collections
from ipabs.structure.deal import Deal
from ipabs.testing.money import Draws, Grain, Mode

SHAPES = ("even", "even", "any", "nothing", "at_the_end", "spike")
FLOWS = ("interest", "principal", "prepayment", "recovery", "guarantee", "other", "defaulted", "delinquent")


def collections_of(draw: Draws, deal: Deal, mode: Mode, paths: int) -> Collections:
    """Collections on the deal's time line: even, in any order, none, all at the end, or one spike."""
    line = deal.timeline()
    rounding = deal.filled().rounding
    assert rounding is not None  # a valid deal states it, or its market does
    grain = Grain.of(rounding)
    notes = sum(grain.count(tranche.principal) for tranche in deal.tranches)
    opening = max(draw(st.integers(notes // 2, notes + notes // 4)), 0)
    late = draw(st.integers(0, opening // 4)) if draw(st.booleans()) else 0
    drawn = [one_path(draw, mode, line.periods, opening) for _ in range(paths)]
    series = {name: [[grain.amount(count) for count in path[name]] for path in drawn] for name in FLOWS}
    closing = [[grain.amount(count) for count in path["closing"]] for path in drawn]
    return Collections(
        line,
        **series,
        performing=closing,
        opening=[grain.amount(opening - late)] * paths,
        opening_delinquent=[grain.amount(late)] * paths,
    )


def one_path(draw: Draws, mode: Mode, periods: int, opening: int) -> dict[str, list[int]]:
    """The flows of one path in smallest amounts; `closing` is the performing balance left."""
    shape = draw(st.sampled_from(SHAPES))
    spike = draw(st.integers(0, periods - 1))
    flows: dict[str, list[int]] = {name: [] for name in (*FLOWS, "closing")}
    left = opening
    for t in range(periods):
        silent = shape == "nothing" or (shape == "at_the_end" and t < periods - 1) or (shape == "spike" and t != spike)
        date = dict.fromkeys(FLOWS, 0) if silent else busy(draw, mode, shape, left, periods - t)
        left -= date["principal"] + date["prepayment"] + date["defaulted"]
        date["delinquent"] = draw(st.integers(0, left)) if draw(st.integers(0, 3)) == 3 else 0
        for name, count in date.items():
            flows[name].append(count)
        flows["closing"].append(left - date["delinquent"])
    return flows


def busy(draw: Draws, mode: Mode, shape: str, left: int, remaining: int) -> dict[str, int]:
    """One period in which something is paid."""

    def up_to(most: int) -> int:
        return draw(st.integers(0, max(most, 0)))

    usual = mode in ("normal", "tiny_guarantee")
    date: dict[str, Any] = dict.fromkeys(FLOWS, 0)
    date["defaulted"] = up_to(left) if mode == "stress" else up_to(left // 8) if usual and draw(st.booleans()) else 0
    rest = left - date["defaulted"]
    even = rest // remaining
    date["principal"] = up_to(rest) if shape != "even" else even if mode != "stress" else up_to(even)
    rest -= date["principal"]
    date["prepayment"] = up_to(rest // 2) if draw(st.integers(0, 2)) == 2 else 0
    most_interest = {"high_spread": left // 3, "rich": left // 8, "stress": left // 100}.get(mode, left // 25)
    date["interest"] = up_to(most_interest) if mode != "high_spread" else left // 20 + up_to(most_interest)
    date["recovery"] = up_to(date["defaulted"])
    if mode == "rich":
        date["guarantee"], date["other"] = up_to(left), up_to(left)
    elif draw(st.integers(0, 5)) == 5:
        date["guarantee"], date["other"] = up_to(left // 10), up_to(left // 10)
    return date
