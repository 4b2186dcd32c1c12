"""The months of the daily summary: what *Milestone Performance* reads of years, in which days are far too many rows.

A day of the summary tells company, category, handler and stage apart, which at a million complaints is nearly a row for each
milestone. A month is summed up by stage alone, by stage and category, by stage and handler, and by all of them; the
rows stand in Complaint Count beside those of `counting`, in cuts of their own, and `counted_months` says for which months.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from cms_iso10002.complaints import counted_months
from cms_iso10002.complaints.counted_months import COUNTS, MILESTONES
from cms_iso10002.complaints.counting import MONTH, row_name
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


def sum_up(month: date) -> None:
	"""Sum up the days of a month, given by its first day, and replace its rows; all its days must be counted."""
	found: dict[str, dict[tuple, dict[str, Any]]] = {cut: {} for cut in CUTS}
	number = 0
	for day in _days(month):
		number += 1
		times = histogram.from_text(day["worked_histogram"])
		for cut, names in CUTS.items():
			key = tuple(day[name] or None for name in names)
			row = found[cut].setdefault(key, {**dict.fromkeys(NUMBERS, 0), "times": {}})
			for name in NUMBERS:
				row[name] += day[name] or 0
			for slot, times_in_it in times.items():
				row["times"][slot] = row["times"].get(slot, 0) + times_in_it
	clear(month)
	for cut, rows in found.items():
		_insert(cut, month, rows)
	counted_months.mark(MILESTONES, month, number)


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
	stamp = now_datetime()
	fields = ("name", "modified", "span", "day", "cut", *CUTS[cut], *NUMBERS, "worked_histogram")
	values = [
		(
			row_name(cut, MONTH, month, number),
			stamp,
			MONTH,
			month,
			cut,
			*key,
			*(row[name] for name in NUMBERS),
			histogram.to_text(row["times"]),
		)
		for number, (key, row) in enumerate(rows.items(), 1)
	]
	if values:
		frappe.db.bulk_insert(COUNTS, fields, values)
