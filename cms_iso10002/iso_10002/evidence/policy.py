"""The complaints policy: signed and in force, reviewed in time, published, read by those who work with it.

What the policy register proves (ISO 10002:2018, 4.2, 4.4, 5.3). A policy counts from the day it was approved, however
early it says that it is valid.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import formatdate, getdate

from cms_iso10002.iso_10002 import people
from cms_iso10002.iso_10002.acknowledgements import ACKNOWLEDGEMENT
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import last_day, nothing, of_company
from cms_iso10002.iso_10002.evidence.registry import computes
from cms_iso10002.iso_10002.published_policy import DOCTYPE, FIELDS


@computes("principle-commitment", "signed_policy")
def signed_policy(period: Period, company: str | None = None) -> Evidence:
	"""On how many of the days a policy that somebody had signed was in force."""
	return _days_covered(
		"principle-commitment",
		"signed_policy",
		_("Days with a Signed Policy in Force"),
		_("On {0} of {1} days a complaints policy that management had approved was in force: {2}."),
		_policies(company),
		period,
	)


@computes("transparency", "published_policy")
def published_policy(period: Period, company: str | None = None) -> Evidence:
	"""On how many of the days a policy with its version and date stood in the portal."""
	return _days_covered(
		"transparency",
		"published_policy",
		_("Days with a Published Policy"),
		_("On {0} of {1} days an approved policy with version and date was published in the portal: {2}."),
		_policies(company, published=True),
		period,
	)


@computes("policy", "in_force")
def in_force(period: Period, company: str | None = None) -> Evidence:
	"""The versions in force on the last day, with approver and next review."""
	label, day = _("Policies in Force"), last_day(period)
	policies = _policies(company)
	if not policies or not day:
		return _none("policy", "in_force", label, "count")
	rows = _theirs([row for row in policies if _covers(row, day)], company)
	approvers = people.full_names(row.approved_by for row in rows)
	told = "; ".join(
		_("{0}, version {1}, approved by {2} on {3}, next review on {4}").format(
			row.title,
			row.version,
			approvers.get(row.approved_by, row.approved_by),
			formatdate(row.approved_on),
			formatdate(row.next_review_on),
		)
		for row in rows
	)
	return judged(
		Evidence(
			"policy",
			"in_force",
			label,
			len(rows),
			"count",
			sample=len(rows),
			better="",
			explanation=_("In force on {0}: {1}.").format(formatdate(day), told or _("no policy")),
			link=_link(rows),
		),
		1,
		1,
	)


@computes("policy", "reviewed_in_time")
def reviewed_in_time(period: Period, company: str | None = None) -> Evidence:
	"""Of the policies in force on the last day, those whose next review was not overdue."""
	label, day = _("Policies Reviewed in Time"), last_day(period)
	rows = _theirs([row for row in _policies(company) if day and _covers(row, day)], company)
	if not rows:
		return _none("policy", "reviewed_in_time", label, "%")
	kept = [row for row in rows if row.next_review_on and getdate(row.next_review_on) >= day]
	return judged(
		Evidence(
			"policy",
			"reviewed_in_time",
			label,
			share(len(kept), len(rows)),
			"%",
			len(kept),
			len(rows),
			len(rows),
			explanation=_("Of {0} policies in force on {1}, the next review of {2} was not overdue.").format(
				len(rows), formatdate(day), len(kept)
			),
			link=_link(rows),
			as_of_now=True,  # of an earlier day, the review that was due then is not kept
		),
		100,
		50,
	)


@computes("policy", "acknowledged")
def acknowledged(period: Period, company: str | None = None) -> Evidence:
	"""Of the people who work with complaints, those who had acknowledged the policy in force by the last day."""
	label, day = _("Policy Acknowledged by Staff"), last_day(period)
	rows = _theirs([row for row in _policies(company) if day and _covers(row, day)], company)
	if not rows:
		return _none("policy", "acknowledged", label, "%")
	asked = _people_asked(rows, company)
	given = _acknowledgements([row.name for row in rows], period)
	counted = {(original, user) for original, users in asked.items() for user in users}
	original_of = {row.name: row.translation_of or row.name for row in rows}
	found = {(original_of[ack.policy], ack.user): ack.name for ack in given}
	kept = counted & found.keys()
	return judged(
		Evidence(
			"policy",
			"acknowledged",
			label,
			share(len(kept), len(counted)),
			"%",
			len(kept),
			len(counted),
			len(counted),
			explanation=_(
				"{0} of the {1} people who hold a complaint role today had acknowledged the policy in force by {2}. "
				"A translation counts as the policy."
			).format(len(kept), len(counted), formatdate(day)),
			link=Link(ACKNOWLEDGEMENT, filters={"name": ["in", sorted(found[key] for key in kept)]}),
		),
		95,
		75,
	)


def _people_asked(rows: list, company: str | None) -> dict[str, list[str]]:
	"""Who is to acknowledge each policy, translations taken together: those of its company."""
	of = {row.translation_of or row.name: row.company or company for row in rows}
	teams = {name: [*people.holders(company=name)] for name in dict.fromkeys(of.values())}
	return {original: teams[name] for original, name in of.items()}


def _acknowledgements(policies: list[str], period: Period) -> list:
	table = DocType(ACKNOWLEDGEMENT)
	return (
		frappe.qb.from_(table)
		.select(table.name, table.policy, table.user)
		.where(table.policy.isin(policies) & (table.acknowledged_on < period.until_moment))
		.orderby(table.acknowledged_on, table.name)
		.run(as_dict=True)
	)


# what the figures have in common -----------------------------------------------------------------------------


def _policies(company: str | None, published: bool = False) -> list:
	"""The approved policies of a company, whenever they are valid; cancelled ones never were."""
	table = DocType(DOCTYPE)
	query = (
		frappe.qb.from_(table)
		.select(*FIELDS)
		.where((table.docstatus == 1) & of_company(table, company))
		.orderby(table.valid_from, table.name)
	)
	return (query.where(table.is_published == 1) if published else query).run(as_dict=True)


def _theirs(rows: list, company: str | None) -> list:
	"""A company that has a policy of its own goes by that one; of no company, all of them."""
	own = [row for row in rows if company and row.company == company]
	return own or rows


def _span(row: Any) -> tuple[date, date]:
	"""From which day to which a policy counts: not before somebody had signed it."""
	return max(row.valid_from, getdate(row.approved_on)), row.valid_to or date.max


def _covers(row: Any, day: date) -> bool:
	first, last = _span(row)
	return first <= day <= last


def _days_covered(
	clause: str, figure: str, label: str, words: str, policies: list, period: Period
) -> Evidence:
	day = last_day(period)
	if not policies or not day:
		return _none(clause, figure, label, "%")
	days = Period(period.start, day).days
	counted = [row for row in policies if _span(row)[0] <= day and _span(row)[1] >= period.start]
	covered = _union(map(_span, counted), period.start, day)
	named = ", ".join(f"{row.title} {row.version} ({row.language})" for row in counted)
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(covered, days),
			"%",
			covered,
			days,
			len(counted),
			explanation=words.format(covered, days, named or _("no policy")),
			link=_link(counted),
		),
		100,
		50,
	)


def _union(spans: Iterable[tuple[date, date]], start: date, end: date) -> int:
	"""How many days from `start` to `end` lie in one of the spans."""
	covered, reached = 0, start
	for first, last in sorted(spans):
		first, last = max(first, reached), min(last, end)
		if first <= last:
			covered += (last - first).days + 1
			reached = last + timedelta(days=1)
	return covered


def _link(rows: list) -> Link:
	return Link(DOCTYPE, filters={"name": ["in", [row.name for row in rows]]})


def _none(clause: str, figure: str, label: str, unit: str) -> Evidence:
	why = _("No complaints policy that counts for this period has been approved.")
	return judged(nothing(clause, figure, label, unit, why), 1, 1)
