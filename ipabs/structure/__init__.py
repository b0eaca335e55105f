"""The deal language: what was agreed, in the words of a prospectus."""
