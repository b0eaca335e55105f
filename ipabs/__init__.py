"""Intellectual-property securitization: patents, obligations, ABS and ABN waterfalls, financing cost.

The names below are loaded when they are first used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ipabs.basics.calendar import get_calendar
    from ipabs.basics.curve import Curve
    from ipabs.basics.index_history import index_history
    from ipabs.basics.party import Party
    from ipabs.basics.timeline import Timeline
    from ipabs.case.case import Case
    from ipabs.case.load import load_case
    from ipabs.case.result import Result
    from ipabs.case.run import run
    from ipabs.cashflow.bond_math import weighted_average_life
    from ipabs.cashflow.collections import Collections
    from ipabs.cashflow.irr import xirr
    from ipabs.engine.ledger import Ledger
    from ipabs.engine.resolve import resolve
    from ipabs.engine.waterfall import replay, run_waterfall
    from ipabs.errors import Finding, IpabsError
    from ipabs.financing.comparison import compare
    from ipabs.financing.costs import CostItem
    from ipabs.financing.facility import offer
    from ipabs.financing.loan import BankLoan
    from ipabs.financing.rates import all_in_cost
    from ipabs.financing.savings import implied_spread
    from ipabs.financing.securitization import Securitization
    from ipabs.io.table import read_table
    from ipabs.patents.indicators import high_value
    from ipabs.patents.patent import IPRight, Patent
    from ipabs.patents.portfolio import Portfolio
    from ipabs.patents.statute import statutory_expiry
    from ipabs.pool.kinds import LicenceBack, PledgedLoan
    from ipabs.pool.lease_back import LeaseBack
    from ipabs.pool.pool import Pool
    from ipabs.pool.projection import project
    from ipabs.pool.receivable import Receivable
    from ipabs.pool.royalty_stream import RoyaltyStream
    from ipabs.pool.tape_rules import read_tape
    from ipabs.pool.vectors import Vectors
    from ipabs.simulation.driver import simulate
    from ipabs.structure.account import Account
    from ipabs.structure.deal import Deal
    from ipabs.structure.fee import Fee
    from ipabs.structure.findings import findings
    from ipabs.structure.support import Support
    from ipabs.structure.templates import abn_deal, abs_deal
    from ipabs.structure.tranche import Tranche
    from ipabs.structure.waterfall import Draw, Pay, Residual, TopUp, Transfer
    from ipabs.valuation.relief_from_royalty import ReliefFromRoyalty
    from ipabs.valuation.valuation import Valuation
else:
    _HOMES = {
        "Account": "ipabs.structure.account",
        "BankLoan": "ipabs.financing.loan",
        "Case": "ipabs.case.case",
        "Collections": "ipabs.cashflow.collections",
        "CostItem": "ipabs.financing.costs",
        "Curve": "ipabs.basics.curve",
        "Deal": "ipabs.structure.deal",
        "Draw": "ipabs.structure.waterfall",
        "Fee": "ipabs.structure.fee",
        "Finding": "ipabs.errors",
        "IPRight": "ipabs.patents.patent",
        "IpabsError": "ipabs.errors",
        "LeaseBack": "ipabs.pool.lease_back",
        "Ledger": "ipabs.engine.ledger",
        "LicenceBack": "ipabs.pool.kinds",
        "Party": "ipabs.basics.party",
        "Patent": "ipabs.patents.patent",
        "Pay": "ipabs.structure.waterfall",
        "PledgedLoan": "ipabs.pool.kinds",
        "Pool": "ipabs.pool.pool",
        "Portfolio": "ipabs.patents.portfolio",
        "Receivable": "ipabs.pool.receivable",
        "ReliefFromRoyalty": "ipabs.valuation.relief_from_royalty",
        "Residual": "ipabs.structure.waterfall",
        "Result": "ipabs.case.result",
        "RoyaltyStream": "ipabs.pool.royalty_stream",
        "Securitization": "ipabs.financing.securitization",
        "Support": "ipabs.structure.support",
        "Timeline": "ipabs.basics.timeline",
        "TopUp": "ipabs.structure.waterfall",
        "Tranche": "ipabs.structure.tranche",
        "Transfer": "ipabs.structure.waterfall",
        "Valuation": "ipabs.valuation.valuation",
        "Vectors": "ipabs.pool.vectors",
        "abn_deal": "ipabs.structure.templates",
        "abs_deal": "ipabs.structure.templates",
        "all_in_cost": "ipabs.financing.rates",
        "compare": "ipabs.financing.comparison",
        "findings": "ipabs.structure.findings",
        "get_calendar": "ipabs.basics.calendar",
        "high_value": "ipabs.patents.indicators",
        "implied_spread": "ipabs.financing.savings",
        "index_history": "ipabs.basics.index_history",
        "load_case": "ipabs.case.load",
        "offer": "ipabs.financing.facility",
        "project": "ipabs.pool.projection",
        "read_table": "ipabs.io.table",
        "read_tape": "ipabs.pool.tape_rules",
        "replay": "ipabs.engine.waterfall",
        "resolve": "ipabs.engine.resolve",
        "run": "ipabs.case.run",
        "run_waterfall": "ipabs.engine.waterfall",
        "simulate": "ipabs.simulation.driver",
        "statutory_expiry": "ipabs.patents.statute",
        "weighted_average_life": "ipabs.cashflow.bond_math",
        "xirr": "ipabs.cashflow.irr",
    }

    def __getattr__(name):
        """Load a public name from its room."""
        if name not in _HOMES:
            raise AttributeError(f"module 'ipabs' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        """All public names, loaded or not."""
        return sorted({*globals(), *_HOMES})


__all__ = [
    "Account",
    "BankLoan",
    "Case",
    "Collections",
    "CostItem",
    "Curve",
    "Deal",
    "Draw",
    "Fee",
    "Finding",
    "IPRight",
    "IpabsError",
    "LeaseBack",
    "Ledger",
    "LicenceBack",
    "Party",
    "Patent",
    "Pay",
    "PledgedLoan",
    "Pool",
    "Portfolio",
    "Receivable",
    "ReliefFromRoyalty",
    "Residual",
    "Result",
    "RoyaltyStream",
    "Securitization",
    "Support",
    "Timeline",
    "TopUp",
    "Tranche",
    "Transfer",
    "Valuation",
    "Vectors",
    "__version__",
    "abn_deal",
    "abs_deal",
    "all_in_cost",
    "compare",
    "findings",
    "get_calendar",
    "high_value",
    "implied_spread",
    "index_history",
    "load_case",
    "offer",
    "project",
    "read_table",
    "read_tape",
    "replay",
    "resolve",
    "run",
    "run_waterfall",
    "simulate",
    "statutory_expiry",
    "weighted_average_life",
    "xirr",
]
