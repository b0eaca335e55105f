"""Monte Carlo: a deal over blocks of simulated collections, in fixed units and any executor."""

from ipabs.simulation.accumulate import Estimate, Estimates
from ipabs.simulation.blocks import UNIT, Block, BlockSource, Stored
from ipabs.simulation.driver import Until, replay, simulate

__all__ = ["UNIT", "Block", "BlockSource", "Estimate", "Estimates", "Stored", "Until", "replay", "simulate"]
