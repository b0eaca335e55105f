"""IP rights: what they are, how long they last, what they cost to keep, and what a portfolio of them looks like."""
