"""The months of a period, for series of figures."""

from __future__ import annotations

from datetime import date

Month = tuple[int, int]


def months(start: date, end: date) -> list[Month]:
	"""(year, month) of each month that has a day from `start` to `end`, in order; none where it ends before it starts."""
	first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
	return [(place // 12, place % 12 + 1) for place in range(first, last + 1)]
