"""Letters and forms on paper: what print formats call, and one door to what letters are made of.

A letter has one source of its words, the Email Template of its kind: the e-mail, the preview on the complaint and the
letter that is printed from the record are the same content. A letter that was sent prints what was sent.
"""

from __future__ import annotations

from typing import Any

import frappe

from cms_iso10002.complaints import complainant_form, follow_up_form, letter_page
from cms_iso10002.complaints.letter_content import DECISIONS, ENDINGS, KINDS, Doc, letter_context
from cms_iso10002.complaints.letter_language import print_language, speaking
from cms_iso10002.complaints.letter_recipient import is_verified, recipient
from cms_iso10002.complaints.letter_steps import STEPS
from cms_iso10002.complaints.letter_template import render
from cms_iso10002.complaints.letter_text import LONGEST_QUOTE, plain_text, printable

__all__ = (
	"DECISIONS",
	"ENDINGS",
	"KINDS",
	"LONGEST_QUOTE",
	"STEPS",
	"complaint_follow_up",
	"complaint_form",
	"complaint_letter",
	"is_verified",
	"letter_context",
	"plain_text",
	"recipient",
	"render",
	"speaking",
)


def complaint_letter(doc: Doc, kind: str = "Acknowledgement") -> dict[str, Any]:
	"""For print formats: the page of a letter, escaped.

	Of a Complaint Letter, as it was sent, in its language. Of a complaint, a preview of its letter of `kind`, in the
	language that is printed.
	"""
	if doc.get("doctype") == "Complaint Letter":
		return letter_page.of_record(doc)
	return letter_page.preview(doc, kind, print_language(doc))


def complaint_form(doc: Doc) -> dict[str, Any]:
	"""For print formats: the complainant form, filled with what is known, escaped; an empty text is a line to fill in."""
	language = print_language(doc)
	with speaking(language):
		return printable(complainant_form.form_context(doc, language))


def complaint_follow_up(doc: Doc) -> dict[str, Any]:
	"""For print formats: the follow-up form with its eight steps, filled with what is known, escaped."""
	# for the people who handle complaints: in their own language unless another is chosen
	language = print_language({"language": frappe.local.lang})
	with speaking(language):
		return printable(follow_up_form.form_context(doc, language))
