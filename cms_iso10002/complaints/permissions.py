"""Who sees a complaint, beyond what roles say.

A person concerned never sees it. A Confidential one is seen by those who work on it and by Complaint
Managers and Auditors; a Restricted one by those who work on it and by Managers. What belongs to a complaint is
seen by who sees the complaint. `complaint` and `complaint_conditions` say the same, once for a document and
once for a query; a test holds them equal.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.desk.reportview import build_match_conditions
from frappe.query_builder import DocType
from pypika.terms import Criterion, LiteralValue

from cms_iso10002.complaints import tasks
from cms_iso10002.complaints.cases import concerned_users

OVERSEERS = {
	"Confidential": ("Complaint Manager", "Complaint Auditor"),
	"Restricted": ("Complaint Manager",),
}
DUTIES = ("handler", "investigator", "reviewer")
DUTY_ROLES = {
	"handler": ("Complaint Agent", "Complaint Investigator", "Complaint Manager"),
	"investigator": ("Complaint Investigator", "Complaint Manager"),
	"reviewer": ("Complaint Manager",),
}
"""The roles that can do a duty; the first is named when it is refused."""


def holds(user: str, roles: tuple[str, ...]) -> bool:
	"""Whether `user` holds one of `roles`."""
	return bool(set(roles) & set(frappe.get_roles(user)))


def may_handle(user: str) -> bool:
	"""Whether `user` can be a handler."""
	return user != "Administrator" and holds(user, DUTY_ROLES["handler"])


def complaint(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of Complaint: False denies, True leaves it to the roles.

	It asks what is stored, not what somebody is about to save: whoever may write may record their own name or make
	the complaint confidential, and nobody may save themselves into it.
	"""
	user = user or frappe.session.user
	if user == "Administrator" or doc.is_new():
		return True
	fields = ["name", "confidentiality", *DUTIES]
	stored = frappe.db.get_value("Complaint", doc.name, fields, as_dict=True) or doc
	rows = frappe.get_all(
		"Complaint Concerned Person",
		filters={"parent": doc.name, "parenttype": "Complaint"},
		fields=["user", "employee"],
		order_by="idx",
	)
	if user in concerned_users({"persons_concerned": rows}):
		return False
	if (stored.confidentiality or "Normal") == "Normal":
		return True
	if user in [stored.get(duty) for duty in DUTIES]:
		return True
	return holds(user, OVERSEERS[stored.confidentiality])


def may(doc, ptype: str) -> bool:
	"""Whether the session's user has a right on `doc`; unlike its own `has_permission` it shows no message where not."""
	return bool(frappe.has_permission(doc.doctype, ptype, doc))


def belonging(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of what belongs to a complaint."""
	if not doc.get("complaint"):
		return True
	case = frappe.get_doc("Complaint", doc.complaint)
	return complaint(case, "read", user) and case.has_permission("read", user=user)


def visible(user: str | None = None) -> Criterion | None:
	"""The condition on `tabComplaint` that keeps what `user` may see; None for all."""
	user = user or frappe.session.user
	if user == "Administrator":
		return None
	case = DocType("Complaint")
	roles = set(frappe.get_roles(user))
	levels = ["Normal"] + [level for level, overseers in OVERSEERS.items() if set(overseers) & roles]
	own = Criterion.any([case[duty] == user for duty in DUTIES])
	return (case.confidentiality.isin(levels) | own) & case.name.notin(concerned_cases(user))


def listed() -> Criterion | None:
	"""The condition that keeps what a list shows the session's user: as `visible`, and by User Permissions; None for all.

	For sums, which a list of Frappe's does not make on every version.
	"""
	condition = build_match_conditions("Complaint", as_condition=True)
	return LiteralValue(f"({condition})") if condition else None


def concerned_cases(user: str):
	"""The names of the complaints that concern a user, as a subquery."""
	person, employee = DocType("Complaint Concerned Person"), DocType("Employee")
	employees = frappe.qb.from_(employee).select(employee.name).where(employee.user_id == user)
	return (
		frappe.qb.from_(person)
		.select(person.parent)
		.where(person.parenttype == "Complaint")
		.where((person.user == user) | person.employee.isin(employees))
	)


def complaint_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint, as the SQL Frappe wants."""
	condition = visible(user)
	return (
		condition.get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True) if condition else ""
	)


