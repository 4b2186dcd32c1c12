"""A safety implication asks whether an authority must know: decided by a manager, by its own clock, also after closing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import frappe
import pytest

from cms_iso10002.complaints import clock, reportability, sweep, verification
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_user,
	pass_time,
	set_now,
)

MONDAY = datetime(2030, 3, 4, 9, tzinfo=timezone.utc)


@pytest.fixture
def case():
	"""A complaint with a safety implication, on a Monday at nine."""
	set_now(MONDAY)
	return edit(make_complaint(), safety_implication="Yes", handler=make_user("agent"))


def record(complaint):
	return frappe.get_last_doc("Complaint Reportability", {"complaint": complaint.name})


def decide(complaint, reportable, **answers) -> str:
	return as_user(
		make_user("manager"), lambda: reportability.decide(record(complaint).name, reportable, **answers)
	)


def told(complaint) -> list[str]:
	about = {"document_name": complaint.name, "for_user": make_user("manager")}
	return frappe.get_all("Notification Log", about, pluck="subject", order_by="creation")


def swept(complaint) -> int:
	return sweep.bring_up_to_date(complaint.name)


def test_it_is_asked_once_with_a_day_to_decide(case):
	found = record(case)
	assert (found.state, found.decide_by) == ("To Decide", clock.to_site(MONDAY + timedelta(hours=24)))
	assert kinds(case)[-1] == "reportability_opened"
	edit(case, safety_implication="No")
	edit(case, safety_implication="Yes")
	assert frappe.db.count("Complaint Reportability", {"complaint": case.name}) == 1


def test_it_is_asked_at_receipt_too_and_of_nothing_else():
	assert record(make_complaint(safety_implication="Yes")).state == "To Decide"
	assert not frappe.db.exists("Complaint Reportability", {"complaint": make_complaint().name})


def test_settings_say_how_long():
	frappe.db.set_single_value("Complaint Settings", "reportability_hours", 2)
	set_now(MONDAY)
	found = record(make_complaint(safety_implication="Yes"))
	assert found.decide_by == clock.to_site(MONDAY + timedelta(hours=2))


def test_it_need_not_be_reported_for_a_reason(case):
	with pytest.raises(frappe.ValidationError, match="Say why it need not"):
		decide(case, False, reason=" ")
	assert decide(case, False, reason="A <b>scratch</b>, nobody was hurt.") == "Not Reportable"
	found = record(case)
	assert found.decided_by == make_user("manager") and "<b>" not in found.reason
	assert kinds(case)[-1] == "reportability_decided"


@pytest.mark.parametrize(
	("answers", "says"),
	[
		({}, "to whom"),
		({"authority": "MSA"}, "by when"),
		({"report_by": "2030-03-08 12:00:00"}, "to whom"),
		({"authority": "MSA", "report_by": "tomorrow"}, "not a point in time"),
		({"authority": "MSA", "report_by": "2030-03-04 08:00:00"}, "has passed"),
	],
)
def test_what_must_be_reported_says_to_whom_and_by_when(case, answers, says):
	with pytest.raises(frappe.ValidationError, match=says):
		decide(case, True, **answers)
	assert record(case).state == "To Decide"


def test_decided_reported_and_done(case):
	assert decide(case, 1, authority="MSA", report_by="2030-03-08 12:00:00") == "To Report"
	assert decide(case, "1", authority="MSA", report_by="2030-03-07 12:00:00") == "To Report"
	name = record(case).name
	with pytest.raises(frappe.ValidationError, match="future"):
		as_user(make_user("manager"), lambda: reportability.record_report(name, "2030-03-05 00:00:00"))
	state = as_user(make_user("manager"), lambda: reportability.record_report(name, reference="MSA-1"))
	assert state == "Reported" and record(case).reported_by == make_user("manager")
	with pytest.raises(frappe.ValidationError, match="reported already"):
		decide(case, False, reason="x")
	assert as_user(make_user("manager"), lambda: reportability.ask_again(case.name)) != name
	assert not verification.verify(case.name).findings


def test_the_managers_are_reminded_and_then_it_is_overdue(case):
	before = len(told(case))
	pass_time(hours=17)
	swept(case)
	assert len(told(case)) == before
	pass_time(hours=2)
	swept(case)
	assert "whether it must be reported" in told(case)[-1]
	count = len(told(case))
	swept(case)
	assert len([words for words in told(case)[count:] if "reported" in words]) == 0
	pass_time(hours=6)
	swept(case)
	assert any("nobody has decided" in words for words in told(case)[count:])
	tasks = frappe.get_all("ToDo", {"reference_name": case.name, "status": "Open"}, pluck="description")
	assert len([words for words in tasks if "nobody has decided" in words]) == 1


def test_a_report_that_is_owed_outlives_the_closing(case):
	decide(case, True, authority="MSA", report_by="2030-03-14 09:00:00")
	case = act(
		act(
			act(
				as_user(
					make_user("investigator"),
					lambda: _decided(case),
				),
				"Send Response",
				channel="Phone",
			),
			"Record Acceptance",
		),
		"Close",
	)
	assert case.status == "Closed" and case.next_action_at
	count = len(told(case))
	set_now(datetime(2030, 3, 14, 9, 0, 1, tzinfo=timezone.utc))
	swept(case)
	assert any("was to be reported" in words for words in told(case)[count:])
	case.reload()
	assert case.status == "Closed" and not case.next_action_at


def _decided(case):
	from tests.site.factories import ASSESSMENT

	frappe.set_user("Administrator")
	act(case, "Acknowledge", channel="Phone")
	act(edit(case, **{**ASSESSMENT, "safety_implication": "Yes"}), "Assess")
	act(edit(case, investigator=make_user("investigator")), "Investigate")
	frappe.set_user(make_user("investigator"))
	return act(edit(case, findings="The seal."), "Decide", outcome="Upheld", reasons="The seal.")


def test_no_closing_before_it_is_decided():
	case = act(advance(make_complaint(), "Response Sent", safety_implication="Yes"), "Record Acceptance")
	with pytest.raises(frappe.ValidationError, match="whether it must be reported"):
		act(case, "Close")
	decide(case, False, reason="Nobody was hurt.")
	assert act(case, "Close").status == "Closed"


def test_only_a_manager_decides_and_nobody_writes_the_record_by_hand(case):
	with pytest.raises(frappe.PermissionError, match="Complaint Manager"):
		as_user(make_user("agent"), lambda: reportability.decide(record(case).name, False, "x"))
	found = record(case)
	found.state = "Reported"
	with pytest.raises(frappe.ValidationError, match="starts a clock"):
		found.save()
	with pytest.raises(frappe.ValidationError, match="can't be deleted"):
		frappe.delete_doc("Complaint Reportability", found.name)
	with pytest.raises(frappe.ValidationError, match="must be reported, and to whom"):
		as_user(make_user("manager"), lambda: reportability.record_report(found.name))


def test_those_of_confidential_cases_are_seen_by_who_sees_the_case(case):
	edit(case, confidentiality="Confidential")

	def seen(user):
		names = as_user(user, lambda: frappe.get_list("Complaint Reportability", pluck="complaint"))
		may = frappe.has_permission("Complaint Reportability", "read", record(case).name, user=user)
		assert may is (case.name in names)
		return may

	assert seen(make_user("agent")) and seen(make_user("manager")) and not seen(make_user("agent2"))


@pytest.mark.parametrize("when", ["2001-01-01 09:00:00", "rubbish"])
def test_nothing_is_reported_before_it_was_received(case, when):
	decide(
		case, True, authority="Market surveillance", report_by=str(clock.to_site(MONDAY + timedelta(days=2)))
	)
	report = lambda **given: reportability.record_report(record(case).name, **given)  # noqa: E731
	with pytest.raises(
		frappe.ValidationError, match=r"before the complaint was received|not a point in time"
	):
		as_user(make_user("manager"), lambda: report(reported_on=when))
	assert record(case).state == "To Report"
	received = frappe.db.get_value("Complaint", case.name, "received_on")
	assert as_user(make_user("manager"), lambda: report(reported_on=str(received))) == "Reported"
