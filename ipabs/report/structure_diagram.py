"""The structure of a deal as a drawing: who owes, who issues, who invests, who stands behind it, and what flows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from ipabs.basics import words
from ipabs.basics.words import Language, label, labels
from ipabs.report.page import wrapped
from ipabs.report.titles import amount, head_of
from ipabs.structure.deal import Deal
from ipabs.structure.markets import MARKETS
from ipabs.structure.support import Support
from ipabs.structure.tranche import Tranche

WIDTH, LINE, PAD = 980, 16, 9
LEFT, MIDDLE, RIGHT = (10, 200), (365, 215), (770, 200)  # x and width of the three columns
GAP = 12
SUPPORT_GAP = 40
TALL = 500  # from where a drawing needs a printed page's height
BEND = 24  # from the vehicle to where the arrows to its tranches part
BOLD = ' font-weight="bold"'
CHARACTERS = 27  # that fit a line of a box


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of the drawing: its place, and its lines of text, the first ones in bold."""

    x: float
    y: float
    wide: float
    lines: tuple[str, ...]
    role: str
    bold: int = 1

    @property
    def high(self) -> float:
        """Height for its lines."""
        return len(self.lines) * LINE + 2 * PAD

    @property
    def middle(self) -> float:
        """Half its height down."""
        return self.y + self.high / 2

    def svg(self) -> str:
        """The box and its text."""
        texts = "".join(
            f'<text x="{self.x + self.wide / 2:g}" y="{self.y + PAD + LINE * at + 12:g}" text-anchor="middle"'
            f"{BOLD if at < self.bold else ''}>{escape(line)}</text>"
            for at, line in enumerate(self.lines)
        )
        frame = f'x="{self.x:g}" y="{self.y:g}" width="{self.wide:g}" height="{self.high:g}" rx="4"'
        return f'<g class="{self.role}"><rect {frame}/>{texts}</g>'


def arrow(x1: float, y1: float, x2: float, y2: float, says: str) -> str:
    """An arrow from one point to another, with a bend where their heights differ; what flows stands beside it."""
    upright = x1 == x2
    bend = x1 if y1 == y2 else x1 + BEND
    road = f"V{y2:g}" if upright else f"H{bend:g}V{y2:g}H{x2:g}"
    line = f'<path class="flow" d="M{x1:g} {y1:g}{road}" marker-end="url(#diagram-tip)"/>'
    x, y = (x1 + 7, (y1 + y2) / 2 + 4) if upright else ((bend + x2) / 2, y2 - 5)
    anchor = "start" if upright else "middle"
    return f'{line}<text class="says" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(says)}</text>'


def structure_diagram(deal: Deal, lang: Language = "en", *, firms: int | None = None) -> str:
    """A deal as an ``<svg>`` element: obligors, vehicle, tranches, supports, service providers.

    Parameters
    ----------
    firms : int, optional
        How many obligors the pool has.

    >>> from ipabs.engine.sample import small_ledger
    >>> drawn = structure_diagram(small_ledger().deal, firms=3)
    >>> "3 firms" in drawn, "100.00 · 5.00%" in drawn
    (True, True)
    """
    complete = deal.filled()

    def says(key: str, **values: object) -> str:
        return label(f"diagram.{key}", lang).format(**values)

    supports = support_row(complete, lang)
    top = max((box.y + box.high for box in supports), default=-SUPPORT_GAP) + SUPPORT_GAP
    notes = list(column_of([tranche_lines(one, lang) for one in complete.tranches], RIGHT, top, "note"))
    name = wrapped(complete.name, CHARACTERS)
    vehicle = Box(x=MIDDLE[0], y=top, wide=MIDDLE[1], lines=(*name, *vehicle_lines(complete, lang)), role="vehicle",
                  bold=len(name))  # fmt: skip
    least = notes[-1].y + notes[-1].high - top
    vehicle = replace(vehicle, y=top + max(0.0, least - vehicle.high) / 2)
    counted = () if firms is None else (says("one_firm" if firms == 1 else "firms", count=firms),)
    owed = (says("obligors"), *counted)
    pool = Box(x=LEFT[0], y=vehicle.middle - 25, wide=LEFT[1], lines=owed, role="obligor")
    bottom = max(vehicle.y + vehicle.high, notes[-1].y + notes[-1].high)
    fees = [head_of(fee.name, lang) for fee in complete.fees]
    paid = Box(x=MIDDLE[0], y=bottom + 52, wide=MIDDLE[1], role="support",
               lines=(says("fees"), *wrapped(", ".join(fees), CHARACTERS)))  # fmt: skip
    flows = [
        arrow(*edge(pool, vehicle, -11), says("collections")),
        arrow(*reversed_edge(pool, vehicle, 17), says("price", amount=price_of(complete, lang))),
        *note_flows(notes, vehicle, complete, lang),
        *support_flows(supports, vehicle, complete.support),
        *([arrow(vehicle.x + vehicle.wide / 2, vehicle.y + vehicle.high, paid.x + paid.wide / 2, paid.y,
                 says("paid_first"))] if fees else []),
    ]  # fmt: skip
    boxes = [*supports, pool, vehicle, *notes, *([paid] if fees else [])]
    high = max(box.y + box.high for box in boxes) + 4
    tip = (
        '<defs><marker id="diagram-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>'
    )
    parts = "".join([tip, *(box.svg() for box in boxes), *flows])
    title = f"<title>{escape(says('title', deal=complete.name))}</title>"
    frame = f'viewBox="-4 -4 {WIDTH + 8} {high + 8:g}" xmlns="http://www.w3.org/2000/svg"'
    kind = "structure tall" if high > TALL else "structure"
    return f'<svg role="img" class="{kind}" {frame}>{title}{parts}</svg>'


