"""Moving clocks on purpose: each move an event, old to new, with its reason; nothing met, nothing closed."""

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.complaints import recalculation, timeline, verification
from tests.site.factories import (
	ASSESSMENT,
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


@pytest.fixture(autouse=True)
def _monday(site):
	set_now(MONDAY)
	yield
	set_now(None)


def changes(complaint) -> list[dict]:
	return [event.data for event in timeline.events_of(complaint.name, "policy_changed")]


def decide_in(days: int, **values):
	return make_policy(targets=[{"stage": "decide", "amount": days, "unit": "business days"}], **values)


def make_holiday_list(*days: str, name: str = "Test holidays"):
	doc = frappe.new_doc("Holiday List")
	doc.update(
		{
			"holiday_list_name": name,
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"holidays": [{"holiday_date": day, "description": "a holiday"} for day in days],
		}
	)
	doc.insert()
	return doc


def test_another_severity_puts_open_clocks_under_the_policy_that_fits_then():
	decide_in(20, title="all")
	urgent = decide_in(2, title="critical", severity="Critical")
	complaint = make_complaint()
	complaint = edit(complaint, severity="Critical")
	assert complaint.sla_policy == urgent.name
	(change,) = changes(complaint)
	assert "Severity" in change["reason"] and change["policy"] == urgent.name
	(move,) = change["moved"]
	assert (move["stage"], move["old_due"] > move["new_due"]) == ("decide", True)
	assert milestone(complaint, "decide").due_at == datetime(2026, 3, 4, 17)
	assert "critical" in complaint.policy_reason
	edit(complaint, remedy_notes="quickly please")
	assert len(changes(complaint)) == 1
	assert not verification.verify(complaint.name).findings


def test_what_was_met_stays_and_nothing_becomes_overdue_at_once():
	targets = [
		{"stage": "acknowledge", "amount": 3, "unit": "business days"},
		{"stage": "decide", "amount": 20, "unit": "business days"},
	]
	make_policy(targets=targets)
	strict = [{**target, "amount": 1} for target in targets]
	make_policy(targets=strict, priority="Urgent", title="urgent")
	complaint = make_complaint(**ASSESSMENT)
	pass_time(days=2)
	act(complaint, "Acknowledge", channel="Phone")
	met = milestone(complaint, "acknowledge")
	pass_time(days=5)
	complaint = edit(
		complaint, severity="Critical", impact="High", assessment_reason="It burns", safety_implication="Yes"
	)
	assert complaint.priority == "Urgent"
	after = milestone(complaint, "acknowledge")
	assert (after.state, after.due_at, after.met_at) == ("Met", met.due_at, met.met_at)
	assert milestone(complaint, "decide").state == "Running"
	assert not complaint.is_overdue


def test_a_closed_case_stays_under_its_policy():
	decide_in(20)
	complaint = act(make_complaint(), "Withdraw", words="never mind")
	before = milestone(complaint, "decide")
	frappe.db.commit()
	assert recalculation.move([complaint.name], "test", choose=True) == 0
	assert milestone(complaint, "decide") == before


def test_an_edited_holiday_list_moves_open_milestones_only_each_as_an_event(monkeypatch):
	jobs = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **kwargs: jobs.append((method, kwargs)))
	holidays = make_holiday_list("2026-04-03")
	targets = [
		{"stage": "acknowledge", "amount": 1, "unit": "business days"},
		{"stage": "decide", "amount": 5, "unit": "business days"},
	]
	make_policy(targets=targets, holiday_list=holidays.name)
	open_case = advance(make_complaint(), "Acknowledged")
	closed = act(make_complaint(subject="Closed"), "Withdraw", words="no")
	met, was_closed = milestone(open_case, "acknowledge"), milestone(closed, "decide")
	holidays.append("holidays", {"holiday_date": "2026-03-05", "description": "flood"})
	holidays.save()
	mine = [kwargs for method, kwargs in jobs if method is recalculation.move]
	assert [kwargs["names"] for kwargs in mine] == [[open_case.name]]
	frappe.db.commit()
	assert recalculation.move(mine[0]["names"], mine[0]["why"]) == 1
	assert milestone(open_case, "decide").due_at == datetime(2026, 3, 10, 17)
	assert milestone(open_case, "acknowledge").due_at == met.due_at
	assert milestone(closed, "decide").due_at == was_closed.due_at
	(change,) = changes(open_case)
	assert holidays.name in change["reason"] and [move["stage"] for move in change["moved"]] == ["decide"]
	assert recalculation.move(mine[0]["names"], mine[0]["why"]) == 0
	assert not changes(closed)


def test_the_managers_tool_shows_then_does():
	complaint = make_complaint()
	mine = decide_in(3, title="better")
	manager = make_user("manager")
	shown = as_user(manager, lambda: recalculation.dry_run(complaint=complaint.name, choose=1))
	assert shown["changes"] == 1
	assert {row["to_policy"] for row in shown["rows"]} == {mine.name}
	decide = next(row for row in shown["rows"] if row["stage"] == "decide")
	assert (decide["old_due"], decide["new_due"]) == (
		milestone(complaint, "decide").due_at,
		datetime(2026, 3, 5, 17),
	)
	assert not changes(complaint)
	with pytest.raises(frappe.ValidationError, match="Say why"):
		as_user(manager, lambda: recalculation.apply(" ", complaint=complaint.name, choose=1))
	done = as_user(manager, lambda: recalculation.apply("new contract", complaint=complaint.name, choose=1))
	assert done == {"cases": 1, "changed": 1}
	assert milestone(complaint, "decide").due_at == datetime(2026, 3, 5, 17)
	(change,) = changes(complaint)
	assert change["reason"] == recalculation.BY_HAND  # a person's words stand where they can be erased
	note = {"complaint": complaint.name, "kind": "policy_changed"}
	assert frappe.db.get_value("Complaint Event", note, "note") == "new contract"
	complaint.reload()
	assert complaint.sla_policy == mine.name
	assert as_user(manager, lambda: recalculation.dry_run(complaint=complaint.name, choose=1))["changes"] == 0


def test_the_tool_is_for_managers_and_for_cases_they_see():
	complaint = make_complaint(
		persons_concerned=[{"user": make_user("manager")}], conflict_check="Names Recorded"
	)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: recalculation.dry_run(complaint=complaint.name))
	assert (
		as_user(make_user("manager"), lambda: recalculation.dry_run(complaint=complaint.name))["cases"] == 0
	)


def test_a_case_under_no_working_hours_and_back():
	always = make_policy(
		title="always", working_hours=[], targets=[{"stage": "decide", "amount": 5, "unit": "calendar days"}]
	)
	decide_in(5, title="urgent", severity="Critical")
	complaint = make_complaint()
	assert complaint.sla_policy == always.name
	complaint = edit(complaint, severity="Critical")
	complaint = edit(complaint, severity="Minor", assessment_reason="looked again")
	assert complaint.sla_policy == always.name
	assert len(changes(complaint)) == 2
	assert recalculation.move_one(complaint.name, "again") is None
