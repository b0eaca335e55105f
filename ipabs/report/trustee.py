"""Trustee-style reports: one payment date, tests, decrement table, price and yield, stratification, tie-out.

Each is a function of ledgers that gives exhibits; `payment_date_page` puts one date on a page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from ipabs.basics import words
from ipabs.basics.words import Language, label
from ipabs.engine.ledger import Ledger
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.io.folder import Cell
from ipabs.pool.pool import Pool
from ipabs.pool.stratification import stratify
from ipabs.readings import tranche as of
from ipabs.readings.tables import PER, decrement_table, payment_dates
from ipabs.report.exhibit import MONEY, Exhibit, Unit, columns
from ipabs.report.page import Page, Section
from ipabs.report.plots.notes import cash_of_date
from ipabs.report.titles import head_of, headings_of, page_units, spoken, titled, words_of

AMOUNTS = ("opening_balance", "interest", "principal", "closing_balance", "interest_owed", "shortfall")
PER_FACE = tuple(f"{part}_per_{face}" for face in reversed(PER) for part in ("interest", "principal"))
ITEMS = (*AMOUNTS, *PER_FACE, "factor")
TIE_OUT = ("date", "tranche", "item", "value")
TOLERANCE = 0.005


def distribution(ledger: Ledger, day: int | str | date, path: int = 0) -> Exhibit:
    """Each tranche on one payment date: balances, interest, principal, what is owed or short; a last row sums up.

    >>> from ipabs.engine.sample import small_ledger
    >>> for row in distribution(small_ledger(), 0).rows:
    ...     print(row)
    ('A', 100.0, 5.0, 41.0, 59.0, 0.0, 0.0)
    ('sub', 20.0, 0.0, 0.0, 20.0, 0.0, 0.0)
    ('', 120.0, 5.0, 41.0, 79.0, 0.0, 0.0)
    """
    t = ledger.period(day)
    tables = {one.name: payment_dates(ledger, one.name, path).iloc[t] for one in ledger.deal.tranches}
    rows: list[tuple[Cell, ...]] = [(name, *(float(row[amount]) for amount in AMOUNTS)) for name, row in tables.items()]
    sums = (float(sum(row[amount] for row in tables.values())) for amount in AMOUNTS)
    return Exhibit(
        name="distribution",
        columns=columns(tranche="text", **dict.fromkeys(AMOUNTS, MONEY)),
        rows=(*rows, ("", *sums)),
        totals=True,
    )


def factors(ledger: Ledger, day: int | str | date, path: int = 0) -> Exhibit:
    """Each tranche on one payment date per 1,000 and per 100 of original principal, and its balance factor.

    >>> from ipabs.engine.sample import small_ledger
    >>> report = factors(small_ledger(), "2025-01-01")
    >>> dict(zip(report.header[1:4:2], report.rows[0][1:4:2])), report.rows[0][-1]
    ({'interest_per_1000': 50.0, 'interest_per_100': 5.0}, 0.59)
    """
    t = ledger.period(day)
    units: dict[str, Unit] = dict.fromkeys(PER_FACE, "per_face")
    tables = {one.name: payment_dates(ledger, one.name, path) for one in ledger.deal.tranches}
    return Exhibit(
        name="factors",
        columns=columns(tranche="text", **units, factor="factor"),
        rows=tuple(
            (name, *(float(table[column].iloc[t]) for column in (*PER_FACE, "factor")))
            for name, table in tables.items()
        ),
    )


def cash(ledger: Ledger, day: int | str | date, lang: Language = "en", path: int = 0) -> Exhibit:
    """What came in and went out on one payment date; the last row is their sum, which is nothing.

    >>> from ipabs.engine.sample import small_ledger
    >>> cash(small_ledger(), "2025-01-01").rows
    (('collections', 46.0), ('A: Interest', -5.0), ('A: Principal', -41.0), ('', 0.0))
    """
    said = {name: label(f"plot.{name}", lang) for name in ("held", "collections", "kept")}
    moves = cash_of_date(ledger, day, path)
    total = round(sum(amount for _, amount in moves), 6)
    return Exhibit(
        name="cash",
        columns=columns(item="text", amount="money"),
        rows=(*((said.get(name) or head_of(name, lang), amount) for name, amount in moves), ("", total)),
        totals=True,
    )


def trigger_tests(ledger: Ledger, path: int = 0) -> Exhibit:
    """Every test of the deal: its measure and limit, on how many payment dates it stands failed, and since when.

    >>> from ipabs import spec
    >>> from ipabs.cashflow.collections import Collections
    >>> from ipabs.engine.waterfall import run_waterfall
    >>> from ipabs.structure.deal import Deal
    >>> from ipabs.structure.samples import DEMO
    >>> deal = spec.load(Deal, DEMO)
    >>> pool = Collections(deal.timeline(), defaulted=[10e6] + 19 * [0], opening=98.5e6)
    >>> trigger_tests(run_waterfall(deal, pool)).shown()
    (('losses', 'cumulative_default_ratio', 'maximum', '0.0800', '20', '2024-06-28', 'broken'),)
    """

    def row(name: str) -> tuple[Cell, ...]:
        test = next(one for one in ledger.deal.tests if one.name == name)
        failed = ledger.failed(name)[path]
        first = ledger.timeline.payments[int(np.argmax(failed))] if failed.any() else None
        bound = "maximum" if test.maximum is not None else "minimum"
        limit = test.maximum if test.maximum is not None else test.minimum
        return name, test.measure, bound, limit, int(failed.sum()), first, "broken" if failed.any() else "passed"

    return Exhibit(
        name="tests",
        columns=columns(
            test="text", measure="name", bound="word", limit="factor", failed_dates="count", failed_since="date",
            result="word",
        ),
        rows=tuple(row(one.name) for one in ledger.deal.tests),
    )  # fmt: skip


def decrement(ledgers: Mapping[str, Ledger], tranche: str, lang: Language = "en") -> Exhibit:
    """Percent of a tranche's original principal outstanding after each date, one column a scenario; lives below.

    Dates after the first on which nothing is outstanding in any scenario are left out.

    >>> from ipabs.engine.sample import small_ledger
    >>> decrement({"no prepayment": small_ledger()}, "A").shown()
    (('2025-01-01', '59.00'), ('2026-01-01', '15.95'), ('2027-01-01', '0.00'), ('Life, years', '1.75'))
    """
    whole = decrement_table(ledgers, tranche)
    left = np.flatnonzero((whole.to_numpy()[:-1] > 0).any(axis=1))
    shown = min(left[-1] + 2 if left.size else 1, len(whole) - 1)
    table = pd.concat([whole.iloc[:shown], whole.iloc[-1:]])
    units: dict[str, Unit] = dict.fromkeys([str(name) for name in table.columns], "percent")
    rows: list[tuple[Cell, ...]] = [
        (when.isoformat() if isinstance(when, date) else label("column.life_years", lang), *map(float, row))
        for when, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return Exhibit(name="decrement", columns=columns(payment="text", **units), rows=tuple(rows), totals=True)


def price_yield(ledgers: Mapping[str, Ledger], tranche: str, prices: Sequence[float]) -> Exhibit:
    """Yield of a tranche at each price per 100 of its balance, one column a scenario.

    >>> from ipabs.engine.sample import small_ledger
    >>> price_yield({"base": small_ledger()}, "A", [99, 100]).shown()
    (('99.000', '5.613%'), ('100.000', '4.993%'))
    """
    for ledger in ledgers.values():
        of.tranche_of(ledger, tranche)
    units: dict[str, Unit] = dict.fromkeys(ledgers, "rate")
    yields: list[tuple[Cell, ...]] = [
        (f"{price:.3f}", *(float(of.yield_rate(ledger, tranche, price)[0]) for ledger in ledgers.values()))
        for price in prices
    ]
    return Exhibit(name="price_yield", columns=columns(price="text", **units), rows=tuple(yields))


def stratification(pool: Pool, by: str, *, bands: Sequence[float] | None = None) -> Exhibit:
    """A pool by the values of a column, or by bands of it, with the whole pool in the last row.

    >>> from datetime import date
    >>> from ipabs.basics.party import Party
    >>> from ipabs.pool.kinds import PledgedLoan
    >>> from ipabs.pool.pool import Pool
    >>> loans = tuple(PledgedLoan(id=f"C{n}", obligor=f"F{n}", principal=n * 2e6, start=date(2022, 12, 20),
    ...                           contract_rate=0.038, maturity=date(2023, 12, 20)) for n in (1, 2, 3))
    >>> pool = Pool(loans, tuple(Party(id=f"F{n}") for n in (1, 2, 3)))
    >>> for row in stratification(pool, "principal", bands=[0, 5e6, 10e6]).shown():
    ...     print(row)
    ('0 – < 5,000,000', '2', '6,000,000.00', '50.000%', '3.800%')
    ('5,000,000 – < 10,000,000', '1', '6,000,000.00', '50.000%', '3.800%')
    ('', '3', '12,000,000.00', '100.000%', '3.800%')
    """
    table = stratify(pool, by, bands=bands)
    table = table[table["contracts"] > 0]
    rated = pool.to_frame()
    known = rated["contract_rate"].notna()
    weights = rated["principal"].where(known, 0.0)
    rate = float((rated["contract_rate"].fillna(0.0) * weights).sum() / weights.sum()) if weights.sum() else None
    rows: list[tuple[Cell, ...]] = [
        (band_text(str(name)), int(row.iloc[0]), *map(float, row.iloc[1:])) for name, row in table.iterrows()
    ]
    return Exhibit(
        name=f"stratification_{by}",
        columns=columns(group="text", contracts="count", principal="money", share="rate", average_rate="rate"),
        rows=(*rows, ("", len(pool), pool.principal, 1.0, rate)),
        totals=True,
    )


def band_text(name: str) -> str:
    """The name of a band with its numbers readable; any other group's name as it is.

    >>> band_text("[5000000, 10000000)"), band_text("biomedicine")
    ('5,000,000 – < 10,000,000', 'biomedicine')
    """
    match = re.fullmatch(r"\[([0-9.]+), ([0-9.]+)\)", name)
    return f"{float(match[1]):,.12g} – < {float(match[2]):,.12g}" if match else name


def tie_out(
    ledger: Ledger, figures: pd.DataFrame, *, tolerance: float = TOLERANCE, path: int = 0, lang: Language = "en"
) -> Exhibit:
    """Figures of a trustee's report or a prospectus against the same figures recomputed.

    Parameters
    ----------
    figures : DataFrame
        Columns date (a payment date, moved or stated), tranche, item (one of `ITEMS`), value.
    tolerance : float
        The largest difference that still agrees, in the unit of the item.

    Raises
    ------
    DataError
        Every missing column, unknown date, tranche or item, and value that is no number, each with its row; a
        tolerance below zero or without a value.

    >>> from ipabs.engine.sample import small_ledger
    >>> figures = pd.DataFrame({"date": ["2025-01-01"], "tranche": ["A"], "item": ["interest"], "value": [5.02]})
    >>> tie_out(small_ledger(), figures, tolerance=0.01).shown()
    (('2025-01-01', 'A', 'interest', '5.02', '5', '0.02', 'differs'),)
    """
    if not 0 <= tolerance < np.inf:
        raise DataError(finding("tie_out.tolerance", "a tolerance of {got} agrees with nothing; state 0 or more",
                                got=tolerance))  # fmt: skip
    refuse(DataError, table_findings(ledger, figures))
    tables = {one.name: payment_dates(ledger, one.name, path) for one in ledger.deal.tranches}
    rows = []
    for when, tranche, item, given in figures[list(TIE_OUT)].itertuples(index=False):
        t = ledger.period(as_date(when))
        own = float(tables[str(tranche)][str(item)].iloc[t])
        gap = float(given) - own
        agrees = abs(gap) <= tolerance
        day = ledger.timeline.payments[t]
        rows.append((day, str(tranche), str(item), float(given), own, gap, "agrees" if agrees else "differs"))
    said = f"{label('sentence.tolerance', lang)}{tolerance:g}"
    return Exhibit(
        name="tie_out",
        columns=columns(date="date", tranche="text", item="name", compared="amount", recomputed="amount",
                        difference="amount", result="word"),
        rows=tuple(rows),
        notes=(said,),
    )  # fmt: skip


def as_date(value: object) -> date | str:
    """A date of a table as the ledger takes it."""
    return value.date() if isinstance(value, pd.Timestamp) else value if isinstance(value, date) else str(value).strip()


def table_findings(ledger: Ledger, figures: pd.DataFrame) -> Iterator[Finding]:
    """Everything that is wrong with a table of figures to compare."""
    missing = [name for name in TIE_OUT if name not in figures.columns]
    for name in missing:
        yield finding("tie_out.column", "the table of figures has no column {got!r}; {hint}", got=name,
                      allowed=[str(column) for column in figures.columns])  # fmt: skip
    if missing:
        return
    names = [one.name for one in ledger.deal.tranches]
    for row, (when, tranche, item, given) in enumerate(figures[list(TIE_OUT)].itertuples(index=False), start=1):
        place = ("figures", row)
        try:
            ledger.period(as_date(when))
        except (DataError, ValueError):
            allowed = [day.isoformat() for day in ledger.timeline.payments]
            yield finding("tie_out.date", "{got} is no payment date; {hint}", path=place, got=when, allowed=allowed)
        for word, known, code in ((tranche, names, "tie_out.tranche"), (item, ITEMS, "tie_out.item")):
            if str(word) not in known:
                yield finding(code, "{got!r} is not known here; {hint}", path=place, got=word, allowed=known)
        if not is_number(given):
            yield finding("tie_out.value", "{got!r} is no number", path=place, got=given)


def is_number(value: object) -> bool:
    """Whether a cell reads as a finite number."""
    try:
        return bool(np.isfinite(float(str(value))))
    except ValueError:
        return False


def payment_date_page(ledger: Ledger, day: int | str | date, lang: Language = "en", path: int = 0) -> Page:
    """The report of one payment date: distribution, factors, cash, tests.

    >>> from ipabs.engine.sample import small_ledger
    >>> payment_date_page(small_ledger(), 0).sections[0].text[0]
    'Payment date 1 January 2025 (1 of 3), for collections after 2024-01-01 up to 2024-12-31; phase normal.'
    """
    t = ledger.period(day)
    when = ledger.timeline.payments[t]
    start, end = ledger.timeline.collection_period(t)
    exhibits = [
        distribution(ledger, t, path),
        factors(ledger, t, path),
        cash(ledger, t, lang, path),
        trigger_tests(ledger, path),
    ]
    exhibits = [one for one in exhibits if one.rows]
    phase = ledger.program.phases[int(ledger.phase[t, path])]
    text = label("sentence.payment_date", lang).format(
        date=words.day(when, lang),
        start=start,
        end=end,
        phase=spoken(phase, lang),
        number=t + 1,
        of=ledger.timeline.periods,
    )
    heading = label("section.payment_date", lang).format(date=when)
    return Page(
        title=ledger.deal.name,
        sections=(Section(heading=heading, text=(text,), exhibits=titled(exhibits, lang)),),
        headings=headings_of(exhibits, lang),
        words=words_of(exhibits, lang),
        units=page_units(lang, ledger.deal.currency or "CNY"),
        lang=lang,
    )
