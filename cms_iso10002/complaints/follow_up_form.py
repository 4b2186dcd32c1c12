"""The follow-up form (ISO 10002:2018, annex follow-up-form) as plain values: for the file, not for the complainant."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr, format_time, get_datetime

from cms_iso10002.complaints.complainant_form import complainant_rows, representative_rows
from cms_iso10002.complaints.follow_up_steps import steps
from cms_iso10002.complaints.letter_content import Doc, remedy_text
from cms_iso10002.complaints.letter_language import amount, date_text, direction
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import lines, plain_text
from cms_iso10002.core.refusal import N_

CHANNELS = {
	"Phone": N_("Phone"),
	"E-mail": N_("E-mail"),
	"Web": N_("Internet"),
	"In Person": N_("In person"),
	"Letter": N_("By letter"),
	"Other": N_("Other"),
}
COUNTS_AS = {"Portal": "Web"}
"""Channels of ours that the form does not name; what is not here counts as Other."""
FEW = ("Low", "Medium", "High")
SEVERITIES = ("Minor", "Moderate", "Major", "Critical")


def form_context(doc: Doc, language: str) -> dict[str, Any]:
	"""The form's sections with what is known of `doc`, and the eight steps of its tracking."""
	return {
		"title": _("Complaint Follow-up Form"),
		"organisation": organisation(doc.get("company")),
		"reference": cstr(doc.get("name")),
		"language": language,
		"direction": direction(language),
		"type_size": 10,
		"sections": [
			{"title": _("Receipt of the complaint"), "rows": _receipt(doc, language)},
			{"title": _("Complainant"), "rows": _complainant(doc)},
			{"title": _("Complaint"), "rows": _complaint(doc)},
			{"title": _("The problem"), "rows": _problem(doc, language)},
			{"title": _("Assessment of the complaint"), "rows": _assessment(doc)},
			{"title": _("Resolution of the complaint"), "rows": _resolution(doc, language)},
		],
		"steps": steps(doc, language),
		"words": {
			"tracking": _("Tracking"),
			"step": _("Step"),
			"date": _("Date"),
			"name": _("Name"),
			"remark": _("Remark"),
			"page": _("Page"),
		},
	}


def _row(label: str, text: Any = "", ticks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
	return {"label": label, "lines": lines(text), "ticks": ticks or []}


def _ticks(chosen: str | None, options: tuple[str, ...]) -> list[dict[str, Any]]:
	return [{"label": _(option), "on": option == chosen} for option in options]


def _yes_no(value: str | None) -> list[dict[str, Any]]:
	return _ticks(value, ("Yes", "No"))


def _receipt(doc: Doc, language: str) -> list[dict[str, Any]]:
	received = doc.get("received_on")
	channel = COUNTS_AS.get(doc.get("channel"), doc.get("channel"))
	if channel and channel not in CHANNELS:
		channel = "Other"
	means = [{"label": _(label), "on": name == channel} for name, label in CHANNELS.items()]
	return [
		_row(_("Date"), date_text(received, language)),
		_row(_("Time"), format_time(get_datetime(received), "HH:mm") if received else ""),
		_row(_("Received by"), full_name(doc.get("received_by"))),
		_row(_("Means"), ticks=means),
		_row(_("Unique identifier"), doc.get("name")),
	]


def _complainant(doc: Doc) -> list[dict[str, Any]]:
	rows = complainant_rows(doc)
	if doc.get("representative_name"):
		rows = [
			*rows,
			*((f"{_('Representative')}: {label}", text) for label, text in representative_rows(doc)),
		]
	return [_row(label, text) for label, text in rows]


def _complaint(doc: Doc) -> list[dict[str, Any]]:
	items = [
		", ".join(
			cstr(row.get(name))
			for name in ("item_code", "serial_no", "batch_no", "reference_name")
			if row.get(name)
		)
		for row in doc.get("subjects") or ()
	]
	return [
		_row(_("Reference number of the complaint"), doc.get("name")),
		_row(_("Subject"), doc.get("subject")),
		_row(_("Product or service"), "\n".join(filter(None, items))),
		_row(_("Facts"), plain_text(doc.get("description"))),
		_row(_("Passed on by"), doc.get("issue")),
	]


def _problem(doc: Doc, language: str) -> list[dict[str, Any]]:
	recurrent = "Yes" if cint(doc.get("is_recurrent")) else "No"
	return [
		_row(_("When it happened"), date_text(doc.get("occurred_on"), language)),
		_row(_("Recurrent"), ticks=_yes_no(recurrent if doc.get("name") else None)),
		_row(_("Category"), _(doc.get("category")) if doc.get("category") else ""),
	]


def _assessment(doc: Doc) -> list[dict[str, Any]]:
	needed, taken = doc.get("immediate_action_needed"), doc.get("immediate_action_taken")
	available = None if needed != "Yes" else ("Yes" if taken else "No")
	return [
		_row(_("Severity"), ticks=_ticks(doc.get("severity"), SEVERITIES)),
		_row(_("Complexity"), ticks=_ticks(doc.get("complexity"), FEW)),
		_row(_("Impact"), ticks=_ticks(doc.get("impact"), FEW)),
		_row(_("Safety Implication"), ticks=_yes_no(doc.get("safety_implication"))),
		_row(_("Immediate action needed"), ticks=_yes_no(needed)),
		_row(_("Immediate action available"), taken, _yes_no(available)),
		# nobody records how likely it is: it is for the pen
		_row(_("Compensation likely"), ticks=_yes_no(None)),
	]


def _resolution(doc: Doc, language: str) -> list[dict[str, Any]]:
	wanted = bool(doc.get("remedy_requested") or doc.get("remedy_notes"))
	redress = [row for row in doc.get("redress") or () if row.get("state") not in ("Declined", "Cancelled")]
	actions = [
		": ".join(filter(None, (remedy_text(row.get("remedy")), row.get("description")))) for row in redress
	]
	amounts = [
		amount(row.get("amount"), row.get("currency"), doc.get("company"), language) for row in redress
	]
	return [
		_row(_("Remedy requested"), ticks=_yes_no("Yes" if wanted else None)),
		_row(_("Which"), remedy_text(doc.get("remedy_requested"), doc.get("remedy_notes"))),
		_row(_("Action to be taken"), "\n".join(filter(None, actions))),
		_row(_("Amount"), "\n".join(filter(None, amounts))),
	]


def full_name(user: str | None) -> str:
	"""The name of a user as people say it; "" for none."""
	return cstr(frappe.get_cached_value("User", user, "full_name") or user) if user else ""
