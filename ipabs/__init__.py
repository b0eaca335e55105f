"""Intellectual-property securitization: patents, obligations, ABS and ABN waterfalls, financing cost."""

__version__ = "0.1.0"