def column_of(texts: Sequence[tuple[str, ...]], place: tuple[int, int], top: float, role: str) -> Iterator[Box]:
    """Boxes below each other."""
    y = top
    for lines in texts:
        box = Box(x=place[0], y=y, wide=place[1], lines=lines, role=role, bold=len(lines) - 1)
        yield box
        y += box.high + GAP


def support_row(deal: Deal, lang: Language) -> list[Box]:
    """Who supports and what they do, beside each other above the vehicle, as narrow as their number asks."""
    names = {party.id: party.name or party.id for party in deal.parties}
    step = min(MIDDLE[1] + 20, WIDTH / max(len(deal.support), 1))
    first = min(max(MIDDLE[0] - step * (len(deal.support) - 1) / 2, 0), max(WIDTH - step * len(deal.support), 0))
    boxes = []
    for at, support in enumerate(deal.support):
        wide = step - 20
        columns = int(CHARACTERS * wide / MIDDLE[1])
        name = wrapped(names.get(support.by, support.by), columns)
        key = "called_and_reimbursed" if support.reimbursed == "by_line" else "called"
        does = (*wrapped(support.name, columns), *wrapped(label(f"diagram.{key}", lang), columns))
        boxes.append(Box(x=first + step * at, y=0, wide=wide, lines=(*name, *does), role="support", bold=len(name)))
    lowest = max((box.high for box in boxes), default=0.0)
    return [replace(box, y=lowest - box.high) for box in boxes]


def edge(left: Box, right: Box, shift: float) -> tuple[float, float, float, float]:
    """From the right side of a box to the left side of another, at the height of the left one's middle."""
    return left.x + left.wide, left.middle + shift, right.x, left.middle + shift


def reversed_edge(left: Box, right: Box, shift: float) -> tuple[float, float, float, float]:
    """The same line the other way."""
    x1, y, x2, _ = edge(left, right, shift)
    return x2, y, x1, y


def note_flows(notes: Sequence[Box], vehicle: Box, deal: Deal, lang: Language) -> Iterator[str]:
    """From the vehicle to every tranche; what the investors paid comes back on one arrow."""
    for box, tranche in zip(notes, deal.tranches, strict=True):
        key = "residual" if tranche.residual else "interest_principal" if tranche.coupon else "principal"
        yield arrow(vehicle.x + vehicle.wide, vehicle.middle, box.x, box.middle, label(f"diagram.{key}", lang))


def support_flows(boxes: Sequence[Box], vehicle: Box, supports: Sequence[Support]) -> Iterator[str]:
    """From each support down to the vehicle; with a second head where it is reimbursed."""
    for box, support in zip(boxes, supports, strict=True):
        foot = box.y + box.high
        road = f"M{box.x + box.wide / 2:g} {foot:g}V{foot + GAP:g}H{vehicle.x + vehicle.wide / 2:g}V{vehicle.y:g}"
        back = ' marker-start="url(#diagram-tip)"' if support.reimbursed == "by_line" else ""
        yield f'<path class="flow" d="{road}" stroke-dasharray="5 4" marker-end="url(#diagram-tip)"{back}/>'


def tranche_lines(tranche: Tranche, lang: Language) -> tuple[str, ...]:
    """Name with rating; in the last line amount and coupon."""
    head = " · ".join(part for part in (tranche.name, tranche.rating) if part)
    terms = [amount(tranche.principal, lang)]
    if tranche.coupon is not None and tranche.coupon.rate is not None:
        terms.append(words.percent(tranche.coupon.rate))
    elif tranche.coupon is not None:
        terms.append(f"{tranche.coupon.index} + {words.percent(tranche.coupon.margin)}")
    return *wrapped(head, CHARACTERS), " · ".join(terms)


def vehicle_lines(deal: Deal, lang: Language) -> tuple[str, ...]:
    """Legal form, accounts, the date of closing."""
    usual = {market.name: market.vehicle for market in MARKETS}
    key = f"diagram.vehicle.{deal.market}"
    form = label(key, lang) if key in labels() and usual.get(deal.market) == deal.vehicle else deal.vehicle or ""
    accounts = [label("diagram.collections_account", lang), *(account.name for account in deal.accounts)]
    said = label("diagram.accounts", lang).format(accounts=", ".join(accounts))
    return (
        *wrapped(form, CHARACTERS),
        *wrapped(said, CHARACTERS),
        label("diagram.closing", lang).format(date=deal.dates.closing),
    )


def price_of(deal: Deal, lang: Language) -> str:
    """What the vehicle pays for the assets, where the closing says."""
    assets = deal.closing.uses.assets if deal.closing is not None else None
    return amount(assets, lang) if assets else ""
