"""Messages made to stop the mailbox, to be shown as something else, or simply written by odd programs."""

from __future__ import annotations

import signal
from base64 import encodebytes

import frappe
import pytest

from cms_iso10002.complaints import incoming
from cms_iso10002.portal import api, keys
from tests.site.factories import make_complaint
from tests.site.mails import make_mailbox, raw, receive, with_files
from tests.site.portal_factories import guest, start_counting_anew
from tests.site.test_incoming import letter_id, mailed, messages, the_complaint, triage

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
HTML = "text/html; charset=utf-8"


@pytest.fixture(autouse=True)
def mailbox():
	make_mailbox()
	start_counting_anew()
	frappe.db.commit()


@pytest.fixture
def soon():
	"""What takes longer is stopped, as a worker's job is in the end: one message must not keep all others waiting."""

	def stop(*args):
		raise TimeoutError("it takes too long")

	before = signal.signal(signal.SIGALRM, stop)
	signal.alarm(30)
	yield
	signal.alarm(0)
	signal.signal(signal.SIGALRM, before)


SLOW = {
	"elements that nobody closes": ("<p>The kettle leaks.<p><b>" + "<p><b>" * 2000, HTML),
	"signs": ("The kettle leaks. " + "<" * 300_000, HTML),
	"comments that do not end": ("The kettle leaks. " + "<!--" * 60_000, HTML),
	"attributes": ("The kettle leaks. <p " + "b " * 100_000 + ">", HTML),
	"a text that looks like an answer": ("The kettle leaks. " + "On " * 40_000, "text/plain; charset=utf-8"),
	"empty lines": ("The kettle leaks." + "\r\n" * 300_000, "text/plain; charset=utf-8"),
	"a message in it": (
		"Subject: x\r\nContent-Type: text/plain\r\n\r\nThe kettle leaks. " + "[" * 100_000,
		"message/rfc822",
	),
	"a strange alphabet": ("The kettle leaks-" + "a" * 200_000, "text/plain; charset=punycode"),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_message_keeps_the_mailbox_busy(soon, name):
	body, content_type = SLOW[name]
	assert receive(raw(body, content_type=content_type)) == incoming.NEW
	assert "The kettle leaks" in the_complaint().description
	assert "The kettle leaks" in messages(the_complaint())[-1].content


ODD_HEADERS = {
	"a subject that is no base64": {"subject": "=?utf-8?b?a?="},
	"a name that is no base64": {"sender": "=?utf-8?b?a?= <odd@odd.test>"},
}


@pytest.mark.parametrize("name", ODD_HEADERS)
def test_odd_headers_make_a_complaint_all_the_same(name):
	assert receive(raw(**ODD_HEADERS[name])) == incoming.NEW


def parts_in_parts() -> bytes:
	body = "".join(f"--{n}\r\nContent-Type: multipart/mixed; boundary={n + 1}\r\n\r\n" for n in range(1500))
	return raw(body, content_type="multipart/mixed; boundary=0")


UNREADABLE = {
	"brackets": lambda: raw(sender="(" * 5000 + "a@odd.test"),
	"parts in parts": parts_in_parts,
	"zeros": lambda: b"\x00" * 100,
	"nothing": lambda: b"",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_waits_for_a_person_and_never_comes_again(name):
	message = UNREADABLE[name]()
	assert receive(message) == incoming.HELD
	assert receive(message) == incoming.ALREADY_HERE
	assert triage().status == "Open"


@pytest.mark.parametrize("charset", ("utf-8", "latin-1"))
def test_headers_that_nobody_encoded_are_read(charset):
	message = raw(sender="Jörg Müller <joerg@odd.test>", subject="Kessel für Tee").decode().encode(charset)
	assert receive(message) == incoming.NEW
	case = the_complaint()
	assert (case.subject, case.complainant_name) == ("Kessel für Tee", "Jörg Müller")


@pytest.mark.parametrize(
	"charset, content",
	[
		("us-ascii", "Grüße".encode()),
		("utf-8", "Grüße".encode("latin-1")),
		("no-such", "Grüße".encode()),
		("", "Grüße".encode("latin-1")),
	],
)
def test_words_are_read_whatever_their_alphabet_is_called(charset, content):
	kind = f"text/plain; charset={charset}" if charset else "text/plain"
	assert receive(raw("", content_type=kind) + content) == incoming.NEW
	assert "Grüße" in the_complaint().description


def forwarded_as_a_file(inner_type: str, inner: str) -> bytes:
	photo = encodebytes(PNG).decode()
	parts = (
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease see what I wrote to the shop.\r\n"
		"--b\r\nContent-Type: message/rfc822\r\n\r\n"
		"From: =?utf-8?q?J=C3=B6rg?= <joerg@odd.test>\r\nSubject: Broken\r\nMIME-Version: 1.0\r\n"
		'Content-Type: multipart/mixed; boundary="c"\r\n\r\n'
		f"--c\r\nContent-Type: {inner_type}; charset=utf-8\r\n\r\n{inner}\r\n"
		'--c\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="p.png"\r\n'
		f"Content-Transfer-Encoding: base64\r\n\r\n{photo}\r\n--c--\r\n--b--\r\n"
	)
	return raw(parts, content_type='multipart/mixed; boundary="b"')


@pytest.mark.parametrize(
	"inner_type, inner", [("text/plain", "It broke at once."), ("text/html", "<p>It broke at once.</p>")]
)
def test_a_message_sent_as_a_file_is_read_with_the_words_around_it(inner_type, inner):
	assert receive(forwarded_as_a_file(inner_type, inner)) == incoming.NEW
	case = the_complaint()
	for text in (case.description, messages(case)[-1].content):
		assert "Please see what I wrote" in text and "Jörg" in text
		assert text.count("It broke at once.") == 1
	assert frappe.db.count("File", {"attached_to_doctype": "Complaint", "attached_to_name": case.name}) == 1


JSON_SCRIPT = '"<img src=x onerror=alert(1)>"'


def test_markup_in_headers_is_text():
	quoted = JSON_SCRIPT.replace('"', '\\"')
	case = mailed(subject=JSON_SCRIPT, sender=f'"{quoted}" <odd@odd.test>')
	for text in (case.subject, case.complainant_name, messages(case)[0].subject):
		assert "alert(1)" in text and "<img" not in text
	receive(raw(subject=JSON_SCRIPT, sender="", List_Id="<a href=x>click</a>"))
	held = triage()
	told = frappe.get_last_doc("Notification Log", {"document_name": held.name})
	assert not any("<img" in (text or "") or "<a" in (text or "") for text in (held.subject, told.subject))


def test_the_reason_why_a_message_waits_is_shown_as_text():
	receive(raw(List_Id="Kettles <kettles.list.test>", Precedence="", sender="fan@odd.test"))
	told = frappe.get_last_doc("Notification Log", {"document_name": triage().name})
	assert "kettles.list.test" in told.subject and "<kettles" not in told.subject


def test_what_somebody_else_wrote_in_the_thread_is_not_shown_as_the_complainants():
	"""A supplier who was sent the thread answers in it, and means the firm."""
	case = mailed()
	key, hashed = keys.new()
	frappe.db.set_value("Complaint", case.name, "tracking_key_hash", hashed)
	receive(raw("I am the complainant.", In_Reply_To=f"<{letter_id(case)}>"))
	inside = with_files(
		("batch.png", PNG),
		body="Don't tell them: a bad batch.",
		sender="s@supplier.test",
		In_Reply_To=f"<{letter_id(case)}>",
	)
	receive(inside)
	assert len(messages(case)) == 3
	seen = guest(api.track, reference=case.name, key=key)
	mine = [message["text"] for message in seen["messages"] if message["mine"]]
	assert mine == ["I am the complainant."]
	assert "bad batch" not in str(seen) and "files" not in str(seen["timeline"])
	file = frappe.get_last_doc("File", {"attached_to_name": case.name})
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.download, reference=case.name, key=key, file=file.name)
	assert [line["text"] for line in seen["timeline"]].count("You wrote to us.") == 1


def test_mail_on_the_issue_of_a_case_is_shown_as_theirs_only_if_it_is():
	case = make_complaint(complainant_email="erika@muster.test")
	key, hashed = keys.new()
	frappe.db.set_value("Complaint", case.name, "tracking_key_hash", hashed)
	issue = frappe.new_doc("Issue")
	issue.update({"subject": "Kettle", "raised_by": "erika@muster.test", "complaint": case.name})
	issue.insert()
	frappe.db.set_value("Issue", issue.name, "complaint", case.name)
	frappe.db.set_value("Complaint", case.name, "issue", issue.name)
	for sender in ("erika@muster.test", "s@supplier.test"):
		message = frappe.new_doc("Communication")
		message.update(
			{
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"reference_doctype": "Issue",
				"reference_name": issue.name,
				"subject": "Re: Kettle",
				"content": f"From {sender}",
				"sender": sender,
			}
		)
		message.insert()
	seen = guest(api.track, reference=case.name, key=key)
	assert [message["text"] for message in seen["messages"]] == ["From erika@muster.test"]
