"""Payment dates of many contracts at once.

A schedule is flat: one entry a date, sorted by contract and date, with flags that say what happens on it. The rules
are those of `ipabs.basics.schedule`, on arrays: every date is counted in whole months from the contract's anchor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.basics.calendar import get_calendar
from ipabs.basics.daycount import year_fractions
from ipabs.basics.schedule import add_months, day_in_month
from ipabs.errors import DataError
from ipabs.pool.contract import Contract, cycle_months
from ipabs.pool.obligation import day_numbers

INTEREST, PRINCIPAL, CAPITALIZE, RESET, FINAL = 1, 2, 4, 8, 16
# Amortizations whose payment holds interest and principal together.
TOTAL = ("level", "negative")
NEVER = date.min


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Entries sorted by contract (`row`) and date.

    `place` counts a contract's entries from 0, `days` are the payment dates, `fraction` is the part of a year since the
    entry before, `custom` the principal of a listed schedule.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2024, 1, 1), maturity=date(2025,
    ...                                                                                                        1, 1),
    ...                    contract_rate=0.04, amortization="bullet", day_count="30E/360")
    >>> plan = schedule_of([loan])
    >>> plan.days.astype(str).tolist(), plan.fraction
    (['2024-04-01', '2024-07-01', '2024-10-01', '2025-01-01'], array([0.25, 0.25, 0.25, 0.25]))
    """

    row: IntArray
    place: IntArray
    days: DateArray
    flags: IntArray
    fraction: FloatArray
    custom: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        """Contracts and the most entries one of them has."""
        return (int(self.row[-1]) + 1, int(self.place.max()) + 1) if len(self.row) else (0, 0)

    def dense(self, values: FloatArray) -> FloatArray:
        """One row a contract; entries that a contract does not have are 0."""
        matrix = np.zeros(self.shape)
        matrix[self.row, self.place] = values
        return matrix


DATE_TERMS = attrgetter(
    "start", "maturity", "frequency", "principal_frequency", "first_payment", "first_principal", "payment_day", "stub",
    "end_of_month", "day_count", "calendar", "roll", "notice", "accrual", "grace", "capitalized_until", "schedule",
    "index", "reset", "first_reset", "amortized_until", "contract_rate", "amortization",
)  # fmt: skip


def schedule_of(contracts: Sequence[Contract]) -> Schedule:
    """The schedule of every contract; contracts whose dates follow the same terms share the work.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2024, 1, 1), maturity=date(2025,
    ...                                                                                                        1, 1),
    ...                    contract_rate=0.04, amortization="bullet", day_count="30E/360")
    >>> schedule_of([loan, loan]).shape
    (2, 4)
    """
    terms = [DATE_TERMS(one) for one in contracts]
    first: dict[object, int] = {}
    kind = np.array([first.setdefault((*one[:-2], one[-2] is None, one[-1] in TOTAL), len(first)) for one in terms])
    if len(first) == len(contracts):
        return _schedule(contracts)
    single = _schedule([contracts[k] for k in np.unique(kind, return_index=True)[1]])
    bounds = np.searchsorted(single.row, np.arange(len(first) + 1))
    size = np.diff(bounds)[kind]
    row = np.repeat(np.arange(len(contracts)), size)
    at = np.arange(len(row)) + np.repeat(bounds[kind] - (np.cumsum(size) - size), size)
    return Schedule(row, single.place[at], single.days[at], single.flags[at], single.fraction[at], single.custom[at])


def _schedule(contracts: Sequence[Contract]) -> Schedule:
    start = day_numbers([one.start for one in contracts])
    maturity = day_numbers([one.maturity for one in contracts])
    row, days, flags, custom = _entries(contracts, start, maturity)
    row, days, flags, custom = _merged(row, days, flags, custom)
    paid = _moved(contracts, row, days)
    adjusted = np.array([one.accrual == "adjusted" for one in contracts])[row]
    first, place = places(row)
    fraction = _fractions(contracts, row, np.where(adjusted, paid, days), start, maturity, first)
    return Schedule(row, place, paid, flags, fraction, custom)


def places(row: IntArray) -> tuple[BoolArray, IntArray]:
    """Of entries sorted by contract: whether each is its contract's first, and its number there, from 0.

    >>> places(np.array([4, 4, 7]))
    (array([ True, False,  True]), array([0, 1, 0]))
    """
    first = np.r_[True, row[1:] != row[:-1]]
    return first, np.arange(len(row)) - np.flatnonzero(first)[np.cumsum(first) - 1]


