"""The 8D report (D0 to D8) of a complaint, from the same record as everything else, as plain values for its print format.

For customers who ask how a defect was dealt with, and for the file. What was not recorded stands there as not recorded;
nothing is made up for the report. Persons concerned are not named, and actions only as far as the reader may see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr

from cms_iso10002.complaints import causes, corrective_actions, reportability
from cms_iso10002.complaints.effectiveness import CHECK
from cms_iso10002.complaints.follow_up_form import full_name
from cms_iso10002.complaints.intake import priority_in_words
from cms_iso10002.complaints.letter_content import Doc, remedy_text
from cms_iso10002.complaints.letter_language import (
	amount,
	date_text,
	direction,
	print_language,
	quantity,
	speaking,
)
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import lines, plain_text, printable

DONE = ("Implemented", "Verified")
DROPPED = ("Declined", "Cancelled")


def complaint_8d(doc: Doc) -> dict[str, Any]:
	"""For print formats: the 8D report, escaped."""
	# for the organisation and its customers' quality people: in the reader's language unless another is chosen
	language = print_language({"language": frappe.local.lang})
	with speaking(language):
		return printable(context(doc, language))


def context(doc: Doc, language: str) -> dict[str, Any]:
	"""The report as plain values."""
	actions = _actions(doc, language)
	corrective = [one for one in actions if one["kind"] != "Preventive"]
	preventive = [one for one in actions if one["kind"] == "Preventive"]
	return {
		"title": _("8D Report"),
		"over": _("Complaint {0}").format(doc.name),
		"organisation": organisation(doc.get("company")),
		"facts": _facts(doc, language),
		"language": language,
		"direction": direction(language),
		"footer": f"8D · {doc.name}",
		"sections": [
			_section("D0", _("Awareness and Urgency"), _urgency(doc, language)),
			_section("D1", _("Team"), _team(doc, actions)),
			_section("D2", _("Problem"), _problem(doc, language), _items(doc, language)),
			_section("D3", _("Containment"), _containment(doc, language)),
			_section("D4", _("Root Cause"), _cause(doc), _contributing(doc), *_whys(doc)),
			_section("D5", _("Corrective Actions Chosen"), [], _chosen(corrective)),
			_section(
				"D6", _("Implemented and Validated"), _correction(doc, language), _validated(corrective)
			),
			_section(
				"D7", _("Recurrence Prevented"), _shared(doc), _chosen(preventive), _validated(preventive)
			),
			_section("D8", _("Conclusion"), _conclusion(doc, language)),
		],
		"signatures": [
			{"label": _("Investigator"), "text": full_name(doc.get("investigator"))},
			{"label": _("Date"), "text": ""},
			{"label": _("Approved"), "text": ""},
		],
		"words": {"nothing": _("Nothing is recorded yet."), "page": _("Page")},
	}


def _section(code: str, title: str, rows: Iterable[Any], *tables: Any) -> dict[str, Any]:
	return {
		"code": code,
		"title": title,
		"rows": [row for row in rows if row and row["lines"]],
		"tables": [table for table in tables if table and table["rows"]],
	}


def _row(label: str, text: Any) -> dict[str, Any]:
	return {"label": label, "lines": lines(text)}


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> dict[str, Any]:
	return {"title": title, "head": list(head), "rows": [[lines(cell) for cell in row] for row in rows]}


def _when(moment: Any, who: str | None, language: str) -> str:
	return ", ".join(filter(None, (date_text(moment, language), full_name(who))))


def _facts(doc: Doc, language: str) -> list[dict[str, str]]:
	customer = doc.get("customer_name") or doc.get("complainant_name")
	pairs = (
		(_("Customer"), customer),
		(_("Received on"), date_text(doc.get("received_on"), language)),
		(_("Customer's reference"), doc.get("customer_reference")),
		(_("Severity"), _(doc.get("severity")) if doc.get("severity") else ""),
		(_("Category"), _(doc.get("category"), context="Complaint Category") if doc.get("category") else ""),
		(_("How it stands"), _(doc.get("status"))),
	)
	return [{"label": label, "text": cstr(text)} for label, text in pairs if text]


# D0 to D3 ------------------------------------------------------------------------------------------------


def _urgency(doc: Doc, language: str) -> list[dict[str, Any]]:
	return [
		_row(
			_("Priority"),
			" – ".join(filter(None, (_(doc.get("priority") or ""), _why_urgent(doc)))),
		),
		_row(_("Safety implication"), _(doc.get("safety_implication") or "")),
		_row(_("Immediate action needed"), _(doc.get("immediate_action_needed") or "")),
		_row(_("Reporting to authorities"), "\n".join(_reports(doc, language))),
	]


def _why_urgent(doc: Doc) -> str:
	"""The reason of the priority in the language of the letter, as long as it is the one that was stored."""
	level, why = priority_in_words(doc)
	return why if level == doc.get("priority") else cstr(doc.get("priority_reason"))


def _reports(doc: Doc, language: str) -> list[str]:
	said = {
		"To Decide": lambda one: _("to be decided by {0}").format(date_text(one.decide_by, language)),
		"Not Reportable": lambda one: _("need not be reported: {0}").format(one.reason),
		"To Report": lambda one: _("to be reported to {0} by {1}").format(
			one.authority, date_text(one.report_by, language)
		),
		"Reported": lambda one: _("reported to {0} on {1}").format(
			one.authority, date_text(one.reported_on, language)
		),
	}
	return [said[one.state](one) for one in reportability.of_complaint(doc.name)]


def _team(doc: Doc, actions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
	people = dict.fromkeys(one["responsible"] for one in actions if one["responsible"])
	return [
		_row(_("Handler"), full_name(doc.get("handler"))),
		_row(_("Investigator"), full_name(doc.get("investigator"))),
		_row(_("Reviewer"), full_name(doc.get("reviewer"))),
		_row(_("Responsible for actions"), "\n".join(people)),
	]


def _problem(doc: Doc, language: str) -> list[dict[str, Any]]:
	return [
		_row(_("Subject"), doc.get("subject")),
		_row(_("Description"), plain_text(doc.get("description"))),
		_row(_("When it happened"), date_text(doc.get("occurred_on"), language)),
		_row(_("Recurrent"), _("Yes") if cint(doc.get("is_recurrent")) else ""),
		_row(_("Aspects"), "\n".join(cstr(row.what) for row in doc.get("aspects") or ())),
	]


def _items(doc: Doc, language: str) -> dict[str, Any]:
	return _table(
		(_("Item"), _("Batch"), _("Serial No"), _("Quantity"), _("Document")),
		(
			(
				row.item_name or row.item_code,
				row.batch_no,
				row.serial_no,
				quantity(row.qty, row.uom, language),
				row.reference_name,
			)
			for row in doc.get("subjects") or ()
		),
	)


def _containment(doc: Doc, language: str) -> list[dict[str, Any]]:
	done = _when(doc.get("immediate_action_on"), doc.get("immediate_action_by"), language)
	interim = [row for row in doc.get("redress") or () if row.basis == "Interim" and row.state not in DROPPED]
	return [
		_row(_("Immediate action"), doc.get("immediate_action_taken")),
		_row(_("It was taken"), done if doc.get("immediate_action_taken") else ""),
		_row(_("Interim remedy"), "\n".join(_remedy(row, doc, language) for row in interim)),
	]


def _remedy(row: Any, doc: Doc, language: str) -> str:
	parts = (
		remedy_text(row.remedy),
		cstr(row.description),
		amount(row.amount, row.currency, doc.get("company"), language),
	)
	return f"{', '.join(filter(None, parts))} ({_(row.state, context='Complaint Redress')})"


# D4 ------------------------------------------------------------------------------------------------------


def _cause(doc: Doc) -> list[dict[str, Any]]:
	return [
		_row(_("Findings"), plain_text(doc.get("findings"))),
		_row(_("Root cause"), _(doc.get("root_cause")) if doc.get("root_cause") else ""),
		_row(_("Notes"), doc.get("root_cause_notes")),
	]


def _contributing(doc: Doc) -> dict[str, Any]:
	kinds = {"Contributed": _("contributed"), "Hid It": _("hid it")}
	return _table(
		(_("Contributing cause"), _("How"), _("Notes")),
		((_(row.root_cause), kinds.get(row.kind, ""), row.notes) for row in doc.get("causes") or ()),
	)


def _whys(doc: Doc) -> list[dict[str, Any]]:
	return [
		_table(
			(_("Why"), _("For this reason"), _("What shows it")),
			((step["question"], step["answer"], step["evidence"]) for step in chain["steps"]),
		)
		for chain in causes.chains(doc)
	]


# D5 to D8 ------------------------------------------------------------------------------------------------


def _actions(doc: Doc, language: str) -> list[dict[str, Any]]:
	"""The actions of the complaint that were not given up, with their last check."""
	found = [one for one in corrective_actions.of_complaint(doc.name) if one.state != "Cancelled"]
	checks = _last_checks([one.name for one in found])
	return [
		{
			"kind": one.kind,
			"title": one.title,
			"responsible": full_name(one.responsible),
			"due": date_text(one.due_on, language),
			"record": one.document_name or one.name,
			"state": _(one.state, context="Complaint Action"),
			"since": date_text(one.in_effect_from, language),
			"check": _(one.rule),
			"check_on": date_text(one.check_on, language),
			"last": checks.get(one.name),
			"judged": _judged(checks.get(one.name), language),
		}
		for one in found
	]


def _last_checks(names: list[str]) -> dict[str, Any]:
	rows = frappe.get_all(
		CHECK,
		{"parent": ("in", names or [""]), "parenttype": corrective_actions.ACTION},
		["parent", "explanation", "judgement", "judged_by", "judged_on", "reasons"],
		order_by="parent, idx",
	)
	return {row.parent: row for row in rows}


def _judged(check: Any, language: str) -> str:
	if not check or not check.judgement:
		return ""
	said = f"{_(check.judgement)} ({_when(check.judged_on, check.judged_by, language)})"
	return "\n".join(filter(None, (said, cstr(check.reasons))))


def _chosen(actions: Sequence[dict[str, Any]]) -> dict[str, Any]:
	return _table(
		(_("What is done"), _("Responsible"), _("Due"), _("On record as")),
		((one["title"], one["responsible"], one["due"], one["record"]) for one in actions),
	)


def _validated(actions: Sequence[dict[str, Any]]) -> dict[str, Any]:
	return _table(
		(_("What is done"), _("How it stands"), _("In effect from"), _("Compared"), _("Judged")),
		(
			(
				one["title"],
				one["state"],
				one["since"],
				one["last"].explanation if one["last"] else _to_compare(one),
				one["judged"],
			)
			for one in actions
			if one["since"] or one["last"]
		),
	)


def _to_compare(one: dict[str, Any]) -> str:
	return _("{0}, to be compared on {1}").format(one["check"], one["check_on"]) if one["check_on"] else ""


def _correction(doc: Doc, language: str) -> list[dict[str, Any]]:
	rows = [row for row in doc.get("redress") or () if row.basis != "Interim" and row.state not in DROPPED]
	by = _when(doc.get("correction_verified_on"), doc.get("correction_verified_by"), language)
	return [
		_row(_("Correction for the customer"), "\n".join(_remedy(row, doc, language) for row in rows)),
		_row(_("Verified"), by if doc.get("correction_verified_on") else ""),
		_row(_("How it was verified"), doc.get("correction_verified_how")),
	]


def _shared(doc: Doc) -> list[dict[str, Any]]:
	return [_row(_("Why no action is needed"), doc.get("no_action_reason"))]


def _conclusion(doc: Doc, language: str) -> list[dict[str, Any]]:
	return [
		_row(_("Outcome"), _(doc.get("outcome") or "")),
		_row(_("Answer of the customer"), _(doc.get("response") or "")),
		_row(_("Closed on"), date_text(doc.get("closed_on"), language)),
		_row(_("Ground of closing"), _(doc.get("closure_basis") or "")),
	]