def visible_names(user: str | None):
	"""The names of the complaints `user` may see, as a subquery; None for all."""
	condition = visible(user)
	if condition is None:
		return None
	case = DocType("Complaint")
	return frappe.qb.from_(case).select(case.name).where(condition)


def visible_disputes(user: str | None):
	"""The same for External Disputes."""
	names = visible_names(user)
	if names is None:
		return None
	dispute = DocType("External Dispute")
	return frappe.qb.from_(dispute).select(dispute.name).where(dispute.complaint.isin(names))


def within(column, names) -> str:
	"""`column in (names)` as the SQL Frappe wants; "" where all may be seen."""
	if names is None:
		return ""
	return column.isin(names).get_sql(
		quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True
	)


def _belonging_conditions(doctype: str, user: str | None) -> str:
	return within(DocType(doctype).complaint, visible_names(user))


def event_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Event."""
	return _belonging_conditions("Complaint Event", user)


def letter_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Letter."""
	return _belonging_conditions("Complaint Letter", user)


def feedback_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Feedback."""
	return _belonging_conditions("Complaint Feedback", user)


def triage_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Mail Triage: also those that may belong to no complaint."""
	return _of_any_or_visible("Complaint Mail Triage", user)


def actor_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Actor: those of staff, and of outsiders in cases that may be seen."""
	return _of_any_or_visible("Complaint Actor", user)


def _of_any_or_visible(doctype: str, user: str | None) -> str:
	names = visible_names(user)
	if names is None:
		return ""
	column = DocType(doctype).complaint
	return (column.isnull() | column.isin(names)).get_sql(
		quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True
	)


def dispute_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of External Dispute."""
	return _belonging_conditions("External Dispute", user)


def group(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of Complaint Group: its shared findings are for those who may see every member."""
	if doc.is_new():  # None would stand for the complaints in no group
		return True
	members = set(
		frappe.get_all("Complaint", filters={"complaint_group": doc.name}, pluck="name", order_by="name")
	)
	names = visible_names(user)
	if not members or names is None:
		return True
	seen = names.where(DocType("Complaint").name.isin(sorted(members))).run(pluck=True)
	return members == set(seen)


def group_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Group."""
	names = visible_names(user)
	if names is None:
		return ""
	case = DocType("Complaint")
	hidden = (
		frappe.qb.from_(case)
		.select(case.complaint_group)
		.where(case.complaint_group.isnotnull() & case.name.notin(names))
	)
	column = DocType("Complaint Group").name
	return column.notin(hidden).get_sql(
		quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True
	)


def refuse_concerned_share(doc, method: str | None = None) -> None:
	"""DocShare.validate: a share would outweigh `complaint`, so a person concerned is given none."""
	if doc.share_doctype != "Complaint":
		return
	if doc.everyone:
		frappe.throw(_("A complaint can't be shared with everyone: choose the people who need it."))
	if doc.user in concerned_users(frappe.get_doc("Complaint", doc.share_name)):
		frappe.throw(_("{0} is concerned by this complaint: it can't be shared with them.").format(doc.user))


def withdraw_access(doc) -> None:
	"""Take away what persons concerned were given before their names were recorded: shares and assignments."""
	users = tuple(concerned_users(doc))
	if not users:
		return
	shared = {"share_doctype": "Complaint", "share_name": doc.name}
	frappe.db.delete("DocShare", {**shared, "user": ("in", users)})
	frappe.db.delete("DocShare", {**shared, "everyone": 1})
	tasks.end(tasks.on("Complaint", doc.name, allocated_to=("in", users)), tasks.CANCELLED)


def refuse_concerned_assignee(doc, method: str | None = None) -> None:
	"""ToDo.validate: nobody is assigned a complaint that concerns them (4.7)."""
	if doc.reference_type != "Complaint" or not doc.reference_name or doc.status != "Open":
		return
	if doc.allocated_to in concerned_users(frappe.get_doc("Complaint", doc.reference_name)):
		frappe.throw(
			_("{0} is concerned by this complaint and can't be assigned to it: choose somebody else.").format(
				doc.allocated_to
			)
		)
