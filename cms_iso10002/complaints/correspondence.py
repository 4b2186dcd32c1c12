"""What was told to whom: letters, e-mails and spoken words, each a Complaint Letter and an event.

`send` is the only way a letter comes about. A letter by e-mail goes out as a Communication, so that its
thread outlives the purged Email Queue. A delivery that fails undoes, as an event, what the sending did.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.query_builder import DocType
from markupsafe import escape

from cms_iso10002.complaints import (
	alerts,
	cases,
	clock,
	feedback,
	letter_access,
	letter_page,
	letter_recipient,
	letter_template,
	mail_routing,
	mail_thread,
	repeats,
	timeline,
)
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core import formats
from cms_iso10002.core.case import EventSpec, LetterSpec

SPOKEN = ("Phone", "In Person")
FOLLOW_DELIVERY_FOR = timedelta(days=14)


def send(doc, spec: LetterSpec) -> EventSpec:
	"""Send (or note down as told) one letter about `doc`; returns the event to record for it.

	Raises frappe.ValidationError with one sentence when it can't go out by the channel wanted.
	"""
	if doc.anonymised_on:
		frappe.throw(_("This complaint was anonymised: nobody is known any more who could be written to."))
	channel, recipient = _address(doc, spec)
	# what goes out by us goes out now; what somebody said or posted was told when they say
	told_at = spec.sent_at if channel in (*SPOKEN, "Post") else None
	language = doc.language or "en"
	_check_format(doc, spec, channel, recipient)
	composed = letter_template.compose(
		doc, spec.kind, _extra(doc, spec, channel, recipient, told_at), language
	)
	letter = frappe.new_doc("Complaint Letter")
	letter.update(
		{
			"complaint": doc.name,
			"kind": spec.kind,
			"round": doc.round or 1,
			"language": language,
			"format": doc.correspondence_format or "Standard",
			"channel": channel,
			"recipient": recipient,
			"sent_on": clock.to_site(told_at) or clock.now_site(),
			"sent_by": spec.context.get("told_by") or frappe.session.user,
			"delivery": _delivery(channel, recipient),
			"reason": spec.remark,
			"subject": composed.subject,
			"message": spec.context.get("question") or spec.context.get("body") or "",
			"content": composed.content,
			"page": letter_page.frozen(composed.context, spec.recipient if channel == "Post" else ""),
			"format_confirmed_by": frappe.session.user if spec.format_confirmed else None,
		}
	)
	if letter.delivery == "Not Possible" and not letter.reason:
		letter.reason = _("There is no way to reach who complained.")
	if channel == "E-mail" and letter.delivery == "Sent":
		letter.communication = _mail(doc, recipient, composed.subject, composed.content)
	letter.flags.from_correspondence = True
	# nobody may create letters but through here, where the case was checked
	letter.insert(ignore_permissions=True)
	if channel == "Post" and letter.delivery == "Sent":
		_offer_to_print(letter)
	told = letter.delivery != "Not Possible"
	event = spec.event if told or spec.event == "response_sent" else "letter_not_possible"
	data = {"letter": letter.name, "kind": spec.kind, "channel": channel, "delivery": letter.delivery}
	if told and _asks_rating(composed, channel):
		data["asks_rating"] = True
	return EventSpec(event, data | _context(spec), at=told_at, public=told)


def attempt(doc, spec: LetterSpec) -> EventSpec | None:
	"""Send a letter where it can go; None, and nothing is left behind, where it can't."""
	try:
		with all_or_nothing():
			return send(doc, spec)
	except (frappe.ValidationError, frappe.OutgoingEmailError):
		frappe.clear_last_message()
		return None


def _offer_to_print(letter) -> None:
	"""Whoever says that it goes by post has it on paper with one click, as it is recorded."""
	frappe.msgprint(
		_("The letter is recorded as posted. {0}").format(
			'<a href="/printview?doctype=Complaint%20Letter&amp;name={0}" target="_blank">{1}</a>'.format(
				quote(letter.name), _("Print it")
			)
		),
		title=_("Print the Letter"),
		indicator="blue",
	)


def _asks_rating(composed: letter_template.Composed, channel: str) -> bool:
	"""Whether who reads the letter finds the link for rating in it; nobody reads it out."""
	url = composed.context["feedback_url"]
	return bool(url) and channel not in SPOKEN and str(escape(url)) in composed.content


def _check_format(doc, spec: LetterSpec, channel: str, recipient: str) -> None:
	"""A plain letter does not go to who needs another format until somebody made sure that they have it.

	What goes to a representative alone is not for the complainant's eyes.
	"""
	person = letter_recipient.recipient(doc, spec.kind, spec.recipient)
	theirs = not person["is_representative"] or doc.correspondence_to == "Both"
	needed = theirs and bool(recipient) and formats.needs_confirming(doc.correspondence_format, channel)
	if needed and not spec.format_confirmed:
		frappe.throw(
			_(
				"{0} needs the format {1}: see that they get it so, then confirm it (They Have It in the Format They Need)."
			).format(_("The complainant"), _(doc.correspondence_format)),
			title=_("Another Format Is Needed"),
		)


