"""The hall: a case ties tapes, deals, assumptions and comparators together, runs them and keeps the result."""
