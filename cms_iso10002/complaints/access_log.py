"""Who looked at a confidential case: logged for the form, REST and print alike (design, shell rule 9; 4.10).

Frappe logs a view where a form is opened, and nowhere else. But every door through which a whole record leaves either
takes away the fields its reader may not see, or asks whether it may be printed, or prepares it for that; and all three
are methods of the record. So they write a View Log on the complaint, once a reading. Lists that ask for the words of
complaints or of what belongs to them are put down in Frappe's Access Log, where it puts exports and prints. Registers that
are exported are put down there too: Frappe leaves that to the browser, which need not do it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from cms_iso10002.core import erasure

CONFIDENTIAL = ("Confidential", "Restricted")
WITH_THE_FORM = timedelta(minutes=1)
"""What is fetched within that time after a reading belongs to it."""
LISTS = (
	"frappe.client.get_list",
	"frappe.client.get_value",
	"frappe.desk.reportview.get",
	"frappe.desk.reportview.get_list",
)
"""Methods that answer fields of many records."""
REGISTERS = ("Complaint Register", "Complaint Register in Full")
"""Reports that have a line for each complaint."""
EXPORT = "frappe.desk.query_report.export_query"


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


# lists -----------------------------------------------------------------------------------------------------


def note_list(response: Any = None, request: Any = None) -> None:
	"""after_request: put down a list that asked for words of complaints, whose cases may be confidential, or a register's export.

	Which words by which filters is not kept: that may be personal itself.
	"""
	if response.status_code != 200:
		return
	_note_export(request)
	doctype, fields = _asked_for(request.path)
	if doctype not in erasure.doctypes():
		return
	words = sorted(_words(doctype) & set(re.findall(r"\w+", fields)))
	if words or "*" in fields:
		make_access_log(doctype=doctype, method="List", columns=", ".join(words) or "*")


def exports_report(request: Any = None) -> bool:
	"""Whether a request (the present one by default) asks for a report as a file, CSV or XLSX."""
	request = request or getattr(frappe.local, "request", None)
	path = request.path if request else ""
	return EXPORT in (frappe.local.form_dict.get("cmd"), path.rpartition("/")[2])


def _note_export(request: Any) -> None:
	asked = frappe.local.form_dict
	if exports_report(request) and asked.get("report_name") in REGISTERS:
		make_access_log(
			doctype="Complaint",
			method="Export",
			file_type=asked.get("file_format_type"),
			report_name=asked.get("report_name"),
		)


def _asked_for(path: str) -> tuple[str, str]:
	"""The doctype that a request lists, and the fields it asks for as they were written; "" for any other request."""
	asked = frappe.local.form_dict
	fields = str(asked.get("fields") or asked.get("fieldname") or "")
	if not fields or not path.startswith("/api/"):
		return "", ""
	kind, _slash, name = path.rstrip("/").removeprefix("/api/").rpartition("/")
	if kind.rpartition("/")[2] in ("resource", "document"):
		return name, fields
	return (str(asked.get("doctype") or ""), fields) if name in LISTS else ("", "")


def _words(doctype: str) -> set[str]:
	"""The fields of `doctype` that may hold words about people, but for those that its list shows to everybody."""
	meta, fates = frappe.get_meta(doctype), erasure.fates(doctype)
	shown = () if meta.istable else {df.fieldname for df in meta.fields if df.in_list_view}
	return {name for name, fate in fates.items() if fate in (erasure.EMPTIED, erasure.REPLACED)} - {*shown}
