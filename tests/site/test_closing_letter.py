"""Who complained is told that their complaint is closed, and asked how it was handled: once, and never at the price of closing."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import correspondence, sweep, timeline
from cms_iso10002.portal import feedback_requests, keys
from tests.site.factories import act, advance, as_user, kinds, make_complaint, make_user, pass_time, set_now
from tests.site.mails import make_mailbox
from tests.site.test_lives import MONDAY_NINE


@pytest.fixture(autouse=True)
def monday():
	make_mailbox()
	set_now(MONDAY_NINE)
	yield
	set_now(None)


def accepted(**values):
	case = advance(make_complaint(**values), "Response Sent")
	return act(case, "Record Acceptance", words="Fine")


def letters(case, **filters):
	return frappe.get_all(
		"Complaint Letter",
		filters={"complaint": case.name, "kind": "Closure", **filters},
		fields=["*"],
		order_by="creation",
	)


def tasks(case) -> list[str]:
	filters = {"reference_name": case.name, "status": "Open"}
	return frappe.get_all("ToDo", filters=filters, pluck="description", order_by="creation")


def data_of(case, kind: str) -> list[dict]:
	return [event.data for event in timeline.events_of(case.name, kind)]


def mails_of(case) -> list[str]:
	about = {"reference_name": case.name}
	return frappe.get_all("Email Queue", filters=about, pluck="message", order_by="creation")


def test_closing_mails_the_closure_letter_with_the_link_for_rating():
	case = accepted()
	frappe.db.delete("Email Queue")
	doc = act(case, "Close")
	[letter] = letters(case)
	assert (doc.status, letter.channel, letter.delivery) == ("Closed", "E-mail", "Sent")
	assert letter.recipient == "erika@muster.test"
	assert keys.feedback_key(case.name, "Closing") in letter.content
	told = [data for data in data_of(case, "letter_sent") if data["kind"] == "Closure"]
	assert [data["letter"] for data in told] == [letter.name]
	assert len(mails_of(case)) == 1
	seen = frappe.get_all(
		"Complaint Event",
		{"complaint": case.name, "kind": "letter_sent"},
		pluck="public",
		order_by="sequence",
	)
	assert seen[-1] == 1


def test_the_daily_run_asks_only_whom_no_letter_asked():
	with_link, withdrawn, by_phone = accepted(), make_complaint(), accepted()
	act(with_link, "Close")
	act(withdrawn, "Withdraw", words="x")
	act(by_phone, "Close", channel="Phone")  # heard that it is closed; nobody reads out a link
	assert kinds(with_link).count("feedback_asked") == 1
	frappe.db.delete("Email Queue")
	feedback_requests.run()
	feedback_requests.run()
	asked = sorted(frappe.get_all("Email Queue", pluck="reference_name", order_by="creation"))
	assert asked == sorted([withdrawn.name, by_phone.name])
	for case in (with_link, withdrawn, by_phone):
		assert kinds(case).count("feedback_asked") == 1


def test_a_template_without_the_link_leaves_the_asking_to_the_daily_run():
	template = frappe.get_doc("Email Template", "Complaint Closure")
	template.update({"response_html": "<p>It is closed.</p>"})
	template.save()
	case = accepted()
	act(case, "Close")
	assert letters(case) and "feedback_asked" not in kinds(case)
	frappe.db.delete("Email Queue")
	feedback_requests.run()
	assert frappe.get_all("Email Queue", pluck="reference_name", order_by="creation") == [case.name]


def test_closed_again_after_reopening_is_told_again_and_asked_once():
	case = accepted()
	act(case, "Close")
	act(case, "Reopen", to_state="Under Investigation", reason="there is more")
	pass_time(days=1)
	as_user(
		make_user("investigator"),
		lambda: act(case, "Decide", outcome="Upheld", reasons="More was found."),
	)
	act(case, "Send Response", channel="Phone")
	act(case, "Record Acceptance", words="Fine")
	act(case, "Close")
	assert len(letters(case)) == 2 and kinds(case).count("feedback_asked") == 1


def test_the_sweep_tells_too_as_the_system():
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"no_reply_closing": 1, "no_reply_reminders": 1})
	settings.save()
	case = advance(make_complaint(handler=make_user("agent")), "Response Sent")
	for _look in range(2):
		pass_time(days=8)
		frappe.db.commit()
		sweep.work(sweep.due(100))
	case.reload()
	assert (case.status, case.closure_basis) == ("Closed", "No Reply")
	[letter] = letters(case)
	assert letter.delivery == "Sent"
	queued = frappe.get_all("Email Queue", {"communication": letter.communication}, pluck="message")
	assert "Auto-Submitted: auto-replied" in queued[0]
	event = frappe.get_last_doc("Complaint Event", {"complaint": case.name, "kind": "letter_sent"})
	assert event.actor == "System"


def test_the_sweep_gives_a_task_where_there_is_no_e_mail():
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"no_reply_closing": 1, "no_reply_reminders": 0})
	settings.save()
	case = advance(make_complaint(complainant_email=None, handler=make_user("agent")), "Response Sent")
	pass_time(days=20)
	frappe.db.commit()
	sweep.work(sweep.due(100))
	case.reload()
	assert case.status == "Closed" and not letters(case)
	assert any("is closed" in task for task in tasks(case))


def test_without_e_mail_a_letter_is_recorded_only_where_somebody_says_so():
	unsaid = accepted(complainant_email=None, preferred_channel="Phone")
	assert act(unsaid, "Close").status == "Closed"
	assert not letters(unsaid) and not tasks(unsaid)
	said = accepted(complainant_email=None, preferred_channel="Phone")
	agent = make_user("agent")
	as_user(agent, lambda: act(said, "Close", channel="Phone"))
	[letter] = letters(said)
	assert (letter.channel, letter.delivery, letter.sent_by) == ("Phone", "Delivered", agent)
	posted = accepted(complainant_email=None, complainant_address="Weg 1\n10115 Berlin")
	act(posted, "Close", channel="Post")
	[letter] = letters(posted)
	assert keys.feedback_key(posted.name, "Closing") in letter.content
	assert keys.action_code(posted.name) in letter.page
	assert "feedback_asked" in kinds(posted)


def test_who_cannot_be_reached_is_not_told_and_the_case_closes():
	nobody = make_complaint(
		is_anonymous=1, customer=None, complainant_name=None, complainant_email=None, complainant_phone=None
	)
	act(nobody, "Acknowledge")
	advanced = frappe.get_doc("Complaint", nobody.name)
	advanced.update(
		{
			"severity": "Minor",
			"complexity": "Low",
			"impact": "Low",
			"safety_implication": "No",
			"immediate_action_needed": "No",
			"conflict_check": "None Found",
		}
	)
	advanced.save()
	act(nobody, "Assess")
	act(nobody, "Decide Without Investigation", waiver="clear", outcome="Upheld", reasons="It leaks.")
	act(nobody, "Send Response")
	assert act(nobody, "Close").closure_basis == "No Contact Possible"
	assert not letters(nobody) and not tasks(nobody)


def test_an_answer_that_bounced_is_not_followed_by_a_letter_to_the_same_address():
	case = advance(make_complaint(), "Decided")
	act(case, "Send Response", channel="E-mail")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name, "kind": "Decision"})
	frappe.db.set_value("Complaint Letter", letter.name, "delivery", "Failed")
	assert act(case, "Close", basis="No Contact Possible").status == "Closed"
	assert not letters(case)


@pytest.mark.parametrize("wanted", ["Easy Read", "Braille", "Interpreter"])
def test_a_format_that_people_make_becomes_a_task_and_closing_goes_on(wanted):
	case = accepted_in(wanted)
	assert act(case, "Close").status == "Closed"
	assert not letters(case)
	[task] = tasks(case)
	assert "is closed" in task and case.name in task
	# … and the task can be done: told in the format they need, it is recorded and asked about
	correspondence.send_letter(case.name, "Closure", "E-mail", format_confirmed=1)
	[letter] = letters(case)
	assert letter.format == wanted and letter.format_confirmed_by
	assert kinds(case)[-2:] == ["letter_sent", "feedback_asked"]


def accepted_in(wanted: str):
	case = make_complaint(correspondence_format=wanted, handler=make_user("agent"))
	act(case, "Acknowledge", channel="Phone", format_confirmed=1)
	act(
		case,
		"Resolve Early",
		severity="Minor",
		safety_implication="No",
		reasons="Replaced.",
		words="Thank you.",
		channel="Phone",
		format_confirmed=1,
	)
	return case


def test_a_confirmed_format_is_sent_at_once():
	case = accepted_in("Braille")
	act(case, "Close", format_confirmed=1)
	assert letters(case, channel="E-mail")[0].format == "Braille"


def test_nothing_that_is_wrong_with_the_letter_keeps_a_case_open(monkeypatch):
	monkeypatch.setattr(correspondence.EmailAccount, "find_outgoing", classmethod(lambda *a, **k: None))
	case = accepted(handler=make_user("agent"))
	assert act(case, "Close").status == "Closed"
	assert not letters(case) and any("is closed" in task for task in tasks(case))
	assert not frappe.get_all("Communication", {"reference_name": case.name, "sent_or_received": "Sent"})


def test_a_broken_template_keeps_no_case_open():
	template = frappe.get_doc("Email Template", "Complaint Closure")
	template.update({"response_html": "{{ nobody_knows }}"})
	template.save()
	case = accepted(handler=make_user("agent"))
	assert act(case, "Close").status == "Closed"
	assert not letters(case) and tasks(case)


def test_a_channel_that_was_chosen_and_cannot_be_is_said():
	case = accepted(complainant_address=None)
	with pytest.raises(frappe.ValidationError, match="no postal address"):
		act(case, "Close", channel="Post")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Accepted"


def test_an_unverified_representative_is_told_nothing():
	who = {
		"representative_name": "Law & Co",
		"representative_email": "rep@law.test",
		"correspondence_to": "Representative",
	}
	known = accepted(**who)
	act(known, "Close")
	assert [letter.recipient for letter in letters(known)] == ["erika@muster.test"]
	alone = accepted(complainant_email=None, complainant_phone=None, **who)
	frappe.db.delete("Email Queue")
	assert act(alone, "Close").status == "Closed"
	assert not letters(alone) and not mails_of(alone)
	feedback_requests.run()
	assert not mails_of(alone)


def test_a_duplicate_is_not_asked_how_it_was_handled():
	one, other = make_complaint(), make_complaint()
	act(other, "Mark as Duplicate", duplicate_of=one.name)
	[letter] = letters(other)
	assert "feedback_key" not in letter.content and "feedback_asked" not in kinds(other)


def test_the_letter_of_closure_belongs_to_a_closed_case():
	case = accepted()
	with pytest.raises(frappe.ValidationError, match="not closed"):
		correspondence.send_letter(case.name, "Closure", "Phone")
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("auditor"), lambda: correspondence.send_letter(case.name, "Closure", "Phone"))


def test_a_bounce_of_it_reopens_nothing():
	case = accepted()
	act(case, "Close")
	correspondence.delivery_failed(letters(case)[0].name, "550 no such user")
	case.reload()
	assert case.status == "Closed" and letters(case)[0].delivery == "Failed"


def test_the_dialog_asks_how_they_were_told_and_presets_nothing():
	from cms_iso10002.complaints import actions

	case = accepted(preferred_channel="Phone")
	fields = {field["fieldname"]: field for field in actions.get_dialog(case.name, "Close")["fields"]}
	assert {"basis", "reason", "channel", "told_on"} <= set(fields)
	assert not fields["channel"]["default"] and "nobody is told" in fields["channel"]["description"]
	assert "Phone" in fields["channel"]["description"]
