"""Extensions and holding responses: a due time is moved, or met for the time being, and the complainant is told why.

Both are records of the complaint (`extensions`), approved by a Complaint Manager, and stand on a letter: where the
letter can't be sent nothing is recorded, and where it does not arrive its event undoes what it brought about.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from cms_iso10002.complaints import cases, clock, correspondence, escalation, permissions, policy, timeline
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import clocks, extensions, fairness
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.case import EventSpec, LetterSpec
from cms_iso10002.core.formats import is_confirmed
from cms_iso10002.core.guards import has_text
from cms_iso10002.core.refusal import Refusal

MANAGER = "Complaint Manager"
EXTENSION, HOLDING = "Extension", "Holding Response"


@dataclass(frozen=True)
class _How:
	"""How the complainant is told: channel, when (site time), and whether in the format they need."""

	channel: str
	told_on: str
	format_confirmed: bool | int | str


@frappe.whitelist(methods=["GET", "POST"])
def get_options(complaint: str) -> list[dict]:
	"""The open milestones that may still be extended: stage, due, latest new due time (site time), how many are left."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	state = _State(doc)
	found = []
	for milestone in state.milestones:
		target = state.under.target(milestone.stage)
		try:
			given = extensions.used(state.events, milestone)
			latest = extensions.latest_due(milestone, target, state.calendar, given)
			extensions.check(milestone, latest, latest, clock.now_utc())
		except (Refusal, ValueError, TypeError):
			continue
		found.append(
			{
				"stage": milestone.stage,
				"reference": milestone.reference,
				"label": escalation.named(milestone),
				"due_at": clock.to_site(milestone.due_at),
				"latest": clock.to_site(latest),
				"left": target.max_extensions - given,
			}
		)
	return found


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def extend(
	complaint: str,
	stage: str,
	new_due: str,
	reason: str,
	channel: str = "",
	told_on: str = "",
	reference: str = "",
	format_confirmed: bool | int | str = False,
) -> dict:
	"""Move the due time of the open milestone of `stage` to the end of the day `new_due` (a date), and tell why.

	Needs the role Complaint Manager. `channel` and `told_on` (site time) are those of the Extension Notice; `reference`
	names the request where the stage is that of an outside body; `format_confirmed`: see `core.formats`. Raises
	frappe.ValidationError with one sentence when the policy, the time or the letter stands against it; then nothing
	is stored.
	"""
	with all_or_nothing():
		doc = _checked(complaint, reason)
		try:
			how = _How(channel, told_on, format_confirmed)
			_extend(doc, stage, reference, new_due, reason, how)
		except Refusal as refusal:
			cases.refuse(refusal)
	return frappe.get_doc("Complaint", complaint).as_dict()


def _extend(doc, stage: str, reference: str, new_due: str, reason: str, how: _How) -> None:
	state = _State(doc)
	milestone = extensions.open_milestone(state.milestones, stage, reference)
	given = extensions.used(state.events, milestone)
	latest = extensions.latest_due(milestone, state.under.target(stage), state.calendar, given)
	wanted = _end_of(new_due, state.calendar, latest, milestone.due_at)
	extensions.check(milestone, wanted, latest, clock.now_utc())
	told = _tell(doc, "Extension Notice", "letter_sent", reason, clock.to_site(wanted).date(), how)
	moved = EventSpec(
		clocks.EXTENDED,
		{
			"stage": stage,
			"round": milestone.round,
			"occurrence": milestone.occurrence,
			"reference": milestone.reference,
			"old_due": clock.to_micros(milestone.due_at),
			"new_due": clock.to_micros(wanted),
			"letter": told.data["letter"],
		},
		public=True,
		note=reason,
	)
	timeline.record_all(doc.name, [told, moved])
	_note(doc, milestone, EXTENSION, reason, wanted, told)


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def send_holding_response(
	complaint: str,
	reason: str,
	expected_on: str,
	channel: str = "",
	told_on: str = "",
	format_confirmed: bool | int | str = False,
) -> dict:
	"""Answer for the time being: why there is no decision yet, when it is expected (a date), where else to turn.

	It meets the decision's (or the review's) milestone, shown apart as "met by holding response"; the decision is
	owed all the same, by the end of the date `expected_on`: a milestone of its own. Needs the role Complaint Manager. Raises frappe.ValidationError with one sentence when no such
	milestone is open or the letter can't be sent; then nothing is stored.
	"""
	with all_or_nothing():
		doc = _checked(complaint, reason)
		try:
			_hold(doc, reason, expected_on, _How(channel, told_on, format_confirmed))
		except Refusal as refusal:
			cases.refuse(refusal)
	return frappe.get_doc("Complaint", complaint).as_dict()


