"""Who looked at a confidential case: logged for the form, REST and print alike (design, shell rule 9; 4.10).

Frappe logs a view where a form is opened, and nowhere else. But every door through which a whole record leaves either
takes away the fields its reader may not see, or asks whether it may be printed, or prepares it for that; and all three
are methods of the record. So they write a View Log on the complaint, once a reading.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import now_datetime

CONFIDENTIAL = ("Confidential", "Restricted")
WITH_THE_FORM = timedelta(minutes=1)
"""What is fetched within that time after a reading belongs to it."""


class Watched(Document):
	"""A complaint, or what belongs to one: whoever reads it while the case is confidential is put down."""

	def apply_fieldlevel_read_permissions(self):
		"""Called for the form, and for REST of both versions."""
		super().apply_fieldlevel_read_permissions()
		note_reading(self)

	def before_print(self, settings=None):
		"""Called for every print by a print format, whatever makes the page of it."""
		note_reading(self)

	def check_permission(self, permtype="read", permlevel=None):
		"""Print formats of the newer builder ask for this only."""
		super().check_permission(permtype, permlevel)
		if permtype == "print":
			note_reading(self)

	def add_viewed(self, *args, **kwargs):
		"""Called for the form after the first: what was put down is not put down twice."""
		return None if self.flags.reading_noted else super().add_viewed(*args, **kwargs)


def note_reading(doc, again_after: timedelta | None = None) -> None:
	"""Put down that the session's user reads `doc`, if its case is confidential.

	With `again_after` not if it was put down within that time: for what a form fetches besides.
	"""
	case = _case_of(doc)
	if not case or doc.flags.reading_noted:
		return
	if frappe.db.get_value("Complaint", case, "confidentiality") not in CONFIDENTIAL:
		return
	if again_after and _read_since(case, now_datetime() - again_after):
		return
	doc.flags.reading_noted = True
	complaint = frappe.get_doc({"doctype": "Complaint", "name": case})
	Document.add_viewed(complaint, force=True)


def _read_since(case: str, moment: datetime) -> bool:
	log = DocType("View Log")
	mine = (log.reference_name == case) & (log.reference_doctype == "Complaint")
	mine &= log.viewed_by == frappe.session.user
	return bool(frappe.qb.from_(log).select(log.name).where(mine & (log.creation > moment)).limit(1).run())


def _case_of(doc) -> str | None:
	if doc.is_new():
		return None
	if doc.meta.istable:
		return doc.parent if doc.parenttype == "Complaint" else None
	return doc.name if doc.doctype == "Complaint" else doc.get("complaint")
