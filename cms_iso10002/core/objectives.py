"""How a measurable objective stands: reached or not, and better or worse than before (ISO 10002:2018, 6.2)."""

from __future__ import annotations

from datetime import date

ON_TRACK, OFF_TRACK, MET, MISSED, NO_DATA = "On Track", "Off Track", "Met", "Missed", "No Data"
STATUSES = (ON_TRACK, OFF_TRACK, MET, MISSED, NO_DATA)

IMPROVING, STEADY, WORSE = "Improving", "Steady", "Worse"

HIGHER, LOWER = "higher", "lower"

POINTS = 1.0
"""Shares that differ by less than this many percentage points are the same."""
RELATIVE = 0.02
"""Other figures that differ by less than this part of the earlier one are the same."""

LONGEST = {"%": 100.0, "rating": 5.0}
"""What a figure of a unit can't exceed."""


def reached(actual: float, target: float, better: str) -> bool:
	"""Whether `actual` is as good as `target`; `better` says which way is good."""
	return actual <= target if better == LOWER else actual >= target


def status(actual: float | None, target: float, better: str, ended: bool) -> str:
	"""Of a running objective whether it is on track, of an ended one whether it was met; no data is neither."""
	if actual is None:
		return NO_DATA
	if reached(actual, target, better):
		return MET if ended else ON_TRACK
	return MISSED if ended else OFF_TRACK


def trend(actual: float | None, before: float | None, better: str, unit: str) -> str:
	"""Improving, steady or worse than the period before; "" where one of the two is unknown."""
	if actual is None or before is None:
		return ""
	change = actual - before
	if abs(change) < (POINTS if unit == "%" else RELATIVE * abs(before)) or not change:
		return STEADY
	return IMPROVING if (change < 0) == (better == LOWER) else WORSE


def same_week(one: date, other: date) -> bool:
	"""Whether two days lie in one week, Monday to Sunday: of the actuals of a week the last is kept."""
	return one.isocalendar()[:2] == other.isocalendar()[:2]
