"""ISO 10002 Coverage: what of the app serves each clause, which records and figures prove it, which test shows it.

docs/coverage.md is the same from the shipped catalogue; this one has the organisation's own rows and annex letters too.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from cms_iso10002.iso_10002 import shipped
from cms_iso10002.iso_10002.evidence import registry

FIELDS = [
	"name",
	"title",
	"number_2018",
	"number_2004",
	"annex_letter",
	"clause_group",
	"is_computed",
	"matter_of_people",
	"is_standard",
	"disabled",
	"feature",
	"records",
	"proof",
]
EDITIONS = {"2018": "in_2018", "2004": "in_2004", "2014": "in_2004"}
KINDS = ("Computed", "Matter of People", "Own Rows")


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and summary, as Frappe's query report wants them."""
	found = [row(clause) for clause in clauses(checked(filters))]
	return columns(), found, None, None, summary(found)


def checked(filters: dict | None) -> frappe._dict:
	"""The filters, sound."""
	filters = frappe._dict(filters or {})
	if filters.edition and str(filters.edition) not in EDITIONS:
		frappe.throw(_("Edition is one of 2018, 2014 and 2004."))
	if filters.kind and filters.kind not in KINDS:
		frappe.throw(_("Show is one of Computed, Matter of People and Own Rows."))
	return filters


def clauses(filters: frappe._dict) -> list[frappe._dict]:
	"""The rows in their order; `get_list` asks for the viewer's permission."""
	wanted: dict[str, Any] = {} if filters.disabled else {"disabled": 0}
	if filters.edition:
		wanted[EDITIONS[str(filters.edition)]] = 1
	if filters.clause_group:
		wanted["clause_group"] = filters.clause_group
	if filters.kind:
		field, value = {
			"Computed": ("is_computed", 1),
			"Matter of People": ("matter_of_people", 1),
			"Own Rows": ("is_standard", 0),
		}[filters.kind]
		wanted[field] = value
	return frappe.get_list(
		"ISO 10002 Clause", filters=wanted, fields=FIELDS, order_by="sort_order, name", limit_page_length=0
	)


def row(clause: frappe._dict) -> dict[str, Any]:
	"""A line of the table. `record_links` is what the script makes links of: kind, name and what is shown."""
	records = [shipped.record(line) for line in shipped.lines(clause.records)]
	return {
		"clause": clause.name,
		"title": _(clause.title),
		"number_2018": number(clause, "number_2018"),
		"number_2004": number(clause, "number_2004"),
		"clause_group": _(clause.clause_group, context="ISO 10002"),
		"feature": _(clause.feature) if clause.feature else "",
		"records": ", ".join(_(name) for _kind, name in records),
		"record_links": [[kind, name, _(name)] for kind, name in records],
		"figures": ", ".join(figures(clause.name)),
		"proof": "\n".join(shipped.lines(clause.proof)),
		"is_computed": clause.is_computed,
		"matter_of_people": clause.matter_of_people,
		"is_standard": clause.is_standard,
	}


def number(clause: frappe._dict, edition: str) -> str:
	"""The number in an edition; of an annex its letter, where the organisation filled it in."""
	if clause.clause_group != "Annexes":
		return clause[edition] or ""
	return _("Annex {0}").format(clause.annex_letter) if clause.annex_letter else _("Annex")


def figures(slug: str) -> list[str]:
	"""The names of the figures that are computed for a clause, by us and by other apps."""
	functions = registry.figures(slug)
	return [_(frappe.unscrub(getattr(one, "figure", one.__name__))) for one in functions]


def columns() -> list[dict[str, Any]]:
	data, text = ({"fieldtype": kind, "align": "left"} for kind in ("Data", "Small Text"))
	return [
		{"fieldname": "number_2018", "label": _("2018"), **data, "width": 90},
		{"fieldname": "number_2004", "label": _("2004, 2014"), **data, "width": 100},
		{"fieldname": "title", "label": _("Title"), **data, "width": 200},
		{"fieldname": "feature", "label": _("Feature"), **text, "width": 400},
		{"fieldname": "records", "label": _("Records"), **text, "width": 220},
		{"fieldname": "figures", "label": _("Computed Figures"), **text, "width": 200},
		{"fieldname": "proof", "label": _("Shown by the Test"), **text, "width": 380},
		{"fieldname": "clause_group", "label": _("Group"), **data, "width": 170},
		{
			"fieldname": "clause",
			"label": _("Clause"),
			"fieldtype": "Link",
			"options": "ISO 10002 Clause",
			"width": 170,
		},
	]


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	"""The cards above the table."""
	if not rows:
		return None
	uncovered = [one for one in rows if not one["feature"]]
	return [
		{"value": len(rows), "label": _("Clauses and Annexes"), "datatype": "Int", "indicator": "Blue"},
		{
			"value": len(uncovered),
			"label": _("Without a Feature"),
			"datatype": "Int",
			"indicator": "Red" if uncovered else "Green",
		},
		{
			"value": sum(bool(one["figures"]) for one in rows),
			"label": _("With Computed Figures"),
			"datatype": "Int",
			"indicator": "Green",
		},
		{
			"value": sum(one["matter_of_people"] for one in rows),
			"label": _("Matters of People"),
			"datatype": "Int",
			"indicator": "Orange",
		},
	]
