"""The measures that generated deals read."""

from ipabs.structure.trigger_tests import DeclaredMeasure, Observable

MONEY_AT_ANY_TIME = (
    "total_collections",
    "interest_collections",
    "principal_collections",
    "recoveries",
    "guarantee_collections",
    "other_collections",
    "defaulted",
    "principal_distribution",
    "pool_original",
    "pool_opening",
    "pool_closing",
    "performing",
    "delinquent",
    "cumulative_defaulted",
    "notes_balance",
)
SHARES = ("cumulative_default_ratio", "delinquency_ratio", "pool_factor")  # of a whole, so at most 1
RATIOS = (*SHARES, "overcollateralization", "interest_coverage", "debt_service_coverage")
DECLARED = (
    DeclaredMeasure(name="uncovered", of=("notes_balance",), less=("performing",)),
    DeclaredMeasure(name="cover", of=("performing", "collections.balance"), to=("notes_balance",), at_zero="infinite"),
    DeclaredMeasure(name="lost_part", of=("defaulted",), to=("pool_opening", "delinquent"), at_zero="zero"),
    DeclaredMeasure(name="net_cash", of=("total_collections", "defaulted"), less=("recoveries", "uncovered")),
)
OUTSIDE = (
    Observable(name="leverage", meaning="debt over equity of the licensees, a ratio"),
    Observable(name="sales", meaning="sales of the licensees in the period, an amount"),
)
