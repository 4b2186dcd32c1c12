"""The fields this app adds to ERPNext's doctypes: data, and how they come and go.

Every field names our module, so that Frappe takes it away with the app, and is `no_copy`: a copy of an Issue is
another matter than its complaint.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

MODULE = "Complaints"


OURS = {"module": MODULE, "read_only": 1, "no_copy": 1, "print_hide": 1, "translatable": 0}
"""What all of them have in common: written by this app alone."""


def _link(
	fieldname: str, label: str, options: str, after: str, description: str, **values: Any
) -> dict[str, Any]:
	"""A link to a record of ours; who may not see that record by User Permissions may still see theirs."""
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": "Link",
		"options": options,
		"insert_after": after,
		"description": description,
		"ignore_user_permissions": 1,
		"search_index": 1,
		**OURS,
		**values,
	}


def _redress(after: str, fieldname: str = "complaint") -> list[dict[str, Any]]:
	"""The fields by which a document names the complaint whose redress it carries out (see `redress_links`)."""
	label = "Complaint" if fieldname == "complaint" else "Redress for Complaint"
	about = "The complaint that it carries out the redress of"
	row = {"fieldname": "complaint_redress", "label": "Row of Redress", "fieldtype": "Data", "hidden": 1}
	return [
		_link(fieldname, label, "Complaint", after, about, depends_on=f"eval:doc.{fieldname}"),
		{**row, "insert_after": fieldname, "search_index": 1, **OURS},
	]


def _cases(after: str) -> list[dict[str, Any]]:
	"""The complaints that led to a record of quality management: the first, and all (see `quality_records`)."""
	table = {
		"fieldname": "complaints",
		"label": "All Complaints",
		"fieldtype": "Table",
		"depends_on": "complaint",
	}
	return [
		_link("complaint", "Complaint", "Complaint", after, "The complaint that led to it"),
		{**table, "options": "Complaint Action Case", "insert_after": "complaint", **OURS},
	]


CUSTOM_FIELDS: dict[str, list[dict[str, Any]]] = {
	"Sales Invoice": _redress("return_against"),
	"Sales Order": _redress("order_type"),
	"Delivery Note": _redress("return_against"),
	"Journal Entry": _redress("company"),
	"Maintenance Visit": _redress("company"),
	"Warranty Claim": _redress("company", "complaint_case"),
	"Issue": [
		_link(
			"complaint", "Complaint", "Complaint", "issue_type", "The complaint that was made of this issue"
		),
	],
	"Quality Action": [
		_link(
			"iso_10002_self_assessment",
			"ISO 10002 Self Assessment",
			"ISO 10002 Self Assessment",
			"feedback",
			"The assessment that found the gap",
		),
		_link(
			"complaint_gap",
			"Gap In",
			"ISO 10002 Question",
			"iso_10002_self_assessment",
			"The question that the gap was found with",
			search_index=0,
		),
		_link(
			"complaint_signal",
			"Complaint Signal",
			"Complaint Signal",
			"complaint_gap",
			"What was seen in the numbers of complaints",
		),
		*_cases("complaint_signal"),
	],
	"Non Conformance": _cases("preventive_action"),
}


def make() -> None:
	"""Make the fields that are missing and bring the others up to date. May be repeated.

	Refuses where somebody else's field has the name of one of ours: to take it over would lose what it holds.
	"""
	refuse_taken()
	# ignore_validate: a fault in a site's own fields on ERPNext's forms is no reason to refuse ours.
	create_custom_fields(CUSTOM_FIELDS, ignore_validate=True, update=True)


def remove() -> None:
	"""Delete our fields, and nothing but them. Their columns go in `uninstall`."""
	for name in _on_site(ours=True):
		# force: on_trash has nothing to say about a field that goes with its app
		frappe.delete_doc("Custom Field", name, force=True, delete_permanently=True)


def refuse_taken() -> None:
	"""Raise where a field that is not ours has the name of one of ours."""
	for name in _on_site(ours=False):
		doctype, fieldname = name.split("-", 1)
		frappe.throw(
			_("{0} has a field {1} already, which is not of this app: rename or delete it first.").format(
				_(doctype), frappe.bold(fieldname)
			),
			title=_("Name Taken"),
		)


def _on_site(ours: bool) -> list[str]:
	"""The Custom Fields of the site that have a name of ours, and our module or not."""
	names = [
		f"{doctype}-{field['fieldname']}" for doctype, fields in CUSTOM_FIELDS.items() for field in fields
	]
	found = frappe.get_all(
		"Custom Field", filters={"name": ("in", names)}, fields=["name", "module"], order_by="name"
	)
	return [row.name for row in found if (row.module == MODULE) is ours]
