"""Actions on complaints as records of ERPNext's quality management: a Quality Action, or a Non Conformance.

Called by hooks (`complaint_action_records`), and by ERPNext's records when they are saved. Which complaints a record is
about stands on it for everybody who may read it (everybody at the desk), so Confidential and Restricted ones are left out:
from them the way leads through the action, which only those see who may see the complaint.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import cstr, escape_html

from cms_iso10002.complaints import corrective_actions
from cms_iso10002.complaints.corrective_actions import ACTION, CASE
from cms_iso10002.erpnext_bridge import quality

QUALITY_ACTION, NON_CONFORMANCE = quality.RECORDS
FIELD, TABLE = quality.FIELD, "complaints"
DONE = {QUALITY_ACTION: "Completed", NON_CONFORMANCE: "Resolved"}
"""The status in which a record is done."""
DROPPED = "Cancelled"
SHOWN = "Normal"
"""The confidentiality with which a complaint is named on ERPNext's record."""


def make(action, doctype: str, procedure: str = "") -> str | None:
	"""A record of quality management for `action`; its name, None for a doctype that is none. Needs ERPNext's permission."""
	if doctype not in quality.RECORDS or not frappe.db.table_exists(doctype):
		return None
	frappe.has_permission(doctype, "create", throw=True)
	return (_quality_action if doctype == QUALITY_ACTION else _non_conformance)(action, procedure)


def _quality_action(action, procedure: str) -> str:
	return quality.make_action(
		escape_html(action.title),
		escape_html(cstr(action.description)).replace("\n", "<br>"),
		links={"corrective_preventive": action.kind, "procedure": procedure or None},
		responsible=action.responsible,
		until=action.due_on,
	)


def _non_conformance(action, procedure: str) -> str:
	if not procedure:
		frappe.throw(
			_(
				"ERPNext asks of a Non Conformance which procedure was not kept: choose the Quality Procedure."
			),
			frappe.MandatoryError,
		)
	if not frappe.db.exists("Quality Procedure", procedure):
		frappe.throw(
			_("Could not find {0} {1}: choose one from the list.").format(_("Quality Procedure"), procedure)
		)
	text = f"<p>{escape_html(cstr(action.description)) or escape_html(action.title)}</p>"
	record = frappe.new_doc(NON_CONFORMANCE)
	record.update({"subject": action.title, "procedure": procedure, "status": "Open"})
	record.set("preventive_action" if action.kind == "Preventive" else "corrective_action", text)
	record.insert()
	return record.name


def link(doctype: str, name: str) -> str:
	"""The name of a record that is there and open, for an action to stand on; refused where the user may not change it."""
	if doctype not in quality.RECORDS or not frappe.db.exists(doctype, name):
		frappe.throw(_("Could not find {0} {1}: choose one from the list.").format(_(doctype), name))
	record = frappe.get_doc(doctype, name)
	record.check_permission("write")
	if record.status != "Open":
		frappe.throw(_("{0} {1} is {2} already.").format(_(doctype), name, _(record.status)))
	return record.name


def show(action) -> None:
	"""Name on the record the complaints that its action serves. In place: an open form is not outdated by it."""
	doctype, name = action.document_type, action.document_name
	if not name or not frappe.db.exists(doctype, name):
		return
	shown = frappe.get_all(
		"Complaint",
		{"name": ("in", action.cases() or [""]), "confidentiality": ("in", (SHOWN, ""))},
		pluck="name",
		order_by="name",
	)
	shown = [case for case in action.cases() if case in shown]
	frappe.db.delete(CASE, {"parenttype": doctype, "parent": name})
	if shown:
		frappe.db.bulk_insert(CASE, ROW, [_row(doctype, name, n, case) for n, case in enumerate(shown, 1)])
	frappe.db.set_value(doctype, name, FIELD, shown[0] if shown else None, update_modified=False)
	frappe.clear_document_cache(doctype, name)


ROW = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"idx",
	"parenttype",
	"parent",
	"parentfield",
	"complaint",
)


def _row(doctype: str, name: str, number: int, complaint: str) -> tuple:
	now, user = frappe.utils.now(), frappe.session.user
	return (frappe.generate_hash(length=10), now, now, user, user, number, doctype, name, TABLE, complaint)


def reopen(action, reasons: str) -> None:
	"""The action did not work: its record is open again, with what was found as what is to be resolved now."""
	if not frappe.db.exists(action.document_type, action.document_name):
		return
	record = frappe.get_doc(action.document_type, action.document_name)
	found = escape_html(reasons or _("It did not work: the same thing comes back."))
	if action.document_type == QUALITY_ACTION:
		record.append(
			"resolutions",
			{"problem": found, "status": quality.OPEN, "responsible": action.responsible},
		)
	else:
		record.details = f"{cstr(record.details)}<p>{found}</p>"
	record.status = quality.OPEN
	# whoever judges an action need not have rights on ERPNext's record: that it is open again follows from the judgement
	record.save(ignore_permissions=True)


# called by ERPNext's records -------------------------------------------------------------------------------


def follow(doc, method: str | None = None) -> None:
	"""Quality Action and Non Conformance, on_update: the action that stands on it is done, or open again."""
	before = doc.get_doc_before_save()
	if before and before.status == doc.status:
		return
	done = doc.status == DONE[doc.doctype]
	corrective_actions.document_changed(doc.doctype, doc.name, done, doc.status == DROPPED)


def keep_links(doc, method: str | None = None) -> None:
	"""The same, before_validate: which complaints they are about says the action, whatever a client sends; a copy has none."""
	before = doc.get_doc_before_save()
	doc.set(FIELD, before.get(FIELD) if before else None)
	doc.set(TABLE, before.get(TABLE) if before else [])


def on_complaint(doc, method: str | None = None) -> None:
	"""Complaint, on_update: one that becomes confidential is no longer named on ERPNext's records, and the other way round."""
	before = doc.get_doc_before_save()
	if not before or (before.confidentiality or SHOWN) == (doc.confidentiality or SHOWN):
		return
	names = frappe.get_all(
		CASE, {"complaint": doc.name, "parenttype": ACTION}, pluck="parent", order_by="parent"
	)
	for name in names:
		action = frappe.get_doc(ACTION, name)
		if action.document_name:
			show(action)
