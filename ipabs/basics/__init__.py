"""The ground floor: parties, units, dates, curves, random streams, words."""
