"""What an edit of the form means: the events it makes, and which edits need a reason.

The lifecycle covers changes of state; this covers the rest. A change of the assessment, or of when the
complaint was received, counts against the organisation or for it: so it needs a reason, and is an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import N_, Refusal
from cms_iso10002.core.states import ACKNOWLEDGED, RECEIVED

ASSESSED_FIELDS = ("severity", "complexity", "impact", "safety_implication", "immediate_action_needed")
DUTY_FIELDS = ("handler", "investigator", "reviewer")
WATCHED = ("confidentiality", "conflict_check", "complaint_group", "category", "customer", "waiting_on")
DONE = ("Implemented", "Verified", "Cancelled", "Declined")

Doc = Mapping[str, Any]


def events(before: Doc, after: Doc, reason: str, received_at: int | None) -> list[EventSpec]:
	"""The events of an edit from `before` to `after`.

	`received_at` is the new receipt in UTC microseconds where it changed. Raises Refusal where a reason is needed.
	"""
	found = _receipt(before, after, reason, received_at)
	found += _assessment(before, after, reason)
	found += _immediate_action(before, after)
	for name in DUTY_FIELDS:
		if _differs(before, after, name):
			found.append(EventSpec("assigned", {"duty": name, "user": after.get(name) or ""}))
	for name in WATCHED:
		if _differs(before, after, name):
			found.append(EventSpec("changed", {"field": name, "value": str(after.get(name) or "")}))
	if len(after.get("persons_concerned") or ()) != len(before.get("persons_concerned") or ()):
		found.append(EventSpec("persons_concerned", {"count": len(after.get("persons_concerned") or ())}))
	return found + _redress(before, after)


def _differs(before: Doc, after: Doc, name: str) -> bool:
	return (before.get(name) or None) != (after.get(name) or None)


def _receipt(before: Doc, after: Doc, reason: str, received_at: int | None) -> list[EventSpec]:
	if received_at is None:
		return []
	if not reason:
		raise Refusal(N_("Say in {0} why the time of receipt is corrected."), N_("Reason for the Change"))
	return [EventSpec("receipt_corrected", {"received_at": received_at}, note=reason)]


def _assessment(before: Doc, after: Doc, reason: str) -> list[EventSpec]:
	changed = [name for name in ASSESSED_FIELDS if _differs(before, after, name)]
	if not changed or before.get("status") in (RECEIVED, ACKNOWLEDGED):
		return []
	if not reason:
		raise Refusal(N_("Say in {0} why the assessment is changed."), N_("Reason for the Change"))
	data = {name: {"from": before.get(name) or "", "to": after.get(name) or ""} for name in changed}
	return [EventSpec("assessment_changed", data, note=reason)]


def _immediate_action(before: Doc, after: Doc) -> list[EventSpec]:
	if after.get("immediate_action_taken") and not before.get("immediate_action_taken"):
		return [EventSpec("immediate_action", {"by": after.get("immediate_action_by") or ""})]
	return []


def _redress(before: Doc, after: Doc) -> list[EventSpec]:
	"""A redress row that changed its state; and the moment when the last agreed one is done."""
	old = {row.get("name"): row.get("state") for row in before.get("redress") or ()}
	rows = after.get("redress") or ()
	found = [
		EventSpec(
			"redress",
			{
				"row": row.get("idx"),
				"remedy": row.get("remedy"),
				"from": old.get(row.get("name")) or "",
				"to": row.get("state"),
			},
		)
		for row in rows
		if row.get("state") != old.get(row.get("name"))
	]
	was_open = any(state == "Accepted" for state in old.values())
	if was_open and not any(row.get("state") == "Accepted" for row in rows):
		found.append(EventSpec("implemented"))
	return found
