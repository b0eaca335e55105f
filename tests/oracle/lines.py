"""What each line does with the cash."""

from fractions import Fraction
from math import floor
from typing import Any

from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Pay,
    Release,
    Residual,
    TopUp,
    Transfer,
    WriteDown,
)
from tests.oracle.measures import account_target, amount, due, observed, payable
from tests.oracle.numbers import Money, exact, proportional
from tests.oracle.triggers import read_test


def act(run: Any, number: int, placed: Any) -> None:
    line = placed.line
    asked = (*line.if_passing, *line.if_failing)
    available = run.held.get(placed.source, Fraction(0))
    for name in dict.fromkeys(asked):
        if run.tests[name].at == "line":
            read_test(run, name, available)
    if isinstance(line, Pay):
        first = {claim for claim in line.target if claim in run.fees and claim not in run.seen_fees}
        run.seen_fees |= first
    if any(run.failed[name] for name in line.if_passing):
        return
    if not all(run.failed[name] for name in line.if_failing):
        return
    match line:
        case Pay():
            pay(run, number, line, placed.source, first)
        case TopUp():
            top_up(run, number, line, placed.source)
        case Transfer():
            most = run.held[placed.source]
            if line.target.up_to is not None:
                most = min(most, amount(run, line.target.up_to, available))
            move(run, placed.source, line.target.to, most)
        case Release():
            excess = max(run.held[line.target] - account_target(run, line.target), Fraction(0))
            move(run, line.target, run.account_terms[line.target].sweep_to, excess)
        case Draw():
            draw(run, number, line, available)
        case WriteDown():
            write_down(run, line, available)
        case Capitalize():
            capitalize(run, line, available)
        case Residual():
            residual(run, number, line, placed.source)
        case _:
            raise ValueError(line)


def move(run: Any, source: str, to: str, amount: Money) -> None:
    run.held[source] -= amount
    run.held[to] += amount


def pay(run: Any, number: int, line: Pay, source: str, first: set[str]) -> None:
    """Pay claims; a cap limits the `first` line of the list that names its fee."""
    available = run.held[source]
    limit = None if line.up_to is None else amount(run, line.up_to, available)
    most = available if limit is None else min(available, limit)
    dues = [due(run, claim) for claim in line.target]
    wants = [payable(run, claim, first_line=claim in first) for claim in line.target]
    parts = split(run, most, wants, line)
    for claim, owed, want, part in zip(line.target, dues, wants, parts, strict=True):
        most_payable = want if limit is None else min(want, limit)
        row = {"available": run.held[source], "due": owed, "payable": most_payable, "granted": part}
        if line.split == "pro_rata":
            row["available"] = available
        elif limit is not None:
            limit -= part
        run.rows.append({"line": number, "target": claim} | row)
        run.held[source] -= part
        if claim in first:
            run.fee_year[claim] += part
            run.fee_life[claim] += part
        run.settle(claim, part)


def top_up(run: Any, number: int, line: TopUp, source: str) -> None:
    available = run.held[source]
    most = available if line.up_to is None else min(available, amount(run, line.up_to, available))
    wants = [max(account_target(run, name) - run.held[name], Fraction(0)) for name in line.target]
    for name, part in zip(line.target, split(run, most, wants, line), strict=True):
        move(run, source, name, part)


def split(run: Any, cash: Money, wants: list[Money], line: Any) -> list[Money]:
    """Who gets what of `cash`."""
    if line.split == "sequential":
        parts = []
        for want in wants:
            parts.append(min(cash, want))
            cash -= parts[-1]
        return parts
    if cash >= sum(wants):
        return wants
    return whole(run, cash, wants, proportional(cash, wants, weights(run, line, wants)))


def weights(run: Any, line: Any, wants: list[Money]) -> list[Fraction]:
    tranches = [name.removesuffix(".interest").removesuffix(".principal") for name in line.target]
    match line.by:
        case "weights":
            return [exact(weight) for weight in line.weights]
        case "balance":
            return [run.balance.get(name, run.held.get(name)) for name in tranches]  # type: ignore[misc]
        case "original":
            return [run.original[name] for name in tranches]
    return wants


