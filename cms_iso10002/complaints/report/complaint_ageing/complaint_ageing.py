"""Complaint Ageing: how long those that are still to be worked on have been waiting since they were received."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.analysis import cases, cells, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked

GROUPINGS = {
	"Category": "category",
	"Handler": "handler",
	"Severity": "severity",
	"Status": "status",
	"Territory": "territory",
	"Customer Group": "customer_group",
	"Company": "company",
}
EDGES = (7, 14, 30, 60, 90)
"""Days: the last of each bucket; what is older is in one of its own."""


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, period=False, group_by=tuple(GROUPINGS))
	dimension = GROUPINGS[filters.group_by]
	found = cases.numbers(filters, cases.BACKLOG, dimension, _terms(clock.today()))
	groups = sorted(cells.of(found, "number"), key=lambda cell: -cell.size)
	shown, total = cells.shown(groups, dimension), cells.together(groups)
	labels = table.names(shown, dimension)
	rows = [
		_line(cell, label, _where(cell, dimension, filters))
		for cell, label in zip(shown, labels, strict=True)
	]
	if rows:
		some = any(cell.concealed for cell in shown)
		rows.append({**_line(total, _("Total"), _where(None, dimension, filters), some), "is_total": 1})
	return columns(filters), rows, None, chart(rows), summary(total, rows)


def buckets() -> dict[str, str]:
	"""The fields of the buckets with what they are called."""
	found, start = {}, 0
	for edge in EDGES:
		found[f"upto_{edge}"] = _("{0}–{1} Days").format(start, edge)
		start = edge + 1
	return {**found, "older": _("Over {0} Days").format(EDGES[-1])}


def _terms(today: date) -> dict[str, Criterion]:
	"""Which complaints are in which bucket, and which are overdue or wait for somebody."""
	case, found, latest = DocType("Complaint"), {}, datetime.combine(today, time()) + timedelta(days=1)
	for edge in EDGES:
		earliest = datetime.combine(today - timedelta(days=edge), time())
		found[f"upto_{edge}"] = (case.received_on >= earliest) & (case.received_on < latest)
		latest = earliest
	found["older"] = case.received_on < latest
	return {**found, "overdue": case.is_overdue == 1, "paused": case.status_category == "Paused"}


def _where(cell: Cell | None, dimension: str, filters: frappe._dict) -> dict[str, Any] | None:
	found = table.where(cell, dimension, filters)
	return found and {**found, "status_category": ["in", list(cases.BACKLOG)]}


def _line(cell: Cell, label: str, where: dict[str, Any] | None, conceal: bool = False) -> dict[str, Any]:
	line = {"group": label, "number": int(cell.size), "where": where}
	return line if conceal or cell.concealed else {**line, **cell.figures}


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	return [
		table.column("group", _(filters.group_by), "Data", 240),
		table.column("number", _("Open")),
		*(table.column(name, label) for name, label in buckets().items()),
		table.column("overdue", _("Overdue")),
		table.column("paused", _("Of Which Waiting"), width=140),
	]


def chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""All that is open, by age."""
	total = rows[-1] if rows else {}
	names = buckets()
	if "older" not in total:
		return None
	return table.bars(
		list(names.values()), [(_("Open"), [total[name] for name in names])], [table.COLOURS["plain"]]
	)


def summary(total: Cell, rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	if not rows:
		return None
	cards = [table.card(_("Open"), int(total.size))]
	if "older" in rows[-1]:
		cards.append(table.card(_("Overdue"), rows[-1]["overdue"], colour="Red"))
		cards.append(table.card(buckets()["older"], rows[-1]["older"], colour="Orange"))
	return cards
