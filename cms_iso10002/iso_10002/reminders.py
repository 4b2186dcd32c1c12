"""The daily reminders of the registers: each goes out once, before its day, to who can do something about it.

The day a reminder was for stands on the record (`reminded_for`): a new day brings a new reminder. Records are read with
a lock, so that two runs at once remind once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import cint, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.iso_10002 import acknowledgements, management_reviews, people, reviews, telling, training
from cms_iso10002.iso_10002.published_policy import DOCTYPE as POLICY

MANAGER = ("Complaint Manager",)
LONGEST_LEAD = 366
GRACE = timedelta(days=31)
"""What passed while nobody reminded is told of for as long; older things are history."""


def run() -> None:
	"""Remind of everything that is due; what fails is logged and keeps nothing else back."""
	for remind in (
		policy_reviews,
		unread_policies,
		expiring_training,
		context_reviews,
		management_reviews.remind,
	):
		try:
			with all_or_nothing():
				remind()
		except frappe.QueryDeadlockError:
			raise
		except Exception:
			# one kind of reminder that fails does not keep the others back
			frappe.log_error(title=f"Reminders: {remind.__name__} failed")


def policy_reviews() -> None:
	"""Policies in force whose next review comes."""
	for doc in _due(POLICY, "next_review_on", lambda table: (table.docstatus == 1) & _not_over(table)):
		_remind_of_review(doc, also=[*people.holders(MANAGER), doc.approved_by])


def context_reviews() -> None:
	"""Issues, parties, risks and opportunities whose review comes."""
	for doc in _due("Complaint Context Item", "review_on", lambda table: table.status != "Closed"):
		_remind_of_review(doc)


def _remind_of_review(doc, also: list[str] | None = None) -> None:
	day, words, tasked = doc.get(reviews.NEXT[doc.doctype]), reviews.words(doc), reviews.reviewers(doc)
	telling.notify(doc.doctype, doc.name, people.enabled([*tasked, *(also or ())]), words)
	for user in tasked:
		telling.assign(doc.doctype, doc.name, user, words, due=getdate(day))
	doc.db_set("reminded_for", day, update_modified=False)


def expiring_training() -> None:
	"""Trainings that expire and were not renewed, of people who still handle complaints."""
	due = list(_due(training.DOCTYPE, "valid_until"))
	concerned = people.holders()
	all_of = training.of({doc.user for doc in due} & set(concerned)) if due else {}
	managers = [*people.holders(MANAGER)]
	for doc in due:
		doc.db_set("reminded_for", doc.valid_until, update_modified=False)
		if doc.user not in concerned or _is_renewed(doc, all_of.get(doc.user, ())):
			continue
		words = training.expiry(doc)
		telling.notify(doc.doctype, doc.name, [doc.user, *managers], words)
		telling.assign(doc.doctype, doc.name, doc.user, words, due=getdate(doc.valid_until))


def _is_renewed(doc, trainings: Any) -> bool:
	"""Whether the same person has, or is to have, a training in the same topic that is valid for longer."""
	return any(
		row.name != doc.name
		and row.topic == doc.topic
		and row.effectiveness != training.NOT_EFFECTIVE
		and (not row.valid_until or getdate(row.valid_until) > getdate(doc.valid_until))
		for row in trainings
	)


def unread_policies() -> None:
	"""Policies that are or come into force and that people have not acknowledged: a task each, given once."""
	_put_away()
	for row in _originals():
		asked = (row.asked or "").split("\n")
		users = [user for user in acknowledgements.missing(row) if user not in asked]
		for user in users:
			telling.notify(POLICY, row.name, [user], _reading(row))
			telling.assign(POLICY, row.name, user, _reading(row))
		if users:
			told = "\n".join(filter(None, [*asked, *users]))
			frappe.db.set_value(POLICY, row.name, "asked", told, update_modified=False)


def _put_away() -> None:
	"""Nobody is left with the task to read a version that another has replaced."""
	today = clock.today()
	rows = frappe.get_all(
		POLICY,
		filters={"docstatus": 1, "valid_to": ("between", [today - GRACE, today - timedelta(days=1)])},
		fields=["name", "title", "version", "asked"],
		order_by="name",
	)
	for row in rows:
		telling.done(POLICY, row.name, filter(None, (row.asked or "").split("\n")), _reading(row))


def _originals() -> list:
	"""The policies that are or come into force, without translations of each other, locked."""
	table = DocType(POLICY)
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.title, table.version, table.company, table.translation_of, table.asked)
		.where((table.docstatus == 1) & _not_over(table))
		.where(table.translation_of.isnull() | (table.translation_of == ""))
		.orderby(table.name)
		.for_update()
	)
	return query.run(as_dict=True)


def _reading(policy: Any) -> Callable[[], str]:
	return lambda: acknowledgements.task(policy)


# what is due -------------------------------------------------------------------------------------------------


def _not_over(table: Any):
	return table.valid_to.isnull() | (table.valid_to >= clock.today())


def _due(doctype: str, field: str, condition: Callable[[Any], Any] | None = None) -> Iterator[Any]:
	"""The records whose day comes within their own lead time and which nobody was reminded of."""
	table, today = DocType(doctype), clock.today()
	day = table[field]
	query = (
		frappe.qb.from_(table)
		.select(table.name, day.as_("day"), table.remind_before)
		.where(day.isnotnull() & (day <= today + timedelta(days=LONGEST_LEAD)) & (day >= today - GRACE))
		.where(table.reminded_for.isnull() | (table.reminded_for != day))
		.orderby(day, table.name)
		.for_update()
	)
	if condition:
		query = query.where(condition(table))
	for row in query.run(as_dict=True):
		if today >= _reminder_day(row.day, row.remind_before):
			yield frappe.get_doc(doctype, row.name)


def _reminder_day(day: date, lead: Any) -> date:
	return getdate(day) - timedelta(days=min(cint(lead), LONGEST_LEAD))