def _entries(
    contracts: Sequence[Contract], start: DateArray, maturity: DateArray
) -> tuple[IntArray, DateArray, IntArray, FloatArray]:
    """Regular interest and principal dates, the maturity, resets and dates of custom schedules, unmerged."""
    interest = np.array([cycle_months(one.frequency) for one in contracts])
    principal = np.array([cycle_months(one.principal_frequency or one.frequency) for one in contracts])
    apart = np.array([_principal_apart(one) for one in contracts])
    everyone = np.arange(len(contracts))
    # Payments may be counted beyond the maturity, which is then no date of its own among them.
    beyond = np.array([one.amortized_until is not None for one in contracts])
    end = day_numbers([one.amortized_until or one.maturity for one in contracts])
    row, days = _regular(contracts, everyone, interest, start, end)
    flags = np.where(apart[row], INTEREST, INTEREST | PRINCIPAL)
    parts = [(row, days, flags), (everyone, maturity, np.where(beyond, FINAL, INTEREST | PRINCIPAL | FINAL))]
    if beyond.any():
        parts.append((everyone[beyond], end[beyond], np.full(int(beyond.sum()), INTEREST | PRINCIPAL)))
    if apart.any():
        row, days = _regular(contracts, np.flatnonzero(apart), principal, start, end, first="first_principal")
        total = np.array([one.amortization in TOTAL for one in contracts])[row]
        parts.append((row, days, np.where(total, INTEREST | PRINCIPAL, PRINCIPAL)))
    added = [k for k, one in enumerate(contracts) if one.capitalized_until and one.capitalized_until < one.maturity]
    if added:
        days = day_numbers([contracts[k].capitalized_until or contracts[k].start for k in added])
        parts.append((np.array(added), days, np.full(len(added), INTEREST)))
    floating = [k for k, one in enumerate(contracts) if one.index]
    if floating:
        row, days = _resets([contracts[k] for k in floating], maturity[floating])
        parts.append((np.array(floating)[row], days, np.full(len(row), RESET)))
    row, days, flags = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    flags = _early(contracts, row, days, flags)
    custom = np.zeros(len(row))
    listed = [(k, one) for k, contract in enumerate(contracts) for one in contract.schedule]
    if listed:
        row = np.concatenate([row, [k for k, _ in listed]])
        days = np.concatenate([days, day_numbers([one.date for _, one in listed])])
        flags = np.concatenate([flags, np.full(len(listed), PRINCIPAL)])
        custom = np.concatenate([custom, [one.principal for _, one in listed]])
    return row, days, flags, custom


def _principal_apart(terms: Contract) -> bool:
    """Whether principal has dates of its own."""
    return terms.principal_frequency not in (None, terms.frequency) or terms.first_principal is not None


def _regular(
    contracts: Sequence[Contract],
    who: IntArray,
    months: IntArray,
    start: DateArray,
    maturity: DateArray,
    *,
    first: str = "first_payment",
) -> tuple[IntArray, DateArray]:
    """Regular dates between start and maturity of the contracts `who`, whose cycles have `months`.

    The start itself is one of them only where the contract says that the `first` one stands there.
    """
    who = who[months[who] > 0]
    back = np.array([contracts[k].stub.endswith("first") for k in who], dtype=bool)
    anchor = np.where(back, maturity[who], _anchors(contracts, who, months[who], first))
    advance = np.array([getattr(contracts[k], first) == contracts[k].start for k in who], dtype=bool)
    month, day = _month_and_day(anchor)
    fixed = np.array([contracts[k].payment_day for k in who])
    end_of_month = np.array([contracts[k].end_of_month for k in who], dtype=bool) & (day == _month_length(month))
    far = np.where(back, start[who], maturity[who])
    span = np.abs((far.astype("datetime64[M]") - anchor.astype("datetime64[M]")).astype(np.int64))
    count = span // months[who] + 1
    at = np.repeat(np.arange(len(who)), count)
    k = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    step = np.where(back[at], -1, 1) * months[who][at]
    when = month[at] + (k * step).astype("timedelta64[M]")
    wanted = np.where(end_of_month[at], 31, np.where((fixed[at] > 0) & (k > 0), fixed[at], day[at]))
    days = when.astype("datetime64[D]") + (np.minimum(wanted, _month_length(when)) - 1).astype("timedelta64[D]")
    inside = (days > start[who][at] - advance[at].astype("timedelta64[D]")) & (days < maturity[who][at])
    fits = np.zeros(len(who), dtype=bool)
    fits[at[days == far[at]]] = True
    long = np.array([contracts[k].stub.startswith("long") for k in who], dtype=bool) & ~fits
    last = np.zeros(len(who), dtype=np.int64)
    np.maximum.at(last, at[inside], k[inside])
    keep = inside & ~(long[at] & (k == last[at]))
    return who[at[keep]], days[keep]


def _anchors(contracts: Sequence[Contract], who: IntArray, months: IntArray, first: str) -> DateArray:
    """The date from which each contract's regular dates are counted: the `first` one, if it is given."""
    return day_numbers(
        [getattr(contracts[k], first) or _anchor(contracts[k], int(m)) for k, m in zip(who, months, strict=True)]
    )


