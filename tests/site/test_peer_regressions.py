"""Defects of the peers' service-level clocks, by number (shared/anchors.md), through documents.

`tests/unit/test_peer_regressions.py` has the same numbers in the core.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
import pytest

from cms_iso10002.complaints import clock, policy, recalculation, sweep
from tests.site.factories import (
	ASSESSMENT,
	act,
	advance,
	as_user,
	edit,
	make_complaint,
	make_customer,
	make_policy,
	make_user,
	milestone,
	set_now,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts) -> datetime:
	return datetime(*parts, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _free_clock(site):
	yield
	set_now(None)


def at(*parts) -> None:
	"""Set the clock to a time in Berlin."""
	set_now(berlin(*parts))


def target(stage="decide", amount=8, unit="business hours", **more):
	return {"stage": stage, "amount": amount, "unit": unit, **more}


def ask(complaint):
	return act(complaint, "Ask Complainant", question="Which kettle?", channel="Phone")


def swept(*complaints) -> None:
	frappe.db.commit()
	sweep.work([complaint.name for complaint in complaints])


def test_peer_defect_01_pause_counts_business_time_only():
	make_policy(targets=[target(pausable=1)])
	at(2026, 3, 6, 15)
	complaint = make_complaint()
	at(2026, 3, 6, 16)
	ask(complaint)
	at(2026, 3, 9, 10)
	act(complaint, "Resume", answer="The blue one")
	found = milestone(complaint, "decide")
	assert found.due_at == datetime(2026, 3, 9, 17)
	assert found.paused_seconds == 2 * 3600


def test_peer_defect_02_hold_overnight_moves_nothing():
	make_policy(targets=[target(amount=2, unit="business days", pausable=1)])
	at(2026, 3, 5, 16)
	complaint = make_complaint()
	before = milestone(complaint, "decide").due_at
	at(2026, 3, 5, 17)
	ask(complaint)
	at(2026, 3, 6, 9)
	act(complaint, "Resume", answer="The blue one")
	assert milestone(complaint, "decide").due_at == before == datetime(2026, 3, 9, 17)


def test_peer_defect_03_one_month_later_is_one_month_and_saturday_does_not_crash():
	make_policy(targets=[target("acknowledge", 1, "business days")])
	at(2026, 1, 14, 10)
	complaint = make_complaint()
	at(2026, 2, 14, 10)
	assert clock.now_site().weekday() == 5
	act(complaint, "Acknowledge", channel="Phone")
	found = milestone(complaint, "acknowledge")
	assert found.state == "Met Late"
	assert found.worked_seconds == (22 * 8 + 7) * 3600


def test_peer_defect_04_late_once_is_late_for_ever():
	make_policy(targets=[target("acknowledge", 1, "business days"), target(amount=40, unit="business days")])
	at(2026, 3, 2, 9)
	complaint = make_complaint()
	at(2026, 3, 16, 9)
	advance(complaint, "Response Sent")
	assert milestone(complaint, "acknowledge").state == "Met Late"
	assert milestone(complaint, "decide").state == "Met"
	act(complaint, "Record Acceptance", words="fine")
	complaint = act(complaint, "Close")
	assert milestone(complaint, "acknowledge").state == "Met Late"
	assert not complaint.is_overdue


def test_peer_defect_04_overdue_and_still_open_is_overdue_and_no_deadline_is_no_target():
	make_policy(targets=[target("acknowledge", 1, "business days")])
	at(2026, 3, 2, 9)
	complaint = make_complaint()
	at(2026, 3, 9, 9)
	swept(complaint)
	complaint.reload()
	assert milestone(complaint, "acknowledge").state == "Overdue" and complaint.is_overdue
	assert milestone(complaint, "decide") is None


def test_peer_defect_05_closed_cases_do_not_change():
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Regression 5",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	make_policy(targets=[target()], holiday_list=holidays.name)
	at(2026, 3, 2, 9)
	complaint = act(make_complaint(), "Withdraw", words="no")
	complaint.reload()
	before = [row.as_dict() for row in complaint.milestones]
	holidays.append("holidays", {"holiday_date": "2026-03-02", "description": "flood"})
	holidays.save()
	make_policy(targets=[target(amount=1)], rank=90, title="newer")
	frappe.db.commit()
	recalculation.move([complaint.name], "regression", choose=True)
	with pytest.raises(frappe.ValidationError):
		edit(complaint, severity="Critical")
	complaint.reload()
	assert [row.as_dict() for row in complaint.milestones] == before


def test_peer_defect_06_raising_the_priority_does_not_fail_what_was_timely():
	both = [target("acknowledge", 16), target(amount=80)]
	make_policy(targets=both)
	make_policy(targets=[target("acknowledge", 1), target(amount=8)], priority="Urgent", title="urgent")
	at(2026, 3, 2, 9)
	complaint = make_complaint(**ASSESSMENT)
	at(2026, 3, 3, 9)
	act(complaint, "Acknowledge", channel="Phone")
	complaint = edit(
		complaint, safety_implication="Yes", severity="Critical", assessment_reason="It caught fire"
	)
	assert complaint.priority == "Urgent"
	assert milestone(complaint, "acknowledge").state == "Met"
	open_one = milestone(complaint, "decide")
	assert open_one.state == "Running" and open_one.due_at == datetime(2026, 3, 3, 17)
	event = frappe.get_last_doc("Complaint Event", {"complaint": complaint.name, "kind": "policy_changed"})
	assert event.note == "It caught fire"


def test_peer_defect_07_editing_a_paused_case_after_its_due_time_does_not_fail_it():
	make_policy(targets=[target(pausable=1)])
	at(2026, 3, 6, 15)
	complaint = make_complaint()
	at(2026, 3, 6, 16)
	ask(complaint)
	at(2026, 3, 11, 10)
	complaint = edit(complaint, remedy_notes="waits")
	swept(complaint)
	complaint.reload()
	assert milestone(complaint, "decide").state == "Paused" and not complaint.is_overdue


def test_peer_defect_08_resolved_states_add_no_hold_and_reopening_starts_from_what_was_left():
	make_policy(targets=[target(amount=40), target("implement", 40)])
	at(2026, 3, 2, 9)
	complaint = advance(make_complaint(), "Response Sent")
	met = milestone(complaint, "decide")
	at(2026, 3, 9, 9)
	act(complaint, "Record Acceptance", words="fine")
	at(2026, 3, 16, 9)
	act(complaint, "Close")
	assert milestone(complaint, "decide") == met

	at(2026, 3, 2, 9)
	other = make_complaint(subject="Withdrawn after a day")
	due = milestone(other, "decide").due_at
	at(2026, 3, 3, 9)
	act(other, "Withdraw", words="no")
	at(2026, 3, 10, 9)
	as_user(make_user("manager"), lambda: act(other, "Reopen", to_state="Received", reason="mistake"))
	found = milestone(other, "decide")
	assert found.state == "Running"
	assert found.due_at == due + timedelta(days=7)


@pytest.mark.parametrize(
	("change", "sentence"),
	[
		({"targets": [target(amount=0)]}, "above zero"),
		({"targets": [target(amount=-1)]}, "above zero|negative"),
		({"working_hours": []}, "working hours"),
		({"time_zone": "Europe/Atlantis"}, "time zone"),
	],
)
def test_peer_defect_09_what_can_not_be_counted_is_refused_at_once(change, sentence):
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_policy(**{"targets": [target()], **change})


@pytest.mark.parametrize(
	("received", "due"),
	[
		((2026, 3, 28, 12), datetime(2026, 3, 29, 13)),
		((2026, 10, 24, 12), datetime(2026, 10, 25, 11)),
	],
)
def test_peer_defect_10_dst_both_ways_and_for_a_user_elsewhere(received, due):
	make_policy(targets=[target(amount=24, unit="hours")])
	at(*received)
	agent = make_user("agent")
	frappe.db.set_value("User", agent, "time_zone", "America/New_York")
	complaint = as_user(agent, make_complaint)
	found = milestone(complaint, "decide")
	assert found.due_at == due
	assert clock.from_micros(found.due_utc) == berlin(*received).astimezone(timezone.utc) + timedelta(
		hours=24
	)


def test_peer_defect_11_bulk_updates_go_through_the_same_rules():
	from frappe.desk.doctype.bulk_update.bulk_update import submit_cancel_or_update_docs

	at(2026, 3, 2, 9)
	one, two = make_complaint(), make_complaint(subject="Another")
	frappe.db.commit()
	submit_cancel_or_update_docs(
		"Complaint", frappe.as_json([one.name, two.name]), "update", {"status": "Closed", "is_overdue": 1}
	)
	assert {frappe.db.get_value("Complaint", doc.name, "status") for doc in (one, two)} == {"Received"}


def test_peer_defect_12_rank_decides_then_specificity_and_the_choice_is_shown():
	make_policy(title="broad", rank=60, targets=[target()])
	narrow = make_policy(title="narrow", rank=60, channel="Phone", company=company(), targets=[target()])
	assert policy.choose(make_complaint().as_dict())[0] == narrow.name
	ranked = make_policy(title="ranked", rank=61, targets=[target()])
	complaint = make_complaint(subject="Ranked")
	assert complaint.sla_policy == ranked.name
	assert "ranked" in complaint.policy_reason and "61" in complaint.policy_reason


def company() -> str:
	return make_complaint(subject="for its company").company


@pytest.mark.erpnext
def test_peer_defect_13_one_customer_has_a_policy_for_issues_and_another_for_complaints():
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	for priority in ("Medium",):
		if not frappe.db.exists("Issue Priority", priority):
			frappe.get_doc({"doctype": "Issue Priority", "name": priority}).insert()
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Regression 13",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	customer = make_customer()
	agreement = frappe.get_doc(
		{
			"doctype": "Service Level Agreement",
			"document_type": "Issue",
			"service_level": "Regression 13",
			"entity_type": "Customer",
			"entity": customer,
			"holiday_list": holidays.name,
			"enabled": 1,
			"apply_sla_for_resolution": 1,
			"priorities": [
				{"priority": "Medium", "response_time": 3600, "resolution_time": 7200, "default_priority": 1}
			],
			"sla_fulfilled_on": [{"status": "Closed"}],
			"support_and_resolution": [
				{"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"}
				for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
			],
		}
	).insert()
	mine = make_policy(targets=[target(amount=5, unit="business days")])
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Kettle", "customer": customer}).insert()
	complaint = make_complaint()
	assert issue.service_level_agreement == agreement.name
	assert complaint.sla_policy == mine.name
