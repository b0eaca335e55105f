"""The files of a new case: small, commented, sound; every figure is a placeholder and says so."""

from typing import Literal

Kind = Literal["abs", "abn", "both"]
KINDS: tuple[Kind, ...] = ("abs", "abn", "both")

CASE = """\
# A new case. Replace every figure by your own: `ipabs check case.yaml` says what is wrong, `ipabs run case.yaml`
# runs it.
ipabs: 1
name: New IP securitization programme
as_of: 2023-03-28                # present values are taken at this day
seed: 20230328                   # of simulated figures
tapes: {firms: firms.csv}        # one row a contract; the column `deal` assigns it
deals: {@DEALS@}
# Defaults (cdr) and prepayments (cpr) a year, loss on a default, months until what is recovered arrives.
vectors: {cdr: 0%, cpr: 0%, severity: 75%, recovery_lag: 18 months, order: sifma}
# What the firms could have had instead. Add others beside it: kinds are bank_loan, ip_pledged_loan, quoted_loan, ...
comparators:
  guaranteed_loan:
    kind: bank_loan
    index: LPR1Y
    margin: 150bp
    day_count: ACT/360
    repayment: like_obligation
    guarantee: {rate: 1%, timing: yearly_in_advance, borne_by: firm}
    appraisal: {rate: 0.5%, timing: upfront, borne_by: firm}
against: guaranteed_loan         # the comparator of the headline
# Costs outside the contract rate, and who bears them.
costs:
  guarantee: {rate: 1%, timing: yearly_in_advance, allocate_by: principal, borne_by: {district: 100%}}
  issue_cost: {rate: 0.8%, timing: upfront, allocate_by: principal, borne_by: {firm: 50%, district: 50%}}
tax: {rate: 15%}
discount_rate: 3.65%
# Where each figure comes from: published, derived or assumption. A figure without a line here is a warning.
provenance:
  as_of: {assumption: placeholder}
  vectors.*: {assumption: placeholder}
  comparators.*: {assumption: placeholder}
  costs.*: {assumption: placeholder}
  tax.*: {assumption: placeholder}
  discount_rate: {assumption: placeholder}
  deals.*: {assumption: placeholder}
"""

ABS = """\
# The exchange ABS of the case. The market's template supplies what is left out here; `ipabs explain` shows it.
ipabs: 1
name: New IP exchange ABS
market: exchange_abs
dates:
  cut_off: 2023-03-28
  closing: 2023-03-28
  payment: {first: 2023-06-28, frequency: quarterly, calendar: SSE, roll: following}
  collection_end: {day: 20, of: payment_month}
  expected_maturity: 2025-03-28
  legal_final: 2026-12-28
parties:
  sponsor: {name: District investment company}
tranches:
  A: {principal: 28500000, coupon: 3.00%, day_count: ACT/365F, amortization: pass_through, rating: AAA}
  sub: {principal: 1500000, residual: true}
fees:
  vat: {rate: 3.26%, on: interest_collections}
  custodian: {rate: 0.01%, on: pool_opening, over: collection_period, day_count: ACT/365F}
support:
  undertaking: {by: sponsor, for: [vat, custodian, A.interest, A.principal], mode: into_account, limit: unlimited}
closing:
  sources: {A: 100%, sub: 100%}
  uses: {assets: 30000000}       # the sum of the contracts that the tape assigns to `abs`
rounding: fen
waterfall:
  normal:
    - draw: undertaking
    - pay: [vat, custodian]
      split: pro_rata
    - pay: A.interest
    - pay: A.principal
    - pay: undertaking.reimbursement
    - residual: sub
"""

ABN = (
    ABS.replace("The exchange ABS", "The interbank ABN")
    .replace("New IP exchange ABS", "New IP interbank ABN")
    .replace("exchange_abs", "interbank_abn")
    .replace("calendar: SSE", "calendar: CIBM")
    .replace("28500000", "19000000")
    .replace("1500000, residual", "1000000, residual")
    .replace("30000000", "20000000")
    .replace("`abs`", "`abn`")
)

HEADING = (
    "# Placeholders: replace these contracts by your own\n"
    "firm,industry,deal,kind,amount,start,maturity,payment_day,amortization,frequency,contract_rate,revenue,tax_rate,"
    "provenance\n"
)
ROWS = (
    ("F01", "AI", "abs", 12_000_000), ("F02", "biomedicine", "abs", 10_000_000),
    ("F03", "new energy", "abs", 8_000_000), ("F04", "AI", "abn", 11_000_000),
    ("F05", "new materials", "abn", 9_000_000),
)  # fmt: skip
TERMS = "pledged_loan,{amount},2023-03-28,2025-03-20,20,linear,quarterly,3.80%,80000000,15%,assumption: placeholder"


def starter(kind: Kind) -> dict[str, str]:
    """The files of a new case with an ABS, an ABN or both, by name."""
    deals = ("abs", "abn") if kind == "both" else (kind,)
    named = ", ".join(f"{name}: {name}.yaml" for name in deals)
    rows = [
        f"{firm},{industry},{deal},{TERMS.format(amount=amount)}\n"
        for firm, industry, deal, amount in ROWS
        if deal in deals
    ]
    files = {"case.yaml": CASE.replace("@DEALS@", named), "firms.csv": HEADING + "".join(rows)}
    return files | {f"{name}.yaml": {"abs": ABS, "abn": ABN}[name] for name in deals}
