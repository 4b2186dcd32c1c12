"""The words of letters and forms: what a template may use, and the template that is used.

Everything a letter says about a complaint is gathered here as plain values in the letter's language: so a
template needs no name but these, its conditions are plain fields, and it renders alike on every runtime.
What a letter may not disclose never gets into those values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import frappe
from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from frappe import _
from frappe.contacts.doctype.address.address import get_default_address
from frappe.utils import cint, cstr, get_datetime, getdate
from frappe.utils.jinja import get_jenv
from jinja2 import TemplateError, meta
from markupsafe import escape

from cms_iso10002.complaints import clock, policy, timeline
from cms_iso10002.core import clocks
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
STEPS = {
	"update": N_("We write to you how far we have got"),
	"decide": N_("We tell you what we found and what we decided"),
	"review": N_("We tell you the outcome of the review"),
	"implement": N_("We carry out what was agreed"),
}
"""Milestones that are promises to the complainant, in plain words. The others are the organisation's own, and
that we have the complaint any letter confirms."""
TELLING = {"Acknowledgement": clocks.ACKNOWLEDGED, "Holding Response": clocks.HOLDING_RESPONSE_SENT}
"""The event that a letter makes, where it is not that of an update."""
OPEN_MILESTONES = ("Running", "Paused", "Overdue")

TYPE_SIZES = {"Large Print": 18, "Easy Read": 14}
"""Points; 10 otherwise."""
TOWN_BEFORE_CODE = (
	"Australia",
	"Canada",
	"India",
	"Ireland",
	"New Zealand",
	"United Kingdom",
	"United States",
)
"""Countries whose addresses name the town before the postal code."""
LONGEST_QUOTE = 2500
"""Characters of the complainant's words that a letter repeats."""
LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi")


def letter_context(
	complaint: Doc, kind: str, extra: Mapping[str, Any] | None = None, *, language: str | None = None
) -> dict[str, Any]:
	"""What a letter of `kind` about `complaint` may say, as plain values in its language.

	`extra` holds what only the sender knows: question, answer_by, message (or body), reason, duplicate_of,
	new_due, recipient. A representative without verified authority learns that the complaint arrived, and
	nothing else. Text is not escaped here: `render` and `complaint_letter` do that.
	"""
	extra = extra or {}
	language = language or _spoken(complaint.get("language") or "en")
	with speaking(language):
		person = recipient(complaint, kind, cstr(extra.get("recipient")))
		settings = frappe.get_cached_doc("Complaint Settings")
		organisation = _organisation(complaint.get("company"))
		context = {
			"kind": kind,
			"reference": cstr(complaint.get("name")),
			"recipient_name": person["name"],
			"recipient_address": _lines(person["address"]),
			"greeting": _("Dear {0},").format(person["name"]) if person["name"] else _("Hello,"),
			"date": _date(clock.today(), language),
			"received_on": _date(complaint.get("received_on"), language),
			"how_received": _plain_word(HOW_RECEIVED, complaint.get("channel")),
			"organisation": organisation,
			"contact_person": cstr(settings.get("contact_person")),
			"contact_email": cstr(settings.get("contact_email")) or organisation["email"],
			"contact_phone": cstr(settings.get("contact_phone")) or organisation["phone"],
			"language": language,
			"direction": _direction(language),
			"format": cstr(complaint.get("correspondence_format")) or "Standard",
			"type_size": TYPE_SIZES.get(complaint.get("correspondence_format"), 10),
			"withheld": not person["may_know"],
		}
		context.update(
			_content(complaint if person["may_know"] else {}, kind, extra, settings, language, person)
		)
		context["words"] = _words(context)
	return context


