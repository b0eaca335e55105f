"""Readings: figures from the rows of a ledger, each defined once."""
