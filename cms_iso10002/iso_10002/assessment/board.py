"""What the form of an assessment shows: its rows by clause group and clause, with evidence, caps and what is open.

Everything the template needs is worked out here, in a handful of queries whatever the number of rows. Texts are plain;
the template escapes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr, formatdate

from cms_iso10002.complaints import permissions
from cms_iso10002.complaints.letter_text import escaped
from cms_iso10002.core import maturity
from cms_iso10002.erpnext_bridge import quality
from cms_iso10002.iso_10002 import figure_words, printing_assessment
from cms_iso10002.iso_10002.assessment import collecting, grounds, report, texts, totals
from cms_iso10002.iso_10002.assessment.grounds import Grounds, Row
from cms_iso10002.iso_10002.evidence.model import Evidence

SHOWN = (
	"name",
	"question",
	"maturity",
	"status",
	"not_applicable_reason",
	"status_reason",
	"gap",
	"action",
	"further_evidence",
	"document_type",
	"document_name",
	"attachment",
	"cap_reason",
	"quality_action",
)


@dataclass(frozen=True)
class Around:
	"""What the rows of an assessment are shown with, read once for all of them."""

	is_draft: bool
	known: Grounds
	guidance: Mapping[str, str] = field(default_factory=dict)
	expected: Mapping[str, str] = field(default_factory=dict)
	before: Mapping[str, Row] = field(default_factory=dict)
	actions: Mapping[str, str] = field(default_factory=dict)
	names: Mapping[str, str] = field(default_factory=dict)


def of(doc) -> dict[str, Any]:
	"""The whole board of an assessment."""
	around = _around(doc, doc.items)
	return {
		"name": doc.name,
		"may": _may(doc),
		"evidence": {**collecting.how_far(doc.name), "on": doc.evidence_collected_on},
		"scale": [{"level": level, "words": _(words)} for level, words in maturity.SCALE.items()],
		"statuses": [{"value": status, "label": _(status)} for status in maturity.STATUSES],
		"groups": [_group(list(rows), around) for _name, rows in groupby(doc.items, _clause_group)],
		"progress": progress(doc, around.known),
	}


@frappe.whitelist(methods=["GET", "POST"])
def get_summary(assessment: str) -> str:
	"""Scores, pictures and gaps of an assessment as HTML for its form, for who may read it."""
	doc = frappe.get_doc(grounds.DOCTYPE, assessment)
	doc.check_permission("read")
	language = frappe.local.lang or "en"
	context = {
		"summary": escaped(report.summary(doc, language)),
		"words": escaped(printing_assessment.words()),
	}
	return frappe.render_template("cms_iso10002/templates/iso_10002/assessment_summary.html", context)


def of_row(doc, row) -> dict[str, Any]:
	"""One row of the board, and the progress of all."""
	around = _around(doc, [row])
	return {"row": _row(row, around), "progress": progress(doc, around.known)}


def progress(doc, known: Grounds) -> dict[str, Any]:
	"""How far the whole assessment is, and each of its groups."""
	return {
		**_counted(doc.items, known),
		"groups": {name: _counted(rows, known) for name, rows in _groups(doc)},
	}


def _groups(doc) -> list[tuple[str, list[Row]]]:
	return [(name, list(rows)) for name, rows in groupby(doc.items, _clause_group)]


def _clause_group(row: Row) -> str:
	return cstr(row.get("clause_group"))


def _counted(rows: Sequence[Row], known: Grounds) -> dict[str, Any]:
	total = totals.overall(rows)
	return {
		"answered": total.answered,
		"applicable": total.applicable,
		"open": sum(bool(_problems(row, known)) for row in rows),
		"score": figure_words.tenths(total.score) if total.score is not None else "",
	}


def _may(doc) -> dict[str, bool]:
	user, writes = frappe.session.user, permissions.may(doc, "write")
	draft = doc.docstatus == 0 and doc.status == "Draft"
	review = doc.docstatus == 0 and doc.status == "Under Review"
	return {
		"answer": writes and draft and user != doc.approver,
		"collect": writes and draft,
		"send": writes and draft,
		"return": writes and review,
		"approve": review and user == doc.approver,
		"act": writes and doc.docstatus < 2,
	}


def _around(doc, rows: Sequence[Row]) -> Around:
	is_draft = doc.docstatus == 0
	questions = [row.question for row in rows]
	clauses = sorted({row.clause for row in rows})
	users = sorted({row.answered_by for row in rows if row.answered_by})
	return Around(
		is_draft=is_draft,
		known=grounds.of(doc) if is_draft else Grounds(),
		guidance=_texts("ISO 10002 Question", questions, "guidance"),
		expected=_texts("ISO 10002 Clause", clauses, "expected"),
		before={row.question: row for row in totals.rows_before(doc)},
		actions=quality.states(row.quality_action for row in rows),
		names=_texts("User", users, "full_name"),
	)


def _texts(doctype: str, names: Sequence[str], fieldname: str) -> dict[str, str]:
	"""A text of each of the records, by name."""
	if not names:
		return {}
	rows = frappe.get_all(doctype, {"name": ("in", names)}, ["name", fieldname], order_by="name")
	return {row.name: cstr(row.get(fieldname)) for row in rows}


def _group(rows: list[Row], around: Around) -> dict[str, Any]:
	name = _clause_group(rows[0])
	by_clause = groupby(rows, lambda row: row.get("clause"))
	return {
		"name": name,
		"label": _(name) or _("Other"),
		"clauses": [_clause(list(of_clause), around) for _slug, of_clause in by_clause],
	}


def _clause(rows: list[Row], around: Around) -> dict[str, Any]:
	first = rows[0]
	now, before = grounds.figures(first)
	earlier = {figure.figure: figure for figure in before}
	return {
		"clause": first.clause,
		"number": cstr(first.clause_number),
		"title": _(first.clause_title),
		"expected": _(around.expected.get(first.clause) or ""),
		"figures": [figure_shown(figure, earlier.get(figure.figure)) for figure in now],
		"rows": [_row(row, around) for row in rows],
	}


def figure_shown(figure: Evidence, before: Evidence | None) -> dict[str, Any]:
	"""A figure as plain values: value, verdict, what it is made of, how it was before, and where its records are."""
	return {
		"label": figure.label,
		"value": figure_words.value(figure),
		"details": ", ".join(filter(None, (figure_words.made_of(figure), figure_words.covered(figure)))),
		"verdict": figure_words.verdict(figure),
		"colour": figure_words.COLOURS.get(figure.verdict, "gray"),
		"before": figure_words.value(before) if before and before.value is not None else "",
		"trend": figure_words.trend(figure, before),
		"explanation": figure.explanation,
		"link": _link(figure),
	}


def _link(figure: Evidence) -> dict[str, Any] | None:
	"""Where exactly the records counted are: a route of the desk, and the filters for it."""
	link = figure.link
	if not link or not (link.doctype or link.report):
		return None
	route = ["query-report", link.report] if link.report else ["List", link.doctype]
	return {"route": route, "filters": dict(link.filters)}


def _row(row: Row, around: Around) -> dict[str, Any]:
	before = around.before.get(row.question) or {}
	cap = cint(row.max_maturity) or maturity.WITHOUT_RECORDS
	return {
		**{name: texts.shown(row.get(name)) for name in SHOWN},
		"text": _(row.question_text),
		"guidance": _(around.guidance.get(row.question) or ""),
		"cap": cap,
		"has_gap_figure": bool(grounds.support(row, around.known).gaps),
		"before": cstr(before.get("maturity")),
		"problems": _problems(row, around.known) if around.is_draft else [],
		"answered_by": around.names.get(row.answered_by, ""),
		"action_state": around.actions.get(row.quality_action, ""),
		"action_label": _(around.actions.get(row.quality_action, "")),
		"effective_on": formatdate(row.effective_on) if row.effective_on else "",
	}


def _problems(row: Row, known: Grounds) -> list[str]:
	"""What a row still lacks, in sentences; none for one that is ready."""
	found = maturity.shortcomings(grounds.answer(row), grounds.support(row, known))
	return [grounds.sentence(one) for one in found]


def show(doc) -> None:
	"""Send the board along with the form; the frozen evidence, which it shows in words, need not go there twice."""
	doc.set_onload("board", of(doc))
	for row in doc.items:
		row.evidence = row.evidence_text = None
