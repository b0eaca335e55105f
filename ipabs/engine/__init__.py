"""The one waterfall: a deal and its collections in, rows out."""

from ipabs.engine.ledger import Ledger
from ipabs.engine.program import Program
from ipabs.engine.resolve import resolve
from ipabs.engine.waterfall import replay, run_waterfall

__all__ = ["Ledger", "Program", "replay", "resolve", "run_waterfall"]
