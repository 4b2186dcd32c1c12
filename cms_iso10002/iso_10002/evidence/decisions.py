"""Decisions (7.8) and who answers for a case (4.12): reasons and recourse told, an owner, a decider, a second person.

What a decision owes is the rule of `core.decisions`, said in SQL.
"""

from __future__ import annotations

import frappe
from frappe import _
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.core.triage import SEVERITIES, at_least
from cms_iso10002.iso_10002.evidence.cohorts import ANSWERS, CLOSED, RECEIVED, Reach, child, exists, filled
from cms_iso10002.iso_10002.evidence.counting import Test, proportion
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes


def _needs_recourse(row: Selectable) -> Criterion:
	"""Not one that was accepted the moment it was given (an early resolution): such a one asks for no recourse."""
	at_once = (row.response == "Accepted") & (row.responded_on == row.sent_on)
	return row.responded_on.isnull() | row.response.isnull() | ~at_once


def _sent(reach: Reach) -> tuple[QueryBuilder, Selectable]:
	"""The decisions of a complaint that were sent, as a correlated query, and their table."""
	query, row = child("Complaint Decision", reach.case)
	return query.where(row.sent_on.isnotnull()), row


def _answered(reach: Reach) -> Criterion:
	query, _row = _sent(reach)
	return exists(query)


def _owned(reach: Reach) -> Criterion:
	return filled(reach.case.handler)


def _decided(reach: Reach) -> Criterion:
	"""Every decision that was sent says who decided."""
	query, row = _sent(reach)
	return ~exists(query.where(row.decided_by.isnull() | (row.decided_by == "")))


def _approved(reach: Reach) -> Criterion:
	"""Every decision that was sent has the approval of a second person, where the severity asks for one."""
	query, row = _sent(reach)
	alone = row.approved_by.isnull() | row.approved_by.isin(("", row.decided_by))
	return ~(reach.case.severity.isin(grave()) & exists(query.where(alone & _needs_recourse(row))))


def grave() -> list[str]:
	"""The severities from which a second person approves the decision, as Complaint Settings say now."""
	threshold = frappe.get_cached_doc("Complaint Settings").get("approval_from_severity")
	return [severity for severity in SEVERITIES if threshold and at_least(severity, threshold)] or [""]


def _reasoned(reach: Reach) -> Criterion:
	return filled(reach.row.reasons)


def _recourse_told(reach: Reach) -> Criterion:
	return reach.row.recourse_explained == 1


REASONS = Test(
	"decision/reasons_and_recourse",
	ANSWERS,
	passes=(_reasoned, _recourse_told),
	among=(lambda r: _needs_recourse(r.row),),
	parts={
		N_("Reasons"): _reasoned,
		N_("Recourse"): _recourse_told,
	},
)
OWNER = Test("accountability/owner", RECEIVED, passes=(_owned,))
ANSWERED_FOR = Test(
	"accountability/decider_approver",
	CLOSED,
	passes=(_owned, _decided, _approved),
	among=(_answered,),
	parts={N_("Owner"): _owned, N_("Decider"): _decided, N_("Approver Where Required"): _approved},
)


@computes("decision", "reasons_and_recourse")
def reasons_and_recourse(period: Period, company: str | None) -> Evidence:
	"""Decisions sent in the period with reasons and recourse; those accepted on the spot need none and are left out."""
	return proportion(
		REASONS,
		period,
		company,
		label=_("Decisions with Reasons and Recourse"),
		rule=_(
			"Decisions sent in the period (each round counts) that gave their reasons and told where to turn next; early resolutions, which were accepted on the spot, are left out."
		),
	)


@computes("accountability", "owner")
def owner(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period that have a handler."""
	return proportion(
		OWNER,
		period,
		company,
		label=_("Complaints with an Owner"),
		rule=_("Complaints received in the period that have a handler."),
	)


@computes("accountability", "decider_approver")
def decider_approver(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period after a decision, with handler, decider, and approver where settings ask for one."""
	return proportion(
		ANSWERED_FOR,
		period,
		company,
		label=_("Owner, Decider and Approver Named"),
		rule=_(
			"Complaints closed in the period after a decision was sent, that name their handler, who decided, and who approved where the severity asks for a second person (as Complaint Settings say now)."
		),
	)
