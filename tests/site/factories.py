"""Makers of records for site tests, in one place: each takes only what the test is about."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from cms_iso10002.complaints import actions, clock, corrective_actions, intake

ROLES = {
	"agent": ("Complaint Agent",),
	"investigator": ("Complaint Investigator",),
	"manager": ("Complaint Manager",),
	"auditor": ("Complaint Auditor",),
}


def make_user(name: str, *roles: str) -> str:
	"""A desk user `name`@complaints.test with roles (by default those its name stands for)."""
	email = f"{name}@complaints.test"
	if not frappe.db.exists("User", email):
		user = frappe.new_doc("User")
		user.update({"email": email, "first_name": name, "send_welcome_email": 0, "user_type": "System User"})
		user.flags.no_welcome_mail = True
		user.insert(ignore_permissions=True)
		user.add_roles(*(roles or ROLES[name.rstrip("0123456789")]))
	return email


def make_cast() -> None:
	"""Those who appear in most tests; made once for a site, outside any test's transaction."""
	make_user("boss", "System Manager")  # or Frappe makes the first desk user one
	for name in CAST:
		make_user(name)
	make_customer()
	make_item()


CAST = ("agent", "agent2", "investigator", "manager", "manager2", "auditor")


def only_the_cast() -> None:
	"""Nobody but the cast holds a complaint role: browser tests leave others on the site, and people are counted.

	Those are taken away whole, so that the next browser test makes them anew, with their roles.
	"""
	cast = [make_user(name) for name in CAST]
	# of people only: reports and workspaces have roles too
	theirs = {"parenttype": "User", "role": ("like", "Complaint %"), "parent": ("not in", cast)}
	others = frappe.get_all("Has Role", theirs, pluck="parent", distinct=True, order_by="parent")
	frappe.db.delete("Has Role", theirs)
	made = [name for name in others if name.endswith("@complaints.test")]
	if made:
		frappe.db.delete("Has Role", {"parenttype": "User", "parent": ("in", made)})
		frappe.db.delete("User", {"name": ("in", made)})
		frappe.clear_cache()


RECORDS = (
	"Complaint",
	"Complaint Event",
	"Complaint Letter",
	"Complaint Feedback",
	"Complaint Ledger Seal",
	"Complaint Group",
	"Complaint Action",
	"Complaint Action Case",
	"Complaint Action Check",
	"Complaint Cause",
	"Complaint Why",
	"Complaint Other Affected",
	"Complaint Reportability",
	"External Dispute",
	"External Dispute Request",
	"Complaint Subject",
	"Complaint Aspect",
	"Complaint Concerned Person",
	"Complaint Relation",
	"Complaint Decision",
	"Complaint Redress",
	"Complaint Milestone",
	"Complaint Extension",
	"Complaint Daily Summary",
	"Complaint Count",
	"Complaint Signal",
	"Complaint Mail Triage",
	"Complaints Policy",
	"Complaints Policy Acknowledgement",
	"Complaint Handler Training",
	"Complaint Objective",
	"Complaint Objective Actual",
	"Complaint Context Item",
	"Complaint Actor",
	"Complaint Ledger Verification",
	"ISO 10002 Self Assessment",
	"ISO 10002 Self Assessment Item",
	"ISO 10002 Self Assessment Assessor",
	"ISO 10002 Evidence Pack",
	"Complaint Case Audit",
	"Complaint Case Audit Sample",
	"Complaint Case Audit Finding",
	"Complaint Management Review",
	"Complaint Management Review Attendee",
	"Complaint Management Review Input",
	"Complaint Management Review Decision",
)


ABOUT_RECORDS = {
	"Access Log": "export_from",
	"Comment": "reference_doctype",
	"Communication": "reference_doctype",
	"Email Queue": "reference_doctype",
	"Notification Log": "document_type",
	"ToDo": "reference_type",
	"Version": "ref_doctype",
	"View Log": "reference_doctype",
}


def clear_records() -> None:
	"""Take away what an earlier run left on the test site (browser tests commit): tests count from nothing."""
	for doctype in RECORDS:
		frappe.db.delete(doctype)
	for doctype, field in ABOUT_RECORDS.items():
		frappe.db.delete(doctype, {field: ("in", RECORDS)})


def make_customer(name: str = "Muster GmbH") -> str:
	if not frappe.db.exists("Customer", name):
		frappe.get_doc(
			{
				"doctype": "Customer",
				"customer_name": name,
				"customer_type": "Company",
				"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}, "name"),
				"territory": frappe.db.get_value("Territory", {"is_group": 0}, "name"),
			}
		).insert(ignore_permissions=True)
	return name


def make_item(code: str = "Kettle") -> str:
	if not frappe.db.exists("Item", code):
		frappe.get_doc(
			{
				"doctype": "Item",
				"item_code": code,
				"item_name": code,
				"item_group": frappe.db.get_value("Item Group", {"is_group": 0}, "name"),
				"stock_uom": frappe.db.get_value("UOM", {"name": "Nos"}) or frappe.db.get_value("UOM", {}),
				"is_stock_item": 0,
			}
		).insert(ignore_permissions=True)
	return code


def make_complaint(**values: Any):
	"""A complaint that was just received by phone, unless told otherwise."""
	return intake.register(
		{
			"subject": "Kettle leaks",
			"description": "The kettle has leaked since the first day.",
			"channel": "Phone",
			"complainant_name": "Erika Muster",
			"complainant_email": "erika@muster.test",
			"complainant_phone": "+49 30 1234567",
			"customer": make_customer(),
			**values,
		}
	)


