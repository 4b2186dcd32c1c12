"""Every five minutes: the complaints whose time has come, found by their own `next_action_at`.

The promise is once, however often this runs, dies or overlaps: each complaint is brought up to date in one
transaction, under the lock on its row, and what was done stands in its events (with a unique key each), together
with the notifications, tasks and e-mails it made. A worker that is killed leaves all of it or nothing.

A complaint that fails is logged and left alone for a while (`agenda.back_off`); the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints import clock, due_actions, policy, timeline
from cms_iso10002.complaints.transactions import keep, keep_failure, retry_on_deadlock
from cms_iso10002.core import agenda
from cms_iso10002.core.case import EventSpec

BATCH = 50
"""Complaints an RQ job brings up to date."""
MOST = 5000
"""Complaints one run hands out; those left over come first in the next."""


def run() -> None:
	"""Scheduled: hand out the complaints that are due in batches, a background job each."""
	names = due(MOST)
	for start in range(0, len(names), BATCH):
		frappe.enqueue(
			work,
			queue="long",
			# a batch that still waits, or is being worked on, is not handed out again
			job_id=f"complaints_sweep_{start // BATCH}",
			deduplicate=True,
			names=names[start : start + BATCH],
		)


def due(limit: int) -> list[str]:
	"""The complaints whose `next_action_at` has come, longest due first; by its index."""
	complaint = DocType("Complaint")
	return (
		frappe.qb.from_(complaint)
		.select(complaint.name)
		.where(complaint.next_action_at <= clock.latest_site())
		.orderby(complaint.next_action_at)
		.limit(limit)
		.run(pluck=True)
	)


def work(names: list[str]) -> int:
	"""Bring complaints up to date, each in a transaction of its own; returns how many duties were done.

	A background job: it commits after each complaint.
	"""
	done = 0
	for name in names:
		try:
			done += _in_transaction(name)
		except Exception:
			# one that fails keeps no other waiting; it is put off and tried again
			keep_failure(f"The sweep of {name} failed", name)
			put_off(name)
			keep()  # a job: each case in a transaction of its own
	return done


@retry_on_deadlock
def _in_transaction(name: str) -> int:
	frappe.db.rollback()  # so that what is read next is not older than the lock
	done = bring_up_to_date(name)
	keep()  # a job: each case in a transaction of its own
	return done


def bring_up_to_date(name: str) -> int:
	"""Do what is due for one complaint, in the present transaction; returns how many duties that were.

	None is done where somebody else holds the complaint (then it is found again in five minutes), or has just done it.
	"""
	head = timeline.lock_if_free(name)
	if not head or not head.next_action_at or head.next_action_at > clock.latest_site():
		return 0
	events = timeline.events_of(name)
	milestones = timeline.read(head.policy_snapshot, events)
	now = clock.now_utc()
	owed = [duty for duty in timeline.duties(milestones, events) if agenda.is_due(duty, now)]
	doc = frappe.get_doc("Complaint", name)
	fields = {"sweep_attempts": 0} if head.sweep_attempts else {}
	under = policy.in_force(head.policy_snapshot, events)
	_mark(doc, [duty for duty in owed if duty.milestone], events, under, fields)
	_report(doc, [duty for duty in owed if duty.kind in agenda.REPORTING], fields)
	others = [duty for duty in owed if not duty.milestone and duty.kind not in agenda.REPORTING]
	if others:
		_wait_no_longer(doc, others, fields)
	if not owed:
		timeline.refresh(name, head.policy_snapshot, events, fields)
	return len(owed)


def _mark(doc, duties: list[agenda.Duty], events: list, under: policy.InForce, fields: dict) -> None:
	"""Warnings and breaches, recorded together."""
	specs: list[EventSpec] = []
	for duty in duties:
		specs += due_actions.MILESTONE_DUTIES[duty.kind](doc, duty, under)
	if specs:
		fields["escalation_level"] = doc.escalation_level or 0
		timeline.record_all(doc.name, specs, actor=due_actions.SYSTEM, seen=events, fields=fields)


def _report(doc, duties: list[agenda.Duty], fields: dict) -> None:
	"""Decisions on reporting, and reports, that are owed: each is reminded of by itself."""
	specs: list[EventSpec] = []
	for duty in duties:
		specs += due_actions.REPORT_DUTIES[duty.kind](doc, duty)
	if specs:
		timeline.record_all(doc.name, specs, actor=due_actions.SYSTEM, fields=fields)


def _wait_no_longer(doc, duties: list[agenda.Duty], fields: dict) -> None:
	"""The latest of what is owed for want of an answer: who is closed or goes on needs no reminder any more."""
	*passed, last = duties
	specs = due_actions.OTHER_DUTIES[last.kind](doc, last)
	specs += [due_actions.skipped(doc, duty) for duty in passed]
	timeline.record_all(doc.name, specs, actor=due_actions.SYSTEM, fields=fields)


def look_again(states: Iterable[str]) -> None:
	"""Settings that the agenda depends on were changed: work out anew, in the background, when to look at cases in `states`."""
	names = frappe.get_all("Complaint", {"status": ("in", list(states))}, pluck="name", order_by="name")
	for start in range(0, len(names), BATCH):
		frappe.enqueue(refresh, queue="long", enqueue_after_commit=True, names=names[start : start + BATCH])


def refresh(names: list[str]) -> None:
	"""Store when to look at these complaints next. A background job: it commits after each."""
	for name in names:
		frappe.db.rollback()
		timeline.refresh(name, timeline.lock(name).policy_snapshot)
		keep()  # a job: each case in a transaction of its own


def put_off(name: str) -> None:
	"""Leave a complaint alone for a while, longer each time it fails in a row."""
	attempts = (frappe.db.get_value("Complaint", name, "sweep_attempts") or 0) + 1
	later = clock.now_utc() + agenda.back_off(attempts)
	values = {"sweep_attempts": attempts, "next_action_at": clock.to_site(later)}
	# not a clock's answer but the sweep's own appointment; the next event of the case puts the answer back
	frappe.db.set_value("Complaint", name, values, update_modified=False)
