"""By which fields ERPNext's documents name the complaint and the row of redress that they carry out.

ERPNext's Warranty Claim has a field `complaint` of its own, for the customer's words; there ours is `complaint_case`.
The fields are read-only and written by `link` alone: what came by another door is put back as it is stored. An amended
document goes on for the one it amends.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder import DocType

ROW = "complaint_redress"
"""The name of the row in the complaint's table of redress."""
LINKS = {
	"Sales Invoice": "complaint",
	"Sales Order": "complaint",
	"Delivery Note": "complaint",
	"Journal Entry": "complaint",
	"Maintenance Visit": "complaint",
	"Warranty Claim": "complaint_case",
}


def link(document, complaint: str, row: str) -> None:
	"""Make `document` the one that carries out a row; it is not saved yet."""
	document.set(LINKS[document.doctype], complaint)
	document.set(ROW, row)
	document.flags.for_redress = True


def of(document) -> tuple[str, str] | None:
	"""The complaint and the row that `document` carries out, or None."""
	complaint, row = document.get(LINKS[document.doctype]), document.get(ROW)
	return (complaint, row) if complaint and row else None


def forget(complaint: str) -> None:
	"""Documents of an anonymised complaint no longer lead to it; what they say of the customer the books keep."""
	for doctype, fieldname in LINKS.items():
		if not frappe.db.table_exists(doctype) or not frappe.get_meta(doctype).has_field(fieldname):
			continue
		document = DocType(doctype)
		query = frappe.qb.update(document).set(document[fieldname], None).set(document[ROW], None)
		query.where(document[fieldname] == complaint).run()


def keep(document) -> None:
	"""Put the links back as they are stored; a new document has none that `link` has not written."""
	fields = (LINKS[document.doctype], ROW)
	if document.flags.for_redress or not document.meta.has_field(ROW):
		return
	source = None if document.is_new() else document.name
	source = source or document.get("amended_from")
	stored: Any = source and frappe.db.get_value(document.doctype, source, fields)
	for name, value in zip(fields, stored or (None, None), strict=True):
		if (document.get(name) or None) != (value or None):
			document.set(name, value)
