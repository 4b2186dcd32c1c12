"""What people sent, and what was sent to them, stays as it came.

Frappe lets whoever made a File or a Communication change and delete it; in the portal that is the complainant. So
neither is changed, published or deleted where it belongs to a case, by whomever, but by erasing a person's data. What
staff attached by mistake they may take away again while the case is open.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.core.doctype.file import file as frappe_file

KEEPERS = ("Complaint", "Complaint Letter", "Complaint Mail Triage")
"""Doctypes whose files and messages are part of the record."""
FIXED = ("file_url", "is_private", "content_hash", "attached_to_doctype", "attached_to_name")
"""What says of a file where it lies, who may read it and what it belongs to."""


def file_permission(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of File: False for changing or deleting what is kept, else what Frappe says.

	Frappe asks hooks until one answers, so that a plain True here would silence its own.
	"""
	user = user or frappe.session.user
	for may in frappe.get_hooks("complaint_file_permission"):
		if not frappe.get_attr(may)(doc, user):
			return False
	if ptype in ("write", "delete", "share") and user != "Administrator" and is_kept(doc, user):
		return False
	return bool(frappe_file.has_permission(doc, ptype=ptype, user=user))


def is_kept(file, user: str) -> bool:
	"""Whether `user` must leave a File alone."""
	doctype, name = _belongs_to(file.attached_to_doctype, file.attached_to_name)
	if doctype not in KEEPERS:
		return False
	if doctype != "Complaint" or file.attached_to_doctype != doctype:
		return True
	case = frappe.db.get_value("Complaint", name, ["name", "status_category"], as_dict=True)
	if not case:  # of a form that is not saved yet
		return False
	theirs = file.owner == user and frappe.get_cached_value("User", user, "user_type") == "System User"
	if (
		not theirs
		or case.status_category == "Closed"
		or not frappe.has_permission("Complaint", "write", doc=name, user=user)
	):
		return True
	return _came_in(name, file.name)


def _belongs_to(doctype: str | None, name: str | None) -> tuple[str, str]:
	"""The record a file belongs to: that of the message, where it is attached to one."""
	if doctype != "Communication":
		return doctype or "", name or ""
	about = frappe.db.get_value("Communication", name, ["reference_doctype", "reference_name"])
	return (about[0] or "", about[1] or "") if about else ("", "")


def _came_in(complaint: str, file: str) -> bool:
	"""Whether an event tells that the file was sent to us."""
	sent = {"complaint": complaint, "kind": "files_received", "payload": ("like", f'%"{file}"%')}
	return bool(frappe.db.exists("Complaint Event", sent))


def refuse_foreign(doc, method: str | None = None) -> None:
	"""File.before_insert: nobody puts a file on a case that they may not write to, but through our own doors."""
	if doc.flags.ignore_permissions or not _is_of_a_case(doc.attached_to_doctype, doc.attached_to_name):
		return
	keeper, name = _belongs_to(doc.attached_to_doctype, doc.attached_to_name)
	frappe.has_permission(keeper, "write", doc=name, throw=True)


def refuse_change(doc, method: str | None = None) -> None:
	"""File.before_validate: nothing of a case is published or moved, not even by another file of the same content.

	Frappe stores the same content once, and moves it for all who have it.
	"""
	before = doc.get_doc_before_save()
	if not before or not any((doc.get(name) or "") != (before.get(name) or "") for name in FIXED):
		return
	kept = _is_of_a_case(before.attached_to_doctype, before.attached_to_name)
	moved = (doc.is_private, doc.file_url) != (before.is_private, before.file_url)
	if kept or (moved and _is_shared(before)):
		frappe.throw(
			_("The file {0} is part of a complaint: it stays as it is, and private.").format(doc.file_name),
			frappe.PermissionError,
		)


def _is_of_a_case(doctype: str | None, name: str | None) -> bool:
	doctype, name = _belongs_to(doctype, name)
	return doctype in KEEPERS and bool(frappe.db.exists(doctype, name))


def _is_shared(file) -> bool:
	"""Whether a case has a file of the same content."""
	if not file.content_hash:
		return False
	others = frappe.get_all(
		"File",
		filters={
			"content_hash": file.content_hash,
			"name": ("!=", file.name),
			"attached_to_doctype": ("in", (*KEEPERS, "Communication")),
		},
		fields=["attached_to_doctype", "attached_to_name"],
		order_by="creation",
	)
	messages = [row.attached_to_name for row in others if row.attached_to_doctype == "Communication"]
	about = {"name": ("in", messages), "reference_doctype": ("in", KEEPERS)}
	return len(messages) < len(others) or bool(messages and frappe.db.exists("Communication", about))


def refuse_deletion(doc, method: str | None = None) -> None:
	"""Communication.on_trash: what was written about a case is not taken back."""
	if doc.reference_doctype in KEEPERS and frappe.db.exists(doc.reference_doctype, doc.reference_name):
		frappe.throw(_("This message is part of a complaint: it can't be deleted."), frappe.PermissionError)
