"""What firms need: an amount each, on a start date, repaid on dates in shares.

The needs of thousands of firms stand in one panel, one row a loan, so that a facility is worked out for all at once
whatever their dates.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ipabs._typing import DateArray, FloatArray
from ipabs.basics.days import Dates, whole_days
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.periods import Accrual, PaymentFrequency, accruals, payment_dates
from ipabs.pool.obligation import ContractFlows, Obligation

# The shares repaid add up to one within this.
WHOLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Need:
    """Loans wanted by firms, one row a loan.

    Attributes
    ----------
    firms : tuple of str
        (loan,) a firm may want several loans on different terms.
    principal : FloatArray
        (loan,) the amount drawn on the start date.
    starts : DateArray
        (loan,)
    dates : DateArray
        (loan, date) payment dates, rising; the last is maturity. A missing date (NaT) fills up a shorter row.
    shares : FloatArray
        (loan, date) the share of the principal repaid on each date; each row adds up to one.
    currency : str

    Examples
    --------
    >>> from datetime import date
    >>> need = bullet_need(1_000_000, date(2022, 12, 20), date(2023, 12, 20))
    >>> need.dates
    array([['2023-03-20', '2023-06-20', '2023-09-20', '2023-12-20']],
          dtype='datetime64[D]')
    >>> need.average_lives
    array([1.])
    """

    firms: tuple[str, ...]
    principal: FloatArray
    starts: DateArray
    dates: DateArray
    shares: FloatArray
    currency: str = "CNY"

    def __post_init__(self) -> None:
        refuse(DataError, self.findings())

    def findings(self) -> Iterator[Finding]:
        """Loans without an amount, dates out of order, shares that do not repay everything."""
        rows = {len(self.firms), len(self.principal), len(self.starts), len(self.dates), len(self.shares)}
        if len(rows) > 1 or self.dates.shape != self.shares.shape or not self.dates.size:
            yield finding(
                "need.lengths",
                "{got}; every loan has one firm, one amount, one start, and every date one share",
                got=f"{len(self.firms)} firms, {len(self.principal)} amounts, {len(self.starts)} starts, "
                f"dates {self.dates.shape}, shares {self.shares.shape}",
            )
            return
        amounts = (self.principal > 0) & (self.principal < np.inf)
        for row in np.flatnonzero(~amounts):
            name, amount = self.firms[row], float(self.principal[row])
            yield finding("need.principal", "{firm} needs {got}; a principal is more than 0", got=amount, firm=name)
        before, missing = self._begins(), np.isnat(self.dates)
        in_order = missing | (self.dates > before)
        for row, at in () if in_order.all() else np.argwhere(~in_order):
            got, last = self.dates[row, at], before[row, at]
            yield finding("need.dates", "payment date {got} does not come after {before}", got=got, before=last)
        repaid = np.where(missing, 0.0, self.shares).sum(axis=1)
        for row in np.flatnonzero(~(np.abs(repaid - 1) < WHOLE)):
            total = float(repaid[row])
            yield finding("need.shares", "the shares repaid add up to {got}, not to 1", got=total)

    def _begins(self) -> DateArray:
        """(loan, date) the date before each payment date."""
        return np.concatenate([self.starts[:, None], self.dates[:, :-1]], axis=1)

    def __len__(self) -> int:
        return len(self.firms)

    @property
    def maturities(self) -> DateArray:
        """(loan,) the last payment date."""
        return np.asarray(np.fmax.reduce(self.dates, axis=1))

    @property
    def opening_shares(self) -> FloatArray:
        """(loan, date) the share of the principal outstanding in the period that ends on each date."""
        paid = np.cumsum(self.shares, axis=1)
        return np.asarray(1 - np.concatenate([np.zeros((len(self), 1)), paid[:, :-1]], axis=1))

    @property
    def average_lives(self) -> FloatArray:
        """(loan,) weighted average life of the principal, Σ share × days / 365."""
        days = (self.dates - self.starts[:, None]).astype(np.float64)
        return np.asarray(np.where(np.isnat(self.dates), 0.0, self.shares * days).sum(axis=1) / 365)

    def begins(self) -> DateArray:
        """(loan, date) first day of the period that ends on each date; missing where the date is."""
        return np.where(np.isnat(self.dates), np.datetime64("NaT"), self._begins())

    def accruals(self, day_count: Accrual) -> FloatArray:
        """(loan, date) fraction of a year from each date's predecessor to it; 0 where the date is missing."""
        return accruals(self.begins(), self.dates, day_count)

    def of_rows(self, rows: Sequence[int]) -> "Need":
        """Some of the loans, by their places."""
        at = np.asarray(rows, dtype=np.int64)
        parts = {name: getattr(self, name)[at] for name in ("principal", "starts", "dates", "shares")}
        return replace(self, firms=tuple(self.firms[row] for row in rows), **parts)

    def on_dates(self, dates: DateArray, shares: FloatArray) -> "Need":
        """The same loans on other payment dates."""
        return replace(self, dates=dates, shares=shares)


