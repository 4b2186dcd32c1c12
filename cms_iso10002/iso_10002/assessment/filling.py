"""The questions of the catalogue become the rows of an assessment, in the order of the clauses."""

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cstr, escape_html

from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE, ITEM

EDITIONS = ("2018", "2004")

ANSWERS = (
	"applicable",
	"not_applicable_reason",
	"maturity",
	"status",
	"status_reason",
	"answered_by",
	"answered_on",
	"further_evidence",
	"document_type",
	"document_name",
	"attachment",
	"gap",
	"action",
)
"""What an amended assessment takes over from the cancelled one; evidence is collected anew."""


def fill(doc) -> None:
	"""Gives a new assessment a row for every question of its edition, whatever rows it came with."""
	answers = _answers_of(doc.amended_from) if doc.amended_from else {}
	doc.set("items", [])
	add_missing(doc, answers)
	doc.set("answerers", [{"user": user} for user in _answerers_of(doc.amended_from)])
	if not doc.items:
		frappe.throw(
			_("There is no question to answer: enable ISO 10002 Clauses and their ISO 10002 Questions first.")
		)


def add_missing(doc, answers: dict[str, dict[str, Any]] | None = None) -> int:
	"""Adds the questions that an assessment has no row for, all in order; how many they were."""
	present = {row.question: row for row in doc.items}
	wanted = questions(doc.edition)
	added = [question for question in wanted if question["question"] not in present]
	for values in added:
		row = doc.append("items", {**values, "applicable": 1, **(answers or {}).get(values["question"], {})})
		present[row.question] = row
	order = {values["question"]: place for place, values in enumerate(wanted)}
	doc.items.sort(key=lambda row: order.get(row.question, len(order)))
	for place, row in enumerate(doc.items, 1):
		row.idx = place
	return len(added)


def questions(edition: str) -> list[dict[str, Any]]:
	"""Every enabled question of the clauses that an edition has, in order: the fields of a row that come from the
	catalogue. An annex is numbered by its letter."""
	if edition not in EDITIONS:
		frappe.throw(
			_("There is no edition {0}: choose one of {1}.").format(
				escape_html(cstr(edition)), ", ".join(EDITIONS)
			)
		)
	clause, question = DocType("ISO 10002 Clause"), DocType("ISO 10002 Question")
	rows = (
		frappe.qb.from_(question)
		.join(clause)
		.on(question.clause == clause.name)
		.select(
			question.name.as_("question"),
			question.question.as_("question_text"),
			clause.name.as_("clause"),
			clause.title.as_("clause_title"),
			clause.clause_group,
			clause.annex_letter,
			clause[f"number_{edition}"].as_("clause_number"),
		)
		.where((question.disabled == 0) & (clause.disabled == 0) & (clause[f"in_{edition}"] == 1))
		.orderby(clause.sort_order)
		.orderby(clause.name)
		.orderby(question.sort_order)
		.orderby(question.name)
		.run(as_dict=True)
	)
	for row in rows:
		row.clause_number = cstr(row.clause_number or row.annex_letter)
		del row["annex_letter"]
	return rows


def _answers_of(assessment: str) -> dict[str, dict[str, Any]]:
	rows = frappe.get_all(ITEM, {"parent": assessment}, ["question", *ANSWERS], order_by="idx")
	return {row.pop("question"): row for row in rows}


def _answerers_of(assessment: str | None) -> list[str]:
	"""Who has answered the assessment that is amended: its answers are taken over."""
	filters = {"parent": cstr(assessment), "parenttype": DOCTYPE, "parentfield": "answerers"}
	return frappe.get_all(f"{DOCTYPE} Assessor", filters, pluck="user", order_by="idx")


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def add_new_questions(assessment: str) -> int:
	"""Adds rows for questions that came to the catalogue since the assessment was made; how many.

	Checks write permission; only a draft gets new rows. It is locked, as for an answer: none is overwritten that is
	given meanwhile.
	"""
	doc = frappe.get_doc(DOCTYPE, assessment, for_update=True)
	doc.check_permission("write")
	if doc.docstatus or doc.status != "Draft":
		frappe.throw(_("Only a draft gets new questions."))
	added = add_missing(doc)
	if added:
		doc.flags.rows_are_ours = True
		doc.save()
	return added
