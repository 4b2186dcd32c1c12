"""Moving clocks on purpose: another policy fits, its holidays were edited, or a manager recalculates.

A case's policy is frozen, so none of this happens by itself to a case: each change is an event on it that says what
moved and why (old → new). Only open milestones move; what was met, and closed cases, stay as they are.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cms_iso10002.complaints import clock, permissions, policy, timeline
from cms_iso10002.complaints.transactions import keep, keep_failure, retry_on_deadlock
from cms_iso10002.core import agenda, clocks
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.case import EventSpec

BATCH = 50
"""Complaints that a background job moves; so many are also moved at once, without one."""
LOOKED_AT = 1000
"""Complaints that a dry run looks at: a request must end, and so many show what is going to happen."""
SHOWN = 200
"""Complaints that a dry run shows."""
ALWAYS = clocks.calendar_to_dict(WorkCalendar.always("UTC"))
"""What counts without working hours: all time."""
STILL = ("Open", "Paused", "Resolved")
"""Status categories of cases that may have an open milestone."""
BY_HAND = "recalculated by hand"
"""Why, where a manager says it in words: those stand beside the event, where they can be erased."""


@dataclass(frozen=True)
class Plan:
	"""What recalculating a complaint would change: the event to record, the fields that go with it, and the moves.

	A move is a dict of stage, round, occurrence, reference, old_due and new_due (UTC microseconds, None for none).
	"""

	complaint: str
	event: EventSpec
	fields: dict[str, Any]
	moves: list[dict[str, Any]]


def plan(
	doc,
	why: str,
	*,
	choose: bool = False,
	note: str = "",
	specs: Sequence[EventSpec] = (),
	locked: bool = True,
) -> Plan | None:
	"""What changes when `doc` is put under its policy as it is now, or with `choose` under the one that fits now.

	`specs` are events about to be recorded before. `why` is kept with the event, `note` beside it. None where
	nothing differs from what is in force. The caller holds the lock, or is not going to store it (`locked` False).
	"""
	events = timeline.events_of(doc.name, locked=locked)
	now = clock.now_utc()
	events += [
		clocks.Event(spec.kind, spec.at or now, spec.data, len(events) + number)
		for number, spec in enumerate(specs, 1)
	]
	under = policy.in_force(doc.policy_snapshot, events)
	name, reason = policy.choose(doc.as_dict()) if choose else (under.policy, "")
	if not name or (choose and name == under.policy):
		return None
	changed = _difference(doc.policy_snapshot, events, name)
	if not changed:
		return None
	targets, calendar = policy.load(doc.policy_snapshot)
	before = clocks.replay(targets, calendar, events, now)
	after = clocks.replay(
		targets, calendar, [*events, clocks.Event(clocks.POLICY_CHANGED, now, changed, len(events) + 1)], now
	)
	moved = _moves(before, after)
	event = EventSpec(clocks.POLICY_CHANGED, {**changed, "reason": why, "moved": moved}, note=note)
	fields = {"sla_policy": name, "policy_reason": reason} if choose else {}
	return Plan(doc.name, event, fields, moved)


def _difference(snapshot: str | None, events: Iterable[clocks.Event], name: str) -> dict[str, Any]:
	"""What of the policy `name` as it is now differs from what is in force on a case."""
	frozen = {"calendar": None, **policy.frozen(snapshot, events)}
	fresh = json.loads(policy.snapshot(name))
	for values in (frozen, fresh):
		values["calendar"] = values["calendar"] or ALWAYS
	return {field: fresh[field] for field in policy.CHANGEABLE if fresh.get(field) != frozen.get(field)}


def _moves(before: Sequence[clocks.Milestone], after: Sequence[clocks.Milestone]) -> list[dict[str, Any]]:
	"""The open milestones whose due time differs, or that come or go."""
	olds = {tuple(agenda.milestone_id(one).values()): one for one in before}
	news = {tuple(agenda.milestone_id(one).values()): one for one in after}
	found = []
	for key in sorted({**olds, **news}):
		old, new = (_open_due(each.get(key)) for each in (olds, news))
		if old != new:
			one = olds.get(key) or news.get(key)
			found.append({**agenda.milestone_id(one), "old_due": old, "new_due": new})
	return found


def _open_due(milestone: clocks.Milestone | None) -> int | None:
	if not milestone or not milestone.due_at or milestone.ended_at or milestone.met_at:
		return None
	return clock.to_micros(milestone.due_at)


# another policy fits after an edit -----------------------------------------------------------------------


def when_matched_changes(doc, before, specs: Sequence[EventSpec], note: str = "") -> Plan | None:
	"""The plan after an edit that changed what policies are chosen by; None for any other edit or a closed case."""
	if doc.status_category not in STILL:
		return None
	changed = [name for name in policy.MATCHED if (doc.get(name) or "") != (before.get(name) or "")]
	if not changed:
		return None
	labels = ", ".join(doc.meta.get_label(name) for name in changed)
	return plan(doc, f"changed: {labels}", choose=True, note=note, specs=specs)


# the holidays of a policy were edited --------------------------------------------------------------------


def holidays_edited(doc, method: str | None = None) -> None:
	"""Holiday List.on_update: open cases under its policies move, in the background, each as an event."""
	policies = frappe.get_all(
		"Complaint SLA Policy", {"holiday_list": doc.name, "docstatus": 1}, pluck="name", order_by="name"
	)
	for name in policies:
		frappe.clear_document_cache("Complaint SLA Policy", name)
	cases = cases_under(policies)
	for start in range(0, len(cases), BATCH):
		frappe.enqueue(
			move,
			queue="long",
			enqueue_after_commit=True,
			names=cases[start : start + BATCH],
			why=f"holiday list {doc.name} edited",
		)


def cases_under(policies: Sequence[str]) -> list[str]:
	"""The cases not closed that are under one of `policies`."""
	if not policies:
		return []
	filters = {"sla_policy": ("in", policies), "status_category": ("in", STILL)}
	return frappe.get_all("Complaint", filters, pluck="name", order_by="name")


def move(names: list[str], why: str, choose: bool = False, user: str | None = None, note: str = "") -> int:
	"""Recalculate complaints, each in a transaction of its own; returns how many changed. See `plan`.

	A background job: it commits after each complaint. One that fails is logged, and the others go on.
	"""
	changed = 0
	for name in names:
		frappe.db.rollback()  # so that what is read next is not older than the lock
		try:
			changed += bool(move_one(name, why, choose, user, note))
			keep()  # a job: each case in a transaction of its own
		except Exception:
			# one that fails keeps no other waiting; it stays as it was, and is logged
			keep_failure(f"The clocks of {name} could not be recalculated", name)
	return changed


def move_one(
	name: str, why: str, choose: bool = False, user: str | None = None, note: str = ""
) -> Plan | None:
	"""Recalculate one complaint in the present transaction; None where nothing differs. See `plan`."""
	timeline.lock(name)
	doc = frappe.get_doc("Complaint", name)
	found = plan(doc, why, choose=choose, note=note) if doc.status_category in STILL else None
	if found:
		timeline.record_all(name, [found.event], actor=user or "System", fields=found.fields)
	return found


# the managers' tool --------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def dry_run(complaint: str = "", policy_name: str = "", company: str = "", choose: int | bool = 0) -> dict:
	"""What recalculating would move, and why: nothing is stored. For Complaint Managers.

	Of the cases not closed that the user may see: one, or those of a policy or a company. With `choose` the policy
	is chosen anew, else each case's own is taken as it is now. Returns {"cases": how many there are, "looked_at": how
	many of them were, LOOKED_AT at most, "changes": how many would change, "rows": a row a move}, rows for at most SHOWN
	changed cases.
	"""
	_check_manager()
	rows, changes = [], 0
	names = _names(complaint, policy_name, company)
	for name in names[:LOOKED_AT]:
		doc = frappe.get_doc("Complaint", name)
		found = plan(doc, "", choose=bool(cint(choose)), locked=False)
		if not found:
			continue
		changes += 1
		if changes <= SHOWN:
			rows += _rows(doc, found)
	return {"cases": len(names), "looked_at": len(names[:LOOKED_AT]), "changes": changes, "rows": rows}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def apply(
	reason: str, complaint: str = "", policy_name: str = "", company: str = "", choose: int | bool = 0
) -> dict:
	"""Recalculate as `dry_run` showed, each change as an event with `reason`. For Complaint Managers.

	Up to BATCH cases at once, more in background jobs. Returns {"cases": …, "changed": …} or {"cases", "queued"}.
	"""
	_check_manager()
	if not (reason or "").strip():
		frappe.throw(_("Say why the clocks are recalculated: the reason is kept with every change."))
	names = _names(complaint, policy_name, company)
	again, user = bool(cint(choose)), frappe.session.user
	if len(names) <= BATCH:
		changed = sum(bool(move_one(name, BY_HAND, again, user, reason)) for name in names)
		return {"cases": len(names), "changed": changed}
	for start in range(0, len(names), BATCH):
		frappe.enqueue(
			move,
			queue="long",
			enqueue_after_commit=True,
			names=names[start : start + BATCH],
			why=BY_HAND,
			choose=again,
			user=user,
			note=reason,
		)
	return {"cases": len(names), "queued": len(names)}


def _check_manager() -> None:
	if not permissions.holds(frappe.session.user, ("Complaint Manager", "System Manager")):
		frappe.throw(
			_("Recalculating needs the role {0}.").format(_("Complaint Manager")), frappe.PermissionError
		)


def _names(complaint: str, policy_name: str, company: str) -> list[str]:
	"""The cases meant, of those the user may see."""
	filters: dict[str, Any] = {"status_category": ("in", STILL)}
	for field, value in (("name", complaint), ("sla_policy", policy_name), ("company", company)):
		if value:
			filters[field] = value
	return frappe.get_list("Complaint", filters=filters, pluck="name", order_by="name", limit_page_length=0)


def _rows(doc, found: Plan) -> list[dict[str, Any]]:
	"""A plan as rows to show; a case whose policy changes without a move has one too."""
	fixed = {
		"complaint": doc.name,
		"from_policy": doc.sla_policy,
		"to_policy": found.fields.get("sla_policy") or doc.sla_policy,
		"changes": sorted(set(found.event.data) & {"targets", "calendar", "fast_track"}),
	}
	moves = found.moves or [{"stage": "", "round": 0, "old_due": None, "new_due": None}]
	return [
		{
			**fixed,
			"stage": move["stage"],
			"round": move["round"],
			"old_due": _site(move["old_due"]),
			"new_due": _site(move["new_due"]),
		}
		for move in moves
	]


def _site(micros: int | None):
	return clock.to_site(clock.from_micros(micros)) if micros else None
