"""Text that goes into a table of a file: it is shown there, and never obeyed."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How text begins that a spreadsheet takes for a formula."""


def harmless(text: str) -> str:
	"""A cell that no spreadsheet takes for a formula."""
	return f"'{text}" if text.startswith(FORMULA) else text
