"""What the print formats of a self-assessment call: the report, and the statement of evidence. Escaped.

The print view hands over the document as the browser has it, without the frozen evidence; so the stored one is read.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.letter_language import date_text, direction, print_language, speaking
from cms_iso10002.complaints.letter_sender import organisation
from cms_iso10002.complaints.letter_text import escaped
from cms_iso10002.core import maturity
from cms_iso10002.iso_10002.assessment import report
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE
from cms_iso10002.iso_10002.evidence.model import Period


def self_assessment_report(doc) -> dict[str, Any]:
	"""For print formats: the whole assessment, from cover to scale."""
	doc, language = _stored(doc), _language()
	with speaking(language):
		return escaped(
			{
				**_frame(doc, language, _("Self-Assessment Report")),
				"summary": report.summary(doc, language),
				"clauses": report.clauses(doc.items),
				"scale": [{"level": level, "words": _(words)} for level, words in maturity.SCALE.items()],
				"words": words(),
			}
		)


def statement_of_evidence(doc) -> dict[str, Any]:
	"""For print formats: what was counted for each clause, or only for that whose slug the request names as `clause`."""
	doc, language = _stored(doc), _language()
	with speaking(language):
		only = cstr(frappe.form_dict.get("clause"))
		clauses = report.clauses(doc.items, only)
		return escaped(
			{
				**_frame(doc, language, _("Statement of Evidence")),
				"clauses": clauses,
				"is_one": bool(only),
				"before": _period_before(doc, language),
				"collected_on": date_text(doc.evidence_collected_on, language),
				"words": words(),
			}
		)


def _stored(doc):
	"""The document as it is in the database; itself where it was never saved. Who prints it was checked by Frappe."""
	return frappe.get_doc(DOCTYPE, doc.name) if frappe.db.exists(DOCTYPE, doc.name) else doc


def _language() -> str:
	# for the people of the organisation and its auditors: in their own language unless another is chosen
	return print_language({"language": frappe.local.lang})


def _frame(doc, language: str, title: str) -> dict[str, Any]:
	"""What stands on the cover and at the foot of every report of an assessment."""
	company = doc.company or frappe.db.get_default("company")
	return {
		"title": title,
		"subject": doc.title,
		"organisation": organisation(company),
		"reference": doc.name,
		"language": language,
		"direction": direction(language),
		"type_size": 10,
		"standard": _("ISO 10002:{0}, guidelines for complaints handling").format(doc.edition),
		"is_approved": doc.docstatus == 1,
		"rows": [row for row in _cover(doc, language) if row["text"]],
		"approved": _approved(doc, language),
		"printed_on": date_text(clock.today(), language),
		"disclaimer": _(
			"This is the organisation's own assessment, against guidance that it paraphrases. Computed figures are counted from its records as they were when they were collected. It is no certificate: ISO 10002 is guidance, and nobody is certified to it."
		),
	}


def _cover(doc, language: str) -> list[dict[str, str]]:
	return [
		_row(_("Organisation"), doc.company or _("All companies")),
		_row(_("Scope"), doc.scope or _("The whole organisation")),
		_row(_("Period assessed"), report.period(doc, language)),
		_row(_("Assessors"), ", ".join(map(_assessor, doc.assessors))),
		_row(_("Approver"), _full_name(doc.approver)),
		_row(_("Evidence collected on"), date_text(doc.evidence_collected_on, language)),
		_row(_("Status"), _(doc.status)),
		_row(_("Compared with"), cstr(doc.previous_assessment)),
		_row(_("Document"), doc.name),
	]


def _row(label: str, text: str) -> dict[str, str]:
	return {"label": label, "text": text}


def _assessor(row) -> str:
	return f"{_full_name(row.user)} ({row.part})" if row.part else _full_name(row.user)


def _full_name(user: str | None) -> str:
	return cstr(frappe.get_cached_value("User", user, "full_name") or user) if user else ""


def _approved(doc, language: str) -> str:
	if doc.docstatus != 1:
		return ""
	return _("Approved by {0} on {1}.").format(_full_name(doc.approver), date_text(doc.approved_on, language))


def _period_before(doc, language: str) -> str:
	before = Period(doc.from_date, doc.to_date).before()
	return report.period(frappe._dict(from_date=before.start, to_date=before.end), language)


def words() -> dict[str, str]:
	"""The fixed words of reports and summary."""
	return {
		"action": _("Action"),
		"action_state": _("State of the action"),
		"all": _("All"),
		"answer": _("Answer"),
		"appendix": _("How maturity is rated"),
		"asked": _("Evidence an auditor asks for"),
		"before": _("Before", context="ISO 10002"),
		"by_clause": _("Clause by clause"),
		"cap_rule": _(
			"More than 2 needs records, more than 3 a measured trend over two periods of the same length, 5 a proven improvement. A question that is not answered counts as unanswered: it is in no score."
		),
		"change": _("Change", context="ISO 10002"),
		"change_note": _("Change: over the questions that both assessments answered."),
		"clause": _("Clause"),
		"conform": _("Conform"),
		"coverage": _("Coverage"),
		"draft": _("Draft, not approved"),
		"evidence": _("Evidence from the records"),
		"expected": _("What is expected"),
		"figure": _("Figure"),
		"further": _("Further evidence"),
		"gap": _("Gap"),
		"gaps": _("Gaps and what is done about them"),
		"group": _("Clause group"),
		"left_out": _("Not applicable"),
		"made_of": _("Counted"),
		"maturity": _("Maturity"),
		"no_clause": _("No clause of this assessment was asked for."),
		"no_figure": _("No figure is computed for this clause."),
		"no_gaps": _("No gap was named."),
		"not_collected": _("The evidence has not been collected."),
		"open": _("Not answered"),
		"overall": _("Overall maturity"),
		"page": _("Page"),
		"partial": _("Partial"),
		"parts": _("Broken down"),
		"period": _("Period", context="ISO 10002"),
		"period_before": _("Period before"),
		"question": _("Question"),
		"reason": _("Reason"),
		"sample": _("Records"),
		"score": _("Score", context="ISO 10002"),
		"signature": _("Date and signature"),
		"signed_approver": _("Approver"),
		"signed_assessor": _("For the assessors"),
		"status": _("Status"),
		"summary": _("Summary"),
		"verdict": _("Verdict"),
	}
