"""Measures of a deal as functions of its books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ipabs.engine.arithmetic import Amount, Arithmetic, total
from ipabs.engine.books import Books, Quantity
from ipabs.engine.targets import Claim
from ipabs.engine.units import Units
from ipabs.structure.tranche import Amount as AmountTerm
from ipabs.structure.trigger_tests import DeclaredMeasure

INFINITE = 10**18  # what a ratio is where its divisor is 0 and the deal says infinite
FLOWS = (
    "interest_collections",
    "principal_collections",
    "recoveries",
    "guarantee_collections",
    "other_collections",
    "defaulted",
    "principal_distribution",
    "total_collections",
    "performing",
    "delinquent",
    "pool_closing",
    "pool_opening",
    "pool_original",
)
RATIOS: Mapping[str, tuple[str, str, int]] = {
    "cumulative_default_ratio": ("cumulative_defaulted", "pool_original", 0),
    "delinquency_ratio": ("delinquent", "pool_closing", 0),
    "pool_factor": ("pool_closing", "pool_original", 0),
    "overcollateralization": ("performing", "notes_balance", INFINITE),
    "interest_coverage": ("interest_collections", "interest_due", INFINITE),
    "debt_service_coverage": ("total_collections", "debt_service_due", INFINITE),
}


@dataclass(slots=True)
class Reader:
    """Makes functions of the books out of the names a deal reads, and notes what must be kept for them.

    Attributes
    ----------
    claims : mapping of claim to Claim
        Every claim, also of tranches without a line.
    notes : tuple of str
        Tranches that are not residual.
    stated : frozenset of str
        The claims that the language gives the deal: no principal of a tranche without amortization.
    account_targets : mapping of account to Quantity
    keeps : set of str
        Running totals and snapshots that some measure reads; what nobody reads is not kept.
    """

    units: Units
    declared: Mapping[str, DeclaredMeasure]
    observables: frozenset[str]
    supports: frozenset[str]
    originals: Mapping[str, Amount]
    notes: tuple[str, ...]
    stated: frozenset[str]
    claims: dict[str, Claim]
    account_targets: dict[str, Quantity]
    keeps: set[str] = field(default_factory=set)

    def amount(self, term: AmountTerm, source: str) -> Quantity:
        """hi(floor, percent x (sum of `of`) + amount), at most `cap`; terms left out cost nothing."""
        parts = added([self.measure(name, source, money=True) for name in term.of]) if term.of else None
        part = None if term.percent == 1 else self.units.factor(term.percent)
        fixed, floor = self.units.money(term.amount), self.units.money(term.floor)
        cap = None if term.cap is None else self.units.money(term.cap)

        def value(books: Books, m: Arithmetic) -> Amount:
            result = fixed if parts is None else parts(books, m)
            if parts is not None:
                if part is not None:
                    result = m.rounded(result, part)
                if fixed:
                    result = result + fixed
            if floor:
                result = m.hi(result, floor)
            return result if cap is None else m.lo(result, cap)

        return value

    def measure(self, name: str, source: str = "", *, money: bool = False) -> Quantity:
        """The measure `name`; `source` is the account of the line that reads it, `money` that it stands for money."""
        if name in FLOWS:
            self.keeps.add(name)
            return lambda books, m: books.flows[name]
        if name in RATIOS:
            above, below, at_zero = RATIOS[name]
            return self._ratio(self.measure(above), (below,), self.measure(below), at_zero)
        if name in self.declared:
            return self._declared(self.declared[name], money)
        if name in self.observables:
            return self._observable(name, money)
        if "." in name:
            return self._part(*name.rsplit(".", 1))
        return self._whole(name, source)

    def is_money(self, name: str) -> bool:
        """Whether the measure is an amount, not a ratio; an observable read alone is what it is."""
        if name in self.declared:
            term = self.declared[name]
            return not term.to and not {*term.of, *term.less} <= self.observables
        return name not in RATIOS and name not in self.observables

    def _observable(self, name: str, money: bool) -> Quantity:
        minor = self.units.minor
        if minor is None or not money:
            return lambda books, m: books.flows[name]
        twice = self.units.number(2 / minor)
        return lambda books, m: m.floor((books.flows[name] * twice + 1) / 2)  # the nearest whole unit

    def _declared(self, term: DeclaredMeasure, money: bool) -> Quantity:
        """(sum of `of` - sum of `less`, not below 0) / sum of `to`."""
        alone = not money and not term.to and not self.is_money(term.name)
        of, less, to = (
            [self.measure(name, money=not alone) for name in names] for names in (term.of, term.less, term.to)
        )
        above = difference(added(of), added(less)) if less else added(of)
        return self._ratio(above, term.to, added(to), INFINITE if term.at_zero == "infinite" else 0) if to else above

    def _ratio(self, above: Quantity, names: tuple[str, ...], below: Quantity, at_zero: int) -> Quantity:
        """A ratio; of amounts that are paid off, what floats leave counts as the 0 that the contract sees."""
        nothing = self.units.nothing
        if not nothing or {*names} <= {*FLOWS, *self.observables}:
            return lambda books, m: m.ratio(above(books, m), below(books, m), at_zero)

        def value(books: Books, m: Arithmetic) -> Amount:
            divisor = below(books, m)
            return m.ratio(above(books, m), m.pick(divisor > nothing, divisor, 0), at_zero)

        return value

    def _whole(self, name: str, source: str) -> Quantity:
        """Measures of the whole deal that are not collections."""
        match name:
            case "available":
                return lambda books, m: books.held[source]
            case "cumulative_defaulted":
                self.keeps.update((name, "defaulted"))
                return lambda books, m: books.totals[name]
            case "notes_balance":
                balances = [f"{note}.principal" for note in self.notes]
                return lambda books, m: total([books.owed[claim] for claim in balances])
            case _:  # "interest_due", "debt_service_due": the divisors of the coverage ratios
                parts = ("interest",) if name == "interest_due" else ("interest", "principal")
                claims = [f"{note}.{part}" for part in parts for note in self.notes if f"{note}.{part}" in self.stated]
                self.keeps.update(f"{claim}.due_at_opening" for claim in claims)
                return lambda books, m: total([0, *(books.totals[f"{claim}.due_at_opening"] for claim in claims)])

    def _part(self, owner: str, part: str) -> Quantity:
        """Measures of one tranche, claim, account or support."""
        if owner in self.supports:
            return self._of_support(owner, part)
        if owner in self.originals:
            return self._of_tranche(owner, part)
        if owner in self.claims:
            return self._of_claim(owner, part)
        target = self.account_targets
        match part:
            case "balance":
                return lambda books, m: books.held[owner]
            case "target":
                return lambda books, m: target[owner](books, m)
            case _:  # "excess"
                return lambda books, m: m.hi(books.held[owner] - target[owner](books, m), 0)

    def _of_tranche(self, tranche: str, part: str) -> Quantity:
        claim = f"{tranche}.principal"
        match part:
            case "balance":
                return lambda books, m: books.owed[claim]
            case "opening":
                self.keeps.add(f"{claim}.opening")
                return lambda books, m: books.totals[f"{claim}.opening"]
            case _:  # "original"
                return constant(self.originals[tranche])

    def _of_claim(self, claim: str, part: str) -> Quantity:
        claims = self.claims
        if part == "paid":
            return lambda books, m: books.paid.get(claim, 0)
        return lambda books, m: claims[claim].covered(books, m, True)  # "due"; "short", read after the last line

    def _of_support(self, support: str, part: str) -> Quantity:
        match part:
            case "unfunded":
                return lambda books, m: books.unfunded.get(support, 0)
            case "drawn":
                self.keeps.add(f"{support}.drawn")
                return lambda books, m: books.totals[f"{support}.drawn"]
            case _:  # "outstanding"
                return lambda books, m: books.owed[f"{support}.reimbursement"]


def added(parts: Sequence[Quantity]) -> Quantity:
    """A sum; of one part, the part itself."""
    match parts:
        case (only,):
            return only
        case (one, other):
            return lambda books, m: one(books, m) + other(books, m)
    return lambda books, m: total([part(books, m) for part in parts])


def difference(of: Quantity, less: Quantity) -> Quantity:
    """What remains, not below 0."""
    return lambda books, m: m.hi(of(books, m) - less(books, m), 0)


def constant(value: Amount) -> Quantity:
    """A quantity that never changes."""
    return lambda books, m: value
