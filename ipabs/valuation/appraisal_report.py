"""The appraiser's report section: what a valuation report must say, as data, rendered in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np

from ipabs.basics import words
from ipabs.basics.words import Language
from ipabs.errors import DataError, Finding, finding, refuse
from ipabs.patents.portfolio import Portfolio, pledge_findings
from ipabs.patents.statute import add_years, remaining_years, statutory_expiry
from ipabs.valuation.reconciliation import Reconciliation, spread_findings
from ipabs.valuation.valuation import Input, Valuation


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a report: a heading, paragraphs, and a table whose first row is its head.

    >>> Section(key="limits", heading="Limits of use", paragraphs=("For the pledge to bank A only.",)).heading
    'Limits of use'
    """

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AppraisalReport:
    """What an appraiser states about a valuation.

    The headings, tables and standing sentences come in English or Chinese; what the appraiser writes stands as written.

    Source: China Appraisal Society, Practice Standard for Asset Appraisal Reports; Guidelines for the Valuation of
    Patent Assets (2017); International Valuation Standards 103 and 106.

    >>> from ipabs.valuation.reconciliation import Weighted, reconcile
    >>> worth = Valuation(method="multiplier cost", as_of=date(2024, 1, 1), currency="CNY", value=1.3e6)
    >>> report = AppraisalReport(
    ...     client="Bank A", users=("Bank A",), purpose="Pledge", object="Patent ZL1", scope="One invention patent",
    ...     value_type="Market value", base_date=date(2024, 1, 1), portfolio=Portfolio(rights=()),
    ...     conclusion=reconcile(Weighted(valuation=worth, weight=1.0)), assumptions=("Going concern",),
    ...     rights_checked="Register of 2024-01-02", limits_of_use="For the pledge only", valid_until=date(2025, 1, 1))
    >>> print(*report.findings())
    reason_for_one_method: a report that uses one method says why
    """

    client: Annotated[str, "Who commissions the report."]
    users: tuple[str, ...]
    purpose: str
    object: Annotated[str, "What is valued."]
    scope: str
    value_type: Annotated[str, "Market value, investment value, liquidation value …"]
    base_date: date
    portfolio: Portfolio
    conclusion: Reconciliation
    reason_for_one_method: str = ""
    assumptions: tuple[str, ...]
    rights_checked: Annotated[str, "How title, status and pledges were checked."]
    special_matters: tuple[str, ...] = ()
    limits_of_use: str
    valid_until: date

    def findings(self) -> Iterator[Finding]:
        """What a report may not leave out or contradict."""
        entries = self.conclusion.entries
        if len(entries) == 1 and not self.reason_for_one_method.strip():
            template = "a report that uses one method says why"
            yield finding("report.one_method", template, path=("reason_for_one_method",))
        for name in ("client", "purpose", "object", "scope", "value_type", "rights_checked", "limits_of_use"):
            if not str(getattr(self, name)).strip():
                yield finding("report.empty", "{got} is empty", path=(name,), got=name)
        for name in ("users", "assumptions"):
            if not getattr(self, name):
                yield finding("report.empty", "{got} is empty", path=(name,), got=name)
        for entry in entries:
            if entry.valuation.as_of != self.base_date:
                template = "{method} is as of {got}, the report of {base_date}"
                yield finding("report.base_date", template, path=("base_date",), got=entry.valuation.as_of,
                              method=entry.valuation.method, base_date=self.base_date)  # fmt: skip
        if not self.base_date <= self.valid_until <= add_years(self.base_date, 1):
            template = "valid until {got}; a conclusion holds for at most one year from its base date {base_date}"
            yield finding("report.validity", template, path=("valid_until",), got=self.valid_until,
                          base_date=self.base_date)  # fmt: skip

    def sections(self, lang: Language = "en") -> tuple[Section, ...]:
        """The sections in their order.

        Raises
        ------
        DataError
            With everything the report leaves out or contradicts.
        """
        refuse(DataError, self.findings())
        written = {
            "client": (self.client, words.label("report.users", lang) + _colon(lang) + _listed(self.users, lang)),
            "purpose": (self.purpose,),
            "object": (self.object, self.scope),
            "value_type": (self.value_type,),
            "base_date": (words.day(self.base_date, lang),),
        }
        parts = [_section(key, lang, paragraphs) for key, paragraphs in written.items()]
        parts.append(_section("rights", lang, (self.rights_checked, *self._pledges(lang)), self._rights_table(lang)))
        parts.append(_section("assumptions", lang, self.assumptions, self._inputs_table(lang)))
        parts.append(_section("methods", lang, self._methods(lang), self._methods_table(lang)))
        parts.append(_section("conclusion", lang, self._conclusion(lang)))
        parts.append(_section("special_matters", lang, (*self.special_matters, *self._warnings(lang))))
        validity = words.label("report.valid_until", lang) + _colon(lang) + words.day(self.valid_until, lang)
        parts.append(_section("limits", lang, (self.limits_of_use, validity)))
        return tuple(part for part in parts if part.paragraphs or part.table)

    def markdown(self, lang: Language = "en") -> str:
        """The report section in Markdown."""
        return "\n".join(line for part in self.sections(lang) for line in _markdown(part))

    def text(self, lang: Language = "en") -> str:
        """The report section as plain text, tables with tabs."""
        lines = []
        for number, part in enumerate(self.sections(lang), 1):
            lines += [f"{number}. {part.heading}", *part.paragraphs, *("\t".join(row) for row in part.table), ""]
        return "\n".join(lines)

    def _rights_table(self, lang: Language) -> tuple[tuple[str, ...], ...]:
        head = tuple(words.label(f"report.{name}", lang) for name in ("number", "kind", "expiry", "remaining_years"))
        return (
            head,
            *(
                (
                    right.number,
                    words.label(f"report.kind.{right.kind}", lang),
                    words.day(statutory_expiry(right), lang),
                    f"{remaining_years(right, self.base_date):.1f}",
                )
                for right in self.portfolio.rights
            ),
        )

    def _inputs_table(self, lang: Language) -> tuple[tuple[str, ...], ...]:
        head = tuple(words.label(f"report.{name}", lang) for name in ("method", "input", "value", "provenance"))
        rows = [
            (_method(one, lang), entry.name, _figure(entry),
             entry.provenance.text(lang) if entry.provenance else words.label("report.not_stated", lang))
            for one in self._valuations for entry in one.inputs
        ]  # fmt: skip
        return (head, *rows) if rows else ()

    def _methods(self, lang: Language) -> tuple[str, ...]:
        return tuple(
            _method(entry.valuation, lang) + _colon(lang) + entry.reason
            for entry in self.conclusion.entries
            if entry.reason
        ) + ((self.reason_for_one_method,) if self.reason_for_one_method else ())

    def _methods_table(self, lang: Language) -> tuple[tuple[str, ...], ...]:
        head = tuple(words.label(f"report.{name}", lang) for name in ("method", "value", "low", "high", "weight"))
        low, high = self.conclusion.low_quantile, self.conclusion.high_quantile
        return (
            head,
            *(
                (
                    _method(one.valuation, lang),
                    _simulated(one.valuation.mean, one.valuation.standard_error, lang),
                    _simulated(one.valuation.quantile(low), one.valuation.quantile_error(low), lang),
                    _simulated(one.valuation.quantile(high), one.valuation.quantile_error(high), lang),
                    words.percent(one.weight, digits=0),
                )
                for one in self.conclusion.entries
            ),
        )

    def _conclusion(self, lang: Language) -> tuple[str, ...]:
        low, high = (words.money(bound, lang) for bound in self.conclusion.range)
        value = words.money(self.conclusion.value, lang)
        told = words.label("report.concluded", lang).format(value=value, currency=self._currency, low=low, high=high)
        if not self.conclusion.standard_error:
            return (told,)
        error = words.percent(self.conclusion.standard_error / self.conclusion.value)
        draws = max(one.draws for one in self._valuations)
        return (told, words.label("report.simulated", lang).format(error=error, draws=f"{draws:,}"))

    def _pledges(self, lang: Language) -> tuple[str, ...]:
        return tuple(words.line(found, lang) for found in pledge_findings(self.portfolio, self.base_date))

    def _warnings(self, lang: Language) -> tuple[str, ...]:
        found = (*(one for worth in self._valuations for one in worth.findings), *spread_findings(self.conclusion))
        return tuple(dict.fromkeys(words.line(one, lang) for one in found))

    @property
    def _valuations(self) -> tuple[Valuation, ...]:
        return tuple(entry.valuation for entry in self.conclusion.entries)

    @property
    def _currency(self) -> str:
        return self.conclusion.entries[0].valuation.currency


