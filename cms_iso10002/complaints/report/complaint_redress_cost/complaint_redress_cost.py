"""Complaint Redress Cost: what was given to put things right, by the day it was carried out.

Amounts of different currencies are never added up: each has lines, and a total, of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints.analysis import cells, figures, table
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.complaints.analysis.filters import checked

GROUPINGS = {
	"Remedy": "remedy",
	"Category": "category",
	"Root Cause": "root_cause",
	"Item": "item_code",
	"Item Group": "item_group",
	"Territory": "territory",
	"Customer Group": "customer_group",
	"Severity": "severity",
	"Company": "company",
	"Month": "day",
}


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	filters = checked(filters, group_by=tuple(GROUPINGS))
	dimension = GROUPINGS[filters.group_by]
	rows: list[dict[str, Any]] = []
	totals: dict[str | None, Cell] = {}
	for currency, groups in _by_currency(filters, dimension).items():
		shown, total = cells.shown(groups, dimension), cells.together(groups)
		rows += _lines(shown, dimension, currency)
		# with the total of all, what is concealed could be told by subtraction
		few = any(cell.concealed for cell in shown) or 0 < total.size < cells.smallest()
		totals[currency] = replace(total, concealed=few)
	several = len(totals) > 1
	for currency, total in totals.items():
		label = _("Total, {0}").format(currency or _("no currency")) if several else _("Total")
		rows.append({**_line(total, label, currency), "is_total": 1})
	return columns(filters), rows, _message(totals), _chart(rows, totals), _summary(totals)


def _by_currency(filters: frappe._dict, dimension: str) -> dict[str | None, list[Cell]]:
	"""The groups of each currency; the currency with most amounts first, in each the largest amount first."""
	found: dict[str | None, dict[Any, dict[str, float]]] = {}
	numbers = ("redress_rows", "redress_amount")
	for (key, currency), row in figures.read((dimension, "currency"), numbers, filters, daily=False).items():
		found.setdefault(currency, {})[key] = row
	groups = {currency: cells.of(rows, "redress_rows") for currency, rows in found.items()}
	for one in groups.values():
		one.sort(key=lambda cell: cell.key if dimension == "day" else -cell.figures["redress_amount"])
	return dict(sorted(groups.items(), key=lambda one: (-cells.together(one[1]).size, one[0] or "")))


def _lines(shown: list[Cell], dimension: str, currency: str | None) -> list[dict[str, Any]]:
	labels = table.names(shown, dimension)
	return [_line(cell, label, currency) for cell, label in zip(shown, labels, strict=True)]


def _line(cell: Cell, label: str, currency: str | None) -> dict[str, Any]:
	line = {"group": label, "currency": currency, "number": int(cell.size)}
	if cell.concealed:
		return line
	amount = cell.figures["redress_amount"]
	return {**line, "amount": amount, "mean": amount / cell.size if cell.size else None}


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	return [
		table.column("group", _(filters.group_by), "Data", 240),
		table.column("currency", _("Currency"), "Data", 90),
		table.column("number", _("Redress Carried Out"), width=160),
		table.column("amount", _("Amount"), "Currency", 150, options="currency"),
		table.column("mean", _("Each"), "Currency", 130, options="currency"),
	]


def _message(totals: dict[str | None, Cell]) -> str | None:
	return _("Amounts of different currencies are not added up.") if len(totals) > 1 else None


def _chart(rows: list[dict[str, Any]], totals: dict[str | None, Cell]) -> dict[str, Any] | None:
	"""Amounts of the currency there is most of."""
	currency = next(iter(totals), None)
	told = [row for row in rows if row["currency"] == currency and not row.get("is_total")][: table.MOST_BARS]
	return table.bars(
		[row["group"] for row in told],
		[(_("Amount ({0})").format(currency or "–"), [row.get("amount") for row in told])],
		[table.COLOURS["plain"]],
		fieldtype="Currency",
	)


def _summary(totals: dict[str | None, Cell]) -> list[dict[str, Any]] | None:
	cards = [
		table.card(
			_("Redress Cost"), total.figures["redress_amount"], "Currency", "Orange", currency=currency
		)
		for currency, total in totals.items()
		if not total.concealed
	]
	number = int(sum(total.size for total in totals.values()))
	return [table.card(_("Redress Carried Out"), number), *cards] if number else None
