"""Audits of case files (ISO 10002:2018, 8.5): held, independent, their findings closed."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from pypika.terms import Criterion

from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import last_day, nothing, of_company, parents
from cms_iso10002.iso_10002.evidence.registry import computes
from cms_iso10002.iso_10002.independence import who_worked_on

AUDIT = "Complaint Case Audit"
DONE = ("Reported", "Closed")
"""States of an audit whose report is made."""


def _reported(table: Any, period: Period, company: str | None) -> Criterion:
	inside = (table.reported_on >= period.start) & (table.reported_on <= period.end)
	return inside & table.status.isin(DONE) & of_company(table, company)


def _link(period: Period, company: str | None) -> Link:
	between = ["between", [str(period.start), str(period.end)]]
	own = {"company": ["in", [company, ""]]} if company else {}
	return Link(AUDIT, filters={"reported_on": between, "status": ["in", list(DONE)], **own})


@computes("auditing", "audits_held")
def audits_held(period: Period, company: str | None = None) -> Evidence:
	"""How many audits of case files were reported, and how many files they examined."""
	clause, figure, label = "auditing", "audits_held", _("Audits of Case Files Reported")
	table = DocType(AUDIT)
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table.sample_size)
		.where(_reported(table, period, company))
		.orderby(table.name)
		.run(as_dict=True)
	)
	if not rows:
		return judged(
			nothing(clause, figure, label, "count", _("No audit was reported in this period.")), 1, 1
		)
	files = sum(row.sample_size or 0 for row in rows)
	return judged(
		Evidence(
			clause,
			figure,
			label,
			len(rows),
			"count",
			numerator=len(rows),
			sample=len(rows),
			better="",
			explanation=_("{0} audits were reported in the period; they examined {1} case files.").format(
				len(rows), files
			),
			parts={_("Case files examined"): files},
			link=_link(period, company),
		),
		1,
		1,
	)


@computes("auditing", "independent")
def independent(period: Period, company: str | None = None) -> Evidence:
	"""Of the audits reported, those whose auditor had worked on none of the files."""
	clause, figure, label = "auditing", "independent", _("Audits by Independent Auditors")
	table, sample = DocType(AUDIT), DocType(f"{AUDIT} Sample")
	where = _reported(table, period, company)
	held = frappe.qb.from_(table).select(Count("*")).where(where).run()[0][0]
	if not held:
		return judged(
			nothing(clause, figure, label, "%", _("No audit was reported in this period.")), 100, 100
		)
	rows = (
		frappe.qb.from_(table)
		.join(sample)
		.on((sample.parent == table.name) & (sample.parenttype == AUDIT))
		.select(table.name, table.auditor, sample.complaint)
		.where(where & sample.complaint.isnotnull())
		.run(as_dict=True)
	)
	worked = who_worked_on({row.auditor for row in rows}, sorted({row.complaint for row in rows}))
	biased = len({row.name for row in rows if (row.auditor, row.complaint) in worked})
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(held - biased, held),
			"%",
			held - biased,
			held,
			held,
			explanation=_(
				"Of {0} audits reported in the period, the auditor of {1} had worked on none of the files examined: as handler, "
				"investigator or reviewer at any time, by deciding or approving, or by any step recorded in the case."
			).format(held, held - biased),
			link=_link(period, company),
		),
		100,
		100,
	)


@computes("auditing", "findings_closed")
def findings_closed(period: Period, company: str | None = None) -> Evidence:
	"""Of the findings that fell due, those that were closed by their day."""
	clause, figure, label = "auditing", "findings_closed", _("Audit Findings Closed on Time")
	table, row = DocType(AUDIT), DocType(f"{AUDIT} Finding")
	day = last_day(period)
	why = _("No finding of an audit fell due in this period.")
	if not day:
		return judged(nothing(clause, figure, label, "%", why), 90, 70)
	query = (
		frappe.qb.from_(row)
		.join(table)
		.on((table.name == row.parent) & (row.parenttype == AUDIT))
		.select(row.parent, row.due_date, row.closed_on)
		.where(table.status.isin(DONE) & of_company(table, company))
		.where((row.due_date >= period.start) & (row.due_date <= day))
		.orderby(row.parent, row.idx)
	)
	rows = query.run(as_dict=True)
	due, closed = len(rows), sum(bool(row.closed_on and row.closed_on <= row.due_date) for row in rows)
	if not due:
		return judged(nothing(clause, figure, label, "%", why), 90, 70)
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(closed, due),
			"%",
			closed,
			due,
			due,
			explanation=_(
				"Of {0} findings due in the period, {1} were closed by their due date, with evidence."
			).format(due, closed),
			link=parents(AUDIT, rows),
		),
		90,
		70,
	)
