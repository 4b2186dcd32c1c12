"""One door for events: what happened to a complaint, in order, chained and never changed.

`record` writes a Complaint Event in the transaction of the change that it tells of, and replays the events
into milestones and `next_action_at`. Nothing else writes an event, and milestones are computed nowhere else.

The complaint's row is locked first and the head of its chain is read from the locked row, because a
transaction's snapshot may be older than the lock. Milestone rows are changed in place under that lock, by
name, and `modified` is left alone: an open form must not be outdated by a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints import actors, clock, policy, typed_text
from cms_iso10002.core import agenda, clocks, ledger
from cms_iso10002.core.case import EventSpec

MILESTONE_KEY = ("stage", "round", "occurrence", "reference")
MILESTONE_FIELDS = (
	"state",
	"started_at",
	"due_at",
	"warn_at",
	"met_at",
	"ended_at",
	"paused_seconds",
	"worked_seconds",
	"remark",
	"started_utc",
	"due_utc",
	"met_utc",
)
HEEDED = clocks.KINDS | agenda.EVENT_KINDS
"""Kinds of events that change a milestone or the agenda; after all others both stand as they were."""

HEAD = ("ledger_head", "ledger_sequence", "policy_snapshot")
HEAD += ("name", "complainant_email", "representative_email", "owner", "channel")
"""What is read with the lock: the head of the chain, the policy, and who is from outside (see `actors`)."""

EVENT_FIELDS = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"complaint",
	"sequence",
	"kind",
	"at",
	"at_utc",
	"actor",
	"public",
	"dedupe_key",
	"payload",
	"previous_hash",
	"hash",
	"note",
	"note_salt",
)


def record(
	complaint: str,
	kind: str,
	data: Mapping[str, Any] | None = None,
	*,
	at: datetime | None = None,
	public: bool = False,
	note: str = "",
	dedupe_key: str | None = None,
	actor: str | None = None,
) -> bool:
	"""Record one event of `complaint` and replay its clocks; see `record_all`.

	False, and nothing is written, when an event with `dedupe_key` is there already.
	"""
	if dedupe_key and is_recorded(complaint, dedupe_key):
		return False
	record_all(complaint, [EventSpec(kind, data or {}, at, public, note)], actor=actor, dedupe_key=dedupe_key)
	return True


def is_recorded(complaint: str, dedupe_key: str) -> bool:
	"""Whether there is an event with `dedupe_key`. Locks the complaint, so that the answer holds until the transaction ends."""
	lock(complaint)  # then look, past this transaction's snapshot
	return bool(frappe.db.get_value("Complaint Event", {"dedupe_key": dedupe_key}, "name", for_update=True))


def record_all(
	complaint: str,
	specs: Iterable[EventSpec],
	*,
	actor: str | None = None,
	dedupe_key: str | None = None,
	received_now: bool = False,
	seen: list[clocks.Event] | None = None,
	fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
	"""Record several events of one complaint in order, then replay its clocks once.

	`at` of an event is an aware instant, now when None. `dedupe_key` marks the first event. `received_now`
	says that the complaint was inserted in this transaction, so that no event of it need be looked for; `seen` are
	its events where the caller read them under the lock. `fields` are server-owned fields to store with the events.
	Events that no clock and no agenda heeds cost no replay. Users, as `actor` and in the data, become references.

	Returns the server-owned fields that changed on the complaint, and the rows of its milestones.
	"""
	specs = list(specs)
	if not specs:
		return {}
	head = lock(complaint)
	events = [] if received_now else seen
	by = actors.reference(actor or frappe.session.user, head)
	changed = _append(complaint, head, specs, by, dedupe_key, events)
	changed.update(fields or {})
	if received_now or any(spec.kind in HEEDED for spec in specs):
		replayed, rows = replay(complaint, head.policy_snapshot, events, received_now)
		changed.update(replayed)
		rows = {"milestones": rows}
	else:
		rows = {}
	frappe.db.set_value("Complaint", complaint, changed, update_modified=False)
	return {**changed, **rows}


def lock(complaint: str) -> frappe._dict:
	"""Lock the complaint's row until the transaction ends and read the head of its chain from it."""
	head = frappe.db.get_value("Complaint", complaint, HEAD, as_dict=True, for_update=True)
	if not head:
		frappe.throw(frappe._("Complaint {0} does not exist.").format(complaint), frappe.DoesNotExistError)
	return head


