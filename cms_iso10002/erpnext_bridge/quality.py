"""Which complaints ERPNext's quality management takes up: by the field `complaint` of its records, where there is one."""

from __future__ import annotations

import frappe
from frappe.query_builder import DocType
from pypika.queries import QueryBuilder

RECORDS = ("Quality Action", "Non Conformance")
FIELD = "complaint"


def linked_complaints() -> list[QueryBuilder]:
	"""Queries of the names of complaints that a record of quality management is linked to; [] where none can be."""
	known = [
		name for name in RECORDS if frappe.db.table_exists(name) and frappe.get_meta(name).has_field(FIELD)
	]
	return [_linked(name) for name in known]


def _linked(doctype: str) -> QueryBuilder:
	record = DocType(doctype)
	return frappe.qb.from_(record).select(record[FIELD]).where(record[FIELD].isnotnull())