def _extra(doc, spec: LetterSpec, channel: str, recipient: str, told_at: datetime | None) -> dict[str, Any]:
	"""What only the sender knows, for the text of the letter."""
	return {
		**spec.context,
		**letter_access.for_letter(doc, spec.kind, channel),
		"recipient": recipient,
		"channel": channel,
		"dated": clock.to_site(told_at),
	}


def _context(spec: LetterSpec) -> dict[str, Any]:
	"""What of the letter's context the event may hold: no personal words."""
	return {
		name: value
		for name, value in spec.context.items()
		if name in ("round", "duplicate_of", "recourse_until")
	}


def _address(doc, spec: LetterSpec) -> tuple[str, str]:
	"""Channel and recipient: those wanted, else the preferred channel, else what there is an address for."""
	person = letter_recipient.recipient(doc, spec.kind, spec.recipient)
	ways = {
		"E-mail": person["email"],
		"Phone": person["phone"],
		"Post": person["address"],
		"In Person": person["name"],
		"Portal": person["name"] or person["email"],
	}
	channel = spec.channel
	if not channel:
		# nothing is taken for spoken or posted that nobody said or posted
		channel = "E-mail" if person["email"] else ""
		if not channel and (ways["Phone"] or ways["Post"]):
			frappe.throw(
				_("There is no e-mail address: say how {0} was told (How They Are Told).").format(
					person["name"] or _("the complainant")
				)
				+ _why_not_the_representative(doc, person)
			)
		channel = channel or "Post"
	recipient = spec.recipient or ways.get(channel) or ""
	if channel == "E-mail" and not spec.recipient:
		recipient = ", ".join(_addresses(doc, person))
	if channel == "E-mail" and not recipient:
		frappe.throw(
			_("There is no e-mail address to write to: choose another channel.")
			+ _why_not_the_representative(doc, person)
		)
	if channel == "Post" and not recipient and any(ways.values()):
		frappe.throw(
			_("There is no postal address to write to: enter one, or choose another channel.")
			+ _why_not_the_representative(doc, person)
		)
	return channel, recipient or (person["name"] if channel in SPOKEN else "")


def _why_not_the_representative(doc, person: dict[str, Any]) -> str:
	"""The reason, after a blank, where letters would go to a representative if their authority were verified."""
	if not doc.representative_name or person["is_representative"] or letter_recipient.is_verified(doc):
		return ""
	return " " + _(
		"The authority of {0} is not verified: until it is, letters go to the complainant only."
	).format(doc.representative_name)


def whom(doc, kind: str) -> str:
	"""To which e-mail addresses a letter of `kind` would go, as a sentence for dialogs."""
	person = letter_recipient.recipient(doc, kind)
	addresses = ", ".join(_addresses(doc, person))
	if addresses:
		return _("By e-mail it goes to {0}.").format(addresses)
	return _("There is no e-mail address.") + _why_not_the_representative(doc, person)


def _addresses(doc, person: dict[str, Any]) -> list[str]:
	"""The e-mail addresses a letter goes to: one person's, or both where the complainant wants both to have it."""
	both = doc.correspondence_to == "Both" and person["is_representative"] and person["may_know"]
	return [address for address in (person["email"], doc.complainant_email if both else "") if address]


def _delivery(channel: str, recipient: str) -> str:
	if channel in SPOKEN:
		return "Delivered"
	return "Sent" if recipient else "Not Possible"


def _mail(doc, recipient: str, subject: str, content: str) -> str:
	"""Queue the letter as a Communication on the complaint; returns its name."""
	refuse_without_account()
	automatic = doc.acting() in ("System", "Administrator")
	return mail_thread.write(doc.name, recipient, subject, content, sender(), automatic)


def refuse_without_account() -> None:
	"""Raise where the site has no account to send e-mail with."""
	if not EmailAccount.find_outgoing(match_by_doctype="Complaint"):
		frappe.throw(_("No outgoing Email Account is set up: set one up, or choose another channel."))


def sender() -> str | None:
	"""The address letters come from: that of the account the settings name, else Frappe's choice."""
	account = frappe.db.get_single_value("Complaint Settings", "outgoing_email_account")
	return frappe.get_cached_value("Email Account", account, "email_id") if account else None


