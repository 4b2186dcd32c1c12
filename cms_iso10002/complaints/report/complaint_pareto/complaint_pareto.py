"""Complaint Pareto: what most complaints are about (category, cause, item, territory …), with the lines of an ABC analysis.

ISO 10002:2018, 8.2: complaints are classified and analysed to find what is systemic. Counted are those received in the
period; those of which it is not recorded stand at the end, outside the ranking.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import cells, figures, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked
from cms_iso10002.core import pareto

GROUPINGS = (
	"Category",
	"Root Cause",
	"Item",
	"Item Group",
	"Territory",
	"Customer Group",
	"Severity",
	"Handler",
	"Channel",
	"Company",
)
MOST_ROWS = 1_000
"""Groups in the table; five thousand categories are no reading matter."""


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, group_by=GROUPINGS)
	dimension = table.GROUPINGS[filters.group_by]
	found = figures.by_value(figures.read((dimension,), ("received", "out_of_scope"), filters))
	groups = cells.of({key: one for key, one in found.items() if one["received"]}, "received")
	apart = sum(one["out_of_scope"] for one in found.values())
	total = cells.together(groups)
	ranked, beside = _ranked(cells.shown(groups, dimension))
	rows = _rows(ranked, beside, dimension, filters, total.size)
	if rows:
		rows.append(
			_line(total, _("Total"), total.size, where=table.where(None, dimension, filters), is_total=1)
		)
	return columns(filters), rows, _message(ranked, beside, total, apart), chart(rows), summary(ranked, total)


def _ranked(shown: list[Cell]) -> tuple[list[pareto.Bar[Cell]], list[Cell]]:
	"""The groups in order with their lines; and beside them what has no place in it: not recorded, or several together."""
	named = {cell.key: cell for cell in shown if cell.key is not None and not cell.pooled}
	beside = [cell for cell in shown if cell.key is None or cell.pooled]
	return [
		pareto.Bar(named[bar.key], bar.number, bar.share, bar.cumulated, bar.line)
		for bar in pareto.bars({key: cell.size for key, cell in named.items()})
	], beside


def _rows(
	ranked: list[pareto.Bar[Cell]], beside: list[Cell], dimension: str, filters: frappe._dict, whole: float
) -> list[dict[str, Any]]:
	kept = ranked[:MOST_ROWS]
	labels = table.names([bar.key for bar in kept] + beside, dimension)
	rows = []
	for bar, label in zip(kept, labels, strict=False):
		line = _line(bar.key, label, whole, where=table.where(bar.key, dimension, filters))
		rows.append({**line, "cumulated": bar.cumulated, "line": bar.line})
	if others := ranked[MOST_ROWS:]:
		rest = cells.together(bar.key for bar in others)
		rows.append(
			{**_line(rest, _("{0} further ones").format(len(others)), whole), "cumulated": 100, "line": "C"}
		)
	for cell, label in zip(beside, labels[len(kept) :], strict=True):
		rows.append(_line(cell, label, whole, where=table.where(cell, dimension, filters)))
	return rows


def _line(cell: Cell, label: str, whole: float, **more: Any) -> dict[str, Any]:
	return {"group": label, "number": int(cell.size), "share": table.share(cell.size, whole), **more}


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	percent = {"precision": 1, "width": 130}
	return [
		table.column("group", _(filters.group_by), "Data", 260),
		table.column("number", _("Complaints")),
		table.column("share", _("Share", context="Part of a whole"), "Percent", **percent),
		table.column("cumulated", _("Cumulated"), "Percent", **percent),
		table.column("line", _("ABC"), "Data", 80),
	]


def _message(ranked: list[pareto.Bar[Cell]], beside: list[Cell], total: Cell, apart: float) -> str | None:
	vital = sum(bar.line == "A" for bar in ranked)
	known = sum(bar.number for bar in ranked)
	return table.said(
		_("{0} of {1} groups (A) make up four fifths of the {2} complaints ranked here.").format(
			vital, len(ranked), int(known)
		)
		if len(ranked) > 1
		else None,
		_("Not ranked, because it is not recorded or may not be told apart: {0} of {1} complaints.").format(
			int(sum(cell.size for cell in beside)), int(total.size)
		)
		if beside
		else None,
		table.out_of_scope(apart),
	)


def chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""Shares as bars, cumulated as a line, of the largest groups; the others as one."""
	ranked = [row for row in rows if row.get("line")]
	if not ranked:
		return None
	kept, rest = ranked[: table.MOST_BARS], ranked[table.MOST_BARS :]
	whole = sum(row["number"] for row in ranked)
	labels = [row["group"] for row in kept] + ([_("Others")] if rest else [])
	numbers = [row["number"] for row in kept] + ([sum(row["number"] for row in rest)] if rest else [])
	shares = [round(100 * number / whole, 1) for number in numbers]
	lines = [round(row["cumulated"], 1) for row in kept] + ([100] if rest else [])
	return {
		"type": "axis-mixed",
		**table.STILL,
		"colors": [table.COLOURS["plain"], table.COLOURS["line"]],
		"data": {
			"labels": labels,
			"datasets": [
				{"name": _("Share (%)"), "chartType": "bar", "values": shares},
				{"name": _("Cumulated (%)"), "chartType": "line", "values": lines},
			],
			"yMarkers": [{"label": "80 %", "value": pareto.A_UP_TO}],
		},
	}


def summary(ranked: list[pareto.Bar[Cell]], total: Cell) -> list[dict[str, Any]] | None:
	if not total.size:
		return None
	vital = sum(bar.line == "A" for bar in ranked)
	return [
		table.card(_("Complaints Received"), int(total.size)),
		table.card(_("Groups"), len(ranked)),
		table.card(_("Of Which A"), vital, colour="Orange"),
	]
