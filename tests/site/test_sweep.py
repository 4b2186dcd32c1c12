"""The sweep: what the passing of time does to complaints, once."""

from datetime import datetime, timedelta, timezone

import frappe
import pytest

from cms_iso10002.complaints import clock, correspondence, due_actions, sweep, timeline
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_customer,
	make_policy,
	make_user,
	milestone,
	pass_time,
	set_now,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)  # 09:00 in Berlin, an ordinary working week ahead


@pytest.fixture(autouse=True)
def _monday(site):
	set_now(MONDAY)
	yield
	set_now(None)


def sweep_now() -> int:
	"""What the scheduler does, in this process."""
	frappe.db.commit()
	return sweep.work(sweep.due(100))


def count(doctype: str, **filters) -> int:
	return frappe.db.count(doctype, filters)


def of(complaint, kind: str) -> list[dict]:
	"""The data of a complaint's events of a kind."""
	return [event.data for event in timeline.events_of(complaint.name, kind)]


def next_look(complaint):
	return frappe.db.get_value("Complaint", complaint.name, "next_action_at")


def test_nothing_is_due_at_first():
	make_complaint()
	assert sweep_now() == 0


def test_a_milestone_is_warned_of_once():
	complaint = make_complaint(handler=make_user("agent"))
	pass_time(days=1, hours=5)  # three quarters of a business day and of a second one
	before = count("Notification Log", document_name=complaint.name)
	assert sweep_now() > 0
	warned = of(complaint, "warned")
	assert {"acknowledge", "contain"} <= {data["stage"] for data in warned}
	told = count("Notification Log", document_name=complaint.name) - before
	assert told == len(warned)
	assert sweep_now() == 0
	assert of(complaint, "warned") == warned


def test_a_missed_milestone_is_marked_once_and_told_to_handler_and_managers():
	manager, agent = make_user("manager"), make_user("agent")
	complaint = make_complaint(handler=agent)
	pass_time(days=1, hours=9)
	sweep_now()
	frappe.db.delete("Notification Log", {"document_name": complaint.name})
	sweep_now()
	complaint.reload()
	assert milestone(complaint, "acknowledge").state == "Overdue"
	assert complaint.is_overdue
	assert [data["stage"] for data in of(complaint, "overdue")] == ["acknowledge", "contain"]
	pass_time(days=30)
	sweep_now()
	assert [data["stage"] for data in of(complaint, "overdue")].count("acknowledge") == 1
	told = frappe.get_all(
		"Notification Log", {"document_name": complaint.name}, pluck="for_user", order_by="creation"
	)
	assert {agent, manager} <= set(told)


def test_an_acknowledgement_after_the_sweep_stays_late_for_ever():
	complaint = make_complaint()
	pass_time(days=3)
	sweep_now()
	act(complaint, "Acknowledge", channel="Phone")
	assert milestone(complaint, "acknowledge").state == "Met Late"
	sweep_now()
	assert milestone(complaint, "acknowledge").state == "Met Late"


def test_escalation_goes_to_the_role_raises_the_level_and_assigns_the_least_busy():
	one, two = make_user("manager"), make_user("manager2")
	make_policy(
		targets=[
			{
				"stage": "decide",
				"amount": 2,
				"unit": "business days",
				"escalate_to_role": "Complaint Manager",
				"raises_level": 1,
			}
		]
	)
	busy = make_complaint()
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"reference_type": "Complaint",
			"reference_name": busy.name,
			"allocated_to": one,
			"description": "something else",
		}
	).insert()
	agent = make_user("agent")
	complaint = make_complaint(handler=agent, subject="Another kettle")
	pass_time(days=3)
	sweep_now()
	complaint.reload()
	assert complaint.escalation_level == 1
	(escalated,) = of(complaint, "escalated")
	assert (escalated["role"], escalated["level"]) == ("Complaint Manager", 1)
	tasks = frappe.get_all(
		"ToDo", {"reference_name": complaint.name}, ["allocated_to", "priority"], order_by="creation"
	)
	assert len(tasks) == 1 and tasks[0].priority == "High"
	responsible = frappe.db.get_value("Complaint Actor", escalated["user"], "user")
	assert tasks[0].allocated_to == responsible != one
	sweep_now()
	assert count("ToDo", reference_name=complaint.name) == 1
	told = set(frappe.get_all("Notification Log", {"document_name": complaint.name}, pluck="for_user"))
	assert told >= {agent, one, two}
	mails = frappe.get_all(
		"Email Queue", {"reference_name": complaint.name}, ["name", "message"], order_by="creation"
	)
	recipients = frappe.get_all(
		"Email Queue Recipient", {"parent": ("in", [mail.name for mail in mails])}, pluck="recipient"
	)
	assert sorted(recipients) == sorted(told) and all("overdue" in mail.message for mail in mails)


