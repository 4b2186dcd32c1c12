"""Taking back what a client sent: for records that change in nothing, or in little, once they are evidence."""

from __future__ import annotations

from collections.abc import Iterable

import frappe


def restore(doc, names: Iterable[str] | None = None) -> None:
	"""Takes fields and tables from the database, whatever the client sent: all, or those named.

	For `before_validate` and what Frappe calls in its place when something is submitted, changed after that or cancelled.
	"""
	before = doc.get_doc_before_save()
	for name in _stored(doc.meta) if names is None else names:
		value = before.get(name)
		if doc.meta.get_field(name).fieldtype in frappe.model.table_fields:
			value = [row.as_dict() for row in value]
		doc.set(name, value)


def _stored(meta) -> list[str]:
	tables = frappe.model.table_fields
	return [
		df.fieldname
		for df in meta.fields
		if df.fieldtype in tables or df.fieldtype not in frappe.model.no_value_fields
	]
