"""One thread per case: letters by e-mail answer what was written before, and say where answers come in.

The Communication keeps the Message-ID that the mail has, by which answers find their case long after the Email Queue
was purged.
"""

from __future__ import annotations

from collections.abc import Mapping

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount

from cms_iso10002.complaints import mail_accounts, outgoing
from cms_iso10002.complaints.letter_sender import organisation

MOST_REFERENCES = 10
AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
"""Headers of what nobody pressed a button for: other machines do not answer it (RFC 3834)."""


def new_message_id() -> str:
	"""A Message-ID for a letter, without its brackets."""
	from frappe.email.email_body import get_message_id  # which opens a log of the site's when it is imported

	return get_message_id().strip().strip("<>")


def earlier(complaint: str, but: str = "") -> list[frappe._dict]:
	"""The mails of a case that have a Message-ID, oldest first: the first, by which the thread began, and the last."""
	rows = frappe.get_all(
		"Communication",
		filters={
			"reference_doctype": "Complaint",
			"reference_name": complaint,
			"communication_type": "Communication",
			"message_id": ("is", "set"),
			"name": ("!=", but),
		},
		fields=["name", "message_id"],
		order_by="creation",
	)
	return [*rows[:1], *rows[1:][1 - MOST_REFERENCES :]]


def write(
	complaint: str, recipients: str, subject: str, content: str, sender: str | None, automatic: bool
) -> str:
	"""Write to those who complain: a Communication on the complaint, queued as the next message of its thread; its name."""
	company = frappe.db.get_value("Complaint", complaint, "company")
	communication = on_record("Complaint", complaint, company, recipients, subject, content, sender)
	send(communication, automatic)
	return communication.name


def on_record(
	doctype: str,
	name: str,
	company: str | None,
	recipients: str,
	subject: str,
	content: str,
	sender: str | None,
):
	"""A Communication on a record, stored and not sent yet, that the organisation writes by e-mail."""
	account = EmailAccount.find_outgoing(match_by_email=sender, match_by_doctype="Complaint")
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"reference_doctype": doctype,
			"reference_name": name,
			"subject": subject,
			"content": content,
			# the organisation writes, whoever pressed the button: without a name Frappe shows whoever looks at it
			"sender": sender or (account.email_id if account else None),
			"sender_full_name": organisation(company)["name"],
			"recipients": recipients,
			"message_id": new_message_id(),
			"has_attachment": 0,
		}
	)
	# it is the organisation's, whoever pressed the button or filed
	communication.insert(ignore_permissions=True)
	return communication


def send(communication, automatic: bool = False) -> None:
	"""Queue a Communication, on a complaint as the next message of its thread. Raises where nothing came of it."""
	arguments = communication.sendmail_input_dict()
	if not arguments:
		_not_queued(communication)
	of_case = communication.reference_doctype == "Complaint"
	before = earlier(communication.reference_name, communication.name) if of_case else []
	ids = [f"<{row.message_id}>" for row in before]
	if before:
		communication.db_set("in_reply_to", before[-1].name, update_modified=False)
		arguments["in_reply_to"] = ids[-1]
	arguments["reply_to"] = mail_accounts.reply_address(communication.sender) or arguments.get("reply_to")
	outgoing.queue(**arguments)
	# looked up: what Frappe answers differs from version to version
	if not frappe.db.exists("Email Queue", {"communication": communication.name}):
		_not_queued(communication)
	headers = dict(AUTOMATIC if automatic else {})
	if ids:
		headers["References"] = "\r\n ".join(ids)
	_add_headers(communication.name, headers)


def _not_queued(communication) -> None:
	frappe.throw(
		_("The e-mail to {0} could not be sent: check the address, or choose another channel.").format(
			communication.recipients
		)
	)


def _add_headers(communication: str, headers: Mapping[str, str]) -> None:
	"""Put headers on a queued mail. Frappe lets its callers add only such as begin with X-."""
	lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
	if not lines:
		return
	# one mail to all recipients, hence one row
	queued = frappe.db.get_value(
		"Email Queue", {"communication": communication}, ["name", "message"], as_dict=True
	)
	if not queued:
		return
	message = queued.message or ""
	ahead = lines if "\r\n" in message[:2000] else lines.replace("\r\n", "\n")
	frappe.db.set_value("Email Queue", queued.name, "message", ahead + message, update_modified=False)