def test_who_wants_no_mail_gets_none():
	agent = make_user("agent")
	frappe.db.set_value("Notification Settings", agent, "enable_email_notifications", 0)
	frappe.clear_document_cache("Notification Settings", agent)
	complaint = make_complaint(handler=agent)
	pass_time(days=3)
	sweep_now()
	recipients = frappe.get_all(
		"Email Queue Recipient",
		{"parent": ("in", frappe.get_all("Email Queue", {"reference_name": complaint.name}, pluck="name"))},
		pluck="recipient",
		order_by="name",
	)
	assert agent not in recipients and make_user("manager") in recipients


def test_escalation_tells_nobody_from_whom_the_case_is_kept():
	outsider = make_user("agent2")
	make_policy(
		targets=[
			{"stage": "decide", "amount": 1, "unit": "business days", "escalate_to_user": outsider},
		]
	)
	complaint = make_complaint(handler=make_user("agent"), confidentiality="Restricted")
	pass_time(days=4)
	sweep_now()
	told = set(
		frappe.get_all(
			"Notification Log", {"document_name": complaint.name}, pluck="for_user", order_by="name"
		)
	)
	assert outsider not in told
	assert make_user("manager") in told
	assert not count("ToDo", reference_name=complaint.name, allocated_to=outsider)


def test_people_are_told_in_their_language():
	agent = make_user("agent")
	frappe.db.set_value("User", agent, "language", "de")
	frappe.clear_document_cache("User", agent)
	complaint = make_complaint(handler=agent)
	pass_time(days=3)
	sweep_now()
	subjects = frappe.get_all(
		"Notification Log",
		{"document_name": complaint.name, "for_user": agent},
		pluck="subject",
		order_by="creation",
	)
	assert any("überfällig" in subject for subject in subjects)


def test_next_action_at_is_the_next_thing_owed():
	complaint = make_complaint()
	assert next_look(complaint) == milestone(complaint, "acknowledge").warn_at
	pass_time(days=1, hours=5)
	# an event between the warning's time and the sweep does not make the warning forgotten
	edit(complaint, handler=make_user("agent"))
	act(complaint, "Acknowledge", channel="Phone")
	assert next_look(complaint) <= clock.now_site()
	sweep_now()
	assert [data["stage"] for data in of(complaint, "warned")] == ["contain"]


def test_a_closed_case_is_left_alone():
	complaint = make_complaint()
	act(complaint, "Withdraw", words="never mind")
	assert next_look(complaint) is None
	pass_time(days=100)
	assert sweep_now() == 0


def test_the_progress_update_is_a_task_or_sends_itself():
	agent = make_user("agent")
	make_policy(targets=[{"stage": "update", "amount": 4, "unit": "business days", "repeats": 1}])
	one = make_complaint(handler=agent)
	pass_time(days=4)
	sweep_now()
	tasks = frappe.get_all("ToDo", {"reference_name": one.name}, ["allocated_to"], order_by="creation")
	assert [task.allocated_to for task in tasks] == [agent]
	frappe.db.set_single_value("Complaint Settings", "progress_updates", "Send by Itself")
	two = make_complaint(handler=agent)  # on a Friday
	pass_time(days=6)
	sweep_now()
	assert count("Complaint Letter", complaint=two.name, kind="Progress Update") == 1
	assert milestone(two, "update").occurrence == 2
	assert not count("ToDo", reference_name=two.name)
	sweep_now()
	assert count("Complaint Letter", complaint=two.name, kind="Progress Update") == 1


