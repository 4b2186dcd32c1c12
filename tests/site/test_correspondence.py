"""Letters: to whom, by which channel, once; and what a failed delivery undoes."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import correspondence
from tests.site.factories import act, advance, kinds, make_complaint, make_user, milestone


@pytest.fixture
def outgoing():
	"""An outgoing account: mails are queued, never sent."""
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		account = frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": "Letters",
				"email_id": "complaints@letters.test",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "localhost",
				"no_smtp_authentication": 1,
				"awaiting_password": 0,
			}
		)
		frappe.flags.in_patch = True  # else the server is tried
		account.insert(ignore_if_duplicate=True)
		frappe.flags.in_patch = False
	frappe.local.outgoing_email_account = {}


def last_letter(case):
	return frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})


def test_an_acknowledgement_by_mail_is_a_communication_a_letter_and_an_event(outgoing):
	case = make_complaint()
	doc = act(case, "Acknowledge", channel="E-mail")
	letter = last_letter(case)
	assert (doc.status, letter.channel, letter.delivery) == ("Acknowledged", "E-mail", "Sent")
	assert letter.recipient == "erika@muster.test" and case.name in letter.content
	communication = frappe.get_doc("Communication", letter.communication)
	assert (communication.reference_doctype, communication.reference_name) == ("Complaint", case.name)
	queued = frappe.get_all(
		"Email Queue", filters={"communication": communication.name}, pluck="name", order_by="name"
	)
	assert len(queued) == 1
	assert "acknowledged" in kinds(case) and milestone(case, "acknowledge").state == "Met"


def test_a_mail_the_queue_gave_up_on_undoes_the_acknowledgement(outgoing):
	case = make_complaint()
	act(case, "Acknowledge", channel="E-mail")
	letter = last_letter(case)
	frappe.db.set_value(
		"Email Queue",
		{"communication": letter.communication},
		{"status": "Error", "error": "550 no such user"},
	)
	correspondence.collect_failed_deliveries()
	correspondence.collect_failed_deliveries()
	assert frappe.db.get_value("Complaint Letter", letter.name, ["delivery", "reason"]) == (
		"Failed",
		"550 no such user",
	)
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"
	assert milestone(case, "acknowledge").state == "Running"
	assert kinds(case).count("delivery_failed") == 1


def test_spoken_counts_with_who_and_when():
	agent = make_user("agent")
	case = make_complaint()
	frappe.set_user(agent)
	act(case, "Acknowledge", channel="Phone", remark="said that we call back tomorrow")
	letter = last_letter(case)
	assert (letter.delivery, letter.sent_by, letter.recipient) == ("Delivered", agent, "+49 30 1234567")
	assert letter.reason == "said that we call back tomorrow"


def test_without_an_address_nothing_is_taken_for_told():
	case = make_complaint(complainant_email=None)
	with pytest.raises(frappe.ValidationError, match="say how"):
		act(case, "Acknowledge")
	with pytest.raises(frappe.ValidationError, match="no e-mail address"):
		act(case, "Acknowledge", channel="E-mail")
	assert not frappe.db.exists("Complaint Letter", {"complaint": case.name})


def test_without_an_outgoing_account_a_mail_is_refused_and_nothing_is_half_written(monkeypatch):
	monkeypatch.setattr(correspondence.EmailAccount, "find_outgoing", classmethod(lambda *a, **k: None))
	case = make_complaint()
	with pytest.raises(frappe.ValidationError, match="No outgoing Email Account"):
		act(case, "Acknowledge")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"


@pytest.mark.parametrize("authority, who", [("Verified", "rep@law.test"), ("", "erika@muster.test")])
def test_letters_go_to_a_representative_only_when_verified(outgoing, authority, who):
	case = make_complaint(
		representative_name="Law & Co",
		representative_email="rep@law.test",
		representative_authority="Accept",
		representative_verified_by="Administrator" if authority else None,
		representative_proof_notes="Letter of authority seen",
		correspondence_to="Representative",
	)
	act(case, "Acknowledge", channel="E-mail")
	assert last_letter(case).recipient == "rep@law.test"  # an acknowledgement discloses nothing
	correspondence.send_letter(case.name, "Progress Update", "E-mail", "We have found the parcel.")
	assert last_letter(case).recipient == who


def test_both_get_it_where_both_are_wanted(outgoing):
	case = make_complaint(
		representative_name="Law & Co",
		representative_email="rep@law.test",
		representative_verified_by="Administrator",
		representative_proof_notes="Letter of authority seen",
		correspondence_to="Both",
	)
	act(case, "Acknowledge", channel="E-mail")
	assert last_letter(case).recipient == "rep@law.test, erika@muster.test"


def test_a_letter_that_belongs_to_an_action_is_not_sent_beside_it():
	case = advance(make_complaint(), "Acknowledged")
	with pytest.raises(frappe.ValidationError, match="sent by the action"):
		correspondence.send_letter(case.name, "Decision", "Phone", "You win.")


def test_sending_the_acknowledgement_from_the_letter_button_acknowledges():
	case = make_complaint()
	correspondence.send_letter(case.name, "Acknowledgement", "Phone")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Acknowledged"


def test_letters_are_not_written_or_deleted_by_hand():
	case = advance(make_complaint(), "Acknowledged")
	letter = last_letter(case)
	with pytest.raises(frappe.ValidationError, match="use its actions"):
		letter.save()
	with pytest.raises(frappe.ValidationError, match="can't be deleted"):
		letter.delete()


def test_who_may_not_write_the_complaint_sends_nothing():
	case = advance(make_complaint(), "Acknowledged")
	letter = last_letter(case)
	frappe.set_user(make_user("auditor"))
	for attempt in (
		lambda: correspondence.send_letter(case.name, "Progress Update", "Phone", "x"),
		lambda: correspondence.delivery_failed(letter.name, "x"),
	):
		with pytest.raises(frappe.PermissionError):
			attempt()


def queued_mail(letter) -> str:
	"""What the queue holds of a letter, decoded."""
	from email import message_from_string

	raw = frappe.db.get_value("Email Queue", {"communication": letter.communication}, "message")
	parts = (part for part in message_from_string(raw).walk() if part.get_content_maintype() == "text")
	return "\n".join(part.get_payload(decode=True).decode() for part in parts)


def test_a_letter_ends_as_we_end_it_and_offers_nobody_to_hear_no_more(outgoing):
	for language in ("en", "de"):
		case = make_complaint(language=language)
		act(case, "Acknowledge", channel="E-mail")
		text = queued_mail(last_letter(case))
		assert case.name in text
		for foreign in (
			"nsubscribe to",
			"Leave this conversation",
			"stop receiving",
			"Sent via",
			"rpnext.com",
		):
			assert foreign not in text


@pytest.mark.parametrize("everywhere", (0, 1))
def test_who_wants_no_newsletters_gets_letters(outgoing, everywhere):
	case = make_complaint()
	refusal = {"email": "erika@muster.test", "global_unsubscribe": everywhere}
	if not everywhere:
		refusal.update(reference_doctype="Complaint", reference_name=case.name)
	frappe.get_doc({"doctype": "Email Unsubscribe", **refusal}).insert()
	act(case, "Acknowledge", channel="E-mail")
	assert case.name in queued_mail(last_letter(case))


def test_what_was_not_queued_is_not_sent(outgoing, monkeypatch):
	from cms_iso10002.complaints import outgoing as mails

	monkeypatch.setattr(mails, "queue", lambda **arguments: None)
	case = make_complaint()
	with pytest.raises(frappe.ValidationError, match="could not be sent"):
		act(case, "Acknowledge", channel="E-mail")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"
	assert not frappe.db.exists("Complaint Letter", {"complaint": case.name})


@pytest.mark.parametrize("channel", ("E-mail", "Post"))
def test_it_is_said_that_a_representative_must_be_verified_first(outgoing, channel):
	case = make_complaint(
		complainant_email=None,
		representative_name="Law & Co",
		representative_email="rep@law.test",
		correspondence_to="Representative",
	)
	with pytest.raises(frappe.ValidationError, match="Law & Co is not verified"):
		correspondence.send_letter(case.name, "Progress Update", channel, "We have found the parcel.")
