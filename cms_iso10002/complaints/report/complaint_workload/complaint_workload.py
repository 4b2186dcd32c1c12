"""Complaint Workload: what each handler has on the desk now, and what they were given and closed in the period (4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.analysis import cases, cells, figures, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked

NOW = ("number", "overdue", "due_soon", "paused")
THEN = ("received", "closed")


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters)
	groups = _read(filters)
	shown, total = cells.shown(groups, "handler"), cells.together(groups)
	labels = table.names(shown, "handler")
	rows = [_line(cell, label, _where(cell, filters)) for cell, label in zip(shown, labels, strict=True)]
	if rows:
		some = any(cell.concealed for cell in shown)
		rows.append({**_line(total, _("Total"), _where(None, filters), some), "is_total": 1})
	return columns(), rows, None, chart(rows), summary(total, rows)


def _read(filters: frappe._dict) -> list[Cell]:
	"""What is open now whenever it was received, beside what was received and closed in the period; the busiest first."""
	anytime = frappe._dict(within=filters.within)
	now = cases.numbers(anytime, cases.BACKLOG, "handler", _terms())
	then = figures.by_value(figures.read(("handler",), THEN, filters))
	found = {
		key: {**dict.fromkeys((*NOW, *THEN), 0), **now.get(key, {}), **then.get(key, {})}
		for key in dict.fromkeys((*now, *then))
	}
	groups = cells.of(found, "number", "received", "closed")
	return sorted(groups, key=lambda cell: (-cell.figures["number"], str(cell.key)))


def _terms() -> dict[str, Criterion]:
	case, now = DocType("Complaint"), clock.now_site()
	return {
		"overdue": case.is_overdue == 1,
		"due_soon": (case.due_at >= now) & (case.due_at < now + timedelta(days=7)),
		"paused": case.status_category == "Paused",
	}


def _where(cell: Cell | None, filters: frappe._dict) -> dict[str, Any] | None:
	found = table.where(cell, "handler", frappe._dict(within=filters.within))
	return found and {**found, "status_category": ["in", list(cases.BACKLOG)]}


def _line(cell: Cell, label: str, where: dict[str, Any] | None, conceal: bool = False) -> dict[str, Any]:
	line = {"group": label, "number": int(cell.figures["number"]), "where": where}
	return line if conceal or cell.concealed else {**line, **cell.figures}


def columns() -> list[dict[str, Any]]:
	return [
		table.column("group", _("Handler"), "Data", 240),
		table.column("number", _("Open Now")),
		table.column("overdue", _("Overdue Now")),
		table.column("due_soon", _("Due in 7 Days"), width=140),
		table.column("paused", _("Of Which Waiting"), width=150),
		table.column("received", _("Received in the Period"), width=190),
		table.column("closed", _("Closed in the Period"), width=190),
	]


def chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	told = [row for row in rows if "overdue" in row and not row.get("is_total")][: table.MOST_BARS]
	return table.bars(
		[row["group"] for row in told],
		[
			(_("Overdue Now"), [row["overdue"] for row in told]),
			(_("Other Open Ones"), [row["number"] - row["overdue"] for row in told]),
		],
		[table.COLOURS["bad"], table.COLOURS["plain"]],
		barOptions={"stacked": 1},
	)


def summary(total: Cell, rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	if not rows:
		return None
	cards = [table.card(_("Open Now"), int(total.figures["number"]))]
	if "overdue" in rows[-1]:
		cards += [
			table.card(_("Overdue Now"), int(total.figures["overdue"]), colour="Red"),
			table.card(_("Received in the Period"), int(total.figures["received"])),
			table.card(_("Closed in the Period"), int(total.figures["closed"]), colour="Green"),
		]
	return cards
