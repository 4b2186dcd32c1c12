"""Complaint Recurrence: what comes back: complaints marked as recurrent, or related to another one as its repeat (8.2)."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import cells, figures, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked

GROUPINGS = (
	"Category",
	"Root Cause",
	"Item",
	"Item Group",
	"Territory",
	"Customer Group",
	"Severity",
	"Company",
)


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, group_by=GROUPINGS)
	dimension = table.GROUPINGS[filters.group_by]
	found = figures.by_value(figures.read((dimension,), ("received", "recurrent"), filters))
	groups = cells.of(found, "received")
	groups.sort(key=lambda cell: (-cell.figures["recurrent"], -cell.size))
	shown, total = cells.shown(groups, dimension), cells.together(groups)
	labels = table.names(shown, dimension)
	rows = [
		_line(cell, label, table.where(cell, dimension, filters))
		for cell, label in zip(shown, labels, strict=True)
	]
	if rows:
		some = any(cell.concealed for cell in shown)
		rows.append({**_line(total, _("Total"), table.where(None, dimension, filters), some), "is_total": 1})
	return columns(filters), rows, None, _chart(rows), _summary(rows)


def _line(cell: Cell, label: str, where: dict[str, Any] | None, conceal: bool = False) -> dict[str, Any]:
	line = {"group": label, "number": int(cell.size), "where": where}
	if conceal or cell.concealed:
		return line
	recurrent = cell.figures.get("recurrent", 0)
	return {**line, "recurrent": recurrent, "share": table.share(recurrent, cell.size)}


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	return [
		table.column("group", _(filters.group_by), "Data", 260),
		table.column("number", _("Complaints")),
		table.column("recurrent", _("Recurrent")),
		table.column("share", _("Share", context="Part of a whole"), "Percent", precision=1),
	]


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	told = [row for row in rows if "recurrent" in row and not row.get("is_total")][: table.MOST_BARS]
	return table.bars(
		[row["group"] for row in told],
		[
			(_("Recurrent"), [row["recurrent"] for row in told]),
			(_("Others"), [row["number"] - row["recurrent"] for row in told]),
		],
		[table.COLOURS["bad"], table.COLOURS["plain"]],
		barOptions={"stacked": 1},
	)


def _summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	if not rows:
		return None
	cards = [table.card(_("Complaints Received"), rows[-1]["number"])]
	if rows[-1].get("share") is not None:
		cards.append(table.card(_("Recurrent"), rows[-1]["recurrent"], colour="Orange"))
		cards.append(
			table.card(
				_("Share", context="Part of a whole"), round(rows[-1]["share"], 1), "Percent", "Orange"
			)
		)
	return cards
