"""Complaint Satisfaction: how the process is rated and, apart from it, the outcome; with response rate and sample (8.3).

Ratings are counted by the day they were given, after closing and while open alike: else only those would be heard whose
cases came to an end (ISO 10004). The response rate is that of the requests sent in the period.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import cells, figures, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked
from cms_iso10002.complaints.counting import FAMILIES

GROUPINGS = {
	"Month": "day",
	"Category": "category",
	"Handler": "handler",
	"Item Group": "item_group",
	"Territory": "territory",
	"Customer Group": "customer_group",
	"Severity": "severity",
	"Channel": "channel",
	"Company": "company",
}
FEW = 30
"""Ratings below which a mean moves by chance."""
MEANS = ("process", "outcome", "overall")


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, group_by=tuple(GROUPINGS))
	dimension = GROUPINGS[filters.group_by]
	groups = _read(filters, dimension)
	shown, total = cells.shown(groups, dimension), cells.together(groups)
	if _is_of_few(total):
		shown = []
	rows = [_line(cell, label) for cell, label in zip(shown, table.names(shown, dimension), strict=True)]
	if groups:
		some = any(_is_of_few(cell) for cell in (*shown, total))
		rows.append({**_line(total, _("Total"), some), "is_total": 1})
	return columns(filters), rows, _message(total), _chart(rows), _summary(rows)


def _read(filters: frappe._dict, dimension: str) -> list[Cell]:
	"""The groups; one is small by how many rated or were asked."""
	found = figures.by_value(figures.read((dimension,), FAMILIES["satisfaction"], filters, daily=False))
	for numbers in found.values():
		numbers["people"] = numbers["rated"] or numbers["asked"]
	groups = cells.of(found, "people")
	return sorted(
		groups,
		key=lambda cell: (cell.key,) if dimension == "day" else (-cell.figures["rated"], str(cell.key)),
	)


def _is_of_few(cell: Cell) -> bool:
	"""Whether a group says too much of those who rated: one of many who were asked may hold the answers of few."""
	least = cells.smallest()
	return cell.concealed or 0 < cell.size < least or 0 < cell.figures.get("rated", 0) < least


def _line(cell: Cell, label: str, conceal: bool = False) -> dict[str, Any]:
	told = cell.figures
	line = {"group": label, "number": int(told["rated"]), "asked": told["asked"]}
	if conceal or _is_of_few(cell):
		return line
	line.update(answered=told["answered"], rate=table.share(told["answered"], told["asked"]))
	for name in MEANS:
		answers = told[f"{name}_answers"]
		line[name] = told[f"{name}_points"] / answers if answers else None
	return line


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	mean = {"precision": 2, "width": 150}
	return [
		table.column("group", _(filters.group_by), "Data", 200),
		table.column("asked", _("Asked")),
		table.column("answered", _("Of Which Answered"), width=170),
		table.column("rate", _("Response Rate"), "Percent", precision=1, width=130),
		table.column("number", _("Ratings"), width=100),
		table.column("process", _("Process (1–5)"), "Float", **mean),
		table.column("outcome", _("Outcome (1–5)"), "Float", **mean),
		table.column("overall", _("Overall (1–5)"), "Float", **mean),
	]


def _message(total: Cell) -> str | None:
	if not total.size:
		return _("Nobody gave a rating in this period.")
	few = _("Fewer than {0} ratings: a mean of so few moves by chance.").format(FEW)
	return few if total.size < FEW else None


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
	told = [row for row in rows if row.get("process") and row.get("outcome") and not row.get("is_total")]
	told = told[-table.MOST_BARS :]
	return table.bars(
		[row["group"] for row in told],
		[
			(_("Process"), [round(row["process"], 2) for row in told]),
			(_("Outcome"), [round(row["outcome"], 2) for row in told]),
		],
		[table.COLOURS["plain"], table.COLOURS["line"]],
	)


def _summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	if not rows or not rows[-1]["number"]:
		return None
	total = rows[-1]
	names = {"process": _("Process (1–5)"), "outcome": _("Outcome (1–5)"), "overall": _("Overall (1–5)")}
	cards = [table.card(_("Ratings"), total["number"])]
	cards += [
		table.decimal_card(label, total[name]) for name, label in names.items() if total.get(name) is not None
	]
	if total.get("rate") is not None:
		cards.append(table.card(_("Response Rate"), round(total["rate"], 1), "Percent", "Grey"))
	return cards
