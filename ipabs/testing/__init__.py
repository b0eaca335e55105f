"""For users' own tests: Hypothesis strategies for deals and what pools pay, and the relations that every run keeps."""
