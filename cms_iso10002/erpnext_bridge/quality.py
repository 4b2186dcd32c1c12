"""ERPNext's quality management: which complaints it takes up, how a Quality Action is made of a gap, and how far it is.

The only place that knows Quality Action and Non Conformance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.query_builder import DocType
from pypika.queries import QueryBuilder

RECORDS = ("Quality Action", "Non Conformance")
FIELD = "complaint"
"""By which these records name the complaint they take up, where there is such a field."""

ACTION = "Quality Action"
OPEN, COMPLETED = "Open", "Completed"


def linked_complaints() -> list[QueryBuilder]:
	"""Queries of the names of complaints that a record of quality management is linked to; [] where none can be.

	By the record's own field, and by our action that stands on it: the record does not name confidential complaints.
	"""
	known = [
		name for name in RECORDS if frappe.db.table_exists(name) and frappe.get_meta(name).has_field(FIELD)
	]
	return [*(_linked(name) for name in known), _by_action()] if known else []


def _linked(doctype: str) -> QueryBuilder:
	record = DocType(doctype)
	return frappe.qb.from_(record).select(record[FIELD]).where(record[FIELD].isnotnull())


def _by_action() -> QueryBuilder:
	action, case = DocType("Complaint Action"), DocType("Complaint Action Case")
	return (
		frappe.qb.from_(case)
		.join(action)
		.on((case.parent == action.name) & (case.parenttype == "Complaint Action"))
		.select(case.complaint)
		.where(action.document_type.isin(RECORDS) & action.document_name.isnotnull())
	)


def make_action(
	problem: str,
	resolution: str = "",
	links: Mapping[str, Any] | None = None,
	responsible: str | None = None,
	until: Any = None,
) -> str:
	"""A corrective Quality Action with one open resolution; its name.

	Both texts have their angle brackets escaped already. `links` are fields of ours that lead back. ERPNext keeps it open
	until each resolution is completed. Whoever makes it needs ERPNext's own permission to; who is responsible, and until
	when, is filled in there where it is not known here.
	"""
	action = frappe.new_doc(ACTION)
	action.update({"corrective_preventive": "Corrective", "status": OPEN, **(links or {})})
	action.append(
		"resolutions",
		{
			"problem": problem,
			"resolution": f"<p>{resolution}</p>" if resolution else "",
			"status": OPEN,
			"responsible": responsible,
			"completion_by": until,
		},
	)
	action.insert()
	return action.name


def states(names: Iterable[str]) -> dict[str, str]:
	"""How far each of the actions is, OPEN or COMPLETED; one that was deleted is left out."""
	names = sorted({name for name in names if name})
	if not names:
		return {}
	rows = frappe.get_all(ACTION, {"name": ("in", names)}, ["name", "status"], order_by="name")
	return {row.name: row.status for row in rows}
