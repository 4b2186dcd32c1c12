"""Extensions and holding responses, as records: reason, approver, cap, old and new due, and no notice, no extension."""

from datetime import date, datetime, timezone

import frappe
import pytest

from cms_iso10002.complaints import correspondence, extensions, sweep, timeline
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	make_complaint,
	make_policy,
	make_user,
	milestone,
	pass_time,
	set_now,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)
TARGETS = [
	{
		"stage": "decide",
		"amount": 10,
		"unit": "business days",
		"max_extensions": 1,
		"extension_amount": 5,
	},
	{"stage": "update", "amount": 20, "unit": "business days", "repeats": 1},
]


@pytest.fixture(autouse=True)
def _monday(site):
	set_now(MONDAY)
	make_policy(targets=TARGETS)
	yield
	set_now(None)


def extend(complaint, new_due="2026-03-20", reason="The laboratory needs longer.", stage="decide", **more):
	user = make_user("manager")
	return as_user(user, lambda: extensions.extend(complaint.name, stage, new_due, reason, **more))


def due(complaint, stage="decide"):
	return milestone(complaint, stage).due_at


def test_an_extension_moves_the_due_time_and_leaves_a_record_and_a_letter():
	complaint = make_complaint()
	before = due(complaint)
	options = extensions.get_options(complaint.name)
	assert [(row["stage"], row["left"]) for row in options] == [("decide", 1)]
	extend(complaint)
	assert (before, due(complaint)) == (datetime(2026, 3, 16, 17), datetime(2026, 3, 20, 23, 59, 59))
	complaint.reload()
	(row,) = complaint.extensions
	assert row.kind == "Extension" and row.reason == "The laboratory needs longer."
	assert row.approved_by == make_user("manager")
	assert (row.old_due, row.new_due) == (before, due(complaint))
	letter = frappe.get_doc("Complaint Letter", row.letter)
	assert letter.kind == "Extension Notice" and row.told_on == letter.sent_on
	assert "laboratory" in letter.content and "20 March 2026" in letter.content
	assert extensions.get_options(complaint.name) == []


def test_the_form_does_not_lose_the_record():
	complaint = make_complaint()
	extend(complaint)
	complaint.reload()
	complaint.remedy_notes = "a new one"
	complaint.save()
	complaint.reload()
	assert len(complaint.extensions) == 1


@pytest.mark.parametrize(
	("change", "sentence"),
	[
		({"new_due": "2026-03-16"}, "later than the present one"),
		({"new_due": "2026-03-31"}, "up to"),
		({"new_due": "soon"}, "not a date"),
		({"reason": " "}, "Say why"),
		({"stage": "update"}, "allows no extension"),
		({"stage": "review"}, "No deadline"),
	],
)
def test_what_is_no_extension_is_refused_in_one_sentence(change, sentence):
	complaint = make_complaint()
	before = due(complaint)
	with pytest.raises(frappe.ValidationError, match=sentence):
		extend(complaint, **change)
	assert due(complaint) == before
	assert not frappe.db.count("Complaint Letter", {"complaint": complaint.name})


def test_the_cap_counts_extensions():
	complaint = make_complaint()
	extend(complaint, "2026-03-18")
	with pytest.raises(frappe.ValidationError, match="all were given"):
		extend(complaint, "2026-03-20")


def test_the_last_day_allowed_ends_when_the_policy_says():
	complaint = make_complaint()
	extend(complaint, "2026-03-23")
	assert due(complaint) == datetime(2026, 3, 23, 17)


def test_what_is_overdue_is_not_extended():
	complaint = make_complaint()
	pass_time(days=20)
	with pytest.raises(frappe.ValidationError, match="overdue"):
		extend(complaint, "2026-03-24")


def test_only_a_manager_approves_and_nobody_concerned():
	complaint = make_complaint()
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: extensions.extend(complaint.name, "decide", "2026-03-20", "busy"))
	concerned = make_complaint(
		subject="About the manager",
		persons_concerned=[{"user": make_user("manager")}],
		conflict_check="Names Recorded",
	)
	with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		extend(concerned)


def test_no_notice_no_extension():
	complaint = make_complaint(
		complainant_email="", complainant_phone="", customer=None, complainant_name="", is_anonymous=1
	)
	before = due(complaint)
	with pytest.raises(frappe.ValidationError, match="can't be told"):
		extend(complaint)
	assert due(complaint) == before and not complaint.extensions


