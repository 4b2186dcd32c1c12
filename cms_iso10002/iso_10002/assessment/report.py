"""An assessment as plain values for people to read: for its summary in the form, and for the reports on paper.

Translated into the language that is spoken, not escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr
from markupsafe import Markup

from cms_iso10002.complaints.letter_language import date_text
from cms_iso10002.core import maturity
from cms_iso10002.erpnext_bridge import quality
from cms_iso10002.iso_10002 import figure_words, radar
from cms_iso10002.iso_10002.assessment import grounds, texts, totals
from cms_iso10002.iso_10002.assessment.grounds import Row
from cms_iso10002.iso_10002.evidence.model import Evidence

NOTHING = "–"


def summary(doc, language: str) -> dict[str, Any]:
	"""Scores in all and by group beside those before, the pictures of them, and the gaps."""
	before = totals.rows_before(doc)
	groups, whole = totals.by_group(doc.items, before), totals.whole(doc.items, before)
	axes, words = [_axis(group) for group in groups], _picture_words(doc, language)
	return {
		"all": _totalled(whole, _("All")),
		"groups": [_totalled(group, _(group.name, context="ISO 10002")) for group in groups],
		"conforms": whole.now.by_status[maturity.CONFORMS],
		"partial": whole.now.by_status[maturity.PARTIAL],
		"gaps_counted": whole.now.by_status[maturity.GAP],
		"left_out": whole.now.left_out,
		"open": whole.now.applicable - whole.now.answered,
		"has_before": bool(before),
		"radar": Markup(radar.radar(axes, words)),
		"bars": Markup(radar.bars(axes, words)),
		"gaps": gaps(doc.items),
	}


def _axis(group: totals.Group) -> radar.Axis:
	return radar.Axis(
		_(group.name, context="ISO 10002"), group.now.score, group.before.score, _covered(group.now)
	)


def _picture_words(doc, language: str) -> radar.Words:
	return radar.Words(
		title=_("Maturity by clause group, 1 to 5"),
		now=period(doc, language),
		before=_before(doc, language),
		score_before=_("before: {0}"),
		nothing=_("not answered"),
		number=figure_words.tenths,
	)


def _before(doc, language: str) -> str:
	if not doc.previous_assessment:
		return ""
	dates = frappe.db.get_value(
		grounds.DOCTYPE, doc.previous_assessment, ["from_date", "to_date"], as_dict=True
	)
	return period(dates, language) if dates else ""


def period(dates, language: str) -> str:
	"""From when to when, with the names of the months."""
	return _("{0} to {1}").format(date_text(dates.from_date, language), date_text(dates.to_date, language))


def _totalled(group: totals.Group, label: str) -> dict[str, Any]:
	comparison = group.comparison
	return {
		"label": label,
		"score": _score(group.now.score),
		"coverage": _covered(group.now),
		"complete": group.now.is_complete,
		"before": _score(group.before.score),
		"change": _change(comparison),
		"common": comparison.common,
	}


def _covered(total: maturity.Total) -> str:
	return _("{0} of {1} answered").format(total.answered, total.applicable)


def _score(score: float | None) -> str:
	return NOTHING if score is None else figure_words.tenths(score)


def _change(comparison: maturity.Comparison) -> str:
	if comparison.change is None:
		return NOTHING
	change = round(comparison.change, 1)
	sign = "+" if change > 0 else "−" if change < 0 else "±"
	return f"{sign}{figure_words.tenths(abs(change))}"


def gaps(rows: Sequence[Row]) -> list[dict[str, Any]]:
	"""Every row that names a gap: what it is, what is done about it, and how far that is."""
	named = [row for row in rows if cstr(row.gap).strip() and row.status in (maturity.GAP, maturity.PARTIAL)]
	states = quality.states(row.quality_action for row in named)
	return [
		{
			"clause": f"{cstr(row.clause_number)} {_(row.clause_title)}".strip(),
			"status": _(row.status),
			"mark": row.status,
			"gap": texts.shown(row.gap),
			"action": texts.shown(row.action),
			"quality_action": row.quality_action if row.quality_action in states else "",
			"state": action_state(row, states.get(row.quality_action, "")),
		}
		for row in named
	]


def action_state(row: Row, state: str) -> str:
	"""How far the action of a gap is, in words."""
	if not state:
		return _("no action yet")
	if row.effective_on:
		return _("effective, found on {0}").format(date_text(row.effective_on, frappe.local.lang or "en"))
	return _("completed, effect not judged yet") if state == quality.COMPLETED else _("open")


# Clause by clause --------------------------------------------------------------------------------------


def clauses(rows: Sequence[Row], only: str = "") -> list[dict[str, Any]]:
	"""The clauses of an assessment in order, each with its figures and answers; only that of slug `only` where given."""
	chosen = [row for row in rows if not only or row.clause == only]
	expected = _catalogue(sorted({row.clause for row in chosen}))
	states = quality.states(row.quality_action for row in chosen)
	return [
		_clause(list(of_clause), expected.get(slug) or {}, states)
		for slug, of_clause in groupby(chosen, lambda row: row.clause)
	]


def _catalogue(slugs: Sequence[str]) -> dict[str, Any]:
	if not slugs:
		return {}
	fields = ["name", "expected", "evidence_asked"]
	rows = frappe.get_all("ISO 10002 Clause", {"name": ("in", slugs)}, fields, order_by="sort_order")
	return {row.name: row for row in rows}


def _clause(rows: list[Row], catalogue: dict[str, Any], states: dict[str, str]) -> dict[str, Any]:
	first = rows[0]
	return {
		"clause": first.clause,
		"group": _(first.clause_group or "", context="ISO 10002"),
		"number": cstr(first.clause_number),
		"title": _(first.clause_title),
		"expected": _(catalogue.get("expected") or ""),
		"evidence_asked": _(catalogue.get("evidence_asked") or ""),
		"figures": list(_figures(first)),
		"rows": [_answered(row, states) for row in rows],
	}


def _figures(row: Row) -> Iterator[dict[str, Any]]:
	now, before = grounds.figures(row)
	earlier = {figure.figure: figure for figure in before}
	for figure in now:
		yield _figure(figure, earlier.get(figure.figure))


def _figure(figure: Evidence, before: Evidence | None) -> dict[str, Any]:
	made_of = figure_words.made_of(figure)
	return {
		"label": figure.label,
		"value": figure_words.value(figure),
		"made_of": made_of,
		# most explanations say it themselves
		"made_of_unsaid": "" if made_of in figure.explanation else made_of,
		"sample": figure_words.number(figure.sample),
		"coverage": figure_words.covered(figure),
		"verdict": figure_words.verdict(figure),
		"mark": figure.verdict,
		"before": figure_words.value(before) if before else "",
		"trend": figure_words.trend_words(figure, before),
		"explanation": figure.explanation,
		"parts": [figure_words.part(name, value) for name, value in figure.parts.items()],
	}


def _answered(row: Row, states: dict[str, str]) -> dict[str, Any]:
	level = cint(row.maturity)
	return {
		"question": _(row.question_text),
		"code": row.question,
		"maturity": cstr(row.maturity) or NOTHING,
		"maturity_words": _(maturity.SCALE[level]) if level in maturity.SCALE else "",
		"status": _(row.status) if row.status else _("Not answered"),
		"mark": row.status or "",
		"reason": texts.shown(
			row.not_applicable_reason if row.status == maturity.NOT_APPLICABLE else row.status_reason
		),
		"further": _further(row),
		"cap_reason": cstr(row.cap_reason),
		"gap": texts.shown(row.gap),
		"action": texts.shown(row.action),
		"quality_action": row.quality_action if row.quality_action in states else "",
		"action_state": action_state(row, states.get(row.quality_action, "")) if row.gap else "",
	}


def _further(row: Row) -> list[str]:
	"""What else was named as evidence, a line each."""
	document = f"{_(row.document_type)} {row.document_name}" if row.document_name else ""
	file = cstr(row.attachment).rsplit("/", 1)[-1]
	return [text for text in (texts.shown(row.further_evidence), document, file) if text]
