"""All-in cost: the annual rate at which a firm's own flows balance.

Two conventions: ``real_dates`` measures time in days / 365; ``equal_periods`` counts whole months, as quoted all-in
rates do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np

from ipabs._typing import BoolArray, DateArray, FloatArray, IntArray
from ipabs.cashflow.irr import xirr
from ipabs.errors import DataError, Finding, SpecError, finding, refuse
from ipabs.financing.cash_items import CashItems, drawn
from ipabs.financing.facility import Facility
from ipabs.financing.periods import equal_years

Convention = Literal["real_dates", "equal_periods"]
Rung = Literal["interest", "fees", "carried", "subsidy", "tax"]
# A Newton step this small squares to less than one unit in the last place.
LAST_STEP = 1e-9
NEWTON_STEPS = 15
RUNGS: tuple[Rung, ...] = get_args(Rung)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlowTable:
    """Items laid out firm by firm in columns of dates, split into the parts that the comparison tells apart.

    Attributes
    ----------
    firms : tuple of str
    dates : DateArray
        (firm, slot) rising; unused slots repeat the start date and hold zeros.
    principal, interest, fees, carried, subsidy, tax : FloatArray
        (firm, slot) + is received by the firm; `fees` are the firm's own, `carried` what others pay, negative too.

    Examples
    --------
    With all fees the money costs 10,000 more than what the firm itself pays:

    >>> from datetime import date
    >>> from ipabs.financing import costs, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> appraisal = costs.Charge(rate=0.01, borne_by="district")
    >>> terms = loan.BankLoan(rate=0.06, day_count="equal_periods", appraisal=appraisal)
    >>> table = flow_table(terms.cash_items(year))
    >>> table.through("fees")[0], table.through("tax")[0], table.years("equal_periods")[0]
    (array([  990000., -1060000.]), array([ 1000000., -1060000.]), array([0., 1.]))
    """

    firms: tuple[str, ...]
    dates: DateArray
    principal: FloatArray
    interest: FloatArray
    fees: FloatArray
    carried: FloatArray
    subsidy: FloatArray
    tax: FloatArray

    def years(self, convention: Convention) -> FloatArray:
        """(firm, slot) years from each firm's first date."""
        refuse(SpecError, convention_faults(convention))
        start = self.dates[:, :1]
        if convention == "equal_periods":
            return equal_years(np.broadcast_to(start, self.dates.shape), self.dates)
        return np.asarray((self.dates - start).astype(np.float64) / 365)

    def firm_row(self, firm: int) -> "FlowTable":
        """The row of one firm alone."""
        return FlowTable(**{field.name: getattr(self, field.name)[firm : firm + 1] for field in fields(self)})

    def as_one_firm(self, name: str = "programme") -> "FlowTable":
        """The flows of all firms as those of one."""
        if len(self.firms) == 1:
            return self
        day = self.dates.astype(np.int64)
        first = int(day.min())
        at = (day - first).ravel()
        used = np.flatnonzero(np.bincount(at))

        def summed(flows: FloatArray) -> FloatArray:
            return np.bincount(at, weights=flows.ravel()).astype(np.float64)[None, used]

        parts = [field.name for field in fields(self) if field.name not in ("firms", "dates")]
        sums = {part: summed(getattr(self, part)) for part in parts}
        return FlowTable(firms=(name,), dates=(used + first).astype("datetime64[D]")[None, :], **sums)

    def through(self, rung: Rung) -> FloatArray:
        """(firm, slot) flows with the items up to a rung of the ladder.

        interest: at the contract rate alone; fees: with all fees, whoever pays; carried: with the firm's own fees
        only; subsidy, tax: with those.
        """
        bare = self.principal + self.interest
        match rung:
            case "interest":
                return bare
            case "fees":
                return bare + self.fees + self.carried
            case "carried":
                return bare + self.fees
            case "subsidy":
                return bare + self.fees + self.subsidy
            case "tax":
                return bare + self.fees + self.subsidy + self.tax
        raise SpecError(finding("facility.rung", "no rung {got!r}; {hint}", got=rung, allowed=RUNGS))


def convention_faults(convention: str) -> Iterator[Finding]:
    """A convention that is none.

    >>> [found.code for found in convention_faults("act")]
    ['comparison.convention']
    """
    if convention not in get_args(Convention):
        template = "no convention {got!r}; {hint}"
        yield finding("comparison.convention", template, got=convention, allowed=get_args(Convention))