def _section(key: str, lang: Language, paragraphs: tuple[str, ...], table: tuple[tuple[str, ...], ...] = ()) -> Section:
    return Section(key=key, heading=words.label(f"report.{key}", lang), paragraphs=paragraphs, table=table)


def _method(valuation: Valuation, lang: Language) -> str:
    """The method's label; a user's own method goes by its name."""
    key = f"report.method.{valuation.method.replace(' ', '_')}"
    return words.label(key, lang) if key in words.labels() else valuation.method


def _simulated(value: float, error: float, lang: Language) -> str:
    """A figure, with its standard error as a share of it if it has one."""
    return words.money(value, lang) + (f" ± {words.percent(error / value)}" if error and value else "")


def _figure(entry: Input) -> str:
    if isinstance(entry.value, tuple):
        return ", ".join(f"{one:g}" for one in entry.value)
    low, high = min(_bounds(entry)), max(_bounds(entry))
    return f"{low:g}" if low == high else f"{entry.mean:.4g} ({low:.4g} … {high:.4g})"


def _bounds(entry: Input) -> tuple[float, float]:
    return float(np.min(entry.value)), float(np.max(entry.value))


def _colon(lang: Language) -> str:
    return "：" if lang == "zh" else ": "


def _listed(texts: tuple[str, ...], lang: Language) -> str:
    return ("、" if lang == "zh" else ", ").join(texts)


def _markdown(section: Section) -> Iterator[str]:
    yield f"## {section.heading}"
    yield ""
    for paragraph in section.paragraphs:
        yield paragraph
        yield ""
    for at, row in enumerate(section.table):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
        if at == 0:
            yield "|" + "---|" * len(row)
    if section.table:
        yield ""