def render(
	complaint: Doc, kind: str, extra: Mapping[str, Any] | None = None, language: str = "en"
) -> tuple[str, str]:
	"""Subject and HTML of a letter, from the Email Template "Complaint <kind>", or its variant
	"Complaint <kind> (<language>)" where there is one.

	Raises frappe.ValidationError with one sentence when there is no template, when it can't be rendered, or when
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
	html = _filled(template, body, _escaped(context))
	if context["direction"] == "rtl":
		html = f'<div dir="rtl">{html}</div>'
	subject = _filled(template, template.get("subject"), context)
	return " ".join(subject.split())[:140], html.strip()


def complaint_letter(doc: Doc, kind: str = "Acknowledgement") -> dict[str, Any]:
	"""For print formats: `letter_context`, escaped, in the language that is printed."""
	return _escaped(letter_context(doc, kind, language=_print_language(doc)))


def complaint_form(doc: Doc) -> dict[str, Any]:
	"""For print formats: the complainant form, filled with what is known, escaped; an empty text is a line to fill in."""
	language = _print_language(doc)
	with speaking(language):
		return _escaped(_form(doc, language))


def recipient(complaint: Doc, kind: str, address: str = "") -> dict[str, Any]:
	"""Who a letter goes to: name, email, phone, address, and whether they may know what it is about.

	The representative, where letters go to them; until their authority is verified only the acknowledgement
	does. `address` is the e-mail address somebody chose to send to.
	"""
	verified = is_verified(complaint)
	wanted = complaint.get("correspondence_to") in ("Representative", "Both")
	chosen = _same(address, complaint.get("representative_email"))
	if complaint.get("representative_name") and (
		(wanted and (verified or kind == "Acknowledgement")) or chosen
	):
		return {
			"name": cstr(complaint.get("representative_name")),
			"email": cstr(complaint.get("representative_email")),
			"phone": cstr(complaint.get("representative_phone")),
			"address": "",
			"may_know": verified,
			"is_representative": True,
		}
	name = complaint.get("complainant_name") or complaint.get("customer_name")
	return {
		"name": "" if cint(complaint.get("is_anonymous")) else cstr(name),
		"email": cstr(complaint.get("complainant_email")),
		"phone": cstr(complaint.get("complainant_phone")),
		"address": cstr(complaint.get("complainant_address")),
		"may_know": True,
		"is_representative": False,
	}


def is_verified(complaint: Doc) -> bool:
	"""Whether the representative's authority was verified and still holds."""
	until = complaint.get("representative_valid_until")
	return bool(complaint.get("representative_verified_by")) and not (
		until and getdate(until) < clock.today()
	)


def plain_text(html: str | None) -> str:
	"""Rich text as plain text with its paragraphs; scripts and styles left out.

	Linear whatever it is given: the parsers of Python take minutes over tags that strangers did not close.
	"""
	texts, end, silent = [], 0, ""
	for tag in TAG.finditer(html or ""):
		if not silent:
			texts.append(html[end : tag.start()])
		end, closes, name = tag.end(), tag[1], (tag[2] or "").lower()
		if name == silent and closes:
			silent = ""
		elif name in SILENT_TAGS and not closes:
			silent = silent or name
		elif name == "br" or (name in BREAKING_TAGS and closes):
			texts.append("\n")
	if not silent:
		texts.append((html or "")[end:])
	lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in unescape("".join(texts)).splitlines())
	return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


TAG = re.compile(r"<(?:(/?)([a-z][a-z0-9]*)[^<>]*|![^<>]*)>", re.IGNORECASE)
SILENT_TAGS = frozenset(("script", "style", "head", "template"))
BREAKING_TAGS = frozenset(("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"))


@contextmanager
def speaking(language: str) -> Iterator[None]:
	"""Translate into `language` inside; the session's language is restored whatever happens."""
	before = frappe.local.lang
	frappe.local.lang = language
	try:
		yield
	finally:
		frappe.local.lang = before


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
		"what_you_told_us": _shortened(plain_text(complaint.get("description"))),
		"remedy_requested": _remedy(complaint.get("remedy_requested"), complaint.get("remedy_notes")),
		"next_steps": [] if kind in ENDINGS else _next_steps(complaint, kind, language),
		"question": cstr(extra.get("question")) if known else "",
		"is_reminder": bool(extra.get("is_reminder")),
		"answer_by": _answer_by(extra, settings, language) if kind == "Information Request" else "",
		"message": cstr(extra.get("message") or extra.get("body")) if known else "",
		# translated where it is one of the reasons we ship, as for an employment dispute
		"reason": _(cstr(extra.get("reason"))) if known and extra.get("reason") else "",
		"outcome": _plain_word(OUTCOMES, outcome),
		"outcome_code": outcome,
		"reasons": plain_text(decision.get("reasons")),
		"aspects": _aspects(complaint) if deciding else [],
		"redress": _redress(complaint, language) if deciding else [],
		"recourse": _recourse(kind, decision, settings, language) if known else _no_recourse(),
		"duplicate_of": cstr(extra.get("duplicate_of") or complaint.get("duplicate_of")) if known else "",
		"referral_note": _referral_note(category) if kind == "Out of Scope" else "",
		"extension": _extension(complaint, extra, language) if known else {"reason": "", "new_due": ""},
	}


