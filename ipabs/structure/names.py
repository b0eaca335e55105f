"""The names of a deal: which claims, accounts, tests and measures it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ipabs.structure.account import COLLECTIONS
from ipabs.structure.measures import MEASURES, Measure, instances
from ipabs.structure.trigger_tests import DeclaredMeasure

if TYPE_CHECKING:
    from ipabs.structure.deal import Deal

OBSERVABLE = Measure(name="<observable>", meaning="a series from outside, its value on this date", unit="any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name a deal defines, in the order of its file."""

    tranches: tuple[str, ...]
    fees: tuple[str, ...]
    accounts: tuple[str, ...]
    support: tuple[str, ...]
    parties: tuple[str, ...]
    tests: tuple[str, ...]
    phases: tuple[str, ...]
    claims: tuple[str, ...]
    declared: Mapping[str, DeclaredMeasure]
    measures: Mapping[str, Measure]

    def built_in_reads(self, name: str) -> Iterator[tuple[str, Measure]]:
        """The built-in measures that reading `name` reads in the end, through measures of the deal's own."""
        waiting, seen = [name], set[str]()
        while waiting:
            here = waiting.pop()
            if here in seen or here not in self.measures:
                continue
            seen.add(here)
            if here in self.declared:
                waiting.extend(parts(self.declared[here]))
            else:
                yield here, self.measures[here]

    def is_ratio(self, name: str, above: tuple[str, ...] = ()) -> bool:
        """Whether a measure is a ratio: by nature, by its divisor, or by what it adds up."""
        own = self.declared.get(name)
        if own is None or own.to or name in above:
            return self.measures[name].unit in ("ratio", "share")
        return any(self.is_ratio(part, (*above, name)) for part in (*own.of, *own.less) if part in self.measures)


def parts(measure: DeclaredMeasure) -> tuple[str, ...]:
    """The measures that a measure of the deal's own is made of."""
    return (*measure.of, *measure.less, *measure.to)


def claims(deal: "Deal") -> tuple[str, ...]:
    """The claims of a deal: fees, interest and principal of each tranche, reimbursements.

    A tranche without a coupon has no interest claim, one without amortization no principal claim; a support that is
    never reimbursed has none.
    """
    of_tranches = [
        f"{tranche.name}.{part}"
        for tranche in deal.tranches
        for part, exists in (("interest", tranche.coupon), ("principal", tranche.amortization))
        if exists
    ]
    of_support = [f"{support.name}.reimbursement" for support in deal.support if support.reimbursed == "by_line"]
    return (*(fee.name for fee in deal.fees), *of_tranches, *of_support)


def names_of(deal: "Deal") -> Names:
    """The names of `deal`."""
    tranches = tuple(tranche.name for tranche in deal.tranches)
    accounts = (COLLECTIONS, *(account.name for account in deal.accounts))
    support = tuple(one.name for one in deal.support)
    claim_names = claims(deal)
    measures = {measure.name: measure for measure in MEASURES if not measure.name.startswith("<")}
    for noun, own in (("tranche", tranches), ("claim", claim_names), ("account", accounts), ("support", support)):
        measures.update(instances(noun, own))
    measures.update((observable.name, OBSERVABLE) for observable in deal.observables)
    measures.update((measure.name, declared_measure(measure)) for measure in deal.measures)
    return Names(
        tranches=tranches,
        fees=tuple(fee.name for fee in deal.fees),
        accounts=accounts,
        support=support,
        parties=tuple(party.id for party in deal.parties),
        tests=tuple(test.name for test in deal.tests),
        phases=("normal", *(phase.name for phase in deal.phases), *(("called",) if deal.calls else ())),
        claims=claim_names,
        declared=MappingProxyType({measure.name: measure for measure in deal.measures}),
        measures=MappingProxyType(measures),
    )


def declared_measure(measure: DeclaredMeasure) -> Measure:
    """What is known of a measure of the deal's own without its parts."""
    return Measure(name=measure.name, meaning="a measure of the deal's own", unit="ratio" if measure.to else "money")