def make_action(complaint, **values: Any):
	"""A corrective action of a complaint that must have less of its category recur, unless told otherwise."""
	name = getattr(complaint, "name", complaint)
	values = {"title": "Check every seal before packing", "rule": "Same Category", **values}
	if values["rule"] == "Same Category" and not frappe.db.get_value("Complaint", name, "category"):
		category = frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="lft")[0]
		frappe.db.set_value("Complaint", name, "category", category)
	return frappe.get_doc("Complaint Action", corrective_actions.create_action(name, **values))


ASSESSMENT = {
	"severity": "Minor",
	"complexity": "Low",
	"impact": "Low",
	"safety_implication": "No",
	"immediate_action_needed": "No",
	"conflict_check": "None Found",
}


def act(complaint, action: str, **data: Any):
	"""Take an action as the session's user and return the complaint as it is then."""
	name = getattr(complaint, "name", complaint)
	return actions.perform(name, action, data)


def edit(complaint, **values: Any):
	"""Change fields as on the form."""
	doc = frappe.get_doc("Complaint", getattr(complaint, "name", complaint))
	doc.update(values)
	doc.save()
	return doc


def advance(complaint, to: str, **values: Any):
	"""Take a complaint along the plain way (acknowledged by phone, investigated, upheld) up to state `to`."""
	steps = {
		"Acknowledged": lambda c: act(c, "Acknowledge", channel="Phone"),
		"Assessed": lambda c: act(edit(c, **{**ASSESSMENT, **values}), "Assess"),
		"Under Investigation": lambda c: act(edit(c, investigator=make_user("investigator")), "Investigate"),
		"Decided": lambda c: as_user(
			make_user("investigator"),
			lambda: act(
				edit(c, findings="The seal was missing."),
				"Decide",
				outcome="Upheld",
				reasons="The seal was missing.",
			),
		),
		"Response Sent": lambda c: act(c, "Send Response", channel="Phone"),
	}
	doc = frappe.get_doc("Complaint", getattr(complaint, "name", complaint))
	for state, step in steps.items():
		doc = step(doc)
		if state == to:
			return doc
	raise AssertionError(f"{to} is not on the plain way")


def as_user(user: str, function):
	"""Do something as another user."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		return function()
	finally:
		frappe.set_user(before)


def milestone(complaint, stage: str, round: int = 1):
	"""The row of a stage in a round (the last occurrence)."""
	rows = frappe.get_all(
		"Complaint Milestone",
		filters={"parent": getattr(complaint, "name", complaint), "stage": stage, "round": round},
		fields=["*"],
		order_by="occurrence",
	)
	return rows[-1] if rows else None


def kinds(complaint) -> list[str]:
	"""The kinds of a complaint's events, in order."""
	return frappe.get_all(
		"Complaint Event",
		filters={"complaint": getattr(complaint, "name", complaint)},
		order_by="sequence",
		pluck="kind",
	)


def set_now(moment: datetime | None) -> None:
	"""Set the app's clock (aware), or free it again with None."""
	frappe.flags.complaints_now = moment.astimezone(timezone.utc) if moment else None


def pass_time(**delta: float) -> None:
	"""Let time pass on the app's clock."""
	set_now(clock.now_utc() + timedelta(**delta))


WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def make_policy(**values: Any):
	"""A submitted policy that outranks the generic one: nine to five in Berlin, unless told otherwise."""
	doc = frappe.new_doc("Complaint SLA Policy")
	doc.update(
		{
			"title": "A test's policy",
			"rank": 50,
			"enabled": 1,
			"valid_from": "2020-01-01",
			"time_zone": "Europe/Berlin",
			"working_hours": [
				{"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"} for day in WEEK
			],
			**values,
		}
	)
	doc.insert()
	doc.submit()
	return doc


def make_complaints_policy(approve: bool = True, **values: Any):
	"""The organisation's complaints policy in English, valid since 2026: written by one manager, approved by another."""
	doc = frappe.new_doc("Complaints Policy")
	doc.update(
		{
			"title": "How we handle complaints",
			"company": "",
			"language": "en",
			"valid_from": "2026-01-01",
			"body": "<h1>Promise</h1><p>We answer every complaint.</p>",
			**values,
		}
	)
	as_user(make_user("manager"), doc.insert)
	return approve_policy(doc) if approve else doc


def approve_policy(doc):
	"""Submit a policy as somebody who did not write it."""
	doc = frappe.get_doc("Complaints Policy", doc.name)
	as_user(make_user("manager2"), doc.submit)
	return doc


def make_training(user: str | None = None, **values: Any):
	"""A course of 2026 that the agent took, valid for a year, unless told otherwise."""
	doc = frappe.new_doc("Complaint Handler Training")
	doc.update(
		{
			"user": user or make_user("agent"),
			"topic": "Handling complaints",
			"kind": "Course",
			"trained_on": "2026-01-15",
			"valid_until": "2027-01-14",
			"trainer": "Academy of Service",
			**values,
		}
	)
	return doc.insert()


def make_objective(**values: Any):
	"""An objective for 2026 by a figure of the registry, owned by the manager."""
	doc = frappe.new_doc("Complaint Objective")
	doc.update(
		{
			"title": "Everybody who handles complaints is trained",
			"company": "",
			"figure": "competence/trained_handlers",
			"better": "higher",
			"target": 90,
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"responsible": make_user("manager"),
			**values,
		}
	)
	return doc.insert()


def make_context_item(**values: Any):
	"""A risk that the manager watches."""
	doc = frappe.new_doc("Complaint Context Item")
	doc.update(
		{
			"title": "Too few people in the summer",
			"company": "",
			"kind": "Risk",
			"likelihood": "Likely",
			"impact": "Moderate",
			"responsible": make_user("manager"),
			"identified_on": "2026-01-10",
			"review_on": "2027-01-31",
			**values,
		}
	)
	return doc.insert()
