"""What comes next, and by when, as a letter tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import get_datetime

from cms_iso10002.complaints import clock, policy, timeline
from cms_iso10002.complaints.letter_language import date_text
from cms_iso10002.core import clocks
from cms_iso10002.core.refusal import N_

Doc = Mapping[str, Any]

STEPS = {
	"update": N_("We write to you how far we have got"),
	"decide": N_("We tell you what we found and what we decided"),
	"review": N_("We tell you the outcome of the review"),
	"implement": N_("We carry out what was agreed"),
}
"""Milestones that are promises to the complainant, in plain words. The others are the organisation's own, and
that we have the complaint any letter confirms."""
CONFIRMING = {"acknowledge": N_("We confirm to you that we deal with your complaint")}
"""Promised on the page before any letter."""
ON_THE_PAGE = {
	"acknowledge": N_("We confirm here that we deal with your complaint"),
	"update": N_("We say here how far we have got"),
	"decide": N_("We say here what we found and what we decided"),
	"review": N_("We say here what came of the review"),
	"implement": N_("We carry out what was agreed"),
}
"""The same for who gave us no way to reach them: they look it up."""
TELLING = {"Acknowledgement": clocks.ACKNOWLEDGED, "Holding Response": clocks.HOLDING_RESPONSE_SENT}
"""The event that a letter makes, where it is not that of an update."""
OPEN_MILESTONES = ("Running", "Paused", "Overdue")


def next_steps(
	complaint: Doc, kind: str, language: str, steps: Mapping[str, str] = STEPS
) -> list[dict[str, str]]:
	"""What is still to come, by when: the first open milestone of each of `steps`, in their words, soonest first."""
	found: dict[str, tuple[datetime, dict[str, str]]] = {}
	for row in _milestones(complaint, kind):
		stage, due = row.get("stage"), row.get("due_at")
		if stage not in steps or row.get("state") not in OPEN_MILESTONES or not due:
			continue
		due = get_datetime(due)
		if stage not in found or due < found[stage][0]:
			found[stage] = (due, {"label": _(steps[stage]), "due": _due(row.get("state"), due, language)})
	return [step for _moment, step in sorted(found.values(), key=lambda entry: entry[0])]


def _milestones(complaint: Doc, kind: str) -> Sequence[Mapping[str, Any]]:
	"""The milestones as they will be once this letter is sent.

	Sending it may start clocks (the next update, what counts from the acknowledgement), and a letter must not
	promise another date than the clock keeps.
	"""
	if not (complaint.get("name") and complaint.get("policy_snapshot")):
		return complaint.get("milestones") or ()
	targets, calendar = policy.load(complaint.get("policy_snapshot"))
	events, now = timeline.events_of(complaint.get("name")), clock.now_utc()
	sequence = max((event.sequence for event in events), default=0) + 1
	told = clocks.Event(TELLING.get(kind, clocks.UPDATE_SENT), now, {}, sequence)
	replayed = clocks.replay(targets, calendar, [*events, told], now)
	return [timeline.milestone_values(milestone) for milestone in replayed]


def _due(state: str, due: datetime, language: str) -> str:
	if state == "Overdue" or due < clock.now_site():
		return _("as soon as we can; this is late, and we are sorry")
	if state == "Paused":
		return _("once we have your answer")
	return date_text(due, language)