def discount_faults(rate: object) -> Iterator[Finding]:
    """What is no finite rate above -100 %.

    >>> [len(list(discount_faults(rate))) for rate in (0.03, -1.0, float("inf"), "3%")]
    [0, 1, 1, 1]
    """
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not -1 < rate < np.inf:
        template = "{got} discounts nothing; give a rate above -1, such as 0.03, or a curve"
        yield finding("comparison.curve", template, got=rate)


def flow_table(items: CashItems) -> FlowTable:
    """Lay the items out; a firm without a positive receipt is a `DataError`.

    >>> from datetime import date
    >>> from ipabs.financing import loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> terms = loan.BankLoan(rate=0.06, day_count="equal_periods")
    >>> table = flow_table(terms.cash_items(year))
    >>> table.interest, table.dates.tolist()[0][1].isoformat()
    (array([[     0., -60000.]]), '2024-03-20')
    """
    refuse(DataError, _without_receipt(items))
    day = items.dates.astype(np.int64)
    first_day = int(day.min())
    span = int(day.max()) - first_day + 1
    keys, at = _ordered(items.firm * span + (day - first_day))
    firm = keys // span
    slot = np.arange(len(keys)) - np.searchsorted(firm, np.arange(len(items.firms)))[firm]
    shape = (len(items.firms), int(slot.max()) + 1)
    days = (keys % span + first_day).astype("datetime64[D]")
    dates = np.repeat(days[slot == 0][:, None], shape[1], axis=1)
    dates[firm, slot] = days
    cell = (firm * shape[1] + slot)[at]

    def laid(mask: BoolArray) -> FloatArray:
        totals = np.bincount(cell[mask], weights=items.amounts[mask], minlength=shape[0] * shape[1])
        return totals.astype(np.float64).reshape(shape)

    own = items.borne_by("firm")
    parts = {
        "principal": items.is_kind("principal"),
        "interest": items.is_kind("interest"),
        "fees": items.is_kind("fee") & own,
        "carried": items.is_kind("fee") & ~own,
        "subsidy": items.is_kind("subsidy"),
        "tax": items.is_kind("tax"),
    }
    return FlowTable(firms=items.firms, dates=dates, **{name: laid(mask) for name, mask in parts.items()})