def test_a_case_that_fails_blocks_nobody_and_is_tried_again_later(monkeypatch):
	bad, good = make_complaint(), make_complaint(subject="A good one")
	real = due_actions.MILESTONE_DUTIES["overdue"]

	def breaks(doc, duty, under):
		if doc.name == bad.name:
			raise RuntimeError("a broken case")
		return real(doc, duty, under)

	monkeypatch.setitem(due_actions.MILESTONE_DUTIES, "overdue", breaks)
	pass_time(days=2)
	errors = count("Error Log")
	sweep_now()
	assert of(good, "overdue") and not of(bad, "overdue")
	assert count("Error Log") == errors + 1
	assert not count("Notification Log", document_name=bad.name)
	assert next_look(bad) == clock.to_site(clock.now_utc() + timedelta(minutes=5))
	sweep_now()
	assert count("Error Log") == errors + 1
	pass_time(minutes=6)
	sweep_now()
	assert next_look(bad) == clock.to_site(clock.now_utc() + timedelta(minutes=10))
	monkeypatch.undo()
	pass_time(minutes=11)
	sweep_now()
	assert [data["stage"] for data in of(bad, "overdue")] == ["acknowledge", "contain"]
	assert frappe.db.get_value("Complaint", bad.name, "sweep_attempts") == 0


# waiting for the complainant -----------------------------------------------------------------------------


def waiting(**values):
	complaint = advance(make_complaint(handler=make_user("agent"), **values), "Under Investigation")
	return act(complaint, "Ask Complainant", question="Where did you buy it?", channel="E-mail")


def test_the_complainant_is_reminded_then_the_case_goes_on():
	complaint = waiting()
	pass_time(days=7, hours=1)
	sweep_now()
	letters = frappe.get_all(
		"Complaint Letter",
		{"complaint": complaint.name, "kind": "Information Request"},
		["message", "content"],
		order_by="creation",
	)
	assert [letter.message for letter in letters] == ["Where did you buy it?"] * 2
	assert "before" in letters[1].content and "before" not in letters[0].content
	pass_time(days=5)
	sweep_now()
	sweep_now()
	assert count("Complaint Letter", complaint=complaint.name, kind="Information Request") == 3
	pass_time(days=3)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Under Investigation" and not complaint.waiting_on
	last = timeline.events_of(complaint.name, "state_changed")[-1]
	assert last.data["action"] == "Resume"
	actors = frappe.get_all(
		"Complaint Event",
		{"complaint": complaint.name, "kind": "resumed"},
		pluck="actor",
		order_by="sequence",
	)
	assert actors == ["System"]
	assert sweep_now() == 0


def test_an_answer_ends_the_reminders():
	complaint = waiting()
	pass_time(days=2)
	act(complaint, "Resume", answer="In Berlin")
	pass_time(days=6)
	sweep_now()
	assert count("Complaint Letter", complaint=complaint.name, kind="Information Request") == 1


def test_who_can_not_be_mailed_is_a_task():
	complaint = waiting_by_phone()
	pass_time(days=8)
	sweep_now()
	tasks = frappe.get_all("ToDo", {"reference_name": complaint.name}, pluck="description", order_by="name")
	assert any("Remind" in task for task in tasks)
	assert count("Complaint Letter", complaint=complaint.name, kind="Information Request") == 1


def waiting_by_phone():
	complaint = make_complaint(handler=make_user("agent"), complainant_email="")
	complaint = advance(complaint, "Under Investigation")
	return act(complaint, "Ask Complainant", question="Where?", channel="Phone")


def answered(**settings):
	frappe.db.set_single_value("Complaint Settings", settings)
	complaint = advance(make_complaint(handler=make_user("agent")), "Decided")
	return act(complaint, "Send Response", channel="E-mail")


def test_no_reply_closing_is_off_by_default():
	complaint = answered()
	pass_time(days=40)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Response Sent"


def test_no_reply_closes_after_reminders_where_settings_say_so():
	complaint = answered(no_reply_closing=1)
	pass_time(days=8)
	sweep_now()
	pass_time(days=8)
	sweep_now()
	complaint.reload()
	assert (complaint.status, complaint.closure_basis) == ("Closed", "No Reply")


