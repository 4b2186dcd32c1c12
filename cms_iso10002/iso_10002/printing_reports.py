"""Audit reports and minutes on paper: what the print formats *Case Audit Report* and *Management Review Minutes* call.

Everything comes as plain text, escaped, in the language that is printed; the templates only set it.
"""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.utils import cint, cstr
from markupsafe import Markup

from cms_iso10002.complaints import intake
from cms_iso10002.complaints.letter_language import date_text, direction, print_language, speaking
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import escaped
from cms_iso10002.core.case_audit import FAILED, NOT_APPLICABLE, PASSED, TO_CHECK
from cms_iso10002.iso_10002 import audits, management_reviews, people

Doc = Any
CLASSES = {"green": "cms-good", "orange": "cms-fair", "red": "cms-bad", "blue": "", "gray": "cms-none"}


def case_audit_report(doc: Doc) -> dict[str, Any]:
	"""For print formats: an audit of case files. Files that the reader may not see are counted and not named."""
	language = print_language(doc)
	with speaking(language):
		doc = audits.stored(doc)
		seen, findings = audits.view(doc), audits.readable_findings(doc.findings)
		names = people.full_names([doc.auditor, *(row.responsible for row in findings)])
		return escaped(
			{
				**_frame(doc, language),
				"title": cstr(doc.title),
				"over": _("Report on an audit of complaint files"),
				"state": ""
				if doc.status in (audits.REPORTED, audits.CLOSED)
				else _("Draft: the audit is not finished"),
				"facts": _facts(
					(_("Period", context="ISO 10002"), _period(doc, language)),
					(_("Company"), cstr(doc.company) or _("All companies")),
					(_("Auditor", context="ISO 10002"), names.get(doc.auditor, cstr(doc.auditor))),
					(_("Reported on"), date_text(doc.reported_on, language)),
					(_("Cases in the period"), str(cint(doc.population))),
					(_("Files examined"), str(cint(doc.sample_size))),
					(_("Drawn on"), date_text(doc.drawn_on, language)),
					(_("Seed of the draw"), str(doc.seed or "")),
				),
				"criteria": cstr(doc.criteria),
				"method": _method(doc),
				"conclusion": cstr(doc.conclusion),
				"tests": [_test(column, seen["totals"]) for column in seen["columns"]],
				"files": [_file(file, seen["columns"]) for file in seen["files"]],
				"hidden": _("{0} files are not listed: the reader may not see them.").format(seen["hidden"])
				if seen["hidden"]
				else "",
				"hidden_findings": _(
					"{0} findings on files that the reader may not see are not listed."
				).format(len(doc.findings) - len(findings))
				if len(findings) < len(doc.findings)
				else "",
				"findings": [_finding(row, names, language) for row in findings],
				"signatures": [
					{
						"label": _("Auditor", context="ISO 10002"),
						"text": names.get(doc.auditor, cstr(doc.auditor)),
					},
					{"label": _("Date"), "text": date_text(doc.reported_on, language)},
				],
				"words": {
					"criteria": _("Criteria"),
					"method": _("How the Sample Was Drawn"),
					"conclusion": _("Conclusion"),
					"tests": _("Results by Test"),
					"test": _("Test"),
					"passed": _("Passed"),
					"failed": _("Failed"),
					"not_applicable": _("Does Not Apply"),
					"to_check": _("To Check"),
					"share": _("Passed, of Those It Applies To"),
					"findings": _("Findings"),
					"no_findings": _("None."),
					"files": _("Files Examined"),
					"file": _("Complaint"),
					"result": _("Result"),
					"remarks": _("What Was Found"),
					"responsible": _("Responsible"),
					"due": _("Due"),
					"closed": _("Closed"),
					"page": _("Page"),
				},
			}
		)


def management_review_minutes(doc: Doc) -> dict[str, Any]:
	"""For print formats: the minutes of a management review, with every input as it was frozen."""
	language = print_language(doc)
	with speaking(language):
		users = [doc.chair, doc.approved_by, *(row.user for row in doc.attendees)]
		names = people.full_names([*users, *(row.responsible for row in doc.decisions)])
		page = escaped(
			{
				**_frame(doc, language),
				"title": cstr(doc.title),
				"over": _("Minutes of the management review of complaints handling"),
				"state": ""
				if doc.status == management_reviews.APPROVED
				else _("Draft: the minutes are not approved"),
				"facts": _facts(
					(_("Period", context="ISO 10002"), _period(doc, language)),
					(_("Company"), cstr(doc.company) or _("All companies")),
					(_("Held on"), date_text(doc.held_on, language)),
					(_("Chair"), names.get(doc.chair, cstr(doc.chair))),
					(_("Next review"), date_text(doc.next_review_on, language)),
					(_("Figures as of"), date_text(doc.gathered_on, language)),
				),
				"attendees": [_attendee(row, names) for row in doc.attendees],
				"conclusion": cstr(doc.conclusion),
				"decisions": [_decision(row, names, language) for row in doc.decisions],
				"inputs": [_input(one) for one in management_reviews.view(doc)],
				"signatures": [
					{"label": _("Chair"), "text": names.get(doc.approved_by, "") if doc.approved_by else ""},
					{"label": _("Date"), "text": date_text(doc.approved_on, language)},
				],
				"words": {
					"attendees": _("Present"),
					"conclusion": _("Conclusion"),
					"decisions": _("Decisions"),
					"no_decisions": _("None."),
					"decision": _("Decision"),
					"kind": _("Kind"),
					"responsible": _("Responsible"),
					"due": _("Due"),
					"done": _("Done"),
					"inputs": _("What Was Considered"),
					"figure": _("Figure"),
					"value": _("Value"),
					"verdict": _("Verdict"),
					"notes": _("Notes"),
					"page": _("Page"),
				},
			}
		)
		for one, made in zip(page["inputs"], management_reviews.view(doc), strict=True):
			one["chart"] = Markup(made["chart"])  # our own SVG, its texts escaped where it is made
		return page


