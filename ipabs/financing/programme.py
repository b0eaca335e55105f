"""The programme over the years: issue after issue, how many firms, how much saved, at what public cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.financing.compared import Compared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Issue:
    """One issue of a programme.

    Attributes
    ----------
    name : str
    closing : date
    market : str
        Where it was sold, for instance ``exchange_abs`` or ``interbank_abn``.
    compared : Compared
        The issue measured against the firms' loans.
    contingent_cost : float
        The guarantor's fair fee less the fee charged, when a credit model supplies it: what the guarantee costs
        the public in expectation although no cash moves.

    Examples
    --------
    >>> from ipabs.financing import comparison, facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20))
    >>> terms = [loan.BankLoan(rate=rate, day_count="equal_periods") for rate in (0.05, 0.04)]
    >>> dear, cheap = (facility.offer(one, year) for one in terms)
    >>> measured = comparison.compare({"loan": dear, "note": cheap}, against="loan")["note"]
    >>> first = Issue(name="first", closing=date(2023, 3, 20), market="exchange_abs", compared=measured)
    >>> first.compared.nominal.net, first.contingent_cost
    (array([10000.]), 0.0)
    """

    name: str
    closing: date
    market: str
    compared: Compared
    contingent_cost: float = 0.0


def programme_table(issues: Iterable[Issue], *, eligible_firms: int | None = None) -> pd.DataFrame:
    """One row an issue in order of closing, with running totals.

    Columns: market, closing, firms, principal, saving (net), market_saving, public_cost (C borne by the district, D
    and E), public_cash (without what is imputed), contingent_cost; cumulative_firms counts a firm once;
    cumulative_principal, cumulative_saving, cumulative_public_cash; public_cash_per_yuan_saved, missing where nothing
    is saved; penetration of the eligible firms where their number is given.

    Raises
    ------
    DataError
        No issues, or fewer eligible firms than firms.

    Examples
    --------
    >>> from ipabs.financing import comparison, facility, loan, need
    >>> year = need.bullet_need(1e6, date(2023, 3, 20), date(2024, 3, 20))
    >>> terms = [loan.BankLoan(rate=rate, day_count="equal_periods") for rate in (0.05, 0.04)]
    >>> dear, cheap = (facility.offer(one, year) for one in terms)
    >>> measured = comparison.compare({"loan": dear, "note": cheap}, against="loan")["note"]
    >>> first = Issue(name="first", closing=date(2023, 3, 20), market="exchange_abs", compared=measured)
    >>> table = programme_table([first], eligible_firms=40)
    >>> table[["cumulative_firms", "saving", "penetration"]].loc["first"].tolist()
    [1.0, 10000.0, 0.025]
    """
    some = sorted(issues, key=lambda issue: (issue.closing, issue.name))
    rows, seen = [], set[str]()
    for issue in some:
        sums = issue.compared.nominal.programme()
        seen |= set(issue.compared.firms)
        rows.append(
            {
                "issue": issue.name,
                "market": issue.market,
                "closing": issue.closing,
                "firms": len(issue.compared.firms),
                "cumulative_firms": len(seen),
                "principal": float(issue.compared.principal.sum()),
                "saving": float(sums.net[0]),
                "market_saving": float(sums.market[0]),
                "public_cost": float(sums.public_cost[0]),
                "public_cash": float(sums.public_cash[0]),
                "contingent_cost": issue.contingent_cost,
            }
        )
    refuse(DataError, _programme_faults(len(rows), len(seen), eligible_firms))
    table = pd.DataFrame(rows).set_index("issue")
    for column in ("principal", "saving", "public_cash"):
        table[f"cumulative_{column}"] = table[column].cumsum()
    saved = table["cumulative_saving"]
    table["public_cash_per_yuan_saved"] = table["cumulative_public_cash"] / saved.where(saved > 0)
    if eligible_firms is not None:
        table["penetration"] = table["cumulative_firms"] / eligible_firms
    return table


def _programme_faults(issues: int, firms: int, eligible: int | None) -> list[Finding]:
    found = [] if issues else [finding("programme.empty", "a programme has at least one issue")]
    if eligible is not None and eligible < firms:
        found.append(
            finding(
                "programme.eligible", "{firms} firms took part, but only {got} are eligible", got=eligible, firms=firms
            )
        )
    return found


def contingent_cost(fair_fee_rate: float, charged_rate: float, principal: float, life_years: float) -> float:
    """What a guarantee costs its giver in expectation: (fair fee − fee charged) × principal × average life.

    The fair fee comes from a credit model. Negative where the guarantor charges more than it expects to lose.

    >>> round(contingent_cost(0.014, 0.010, 43e6, 1.5), 2)
    258000.0
    """
    refuse(
        DataError,
        [
            finding("programme.contingent", "{name} is {got}; it must be 0 or more", got=value, name=name)
            for name, value in (("fair_fee_rate", fair_fee_rate), ("charged_rate", charged_rate),
                                ("principal", principal), ("life_years", life_years))
            if not value >= 0
        ],
    )  # fmt: skip
    return (fair_fee_rate - charged_rate) * principal * life_years


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure that a district publishes, with the year before.

    Examples
    --------
    >>> grants = Indicator(name="invention patents granted", value=1820, before=1543)
    >>> f"{grants.growth:.2%}"
    '17.95%'
    """

    name: str
    value: float
    before: float

    @property
    def growth(self) -> float:
        """value / before − 1."""
        if not self.before > 0:
            raise DataError(
                finding("indicator.before", "{name}: growth from {got} is not defined", got=self.before, name=self.name)
            )
        return self.value / self.before - 1


def value_before(value: float, growth: float) -> float:
    """What a figure was a year earlier, from its growth: value / (1 + growth).

    >>> round(value_before(289, 0.6145))
    179
    """
    if not growth > -1:
        raise DataError(
            finding("indicator.growth", "a growth of {got} leaves nothing; it lies above -100%", got=growth)
        )
    return value / (1 + growth)


def penetration(firms: float, eligible: float) -> float:
    """Share of the eligible firms that took part.

    >>> round(penetration(25, 2180), 5)
    0.01147
    """
    if not eligible > 0:
        raise DataError(
            finding("indicator.base", "{name} is {got}; it must be more than 0", got=eligible, name="eligible")
        )
    return firms / eligible


def indicator_table(indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Indicators with their growth, one row each.

    >>> indicator_table([Indicator(name="PCT filings", value=289, before=179)])["growth"].round(4).to_dict()
    {'PCT filings': 0.6145}
    """
    return pd.DataFrame(
        {
            "value": [one.value for one in indicators],
            "before": [one.before for one in indicators],
            "growth": [one.growth for one in indicators],
        },
        index=pd.Index([one.name for one in indicators], name="indicator"),
    )