def test_no_reply_does_not_close_without_what_its_basis_needs():
	complaint = answered(no_reply_closing=1, no_reply_reminders=3)
	pass_time(days=20)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Response Sent"
	subjects = frappe.get_all(
		"Notification Log",
		{"document_name": complaint.name},
		["subject", "email_content"],
		order_by="creation",
	)
	assert any("reminders" in (row.email_content or "") for row in subjects)
	assert sweep_now() == 0  # told once


def test_the_recourse_window_expires_by_the_sweep():
	complaint = answered()
	complaint = act(complaint, "Record Rejection", words="no")
	pass_time(days=59)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Rejected"
	pass_time(days=3)
	sweep_now()
	complaint.reload()
	assert (complaint.status, complaint.closure_basis) == ("Closed", "Recourse Expired")


def test_a_dispute_outside_keeps_the_case_open():
	complaint = answered()
	complaint = act(complaint, "Record Rejection", words="no")
	frappe.get_doc(
		{
			"doctype": "External Dispute",
			"complaint": complaint.name,
			"body": frappe.get_all("Dispute Resolution Body", pluck="name", limit=1, order_by="name")[0],
			"filed_on": clock.now_site(),
		}
	).insert()
	pass_time(days=70)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Rejected"


def test_saving_what_concerns_no_clock_costs_no_replay(monkeypatch):
	complaint = make_complaint()
	calls = []
	real = timeline.replay
	monkeypatch.setattr(
		timeline, "replay", lambda *args, **kwargs: calls.append(args) or real(*args, **kwargs)
	)
	edit(complaint, remedy_notes="a new kettle, please", customer_reference="K-1")
	as_user(make_user("manager"), lambda: edit(complaint, confidentiality="Confidential"))
	assert calls == []
	act(complaint, "Acknowledge", channel="Phone")
	assert len(calls) == 1
	assert kinds(complaint)[-1] == "state_changed"


# who is told ---------------------------------------------------------------------------------------------


def told_users(complaint) -> set[str]:
	return set(
		frappe.get_all(
			"Notification Log", {"document_name": complaint.name}, pluck="for_user", order_by="name"
		)
	)


@pytest.mark.parametrize("gone", ["disabled", "without the role"])
def test_a_handler_who_is_gone_is_replaced_by_the_managers(gone):
	agent = make_user("agent2")
	complaint = make_complaint(handler=agent)
	if gone == "disabled":
		frappe.db.set_value("User", agent, "enabled", 0)
	else:
		frappe.get_doc("User", agent).remove_roles("Complaint Agent")
	pass_time(days=1, hours=5)
	sweep_now()
	assert agent not in told_users(complaint) and make_user("manager") in told_users(complaint)


def test_a_manager_whose_user_permissions_hide_the_case_is_not_told():
	manager, other = make_user("manager"), make_user("manager2")
	complaint = make_complaint(handler=make_user("agent"))
	elsewhere = frappe.get_all("Customer", {"name": ("!=", complaint.customer)}, pluck="name", limit=1)
	elsewhere = elsewhere or [make_customer("Somebody Else Ltd")]
	frappe.get_doc(
		{"doctype": "User Permission", "user": manager, "allow": "Customer", "for_value": elsewhere[0]}
	).insert()
	frappe.clear_cache(user=manager)
	pass_time(days=3)
	sweep_now()
	assert manager not in told_users(complaint) and other in told_users(complaint)


def test_a_disabled_alternate_is_not_told():
	alternate = make_user("agent2")
	frappe.db.set_single_value("Complaint Settings", "alternate_manager", alternate)
	frappe.db.set_value("User", alternate, "enabled", 0)
	complaint = make_complaint(
		persons_concerned=[{"user": make_user("manager")}], conflict_check="Names Recorded"
	)
	pass_time(days=3)
	sweep_now()
	assert alternate not in told_users(complaint)


def test_who_chose_no_language_is_told_in_the_sites():
	frappe.db.set_default("lang", "de")  # as System Settings do
	agent = make_user("agent")
	frappe.db.set_value("User", agent, "language", None)
	frappe.clear_cache(user=agent)
	frappe.local.lang = "en"  # as in a background job
	complaint = make_complaint(handler=agent)
	pass_time(days=3)
	sweep_now()
	subjects = frappe.get_all(
		"Notification Log", {"document_name": complaint.name, "for_user": agent}, pluck="subject"
	)
	assert any("überfällig" in subject for subject in subjects)


