"""What a letter may say about a complaint, as plain values in the letter's language.

A template needs no name but these, and its conditions are plain fields: so it renders alike on every runtime.
What a letter may not disclose never gets into the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.letter_language import amount, date_text, direction, plain_word, speaking, spoken
from cms_iso10002.complaints.letter_recipient import recipient
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_steps import next_steps
from cms_iso10002.complaints.letter_text import left_to_right, lines, plain_text, same, shortened
from cms_iso10002.complaints.letter_words import words
from cms_iso10002.complaints.typed_text import typed
from cms_iso10002.core.refusal import N_

Doc = Mapping[str, Any]
"""A Complaint document, or a plain dict of its fields; only `get` is used of it."""
DECISIONS = ("Decision", "Summary Resolution", "Review Outcome")
ENDINGS = (*DECISIONS, "Out of Scope", "Closure")
KINDS = (
	"Acknowledgement",
	"Information Request",
	"Progress Update",
	"Extension Notice",
	"Holding Response",
	*ENDINGS,
)
HOW_RECEIVED = {
	"Portal": N_("through our portal"),
	"E-mail": N_("by e-mail"),
	"Phone": N_("by telephone"),
	"In Person": N_("in person"),
	"Letter": N_("by letter"),
	"Social Media": N_("through social media"),
	"Web": N_("through our website"),
}
OUTCOMES = {
	"Upheld": N_("justified"),
	"Partly Upheld": N_("justified in part"),
	"Not Upheld": N_("not justified"),
}
BASES = {
	"Goodwill": N_("{0}, as goodwill, whatever you answer"),
	"Interim": N_("{0}, in the meantime, whatever you answer"),
}
"""How redress is told that does not hang on an answer."""
TYPE_SIZES = {"Large Print": 18, "Easy Read": 14}
"""Points; `STANDARD_SIZE` otherwise."""
STANDARD_SIZE = 10


def letter_context(
	complaint: Doc, kind: str, extra: Mapping[str, Any] | None = None, *, language: str | None = None
) -> dict[str, Any]:
	"""What a letter of `kind` about `complaint` may say, as plain values in its language.

	`extra` holds what only the sender knows: question, answer_by, message (or body), reason, duplicate_of,
	new_due, dated, recipient, channel, action_code, tracking_url, feedback_url. A representative without verified authority learns that
	the complaint arrived, and nothing else. Text is not escaped here: `render` and `complaint_letter` do that.
	"""
	extra = extra or {}
	language = language or spoken(complaint.get("language") or "en")
	with speaking(language):
		person = recipient(complaint, kind, cstr(extra.get("recipient")))
		settings = frappe.get_cached_doc("Complaint Settings")
		company = organisation(complaint.get("company"))
		context = {
			"kind": kind,
			"reference": cstr(complaint.get("name")),
			"recipient_name": person["name"],
			"recipient_address": lines(person["address"]),
			"greeting": _("Dear {0},").format(person["name"]) if person["name"] else _("Hello,"),
			"date": date_text(extra.get("dated") or clock.today(), language),
			"received_on": date_text(complaint.get("received_on"), language),
			"how_received": plain_word(HOW_RECEIVED, complaint.get("channel")),
			"organisation": company,
			"contact_person": cstr(settings.get("contact_person")),
			"contact_email": cstr(settings.get("contact_email")) or company["email"],
			"contact_phone": cstr(settings.get("contact_phone")) or company["phone"],
			"language": language,
			"direction": direction(language),
			"format": cstr(complaint.get("correspondence_format")) or "Standard",
			"type_size": TYPE_SIZES.get(complaint.get("correspondence_format"), STANDARD_SIZE),
			"withheld": not person["may_know"],
			"on_paper": _on_paper(extra, person),
		}
		context.update(
			_content(complaint if person["may_know"] else {}, kind, extra, settings, language, person)
		)
		_keep_order(context)
		context.update(_ways_to_answer(context, extra))
		context["words"] = words(context)
	return typed(context)


def _keep_order(context: dict[str, Any]) -> None:
	"""Telephone numbers keep the order of their digits in a letter that is written from right to left."""
	way = context["direction"]
	context["contact_phone"] = left_to_right(context["contact_phone"], way)
	for held in (context["organisation"], context["recourse"]["body"]):
		held["phone"] = left_to_right(held["phone"], way)


def _on_paper(extra: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
	"""Whether it is read on paper: nobody can reply to a message then."""
	channel = extra.get("channel")
	return channel == "Post" or (not channel and not person["email"])


def _ways_to_answer(context: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
	"""How somebody without e-mail answers, and the link for rating how we handled it; empty for who may not know."""
	known, code = not context["withheld"], cstr(extra.get("action_code"))
	by_phone = ""
	if context["on_paper"] and context["contact_phone"]:
		by_phone = _(
			"You can answer by telephone as well: call {0} and give the reference {1}. We write down what you say."
		).format(context["contact_phone"], context["reference"])
	return {
		"phone_way": by_phone,
		"action_code": left_to_right(code, context["direction"]) if known and context["on_paper"] else "",
		"feedback_url": _web_address(extra.get("feedback_url")) if known else "",
		"tracking_url": _web_address(extra.get("tracking_url")),
	}


def _web_address(url: Any) -> str:
	"""`url` where it is one that may stand in a link, otherwise nothing."""
	return cstr(url) if cstr(url).startswith(("https://", "http://")) else ""


def _content(
	complaint: Doc,
	kind: str,
	extra: Mapping[str, Any],
	settings: Any,
	language: str,
	person: Mapping[str, Any],
) -> dict[str, Any]:
	"""What the letter tells about the matter itself. Of an empty `complaint` it tells nothing."""
	known = bool(complaint)
	deciding = known and kind in DECISIONS
	decision = (complaint.get("decisions") or [{}])[-1] if deciding else {}
	outcome = cstr(decision.get("outcome"))
	category = complaint.get("category")
	represented = complaint.get("complainant_name") or complaint.get("customer_name")
	return {
		"subject": cstr(complaint.get("subject")),
		"on_behalf_of": cstr(represented) if person["is_representative"] else "",
		"customer_reference": cstr(complaint.get("customer_reference")),
		"what_you_told_us": shortened(plain_text(complaint.get("description"))),
		"remedy_requested": remedy_text(complaint.get("remedy_requested"), complaint.get("remedy_notes")),
		"next_steps": [] if kind in ENDINGS else next_steps(complaint, kind, language),
		"question": cstr(extra.get("question")) if known else "",
		"is_reminder": bool(extra.get("is_reminder")),
		"answer_by": _answer_by(extra, settings, language) if kind == "Information Request" else "",
		"message": cstr(extra.get("message") or extra.get("body")) if known else "",
		# translated where it is one of the reasons we ship, as for an employment dispute
		"reason": _(cstr(extra.get("reason"))) if known and extra.get("reason") else "",
		"outcome": plain_word(OUTCOMES, outcome),
		"outcome_code": outcome,
		"reasons": plain_text(decision.get("reasons")),
		"aspects": _aspects(complaint) if deciding else [],
		"redress": _redress(complaint, language) if deciding else [],
		"is_review": known and is_review(complaint, kind),
		"recourse": _recourse(kind, decision, settings, language, is_review(complaint, kind))
		if known
		else _no_recourse(),
		"duplicate_of": cstr(extra.get("duplicate_of") or complaint.get("duplicate_of")) if known else "",
		"referral_note": _referral_note(category) if kind == "Out of Scope" else "",
		"extension": _extension(complaint, extra, language) if known else {"reason": "", "new_due": ""},
	}


def decided(complaint: Doc, kind: str, language: str) -> dict[str, Any]:
	"""What a letter of `kind` tells of the last decision, without the letter around it: aspects, redress, recourse."""
	settings = frappe.get_cached_doc("Complaint Settings")
	with speaking(language):
		return {
			"aspects": _aspects(complaint),
			"redress": _redress(complaint, language),
			"recourse": _recourse(kind, (complaint.get("decisions") or [{}])[-1], settings, language),
		}


def _aspects(complaint: Doc) -> list[dict[str, str]]:
	return [
		{
			"what": cstr(row.get("what")),
			"outcome": plain_word(OUTCOMES, row.get("outcome")),
			"reasons": cstr(row.get("reasons")),
		}
		for row in complaint.get("aspects") or ()
	]


def _redress(complaint: Doc, language: str) -> list[dict[str, str]]:
	"""What is offered, promised or was given; what does not hang on their answer is told as that."""
	return [
		{
			"remedy": _(BASES.get(row.get("basis"), "{0}")).format(remedy_text(row.get("remedy"))),
			"basis": cstr(row.get("basis")),
			# who only repeats the name of the remedy says nothing more, and not in the letter's language
			"description": ""
			if same(row.get("description"), row.get("remedy"))
			else cstr(row.get("description")),
			"amount": amount(row.get("amount"), row.get("currency"), complaint.get("company"), language),
		}
		for row in complaint.get("redress") or ()
		if row.get("state") not in ("Declined", "Cancelled")
	]


def is_review(complaint: Doc, kind: str) -> bool:
	"""Whether a letter confirms that somebody asked for a review: of later rounds, only those of a review are confirmed."""
	return kind == "Acknowledgement" and cint(complaint.get("round")) > 1


def _recourse(
	kind: str, decision: Mapping[str, Any], settings: Any, language: str, of_review: bool = False
) -> dict[str, Any]:
	"""What somebody who does not agree can do, until when, and the body outside that the settings name."""
	body = _body(settings.get("final_response_body"))
	until = date_text(decision.get("recourse_expires_on"), language)
	if kind == "Review Outcome":
		how = _("This is our final answer.")
		if body["name"]:
			how = _("This is our final answer. If you do not agree, you can turn to {0}.").format(
				body["name"]
			)
	elif kind in DECISIONS:
		how = _(
			"If you do not agree, tell us, in whatever way suits you. Somebody who had no part in this "
			"decision will look at it again. This costs you nothing."
		)
		if until:
			how = _(
				"If you do not agree, tell us by {0}, in whatever way suits you. Somebody who had no part in "
				"this decision will look at it again. This costs you nothing."
			).format(until)
	elif kind in ENDINGS:
		how = _("If you think that we are wrong about this, tell us, and we will look at it again.")
	elif of_review:
		how = ""  # they just did, and after a review there is no other
	else:
		how = _("If you do not agree with our answer when you have it, you can ask us to look at it again.")
	return {"how": how, "until": until, "body": body}


def _no_recourse() -> dict[str, Any]:
	return {"how": "", "until": "", "body": _body(None)}


def _body(name: str | None) -> dict[str, str]:
	"""A Dispute Resolution Body as plain values, all empty for none."""
	found = frappe.get_cached_doc("Dispute Resolution Body", name) if name else {}
	if not cint(found.get("enabled")):
		found = {}
	months = cint(found.get("recourse_window_months"))
	return {
		"name": cstr(found.get("body_name")),
		**{key: cstr(found.get(key)) for key in ("website", "phone", "email", "address", "what_it_does")},
		"within": _("within {0} months of it").format(months) if months else "",
	}


def _referral_note(category: str | None) -> str:
	note = frappe.get_cached_value("Complaint Category", category, "referral_note") if category else None
	return _(note) if note else ""


def remedy_text(name: str | None, notes: str | None = None) -> str:
	return ": ".join(
		part for part in (_(name, context="Complaint Remedy") if name else "", cstr(notes).strip()) if part
	)


def _answer_by(extra: Mapping[str, Any], settings: Any, language: str) -> str:
	days = cint(settings.get("answer_within_days"))
	by = extra.get("answer_by") or (clock.today() + timedelta(days=days) if days else None)
	return date_text(by, language)


def _extension(complaint: Doc, extra: Mapping[str, Any], language: str) -> dict[str, str]:
	"""Why it takes longer, and until when: from the sender, or from the last extension."""
	last = (complaint.get("extensions") or [{}])[-1]
	return {
		"reason": cstr(extra.get("reason") or last.get("reason")),
		"new_due": date_text(extra.get("new_due") or last.get("new_due"), language),
	}
