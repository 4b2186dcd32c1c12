"""Why it happened, on a complaint; and that the correction was looked at by somebody who says so."""

import frappe
from frappe import _
from frappe.utils import cstr

from cms_iso10002.complaints import cases, clock, corrective_actions, reportability, timeline, typed_text
from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.core import causes, closure
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import Refusal
from cms_iso10002.core.states import category

TREE = "Complaint Root Cause"
VERIFIED = "correction_verified"
VERIFICATION = ("correction_verified_by", "correction_verified_on", "correction_verified_how")


def check(doc) -> None:
	"""Refuse causes that are named twice or can't be chosen, and whys without an answer."""
	for row in doc.whys:
		row.line = row.line or causes.HAPPENED  # by REST, older Frappe 15 fills in no defaults of rows
	try:
		causes.check(doc.root_cause, doc.causes, doc.whys)
	except Refusal as refusal:
		cases.refuse(refusal)
	_check_chosen(doc)


def _check_chosen(doc) -> None:
	"""What was chosen just now is a cause, not a group of them or one that is no longer used."""
	before = doc.get_doc_before_save()
	chosen = _named(doc) - (_named(before) if before else set())
	if not chosen:
		return
	rows = frappe.get_all(
		TREE, {"name": ("in", sorted(chosen))}, ["name", "is_group", "disabled"], order_by="name"
	)
	for row in rows:
		if row.is_group:
			frappe.throw(_("{0} is a group of causes: choose one below it.").format(_(row.name)))
		if row.disabled:
			frappe.throw(_("The cause {0} is disabled: choose another.").format(_(row.name)))


def _named(doc) -> set[str]:
	return {doc.root_cause, *(row.root_cause for row in doc.causes)} - {None, ""}


def chains(doc) -> list[dict]:
	"""The whys of a complaint as they are read: for each line its title and its questions with their answers."""
	found = []
	for line in causes.LINES:
		steps = causes.chain([row.as_dict() for row in doc.whys], line)
		if steps:
			found.append(
				{
					"line": line,
					"steps": [
						{
							"number": one.number,
							"question": _(one.question).format(*one.arguments),
							"answer": one.answer,
							"evidence": one.evidence,
						}
						for one in steps
					],
				}
			)
	return found


@frappe.whitelist(methods=["GET", "POST"])
def get_learning(complaint: str) -> dict:
	"""What the form shows of a complaint's learning: its actions and reports that the user may see."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	return {
		"actions": corrective_actions.of_complaint(complaint),
		"reports": reportability.of_complaint(complaint),
		"verified": {
			"by": cstr(frappe.get_cached_value("User", doc.correction_verified_by, "full_name"))
			if doc.correction_verified_by
			else "",
			"on": doc.correction_verified_on,
			"how": doc.correction_verified_how,
		},
	}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def verify_correction(complaint: str, how: str) -> dict:
	"""Put down that the session's user has looked whether the correction was really made, and how they saw it.

	Once a complaint is answered, also after it was closed. Checks write permission on the complaint.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	if not how.strip():
		frappe.throw(_("Say how you saw that the correction was made."))
	if category(doc.status) not in ("Resolved", "Closed"):
		frappe.throw(
			_("The complaint is {0}: there is nothing to verify before it is answered.").format(_(doc.status))
		)
	if closure.agreed_redress_missing(cases.read(doc)):
		frappe.throw(_("What was agreed is not implemented yet: verify it afterwards."))
	timeline.lock(complaint)
	values = dict(
		zip(VERIFICATION, (frappe.session.user, clock.now_site(), typed_text.tame(how.strip())), strict=True)
	)
	timeline.record_all(complaint, [EventSpec(VERIFIED)], fields=values)
	doc.reload()
	return doc.as_dict()