def _anchor(terms: Contract, months: int) -> date:
    """The first payment; or the next payment day in a month that the cycle divides; or the start.

    >>> terms = Contract(id="C1", obligor="F1", principal=1.0, start=date(2024, 2, 29), maturity=date(2025, 2, 28),
    ...                  payment_day=20)
    >>> _anchor(terms, 3), _anchor(terms, 1)
    (datetime.date(2024, 3, 20), datetime.date(2024, 3, 20))
    """
    if terms.first_payment is not None or not terms.payment_day:
        return terms.first_payment or terms.start
    cycle = min(months, 12)
    ahead = -terms.start.month % cycle
    day = day_in_month(add_months(terms.start.replace(day=1), ahead), terms.payment_day)
    if day > terms.start:
        return day
    return day_in_month(add_months(terms.start.replace(day=1), ahead + cycle), terms.payment_day)


def _month_and_day(days: DateArray) -> tuple[DateArray, IntArray]:
    month = days.astype("datetime64[M]")
    return month, (days - month.astype("datetime64[D]")).astype(np.int64) + 1


def _month_length(month: DateArray) -> IntArray:
    length = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
    return np.asarray(length.astype(np.int64))


def _resets(contracts: Sequence[Contract], maturity: DateArray) -> tuple[IntArray, DateArray]:
    """Reset dates before maturity; the rate at the start of a contract without `contract_rate` is none of them."""
    row, days = [], []
    for k, one in enumerate(contracts):
        cycle = cycle_months(one.reset)
        n, anchor = (1, one.start) if one.first_reset is None else (0, one.first_reset)
        while (day := np.datetime64(add_months(anchor, n * cycle), "D")) < maturity[k]:
            row.append(k)
            days.append(day)
            n += 1
    return np.array(row, dtype=np.int64), np.array(days, dtype="datetime64[D]")


def _early(contracts: Sequence[Contract], row: IntArray, days: DateArray, flags: IntArray) -> IntArray:
    """Without principal in the months of grace; interest added to the balance while it is capitalized."""
    grace = day_numbers([add_months(one.start, one.grace) if one.grace else NEVER for one in contracts])
    flags = np.where((days <= grace[row]) & (flags & FINAL == 0), flags & ~PRINCIPAL, flags)
    until = day_numbers([one.capitalized_until or NEVER for one in contracts])
    early = (days <= until[row]) & (flags & INTEREST > 0) & (flags & FINAL == 0)
    return np.where(early, (flags & ~(INTEREST | PRINCIPAL)) | CAPITALIZE, flags)


def _merged(
    row: IntArray, days: DateArray, flags: IntArray, custom: FloatArray
) -> tuple[IntArray, DateArray, IntArray, FloatArray]:
    """Entries of one contract on one date become one."""
    key = (row.astype(np.int64) << 32) + (days.astype(np.int64) + (1 << 31))
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    flags = np.bitwise_or.reduceat(flags[order], first)
    return row[order][first], days[order][first], flags, np.add.reduceat(custom[order], first)


def _moved(contracts: Sequence[Contract], row: IntArray, days: DateArray) -> DateArray:
    """Payment dates: the entries moved to business days."""
    rules = [(one.calendar, one.notice, one.roll) for one in contracts]
    paid = days.copy()
    for calendar, notice, roll in set(rules):
        if roll != "none":
            mine = np.array([rule == (calendar, notice, roll) for rule in rules])[row]
            market = get_calendar(calendar, notice)
            outside = mine & ((days < np.datetime64(market.first)) | (days > np.datetime64(market.last)))
            if outside.any():
                n = int(outside.argmax())
                raise DataError(market.outside(days[n]).under(contracts[row[n]].id, "calendar"))
            paid[mine] = market.roll_dates(days[mine], roll)
    return paid


def _fractions(
    contracts: Sequence[Contract],
    row: IntArray,
    days: DateArray,
    start: DateArray,
    maturity: DateArray,
    first: BoolArray,
) -> FloatArray:
    """Year fraction from the entry before, or from the start."""
    before = np.where(first, start[row], np.r_[days[:1], days[:-1]])
    fraction = np.zeros(len(row))
    names = [one.day_count for one in contracts]
    for name in set(names):
        mine = np.array([other == name for other in names])[row]
        if name == "30E/360 ISDA":  # the only rule that asks whether a date is the last
            for end in set(maturity[row[mine]].tolist()):
                same = mine & (maturity[row] == np.datetime64(end))
                fraction[same] = year_fractions(before[same], days[same], name, termination=end)
        else:
            fraction[mine] = year_fractions(before[mine], days[mine], name)
    return fraction
