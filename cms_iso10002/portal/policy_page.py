"""How we handle complaints, for everybody (ISO 10002:2018, 7.1): from the settings and the policy in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum
from frappe.utils import cint, cstr

from cms_iso10002.complaints import clock, intake, letter_language, letter_sender, policy
from cms_iso10002.complaints.policy_trial import in_words
from cms_iso10002.core.clocks import Target
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002 import published_policy
from cms_iso10002.portal import filing

STAGES = {
	"acknowledge": N_("We confirm that we have your complaint"),
	"update": N_("We tell you how far we have got, again and again until you have our answer"),
	"decide": N_("We tell you what we found and what we decided"),
	"review": N_("If you ask for a review: we tell you its outcome"),
	"implement": N_("We carry out what was agreed"),
}
"""Stages that are promises to the complainant, in their order; the others are the organisation's own."""
COUNTED = {"acknowledge": N_("Confirmed in time"), "decide": N_("Answered in time")}


def content() -> dict[str, Any]:
	"""What the policy page shows.

	`policy` (the published Complaints Policy in force: title, version, valid_from, next_review_on, body, language,
	direction; else None), `text` (of the settings, where there is no such policy; both HTML that a person with the role
	published), `organisation`, `contact`, `stages` (label, within), `remedies`,
	`categories`, `bodies` (where to turn outside), `recourse_days`, `guests_allowed`, `figures` (None: not shown).
	"""
	settings = frappe.get_cached_doc("Complaint Settings")
	in_force = published()
	return {
		"policy": in_force,
		"text": "" if in_force else cstr(settings.get("policy_text")),
		"organisation": letter_sender.organisation(intake.default_company()),
		"contact": contact(),
		"stages": stages(),
		"remedies": filing.remedies(),
		"categories": filing.categories(),
		"bodies": bodies(),
		"recourse_days": cint(settings.recourse_window_days),
		"guests_allowed": filing.guests_allowed(),
		"figures": figures() if cint(settings.get("show_figures")) else None,
	}


def published() -> dict[str, Any] | None:
	"""The policy that management approved, in the reader's language where there is one."""
	language = frappe.local.lang or "en"
	found = published_policy.published(intake.default_company(), language)
	if not found:
		return None
	return {
		"title": found.title,
		"version": found.version,
		"valid_from": letter_language.date_text(found.valid_from, language),
		"next_review_on": letter_language.date_text(found.next_review_on, language),
		"body": published_policy.below(found.body, 3),
		"language": found.language,
		"direction": letter_language.direction(found.language),
	}


def contact() -> dict[str, str]:
	"""Whom to ask, and how to complain without this page: of the settings, else of the company."""
	settings = frappe.get_cached_doc("Complaint Settings")
	organisation = letter_sender.organisation(intake.default_company())
	return {
		"person": cstr(settings.contact_person),
		"email": cstr(settings.contact_email) or organisation["email"],
		"phone": cstr(settings.contact_phone) or organisation["phone"],
		"address": "\n".join(organisation["address_lines"]),
	}


def stages() -> list[dict[str, str]]:
	"""What we promise, by when: the targets of the policy for a complaint of which nothing special is known."""
	name, _why = policy.choose({"company": intake.default_company(), "received_on": clock.now_site()})
	if not name:
		return []
	targets = [
		Target.from_dict(row)
		for row in policy.targets_of(frappe.get_cached_doc("Complaint SLA Policy", name))
	]
	found = {target.stage: target for target in reversed(targets) if target.stage in STAGES}
	return [
		{"stage": stage, "label": _(label), "within": in_words(found[stage].limit)}
		for stage, label in STAGES.items()
		if stage in found
	]


def bodies() -> list[dict[str, str]]:
	"""Where somebody can turn who does not agree with our final answer."""
	fields = [
		"body_name as name",
		"website",
		"phone",
		"email",
		"address",
		"what_it_does",
		"recourse_window_months",
	]
	rows = frappe.get_all(
		"Dispute Resolution Body", filters={"enabled": 1}, fields=fields, order_by="body_name"
	)
	for row in rows:
		months = cint(row.pop("recourse_window_months"))
		row["within"] = _("within {0} months of it").format(months) if months else ""
	return [{name: cstr(value) for name, value in row.items()} for row in rows]


def figures() -> list[dict[str, Any]]:
	"""How many of the promises of the last 12 months were kept: `label`, `number`, `percent`; both None where few.

	Few is less than the settings' Smallest Cell: so that no single case can be made out.
	"""
	settings, table = frappe.get_cached_doc("Complaint Settings"), DocType("Complaint Daily Summary")
	today = clock.today()
	rows = (
		frappe.qb.from_(table)
		.select(
			table.stage,
			Sum(table.met).as_("met"),
			Sum(table.met_late).as_("late"),
			Sum(table.overdue).as_("overdue"),
		)
		.where(table.stage.isin(list(COUNTED)))
		.where(table.day[today - timedelta(days=365) : today])
		.groupby(table.stage)
		.run(as_dict=True)
	)
	sums = {row.stage: row for row in rows}
	shown = []
	for stage, label in COUNTED.items():
		row = sums.get(stage) or {}
		met = cint(row.get("met"))
		missed = cint(row.get("late")) + cint(row.get("overdue"))
		few = met + missed < max(cint(settings.smallest_cell), 1)
		percent = None if few else round(100 * met / (met + missed))
		shown.append({"label": _(label), "number": None if few else met + missed, "percent": percent})
	return shown
