"""
ABS, ABN or a bank loan?
========================

A finance chief has three offers on her desk. The exchange ABS pays 3.80 %, the inter-bank ABN 3.50 %, the bank asks the
loan prime rate plus 150 basis points. The notes look cheaper by a quarter to a third of the interest. Are they?

The amounts are those of an average firm of the Yuhang programme: 9.72 million yuan from 20 December 2022. The bank's
rate follows from the published prime rate of 3.65 %; the coupon of 3.80 % is that of a comparable issue (Nanshan, April
2022). All fees, the coupon of the ABN and its shorter term are assumptions, chosen for their scale.
"""

# %%
# What the firm needs
# -------------------
# A need is an amount on a date, repaid on dates. The ABN is offered for eighteen months only.

from datetime import date

import matplotlib.pyplot as plt

from ipabs.financing.apr import facility_eu_apr, facility_regulation_z_apr, simple_annual_cost
from ipabs.financing.break_even import Question, break_even, vary
from ipabs.financing.comparison import compare
from ipabs.financing.costs import Bearing, Charge, CostItem
from ipabs.financing.facility import FirmFacts, offer
from ipabs.financing.loan import BankLoan
from ipabs.financing.need import bullet_need
from ipabs.financing.rates import all_in_cost
from ipabs.financing.securitization import Participation
from ipabs.financing.subsidy import Subsidy
from ipabs.financing.tax import Tax
from ipabs.report.plots.savings import savings_waterfall

closing = date(2022, 12, 20)
two_years = bullet_need(9_720_000, closing, date(2024, 12, 20), firms=["Firm 01"])
eighteen_months = bullet_need(9_720_000, closing, date(2024, 6, 20), firms=["Firm 01"])

# %%
# The offers
# ----------
# Every cost says how much, when, and who bears it. The district pays half of the guarantee of the ABS and most of its
# issue cost, and pays back a fifth of the interest. Nobody carries anything for the ABN. The firm pays 15 % tax.

tax = Tax(rate=0.15)
guarantee = Charge(rate=0.01, timing="yearly_in_advance")
bank = BankLoan(
    index="LPR1Y",
    margin=0.015,
    day_count="ACT/360",
    guarantee=guarantee,
    appraisal=Charge(rate=0.005),
    days_to_money=45,
    certainty="indicative",
)


def shared(firm: float) -> tuple[Bearing, ...]:
    """The firm's share of a cost; the district bears the rest."""
    return (Bearing(bearer="firm", share=firm), Bearing(bearer="district", share=1 - firm))


abs_note = Participation(
    rate=0.038,
    day_count="ACT/365F",
    costs=(
        CostItem(name="guarantee", rate=0.01, timing="yearly_in_advance", borne_by=shared(0.5)),
        CostItem(name="issue_cost", rate=0.008, borne_by=shared(0.375)),
    ),
    days_to_money=160,
    certainty="subject_to_issue",
)
abn_note = Participation(
    rate=0.035,
    day_count="ACT/365F",
    costs=(
        CostItem(name="guarantee", rate=0.01, timing="yearly_in_advance"),
        CostItem(name="issue_cost", rate=0.01),
    ),
    days_to_money=210,
    certainty="subject_to_issue",
)
interest_subsidy = Subsidy(name="interest_subsidy", share=0.20, timing="after_year", month=3, day=20)
offers = {
    "bank loan": offer(bank, two_years, tax=tax),
    "ABS": offer(abs_note, two_years, subsidies=[interest_subsidy], tax=tax),
    "ABN": offer(abn_note, eighteen_months, tax=tax),
}

# %%
# What each costs her
# -------------------
# The all-in cost is the internal rate of return of her own flows. The ABN ends earlier, so the comparison cuts the bank
# loan to eighteen months too, says so, and keeps the difference apart.

facts = [FirmFacts(firm="Firm 01", stage="growth", comparator_status="documented_offer")]
comparison = compare(offers, against="bank loan", facts=facts)
print(comparison.ranking("Firm 01").to_string())
print(comparison.summary())

# %%
# The same money has other rates, each right in its own law. The simple annual cost is what a saving per yuan and year
# can be compared with; an internal rate of return is not.

for name, facility in offers.items():
    rates = {
        "all-in": all_in_cost(facility),
        "before subsidy and tax": all_in_cost(facility, through="carried"),
        "Regulation Z": facility_regulation_z_apr(facility),
        "EU": facility_eu_apr(facility),
        "simple": simple_annual_cost(facility),
    }
    print(f"{name:10}", "   ".join(f"{label} {rate:.3%}" for label, rate in rates.items()))

# %%
# Where the saving comes from
# ---------------------------
# The ABS saves her 460,113.45 yuan in two years. The market gives 247,563.55 of it; the rest is public money. The ABN
# shows what is left when nobody carries the fees.

figure, axes = plt.subplots(2, 1, figsize=(9, 8))
for axis, name in zip(axes, ["ABS", "ABN"], strict=True):
    savings_waterfall(comparison, name, ax=axis)
figure.tight_layout()

# %%
# Where the answer turns
# ----------------------
# Suppose the bank improves its offer, or the district withdraws. At which loan rate, and at which share of the fees on
# her side, does the ABS stop paying?

question = Question(
    need=two_years, loan=bank, participation=abs_note, subsidies=(interest_subsidy,), tax=tax, measure="net"
)
for variable, low, high in (("loan_rate", 0.02, 0.06), ("firm_share", 0.0, 1.0), ("tenor_months", 3, 60)):
    turns = break_even(question, variable, low, high)
    at_low = "worth it" if vary(question, variable, low).saving() > 0 else "not worth it"
    print(f"{variable} from {low}: {at_low}", *(f"from {turn.value:.4g}: {turn.becomes}" for turn in turns), sep="; ")

# %%
# The honest answer
# -----------------
# Take the cheapest published note, 3.25 % for one year, and let the firm pay a 1 % letter and 0.8 % of issue cost
# itself. On equal quarters it costs 5.2065 % all-in, against 5.354 % for a plain 5.25 % loan: the same within a breath.
# Notes save money when somebody else pays the fees, or against a loan that has fees of its own.

one_year = bullet_need(9_720_000, date(2023, 11, 20), date(2024, 11, 20))
cheapest = Participation(
    rate=0.0325,
    day_count="equal_periods",
    costs=(CostItem(name="letter", rate=0.01), CostItem(name="issue_cost", rate=0.008)),
)
plain = BankLoan(rate=0.0525, day_count="equal_periods")
for label, terms in (("note", cheapest), ("loan", plain)):
    print(f"{label}: {all_in_cost(offer(terms, one_year), convention='equal_periods'):.4%}")

plt.show()
