"""Who worked on which complaint: nobody audits what they had a hand in (ISO 19011: independence).

Duties, decisions, redress and extensions stand on the case as they are now; that somebody was its handler last month, or
recorded a step in it, stands in its events alone. Both count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.complaints import actors
from cms_iso10002.complaints.permissions import DUTIES
from cms_iso10002.core.clocks import POLICY_CHANGED

ROWS = {
	"Complaint Decision": ("decided_by", "approved_by"),
	"Complaint Redress": ("approved_by", "verified_by"),
	"Complaint Extension": ("approved_by",),
}
"""Rows of a complaint, and the fields in which they say who did their part."""
GIVEN_BY = ("assigned", "immediate_action")
"""Kinds of events that name who got a duty or acted; whom an escalation was told to need not have touched the case."""
NO_WORK = (POLICY_CHANGED,)
"""Kinds of events that one act writes in many cases: whoever changes a calendar has worked on none of them."""

Names = Sequence[str] | Any
"""Names of complaints, or a subquery of them."""


def worked_on(user: str, names: Names) -> set[str]:
	"""Those of the complaints that `user` had a hand in, now or at any time before."""
	return {name for _user, name in who_worked_on([user], names)}


def who_worked_on(users: Iterable[str], names: Names) -> set[tuple[str, str]]:
	"""(user, complaint) for each of `users` who had a hand in one of the complaints; in as many queries for any number.

	Accounts behind which no person is known work on nothing.
	"""
	users = sorted({user for user in users if user and user not in actors.NOBODY})
	if not users or (isinstance(names, list | tuple | set) and not names):
		return set()
	return {*_by_duties(users, names), *_by_rows(users, names), *_by_events(users, names)}


def _by_duties(users: list[str], names: Names) -> Iterator[tuple[str, str]]:
	case = DocType("Complaint")
	query = frappe.qb.from_(case).select(case.name, *DUTIES).where(case.name.isin(names))
	query = query.where(Criterion.any([case[duty].isin(users) for duty in DUTIES]))
	for row in query.run(as_dict=True):
		yield from ((row[duty], row.name) for duty in DUTIES if row[duty] in users)


def _by_rows(users: list[str], names: Names) -> Iterator[tuple[str, str]]:
	for doctype, fields in ROWS.items():
		table = DocType(doctype)
		query = frappe.qb.from_(table).select(table.parent, *fields)
		query = query.where((table.parenttype == "Complaint") & table.parent.isin(names))
		query = query.where(Criterion.any([table[field].isin(users) for field in fields]))
		for row in query.run(as_dict=True):
			yield from ((row[field], row.parent) for field in fields if row[field] in users)


def _by_events(users: list[str], names: Names) -> Iterator[tuple[str, str]]:
	"""Who acted, and whom an event says that the case was given to."""
	known = actors.users_behind(users)
	event = DocType("Complaint Event")
	given = Criterion.any([event.payload.like(f'%"{reference}"%') for reference in known])
	query = (
		frappe.qb.from_(event)
		.select(event.complaint, event.actor, event.kind, event.payload)
		.where(event.complaint.isin(names))
		.where(
			(event.actor.isin(list(known)) & event.kind.notin(NO_WORK)) | (event.kind.isin(GIVEN_BY) & given)
		)
	)
	for row in query.run(as_dict=True):
		if row.actor in known and row.kind not in NO_WORK:
			yield known[row.actor], row.complaint
		if row.kind not in GIVEN_BY:
			continue
		named = (json.loads(row.payload).get("data") or {}).get(actors.NAMED_IN[row.kind])
		if named in known:
			yield known[named], row.complaint