def _words(context: Mapping[str, Any]) -> dict[str, str]:
	"""Headings and sentences of the printed letters: print formats have no variants per language."""
	received = _("Thank you for telling us. Your complaint reached us on {0}.")
	if context["how_received"]:
		received = _("Thank you for telling us. Your complaint reached us on {0}, {1}.")
	return {
		"your_complaint": _("Your complaint"),
		"our_reference": _("Our reference"),
		"your_reference": _("Your reference"),
		"date": _("Date"),
		"received_on": _("Received on"),
		"received": received.format(context["received_on"], context["how_received"]),
		"recorded_as": _(
			"We have recorded it under the reference {0}. Please give it whenever you contact us."
		).format(context["reference"]),
		"on_behalf_of": _("We write to you as the representative of {0}.").format(context["on_behalf_of"]),
		"authority_needed": _(
			"You told us that you act for somebody else. Before we can say more about the matter, we need "
			"to see that you may: please send us an authority signed by the person you represent."
		),
		"what_you_told_us": _("What you told us"),
		"you_would_like": _("What you would like"),
		"correct_it": _("Is anything wrong or missing? Please tell us."),
		"what_happens_next": _("What happens next"),
		"step": _("Step"),
		"by_when": _("By"),
		"who_to_ask": _("Who to ask"),
		"phone": _("Phone"),
		"email": _("E-mail"),
		"page": _("Page"),
		"reminder": _("We wrote to you about this before, and have no answer from you yet."),
		"free": _("Complaining to us costs you nothing and brings you no disadvantage."),
		"outside": _outside(context["recourse"]["body"]),
		"kind_regards": _("Kind regards"),
	}


def _outside(body: Mapping[str, str]) -> str:
	if body["within"]:
		return _("If our final answer does not satisfy you, you can turn to {0} {1}.").format(
			body["name"], body["within"]
		)
	return _("If our final answer does not satisfy you, you can turn to {0}.").format(body["name"])


def _next_steps(complaint: Doc, kind: str, language: str) -> list[dict[str, str]]:
	"""What is still to come, by when: the first open milestone of each stage that is a promise, soonest first."""
	found: dict[str, tuple[datetime, dict[str, str]]] = {}
	for row in _milestones(complaint, kind):
		stage, due = row.get("stage"), row.get("due_at")
		if stage not in STEPS or row.get("state") not in OPEN_MILESTONES or not due:
			continue
		due = get_datetime(due)
		if stage not in found or due < found[stage][0]:
			found[stage] = (due, {"label": _(STEPS[stage]), "due": _due(row.get("state"), due, language)})
	return [step for _moment, step in sorted(found.values(), key=lambda entry: entry[0])]


def _milestones(complaint: Doc, kind: str) -> Sequence[Mapping[str, Any]]:
	"""The milestones as they will be once this letter is sent.

	Sending it may start clocks (the next update, what counts from the acknowledgement), and a letter must not
	promise another date than the clock keeps.
	"""
	if not (complaint.get("name") and complaint.get("policy_snapshot")):
		return complaint.get("milestones") or ()
	targets, calendar = policy.load(complaint.get("policy_snapshot"))
	events, now = timeline.events_of(complaint.get("name")), clock.now_utc()
	sequence = max((event.sequence for event in events), default=0) + 1
	told = clocks.Event(TELLING.get(kind, clocks.UPDATE_SENT), now, {}, sequence)
	replayed = clocks.replay(targets, calendar, [*events, told], now)
	return [timeline.milestone_values(milestone) for milestone in replayed]


def _due(state: str, due: datetime, language: str) -> str:
	if state == "Overdue" or due < clock.now_site():
		return _("as soon as we can; this is late, and we are sorry")
	if state == "Paused":
		return _("once we have your answer")
	return _date(due, language)


def _aspects(complaint: Doc) -> list[dict[str, str]]:
	return [
		{
			"what": cstr(row.get("what")),
			"outcome": _plain_word(OUTCOMES, row.get("outcome")),
			"reasons": cstr(row.get("reasons")),
		}
		for row in complaint.get("aspects") or ()
	]


def _redress(complaint: Doc, language: str) -> list[dict[str, str]]:
	"""What is offered or was given. What is only proposed beside the offer is nobody's business yet."""
	return [
		{
			"remedy": _remedy(row.get("remedy")),
			"description": cstr(row.get("description")),
			"amount": _amount(row.get("amount"), row.get("currency"), complaint.get("company"), language),
		}
		for row in complaint.get("redress") or ()
		if row.get("state") not in ("Declined", "Cancelled")
		and (row.get("basis") == "Offer" or row.get("state") != "Proposed")
	]


