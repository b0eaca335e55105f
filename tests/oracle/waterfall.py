"""A second waterfall in exact rationals: slow, plain, and sharing nothing with the engine but the deal itself.

Written from the meanings of the deal language alone, so that where the two differ, one of them misreads a term. Amounts
are Fractions of the major currency unit; a rounding term makes every amount a multiple of its unit. Books are dicts of
names, every rule is applied where it is stated, and nothing is prepared, merged or vectorized.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from ipabs.basics.daycount import accrual_fraction
from ipabs.cashflow.collections import Collections
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.deal import Deal
from ipabs.structure.terms import FEN
from ipabs.structure.tranche import Amount
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Pay,
    Release,
    Residual,
    TopUp,
    Transfer,
    WriteDown,
    placed_lines,
)

INFINITE = "infinite"  # larger than every limit
NEAR = Fraction(1, 10**12)
Money = Fraction
Books = dict[str, Money]


def exact(number: float) -> Fraction:
    """A number as it is written in decimals: 3.25 % is 13/400."""
    return Fraction(repr(float(number)))


def run(
    deal: Deal, collections: Collections, *, path: int = 0, indices: Any = (), observables: Any = ()
) -> list[dict[str, Any]]:
    """What happens on each payment date of one path: a list of plain dicts."""
    books = OneRun(deal.filled(), collections, path, indices, dict(observables))
    return [books.payment_date(t) for t in range(books.periods)]


class OneRun:
    """Everything that is remembered between two lines."""

    def __init__(self, deal: Deal, collections: Collections, path: int, indices: Any, observables: Any) -> None:
        self.deal, self.path = deal, path
        self.line = deal.timeline()
        self.periods = self.line.periods
        self.offset = deal.dates.timeline().periods - self.periods
        self.whole_line = deal.dates.timeline()
        self.indices = {index.name: index for index in indices}
        self.observables = observables
        rounding = deal.rounding
        assert rounding is not None
        self.rounding = {"fen": FEN, "none": None, None: rounding}[rounding.preset]
        self.unit = exact(self.rounding.unit) if self.rounding else None
        self.per_face = exact(rounding.per_face) if rounding.per_face else None
        self.tranches = {tranche.name: tranche for tranche in deal.tranches}
        self.fees = {fee.name: fee for fee in deal.fees}
        self.account_terms = {account.name: account for account in deal.accounts}
        self.supports = {support.name: support for support in deal.support}
        self.parties = {party.id: party for party in deal.parties}
        self.tests = {test.name: test for test in deal.tests}
        self.outside_names = {one.name for one in deal.observables}
        self.declared = {measure.name: measure for measure in deal.measures}
        self.priorities = {priority.phase: placed_lines(priority.lines) for priority in deal.waterfall}
        self.read_collections(collections)
        self.open_books()

    # --- what is given -------------------------------------------------------------------------------------------

    def money(self, number: float) -> Money:
        """An amount of the deal or the pool, to the nearest unit."""
        value = exact(number)
        return value if self.unit is None else floor(value / self.unit + Fraction(1, 2)) * self.unit

    def rounded(self, value: Fraction) -> Money:
        """A product, rounded as the deal says."""
        if self.unit is None:
            return value
        units = value / self.unit
        down = floor(units)
        rest = units - down
        assert self.rounding is not None
        up = {
            "down": False,
            "half_up": rest >= Fraction(1, 2),
            "half_even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and down % 2 == 1),
        }[str(self.rounding.mode)]
        return (down + up) * self.unit

    def read_collections(self, collections: Collections) -> None:
        names = ("interest", "principal", "prepayment", "recovery", "guarantee", "other")
        names = (*names, "defaulted", "performing", "delinquent")
        self.flows = [
            {name: self.money(collections.series(name)[self.path, t]) for name in names} for t in range(self.periods)
        ]
        self.cut_off_performing = self.money(collections.opening[self.path])
        self.cut_off_delinquent = self.money(collections.opening_delinquent[self.path])

    def open_books(self) -> None:
        deal, state = self.deal, self.deal.state
        self.balance: Books = {name: self.money(one.principal) for name, one in self.tranches.items()}
        self.original: Books = dict(self.balance)
        self.notes_issued = sum(self.original.values(), Fraction(0))
        self.written_down: Books = dict.fromkeys(self.tranches, Fraction(0))
        self.capitalized: Books = dict.fromkeys(self.tranches, Fraction(0))
        self.owed: Books = {name: Fraction(0) for name in self.fees}
        self.owed |= {f"{name}.interest": Fraction(0) for name, one in self.tranches.items() if one.coupon}
        self.owed |= {f"{name}.reimbursement": Fraction(0) for name in self.supports}
        self.held: Books = {COLLECTIONS: Fraction(0)} | {name: Fraction(0) for name in self.account_terms}
        self.drawn: Books = dict.fromkeys(self.supports, Fraction(0))
        self.outstanding: Books = dict.fromkeys(self.supports, Fraction(0))
        self.fee_year: Books = dict.fromkeys(self.fees, Fraction(0))
        self.fee_life: Books = dict.fromkeys(self.fees, Fraction(0))
        self.fee_year_of = 0
        self.failed = dict.fromkeys(self.tests, False)
        self.outside = dict.fromkeys(self.tests, 0)
        self.inside = dict.fromkeys(self.tests, 0)
        self.called, self.phase = False, "normal"
        self.pool_original = self.cut_off_performing
        self.cumulative_defaulted = Fraction(0)
        if state is None:
            assert deal.closing is not None
            for deposit in deal.closing.uses.accounts:
                self.held[deposit.account] += self.money(deposit.amount)
            return
        self.pool_original = self.money(state.pool_original)
        self.cumulative_defaulted = self.money(state.cumulative_defaulted)
        self.fee_year_of = state.as_of.year
        for note in state.tranches:
            self.balance[note.name] = self.money(note.balance)
            self.written_down[note.name] = self.money(note.written_down)
            self.capitalized[note.name] = self.money(note.capitalized)
            if note.owed_interest:
                self.owed[f"{note.name}.interest"] = self.money(note.owed_interest)
        for fee in state.fees:
            self.owed[fee.name] = self.money(fee.owed)
            self.fee_year[fee.name] = self.money(fee.paid_this_year)
            self.fee_life[fee.name] = self.money(fee.paid_life)
        for account in state.accounts:
            self.held[account.name] = self.money(account.held)
        for support in state.support:
            self.drawn[support.name] = self.money(support.drawn)
            self.outstanding[support.name] = self.money(support.outstanding)
            self.owed[f"{support.name}.reimbursement"] = self.money(support.outstanding)
        for test in state.tests:
            self.failed[test.name] = test.failed
            self.outside[test.name], self.inside[test.name] = test.outside, test.inside

    # --- one payment date ----------------------------------------------------------------------------------------

    def payment_date(self, t: int) -> dict[str, Any]:
        self.t = t
        self.at_end = False
        self.margins: list[Fraction] = []
        self.rows: list[dict[str, Any]] = []
        self.paid: dict[str, Money] = defaultdict(Fraction)
        self.accrued: dict[str, Money] = defaultdict(Fraction)
        self.removed: dict[str, Money] = defaultdict(Fraction)
        self.entered: dict[str, Money] = defaultdict(Fraction)
        self.unfunded: dict[str, Money] = defaultdict(Fraction)
        self.asked_today: dict[str, tuple[int, int, bool]] = {}
        self.opening = dict(self.balance)
        self.collect()  # until the tests at collection are read, the phase of the date before is in force
        self.exercise_call()
        self.accrue()
        notes = [one for one in self.deal.tranches if not one.residual]
        self.interest_due = sum((self.owed[f"{one.name}.interest"] for one in notes if one.coupon), Fraction(0))
        self.principal_due = sum((self.due(f"{one.name}.principal") for one in notes if one.amortization), Fraction(0))
        for name, test in self.tests.items():
            if test.at == "collection":
                self.read_test(name)
        self.phase = self.phase_in_force()
        self.sweep_at_the_end()
        self.seen_fees: set[str] = set()
        for number, placed in enumerate(self.priorities[self.phase], start=1):
            self.act(number, placed)
        self.at_end = True
        self.close()
        return {
            "phase": self.phase,
            "failed": dict(self.failed),
            "paid": dict(self.paid),
            "accrued": dict(self.accrued),
            "removed": dict(self.removed),
            "owed": self.closing_owed(),
            "held": dict(self.held),
            "entered": dict(self.entered),
            "rows": self.rows,
            "margin": min(self.margins, default=Fraction(1)),
        }

    def closing_owed(self) -> Books:
        owed = dict(self.owed)
        for name in self.tranches:
            owed[f"{name}.principal"] = self.balance[name]
        return owed

    def collect(self) -> None:
        self.sold = self.called  # from the date after the call there is no pool
        if self.sold:
            self.flows[self.t] = dict.fromkeys(self.flows[self.t], Fraction(0))
        flows, where = self.flows[self.t], self.deal.collect
        self.cumulative_defaulted += flows["defaulted"]
        for kind in ("interest", "principal", "prepayment", "recovery", "guarantee", "other"):
            self.held[getattr(where, kind)] += flows[kind]

    def exercise_call(self) -> None:
        for call in self.deal.calls:
            pool, bound = self.measure("pool_closing"), exact(call.pool_percent or 0.0) * self.pool_original
            small = pool <= bound
            self.note_margin(pool, bound, self.notes_issued)
            if small and call.exercise == "when_allowed" and not self.called:
                assert call.price is not None
                price = self.amount(call.price)
                self.called = True
                self.held[call.into] += price
                self.entered["call"] += price

    def accrue(self) -> None:
        for name, tranche in self.tranches.items():
            if tranche.coupon is None:
                continue
            claim = f"{name}.interest"
            base = self.balance[name] if tranche.notional is None else self.amount(tranche.notional)
            arrears = self.owed[claim] if tranche.unpaid_interest == "carry_with_interest" else Fraction(0)
            faces = (exact(tranche.principal) / self.per_face if self.per_face else 0) or Fraction(1)
            factor = self.coupon_rate(tranche) * self.interest_fraction(tranche) / faces
            self.add(claim, faces * (self.rounded(base * factor) + self.rounded(arrears * factor)))
        waiting = [fee for fee in self.deal.fees if self.fee_dates(fee)]
        while waiting:
            for fee in list(waiting):
                if fee.on.removesuffix(".due") not in {other.name for other in waiting}:
                    self.add(fee.name, self.fee_amount(fee))
                    waiting.remove(fee)

    def add(self, claim: str, amount: Money) -> None:
        self.owed[claim] += amount
        self.accrued[claim] += amount

    def coupon_rate(self, tranche: Any) -> Fraction:
        coupon = tranche.coupon
        if coupon.rate is not None:
            return exact(coupon.rate)
        start, _ = self.interest_period(tranche)
        rate = exact(self.indices[coupon.index].at(start)) + exact(coupon.margin)
        if coupon.floor is not None:
            rate = max(rate, exact(coupon.floor))
        if coupon.cap is not None:
            rate = min(rate, exact(coupon.cap))
        return rate

    def interest_period(self, tranche: Any) -> tuple[date, date]:
        ends = self.whole_line.payments if tranche.accrual == "adjusted" else self.whole_line.accrual_ends
        dates = (self.whole_line.closing, *ends)
        at = self.offset + self.t
        return dates[at], dates[at + 1]

    def interest_fraction(self, tranche: Any) -> Fraction:
        start, end = self.interest_period(tranche)
        ends = self.whole_line.payments if tranche.accrual == "adjusted" else self.whole_line.accrual_ends
        return accrual_fraction(start, end, tranche.day_count, termination=ends[-1])

    def fee_dates(self, fee: Any) -> int:
        """How many of the fee's dates fall to this payment date."""
        at = self.offset + self.t
        if fee.yearly is not None:
            years = range(self.whole_line.closing.year, self.whole_line.payments[-1].year + 1)
            days = [date(y, fee.yearly.month, min(fee.yearly.day, monthrange(y, fee.yearly.month)[1])) for y in years]
            days = [day for day in days if day > self.whole_line.closing]
        elif fee.dates:
            days = list(fee.dates)
        else:
            return 1
        return [self.whole_line.period_on_or_after(day) for day in days].count(at)

    def fee_amount(self, fee: Any) -> Money:
        total, times = Fraction(0), self.fee_dates(fee)
        if fee.rate is not None:
            fraction = Fraction(1)
            if fee.over is not None:
                starts = {"collection_period": self.whole_line.collection_starts}
                ends = {"collection_period": self.whole_line.collection_ends}
                starts["interest_period"] = self.whole_line.accrual_starts
                ends["interest_period"] = self.whole_line.accrual_ends
                at = self.offset + self.t
                last = ends[fee.over][-1]
                fraction = accrual_fraction(starts[fee.over][at], ends[fee.over][at], fee.day_count, termination=last)
            total = self.rounded(self.measure(fee.on) * exact(fee.rate) * fraction * times)
        if fee.amount is not None:
            total += self.money(fee.amount) * times
        return total

    # --- tests and phases ----------------------------------------------------------------------------------------

    def read_test(self, name: str, available: Money | None = None) -> None:
        """One reading: outside `run` times in a row it fails, then inside `cure` times in a row it passes again."""
        test = self.tests[name]
        outside, inside, _ = self.asked_today.setdefault(
            name, (self.outside[name], self.inside[name], self.failed[name])
        )
        if self.is_outside(test, available):
            self.outside[name], self.inside[name] = outside + 1, 0
            if self.outside[name] >= test.run:
                self.failed[name] = True
        else:
            self.outside[name] = 0
            if self.failed[name]:
                self.inside[name] = inside + 1
                if test.cure is not None and self.inside[name] >= test.cure:
                    self.failed[name], self.inside[name] = False, 0

    def is_outside(self, test: Any, available: Money | None) -> bool:
        limit = test.maximum if test.maximum is not None else test.minimum
        for step in test.steps:
            if self.whole_line.period_on_or_after(step.since) <= self.offset + self.t:
                limit = step.limit
        bound = exact(limit)
        if self.is_money(test.measure):
            bound = self.money(limit)
        value = self.measure(test.measure, available)
        if value == INFINITE:
            return test.maximum is not None
        self.note_margin(value, bound, self.notes_issued if self.is_money(test.measure) else max(bound, Fraction(1)))
        return bool(value > bound if test.maximum is not None else value < bound)

    def note_margin(self, value: Any, bound: Fraction, size: Fraction) -> None:
        """How near a limit a value is without standing on it, as a part of `size`."""
        if value != bound and size:
            self.margins.append(abs(value - bound) / size)

    def is_money(self, name: str) -> bool:
        ratios = ("cumulative_default_ratio", "delinquency_ratio", "pool_factor", "overcollateralization")
        ratios += ("interest_coverage", "debt_service_coverage", *(one.name for one in self.deal.observables))
        return name not in ratios and not (name in self.declared and self.declared[name].to)

    def phase_in_force(self) -> str:
        if self.called:
            return "called"
        for phase in self.deal.phases:
            tests = phase.enter_if_failing
            if any(self.failed[name] for name in tests.any) or (
                tests.all and all(self.failed[name] for name in tests.all)
            ):
                return phase.name
        return "normal"

    @property
    def is_final(self) -> bool:
        return self.t == self.periods - 1

    @property
    def is_accelerated(self) -> bool:
        """All principal is due by the phase."""
        return self.phase == "called" or any(
            phase.name == self.phase and phase.principal_due == "all" for phase in self.deal.phases
        )

    def sweep_at_the_end(self) -> None:
        if not (self.is_final or self.phase == "called"):
            return
        emptied: set[str] = set()
        waiting = [account for account in self.deal.accounts if account.sweep_to]
        while waiting:
            receiving = {account.sweep_to for account in waiting}
            first = next(account for account in waiting if account.name not in receiving)
            waiting.remove(first)
            emptied.add(first.name)
            moved = self.held[first.name]
            self.held[first.name] -= moved
            self.held[first.sweep_to] += moved

    # --- what is due ---------------------------------------------------------------------------------------------

    def due(self, claim: str, *, as_scheduled: bool = False) -> Money:
        name, _, part = claim.rpartition(".")
        if part != "principal" or not name:
            return self.owed[claim]
        tranche, balance = self.tranches[name], self.balance[name]
        if self.is_final or (self.is_accelerated and not as_scheduled):
            return balance
        match tranche.amortization:
            case "pass_through" | "bullet":
                expected = tranche.expected_maturity or self.deal.dates.expected_maturity
                reached = self.whole_line.period_on_or_after(expected) <= self.offset + self.t
                return balance if reached else Fraction(0)
            case "scheduled":
                fallen_due = sum(
                    (
                        self.scheduled(tranche, entry)
                        for entry in tranche.schedule
                        if self.whole_line.period_on_or_after(entry.due) <= self.offset + self.t
                    ),
                    Fraction(0),
                )
                paid = self.original[name] + self.capitalized[name] - self.written_down[name] - balance
                return min(max(fallen_due - paid, Fraction(0)), balance)
            case "target":
                assert tranche.target is not None
                return max(balance - self.amount(tranche.target), Fraction(0))
        raise ValueError(tranche.amortization)

    def scheduled(self, tranche: Any, entry: Any) -> Money:
        if entry.amount is not None:
            return self.money(entry.amount)
        return self.rounded(exact(entry.percent) * self.original[tranche.name])

    def payable(self, claim: str, *, first_line: bool = False) -> Money:
        if claim in self.fees:
            return min(self.owed[claim], self.fee_cap_left(claim)) if first_line else self.owed[claim]
        name, _, part = claim.rpartition(".")
        if part == "principal" and self.tranches[name].amortization == "pass_through":
            return self.balance[name]
        return self.due(claim)

    def fee_cap_left(self, name: str) -> Money:
        cap = self.fees[name].cap
        left = self.owed[name]
        if cap is None:
            return left
        year = self.line.payments[self.t].year
        if year != self.fee_year_of:
            self.fee_year_of = year
            self.fee_year = dict.fromkeys(self.fees, Fraction(0))
        bounds = [left]
        if cap.per_date is not None:
            bounds.append(self.money(cap.per_date))
        if cap.per_year is not None:
            bounds.append(max(self.money(cap.per_year) - self.fee_year[name], Fraction(0)))
        if cap.life is not None:
            bounds.append(max(self.money(cap.life) - self.fee_life[name], Fraction(0)))
        return min(bounds)

    def settle(self, claim: str, amount: Money) -> None:
        """A claim receives cash."""
        name, _, part = claim.rpartition(".")
        self.paid[claim] += amount
        if name and part == "principal":
            self.balance[name] -= amount
        else:
            self.owed[claim] -= amount
        if part == "reimbursement":
            self.outstanding[name] -= amount

    # --- lines ---------------------------------------------------------------------------------------------------

    def act(self, number: int, placed: Any) -> None:
        line = placed.line
        asked = (*line.if_passing, *line.if_failing)
        available = self.held.get(placed.source, Fraction(0))
        for name in dict.fromkeys(asked):
            if self.tests[name].at == "line":
                self.read_test(name, available)
        if isinstance(line, Pay):
            first = {claim for claim in line.target if claim in self.fees and claim not in self.seen_fees}
            self.seen_fees |= first
        if any(self.failed[name] for name in line.if_passing):
            return
        if not all(self.failed[name] for name in line.if_failing):
            return
        match line:
            case Pay():
                self.pay(number, line, placed.source, first)
            case TopUp():
                self.top_up(number, line, placed.source)
            case Transfer():
                most = self.held[placed.source]
                if line.target.up_to is not None:
                    most = min(most, self.amount(line.target.up_to, available))
                self.move(placed.source, line.target.to, most)
            case Release():
                excess = max(self.held[line.target] - self.account_target(line.target), Fraction(0))
                self.move(line.target, self.account_terms[line.target].sweep_to, excess)
            case Draw():
                self.draw(number, line, available)
            case WriteDown():
                self.write_down(line, available)
            case Capitalize():
                self.capitalize(line, available)
            case Residual():
                self.residual(number, line, placed.source)
            case _:
                raise ValueError(line)

    def move(self, source: str, to: str, amount: Money) -> None:
        self.held[source] -= amount
        self.held[to] += amount

    def pay(self, number: int, line: Pay, source: str, first: set[str]) -> None:
        """Pay claims; a cap limits the `first` line of the list that names its fee."""
        available = self.held[source]
        limit = None if line.up_to is None else self.amount(line.up_to, available)
        most = available if limit is None else min(available, limit)
        dues = [self.due(claim) for claim in line.target]
        wants = [self.payable(claim, first_line=claim in first) for claim in line.target]
        parts = self.split(most, wants, line)
        for claim, due, want, part in zip(line.target, dues, wants, parts, strict=True):
            payable = want if limit is None else min(want, limit)
            row = {"available": self.held[source], "due": due, "payable": payable, "granted": part}
            if line.split == "pro_rata":
                row["available"] = available
            elif limit is not None:
                limit -= part
            self.rows.append({"line": number, "target": claim} | row)
            self.held[source] -= part
            if claim in first:
                self.fee_year[claim] += part
                self.fee_life[claim] += part
            self.settle(claim, part)

    def top_up(self, number: int, line: TopUp, source: str) -> None:
        available = self.held[source]
        most = available if line.up_to is None else min(available, self.amount(line.up_to, available))
        wants = [max(self.account_target(name) - self.held[name], Fraction(0)) for name in line.target]
        for name, part in zip(line.target, self.split(most, wants, line), strict=True):
            self.move(source, name, part)

    def split(self, cash: Money, wants: list[Money], line: Any) -> list[Money]:
        """Who gets what of `cash`."""
        if line.split == "sequential":
            parts = []
            for want in wants:
                parts.append(min(cash, want))
                cash -= parts[-1]
            return parts
        if cash >= sum(wants):
            return wants
        return self.whole(cash, wants, proportional(cash, wants, self.weights(line, wants)))

    def weights(self, line: Any, wants: list[Money]) -> list[Fraction]:
        tranches = [name.removesuffix(".interest").removesuffix(".principal") for name in line.target]
        match line.by:
            case "weights":
                return [exact(weight) for weight in line.weights]
            case "balance":
                return [self.balance.get(name, self.held.get(name)) for name in tranches]  # type: ignore[misc]
            case "original":
                return [self.original[name] for name in tranches]
        return wants

    def whole(self, cash: Money, wants: list[Money], parts: list[Fraction]) -> list[Money]:
        """The exact parts in whole units."""
        if self.unit is None or self.rounding is None:
            return parts
        low = [floor(part / self.unit) * self.unit for part in parts]
        if self.rounding.share == "down_rest_stays":
            return low
        left = int((cash - sum(low)) / self.unit)
        remainders = [part - down for part, down in zip(parts, low, strict=True)]
        order = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
        for i in order[:left]:
            low[i] += self.unit
        return low

    def write_down(self, line: WriteDown, available: Money) -> None:
        assert line.up_to is not None
        wants = [self.balance[name] for name in line.target]
        most = self.amount(line.up_to, available)
        for name, part in zip(line.target, self.split(most, wants, line), strict=True):
            self.balance[name] -= part
            self.written_down[name] += part
            self.removed[f"{name}.principal"] += part

    def capitalize(self, line: Capitalize, available: Money) -> None:
        left = None if line.up_to is None else self.amount(line.up_to, available)
        for name in line.target:
            part = self.owed[f"{name}.interest"]
            if left is not None:
                part = min(part, left)
                left -= part
            self.turn_into_balance(name, part)

    def turn_into_balance(self, name: str, part: Money) -> None:
        self.owed[f"{name}.interest"] -= part
        self.removed[f"{name}.interest"] += part
        self.balance[name] += part
        self.capitalized[name] += part
        self.accrued[f"{name}.principal"] += part

    def residual(self, number: int, line: Residual, source: str) -> None:
        name, cash = line.target, self.held[source]
        self.held[source] -= cash
        if name in self.tranches:
            claim, balance = f"{name}.principal", self.balance[name]
            principal = min(cash, balance)
            asked = self.tranches[name].amortization or self.is_final or self.is_accelerated
            row = {"available": cash, "due": self.due(claim) if asked else Fraction(0), "payable": balance}
            self.rows.append({"line": number, "target": claim, "granted": principal} | row)
            self.settle(f"{name}.principal", principal)
            self.paid[f"{name}.income"] += cash - principal
        else:
            self.paid[f"{name}.income"] += cash

    # --- support -------------------------------------------------------------------------------------------------

    def draw(self, number: int, line: Draw, available: Money) -> None:
        support = self.supports[line.target]
        as_scheduled = support.on_acceleration == "as_scheduled"
        dues = {claim: self.due(claim, as_scheduled=as_scheduled) for claim in support.covers}
        gap = sum(dues.values(), Fraction(0))
        if support.mode == "into_account":
            gap = max(gap - self.held[support.into], Fraction(0))
        if line.up_to is not None:
            gap = min(gap, self.amount(line.up_to, available))
        for account in support.after:
            moved = min(self.held[account], gap)
            self.move(account, support.into, moved)
            gap -= moved
        call = min(gap, self.capacity(support)) if self.capacity(support) is not None else gap
        party_pays = self.observed(f"{support.by}.performing", default=Fraction(1)) != 0
        received = call if party_pays else Fraction(0)
        self.unfunded[support.name] += call - received
        self.drawn[support.name] += received
        self.outstanding[support.name] += received
        self.entered[support.name] += received
        self.owed[f"{support.name}.reimbursement"] += received
        self.accrued[f"{support.name}.reimbursement"] += received
        if support.mode == "into_account":
            self.held[support.into] += received
            return
        for claim, due in dues.items():
            part = min(due, received)
            self.settle(claim, part)
            received -= part

    def capacity(self, support: Any) -> Money | None:
        """What the promise and its party have left; None: without bound."""
        left: list[Money] = []
        if isinstance(support.limit, int | float):
            left.append(self.money(support.limit) - self.used(support))
        party = self.parties[support.by]
        if party.limit is not None:
            together = [one for one in self.deal.support if one.by == party.id]
            left.append(self.money(party.limit) - sum((self.used(one) for one in together), Fraction(0)))
        return max(min(left), Fraction(0)) if left else None

    def used(self, support: Any) -> Money:
        books = self.outstanding if support.limit_basis == "outstanding" else self.drawn
        return books[support.name]

    # --- amounts and measures ------------------------------------------------------------------------------------

    def amount(self, amount: Amount, available: Money | None = None) -> Money:
        """hi(floor, percent x sum + amount), at most cap."""
        total = self.sum_of(amount.of, available)
        value = self.rounded(total * exact(amount.percent)) if amount.of else Fraction(0)
        value = max(value + self.money(amount.amount), self.money(amount.floor))
        return value if amount.cap is None else min(value, self.money(amount.cap))

    def account_target(self, name: str) -> Money:
        terms = self.account_terms.get(name)
        ended = self.is_final or self.phase == "called"
        if terms is None or terms.target is None or ended:
            return Fraction(0)
        if terms.until and all(self.balance[note] == 0 for note in terms.until):
            return Fraction(0)
        return self.amount(terms.target)

    def observed(self, name: str, default: Fraction | None = None) -> Any:
        if name not in self.observables and default is not None:
            return default
        series = self.observables[name]
        while hasattr(series[0], "__len__"):
            series = series[self.path]
        return exact(series[self.t])

    def measure(self, name: str, available: Money | None = None) -> Any:
        if name in self.declared:
            return self.declared_measure(self.declared[name], available)
        if name in self.outside_names:
            return self.observed(name)
        flows = self.flows[self.t]
        before = self.flows[self.t - 1] if self.t else None
        notes = [one for one in self.deal.tranches if not one.residual]
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
                return self.pool_original
            case "pool_opening" if self.sold:
                return Fraction(0)
            case "pool_opening" if before is None:
                return self.cut_off_performing + self.cut_off_delinquent
            case "pool_opening" if before is not None:
                return before["performing"] + before["delinquent"]
            case "pool_closing":
                return flows["performing"] + flows["delinquent"]
            case "performing":
                return flows["performing"]
            case "delinquent":
                return flows["delinquent"]
            case "cumulative_defaulted":
                return self.cumulative_defaulted
            case "cumulative_default_ratio":
                return ratio(self.cumulative_defaulted, self.pool_original, Fraction(0))
            case "delinquency_ratio":
                return ratio(flows["delinquent"], flows["performing"] + flows["delinquent"], Fraction(0))
            case "pool_factor":
                return ratio(flows["performing"] + flows["delinquent"], self.pool_original, Fraction(0))
            case "notes_balance":
                return sum((self.balance[one.name] for one in notes), Fraction(0))
            case "overcollateralization":
                return ratio(flows["performing"], self.measure("notes_balance"), INFINITE)
            case "interest_coverage":
                return ratio(flows["interest"], self.interest_due, INFINITE)
            case "debt_service_coverage":
                total = self.measure("total_collections")
                return ratio(total, self.interest_due + self.principal_due, INFINITE)
            case "available":
                assert available is not None
                return available
        noun, _, part = name.rpartition(".")
        match part:
            case "balance":
                return self.balance[noun] if noun in self.tranches else self.held[noun]
            case "opening":
                return self.opening[noun]
            case "original":
                return self.original[noun]
            case "due" | "short":
                return self.due(noun)
            case "paid":
                return self.paid[noun]
            case "target":
                return self.account_target(noun)
            case "excess":
                return max(self.held[noun] - self.account_target(noun), Fraction(0))
            case "unfunded":
                return self.unfunded[noun]
            case "drawn":
                return self.drawn[noun]
            case "outstanding":
                return self.outstanding[noun]
        raise ValueError(name)

    def declared_measure(self, measure: Any, available: Money | None) -> Any:
        if not measure.to and {*measure.of, *measure.less} <= self.outside_names:  # no money, unless read as money
            of, less = (
                sum((self.observed(name) for name in names), Fraction(0)) for names in (measure.of, measure.less)
            )
        else:
            of, less = self.sum_of(measure.of, available), self.sum_of(measure.less, available)
        top = INFINITE if of == INFINITE else Fraction(0) if less == INFINITE else max(of - less, Fraction(0))
        if not measure.to:
            return top
        at_zero = {"zero": Fraction(0), "infinite": INFINITE}[measure.at_zero]
        return ratio(top, self.sum_of(measure.to, available), at_zero)

    def sum_of(self, names: tuple[str, ...], available: Money | None) -> Any:
        """Measures added up as money: an observable counts to the nearest unit."""
        values = [
            self.money(float(self.observed(name))) if name in self.outside_names else self.measure(name, available)
            for name in names
        ]
        return INFINITE if INFINITE in values else sum(values, Fraction(0))

    # --- the end of the date -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Tests at the end see the date as the last line left it; then unpaid interest takes its course."""
        for name, test in self.tests.items():
            if test.at == "end":
                self.read_test(name)
        for name, tranche in self.tranches.items():
            claim = f"{name}.interest"
            if tranche.coupon is None:
                continue
            if tranche.unpaid_interest == "forgive":
                self.removed[claim] += self.owed[claim]
                self.owed[claim] = Fraction(0)
            elif tranche.unpaid_interest == "capitalize":
                self.turn_into_balance(name, self.owed[claim])


