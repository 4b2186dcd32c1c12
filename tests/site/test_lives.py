"""Twelve real lives of a complaint, each from receipt to its end through the real doors."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.complaints import actions, correspondence
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_user,
	milestone,
	pass_time,
	set_now,
)

MONDAY_NINE = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def monday():
	set_now(MONDAY_NINE)
	yield
	set_now(None)


def test_fixed_at_the_counter_in_five_minutes():
	case = make_complaint(channel="In Person", complainant_email=None)
	pass_time(minutes=5)
	done = act(
		case,
		"Resolve Early",
		severity="Minor",
		safety_implication="No",
		reasons="Replaced at the counter.",
		words="Thank you, that is fine.",
	)
	assert (done.status, done.outcome, done.response) == ("Accepted", "Upheld", "Accepted")
	closed = act(done, "Close")
	assert closed.closure_basis == "Resolved Early" and closed.resolved_at_first_contact
	assert not closed.next_action_at and not closed.is_overdue
	states = {row.stage: row.state for row in closed.milestones}
	assert states.pop("assess") == "Met" and set(states.values()) == {"Cancelled"}


def test_three_items_with_three_outcomes():
	case = make_complaint(
		aspects=[{"what": "Kettle leaks"}, {"what": "Delivered late"}, {"what": "Rude on the phone"}],
	)
	advance(case, "Under Investigation")
	outcomes = ("Upheld", "Partly Upheld", "Not Upheld")
	doc = frappe.get_doc("Complaint", case.name)
	for row, outcome in zip(doc.aspects[:2], outcomes, strict=False):
		row.update({"outcome": outcome, "reasons": f"because {outcome}"})
	doc.findings = "Three things were looked into."
	doc.save()
	with pytest.raises(frappe.ValidationError, match="rows 3"):
		act(case, "Decide", reasons="Two of three.")
	doc.reload()
	doc.aspects[2].update({"outcome": "Not Upheld", "reasons": "the recording shows otherwise"})
	doc.save()
	assert act(case, "Decide", reasons="Two of three.").outcome == "Partly Upheld"


def test_accepted_in_part():
	case = make_complaint(
		redress=[
			{"remedy": remedy("Replacement"), "description": "new kettle"},
			{"remedy": remedy("Compensation"), "description": "for the time lost"},
		]
	)
	advance(case, "Response Sent")
	doc = frappe.get_doc("Complaint", case.name)
	assert [row.state for row in doc.redress] == ["Offered", "Offered"]
	doc.redress[0].state = "Accepted"
	doc.redress[1].state = "Declined"
	doc.save()
	doc = act(
		case, "Record Rejection", response="Partly Accepted", words="The kettle yes, the money is too little."
	)
	assert (doc.status, doc.response) == ("Rejected", "Partly Accepted")
	assert milestone(case, "implement").state == "Running"
	doc.redress[0].state = "Implemented"
	doc.save()
	assert milestone(case, "implement").state == "Met"
	doc = as_user(
		make_user("investigator"), lambda: act(case, "Decide Again", outcome="Upheld", reasons="More money.")
	)
	assert doc.round == 2 and len(doc.decisions) == 2
	act(case, "Send Response", channel="Phone")
	act(case, "Record Acceptance", words="Good.")
	assert act(case, "Close").closure_basis == "Accepted"


def test_rejected_reviewed_other_outcome():
	case = make_complaint()
	advance(case, "Response Sent")
	act(case, "Record Rejection")
	assert frappe.db.get_value("Complaint", case.name, "status_category") == "Open"
	with pytest.raises(frappe.ValidationError, match="recourse"):
		act(case, "Close")
	reviewer = make_user("manager")
	act(case, "Request Review", reviewer=reviewer)
	assert milestone(case, "review", 2).state == "Running"
	assert milestone(case, "acknowledge", 2).state == "Running"
	with pytest.raises(frappe.ValidationError):
		as_user(
			make_user("investigator"), lambda: act(case, "Decide Review", outcome="Not Upheld", reasons="No.")
		)
	doc = as_user(
		reviewer, lambda: act(case, "Decide Review", outcome="Not Upheld", reasons="Looked at afresh.")
	)
	assert [(row.level, row.outcome) for row in doc.decisions] == [
		("Front Line", "Upheld"),
		("Internal Review", "Not Upheld"),
	]
	act(case, "Send Response", channel="Phone")
	assert milestone(case, "review", 2).state == "Met"
	letters = frappe.get_all(
		"Complaint Letter", filters={"complaint": case.name}, pluck="kind", order_by="creation"
	)
	assert letters[-1] == "Review Outcome"
	act(case, "Record Acceptance")
	assert act(case, "Close").status == "Closed"


def test_no_answer_closed_then_a_late_rejection_inside_the_window():
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"no_reply_closing": 1, "no_reply_reminders": 1, "answer_within_days": 14})
	settings.save()
	case = make_complaint()
	advance(case, "Response Sent")
	with pytest.raises(frappe.ValidationError, match="time for an answer"):
		act(case, "Close", basis="No Reply")
	pass_time(days=10)
	correspondence.send_letter(case.name, "Progress Update", "Phone", "We still wait for your answer.")
	pass_time(days=10)
	doc = act(case, "Close", basis="No Reply")
	assert (doc.status, doc.closure_basis, doc.response) == ("Closed", "No Reply", "No Reply")
	pass_time(days=10)
	doc = act(case, "Record Late Rejection", words="I was in hospital. No.")
	assert (doc.status, doc.response, doc.closure_basis) == ("Rejected", "Rejected", "")
	assert not doc.closed_on and "reopened" in kinds(case)


def test_withdrawn_with_a_safety_problem():
	manager = make_user("manager")
	case = make_complaint(safety_implication="Yes", subject="Kettle gave a shock")
	assert frappe.db.exists("Notification Log", {"for_user": manager, "document_name": case.name})
	advance(
		case,
		"Assessed",
		safety_implication="Yes",
		immediate_action_needed="Yes",
		immediate_action_taken="Stock stopped",
	)
	doc = act(case, "Withdraw", words="Forget it.", channel="Phone")
	assert (doc.status, doc.closure_basis) == ("Withdrawn", "Withdrawn")
	assert milestone(case, "investigate").state == "Running"
	assert milestone(case, "decide").state == "Cancelled"
	assert edit(case, findings="The plug is unsafe.").findings
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		edit(case, subject="something else")


def test_anonymous_without_contact():
	case = make_complaint(
		is_anonymous=1, customer=None, complainant_name=None, complainant_email=None, complainant_phone=None
	)
	doc = act(case, "Acknowledge")
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
	assert letter.delivery == "Not Possible" and letter.reason
	with pytest.raises(frappe.ValidationError, match="Nobody can be asked"):
		act(doc, "Ask Complainant", question="Which branch?")
	advance_from_acknowledged(case)
	doc = act(case, "Send Response")
	assert doc.status == "Response Sent"
	assert act(case, "Close").closure_basis == "No Contact Possible"


def test_an_outside_body_takes_it_before_any_decision():
	case = make_complaint()
	advance(case, "Under Investigation")
	dispute = frappe.get_doc(
		{
			"doctype": "External Dispute",
			"complaint": case.name,
			"body": body(),
			"filed_on": frappe.flags.complaints_now.replace(tzinfo=None),
		}
	).insert()
	assert frappe.db.get_value("Complaint", case.name, "in_external_dispute") == 1
	advance_from_investigation(case)
	act(case, "Send Response", channel="Phone")
	with pytest.raises(frappe.ValidationError, match="dispute"):
		act(case, "Close", basis="External Outcome")
	pass_time(days=40)
	dispute.reload()
	dispute.update(
		{
			"outcome": "Settled",
			"closed_on": frappe.flags.complaints_now.replace(tzinfo=None),
			"stage": "Closed",
		}
	)
	dispute.save()
	doc = act(case, "Close", basis="External Outcome")
	assert doc.closure_basis == "External Outcome" and not doc.in_external_dispute


def test_a_complaint_about_its_own_handler():
	agent, other = make_user("agent"), make_user("agent2")
	case = make_complaint(handler=agent)
	with pytest.raises(frappe.ValidationError, match="can't be its handler"):
		edit(case, conflict_check="Names Recorded", persons_concerned=[{"user": agent}])
	doc = edit(case, handler=other, conflict_check="Names Recorded", persons_concerned=[{"user": agent}])
	assert doc.handler == other
	with pytest.raises(frappe.ValidationError, match="can't be its handler"):
		edit(case, handler=agent)

	def look():
		assert not frappe.has_permission("Complaint", "read", case.name)
		assert case.name not in frappe.get_list("Complaint", pluck="name", limit_page_length=0)
		with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
			actions.apply_action(case.name, "Acknowledge", {"channel": "Phone"})

	as_user(agent, look)
	as_user(other, lambda: act(case, "Acknowledge", channel="Phone"))


def test_a_group_of_five():
	group = frappe.get_doc({"doctype": "Complaint Group", "title": "Leaking kettles"}).insert()
	cases = [make_complaint(subject=f"Kettle {n} leaks", complainant_name=f"Customer {n}") for n in range(5)]
	for case in cases:
		advance(case, "Under Investigation")
		edit(case, complaint_group=group.name)
	group.reload()
	group.update({"lead_complaint": cases[0].name, "shared_findings": "One batch of seals was wrong."})
	group.save()
	for number, case in enumerate(cases):
		doc = frappe.get_doc("Complaint", case.name)
		assert "One batch" in doc.findings
		outcome = "Upheld" if number else "Not Upheld"
		doc = as_user(
			make_user("investigator"),
			lambda d=doc, o=outcome: act(d, "Decide", outcome=o, reasons="as found"),
		)
	outcomes = frappe.get_all(
		"Complaint", filters={"complaint_group": group.name}, pluck="outcome", order_by="name"
	)
	assert sorted(outcomes) == ["Not Upheld"] + ["Upheld"] * 4
	act(cases[1], "Send Response", channel="Phone")
	assert milestone(cases[1], "decide").state == "Met" and milestone(cases[2], "decide").state == "Running"


def test_the_replacement_was_defective_and_the_case_is_reopened():
	case = make_complaint(redress=[{"remedy": remedy("Replacement"), "description": "new kettle"}])
	advance(case, "Response Sent")
	act(case, "Record Acceptance", words="Fine.")
	with pytest.raises(frappe.ValidationError, match="agreed redress"):
		act(case, "Close")
	doc = frappe.get_doc("Complaint", case.name)
	doc.redress[0].state = "Implemented"
	doc.save()
	act(case, "Close")
	pass_time(days=20)
	with pytest.raises(frappe.ValidationError, match="role"):
		as_user(
			make_user("agent"),
			lambda: act(case, "Reopen", to_state="Under Investigation", reason="broke too"),
		)
	doc = as_user(
		make_user("manager"),
		lambda: act(case, "Reopen", to_state="Under Investigation", reason="The new one leaks too."),
	)
	assert (doc.status, doc.round, doc.closed_on) == ("Under Investigation", 2, None)
	assert milestone(case, "decide", 1).state == "Met"
	assert milestone(case, "decide", 2).state == "Running"


def test_the_decision_letter_bounced():
	case = make_complaint()
	advance(case, "Response Sent")
	assert milestone(case, "decide").state == "Met"
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name, "kind": "Decision"})
	pass_time(days=1)
	correspondence.delivery_failed(letter.name, "Moved, address unknown")
	doc = frappe.get_doc("Complaint", case.name)
	assert (doc.status, doc.response) == ("Decided", "")
	assert milestone(case, "decide").state == "Running" and not doc.decisions[-1].sent_on
	doc = act(case, "Send Response", channel="Phone")
	assert doc.status == "Response Sent" and milestone(case, "decide").state == "Met"
	pass_time(days=60)
	late = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name, "kind": "Decision"})
	correspondence.delivery_failed(late.name, "Nobody there")
	assert milestone(case, "decide").state == "Overdue"


def remedy(name: str) -> str:
	if not frappe.db.exists("Complaint Remedy", name):
		frappe.get_doc({"doctype": "Complaint Remedy", "remedy_name": name, "type": "Goods"}).insert()
	return name


def body() -> str:
	name = "Arbitration Board"
	if not frappe.db.exists("Dispute Resolution Body", name):
		frappe.get_doc({"doctype": "Dispute Resolution Body", "body_name": name}).insert()
	return name


def advance_from_acknowledged(case):
	from tests.site.factories import ASSESSMENT

	act(edit(case, **ASSESSMENT), "Assess")
	act(edit(case, investigator=make_user("investigator")), "Investigate")
	advance_from_investigation(case)


def advance_from_investigation(case):
	edit(case, findings="Found.")
	as_user(make_user("investigator"), lambda: act(case, "Decide", outcome="Upheld", reasons="As found."))
