"""What a management review gathers beyond figures: what changed, what was audited, what was decided, month by month.

Each function is handed the review and answers with an `Input`; titles of records stand in it, never a complainant's words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Extract
from frappe.utils import cint, formatdate, getdate
from pypika.terms import Criterion

from cms_iso10002.complaints import clock
from cms_iso10002.core.months import months
from cms_iso10002.core.states import OUT_OF_SCOPE
from cms_iso10002.iso_10002 import people
from cms_iso10002.iso_10002.evidence.cohorts import counted

REVIEW = "Complaint Management Review"
AUDIT = "Complaint Case Audit"
ASSESSMENT = "ISO 10002 Self Assessment"
COLOURS = {
	"Conforms": "green",
	"Partial": "orange",
	"Gap": "red",
	"Shown": "blue",
	"No Data": "gray",
	"Could Not Be Computed": "red",
}


@dataclass
class Input:
	"""`lines` are sentences on single records, `series` named numbers over the same labels, for a chart."""

	lines: list[str] = field(default_factory=list)
	series: dict[str, Any] | None = None


def _own(table: Any, review: Any) -> Criterion:
	"""Records of the review's company and those for all."""
	if not review.company:
		return table.name.isnotnull()
	return table.company.isnull() | table.company.isin(["", review.company])


def _inside(column: Any, review: Any) -> Criterion:
	return (column >= review.from_date) & (column < frappe.utils.add_days(review.to_date, 1))


def changes(review: Any) -> Input:
	"""Policies and time limits that came into force, and what else was identified as changing around us."""
	policy, limits, context = (
		DocType("Complaints Policy"),
		DocType("Complaint SLA Policy"),
		DocType("Complaint Context Item"),
	)
	lines = [
		_("Complaints policy {0}, version {1}, in force from {2}").format(
			row.title, row.version, formatdate(row.valid_from)
		)
		for row in frappe.qb.from_(policy)
		.select(policy.title, policy.version, policy.valid_from)
		.where((policy.docstatus == 1) & _inside(policy.valid_from, review) & _own(policy, review))
		.orderby(policy.valid_from)
		.run(as_dict=True)
	]
	lines += [
		_("Time limits {0}, in force from {1}").format(row.title, formatdate(row.valid_from))
		for row in frappe.qb.from_(limits)
		.select(limits.title, limits.valid_from)
		.where((limits.docstatus == 1) & _inside(limits.valid_from, review) & _own(limits, review))
		.orderby(limits.valid_from)
		.run(as_dict=True)
	]
	lines += [
		f"{_(row.kind)}: {row.title}"
		for row in frappe.qb.from_(context)
		.select(context.kind, context.title)
		.where(context.kind.isin(["Internal Issue", "External Issue", "Interested Party", "Scope"]))
		.where(_inside(context.identified_on, review) & _own(context, review))
		.orderby(context.identified_on)
		.run(as_dict=True)
	]
	return Input(lines)


def volumes(review: Any) -> Input:
	"""Received and closed, month by month, as all figures count them: those out of scope apart, duplicates not at all."""
	table, company = DocType("Complaint"), review.company or None
	labels = months(getdate(review.from_date), getdate(review.to_date))
	counting = counted(table, company)
	apart = (table.status == OUT_OF_SCOPE) & (
		(table.company == company) if company else table.name.isnotnull()
	)
	series = {
		_("Received"): _by_month(table.received_on, review, labels, counting),
		_("Closed"): _by_month(table.closed_on, review, labels, counting),
		_("Received, Out of Scope"): _by_month(table.received_on, review, labels, apart),
	}
	return Input(series={"labels": [f"{month:02}/{year}" for year, month in labels], "values": series})


def _by_month(column: Any, review: Any, labels: Iterable[tuple[int, int]], which: Criterion) -> list[int]:
	table = DocType("Complaint")
	year, month = Extract("year", column), Extract("month", column)
	query = (
		frappe.qb.from_(table)
		.select(year.as_("year"), month.as_("month"), Count("*").as_("number"))
		.where(_inside(column, review) & which)
		.groupby(year, month)
	)
	found = {(cint(row.year), cint(row.month)): cint(row.number) for row in query.run(as_dict=True)}
	return [found.get(label, 0) for label in labels]


def audits(review: Any) -> Input:
	"""Audits of case files with their findings, and self-assessments that were approved."""
	audit, finding, assessment = DocType(AUDIT), DocType(f"{AUDIT} Finding"), DocType(ASSESSMENT)
	found = (
		frappe.qb.from_(audit)
		.left_join(finding)
		.on((finding.parent == audit.name) & (finding.parenttype == AUDIT))
		.select(
			audit.name, audit.title, audit.reported_on, audit.sample_size, Count(finding.name).as_("findings")
		)
		.select(Count(finding.closed_on).as_("closed"))
		.where(_inside(audit.reported_on, review) & _own(audit, review))
		.where(audit.status.isin(["Reported", "Closed"]))
		.groupby(audit.name, audit.title, audit.reported_on, audit.sample_size)
		.orderby(audit.reported_on)
		.run(as_dict=True)
	)
	lines = [
		_("Audit {0} ({1} files, reported {2}): {3} findings, {4} of them closed").format(
			row.title, row.sample_size, formatdate(row.reported_on), row.findings, row.closed
		)
		for row in found
	]
	lines += [
		_("Self-assessment {0}, approved {1}").format(row.title, formatdate(row.approved_on))
		for row in frappe.qb.from_(assessment)
		.select(assessment.title, assessment.approved_on)
		.where(
			(assessment.docstatus == 1) & _inside(assessment.approved_on, review) & _own(assessment, review)
		)
		.orderby(assessment.approved_on)
		.run(as_dict=True)
	]
	return Input(lines)


