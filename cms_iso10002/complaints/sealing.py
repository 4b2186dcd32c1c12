"""The daily seal: one hash over the last events of all complaints, chained to the seal of the day before.

A day is one in UTC, so that a seal does not depend on the site's time zone. A seal covers what was recorded before
its day ended: an event may tell of something earlier, what counts is when it was written down. So any seal can be
computed again from the events at any time, and `verification` does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints import clock
from cms_iso10002.core import ledger
from cms_iso10002.core.merkle import Tree

BATCH = 1000
GRACE = timedelta(hours=1)
"""A day is sealed when it has been over for so long: a transaction begun in it has ended by then."""

Head = tuple[str, int, str]
"""(complaint, number of its last event, hash of that event)"""


def make_daily_seal(day: date | None = None) -> str | None:
	"""Seal the record as it stood at the end of `day`, the last whole one by default; the scheduler calls this daily.

	Returns the seal's name; None when that day or a later one is sealed already, or when there is nothing to seal.
	"""
	latest = (clock.now_utc() - GRACE).date() - timedelta(days=1)
	day = min(day or latest, latest)
	last = _last_seal()
	if last and last.day >= day:
		return None
	tree = Tree()
	for head in heads_at(end_of(day)):
		tree.add(ledger.head_leaf(*head))
	if not tree.size and not last:
		return None
	return _store(day, tree, last.hash if last else ledger.GENESIS)


def _last_seal() -> frappe._dict | None:
	seals = frappe.get_all("Complaint Ledger Seal", fields=["day", "hash"], order_by="day desc", limit=1)
	return seals[0] if seals else None


def _store(day: date, tree: Tree, previous: str) -> str:
	seal = frappe.get_doc(
		{
			"doctype": "Complaint Ledger Seal",
			"day": day,
			"head_count": tree.size,
			"merkle_root": tree.root,
			"previous_seal": previous,
			"hash": ledger.seal_hash(day, tree.size, tree.root, previous),
		}
	)
	seal.set_user_and_timestamp()
	seal.set_new_name()
	seal.db_insert()  # past the controller, which refuses every seal that is made by hand
	return seal.name


def end_of(day: date) -> int:
	"""The end of a day in UTC, in microseconds since 1970."""
	return clock.to_micros(datetime.combine(day + timedelta(days=1), time(), clock.UTC))


def recorded_at(event: Mapping[str, Any]) -> int:
	"""When an event was written down, in microseconds; of one that tells of something earlier its payload says it."""
	said = json.loads(event["payload"])["data"]
	return int(said.get("recorded_utc") or event["at_utc"])


def head_at(complaint: str, events: Iterable[Mapping[str, Any]], until: int) -> Head | None:
	"""The last of a complaint's events that was recorded before `until`; None when there was none."""
	head = None
	for event in events:
		if recorded_at(event) < until:
			head = (complaint, event["sequence"], event["hash"])
	return head


def heads_at(until: int) -> Iterator[Head]:
	"""The heads of all complaints at an instant, by complaint."""
	for rows in _last_events():
		moved = [row.complaint for row in rows if recorded_at(row) >= until]
		events = _events_of(moved)
		for row in rows:
			if row.complaint not in events:
				yield row.complaint, row.sequence, row.hash
			elif head := head_at(row.complaint, events[row.complaint], until):
				yield head


def _last_events() -> Iterator[list[frappe._dict]]:
	"""The last event of every complaint, a batch at a time."""
	complaint, event = DocType("Complaint"), DocType("Complaint Event")
	after = ""
	while True:
		rows = (
			frappe.qb.from_(complaint)
			.join(event)
			.on((event.complaint == complaint.name) & (event.sequence == complaint.ledger_sequence))
			.select(event.complaint, event.sequence, event.hash, event.at_utc, event.payload)
			.where(complaint.name > after)
			.orderby(complaint.name)
			.limit(BATCH)
			.run(as_dict=True)
		)
		if not rows:
			return
		yield rows
		after = rows[-1].complaint


def _events_of(complaints: list[str]) -> dict[str, list[frappe._dict]]:
	rows = frappe.get_all(
		"Complaint Event",
		filters={"complaint": ("in", complaints or [""])},
		fields=["complaint", "sequence", "hash", "at_utc", "payload"],
		order_by="complaint, sequence",
	)
	events: dict[str, list[frappe._dict]] = {name: [] for name in complaints}
	for row in rows:
		events[row.complaint].append(row)
	return events