def _recourse(kind: str, decision: Mapping[str, Any], settings: Any, language: str) -> dict[str, Any]:
	"""What somebody who does not agree can do, until when, and the body outside that the settings name."""
	body = _body(settings.get("final_response_body"))
	until = _date(decision.get("recourse_expires_on"), language)
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


def _organisation(company: str | None) -> dict[str, Any]:
	"""Name, address and ways to reach the company that answers."""
	found = frappe.get_cached_doc("Company", company) if company else {}
	return {
		"name": cstr(found.get("company_name") or company),
		"address_lines": _company_address(company),
		"email": cstr(found.get("email")),
		"phone": cstr(found.get("phone_no")),
		"website": cstr(found.get("website")),
	}


def _company_address(company: str | None) -> list[str]:
	"""The lines of the company's own address, the primary one if it has several."""
	name = get_default_address("Company", company) if company else None
	if not name:
		return []
	row = frappe.get_cached_doc("Address", name)
	town = ("city", "state", "pincode") if row.country in TOWN_BEFORE_CODE else ("pincode", "city")
	lines = [row.address_line1, row.address_line2, " ".join(row.get(part) for part in town if row.get(part))]
	return [line for line in (*lines, row.country) if line]


def _referral_note(category: str | None) -> str:
	note = frappe.get_cached_value("Complaint Category", category, "referral_note") if category else None
	return _(note) if note else ""


def _remedy(name: str | None, notes: str | None = None) -> str:
	return ": ".join(part for part in (_(name) if name else "", cstr(notes).strip()) if part)


def _answer_by(extra: Mapping[str, Any], settings: Any, language: str) -> str:
	days = cint(settings.get("answer_within_days"))
	by = extra.get("answer_by") or (clock.today() + timedelta(days=days) if days else None)
	return _date(by, language)


def _extension(complaint: Doc, extra: Mapping[str, Any], language: str) -> dict[str, str]:
	"""Why it takes longer, and until when: from the sender, or from the last extension."""
	last = (complaint.get("extensions") or [{}])[-1]
	return {
		"reason": cstr(extra.get("reason") or last.get("reason")),
		"new_due": _date(extra.get("new_due") or last.get("new_due"), language),
	}


def _form(doc: Doc, language: str) -> dict[str, Any]:
	"""The complainant form (ISO 10002:2018, annex complainant-form): its sections with what is known."""
	organisation = _organisation(doc.get("company"))
	return {
		"title": _("Complaint Form"),
		"organisation": organisation,
		"reference": cstr(doc.get("name")),
		"language": language,
		"direction": _direction(language),
		"type_size": TYPE_SIZES.get(doc.get("correspondence_format"), 10),
		"intro": _(
			"Please fill in what you can. Complaining costs you nothing and brings you no disadvantage. "
			"We gladly help you with this form."
		),
		"office": [
			{"label": _("Our reference"), "text": cstr(doc.get("name"))},
			{"label": _("Received on"), "text": _date(doc.get("received_on"), language)},
			{"label": _("How"), "text": _plain_word(HOW_RECEIVED, doc.get("channel"))},
		],
		"sections": _form_sections(doc, language),
		"items": _form_items(doc, language),
		"words": {
			"product": _("Product or service"),
			"product_reference": _("Reference number, if known"),
			"description": _("Description"),
			"quantity": _("Quantity"),
			"amount": _("Amount"),
			"problem": _("The problem"),
			"problem_description": _("What happened"),
			"remedy": _("What you would like"),
			"remedy_wanted": _("Would you like something to be done?"),
			"yes": _("Yes"),
			"no": _("No"),
			"remedy_which": _("If yes: what?"),
			"signature": _("Date and signature"),
			"date": _("Date"),
			"signed": _("Signature"),
			"enclosures": _("Enclosures"),
			"enclosures_help": _("Please list the documents you enclose; copies will do."),
			"office_use": _("Filled in by us"),
			"page": _("Page"),
			"occurred_on": _("When it happened"),
		},
		"occurred_on": _date(doc.get("occurred_on"), language),
		"description": plain_text(doc.get("description")),
		"remedy_wanted": bool(doc.get("remedy_requested") or doc.get("remedy_notes")),
		"remedy": _remedy(doc.get("remedy_requested"), doc.get("remedy_notes")),
		"enclosures": [_("Proof of authority")] if doc.get("representative_proof") else [],
	}


