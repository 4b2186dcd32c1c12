"""Who sees whose training and acknowledgements: their own everybody, all of them managers and auditors."""

from __future__ import annotations

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints.permissions import holds

OVERSEERS = ("Complaint Manager", "Complaint Auditor", "System Manager")


def oversees(user: str | None = None) -> bool:
	"""Whether `user` sees the records of all people."""
	user = user or frappe.session.user
	return user == "Administrator" or holds(user, OVERSEERS)


def own(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of records about a person: False denies, True leaves it to the roles."""
	user = user or frappe.session.user
	return oversees(user) or doc.get("user") == user


def training_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Handler Training."""
	return _own_conditions("Complaint Handler Training", user)


def acknowledgement_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaints Policy Acknowledgement."""
	return _own_conditions("Complaints Policy Acknowledgement", user)


def _own_conditions(doctype: str, user: str | None) -> str:
	user = user or frappe.session.user
	if oversees(user):
		return ""
	condition = DocType(doctype).user == user
	return condition.get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True)
