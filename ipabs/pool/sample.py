"""A small pool as read, for the examples of this room."""

from ipabs.io.table import parse_table
from ipabs.pool.pool import Pool
from ipabs.pool.tape_rules import read_tape

TAPE = """\
id,obligor,kind,principal,start,maturity,rate,sector
C1,F1,pledged_loan,6e6,2024-01-01,2025-01-01,4%,AI
C2,F2,pledged_loan,3e6,2024-01-01,2025-01-01,5%,AI
C3,F3,pledged_loan,1e6,2024-01-01,2026-01-01,6%,IT
"""


def three_contracts() -> Pool:
    """Pledged loans of 6, 3 and 1 million of three firms, two of one industry; the last runs two years.

    >>> three_contracts().principal
    10000000.0
    """
    return read_tape(parse_table(TAPE.encode(), file="tape.csv"))
