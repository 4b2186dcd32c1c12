"""The same click twice: what was asked for moments ago, by the same person in the same words, is answered and not done again.

Dialogs disarm themselves when they are sent (`public/js/ask.js`); a slow line, a second tab or a script can still send the
same thing twice. Whoever does what would be done twice locks the complaint and asks here first. What changes a state needs
none of this: the second time the state has changed already.

Looked up in what was stored, past this transaction's snapshot: what was rolled back was not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import now_datetime

from cms_iso10002.complaints import actors, clock, timeline

WITHIN = timedelta(seconds=30)
"""For so long the same again is taken for the same click."""


def letter(
	complaint: str,
	round: int,
	kind: str,
	channel: str,
	message: str,
	recipient: str,
	told_at: datetime | None,
) -> str | None:
	"""The letter of this kind and these words that the session's user has just sent in this round; None where there is none,
	or where it has failed: to send that again is no mistake."""
	for row in _just_made(
		"Complaint Letter",
		{"complaint": complaint, "round": round, "kind": kind, "sent_by": frappe.session.user},
		("name", "channel", "recipient", "message", "reason", "sent_on", "delivery"),
	):
		if row.delivery == "Failed":
			continue
		same_words = (message or "").strip() in ((row.message or "").strip(), (row.reason or "").strip())
		same_way = channel in ("", row.channel) and recipient in ("", row.recipient)
		if same_words and same_way and _same_time(row.sent_on, told_at):
			return row.name
	return None


def _same_time(sent_on: datetime, told_at: datetime | None) -> bool:
	return sent_on == clock.to_site(told_at) if told_at else sent_on >= clock.now_site() - WITHIN


def action(complaint: str, values: Mapping[str, Any]) -> str | None:
	"""The Complaint Action with these values that the session's user has just made for the complaint, if any."""
	made, case = DocType("Complaint Action"), DocType("Complaint Action Case")
	query = (
		frappe.qb.from_(made)
		.join(case)
		.on((case.parent == made.name) & (case.parenttype == "Complaint Action"))
		.select(made.name)
		.where((case.complaint == complaint) & (made.owner == frappe.session.user))
		.where(made.creation >= now_datetime() - WITHIN)
	)
	for fieldname, value in values.items():
		empty = made[fieldname].isnull() | (made[fieldname] == "")
		query = query.where(made[fieldname] == value if value else empty)
	found = query.orderby(made.creation).limit(1).for_update().run(pluck=True)
	return found[0] if found else None


def event(complaint: str, kind: str, note: str) -> bool:
	"""Whether the session's user has just recorded an event of this kind with these words."""
	head = timeline.lock(complaint)
	told = DocType("Complaint Event")
	since = clock.to_micros(clock.now_utc() - WITHIN)
	query = (
		frappe.qb.from_(told)
		.select(told.note)
		.where((told.complaint == complaint) & (told.kind == kind) & (told.at_utc >= since))
		.where(told.actor == actors.reference(frappe.session.user, head))
	)
	return note in query.orderby(told.sequence).for_update().run(pluck=True)


def _just_made(doctype: str, same: Mapping[str, Any], fields: tuple[str, ...]) -> list[Any]:
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(*fields).where(table.creation >= now_datetime() - WITHIN)
	for fieldname, value in same.items():
		query = query.where(table[fieldname] == value)
	return query.orderby(table.creation).for_update().run(as_dict=True)
