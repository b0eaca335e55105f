"""Pools: obligations of five kinds, tapes, eligibility, stratification, projection and selection."""
