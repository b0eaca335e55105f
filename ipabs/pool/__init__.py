"""Pools: obligations of five kinds, tapes, eligibility, stratification, projection and selection."""

from ipabs.pool.contract import Contract, Installment
from ipabs.pool.eligibility import (
    EXCHANGE_LIMITS,
    AverageLimit,
    ConcentrationLimit,
    Criterion,
    MinimumNumber,
    Screening,
    limit_findings,
    screen,
)
from ipabs.pool.fates import DefaultList, Fates
from ipabs.pool.kinds import KINDS, LicenceBack, PledgedLoan
from ipabs.pool.lease_back import LeaseBack
from ipabs.pool.obligation import ContractFlows, Obligation
from ipabs.pool.pool import Pool
from ipabs.pool.projection import UnderFates, project
from ipabs.pool.receivable import Receivable
from ipabs.pool.replines import replines
from ipabs.pool.revolving import revolving_collections, unit_profile
from ipabs.pool.royalty import RoyaltyTerms
from ipabs.pool.royalty_stream import RoyaltyStream
from ipabs.pool.selection import Selection, Size, select_pool
from ipabs.pool.stratification import diversity, stratify, top_names
from ipabs.pool.tape_columns import TapeMapping
from ipabs.pool.tape_rules import check_tape, read_tape
from ipabs.pool.tape_workbook import marked_workbook, tape_template
from ipabs.pool.vectors import Vectors

__all__ = [
    "EXCHANGE_LIMITS",
    "KINDS",
    "AverageLimit",
    "ConcentrationLimit",
    "Contract",
    "ContractFlows",
    "Criterion",
    "DefaultList",
    "Fates",
    "Installment",
    "LeaseBack",
    "LicenceBack",
    "MinimumNumber",
    "Obligation",
    "PledgedLoan",
    "Pool",
    "Receivable",
    "RoyaltyStream",
    "RoyaltyTerms",
    "Screening",
    "Selection",
    "Size",
    "TapeMapping",
    "UnderFates",
    "Vectors",
    "check_tape",
    "diversity",
    "limit_findings",
    "marked_workbook",
    "project",
    "read_tape",
    "replines",
    "revolving_collections",
    "screen",
    "select_pool",
    "stratify",
    "tape_template",
    "top_names",
    "unit_profile",
]
