"""Multi-period excess earnings: what is left after all other assets have earned their return, and the check of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import numpy as np

from ipabs.cashflow.discounting import Timing, Values, value_or_array
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio
from ipabs.valuation.ranges import outside
from ipabs.valuation.stream_terms import StreamInputs, StreamTerms
from ipabs.valuation.stream_values import stream_valuation
from ipabs.valuation.tax_amortization import TaxAmortization
from ipabs.valuation.valuation import Valuation, total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContributoryCharge:
    """The return that another asset earns before the right does: ``revenue × base_share × return_rate``.

    Attributes
    ----------
    base_share : float or FloatArray
        The asset as a share of revenue.
    return_rate : float or FloatArray
        Its return **after tax**; charges are deducted from earnings after tax.

    Examples
    --------
    >>> workforce = ContributoryCharge(name="workforce", base_share=0.06, return_rate=0.14)
    >>> round(workforce.base_share * workforce.return_rate, 6)
    0.0084
    """

    KEYED: ClassVar[str] = "name"
    name: str
    base_share: Values
    return_rate: Values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExcessEarnings(StreamInputs):
    """Earnings after tax less contributory charges after tax, over the life of the right (MPEEM).

    ``V = Σ_t R_t × [margin × (1 − tax) − Σ_a base_a × return_a] × DF_t × protected_t``, times the step-up factor.

    Parameters
    ----------
    streams : tuple of RevenueStream
        Revenue that depends on the right; its decay is the attrition of the right's part.
    ebita_margin : float or FloatArray
        Earnings before interest, tax and amortization over revenue.
    charges : tuple of ContributoryCharge

    Notes
    -----
    Source: International Valuation Standards 210; The Appraisal Foundation, *The Identification of Contributory Assets
    and Calculation of Economic Rents* (2010).

    Examples
    --------
    >>> from ipabs.valuation.revenue import RevenueStream
    >>> stream = RevenueStream(name="A", revenues=(100.0, 110.0, 115.0, 112.0, 100.0))
    >>> charges = (ContributoryCharge(name="working capital", base_share=0.10, return_rate=0.035),
    ...            ContributoryCharge(name="fixed assets", base_share=0.12, return_rate=0.05),
    ...            ContributoryCharge(name="workforce", base_share=0.06, return_rate=0.14))
    >>> method = ExcessEarnings(streams=(stream,), ebita_margin=0.22, tax_rate=0.25, discount_rate=0.14,
    ...                         charges=charges, tax_amortization=TaxAmortization(years=10, timing="mid"))
    >>> method.value(Portfolio(rights=()), as_of=date(2024, 1, 1))
    Valuation(excess earnings, 2024-01-01: 67.19 CNY)
    """

    ebita_margin: Values
    charges: tuple[ContributoryCharge, ...] = ()
    timing: Timing = "mid"
    tax_amortization: TaxAmortization | None = None

    @property
    def excess_rate(self) -> Values:
        """Excess earnings after tax over revenue."""
        taken = total([np.asarray(charge.base_share) * charge.return_rate for charge in self.charges])
        return value_or_array(np.asarray(self.ebita_margin) * (1 - np.asarray(self.tax_rate)) - taken)

    @property
    def terms(self) -> StreamTerms:
        """On what terms streams are turned into value: the excess rate is after tax already."""
        return StreamTerms(
            rate=self.excess_rate,
            tax_rate=0.0,
            discount_rate=self.discount_rate,
            timing=self.timing,
            first_period_years=self.first_period_years,
            loss_rate=self.loss_rate,
            least_rate=-np.inf,
        )

    def findings(self) -> Iterator[Finding]:
        """Margins, taxes and charges out of range; streams with a royalty or tax rate of their own."""
        yield from outside("ebita_margin", self.ebita_margin, "[-1, 1]")
        yield from outside("tax_rate", self.tax_rate, "[0, 1]")
        for charge in self.charges:
            for name in ("base_share", "return_rate"):
                yield from outside(
                    name,
                    getattr(charge, name),
                    "[0, 10]" if name == "base_share" else "[0, 1]",
                    path=("charges", charge.name, name),
                )
        for stream in self.streams:
            for name in ("royalty_rate", "tax_rate"):
                if getattr(stream, name) is not None:
                    template = "the method of excess earnings reads no {got} of a stream"
                    yield finding("excess.stream_rate", template, path=("streams", stream.name, name), got=name)

    def value(self, portfolio: Portfolio, *, as_of: date) -> Valuation:
        """The value of the rights of `portfolio`, with one part a stream and one for the tax-amortization benefit."""
        result = stream_valuation(
            "excess earnings",
            self,
            portfolio,
            as_of=as_of,
            amortization=self.tax_amortization,
            tax_rate=self.tax_rate,
            faults=self.findings(),
        )
        return replace(result, findings=(*result.findings, *self._negative()))

    def _negative(self) -> Iterator[Finding]:
        least = float(np.min(self.excess_rate))
        if least < 0:
            template = "charges exceed earnings: excess earnings of {got} of revenue"
            yield finding("excess.negative", template, severity="warning", path=("charges",), got=f"{least:.6g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturningAsset:
    """An asset of the business with its fair value and the return it earns.

    >>> plant = ReturningAsset(name="plant", value=60, return_rate=0.06)
    >>> round(weighted_average_return([plant, ReturningAsset(name="patents", value=30, return_rate=0.15)]), 12)
    0.09
    """

    KEYED: ClassVar[str] = "name"
    name: str
    value: float
    return_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCheck:
    """Whether the returns of the assets agree with the cost of capital of the whole.

    >>> found = check_returns([ReturningAsset(name="patents", value=110, return_rate=0.14)], price=100, wacc=0.10)
    >>> found.goodwill, str(found.findings[0])
    (-10, 'the assets exceed the price: goodwill of -10')
    """

    goodwill: float
    implied_goodwill_return: float
    weighted_return: float
    findings: tuple[Finding, ...]


def weighted_average_return(assets: Iterable[ReturningAsset]) -> float:
    """Weighted average return on assets (WARA), ``Σ V_i r_i / Σ V_i``.

    >>> assets = [ReturningAsset(name="a", value=30, return_rate=0.05),
    ...           ReturningAsset(name="b", value=10, return_rate=0.13)]
    >>> round(weighted_average_return(assets), 12)
    0.07
    """
    held = list(assets)
    refuse(DataError, _asset_findings(held))
    whole = sum(asset.value for asset in held)
    if whole == 0:
        raise DataError(finding("wara.nothing", "assets of no value have no average return"))
    return sum(asset.value * asset.return_rate for asset in held) / whole


def check_returns(assets: Iterable[ReturningAsset], *, price: float, wacc: float) -> ReturnCheck:
    """Goodwill as the residual of a price, and the return on it that makes WARA equal the cost of capital.

    ``goodwill = price − Σ V_i``; ``r_g = (WACC × price − Σ V_i r_i) / goodwill``. Goodwill is the riskiest asset: an
    implied return at or below that of another asset is a warning, and so is negative goodwill.

    >>> assets = [ReturningAsset(name="plant", value=60, return_rate=0.06),
    ...           ReturningAsset(name="patents", value=30, return_rate=0.14)]
    >>> found = check_returns(assets, price=100, wacc=0.10)
    >>> found.goodwill, round(found.implied_goodwill_return, 6), found.findings
    (10, 0.22, ())
    """
    held = list(assets)
    asked = (*outside("price", price, "(0, inf)"), *outside("wacc", wacc, "[-1, 1]"))
    refuse(DataError, (*asked, *_asset_findings(held)))
    goodwill = price - sum(asset.value for asset in held)
    if goodwill == 0:
        return ReturnCheck(goodwill=0.0, implied_goodwill_return=np.nan, weighted_return=weighted_average_return(held),
                           findings=())  # fmt: skip
    implied = (wacc * price - sum(asset.value * asset.return_rate for asset in held)) / goodwill
    whole = ReturningAsset(name="goodwill", value=goodwill, return_rate=implied)
    return ReturnCheck(
        goodwill=goodwill,
        implied_goodwill_return=implied,
        weighted_return=weighted_average_return([*held, whole]),
        findings=tuple(_return_findings(held, whole)),
    )


def _asset_findings(held: list[ReturningAsset]) -> Iterator[Finding]:
    for asset in held:
        yield from outside("value", asset.value, "(-inf, inf)", path=(asset.name, "value"))
        yield from outside("return_rate", asset.return_rate, "(-inf, inf)", path=(asset.name, "return_rate"))


def _return_findings(held: list[ReturningAsset], goodwill: ReturningAsset) -> Iterator[Finding]:
    if goodwill.value < 0:
        template = "the assets exceed the price: goodwill of {got}"
        yield finding("wara.goodwill", template, severity="warning", got=f"{goodwill.value:.6g}")
    highest = max(held, key=lambda asset: asset.return_rate, default=None)
    if highest and goodwill.value > 0 and goodwill.return_rate <= highest.return_rate:
        yield finding(
            "wara.order",
            "goodwill earns {got}, not more than {asset} with {rate}",
            severity="warning",
            got=f"{goodwill.return_rate:.6g}",
            asset=highest.name,
            rate=f"{highest.return_rate:.6g}",
        )
