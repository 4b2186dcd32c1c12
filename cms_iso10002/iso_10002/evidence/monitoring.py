"""Continual monitoring (annex): the measures that are watched from period to period.

More complaints can mean that complaining became easier, and quick answers are not yet good ones: so these are shown, and
most of them not judged. Those that belong to a clause as well are told there, and repeated here under the annex.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from pypika.terms import Criterion

from cms_iso10002.iso_10002.evidence.analysis import recurs
from cms_iso10002.iso_10002.evidence.cohorts import CLOSED, RECEIVED, Reach, exists, has_event
from cms_iso10002.iso_10002.evidence.counting import Test, count, finished, proportion, records
from cms_iso10002.iso_10002.evidence.model import LOWER, Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

SALES_HOOK = "iso_10002_sales"
"""Who knows how many sales there were: a function of first day, last day and company; the last one hooked is asked."""


def _went_outside(reach: Reach) -> Criterion:
	dispute = DocType("External Dispute").as_("dispute")
	query = frappe.qb.from_(dispute).select(dispute.name)
	return exists(query.where(dispute.complaint == reach.case.name))


EVERY_ONE = Test("continual-monitoring/received", RECEIVED)
AT_ONCE = Test(
	"continual-monitoring/first_contact", RECEIVED, passes=(lambda r: r.case.resolved_at_first_contact == 1,)
)
CHANGED = Test(
	"continual-monitoring/reprioritised",
	RECEIVED,
	passes=(lambda r: has_event(r.case, "assessment_changed"),),
	among=(lambda r: has_event(r.case, "assessed"),),
)
REPEATED = Test("continual-monitoring/repeat", RECEIVED, passes=(recurs,))
OUTSIDE = Test("continual-monitoring/referred_outside", CLOSED, passes=(_went_outside,))


@computes("continual-monitoring", "received")
def received(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period; parts: as many in the period before. Never judged."""
	found, earlier = count(EVERY_ONE, period, company).counted, _received(period.before(), company)
	return finished(
		Evidence(
			"continual-monitoring",
			"received",
			_("Complaints Received"),
			found,
			"count",
			sample=found,
			better="",
			explanation=_("Complaints received in the period; {0} in the one before.").format(earlier),
			parts={_("Before", context="ISO 10002"): float(earlier)},
			link=records(EVERY_ONE.key, period, company),
		)
	)


def _received(period: Period, company: str | None) -> int:
	return RECEIVED.reach(period, company).query.select(Count("*")).run()[0][0]


@computes("continual-monitoring", "received_per_1000_sales")
def received_per_1000_sales(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period for each 1,000 sales of it. Without sales there is no rate. Not judged."""
	found, sold = count(EVERY_ONE, period, company).counted, sales(period, company)
	said = _("Complaints received in the period for each 1,000 sales in it: {0} to {1}.").format(
		found, sold or 0
	)
	return finished(
		Evidence(
			"continual-monitoring",
			"received_per_1000_sales",
			_("Complaints per 1,000 Sales"),
			round(1000 * found / sold, 2) if sold else None,
			"per 1,000 sales",
			found,
			sold or 0,
			sample=found if sold else 0,
			better="",
			explanation=said if sold else _("No sales are known in the period, so there is no rate."),
			link=records(EVERY_ONE.key, period, company),
		)
	)


def sales(period: Period, company: str | None) -> int | None:
	"""How many sales there were in the period, by the hook SALES_HOOK; None where nobody knows."""
	known = frappe.get_hooks(SALES_HOOK)
	return frappe.get_attr(known[-1])(period.start, period.end, company) if known else None


@computes("continual-monitoring", "first_contact")
def first_contact(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period that were resolved at first contact. Not judged."""
	return proportion(
		AT_ONCE,
		period,
		company,
		label=_("Resolved at First Contact"),
		rule=_("Complaints received in the period that were put right at first contact."),
		better="",
	)


@computes("continual-monitoring", "reprioritised")
def reprioritised(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period and assessed whose assessment was changed afterwards. Not judged."""
	return proportion(
		CHANGED,
		period,
		company,
		label=_("Assessed Anew"),
		rule=_("Complaints received in the period and assessed, whose assessment was changed afterwards."),
		better="",
	)


@computes("continual-monitoring", "referred_outside")
def referred_outside(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period that were brought before an outside body. Not judged."""
	return proportion(
		OUTSIDE,
		period,
		company,
		label=_("Brought Before an Outside Body"),
		rule=_("Complaints closed in the period that were brought before an outside body at some time."),
		better="",
	)


@computes("continual-monitoring", "repeat")
def repeat(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period that repeat an earlier one. Not judged."""
	return proportion(
		REPEATED,
		period,
		company,
		label=_("Repeated Complaints"),
		rule=_(
			"Complaints received in the period that are marked as recurrent or related to another as its repeat."
		),
		better=LOWER,
	)
