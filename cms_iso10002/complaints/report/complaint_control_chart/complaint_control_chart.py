"""Complaint Control Chart: whether complaints for each 1,000 sales move more than chance would have it (a u-chart)."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cms_iso10002.complaints.analysis import cells, series, table
from cms_iso10002.complaints.analysis.filters import checked
from cms_iso10002.complaints.analysis.series import Series
from cms_iso10002.core import spans, trends

MOST_POINTS = 300


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, interval=spans.INTERVALS, per=series.MEASURES)
	if len(spans.spans(filters.from_date, filters.to_date, filters.interval)) > MOST_POINTS:
		frappe.throw(
			_("These are more than {0} points: choose a shorter period or longer spans.").format(MOST_POINTS)
		)
	baseline = cint(filters.get("baseline"))
	if baseline < 0:
		frappe.throw(
			_("The centre is taken from a number of points, from 2 up, or from all: leave it empty.")
		)
	found = series.read(filters, filters.interval, filters.per, baseline or None, cells.smallest())
	labels = [series.in_words(span, filters.interval, _locale()) for span in found.spans]
	rows = [_row(found, place, label) for place, label in enumerate(labels)] if found.total else []
	if rows:
		rows.append(
			{
				"group": _("Total"),
				"number": found.total,
				"is_total": 1,
				"where": table.where(None, "", filters),
			}
		)
	return columns(filters), rows, _message(found, labels), _chart(found, labels), _summary(found)


def _locale() -> str:
	return (frappe.local.lang or "en").replace("-", "_")


def _row(found: Series, place: int, label: str) -> dict[str, Any]:
	point, limits = found.chart.points[place], found.chart.limits[place]
	row = {"group": label, "number": found.numbers[place], "units": found.units[place]}
	if found.numbers[place] is not None and point.has_rate:
		row["rate"] = point.rate * found.per
	if limits:
		row.update(
			centre=found.chart.centre * found.per,
			lower=limits.lower * found.per,
			upper=limits.upper * found.per,
		)
	broken = [signal for signal in found.chart.signals if signal.at == place]
	row["signal"] = "; ".join(_(signal.rule) for signal in broken)
	if broken:
		row.update(colour="red" if broken[0].direction > 0 else "blue", coloured="signal")
	return row


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	rate = _("Rate per 1,000") if filters.per != series.ALONE else _("Rate", context="Part of a whole")
	number = {"precision": 2, "width": 120}
	return [
		table.column("group", _(filters.interval), "Data", 130),
		table.column("number", _("Complaints")),
		table.column(
			"units",
			_(filters.per) if filters.per != series.ALONE else _("Part of the Span"),
			"Float",
			**number,
		),
		table.column("rate", rate, "Float", precision=2, width=140),
		table.column("lower", _("Lower Limit"), "Float", **number),
		table.column("centre", _("Centre"), "Float", **number),
		table.column("upper", _("Upper Limit"), "Float", **number),
		table.column("signal", _("Signal"), "Data", 380, align="left"),
	]


def _message(found: Series, labels: list[str]) -> str | None:
	"""What the chart can't tell, and what each signal means."""
	least = frappe.db.get_single_value("Complaint Settings", "smallest_cell")
	without = sum(not unit for unit in found.units)
	return table.said(
		*(_(remark) for remark in found.chart.remarks),
		_("Without sales, and so without a rate: {0} of {1} points.").format(without, len(labels))
		if 0 < without < len(labels)
		else None,
		_("Points of fewer than {0} complaints are not shown to you: {1}.").format(least, found.hidden)
		if found.hidden
		else None,
		*(_explained(signal, labels) for signal in found.chart.signals),
		table.out_of_scope(found.apart),
	)


def _explained(signal: trends.Signal, labels: list[str]) -> str:
	where = ", ".join(labels[place] for place in signal.points)
	direction = _("upwards") if signal.direction > 0 else _("downwards")
	return "<b>{}</b> ({}): {}. {}".format(
		_(signal.rule), direction, frappe.utils.escape_html(where), _(trends.RULES[signal.rule])
	)


def _chart(found: Series, labels: list[str]) -> dict[str, Any] | None:
	"""Rates with centre and limits; points without a rate are left out of the picture."""
	places = [
		place
		for place, limits in enumerate(found.chart.limits)
		if limits and found.numbers[place] is not None
	]
	if not places:
		return None

	def values(of) -> list[float]:
		return [round(of(place) * found.per, 3) for place in places]

	return {
		"type": "line",
		**table.STILL,
		"colors": [
			table.COLOURS["plain"],
			table.COLOURS["good"],
			table.COLOURS["bad"],
			table.COLOURS["bad"],
		],
		"lineOptions": {"dotSize": 4},
		"data": {
			"labels": [labels[place].partition("-W")[2] or labels[place] for place in places],
			"datasets": [
				{
					"name": _("Rate", context="Part of a whole"),
					"values": values(lambda place: found.chart.points[place].rate),
				},
				{"name": _("Centre"), "values": values(lambda place: found.chart.centre)},
				{"name": _("Upper Limit"), "values": values(lambda place: found.chart.limits[place].upper)},
				{"name": _("Lower Limit"), "values": values(lambda place: found.chart.limits[place].lower)},
			],
		},
	}


def _summary(found: Series) -> list[dict[str, Any]] | None:
	if not found.total:
		return None
	cards = [table.card(_("Complaints Received"), found.total)]
	if found.chart.centre is not None:
		cards.append(table.decimal_card(_("Centre"), found.chart.centre * found.per))
		number = len(found.chart.signals)
		cards.append(table.card(_("Signals"), number, colour="Red" if number else "Green"))
	return cards