def lock_if_free(complaint: str) -> frappe._dict | None:
	"""As `lock`, with what the sweep needs to know; None at once where another transaction holds the row, or it is gone."""
	table = DocType("Complaint")
	rows = (
		frappe.qb.from_(table)
		.select("ledger_head", "ledger_sequence", "policy_snapshot", "sweep_attempts", "next_action_at")
		.where(table.name == complaint)
		.for_update(skip_locked=True)
		.run(as_dict=True)
	)
	return rows[0] if rows else None


def refresh(
	complaint: str,
	snapshot: str | None,
	events: list[clocks.Event] | None = None,
	fields: Mapping[str, Any] | None = None,
) -> None:
	"""Store the clocks of a complaint as they stand now, without an event. The caller holds the lock."""
	standing_now, _rows = replay(complaint, snapshot, events)
	frappe.db.set_value("Complaint", complaint, {**standing_now, **(fields or {})}, update_modified=False)


def _append(
	complaint: str,
	head: Mapping[str, Any],
	specs: Sequence[EventSpec],
	actor: str,
	dedupe_key: str | None,
	seen: list[clocks.Event] | None,
) -> dict[str, Any]:
	"""Chain `specs` to the head and insert them; `seen` collects them for the replay."""
	previous, sequence = head["ledger_head"] or ledger.GENESIS, head["ledger_sequence"] or 0
	now, rows = clock.now_utc(), []
	stamp = frappe.utils.now()
	for spec in specs:
		sequence += 1
		at = spec.at or now
		data = actors.with_references(spec.kind, spec.data, head)
		salt = ""
		if spec.at and spec.at != now:
			data["recorded_utc"] = clock.to_micros(now)
		note = typed_text.tame(spec.note) if spec.note else spec.note
		if note or spec.words:
			salt = frappe.generate_hash(length=32)
			kept = {**spec.words, **({"note": note} if note else {})}
			data.update({name: text and ledger.salted_reference(text, salt) for name, text in kept.items()})
		payload = ledger.payload(
			complaint, sequence, spec.kind, clock.to_micros(at), actor, bool(spec.public), data
		)
		digest = ledger.event_hash(payload, previous)
		rows.append(
			(
				frappe.generate_hash(length=10),
				stamp,
				stamp,
				frappe.session.user,
				frappe.session.user,
				complaint,
				sequence,
				spec.kind,
				clock.to_site(at),
				clock.to_micros(at),
				actor,
				int(spec.public),
				spec.dedupe or (dedupe_key if not rows else None),
				payload,
				previous,
				digest,
				note,
				salt,
			)
		)
		if seen is not None:
			seen.append(clocks.Event(spec.kind, at, data, sequence))
		previous = digest
	frappe.db.bulk_insert("Complaint Event", EVENT_FIELDS, rows)
	return {"ledger_head": previous, "ledger_sequence": sequence}


def has(complaint: str, kind: str) -> bool:
	"""Whether an event of this kind was recorded."""
	return bool(frappe.db.exists("Complaint Event", {"complaint": complaint, "kind": kind}))


def events_of(complaint: str, kind: str | None = None, locked: bool = True) -> list[clocks.Event]:
	"""The events of a complaint, all or of a kind, in order.

	Read with a lock, since the transaction's snapshot may be older than they; without one only to show them.
	"""
	event = DocType("Complaint Event")
	query = frappe.qb.from_(event).select(event.kind, event.at_utc, event.sequence, event.payload)
	query = query.where(event.complaint == complaint)
	if kind:
		query = query.where(event.kind == kind)
	query = query.orderby(event.sequence)
	rows = (query.for_update() if locked else query).run(as_dict=True)
	return [
		clocks.Event(row.kind, clock.from_micros(row.at_utc), json.loads(row.payload)["data"], row.sequence)
		for row in rows
	]


def policy_changes(complaint: str, locked: bool = True) -> list[clocks.Event]:
	"""The changes of policy of a complaint, in order, read with a lock; without one only to show them."""
	return events_of(complaint, clocks.POLICY_CHANGED, locked)