# more ways to wait ---------------------------------------------------------------------------------------


def test_an_update_nobody_was_warned_of_is_still_written():
	agent = make_user("agent")
	frappe.db.set_single_value("Complaint Settings", "progress_updates", "Send by Itself")
	target = {"stage": "update", "amount": 2, "unit": "business days", "repeats": 1, "warn_percent": ""}
	make_policy(targets=[target])
	complaint = make_complaint(handler=agent)
	pass_time(days=3)
	sweep_now()
	assert count("Complaint Letter", complaint=complaint.name, kind="Progress Update") == 1
	assert milestone(complaint, "update").state == "Running"


def test_an_update_goes_out_at_the_last_warning_only():
	frappe.db.set_single_value("Complaint Settings", "progress_updates", "Send by Itself")
	target = {"stage": "update", "amount": 4, "unit": "business days", "warn_percent": "25, 75"}
	make_policy(targets=[target])
	complaint = make_complaint(handler=make_user("agent"))
	pass_time(days=2)
	sweep_now()
	assert of(complaint, "warned")
	assert not count("Complaint Letter", complaint=complaint.name, kind="Progress Update")
	pass_time(days=2)
	sweep_now()
	assert count("Complaint Letter", complaint=complaint.name, kind="Progress Update") == 1


def test_changed_settings_reach_cases_that_wait_already(monkeypatch):
	jobs = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **kwargs: jobs.append((method, kwargs)))
	complaint = answered()
	assert next_look(complaint) is None
	settings = frappe.get_doc("Complaint Settings")
	settings.no_reply_closing = 1
	settings.save()
	mine = [kwargs["names"] for method, kwargs in jobs if method is sweep.refresh]
	assert mine == [[complaint.name]]
	frappe.db.commit()
	sweep.refresh(mine[0])
	assert next_look(complaint) is not None
	settings.reload()
	settings.contact_person = "Somebody"
	settings.save()
	assert len([1 for method, _kwargs in jobs if method is sweep.refresh]) == 1


def letters(complaint) -> list[str]:
	return frappe.get_all(
		"Complaint Letter",
		{"complaint": complaint.name, "kind": "Information Request"},
		pluck="name",
		order_by="creation",
	)


def test_a_question_that_bounced_after_its_reminder_arrived_is_still_waited_for():
	complaint = waiting()
	pass_time(days=8)
	sweep_now()
	question, reminder = letters(complaint)
	correspondence.delivery_failed(question, "mailbox full")
	complaint.reload()
	assert complaint.status == "Awaiting Complainant"
	before = len(letters(complaint))
	assert sweep_now() == 0 and len(letters(complaint)) == before, "it is not reminded again at once"
	pass_time(days=12)
	sweep_now()
	complaint.reload()
	assert complaint.status == "Under Investigation"
	correspondence.delivery_failed(reminder, "that too")


def test_a_reminder_that_bounced_changes_nothing_and_a_second_question_that_did_ends_the_wait():
	complaint = waiting()
	pass_time(days=8)
	sweep_now()
	correspondence.delivery_failed(letters(complaint)[1], "mailbox full")
	complaint.reload()
	assert complaint.status == "Awaiting Complainant"
	act(complaint, "Resume", answer="In Berlin")
	act(complaint, "Ask Complainant", question="And when?", channel="E-mail")
	correspondence.delivery_failed(letters(complaint)[-1], "mailbox full")
	complaint.reload()
	assert complaint.status == "Under Investigation"
	assert all(data["duty"] != "resume" for data in of(complaint, "swept"))


def test_a_failure_long_ago_is_forgotten_once_anything_was_done():
	complaint = waiting()
	frappe.db.set_value("Complaint", complaint.name, "sweep_attempts", 5)
	pass_time(days=8)
	sweep_now()
	assert frappe.db.get_value("Complaint", complaint.name, "sweep_attempts") == 0


def test_what_is_not_due_any_more_is_not_looked_at(monkeypatch):
	complaint = make_complaint()
	frappe.db.commit()
	monkeypatch.setattr(timeline, "events_of", lambda *args, **kwargs: 1 / 0)
	assert sweep.bring_up_to_date(complaint.name) == 0
