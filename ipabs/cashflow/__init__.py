"""Cash flows: panels and collections, discounting, internal rates of return, amortization, speeds, bond mathematics."""
