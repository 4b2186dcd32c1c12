"""Values as they stand in SQL, for rows that are written by the ten thousand: to have each escaped costs most of all."""

from __future__ import annotations

from pypika.terms import LiteralValue

NOTHING = LiteralValue("NULL")


def ours(text: str) -> LiteralValue:
	"""What is written as it is: for numbers, days and names that are made here, never for what somebody typed."""
	return LiteralValue(text)