def _form_sections(doc: Doc, language: str) -> list[dict[str, Any]]:
	anonymous = cint(doc.get("is_anonymous"))
	name = doc.get("complainant_name") or doc.get("customer_name")
	complainant = [
		(_("Name or organisation"), _("wishes to stay anonymous") if anonymous and not name else name),
		(_("Address"), doc.get("complainant_address")),
		(_("Phone"), doc.get("complainant_phone")),
		(_("E-mail"), doc.get("complainant_email")),
		(_("Your reference"), doc.get("customer_reference")),
	]
	representative = [
		(_("Name"), doc.get("representative_name")),
		(_("Relationship to the complainant"), doc.get("representative_relationship")),
		(_("Phone"), doc.get("representative_phone")),
		(_("E-mail"), doc.get("representative_email")),
		(_("Contact person, if somebody else"), _person_to_contact(doc, name)),
	]
	return [
		{"title": title, "rows": [{"label": label, "lines": _lines(text)} for label, text in rows]}
		for title, rows in (
			(_("Complainant"), complainant),
			(_("Person acting on the complainant's behalf"), representative),
		)
	]


def _person_to_contact(doc: Doc, name: str | None) -> str:
	"""The contact at the customer, where that is not who complains."""
	if not doc.get("contact"):
		return ""
	first, last = frappe.get_cached_value("Contact", doc.get("contact"), ["first_name", "last_name"])
	contact = " ".join(part for part in (first, last) if part)
	return "" if _same(contact, name) else contact


def _form_items(doc: Doc, language: str) -> list[dict[str, str]]:
	"""The products, services and documents it is about, each with every reference there is."""
	return [
		{
			"reference": ", ".join(
				cstr(row.get(name))
				for name in ("item_code", "serial_no", "batch_no", "reference_name")
				if row.get(name)
			),
			"description": ": ".join(
				cstr(row.get(name)) for name in ("item_name", "description") if row.get(name)
			),
			"quantity": _quantity(row.get("qty"), row.get("uom"), language),
			"amount": _amount(row.get("amount"), row.get("currency"), doc.get("company"), language),
		}
		for row in doc.get("subjects") or ()
	]


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


def _escaped(value: Any) -> Any:
	"""`value` with every text in it escaped, as Markup: a further `|e` changes nothing."""
	if isinstance(value, str):
		return escape(value)
	if isinstance(value, Mapping):
		return {name: _escaped(inner) for name, inner in value.items()}
	if isinstance(value, Sequence):
		return [_escaped(inner) for inner in value]
	return value


def _print_language(doc: Doc) -> str:
	"""The language chosen in the print view, otherwise that of the complaint."""
	return _spoken(frappe.form_dict.get("_lang") or doc.get("language") or frappe.local.lang or "en")


def _spoken(language: str) -> str:
	"""`language` where our words have been translated into it, otherwise English: never half of each."""
	if not LANGUAGE_CODE.fullmatch(language):  # it may come from a request
		return "en"
	probe = "What happens next"
	return language if language.startswith("en") or _(probe, language) != probe else "en"


def _locale(language: str) -> Locale:
	try:
		return Locale.parse(language, sep="-")
	except (UnknownLocaleError, ValueError):
		return Locale("en")


def _direction(language: str) -> str:
	return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def _date(value: date | datetime | str | None, language: str) -> str:
	"""A date that nobody can misread: with the month's name."""
	if not value:
		return ""
	# plain English has no region, and the order of its long form is the American one
	pattern = "d MMMM y" if language == "en" else "long"
	return format_date(getdate(value), pattern, locale=_locale(language))


def _quantity(qty: Any, uom: str | None, language: str) -> str:
	if not qty:
		return ""
	return " ".join(
		[format_decimal(Decimal(cstr(qty)), locale=_locale(language)), _(uom) if uom else ""]
	).strip()


def _amount(amount: Any, currency: str | None, company: str | None, language: str) -> str:
	if not amount:
		return ""
	currency = currency or (company and frappe.get_cached_value("Company", company, "default_currency"))
	if not currency:
		return f"{Decimal(cstr(amount)):.2f}"
	return format_currency(Decimal(cstr(amount)), currency, locale=_locale(language))


def _plain_word(words: Mapping[str, str], value: str | None) -> str:
	return _(words[value]) if value in words else ""


def _lines(text: str | None) -> list[str]:
	return [line.strip() for line in cstr(text).splitlines() if line.strip()]


def _shortened(text: str) -> str:
	"""The beginning of a long text, up to a whole word."""
	if len(text) <= LONGEST_QUOTE:
		return text
	return text[:LONGEST_QUOTE].rsplit(None, 1)[0] + " […]"


def _same(one: str | None, other: str | None) -> bool:
	return bool(one and other) and cstr(one).strip().casefold() == cstr(other).strip().casefold()
