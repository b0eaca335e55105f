"""What the holders of a tranche receive, when, and what it is worth.

Flows are ``(path, period)`` in the major unit; figures of a whole life are ``(path,)``. Interest is what is paid to the
interest claim, and for a residual tranche its income.

>>> from ipabs.engine.sample import small_ledger
>>> ledger = small_ledger()  # A: 100 at 5%, then a residual of 20; three yearly payments
>>> flows(ledger, "A")[0].tolist(), flows(ledger, "sub")[0].tolist()
([46.0, 46.0, 16.75], [0.0, 0.0, 29.25])
>>> life = weighted_average_life(ledger, "A")  # (41 x 366 + 43.05 x 731 + 15.95 x 1096 days) / 100 / 365
>>> round(float(life[0]), 4), window(ledger, "A").last.isoformat()
(1.7522, '2027-01-01')
>>> at_par = yield_rate(ledger, "A")
>>> round(float(at_par[0]), 6), round(float(price(ledger, "A", float(at_par[0]))[0]), 6)
(0.049931, 100.0)
>>> shortfall(ledger, "A")[0].tolist(), loss_at_final(ledger, "A").tolist()
([0.0, 0.0, 0.0], [0.0])
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ipabs._typing import FloatArray
from ipabs.basics.daycount import DayCount
from ipabs.cashflow.bond_math import discount_margin as margin_of_flows
from ipabs.cashflow.bond_math import weighted_average_life as life_of_flows
from ipabs.cashflow.discounting import DiscountCurve, xnpv
from ipabs.cashflow.irr import xirr
from ipabs.engine.claims import interest_fractions
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError, finding
from ipabs.structure.tranche import Tranche


def tranche_of(ledger: Ledger, name: str) -> Tranche:
    """The terms of a tranche."""
    for tranche in ledger.deal.tranches:
        if tranche.name == name:
            return tranche
    names = [tranche.name for tranche in ledger.deal.tranches]
    raise DataError(finding("readings.tranche", "the deal has no tranche {got!r}; {hint}", got=name, allowed=names))


def interest(ledger: Ledger, tranche: str) -> FloatArray:
    """Interest paid, or the income of a residual."""
    tranche_of(ledger, tranche)
    claims = [claim for claim in (f"{tranche}.interest", f"{tranche}.income") if claim in ledger.claims]
    paid = np.zeros((ledger.paths, ledger.timeline.periods))
    for claim in claims:
        paid = paid + ledger.paid(claim)
    return paid


def principal(ledger: Ledger, tranche: str) -> FloatArray:
    """Principal paid."""
    tranche_of(ledger, tranche)
    return ledger.paid(f"{tranche}.principal")


def flows(ledger: Ledger, tranche: str) -> FloatArray:
    """All cash to the holders."""
    return interest(ledger, tranche) + principal(ledger, tranche)


def deferred(ledger: Ledger, tranche: str) -> FloatArray:
    """Interest owed after each date."""
    claim = f"{tranche_of(ledger, tranche).name}.interest"
    return ledger.owed(claim) if claim in ledger.claims else np.zeros((ledger.paths, ledger.timeline.periods))


def shortfall(ledger: Ledger, tranche: str) -> FloatArray:
    """What was due, interest and principal, and unpaid after each date."""
    principal = ledger.short(f"{tranche_of(ledger, tranche).name}.principal")
    claim = f"{tranche}.interest"
    return principal + ledger.short(claim) if claim in ledger.claims else principal


def loss_at_final(ledger: Ledger, tranche: str) -> FloatArray:
    """Principal that is never paid ``(path,)``: written down, or outstanding after legal final."""
    tranche_of(ledger, tranche)
    written_down = ledger.removals(f"{tranche}.principal")
    return np.asarray(ledger.balance(tranche)[:, -1] + written_down.sum(axis=1))


def start(ledger: Ledger) -> date:
    """The day the run starts from: closing, or the date of a deal's state in mid-life."""
    return ledger.timeline.accrual_starts[0]


