"""Tracking (7.3) and how things stand for those who complained (4.4): is the way of each case recorded, were they told?"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.core.states import RECEIVED as JUST_RECEIVED
from cms_iso10002.iso_10002.evidence.cohorts import LETTERS, RECEIVED, Reach, exists, has_event
from cms_iso10002.iso_10002.evidence.counting import Test, count, finished, groups, proportion, records
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

UPDATES = ("Progress Update", "Extension Notice", "Holding Response", "Information Request")
"""Letters that tell how a case stands before it is decided."""
ARRIVED = ("Sent", "Delivered")


def _history(reach: Reach) -> Criterion:
	"""The receipt is an event, so is leaving the first state, and the last event is the one that the complaint says."""
	last = DocType("Complaint Event").as_("last")
	query = frappe.qb.from_(last).select(last.sequence).where(last.complaint == reach.case.name)
	moved = (reach.case.status == JUST_RECEIVED) | has_event(reach.case, "state_changed")
	whole = exists(query.where(last.sequence == reach.case.ledger_sequence))
	return has_event(reach.case, "received") & moved & whole


def _update(reach: Reach) -> Criterion:
	return reach.row.kind.isin(UPDATES) & reach.row.delivery.isin(ARRIVED)


HISTORY = Test("tracking/state_history", RECEIVED, passes=(_history,))
SENT = Test("transparency/status_updates", LETTERS, passes=(_update,))


@computes("tracking", "state_history")
def state_history(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period whose way is recorded from receipt to where they stand."""
	return proportion(
		HISTORY,
		period,
		company,
		label=_("Recorded from Receipt On"),
		rule=_(
			"Complaints received in the period whose receipt, changes of state and last step are events of the record."
		),
	)


@computes("transparency", "status_updates")
def status_updates(period: Period, company: str | None) -> Evidence:
	"""Letters of the period that told how a case stands and did arrive; a part for each kind. Not judged: the right
	number is that of the updates owed (see tracking/updates_on_time)."""
	found = count(SENT, period, company)
	reach = LETTERS.reach(period, company)
	kinds = groups(reach, reach.row.kind, _update(reach))
	return finished(
		Evidence(
			"transparency",
			"status_updates",
			_("Status Updates Sent"),
			found.passed if found.counted else None,
			"count",
			found.passed,
			found.counted,
			sample=found.counted,
			better="",
			explanation=_(
				"Letters of the period that told a complainant how the case stands (update, extension, holding response, question) and did not come back, of all letters."
			),
			parts={_(kind): float(number) for kind, number in kinds.items()},
			link=records(SENT.key, period, company),
		)
	)
