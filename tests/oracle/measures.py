"""What is due, amounts that follow measures, and the measures themselves."""

from fractions import Fraction
from typing import Any

from ipabs.structure.tranche import Amount
from tests.oracle.numbers import INFINITE, Money, exact, ratio


def due(run: Any, claim: str, *, as_scheduled: bool = False) -> Money:
    name, _, part = claim.rpartition(".")
    if part != "principal" or not name:
        return run.owed[claim]
    tranche, balance = run.tranches[name], run.balance[name]
    if run.is_final or (run.is_accelerated and not as_scheduled):
        return balance
    match tranche.amortization:
        case "pass_through" | "bullet":
            expected = tranche.expected_maturity or run.deal.dates.expected_maturity
            reached = run.whole_line.period_on_or_after(expected) <= run.offset + run.t
            return balance if reached else Fraction(0)
        case "scheduled":
            fallen_due = sum(
                (
                    scheduled(run, tranche, entry)
                    for entry in tranche.schedule
                    if run.whole_line.period_on_or_after(entry.due) <= run.offset + run.t
                ),
                Fraction(0),
            )
            paid = run.original[name] + run.capitalized[name] - run.written_down[name] - balance
            return min(max(fallen_due - paid, Fraction(0)), balance)
        case "target":
            assert tranche.target is not None
            return max(balance - amount(run, tranche.target), Fraction(0))
    raise ValueError(tranche.amortization)


def scheduled(run: Any, tranche: Any, entry: Any) -> Money:
    if entry.amount is not None:
        return run.money(entry.amount)
    return run.rounded(exact(entry.percent) * run.original[tranche.name])


def payable(run: Any, claim: str, *, first_line: bool = False) -> Money:
    if claim in run.fees:
        return min(run.owed[claim], fee_cap_left(run, claim)) if first_line else run.owed[claim]
    name, _, part = claim.rpartition(".")
    if part == "principal" and run.tranches[name].amortization == "pass_through":
        return run.balance[name]
    return due(run, claim)


def fee_cap_left(run: Any, name: str) -> Money:
    cap = run.fees[name].cap
    left = run.owed[name]
    if cap is None:
        return left
    year = run.line.payments[run.t].year
    if year != run.fee_year_of:
        run.fee_year_of = year
        run.fee_year = dict.fromkeys(run.fees, Fraction(0))
    bounds = [left]
    if cap.per_date is not None:
        bounds.append(run.money(cap.per_date))
    if cap.per_year is not None:
        bounds.append(max(run.money(cap.per_year) - run.fee_year[name], Fraction(0)))
    if cap.life is not None:
        bounds.append(max(run.money(cap.life) - run.fee_life[name], Fraction(0)))
    return min(bounds)


def amount(run: Any, amount: Amount, available: Money | None = None) -> Money:
    """hi(floor, percent x sum + amount), at most cap."""
    total = sum_of(run, amount.of, available)
    value = run.rounded(total * exact(amount.percent)) if amount.of else Fraction(0)
    value = max(value + run.money(amount.amount), run.money(amount.floor))
    return value if amount.cap is None else min(value, run.money(amount.cap))


def account_target(run: Any, name: str) -> Money:
    terms = run.account_terms.get(name)
    ended = run.is_final or run.phase == "called"
    if terms is None or terms.target is None or ended:
        return Fraction(0)
    if terms.until and all(run.balance[note] == 0 for note in terms.until):
        return Fraction(0)
    return amount(run, terms.target)


def observed(run: Any, name: str, default: Fraction | None = None) -> Any:
    if name not in run.observables and default is not None:
        return default
    series = run.observables[name]
    while hasattr(series[0], "__len__"):
        series = series[run.path]
    return exact(series[run.t])


