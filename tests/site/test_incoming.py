"""Mail to a complaints address: a complaint once, or part of one, or a matter for a person (design, shell rule 7)."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import incoming, mail_triage
from tests.site.factories import (
	act,
	advance,
	kinds,
	make_complaint,
	make_customer,
	make_user,
	milestone,
	pass_time,
	set_now,
)
from tests.site.mails import ADDRESS, make_mailbox, raw, receive, report_about, with_files

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def mailbox():
	make_mailbox()
	frappe.db.commit()


def count() -> int:
	return frappe.db.count("Complaint")


def the_complaint(**filters):
	return frappe.get_last_doc("Complaint", filters=filters or None)


def letter_id(case, kind: str = "Acknowledgement") -> str:
	"""The Message-ID of a letter of the case."""
	communication = frappe.db.get_value(
		"Complaint Letter", {"complaint": case.name, "kind": kind}, "communication"
	)
	return frappe.db.get_value("Communication", communication, "message_id")


def messages(case) -> list:
	return frappe.get_all(
		"Communication",
		filters={
			"reference_doctype": "Complaint",
			"reference_name": case.name,
			"sent_or_received": "Received",
		},
		fields=["name", "content", "sender", "subject"],
		order_by="creation",
	)


def triage(**filters):
	return frappe.get_last_doc("Complaint Mail Triage", filters=filters or None)


def tasks(case) -> list[str]:
	return frappe.get_all(
		"ToDo",
		filters={"reference_type": "Complaint", "reference_name": case.name, "status": "Open"},
		pluck="description",
		order_by="creation",
	)


def mailed(body: str = "The kettle has leaked since the first day.", **values):
	"""A complaint that came in by mail and was acknowledged."""
	assert receive(raw(body, **values)) == incoming.NEW
	return the_complaint()


def waiting():
	"""A complaint by mail whose complainant was asked something."""
	return act(mailed(), "Ask Complainant", question="Which colour is it?", channel="E-mail")


def queued_about(case, kind: str = "Acknowledgement") -> str:
	communication = frappe.db.get_value(
		"Complaint Letter", {"complaint": case.name, "kind": kind}, "communication"
	)
	return frappe.db.get_value("Email Queue", {"communication": communication}, "message")


# a new complaint ------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_complaint_and_is_acknowledged_in_time():
	case = mailed(sender="=?utf-8?q?J=C3=B6rg?= <joerg@new.test>", subject="My kettle")
	assert (case.channel, case.complainant_email, case.complainant_name) == (
		"E-mail",
		"joerg@new.test",
		"Jörg",
	)
	assert (case.subject, case.status) == ("My kettle", "Acknowledged")
	assert "leaked" in case.description
	assert milestone(case, "acknowledge").state == "Met"
	assert kinds(case).count("received") == 1 and "message_received" not in kinds(case)
	assert [mail.sender for mail in messages(case)] == ["joerg@new.test"]


def test_the_same_message_makes_it_once():
	message = raw(message_id="<once@x.test>")
	other_mailbox = message.replace(b"MIME-Version", b"X-Copy: 2\r\nMIME-Version")
	before = count()
	assert [receive(each) for each in (message, message, other_mailbox)] == [
		incoming.NEW,
		incoming.ALREADY_HERE,
		incoming.ALREADY_HERE,
	]
	assert count() == before + 1


def test_a_reply_is_recorded_once():
	case = mailed()
	reply = raw("One more thing.", In_Reply_To=f"<{letter_id(case)}>")
	assert [receive(reply), receive(reply)] == [incoming.FILED, incoming.ALREADY_HERE]
	assert kinds(case).count("message_received") == 1 and len(messages(case)) == 2


def test_it_was_received_when_it_was_sent_but_never_in_the_future():
	from datetime import datetime, timezone

	set_now(datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc))
	past = mailed(date="Mon, 02 Mar 2026 07:30:00 +0000")
	assert str(past.received_on) == "2026-03-02 08:30:00"  # in Berlin
	future = mailed(date="Mon, 02 Mar 2030 07:30:00 +0000", sender="a@other.test")
	assert str(future.received_on) == "2026-03-02 10:00:00"
	ancient = mailed(date="Thu, 01 Jan 1970 00:00:00 +0000", sender="b@other.test")
	assert str(ancient.received_on) == "2026-03-02 10:00:00"


def test_script_never_reaches_the_desk():
	html = '<p onclick="x()">Hot<script>alert(1)</script></p><img src="https://spy.test/p.gif" onerror="x()">'
	case = mailed(body=html, content_type="text/html; charset=utf-8")
	for shown in (case.description, messages(case)[0].content):
		assert "Hot" in shown
		assert not any(evil in shown for evil in ("script", "onclick", "onerror", "spy.test"))
	text = mailed(body="1 < 2 <script>alert(1)</script>", sender="c@other.test")
	assert "1 &lt; 2" in text.description and "<script" not in text.description


def test_files_are_kept_by_kind_size_and_number():
	files = [("photo.png", PNG), ("run.exe", b"MZ\x90"), ("page.svg", b"<svg onload=x>")]
	case = mailed_raw(with_files(*files))
	kept = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Complaint", "attached_to_name": case.name},
		fields=["file_name", "is_private"],
		order_by="creation",
	)
	assert [file.file_name.rpartition(".")[2] for file in kept] == ["png"] and kept[0].is_private
	held = triage(complaint=case.name)
	assert held.status == "Open" and "run" in held.reason and "page" in held.reason
	many = mailed_raw(
		with_files(*((f"p{n}.png", PNG + bytes([n])) for n in range(11)), sender="d@other.test")
	)
	assert frappe.db.count("File", {"attached_to_doctype": "Complaint", "attached_to_name": many.name}) == 10


def test_a_signature_is_no_file_that_anybody_misses():
	message = with_files(("smime.p7s", b"0\x80")).replace(b"octet-stream", b"pkcs7-signature")
	before = frappe.db.count("Complaint Mail Triage")
	mailed_raw(message)
	assert frappe.db.count("Complaint Mail Triage") == before


def mailed_raw(message: bytes):
	assert receive(message) == incoming.NEW
	return the_complaint()


def test_a_mail_without_text_or_subject_is_taken_in():
	case = mailed_raw(with_files(("photo.png", PNG), body="", subject=""))
	assert case.subject and "attached files" in case.description


def test_a_mail_that_is_too_long_is_cut_on_the_case_and_whole_beside_it():
	case = mailed(body="word " * 50_000)
	assert "Cut." in case.description
	assert messages(case)[0].content.count("word") > 49_000


def test_a_known_customer_is_recognised_and_answered_in_their_language():
	contact = make_contact("klaus@muster.test", customer=make_customer())
	frappe.db.set_value("Customer", make_customer(), "language", "de")
	case = mailed(sender="klaus@muster.test")
	assert (case.customer, case.contact, case.language) == (make_customer(), contact, "de")
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
	assert letter.language == "de" and "Eingang" in letter.subject


def test_the_mail_says_its_language_else_the_mailbox_does():
	assert mailed(Content_Language="de-DE").language == "de"
	assert mailed(sender="e@other.test", Content_Language="tlh").language == "en"


def make_contact(*addresses: str, customer: str | None = None) -> str:
	contact = frappe.new_doc("Contact")
	contact.first_name = addresses[0]
	for index, address in enumerate(addresses):
		contact.append("email_ids", {"email_id": address, "is_primary": int(not index)})
	if customer:
		contact.append("links", {"link_doctype": "Customer", "link_name": customer})
	return contact.insert().name


# where it belongs ------------------------------------------------------------------------------------------


def test_a_reply_finds_its_case_by_its_thread_whatever_its_subject():
	case = mailed()
	before = count()
	assert (
		receive(raw("Hello?", subject="something else", In_Reply_To=f"<{letter_id(case)}>")) == incoming.FILED
	)
	assert receive(raw("Still me.", References=f"<x@y> <{letter_id(case)}>", subject="")) == incoming.FILED
	assert count() == before and len(messages(case)) == 3


def test_threads_outlive_the_purged_email_queue():
	case = mailed()
	frappe.db.delete("Email Queue")
	assert receive(raw("Hello?", In_Reply_To=f"<{letter_id(case)}>")) == incoming.FILED


def test_who_answers_their_own_mail_is_on_the_same_case():
	case = mailed(message_id="<first@x.test>")
	assert receive(raw("P.S.", In_Reply_To="<first@x.test>")) == incoming.FILED
	assert len(messages(case)) == 2


@pytest.mark.parametrize("where", ["subject", "body"])
def test_a_reference_files_it_where_we_know_who_quotes_it(where):
	case = mailed()
	values = {"subject": f"Re: {case.name}"} if where == "subject" else {"body": f"It is about {case.name}."}
	assert receive(raw(**values)) == incoming.FILED
	assert len(messages(case)) == 2


def test_a_reply_from_another_address_of_the_same_contact():
	make_contact("erika@muster.test", "erika.private@home.test")
	case = mailed()
	assert receive(raw(subject=f"Re: {case.name}", sender="erika.private@home.test")) == incoming.FILED


def test_a_representative_and_a_contact_of_the_customer_are_known():
	case = make_complaint(representative_name="Law", representative_email="rep@law.test")
	make_contact("boss@muster.test", customer=make_customer())
	for sender in ("rep@law.test", "boss@muster.test"):
		assert receive(raw(f"About {case.name}", sender=sender)) == incoming.FILED


def test_a_stranger_quoting_a_reference_is_another_case():
	case = mailed("What only Erika knows.")
	assert receive(raw(subject=f"Re: {case.name}", sender="stranger@else.test")) == incoming.NEW
	assert len(messages(case)) == 1 and "message_received" not in kinds(case)
	other = the_complaint(complainant_email="stranger@else.test")
	assert [row.complaint for row in other.related] == [case.name]
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": other.name})
	assert letter.recipient == "stranger@else.test" and "Erika" not in letter.content


def test_a_new_matter_with_an_old_subject_is_another_case():
	case = mailed(subject="Kettle leaks")
	assert receive(raw("The toaster burns.", subject="Re: Kettle leaks")) == incoming.NEW
	assert len(messages(case)) == 1


def test_a_case_number_read_off_a_forwarded_mail_files_nothing():
	case = mailed()
	forwarded = raw(
		f"Look what they wrote:\n> Your complaint {case.name}",
		subject=f"Fwd: We have received your complaint {case.name}",
		sender="friend@else.test",
		References=f"<{letter_id(case)}>",
	)
	assert receive(forwarded) == incoming.NEW
	assert len(messages(case)) == 1


def test_an_unknown_address_in_the_thread_is_heard_but_moves_nothing():
	case = waiting()
	reply = raw("Blue.", sender="erika@work.test", In_Reply_To=f"<{letter_id(case, 'Information Request')}>")
	assert receive(reply) == incoming.FILED
	assert frappe.db.get_value("Complaint", case.name, "status") == "Awaiting Complainant"
	assert any("make sure who it is" in task for task in tasks(case))


def test_a_forged_sender_is_not_known():
	case = mailed()
	forged = {"Authentication_Results": "mx.firm.test; dmarc=fail"}
	assert receive(raw(subject=f"Re: {case.name}", **forged)) == incoming.HELD
	assert len(messages(case)) == 1
	assert triage().complaint == case.name and "DMARC" in triage().reason


def test_mail_to_a_merged_case_goes_to_the_one_that_goes_on():
	original, duplicate = mailed(), mailed(subject="Kettle leaks, again")
	reply_to = letter_id(duplicate)
	act(duplicate, "Mark as Duplicate", duplicate_of=original.name, channel="E-mail")
	assert receive(raw("So?", In_Reply_To=f"<{reply_to}>")) == incoming.FILED
	assert receive(raw(subject=f"Re: {duplicate.name}")) == incoming.FILED
	assert len(messages(original)) == 3 and kinds(original).count("message_received") == 2
	assert kinds(duplicate).count("message_received") == 0


# what a reply moves ----------------------------------------------------------------------------------------


def test_an_answer_resumes_a_case_that_waits_for_it():
	case = waiting()
	assert receive(raw("Blue.", In_Reply_To=f"<{letter_id(case, 'Information Request')}>")) == incoming.FILED
	assert frappe.db.get_value("Complaint", case.name, "status") == "Acknowledged"
	assert kinds(case).count("resumed") == 1


def test_a_reply_to_a_decision_is_for_a_person_to_judge():
	case = advance(make_complaint(), "Response Sent")
	assert receive(raw(f"I do not accept that. {case.name}")) == incoming.FILED
	assert frappe.db.get_value("Complaint", case.name, ["status", "response"]) == (
		"Response Sent",
		"Awaiting",
	)
	assert any("accept or reject" in task for task in tasks(case))


def closed_unanswered():
	frappe.db.set_single_value("Complaint Settings", "no_reply_closing", 1)
	case = advance(make_complaint(), "Response Sent")
	values = {
		"status": "Closed",
		"status_category": "Closed",
		"closure_basis": "No Reply",
		"response": "No Reply",
	}
	frappe.db.set_value("Complaint", case.name, values)
	return frappe.get_doc("Complaint", case.name)


def test_a_late_answer_after_a_closure_for_no_reply_is_for_a_person_to_judge():
	case = closed_unanswered()
	assert receive(raw(f"I was away. No! {case.name}")) == incoming.FILED
	assert frappe.db.get_value("Complaint", case.name, "status") == "Closed"
	assert any("accept or reject" in task for task in tasks(case))
	act(case, "Record Late Rejection", words="No!")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Rejected"


def test_mail_on_a_closed_case_is_kept_there_and_somebody_is_told():
	case = mailed()
	act(case, "Withdraw", words="Forget it.")
	assert receive(raw("Thanks.", In_Reply_To=f"<{letter_id(case)}>")) == incoming.FILED
	assert frappe.db.get_value("Complaint", case.name, "status") == "Withdrawn"
	assert any("after" in task and "closed" in task for task in tasks(case))


def test_the_handler_is_told_of_every_message():
	case = mailed()
	doc = frappe.get_doc("Complaint", case.name)
	doc.handler = make_user("agent")
	doc.save()
	receive(raw("P.S.", In_Reply_To=f"<{letter_id(case)}>"))
	told = frappe.get_all(
		"Notification Log",
		filters={"document_name": case.name, "for_user": make_user("agent")},
		pluck="subject",
		order_by="creation",
	)
	assert any("message came in" in subject for subject in told)


# machines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"headers",
	[
		{"Auto_Submitted": "auto-replied"},
		{"Return_Path": "<>"},
		{"Precedence": "auto_reply"},
		{"sender": "MAILER-DAEMON@mx.test"},
	],
)
def test_a_machine_neither_opens_a_case_nor_moves_one(headers):
	case = waiting()
	before, letters = count(), frappe.db.count("Complaint Letter")
	thread = {"In_Reply_To": f"<{letter_id(case, 'Information Request')}>"}
	assert receive(raw("I am away.", subject=f"Re: {case.name}", **thread, **headers)) == incoming.HELD
	assert receive(raw("I am away.", **headers)) == incoming.HELD
	assert frappe.db.get_value("Complaint", case.name, "status") == "Awaiting Complainant"
	assert "message_received" not in kinds(case)
	assert (count(), frappe.db.count("Complaint Letter")) == (before, letters)
	assert triage(complaint=case.name).status == "Set Aside"


@pytest.mark.parametrize("headers", [{"Precedence": "bulk"}, {"X_Auto_Response_Suppress": "All"}])
def test_what_may_be_a_machine_waits_for_a_person(headers):
	before = count()
	assert receive(raw(**headers)) == incoming.HELD
	assert count() == before and triage().status == "Open"


def test_a_bounce_undoes_the_letter():
	case = mailed()
	assert receive(report_about(letter_id(case))) == incoming.BOUNCED
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
	assert letter.delivery == "Failed" and "550" in letter.reason and "erika@muster.test" in letter.reason
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"
	assert milestone(case, "acknowledge").state == "Running"
	assert receive(report_about(letter_id(case))) == incoming.BOUNCED
	assert kinds(case).count("delivery_failed") == 1


def test_a_delay_is_no_bounce():
	case = mailed()
	assert receive(report_about(letter_id(case), "delayed")) == incoming.HELD
	assert frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name}).delivery == "Sent"


def test_a_bounce_about_something_else_is_set_aside():
	before = count()
	assert receive(report_about("newsletter@firm.test")) == incoming.HELD
	assert count() == before and triage().status == "Set Aside"


def test_our_own_mail_opens_nothing():
	before = count()
	assert receive(raw(sender=f"Firm <{ADDRESS}>")) == incoming.HELD
	assert count() == before


def test_a_form_that_mails_in_our_name_says_who_filled_it_in():
	case = mailed(sender=ADDRESS, Reply_To="guest@web.test")
	assert case.complainant_email == "guest@web.test"


def test_two_machines_do_not_answer_each_other_for_long():
	cases = [mailed(body=f"number {n}", sender="robot@loop.test") for n in range(5)]
	states = [frappe.db.get_value("Complaint", case.name, "status") for case in cases]
	assert states == ["Acknowledged"] * 3 + ["Received"] * 2
	pass_time(days=1, minutes=1)
	assert mailed(sender="robot@loop.test").status == "Acknowledged"


def test_a_flood_waits_for_a_person(monkeypatch):
	monkeypatch.setattr(incoming, "MOST_NEW_A_DAY", 2)
	results = [receive(raw(f"{n}", sender="flood@x.test")) for n in range(3)]
	assert results == [incoming.NEW, incoming.NEW, incoming.HELD]


def test_no_acknowledgement_where_settings_say_so():
	make_mailbox(acknowledge_mail=0)
	assert mailed().status == "Received"


def test_without_an_outgoing_account_the_complaint_is_taken_in_all_the_same(monkeypatch):
	from cms_iso10002.complaints import correspondence

	monkeypatch.setattr(correspondence.EmailAccount, "find_outgoing", classmethod(lambda *a, **k: None))
	case = mailed()
	assert case.status == "Received"
	told = frappe.get_all(
		"Notification Log", filters={"document_name": case.name}, pluck="subject", order_by="creation"
	)
	assert any("not acknowledged" in subject for subject in told)


# one thread a case -----------------------------------------------------------------------------------------


def test_letters_answer_in_the_thread_and_say_who_wrote_them():
	case = mailed(message_id="<first@x.test>")
	sent = queued_about(case)
	assert "In-Reply-To: <first@x.test>" in sent and "References: <first@x.test>" in sent
	assert "Auto-Submitted: auto-replied" in sent
	assert f"Message-Id: <{letter_id(case)}>" in sent and f"Reply-To: {ADDRESS}" in sent
	agent = make_user("agent")
	frappe.set_user(agent)
	act(case, "Ask Complainant", question="Which colour?", channel="E-mail")
	frappe.set_user("Administrator")
	asked = queued_about(case, "Information Request")
	assert f"In-Reply-To: <{letter_id(case)}>" in asked and "Auto-Submitted" not in asked
	assert "References: <first@x.test>" in asked.replace("\r\n", "\n")


def test_a_queued_letter_is_still_a_message_that_can_be_parsed():
	from email import message_from_string

	parsed = message_from_string(queued_about(mailed(message_id="<first@x.test>")))
	assert parsed["In-Reply-To"] == parsed["References"] == "<first@x.test>"
	assert parsed.get_content_maintype() == "multipart" and parsed["Subject"]


# the triage list -------------------------------------------------------------------------------------------


def test_what_fails_is_kept_whole_with_the_reason_and_nothing_half_written(monkeypatch):
	def fail(*args, **kwargs):
		raise RuntimeError("disk full")

	monkeypatch.setattr(incoming.mail_files, "keep", fail)
	message, before = raw(message_id="<bad@x.test>"), count()
	assert receive(message) == incoming.HELD
	held = triage()
	assert count() == before and held.status == "Open" and "disk full" in held.reason
	assert mail_triage.raw_message(held.name) == message
	assert receive(message) == incoming.ALREADY_HERE
	assert frappe.db.count("Complaint Mail Triage", {"message_id": "bad@x.test"}) == 1


def test_managers_are_told_of_what_is_open():
	receive(raw(sender=""))
	told = frappe.get_all(
		"Notification Log", filters={"document_name": triage().name}, pluck="for_user", order_by="for_user"
	)
	assert make_user("manager") in told


def test_a_large_message_is_kept_in_pieces(monkeypatch):
	monkeypatch.setattr(mail_triage, "PIECE", 100)
	message = raw("äöü" * 200, sender="")
	receive(message)
	assert mail_triage.raw_message(triage().name) == message


def test_a_colleague_is_asked_whose_complaint_it_is():
	before = count()
	assert receive(raw(sender=make_user("agent"))) == incoming.HELD
	assert count() == before and "colleague" in triage().reason


def test_a_manager_files_it_on_a_case():
	case = mailed()
	receive(raw("By the way", subject=f"Re: {case.name}", sender=make_user("agent")))
	held = triage()
	assert held.complaint == case.name
	frappe.set_user(make_user("manager"))
	mail_triage.file_on_complaint(held.name, case.name)
	assert "By the way" in messages(case)[-1].content and kinds(case)[-1] == "message_received"
	held.reload()
	assert (held.status, held.handled_by) == ("Filed", make_user("manager"))
	with pytest.raises(frappe.ValidationError, match="dealt with already"):
		mail_triage.dismiss(held.name, "twice")


def test_a_manager_makes_a_complaint_of_it_received_when_it_was_sent():
	receive(raw(Precedence="bulk", message_id="<later@x.test>"))
	pass_time(days=1)
	frappe.set_user(make_user("manager"))
	name = mail_triage.make_complaint(triage().name)
	case = frappe.get_doc("Complaint", name)
	assert case.status == "Received" and str(case.received_on) < str(case.recorded_on)
	assert triage().status == "New Complaint" and len(messages(case)) == 1


def test_only_managers_decide_and_nothing_is_deleted_or_changed_by_hand():
	receive(raw(sender=""))
	held = triage()
	frappe.set_user(make_user("agent"))
	for decide in (
		lambda: mail_triage.dismiss(held.name, "x"),
		lambda: mail_triage.make_complaint(held.name),
		lambda: mail_triage.file_on_complaint(held.name, "CMP-2026-00001"),
	):
		with pytest.raises(frappe.PermissionError):
			decide()
	frappe.set_user(make_user("manager"))
	with pytest.raises(frappe.ValidationError, match="Say why"):
		mail_triage.dismiss(held.name, " ")
	held.status = "Dismissed"
	with pytest.raises(frappe.PermissionError):
		held.save()
	frappe.set_user("Administrator")
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		held.save()
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc("Complaint Mail Triage", held.name)


def test_the_kept_message_is_neither_taken_away_nor_added_to():
	message = raw(sender="")
	receive(message)
	name = triage().name
	frappe.set_user(make_user("manager"))
	attached = {"attached_to_doctype": "Complaint Mail Triage", "attached_to_name": name}
	file = frappe.get_last_doc("File", filters=attached)
	with pytest.raises(frappe.PermissionError):
		file.delete()
	other = frappe.get_doc({"doctype": "File", "file_name": f"{name}.eml", "content": "No!", **attached})
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		other.insert(ignore_permissions=True)
	assert mail_triage.raw_message(name) == message


def test_a_manager_concerned_does_not_see_what_may_belong_to_the_case():
	case = mailed()
	doc = frappe.get_doc("Complaint", case.name)
	doc.append("persons_concerned", {"user": make_user("manager")})
	doc.save()
	receive(raw("x", subject=f"Re: {case.name}", sender=make_user("agent")))
	receive(raw(sender=""))
	held, nobodys = triage(complaint=case.name), triage(complaint=("is", "not set"))
	for user, sees in (
		(make_user("manager"), [nobodys.name]),
		(make_user("manager2"), [held.name, nobodys.name]),
	):
		frappe.set_user(user)
		assert sorted(frappe.get_list("Complaint Mail Triage", pluck="name", order_by="name")) == sorted(sees)
		assert bool(held.has_permission("read")) is (held.name in sees)


# Frappe's own pull -----------------------------------------------------------------------------------------


def test_frappe_does_not_fetch_our_mailboxes():
	account = frappe.get_doc("Email Account", "Complaints Mailbox")
	frappe.db.set_value("Email Account", account.name, "enable_incoming", 1)
	make_mailbox()
	assert not frappe.db.get_value("Email Account", account.name, "enable_incoming")
	account.reload()
	account.enable_incoming = 1
	frappe.flags.in_patch = True  # else the server is tried
	account.save()
	frappe.flags.in_patch = False
	assert not frappe.db.get_value("Email Account", account.name, "enable_incoming")
	assert frappe.get_doc("Email Account", account.name).get_inbound_mails() == []


def test_only_who_may_set_up_email_accounts_names_a_mailbox():
	other = frappe.get_doc("Email Account", "Complaints Mailbox")
	frappe.set_user(make_user("manager"))
	doc = frappe.get_doc("Complaint Settings")
	doc.save()  # what stands there already is no matter
	frappe.set_user("Administrator")
	doc = frappe.get_doc("Complaint Settings")
	doc.mail_accounts = []
	doc.save()
	frappe.set_user(make_user("manager"))
	doc.append("mail_accounts", {"email_account": other.name})
	with pytest.raises(frappe.PermissionError, match="System Manager"):
		doc.save()


@pytest.mark.parametrize("sender", ("", "Nobody", "<>", "@", "=?utf-8?q?=FF?="))
def test_a_mail_that_nobody_sent_waits_for_a_person_who_says_whose_it_is(sender):
	assert receive(raw(sender=sender)) == incoming.HELD
	held = triage()
	assert held.reason == "It does not say who sent it."
	frappe.set_user(make_user("manager"))
	with pytest.raises(frappe.MandatoryError, match="whose complaint"):
		mail_triage.make_complaint(held.name)
	case = frappe.get_doc("Complaint", mail_triage.make_complaint(held.name, complainant_name="Erika Muster"))
	assert (case.complainant_name, case.complainant_email) == ("Erika Muster", None)
	assert len(messages(case)) == 1


def test_a_colleagues_forward_is_the_complaint_of_who_wrote_first():
	body = (
		"FYI\n\n---- Forwarded ----\nFrom: Erika Muster <erika@muster.test>\nTo: info@firm.test\n\nIt leaks."
	)
	receive(raw(body, subject="Fwd: Kettle", sender=make_user("agent")))
	held = triage()
	frappe.set_user(make_user("manager"))
	with pytest.raises(frappe.MandatoryError, match="whose complaint"):
		mail_triage.make_complaint(held.name)
	person = mail_triage.whose_complaint(held.name)
	assert person == {"complainant_name": "Erika Muster", "complainant_email": "erika@muster.test"}
	case = frappe.get_doc("Complaint", mail_triage.make_complaint(held.name, **person))
	assert (case.complainant_name, case.complainant_email) == ("Erika Muster", "erika@muster.test")


@pytest.mark.parametrize("encoding", ("utf-8", "cp1252"))
def test_letters_of_a_mail_without_a_charset_are_kept(encoding):
	text = "die Tür schließt nicht"
	message = raw("BODY", content_type="text/plain").replace(b"BODY", text.encode(encoding))
	receive(message)
	assert text in the_complaint().description


def test_an_empty_mail_points_to_files_only_where_there_are_any():
	receive(raw(""))
	assert the_complaint().description.strip() == "The e-mail had no text."
	receive(with_files(("a.png", PNG), body=""))
	assert "see the attached files" in the_complaint().description
