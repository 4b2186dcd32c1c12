"""Whether people have valid training in handling complaints (ISO 10002:2018, 4.14, 6.4).

Valid on a day is a training that was done by then, has not expired, and was not found to be not effective. The rule
stands here once, as a condition in SQL (`valid`) and for a record (`is_valid`); a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, formatdate, getdate
from pypika.terms import Criterion

from cms_iso10002.complaints import clock
from cms_iso10002.iso_10002 import people, telling

DOCTYPE = "Complaint Handler Training"
NOT_EFFECTIVE, NOT_CHECKED = "Not Effective", "Not Checked"


def valid(table: Any, day: Any) -> Criterion:
	"""The condition on `tabComplaint Handler Training`; `day` is a date, or a column of another table."""
	return (
		(table.trained_on <= day)
		& (table.valid_until.isnull() | (table.valid_until >= day))
		& (table.effectiveness.isnull() | (table.effectiveness != NOT_EFFECTIVE))
	)


def is_valid(row: Any, day: date) -> bool:
	"""The same, of a record."""
	return (
		getdate(row.get("trained_on")) <= day
		and (not row.get("valid_until") or getdate(row.get("valid_until")) >= day)
		and row.get("effectiveness") != NOT_EFFECTIVE
	)


def day_for(complaint: Any) -> date:
	"""The day on which its handler's training has to be valid: that of its receipt, for audits and evidence alike."""
	return getdate(complaint.get("received_on"))


def trained(users: Iterable[str], day: date | None = None) -> set[str]:
	"""Those of `users` who have valid training on `day` (today)."""
	names = sorted(set(users))
	if not names:
		return set()
	table = DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.user).distinct()
	return set(query.where(table.user.isin(names) & valid(table, day or clock.today())).run(pluck=True))


def are_recorded(day: date) -> bool:
	"""Whether any training was held by a day: without one, the register tells nothing of it."""
	return bool(frappe.db.exists(DOCTYPE, {"trained_on": ("<=", day)}))


def of(users: Iterable[str]) -> dict[str, list[frappe._dict]]:
	"""All trainings of `users`, each one's from the first to the last."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"user": ("in", sorted(set(users)))},
		fields=[
			"name",
			"user",
			"topic",
			"kind",
			"trained_on",
			"valid_until",
			"effectiveness",
			"remind_before",
		],
		order_by="trained_on, creation",
	)
	found: dict[str, list[frappe._dict]] = {}
	for row in rows:
		found.setdefault(row.user, []).append(row)
	return found


def lead(row: Any) -> int:
	"""How many days before it expires a reminder goes out."""
	return cint(row.get("remind_before"))


# what the controller calls -----------------------------------------------------------------------------------


def check(doc) -> None:
	"""Raises a ValidationError for days that can't be, and for a finding about what has not happened yet."""
	doc.full_name = people.full_names([doc.user]).get(doc.user)
	people.refuse_outsiders(doc.user)
	trained_on = getdate(doc.trained_on)
	if doc.valid_until and getdate(doc.valid_until) < trained_on:
		frappe.throw(_("Valid Until lies before Trained On: choose a later day, or leave it empty."))
	if (doc.effectiveness or NOT_CHECKED) == NOT_CHECKED:
		doc.effectiveness_checked_on = None
		return
	if trained_on > clock.today():
		frappe.throw(_("The training is yet to come: its effectiveness can be judged afterwards."))
	doc.effectiveness_checked_on = doc.effectiveness_checked_on or clock.today()
	if getdate(doc.effectiveness_checked_on) < trained_on:
		frappe.throw(_("Checked On lies before Trained On."))


def close_reminders(doc) -> None:
	"""A training that is valid for longer answers the reminders about earlier ones in its topic."""
	if doc.effectiveness == NOT_EFFECTIVE:
		return
	fields = ["name", "full_name", "topic", "valid_until"]
	rows = frappe.get_all(
		DOCTYPE,
		filters={
			"user": doc.user,
			"topic": doc.topic,
			"reminded_for": ("is", "set"),
			"name": ("!=", doc.name),
		},
		fields=fields,
		order_by="creation",
	)
	for row in rows:
		if row.valid_until and (not doc.valid_until or getdate(doc.valid_until) > row.valid_until):
			telling.done(DOCTYPE, row.name, [doc.user], expiry(row))


def expiry(row: Any) -> Callable[[], str]:
	"""What a reminder says."""
	return lambda: _("The training of {0} in {1} expires on {2}").format(
		row.full_name, row.topic, formatdate(row.valid_until)
	)
