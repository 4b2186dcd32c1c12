"""Complaint Rate by Item Group: complaints for each 1,000 sold, and which groups stand out from all others.

A group stands out where its rate lies beyond the limits of a u-chart over all groups: more than chance would have it, for
as much as was sold of it.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import cells, figures, sales, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked
from cms_iso10002.core import trends

MEASURES = (sales.UNITS, sales.INVOICES)


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, per=MEASURES)
	groups = _read(filters)
	shown, total = cells.shown(groups, "item_group"), cells.together(groups)
	labels = table.names(shown, "item_group")
	chart = trends.u_chart([_point(cell, label) for cell, label in zip(shown, labels, strict=True)])
	rows = [
		_line(cell, label, chart, place)
		for place, (cell, label) in enumerate(zip(shown, labels, strict=True))
	]
	rows.sort(key=lambda row: (row["rate"] is None, -(row["rate"] or 0), -row["number"]))
	if rows:
		# as each line: what names no item, or of which nothing was sold, is in no rate
		known = [cell for cell in groups if cell.key is not None and cell.figures["units"]]
		sold = _sold(filters, total)
		whole = trends.Point("", int(sum(cell.size for cell in known)), sold)
		line = {"group": _("Total"), "number": int(total.size), "units": sold, "is_total": 1}
		rows.append({**line, "rate": whole.rate * sales.PER if whole.has_rate else None})
	return columns(filters), rows, _message(groups, total, rows), _chart(rows), _summary(total, rows)


def _read(filters: frappe._dict) -> list[Cell]:
	"""The item groups something was complained about or sold of, with both numbers."""
	numbers = figures.by_value(figures.read(("item_group",), ("received",), filters))
	sold = sales.by("item_group", filters.per, filters) or {}
	found = {
		key: {"received": numbers.get(key, {}).get("received", 0), "units": sold.get(key, 0)}
		for key in dict.fromkeys((*numbers, *sold))
	}
	return cells.of(found, "received")


def _sold(filters: frappe._dict, total: Cell) -> float:
	"""What was sold in all: an invoice over several groups counts in each of them, and once among all."""
	if filters.per != sales.INVOICES:
		return total.figures["units"]
	return sum((sales.by("day", filters.per, filters) or {}).values())


def _point(cell: Cell, label: str) -> trends.Point:
	"""Complaints that name no item are in no rate: nobody knows what they are to be held against."""
	nowhere = cell.key is None and not cell.pooled
	return trends.Point(label, int(cell.size), None if nowhere else cell.figures.get("units"))


def _line(cell: Cell, label: str, chart: trends.Chart, place: int) -> dict[str, Any]:
	point, limits = chart.points[place], chart.limits[place]
	row = {"group": label, "number": int(cell.size), "units": cell.figures["units"], "rate": None}
	if point.has_rate:
		row["rate"] = point.rate * sales.PER
	if limits:
		row.update(lower=limits.lower * sales.PER, upper=limits.upper * sales.PER)
		row.update(_verdict(limits))
	return row


def _verdict(limits: trends.Limits) -> dict[str, str]:
	if limits.distance > 3:
		return {"verdict": _("More than chance"), "colour": "red", "coloured": "verdict"}
	if limits.distance < -3:
		return {"verdict": _("Less than chance"), "colour": "green", "coloured": "verdict"}
	return {"verdict": ""}


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	number = {"precision": 2, "width": 130}
	return [
		table.column("group", _("Item Group"), "Data", 240),
		table.column("number", _("Complaints")),
		table.column("units", _(filters.per), "Float", precision=2, width=120),
		table.column("rate", _("Rate per 1,000"), "Float", **number),
		table.column("lower", _("Lower Limit"), "Float", **number),
		table.column("upper", _("Upper Limit"), "Float", **number),
		table.column("verdict", _("Stands Out"), "Data", 160, align="left"),
	]


def _message(groups: list[Cell], total: Cell, rows: list[dict[str, Any]]) -> str | None:
	if not total.size:
		return None
	unknown = next((cell.size for cell in groups if cell.key is None), 0)
	unsold = [cell for cell in groups if cell.key is not None and cell.size and not cell.figures["units"]]
	return table.said(
		_("An invoice over several item groups counts in each of them, and once in the total.")
		if rows[-1]["units"] < total.figures["units"]
		else None,
		None if total.figures["units"] else _("No sales are known in the period, so there is no rate."),
		_("Complaints that name no item are in no rate: {0}.").format(int(unknown))
		if unknown and unknown >= cells.smallest()
		else None,
		_(
			"Item groups complained about of which nothing was sold in the period, and so without a rate: {0}."
		).format(len(unsold))
		if unsold and total.figures["units"]
		else None,
	)


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	told = [row for row in rows if row["rate"] is not None and not row.get("is_total")][: table.MOST_BARS]
	return table.bars(
		[row["group"] for row in told],
		[(_("Rate per 1,000"), [round(row["rate"], 2) for row in told])],
		[table.COLOURS["plain"]],
	)


def _summary(total: Cell, rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	if not total.size:
		return None
	cards = [table.card(_("Complaints Received"), int(total.size))]
	if rows[-1]["rate"] is not None:
		more = sum(row.get("colour") == "red" for row in rows)
		cards.append(table.decimal_card(_("Rate per 1,000"), rows[-1]["rate"]))
		cards.append(table.card(_("Stand Out"), more, colour="Red" if more else "Green"))
	return cards