def whole(run: Any, cash: Money, wants: list[Money], parts: list[Fraction]) -> list[Money]:
    """The exact parts in whole units."""
    if run.unit is None or run.rounding is None:
        return parts
    low = [floor(part / run.unit) * run.unit for part in parts]
    if run.rounding.share == "down_rest_stays":
        return low
    left = int((cash - sum(low)) / run.unit)
    remainders = [part - down for part, down in zip(parts, low, strict=True)]
    order = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for i in order[:left]:
        low[i] += run.unit
    return low


def write_down(run: Any, line: WriteDown, available: Money) -> None:
    assert line.up_to is not None
    wants = [run.balance[name] for name in line.target]
    most = amount(run, line.up_to, available)
    for name, part in zip(line.target, split(run, most, wants, line), strict=True):
        run.balance[name] -= part
        run.written_down[name] += part
        run.removed[f"{name}.principal"] += part


def capitalize(run: Any, line: Capitalize, available: Money) -> None:
    left = None if line.up_to is None else amount(run, line.up_to, available)
    for name in line.target:
        part = run.owed[f"{name}.interest"]
        if left is not None:
            part = min(part, left)
            left -= part
        turn_into_balance(run, name, part)


def turn_into_balance(run: Any, name: str, part: Money) -> None:
    run.owed[f"{name}.interest"] -= part
    run.removed[f"{name}.interest"] += part
    run.balance[name] += part
    run.capitalized[name] += part
    run.accrued[f"{name}.principal"] += part


def residual(run: Any, number: int, line: Residual, source: str) -> None:
    name, cash = line.target, run.held[source]
    run.held[source] -= cash
    if name in run.tranches:
        claim, balance = f"{name}.principal", run.balance[name]
        principal = min(cash, balance)
        asked = run.tranches[name].amortization or run.is_final or run.is_accelerated
        row = {"available": cash, "due": due(run, claim) if asked else Fraction(0), "payable": balance}
        run.rows.append({"line": number, "target": claim, "granted": principal} | row)
        run.settle(f"{name}.principal", principal)
        run.paid[f"{name}.income"] += cash - principal
    else:
        run.paid[f"{name}.income"] += cash


def draw(run: Any, number: int, line: Draw, available: Money) -> None:
    support = run.supports[line.target]
    as_scheduled = support.on_acceleration == "as_scheduled"
    dues = {claim: due(run, claim, as_scheduled=as_scheduled) for claim in support.covers}
    gap = sum(dues.values(), Fraction(0))
    if support.mode == "into_account":
        gap = max(gap - run.held[support.into], Fraction(0))
    if line.up_to is not None:
        gap = min(gap, amount(run, line.up_to, available))
    for account in support.after:
        moved = min(run.held[account], gap)
        move(run, account, support.into, moved)
        gap -= moved
    call = min(gap, capacity(run, support)) if capacity(run, support) is not None else gap
    party_pays = observed(run, f"{support.by}.performing", default=Fraction(1)) != 0
    received = call if party_pays else Fraction(0)
    run.unfunded[support.name] += call - received
    run.drawn[support.name] += received
    run.outstanding[support.name] += received
    run.entered[support.name] += received
    run.owed[f"{support.name}.reimbursement"] += received
    run.accrued[f"{support.name}.reimbursement"] += received
    if support.mode == "into_account":
        run.held[support.into] += received
        return
    for claim, owed in dues.items():
        part = min(owed, received)
        run.settle(claim, part)
        received -= part


def capacity(run: Any, support: Any) -> Money | None:
    """What the promise and its party have left; None: without bound."""
    left: list[Money] = []
    if isinstance(support.limit, int | float):
        left.append(run.money(support.limit) - used(run, support))
    party = run.parties[support.by]
    if party.limit is not None:
        together = [one for one in run.deal.support if one.by == party.id]
        left.append(run.money(party.limit) - sum((used(run, one) for one in together), Fraction(0)))
    return max(min(left), Fraction(0)) if left else None


def used(run: Any, support: Any) -> Money:
    books = run.outstanding if support.limit_basis == "outstanding" else run.drawn
    return books[support.name]
