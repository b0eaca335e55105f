"""What methods ask of their inputs: rights that are alive, and a stated result that follows from its inputs."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from ipabs.cashflow.discounting import Values
from ipabs.errors import DataError, Finding, KeyPath, finding
from ipabs.patents.patent import IPRight
from ipabs.patents.portfolio import Portfolio
from ipabs.patents.statute import why_dead
from ipabs.valuation.ranges import outside
from ipabs.valuation.valuation import inputs_of

WEIGHT_TOLERANCE = 1e-9


def rights_findings(portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    """What forbids valuing these rights: facts that contradict each other, a number twice, a right not alive.

    >>> old = IPRight(number="T1", kind="trademark", grant=date(2010, 1, 1))
    >>> print(*rights_findings(Portfolio(rights=(old,)), date(2024, 1, 1)))
    T1.status: T1 is expired on 2024-01-01 and has no value; leave it out
    """
    yield from portfolio.findings()
    for right in portfolio.rights:
        for one in (*right.findings(), *_dead(right, as_of)):
            yield one.under(right.number)


def _dead(right: IPRight, as_of: date) -> Iterator[Finding]:
    try:
        reason = why_dead(right, as_of)
    except DataError as fault:
        yield from fault.findings
        return
    if reason:
        yield finding(
            "valuation.not_alive",
            "{right} is {got} on {as_of} and has no value; leave it out",
            path=("status",),
            got=reason,
            right=right.number,
            as_of=as_of,
        )


def draw_findings(method: object) -> Iterator[Finding]:
    """Draws that are no single line of numbers, or of different number from input to input.

    >>> from ipabs.valuation.cost import MultiplierCost
    >>> method = MultiplierCost(material_cost=np.array([40.0, 60.0]), labor_cost=np.array([20.0, 20.0, 20.0]),
    ...                         labor_multiplier=1.5, failure_rate=0.2, profit_rate=0.3)
    >>> print(*draw_findings(method))
    labor_cost: draws of shape (3,); material_cost has (2,)
    """
    arrays = {entry.name: entry.value for entry in inputs_of(method) if isinstance(entry.value, np.ndarray)}
    sizes = {name: array.shape for name, array in arrays.items() if array.ndim > 0}
    for name, shape in sizes.items():
        if len(shape) != 1 or not shape[0]:
            template = "draws of shape {got}; wanted one line of one or more numbers"
            yield finding("valuation.draw_shape", template, path=(name,), got=shape)
        elif shape != next(iter(sizes.values())):
            yield finding(
                "valuation.draws",
                "draws of shape {got}; {first} has {wanted}",
                path=(name,),
                got=shape,
                first=next(iter(sizes)),
                wanted=next(iter(sizes.values())),
            )


def weight_findings(weights: tuple[float, ...], *, path: KeyPath = ()) -> Iterator[Finding]:
    """Weights below zero, or that do not sum to one.

    >>> print(next(weight_findings((0.5, 0.4))))
    the weights sum to 0.9, not to 1
    """
    found = [
        fault
        for at, weight in enumerate(weights)
        for fault in outside("weight", weight, "[0, inf)", path=(*path, at), single=True)
    ]
    yield from found
    if not found and abs(sum(weights) - 1) > WEIGHT_TOLERANCE:
        yield finding("valuation.weights", "the weights sum to {got}, not to 1", path=path, got=f"{sum(weights):.10g}")


def stated_findings(result: Values, stated: float, *, tolerance: float, path: KeyPath = ()) -> tuple[Finding, ...]:
    """A warning when a source states another result than its own inputs give.

    >>> print(stated_findings(2.3471, 2.40, tolerance=0.005)[0])
    the source states 2.4, but its inputs give 2.3471
    """
    mean = float(np.mean(result))
    if abs(mean - stated) <= tolerance:
        return ()
    template = "the source states {got}, but its inputs give {result}"
    return (
        finding(
            "valuation.stated",
            template,
            path=path,
            severity="warning",
            got=f"{stated:.10g}",
            result=f"{mean:.10g}",
        ),
    )
