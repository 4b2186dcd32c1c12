"""Closing (7.9): on which ground complaints were closed, and that none was closed otherwise.

The grounds are those of `core.closure`. What a ground needs at the moment of closing is asked there; here is asked what
the record still shows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.core.closure import AGREED_AND_OPEN, CLOSURE_BASES, NEGATIVE
from cms_iso10002.core.states import DUPLICATE
from cms_iso10002.iso_10002.evidence.cohorts import CLOSED, Reach, child, exists, filled, in_period
from cms_iso10002.iso_10002.evidence.counting import Test, groups, proportion
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

ANSWERS: Mapping[str, tuple[str, ...]] = {
	"Accepted": ("Accepted",),
	"Resolved Early": ("Accepted",),
	"No Reply": ("No Reply",),
	"No Contact Possible": ("No Reply",),
	"Recourse Exhausted": NEGATIVE,
	"Recourse Expired": NEGATIVE,
}
"""Which answer of the complainant a ground stands on, where it stands on one."""


def _sound(reach: Reach) -> Criterion:
	"""It is closed on a ground, the answer is the one that the ground stands on, and nothing agreed is left to do."""
	case = reach.case
	query, row = child("Complaint Redress", case)
	undone = exists(query.where(row.state.isin(AGREED_AND_OPEN)))
	fitting = [(case.closure_basis == basis) & case.response.isin(said) for basis, said in ANSWERS.items()]
	others = case.closure_basis.isin([basis for basis in CLOSURE_BASES if basis not in ANSWERS])
	return Criterion.any([others, *fitting]) & ~undone & _disputes_ended(reach)


def _disputes_ended(reach: Reach) -> Criterion:
	"""No dispute is open; and where an outside body's outcome is the ground, there is one."""
	dispute = DocType("External Dispute").as_("dispute")
	query = frappe.qb.from_(dispute).select(dispute.name).where(dispute.complaint == reach.case.name)
	outcome = exists(query.where(dispute.closed_on.isnotnull() & filled(dispute.outcome)))
	open_one = exists(query.where(dispute.closed_on.isnull()))
	return ~open_one & ((reach.case.closure_basis != "External Outcome") | outcome)


BASIS = Test("closing/on_a_basis", CLOSED, passes=(_sound,))


@computes("closing", "on_a_basis")
def on_a_basis(period: Period, company: str | None) -> Evidence:
	"""Complaints closed in the period on a ground that holds by the record; parts: how many on each ground.

	Those put out of scope count apart: they are among the parts, and not in the share.
	"""
	found = proportion(
		BASIS,
		period,
		company,
		label=_("Closed on a Ground That Holds"),
		rule=_(
			"Complaints closed in the period on one of the grounds of closing, with the answer it stands on, no agreed redress left open and no dispute open. Those put out of scope are shown apart."
		),
	)
	return replace(found, parts=_grounds(period, company))


def _grounds(period: Period, company: str | None) -> dict[str, float]:
	"""How many were closed on each ground or on none, those out of scope too, the most frequent first."""
	case = DocType("Complaint")
	where = in_period(case.closed_on, period) & (case.status != DUPLICATE)
	query = frappe.qb.from_(case).where(where & (case.company == company) if company else where)
	numbers = groups(Reach(query, case.name, case.closed_on, case), case.closure_basis)
	return {_(name) if name else _("None"): float(number) for name, number in numbers.items()}
