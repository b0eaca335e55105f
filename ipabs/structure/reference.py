"""The page of the deal language: keys and words from the types, meanings with their examples."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from ipabs.basics.deal_dates import CollectionRule, PaymentRule
from ipabs.basics.notice import MovedDay, Notice
from ipabs.basics.party import Party
from ipabs.basics.units import UNIT_OF_TYPE, Key, Unit
from ipabs.structure.account import Account, Collect
from ipabs.structure.dates import Dates
from ipabs.structure.deal import Deal
from ipabs.structure.fee import Fee, FeeCap, Yearly
from ipabs.structure.markets import MARKETS
from ipabs.structure.meanings_of_lines import MEANINGS_OF_LINES, PREPARATION
from ipabs.structure.meanings_of_terms import MEANINGS_OF_TERMS
from ipabs.structure.measures import MEASURES
from ipabs.structure.samples import DEMO
from ipabs.structure.support import Support
from ipabs.structure.terms import (
    AccountState,
    Call,
    Closing,
    Deposit,
    FeeState,
    PrincipalDeficiencyLedger,
    Put,
    Rounding,
    Source,
    State,
    SupportState,
    Swap,
    TrancheState,
    TriggerState,
    Uses,
)
from ipabs.structure.tranche import AmortizationCondition, Amount, Coupon, ScheduledPrincipal, Tranche
from ipabs.structure.trigger_tests import DeclaredMeasure, Failing, LimitStep, Observable, Phase, Trigger
from ipabs.structure.waterfall import (
    EVERY_LINE,
    Capitalize,
    Draw,
    Group,
    Movement,
    Options,
    Pay,
    Priority,
    Purchase,
    Release,
    Residual,
    TopUp,
    Transfer,
    WriteDown,
)

RECORDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("The deal", (Deal,)),
    ("Dates", (Dates, PaymentRule, Notice, MovedDay, CollectionRule)),
    ("Parties and support", (Party, Support)),
    ("Tranches", (Tranche, Coupon, ScheduledPrincipal, Amount, AmortizationCondition)),
    ("Fees", (Fee, FeeCap, Yearly)),
    ("Accounts", (Account, Collect)),
    ("Measures, tests and phases", (DeclaredMeasure, Observable, Trigger, LimitStep, Phase, Failing)),
    ("Closing, rounding, call", (Closing, Source, Uses, Deposit, Rounding, Call)),
    ("State in mid-life", (State, TrancheState, FeeState, AccountState, SupportState, TriggerState)),
    ("Waterfall", (Priority, Group, Movement)),
    ("Planned", (PrincipalDeficiencyLedger, Swap, Put)),
)
VERBS: tuple[type[Options], ...] = (Pay, TopUp, Transfer, Release, Draw, WriteDown, Capitalize, Purchase, Residual)

OPENING = """\
# The deal language

A deal is what was agreed: data, the same in Python and in a YAML file. The file reads like the prospectus;
nothing in it is an expression, and nothing is silently defaulted. `ipabs.structure` reads and checks it,
`ipabs.engine` runs it.

This page is written by `ipabs.structure.reference.reference()` from the types themselves; its examples run as
tests.
"""
IN_PYTHON = """\
## In Python

The same deal is built from the records below. `abs_deal` and `abn_deal` give the usual form of a market: nouns
in, the usual priority of payments out, as an ordinary `Deal` whose every part can be replaced.

```python
>>> from ipabs.structure import Coupon, Fee, Tranche, abs_deal
>>> demo = spec.load(Deal, DEMO)
>>> senior = Tranche(name="A", principal=95e6, coupon=Coupon(rate=0.0325), amortization="pass_through")
>>> deal = abs_deal(name="Usual", dates=demo.dates, tranches=(senior, demo.tranches[1]), closing=demo.closing,
...                 accounts=demo.accounts, fees=(Fee(name="vat"), Fee(name="custodian", rate=0.0001)))
>>> print(deal.explain())
Usual
<BLANKLINE>
Priority of payments: normal
1. Pay value-added tax.
2. Pay the custodian's fee.
3. Pay interest on A.
4. Pay principal of A.
5. Fill reserve (1% of the balance of A, at least 200,000.00) up to target.
6. Release what reserve holds above its target to the collection account.
7. Pay all that is left to sub, its principal first, then income.
<BLANKLINE>
From template exchange_abs:
- vehicle: asset-backed special-purpose plan
- currency: CNY
- rounding: fen
- tranches.A.day_count: ACT/365F
- tranches.A.accrual: unadjusted
- tranches.A.unpaid_interest: carry
- fees.vat.rate: 0.0326
- fees.vat.on: interest_collections
- fees.custodian.on: pool_opening
- fees.custodian.over: collection_period
- fees.custodian.day_count: ACT/365F
- waterfall.normal: the market's usual order
```
"""
FINDINGS = """\
## What is refused

`findings(deal)` gives everything that is wrong at once, each with its place, what stands there and what would
be valid: names that do not exist, claims no line pays, cash no line releases by legal final, a draw whose cash
another line takes, a measure read before it is known, terms without effect, sources that differ from uses. A
deal with an error never starts.

```python
>>> from ipabs.structure.findings import findings
>>> findings(spec.load(Deal, DEMO))
()
>>> spec.load(Deal, DEMO.replace("- pay: A.interest", "- pay: A.intrest", 1), file="deal.yaml")
Traceback (most recent call last):
    ...
ipabs.errors.SpecError: deal.yaml:38:7 waterfall.normal[2]: no claim 'A.intrest'; did you mean 'A.interest'?
```
"""
LIMITS = """\
## Limits

