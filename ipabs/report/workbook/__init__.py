"""The live Excel workbook: the waterfall as formulas, with the engine's values beside them."""

from ipabs.report.workbook.book import workbook_bytes

__all__ = ["workbook_bytes"]
