"""Revenue streams: what a product earns in a country, year by year, with ramp, growth and decay.

Value belongs to a stream and not to a patent: a stream is valued once, however many rights protect it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np

from ipabs._typing import FloatArray
from ipabs.cashflow.discounting import Values
from ipabs.errors import Finding, finding
from ipabs.valuation.periods import Periods, per_period
from ipabs.valuation.ranges import outside

LONGEST_YEARS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RevenueStream:
    """Revenue of one product in one country.

    ``R_t = level × revenues_t × ramp_t`` in the years forecast; after the last one it grows at `growth_rate`, or ends
    where `growth_rate` is None. The technology's part of it falls: ``(1 − decay_rate) ** (t − 1)``.

    Attributes
    ----------
    revenues : tuple of float
        One amount a period from the valuation date on, in the currency of the valuation.
    level : float or FloatArray
        Scale of the whole forecast: 1, or draws around it.
    ramp : tuple of float
        Share of the forecast reached in the first periods, 1 afterwards; () when the forecast holds the ramp itself.
    growth_rate : float or FloatArray, optional
        Yearly growth beyond the forecast.
    decay_rate : float or FloatArray
        Yearly decay of the technology's contribution.
    royalty_rate, tax_rate : float or FloatArray, optional
        The stream's own, where they differ from the method's.
    technical_life_years, contract_life_years : float or FloatArray
        Years until the technology is obsolete, or until the licence or product contract ends.
    perpetual : bool
        A right renewed for ever (a trademark): a growing perpetuity follows the forecast.

    Examples
    --------
    >>> RevenueStream(name="A", revenues=(100.0,), ramp=(0.5, 0.8), growth_rate=0.1).revenue(4).round(4)
    array([ 50. ,  88. , 121. , 133.1])
    """

    KEYED: ClassVar[str] = "name"
    name: str
    revenues: tuple[float, ...]
    product: Annotated[str, "Product or service that earns the revenue."] = ""
    country: Annotated[str, "Where it is earned."] = ""
    level: Values = 1.0
    ramp: tuple[float, ...] = ()
    growth_rate: Values | None = None
    decay_rate: Values = 0.0
    royalty_rate: Values | None = None
    tax_rate: Values | None = None
    technical_life_years: Values = field(default=np.inf)
    contract_life_years: Values = field(default=np.inf)
    perpetual: bool = False

    def revenue(self, periods: int) -> FloatArray:
        """Revenue of the first `periods` periods, before decay: ``(period,)`` or ``(draw, period)``."""
        return np.asarray(per_period(self.level) * self.forecast(periods))

    def forecast(self, periods: int) -> FloatArray:
        """Revenue at level 1: ``(period,)``, or ``(draw, period)`` for draws of growth."""
        known = np.zeros(periods)
        stated = min(len(self.revenues), periods)
        known[:stated] = self.revenues[:stated]
        ramp = np.ones(periods)
        ramp[: len(self.ramp)] = self.ramp[:periods]
        if self.growth_rate is None or stated == periods:
            return known * ramp
        known[stated:] = self.revenues[-1]
        after = np.maximum(np.arange(periods) - (stated - 1), 0)
        return np.asarray((1 + per_period(self.growth_rate)) ** after * (known * ramp))

    def contribution(self, periods: int) -> FloatArray:
        """What is left of the technology's contribution, ``(1 − decay) ** (t − 1)``: ``(1 | draw, period)``."""
        if np.ndim(self.decay_rate) == 0 and self.decay_rate == 0:
            return np.ones(periods)
        return np.asarray((1 - per_period(self.decay_rate)) ** np.arange(periods))

    def horizon_years(self, legal_life_years: float) -> float:
        """Years after which the stream earns nothing in any draw, at most `LONGEST_YEARS`."""
        own = float(np.max(np.minimum(self.technical_life_years, self.contract_life_years)))
        return min(own, legal_life_years, LONGEST_YEARS)

    def findings(self) -> Iterable[Finding]:
        """Amounts, rates and lives out of range."""
        if not len(self.revenues) or any(outside("revenues", self.revenues, "[0, inf)")):
            yield finding(
                "stream.revenues",
                "revenues must be amounts of 0 or more, one a period, not {got}",
                path=("revenues",),
                got=list(self.revenues),
            )
        if any(outside("ramp", self.ramp, "[0, 1]")):
            yield finding("stream.ramp", "a ramp of {got}; shares from 0 to 1", path=("ramp",), got=list(self.ramp))
        yield from outside("level", self.level, "[0, inf)")
        yield from outside("growth_rate", self.growth_rate, "[-1, 1]", optional=True)
        yield from outside("decay_rate", self.decay_rate, "[0, 1]")
        yield from outside("royalty_rate", self.royalty_rate, "[0, 1]", optional=True)
        yield from outside("tax_rate", self.tax_rate, "[0, 1]", optional=True)
        yield from outside("technical_life_years", self.technical_life_years, "[0, inf]")
        yield from outside("contract_life_years", self.contract_life_years, "[0, inf]")
        if self.perpetual and self.growth_rate is None:
            yield finding(
                "stream.perpetual", "a perpetual stream states its growth rate, 0 or other", path=("growth_rate",)
            )


def perpetual_growth(stream: RevenueStream, loss_rate: Values) -> FloatArray:
    """Growth of what a perpetual stream brings, ``(1 + g)(1 − d)(1 − loss) − 1``.

    >>> stream = RevenueStream(name="mark", revenues=(1.0,), growth_rate=0.02, decay_rate=0.05, perpetual=True)
    >>> round(float(perpetual_growth(stream, 0.01)), 6)
    -0.04069
    """
    growth = 0.0 if stream.growth_rate is None else stream.growth_rate
    kept = (1 - np.asarray(stream.decay_rate)) * (1 - np.asarray(loss_rate))
    return np.asarray((1 + np.asarray(growth)) * kept - 1)


def perpetuity(
    stream: RevenueStream, discount_rate: Values, periods: Periods, *, loss_rate: Values = 0.0
) -> FloatArray:
    """Value on the valuation date of all after the last period forecast, over the amount of that period.

    ``(1 + G) / (r − G) × DF_n`` with G from `perpetual_growth`: the growing perpetuity of Gordon.

    >>> stream = RevenueStream(name="mark", revenues=(1.0,), growth_rate=0.02, perpetual=True)
    >>> round(float(perpetuity(stream, 0.12, Periods(count=1))), 6)
    9.107143
    """
    growth = perpetual_growth(stream, loss_rate)
    last = periods.discounts(discount_rate)[..., -1]
    return np.asarray((1 + growth) / (np.asarray(discount_rate) - growth) * last)


def perpetuity_findings(stream: RevenueStream, discount_rate: Values, *, loss_rate: Values = 0.0) -> Iterable[Finding]:
    """A discount rate at or below the growth of a perpetuity, in any draw.

    >>> stream = RevenueStream(name="mark", revenues=(1.0,), growth_rate=0.06, perpetual=True)
    >>> print(*perpetuity_findings(stream, 0.05))
    growth_rate: discount rate 0.05 does not exceed growth 0.06 in perpetuity
    """
    if stream.perpetual:
        rate, growth = np.broadcast_arrays(np.asarray(discount_rate), perpetual_growth(stream, loss_rate))
        if (bad := rate <= growth).any():
            yield finding(
                "valuation.perpetuity",
                "discount rate {got} does not exceed growth {growth} in perpetuity",
                path=("growth_rate",),
                got=f"{float(rate[bad].flat[0]):.10g}",
                growth=f"{float(growth[bad].flat[0]):.10g}",
            )
