"""Analysis (8.2): are complaints classified, what are most of them about, what caused them, do they come back?"""

from __future__ import annotations

from frappe import _
from pypika.terms import Criterion

from cms_iso10002.iso_10002.evidence.cohorts import CLOSED, RECEIVED, Cohort, Reach, child, exists, filled
from cms_iso10002.iso_10002.evidence.counting import (
	Test,
	finished,
	frequent,
	groups,
	proportion,
	records,
)
from cms_iso10002.iso_10002.evidence.model import LOWER, Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

VITAL = 0.8
"""The part of all complaints that the vital few make up (Pareto)."""


def recurs(reach: Reach) -> Criterion:
	"""Said to be recurrent, or related to another as its repeat."""
	query, row = child("Complaint Relation", reach.case)
	return (reach.case.is_recurrent == 1) | exists(query.where(row.relation == "Repeat"))


def _classified(reach: Reach) -> Criterion:
	return filled(reach.case.category)


CLASSIFIED = Test("analysis/classified", RECEIVED, passes=(_classified,))
CATEGORIES = Test("analysis/pareto", RECEIVED, passes=(_classified,))
CAUSES = Test("analysis/causes", CLOSED, passes=(lambda r: filled(r.case.root_cause),))
RECURRENT = Test("analysis/recurrent", RECEIVED, passes=(recurs,))


@computes("analysis", "classified")
def classified(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period that have a category."""
	return proportion(
		CLASSIFIED,
		period,
		company,
		label=_("Complaints Classified"),
		rule=_("Complaints received in the period that have a category."),
	)


@computes("analysis", "pareto")
def pareto(period: Period, company: str | None) -> Evidence:
	"""How many categories make up four fifths of the complaints received in the period; parts: how many in each."""
	return _few(
		CATEGORIES,
		RECEIVED,
		"category",
		period,
		company,
		_("Categories of Most Complaints"),
		_(
			"Categories that together make up 80 % of the complaints received in the period and classified, the most frequent first."
		),
	)


@computes("analysis", "causes")
def causes(period: Period, company: str | None) -> Evidence:
	"""How many root causes make up four fifths of those recorded in complaints closed in the period; parts: each."""
	return _few(
		CAUSES,
		CLOSED,
		"root_cause",
		period,
		company,
		_("Causes of Most Complaints"),
		_(
			"Root causes that together make up 80 % of those recorded in complaints closed in the period, the most frequent first."
		),
	)


@computes("analysis", "recurrent")
def recurrent(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period that are recurrent. Not judged: it says where to look."""
	return proportion(
		RECURRENT,
		period,
		company,
		label=_("Recurrent Complaints"),
		rule=_(
			"Complaints received in the period that are marked as recurrent or related to another as its repeat."
		),
		better=LOWER,
	)


def _few(
	test: Test, cohort: Cohort, field: str, period: Period, company: str | None, label: str, rule: str
) -> Evidence:
	reach = cohort.reach(period, company)
	numbers = groups(reach, reach.case[field])
	unknown = numbers.pop("", 0)
	known = sum(numbers.values())
	return finished(
		Evidence(
			*test.key.split("/"),
			label,
			_vital(numbers) or None,
			"count",
			sample=known,
			coverage=(known, known + unknown),
			better="",
			explanation=rule,
			parts={name: float(number) for name, number in frequent(numbers, "").items()},
			link=records(test.key, period, company),
		)
	)


def _vital(numbers: dict[str, int]) -> int:
	"""How many of the most frequent make up VITAL of all."""
	left, few = VITAL * sum(numbers.values()), 0
	for number in sorted(numbers.values(), reverse=True):
		if left <= 0:
			break
		left, few = left - number, few + 1
	return few
