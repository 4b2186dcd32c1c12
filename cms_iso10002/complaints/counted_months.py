"""Which months are counted: a site that is old, or was away, is counted a month at a time, and reports must know how far.

A month is marked by a row of Complaint Count with what there was to count in it. The mark goes before anything of the
month may have changed and comes back with the new numbers, in one transaction: so where there is a mark, the rows are
what the records come to. Of a month without one, reports read the records.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import frappe
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from cms_iso10002.core import spans

COUNTS = "Complaint Count"
COMPLAINTS, MILESTONES = "OC", "OM"
"""What is counted: the cuts of the marks."""
_TURN = "OK"


def take_turn() -> None:
	"""Wait until nobody else counts, until the end of this transaction: two must not both write a month's rows.

	Call it first thing in a transaction: what is read afterwards is then not older than what others wrote.
	"""
	row = DocType(COUNTS)
	if not frappe.qb.from_(row).select(row.name).where(row.name == _TURN).for_update().run():
		frappe.db.bulk_insert(COUNTS, ("name", "cut"), [(_TURN, _TURN)], ignore_duplicates=True)


def of(kind: str, first: date, last: date) -> dict[date, int]:
	"""The months counted, of those that the days from `first` to `last` lie in, with what there was to count in each."""
	row = DocType(COUNTS)
	query = frappe.qb.from_(row).select(row.day, row.received)
	query = query.where(row.name[_name(kind, first) : _name(kind, last)])
	return dict(query.orderby(row.name).run())


def missing(kind: str, first: date | None, last: date) -> list[date]:
	"""The months from that of `first` to that of `last` which are not counted, the latest first."""
	if not first:
		return []
	known = of(kind, first, last)
	return [month for month in reversed(between(first, last)) if month not in known]


def between(first: date, last: date) -> list[date]:
	"""The first days of the months that the days from `first` to `last` lie in."""
	return [start for start, _end in spans.spans(first, last, spans.MONTH)]


def of_days(days: Iterable[date]) -> list[date]:
	"""The months of these days, the latest first."""
	return sorted({day.replace(day=1) for day in days}, reverse=True)


def last_of(month: date) -> date:
	"""The last day of the month of a day."""
	return spans.after(spans.start_of(month, spans.MONTH), spans.MONTH) - timedelta(days=1)


def mark(kind: str, month: date, number: int) -> None:
	"""A month is counted: there was so much in it."""
	forget(kind, [month])
	fields = ("name", "modified", "span", "day", "cut", "received")
	frappe.db.bulk_insert(
		COUNTS, fields, [(_name(kind, month), now_datetime(), "Month", month, kind, number)]
	)


def forget(kind: str, months: Iterable[date]) -> None:
	"""These months may not be counted as things stand."""
	names = [_name(kind, month) for month in months]
	if names:
		frappe.db.delete(COUNTS, {"name": ("in", names)})


def forget_all() -> None:
	frappe.db.delete(COUNTS, {"cut": ("in", (COMPLAINTS, MILESTONES))})


def _name(kind: str, day: date) -> str:
	return f"{kind}{day:%Y%m}"
