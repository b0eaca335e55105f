"""The lines of a deal made into steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ipabs.engine.arithmetic import Amount
from ipabs.engine.books import Quantity
from ipabs.engine.conditions import Gate, Watch
from ipabs.engine.measures import Reader, constant
from ipabs.engine.merge import Merged
from ipabs.engine.sources import FromAccount, FromSupport, Nowhere, Source
from ipabs.engine.steps import Step
from ipabs.engine.targets import (
    Capitalization,
    CappedFee,
    Claim,
    Excess,
    Fill,
    Gap,
    Income,
    Into,
    Loss,
    Repaid,
    StillDue,
    Target,
)
from ipabs.engine.units import decimal
from ipabs.structure.deal import Deal
from ipabs.structure.fee import Fee
from ipabs.structure.support import Support
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Line,
    Options,
    Pay,
    Purchase,
    Release,
    Residual,
    TopUp,
    Transfer,
    Verb,
    WriteDown,
    placed_lines,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A line as lists are compared: without its clause, with its account, and with the fees it pays first."""

    verb: Verb
    source: str
    capped: tuple[str, ...]


def written(lines: Sequence[Line], fees: Sequence[Fee]) -> Iterator[tuple[Written, str]]:
    """The lines of one phase in order, each with its clause; a cap limits the first line that pays its fee."""
    waiting = {fee.name for fee in fees if fee.cap is not None}
    for placed in placed_lines(tuple(lines)):
        first = tuple(name for name in placed.line.target if name in waiting) if isinstance(placed.line, Pay) else ()
        waiting.difference_update(first)
        yield Written(replace(placed.line, clause=""), placed.source, first), placed.clause


@dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes steps out of lines, with everything a line can name at hand."""

    deal: Deal
    reader: Reader
    watches: Mapping[str, Watch]
    claims: Mapping[str, Claim]
    capped: Mapping[str, CappedFee]
    sources: Mapping[str, FromSupport]
    shifted: Mapping[str, str]
    phases: tuple[str, ...]

    def steps(self, merged: Merged[Written], clauses: Mapping[str, Sequence[str]]) -> Iterator[Step]:
        """The step of a line; a draw has one for each account it moves first."""
        places = tuple((phase, at + 1, clauses[phase][at]) for phase, at in merged.places.items())
        shared = {"gate": self._gate(merged), "places": places}
        for step in self._of_verb(merged.line):
            yield replace(step, **shared)  # type: ignore[arg-type]  # the two fields that every verb shares

    def _gate(self, merged: Merged[Written]) -> Gate | None:
        verb = merged.line.verb
        gate = Gate(
            phases=() if set(merged.places) == set(self.phases) else tuple(merged.places),
            passing=tuple(self.watches[name] for name in verb.if_passing),
            failing=tuple(self.watches[name] for name in verb.if_failing),
        )
        return None if gate == Gate() else gate

    def _of_verb(self, line: Written) -> Iterator[Step]:
        verb, account = line.verb, FromAccount(line.source)
        match verb:
            case Pay():
                claims = tuple(self.capped[name] if name in line.capped else self.claims[name] for name in verb.target)
                yield self._step("pay", verb, line, claims)
            case TopUp():
                targets = self.reader.account_targets
                yield self._step("top_up", verb, line, tuple(Fill(name, targets[name]) for name in verb.target))
            case Transfer():
                term = verb.target.up_to
                limit = None if term is None else self.reader.amount(term, line.source)
                yield Step("transfer", account, (Into(verb.target.to),), limit=limit)
            case Release():
                to = next(one.sweep_to for one in self.deal.accounts if one.name == verb.target)
                excess = Excess(to, verb.target, self.reader.account_targets[verb.target])
                yield Step("release", account, (excess,))
            case Draw():
                support = next(one for one in self.deal.support if one.name == verb.target)
                yield from self._draw(support, self._limit(verb, line))
            case WriteDown():
                losses = tuple(Loss(f"{name}.principal", self.shifted.get(name, "")) for name in verb.target)
                yield self._step("write_down", verb, line, losses, Nowhere())
            case Capitalize():
                turned = tuple(
                    Capitalization(f"{name}.interest", f"{name}.principal", self.shifted.get(name, ""))
                    for name in verb.target
                )
                yield Step("capitalize", Nowhere(), turned, limit=self._limit(verb, line))
            case Residual():
                yield Step("residual", account, self._residual(verb.target), limit=self._limit(verb, line))
            case Purchase():  # pragma: no cover - refused by the findings of the deal
                raise TypeError(verb)

    def _step(
        self,
        word: str,
        verb: Pay | TopUp | WriteDown,
        line: Written,
        targets: tuple[Target, ...],
        source: Source | None = None,
    ) -> Step:
        side_by_side = verb.split == "pro_rata" and len(targets) > 1
        return Step(
            word,
            source or FromAccount(line.source),
            targets,
            limit=self._limit(verb, line),
            side_by_side=side_by_side,
            weights=self._weights(verb) if side_by_side else None,
        )

    def _limit(self, verb: Options, line: Written) -> Quantity | None:
        return None if verb.up_to is None else self.reader.amount(verb.up_to, line.source)

    def _weights(self, verb: Pay | TopUp | WriteDown) -> tuple[Quantity, ...] | None:
        """What the split follows; stated weights as whole numbers, so that whole units divide exactly."""
        match verb.by:
            case "balance" | "original":
                return tuple(self.reader.measure(f"{name.partition('.')[0]}.{verb.by}") for name in verb.target)
            case "weights":
                exact = [decimal(weight) for weight in verb.weights]
                whole = Fraction(1)
                for weight in exact:
                    whole *= weight.denominator
                return tuple(constant(self._number(weight * whole)) for weight in exact)
        return None

    def _number(self, value: Fraction) -> Amount:
        return self.reader.units.number(value)

    def _residual(self, name: str) -> tuple[Target, ...]:
        """A tranche's principal first, then income; a party has income only."""
        principal = self.claims.get(f"{name}.principal")
        income = Income(f"{name}.income")
        return (income,) if principal is None else (Repaid(principal.name, principal), income)

    def _draw(self, support: Support, up_to: Quantity | None) -> Iterator[Step]:
        source, accelerated = self.sources[support.name], support.on_acceleration == "all_due"
        claims = tuple(self.claims[name] for name in support.covers)
        if support.mode == "to_claims":
            yield Step("draw", replace(source, up_to=up_to), tuple(StillDue(claim, accelerated) for claim in claims))
            return
        sources: tuple[Source, ...] = (*(FromAccount(account) for account in support.after), source)
        for at, each in enumerate(sources):
            gap = Gap(support.into, support.name, claims, accelerated, first=at == 0, up_to=up_to)
            yield Step("draw", each, (gap,))
