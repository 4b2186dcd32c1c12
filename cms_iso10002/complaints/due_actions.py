"""What is done when the time of a duty on the agenda has come: one function a kind of duty.

Each takes the complaint and the duty, does what goes beside the ledger (letters, notifications, tasks) and returns
the events that tell of it. The sweep records them in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints import (
	alerts,
	clock,
	correspondence,
	escalation,
	letter_language,
	policy,
	printing,
	reportability,
)
from cms_iso10002.core import agenda, clocks
from cms_iso10002.core.case import EventSpec, LetterSpec

SYSTEM = "System"
"""The actor of what nobody pressed a button for."""


# milestones ----------------------------------------------------------------------------------------------


def warn(doc, duty: agenda.Duty, under: policy.InForce) -> list[EventSpec]:
	"""A milestone comes due: who is in charge is told; at the last warning an update is sent, or given as a task."""
	escalation.warn(doc, duty.milestone)
	specs = [_marked(doc, "warned", duty)]
	if duty.milestone.stage == clocks.UPDATE and duty.at >= max(duty.milestone.warn_times):
		specs += _progress_update(doc)
	return specs


def miss(doc, duty: agenda.Duty, under: policy.InForce) -> list[EventSpec]:
	"""A milestone was missed: marked, and escalated as its target says."""
	target = under.targets.get(duty.milestone.stage) or {}
	specs = [_marked(doc, "overdue", duty)]
	escalated = escalation.escalate(doc, duty.milestone, target)
	if escalated:
		specs.append(
			EventSpec("escalated", {**agenda.milestone_id(duty.milestone), **escalated}, public=False)
		)
		doc.escalation_level = escalated["level"]
	if duty.milestone.stage == clocks.UPDATE:
		specs += _progress_update(doc)  # nobody was warned, or the task was left undone
	return specs


def _marked(doc, kind: str, duty: agenda.Duty) -> EventSpec:
	data = {
		**agenda.milestone_id(duty.milestone),
		"due_at": clock.to_micros(duty.milestone.due_at),
		"moment": clock.to_micros(duty.at),
	}
	return EventSpec(kind, data, dedupe=f"{doc.name}:{duty.key}")


def _progress_update(doc) -> list[EventSpec]:
	"""The periodic update (ISO 10002:2018, 7.4): sent where settings say so and it can be, else a task to write it."""
	if frappe.db.get_single_value("Complaint Settings", "progress_updates") == "Send by Itself":
		event = correspondence.attempt(doc, LetterSpec("Progress Update", "E-mail", event="update_sent"))
		if event:
			return [event]
	alerts.task(doc, lambda: _("Write a progress update on {0} to the complainant").format(doc.name))
	return []


# waiting for the complainant -----------------------------------------------------------------------------


def remind(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""Ask once more what was asked: by e-mail, else as a task for who is in charge."""
	question = _last_letter(doc, ("Information Request",))
	context = {"question": question.message or "", "is_reminder": True, "answer_by": _answer_by(doc)}
	event = correspondence.attempt(doc, LetterSpec("Information Request", "E-mail", context=context))
	if not event:
		alerts.task(doc, lambda: _("Remind the complainant of our question in {0}").format(doc.name))
	return [_swept(doc, duty, sent=bool(event)), *([event] if event else [])]


def _answer_by(doc) -> str:
	from cms_iso10002.complaints import timeline

	paused = timeline.events_of(doc.name, clocks.CASE_PAUSED)
	return paused[-1].data.get("until") or "" if paused else ""


def remind_of_decision(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""Ask what the complainant thinks of our response: by e-mail, else as a task for who is in charge."""
	sent = _last_letter(doc, ("Decision", "Review Outcome", "Summary Resolution"))
	with printing.speaking(doc.language or "en"):
		body = _(
			"We wrote to you on {0} with our answer. Please tell us whether you accept it, or what is still open."
		).format(letter_language.date_text(sent.sent_on, letter_language.spoken(doc.language or "en")))
	spec = LetterSpec("Progress Update", "E-mail", event="letter_sent", context={"body": body})
	event = correspondence.attempt(doc, spec)
	if not event:
		alerts.task(
			doc, lambda: _("Ask the complainant of {0} whether they accept our response").format(doc.name)
		)
	return [_swept(doc, duty, sent=bool(event)), *([event] if event else [])]


def go_on(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""No answer came in time: the case returns to work and is decided on what is held."""
	return _act(
		doc, duty, "Resume", {}, lambda: _("No answer came to {0}: it goes on without").format(doc.name)
	)


def close_unanswered(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""Nobody said what they think of our response: closed as No Reply, where all that it needs is there."""
	return _close(doc, duty, "No Reply")


def close_expired(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""The time to take a rejected response further has passed: closed as Recourse Expired."""
	return _close(doc, duty, "Recourse Expired")


def _close(doc, duty: agenda.Duty, basis: str) -> list[EventSpec]:
	return _act(
		doc,
		duty,
		"Close",
		{"basis": basis},
		lambda: _("{0} was closed: {1}").format(doc.name, _(basis)),
	)


def _act(
	doc, duty: agenda.Duty, action: str, data: dict[str, Any], words: Callable[[], str]
) -> list[EventSpec]:
	"""Take an action as the system. Where something is still missing, who is in charge is told, once."""
	from cms_iso10002.complaints import actions

	try:
		actions.perform(doc.name, action, data, roles=(SYSTEM,), by_system=True)
	except frappe.ValidationError as refusal:
		frappe.clear_last_message()
		why = str(refusal)
		alerts.tell(
			doc,
			alerts.in_charge(doc),
			lambda: (
				_("{0} could not be closed by itself").format(doc.name)
				if action == "Close"
				else _("{0} could not go on by itself").format(doc.name)
			),
			lambda: why,
		)
		return [_swept(doc, duty, done=False)]
	alerts.tell(doc, alerts.in_charge(doc), words)
	return [_swept(doc, duty, done=True)]


def _swept(doc, duty: agenda.Duty, **data: Any) -> EventSpec:
	"""The event by which a duty leaves the agenda."""
	return EventSpec(
		agenda.TRIED, {"duty": duty.kind, "key": duty.key, **data}, dedupe=f"{doc.name}:{duty.key}"
	)


def skipped(doc, duty: agenda.Duty) -> EventSpec:
	"""A duty that a later one has overtaken: a reminder when the time to answer has passed as well."""
	return _swept(doc, duty, done=False)


def _last_letter(doc, kinds: tuple[str, ...]):
	rows = frappe.get_all(
		"Complaint Letter",
		filters={"complaint": doc.name, "kind": ("in", kinds)},
		fields=["message", "sent_on"],
		order_by="creation desc",
		limit=1,
	)
	return rows[0] if rows else frappe._dict(message="", sent_on=clock.now_site())


MILESTONE_DUTIES = {agenda.WARN: warn, agenda.OVERDUE: miss}
REPORT_DUTIES = {agenda.WARN_REPORT: reportability.warn, agenda.MISS_REPORT: reportability.miss}
OTHER_DUTIES = {
	agenda.REMIND: remind,
	agenda.RESUME: go_on,
	agenda.REMIND_OF_DECISION: remind_of_decision,
	agenda.CLOSE_UNANSWERED: close_unanswered,
	agenda.CLOSE_EXPIRED: close_expired,
}