def weighted_average_life(ledger: Ledger, tranche: str, *, day_count: DayCount = "ACT/365F") -> FloatArray:
    """``sum(principal * years from closing) / sum(principal)`` ``(path,)``; nan where no principal is paid."""
    paid = principal(ledger, tranche)
    some = paid.sum(axis=1) > 0
    years = np.full(ledger.paths, np.nan)
    if some.any():
        years[some] = life_of_flows(start(ledger), ledger.timeline.payments, paid[some], day_count=day_count)
    return years


@dataclass(frozen=True, slots=True)
class Window:
    """First and last date on which principal is paid."""

    first: date
    last: date


def window(ledger: Ledger, tranche: str, path: int = 0) -> Window | None:
    """The principal window of one path; None where no principal is paid."""
    paid = np.flatnonzero(principal(ledger, tranche)[path] > ledger.nothing)
    days = ledger.timeline.payments
    return Window(days[int(paid[0])], days[int(paid[-1])]) if paid.size else None


def value(ledger: Ledger, tranche: str, curve: DiscountCurve) -> FloatArray:
    """Present value of all flows on a curve ``(path,)``."""
    return np.asarray(flows(ledger, tranche) @ curve.discount(ledger.timeline.payments))


def price(ledger: Ledger, tranche: str, yield_rate: float, *, day_count: DayCount = "ACT/365F") -> FloatArray:
    """Present value at an effective annual yield, per 100 of the balance at the start ``(path,)``; nan without one."""
    days, cash = with_start(ledger, flows(ledger, tranche), 0.0)
    worth = np.atleast_1d(xnpv(yield_rate, days, cash, day_count=day_count))
    balance = ledger.opening_balance(tranche)[:, 0]
    return np.asarray(np.divide(100 * worth, balance, out=np.full(ledger.paths, np.nan), where=balance > 0))


def yield_rate(
    ledger: Ledger, tranche: str, price: float | None = None, *, day_count: DayCount = "ACT/365F"
) -> FloatArray:
    """Effective annual yield at a price per 100 of the balance ``(path,)``; nan where there is none.

    Without a price, at the issue price of the closing.
    """
    paid = issue_price(ledger, tranche) if price is None else price
    outlay = -paid / 100 * ledger.opening_balance(tranche)[:, :1]
    days, cash = with_start(ledger, flows(ledger, tranche), outlay)
    return np.atleast_1d(xirr(days, cash, day_count=day_count, on_error="nan"))


def issue_price(ledger: Ledger, tranche: str) -> float:
    """Price at closing per 100; 100 where the closing does not state it."""
    tranche_of(ledger, tranche)
    sources = ledger.deal.closing.sources if ledger.deal.closing is not None else ()
    return next((100 * one.price for one in sources if one.name == tranche and one.price is not None), 100.0)


def discount_margin(ledger: Ledger, tranche: str, price: float, index_rates: FloatArray, path: int = 0) -> float:
    """Margin over the index at which the flows of one path are worth `price` per 100 of the balance.

    Parameters
    ----------
    index_rates : array (period,)
        The index of each interest period.
    """
    terms = tranche_of(ledger, tranche)
    worth = price / 100 * float(ledger.opening_balance(tranche)[path, 0])
    stated = terms if terms.day_count is not None else replace(terms, day_count="ACT/365F")
    accruals = [float(part) for part in interest_fractions(ledger.deal, stated, ledger.timeline)]
    return margin_of_flows(worth, flows(ledger, tranche)[path], index_rates, accruals)


def with_start(ledger: Ledger, cash: FloatArray, outlay: float | FloatArray) -> tuple[tuple[date, ...], FloatArray]:
    """Flows with the start in front."""
    first = np.broadcast_to(outlay, (ledger.paths, 1))
    return (start(ledger), *ledger.timeline.payments), np.hstack([first, cash])