def test_a_notice_that_does_not_arrive_undoes_the_extension():
	complaint = make_complaint()
	before = due(complaint)
	extend(complaint)
	complaint.reload()
	correspondence.delivery_failed(complaint.extensions[0].letter, "mailbox full")
	assert due(complaint) == before
	complaint.reload()
	assert complaint.extensions[0].told_on is None
	assert [row["left"] for row in extensions.get_options(complaint.name)] == [1]


def test_a_holding_response_meets_the_decision_and_is_shown_apart():
	complaint = advance(make_complaint(), "Under Investigation")
	as_user(
		make_user("manager"),
		lambda: extensions.send_holding_response(
			complaint.name, "We wait for the laboratory.", expected_on="2026-04-01"
		),
	)
	(met,) = frappe.get_all(
		"Complaint Milestone",
		{"parent": complaint.name, "stage": "decide", "occurrence": 1},
		["state", "remark"],
	)
	assert (met.state, met.remark) == ("Met", "met by holding response")
	complaint.reload()
	assert complaint.status == "Under Investigation"
	(row,) = complaint.extensions
	assert row.kind == "Holding Response" and row.new_due.date() == date(2026, 4, 1)
	assert frappe.db.get_value("Complaint Letter", row.letter, "kind") == "Holding Response"
	assert timeline.has(complaint.name, "holding_response_sent")


def test_after_a_holding_response_the_decision_is_owed_by_the_date_promised():
	complaint = advance(make_complaint(handler=make_user("agent")), "Under Investigation")

	def hold(day: str):
		return as_user(
			make_user("manager"), lambda: extensions.send_holding_response(complaint.name, "We wait.", day)
		)

	hold("2026-04-01")
	again = milestone(complaint, "decide")
	assert (again.occurrence, again.state, again.due_at) == (2, "Running", datetime(2026, 4, 1, 23, 59, 59))
	assert frappe.db.get_value("Complaint", complaint.name, "next_action_at") is not None
	with pytest.raises(frappe.ValidationError, match="in the past"):
		hold("2026-02-01")
	pass_time(days=31)
	frappe.db.commit()
	sweep.work([complaint.name])
	assert milestone(complaint, "decide").state == "Overdue"
	hold("2026-05-01")
	states = frappe.get_all(
		"Complaint Milestone",
		{"parent": complaint.name, "stage": "decide"},
		pluck="state",
		order_by="occurrence",
	)
	assert states == ["Met", "Met Late", "Running"]
	complaint = as_user(
		make_user("investigator"),
		lambda: act(edit(complaint, findings="Found."), "Decide", outcome="Upheld", reasons="So it is."),
	)
	act(complaint, "Send Response", channel="Phone")
	assert milestone(complaint, "decide").state == "Met"


def test_nothing_is_held_where_no_decision_is_owed():
	complaint = advance(make_complaint(), "Response Sent")
	with pytest.raises(frappe.ValidationError, match="No decision is owed"):
		as_user(
			make_user("manager"),
			lambda: extensions.send_holding_response(complaint.name, "Waiting.", "2026-05-01"),
		)


def test_an_update_is_never_extended():
	complaint = make_complaint()
	with pytest.raises(frappe.ValidationError, match="allows no extension"):
		extend(complaint, "2026-04-10", stage="update")
	target = {
		"stage": "update",
		"amount": 5,
		"unit": "business days",
		"max_extensions": 1,
		"extension_amount": 5,
	}
	with pytest.raises(frappe.ValidationError, match="an update can"):
		make_policy(targets=[target], rank=51)


def test_what_is_stopped_needs_no_extension():
	make_policy(targets=[{**TARGETS[0], "pausable": 1}], rank=60)
	complaint = make_complaint()
	act(complaint, "Ask Complainant", question="Which one?", channel="Phone")
	pass_time(days=30)
	with pytest.raises(frappe.ValidationError, match="stopped while an answer is awaited"):
		extend(complaint, "2026-05-01")


def test_of_several_requests_of_outside_bodies_the_one_meant_is_extended():
	make_policy(targets=[{**TARGETS[0], "stage": "external"}], rank=60)
	complaint = make_complaint()
	for reference in ("A-1", "A-2"):
		timeline.record(complaint.name, "external_request", {"reference": reference})
	assert [row["reference"] for row in extensions.get_options(complaint.name)] == ["A-1", "A-2"]
	extend(complaint, "2026-03-20", stage="external", reference="A-1")
	rows = frappe.get_all(
		"Complaint Milestone", {"parent": complaint.name}, ["reference", "due_at"], order_by="reference"
	)
	assert [row.due_at.day for row in rows] == [20, 16]
