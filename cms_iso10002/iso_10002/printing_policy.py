"""The complaints policy on paper: what the print format *Complaints Policy* calls."""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.utils import cint, cstr, getdate
from markupsafe import Markup

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.letter_language import date_text, direction, print_language, speaking
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import escaped
from cms_iso10002.iso_10002 import people, policy_releases, published_policy

Doc = Any


def complaints_policy(doc: Doc) -> dict[str, Any]:
	"""For print formats: the policy as a published document, text escaped, its body as it was looked through when stored.

	`title`, `organisation`, `facts` (label, text), `versions` (version, valid, change, approved, approved_on; `is_this`), `approval`
	(label, text), `body`, `state` (what it is, where it is not in force; else ""), `footer`, `words`, `language`,
	`direction`. In the policy's own language unless another is chosen.
	"""
	language = print_language(doc)
	with speaking(language):
		versions = policy_releases.versions(doc)
		names = people.full_names([doc.get("approved_by"), *(row.approved_by for row in versions)])
		version = _("Version {0}").format(cint(doc.get("version")))
		page = {
			"title": cstr(doc.get("title")),
			"organisation": organisation(doc.get("company") or _company_of_everybody()),
			"version": version,
			"facts": _facts(doc, names, language),
			"versions": [_version(row, doc, names, language) for row in versions],
			"approval": _approval(doc, names, language),
			"state": _state(doc),
			"footer": " · ".join([cstr(doc.get("title")), version, cstr(doc.get("name"))]),
			"language": language,
			"body_language": cstr(doc.get("language")) or language,
			"direction": direction(language),
			"words": {
				"page": _("Page"),
				"versions": _("Versions of This Policy"),
				"version": _("Version"),
				"valid": _("In Force"),
				"change": _("What Changed"),
				"approved": _("Approved"),
				"approval": _("Approval"),
				"signature": _("Signature"),
			},
		}
	return {**escaped(page), "body": Markup(published_policy.below(doc.get("body"), 2))}


def _company_of_everybody() -> str | None:
	from cms_iso10002.complaints import intake

	return intake.default_company()


def _facts(doc: Doc, names: dict[str, str], language: str) -> list[dict[str, str]]:
	applies = cstr(doc.get("company")) or _("All companies of the organisation")
	return [
		{"label": label, "text": text}
		for label, text in (
			(_("Version"), str(cint(doc.get("version")))),
			(_("Reference"), cstr(doc.get("name"))),
			(_("In force from"), date_text(doc.get("valid_from"), language)),
			(_("In force until"), date_text(doc.get("valid_to"), language)),
			(_("Next review"), date_text(doc.get("next_review_on"), language)),
			(_("Approved by"), names.get(doc.get("approved_by"), "")),
			(_("Applies to"), applies),
		)
		if text
	]


def _version(row: Any, doc: Doc, names: dict[str, str], language: str) -> dict[str, Any]:
	begin, end = date_text(row.valid_from, language), date_text(row.valid_to, language)
	state = {0: _("Draft"), 2: _("Cancelled", context="Complaints Policy")}.get(row.docstatus, "")
	return {
		"version": str(row.version),
		"valid": _("{0} to {1}").format(begin, end) if end else _("from {0}").format(begin),
		"change": cstr(row.change_note) or (_("First version") if row.version == 1 else ""),
		"approved": state or names.get(row.approved_by, ""),
		"approved_on": "" if state else date_text(row.approved_on, language),
		"is_this": row.name == doc.get("name"),
	}


def _approval(doc: Doc, names: dict[str, str], language: str) -> dict[str, str]:
	"""Who approved it, and when; empty of a draft: lines to sign on."""
	user = doc.get("approved_by")
	return {
		"name": names.get(user, cstr(user)) if user else "",
		"position": cstr(doc.get("approver_position")),
		"date": date_text(doc.get("approved_on"), language),
		"said": _("Approved electronically by {0} on {1}.").format(
			names.get(user, cstr(user)), date_text(doc.get("approved_on"), language)
		)
		if user
		else "",
		"name_label": _("Name"),
		"position_label": _("Position"),
		"date_label": _("Date"),
	}


def _state(doc: Doc) -> str:
	today = clock.today()
	if doc.get("docstatus") == 0:
		return _("Draft: not approved and not in force")
	if doc.get("docstatus") == 2:
		return _("Cancelled", context="Complaints Policy")
	if doc.get("valid_to") and getdate(doc.get("valid_to")) < today:
		return _("Not in force any more: replaced by a later version")
	if getdate(doc.get("valid_from")) > today:
		return _("Not in force yet")
	return ""
