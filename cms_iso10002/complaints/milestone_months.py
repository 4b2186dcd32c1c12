"""The months of the daily summary: what *Milestone Performance* reads of years, in which days are far too many rows.

A day of the summary tells company, category, handler and stage apart, which at a million complaints is nearly a row for each
milestone. A month is summed up by stage alone, by stage and category, by stage and handler, and by all of them; the
rows stand in Complaint Count beside those of `counting`, in cuts of their own, and `counted_months` says for which months.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from cms_iso10002.complaints import counted_months
from cms_iso10002.complaints.counted_months import COUNTS, MILESTONES
from cms_iso10002.complaints.counting import MONTH, row_name
from cms_iso10002.complaints.literals import NOTHING, ours
from cms_iso10002.core import histogram

SUMMARY = "Complaint Daily Summary"
CUTS = {
	"MS": ("company", "stage"),
	"MC": ("company", "stage", "category"),
	"MH": ("company", "stage", "handler"),
	"MA": ("company", "stage", "category", "handler"),
}
"""What each cut tells apart, the shortest first."""
NUMBERS = ("met", "met_late", "held", "overdue", "out_of_scope")


def cut_of(names: Iterable[str]) -> str:
	"""The shortest cut that tells these apart."""
	names = set(names)
	return next(cut for cut, told in CUTS.items() if names <= set(told))


class Sums:
	"""What the days of a month come to, in each cut."""

	def __init__(self, month: date) -> None:
		self.month, self.number = month, 0
		self.found: dict[str, dict[tuple, dict[str, Any]]] = {cut: {} for cut in CUTS}

	def add(self, day: Mapping[str, Any], times: histogram.Histogram) -> None:
		"""A row of a day of the summary, with its histogram."""
		self.number += 1
		for cut, names in CUTS.items():
			key = tuple(day[name] or None for name in names)
			row = self.found[cut].setdefault(key, {**dict.fromkeys(NUMBERS, 0), "times": {}})
			for name in NUMBERS:
				row[name] += day[name] or 0
			for slot, number in times.items():
				row["times"][slot] = row["times"].get(slot, 0) + number

	def store(self) -> None:
		"""Replace the rows of the month; all its days must have been added."""
		clear(self.month)
		for cut, rows in self.found.items():
			_insert(cut, self.month, rows)
		counted_months.mark(MILESTONES, self.month, self.number)


def sum_up(month: date) -> None:
	"""Sum up the days of a month, given by its first day, as they stand in the summary."""
	sums = Sums(month)
	for day in _days(month):
		sums.add(day, histogram.from_text(day["worked_histogram"]))
	sums.store()


def clear(month: date) -> None:
	"""Take away the rows of a month, and its mark."""
	counted_months.forget(MILESTONES, [month])
	frappe.db.delete(COUNTS, {"day": month, "cut": ("in", list(CUTS))})


def _days(month: date) -> Iterator[dict[str, Any]]:
	"""The rows of the days of a month; read week by week, so that few are in memory."""
	row = DocType(SUMMARY)
	names = (*CUTS["MA"], *NUMBERS, "worked_histogram")
	end, first = counted_months.last_of(month), month
	while first <= end:
		last = min(end, first + timedelta(days=6))
		query = frappe.qb.from_(row).select(*(row[name] for name in names)).where(row.day[first:last])
		yield from query.orderby(row.name).run(as_dict=True)
		first = last + timedelta(days=1)


def _insert(cut: str, month: date, rows: dict[tuple, dict[str, Any]]) -> None:
	same = (f"{now_datetime():%Y-%m-%d %H:%M:%S}", MONTH, f"{month:%Y-%m-%d}", cut)
	same = tuple(ours(f"'{text}'") for text in same)
	fields = ("name", "modified", "span", "day", "cut", *CUTS[cut], *NUMBERS, "worked_histogram")
	values = [
		(
			ours(f"'{row_name(cut, MONTH, month, number)}'"),
			*same,
			*(NOTHING if value is None else value for value in key),
			*(ours(str(row[name])) for name in NUMBERS),
			ours(f"'{histogram.to_text(row['times'])}'"),
		)
		for number, (key, row) in enumerate(rows.items(), 1)
	]
	if values:
		frappe.db.bulk_insert(COUNTS, fields, values)
