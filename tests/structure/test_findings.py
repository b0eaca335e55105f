"""Every finding has a deal that triggers it, with its place; no other error stands beside it unless stated."""

import ast
from pathlib import Path

import pytest

from ipabs import spec
from ipabs.basics.words import message
from ipabs.errors import Finding, SpecError, key_path_text
from ipabs.structure.deal import Deal
from ipabs.structure.samples import DEMO

ROOM = Path(__file__).resolve().parents[2] / "ipabs" / "structure"

BOTH_RESIDUALS = "    - residual: sub\n"
CALL = "calls:\n  clean_up: {kind: clean_up, pool_percent: 10%, price: pool_closing}\n"
CALLED = """  called:
    - {transfer: {from: reserve, to: collections}}
    - pay: [vat, custodian]
    - pay: A.interest
    - pay: A.principal
    - pay: undertaking.reimbursement
    - residual: sub
"""
SUB = "  sub: {principal: 5000000, residual: true}\n"
A_TAIL = "amortization: pass_through, rating: AAA}"
STATE = """state:
  as_of: 2024-06-28
  pool_original: 100000000
  tranches: {A: {balance: 90000000}, sub: {balance: 5000000}}
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The demo deal with pieces of its text replaced, each exactly once."""
    text = DEMO
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def added(section: str) -> str:
    """The demo deal with a further section."""
    return changed(("closing:\n  sources", f"{section}closing:\n  sources"))


def both(old: str, new: str) -> str:
    """The demo deal with a piece replaced wherever it stands."""
    assert DEMO.count(old) > 1, old
    return DEMO.replace(old, new)


def found_in(text: str) -> tuple[Finding, ...]:
    """Every finding of a file."""
    return spec.read(Deal, text)[1]


