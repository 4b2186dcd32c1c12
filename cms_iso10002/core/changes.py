"""What an edit of the form means: the events it makes, and which edits need a reason.

The lifecycle covers changes of state; this covers the rest. A change of the assessment, or of when the
complaint was received, counts against the organisation or for it: so it needs a reason, and is an event. So does a
correction of what the complainant told us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cms_iso10002.core import redress
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import N_, Refusal
from cms_iso10002.core.states import ACCEPTED, DECIDED, RESPONSE_SENT, WITHDRAWN

ASSESSED_FIELDS = ("severity", "complexity", "impact", "safety_implication", "immediate_action_needed")
DUTY_FIELDS = ("handler", "investigator", "reviewer")
WATCHED = ("confidentiality", "conflict_check", "complaint_group", "category", "root_cause", "waiting_on")
WATCHED_PERSONAL = ("customer",)
"""That it changed is an event; to what stands on the complaint, where it can be erased."""
THEIR_WORDS = ("subject", "description", "remedy_requested", "remedy_notes")
"""What the complainant told us."""
WORDS_CORRECTED = "words_corrected"
ASPECT_FIELDS = ("what", "category", "outcome", "reasons")

Doc = Mapping[str, Any]


def events(
	before: Doc,
	after: Doc,
	reason: str,
	received_at: int | None = None,
	assessed: bool = False,
	corrected: Sequence[str] = (),
) -> list[EventSpec]:
	"""The events of an edit from `before` to `after`.

	`received_at` is the new receipt in UTC microseconds where it changed, `assessed` whether the assessment had been
	completed, `corrected` the fields of THEIR_WORDS that say something else than they did. Raises Refusal where a reason is needed, or where what was decided or agreed would change unseen.
	"""
	_check_answered(before, after)
	found = _receipt(reason, received_at)
	found += _corrections(reason, corrected)
	found += _assessment(before, after, reason) if assessed else []
	found += _immediate_action(before, after)
	found += _persons(before, after, reason)
	for name in DUTY_FIELDS:
		if _differs(before, after, name):
			found.append(EventSpec("assigned", {"duty": name, "user": after.get(name) or ""}))
	for name in WATCHED:
		if _differs(before, after, name):
			found.append(EventSpec("changed", {"field": name, "value": str(after.get(name) or "")}))
	for name in WATCHED_PERSONAL:
		if _differs(before, after, name):
			found.append(EventSpec("changed", {"field": name, "value": ""}))
	if before.get("status") == WITHDRAWN and after.get("findings") and not before.get("findings"):
		found.append(EventSpec("investigated", {"waived": False}))
	return found + redress_events(before, after, reason)


def assessment_differs(before: Doc, after: Doc) -> bool:
	"""Whether the edit touches what ISO 10002:2018, 7.5 has assessed."""
	return any(_differs(before, after, name) for name in ASSESSED_FIELDS)


def _check_answered(before: Doc, after: Doc) -> None:
	"""What was decided stands as it was decided until a new round; what was offered, as it was offered."""
	if before.get("status") in (DECIDED, RESPONSE_SENT, ACCEPTED):
		if _table(before, "aspects", ASPECT_FIELDS) != _table(after, "aspects", ASPECT_FIELDS):
			raise Refusal(
				N_(
					"The aspects were answered by the decision and can't be changed now: decide again in a new round."
				)
			)
	now = {row.get("name"): row for row in after.get("redress") or ()}
	for row in before.get("redress") or ():
		if row.get("state") in redress.UNBOUND:
			continue
		same = now.get(row.get("name"))
		if not same:
			raise Refusal(
				N_("Redress that was offered can't be removed: set its state to Cancelled instead.")
			)
		if redress.terms(row) != redress.terms(same):
			raise Refusal(
				N_("The terms of redress that was offered can't be changed: cancel it and add another.")
			)


def _table(doc: Doc, table: str, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
	return [tuple(row.get(name) or None for name in names) for row in doc.get(table) or ()]


def _persons(before: Doc, after: Doc, reason: str) -> list[EventSpec]:
	"""Who is recorded as concerned; a name may be added by anyone, and is taken off only with a reason."""
	names = ("user", "employee", "person_name")
	old, new = (set(_table(doc, "persons_concerned", names)) for doc in (before, after))
	if old == new:
		return []
	if old - new and not reason:
		raise Refusal(N_("Say in {0} why somebody is no longer concerned."), N_("Reason for the Change"))
	return [EventSpec("persons_concerned", {"count": len(new), "removed": len(old - new)}, note=reason)]


def _differs(before: Doc, after: Doc, name: str) -> bool:
	return (before.get(name) or None) != (after.get(name) or None)


def _receipt(reason: str, received_at: int | None) -> list[EventSpec]:
	if received_at is None:
		return []
	if not reason:
		raise Refusal(N_("Say in {0} why the time of receipt is corrected."), N_("Reason for the Change"))
	return [EventSpec("receipt_corrected", {"received_at": received_at}, note=reason)]


def _corrections(reason: str, fields: Sequence[str]) -> list[EventSpec]:
	if fields and not reason:
		raise Refusal(
			N_("Say in {0} why the complainant's words are corrected."), N_("Reason for the Change")
		)
	return [EventSpec(WORDS_CORRECTED, {"field": name}, note=reason) for name in fields]


def _assessment(before: Doc, after: Doc, reason: str) -> list[EventSpec]:
	changed = [name for name in ASSESSED_FIELDS if _differs(before, after, name)]
	if not changed:
		return []
	if not reason:
		raise Refusal(N_("Say in {0} why the assessment is changed."), N_("Reason for the Change"))
	data = {name: {"from": before.get(name) or "", "to": after.get(name) or ""} for name in changed}
	return [EventSpec("assessment_changed", data, note=reason)]


def _immediate_action(before: Doc, after: Doc) -> list[EventSpec]:
	if after.get("immediate_action_taken") and not before.get("immediate_action_taken"):
		return [EventSpec("immediate_action", {"by": after.get("immediate_action_by") or ""})]
	return []


def redress_events(before: Doc, after: Doc, note: str = "") -> list[EventSpec]:
	"""A redress row that changed its state, with why (`note`); and the moment when the last agreed one is done."""
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
			note=note,
		)
		for row in rows
		if row.get("state") != old.get(row.get("name"))
	]
	agreed = {name for name, state in old.items() if state == "Accepted"}
	if agreed and not any(row.get("state") == "Accepted" for row in rows):
		done = any(row.get("state") in ("Implemented", "Verified") for row in rows)
		found.append(EventSpec("implemented" if done else "nothing_to_implement"))
	return found
