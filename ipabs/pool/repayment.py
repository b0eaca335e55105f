"""Interest, principal and balance of many contracts at once, date by date.

On each entry of a contract's schedule, in this order: interest accrues on the balance since the entry before; interest
is paid, or added to the balance; principal is paid; a floating rate is reset. This is the order of events of the ACTUS
standard (ACTUS Financial Research Foundation, *Algorithmic Contract Types Unified Standards*, table of event types).

A level payment is fixed on the first principal date, and again on the first one after a reset, so that

    balance + interest due = sum over the principal dates i of payment · w_i · D_i + balloon · D_n,

with D the product of 1 / (1 + rate · year fraction) from the fixing date on and w the steps. With w = 1 and no balloon
this is the annuity amount function of the standard (section 3.8).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.basics.index_history import INDICES, IndexHistory, history_of
from ipabs.basics.schedule import add_months
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.pool.contract import Contract, cycle_months, term_findings
from ipabs.pool.effective_yield import effective_rate
from ipabs.pool.obligation import ContractFlows
from ipabs.pool.schedule import CAPITALIZE, FINAL, INTEREST, PRINCIPAL, RESET, Schedule, schedule_of

CHUNK = 4096
# Float noise below a millionth of a fen does not decide which way an amount is rounded.
NOISE_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class PooledFlows:
    """Flat contract flows of many contracts: entry e belongs to contract ``row[e]``.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2024, 1, 1), maturity=date(2025,
    ...                                                                                                        1, 1),
    ...                    contract_rate=0.04, amortization="bullet", day_count="30E/360")
    >>> flows = flows_of([loan, loan])
    >>> flows.row, flows.of(1).interest
    (array([0, 0, 0, 0, 1, 1, 1, 1]), array([10000., 10000., 10000., 10000.]))
    """

    row: IntArray
    days: DateArray
    interest: FloatArray
    principal: FloatArray
    balance: FloatArray

    @property
    def capitalized(self) -> FloatArray:
        """Interest of each entry that is added to the balance; what is paid of it is `interest` less this."""
        return np.maximum(-self.principal, 0.0)

    def of(self, row: int) -> ContractFlows:
        """The flows of one contract."""
        lo, hi = np.searchsorted(self.row, [row, row + 1])
        return ContractFlows(
            dates=self.days[lo:hi],
            interest=self.interest[lo:hi],
            principal=self.principal[lo:hi],
            balance=self.balance[lo:hi],
        )


def flows_of(contracts: Sequence[Contract], indices: Sequence[IndexHistory] = ()) -> PooledFlows:
    """The contract flows of every contract, in the order given.

    >>> from datetime import date
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> loan = PledgedLoan(id="C1", obligor="F1", principal=1_000_000.0, start=date(2024, 1, 1), maturity=date(2025,
    ...                                                                                                        1, 1),
    ...                    contract_rate=0.04, amortization="bullet", day_count="30E/360")
    >>> flows = flows_of([loan])
    >>> [str(day) for day in flows.days], flows.interest + flows.principal
    (['2024-04-01', '2024-07-01', '2024-10-01', '2025-01-01'], array([  10000.,   10000.,   10000., 1010000.]))
    """
    parts = []
    for lo in range(0, len(contracts), CHUNK):
        part = _chunk(contracts[lo : lo + CHUNK], indices)
        parts.append((part.row + lo, part.days, part.interest, part.principal, part.balance))
    return PooledFlows(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _chunk(contracts: Sequence[Contract], indices: Sequence[IndexHistory]) -> PooledFlows:
    schedule = schedule_of(contracts)
    walk = _Walk(contracts, schedule, indices)
    interest, principal, balance = walk.run()
    at = (schedule.row, schedule.place)
    final = np.flatnonzero(schedule.flags & FINAL)  # one a contract, in their order
    paying = (schedule.flags & (INTEREST | PRINCIPAL | CAPITALIZE | FINAL)) > 0
    paying &= schedule.place <= schedule.place[final][schedule.row]
    return PooledFlows(
        schedule.row[paying],
        schedule.days[paying],
        interest[at][paying],
        principal[at][paying],
        balance[at][paying],
    )


def rounded(amount: FloatArray, rule: IntArray) -> FloatArray:
    """Amounts in whole fen where the contract says so: 1 half up, 2 down.

    >>> rounded(np.array([0.125, 0.125, 0.125, 1.15]), np.array([0, 1, 2, 2])).tolist()
    [0.125, 0.13, 0.12, 1.15]
    """
    if not rule.any():
        return amount
    fen = np.round(amount * 100, NOISE_DIGITS)
    return np.where(rule == 0, amount, np.floor(fen + np.where(rule == 1, 0.5, 0.0)) / 100)


class _Walk:
    """The state of a batch of contracts while it walks along their schedules; columns are contracts."""

    def __init__(self, contracts: Sequence[Contract], schedule: Schedule, indices: Sequence[IndexHistory]) -> None:
        self.ids = [one.id for one in contracts]
        self.flags = schedule.dense(schedule.flags.astype(np.float64)).astype(np.int64)
        self.fraction = schedule.dense(schedule.fraction)
        self.custom = schedule.dense(schedule.custom)
        kinds = [one.amortization for one in contracts]
        self.level = np.array([kind == "level" for kind in kinds])
        self.linear = np.array([kind == "linear" for kind in kinds])
        self.total = self.level | np.array([kind == "negative" for kind in kinds])
        self.rule = np.array([("none", "fen", "fen_down").index(one.rounding) for one in contracts])
        self.balloon = np.array([one.balloon for one in contracts])
        agreed = [one.installment for one in contracts]
        self.payment = np.array([0.0 if amount is None else amount for amount in agreed])
        self.unfixed = (self.level | self.linear) & np.array([amount is None for amount in agreed])
        self.refixed = np.array([one.refixed for one in contracts])
        self.weight = _weights(contracts, schedule)
        self.rate, self.resets = _rates(contracts, schedule, indices)
        self.balance = np.array([one.principal for one in contracts], dtype=np.float64)
        unpriced = [k for k, one in enumerate(contracts) if one.contract_rate is None and not one.index]
        if unpriced:
            self.rate[unpriced] = self._yields(np.array(unpriced))
        self.accrued = np.zeros(len(contracts))

    def _yields(self, who: IntArray) -> FloatArray:
        """The rate at which agreed payments are worth the principal, where no rate is stated."""
        paying = (self.flags[who] & PRINCIPAL) > 0
        payments = np.where(paying, self.payment[who, None] * self.weight[who], 0.0)
        payments += np.where((self.flags[who] & FINAL) > 0, self.balloon[who, None], 0.0)
        return effective_rate(self.balance[who], self.fraction[who], payments, [self.ids[n] for n in who])

    def run(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Interest, principal and closing balance, ``(contract, place)``."""
        interest = np.zeros(self.flags.shape)
        principal = np.zeros(self.flags.shape)
        balance = np.zeros(self.flags.shape)
        for k in range(self.flags.shape[1]):
            flags = self.flags[:, k]
            interest[:, k], principal[:, k] = self._entry(k, flags)
            balance[:, k] = self.balance
            if (flags & RESET).any():
                self._reset(k, (flags & RESET) > 0)
        return interest, principal, balance

    def _entry(self, k: int, flags: IntArray) -> tuple[FloatArray, FloatArray]:
        self.accrued = self.accrued + self.balance * self.rate * self.fraction[:, k]
        due = (flags & (INTEREST | CAPITALIZE | FINAL)) > 0
        interest = np.where(due, rounded(self.accrued, self.rule), 0.0)
        added = np.where((flags & CAPITALIZE) > 0, interest, 0.0)
        paying = (flags & PRINCIPAL) > 0
        fixing = paying & self.unfixed & (flags & FINAL == 0)
        if fixing.any():
            self._fix(k, fixing, interest)
        payment = self.payment * self.weight[:, k]
        wanted = np.where(self.total, payment - interest, np.where(self.linear, payment, self.custom[:, k]))
        principal = np.where(paying, np.minimum(wanted, self.balance), 0.0)
        principal = np.where((flags & FINAL) > 0, self.balance, principal)
        self.balance = self.balance + added - principal
        self.accrued = np.where(due, 0.0, self.accrued)
        return interest, principal - added

    def _fix(self, k: int, fixing: BoolArray, interest: FloatArray) -> None:
        """Payments that repay the balance from entry `k` on, for the contracts that start to pay principal."""
        owed = self.balance[fixing] + np.where(self.level[fixing], interest[fixing], 0.0)
        flags = self.flags[fixing, k:]
        weight = np.where((flags & PRINCIPAL) > 0, self.weight[fixing, k:], 0.0)
        discount = np.ones(flags.shape)
        discount[:, 1:] = 1 / np.cumprod(self._growth(fixing, k)[:, 1:], axis=1)
        discount = np.where(self.level[fixing, None], discount, 1.0)
        last = np.argmax((flags & FINAL) > 0, axis=1)
        owed -= self.balloon[fixing] * discount[np.arange(len(last)), last]
        worth = np.cumsum(weight * discount, axis=1)[:, -1]  # in order, so that padding changes no bit
        self.payment[fixing] = rounded(owed / worth, self.rule[fixing])
        self.unfixed = self.unfixed & (~fixing | self.refixed)

    def _growth(self, fixing: BoolArray, k: int) -> FloatArray:
        """1 + rate · year fraction over each stretch whose interest the payment at its end covers, else 1."""
        flags = self.flags[fixing, k:]
        years = np.cumsum(self.fraction[fixing, k:], axis=1)
        due = (flags & (INTEREST | CAPITALIZE)) > 0
        since = np.maximum.accumulate(np.where(due, years, 0.0), axis=1)
        stretch = years - np.concatenate([years[:, :1], since[:, :-1]], axis=1)
        covered = due & ((flags & (PRINCIPAL | CAPITALIZE)) > 0)
        return np.where(covered, 1 + self.rate[fixing, None] * stretch, 1.0)

    def _reset(self, k: int, reset: BoolArray) -> None:
        self.rate = np.where(reset, self.resets[:, k], self.rate)
        self.unfixed = self.unfixed | (reset & self.level)


