"""permission_query_conditions of child rows: who does not see a complaint does not see its rows either.

Frappe checks a list of child rows against the parent's doctype only, not against the parent's own conditions. One
function for each doctype, because older Frappe 15 does not tell a condition which doctype it is for.
"""

from __future__ import annotations

from frappe.query_builder import DocType

from cms_iso10002.complaints import permissions


def _of_complaints(doctype: str, user: str | None) -> str:
	return permissions.within(DocType(doctype).parent, permissions.visible_names(user))


def aspect(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Aspect", user)


def cause(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Cause", user)


def why(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Why", user)


def concerned_person(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Concerned Person", user)


def decision(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Decision", user)


def extension(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Extension", user)


def milestone(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Milestone", user)


def redress(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Redress", user)


def relation(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Relation", user)


def subject(user: str | None = None, doctype: str | None = None) -> str:
	return _of_complaints("Complaint Subject", user)


def dispute_request(user: str | None = None, doctype: str | None = None) -> str:
	return permissions.within(DocType("External Dispute Request").parent, permissions.visible_disputes(user))
