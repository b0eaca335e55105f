"""The closed set of measures: what a deal may read, what it means, and when it is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Moment = Literal["collection", "line", "end"]

COLLECTION: tuple[Moment, ...] = ("collection", "line", "end")
LINE: tuple[Moment, ...] = ("line",)
LINE_AND_END: tuple[Moment, ...] = ("line", "end")
END: tuple[Moment, ...] = ("end",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A named quantity that tests, targets, fees and lines read.

    Attributes
    ----------
    name : str
        The name in files; `<tranche>`, `<claim>`, `<account>` and `<support>` stand for the deal's own names.
    meaning : str
        What it is.
    unit : {"money", "ratio", "share", "any"}
        What it is counted in; a share is a ratio of at most 1, an observable may be anything.
    readable : tuple of {"collection", "line", "end"}
        The moments at which it is known.
    made_by : {"", "pay", "draw"}
        The verb whose line must come first when a line reads it.

    >>> [(measure.name, measure.meaning) for measure in MEASURES if measure.unit == "share"][2]
    ('pool_factor', 'pool_closing / pool_original')
    """

    name: str
    meaning: str
    unit: Literal["money", "ratio", "share", "any"] = "money"
    readable: tuple[Moment, ...] = COLLECTION
    made_by: Literal["", "pay", "draw"] = ""


MEASURES: tuple[Measure, ...] = (
    Measure(name="total_collections", meaning="all cash collected in the period"),
    Measure(name="interest_collections", meaning="interest and licence fees collected in the period"),
    Measure(name="principal_collections", meaning="scheduled principal and prepayments collected in the period"),
    Measure(name="recoveries", meaning="recoveries on defaulted assets collected in the period"),
    Measure(name="guarantee_collections", meaning="paid in the period by guarantors of the assets"),
    Measure(name="other_collections", meaning="other cash collected in the period"),
    Measure(name="defaulted", meaning="pool balance that defaulted in the period"),
    Measure(name="principal_distribution", meaning="principal_collections + defaulted"),
    Measure(name="pool_original", meaning="performing pool balance at cut-off"),
    Measure(name="pool_opening", meaning="performing and delinquent balance at the start of the collection period"),
    Measure(name="pool_closing", meaning="performing and delinquent balance at the end of the collection period"),
    Measure(name="performing", meaning="performing balance at the end of the collection period"),
    Measure(name="delinquent", meaning="delinquent balance, not defaulted, at the end of the collection period"),
    Measure(name="cumulative_defaulted", meaning="pool balance defaulted since cut-off"),
    Measure(name="cumulative_default_ratio", meaning="cumulative_defaulted / pool_original", unit="share"),
    Measure(name="delinquency_ratio", meaning="delinquent / pool_closing, 0 when there is no pool", unit="share"),
    Measure(name="pool_factor", meaning="pool_closing / pool_original", unit="share"),
    Measure(name="notes_balance", meaning="balance of all tranches that are not residual"),
    Measure(
        name="overcollateralization",
        meaning="performing / notes_balance, infinite when the notes are repaid",
        unit="ratio",
    ),
    Measure(
        name="interest_coverage",
        meaning="interest_collections / interest due on all tranches that are not residual, infinite when none is due",
        unit="ratio",
    ),
    Measure(
        name="debt_service_coverage",
        meaning="total_collections / interest and principal due on all tranches that are not residual, infinite when "
        "nothing is due",
        unit="ratio",
    ),
    Measure(name="available", meaning="cash in the account that the line pays from", readable=LINE),
    Measure(name="<tranche>.balance", meaning="outstanding principal; at the line, after the lines before it"),
    Measure(name="<tranche>.opening", meaning="outstanding principal before line 1"),
    Measure(name="<tranche>.original", meaning="principal at issue"),
    Measure(name="<claim>.due", meaning="due on this date and not yet paid, at the line"),
    Measure(name="<claim>.paid", meaning="paid on this date by the lines so far", readable=LINE_AND_END, made_by="pay"),
    Measure(name="<claim>.short", meaning="due on this date and unpaid after the last line", readable=END),
    Measure(name="<account>.balance", meaning="cash held; at the line, after the lines before it"),
    Measure(name="<account>.target", meaning="the account's target, read at the line"),
    Measure(name="<account>.excess", meaning="what the account holds above its target"),
    Measure(
        name="<support>.unfunded",
        meaning="called on this date and not paid by its party",
        readable=LINE_AND_END,
        made_by="draw",
    ),
    Measure(name="<support>.drawn", meaning="called and paid since closing"),
    Measure(name="<support>.outstanding", meaning="called and paid since closing, and not reimbursed"),
)

BUILT_IN: tuple[str, ...] = tuple(measure.name for measure in MEASURES if not measure.name.startswith("<"))


def instances(noun: str, names: tuple[str, ...]) -> Iterator[tuple[str, Measure]]:
    """The measures of one noun under the deal's own names.

    >>> [name for name, _ in instances("account", ("reserve",))]
    ['reserve.balance', 'reserve.target', 'reserve.excess']
    """
    prefix = f"<{noun}>"
    for measure in MEASURES:
        if measure.name.startswith(prefix):
            yield from ((name + measure.name.removeprefix(prefix), measure) for name in names)