def _weights(contracts: Sequence[Contract], schedule: Schedule) -> FloatArray:
    """(1 + step_up) to the number of steps since the first principal date, ``(contract, place)``."""
    weight = np.ones(schedule.shape)
    for k, one in enumerate(contracts):
        if not one.step_up:
            continue
        mine = schedule.row == k
        paying = schedule.days[mine & ((schedule.flags & PRINCIPAL) > 0)]
        months = schedule.days[mine].astype("datetime64[M]") - paying[0].astype("datetime64[M]")
        steps = np.maximum(months.astype(np.int64), 0) // one.step
        weight[k, : len(steps)] = (1 + one.step_up) ** steps
    return weight


def _rates(
    contracts: Sequence[Contract], schedule: Schedule, indices: Sequence[IndexHistory]
) -> tuple[FloatArray, FloatArray]:
    """The rate of each contract at its start, and the rate it is reset to on each entry ``(contract, place)``."""
    rate = np.array([one.contract_rate or 0.0 for one in contracts])
    resets = np.zeros(schedule.shape)
    faults = [(one.id, found) for one in contracts for found in index_findings(one, indices)]
    refuse(DataError, (found.under(id) for id, found in faults))
    for k, one in enumerate(contracts):
        if not one.index:
            continue
        index = history_of(one.index, indices)
        if one.contract_rate is None:
            rate[k] = _floating(one, index.rates_at(one.start))
        days, flags = (values[schedule.row == k] for values in (schedule.days, schedule.flags))
        at = np.flatnonzero(flags & RESET)
        resets[k, at] = _floating(one, index.rates_at(days[at]))
    return rate, resets


