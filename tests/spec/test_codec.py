"""Files become objects with every fault found at once, and objects become files that read back the same."""

import json
import math
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ipabs.basics.provenance import Provenance, ProvenanceTable
from ipabs.basics.units import Rate
from ipabs.errors import SpecError, finding
from ipabs.spec import check, dump, load, read, read_document, schema, to_tree

GOOD = """\
ipabs: 1
name: Demo
closing: 2024-03-28
legal_final: 2029-03-28
tranches:
  A: {principal: 9500万元, coupon: 3.25%, schedule: {2024-06-28: 10000000, 2024-09-28: {amount: 1, note: last}}}
  sub: {principal: 5000000, residual: true}
accounts:
  reserve: {target: {percent: 1%, of: A.balance, floor: 200000}, until: A}
  other: {target: 200000}
limit: unlimited
borne_by: {district: 75%, firm: {share: 25%, remark: own part}}
comparators:
  pledged_loan: {kind: bank_loan, margin: 150bp, term: 2 years}
rounding: {unit: 0.01, per_face: null}
window: [2024-01-01, 2024-12-31]
life: 2.5 years
waterfall:
  - pay: [A.interest, A.principal]
    split: pro_rata
    clause: "8.2(1)"
  - pay: A.interest
    from: reserve
  - {transfer: {from: reserve, to: collections}}
  - transfer: reserve
  - from: revenue
    lines:
      - pay: A.principal
"""

BAD = """\
nmae: Demo
market: exchange_ab
closing: 2024-02-30
tranches:
  A: {principal: 9500, coupon: 3.25, amortisation: bullet}
  A: {principal: 1}
  B: {coupon: &x NO, principal: 1:30}
  C: *x
  D: {principal: -5}
limit: unlimted
accounts:
  reserve: {target: [1]}
comparators:
  x: {kind: bankloan, margin: 1%}
  y: {margin: 1%}
waterfall:
  - pay: []
    form: reserve
  - pays: A.principal
  - {pay: A, transfer: reserve}
  - pay: {a: b}
"""

FAULTS = """\
deal.yaml:1:1 nmae: unknown key 'nmae'; did you mean 'name'?
deal.yaml:1:1: the key 'name' is missing
deal.yaml:2:9 market: 'exchange_ab' is not valid here; did you mean 'exchange_abs'?
deal.yaml:3:10 closing: '2024-02-30' is no date; write 2024-03-28
deal.yaml:5:32 tranches.A.coupon: '3.25' without a unit looks like a percentage; write 3.25%
deal.yaml:5:38 tranches.A.amortisation: unknown key 'amortisation'; did you mean 'amortization'?
deal.yaml:6:3 tranches.A: 'A' stands twice; first on line 5
deal.yaml:7:15 tranches.B.coupon: anchor &x is not read; write the value out where it is needed
deal.yaml:7:15 tranches.B.coupon: 'NO' is no rate; write 3.25%, 325bp or 0.0325
deal.yaml:7:33 tranches.B.principal: '1:30' is no amount; write 95000000, 9500万元 or 0.95亿元
deal.yaml:8:6 tranches.C: alias *x is not read; write the value out
deal.yaml:9:18 tranches.D.principal: -5.0 is negative; an amount is 0 or more
deal.yaml:10:8 limit: 'unlimted' is not valid here; did you mean 'unlimited'?
deal.yaml:12:21 accounts.reserve.target: one value is expected here, not a list
deal.yaml:14:13 comparators.x.kind: 'bankloan' is not valid here; did you mean 'bank_loan'?
deal.yaml:15:6 comparators.y: a table with the key kind is expected here; valid: bank_loan, lease
deal.yaml:17:10 waterfall[0].pay: the list is empty; at least one entry is expected
deal.yaml:18:5 waterfall[0].form: unknown key 'form'; did you mean 'from'?
deal.yaml:19:5 waterfall[1]: no verb stands here but 'pays'; did you mean 'pay'?
deal.yaml:20:5 waterfall[2]: pay, transfer cannot stand together; a line has one verb
deal.yaml:21:10 waterfall[3].pay: one value is expected here, not a table
"""


