"""Files as people get them wrong: what each is told, word for word, and where."""

import pytest

from ipabs import spec
from ipabs.structure.deal import Deal
from ipabs.structure.samples import DEMO


def changed(*pairs: tuple[str, str]) -> str:
    """The demo deal with pieces of its text replaced where each stands first."""
    text = DEMO
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def told(text: str) -> list[str]:
    """What a reader of the file is told."""
    return [str(found) for found in spec.read(Deal, text, file="deal.yaml")[1]]


DAY_32 = changed(("{day: 20, of", "{day: 32, of"))
WRONG = {
    "a misspelt key is one fault, and not also what it leaves out": (
        changed(("amortization: pass_through", "amortisation: pass_through")),
        ["deal.yaml:14:64 tranches.A.amortisation: unknown key 'amortisation'; did you mean 'amortization'?"],
    ),
    "no space behind a colon": (
        changed(("coupon: 3.25%", "coupon:3.25%")),
        ["deal.yaml:14:28 tranches.A.coupon:3.25%: unknown key 'coupon:3.25%'; did you mean 'coupon'?"],
    ),
    "a separator that a table takes for its own": (
        changed(("principal: 5000000,", "principal: 5000,000,")),
        ["deal.yaml:15:25 tranches.sub.000: '000' stands alone behind a comma; write numbers without separators"],
    ),
    "a percentage without its sign, as a coupon": (
        changed(("coupon: 3.25%", "coupon: 3.25")),
        ["deal.yaml:14:36 tranches.A.coupon: '3.25' without a unit looks like a percentage; write 3.25%"],
    ),
    "a percentage without its sign, as the limit of a ratio": (
        changed(("maximum: 8%", "maximum: 8")),
        [
            "deal.yaml:25:56 tests.losses.maximum: cumulative_default_ratio is at most 1, so a limit of 8 is never "
            "reached; a percentage is written 8%"
        ],
    ),
    "a percentage without its sign, as the limit from a date on": (
        changed(("maximum: 8%", "maximum: 8%, steps: [{since: 2026-03-28, limit: 10}]")),
        [
            "deal.yaml:25:95 tests.losses.steps[0].limit: cumulative_default_ratio is at most 1, so a limit of 10 is "
            "never reached; a percentage is written 10%"
        ],
    ),
    "full-width characters": (
        changed(("coupon: 3.25%", "coupon: 3．25％")),
        ["deal.yaml:14:36 tranches.A.coupon: '3．25％' has full-width characters; write 3.25%"],
    ),
    "a full-width comma": (
        changed(("3.25%, day", "3.25%，day")),
        ["deal.yaml:14:51: a comma or a closing bracket is missing before this"],
    ),
    "a day count of the trade's short name": (
        changed(("day_count: ACT/365F, amort", "day_count: 30/360, amort")),
        ["deal.yaml:14:54 tranches.A.day_count: '30/360' is not valid here; did you mean '30/360 US'?"],
    ),
    "a day that no month has": (DAY_32, ["deal.yaml:8:25 dates.collection_end.day: 32 is no day of a month"]),
    "a day that February does not have": (
        changed(("cut_off: 2024-02-29", "cut_off: 2024-02-30")),
        ["deal.yaml:5:12 dates.cut_off: '2024-02-30' is no date; write 2024-03-28"],
    ),
    "collections that end after their payment": (
        changed(("{day: 20, of: payment_month}", "{day: 30, of: payment_month}")),
        ["deal.yaml:8:19 dates.collection_end: collections end on 2024-06-30, after the payment date 2024-06-28"],
    ),
    "an amount without its key": (
        changed(("{percent: 1%, of: A.balance, floor: 200000}", "1000000")),
        [
            "deal.yaml:20:21 accounts.reserve.target: '1000000' is no measure; write a fixed amount as `amount`, "
            "a part of a measure as `percent` and `of`"
        ],
    ),
    "a part without its key": (
        changed(("    - pay: A.principal", "    - pay: A.principal\n      up_to: 50%")),
        [
            "deal.yaml:39:7 waterfall.normal[3]: '50%' is no measure; write a fixed amount as `amount`, a part of a "
            "measure as `percent` and `of`"
        ],
    ),
    "a residual before the others": (
        changed(("  normal:\n", "  normal:\n    - residual: sub\n"), ("    - residual: sub\n  acc", "  acc")),
        ["deal.yaml:36:7 waterfall.normal[2]: the residual before this line leaves nothing in collections"],
    ),
    "an alias": (
        changed(("{principal: 5000000, residual: true}", "*a")),
        ["deal.yaml:15:8 tranches.sub: alias *a is not read; write the value out"],
    ),
    "a list for a table of names": (
        changed(("  A: {principal", "  - {name: A, principal"), ("  sub: {principal", "  - {name: sub, principal")),
        ["deal.yaml:13:1 tranches: a table is expected here, its keys one name each: {name: …}"],
    ),
    "a list of lines without its phase": (
        DEMO[: DEMO.index("  normal:")] + "  - pay: A.interest\n  - residual: sub\n",
        ["deal.yaml:32:1 waterfall: a table is expected here, its keys one phase each: {phase: …}"],
    ),
    "a line without its verb": (
        changed(("    - pay: A.interest", "    - A.interest")),
        [
            "deal.yaml:38:7 waterfall.normal[2]: no verb stands here but 'A.interest'; valid: pay, top_up, transfer, "
            "release, draw, write_down, capitalize, purchase, residual, lines"
        ],
    ),
    "a tab": (
        changed(("  cut_off", "\tcut_off")),
        ["deal.yaml:5:1: a tab stands where YAML wants spaces; write spaces"],
    ),
    "an option not indented like its verb": (
        changed(("      split: pro_rata", "     split: pro_rata")),
        ["deal.yaml:36:6: the line is not indented like those before it"],
    ),
    "another version": (
        changed(("ipabs: 1", "ipabs: 2")),
        ["deal.yaml:1:8 ipabs: version 2 of the deal language is not known; write ipabs: 1"],
    ),
    "a version in words": (
        changed(("ipabs: 1", "ipabs: v1")),
        ["deal.yaml:1:8 ipabs: 'v1' is no whole number; write digits only"],
    ),
    "a name that stands twice": (
        changed(("  sub: {", "  A: {principal: 1, residual: true}\n  sub: {")),
        ["deal.yaml:15:3 tranches.A: 'A' stands twice; first on line 14"],
    ),
    "dates that contradict each other": (
        changed(("closing: 2024-03-28", "closing: 2030-03-28")),
        [
            "deal.yaml:7:12 dates.payment: payment 2024-06-28 is not after closing 2030-03-28",
            "deal.yaml:9:22 dates.expected_maturity: expected_maturity 2027-03-28 is not after closing 2030-03-28",
        ],
    ),
    "an expression": (
        changed(("measure: cumulative_default_ratio", "measure: defaulted / pool_original")),
        ["deal.yaml:25:21 tests.losses.measure: no measure 'defaulted / pool_original'; did you mean 'pool_original'?"],
    ),
    "nothing but a comment": ("# a deal\n", ["deal.yaml: the file is empty; a Deal is expected"]),
    "a workbook under the name of a text": (
        "PK\x03\x04",
        ["deal.yaml:1:3: character U+0003 is not text; save the file as plain UTF-8 text"],
    ),
    "many faults at once": (
        changed(("quarterly", "quartely"), ("3.25%", "3.25"), ("into_account", "in_account"), ("top_up", "topup")),
        [
            "deal.yaml:7:43 dates.payment.frequency: 'quartely' is not valid here; did you mean 'quarterly'?",
            "deal.yaml:14:36 tranches.A.coupon: '3.25' without a unit looks like a percentage; write 3.25%",
            "deal.yaml:22:90 support.undertaking.mode: 'in_account' is not valid here; did you mean 'into_account'?",
            "deal.yaml:41:7 waterfall.normal[5]: no verb stands here but 'topup'; did you mean 'top_up'?",
        ],
    ),
}


@pytest.mark.parametrize(("text", "messages"), WRONG.values(), ids=WRONG.keys())
def test_wrong_file_is_told_what_and_where(text: str, messages: list[str]) -> None:
    assert told(text) == messages


@pytest.mark.parametrize("ends", ["\r\n", "\r"], ids=["Windows", "old Macintosh"])
def test_ends_of_lines_move_no_place(ends: str) -> None:
    assert spec.load(Deal, DEMO.replace("\n", ends)) == spec.load(Deal, DEMO)
    assert told(DAY_32.replace("\n", ends)) == WRONG["a day that no month has"][1]


def test_mark_of_byte_order_moves_no_place() -> None:
    assert spec.load(Deal, "\ufeff" + DEMO) == spec.load(Deal, DEMO)
    assert told("\ufeff" + DAY_32) == WRONG["a day that no month has"][1]
