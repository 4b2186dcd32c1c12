"""Learning (4.11, 4.13, 6.3, 8.7): what complaints led to, whether it is in effect, and whether it helped."""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.erpnext_bridge import quality
from cms_iso10002.iso_10002.evidence.assessment import upheld
from cms_iso10002.iso_10002.evidence.cohorts import (
	CLOSED,
	Cohort,
	Reach,
	counted,
	filled,
	in_period,
	within,
)
from cms_iso10002.iso_10002.evidence.counting import (
	Test,
	count,
	finished,
	groups,
	proportion,
	records,
)
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

ACTIONS = ("Open", "In Effect", "Effective")
"""States of an action that a complaint led to."""
TAKEN = ("In Effect", "Effective")


def _acted(reach: Reach) -> Criterion:
	return reach.case.action_state.isin(ACTIONS)


def _linked(reach: Reach) -> Criterion:
	linked = quality.linked_complaints()
	if not linked:
		return reach.case.name.isnull()
	return Criterion.any([reach.case.name.isin(query) for query in linked])


def _of_acted_causes(period: Period, company: str | None) -> Reach:
	case, other, earlier = DocType("Complaint"), DocType("Complaint").as_("other"), period.before()
	causes = frappe.qb.from_(other).select(other.root_cause).distinct()
	causes = causes.where(in_period(other.closed_on, earlier) & other.action_state.isin(TAKEN))
	causes = causes.where(filled(other.root_cause) & counted(other, company))
	both = within(case.received_on, earlier.from_moment, period.until_moment)
	query = frappe.qb.from_(case).where(both & counted(case, company) & case.root_cause.isin(causes))
	return Reach(query, case.name, case.received_on, case)


ACTED_UPON = Cohort("acted upon", _of_acted_causes)
"""Complaints received in the period or the one before, of a cause on which an action because of a complaint closed in the
period before is in effect."""

TRACED = Test(
	"customer-focus/actions_traced",
	CLOSED,
	passes=(_acted,),
	among=(upheld,),
	parts={
		N_("No Action Needed"): lambda r: (
			(r.case.action_state == "Not Needed") | filled(r.case.no_action_reason)
		),
	},
)
REGISTER = Test("improvement/register", CLOSED, passes=(_acted,))
EFFECTIVE = Test(
	"continual-improvement/effective",
	CLOSED,
	passes=(lambda r: r.case.action_state == "Effective",),
	among=(_acted,),
)
LINKED = Test("activities/linked_actions", CLOSED, passes=(_linked,), among=(_acted,))
SINCE = Test("improvement/before_after", ACTED_UPON, passes=(lambda r: r.moment >= r.period.from_moment,))
TAKEN_UP = Test(
	"continual-monitoring/improvements", CLOSED, passes=(lambda r: r.case.action_state.isin(TAKEN),)
)


@computes("customer-focus", "actions_traced")
def actions_traced(period: Period, company: str | None) -> Evidence:
	"""Upheld complaints closed in the period that led to an action. Not judged: not each asks for one."""
	return proportion(
		TRACED,
		period,
		company,
		label=_("Actions Traced to Complaints"),
		rule=_(
			"Complaints closed in the period that were upheld wholly or in part and led to a corrective action, whatever has become of it."
		),
		better="",
	)


@computes("improvement", "register")
def register(period: Period, company: str | None) -> Evidence:
	"""Actions that complaints closed in the period led to; parts: how many are open, in effect, effective."""
	reach = CLOSED.reach(period, company)
	states = groups(reach, reach.case.action_state, _acted(reach))
	found = count(REGISTER, period, company)
	return finished(
		Evidence(
			"improvement",
			"register",
			_("Actions from Complaints"),
			found.passed if found.counted else None,
			"count",
			found.passed,
			found.counted,
			sample=found.counted,
			better="",
			explanation=_("Complaints closed in the period that led to a corrective action."),
			parts={_(state): float(number) for state, number in states.items()},
			link=records(REGISTER.key, period, company),
		)
	)


@computes("improvement", "before_after")
def before_after(period: Period, company: str | None) -> Evidence:
	"""Complaints of the causes acted upon in the period before: this period against that one, change in per cent.

	A cause was acted upon where an action because of a complaint closed in the period before is in effect or effective.
	Not judged, and neither way is good: of the latest cases the cause is not known yet, so that they are missing here, and
	more may come in altogether.
	"""
	found = count(SINCE, period, company)
	after, before = found.passed, found.counted - found.passed
	return finished(
		Evidence(
			"improvement",
			"before_after",
			_("Complaints of Causes Acted Upon"),
			round(100 * (after - before) / before, 1) if before else None,
			"% change",
			after - before,
			before,
			sample=found.counted,
			better="",
			explanation=_(
				"Complaints whose root cause was acted upon (an action because of a complaint closed in the period before is in effect): {0} received in that period, {1} in this one."
			).format(before, after),
			parts={
				_("Before", context="ISO 10002"): float(before),
				_("After", context="ISO 10002"): float(after),
			},
			link=records(SINCE.key, period, company),
		)
	)


@computes("continual-improvement", "effective")
def effective(period: Period, company: str | None) -> Evidence:
	"""Actions because of complaints closed in the period that were found effective."""
	return proportion(
		EFFECTIVE,
		period,
		company,
		label=_("Actions Found Effective"),
		rule=_("Corrective actions because of complaints closed in the period that were found effective."),
	)


@computes("activities", "linked_actions")
def linked_actions(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period that led to an action, linked to a record of ERPNext's quality management. Not judged."""
	label = _("Actions Linked to Quality Management")
	if not quality.linked_complaints():
		return finished(
			Evidence(
				"activities",
				"linked_actions",
				label,
				None,
				"%",
				explanation=_("Nothing on this site links complaints with quality management."),
			)
		)
	return proportion(
		LINKED,
		period,
		company,
		label=label,
		rule=_(
			"Complaints closed in the period that led to a corrective action, which a Quality Action or a Non Conformance is linked to."
		),
	)


@computes("continual-monitoring", "improvements")
def improvements(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period whose action is in effect or found effective."""
	found = count(TAKEN_UP, period, company)
	return finished(
		Evidence(
			"continual-monitoring",
			"improvements",
			_("Improvements Made Because of Complaints"),
			found.passed if found.counted else None,
			"count",
			found.passed,
			found.counted,
			sample=found.counted,
			better="",
			explanation=_(
				"Complaints closed in the period whose corrective action is in effect or was found effective."
			),
			link=records(TAKEN_UP.key, period, company),
		)
	)


@computes("continual-monitoring", "effective_actions")
def monitored_effective(period: Period, company: str | None) -> Evidence:
	"""Actions found effective, among the measures of the annex."""
	return replace(effective(period, company), clause="continual-monitoring", figure="effective_actions")