def index_findings(terms: Contract, indices: Sequence[IndexHistory] = ()) -> Iterator[Finding]:
    """An index that is not known, or that has no value on the first date on which the contract needs it.

    >>> from datetime import date
    >>> terms = Contract(id="C1", obligor="F1", principal=1.0, start=date(2015, 1, 1), maturity=date(2016, 1, 1),
    ...                  index="LPR1Y")
    >>> print(*index_findings(terms))
    index: index LPR1Y starts on 2019-08-20; the contract needs it on 2015-01-01
    """
    if not terms.index:
        return
    known = [*(index.name for index in indices), *INDICES]
    if terms.index not in known:
        template = "no index {got!r}; {hint}"
        yield finding("contract.index", template, path=("index",), got=terms.index, allowed=known)
        return
    reset = terms.first_reset or add_months(terms.start, cycle_months(terms.reset))
    needed = terms.start if terms.contract_rate is None else reset
    first = history_of(terms.index, indices).dates[0]
    if needed < first and needed < terms.maturity:
        template = "index {index} starts on {first}; the contract needs it on {got}"
        yield finding("contract.index_history", template, path=("index",), got=needed, index=terms.index, first=first)


def yield_findings(terms: Contract) -> Iterator[Finding]:
    """An agreed payment that does not repay the principal at any rate of 0 or more.

    >>> from datetime import date
    >>> terms = Contract(id="C1", obligor="F1", principal=100.0, start=date(2024, 1, 1), maturity=date(2025, 1, 1),
    ...                  installment=24.0)
    >>> print(*yield_findings(terms))
    installment: 4 payments of 24.00 do not repay the principal 100.00
    """
    if terms.contract_rate is not None or terms.index or terms.installment is None or any(term_findings(terms)):
        return
    schedule = schedule_of((terms,))
    paying = (schedule.flags & PRINCIPAL) > 0
    total = terms.installment * float(_weights((terms,), schedule)[0, paying].sum()) + terms.balloon
    if total < terms.principal:
        yield finding(
            "contract.installment_short",
            "{count} payments of {got} do not repay the principal {principal}",
            path=("installment",),
            got=f"{terms.installment:.2f}",
            count=int(paying.sum()),
            principal=f"{terms.principal:.2f}",
        )


def _floating(terms: Contract, index: FloatArray) -> FloatArray:
    return np.clip(terms.index_multiple * index + terms.margin, terms.rate_floor, terms.rate_cap)
