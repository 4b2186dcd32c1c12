"""What a raw message says of itself."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from cms_iso10002.core import mail

PATTERN = mail.reference_pattern(["CMP-.YYYY.-.#####"])

REPORT = """From: Mail Delivery System <MAILER-DAEMON@mx.test>
To: complaints@firm.test
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; Erika@Muster.test
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such
 user

--b
Content-Type: text/rfc822-headers

Message-ID: <letter-1@firm.test>
Subject: We have received your complaint

--b--
"""


def message(*headers: str, body: str = "Hello") -> bytes:
	return "\n".join((*headers, "", body)).encode()


def read(*headers: str, body: str = "Hello") -> mail.Facts:
	return mail.read(message(*headers, body=body))


def test_headers_are_decoded_whole():
	facts = read(
		"From: =?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <Joerg@Example.TEST>",
		"Subject: =?utf-8?q?K=C3=B6nnen_Sie?= =?iso-8859-1?q?_helfen=3F_F=FCr?= mich",
		"Message-ID: <a@b>",
	)
	assert (facts.sender, facts.sender_name) == ("joerg@example.test", "Müller, Jörg")
	assert facts.subject == "Können Sie helfen? Für mich"
	assert facts.message_id == "a@b"


@pytest.mark.parametrize(
	"raw",
	[
		b"",
		b"\x00\xff",
		b"From: \nSubject: =?nonsense?q?x?=\nDate: yesterday\n\n",
		b"Content-Type: multipart/report\n\nx",
	],
)
def test_nonsense_is_read_without_raising(raw):
	facts = mail.read(raw)
	assert facts.sender == "" and facts.key and facts.received_at is None


def test_a_message_is_known_by_its_id_else_by_all_it_says():
	assert mail.read(b"Message-ID: <a@b>\n\nx").key == mail.read(b"Message-Id: <a@b>\nX: y\n\nz").key
	assert mail.read(b"Subject: a\n\nx").key != mail.read(b"Subject: a\n\ny").key


def test_the_thread_begins_with_the_message_answered():
	facts = read("In-Reply-To: <c@x>", "References: <a@x>\n <b@x>\t<c@x>")
	assert facts.thread == ("c@x", "b@x", "a@x")
	assert len(read("References: " + " ".join(f"<{n}@x>" for n in range(500))).thread) == mail.MOST_THREAD_IDS


@pytest.mark.parametrize(
	"date, stamp, hour",
	[
		("Mon, 02 Mar 2026 10:00:00 +0100", "Mon, 02 Mar 2026 09:30:00 +0000", (2026, 3, 2, 9)),
		("Mon, 02 Mar 2026 10:00:00 -0000", "", (2026, 3, 2, 10)),
		("Thu, 01 Jan 1970 00:00:00 +0000", "Mon, 02 Mar 2026 09:30:00 +0000", (2026, 3, 2, 9)),
		("", "Mon, 02 Mar 2026 09:30:00 +0000", (2026, 3, 2, 9)),
	],
)
def test_received_when_sent_unless_the_clock_was_wrong(date, stamp, hour):
	facts = read(
		f"Received: from x by y; {stamp}",
		"Received: from z; Fri, 06 Mar 2026 00:00:00 +0000",
		f"Date: {date}",
	)
	assert facts.received_at.replace(minute=0) == datetime(*hour, tzinfo=timezone.utc)


@pytest.mark.parametrize(
	"header",
	[
		"Auto-Submitted: auto-replied",
		"Auto-Submitted: auto-generated; x=y",
		"Return-Path: <>",
		"Precedence: auto_reply",
		"X-Autoreply: yes",
		"From: MAILER-DAEMON@mx.test",
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
	],
)
def test_machines_are_known(header):
	assert read(header).automatic


@pytest.mark.parametrize(
	"header", ["Auto-Submitted: no", "Return-Path: <a@b.test>", "Precedence: first-class"]
)
def test_people_are_not_taken_for_machines(header):
	facts = read("From: a@b.test", header)
	assert (facts.automatic, facts.doubtful) == ("", "")


@pytest.mark.parametrize("header", ["Precedence: bulk", "List-Id: <x.y>", "X-Auto-Response-Suppress: OOF"])
def test_what_may_be_a_machine_is_doubtful(header):
	facts = read("From: a@b.test", header)
	assert facts.automatic == "" and facts.doubtful


@pytest.mark.parametrize("action, final", [("failed", True), ("delayed", False), ("delivered", False)])
def test_a_delivery_report_names_the_letter_and_the_reason(action, final):
	facts = mail.read(REPORT.format(action=action).encode())
	assert facts.automatic == "bounce"
	assert facts.bounce == mail.Bounce(
		("letter-1@firm.test",), "erika@muster.test", "550 5.1.1 no such user", final
	)


def test_a_returned_message_names_the_letter():
	raw = REPORT.format(action="failed").replace("text/rfc822-headers", "message/rfc822").encode()
	assert mail.read(raw).bounce.original_ids == ("letter-1@firm.test",)


def test_a_server_that_reports_by_a_header_is_understood():
	bounce = read("X-Failed-Recipients: a@b.test", "In-Reply-To: <letter@x>").bounce
	assert (bounce.final, bounce.recipient, bounce.original_ids) == (True, "a@b.test", ("letter@x",))


@pytest.mark.parametrize(
	"subject, forwarded",
	[
		("Fwd: x", True),
		("WG: x", True),
		("Re: FW: x", True),
		("TR : x", True),
		("Re: Fwd x", False),
		("Forward!", False),
	],
)
def test_forwarded_mails_are_known_by_their_subject(subject, forwarded):
	assert read(f"Subject: {subject}").forwarded is forwarded


def test_only_the_topmost_check_of_the_sender_counts():
	failed, passed = "Authentication-Results: mx; dmarc=fail", "Authentication-Results: mx; dmarc=pass"
	assert read(failed, passed).forged and not read(passed, failed).forged


@pytest.mark.parametrize(
	"text, found",
	[
		("Re: We have received your complaint CMP-2026-00012", ["CMP-2026-00012"]),
		("(cmp-2026-00012), [CMP-2026-123456].", ["CMP-2026-00012", "CMP-2026-123456"]),
		("CMP-2026-00012 and CMP-2026-00012", ["CMP-2026-00012"]),
		("XCMP-2026-00012 CMP-2026-00012x CMP-2026-0001 CMP-26-00012 ISO-CMP-2026-00012", []),
	],
)
def test_references_are_found_in_texts(text, found):
	assert mail.references([text, ""], PATTERN) == found


def test_references_follow_the_series_of_the_site():
	pattern = mail.reference_pattern(["C.MM..YY.-.####", "X/.{company}./.###"])
	assert mail.references(["C0326-0001 and X/CDL/007"], pattern) == ["C0326-0001", "X/CDL/007"]


@pytest.mark.parametrize("encoding", ("utf-8", "cp1252", "latin-1"))
@pytest.mark.parametrize("charset", (None, "", "us-ascii", "unknown-8bit", "x-nothing"))
def test_letters_without_a_charset_are_guessed_and_never_lost(encoding, charset):
	text = "die Tür schließt nicht"
	assert mail.decoded(text.encode(encoding), charset) == text


def test_no_byte_is_ever_lost():
	assert len(mail.decoded(bytes(range(256)))) == 256
	assert mail.decoded("déjà".encode("utf-16"), "utf-16") == "déjà"


@pytest.mark.parametrize("encoding", ("utf-8", "cp1252"))
def test_headers_with_letters_that_headers_may_not_hold(encoding):
	facts = mail.read("From: Jörg Müß <j@x.test>\r\nSubject: Die Tür\r\n\r\nx".encode(encoding))
	assert (facts.sender, facts.sender_name, facts.subject) == ("j@x.test", "Jörg Müß", "Die Tür")


@pytest.mark.parametrize(
	"line, who",
	(
		("From: Erika Muster <Erika@muster.test>", ("Erika Muster", "erika@muster.test")),
		('> *Von:* "Muster, Erika" <erika@muster.test>', ("Muster, Erika", "erika@muster.test")),
		("From: Erika Muster [mailto:erika@muster.test]", ("Erika Muster", "erika@muster.test")),
		("De : erika@muster.test", ("", "erika@muster.test")),
	),
)
def test_who_wrote_what_is_forwarded(line, who):
	text = f"FYI\n\n-------- Forwarded --------\n{line}\nTo: us\n\nIt leaks.\nFrom: second@x.test\n"
	assert mail.forwarded_from(text) == [who, ("", "second@x.test")]
	assert mail.forwarded_from("Greetings from: nobody\nFrom: here to there") == []
