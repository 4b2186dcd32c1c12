"""An e-mail becomes a complaint once, or part of one, or waits for a person: nothing lost, nothing twice.

`receive` takes one raw message in. What it says of itself is read by `core.mail`, where it belongs by `mail_routing`;
`mailbox` fetches it. Machines' mails never open or move a case. A message that fails is kept in the triage list.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.email.receive import InboundMail
from frappe.translate import get_user_lang
from frappe.utils import escape_html

from cms_iso10002.complaints import (
	acknowledging,
	actions,
	alerts,
	clock,
	correspondence,
	intake,
	mail_accounts,
	mail_files,
	mail_routing,
	mail_triage,
	timeline,
	typed_text,
)
from cms_iso10002.complaints.letter_language import speaking
from cms_iso10002.complaints.letter_text import plain_text
from cms_iso10002.complaints.mail_parts import Parts, as_html, readable
from cms_iso10002.complaints.mail_triage import OPEN, SET_ASIDE
from cms_iso10002.complaints.transactions import all_or_nothing, keep
from cms_iso10002.core import mail
from cms_iso10002.core.guards import has_text
from cms_iso10002.core.states import AWAITING_COMPLAINANT, RESPONSE_SENT, category
from cms_iso10002.erpnext_bridge import customer

ATTEMPTS = 3
LONGEST_UNDERWAY = timedelta(days=90)
"""A message whose date is older was sent by a wrong clock."""
MOST_NEW_A_DAY = 20
"""New complaints of one sender in a day; the next ones wait for a person."""
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)

ALREADY_HERE, FILED, NEW, HELD, BOUNCED = "already here", "filed", "new complaint", "held", "bounced"
"""What became of a message."""


def receive(raw: bytes, account: str) -> str:
	"""Take one message in that came to the Email Account `account`, and commit; returns what became of it.

	Never raises for what stands in a message: one that fails is kept in the triage list with the reason. Raises where
	the database is busy or gone; then the message must stay in the mailbox and comes again.
	"""
	for attempt in range(1, ATTEMPTS + 1):
		try:
			mail_accounts.one_at_a_time()
			outcome = ComplaintMail.of(raw, account).process()
			keep()  # a job: each message in a transaction of its own
			return outcome
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError):
			frappe.db.rollback()
			if attempt == ATTEMPTS:
				raise
		except Exception:
			# no message is lost: what can't be processed is held for a person, with the reason
			trace = frappe.get_traceback()
			frappe.db.rollback()
			return _hold_failed(raw, account, trace)
	return HELD


def _hold_failed(raw: bytes, account: str, trace: str) -> str:
	frappe.clear_messages()
	frappe.log_error(title="An e-mail could not be taken in", message=trace)
	reason = _("It could not be taken in: {0}").format(trace.strip().splitlines()[-1])
	facts = mail.read(raw)
	if _is_here(facts.key):
		return ALREADY_HERE
	mail_triage.hold(facts, raw, account, OPEN, reason[:1000])
	keep()  # a job: the message is held before it leaves the mailbox
	return HELD


def _is_here(key: str) -> bool:
	"""Whether a message was taken in before, by this worker or another."""
	return bool(intake.registered_as(event_key(key)) or mail_triage.held_as(key))


def event_key(key: str) -> str:
	"""What marks the event that a message became; unique on the site."""
	return f"mail:{key}"


class ComplaintMail(Parts, InboundMail):
	"""A message to a complaints mailbox. Frappe reads its parts; where it goes is decided here, never by Frappe."""

	def __init__(self, content: bytes, email_account):
		super().__init__(content, email_account)
		self.facts = _with_real_sender(mail.read(content))

	def set_from(self) -> None:
		"""Who sent it is read by `core.mail`; Frappe's own reading fails where nobody did."""
		self.from_email = self.from_real_name = ""

	def get_payload(self, part) -> str:
		"""The text of a part; Frappe's own leaves out the letters that do not fit its guess."""
		content = part.get_payload(decode=True)
		return mail.decoded(content, part.get_content_charset()) if isinstance(content, bytes) else ""

	@classmethod
	def of(cls, raw: bytes, account: str) -> ComplaintMail:
		"""The message `raw` that came by the Email Account `account`, which may be gone meanwhile."""
		there = frappe.db.exists("Email Account", account)
		return cls(
			raw, frappe.get_cached_doc("Email Account", account) if there else frappe._dict(name=account)
		)

	def process(self) -> str:
		"""Decide what becomes of the message, and do it in the present transaction."""
		if _is_here(self.facts.key):
			return ALREADY_HERE
		if self.facts.bounce:
			return self.take_bounce()
		if self.facts.automatic:
			return self.hold(_("Written by a machine ({0}).").format(self.facts.automatic), status=SET_ASIDE)
		if self.facts.sender in mail_accounts.addresses():
			return self.hold(_("It comes from our own address."), status=SET_ASIDE)
		route = mail_routing.find(self.facts, self.texts())
		if route.complaint and (route.known or not self.is_of_colleague()):
			return self.file_on(route.complaint, route.known)
		if doubt := self.doubt():
			return self.hold(doubt, route.complaint or route.quoted)
		complaint = self.register(route.quoted)
		if complaint.flags.dedupe_key:  # else another worker registered it meanwhile, and acknowledges it
			acknowledging.by_mail(complaint)
		return NEW

	def is_known_to(self, complaint: str) -> bool:
		return not self.facts.forged and mail_routing.is_known(self.facts.sender, complaint)

	def is_of_colleague(self) -> bool:
		return mail_routing.is_colleague(self.facts.sender)

	def doubt(self) -> str:
		"""Why a person must look before this becomes a new complaint; "" where nothing speaks against it."""
		if not self.facts.sender:
			return _("It does not say who sent it.")
		if self.facts.doubtful:
			return _("It may be written by a machine ({0}).").format(self.facts.doubtful)
		if self.facts.forged:
			return _("The sender's address could not be confirmed (DMARC).")
		if self.is_of_colleague():
			return _("A colleague sent it: say whose complaint it is.")
		if acknowledging.new_today(self.facts.sender) >= MOST_NEW_A_DAY:
			return _("The sender made {0} complaints by e-mail within a day.").format(MOST_NEW_A_DAY)
		return ""

	# bounces and the triage list

	def hold(self, reason: str, complaint: str = "", status: str = OPEN) -> str:
		"""Keep the message for a person; the case it may belong to is a proposal."""
		complaint = complaint or next(iter(mail_routing.by_thread(self.facts.thread)), "")
		mail_triage.hold(
			self.facts,
			self.raw_message,
			self.email_account.name,
			status,
			reason,
			complaint=complaint,
			preview=self.plain_text(),
		)
		return HELD

	def take_bounce(self) -> str:
		"""A letter that did not arrive is marked as failed, which undoes what its sending did."""
		bounce = self.facts.bounce
		letters = mail_routing.letters_of(bounce.original_ids)
		if not letters:
			return self.hold(
				_("A mail server could not deliver something that was not a letter of ours."),
				status=SET_ASIDE,
			)
		letter = frappe.get_doc("Complaint Letter", letters[-1])
		if bounce.final:
			why = bounce.reason or _("The mail server could not deliver it.")
			correspondence.fail(letter, f"{bounce.recipient}: {why}" if bounce.recipient else why)
		said = _("It could not be delivered.") if bounce.final else _("It is not delivered yet, but may be.")
		self.hold(_("A mail server about {0}: {1}").format(letter.name, said), letter.complaint, SET_ASIDE)
		return BOUNCED if bounce.final else HELD

	# on a case that there is

	def file_on(self, complaint: str, known: bool) -> str:
		"""A message on a case: recorded, resumed where the case waits for it, and brought to who is in charge."""
		if not self.record_on(complaint, known=known):
			return ALREADY_HERE
		doc = frappe.get_doc("Complaint", complaint, for_update=True)
		if known and doc.status == AWAITING_COMPLAINANT:
			_resume(doc)
		_bring_to_attention(doc, known)
		return FILED

	def record_on(self, complaint: str, *, known: bool, opens: bool = False) -> str:
		"""Put the message on a complaint as a Communication, with its files; "" where it was put on it already.

		`known` says that one of the case's people wrote it, `opens` that it is the complaint itself, so that no event is
		needed but that it was received.
		"""
		timeline.lock(complaint)
		if not opens and intake.registered_as(event_key(self.facts.key)):
			return ""
		communication = frappe.get_doc(self.as_communication(complaint))
		communication.flags.in_receive = True  # Frappe then leaves the addresses of others unchecked
		communication.flags.is_of_the_case = known
		communication.flags.opens_complaint = opens
		communication.flags.dedupe_key = event_key(self.facts.key)
		communication.insert(ignore_permissions=True)  # whoever may write to us; what they write was routed
		refused = mail_files.keep(complaint, self.attachments, communication.name, shown=known)
		if refused:
			self.hold(" ".join((_("Files were left out."), *refused))[:1000], complaint)
		return communication.name

	def as_communication(self, complaint: str) -> dict[str, Any]:
		# no email_account: those who share a mailbox in the desk may not all see the case
		return {
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"reference_doctype": "Complaint",
			"reference_name": complaint,
			"subject": typed_text.tame(self.subject_line(), typed_text.LONGEST),
			"content": self.words() or _("No text."),
			"sender": self.facts.sender,
			"sender_full_name": self.sender_name(),
			"recipients": mail.header(self.mail, "To"),
			"cc": mail.header(self.mail, "Cc"),
			"message_id": self.facts.message_id,
			"communication_date": self.received_on(),
			"has_attachment": int(bool(self.attachments)),
		}

	# a new case

	def whose(self) -> tuple[str, str]:
		"""Name and address of whose complaint it may be: the sender's, or of a colleague's forward who wrote first."""
		if not self.is_of_colleague():
			return self.facts.sender_name, self.facts.sender
		ours = mail_accounts.addresses()
		text = self.text_content or plain_text(self.html_content)
		others = (each for each in mail.forwarded_from(text) if each[1] not in ours)
		return next((each for each in others if not mail_routing.is_colleague(each[1])), ("", ""))

	def register(self, quoted: str = "", name: str = "", address: str = ""):
		"""Register the message as a complaint, received when it was sent; `quoted` is a case that it names.

		`name` and `address` are whose complaint it is, where somebody said so; else it is the sender's. Returns the
		complaint; its `flags.dedupe_key` is set where it was made just now.
		"""
		row = next(
			(each for each in mail_accounts.named() if each.email_account == self.email_account.name), None
		)
		if not (name or address):
			name, address = self.facts.sender_name, self.facts.sender
		person = customer.of_sender(address) if address else {}
		related = {"complaint": quoted, "relation": "Other", "note": _("Named in the e-mail")}
		values = {
			"company": row.company if row else None,
			"complainant_name": name or address,
			**person,
			"complainant_email": address or None,
			"language": self.language(person, row),
			"subject": self.subject_line(),
			"description": self.description(),
			"channel": "E-mail",
			"received_on": self.received_on(),
			"related": [related] if quoted else [],
		}
		# whoever may write to the mailbox may complain
		doc = intake.register(values, dedupe_key=event_key(self.facts.key), ignore_permissions=True)
		if doc.flags.dedupe_key:
			self.record_on(doc.name, known=True, opens=True)
		return doc

	def language(self, person: dict[str, Any], row) -> str | None:
		"""The language to answer in: what we know of the person, else what the mail says, else the mailbox's."""
		wanted = [person.get("language"), self.facts.language, self.facts.language.partition("-")[0]]
		wanted.append(row.language if row else None)
		there = set(
			frappe.get_all(
				"Language",
				filters={"name": ("in", list(filter(None, wanted)) or [""])},
				pluck="name",
				order_by="name",
			)
		)
		return next(
			(language for language in wanted if language in there),
			frappe.db.get_single_value("System Settings", "language"),
		)

	# its words

	def received_on(self) -> datetime:
		"""When it was sent, as site time: never in the future, and now where its clock was wrong."""
		now = clock.now_utc()
		sent = self.facts.received_at or now
		return clock.to_site(sent if now - LONGEST_UNDERWAY < sent < now else now)

	def subject_line(self) -> str:
		return typed_text.tame(self.facts.subject, 140)[:140] or _("Complaint by e-mail")

	def sender_name(self) -> str:
		return typed_text.tame(self.facts.sender_name, 140)[:140]

	def words(self) -> str:
		"""What it says, as HTML that is safe to show; pictures are among the files, those elsewhere would tell on readers."""
		if self.html_content:
			return IMAGE.sub("", readable(self.html_content)).strip()
		return as_html(self.text_content)

	def description(self) -> str:
		"""The words as a complaint's description; long ones are cut, the Communication holds all."""
		words = self.words()
		if len(words) > intake.LONGEST_DESCRIPTION:
			note = _("(Cut. The whole text is with the e-mails of this complaint.)")
			text = escape_html(self.plain_text()[: intake.LONGEST_DESCRIPTION // 6])
			return "{0}<br><br>{1}".format(text.replace("\n", "<br>"), note)
		if has_text(words):
			return words
		return (
			_("The e-mail had no text: see the attached files.")
			if self.attachments
			else _("The e-mail had no text.")
		)

	def texts(self) -> tuple[str, ...]:
		"""Where a reference may be quoted."""
		return self.facts.subject, self.text_content, plain_text(self.html_content)


def _with_real_sender(facts: mail.Facts) -> mail.Facts:
	"""A form that mails in our own name says in Reply-To who filled it in."""
	ours = mail_accounts.addresses()
	if facts.sender in ours and facts.reply_to and facts.reply_to not in ours:
		return replace(facts, sender=facts.reply_to)
	return facts


def _resume(doc) -> None:
	"""An answer came: the case goes on. Where it can't, whoever is in charge sees the answer all the same."""
	try:
		with all_or_nothing():
			actions.perform(
				doc.name,
				"Resume",
				{"answer": _("By e-mail"), "channel": "E-mail"},
				roles=("Complainant",),
				by_system=True,
			)
	except frappe.ValidationError:
		frappe.clear_last_message()


def _what_to_do(doc, known: bool) -> tuple[str, str]:
	"""What to tell who is in charge, and the task where a person must judge ("" for none)."""
	told = _("A message came in on {0}").format(doc.name)
	if not known:
		task = _("Somebody whose address is not on {0} wrote: make sure who it is before you act on it.")
	elif doc.status == RESPONSE_SENT or doc.closure_basis == "No Reply":
		task = _("The complainant answered our decision on {0}: record whether they accept or reject it.")
	elif category(doc.status) == "Closed":
		task = _("The complainant wrote after {0} was closed: reopen it, make a new complaint, or answer.")
	else:
		return told, ""
	return told, task.format(doc.name)


def _bring_to_attention(doc, known: bool) -> None:
	"""Tell the handler, else the managers; a task goes to one of them."""
	users = alerts.in_charge(doc) or alerts.managers(doc)
	alerts.tell(doc, users, lambda: _what_to_do(doc, known)[0])
	user = alerts.least_busy(users)
	if not user:
		return
	with speaking(get_user_lang(user)):
		_told, task = _what_to_do(doc, known)
	if task:
		alerts.assign(doc, user, task, priority="High")
