"""The letters of an action: sent before its events are recorded, so that what could not be told did not happen.

But closing: it never waits for its letter. Where that can't go out by itself, somebody is given the task.
"""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _

from cms_iso10002.complaints import alerts, correspondence, feedback, letter_recipient
from cms_iso10002.core import formats
from cms_iso10002.core.case import EventSpec, LetterSpec


def send_all(doc, specs: Iterable[LetterSpec]) -> list[EventSpec]:
	"""Send the letters; returns the events to record for them.

	Raises frappe.ValidationError with one sentence for one that can't go out, unless it is `optional`.
	"""
	events: list[EventSpec] = []
	for spec in specs:
		event = _optional(doc, spec) if spec.optional else correspondence.send(doc, spec)
		if event:
			events += [event, *feedback.asked_by(doc.name, event)]
	return events


def _optional(doc, spec: LetterSpec) -> EventSpec | None:
	"""Send a letter if it can go out; else who is in charge is given the task, where it is one."""
	if not _is_owed(doc, spec):
		return None
	event = correspondence.attempt(doc, spec)
	if not event:
		alerts.task(doc, lambda: _("Tell the complainant that {0} is closed").format(doc.name))
	return event


def _is_owed(doc, spec: LetterSpec) -> bool:
	"""Whether there is somebody to tell who was not told otherwise: a person who closes is asked how they told."""
	person = letter_recipient.recipient(doc, spec.kind)
	if person["email"]:
		return True
	reachable = bool(person["phone"] or person["address"])
	return reachable and (doc.acting() == "System" or doc.correspondence_format in formats.MADE_BY_PEOPLE)