def measure(run: Any, name: str, available: Money | None = None) -> Any:
    if name in run.declared:
        return declared_measure(run, run.declared[name], available)
    if name in run.outside_names:
        return observed(run, name)
    flows = run.flows[run.t]
    before = run.flows[run.t - 1] if run.t else None
    notes = [one for one in run.deal.tranches if not one.residual]
    cash = ("interest", "principal", "prepayment", "recovery", "guarantee", "other")
    match name:
        case "total_collections":
            return sum((flows[kind] for kind in cash), Fraction(0))
        case "interest_collections":
            return flows["interest"]
        case "principal_collections":
            return flows["principal"] + flows["prepayment"]
        case "recoveries":
            return flows["recovery"]
        case "guarantee_collections":
            return flows["guarantee"]
        case "other_collections":
            return flows["other"]
        case "defaulted":
            return flows["defaulted"]
        case "principal_distribution":
            return flows["principal"] + flows["prepayment"] + flows["defaulted"]
        case "pool_original":
            return run.pool_original
        case "pool_opening" if run.sold:
            return Fraction(0)
        case "pool_opening" if before is None:
            return run.cut_off_performing + run.cut_off_delinquent
        case "pool_opening" if before is not None:
            return before["performing"] + before["delinquent"]
        case "pool_closing":
            return flows["performing"] + flows["delinquent"]
        case "performing":
            return flows["performing"]
        case "delinquent":
            return flows["delinquent"]
        case "cumulative_defaulted":
            return run.cumulative_defaulted
        case "cumulative_default_ratio":
            return ratio(run.cumulative_defaulted, run.pool_original, Fraction(0))
        case "delinquency_ratio":
            return ratio(flows["delinquent"], flows["performing"] + flows["delinquent"], Fraction(0))
        case "pool_factor":
            return ratio(flows["performing"] + flows["delinquent"], run.pool_original, Fraction(0))
        case "notes_balance":
            return sum((run.balance[one.name] for one in notes), Fraction(0))
        case "overcollateralization":
            return ratio(flows["performing"], measure(run, "notes_balance"), INFINITE)
        case "interest_coverage":
            return ratio(flows["interest"], run.interest_due, INFINITE)
        case "debt_service_coverage":
            total = measure(run, "total_collections")
            return ratio(total, run.interest_due + run.principal_due, INFINITE)
        case "available":
            assert available is not None
            return available
    noun, _, part = name.rpartition(".")
    match part:
        case "balance":
            return run.balance[noun] if noun in run.tranches else run.held[noun]
        case "opening":
            return run.opening[noun]
        case "original":
            return run.original[noun]
        case "due" | "short":
            return due(run, noun)
        case "paid":
            return run.paid[noun]
        case "target":
            return account_target(run, noun)
        case "excess":
            return max(run.held[noun] - account_target(run, noun), Fraction(0))
        case "unfunded":
            return run.unfunded[noun]
        case "drawn":
            return run.drawn[noun]
        case "outstanding":
            return run.outstanding[noun]
    raise ValueError(name)


def declared_measure(run: Any, measure: Any, available: Money | None) -> Any:
    if not measure.to and {*measure.of, *measure.less} <= run.outside_names:  # no money, unless read as money
        of, less = (sum((observed(run, name) for name in names), Fraction(0)) for names in (measure.of, measure.less))
    else:
        of, less = sum_of(run, measure.of, available), sum_of(run, measure.less, available)
    top = INFINITE if of == INFINITE else Fraction(0) if less == INFINITE else max(of - less, Fraction(0))
    if not measure.to:
        return top
    at_zero = {"zero": Fraction(0), "infinite": INFINITE}[measure.at_zero]
    return ratio(top, sum_of(run, measure.to, available), at_zero)


def sum_of(run: Any, names: tuple[str, ...], available: Money | None) -> Any:
    """Measures added up as money: an observable counts to the nearest unit."""
    values = [
        run.money(float(observed(run, name))) if name in run.outside_names else measure(run, name, available)
        for name in names
    ]
    return INFINITE if INFINITE in values else sum(values, Fraction(0))
