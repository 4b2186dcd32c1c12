"""Weeks, months and quarters as spans of days: the points of a chart over time."""

from __future__ import annotations

from datetime import date, timedelta

from cms_iso10002.core.refusal import N_

WEEK, MONTH, QUARTER = N_("Week"), N_("Month"), N_("Quarter")
INTERVALS = (MONTH, WEEK, QUARTER)
_MONTHS = {MONTH: 1, QUARTER: 3}


def start_of(day: date, interval: str) -> date:
	"""The first day of the week (Monday), month or quarter that a day lies in. KeyError for another interval."""
	if interval == WEEK:
		return day - timedelta(days=day.weekday())
	size = _MONTHS[interval]
	return date(day.year, day.month - (day.month - 1) % size, 1)


def after(start: date, interval: str) -> date:
	"""The first day of the next one."""
	if interval == WEEK:
		return start + timedelta(days=7)
	month = start.month - 1 + _MONTHS[interval]
	return date(start.year + month // 12, month % 12 + 1, 1)


def spans(first: date, last: date, interval: str) -> list[tuple[date, date]]:
	"""The spans that the days from `first` to `last` lie in, in order, each as its first day and the first day after it."""
	found, start = [], start_of(first, interval)
	while start <= last:
		found.append((start, after(start, interval)))
		start = found[-1][1]
	return found


def part(span: tuple[date, date], first: date, last: date) -> float:
	"""Which part of a span lies within the days from `first` to `last`."""
	start, end = span
	inside = min(end, last + timedelta(days=1)) - max(start, first)
	return max(0, inside.days) / (end - start).days
