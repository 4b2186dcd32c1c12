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
	"""Queries of the names of complaints that a record of quality management is linked to; [] where none can be."""
	known = [
		name for name in RECORDS if frappe.db.table_exists(name) and frappe.get_meta(name).has_field(FIELD)
	]
	return [_linked(name) for name in known]


def _linked(doctype: str) -> QueryBuilder:
	record = DocType(doctype)
	return frappe.qb.from_(record).select(record[FIELD]).where(record[FIELD].isnotnull())


def make_action(problem: str, resolution: str = "", links: Mapping[str, Any] | None = None) -> str:
	"""A corrective Quality Action with one open resolution; its name.

	Both texts have their angle brackets escaped already. `links` are fields of ours that lead back. ERPNext keeps it open
	until each resolution is completed. Whoever makes it needs ERPNext's own permission to; who is responsible, and until
	when, is filled in there.
	"""
	action = frappe.new_doc(ACTION)
	action.update({"corrective_preventive": "Corrective", "status": OPEN, **(links or {})})
	action.append(
		"resolutions",
		{
			"problem": problem,
			"resolution": f"<p>{resolution}</p>" if resolution else "",
			"status": OPEN,
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
