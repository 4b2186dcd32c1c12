"""Initial assessment (7.5) and investigation (7.6): assessed first, then looked into as deeply as it asks for."""

from __future__ import annotations

from frappe import _
from pypika.terms import Criterion

from cms_iso10002.core.guards import ASSESSMENT
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import CLOSED, RECEIVED, Reach, filled, first_event, has_event
from cms_iso10002.iso_10002.evidence.counting import Test, proportion
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.receipt import not_erased
from cms_iso10002.iso_10002.evidence.registry import computes


def _investigated(reach: Reach) -> Criterion:
	"""An investigation was completed, or waived with a reason."""
	return has_event(reach.case, "investigated")


def _assessed_first(reach: Reach) -> Criterion:
	"""The assessment was recorded before the investigation was, and nothing of it is missing."""
	first = first_event(reach.case, "assessed") < first_event(reach.case, "investigated")
	return first & Criterion.all([filled(reach.case[name]) for name in ASSESSMENT])


def _findings(reach: Reach) -> Criterion:
	return filled(reach.case.findings)


def _waived(reach: Reach) -> Criterion:
	return filled(reach.case.investigation_waived_reason)


def _supported(reach: Reach) -> Criterion:
	return _findings(reach) | _waived(reach)


def upheld(reach: Reach) -> Criterion:
	"""The last answer said that they are right, wholly or in part."""
	return reach.case.outcome.isin(("Upheld", "Partly Upheld"))


FIRST = Test(
	"initial-assessment/before_investigation", RECEIVED, passes=(_assessed_first,), among=(_investigated,)
)
SUPPORTED = Test(
	"investigation/findings_or_waiver",
	RECEIVED,
	passes=(_supported,),
	among=(_investigated,),
	known=(not_erased,),
	parts={N_("Findings"): _findings, N_("Waived with a Reason"): _waived},
)
CAUSE = Test(
	"investigation/root_cause", CLOSED, passes=(lambda r: filled(r.case.root_cause),), among=(upheld,)
)


@computes("initial-assessment", "before_investigation")
def before_investigation(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period and investigated (or waived), whose assessment was complete before."""
	return proportion(
		FIRST,
		period,
		company,
		label=_("Assessed Before Investigation"),
		rule=_(
			"Complaints received in the period whose investigation was completed or waived, and whose severity, complexity, impact, safety implication and need of immediate action were assessed before that."
		),
	)


@computes("investigation", "findings_or_waiver")
def findings_or_waiver(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period and investigated, with findings or the reason why none were needed."""
	return proportion(
		SUPPORTED,
		period,
		company,
		label=_("Findings, or Why None"),
		rule=_(
			"Complaints received in the period whose investigation was completed or waived, and whose record has findings or the reason of the waiver."
		),
	)


@computes("investigation", "root_cause")
def root_cause(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period and upheld, wholly or in part, whose root cause is recorded."""
	return proportion(
		CAUSE,
		period,
		company,
		label=_("Root Cause Found"),
		rule=_(
			"Complaints closed in the period that were upheld wholly or in part, and whose root cause is recorded."
		),
	)
