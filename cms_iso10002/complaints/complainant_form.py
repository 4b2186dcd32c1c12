"""The complainant form (ISO 10002:2018, annex complainant-form) as plain values, filled with what is known."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr

from cms_iso10002.complaints.letter_content import HOW_RECEIVED, TYPE_SIZES, Doc, remedy_text
from cms_iso10002.complaints.letter_language import amount, date_text, direction, plain_word, quantity
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import lines, plain_text, same


def form_context(doc: Doc, language: str) -> dict[str, Any]:
	"""The complainant form (ISO 10002:2018, annex complainant-form): its sections with what is known."""
	return {
		"title": _("Complaint Form"),
		"organisation": organisation(doc.get("company")),
		"reference": cstr(doc.get("name")),
		"language": language,
		"direction": direction(language),
		"type_size": TYPE_SIZES.get(doc.get("correspondence_format"), 10),
		"intro": _(
			"Please fill in what you can. Complaining costs you nothing and brings you no disadvantage. "
			"We gladly help you with this form."
		),
		"office": [
			{"label": _("Our reference"), "text": cstr(doc.get("name"))},
			{"label": _("Received on"), "text": date_text(doc.get("received_on"), language)},
			{"label": _("How"), "text": plain_word(HOW_RECEIVED, doc.get("channel"))},
		],
		"sections": _sections(doc),
		"items": _items(doc, language),
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
		"occurred_on": date_text(doc.get("occurred_on"), language),
		"description": plain_text(doc.get("description")),
		"remedy_wanted": bool(doc.get("remedy_requested") or doc.get("remedy_notes")),
		"remedy": remedy_text(doc.get("remedy_requested"), doc.get("remedy_notes")),
		"enclosures": [_("Proof of authority")] if doc.get("representative_proof") else [],
	}


def _sections(doc: Doc) -> list[dict[str, Any]]:
	return [
		{"title": title, "rows": [{"label": label, "lines": lines(text)} for label, text in rows]}
		for title, rows in (
			(_("Complainant"), complainant_rows(doc)),
			(_("Person acting on the complainant's behalf"), representative_rows(doc)),
		)
	]


def complainant_rows(doc: Doc) -> list[tuple[str, Any]]:
	"""Who complains: labels and what is known."""
	name = _name(doc)
	anonymous = cint(doc.get("is_anonymous")) and not name
	return [
		(_("Name or organisation"), _("wishes to stay anonymous") if anonymous else name),
		(_("Address"), doc.get("complainant_address")),
		(_("Phone"), doc.get("complainant_phone")),
		(_("E-mail"), doc.get("complainant_email")),
		(_("Your reference"), doc.get("customer_reference")),
	]


def representative_rows(doc: Doc) -> list[tuple[str, Any]]:
	"""Who acts for them: labels and what is known."""
	return [
		(_("Name"), doc.get("representative_name")),
		(_("Relationship to the complainant"), doc.get("representative_relationship")),
		(_("Phone"), doc.get("representative_phone")),
		(_("E-mail"), doc.get("representative_email")),
		(_("Contact person, if somebody else"), _person_to_contact(doc, _name(doc))),
	]


def _name(doc: Doc) -> str | None:
	return doc.get("complainant_name") or doc.get("customer_name")


def _person_to_contact(doc: Doc, name: str | None) -> str:
	"""The contact at the customer, where that is not who complains."""
	if not doc.get("contact"):
		return ""
	first, last = frappe.get_cached_value("Contact", doc.get("contact"), ["first_name", "last_name"])
	contact = " ".join(part for part in (first, last) if part)
	return "" if same(contact, name) else contact


def _items(doc: Doc, language: str) -> list[dict[str, str]]:
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
			"quantity": quantity(row.get("qty"), row.get("uom"), language),
			"amount": amount(row.get("amount"), row.get("currency"), doc.get("company"), language),
		}
		for row in doc.get("subjects") or ()
	]
