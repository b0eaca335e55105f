"""Tables of a deal's results: tranches, payment dates, decrement.

>>> from ipabs.engine.sample import small_ledger
>>> ledger = small_ledger()  # A: 100 at 5%, then a residual of 20; three yearly payments
>>> tranche_table(ledger)[["interest_paid", "principal_paid", "loss"]].to_numpy().tolist()
[[8.75, 100.0, 0.0], [9.25, 20.0, 0.0]]
>>> payment_dates(ledger, "A")["factor"].tolist()
[0.59, 0.1595, 0.0]
>>> decrement_table({"no default": ledger}, "A")["no default"].round(2).tolist()  # the life in years last
[59.0, 15.95, 0.0, 1.75]
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ipabs.engine.ledger import Ledger
from ipabs.readings import tranche as of

PER = (100, 1000)  # face values for which payments are reported: China's depositories, and the United States


def tranche_table(ledger: Ledger, path: int = 0) -> pd.DataFrame:
    """One row a tranche: principal, coupon, life, yield at the issue price, window, shortfall, loss."""
    rows = {}
    for terms in ledger.deal.tranches:
        name = terms.name
        window = of.window(ledger, name, path)
        rows[name] = {
            "principal": terms.principal,
            "coupon_rate": np.nan if terms.coupon is None or terms.coupon.rate is None else terms.coupon.rate,
            "interest_paid": float(of.interest(ledger, name)[path].sum()),
            "principal_paid": float(of.principal(ledger, name)[path].sum()),
            "life_years": float(of.weighted_average_life(ledger, name)[path]),
            "yield_rate": float(of.yield_rate(ledger, name)[path]),
            "first_principal": window.first if window else None,
            "last_principal": window.last if window else None,
            "largest_shortfall": float(of.shortfall(ledger, name)[path].max()),
            "loss": float(of.loss_at_final(ledger, name)[path]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("tranche")


def payment_dates(ledger: Ledger, tranche: str, path: int = 0) -> pd.DataFrame:
    """One row a payment date, in money, per 100 and per 1,000 of original principal, and the balance factor."""
    original = of.tranche_of(ledger, tranche).principal
    columns = {
        "opening_balance": ledger.opening_balance(tranche)[path],
        "interest": of.interest(ledger, tranche)[path],
        "principal": of.principal(ledger, tranche)[path],
        "closing_balance": ledger.balance(tranche)[path],
        "interest_owed": of.deferred(ledger, tranche)[path],
        "shortfall": of.shortfall(ledger, tranche)[path],
    }
    table = pd.DataFrame(
        columns, index=pd.DatetimeIndex(pd.to_datetime(list(ledger.timeline.payments)), name="payment")
    )
    for face in PER:
        for column in ("interest", "principal"):
            table[f"{column}_per_{face}"] = table[column] * face / original if original else 0.0
    table["factor"] = table["closing_balance"] / original if original else 0.0
    return table


def decrement_table(ledgers: Mapping[str, Ledger], tranche: str, path: int = 0) -> pd.DataFrame:
    """Percent of original principal outstanding after each date, one column a scenario, lives in the last row."""
    columns = {}
    for scenario, ledger in ledgers.items():
        original = of.tranche_of(ledger, tranche).principal
        balance = 100 * ledger.balance(tranche)[path] / original if original else np.zeros(ledger.timeline.periods)
        percent = pd.Series(balance, index=list(ledger.timeline.payments))
        percent.loc["life_years"] = of.weighted_average_life(ledger, tranche)[path]
        columns[scenario] = percent
    return pd.DataFrame(columns).rename_axis("payment")
