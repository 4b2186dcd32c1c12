"""Management reviews (ISO 10002:2018, 8.6; also 4.2, 4.3 and 5.2): held on schedule, complete, attended, carried out."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import last_day, nothing, of_company, parents
from cms_iso10002.iso_10002.evidence.registry import computes

REVIEW = "Complaint Management Review"
NONE_HELD = N_("No management review was held in this period.")


def _held(table: Any, period: Period, company: str | None) -> Criterion:
	inside = (table.held_on >= period.start) & (table.held_on <= period.end)
	return (table.status != "Draft") & inside & of_company(table, company)


def _link(period: Period, company: str | None) -> Link:
	between = ["between", [str(period.start), str(period.end)]]
	own = {"company": ["in", [company, ""]]} if company else {}
	return Link(REVIEW, filters={"status": ["!=", "Draft"], "held_on": between, **own})


def _rows(doctype: str, period: Period, company: str | None) -> tuple[Any, Any]:
	"""A query of the rows of reviews that were held, and the table of the rows."""
	table, row = DocType(REVIEW), DocType(f"{REVIEW} {doctype}")
	query = frappe.qb.from_(row).join(table).on((table.name == row.parent) & (row.parenttype == REVIEW))
	return query.select(Count("*")).where(_held(table, period, company)), row


def _of_rows(
	clause: str,
	figure: str,
	label: str,
	good: int,
	all_rows: int,
	told: str,
	why: str,
	link: Link,
	limits: tuple[float, float],
) -> Evidence:
	"""A share of rows: `told` is formatted with all of them and the good ones."""
	if not all_rows:
		return judged(nothing(clause, figure, label, "%", why), *limits)
	evidence = Evidence(
		clause,
		figure,
		label,
		share(good, all_rows),
		"%",
		good,
		all_rows,
		all_rows,
		explanation=told.format(all_rows, good),
		link=link,
	)
	return judged(evidence, *limits)


@computes("leadership", "reviews_on_schedule")
def on_schedule(period: Period, company: str | None = None) -> Evidence:
	"""Of the reviews that were planned for a day of the period, those held by then.

	A day is planned by the review before (*Next Review*). A planned day counts as kept where a later review of the same company
	was held by it, and after the one that planned it.
	"""
	clause, figure, label = "leadership", "reviews_on_schedule", _("Management Reviews Held on Schedule")
	table, day = DocType(REVIEW), last_day(period)
	why = _("No management review was planned for this period.")
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table.company, table.held_on, table.next_review_on)
		.where((table.status != "Draft") & of_company(table, company))
		.orderby(table.held_on)
		.run(as_dict=True)
	)
	planned = [
		row
		for row in rows
		if row.next_review_on and day and period.start <= getdate(row.next_review_on) <= day
	]
	kept = [row for row in planned if any(_keeps(other, row) for other in rows)]
	return _of_rows(
		clause,
		figure,
		label,
		len(kept),
		len(planned),
		_("Of {0} reviews planned for a day of the period, {1} were held by that day."),
		why,
		Link(REVIEW, filters={"name": ["in", sorted(row.name for row in planned)]}),
		(100, 50),
	)


def _keeps(other: Any, planned: Any) -> bool:
	same = (other.company or "") == (planned.company or "")
	return same and getdate(planned.held_on) < getdate(other.held_on) <= getdate(planned.next_review_on)


@computes("management-review", "reviews_held")
def reviews_held(period: Period, company: str | None = None) -> Evidence:
	"""How many management reviews were held. One can only be held with every input filled or commented on."""
	clause, figure, label = "management-review", "reviews_held", _("Management Reviews Held")
	table = DocType(REVIEW)
	held = frappe.qb.from_(table).select(Count("*")).where(_held(table, period, company)).run()[0][0]
	if not held:
		return judged(nothing(clause, figure, label, "count", _(NONE_HELD)), 1, 1)
	told = _("{0} reviews were held in the period, each with every input that clause 8.6 asks for.").format(
		held
	)
	return judged(
		Evidence(
			clause,
			figure,
			label,
			held,
			"count",
			numerator=held,
			sample=held,
			better="",
			explanation=told,
			link=_link(period, company),
		),
		1,
		1,
	)


@computes("management-review", "decisions_assigned")
def decisions_assigned(period: Period, company: str | None = None) -> Evidence:
	"""Of the decisions taken, those with somebody responsible and a date."""
	query, row = _rows("Decision", period, company)
	taken = query.run()[0][0]
	good = query.where(row.responsible.isnotnull() & row.due_date.isnotnull()).run()[0][0]
	return _of_rows(
		"management-review",
		"decisions_assigned",
		_("Decisions with Owner and Date"),
		good,
		taken,
		_(
			"Of {0} decisions taken by reviews held in the period, {1} have somebody responsible and a due date."
		),
		_("No decision was taken by a review in this period."),
		_link(period, company),
		(100, 80),
	)


@computes("management-review", "decisions_done")
def decisions_done(period: Period, company: str | None = None) -> Evidence:
	"""Of the decisions that fell due, those carried out by their day."""
	table, row = DocType(REVIEW), DocType(f"{REVIEW} Decision")
	query = (
		frappe.qb.from_(row)
		.join(table)
		.on((table.name == row.parent) & (row.parenttype == REVIEW))
		.select(row.parent, row.due_date, row.done_on)
		.where((table.status != "Draft") & of_company(table, company))
		.where((row.due_date >= period.start) & (row.due_date <= (last_day(period) or period.start)))
		.orderby(row.parent, row.idx)
	)
	due = query.run(as_dict=True) if last_day(period) else []
	done = [one for one in due if one.done_on and one.done_on <= one.due_date]
	return _of_rows(
		"management-review",
		"decisions_done",
		_("Decisions Carried Out on Time"),
		len(done),
		len(due),
		_("Of {0} decisions of reviews due in the period, {1} were carried out by their due date."),
		_("No decision of a review fell due in this period."),
		parents(REVIEW, due),
		(90, 70),
	)


@computes("principle-commitment", "review_attendance")
def attendance(period: Period, company: str | None = None) -> Evidence:
	"""Of those invited to reviews, those who were there."""
	query, row = _rows("Attendee", period, company)
	invited, there = query.run()[0][0], query.where(row.absent == 0).run()[0][0]
	return _of_rows(
		"principle-commitment",
		"review_attendance",
		_("Attendance at Management Reviews"),
		there,
		invited,
		_("Of {0} people invited to reviews held in the period, {1} took part."),
		_(NONE_HELD),
		_link(period, company),
		(80, 60),
	)


@computes("principle-capacity", "resource_decisions")
def resource_decisions(period: Period, company: str | None = None) -> Evidence:
	"""How many decisions about resources the reviews took. More is not better: it shows that resources were considered."""
	clause, figure, label = "principle-capacity", "resource_decisions", _("Decisions on Resources")
	table = DocType(REVIEW)
	held = frappe.qb.from_(table).select(Count("*")).where(_held(table, period, company)).run()[0][0]
	if not held:
		return judged(nothing(clause, figure, label, "count", _(NONE_HELD)), 0, 0)
	query, row = _rows("Decision", period, company)
	number = query.where(row.kind == "Resources").run()[0][0]
	return Evidence(
		clause,
		figure,
		label,
		number,
		"count",
		numerator=number,
		sample=held,
		better="",
		explanation=_("{0} management reviews held in the period took {1} decisions on resources.").format(
			held, number
		),
		link=_link(period, company),
	)
