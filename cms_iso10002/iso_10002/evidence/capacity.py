"""Capacity (4.3): how much lies with those who handle complaints, and whether it grows.

What was open on a past day is told by the dates of receipt and of closing as they are now: a complaint that was closed
and later reopened counts as open from its receipt on.
"""

from __future__ import annotations

from collections.abc import Mapping

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, DateFormat

from cms_iso10002.iso_10002.evidence.cohorts import Cohort, Reach, counted, filled
from cms_iso10002.iso_10002.evidence.counting import Test, finished, groups, records
from cms_iso10002.iso_10002.evidence.model import LOWER, Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

MONTH = "%Y-%m"


def _open_at_end(period: Period, company: str | None) -> Reach:
	case = DocType("Complaint")
	still = case.closed_on.isnull() | (case.closed_on >= period.until_moment)
	query = frappe.qb.from_(case).where(still & (case.received_on < period.until_moment))
	return Reach(query.where(counted(case, company)), case.name, case.received_on, case)


OPEN = Cohort("open", _open_at_end)
"""Complaints received by the end of the period and not closed by then."""

LOAD = Test("principle-capacity/open_load", OPEN, passes=(lambda r: filled(r.case.handler),))
BACKLOG = Test("principle-capacity/backlog_trend", OPEN)


@computes("principle-capacity", "open_load")
def open_load(period: Period, company: str | None) -> Evidence:
	"""Complaints open at the end of the period, for each handler who has any. Names nobody; not judged.

	Parts: how many are open, how many have no handler, how many handlers there are, and the most that one of them has.
	"""
	reach = OPEN.reach(period, company)
	loads = groups(reach, reach.case.handler)
	unowned = loads.pop("", 0)
	owned, handlers = sum(loads.values()), len(loads)
	return finished(
		Evidence(
			"principle-capacity",
			"open_load",
			_("Open Complaints per Handler"),
			round(owned / handlers, 1) if handlers else None,
			"per handler",
			owned,
			handlers,
			sample=owned + unowned,
			coverage=(owned, owned + unowned),
			better=LOWER,
			explanation=_(
				"Complaints received by the end of the period and not closed by then, divided by the handlers who have any: {0} by {1}."
			).format(owned, handlers),
			parts={
				_("Open"): float(owned + unowned),
				_("Without a Handler"): float(unowned),
				_("Handlers"): float(handlers),
				_("Most of One"): float(max(loads.values(), default=0)),
			},
			link=records(LOAD.key, period, company),
		)
	)


@computes("principle-capacity", "backlog_trend")
def backlog_trend(period: Period, company: str | None) -> Evidence:
	"""By how much the backlog grew in the period, in per cent of what was received; parts: open at the end of each month."""
	received, closed = (_by_month(name, period, company) for name in ("received_on", "closed_on"))
	before = sum(received[0].values()) - sum(closed[0].values())
	came, went = sum(received[1].values()), sum(closed[1].values())
	return finished(
		Evidence(
			"principle-capacity",
			"backlog_trend",
			_("Growth of the Backlog"),
			round(100 * (came - went) / came, 1) if came else None,
			"%",
			came - went,
			came,
			sample=before + came,
			better=LOWER,
			explanation=_(
				"Complaints received in the period less those closed in it, in per cent of those received; {0} were open before, {1} at the end."
			).format(before, before + came - went),
			parts=_course(before, received[1], closed[1]),
			link=records(BACKLOG.key, period, company),
		)
	)


def _by_month(moment: str, period: Period, company: str | None) -> tuple[dict[str, int], dict[str, int]]:
	"""How many complaints have this date in each month: before the period, and in it."""
	case = DocType("Complaint")
	month, earlier = DateFormat(case[moment], MONTH), case[moment] < period.from_moment
	query = frappe.qb.from_(case).select(earlier, month, Count("*")).groupby(earlier, month)
	query = query.where((case[moment] < period.until_moment) & counted(case, company))
	found: tuple[dict[str, int], dict[str, int]] = ({}, {})
	for before, name, number in query.run():
		found[0 if before else 1][name] = number
	return found


def _course(before: int, received: Mapping[str, int], closed: Mapping[str, int]) -> dict[str, float]:
	"""How many were open at the end of each month of the period in which something happened."""
	course, level = {}, before
	for month in sorted({*received, *closed}):
		level += received.get(month, 0) - closed.get(month, 0)
		course[month] = float(level)
	return course
