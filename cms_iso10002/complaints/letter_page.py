"""The page around a letter: window, references, letterhead, and how to answer without e-mail.

What stands on it is frozen with the letter when it is sent: a letter printed later is the letter that was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr
from markupsafe import Markup

from cms_iso10002.complaints.letter_access import address
from cms_iso10002.complaints.letter_content import Doc, letter_context
from cms_iso10002.complaints.letter_language import speaking, spoken
from cms_iso10002.complaints.letter_template import compose
from cms_iso10002.complaints.letter_text import lines, printable, words_apart

VALUES = (
	"kind",
	"reference",
	"customer_reference",
	"received_on",
	"date",
	"recipient_name",
	"recipient_address",
	"organisation",
	"language",
	"direction",
	"format",
	"type_size",
	"phone_way",
	"action_code",
)
CLOSING = '<p class="cms-closing">'
WORDS = ("our_reference", "your_reference", "received_on", "date", "page", "no_email", "code", "not_sent")


def frozen(context: Mapping[str, Any], posted_to: str = "") -> str:
	"""The page of a letter as JSON, from the values it was written with.

	`posted_to` is the address somebody chose to post it to (lines, or parts between commas): it stands in the window.
	"""
	values = {name: context[name] for name in VALUES}
	values["words"] = {name: context["words"][name] for name in WORDS}
	if posted_to:
		values["recipient_address"] = _address_lines(posted_to, context["recipient_name"])
	return json.dumps(values, ensure_ascii=False, sort_keys=True)


def of_record(letter: Doc) -> dict[str, Any]:
	"""A Complaint Letter as it was sent, for printing: text escaped, content as it was rendered then."""
	page = json.loads(cstr(letter.get("page")) or "{}") or _page_of_today(letter)
	return _printable(page, letter.get("subject"), letter.get("content"))


def preview(complaint: Doc, kind: str, language: str) -> dict[str, Any]:
	"""The letter of `kind` that could be sent now, marked as one that was not."""
	with speaking(language):
		composed = compose(complaint, kind, {**_placeholders(kind), **address(complaint, kind)}, language)
	page = json.loads(frozen(composed.context))
	return {**_printable(page, composed.subject, composed.content), "is_preview": True}


def _printable(page: Mapping[str, Any], subject: str | None, content: str | None) -> dict[str, Any]:
	body, closing, end = _parted(cstr(content))
	# its text was escaped when it was written, and again looked through when it was stored
	return {
		**printable({**page, "subject": cstr(subject)}),
		"content": words_apart(Markup(body)),
		"question": words_apart(Markup(closing.partition(CLOSING)[0])),
		"closing": words_apart(Markup("".join(closing.partition(CLOSING)[1:]))),
		"end": Markup(end),
		"is_preview": False,
	}


def _parted(content: str) -> tuple[str, str, str]:
	"""The letter in three: what it says, its last paragraph with the closing, and the end of its wrapper.

	How to answer stands before the closing, and the signature is not left alone on a page. Where a template marks no
	closing, all of it is the first part.
	"""
	closing, end = content.rfind(CLOSING), content.rfind("</div>")
	if not 0 <= closing < end:
		return content, "", ""
	last = content.rfind("<p>", 0, closing)
	start = last if last >= 0 and "</div>" not in content[last:closing] else closing
	return content[:start], content[start:end], content[end:]


def _page_of_today(letter: Doc) -> dict[str, Any]:
	"""For letters recorded before pages were kept: what is known of the complaint today."""
	complaint = frappe.get_doc("Complaint", letter.get("complaint"))
	extra = {
		"recipient": letter.get("recipient"),
		"channel": letter.get("channel"),
		"dated": letter.get("sent_on"),
	}
	language = spoken(cstr(letter.get("language")) or "en")
	return json.loads(frozen(letter_context(complaint, letter.get("kind"), extra, language=language)))


def _placeholders(kind: str) -> dict[str, str]:
	"""What the sender still has to say, so that a preview shows where it will stand."""
	if kind == "Information Request":
		return {"question": _("[The question]")}
	if kind == "Progress Update":
		return {"message": _("[What is new]")}
	if kind in ("Extension Notice", "Holding Response", "Out of Scope"):
		return {"reason": _("[The reason]")}
	return {}


def _address_lines(address: str, name: str) -> list[str]:
	"""The lines of an address without the name, which stands above them."""
	found = lines(address) if "\n" in address else lines(address.replace(",", "\n"))
	return [line for line in found if line != name]
