"""Response (7.7): what was offered to put things right, and whether by somebody who may."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion

from cms_iso10002.core.authority import GRANTED
from cms_iso10002.iso_10002.evidence.cohorts import GIVEN, REDRESS, Reach, exists
from cms_iso10002.iso_10002.evidence.counting import Test, count, finished, groups, proportion, records
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes


def _limits(reach: Reach) -> tuple[QueryBuilder, Selectable]:
	"""The authority limits of the remedy, as a correlated query, and their table."""
	limit = DocType("Complaint Authority Limit").as_("limit_of")
	query = frappe.qb.from_(limit).select(limit.name)
	return query.where(limit.parent == reach.row.remedy), limit


def _limited(reach: Reach) -> Criterion:
	query, limit = _limits(reach)
	return exists(query.where(_in_its_currency(limit, reach)))


def _in_its_currency(limit, reach: Reach) -> Criterion:
	return limit.currency.isnull() | limit.currency.isin(("", reach.row.currency))


def _within_limit(reach: Reach) -> Criterion:
	"""Who approved it holds a role whose limit in that currency is not below the amount (`core.authority.within`)."""
	query, limit = _limits(reach)
	same = _in_its_currency(limit, reach)
	held = DocType("Has Role").as_("held")
	query = query.join(held).on((held.role == limit.role) & (held.parenttype == "User"))
	query = query.where(same & (limit.amount >= reach.row.amount))
	return exists(query.where(held.parent == reach.row.approved_by))


OFFERED = Test("response/types", REDRESS, passes=(lambda r: r.row.state.isin(GIVEN),))
AUTHORITY = Test(
	"response/within_authority",
	REDRESS,
	passes=(_within_limit,),
	among=(lambda r: (r.row.amount > 0) & r.row.state.isin(GRANTED),),
	known=(_limited,),
)


@computes("response", "types")
def types(period: Period, company: str | None) -> Evidence:
	"""Redress offered in complaints closed in the period, of all proposed; a part for each type of remedy."""
	found = count(OFFERED, period, company)
	reach, remedy = REDRESS.reach(period, company), DocType("Complaint Remedy")
	query = reach.query.join(remedy).on(remedy.name == reach.row.remedy)
	by_type = groups(Reach(query, reach.complaint, reach.moment), remedy.type, reach.row.state.isin(GIVEN))
	return finished(
		Evidence(
			"response",
			"types",
			_("Responses Offered"),
			found.passed if found.counted else None,
			"count",
			found.passed,
			found.counted,
			sample=found.counted,
			better="",
			explanation=_(
				"Redress that was offered (and neither declined nor cancelled) in complaints closed in the period, of all that was proposed."
			),
			parts={_(name): float(number) for name, number in by_type.items()},
			link=records(OFFERED.key, period, company),
		)
	)


@computes("response", "within_authority")
def within_authority(period: Period, company: str | None) -> Evidence:
	"""Amounts promised in complaints closed in the period, approved by who may: of those whose remedy has limits."""
	return proportion(
		AUTHORITY,
		period,
		company,
		label=_("Amounts Within Authority"),
		rule=_(
			"Amounts approved or offered in complaints closed in the period that are not above the limit of a role of who approved them; told of remedies that have limits in that currency."
		),
	)
