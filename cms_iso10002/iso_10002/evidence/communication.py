"""Communication (7.1): does what is published about our handling say what people need to know?

It looks at what the page is made from (settings, the policy in force, remedies, outside bodies) as it is now: pages of
earlier days are not kept.
"""

from __future__ import annotations

import frappe
from frappe import _

from cms_iso10002.complaints import clock, intake, letter_sender, policy
from cms_iso10002.core import clocks
from cms_iso10002.core.guards import has_text
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.counting import finished
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, share
from cms_iso10002.iso_10002.evidence.registry import computes

POLICY = "Complaints Policy"


@computes("communication", "published")
def published(period: Period, company: str | None) -> Evidence:
	"""How many of the things people need to know the published page says now; parts: each, 1 or 0."""
	said = _said(company or intake.default_company())
	there = sum(said.values())
	return finished(
		Evidence(
			"communication",
			"published",
			_("What the Published Page Says"),
			share(there, len(said)),
			"%",
			there,
			len(said),
			sample=len(said),
			explanation=_(
				"Of what people need to know about complaining, this is published now (told by the settings, policies and masters that the page is made from)."
			),
			parts={_(name): float(holds) for name, holds in said.items()},
			link=Link(doctype="Complaint Settings"),
			as_of_now=True,
		)
	)


def _said(company: str | None) -> dict[str, bool]:
	settings = frappe.get_cached_doc("Complaint Settings")
	organisation = letter_sender.organisation(company)
	stages = _stages(company)
	return {
		N_("Our Policy"): has_text(settings.get("policy_text")) or _policy_published(company),
		N_("Whom to Turn To"): bool(
			settings.contact_email or settings.contact_phone or organisation["email"] or organisation["phone"]
		),
		N_("How to Complain"): bool(settings.allow_guest),
		N_("What to Supply"): _any("Complaint Category", {"show_in_portal": 1, "disabled": 0}),
		N_("Stages and Their Times"): {clocks.ACKNOWLEDGE, clocks.DECIDE} <= stages,
		N_("How It Stands"): clocks.UPDATE in stages,
		N_("Remedies"): _any("Complaint Remedy", {"disabled": 0}),
		N_("Where to Turn Outside"): _any("Dispute Resolution Body", {"enabled": 1}),
	}


def _any(doctype: str, filters: dict) -> bool:
	return bool(frappe.db.exists(doctype, filters))


def _stages(company: str | None) -> set[str]:
	"""The stages that are promised for a complaint of which nothing special is known."""
	name, _why = policy.choose({"company": company, "received_on": clock.now_site()})
	if not name:
		return set()
	return {
		row.get("stage") for row in policy.targets_of(frappe.get_cached_doc("Complaint SLA Policy", name))
	}


def _policy_published(company: str | None) -> bool:
	"""Whether a Complaints Policy is published and in force (of the company, or of all)."""
	if not frappe.db.exists("DocType", POLICY):
		return False
	today = clock.today()
	filters = {"docstatus": 1, "is_published": 1, "valid_from": ("<=", today)}
	rows = frappe.get_all(POLICY, filters=filters, fields=["company", "valid_to"], order_by="valid_from desc")
	return any(
		(not row.valid_to or row.valid_to >= today) and row.company in (None, "", company) for row in rows
	)