def test_deal_is_read(specs: SimpleNamespace) -> None:
    deal = load(specs.Deal, GOOD, kinds=specs.KINDS)
    assert [tranche.name for tranche in deal.tranches] == ["A", "sub"]
    assert deal.tranches[0].schedule[0] == specs.Schedule(on=date(2024, 6, 28), amount=10_000_000.0)
    assert deal.accounts[0].target == specs.Target(percent=0.01, of="A.balance", floor=200_000.0)
    assert deal.accounts[0].until == ("A",)
    assert deal.borne_by[0] == specs.Bearer(party="district", share=0.75)
    assert deal.comparators == (specs.BankLoan(name="pledged_loan", margin=0.015, term=24),)
    assert deal.rounding == specs.Rounding(per_face=None)
    assert deal.waterfall[1] == specs.Pay(claims=("A.interest",), source="reserve")
    assert deal.waterfall[2].transfer == specs.Route(source="reserve", to="collections")
    assert deal.waterfall[4] == specs.Group(source="revenue", lines=(specs.Pay(claims=("A.principal",)),))
    assert check(deal, kinds=specs.KINDS) == ()


def test_dump_is_canonical_and_reads_back(specs: SimpleNamespace) -> None:
    deal = load(specs.Deal, GOOD, kinds=specs.KINDS)
    text = dump(deal, kinds=specs.KINDS)
    assert load(specs.Deal, text, kinds=specs.KINDS) == deal
    assert dump(load(specs.Deal, text, kinds=specs.KINDS), kinds=specs.KINDS) == text
    assert "    principal: 95000000\n    coupon: 3.25%\n" in text
    assert 'clause: "8.2(1)"' in text
    assert "borne_by:\n  district: 75%\n" in text
    assert "kind: bank_loan, margin: 1.5%, term: 24 months" in text


def test_every_fault_is_found_at_once(specs: SimpleNamespace) -> None:
    value, findings = read(specs.Deal, BAD, file="deal.yaml", kinds=specs.KINDS)
    assert value is None
    assert "".join(f"{one}\n" for one in findings) == FAULTS
    with pytest.raises(SpecError) as caught:
        load(specs.Deal, BAD, file="deal.yaml", kinds=specs.KINDS)
    assert f"{caught.value}\n" == FAULTS


def test_rules_of_a_record_are_asked_with_the_path_in_front(specs: SimpleNamespace) -> None:
    text = GOOD.replace("legal_final: 2029", "legal_final: 2019")
    _, findings = read(specs.Deal, text, file="deal.yaml", kinds=specs.KINDS)
    assert [str(one) for one in findings] == ["deal.yaml:4:14 legal_final: legal final 2019-03-28 is not after closing"]


def test_later_findings_get_their_lines(specs: SimpleNamespace) -> None:
    loaded = read_document(specs.Deal, GOOD, file="deal.yaml", kinds=specs.KINDS)
    later = [
        finding("x.x", "no claim", path=("waterfall", 1, "pay", 0)),
        finding("x.x", "too much", path=("tranches", "A", "principal")),
        finding("x.x", "nothing here", path=("fees", "custodian")),
    ]
    assert [str(one) for one in loaded.document.locate(later)] == [
        "deal.yaml:1:1 fees.custodian: nothing here",
        "deal.yaml:6:18 tranches.A.principal: too much",
        "deal.yaml:22:10 waterfall[1].pay[0]: no claim",
    ]


def test_objects_made_in_python_are_checked(specs: SimpleNamespace) -> None:
    deal = specs.Deal(
        name="x",
        closing="2024-03-28",
        tranches=[],
        accounts=(specs.Account(name="r", target=-1.0), specs.Account(name="r", target=math.nan)),
        borne_by=(specs.Bearer(party="", share=True),),
        waterfall=(specs.Pay(claims=()), "pay"),
        limit="unlimted",
        market="exchange",
    )
    assert [str(one) for one in check(deal, kinds=specs.KINDS)] == [
        "market: 'exchange' is not valid here; did you mean 'exchange_abs'?",
        "closing: '2024-03-28' is no date but str",
        "tranches: list stands where a tuple is expected",
        "accounts.r.target: -1.0 is negative; an amount is 0 or more",
        "accounts.r: two entries have the name 'r'",
        "accounts.r.target: nan is not a finite number",
        "limit: 'unlimted' is not valid here; did you mean 'unlimited'?",
        "borne_by.: a name has 1 to 200 characters",
        "borne_by..share: 'True' is no number but bool",
        "waterfall[0].pay: the list is empty; at least one entry is expected",
        "waterfall[1]: str stands where Pay, Transfer, Group is expected",
    ]
    with pytest.raises(SpecError):
        dump(deal, kinds=specs.KINDS)


