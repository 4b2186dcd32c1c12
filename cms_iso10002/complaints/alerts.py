"""Telling people inside the organisation, at once and once."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType

from cms_iso10002.complaints.cases import concerned_users

MANAGER = "Complaint Manager"


def managers(doc) -> list[str]:
	"""The Complaint Managers who may see `doc`: enabled, and not concerned; the alternate where none is left."""
	user, has_role = DocType("User"), DocType("Has Role")
	names = (
		frappe.qb.from_(user)
		.join(has_role)
		.on((has_role.parent == user.name) & (has_role.parenttype == "User"))
		.select(user.name)
		.distinct()
		.where((has_role.role == MANAGER) & (user.enabled == 1))
		.run(pluck=True)
	)
	concerned = concerned_users(doc)
	free = sorted(set(names) - concerned - {"Administrator"})
	alternate = frappe.db.get_single_value("Complaint Settings", "alternate_manager")
	if (not free or set(names) & concerned) and alternate and alternate not in concerned:
		free = sorted({*free, alternate})
	return free


def notify(doc, users: list[str], subject: str, kind: str = "Alert") -> None:
	"""A Notification Log for each user, written in the same transaction; the subject names no complainant."""
	for user in users:
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"for_user": user,
				"type": kind,
				"document_type": "Complaint",
				"document_name": doc.name,
				"subject": subject,
				"from_user": frappe.session.user,
			}
		).insert(
			ignore_permissions=True
		)  # everybody may be notified; nobody has create permission on the log


def safety(doc) -> None:
	"""A safety implication: the managers are told before anything else happens (7.5)."""
	notify(doc, managers(doc), _("Safety implication: {0} needs you now").format(doc.name))