def objectives(review: Any) -> Input:
	"""Objectives whose time touches the period: target and actual."""
	table = DocType("Complaint Objective")
	rows = (
		frappe.qb.from_(table)
		.select(table.title, table.target, table.actual, table.unit, table.status, table.sample)
		.where(
			(table.from_date <= review.to_date) & (table.to_date >= review.from_date) & _own(table, review)
		)
		.orderby(table.from_date)
		.orderby(table.title)
		.run(as_dict=True)
	)
	return Input(
		[
			_("{0}: target {1}, actual {2} ({3})").format(
				row.title,
				_number(row.target, row.unit),
				_number(row.actual, row.unit) if row.sample else _("no data"),
				_(row.status or "No Data"),
			)
			for row in rows
		]
	)


def _number(value: float | None, unit: str | None) -> str:
	text = f"{value or 0:g}"
	return text if unit in (None, "", "count") else f"{text} {_(unit)}"


def risks(review: Any) -> Input:
	"""Risks and opportunities that are not closed, the worst first."""
	table = DocType("Complaint Context Item")
	rows = (
		frappe.qb.from_(table)
		.select(table.kind, table.title, table.rating, table.action)
		.where(table.kind.isin(["Risk", "Opportunity"]) & (table.status != "Closed") & _own(table, review))
		.orderby(table.score, order=frappe.qb.desc)
		.orderby(table.title)
		.run(as_dict=True)
	)
	return Input(
		[
			_("{0}: {1} ({2}). {3}")
			.format(_(row.kind), row.title, _(row.rating or "not rated"), row.action or "")
			.strip()
			for row in rows
		]
	)


def previous(review: Any) -> Input:
	"""The decisions of earlier reviews that were open when this period began or made since then, with what became of them."""
	table, decision = DocType(REVIEW), DocType(f"{REVIEW} Decision")
	rows = (
		frappe.qb.from_(decision)
		.join(table)
		.on((table.name == decision.parent) & (decision.parenttype == REVIEW))
		.select(decision.decision, decision.due_date, decision.done_on, decision.result, table.held_on)
		.where((table.status != "Draft") & (table.name != (review.name or "")) & _own(table, review))
		.where(table.held_on <= review.to_date)
		.where(decision.done_on.isnull() | (decision.done_on >= review.from_date))
		.orderby(table.held_on)
		.orderby(decision.idx)
		.run(as_dict=True)
	)
	if not rows and not _earlier(review):
		return Input([_("This is the first review: there are no earlier decisions.")])
	return Input(
		[_("{0} ({1}): {2}").format(row.decision, formatdate(row.held_on), _became(row)) for row in rows]
	)


def _earlier(review: Any) -> bool:
	table = DocType(REVIEW)
	query = frappe.qb.from_(table).select(table.name).limit(1)
	held = (table.status != "Draft") & (table.name != (review.name or "")) & (table.held_on <= review.to_date)
	return bool(query.where(held & _own(table, review)).run())


def _became(row: Any) -> str:
	if row.done_on:
		return _("done on {0}. {1}").format(formatdate(row.done_on), row.result or "").strip()
	if row.due_date and getdate(row.due_date) < clock.today():
		return _("overdue since {0}").format(formatdate(row.due_date))
	return _("open, due {0}").format(formatdate(row.due_date))


def who_calls_reviews(review: Any) -> list[str]:
	"""Who is told that a review is due: its chair, and the Complaint Managers."""
	return people.enabled([review.chair, *people.holders(("Complaint Manager",), review.company or None)])


# a chart that prints -------------------------------------------------------------------------------------

WIDTH, HEIGHT, FOOT, TOP = 640, 190, 26, 24
FILLS = ("#1f3a5f", "#8aa5c4", "#c9a227")


def chart(series: dict[str, Any] | None) -> str:
	"""Bars of the series as inline SVG, readable in print and by screen readers; "" for nothing to show."""
	if not series or not series["labels"] or not any(any(values) for values in series["values"].values()):
		return ""
	labels, values = series["labels"], series["values"]
	highest = max(max(one) for one in values.values())
	slot = WIDTH / len(labels)
	bar = min(22.0, 0.8 * slot / len(values))
	parts = []
	for place, (name, numbers) in enumerate(values.items()):
		parts.append(
			f'<rect x="{place * 120}" y="2" width="10" height="10" fill="{FILLS[place % len(FILLS)]}"/>'
			f'<text x="{place * 120 + 15}" y="11" font-size="11">{escape(name)}</text>'
		)
		for column, number in enumerate(numbers):
			height = (HEIGHT - FOOT - TOP) * number / highest
			x = column * slot + (slot - bar * len(values)) / 2 + place * bar
			y = HEIGHT - FOOT - height
			parts.append(
				f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{height:.1f}" fill="{FILLS[place % len(FILLS)]}"/>'
			)
			if number and slot >= 24 * len(values):
				parts.append(
					f'<text x="{x + bar / 2:.1f}" y="{y - 2:.1f}" font-size="9" text-anchor="middle">{number}</text>'
				)
	every = -(-len(labels) // 12)
	parts += [
		f'<text x="{column * slot + slot / 2:.1f}" y="{HEIGHT - 10}" font-size="10" text-anchor="middle">{escape(text)}</text>'
		for column, text in enumerate(labels)
		if column % every == 0
	]
	said = "; ".join(f"{name}: {', '.join(map(str, numbers))}" for name, numbers in values.items())
	return (
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
		f'style="max-width:100%;height:auto;font-family:sans-serif"><title>{escape(said)}</title>'
		f'<line x1="0" y1="{HEIGHT - FOOT}" x2="{WIDTH}" y2="{HEIGHT - FOOT}" stroke="#999"/>{"".join(parts)}</svg>'
	)