def _ordered(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The different keys, rising, and for each key its position among them.

    As ``np.unique``, but stable: keys come in rising runs, which a stable sort merges ten times as fast.
    """
    order = np.argsort(keys, kind="stable")
    rising = keys[order]
    first = np.concatenate([[True], rising[1:] != rising[:-1]])
    at = np.empty(len(keys), dtype=np.int64)
    at[order] = np.cumsum(first) - 1
    return rising[first], at


def _without_receipt(items: CashItems) -> list[Finding]:
    return [
        finding("facility.receipt", "{got} receives nothing under this facility", got=name)
        for name, amount in zip(items.firms, drawn(items), strict=True)
        if not amount > 0
    ]


def all_in_costs(facility: Facility, *, convention: Convention = "real_dates", through: Rung = "tax") -> FloatArray:
    """(firm,) annual effective rate of each firm's own flows: Σ flow / (1 + r)^t = 0.

    Parameters
    ----------
    through : Rung
        Which items count; ``tax`` (the default) counts everything the firm pays and receives.

    Examples
    --------
    6 % in quarters is 1.015^4 − 1, for one year and for two:

    >>> from datetime import date
    >>> from ipabs.financing import facility, loan, need
    >>> two = need.bullet_need([1e6, 2e6], date(2023, 3, 20), [date(2024, 3, 20), date(2025, 3, 20)])
    >>> lent = facility.offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), two)
    >>> all_in_costs(lent, convention="equal_periods").round(6)
    array([0.061364, 0.061364])
    """
    return np.asarray(internal_rates(flow_table(facility.cash_items()), (through,), convention)[0])


def all_in_cost(facility: Facility, *, convention: Convention = "real_dates", through: Rung = "tax") -> float:
    """The all-in cost of a facility: of its firm, or of all its firms' flows together.

    Examples
    --------
    A 3.25 % note with a 1 % letter and 0.8 % of issue cost at the start, on equal quarters:

    >>> from datetime import date
    >>> from ipabs.financing import facility, loan, need
    >>> from ipabs.financing.costs import Charge
    >>> note = loan.BankLoan(rate=0.0325, day_count="equal_periods", guarantee=Charge(rate=0.01),
    ...                      origination=Charge(rate=0.008))
    >>> year = need.bullet_need(1_000_000, date(2023, 11, 20), date(2024, 11, 20))
    >>> round(all_in_cost(facility.offer(note, year), convention="equal_periods"), 6)
    0.052065
    """
    table = flow_table(facility.cash_items()).as_one_firm()
    return float(internal_rates(table, (through,), convention)[0, 0])


def present_cost(facility: Facility, rate: float, *, convention: Convention = "real_dates") -> float:
    """What a facility costs in present value at a stated rate: −Σ flow / (1 + rate)^t from the first date.

    Zero at the all-in cost, and positive when the money could be had more cheaply at `rate`.

    Examples
    --------
    >>> from datetime import date
    >>> from ipabs.financing import facility, loan, need
    >>> year = need.bullet_need(1_000_000, date(2023, 11, 20), date(2024, 11, 20), frequency="annual")
    >>> dear = facility.offer(loan.BankLoan(rate=0.06, day_count="equal_periods"), year)
    >>> round(present_cost(dear, 0.04, convention="equal_periods"), 2)      # 1,060,000 / 1.04 - 1,000,000
    19230.77
    """
    refuse(SpecError, discount_faults(rate))
    table = flow_table(facility.cash_items()).as_one_firm()
    return float(-(table.through("tax") * np.exp(-np.log1p(rate) * table.years(convention))).sum())


def internal_rates(table: FlowTable, rungs: Sequence[Rung], convention: Convention) -> FloatArray:
    """(rung, firm) annual effective rates.

    A subsidy or a tax relief that arrives after the last repayment makes the flows change sign twice, and a second
    rate far from any loan's appears. The one meant is followed from the rate at the contract's interest alone.

    1,060,000 for a million, for 990,000, and again for a million:

    >>> from datetime import date
    >>> from ipabs.financing import costs, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20), frequency="annual")
    >>> appraisal = costs.Charge(rate=0.01, borne_by="district")
    >>> terms = loan.BankLoan(rate=0.06, day_count="equal_periods", appraisal=appraisal)
    >>> table = flow_table(terms.cash_items(year))
    >>> internal_rates(table, ("interest", "fees", "tax"), "equal_periods")[:, 0].round(6)
    array([0.06    , 0.070707, 0.06    ])
    """
    flows = np.stack([table.through(rung) for rung in rungs])
    refuse(DataError, _without_rate(table, rungs, flows))
    contract = _by_xirr(table, table.through("interest"), convention)
    rates = followed_rates(table.years(convention), flows, contract)
    for rung, firm in np.argwhere(np.isnan(rates)):
        rates[rung, firm] = _by_xirr(table.firm_row(firm), flows[rung, firm : firm + 1], convention)[0]
    return rates


def _without_rate(table: FlowTable, rungs: Sequence[Rung], flows: FloatArray) -> Iterator[Finding]:
    """Firms that only pay, or only receive, with the items up to a rung."""
    none = ~((flows > 0).any(axis=2) & (flows < 0).any(axis=2))
    for rung, firm in np.argwhere(none):
        yield finding(
            "facility.no_rate",
            "{got} has no rate with the items up to {rung}: its costs on the first day take all it receives, or it "
            "pays nothing back",
            got=table.firms[firm],
            rung=rungs[rung],
        )


def _by_xirr(table: FlowTable, flows: FloatArray, convention: Convention) -> FloatArray:
    if convention == "real_dates":
        return np.atleast_1d(xirr(table.dates, flows))
    # Months of thirty days, counted from any day, carry equal periods into a function of dates.
    days = np.datetime64("2000-01-01") + np.rint(360 * table.years(convention)).astype(np.int64)
    return np.atleast_1d(xirr(days, flows, day_count="ACT/360"))


def followed_rates(years: FloatArray, flows: FloatArray, near: FloatArray) -> FloatArray:
    """The rates at which flows balance, by Newton steps on log(1 + r) from rates nearby; NaN where they fail.

    Parameters
    ----------
    years : FloatArray
        (firm, slot)
    flows : FloatArray
        (rung, firm, slot)
    near : FloatArray
        (firm,)

    Examples
    --------
    >>> followed_rates(np.array([[0.0, 1.0]]), np.array([[[100.0, -106.0]]]), np.array([0.05])).round(9)
    array([[0.06]])
    """
    x = np.broadcast_to(np.log1p(near), flows.shape[:-1]).copy()
    timed = flows * years
    step = np.full(x.shape, np.inf)
    with np.errstate(all="ignore"):  # a row that runs away ends as NaN
        for _ in range(NEWTON_STEPS):
            discount = np.exp(-x[..., None] * years)
            step = np.einsum("rfs,rfs->rf", flows, discount) / np.einsum("rfs,rfs->rf", timed, discount)
            step = np.where(np.abs(step) < 1, step, np.nan)
            x = x + step
            if not np.nanmax(np.abs(step), initial=0.0) > LAST_STEP:
                break
    return np.where(np.abs(step) <= LAST_STEP, np.expm1(x), np.nan)
