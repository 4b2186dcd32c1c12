"""Tables and charts as Frappe's query report wants them: names of groups, lines, where a number leads, cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import series
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import TREES
from cms_iso10002.core import spans
from cms_iso10002.core.closure import NOT_COUNTED

GROUPINGS = {
	"Category": "category",
	"Root Cause": "root_cause",
	"Item": "item_code",
	"Item Group": "item_group",
	"Territory": "territory",
	"Customer Group": "customer_group",
	"Severity": "severity",
	"Handler": "handler",
	"Channel": "channel",
	"Company": "company",
}
"""What groups may be made by, with the field."""
MOST_BARS = 12
LETTER = 8
"""Pixels of a letter, more or less."""
COLOURS = {"plain": "#4c8bf5", "good": "#29a36a", "bad": "#e03636", "line": "#f2994a", "limit": "#9aa5b1"}
STILL = {"disableEntryAnimation": 1}
"""frappe-charts throws when a chart is resized while it enters, as by a scroll bar that the table brings."""
LISTED = {"item_code": "Complaint Subject.item_code"}
"""Groups that the list of complaints finds by another field."""
NOT_LISTED = ("item_group",)


def names(cells: Iterable[Cell], dimension: str) -> list[str]:
	"""What each group is called, in the viewer's language; a day stands for its month."""
	cells = list(cells)
	people = full_names(cell.key for cell in cells) if dimension == "handler" else {}
	return [name(cell, dimension, people) for cell in cells]


def name(cell: Cell, dimension: str, people: Mapping[str, str] | None = None) -> str:
	if cell.pooled and not cell.few:
		return _("Others")
	if cell.pooled:
		least = frappe.db.get_single_value("Complaint Settings", "smallest_cell")
		return _("Other (fewer than {0} each)").format(least)
	if dimension == "day" and cell.key:
		return series.in_words(
			(cell.key, cell.key), spans.MONTH, (frappe.local.lang or "en").replace("-", "_")
		)
	if cell.key is None:
		return _("Unassigned") if dimension == "handler" else _("Not Recorded")
	return (people or {}).get(cell.key) or _(str(cell.key))


def full_names(users: Iterable[str | None]) -> dict[str, str]:
	"""The full names of users."""
	wanted = sorted({user for user in users if user})
	rows = frappe.get_all(
		"User", filters={"name": ("in", wanted)}, fields=["name", "full_name"], order_by="name"
	)
	return {row.name: row.full_name for row in rows}


def column(fieldname: str, label: str, kind: str = "Int", width: int = 120, **more: Any) -> dict[str, Any]:
	"""A column, as wide as it is told, and as its label needs in the viewer's language."""
	width = max(width, LETTER * len(label) + 35)
	return {"fieldname": fieldname, "label": label, "fieldtype": kind, "width": width, **more}


def where(cell: Cell | None, dimension: str, filters: frappe._dict) -> dict[str, Any] | None:
	"""The filters of the list of complaints that a number leads to; None where the list can't find them.

	The list asks for its own permissions: it shows what the viewer may see of them.
	"""
	if (cell and (cell.pooled or dimension in NOT_LISTED)) or "item_group" in filters.within:
		return None
	found: dict[str, Any] = {"status": ["not in", list(NOT_COUNTED)]}
	if filters.from_date and filters.to_date:
		found["received_on"] = ["between", [str(filters.from_date), str(filters.to_date)]]
	for field, values in filters.within.items():
		found[field] = below(filters.get(field), values) if field in TREES else ["in", values]
	if cell:
		field = LISTED.get(dimension, dimension)
		if cell.key is None and field != dimension:
			return None
		found[field] = ["=", cell.key] if cell.key else ["is", "not set"]
	return found


def below(node: str | None, values: Sequence[str]) -> list[Any]:
	"""The filter of the list for a node and all below it: named by the node, however many `values` that are."""
	return ["descendants of (inclusive)", node] if node and len(values) > 1 else ["in", list(values)]


def card(label: str, value: Any, kind: str = "Int", colour: str = "Blue", **more: Any) -> dict[str, Any]:
	"""A number above the table."""
	return {"label": label, "value": value, "datatype": kind, "indicator": colour, **more}


def decimal_card(label: str, value: float, colour: str = "Blue") -> dict[str, Any]:
	"""A number with two decimals above the table, as people of this site write it."""
	return card(label, frappe.utils.fmt_money(value, precision=2), "Data", colour)


def bars(
	labels: Sequence[str],
	datasets: Sequence[tuple[str, Sequence[float]]],
	colours: Sequence[str],
	**more: Any,
) -> dict[str, Any] | None:
	"""A chart of bars; None without any."""
	if not labels:
		return None
	return {
		"type": "bar",
		"colors": list(colours),
		"data": {
			"labels": list(labels),
			"datasets": [{"name": name, "values": list(values)} for name, values in datasets],
		},
		**STILL,
		**more,
	}


def out_of_scope(number: float) -> str | None:
	"""What is said of complaints that count apart."""
	return (
		_("Complaints out of scope, which are not among these: {0}.").format(int(number)) if number else None
	)


def said(*sentences: str | None) -> str | None:
	"""Sentences above the table, those that are there."""
	return "<br>".join(sentence for sentence in sentences if sentence) or None


def share(part: float, whole: float) -> float | None:
	"""A part in per cent; None of nothing."""
	return 100 * part / whole if whole else None
