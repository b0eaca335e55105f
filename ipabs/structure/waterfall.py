"""The lines of a priority of payments: few verbs, the same options on each."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, Literal

from ipabs.basics.units import Key
from ipabs.errors import Finding, KeyPath, finding
from ipabs.structure.account import COLLECTIONS
from ipabs.structure.tranche import Amount

EVERY_LINE = ("target", "if_passing", "if_failing", "clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every line may say; the verb's own word replaces `target`, and `USES` names the options it heeds."""

    USES: ClassVar[tuple[str, ...]] = ()

    target: tuple[str, ...] | object
    source: Annotated[str, Key("from"), "the account that pays; silent: the group's, or collections"] = ""
    split: Annotated[Literal["sequential", "pro_rata"], "several targets: one after another, or side by side"] = (
        "sequential"
    )
    by: Annotated[
        Literal["due", "balance", "original", "weights"] | None, "what a pro-rata split follows; silent: due"
    ] = None
    weights: Annotated[tuple[float, ...], "one weight for each target, with `by: weights`"] = ()
    up_to: Annotated[Amount | None, "the most the line moves; silent: all that is payable"] = None
    if_passing: Annotated[tuple[str, ...], "the line acts only while all these tests pass"] = ()
    if_failing: Annotated[tuple[str, ...], "the line acts only while all these tests fail"] = ()
    clause: Annotated[str, "where the prospectus says so"] = ""

    def findings(self) -> Iterator[Finding]:
        """Options without effect, a split that is not whole, a target or test that stands twice."""
        for field in fields(self):
            heeded = field.name in (*self.USES, *EVERY_LINE)
            if not heeded and getattr(self, field.name) != field.default:
                word = {"source": "from"}.get(field.name, field.name)
                yield finding("line.option", "{got!r} has no effect on this verb", got=word, allowed=self.USES)
        targets = self.target if isinstance(self.target, tuple) else ()
        if len(set(targets)) < len(targets):
            yield finding("line.twice", "a name stands twice in the line")
        for test in sorted({*self.if_passing} & {*self.if_failing}):
            yield finding("line.never", "the line never acts: {got} cannot pass and fail at once", got=test)
        if self.split == "sequential" and (self.by is not None or self.weights):
            yield finding("line.by", "`by` and `weights` need split: pro_rata")
        if (self.by == "weights") != bool(self.weights):
            yield finding("line.weights", "`by: weights` and the list `weights` need each other")
        elif self.weights and (len(self.weights) != len(targets) or not all(weight > 0 for weight in self.weights)):
            template = "one weight above 0 is needed for each of the {count} targets"
            yield finding("line.weight_count", template, count=len(targets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Options):
    """Pay claims.

    >>> from ipabs import spec
    >>> print(spec.dump(Pay(target=("vat", "custodian"), split="pro_rata", clause="8.2(1)")), end="")
    pay: [vat, custodian]
    split: pro_rata
    clause: "8.2(1)"
    """

    USES: ClassVar[tuple[str, ...]] = ("source", "split", "by", "weights", "up_to")

    target: Annotated[tuple[str, ...], Key("pay"), "the claims, in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp(Options):
    """Fill accounts up to their targets.

    >>> from ipabs import spec
    >>> print(spec.dump(TopUp(target=("reserve",), up_to=Amount(of=("available",), percent=0.5))), end="")
    top_up: reserve
    up_to: {of: available, percent: 50%}
    """

    USES: ClassVar[tuple[str, ...]] = ("source", "split", "by", "weights", "up_to")

    target: Annotated[tuple[str, ...], Key("top_up"), "the accounts, in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """From one account to another.

    >>> from ipabs import spec
    >>> print(spec.dump(Movement(source="reserve", to="collections", up_to=Amount(of=("A.interest.due",)))), end="")
    from: reserve
    to: collections
    up_to: A.interest.due
    """

    source: Annotated[str, Key("from"), "the account that gives; silent: the group's, or collections"] = ""
    to: Annotated[str, "the account that receives"]
    up_to: Annotated[Amount | None, "the most that moves; silent: all of it"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Options):
    """Move cash between accounts.

    >>> from ipabs import spec
    >>> print(spec.dump(Transfer(target=Movement(source="reserve", to="collections"))), end="")
    transfer: {from: reserve, to: collections}
    """

    target: Annotated[Movement, Key("transfer"), "from which account to which"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Options):
    """Move what an account holds above its target to its `sweep_to` account.

    >>> from ipabs import spec
    >>> print(spec.dump(Release(target="reserve")), end="")
    release: reserve
    """

    target: Annotated[str, Key("release"), "the account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw(Options):
    """Call a support for what is missing.

    >>> from ipabs import spec
    >>> print(spec.dump(Draw(target="undertaking", up_to=Amount(amount=5e6))), end="")
    draw: undertaking
    up_to: {amount: 5000000}
    """

    USES: ClassVar[tuple[str, ...]] = ("up_to",)

    target: Annotated[str, Key("draw"), "the support"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDown(Options):
    """Write tranche balances down without cash, in order or by `split`; `up_to` says by how much.

    >>> from ipabs import spec
    >>> print(spec.dump(WriteDown(target=("sub", "B", "A"), up_to=Amount(of=("defaulted",)))), end="")
    write_down: [sub, B, A]
    up_to: defaulted
    """

    USES: ClassVar[tuple[str, ...]] = ("split", "by", "weights", "up_to")

    target: Annotated[tuple[str, ...], Key("write_down"), "the tranches, first loss first"]

    def findings(self) -> Iterator[Finding]:
        """The rules of every line, and the amount."""
        yield from Options.findings(self)
        if self.up_to is None:
            yield finding("write_down.amount", "state by how much: up_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capitalize(Options):
    """Turn interest that is owed into balance, without cash.

    >>> from ipabs import spec
    >>> print(spec.dump(Capitalize(target=("B",), if_failing=("cover",))), end="")
    capitalize: B
    if_failing: cover
    """

    USES: ClassVar[tuple[str, ...]] = ("up_to",)

    target: Annotated[tuple[str, ...], Key("capitalize"), "the tranches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase(Options):
    """Buy further assets (planned)."""

    target: Annotated[str, Key("purchase"), "what is bought"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual(Options):
    """Pay all that is left: the tranche's principal first, then income.

    >>> from ipabs import spec
    >>> print(spec.dump(Residual(target="sub", source="revenue")), end="")
    residual: sub
    from: revenue
    """

    USES: ClassVar[tuple[str, ...]] = ("source",)

    target: Annotated[str, Key("residual"), "a tranche marked residual, or a party"]


Verb = Pay | TopUp | Transfer | Release | Draw | WriteDown | Capitalize | Purchase | Residual


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that share a source account.

    >>> from ipabs import spec
    >>> print(spec.dump(Group(source="revenue", lines=(Pay(target=("A.interest",)), Residual(target="sub")))), end="")
    lines:
      - {pay: A.interest}
      - {residual: sub}
    from: revenue
    """

    lines: Annotated[tuple[Verb, ...], "the lines"]
    source: Annotated[str, Key("from"), "the account that pays"]
    clause: Annotated[str, "where the prospectus says so"] = ""


Line = Verb | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """The priority of payments of one phase.

    >>> from ipabs import spec
    >>> normal = Priority(phase="normal", lines=(Pay(target=("A.interest", "A.principal")), Residual(target="sub")))
    >>> print(spec.dump(normal), end="")
    phase: normal
    lines:
      - {pay: [A.interest, A.principal]}
      - {residual: sub}
    """

    KEYED: ClassVar[str] = "phase"
    SHORT: ClassVar[str] = "lines"

    phase: Annotated[str, "`normal`, `called`, or a declared phase"]
    lines: Annotated[tuple[Line, ...], "the lines, in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """One line outside its group: its key path below the list, and the account that pays."""

    path: KeyPath
    line: Verb
    source: str
    clause: str


def placed_lines(lines: tuple[Line, ...]) -> tuple[PlacedLine, ...]:
    """The lines of a list in order, groups opened, each with the account that pays.

    >>> group = Group(source="revenue", lines=(Pay(target=("vat",)), Residual(target="sub", source="spare")))
    >>> [(one.path, one.source) for one in placed_lines((Draw(target="fund"), group))]
    [((0,), 'collections'), ((1, 'lines', 0), 'revenue'), ((1, 'lines', 1), 'spare')]
    """
    placed: list[PlacedLine] = []
    for i, line in enumerate(lines):
        if isinstance(line, Group):
            inner = (((i, "lines", j), one) for j, one in enumerate(line.lines))
            placed.extend(place(path, one, line.source, line.clause) for path, one in inner)
        else:
            placed.append(place((i,), line, COLLECTIONS, ""))
    return tuple(placed)


def place(path: KeyPath, line: Verb, source: str, clause: str) -> PlacedLine:
    """The line with what its group says where it is silent itself."""
    match line:
        case Transfer():
            own = line.target.source
        case Release():
            own = line.target
        case _:
            own = line.source
    return PlacedLine(path=path, line=line, source=own or source, clause=line.clause or clause)


def release_as_transfer(line: Release, sweep_to: str) -> Transfer:
    """The transfer that a release stands for: the account's excess over its target.

    >>> release_as_transfer(Release(target="reserve"), "collections").target.up_to.of
    ('reserve.excess',)
    """
    movement = Movement(source=line.target, to=sweep_to, up_to=Amount(of=(f"{line.target}.excess",)))
    return Transfer(target=movement, if_passing=line.if_passing, if_failing=line.if_failing, clause=line.clause)
