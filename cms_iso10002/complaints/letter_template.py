"""The Email Template of a letter, filled: e-mails and printed letters have the same words from the same place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr
from frappe.utils.jinja import get_jenv
from jinja2 import TemplateError, meta
from markupsafe import escape

from cms_iso10002.complaints.letter_content import STANDARD_SIZE, Doc, letter_context
from cms_iso10002.complaints.letter_text import escaped

FIRST = "Complaint Acknowledgement"
"""The letter that everybody gets."""


@dataclass(frozen=True)
class Composed:
	"""A letter as it can be sent: its subject, its HTML, and the values (not escaped) that went into it."""

	subject: str
	content: str
	context: Mapping[str, Any]


def render(
	complaint: Doc, kind: str, extra: Mapping[str, Any] | None = None, language: str = "en"
) -> tuple[str, str]:
	"""Subject and HTML of a letter; see `compose`."""
	composed = compose(complaint, kind, extra, language)
	return composed.subject, composed.content


def compose(
	complaint: Doc, kind: str, extra: Mapping[str, Any] | None = None, language: str = "en"
) -> Composed:
	"""A letter from the Email Template "Complaint <kind>", or its variant "Complaint <kind> (<language>)" where there
	is one.

	`extra` is that of `letter_context`. Raises frappe.ValidationError with one sentence when there is no template, when it can't be rendered, or when
	the letter would tell somebody what they may not know.
	"""
	template, language = _template(kind, language or "en")
	context = letter_context(complaint, kind, extra, language=language)
	if context["withheld"] and kind != "Acknowledgement":
		frappe.throw(
			_(
				"The authority of {0} is not verified: until it is, only an acknowledgement may go to them."
			).format(context["recipient_name"])
		)
	body = template.get("response_html") if cint(template.get("use_html")) else template.get("response")
	# Escaped already, so that a template in which somebody forgot `|e` shows a complainant's text as text.
	html = _filled(template, body, escaped(context))
	subject = _filled(template, template.get("subject"), context)
	return Composed(" ".join(subject.split())[:140], _wrapped(html, context), context)


def _wrapped(html: str, context: Mapping[str, Any]) -> str:
	"""The letter with its language and direction, for screen readers, and in the size of its type."""
	size = context["type_size"]
	style = f' style="font-size: {size}pt; line-height: 1.4"' if size > STANDARD_SIZE else ""
	return f'<div lang="{escape(context["language"])}" dir="{context["direction"]}"{style}>\n{html}\n</div>'


def _template(kind: str, language: str) -> tuple[Any, str]:
	"""The Email Template of a kind of letter, and the language it is written in."""
	name = f"Complaint {kind}"
	for code in dict.fromkeys((language, language.split("-")[0])):
		variant = f"{name} ({code})"
		if frappe.db.exists("Email Template", variant):
			return frappe.get_cached_doc("Email Template", variant), code
	if not frappe.db.exists("Email Template", name):
		frappe.throw(
			_("There is no Email Template named {0} to write this letter with: create it.").format(name),
			title=_("No Template"),
		)
	return frappe.get_cached_doc("Email Template", name), "en"


def languages() -> set[str]:
	"""The languages that letters are written in: English, and those of the acknowledgement's variants."""
	variants = frappe.get_all(
		"Email Template", filters={"name": ("like", f"{FIRST} (%)")}, pluck="name", order_by="name"
	)
	return {"en", *(name[len(FIRST) + 2 : -1] for name in variants)}


def _filled(template: Any, source: str | None, context: Mapping[str, Any]) -> str:
	"""One part of an Email Template, rendered; what is wrong with it is said in one sentence."""
	environment = get_jenv()
	try:
		parsed = environment.parse(source or "")
		unknown = sorted(meta.find_undeclared_variables(parsed) - set(context) - set(environment.globals))
		# not frappe.render_template: what that says about a mistake is a traceback
		text = environment.from_string(source or "").render(context) if not unknown else ""
	except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
		problem = escape(cstr(error).partition("\n")[0])
		frappe.throw(_("The Email Template {0} can't be used: {1}").format(template.name, problem))
	if unknown:
		# left alone, the letter would show the bare placeholder
		frappe.throw(
			_("The Email Template {0} uses names that letters do not have: {1}.").format(
				template.name, ", ".join(unknown)
			)
		)
	return text.strip()
