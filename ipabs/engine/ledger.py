"""The ledger: every row of a run, kept."""

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ipabs._typing import BoolArray, FloatArray, IntArray
from ipabs.basics.days import Dates, whole_days
from ipabs.basics.timeline import Timeline
from ipabs.cashflow.collections import Collections
from ipabs.engine.arithmetic import Amount
from ipabs.engine.conditions import CALLED
from ipabs.engine.feed import ensure_path, into
from ipabs.engine.program import Program
from ipabs.engine.run import PaymentDate
from ipabs.engine.sources import FromAccount, FromSupport, Source
from ipabs.engine.steps import Step
from ipabs.errors import DataError, finding
from ipabs.structure.deal import Deal

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[Any]  # float64, or objects where amounts are Fractions
CASHLESS = ("write_down", "capitalize")


@dataclass(frozen=True, slots=True)
class RowLabel:
    """What one row of the ledger is about."""

    step: int
    verb: str
    source: str
    target: str
    places: Mapping[str, tuple[int, str]]  # phase: (number in its list, clause)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Every row of a run, of one path or many.

    Arrays are ``(row, period, path)`` in engine units; the methods give ``(path, period)`` in the major unit.

    Attributes
    ----------
    labels : tuple of RowLabel
        What each row of `available`, `due`, `payable` and `granted` is about.
    claims, accounts, supports : tuple of str
        What the rows of `accrued`, `settled`, `removed`, `closing_owed`; `closing_held`; `entered` are about.
    phase : array (period, path)
        Number of the phase in force, by `Program.phases`.
    failing : array (test, period, path)

    Examples
    --------
    >>> from ipabs import spec
    >>> from ipabs.engine import run_waterfall
    >>> from ipabs.structure.samples import small
    >>> deal = spec.load(Deal, small())
    >>> ledger = run_waterfall(deal, Collections(deal.timeline(), interest=6, principal=[40, 10, 40], opening=120))
    >>> ledger.paid("A.principal")[0].tolist(), ledger.paid("sub.income")[0].tolist()
    ([41.0, 13.05, 43.7], [0.0, 0.0, 0.0])
    >>> ledger.opening_balance("A")[0].tolist(), ledger.balance("A")[0].tolist()
    ([100.0, 59.0, 45.95], [59.0, 45.95, 2.25])
    >>> ledger.short("A.principal")[0].tolist()  # due in full at expected maturity only
    [0.0, 0.0, 2.25]
    >>> print(ledger.trace("2027-01-01")[["target", "available", "due", "paid", "short"]][:2].to_string(index=False))
         target  available   due  paid  short
     A.interest       46.0  2.30   2.3   0.00
    A.principal       43.7 45.95  43.7   2.25
    """

    program: Program
    collections: Collections
    labels: tuple[RowLabel, ...]
    claims: tuple[str, ...]
    accounts: tuple[str, ...]
    supports: tuple[str, ...]
    available: Numbers
    due: Numbers
    payable: Numbers
    granted: Numbers
    accrued: Numbers
    settled: Numbers
    removed: Numbers
    closing_owed: Numbers
    closing_held: Numbers
    collected: Numbers
    entered: Numbers
    phase: IntArray
    failing: BoolArray

    def __repr__(self) -> str:
        first, last = self.timeline.payments[0], self.timeline.payments[-1]
        size = f"{self.timeline.periods} dates from {first} to {last}, {self.paths:,} paths, {len(self.labels)} rows"
        return f"Ledger({self.deal.name}: {size})"

    def _repr_html_(self) -> str:
        import pandas as pd

        columns = {f"{claim} paid": self.paid(claim)[0] for claim in self.claims}
        columns |= {f"{one.name} balance": self.balance(one.name)[0] for one in self.deal.tranches}
        table = pd.DataFrame(columns, index=pd.Index(self.timeline.payments, name="payment"))
        return f"<p>{html.escape(repr(self))}</p>{table.to_html(float_format='{:,.2f}'.format)}"

    # What it is a ledger of

    @property
    def deal(self) -> Deal:
        """The deal, with what its market supplies."""
        return self.program.deal

    @property
    def timeline(self) -> Timeline:
        """The payment dates of the run."""
        return self.program.timeline

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return int(self.phase.shape[1])

    @property
    def nothing(self) -> float:
        """An amount, in the major unit, that is none: what floats that are not rounded may leave of what is paid."""
        return self.program.units.nothing

    # Series, (path, period), in the major unit

    def major(self, amounts: Numbers) -> FloatArray:
        """Amounts of the engine in the currency's major unit, as floats."""
        return np.asarray(amounts / self.program.units.per_major, dtype=np.float64)

    def paid(self, claim: str) -> FloatArray:
        """Cash paid to a claim, or to ``<tranche>.income``, on each date."""
        return self._of(self.claims, claim, self.settled)

    def owed(self, claim: str) -> FloatArray:
        """What a claim is owed after each date."""
        return self._of(self.claims, claim, self.closing_owed)

    def accruals(self, claim: str) -> FloatArray:
        """What was added to a claim on each date."""
        return self._of(self.claims, claim, self.accrued)

    def removals(self, claim: str) -> FloatArray:
        """What was taken off a claim without cash on each date: forgiven, capitalized, written down."""
        return self._of(self.claims, claim, self.removed)

    def balance(self, tranche: str) -> FloatArray:
        """Balance of a tranche after each date."""
        return self.owed(f"{tranche}.principal")

    def opening_balance(self, tranche: str) -> FloatArray:
        """Balance of a tranche before each date."""
        after = self.balance(tranche)
        first = np.full((self.paths, 1), float(self.program.opening.owed[f"{tranche}.principal"]))
        return np.hstack([self.major(first), after[:, :-1]])

    def held(self, account: str) -> FloatArray:
        """Cash in an account after each date."""
        return self._of(self.accounts, account, self.closing_held)

    def called(self, support: str) -> FloatArray:
        """What a support paid on each date; ``call`` is the price of a clean-up call."""
        return self._of(self.supports, support, self.entered)

    def failed(self, test: str) -> BoolArray:
        """Whether a test stands failed after each date."""
        at = self._at([watch.name for watch in self.program.watches], test)
        return np.asarray(self.failing[at].T)

    def is_called(self) -> BoolArray:
        """Whether a clean-up call has ended the deal, on that date or before."""
        called = self.program.phases.index(CALLED) if self.program.call is not None else -1
        return np.asarray(np.equal(self.phase.T, called))

    def short(self, claim: str) -> FloatArray:
        """What was due to a claim and unpaid after the last line in force that pays it.

        A claim that no line in force pays is short of nothing here; its arrears show in `owed`.
        """
        short = np.zeros((self.timeline.periods, self.paths))
        for at in self.rows_of(claim):
            unpaid = short_of(self.due[at], self.granted[at])
            short = np.where(self.in_force(self.labels[at]), self.major(unpaid), short)
        return short.T

    def rows_of(self, claim: str) -> list[int]:
        """The rows that pay a claim, or pay into an account, in order."""
        self._at((*self.claims, *self.accounts), claim)
        return [at for at, label in enumerate(self.labels) if label.target == claim and label.verb not in CASHLESS]

    def due_of(self, claim: str) -> FloatArray:
        """What was due to a claim on each date, at the first line in force that pays it."""
        due = np.zeros((self.timeline.periods, self.paths))
        for at in reversed(self.rows_of(claim)):
            due = np.where(self.in_force(self.labels[at]), self.major(self.due[at]), due)
        return due.T

    def dates(self) -> Iterator[PaymentDate]:
        """The dates of the run again, without the rows of lines, for folds."""
        entries, phases = list(self.program.entries), self.program.phases
        for t in range(self.timeline.periods):
            yield PaymentDate(
                t,
                [],
                {into(account): self.collected[at, t] for at, account in enumerate(entries)},
                {claim: self.settled[at, t] for at, claim in enumerate(self.claims)},
                {claim: self.accrued[at, t] for at, claim in enumerate(self.claims)},
                {claim: self.removed[at, t] for at, claim in enumerate(self.claims)},
                {support: self.entered[at, t] for at, support in enumerate(self.supports)},
                {claim: self.closing_owed[at, t] for at, claim in enumerate(self.claims)},
                {account: self.closing_held[at, t] for at, account in enumerate(self.accounts)},
                {phase: self.phase[t] == at for at, phase in enumerate(phases)},
                {watch.name: self.failing[at, t] for at, watch in enumerate(self.program.watches)},
            )

    def _of(self, names: Sequence[str], name: str, numbers: Numbers) -> FloatArray:
        return self.major(numbers[self._at(names, name)]).T

    def _at(self, names: Sequence[str], name: str) -> int:
        if name not in names:
            raise DataError(finding("ledger.name", "the ledger has no {got!r}; {hint}", got=name, allowed=names))
        return list(names).index(name)

    def in_force(self, label: RowLabel) -> BoolArray:
        """Whether a row's line stands in the list of the phase in force ``(period, path)``."""
        return in_force(self.program, label, self.phase)

    # The trace of one date

    def period(self, at: int | Dates) -> int:
        """The number of a payment date, given as such, or as the date, moved or stated, or its ISO text."""
        if isinstance(at, int | np.integer):
            if at in range(self.timeline.periods):
                return int(at)
        else:
            day = whole_days(at).item()
            for days in (self.timeline.payments, self.timeline.accrual_ends):
                if day in days:
                    return days.index(day)
        allowed = [day.isoformat() for day in self.timeline.payments]
        raise DataError(finding("ledger.date", "{got} is no payment date; {hint}", got=at, allowed=allowed))

    def trace(self, date: int | str | date, path: int = 0) -> "pd.DataFrame":
        """Every line of one payment date, as an auditor re-does it.

        One row a target, in the order of payment: ``line`` (its number in the phase's list, 0 for what the language
        adds before line 1), ``clause``, ``verb``, ``from``, ``target``, ``available`` (in the source before this
        target; infinite of a support without a limit), ``due``, ``payable`` (the most it may receive at this line),
        ``paid``, ``short`` = due - lo(due, paid).
        """
        import pandas as pd

        t = self.period(date)
        ensure_path(path, self.paths)
        phase = self.program.phases[self.phase[t, path]]
        rows = []
        for at, label in enumerate(self.labels):
            if not self.in_force(label)[t, path]:
                continue
            number, clause = label.places.get(phase, (0, ""))
            available, due, payable, paid = (
                float(self.major(kept[at, t, path])) for kept in (self.available, self.due, self.payable, self.granted)
            )
            if is_unlimited(self.program.steps[label.step].source, available):
                available = math.inf
            short = float(short_of(due, paid))
            rows.append((number, clause, label.verb, label.source, label.target, available, due, payable, paid, short))
        columns = ["line", "clause", "verb", "from", "target", "available", "due", "payable", "paid", "short"]
        return pd.DataFrame(rows, columns=columns)