The further nouns of meaning 11 are refused until the engine runs them. A floating coupon names an index; its
history and its forward path are given to the engine. A deal has one payment schedule; classes that pay on other
dates are not written. An amount has no steps by date: a test's limit has them, a reserve that falls on a date does
not. A note with level payments is written as its schedule.
"""


def reference() -> str:
    """The whole page as Markdown."""
    parts = (OPENING, sample(), *meaning_sections(), IN_PYTHON, verb_section(), measure_section(), market_section())
    return "\n".join((*parts, *record_sections(), FINDINGS, LIMITS))


def sample() -> str:
    """The demo deal."""
    return f"## A deal\n\n```yaml\n{DEMO}```\n"


def meaning_sections() -> Iterator[str]:
    """The decided meanings, numbered, each with its example."""
    opening = "## Meanings\n\nThe examples use a deal of three yearly payments, `small()`."
    yield f"{opening}\n\n```python\n{PREPARATION}```\n"
    for number, meaning in enumerate((*MEANINGS_OF_LINES, *MEANINGS_OF_TERMS), start=1):
        yield f"### {number}. {meaning.title}\n\n{meaning.text}\n\n```python\n{meaning.example}```\n"


def verb_section() -> str:
    """The verbs and the options each heeds."""
    names = {"source": "from"}
    rows = []
    for verb in VERBS:
        options = ", ".join(f"`{names.get(one, one)}`" for one in (*verb.USES, *EVERY_LINE[1:]))
        rows.append(f"| `{keys_of(verb)[0][0]}` | {first_sentence(verb)} | {options} |")
    options_table = "\n".join(row(*entry) for entry in keys_of(Options) if entry[0] != "target")
    head = "## Verbs\n\n| verb | what it does | options |\n|---|---|---|\n"
    return f"{head}{chr(10).join(rows)}\n\n### Options of a line\n\n{TABLE_HEAD}{options_table}\n"


def measure_section() -> str:
    """The closed set of measures."""
    rows = (f"| `{one.name}` | {one.meaning} | {one.unit} | {', '.join(one.readable)} |" for one in MEASURES)
    about = "A share is a ratio of at most 1; a test that sets it a higher limit is a finding."
    head = f"## Measures\n\n{about}\n\n| measure | meaning | in | known at |\n|---|---|---|---|\n"
    return f"{head}{chr(10).join(rows)}\n"


def market_section() -> str:
    """What each market supplies."""
    words = ("vehicle", "currency", "day_count", "accrual", "unpaid_interest")
    rows = [f"| {word} | {' | '.join(str(getattr(one, word)) for one in MARKETS)} |" for word in words]
    rows.append(f"| rounding | {' | '.join(str(one.rounding.preset) for one in MARKETS)} |")
    rows.append(f"| usual fees | {' | '.join(', '.join(fee.name for fee in one.fees) for one in MARKETS)} |")
    names = " | ".join(f"`{one.name}`" for one in MARKETS)
    return f"## Markets\n\n| term | {names} |\n|---|{'---|' * len(MARKETS)}\n{chr(10).join(rows)}\n"


TABLE_HEAD = "| key | written as | if silent | meaning |\n|---|---|---|---|\n"


def record_sections() -> Iterator[str]:
    """A table of keys for each record."""
    for title, records in RECORDS:
        yield f"## {title}\n"
        for record in records:
            table = "\n".join(row(*entry) for entry in keys_of(record))
            yield f"### {record.__name__}\n\n{first_paragraph(record)}\n\n{TABLE_HEAD}{table}\n"


def row(key: str, written: str, default: str, about: str) -> str:
    """One row of a table of keys."""
    return f"| `{key}` | {written} | {default} | {about} |"


def keys_of(record: type) -> list[tuple[str, str, str, str]]:
    """Key, form, default and meaning of each field of a record; the name of a keyed record is its key in the file."""
    hints = get_type_hints(record, include_extras=True)
    keyed = getattr(record, "KEYED", None)
    found = []
    for field in fields(record):
        notes = get_args(hints[field.name])[1:] if get_origin(hints[field.name]) is Annotated else ()
        key = next((str(note) for note in notes if isinstance(note, Key)), field.name)
        about = next((note for note in notes if type(note) is str), "")
        default = "the key itself" if field.name == keyed else shown_default(field)
        found.append((key, form(hints[field.name]), default, about))
    return found


def shown_default(field: Field[Any]) -> str:
    """What holds when the key is left out."""
    if field.default is MISSING:
        return "required"
    if field.default in (None, "", ()) or is_dataclass(field.default):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def form(hint: Any) -> str:
    """How a value of that type is written."""
    if get_origin(hint) is Annotated:
        unit = next((note for note in hint.__metadata__ if isinstance(note, Unit)), None)
        return unit.name if unit else form(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        lines = all(isinstance(one, type) and issubclass(one, Options | Group) for one in options)
        return "line" if lines else " or ".join(form(option) for option in options)
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        keyed = is_dataclass(item) and hasattr(item, "KEYED")
        return f"names with {form(item)}" if keyed else f"list of {form(item)}"
    if is_dataclass(hint) and isinstance(hint, type):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return UNIT_OF_TYPE[hint].name if hint in UNIT_OF_TYPE else "value"


def first_paragraph(record: type) -> str:
    """The docstring without its examples."""
    return cleandoc(record.__doc__ or "").split("\n>>>")[0].split("\nExamples\n")[0].strip()


def first_sentence(record: type) -> str:
    """The first line of the docstring."""
    return first_paragraph(record).split("\n")[0]


if __name__ == "__main__":
    print(reference(), end="")
