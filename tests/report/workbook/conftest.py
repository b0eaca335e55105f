"""Deals for the workbook, and a workbook without its stored values calculated anew by LibreOffice."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ipabs import spec
from ipabs.cashflow.collections import Collections
from ipabs.engine import Ledger, run_waterfall
from ipabs.structure.deal import Deal
from ipabs.structure.samples import DEMO, small
from ipabs.testing.strategies import Run, runs
from tests.numbered import numbered

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""  # 0: always
FORMULA_VALUE = re.compile(rb"(</f>)<v>[^<]*</v>")


def blanked(raw: bytes, path: Path, changes: dict[tuple[str, str], float] | None = None) -> None:
    """Write the workbook with the value of every formula taken out, and cells put in anew where `changes` says so."""
    source = path.with_suffix(".in.xlsx")
    source.write_bytes(raw)
    sheets = sheet_files(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                part = FORMULA_VALUE.sub(rb"\1", part)
                for (sheet, cell), value in (changes or {}).items():
                    if sheets[sheet] == item.filename:
                        pattern = rb'(<c r="' + cell.encode() + rb'"[^>]*>)<v>[^<]*</v>'
                        part, count = re.subn(pattern, rb"\g<1><v>" + repr(value).encode() + rb"</v>", part)
                        assert count == 1, (sheet, cell)
            new.writestr(item.filename, part)
    source.unlink()


def sheet_files(path: Path) -> dict[str, str]:
    """The part of each sheet; xlsxwriter numbers them in order."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    return {name: f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(names, start=1)}


def recalculated(raw: bytes, folder: Path, changes: dict[tuple[str, str], float] | None = None) -> Path:
    """The same workbook as LibreOffice calculates it."""
    soffice = shutil.which("soffice")
    assert soffice is not None, "install libreoffice-calc-nogui"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    source, out = folder / "book.xlsx", folder / "out"
    blanked(raw, source, changes)
    settings = [f"-env:UserInstallation=file://{profile}", "--headless"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(source)]
    subprocess.run([soffice, *settings, *convert], check=True, capture_output=True, timeout=180)
    return out / "book.xlsx"


Changes = dict[tuple[str, str], float]


@pytest.fixture
def recalculate(tmp_path: Path) -> Callable[..., Path]:
    """The workbook as LibreOffice calculates it from nothing, with some cells changed first."""

    def calculate(raw: bytes, changes: Changes | None = None) -> Path:
        return recalculated(raw, tmp_path, changes)

    return calculate


# Deals that use one thing or another; names are sheet names

NOTE = "day_count: ACT/365F, accrual: unadjusted, unpaid_interest: carry"
PARTS = f"""
  A: {{principal: 6000, coupon: 4%, {NOTE}, amortization: pass_through}}
  B: {{principal: 1500, coupon: 6%, day_count: 30/360 US, accrual: unadjusted,
      unpaid_interest: carry_with_interest, amortization: pass_through}}
  C: {{principal: 1500, coupon: 8%, {NOTE}, amortization: scheduled,
      schedule: [{{date: 2025-12-28, percent: 30%}}, {{date: 2026-06-28, percent: 70%}}]}}
  sub: {{principal: 1000, residual: true}}"""