@pytest.mark.parametrize(
    "text",
    ['{"name":"x","closing":"2024-03-28","tranches":{"A":{"principal":1e6,"coupon":0.03}}}',
     '{\n\t"name": "x",\n\t"closing": "2024-03-28",\n\t"tranches": {"A": {"principal": 1e6, "coupon": "3%"}}\n}'],
)  # fmt: skip
def test_json_is_read_by_the_same_reader(specs: SimpleNamespace, text: str) -> None:
    assert load(specs.Deal, text, kinds=specs.KINDS).tranches == (
        specs.Tranche(name="A", principal=1_000_000.0, coupon=0.03),
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_json_numbers_that_are_none_are_refused(specs: SimpleNamespace, number: str) -> None:
    text = '{"name":"x","closing":"2024-03-28","tranches":{"A":{"principal":' + number + "}}}"
    _, findings = read(specs.Deal, text, kinds=specs.KINDS)
    assert [one.place.path for one in findings] == [("tranches", "A", "principal")]


def test_json_duplicate_keys_are_refused(specs: SimpleNamespace) -> None:
    _, findings = read(specs.Rounding, '{"unit": 1, "unit": 2}', file="r.json")
    assert [str(one) for one in findings] == ["r.json:1:13 unit: 'unit' stands twice; first on line 1"]


def test_value_of_another_type_has_no_form_in_files() -> None:
    with pytest.raises(TypeError, match="has no form in files"):
        load(dict, "a: 1")


def test_open_set_without_its_records_says_so(specs: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match="Facility is an open set"):
        load(specs.Deal, GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Where inputs come from."""

    origins: tuple[Provenance, ...]


# Generated deals: whatever is sound is written, read back equal, and valid by the schema.

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: bool(name.strip())) | st.sampled_from(
    ["A", "NO", "1:30", "null", "~", "<<", "2024-01-01", "010", "- x", "a: b", "#x", "优先级", "x'y\"z", "1e3", "{a}"]
)
WORDS = st.text(max_size=12) | NAMES
RATES = st.floats(-1, 1) | st.sampled_from([0.0325, 1.0, 0.2])
AMOUNTS = st.floats(0, 1e30).map(abs) | st.integers(0, 10**10).map(float)
SHARES = st.floats(0, 1)
DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def tuples_of(
    items: st.SearchStrategy[object], name: str = "", least: int = 0
) -> st.SearchStrategy[tuple[object, ...]]:
    unique = (lambda item: getattr(item, name)) if name else None
    return st.lists(items, min_size=least, max_size=3, unique_by=unique).map(tuple)


def deals(s: SimpleNamespace) -> st.SearchStrategy[object]:
    schedule = st.builds(s.Schedule, on=DATES, amount=AMOUNTS, note=WORDS)
    target = st.builds(s.Target, percent=SHARES, of=WORDS, floor=AMOUNTS)
    tranche = st.builds(
        s.Tranche, name=NAMES, principal=AMOUNTS, coupon=RATES, residual=st.booleans(),
        amortization=st.sampled_from(["pass_through", "scheduled", "bullet"]), schedule=tuples_of(schedule, "on"),
    )  # fmt: skip
    account = st.builds(s.Account, name=NAMES, target=AMOUNTS | target, until=tuples_of(WORDS))
    pay = st.builds(s.Pay, claims=tuples_of(WORDS, least=1), source=WORDS, clause=WORDS)
    route = st.builds(s.Route, source=WORDS, to=WORDS)
    step = st.recursive(
        pay | st.builds(s.Transfer, transfer=route | WORDS, clause=WORDS),
        lambda steps: st.builds(s.Group, source=WORDS, lines=tuples_of(steps, least=1)),
        max_leaves=4,
    )
    loan = st.builds(s.BankLoan, name=NAMES, margin=RATES, term=st.integers(0, 12000))
    return st.builds(
        s.Deal, name=WORDS, closing=DATES, legal_final=st.none() | DATES, tranches=tuples_of(tranche, "name", 1),
        accounts=tuples_of(account, "name"), limit=AMOUNTS | st.just("unlimited"),
        collection_end=target | st.just("month_end"),
        borne_by=tuples_of(st.builds(s.Bearer, party=NAMES, share=SHARES, remark=WORDS), "party"),
        comparators=tuples_of(loan | st.builds(s.Lease, name=NAMES, rent=AMOUNTS), "name"),
        rounding=st.sampled_from(["fen", "none"]) | st.builds(s.Rounding, per_face=st.none() | st.integers(0, 1000)),
        window=st.none() | st.tuples(DATES, DATES), life=st.floats(0, 1000), step=st.none() | step,
        waterfall=tuples_of(step),
    )  # fmt: skip


def plain(tree: object) -> object:
    """A tree with dates as text and whole numbers as floats: readers of YAML differ in how they type these."""
    match tree:
        case dict():
            return {plain(key): plain(value) for key, value in tree.items()}
        case list():
            return [plain(value) for value in tree]
        case date():
            return tree.isoformat()
        case int() if not isinstance(tree, bool):
            return float(tree)
        case _:
            return tree


def test_sound_deals_read_back_and_are_valid_by_the_schema(specs: SimpleNamespace) -> None:
    validator = jsonschema.Draft202012Validator(schema(specs.Deal, kinds=specs.KINDS))

    @settings(max_examples=100)
    @given(deals(specs))
    def reads_back(deal: object) -> None:
        if check(deal, kinds=specs.KINDS):
            return
        text = dump(deal, kinds=specs.KINDS)
        assert load(specs.Deal, text, kinds=specs.KINDS) == deal
        tree = to_tree(deal, kinds=specs.KINDS)
        assert list(validator.iter_errors(tree)) == []
        assert load(specs.Deal, json.dumps(tree), kinds=specs.KINDS) == deal
        assert plain(YAML(typ="safe", pure=True).load(text)) == plain(tree)

    reads_back()


@given(st.text(max_size=200))
def test_any_text_is_a_value_or_findings(specs: SimpleNamespace, text: str) -> None:
    value, findings = read(specs.Deal, text, kinds=specs.KINDS)
    assert value is not None or findings


@settings(max_examples=100)
@given(st.data())
def test_damaged_files_are_a_value_or_findings(specs: SimpleNamespace, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    text = (
        GOOD[:start]
        + data.draw(st.text(max_size=8) | st.sampled_from(["{", "[", "- ", "\t", ": ", "&a ", "*a"]))
        + GOOD[end:]
    )
    value, findings = read(specs.Deal, text, file="deal.yaml", kinds=specs.KINDS)
    assert value is not None or any(one.severity == "error" for one in findings)
    assert all(one.place.file == "deal.yaml" for one in findings)


def test_provenance_is_a_table_of_key_paths() -> None:
    text = "costs.*: {assumption: no schedule is published}\na.b[3]: {published: lpr}\nx: {note: y}\n"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    _, findings = read(Inputs, f"origins:\n{indented}", file="case.yaml")
    assert [str(one) for one in findings] == [
        "case.yaml:4:6 origins.x: exactly one of published, derived and assumption is stated, not 0"
    ]
    inputs = load(Inputs, f"origins:\n{indented}".replace("note:", "derived:"))
    assert ProvenanceTable(entries=inputs.origins).of(("costs", "audit")) == inputs.origins[0]
    assert dump(inputs) == f"origins:\n{indented}".replace("note: y", 'derived: "y"').replace("a.b[3]", '"a.b[3]"')


def test_record_of_a_kind_is_a_file_of_its_own(specs: SimpleNamespace) -> None:
    loan = load(specs.BankLoan, "name: pledged\nmargin: 150bp")
    assert dump(loan) == "kind: bank_loan\nname: pledged\nmargin: 1.5%\n"
    assert load(specs.BankLoan, dump(loan)) == loan


def test_unit_of_a_union_in_an_annotation_is_kept() -> None:
    assert Rate.__metadata__[0].name == "rate"