def _hold(doc, reason: str, expected_on: str, how: _How) -> None:
	state = _State(doc)
	owed = [m for m in state.milestones if m.stage in extensions.HELD and not m.ended_at and not m.met_at]
	owed = [m for m in owed if m.due_at]
	if not owed:
		frappe.throw(_("No decision is owed by a certain time at present, so none can be held."))
	expected = _end_of(expected_on, state.calendar)
	if expected <= clock.now_utc():
		frappe.throw(_("The decision can't be expected in the past: choose a later date."))
	promised = clock.to_site(expected).date()
	told = _tell(doc, HOLDING, clocks.HOLDING_RESPONSE_SENT, reason, promised, how)
	told = replace(told, data={**told.data, "new_due": clock.to_micros(expected)})
	timeline.record_all(doc.name, [told])
	_note(doc, owed[-1], HOLDING, reason, expected, told)


class _State:
	"""The clocks of a complaint at this moment."""

	def __init__(self, doc):
		self.events = timeline.events_of(doc.name)
		self.under = policy.in_force(doc.policy_snapshot, self.events)
		self.calendar = self.under.calendar or WorkCalendar.always("UTC")
		self.milestones = timeline.read(doc.policy_snapshot, self.events)


def _checked(complaint: str, reason: str):
	"""The complaint, locked, for a Complaint Manager whom it does not concern, with a reason that says something."""
	timeline.lock(complaint)  # before its letters are read: the sweep locks in this order
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	if not permissions.holds(frappe.session.user, (MANAGER, "System Manager")):
		frappe.throw(
			_("Moving a deadline needs the role {0}: ask one to approve it.").format(_(MANAGER)),
			frappe.PermissionError,
		)
	if not has_text(reason):
		frappe.throw(_("Say why it takes longer: the complainant is told the reason."))
	try:
		fairness.check_actor(cases.read(doc), cases.actor())
	except Refusal as refusal:
		cases.refuse(refusal)
	return doc


def _tell(doc, kind: str, event: str, reason: str, until: Any, how: _How) -> EventSpec:
	"""Send the letter. Raises frappe.ValidationError where nobody can be told: no notice, no extension."""
	answers = cases.answers({"told_on": how.told_on}, doc.received_on)
	context = {"reason": reason, "new_due": until}
	spec = LetterSpec(
		kind,
		how.channel,
		sent_at=answers.get("told_on"),
		event=event,
		context=context,
		format_confirmed=is_confirmed(how.format_confirmed),
	)
	told = correspondence.send(doc, spec)
	if told.data["delivery"] == "Not Possible":
		frappe.throw(
			_(
				"The complainant can't be told, so the deadline stands: an extension counts only with its notice."
			)
		)
	return told


def _end_of(day: Any, calendar: WorkCalendar, *known: datetime) -> datetime:
	"""The end of a date in the policy's time zone; on the date of one of the due times `known`, that due time."""
	try:
		date = getdate(day)
	except Exception:  # Frappe raises whatever dateutil does
		date = None
	if not date:
		frappe.throw(_("{0} is not a date such as 2026-03-02: choose the new due date.").format(day))
	same_day = [moment for moment in known if calendar.date_of(moment) == date]
	return same_day[-1] if same_day else calendar.end_of_date(date)


def _note(
	doc, milestone: clocks.Milestone, kind: str, reason: str, new_due: datetime | None, told: EventSpec
) -> None:
	"""The record on the complaint: a row of its own, so that nothing else of the document is written."""
	sent_on = frappe.db.get_value("Complaint Letter", told.data["letter"], "sent_on")
	row = frappe.new_doc("Complaint Extension")
	row.update(
		{
			"parent": doc.name,
			"parenttype": "Complaint",
			"parentfield": "extensions",
			"idx": len(doc.extensions) + 1,
			"milestone": f"{milestone.stage} ({milestone.round})",
			"kind": kind,
			"reason": reason,
			"approved_by": frappe.session.user,
			"old_due": clock.to_site(milestone.due_at),
			"new_due": clock.to_site(new_due),
			"told_on": sent_on,
			"letter": told.data["letter"],
		}
	)
	row.db_insert()
	frappe.clear_document_cache("Complaint", doc.name)


def not_told(letter: str) -> None:
	"""The notice did not arrive: its record stays, and says that nobody was told."""
	for name in frappe.get_all("Complaint Extension", {"letter": letter}, pluck="name", order_by="name"):
		frappe.db.set_value("Complaint Extension", name, "told_on", None, update_modified=False)
