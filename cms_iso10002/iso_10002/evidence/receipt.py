"""Receipt of complaints (7.2): does the record of each hold what is to be written down at first contact?"""

from __future__ import annotations

from frappe import _
from pypika.terms import Criterion

from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.cohorts import RECEIVED, Reach, filled
from cms_iso10002.iso_10002.evidence.counting import Test, proportion
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

WHO = (
	"customer",
	"contact",
	"complainant_name",
	"complainant_email",
	"complainant_phone",
	"representative_name",
)
"""Fields of which one says who complains; nobody needs to be named where it is anonymous."""


def not_erased(reach: Reach) -> Criterion:
	"""The personal data is still there: what an anonymised complaint once held can't be told any more."""
	return reach.case.anonymised_on.isnull()


def _who(reach: Reach) -> Criterion:
	return Criterion.any([reach.case.is_anonymous == 1, *(filled(reach.case[name]) for name in WHO)])


def _remedy(reach: Reach) -> Criterion:
	return filled(reach.case.remedy_requested) | filled(reach.case.remedy_notes)


def _action(reach: Reach) -> Criterion:
	"""It was asked whether something must be done at once; nobody needs to ask where all was put right at once."""
	return filled(reach.case.immediate_action_needed) | (reach.case.resolved_at_first_contact == 1)


ITEMS = {
	N_("What It Is About"): lambda r: filled(r.case.subject) & filled(r.case.description),
	N_("How It Came In"): lambda r: filled(r.case.channel),
	N_("Who Complains"): _who,
	N_("Category"): lambda r: filled(r.case.category),
	N_("Remedy Requested"): _remedy,
	N_("Whether Immediate Action Is Needed"): _action,
}
"""What the record of a receipt holds; it always has its number, its date and who took it down."""

COMPLETE = Test("receipt/complete", RECEIVED, passes=tuple(ITEMS.values()), known=(not_erased,), parts=ITEMS)


@computes("receipt", "complete")
def complete(period: Period, company: str | None) -> Evidence:
	"""Complaints received in the period whose record holds all ITEMS, of those not anonymised; a part for each item."""
	return proportion(
		COMPLETE,
		period,
		company,
		label=_("Complete Receipts"),
		rule=_(
			"Complaints received in the period whose record says what it is about, how it came in, who complains (or that they stay anonymous), the category, the remedy requested, and whether immediate action is needed."
		),
	)
