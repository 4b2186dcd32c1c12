"""Analysis (8.2): are complaints classified, what are most of them about, what caused them, do they come back?"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from frappe import _
from frappe.query_builder.functions import Date
from pypika.terms import Criterion

from cms_iso10002.core.trends import POINTS_WANTED, RULES, Point, u_chart
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
from cms_iso10002.iso_10002.evidence.registers import last_day
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
CHARTED = Test("analysis/signals", RECEIVED)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WEEKS_BEFORE = 26
"""How many weeks before the period its weeks are charted with: half a year tells what is usual."""


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


@computes("analysis", "signals")
def signals(period: Period, company: str | None) -> Evidence:
	"""Signals of a control chart of the complaints received each week, in the weeks that ended in the period. Not judged.

	The chart has the half year before too (`core.trends`; a signal is a run rule that is broken). Fewer than twelve weeks
	from the first complaint on are no chart. What was done about the signals that were told to somebody says
	`analysis/signals_looked_into`.
	"""
	chart = u_chart(_weeks(period, company))
	told = len(chart.points) >= POINTS_WANTED and chart.centre is not None
	ended = [place for place, point in enumerate(chart.points) if point.key + WEEK > period.start]
	inside = [one for one in chart.signals if one.at in ended]
	numbers = Counter(one.rule for one in inside)
	said = _(
		"Run rules that the number of complaints received each week broke in the period: on a control chart of {0} weeks, what moved more than chance would have it. It says that something changed, not that it got better or worse."
	).format(len(chart.points))
	return finished(
		Evidence(
			"analysis",
			"signals",
			_("Signals of the Control Chart"),
			len(inside) if told else None,
			"count",
			sample=sum(chart.points[place].events for place in ended) if told else 0,
			better="",
			explanation=said if told else _("Fewer than twelve weeks have passed since complaints came in."),
			parts={_(rule): float(numbers[rule]) for rule in RULES if rule in numbers} if told else {},
			link=records(CHARTED.key, period, company),
		)
	)


def _weeks(period: Period, company: str | None) -> list[Point]:
	"""How many complaints were received in each week, Monday to Sunday, that ended in the period or up to half a year before
	it, by its Monday; from the first on that had one."""
	until = last_day(period)
	if not until:
		return []
	monday = period.start - timedelta(days=period.start.weekday())
	charted = Period(monday - WEEKS_BEFORE * WEEK, max(until, monday))
	reach = RECEIVED.reach(charted, company)
	by_week: Counter = Counter()
	for day, number in groups(reach, Date(reach.moment)).items():
		by_week[day - timedelta(days=day.weekday())] += number
	first = min(by_week, default=until)
	mondays = (charted.start + number * WEEK for number in range(charted.days // 7 + 1))
	return [Point(each, by_week[each], 1) for each in mondays if each >= first and each + WEEK <= until + DAY]


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
