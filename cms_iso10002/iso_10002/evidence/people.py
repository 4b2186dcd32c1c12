"""The people: who holds which duty, up to which amount they may decide, and whether they were trained.

ISO 10002:2018, 4.14, 5.4, 6.4. Roles and limits have no history, so they count as they stand today; trainings count as
they were on the last day of the period.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Date
from frappe.utils import formatdate
from pypika.terms import ExistsCriterion

from cms_iso10002.core.closure import NOT_COUNTED
from cms_iso10002.iso_10002 import people, training
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import last_day, nothing
from cms_iso10002.iso_10002.evidence.registry import computes
from cms_iso10002.setup.roles import ROLES


@computes("competence", "trained_handlers")
def trained_handlers(period: Period, company: str | None = None) -> Evidence:
	"""Of those who may handle complaints, who had valid training on the last day."""
	clause, figure, label = "competence", "trained_handlers", _("Handlers with Valid Training")
	handlers, day = people.holders(people.HANDLER_ROLES, company), last_day(period)
	if not handlers or not day:
		return judged(nothing(clause, figure, label, "%", _("Nobody holds a role of a handler.")), 1, 1)
	able = training.trained(handlers, day)
	filters = {"day": str(day), "handlers_only": 1}
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(len(able), len(handlers)),
			"%",
			len(able),
			len(handlers),
			len(handlers) if able or training.are_recorded(day) else 0,
			explanation=_(
				"Of {0} people who hold a role of a handler today, {1} had a training on {2} that had not expired and "
				"was not found to be not effective."
			).format(len(handlers), len(able), formatdate(day)),
			link=Link(
				report="Training Status", filters={**filters, **({"company": company} if company else {})}
			),
		),
		95,
		75,
	)


@computes("continual-monitoring", "staff_trained")
def staff_trained(period: Period, company: str | None = None) -> Evidence:
	"""Handlers with valid training, among the measures of the annex."""
	return replace(trained_handlers(period, company), clause="continual-monitoring", figure="staff_trained")


@computes("competence", "cases_with_trained_handler")
def cases_with_trained_handler(period: Period, company: str | None = None) -> Evidence:
	"""Of the complaints received that have a handler, those whose handler had valid training on that day."""
	clause, figure = "competence", "cases_with_trained_handler"
	label = _("Complaints Handled by Trained People")
	case, held = DocType("Complaint"), DocType(training.DOCTYPE)
	received = (case.received_on >= period.from_moment) & (case.received_on < period.until_moment)
	query = frappe.qb.from_(case).select(Count("*"))
	query = query.where(received & case.status.notin(NOT_COUNTED))
	if company:
		query = query.where(case.company == company)
	handled = query.where(case.handler.isnotnull() & (case.handler != ""))
	proof = frappe.qb.from_(held).select(held.name)
	proof = proof.where((held.user == case.handler) & training.valid(held, Date(case.received_on)))
	all_cases, cases = query.run()[0][0], handled.run()[0][0]
	good = handled.where(ExistsCriterion(proof)).run()[0][0]
	if not cases:
		why = _("No complaint received in this period has a handler.")
		return judged(nothing(clause, figure, label, "%", why), 1, 1)
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(good, cases),
			"%",
			good,
			cases,
			cases,
			coverage=(cases, all_cases),
			explanation=_(
				"Of {0} complaints received in the period that have a handler, the handler of {1} had valid training on "
				"the day of receipt. Duplicates and what is out of scope are not among them."
			).format(cases, good),
			link=Link("Complaint", filters=_case_filters(period, company)),
		),
		95,
		80,
	)


def _case_filters(period: Period, company: str | None) -> dict[str, Any]:
	return {
		"received_on": ["between", [str(period.start), str(period.end)]],
		"handler": ["is", "set"],
		"status": ["not in", list(NOT_COUNTED)],
		**({"company": company} if company else {}),
	}


@computes("resources", "training_effectiveness")
def training_effectiveness(period: Period, company: str | None = None) -> Evidence:
	"""Of the trainings held whose effectiveness was checked, those that were found effective."""
	clause, figure, label = "resources", "training_effectiveness", _("Trainings Found Effective")
	table, day = DocType(training.DOCTYPE), last_day(period)
	team = [*people.holders(company=company)] if company else None
	query = (
		frappe.qb.from_(table)
		.select(table.effectiveness, Count("*"))
		.where((table.trained_on >= period.start) & (table.trained_on <= (day or period.start)))
		.groupby(table.effectiveness)
	)
	if team is not None:
		query = query.where(table.user.isin(team or [""]))
	found = {name or training.NOT_CHECKED: number for name, number in query.run()} if day else {}
	held = sum(found.values())
	checked = held - found.get(training.NOT_CHECKED, 0)
	filters: dict[str, Any] = {"trained_on": ["between", [str(period.start), str(day or period.end)]]}
	if team is not None:
		filters["user"] = ["in", team]
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(found.get("Effective", 0), checked),
			"%",
			found.get("Effective", 0),
			checked,
			held,
			coverage=(checked, held) if held else None,
			parts=found,
			explanation=_(
				"{0} trainings were held in the period; the effectiveness of {1} was checked, and {2} were found effective."
			).format(held, checked, found.get("Effective", 0)),
			link=Link(training.DOCTYPE, filters=filters),
		),
		90,
		60,
	)


@computes("responsibility", "roles")
def roles(period: Period, company: str | None = None) -> Evidence:
	"""How many of the complaint roles somebody holds, and how many people hold each."""
	found = people.holders(ROLES, company)
	parts = {role: sum(role in held for held in found.values()) for role in ROLES}
	taken = sum(number > 0 for number in parts.values())
	told = ", ".join(f"{_(role)} {number}" for role, number in parts.items())
	return judged(
		Evidence(
			"responsibility",
			"roles",
			_("Complaint Roles That Are Assigned"),
			share(taken, len(ROLES)) if found else None,
			"%",
			taken,
			len(ROLES),
			len(found),
			parts=parts,
			explanation=_("{0} people hold a complaint role today: {1}.").format(len(found), told),
			link=Link("User", filters={"name": ["in", [*found]]}),
			as_of_now=True,
		),
		100,
		50,
	)


@computes("responsibility", "authority_limits")
def authority_limits(period: Period, company: str | None = None) -> Evidence:
	"""Of the remedies that cost an amount, those that say who may approve how much."""
	remedy, limit = DocType("Complaint Remedy"), DocType("Complaint Authority Limit")
	query = (
		frappe.qb.from_(remedy).select(Count("*")).where((remedy.needs_amount == 1) & (remedy.disabled == 0))
	)
	set_limits = frappe.qb.from_(limit).select(limit.name).where(limit.parent == remedy.name)
	set_limits = set_limits.where(limit.parenttype == "Complaint Remedy")
	costly = query.run()[0][0]
	limited = query.where(ExistsCriterion(set_limits)).run()[0][0]
	return judged(
		Evidence(
			"responsibility",
			"authority_limits",
			_("Remedies with Authority Limits"),
			share(limited, costly),
			"%",
			limited,
			costly,
			costly,
			explanation=_(
				"Of {0} remedies that cost an amount, {1} say today which role may approve how much. Without a limit "
				"whoever may decide may approve."
			).format(costly, limited),
			link=Link("Complaint Remedy", filters={"needs_amount": 1, "disabled": 0}),
			as_of_now=True,
		),
		100,
		50,
	)