def short_of(due: Amount, paid: Amount) -> Amount:
    """What was due and is unpaid; principal that is paid before it is due makes up for nothing."""
    return due - np.minimum(due, paid)


def is_unlimited(source: Source, available: float) -> bool:
    """Whether nothing bounds what can be called; a party in default has 0."""
    match source:
        case FromSupport(capacities=(), up_to=None, performing=performing):
            return available > 0 or not performing
    return False


def in_force(program: Program, label: RowLabel, phase: IntArray) -> BoolArray:
    """Whether a row's line stands in the list of the phase in force; a sweep, at the end of the deal."""
    if label.verb == "sweep":
        final = np.arange(len(phase))[:, np.newaxis] == program.timeline.periods - 1
        called = program.phases.index(CALLED) if program.call is not None else -1
        return np.asarray(final | (phase == called))
    return np.isin(phase, [at for at, name in enumerate(program.phases) if name in label.places])


def row_labels(program: Program) -> tuple[RowLabel, ...]:
    """One label for each target of each step."""
    return tuple(
        RowLabel(
            number,
            step.verb,
            source_name(step),
            target.name,
            {phase: (line, clause) for phase, line, clause in step.places},
        )
        for number, step in enumerate(program.steps)
        for target in step.targets
    )


def source_name(step: Step) -> str:
    """The account or the support that pays."""
    match step.source:
        case FromAccount(account):
            return account
        case FromSupport(support):
            return support
    return ""
