"""Interest and fees as they fall due."""

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Any

from ipabs.basics.daycount import accrual_fraction
from tests.oracle.measures import amount, measure
from tests.oracle.numbers import Money, exact


def accrue(run: Any) -> None:
    for name, tranche in run.tranches.items():
        if tranche.coupon is None:
            continue
        claim = f"{name}.interest"
        base = run.balance[name] if tranche.notional is None else amount(run, tranche.notional)
        arrears = run.owed[claim] if tranche.unpaid_interest == "carry_with_interest" else Fraction(0)
        faces = (exact(tranche.principal) / run.per_face if run.per_face else 0) or Fraction(1)
        factor = coupon_rate(run, tranche) * interest_fraction(run, tranche) / faces
        run.add(claim, faces * (run.rounded(base * factor) + run.rounded(arrears * factor)))
    waiting = [fee for fee in run.deal.fees if fee_dates(run, fee)]
    while waiting:
        for fee in list(waiting):
            if fee.on.removesuffix(".due") not in {other.name for other in waiting}:
                run.add(fee.name, fee_amount(run, fee))
                waiting.remove(fee)


def coupon_rate(run: Any, tranche: Any) -> Fraction:
    coupon = tranche.coupon
    if coupon.rate is not None:
        return exact(coupon.rate)
    start, _ = interest_period(run, tranche)
    rate = exact(run.indices[coupon.index].at(start)) + exact(coupon.margin)
    if coupon.floor is not None:
        rate = max(rate, exact(coupon.floor))
    if coupon.cap is not None:
        rate = min(rate, exact(coupon.cap))
    return rate


def interest_period(run: Any, tranche: Any) -> tuple[date, date]:
    ends = run.whole_line.payments if tranche.accrual == "adjusted" else run.whole_line.accrual_ends
    dates = (run.whole_line.closing, *ends)
    at = run.offset + run.t
    return dates[at], dates[at + 1]


def interest_fraction(run: Any, tranche: Any) -> Fraction:
    start, end = interest_period(run, tranche)
    ends = run.whole_line.payments if tranche.accrual == "adjusted" else run.whole_line.accrual_ends
    return accrual_fraction(start, end, tranche.day_count, termination=ends[-1])


def fee_dates(run: Any, fee: Any) -> int:
    """How many of the fee's dates fall to this payment date."""
    at = run.offset + run.t
    if fee.yearly is not None:
        years = range(run.whole_line.closing.year, run.whole_line.payments[-1].year + 1)
        days = [date(y, fee.yearly.month, min(fee.yearly.day, monthrange(y, fee.yearly.month)[1])) for y in years]
        days = [day for day in days if day > run.whole_line.closing]
    elif fee.dates:
        days = list(fee.dates)
    else:
        return 1
    return [run.whole_line.period_on_or_after(day) for day in days].count(at)


def fee_amount(run: Any, fee: Any) -> Money:
    total, times = Fraction(0), fee_dates(run, fee)
    if fee.rate is not None:
        fraction = Fraction(1)
        if fee.over is not None:
            starts = {"collection_period": run.whole_line.collection_starts}
            ends = {"collection_period": run.whole_line.collection_ends}
            starts["interest_period"] = run.whole_line.accrual_starts
            ends["interest_period"] = run.whole_line.accrual_ends
            at = run.offset + run.t
            last = ends[fee.over][-1]
            fraction = accrual_fraction(starts[fee.over][at], ends[fee.over][at], fee.day_count, termination=last)
        total = run.rounded(measure(run, fee.on) * exact(fee.rate) * fraction * times)
    if fee.amount is not None:
        total += run.money(fee.amount) * times
    return total