def bullet_shares(dates: DateArray) -> FloatArray:
    """(loan, date) everything on the last date of each row.

    >>> bullet_shares(np.array([["2024-06-20", "2024-12-20"], ["2024-06-20", "NaT"]], "datetime64[D]"))
    array([[0., 1.],
           [1., 0.]])
    """
    return np.asarray(np.arange(dates.shape[1]) == (~np.isnat(dates)).sum(axis=1, keepdims=True) - 1, dtype=np.float64)


def bullet_need(
    principal: float | Sequence[float] | FloatArray,
    start: Dates,
    maturity: Dates,
    *,
    frequency: PaymentFrequency = "quarterly",
    firms: Sequence[str] = (),
    currency: str = "CNY",
) -> Need:
    """A need repaid in one sum at maturity, with interest dates of `frequency`.

    Parameters
    ----------
    principal : float or sequence of float
        (loan,)
    start, maturity : date, or a date for each loan
    firms : sequence of str
        Each once. Without them they are called ``firm`` (one) or ``firm 1``, ``firm 2``, ….

    Examples
    --------
    >>> from datetime import date
    >>> need = bullet_need([5e6, 8e6], date(2024, 3, 20), [date(2025, 3, 20), date(2024, 9, 20)])
    >>> need.firms, need.average_lives.round(3).tolist()
    (('firm 1', 'firm 2'), [1.0, 0.504])
    """
    amounts = np.atleast_1d(np.asarray(principal, dtype=np.float64))
    names = tuple(firms) or (("firm",) if len(amounts) == 1 else tuple(f"firm {n + 1}" for n in range(len(amounts))))
    begin, end = whole_days(start), whole_days(maturity)
    refuse(DataError, (*_twice(names), *_unequal(len(amounts), begin, end)))
    starts, maturities = (np.broadcast_to(day, len(amounts)) for day in (begin, end))
    dates = payment_dates(starts, maturities, frequency)
    shares = bullet_shares(dates)
    return Need(firms=names, principal=amounts, starts=starts, dates=dates, shares=shares, currency=currency)


def _twice(names: Sequence[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield finding("need.twice", "{got} stands {count} times; join its amounts", got=name, count=count)


def _unequal(loans: int, *dates: DateArray) -> Iterator[Finding]:
    counts = [day.size for day in dates]
    if not loans or any(count not in (1, loans) for count in counts):
        template = "{loans} amounts, {got} start and maturity dates; at least one amount, and one date or as many"
        yield finding("need.counts", template, got=" and ".join(map(str, counts)), loans=loans)


def contract_need(contract: Obligation, flows: ContractFlows | None = None, *, currency: str = "CNY") -> Need:
    """The need that a contract of a pool meets: its amount, dates and repayment; `flows` if they are worked out.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> contract = PledgedLoan(id="C1", obligor="Firm 01", principal=9_720_000.0, start=date(2022, 12, 20),
    ...     maturity=date(2024, 12, 20), contract_rate=0.038, amortization="bullet")
    >>> met = contract_need(contract)
    >>> met.firms, met.principal, met.average_lives.round(3)
    (('Firm 01',), array([9720000.]), array([2.003]))
    """
    paid = contract.contract_flows() if flows is None else flows
    return Need(
        firms=(contract.obligor,),
        principal=np.array([float(contract.principal)]),
        starts=whole_days([contract.start]),
        dates=paid.dates[None, :],
        shares=(paid.principal / contract.principal)[None, :],
        currency=currency,
    )


def joined(needs: Iterable[Need]) -> Need:
    """All loans in one panel.

    Raises
    ------
    SpecError
        Nobody needs money, or needs in different currencies.

    Examples
    --------
    >>> from datetime import date
    >>> short = bullet_need(1e6, date(2024, 3, 20), date(2025, 3, 20), firms=["a"])
    >>> long = bullet_need(2e6, date(2024, 3, 20), date(2027, 3, 20), firms=["b"])
    >>> joined([short, long]).average_lives.round(3)
    array([1., 3.])
    """
    some = tuple(needs)
    if not some:
        raise SpecError(finding("offer.needs", "nobody needs money: give at least one need"))
    if len(some) == 1:
        return some[0]
    currencies = sorted({need.currency for need in some})
    if len(currencies) > 1:
        template = "needs in {got} cannot stand together; convert them first"
        raise SpecError(finding("need.currency", template, got=", ".join(currencies)))
    widths = np.repeat([need.dates.shape[1] for need in some], [len(need) for need in some])
    inside = np.arange(widths.max()) < widths[:, None]
    dates = np.full(inside.shape, np.datetime64("NaT"), dtype="datetime64[D]")
    shares = np.zeros(inside.shape)
    dates[inside] = np.concatenate([need.dates.ravel() for need in some])
    shares[inside] = np.concatenate([need.shares.ravel() for need in some])
    return Need(
        firms=tuple(name for need in some for name in need.firms),
        principal=np.concatenate([need.principal for need in some]),
        starts=np.concatenate([need.starts for need in some]),
        dates=dates,
        shares=shares,
        currency=some[0].currency,
    )
