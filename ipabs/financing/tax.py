"""Enterprise income tax on financing: interest and fees relieve it, taxable subsidies add to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray
from ipabs.basics.units import Count, Rate, Share
from ipabs.errors import Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import KINDS, CashItems, join
from ipabs.spec import check

# Money kept by the lender is not spent and its return is no income; what it earns is.
DEPOSIT_INTEREST = "deposit_interest"
DEPOSIT_ITEMS = ("deposit", DEPOSIT_INTEREST)
FAR_DATE = date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """The tax rule of a comparison.

    Relief on an item = rate × (interest + fees borne by the firm − taxable subsidy), on the item's own date or at the
    annual settlement of 31 May of the next year. What is imputed moves no cash and relieves nothing. A firm without
    taxable profit gets its relief when it expects profit, if that comes within the carry-forward (in China five
    years, ten for high-tech firms: Enterprise Income Tax Law, article 18; Caishui [2018] 76).

    Interest on loans carries no creditable input VAT in China (Caishui [2016] 36, annex 1, article 27), nor do fees
    paid to the lender for the loan: `no_vat_on` names them. `fee_vat_rate` gives back the VAT inside the other fees.
    Interest that a deposit earns is taxed in full.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> six_percent = loan.BankLoan(rate=0.06, day_count="equal_periods")
    >>> items = facility.offer(six_percent, year, tax=Tax(rate=0.15)).cash_items()
    >>> float(items.amounts[items.is_kind("tax")].sum())        # 15 % of 60,000
    9000.0
    """

    rate: Annotated[Rate, "25 %, or 15 % for high-tech firms; a firm's own rate goes first"] = 0.25
    interest_deductible: Annotated[Share, "part of the interest that is deductible"] = 1.0
    fees_deductible: Annotated[Share, "part of the fees that is deductible"] = 1.0
    fee_vat_rate: Annotated[Rate, "creditable VAT contained in fees, for instance 6 %"] = 0.0
    no_vat_on: Annotated[tuple[str, ...], "fees without creditable VAT: by default those paid to a lender"] = (
        "origination",
        "commitment",
        "handling",
        "service_fee",
        "final_payment",
        "purchase_price",
    )
    timing: Annotated[
        Literal["same_date", "annual_settlement"], "when the relief arrives: with the item, or on 31 May"
    ] = "same_date"
    carry_forward_years: Annotated[Count, "how long a loss can wait for profit"] = 5

    def findings(self) -> Iterator[Finding]:
        """A rate outside 0 to 1."""
        if not 0 <= self.rate < 1:
            yield finding("tax.rate", "a tax rate lies from 0 to below 1, got {got}", path=("rate",), got=self.rate)


def with_tax(
    items: CashItems,
    tax: Tax,
    *,
    rates: Mapping[str, float] | None = None,
    profitable_from: Mapping[str, date | None] | None = None,
    untaxed: Sequence[str] = (),
) -> CashItems:
    """The items with the tax they save or cause.

    Parameters
    ----------
    rates : mapping of firm id to rate
        Firms not named pay ``tax.rate``.
    profitable_from : mapping of firm id to date or None
        Firms without taxable profit until then; None: no relief at all.
    untaxed : sequence of str
        Labels of subsidies that are not taxable income.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> items = loan.BankLoan(rate=0.06, day_count="equal_periods").cash_items(year)
    >>> taxed = with_tax(items, Tax(timing="annual_settlement"), rates={"firm": 0.15})
    >>> taxed.table()[["date", "amount", "label"]].astype(str).values.tolist()[-1]
    ['2025-05-31', '9000.0', 'interest_relief']
    """
    refuse(SpecError, check(tax))
    own = items.borne_by("firm") & ~items.imputed
    fee = own & items.is_kind("fee") & ~items.labelled(DEPOSIT_ITEMS)
    with_vat = fee & ~items.labelled(tax.no_vat_on)
    subsidy = own & items.is_kind("subsidy") & ~items.labelled(untaxed)
    rate = np.array([(rates or {}).get(name, tax.rate) for name in items.firms])
    net_of_vat = 1 / (1 + tax.fee_vat_rate)
    waiting = profitable_from or {}
    relief = [
        _tax_items(items, own & items.is_kind("interest"), -rate * tax.interest_deductible, "interest_relief"),
        _tax_items(items, with_vat, -rate * tax.fees_deductible * net_of_vat, "fee_relief"),
        _tax_items(items, fee & ~with_vat, -rate * tax.fees_deductible, "fee_relief"),
        _tax_items(items, own & items.labelled((DEPOSIT_INTEREST,)), -rate, "fee_relief"),
        _tax_items(items, subsidy, -rate, "subsidy_tax"),
    ]
    relief = [_carried_forward(part, waiting, tax.carry_forward_years) for part in relief]
    if tax.timing == "annual_settlement":
        relief = [replace(part, dates=settlement_dates(part.dates)) for part in relief]
    vat = _tax_items(items, with_vat, np.full(len(items.firms), net_of_vat - 1), "vat_credit")
    return join([items, *relief, *([vat] if tax.fee_vat_rate else [])])


def _tax_items(items: CashItems, mask: BoolArray, factor: FloatArray, label: str) -> CashItems:
    some = items.where(mask)
    count = len(some.dates)
    return replace(
        some,
        labels=(label,),
        amounts=some.amounts * factor[some.firm],
        kind=np.full(count, KINDS.index("tax")),
        label=np.zeros(count, dtype=np.int64),
    )


def _carried_forward(items: CashItems, waiting: Mapping[str, date | None], years: int) -> CashItems:
    """Items of firms without profit, moved to the first profitable date or lost."""
    if not waiting:
        return items
    first = np.array(
        [np.datetime64(waiting.get(name, date.min) or FAR_DATE) for name in items.firms], dtype="datetime64[D]"
    )
    profit = first[items.firm]
    dates = np.maximum(items.dates, profit)
    # A loss of one tax year offsets profits of the next ones, by calendar year.
    in_time = (dates.astype("datetime64[Y]") - items.dates.astype("datetime64[Y]")).astype(np.int64) <= years
    return replace(items, dates=dates).where(in_time)


def settlement_dates(dates: DateArray) -> DateArray:
    """31 May of the year after each date, when the year's income tax is settled.

    >>> settlement_dates(np.array(["2023-03-20"], "datetime64[D]"))
    array(['2024-05-31'], dtype='datetime64[D]')
    """
    january = (dates.astype("datetime64[Y]") + 1).astype("datetime64[M]")
    return (january + 5).astype("datetime64[D]") - 1
