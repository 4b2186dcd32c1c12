"""Who is told and asked when an assessment changes hands: a task for the approver, a word for its author."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE


def ask_approver(doc) -> None:
	"""An open task on the assessment for its approver, and a notification."""
	text = _("Review the self-assessment {0} and approve it, or return it with a reason.").format(doc.title)
	todo = frappe.new_doc("ToDo")
	todo.update(
		{
			"reference_type": DOCTYPE,
			"reference_name": doc.name,
			"allocated_to": doc.approver,
			"assigned_by": frappe.session.user,
			"description": escape_html(text),
		}
	)
	todo.insert(ignore_permissions=True)  # a task about what its sender may write, for who may approve it
	_notify(doc, doc.approver, text)


def close(doc) -> None:
	"""The tasks of the approver are done, whoever did them."""
	open_ones = {"reference_type": DOCTYPE, "reference_name": doc.name, "status": "Open"}
	for name in frappe.get_all("ToDo", open_ones, pluck="name", order_by="name"):
		todo = frappe.get_doc("ToDo", name)
		todo.status = "Closed"
		todo.save(ignore_permissions=True)  # it may be another's; what it asked has happened


def tell_author(doc, text: str) -> None:
	"""A notification for who made the assessment, unless they act themselves."""
	if doc.owner != frappe.session.user:
		_notify(doc, doc.owner, text)


def _notify(doc, user: str, text: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": DOCTYPE,
			"document_name": doc.name,
			"subject": escape_html(text),
			"from_user": frappe.session.user,
		}
	).insert(ignore_permissions=True)  # of somebody else: what they are told follows from what was permitted
