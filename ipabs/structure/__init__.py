"""The deal language: what was agreed, in the words of a prospectus.

A deal is built from these records in Python or read from a file with ``ipabs.spec.load(Deal, text)``; both are the same
frozen data. `ipabs.structure.findings.findings` says what is wrong with one.
"""

from ipabs.basics.deal_dates import CollectionRule, PaymentRule
from ipabs.basics.party import Party
from ipabs.structure.account import Account, Collect
from ipabs.structure.dates import Dates
from ipabs.structure.deal import Deal
from ipabs.structure.fee import Fee, FeeCap, Yearly
from ipabs.structure.measures import MEASURES, Measure
from ipabs.structure.party_limits import Capacity, capacities
from ipabs.structure.support import Support
from ipabs.structure.templates import abn_deal, abs_deal
from ipabs.structure.terms import Call, Closing, Deposit, Rounding, Source, State, Uses
from ipabs.structure.tranche import Amount, Coupon, ScheduledPrincipal, Tranche
from ipabs.structure.trigger_tests import DeclaredMeasure, Failing, LimitStep, Observable, Phase, Trigger
from ipabs.structure.waterfall import (
    Capitalize,
    Draw,
    Group,
    Movement,
    Pay,
    Priority,
    Release,
    Residual,
    TopUp,
    Transfer,
    WriteDown,
)

__all__ = [
    "MEASURES",
    "Account",
    "Amount",
    "Call",
    "Capacity",
    "Capitalize",
    "Closing",
    "Collect",
    "CollectionRule",
    "Coupon",
    "Dates",
    "Deal",
    "DeclaredMeasure",
    "Deposit",
    "Draw",
    "Failing",
    "Fee",
    "FeeCap",
    "Group",
    "LimitStep",
    "Measure",
    "Movement",
    "Observable",
    "Party",
    "Pay",
    "PaymentRule",
    "Phase",
    "Priority",
    "Release",
    "Residual",
    "Rounding",
    "ScheduledPrincipal",
    "Source",
    "State",
    "Support",
    "TopUp",
    "Tranche",
    "Transfer",
    "Trigger",
    "Uses",
    "WriteDown",
    "Yearly",
    "abn_deal",
    "abs_deal",
    "capacities",
]