MANY = {
    "dates": """
  cut_off: 2024-01-01
  closing: 2024-01-01
  payment: {first: 2025-01-01, frequency: annual, calendar: every_day, roll: none}
  collection_end: month_end
  expected_maturity: 2029-01-01
  legal_final: 2030-01-01""",
    "tranches": PARTS,
    "parties": """
  fund: {limit: 2000}""",
    "fees": """
  vat: {rate: 3.26%, on: interest_collections}
  trustee: {rate: 0.12%, on: pool_opening, over: collection_period, day_count: ACT/365F,
            cap: {per_date: 2, per_year: 6, life: 30}}
  audit: {amount: 6, yearly: {month: 6, day: 20}}""",
    "accounts": """
  reserve: {target: {percent: 3%, of: [A.balance, B.balance], floor: 100, cap: 280}, until: [A, B],
            sweep_to: collections}""",
    "support": """
  keepwell: {by: fund, for: [vat, A.interest, B.interest], mode: into_account, after: [reserve], limit: 1500,
             limit_basis: cumulative, on_acceleration: as_scheduled}
  backstop: {by: fund, for: [C.interest, C.principal], mode: to_claims, limit_basis: outstanding,
             on_acceleration: all_due}""",
    "measures": """
  cover: {of: [performing, reserve.balance], less: [A.balance], to: [B.balance, C.balance], at_zero: infinite}""",
    "tests": """
  losses: {measure: cumulative_default_ratio, maximum: 12%}
  cover_test: {measure: cover, minimum: 70%, at: line, run: 2, cure: 2}
  spike: {measure: defaulted, maximum: 500, at: end, run: 1, cure: 1}""",
    "phases": """
  accelerated: {enter_if_failing: [losses], principal_due: all}
  alert: {enter_if_failing: [spike]}""",
    "closing": """
  sources: {A: 100%, B: 100%, C: 100%, sub: 100%}
  uses: {assets: 9800, accounts: {reserve: 200}}""",
    "waterfall": """
  normal:
    - pay: [trustee, audit]
      split: pro_rata
      clause: "=8.2(1)"
    - draw: keepwell
    - pay: vat
    - pay: [A.interest, B.interest]
      split: pro_rata
    - pay: [A.principal, B.principal]
      split: pro_rata
      by: original
      up_to: principal_distribution
    - pay: C.interest
      if_passing: [cover_test]
    - pay: C.principal
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - pay: trustee
    - top_up: reserve
    - release: reserve
    - residual: sub
  alert:
    - draw: keepwell
    - pay: vat
    - pay: [A.interest, B.interest]
      split: pro_rata
    - pay: [A.principal, B.principal, C.principal]
      split: pro_rata
      by: weights
      weights: [0.5, 0.25, 0.25]
    - pay: [trustee, audit, C.interest]
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - top_up: reserve
    - release: reserve
    - residual: sub
  accelerated:
    - draw: keepwell
    - {transfer: {from: reserve, to: collections}}
    - pay: vat
    - pay: [A.interest, B.interest]
    - pay: A.principal
    - pay: [B.principal, audit, C.interest, C.principal]
    - draw: backstop
    - pay: [keepwell.reimbursement, backstop.reimbursement]
    - pay: trustee
    - release: reserve
    - residual: sub""",
}
CALLED = {
    "parties": """
  seller: {name: Seller}""",
    "calls": """
  clean_up: {kind: clean_up, pool_percent: 50%, price: pool_closing}""",
    "waterfall": """
  normal:
    - pay: A.interest
    - pay: A.principal
    - residual: sub
  called:
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
}
BULLET = {
    "tranches": """
  A: {principal: 100, coupon: 5%, day_count: 30/360 US, accrual: unadjusted, unpaid_interest: capitalize,
      amortization: bullet}
  sub: {principal: 20, residual: true}""",
    "parties": """
  fund: {limit: 30}""",
    "accounts": """
  kept: {target: A.balance, until: A, sweep_to: collections}""",
    "support": """
  undertaking: {by: fund, for: [A.interest, A.principal], mode: into_account, limit_basis: cumulative}""",
    "waterfall": """
  normal:
    - {transfer: {from: kept, to: collections, up_to: A.principal.due}}
    - draw: undertaking
    - pay: A.interest
    - pay: A.principal
    - top_up: kept
      up_to: principal_collections
    - release: kept
    - pay: undertaking.reimbursement
    - residual: sub""",
}
WATCHED = {
    "observables": """
  leverage: debt over earnings, a multiple""",
    "tests": """
  stretched: {measure: leverage, maximum: 4}""",
    "phases": """
  turbo: {enter_if_failing: stretched}""",
    "waterfall": """
  normal:
    - pay: A.interest
    - pay: A.principal
      up_to: principal_collections
    - residual: sub
  turbo:
    - pay: A.interest
    - pay: A.principal
    - residual: sub""",
}
FLOATING = """
  A: {principal: 100, coupon: {index: RATE, margin: 130bp, cap: 5%}, day_count: ACT/360, accrual: unadjusted,
      unpaid_interest: carry, amortization: pass_through}
  sub: {principal: 20, residual: true}"""


class Rising:
    """A rate that rises by one percent a year."""

    name = "RATE"

    def at(self, day: date) -> float:
        return 0.02 + 0.01 * (day.year - 2024)


ROUNDINGS = {
    "fen": " fen",
    "none": " none",
    "even": " {unit: 0.01, mode: half_even, share: down_rest_stays}",
    "yuan": " {unit: 1, mode: down, share: largest_remainder}",
}


def pool(deal: Deal, seed: int, stress: float) -> Collections:
    """Defaults on some dates, recoveries two periods later, prepayments now and then."""
    draw = np.random.default_rng(seed)
    periods, size = deal.timeline().periods, float(sum(one.principal for one in deal.tranches))
    flows = {name: np.zeros((1, periods)) for name in ("interest", "principal", "prepayment", "recovery", "defaulted")}
    left = size
    for t in range(periods):
        lost = round(left * (draw.random() < 0.4) * draw.uniform(0, stress), 2)
        early = round((left - lost) * (draw.random() < 0.2) * 0.05, 2)
        due = round((left - lost - early) / (periods - t), 2)
        row = {"defaulted": lost, "prepayment": early, "principal": due, "interest": round(left * 0.021, 2)}
        for name, amount in row.items():
            flows[name][0, t] = amount
        flows["recovery"][0, min(t + 2, periods - 1)] += round(0.4 * lost, 2)
        left = round(left - lost - early - due, 2)
    return Collections(deal.timeline(), **flows, opening=size)


@pytest.fixture(scope="session")
def ledgers() -> dict[str, Ledger]:
    """Deals run on pools calm and stressed, under every kind of rounding."""
    texts = {f"many {name}": small(**MANY, rounding=rounding) for name, rounding in ROUNDINGS.items()}
    texts |= {"demo": DEMO, "small": small(), "called": small(**CALLED), "bullet": small(**BULLET)}
    texts["faces"] = small(rounding=" {unit: 0.01, mode: half_up, share: largest_remainder, per_face: 10}")
    texts["floating"] = small(tranches=FLOATING)
    found = {}
    for at, (name, text) in enumerate(texts.items()):
        deal = spec.load(Deal, text)
        indices = [Rising()] if name == "floating" else []
        for mood, stress in (("calm", 0.05), ("hard", 0.9)):
            found[f"{name} {mood}"] = run_waterfall(deal, pool(deal, at, stress), indices=indices)
    return found


@pytest.fixture(scope="session")
def generated() -> list[Run]:
    """Ten deals as the strategies for users draw them, each with what comes from outside."""
    return [numbered(runs(), number) for number in range(10)]


@pytest.fixture(scope="session")
def watched() -> Ledger:
    """A deal that reads a series from outside."""
    deal = spec.load(Deal, small(**WATCHED))
    return run_waterfall(deal, pool(deal, 1, 0.0), observables={"leverage": [3.0, 5.0, 5.0]})
