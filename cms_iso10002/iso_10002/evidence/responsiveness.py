"""Responsiveness (4.6): how long people wait for an answer, and whether they get what they asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min
from pypika import CustomFunction
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import CLOSED, DONE, RECEIVED, Reach, child, exists, filled
from cms_iso10002.iso_10002.evidence.counting import Test, finished, proportion, records
from cms_iso10002.iso_10002.evidence.model import LOWER, Evidence, Period
from cms_iso10002.iso_10002.evidence.readings import once
from cms_iso10002.iso_10002.evidence.registry import computes

DAYS_BETWEEN = CustomFunction("DATEDIFF", ["until", "since"])


def _answered(reach: Reach) -> Criterion:
	query, row = child("Complaint Decision", reach.case)
	return exists(query.where(row.sent_on.isnotnull()))


def _given(reach: Reach, as_asked: bool) -> Criterion:
	"""Redress was carried out: that which was asked for, or another one."""
	query, row = child("Complaint Redress", reach.case)
	same = row.remedy == reach.case.remedy_requested
	return exists(query.where(row.state.isin(DONE) & (same if as_asked else ~same)))


def _as_asked(reach: Reach) -> Criterion:
	return _given(reach, True)


ANSWERED = Test("responsiveness/time_to_respond", RECEIVED, passes=(_answered,))
REMEDY = Test(
	"responsiveness/remedy_given",
	CLOSED,
	passes=(_as_asked,),
	among=(lambda r: filled(r.case.remedy_requested),),
	parts={N_("As Asked"): _as_asked, N_("Another Remedy"): lambda r: _given(r, False)},
)


@computes("responsiveness", "time_to_respond")
def time_to_respond(period: Period, company: str | None) -> Evidence:
	"""Days from the receipt to the first answer sent, median; complaints received in the period, answered so far.

	Days of the calendar: an answer on the day of receipt took 0. Those not answered yet lower the coverage.
	"""
	waits = once(("waits", period, company), lambda: _waits(period, company))
	total = sum(waits.values())
	known = {days: number for days, number in waits.items() if days is not None}
	answered = sum(known.values())
	return finished(
		Evidence(
			"responsiveness",
			"time_to_respond",
			_("Days to the First Answer"),
			percentile(known, 0.5),
			"days",
			sample=answered,
			coverage=(answered, total),
			better=LOWER,
			explanation=_(
				"Calendar days from the receipt to the first decision sent, median, of complaints received in the period."
			),
			parts=_spread(known),
			link=records(ANSWERED.key, period, company),
		)
	)


def _waits(period: Period, company: str | None) -> dict[int | None, int]:
	"""How many waited how many days for their first answer; None for those who still wait."""
	reach = RECEIVED.reach(period, company)
	answer = DocType("Complaint Decision").as_("answer")
	first = frappe.qb.from_(answer).select(Min(answer.sent_on))
	first = first.where(answer.parent == reach.case.name)
	each = reach.query.select(reach.case.received_on, first.as_("answered_on"))
	days = DAYS_BETWEEN(each.answered_on, each.received_on)
	return dict(frappe.qb.from_(each).select(days, Count("*")).groupby(days).run())


def _spread(known: Mapping[int, int]) -> dict[str, float]:
	if not known:
		return {}
	mean = sum(days * number for days, number in known.items()) / sum(known.values())
	return {_("Mean"): round(mean, 1), _("90th Percentile"): percentile(known, 0.9)}


def percentile(numbers: Mapping[int, int], share: float) -> float | None:
	"""The value within which `share` of all lie, by how many have each value (nearest rank)."""
	left = math.ceil(sum(numbers.values()) * share - 1e-9)
	for value in sorted(numbers):
		left -= numbers[value]
		if left <= 0:
			return float(value)
	return None


@computes("responsiveness", "remedy_given")
def remedy_given(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period that asked for a remedy and got it. Not judged: not every wish is justified."""
	return proportion(
		REMEDY,
		period,
		company,
		label=_("Remedy Given as Asked"),
		rule=_(
			"Complaints closed in the period that had asked for a remedy, and in which that remedy was carried out."
		),
	)


@computes("continual-monitoring", "time_to_respond")
def monitored_time_to_respond(period: Period, company: str | None) -> Evidence:
	"""The same figure among the measures of the annex."""
	return replace(time_to_respond(period, company), clause="continual-monitoring")
