"""Claims and accruals of a deal: what each is owed, from which date, at which exact rate."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal, Protocol, cast

from ipabs.basics.daycount import DayCount, accrual_fraction
from ipabs.basics.timeline import Timeline
from ipabs.engine.accruals import FeeAccrual, InterestAccrual
from ipabs.engine.arithmetic import Amount, Factor
from ipabs.engine.calls import can_be_called
from ipabs.engine.measures import Reader
from ipabs.engine.opening import capacities
from ipabs.engine.principal import Dated, FromDate, Plan, Principal, Scheduled, ToTarget
from ipabs.engine.targets import CappedFee, Claim, Owed, Reimbursement
from ipabs.engine.units import Units, back_end, decimal
from ipabs.errors import Finding, finding
from ipabs.structure.deal import Deal
from ipabs.structure.fee import Fee
from ipabs.structure.tranche import Coupon, Tranche


class Index(Protocol):
    """A reference rate."""

    @property
    def name(self) -> str:
        """As coupons call it."""

    def at(self, day: date) -> float:
        """The value in force on a day, decimal per year."""


def claims_of(deal: Deal, timeline: Timeline, reader: Reader, shifted: Mapping[str, str]) -> dict[str, Claim]:
    """Every claim of the deal by name."""
    accelerates = can_be_called(deal) or any(phase.principal_due == "all" for phase in deal.phases)
    claims: dict[str, Claim] = {fee.name: Owed(fee.name) for fee in deal.fees}
    for tranche in deal.tranches:
        if tranche.coupon is not None:
            claims[f"{tranche.name}.interest"] = Owed(f"{tranche.name}.interest")
        plan = plan_of(deal, tranche, timeline, reader, shifted.get(tranche.name, ""))
        name = f"{tranche.name}.principal"
        claims[name] = principal_claim(name, plan, timeline.periods - 1, accelerates)
    for support in deal.support:
        name = f"{support.name}.reimbursement"
        restores = capacities(deal, support) if support.limit_basis == "outstanding" else ()
        claims[name] = Reimbursement(name, restores)
    return claims


def principal_claim(name: str, plan: Plan, final: int, accelerates: bool) -> Claim:
    """A balance that is due by plan, or simply from a date on."""
    if isinstance(plan, FromDate) and not accelerates:
        return Dated(name, min(plan.expected, final), plan.early)
    return Principal(name, plan, final, accelerates)


def plan_of(deal: Deal, tranche: Tranche, timeline: Timeline, reader: Reader, shifted: str) -> Plan:
    """When the balance of a tranche is due."""
    expected = timeline.period_on_or_after(tranche.expected_maturity or deal.dates.expected_maturity)
    match tranche.amortization:
        case "pass_through":
            return FromDate(expected, early=True)
        case "bullet":
            return FromDate(expected, early=False)
        case "scheduled":
            return Scheduled(remaining(deal, tranche, timeline, reader.units), shifted)
        case "target" if tranche.target is not None:
            return ToTarget(reader.amount(tranche.target, ""))
    return FromDate(timeline.periods - 1, early=True)  # a residual tranche, repaid by the residual alone


def remaining(deal: Deal, tranche: Tranche, timeline: Timeline, units: Units) -> tuple[Amount, ...]:
    """What the schedule leaves outstanding after each date: original principal less the cumulative schedule.

    A part of the original principal is a product, rounded as the contract says.
    """
    exact, m = Units(units.minor, exact=True), back_end(deal.rounding, "fraction")
    original = exact.money(tranche.principal)
    due = [Fraction(0)] * timeline.periods
    for entry in tranche.schedule:
        share = None if entry.percent is None else exact.factor(entry.percent)
        part = exact.money(entry.amount or 0.0) if share is None else m.rounded(original, share)
        due[timeline.period_on_or_after(entry.due)] += part
    left, result = original, []
    for amount in due:
        left -= amount
        result.append(units.number(left))
    return tuple(result)


def interest_accruals(
    deal: Deal, timeline: Timeline, reader: Reader, indices: Mapping[str, Index], face: Fraction | None
) -> Iterator[InterestAccrual]:
    """The interest of every tranche with a coupon."""
    for tranche in deal.tranches:
        if tranche.coupon is None:
            continue
        name, faces = tranche.name, 1 if face is None else int(decimal(tranche.principal) / face) or 1
        fractions = interest_fractions(deal, tranche, timeline)
        rates = [annual_rate(tranche.coupon, start, indices) for start, _ in interest_periods(deal, tranche, timeline)]
        base = reader.measure(f"{name}.balance") if tranche.notional is None else reader.amount(tranche.notional, "")
        yield InterestAccrual(
            f"{name}.interest",
            base,
            tuple(Factor.of(rate * part / faces) for rate, part in zip(rates, fractions, strict=True)),
            on_unpaid=tranche.unpaid_interest == "carry_with_interest",
            faces=faces,
        )


def interest_periods(deal: Deal, tranche: Tranche, timeline: Timeline) -> tuple[tuple[date, date], ...]:
    """First day and end of each interest period, between stated payment dates or moved ones.

    In mid-life the first period starts where the one before the deal was joined ended.
    """
    if tranche.accrual != "adjusted":
        return tuple(zip(timeline.accrual_starts, timeline.accrual_ends, strict=True))
    return tuple(zip(payments_before(deal, timeline), timeline.payments, strict=True))


def payments_before(deal: Deal, timeline: Timeline) -> tuple[date, ...]:
    """The payment date before each one, as moved; closing before the first."""
    whole = deal.dates.timeline()
    return (whole.closing, *whole.payments)[-1 - timeline.periods : -1]


def interest_fractions(deal: Deal, tranche: Tranche, timeline: Timeline) -> tuple[Fraction, ...]:
    """Year fraction of each interest period."""
    periods = interest_periods(deal, tranche, timeline)
    day_count, (_, termination) = cast("DayCount", tranche.day_count), periods[-1]
    return tuple(accrual_fraction(start, end, day_count, termination=termination) for start, end in periods)


def annual_rate(coupon: Coupon, start: date, indices: Mapping[str, Index]) -> Fraction:
    """The rate of an interest period: fixed, or the index at its start plus the margin, within floor and cap."""
    if not coupon.index:
        return decimal(coupon.rate or 0.0)
    rate = decimal(indices[coupon.index].at(start)) + decimal(coupon.margin)
    if coupon.floor is not None:
        rate = max(rate, decimal(coupon.floor))
    if coupon.cap is not None:
        rate = min(rate, decimal(coupon.cap))
    return rate


def index_findings(deal: Deal, indices: Mapping[str, Index]) -> Iterator[Finding]:
    """Floating coupons whose index is not given."""
    for tranche in deal.tranches:
        index = tranche.coupon.index if tranche.coupon else ""
        if index and index not in indices:
            yield finding(
                "engine.index",
                "the coupon follows {got!r}, but no index of that name is given; {hint}",
                path=("tranches", tranche.name, "coupon"),
                got=index,
                allowed=sorted(indices),
            )


def rate_findings(deal: Deal, timeline: Timeline, indices: Mapping[str, Index]) -> Iterator[Finding]:
    """Floating coupons that a negative margin takes below 0 without a floor."""
    for tranche in deal.tranches:
        coupon = tranche.coupon
        if coupon is None or coupon.index not in indices:
            continue
        starts = [start for start, _ in interest_periods(deal, tranche, timeline)]
        lowest, day = min((annual_rate(coupon, start, indices), start) for start in starts)
        if lowest < 0:
            yield finding(
                "engine.negative_rate",
                "the coupon is {got} a year from {day}; state a floor",
                path=("tranches", tranche.name, "coupon"),
                got=f"{float(lowest):.4%}",
                day=day,
            )


def fee_accruals(deal: Deal, timeline: Timeline, reader: Reader) -> Iterator[FeeAccrual]:
    """What each fee adds on each of its dates."""
    for fee in deal.fees:
        times = due_times(deal, fee, timeline)
        fractions = fee_fractions(fee, timeline)
        rate = None if fee.rate is None else decimal(fee.rate)
        yield FeeAccrual(
            fee.name,
            reader.measure(fee.on) if rate is not None else None,
            tuple(
                Factor.of(rate * part * count) if rate is not None and count else None
                for part, count in zip(fractions, times, strict=True)
            ),
            tuple(reader.units.money(decimal(fee.amount or 0.0) * count) for count in times),
        )


def fee_fractions(fee: Fee, timeline: Timeline) -> tuple[Fraction, ...]:
    """The year fraction that multiplies the rate; 1 where the rate is not per year."""
    match fee.over:
        case "collection_period":
            return timeline.collection_fractions(cast("DayCount", fee.day_count))
        case "interest_period":
            return timeline.accrual_fractions(cast("DayCount", fee.day_count))
    return (Fraction(1),) * timeline.periods


def due_times(deal: Deal, fee: Fee, timeline: Timeline) -> Sequence[int]:
    """How often the fee is due at each payment date: at the first one on or after each of its dates.

    Counted from closing, so that a date which an earlier payment has met is not met again in mid-life.
    """
    if fee.yearly is None and not fee.dates:
        return [1] * timeline.periods
    whole = deal.dates.timeline()
    days = list(fee.dates)
    if fee.yearly is not None:
        years = range(whole.closing.year, whole.payments[-1].year + 1)
        days += [fee.yearly.in_year(year) for year in years]
    times = [0] * whole.periods
    for day in days:
        period = whole.period_on_or_after(day)
        if day > whole.closing and period < whole.periods:
            times[period] += 1
    return times[-timeline.periods :]


def capped_fees(deal: Deal, units: Units) -> dict[str, CappedFee]:
    """Fees in the line that their cap limits."""
    result = {}
    for fee in deal.fees:
        if fee.cap is not None:
            caps: tuple[tuple[Literal["year", "life"], float | None], ...] = (
                ("year", fee.cap.per_year),
                ("life", fee.cap.life),
            )
            counted = tuple((f"{fee.name}.{over}", units.money(cap)) for over, cap in caps if cap is not None)
            per_date = None if fee.cap.per_date is None else units.money(fee.cap.per_date)
            result[fee.name] = CappedFee(fee.name, per_date, counted)
    return result


def since(steps: Sequence[tuple[date, Amount]], first: Amount, timeline: Timeline) -> tuple[Amount, ...]:
    """A value by period that other values replace, each from the first payment date on or after its date."""
    starts = [timeline.period_on_or_after(day) for day, _ in steps]
    values = [first, *(value for _, value in steps)]
    return tuple(values[bisect_left(starts, t + 1)] for t in range(timeline.periods))