def replay(
	complaint: str,
	snapshot: str | None,
	events: list[clocks.Event] | None = None,
	new_case: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
	"""Bring the milestone rows in step with the events; returns the fields that say what is next, and the rows.

	`events` are all of the complaint's where they are known already. The caller holds the lock on the complaint and
	stores the fields.
	"""
	events = events_of(complaint) if events is None else events
	milestones = read(snapshot, events)
	return standing(milestones, events), _store(complaint, milestones, new_case)


def read(snapshot: str | None, events: list[clocks.Event]) -> list[clocks.Milestone]:
	"""The milestones that a frozen policy and events give at present."""
	targets, calendar = policy.load(snapshot)
	return clocks.replay(targets, calendar, events, clock.now_utc())


def standing(milestones: Sequence[clocks.Milestone], events: Sequence[clocks.Event]) -> dict[str, Any]:
	"""The fields of a complaint that say how its clocks stand: what is due next, and when the sweep must look."""
	owed = duties(milestones, events)
	due = clocks.next_due(milestones)
	return {
		"next_action_at": clock.to_site(agenda.next_action_at(owed)),
		"is_overdue": int(clocks.is_overdue(milestones)),
		"due_at": clock.to_site(due.due_at) if due else None,
		"due_stage": due.stage if due else "",
	}


def duties(milestones: Sequence[clocks.Milestone], events: Sequence[clocks.Event]) -> list[agenda.Duty]:
	"""What is owed now and next, by the settings in force."""
	settings = frappe.get_cached_doc("Complaint Settings").as_dict()
	rules = agenda.Rules.from_settings(settings)
	return agenda.duties(milestones, events, rules, clock.site_zone(), clock.now_utc())


def milestone_values(milestone: clocks.Milestone) -> dict[str, Any]:
	"""A milestone as the fields of its row: instants in UTC, and in site time for people."""
	values = {name: getattr(milestone, name) for name in (*MILESTONE_KEY, "state", "remark")}
	values["paused_seconds"] = int(milestone.paused_seconds or 0)
	values["worked_seconds"] = int(milestone.worked_seconds or 0)
	for name in ("started_at", "due_at", "warn_at", "met_at", "ended_at"):
		values[name] = clock.to_site(getattr(milestone, name))
	for name in ("started", "due", "met"):
		instant = getattr(milestone, f"{name}_at")
		values[f"{name}_utc"] = clock.to_micros(instant) if instant else 0
	return values


def _store(complaint: str, milestones: Sequence[clocks.Milestone], new_case: bool) -> list[dict[str, Any]]:
	"""Update rows in place, insert new ones, remove those no event supports any more; returns all that stand."""
	old = {} if new_case else _stored(complaint)
	rows, inserts = [], []
	for index, milestone in enumerate(milestones, 1):
		values = {**milestone_values(milestone), "idx": index}
		row = old.pop(tuple(str(values[name] or "") for name in MILESTONE_KEY), None)
		if row is None:
			inserts.append(_new_row(complaint, values))
			rows.append(inserts[-1])
			continue
		changed = {
			name: values[name]
			for name in ("idx", *MILESTONE_FIELDS)
			if (row[name] or None) != (values[name] or None)
		}
		if changed:
			frappe.db.set_value("Complaint Milestone", row.name, changed, update_modified=False)
		rows.append({**row, **values})
	if inserts:
		frappe.db.bulk_insert(
			"Complaint Milestone", list(inserts[0]), [tuple(row.values()) for row in inserts]
		)
	if old:
		frappe.db.delete("Complaint Milestone", {"name": ("in", [row.name for row in old.values()])})
	return rows


def _new_row(complaint: str, values: Mapping[str, Any]) -> dict[str, Any]:
	stamp, user = frappe.utils.now(), frappe.session.user
	return {
		"name": frappe.generate_hash(length=10),
		"creation": stamp,
		"modified": stamp,
		"owner": user,
		"modified_by": user,
		"parent": complaint,
		"parenttype": "Complaint",
		"parentfield": "milestones",
		**values,
	}


def _stored(complaint: str) -> dict[tuple[str, ...], frappe._dict]:
	milestone = DocType("Complaint Milestone")
	rows = (
		frappe.qb.from_(milestone)
		.select("name", "idx", "parent", "parenttype", "parentfield", *MILESTONE_KEY, *MILESTONE_FIELDS)
		.where((milestone.parent == complaint) & (milestone.parenttype == "Complaint"))
		.for_update()
		.run(as_dict=True)
	)
	return {tuple(str(row[name] or "") for name in MILESTONE_KEY): row for row in rows}
