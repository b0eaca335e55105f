"""How the workbook looks: one palette with the page, number formats, the marks of inputs, formulas and values."""

from dataclasses import dataclass
from typing import Any, Literal

INK, SOFT, RULE, TINT = "#1b2733", "#5b6b7a", "#d5dce3", "#f3f6f9"
ACCENT, MARK, BLUE, GREY, RED = "#0b5a8a", "#8a4b08", "#0000c8", "#7a7a7a", "#b3261e"
FONT = "Arial"

Role = Literal["input", "formula", "value", "working"]

# Whole fen, shown as yuan: the last two digits stand behind a point, thousands in front are grouped by hand.
FEN = '[>=100000000]#","000","000"."00;[>=100000]#","000"."00;0"."00'

NUMBERS = {
    "money": "#,##0.00",
    "major": "#,##0.00",
    "count": "#,##0",
    "flag": "0",
    "ratio": "0.0000",
    "rate": "0.0000%",
    "date": "yyyy-mm-dd",
    "years": "0.00",
    "long": "0.0000",
    "price": "0.0000",
    "text": "@",
}
COLORS: dict[Role, str] = {"input": BLUE, "formula": INK, "value": GREY, "working": SOFT}


def unit_format(per_major: float) -> str:
    """How amounts in engine units are shown: as yuan where the unit is the fen."""
    return FEN if per_major == 100 else "#,##0.00" if per_major == 1 else "#,##0"


@dataclass(slots=True)
class Styles:
    """The formats of one workbook, each made once."""

    book: Any
    made: dict[tuple[tuple[str, Any], ...], Any]

    def of(self, **terms: Any) -> Any:
        """A format with these terms."""
        full = {"font_name": FONT, "font_size": 9, "font_color": INK, "valign": "vcenter", **terms}
        key = tuple(sorted(full.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(full)
        return self.made[key]

    def number(self, number_format: str, role: Role, **terms: Any) -> Any:
        """A number of a role."""
        look: dict[str, Any] = {"num_format": number_format, "font_color": COLORS[role], **terms}
        if role == "input":
            look["bg_color"] = "#eef3ff"
        if role == "value":
            look["italic"] = True
        if role == "working":
            look["font_size"] = 8
        return self.of(**look)

    @property
    def title(self) -> Any:
        return self.of(bold=True, font_size=16, font_color=ACCENT)

    @property
    def note(self) -> Any:
        return self.of(font_color=SOFT)

    @property
    def narrow_title(self) -> Any:
        return self.of(bold=True, font_size=12, font_color=ACCENT, text_wrap=True)

    @property
    def narrow_note(self) -> Any:
        return self.of(font_color=SOFT, text_wrap=True, valign="top")

    @property
    def beside(self) -> Any:
        return self.of(font_color=SOFT, indent=1)

    @property
    def banner(self) -> Any:
        return self.of(font_color=MARK, bold=True)

    @property
    def head(self) -> Any:
        return self.of(
            bold=True, font_color=SOFT, bg_color=TINT, bottom=1, bottom_color=RULE, text_wrap=True, align="right"
        )

    @property
    def head_left(self) -> Any:
        return self.of(bold=True, font_color=SOFT, bg_color=TINT, bottom=1, bottom_color=RULE, text_wrap=True)

    @property
    def head_beside(self) -> Any:
        return self.of(bold=True, font_color=SOFT, bg_color=TINT, bottom=1, bottom_color=RULE, indent=1)

    @property
    def head_date(self) -> Any:
        return self.of(
            bold=True, font_color=SOFT, bg_color=TINT, bottom=1, bottom_color=RULE, num_format="yyyy-mm-dd",
            align="right",
        )  # fmt: skip

    @property
    def block(self) -> Any:
        return self.of(bold=True, font_color=ACCENT, bottom=2, bottom_color=ACCENT)

    @property
    def faint(self) -> Any:
        return self.book.add_format({"font_color": "#b9c2cb"})

    @property
    def label(self) -> Any:
        return self.of()

    @property
    def soft(self) -> Any:
        return self.of(font_color=SOFT, font_size=8, indent=1)