# code: (file, place of the finding)
CASES: dict[str, tuple[str, str]] = {
    "claim.unknown": (changed(("- pay: A.interest", "- pay: A.intrest")), "waterfall.normal[2]"),
    "account.unknown": (changed(("- top_up: reserve", "- top_up: reserv")), "waterfall.normal[5]"),
    "tranche.unknown": (changed(("until: [A]", "until: [AA]")), "accounts.reserve.until"),
    "fee.unknown": (added(STATE + "  fees: {vta: {owed: 1}}\n"), "state.fees.vta"),
    "support.unknown": (changed(("- draw: undertaking", "- draw: undertaker")), "waterfall.normal[0]"),
    "party.unknown": (changed(("by: district_fund", "by: fund")), "support.undertaking.by"),
    "payee.unknown": (changed(("- residual: sub", "- residual: subb")), "waterfall.normal[7]"),
    "test.unknown": (
        changed(("enter_if_failing: [losses]", "enter_if_failing: [loss]")),
        "phases.accelerated.enter_if_failing",
    ),
    "phase.unknown": (changed(("  accelerated:\n    - draw", "  accelerate:\n    - draw")), "waterfall.accelerate"),
    "measure.unknown": (changed(("on: interest_collections", "on: interest_collection")), "fees.vat.on"),
    "measure.unit": (changed(("on: interest_collections", "on: cumulative_default_ratio")), "fees.vat.on"),
    "measure.mixed": (
        added("measures:\n  both: {of: [defaulted, pool_factor]}\n"),
        "measures.both",
    ),
    "measure.moment": (
        changed(("measure: cumulative_default_ratio", "measure: A.interest.short")),
        "tests.losses.measure",
    ),
    "measure.cycle": (
        added("measures:\n  one: {of: two}\n  two: {of: one}\n").replace(
            "measure: cumulative_default_ratio", "measure: one"
        ),
        "measures.one",
    ),
    "measure.later_line": (
        changed(("- pay: A.interest\n", "- pay: A.interest\n      up_to: A.principal.paid\n")),
        "waterfall.normal[2]",
    ),
    "measure.unused": (added("measures:\n  spare: {of: defaulted}\n"), "measures.spare"),
    "measure.at_zero": (
        added("measures:\n  cover: {of: performing, to: A.balance}\n").replace(
            "measure: cumulative_default_ratio", "measure: cover"
        ),
        "measures.cover",
    ),
    "measure.at_zero_unused": (
        added("measures:\n  gone: {of: defaulted, at_zero: zero}\n").replace(
            "measure: cumulative_default_ratio", "measure: gone"
        ),
        "measures.gone.at_zero",
    ),
    "name.twice": (added("observables:\n  losses: a series\n"), "tests.losses"),
    "name.reserved": (changed(("  vat: {", "  defaulted: {amount: 1}\n  vat: {")), "fees.defaulted"),
    "name.form": (changed(("  vat: {", '  "v.at": {amount: 1}\n  vat: {')), "fees.v.at"),
    "account.cycle": (
        changed(
            ("  reserve: {target", "  spare: {sweep_to: reserve}\n  reserve: {target"),
            ("sweep_to: collections", "sweep_to: spare"),
        ),
        "accounts.spare.sweep_to",
    ),
    "account.self": (changed(("sweep_to: collections", "sweep_to: reserve")), "accounts.reserve.sweep_to"),
    "account.until": (changed(("target: {percent: 1%, of: A.balance, floor: 200000}, ", "")), "accounts.reserve.until"),
    "account.target": (
        changed(("target: {percent: 1%, of: A.balance, floor: 200000}, until: [A], ", "")),
        "accounts.reserve",
    ),
    "account.no_release": (
        changed(("    - release: reserve\n", ""), ("    - {transfer: {from: reserve, to: collections}}\n", "")),
        "accounts.reserve",
    ),
    "account.sweep_to": (changed((", sweep_to: collections", "")), "accounts.reserve"),
    "account.stuck": (
        changed(
            ("  reserve: {target", "  spare: {}\n  reserve: {target"),
            ("accounts: {reserve: 950000}", "accounts: {spare: 950000}"),
        ),
        "waterfall.normal",
    ),
    "account.unused": (changed(("  reserve: {target", "  spare: {}\n  reserve: {target")), "accounts.spare"),
    "account.swept_early": (
        changed(("- pay: undertaking.reimbursement\n", "- pay: undertaking.reimbursement\n      from: reserve\n")),
        "waterfall.normal[4]",
    ),
    "amount.empty": (changed(("{percent: 1%, of: A.balance, floor: 200000}", "{}")), "accounts.reserve.target"),
    "amount.part_of_nothing": (
        changed(("{percent: 1%, of: A.balance, floor: 200000}", "{percent: 1%, floor: 200000}")),
        "accounts.reserve.target",
    ),
    "amount.bare": (changed(("{percent: 1%, of: A.balance, floor: 200000}", "1000000")), "accounts.reserve.target"),
    "amount.cap": (changed(("floor: 200000}", "floor: 200000, cap: 100000}")), "accounts.reserve.target"),
    "coupon.kind": (changed(("coupon: 3.25%", "coupon: {margin: 1%}")), "tranches.A.coupon"),
    "coupon.fixed": (changed(("coupon: 3.25%", "coupon: {rate: 3.25%, cap: 4%}")), "tranches.A.coupon"),
    "coupon.negative": (changed(("coupon: 3.25%", "coupon: -1%")), "tranches.A.coupon.rate"),
    "coupon.cap": (changed(("coupon: 3.25%", "coupon: {index: LPR1Y, floor: 3%, cap: 2%}")), "tranches.A.coupon"),
    "amortization.kind": (
        changed((A_TAIL, "amortization: scheduled, schedule: [{date: 2025-03-28}]}")),
        "tranches.A.schedule[0]",
    ),
    "amortization.order": (
        changed(
            (
                A_TAIL,
                "amortization: scheduled, schedule: [{date: 2026-03-28, amount: 1}, {date: 2025-03-28, amount: 1}]}",
            )
        ),
        "tranches.A.schedule",
    ),
    "amortization.total": (
        changed(
            (
                A_TAIL,
                "amortization: scheduled, schedule: [{date: 2025-03-28, percent: 60%}, "
                "{date: 2026-03-28, percent: 41%}]}",
            )
        ),
        "tranches.A.schedule",
    ),
    "amortization.outside": (
        changed((A_TAIL, "amortization: scheduled, schedule: [{date: 2030-03-28, percent: 60%}]}")),
        "tranches.A.schedule",
    ),
    "tranche.amortization": (changed((SUB, "  sub: {principal: 5000000}\n")), "tranches.sub"),
    "tranche.notional": (
        changed((SUB, "  sub: {principal: 5000000, residual: true, notional: A.opening}\n")),
        "tranches.sub",
    ),
    "tranche.term_unused": (changed((A_TAIL, "amortization: pass_through, target: pool_closing}")), "tranches.A"),
    "tranche.term_missing": (changed((A_TAIL, "amortization: scheduled}")), "tranches.A"),
    "tranche.maturity": (
        changed((A_TAIL, "amortization: bullet, expected_maturity: 2031-03-28}")),
        "tranches.A.expected_maturity",
    ),
    "fee.negative": (changed(("vat: {rate: 3.26%", "vat: {rate: -3.26%")), "fees.vat.rate"),
    "fee.month": (
        changed(("  vat: {", "  audit: {amount: 1, yearly: {month: 13, day: 1}}\n  vat: {")),
        "fees.audit.yearly.month",
    ),
    "fee.day": (
        changed(("  vat: {", "  audit: {amount: 1, yearly: {month: 4, day: 31}}\n  vat: {")),
        "fees.audit.yearly.day",
    ),
    "fee.day_count": (changed((", day_count: ACT/365F}\naccounts", "}\naccounts")), "fees.custodian"),
    "fee.over": (changed(("over: collection_period, ", "")), "fees.custodian"),
    "fee.rate": (changed(("vat: {rate: 3.26%, on", "vat: {amount: 1, on")), "fees.vat"),
    "fee.on": (changed(("  vat: {", "  audit: {rate: 1%}\n  vat: {")), "fees.audit"),
    "fee.terms": (changed(("  vat: {", "  audit: {}\n  vat: {")), "fees.audit"),
    "fee.dates_twice": (
        changed(("  vat: {", "  audit: {amount: 1, dates: [2025-01-01], yearly: {month: 1, day: 1}}\n  vat: {")),
        "fees.audit",
    ),
    "fee.dates_order": (
        changed(("  vat: {", "  audit: {amount: 1, dates: [2026-01-01, 2025-01-01]}\n  vat: {")),
        "fees.audit.dates",
    ),
    "support.cycle": (
        changed(("A.interest, A.principal], mode", "A.interest, A.principal, undertaking.reimbursement], mode")),
        "support.undertaking.for",
    ),
    "support.twice": (changed(("for: [vat, custodian", "for: [vat, vat, custodian")), "support.undertaking.for"),
    "support.after": (changed(("mode: into_account", "mode: to_claims")), "support.undertaking.after"),
    "support.into": (
        changed(("mode: into_account, after: [reserve]", "mode: to_claims, into: reserve")),
        "support.undertaking.into",
    ),
    "support.limit": (changed((", limit: 60000000", "")), "support.undertaking"),
    "support.limit_basis": (changed(("limit_basis: cumulative, ", "")), "support.undertaking"),
    "support.limit_basis_unused": (
        changed(("limit_basis: cumulative", "limit: unlimited, limit_basis: cumulative")),
        "support.undertaking.limit_basis",
    ),
    "support.limit_above": (
        changed(("limit_basis: cumulative", "limit: 70000000, limit_basis: cumulative")),
        "support.undertaking",
    ),
    "support.acceleration": (changed((", on_acceleration: as_scheduled", "")), "support.undertaking"),
    "support.unused": (
        "\n".join(line for line in DEMO.splitlines() if "- draw: undertaking" not in line),
        "support.undertaking",
    ),
    "test.limit": (changed(("maximum: 8%, ", "maximum: 8%, minimum: 1%, ")), "tests.losses"),
    "test.count": (changed(("maximum: 8%, ", "maximum: 8%, cure: 0, ")), "tests.losses.cure"),
    "test.steps": (
        changed(
            ("maximum: 8%, ", "maximum: 8%, steps: [{since: 2026-01-01, limit: 9%}, {since: 2025-01-01, limit: 9%}], ")
        ),
        "tests.losses.steps",
    ),
    "test.limit_share": (changed(("maximum: 8%", "maximum: 8")), "tests.losses.maximum"),
    "test.unused": (changed(("tests:\n", "tests:\n  spare: {measure: defaulted, maximum: 1}\n")), "tests.spare"),
    "phase.tests": (
        changed(("enter_if_failing: [losses]", "enter_if_failing: {any: losses, all: losses}")),
        "phases.accelerated.enter_if_failing",
    ),
    "phase.line_test": (changed(("at: collection}", "at: line}")), "phases.accelerated.enter_if_failing"),
    "phase.no_list": (added(CALL), "waterfall"),
    "call.missing": (added("calls:\n  clean_up: {kind: clean_up, pool_percent: 10%}\n") + CALLED, "calls.clean_up"),
    "dates.order": (
        changed(("expected_maturity: 2027-03-28", "expected_maturity: 2024-03-01")),
        "dates.expected_maturity",
    ),
    "payment.off_grid": (changed(("legal_final: 2029-03-28", "legal_final: 2029-03-29")), "dates.legal_final"),
    "closing.missing": (
        changed((DEMO[DEMO.index("closing:\n  sources") : DEMO.index("rounding: fen")], "")),
        "closing",
    ),
    "closing.unbalanced": (changed(("assets: 98500000", "assets: 98000000")), "closing"),
    "closing.not_sold": (changed(("sources: {A: 100%, sub: 100%}", "sources: {A: 100%}")), "closing.sources"),
    "source.kind": (changed(("sub: 100%}", "sub: 100%, gift: {by: district_fund}}")), "closing.sources.gift"),
    "rounding.preset": (changed(("rounding: fen", "rounding: {preset: fen, unit: 0.01}")), "rounding"),
    "rounding.missing": (changed(("rounding: fen", "rounding: {unit: 0.01, mode: down}")), "rounding"),
    "rounding.size": (
        changed(("rounding: fen", "rounding: {unit: 0, mode: down, share: largest_remainder}")),
        "rounding.unit",
    ),
    "deal.version": (changed(("ipabs: 1", "ipabs: 2")), "ipabs"),
    "deal.silent": (changed(("market: exchange_abs", "market: none")), "vehicle"),
    "deal.planned": (added("swaps:\n  basis: {by: district_fund}\n"), "swaps"),
    "state.tranche": (added(STATE.replace(", sub: {balance: 5000000}", "")), "state.tranches"),
    "rounding.principal": (both("5000000", "5000000.001"), "tranches.sub.principal"),
    "rounding.face": (
        changed(("rounding: fen", "rounding: {unit: 0.01, mode: down, share: down_rest_stays, per_face: 300}")),
        "tranches.A.principal",
    ),
    "call.twice": (
        changed(
            (
                "closing:\n  sources",
                CALL + CALL.partition("\n")[2].replace("clean_up:", "second:") + "closing:\n  sources",
            )
        )
        + CALLED,
        "calls.second",
    ),
    "phase.never": (
        changed(("principal_due: all}", "principal_due: all}\n  late: {enter_if_failing: [losses]}"))
        + CALLED.replace("called:", "late:"),
        "phases.late.enter_if_failing",
    ),
    "fee.dates_outside": (
        changed(("vat: {rate: 3.26%, on: interest_collections}", "vat: {amount: 1, dates: [2029-03-29]}")),
        "fees.vat.dates",
    ),
    "test.step_outside": (
        changed(("maximum: 8%", "maximum: 8%, steps: [{since: 2024-03-28, limit: 9%}]")),
        "tests.losses.steps",
    ),
    "support.after_into": (changed(("after: [reserve]", "after: [reserve, collections]")), "support.undertaking.after"),
    "capitalize.no_interest": (
        changed(("    - top_up: reserve", "    - capitalize: sub\n    - top_up: reserve")),
        "waterfall.normal[5]",
    ),
    "state.balance": (added(STATE.replace("90000000", "95000001")), "state.tranches.A"),
    "state.no_interest": (
        added(STATE.replace("5000000}", "5000000, owed_interest: 1}")),
        "state.tranches.sub.owed_interest",
    ),
    "state.outstanding": (
        added(STATE + "  support: {undertaking: {drawn: 1, outstanding: 2}}\n"),
        "state.support.undertaking",
    ),
    "state.over_limit": (
        changed(
            ("limit_basis: cumulative", "limit: 100, limit_basis: cumulative"),
            ("closing:\n  sources", STATE + "  support: {undertaking: {drawn: 101}}\nclosing:\n  sources"),
        ),
        "state.support.undertaking",
    ),
    "state.over_limit_of_party": (
        added(STATE + "  support: {undertaking: {drawn: 60000001}}\n"),
        "state.support",
    ),
    "state.count": (added(STATE + "  tests: {losses: {outside: 1}}\n"), "state.tests.losses"),
    "state.as_of": (added(STATE.replace("2024-06-28", "2024-06-27")), "state.as_of"),
    "residual.missing": (DEMO.removesuffix(BOTH_RESIDUALS), "waterfall.accelerated"),
    "residual.twice": (DEMO + BOTH_RESIDUALS, "waterfall.accelerated[7]"),
    "residual.early": (
        changed(("    - top_up: reserve\n", ""), (BOTH_RESIDUALS, BOTH_RESIDUALS + "    - top_up: reserve\n")),
        "waterfall.normal[7]",
    ),
    "residual.gated": (
        changed((BOTH_RESIDUALS, BOTH_RESIDUALS + "      if_passing: losses\n")),
        "waterfall.normal",
    ),
    "residual.tranche": (DEMO.removesuffix(BOTH_RESIDUALS) + "    - residual: A\n", "waterfall.accelerated[6]"),
    "residual.unpaid": (both("- residual: sub", "- residual: district_fund"), "tranches.sub"),
    "draw.uncovered": (
        changed(
            ("    - top_up: reserve\n", ""),
            ("    - pay: A.interest\n", "    - top_up: reserve\n    - pay: A.interest\n"),
        ),
        "waterfall.normal[2]",
    ),
    "draw.unreached": (
        changed(
            ("    - draw: undertaking             #", "    - pay: A.interest\n    - draw: undertaking             #"),
            ("    - pay: A.interest\n    - pay: A.principal\n", "    - pay: A.principal\n"),
        ),
        "waterfall.normal[1]",
    ),
    "draw.early_principal": (
        changed(("    - pay: A.interest\n    - pay: A.principal\n", "    - pay: A.principal\n    - pay: A.interest\n")),
        "waterfall.normal[2]",
    ),
    "claim.unpaid": (changed(("  vat: {", "  audit: {amount: 1}\n  vat: {")), "waterfall"),
    "claim.left_out": (
        changed(("  vat: {", "  audit: {amount: 1}\n  vat: {"), ("    - top_up", "    - pay: audit\n    - top_up")),
        "waterfall.accelerated",
    ),
    "claim.no_reimbursement": (both("    - pay: undertaking.reimbursement\n", ""), "support.undertaking"),
    "line.option": (changed(("- release: reserve", "- {release: reserve, split: pro_rata}")), "waterfall.normal[6]"),
    "line.twice": (changed(("- pay: [vat, custodian]", "- pay: [vat, custodian, vat]")), "waterfall.normal[1]"),
    "line.never": (
        changed(("- pay: A.interest", "- {pay: A.interest, if_passing: losses, if_failing: losses}")),
        "waterfall.normal[2]",
    ),
    "line.by": (changed(("- pay: A.interest", "- {pay: A.interest, by: due}")), "waterfall.normal[2]"),
    "line.weights": (
        changed(("      split: pro_rata\n", "      split: pro_rata\n      by: weights\n")),
        "waterfall.normal[1]",
    ),
    "line.weight_count": (
        changed(("      split: pro_rata\n", "      split: pro_rata\n      by: weights\n      weights: [1]\n")),
        "waterfall.normal[1]",
    ),
    "line.split_by": (
        changed(("      split: pro_rata\n", "      split: pro_rata\n      by: balance\n")),
        "waterfall.normal[1]",
    ),
    "line.nowhere": (
        changed(("    - top_up: reserve\n", "    - {transfer: {to: collections}}\n    - top_up: reserve\n")),
        "waterfall.normal[5]",
    ),
    "write_down.amount": (
        changed(("    - top_up: reserve\n", "    - write_down: sub\n    - top_up: reserve\n")),
        "waterfall.normal[5]",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_finding_is_made_with_its_place(code: str) -> None:
    text, place = CASES[code]
    hits = [found for found in found_in(text) if found.code == code]
    assert place in [key_path_text(found.place.path) for found in hits], [str(found) for found in found_in(text)]
    assert all(found.place.line > 0 for found in hits)
    for found in hits:
        assert "{" not in found.message
        assert "{" not in message(found, "zh")


def test_every_finding_of_the_room_has_a_case() -> None:
    calls = (
        node
        for path in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "finding"
    )
    codes = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert codes - CASES.keys() == set()


def test_misspelt_claim_is_one_finding_with_line_and_nearest_name() -> None:
    with pytest.raises(SpecError) as caught:
        spec.load(Deal, CASES["claim.unknown"][0], file="deal.yaml")
    line = 1 + CASES["claim.unknown"][0][: CASES["claim.unknown"][0].index("A.intrest")].count("\n")
    text = f"deal.yaml:{line}:7 waterfall.normal[2]: no claim 'A.intrest'; did you mean 'A.interest'?"
    assert str(caught.value) == text


def test_every_problem_is_found_at_once() -> None:
    text = changed(
        ("assets: 98500000", "assets: 98000000"),
        ("on: interest_collections", "on: interest_collection"),
        ("legal_final: 2029-03-28", "legal_final: 2029-03-29"),
        ("until: [A]", "until: [AA]"),
    )
    codes = {found.code for found in found_in(text)}
    assert {"closing.unbalanced", "measure.unknown", "payment.off_grid", "tranche.unknown"} <= codes


def test_warnings_do_not_stop_a_deal() -> None:
    deal = spec.load(Deal, CASES["claim.left_out"][0])
    assert [found.severity for found in deal.findings()] == ["warning"]


def test_residual_from_another_account_does_not_empty_collections() -> None:
    text = changed(
        ("  reserve: {target", "  revenue: {}\n  reserve: {target"),
        ("closing:\n  sources", "collect: {interest: revenue}\nclosing:\n  sources"),
        (BOTH_RESIDUALS, "    - {residual: sub, from: revenue}\n"),
    )
    stuck = [(key_path_text(found.place.path), found.got) for found in found_in(text) if found.code == "account.stuck"]
    assert stuck == [("waterfall.normal", "collections"), ("waterfall.accelerated", "revenue")]


def test_no_file_with_a_line_lost_or_doubled_breaks_the_reader() -> None:
    lines = DEMO.splitlines()
    for i in range(len(lines)):
        for text in ("\n".join(lines[:i] + lines[i + 1 :]), "\n".join(lines[: i + 1] + lines[i:])):
            value, found = spec.read(Deal, text)
            assert (value is None) == any(one.severity == "error" for one in found)


def test_ratio_in_disguise_is_no_amount() -> None:
    text = added("measures:\n  factor: {of: pool_factor}\n").replace("of: A.balance, floor", "of: factor, floor")
    hits = [found for found in found_in(text) if found.code == "measure.unit"]
    assert [key_path_text(found.place.path) for found in hits] == ["accounts.reserve.target"]


def test_notional_balance_of_its_own_interest_is_a_circle() -> None:
    text = changed((A_TAIL, "amortization: pass_through, notional: A.interest.due}"))
    hits = [found for found in found_in(text) if found.code == "measure.cycle"]
    assert [(key_path_text(found.place.path), found.got) for found in hits] == [("tranches.A.notional", "A -> A")]


def test_fee_that_needs_itself_through_another_is_refused() -> None:
    text = changed(("on: interest_collections", "on: custodian.due"), ("on: pool_opening", "on: vat.due"))
    hits = [found for found in found_in(text) if found.code == "measure.cycle"]
    assert [(key_path_text(found.place.path), found.got) for found in hits] == [
        ("fees.vat.on", "vat -> custodian -> vat")
    ]


def test_planned_nouns_are_each_refused() -> None:
    planned = {
        "swaps": added("swaps:\n  basis: {by: district_fund}\n"),
        "puts": added("puts:\n  holder_put: {tranche: A, on: 2025-03-28}\n"),
        "ledgers": added("ledgers:\n  deficiency: {debit: defaulted, tranches: [sub, A]}\n"),
        "tax call": added("calls:\n  tax_call: {kind: tax}\n") + CALLED,
        "accrual principal": changed((A_TAIL, "amortization: accrual}")),
        "planned principal": changed((A_TAIL, "amortization: planned}")),
        "extra_interest": changed((A_TAIL, "amortization: pass_through, extra_interest: 1%}")),
        "amortization_if": changed(
            (A_TAIL, "amortization: pass_through, amortization_if: {test: losses, skipped: carried}}")
        ),
        "purchase": changed(("    - top_up: reserve\n", "    - purchase: assets\n    - top_up: reserve\n")),
    }
    for noun, text in planned.items():
        assert [found.got for found in found_in(text) if found.code == "deal.planned"] == [noun]


def test_a_covered_fee_whose_excess_over_a_cap_is_paid_later_takes_nothing_from_what_was_drawn() -> None:
    """The first line that pays a covered claim is the one the draw is for."""
    later = "    - pay: undertaking.reimbursement\n    - pay: custodian\n"
    text = both("    - pay: undertaking.reimbursement\n", later)
    fee = "over: collection_period, day_count: ACT/365F"
    assert found_in(text.replace(fee, f"{fee}, cap: {{per_date: 100}}")) == ()
