"""Confidentiality (4.10): who looked at confidential cases, on whose behalf people act, and that personal data ends."""

from __future__ import annotations

from datetime import timedelta

from frappe import _
from frappe.query_builder.functions import Count
from pypika import Interval
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import (
	RECEIVED,
	RETAINED,
	VIEWS,
	Reach,
	filled,
	retention_months,
)
from cms_iso10002.iso_10002.evidence.counting import Test, finished, proportion, records
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.receipt import not_erased
from cms_iso10002.iso_10002.evidence.registry import computes

REPRESENTATIVE = ("representative_name", "representative_email", "representative_phone")
GRACE = timedelta(days=31)
"""So long after its time a case may be anonymised and still be on schedule."""


def _in_schedule(reach: Reach) -> Criterion:
	latest = reach.case.closed_on + Interval(months=retention_months()) + Interval(days=GRACE.days)
	return reach.case.anonymised_on.isnotnull() & (reach.case.anonymised_on < latest)


def _verified(reach: Reach) -> Criterion:
	return filled(reach.case.representative_verified_by) & filled(reach.case.representative_authority)


EVERY_VIEW = Test("confidentiality/views_logged", VIEWS)
REPRESENTED = Test(
	"confidentiality/representatives_verified",
	RECEIVED,
	passes=(_verified,),
	among=(
		lambda r: (
			Criterion.any([filled(r.case[name]) for name in REPRESENTATIVE])
			| filled(r.case.representative_verified_by)
		),
	),
	known=(not_erased,),
)
ANONYMISED = Test(
	"confidentiality/anonymised_on_schedule",
	RETAINED,
	passes=(_in_schedule,),
	parts={N_("Anonymised"): lambda r: r.case.anonymised_on.isnotnull()},
)


@computes("confidentiality", "views_logged")
def views_logged(period: Period, company: str | None) -> Evidence:
	"""How often confidential and restricted cases were opened in the period, by the log of views. Not judged."""
	reach = VIEWS.reach(period, company)
	cases, viewers = Count(reach.case.name).distinct(), Count(reach.row.viewed_by).distinct()
	((views, cases, viewers),) = reach.query.select(Count("*"), cases, viewers).run()
	return finished(
		Evidence(
			"confidentiality",
			"views_logged",
			_("Views of Confidential Cases"),
			views or None,
			"count",
			sample=views,
			better="",
			explanation=_(
				"Times that confidential or restricted complaints were opened in the period, each logged with who did: {0} complaints, {1} people."
			).format(cases, viewers),
			parts={_("Complaints"): float(cases), _("People"): float(viewers)},
			link=records(EVERY_VIEW.key, period, company),
		)
	)


@computes("confidentiality", "representatives_verified")
def representatives_verified(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period by a representative whose authority was verified: nothing is told to others."""
	return proportion(
		REPRESENTED,
		period,
		company,
		label=_("Representatives Verified"),
		rule=_(
			"Complaints received in the period that somebody made on another's behalf, and whose consent was verified: by whom and for what is recorded."
		),
	)


@computes("confidentiality", "anonymised_on_schedule")
def anonymised_on_schedule(period: Period, company: str | None) -> Evidence:
	"""Complaints whose time of retention (Complaint Settings) ended in the period and that were anonymised within a month."""
	label = _("Anonymised on Schedule")
	if not retention_months():
		return finished(
			Evidence(
				"confidentiality",
				"anonymised_on_schedule",
				label,
				None,
				"%",
				explanation=_("Complaint Settings set no time after which closed complaints are anonymised."),
			)
		)
	return proportion(
		ANONYMISED,
		period,
		company,
		label=label,
		rule=_(
			"Closed complaints whose time of retention of {0} months ended in the period, and that were anonymised at most 31 days later."
		).format(retention_months()),
	)
