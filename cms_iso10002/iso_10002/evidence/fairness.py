"""Objectivity (4.7): nobody who is concerned had a part in a case, and nobody reviewed what they had decided.

The rules are those of `core.fairness` (`took_part`, `reviewed_own`), said in SQL; a test holds them equal.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion, Term

from cms_iso10002.complaints.permissions import DUTIES
from cms_iso10002.core import fairness
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import RECEIVED, Reach, child, exists
from cms_iso10002.iso_10002.evidence.counting import Test, proportion
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

ACTED = {
	"Complaint Decision": fairness.ACTED["decisions"],
	"Complaint Redress": fairness.ACTED["redress"],
}
"""Rows of a complaint that name who acted."""


def _concerned(reach: Reach, doctype: str | None, names: tuple[str, ...]) -> Criterion:
	"""Somebody recorded as concerned is named in one of these fields of the complaint, or of its rows of `doctype`."""
	person = DocType("Complaint Concerned Person").as_("concerned")
	employee = DocType("Employee").as_("employee")
	query = frappe.qb.from_(person).left_join(employee).on(employee.name == person.employee)
	query = query.where(person.parent == reach.case.name)
	named: list[Term] = [reach.case[name] for name in names]
	if doctype:
		row = DocType(doctype).as_("acted")
		query = query.join(row).on(row.parent == person.parent)
		named = [row[name] for name in names]
	return exists(query.select(person.name).where(person.user.isin(named) | employee.user_id.isin(named)))


def _nobody_concerned(reach: Reach) -> Criterion:
	"""No handler, investigator, reviewer, decider or approver is concerned."""
	persons, _row = child("Complaint Concerned Person", reach.case)
	acted = [_concerned(reach, doctype, names) for doctype, names in ACTED.items()]
	return ~(exists(persons) & Criterion.any([_concerned(reach, None, DUTIES), *acted]))


def _reviewed_by_others(reach: Reach) -> Criterion:
	"""No review was decided by the investigator, or by who decided or approved an earlier round."""
	review = DocType("Complaint Decision").as_("review")
	earlier = DocType("Complaint Decision").as_("earlier")
	before = (earlier.parent == review.parent) & (earlier.round < review.round)
	own = (review.decided_by == earlier.decided_by) | (review.decided_by == earlier.approved_by)
	query = (
		frappe.qb.from_(review)
		.left_join(earlier)
		.on(before & own)
		.select(review.name)
		.where((review.parent == reach.case.name) & (review.level == fairness.REVIEW))
		.where(earlier.name.isnotnull() | (review.decided_by == reach.case.investigator))
	)
	return ~((reach.case.round > 1) & exists(query))


INDEPENDENT = Test(
	"objectivity/independent",
	RECEIVED,
	passes=(_nobody_concerned, _reviewed_by_others),
	known=(lambda r: r.case.conflict_check.isin(("None Found", "Names Recorded")),),
	parts={
		N_("Nobody Concerned Took Part"): _nobody_concerned,
		N_("Reviewed by Others"): _reviewed_by_others,
	},
)


@computes("objectivity", "independent")
def independent(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period without anybody in a part they may not have, of those whose conflict check was done."""
	return proportion(
		INDEPENDENT,
		period,
		company,
		label=_("Handled Without Conflict of Interest"),
		rule=_(
			"Complaints received in the period in which nobody recorded as concerned handled, investigated, reviewed, decided or approved anything, and no review was decided by the investigator or by who decided before; told where the conflict check was done."
		),
	)
