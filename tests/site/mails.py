"""Raw messages (RFC 822) for tests, and a mailbox that they come in by."""

from __future__ import annotations

import frappe

from cms_iso10002.complaints import clock, incoming

MAILBOX = "Complaints Mailbox"
ADDRESS = "complaints@firm.test"


def make_mailbox(**settings) -> None:
	"""An Email Account that sends and is named in Complaint Settings; mails are queued, never sent."""
	if not frappe.db.exists("Email Account", MAILBOX):
		account = frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": MAILBOX,
				"email_id": ADDRESS,
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "localhost",
				"no_smtp_authentication": 1,
				"awaiting_password": 0,
			}
		)
		frappe.flags.in_patch = True  # else the server is tried
		account.insert()
		frappe.flags.in_patch = False
	frappe.local.outgoing_email_account = {}
	doc = frappe.get_doc("Complaint Settings")
	doc.mail_accounts = []
	doc.append("mail_accounts", {"email_account": MAILBOX, "language": "en"})
	doc.update(
		{
			"outgoing_email_account": MAILBOX,
			"acknowledge_mail": 1,
			"acknowledgements_a_day": 3,
			"answer_within_days": 14,
			"reminder_days": "7,12",
			**settings,
		}
	)
	doc.save()
	frappe.clear_document_cache("Complaint Settings", "Complaint Settings")


_count = 0


def raw(
	body: str = "The kettle has leaked since the first day.",
	*,
	sender: str = "Erika Muster <erika@muster.test>",
	subject: str = "Kettle leaks",
	message_id: str | None = None,
	date: str | None = None,
	content_type: str = "text/plain; charset=utf-8",
	**headers: str,
) -> bytes:
	"""A message to the mailbox; other headers by keyword, `_` for `-`."""
	global _count
	_count += 1
	lines = {
		"From": sender,
		"To": ADDRESS,
		"Subject": subject,
		"Message-ID": message_id if message_id is not None else f"<mail-{_count}@sender.test>",
		"Date": date or clock.now_utc().strftime("%a, %d %b %Y %H:%M:%S +0000"),
		"MIME-Version": "1.0",
		"Content-Type": content_type,
		**{name.replace("_", "-"): value for name, value in headers.items()},
	}
	return "\r\n".join((*(f"{k}: {v}" for k, v in lines.items() if v), "", body)).encode()


def receive(message: bytes) -> str:
	"""Take a message in as the mailbox's job does."""
	return incoming.receive(message, MAILBOX)


def with_files(*files: tuple[str, bytes], body: str = "See the pictures.", **values) -> bytes:
	"""A message with attachments: (name, content) each."""
	from base64 import encodebytes

	parts = [f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"]
	for name, content in files:
		parts.append(
			"--b\r\nContent-Type: application/octet-stream\r\n"
			f'Content-Disposition: attachment; filename="{name}"\r\n'
			f"Content-Transfer-Encoding: base64\r\n\r\n{encodebytes(content).decode()}\r\n"
		)
	return raw("".join((*parts, "--b--\r\n")), content_type='multipart/mixed; boundary="b"', **values)


def report_about(letter_id: str, action: str = "failed", **values) -> bytes:
	"""A mail server's report about a letter (RFC 3464)."""
	body = f"""--b
Content-Type: text/plain

I could not deliver your message.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; erika@muster.test
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: <{letter_id}>
--b--
"""
	return raw(
		body.replace("\n", "\r\n"),
		sender="Mail Delivery System <MAILER-DAEMON@mx.test>",
		subject="Undelivered Mail Returned to Sender",
		content_type='multipart/report; report-type=delivery-status; boundary="b"',
		Return_Path="<>",
		**values,
	)
