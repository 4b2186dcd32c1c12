"""By which fields ERPNext's documents name the row of redress that they carry out, and its complaint.

The row is what counts: its name is hidden and tells nobody anything, and the complaint is found by it. The complaint is
named beside it for people, so only where everybody may know of it: whoever reads an invoice would read the name of a
Confidential or Restricted one. From those the way leads through the complaint's own row.

ERPNext's Warranty Claim has a field `complaint` of its own, for the customer's words; there ours is `complaint_case`.
The fields are read-only and written here alone: what came by another door is put back as it is stored. An amended
document goes on for the one it amends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import frappe

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


SHOWN = "Normal"
"""The confidentiality with which a complaint is named on ERPNext's documents."""


def link(document, complaint, row: str) -> None:
	"""Make `document` the one that carries out a row of `complaint`; it is not saved yet."""
	document.set(LINKS[document.doctype], _shown_name(complaint))
	document.set(ROW, row)
	document.flags.for_redress = True


def of(document) -> tuple[str, str] | None:
	"""The complaint and the row that `document` carries out, or None."""
	row = document.get(ROW)
	complaint = complaints_of([row]).get(row) if row else None
	return (complaint, row) if complaint else None


def complaints_of(rows: Iterable[str]) -> dict[str, str]:
	"""The complaint of each row of redress, by the row's name."""
	wanted = {"name": ("in", list(rows)), "parenttype": "Complaint"}
	found = frappe.get_all("Complaint Redress", wanted, ["name", "parent"], order_by="name")
	return {row.name: row.parent for row in found}


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


def on_complaint(doc, method: str | None = None) -> None:
	"""Complaint, on_update: one that becomes confidential is named on no document any more, and the other way round."""
	before = doc.get_doc_before_save()
	if before and _shown_name(before) != _shown_name(doc):
		_write(doc, lambda fieldname: {fieldname: _shown_name(doc)})


def forget(complaint) -> None:
	"""Documents of an anonymised complaint no longer lead to it; what they say of the customer the books keep."""
	_write(complaint, lambda fieldname: {fieldname: None, ROW: None})


def _shown_name(complaint) -> str | None:
	return complaint.name if (complaint.confidentiality or SHOWN) == SHOWN else None


def _write(complaint, values: Callable[[str], dict[str, Any]]) -> None:
	"""Set `values` (by the name of the field for the complaint) on all documents for the rows of `complaint`, in place."""
	rows = [row.name for row in complaint.redress]
	for doctype, fieldname in LINKS.items() if rows else ():
		if not frappe.db.table_exists(doctype) or not frappe.get_meta(doctype).has_field(fieldname):
			continue
		for name in frappe.get_all(doctype, {ROW: ("in", rows)}, pluck="name", order_by="name"):
			frappe.db.set_value(doctype, name, values(fieldname), update_modified=False)
