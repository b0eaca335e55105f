"""A deal ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass

from ipabs.basics.timeline import Timeline
from ipabs.engine.accruals import Accrual, Unpaid
from ipabs.engine.arithmetic import Arithmetic, Kind
from ipabs.engine.calls import PRICE, CleanUp
from ipabs.engine.conditions import CALLED, NORMAL, Gate, PhaseRule, Watch
from ipabs.engine.opening import Opening
from ipabs.engine.steps import Act, Step
from ipabs.engine.targets import Claim
from ipabs.engine.units import Units, back_end
from ipabs.structure.deal import Deal


@dataclass(frozen=True, slots=True)
class Program:
    """A deal ready to run, for any number of paths and either kind of number.

    Attributes
    ----------
    entries : mapping of account to kinds of collection
        What is paid into each account.
    steps : tuple of Step
        Sweeps at the end of the deal, then the merged priority of payments.
    gates : tuple of Gate
        Conditions of the steps.
    acts : tuple of (act, number of gate)
        What each step does, and the number of its gate, -1 for none.
    keeps : frozenset of str
        Series and totals that something reads.
    openings, dues : tuple of (total, claim)
        What something reads of claims as they stand before today's accruals, and of their dues before line 1.
    new_years : tuple of bool
        Whether a payment date is the first of its calendar year.

    Examples
    --------
    >>> from ipabs import spec
    >>> from ipabs.engine import resolve
    >>> from ipabs.structure.samples import small
    >>> program = resolve(spec.load(Deal, small()))  # to the fen
    >>> program.opening.owed["A.principal"], program.units.per_major
    (10000.0, 100)
    >>> program.phases, program.payees
    (('normal',), ('A.interest', 'A.principal', 'sub.principal', 'sub.income'))
    """

    deal: Deal
    timeline: Timeline
    units: Units
    opening: Opening
    entries: Mapping[str, tuple[str, ...]]
    accruals: tuple[Accrual, ...]
    watches: tuple[Watch, ...]
    rules: tuple[PhaseRule, ...]
    call: CleanUp | None
    steps: tuple[Step, ...]
    gates: tuple[Gate, ...]
    acts: tuple[tuple[Act, int], ...]
    unpaid: tuple[Unpaid, ...]
    claims: Mapping[str, Claim]
    keeps: frozenset[str]
    openings: tuple[tuple[str, str], ...]
    dues: tuple[tuple[str, str], ...]
    new_years: tuple[bool, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        """Every phase of the deal, `normal` first."""
        return (NORMAL, *(rule.name for rule in self.rules), *((CALLED,) if self.call else ()))

    @property
    def payees(self) -> tuple[str, ...]:
        """Who can be paid: every claim, then those who receive the rest, in order."""
        targets = [target.name for step in self.steps for target in step.targets]
        return tuple(dict.fromkeys((*self.opening.owed, *(name for name in targets if name.endswith(".income")))))

    @property
    def payers(self) -> tuple[str, ...]:
        """From whom cash can come besides the pool: every support, then the clean-up call."""
        supports = tuple(one.name for one in self.deal.support)
        return supports if self.call is None else (*supports, PRICE)

    def arithmetic(self, kind: Kind) -> Arithmetic:
        """The back end under the deal's rounding contract."""
        return back_end(self.deal.rounding, kind)
