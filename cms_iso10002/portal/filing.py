"""A complaint from the portal: what may be posted, who it is from, and its way through the one door in.

The fields are those that `Filing` has; whatever else is posted (status, severity, handler, customer …) has no place to
go. Who is signed in is asked of the session, never of the form. A suspicion of a machine refuses nothing: a person
looks at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cms_iso10002.complaints import alerts, clock, intake, timeline, uploads
from cms_iso10002.complaints.typed_text import tame
from cms_iso10002.complaints.uploads import Upload
from cms_iso10002.erpnext_bridge import portal_customer
from cms_iso10002.portal import keys, limits, receipts
from cms_iso10002.portal.errors import Mistakes
from cms_iso10002.portal.text import as_html, clean, one_address
from cms_iso10002.portal.words import REMEDIES

FAST = 3.0
"""Seconds: nobody fills in the form faster."""
LONGEST = 140
"""Characters of a one-line field."""
CATEGORY = "Complaint Category"
"""The context in which names of categories are translated: *Credit* is another word in the books."""
ACTING = ("", "self", "other")
"""Whom one files for; "" says nothing about it."""
CHOICES = {
	"preferred_channel": ("", "E-mail", "Post", "Phone", "In Person", "Portal"),
	"correspondence_format": ("", "Standard", "Large Print", "Easy Read", "Audio", "Braille", "Interpreter"),
	"representative_authority": ("", "Correspond", "Accept", "Receive Money"),
}
LONG_TEXTS = {
	"description": 50_000,
	"complainant_address": 1000,
	"assistance_notes": 2000,
	"remedy_notes": 2000,
}
WAYS_TO_REACH = {"E-mail": "complainant_email", "Phone": "complainant_phone", "Post": "complainant_address"}
"""The field that says how somebody is reached, by the channel they would like."""
CHECKS = ("is_anonymous", "share_with_company")
ON_THE_FORM = {
	name: place
	for place, name in enumerate(
		"subject description occurred_on category subjects customer_reference files remedy_requested remedy_notes"
		" acting representative_name representative_email representative_phone representative_relationship"
		" representative_authority is_anonymous complainant_name complainant_email complainant_phone"
		" complainant_address share_with_company preferred_channel language correspondence_format"
		" assistance_notes".split()
	)
}
"""Where a field stands on the page, from above: so are mistakes listed."""
ADDRESSES = ("complainant_email", "representative_email")


@dataclass
class Filing:
	"""What somebody may post, and nothing else. Dates as ISO text, ticks as 0 or 1."""

	subject: str = ""
	description: str = ""
	category: str = ""
	occurred_on: str = ""
	language: str = ""
	complainant_name: str = ""
	complainant_email: str = ""
	complainant_phone: str = ""
	complainant_address: str = ""
	customer_reference: str = ""
	is_anonymous: int = 0
	preferred_channel: str = ""
	correspondence_format: str = ""
	assistance_notes: str = ""
	share_with_company: int = 0
	acting: str = ""
	representative_name: str = ""
	representative_email: str = ""
	representative_phone: str = ""
	representative_relationship: str = ""
	representative_authority: str = ""
	remedy_requested: str = ""
	remedy_notes: str = ""
	subjects: list[dict[str, Any]] = field(default_factory=list)

	@classmethod
	def posted(cls, values: Any) -> Filing:
		"""Take from `values` what may be posted."""
		known = {f.name for f in fields(cls)}
		filing = cls(
			**{name: value for name, value in dict(values).items() if name in known and value is not None}
		)
		for f in fields(cls):
			value = getattr(filing, f.name)
			if f.name in CHECKS:
				setattr(filing, f.name, cint(value))
			elif f.name != "subjects":
				# the description is kept as HTML, in which all markup is text; of an address its name is left out
				as_typed = f.name in ("description", *ADDRESSES)
				typed = clean(value) if as_typed else tame(clean(value))
				setattr(filing, f.name, typed)
		filing.subjects = _picks(filing.subjects)
		return filing

	def fold_away(self) -> None:
		"""Leave out what a choice makes void, whatever was typed there: who files for themselves has no representative, and
		of who stays anonymous nothing is kept that tells who they are."""
		void: tuple[str, ...] = ("representative_",) if self.acting == "self" else ()
		if self.is_anonymous and frappe.session.user == "Guest" and not self.for_somebody:
			void += ("complainant_", "share_with_company")
			if self.preferred_channel in WAYS_TO_REACH:
				self.preferred_channel = ""
		for f in fields(self):
			if void and f.name.startswith(void):
				setattr(self, f.name, f.default)

	@property
	def for_somebody(self) -> bool:
		"""Whether somebody files for somebody else."""
		told = any(getattr(self, f.name) for f in fields(self) if f.name.startswith("representative_"))
		return self.acting == "other" or (self.acting != "self" and told)


def _picks(subjects: Any) -> list[dict[str, Any]]:
	"""The documents and items picked, as dicts; JSON text, or `Sales Order|SO-1|ITEM` as a form without JavaScript posts."""
	if isinstance(subjects, str):
		subjects = [subjects] if subjects else []
	picks: list[Any] = []
	for pick in subjects if isinstance(subjects, list) else [subjects]:
		if isinstance(pick, str):
			try:
				pick = frappe.parse_json(pick) if pick.lstrip().startswith(("{", "[")) else _split(pick)
			except ValueError:
				raise Mistakes({"subjects": _("Choose from the list of your documents.")}) from None
		picks += pick if isinstance(pick, list) else [pick]
	if len(picks) > 50 or not all(isinstance(pick, dict) for pick in picks):
		raise Mistakes({"subjects": _("Choose from the list of your documents.")})
	return picks


def _split(pick: str) -> dict[str, str]:
	doctype, _bar, rest = pick.partition("|")
	name, _bar, item = rest.partition("|")
	return {"doctype": doctype, "name": name, "item_code": item}


def allow() -> None:
	"""Guests may be switched off (Complaint Settings). Raises frappe.PermissionError."""
	if frappe.session.user == "Guest" and not guests_allowed():
		frappe.throw(
			_("Please sign in to file a complaint, or call us, or write to us."), frappe.PermissionError
		)


def guests_allowed() -> bool:
	return bool(cint(frappe.get_cached_doc("Complaint Settings").allow_guest))


def file(
	filing: Filing, files: Sequence[Upload], *, form_id: str = "", honeypot: str = "", started: str = ""
):
	"""Register the complaint; returns its document and its tracking key ("" when this form was sent before).

	Raises Mistakes with a sentence for each field that needs another look; nothing is stored then.
	"""
	filing.fold_away()
	errors = mistakes(filing)
	try:
		files = uploads.check(files)
	except uploads.Refused as refused:
		errors["files"] = str(refused)
	who = portal_customer.who_is(frappe.session.user)
	subjects = _subjects(filing, who, errors)
	if errors:
		limits.give_back("file_complaint")
		raise Mistakes(in_order(errors))
	dedupe = _dedupe(clean(form_id), filing)
	if existing := intake.registered_as(dedupe):
		return frappe.get_doc("Complaint", existing), ""
	# who may file was checked in `allow`; the fields are those of Filing
	doc = intake.register(
		{**_values(filing, who), "subjects": subjects}, dedupe_key=dedupe, ignore_permissions=True
	)
	if dedupe and not doc.flags.dedupe_key:
		return doc, ""  # the same form came twice at once, and the other was faster: its key stays good
	key = _hand_out_key(doc, filing)
	uploads.keep(doc.name, files)
	_suspect(doc, honeypot, clean(started))
	filed = frappe.get_doc("Complaint", doc.name)
	filed.flags.receipt_mailed = receipts.send(filed)
	return filed, key


def in_order(errors: Mapping[str, str]) -> dict[str, str]:
	"""Mistakes as their fields follow each other on the form."""
	return dict(sorted(errors.items(), key=lambda error: ON_THE_FORM.get(error[0], len(ON_THE_FORM))))


def mistakes(filing: Filing) -> dict[str, str]:
	"""What needs another look, field by field."""
	errors: dict[str, str] = {}
	if not filing.subject:
		errors["subject"] = _("Say in a few words what it is about.")
	if not filing.description:
		errors["description"] = _("Tell us what happened.")
	for f in fields(filing):
		value, most = getattr(filing, f.name), LONG_TEXTS.get(f.name, LONGEST)
		if isinstance(value, str) and len(value) > most:
			errors[f.name] = _(
				"This is longer than {0} characters: please shorten it, or send it as a file."
			).format(most)
	if len(as_html(filing.description)) > intake.LONGEST_DESCRIPTION:
		errors["description"] = _("This is too long: please shorten it, or send it as a file.")
	for name in ADDRESSES:
		if getattr(filing, name) and not one_address(getattr(filing, name)):
			errors[name] = _("This is no e-mail address such as name@example.com.")
	for name, choices in CHOICES.items():
		if getattr(filing, name) not in choices:
			errors[name] = _("Choose one from the list.")
	if filing.acting not in ACTING:
		errors["acting"] = _("Choose one from the list.")
	_check_people(filing, errors)
	_check_representative(filing, errors)
	_check_day(filing, errors)
	_check_masters(filing, errors)
	return errors


def _check_people(filing: Filing, errors: dict[str, str]) -> None:
	signed_in = frappe.session.user != "Guest"
	if signed_in and filing.is_anonymous:
		errors["is_anonymous"] = _("You are signed in, so we know who you are: sign out to stay anonymous.")
	ways = (filing.complainant_email, filing.complainant_phone, filing.complainant_address)
	must_say_who = not filing.is_anonymous and not signed_in and not filing.for_somebody
	if must_say_who and not filing.complainant_name:
		errors.setdefault(
			"complainant_name", _("Tell us your name, or tick that you wish to stay anonymous.")
		)
	if must_say_who and not any(ways):
		errors.setdefault(
			"complainant_email",
			_("Tell us how we can reach you: an e-mail address, a phone number or an address."),
		)
	name = WAYS_TO_REACH.get(filing.preferred_channel)
	reached_by_account = signed_in and filing.preferred_channel == "E-mail"
	if name and not getattr(filing, name) and not filing.representative_name and not reached_by_account:
		errors.setdefault(name, _("You would like to hear from us this way: please fill this in."))
	phones = ("complainant_phone", "representative_phone")
	for name in phones:
		value = getattr(filing, name)
		if value and not frappe.utils.validate_phone_number(value):
			errors.setdefault(name, _("This is no phone number such as +49 30 1234567."))


def _check_representative(filing: Filing, errors: dict[str, str]) -> None:
	"""Whoever acts for somebody else says who they are and how they are reached, or the case would be taken for theirs."""
	if not filing.for_somebody:
		return
	if not filing.representative_name:
		errors.setdefault("representative_name", _("Tell us your own name, as you act for somebody else."))
	reached = filing.representative_email or filing.representative_phone
	if not reached and frappe.session.user == "Guest":
		errors.setdefault(
			"representative_email",
			_("Tell us how we can reach you yourself: an e-mail address or a phone number."),
		)
	if not filing.complainant_name and not filing.is_anonymous:
		errors.setdefault("complainant_name", _("Tell us the name of the person you act for."))


def _check_day(filing: Filing, errors: dict[str, str]) -> None:
	if not filing.occurred_on:
		return
	try:
		day = date.fromisoformat(filing.occurred_on)
	except ValueError:
		errors["occurred_on"] = _("This is no date: choose one, or leave it empty.")
		return
	if day > clock.today():
		errors["occurred_on"] = _("This day lies in the future: choose the day on which it happened.")
	elif day.year < 1990:
		errors["occurred_on"] = _("This day is too long ago: check the year.")


def _check_masters(filing: Filing, errors: dict[str, str]) -> None:
	if filing.category and filing.category not in {row["name"] for row in categories()}:
		errors["category"] = _("Choose one from the list.")
	if filing.remedy_requested and filing.remedy_requested not in {row["name"] for row in remedies()}:
		errors["remedy_requested"] = _("Choose one from the list.")
	if filing.language and not frappe.db.exists("Language", filing.language):
		errors["language"] = _("Choose one from the list.")


def categories() -> list[dict[str, str]]:
	"""The categories that complainants may choose: `name`, `label` and `group` in the language of the request."""
	rows = frappe.get_all(
		"Complaint Category",
		filters={"show_in_portal": 1, "disabled": 0, "is_group": 0},
		fields=["name", "category_name", "description", "parent_complaint_category as parent"],
		order_by="lft",
	)
	return [
		{
			"name": row.name,
			"label": _(row.category_name, context=CATEGORY),
			"description": _(row.description or ""),
			"group": _(row.parent, context=CATEGORY) if row.parent else "",
		}
		for row in rows
	]


def remedies() -> list[dict[str, str]]:
	"""What complainants may ask for: `name`, and `label` as they would say it."""
	filters = {"disabled": 0} if frappe.get_meta("Complaint Remedy").has_field("disabled") else {}
	rows = frappe.get_all("Complaint Remedy", filters=filters, fields=["name"], order_by="name")
	return [{"name": row.name, "label": _(REMEDIES.get(row.name, row.name))} for row in rows]


def _subjects(filing: Filing, who: portal_customer.Who, errors: dict[str, str]) -> list[dict[str, Any]]:
	if not filing.subjects:
		return []
	rows = portal_customer.own_subjects(who.customers, filing.subjects)
	if rows is None:
		# the same for a document of somebody else and one that is not there
		errors["subjects"] = _("Choose from the list of your documents.")
	return rows or []


def _values(filing: Filing, who: portal_customer.Who) -> dict[str, Any]:
	"""The filing as fields of Complaint. The text is text: what looks like markup in it is shown, not obeyed."""
	apart = ("subjects", "acting")
	values = {f.name: getattr(filing, f.name) for f in fields(filing) if f.name not in apart}
	values = {name: value for name, value in values.items() if value not in ("", None)}
	values["description"] = as_html(filing.description)
	values.update({name: one_address(values[name]) for name in ADDRESSES if name in values})
	if filing.occurred_on:
		values["occurred_on"] = date.fromisoformat(filing.occurred_on)
	values["channel"] = "Portal"
	customer = who.customers[0] if len(who.customers) == 1 else _customer_of(filing, who)
	if customer:
		values.update(customer=customer, complainant_type="Customer")
	else:
		values["complainant_type"] = "Public"
	if not portal_customer.is_company(customer):
		values.pop("share_with_company", None)
	if filing.representative_name:
		values["correspondence_to"] = "Both" if filing.complainant_email else "Representative"
		if frappe.session.user != "Guest" and not (
			filing.representative_email or filing.representative_phone
		):
			values["representative_email"] = frappe.db.get_value("User", frappe.session.user, "email")
	elif not filing.is_anonymous:
		values.update(_from_account(filing, who, customer))
	return values


def _customer_of(filing: Filing, who: portal_customer.Who) -> str | None:
	"""The customer whose documents were picked, for who stands for several; else the first."""
	picked = [pick for pick in filing.subjects if pick.get("doctype") in portal_customer.DOCUMENTS]
	if who.customers and picked:
		found = frappe.db.get_value(picked[0]["doctype"], picked[0].get("name"), "customer")
		if found in who.customers:
			return found
	return who.customers[0] if who.customers else None


def _from_account(filing: Filing, who: portal_customer.Who, customer: str | None) -> dict[str, Any]:
	"""What the account tells of who complains, where the form left it open."""
	user = frappe.session.user
	if user == "Guest":
		return {}
	values: dict[str, Any] = {"contact": who.contacts[0] if who.contacts else None}
	if not filing.complainant_name:
		values["complainant_name"] = frappe.db.get_value("User", user, "full_name")
	if not filing.complainant_email:
		values["complainant_email"] = frappe.db.get_value("User", user, "email")
	return values


def _dedupe(form_id: str, filing: Filing) -> str | None:
	"""One form makes one complaint, however often it is sent; None for a form without a number worth the name.

	Programs number theirs as they like, so the number counts for who files: nobody is shown another's complaint.
	"""
	if not 16 <= len(form_id) <= LONGEST:
		return None
	people = ("complainant_name", "complainant_email", "representative_name", "representative_email")
	told = [form_id, frappe.session.user, *(getattr(filing, name).casefold() for name in people)]
	return f"portal:{keys.digest(json.dumps(told))}"


def _hand_out_key(doc, filing: Filing) -> str:
	holder = keys.REPRESENTATIVE if filing.representative_name else keys.COMPLAINANT
	key, hashed = keys.new(holder)
	frappe.db.set_value("Complaint", doc.name, "tracking_key_hash", hashed, update_modified=False)
	return key


def _suspect(doc, honeypot: str, started: str) -> None:
	"""Mark what looks like a machine's work for a person to look at."""
	seconds = keys.seconds_since(started) if started else None
	reasons = []
	if honeypot:
		reasons.append("hidden field filled in")
	if started and (seconds is None or seconds < FAST):
		reasons.append("filled in too fast")
	if not reasons:
		return
	timeline.record(doc.name, "suspected_automatic", {"reasons": reasons, "limit": limits.filings_an_hour()})
	alerts.tell(
		doc,
		alerts.managers(doc),
		lambda: _("{0} may have been filed by a machine: please look at it").format(doc.name),
	)