def ratio(top: Any, bottom: Any, at_zero: Any) -> Any:
    """top / bottom, with its value where there is nothing to divide by."""
    if bottom == 0:
        return at_zero
    if INFINITE in (top, bottom):
        return INFINITE if bottom != INFINITE else Fraction(0)
    return top / bottom


def proportional(cash: Money, wants: list[Money], weights: list[Fraction]) -> list[Fraction]:
    """Parts in proportion to the weights, none above its want; what one cannot take goes to the rest."""
    parts = [Fraction(0)] * len(wants)
    open_ = [i for i, want in enumerate(wants) if want > 0 and weights[i] > 0]
    while open_:
        total = sum(weights[i] for i in open_)
        filled = [i for i in open_ if cash * weights[i] >= wants[i] * total]
        if not filled:
            for i in open_:
                parts[i] = cash * weights[i] / total
            return parts
        for i in filled:
            parts[i] = wants[i]
        cash -= sum((wants[i] for i in filled), Fraction(0))
        open_ = [i for i in open_ if i not in filled]
    without = [i for i, want in enumerate(wants) if want > 0 and weights[i] == 0]
    rest = sum((wants[i] for i in without), Fraction(0))
    for i in without:  # what has no weight comes last, in proportion to what it wants
        parts[i] = wants[i] * min(cash / rest, Fraction(1))
    return parts
