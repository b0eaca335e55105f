"""Plots, each a function of a result: it returns the Figure, and draws into `ax` where one is given."""