def _frame(doc: Doc, language: str) -> dict[str, Any]:
	return {
		"organisation": organisation(doc.get("company") or intake.default_company()),
		"footer": " · ".join([cstr(doc.title), cstr(doc.name)]),
		"language": language,
		"direction": direction(language),
	}


def _facts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
	return [{"label": label, "text": text} for label, text in pairs if text]


def _period(doc: Doc, language: str) -> str:
	return _("{0} to {1}").format(date_text(doc.from_date, language), date_text(doc.to_date, language))


# the audit -----------------------------------------------------------------------------------------------


def _method(doc: Doc) -> str:
	if not cint(doc.sample_size):
		return _("No sample was drawn yet.")
	text = _(
		"{0} of {1} cases closed in the period were drawn at random, spread over categories and outcomes: all up to 20, then the "
		"square root of their number and 10, and at least 20. With the seed {2} the same sample can be drawn again."
	).format(cint(doc.sample_size), cint(doc.population), doc.seed)
	if cint(doc.left_out):
		text += " " + _(
			"{0} cases were left out before the draw, because the auditor may not see them or had worked on them."
		).format(cint(doc.left_out))
	return text


def _test(column: dict[str, Any], totals: dict[str, dict[str, int]]) -> dict[str, str]:
	counts = totals.get(column["key"]) or {}
	passed, failed = counts.get(PASSED, 0), counts.get(FAILED, 0)
	applies = passed + failed
	return {
		"label": column["label"],
		"passed": str(passed),
		"failed": str(failed),
		"not_applicable": str(counts.get(NOT_APPLICABLE, 0)),
		"to_check": str(counts.get(TO_CHECK, 0)),
		"share": f"{100 * passed / applies:.0f} %" if applies else "–",
		"style": "cms-bad" if failed else "",
	}


def _file(file: dict[str, Any], columns: list[dict[str, Any]]) -> dict[str, Any]:
	labels = {column["key"]: column["label"] for column in columns}
	failed = [
		f"{labels[test['key']]}: {test.get('text')}" if test.get("text") else labels[test["key"]]
		for test in file["tests"]
		if test.get("verdict") == FAILED
	]
	return {
		"name": file["complaint"],
		"about": " · ".join(filter(None, [cstr(file["category"]), file["outcome"], file["closure_basis"]])),
		"result": _(file["result"]) if file["result"] else _("To Check"),
		"style": {PASSED: "cms-good", FAILED: "cms-bad"}.get(file["result"], "cms-none"),
		"remarks": [file["unavailable"]] if file["unavailable"] else failed,
	}


def _finding(row: Any, names: dict[str, str], language: str) -> dict[str, str]:
	closed = date_text(row.closed_on, language)
	return {
		"number": str(row.idx),
		"grade": _(row.grade),
		"style": {"Major": "cms-bad", "Minor": "cms-fair"}.get(row.grade, "cms-none"),
		"finding": cstr(row.finding),
		"complaint": cstr(row.complaint),
		"responsible": names.get(row.responsible, cstr(row.responsible)),
		"due": date_text(row.due_date, language),
		"closed": " · ".join(filter(None, [closed, cstr(row.closure_evidence) if closed else ""])),
	}


# the review ----------------------------------------------------------------------------------------------


def _attendee(row: Any, names: dict[str, str]) -> str:
	name = names.get(row.user) or cstr(row.attendee_name) or cstr(row.user)
	name = f"{name}, {row.position}" if row.position else name
	return _("{0} (excused)").format(name) if cint(row.absent) else name


def _decision(row: Any, names: dict[str, str], language: str) -> dict[str, str]:
	return {
		"number": str(row.idx),
		"decision": cstr(row.decision),
		"kind": _(row.kind),
		"responsible": names.get(row.responsible, cstr(row.responsible)),
		"due": date_text(row.due_date, language),
		"done": date_text(row.done_on, language),
		"result": cstr(row.result),
	}


def _input(one: dict[str, Any]) -> dict[str, Any]:
	return {
		"label": one["label"],
		"notes": one["notes"],
		"lines": one["lines"],
		"figures": [
			{
				"label": figure["label"],
				"text": figure["text"],
				"verdict": figure["verdict"],
				"explanation": figure["explanation"],
				"style": CLASSES[figure["colour"]],
			}
			for figure in one["figures"]
		],
	}
