"""Complaints over time as the points of a control chart: how many in each week, month or quarter, over how much sold.

ISO 10002:2018, 8.2. More sales bring more complaints, so what is charted is complaints for each 1,000 invoices or units
sold. Where sales are not known, or not wanted, the number itself is charted, and a span cut short counts for its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.analysis import cells, figures, sales
from cms_iso10002.core import spans, trends
from cms_iso10002.core.refusal import N_

ALONE = N_("Number Alone")
MEASURES = (sales.INVOICES, sales.UNITS, ALONE)


@dataclass(frozen=True)
class Series:
	"""A chart over spans of time. `numbers` has None for those that the viewer may not tell apart."""

	chart: trends.Chart
	spans: tuple[tuple[date, date], ...]
	numbers: tuple[int | None, ...]
	units: tuple[float | None, ...]
	total: int
	apart: int
	per: int

	@property
	def hidden(self) -> int:
		return sum(number is None for number in self.numbers)


def read(filters: frappe._dict, interval: str, measure: str, baseline: int | None, least: int = 0) -> Series:
	"""The series of the complaints received in the days of `filters`; what lies ahead is left out."""
	filters.to_date = min(filters.to_date, clock.today())
	if filters.from_date > filters.to_date:
		return Series(trends.u_chart(()), (), (), (), 0, 0, 1)
	all_spans = spans.spans(filters.from_date, filters.to_date, interval)
	found = figures.by_value(
		figures.read(("day",), ("received", "out_of_scope"), filters, daily=interval == spans.WEEK)
	)
	numbers = _by_span({day: one["received"] for day, one in found.items()}, interval)
	units = _units(filters, interval, measure, all_spans)
	hidden = cells.too_small({span[0]: numbers.get(span[0], 0) for span in all_spans}, least)
	points = [
		trends.Point(start, 0, None)
		if start in hidden
		else trends.Point(start, int(numbers.get(start, 0)), units.get(start))
		for start, _end in all_spans
	]
	return Series(
		trends.u_chart(points, baseline),
		tuple(all_spans),
		tuple(None if point.key in hidden else point.events for point in points),
		tuple(units.get(start) for start, _end in all_spans),
		int(sum(numbers.values())),
		int(sum(one["out_of_scope"] for one in found.values())),
		1 if measure == ALONE else sales.PER,
	)


def _by_span(days: Mapping[date, float], interval: str) -> dict[date, float]:
	found: dict[date, float] = {}
	for day, number in days.items():
		start = spans.start_of(day, interval)
		found[start] = found.get(start, 0) + number
	return found


def _units(
	filters: frappe._dict, interval: str, measure: str, all_spans: list[tuple[date, date]]
) -> dict[date, float]:
	if measure == ALONE:
		return {span[0]: spans.part(span, filters.from_date, filters.to_date) for span in all_spans}
	return _by_span(sales.by("day", measure, filters) or {}, interval)


def in_words(span: tuple[date, date], interval: str, locale: str) -> str:
	"""What a span is called."""
	from babel.dates import format_date

	start: Any = span[0]
	if interval == spans.WEEK:
		year, week, _day = start.isocalendar()
		return f"{year}-W{week:02}"
	pattern = "LLL y" if interval == spans.MONTH else "QQQ y"
	return format_date(start, pattern, locale=locale)