@frappe.whitelist(methods=["POST"])
def send_letter(
	complaint: str,
	kind: str,
	channel: str = "",
	message: str = "",
	told_on: str = "",
	recipient: str = "",
	format_confirmed: bool | int | str = False,
) -> str:
	"""Send a letter that changes no state (an update, an acknowledgement or the closure again): the form's *Letter* button.

	An acknowledgement of a complaint that was only received acknowledges it. Returns the letter's name; where the same was
	sent moments ago, that one's.
	"""
	from cms_iso10002.complaints import actions

	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	timeline.lock(complaint)
	answers = cases.answers({"told_on": told_on}, doc.received_on)
	asked = (kind, channel, message, recipient, answers.get("told_on"))
	if sent := repeats.letter(complaint, doc.round or 1, *asked):
		return sent
	if kind == "Acknowledgement" and doc.status == "Received":
		actions.perform(
			complaint,
			"Acknowledge",
			{
				"channel": channel,
				"told_on": told_on,
				"recipient": recipient,
				"remark": message,
				"format_confirmed": format_confirmed,
			},
		)
		return frappe.get_all(
			"Complaint Letter",
			filters={"complaint": complaint},
			order_by="creation desc",
			limit=1,
			pluck="name",
		)[0]
	if kind not in FREE_LETTERS:
		frappe.throw(_("A letter of the kind {0} is sent by the action it belongs to.").format(_(kind)))
	if kind == "Closure" and doc.status != "Closed":
		frappe.throw(_("This complaint is not closed: close it, and the letter goes out with it."))
	spec = LetterSpec(
		kind,
		channel,
		recipient,
		answers.get("told_on"),
		"",
		FREE_LETTERS[kind],
		{"body": message},
		formats.is_confirmed(format_confirmed),
	)
	return _send_and_record(doc, spec)


def send_update(doc, message: str, dedupe: str = "") -> str:
	"""Mail a progress update, as the form's *Letter* button does, for who has checked the right to; the letter's name.

	A second one of the same `dedupe` fails: who may run twice asks `timeline.is_recorded` first.
	"""
	return _send_and_record(
		doc, LetterSpec(UPDATE, "E-mail", event=FREE_LETTERS[UPDATE], context={"body": message}), dedupe
	)


def _send_and_record(doc, spec: LetterSpec, dedupe: str = "") -> str:
	timeline.lock(doc.name)
	event = replace(send(doc, spec), dedupe=dedupe)
	timeline.record_all(doc.name, [event, *feedback.asked_by(doc.name, event)])
	return event.data["letter"]


UPDATE = "Progress Update"
FREE_LETTERS = {"Acknowledgement": "acknowledged", UPDATE: "update_sent", "Closure": "letter_sent"}
"""Letters that may be sent beside an action, with the event each makes; that of closure once a complaint is closed."""


@frappe.whitelist(methods=["POST"])
def delivery_failed(letter: str, reason: str) -> None:
	"""Record that a letter did not arrive: an event undoes what its sending did, and the managers are told."""
	doc = frappe.get_doc("Complaint Letter", letter)
	frappe.get_doc("Complaint", doc.complaint).check_permission("write")
	fail(doc, reason)


def fail(letter, reason: str) -> None:
	"""Mark a Complaint Letter as failed, once. The complaint's state goes back where the sending had moved it."""
	if letter.delivery == "Failed":
		return
	if not (reason or "").strip():
		frappe.throw(_("Say why the letter did not arrive."))
	complaint = frappe.get_doc("Complaint", letter.complaint, for_update=True)
	letter.update({"delivery": "Failed", "reason": reason})
	letter.flags.from_correspondence = True
	letter.save(ignore_permissions=True)  # as for the insert: only correspondence writes letters
	complaint.undo_sending(letter)
	alerts.tell(
		complaint,
		[complaint.handler] if complaint.handler else alerts.managers(complaint),
		lambda: _("A letter of {0} did not arrive").format(complaint.name),
	)


def collect_failed_deliveries() -> None:
	"""Every 5 minutes: letters whose e-mail the queue gave up on are marked as failed."""
	letter, queue = DocType("Complaint Letter"), DocType("Email Queue")
	failed = (
		frappe.qb.from_(letter)
		.join(queue)
		.on(queue.communication == letter.communication)
		.select(letter.name, queue.error)
		.where((letter.delivery == "Sent") & (queue.status == "Error"))
		.where(letter.sent_on >= clock.now_site() - FOLLOW_DELIVERY_FOR)
		.orderby(letter.name)
		.limit(500)
		.run(as_dict=True)
	)
	for row in failed:
		last_line = (row.error or "").strip().splitlines()[-1:] or [_("The mail server refused it.")]
		try:
			with all_or_nothing():
				fail(frappe.get_doc("Complaint Letter", row.name), last_line[0][:140])
		except Exception:
			# one case must not keep the others waiting; it is tried again in five minutes
			frappe.log_error(title=f"Delivery of {row.name} could not be followed")


def record_incoming_mail(doc, method: str | None = None) -> None:
	"""Communication.after_insert: a message that came in on a complaint is an event of it. `incoming` routes mail."""
	if doc.reference_doctype != "Complaint" or doc.sent_or_received != "Received":
		return
	if doc.communication_type != "Communication" or not doc.reference_name:
		return
	if doc.flags.opens_complaint:  # that it was received is an event already
		return
	from cms_iso10002.complaints import actions

	goes_on = actions.survivor(doc.reference_name)
	if goes_on != doc.reference_name:
		doc.add_link("Complaint", goes_on, autosave=True)
	# a supplier who answers in the thread means the organisation: the portal shows what the case's people wrote
	shown = doc.flags.get("is_of_the_case", mail_routing.is_known(doc.sender, goes_on))
	# by mail there is a key, so that two workers record it once
	key = doc.flags.dedupe_key
	timeline.record(goes_on, "message_received", {"communication": doc.name}, public=shown, dedupe_key=key)
