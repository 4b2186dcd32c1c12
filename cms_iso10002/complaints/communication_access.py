"""What was written about a complaint is seen by who may see the complaint, and on no other form.

Frappe links an e-mail to the Contact whose address it has, and to the Customer of that Contact: whoever opens their
forms would read it there. Who may read every mail of the site may not read this one.
"""

from __future__ import annotations

import frappe
from frappe.core.doctype.communication import communication as frappes
from frappe.query_builder import DocType

from cms_iso10002.complaints import permissions

COMPLAINT = "Complaint"


def keep_on_complaint(doc, method: str | None = None) -> None:
	"""Communication.validate: one about a complaint stands on complaints alone (another one where they were merged)."""
	if doc.reference_doctype == COMPLAINT:
		doc.timeline_links = [link for link in doc.timeline_links if link.link_doctype == COMPLAINT]


def communication(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool | None:
	"""has_permission of Communication: of one about a complaint, whatever is asked, who may read the complaint.

	Of any other, Frappe's own answer: it would not be asked where this one says anything.
	"""
	if doc.reference_doctype != COMPLAINT or not doc.reference_name:
		return frappes.has_permission(doc, ptype, user)
	return bool(frappe.has_permission(COMPLAINT, "read", doc.reference_name, user=user))


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Communication: without what is about complaints that `user` may not see."""
	user = user or frappe.session.user
	names = permissions.visible_names(user)
	if names is None:
		return ""
	table = DocType("Communication")
	others = table.reference_doctype.isnull() | (table.reference_doctype != COMPLAINT)
	if frappe.has_permission(COMPLAINT, "read", user=user):
		others = others | table.reference_name.isin(names)
	return others.get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True)
