"""The eight steps of the follow-up form: when each was done, by whom, and a remark."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr

from cms_iso10002.complaints import actors
from cms_iso10002.complaints.letter_content import DECISIONS, HOW_RECEIVED, Doc
from cms_iso10002.complaints.letter_language import date_text, plain_word
from cms_iso10002.core.refusal import N_

LABELS = (
	N_("Complaint acknowledged"),
	N_("Complaint assessed"),
	N_("Complaint investigated"),
	N_("Complaint resolved"),
	N_("Complainant informed"),
	N_("Correction made"),
	N_("Correction verified"),
	N_("Complaint closed"),
)
EVENTS = (
	"assessed",
	"investigated",
	"implemented",
	"redress",
	"closed",
	"withdrawn",
	"out_of_scope",
	"duplicate",
)
ENDS = ("closed", "withdrawn", "out_of_scope", "duplicate")
DONE = ("Implemented", "Verified")

HOW_TOLD = {**HOW_RECEIVED, "Post": HOW_RECEIVED["Letter"]}
"""Channels in our own words: the plain ones are other words in the books (to post an entry)."""
HOW_CLOSED = {
	"Accepted": N_("our answer was accepted"),
	"Resolved Early": N_("put right at once"),
	"No Reply": N_("no reply came to our answer"),
	"Recourse Exhausted": N_("nothing is left to review"),
	"Recourse Expired": N_("the time to ask for a review is over"),
	"External Outcome": N_("an outside body decided"),
	"Withdrawn": N_("withdrawn"),
	"Out of Scope": N_("not a matter for this procedure"),
	"Duplicate": N_("joined with another complaint"),
	"No Contact Possible": N_("nobody could be reached"),
}

Step = tuple[Any, Any, str]
"""When (site time, or None), who (a user, or an event's reference to one), remark."""
NOT_YET: Step = (None, None, "")


def steps(doc: Doc, language: str) -> list[dict[str, str]]:
	"""The steps in their order, with `label`, `date`, `name`, `remark`; empty where a step was not taken."""
	found = _taken(doc) if doc.get("name") else [NOT_YET] * len(LABELS)
	names = actors.names(who for _when, who, _remark in found)
	return [
		{
			"label": _(label),
			"date": date_text(when, language),
			"name": names.get(who, cstr(who)) if when else "",
			"remark": cstr(remark) if when else "",
		}
		for label, (when, who, remark) in zip(LABELS, found, strict=True)
	]


def _taken(doc: Doc) -> list[Step]:
	letters, events = _letters(doc.get("name")), _events(doc.get("name"))
	decision = (doc.get("decisions") or [{}])[-1]
	return [
		_told(letters, ("Acknowledgement",)),
		_event(events, ("assessed",), _(doc.get("severity")) if doc.get("severity") else ""),
		_event(events, ("investigated",), doc.get("investigation_waived_reason")),
		(decision.get("decided_on"), decision.get("decided_by"), _(decision.get("outcome") or "")),
		_informed(letters, decision),
		_corrected(doc, events),
		_verified(doc, events),
		_closed(doc, events),
	]


def _letters(complaint: str) -> list[Mapping[str, Any]]:
	"""The letters that were not lost, oldest first."""
	return frappe.get_all(
		"Complaint Letter",
		filters={"complaint": complaint, "delivery": ("in", ("Sent", "Delivered"))},
		fields=["kind", "channel", "sent_on", "sent_by"],
		order_by="sent_on, creation",
	)


def _events(complaint: str) -> list[Mapping[str, Any]]:
	return frappe.get_all(
		"Complaint Event",
		filters={"complaint": complaint, "kind": ("in", EVENTS)},
		fields=["kind", "at", "actor", "payload"],
		order_by="sequence",
	)


def _told(letters: Sequence[Mapping[str, Any]], kinds: tuple[str, ...]) -> Step:
	found = [letter for letter in letters if letter["kind"] in kinds]
	return (
		(found[-1]["sent_on"], found[-1]["sent_by"], plain_word(HOW_TOLD, found[-1]["channel"]))
		if found
		else NOT_YET
	)


def _event(events: Sequence[Mapping[str, Any]], kinds: tuple[str, ...], remark: str | None) -> Step:
	found = [event for event in events if event["kind"] in kinds]
	return (found[-1]["at"], found[-1]["actor"], cstr(remark)) if found else NOT_YET


def _informed(letters: Sequence[Mapping[str, Any]], decision: Mapping[str, Any]) -> Step:
	"""By the letter of the decision; what was put right at once may have been told without one."""
	if not decision.get("sent_on"):
		return NOT_YET
	told = _told(letters, DECISIONS)
	return told if told[0] else (decision.get("sent_on"), decision.get("decided_by"), "")


def _corrected(doc: Doc, events: Sequence[Mapping[str, Any]]) -> Step:
	rows = [row for row in doc.get("redress") or () if row.get("state") in DONE]
	if not rows or any(row.get("state") == "Accepted" for row in doc.get("redress") or ()):
		return NOT_YET
	when, who, _remark = _event(_redress_to(events, DONE), ("redress",), "")
	last = max((row.get("implemented_on") for row in rows if row.get("implemented_on")), default=when)
	return last, who, ""


def _verified(doc: Doc, events: Sequence[Mapping[str, Any]]) -> Step:
	"""By who looked at the whole; else by who verified each piece of redress."""
	if doc.get("correction_verified_on"):
		by, how = doc.get("correction_verified_by"), doc.get("correction_verified_how")
		return doc.get("correction_verified_on"), by, cstr(how)
	rows = [row for row in doc.get("redress") or () if row.get("state") in DONE]
	if not rows or any(row.get("state") != "Verified" for row in rows):
		return NOT_YET
	when, who, _remark = _event(_redress_to(events, ("Verified",)), ("redress",), "")
	return when, rows[-1].get("verified_by") or who, ""


def _redress_to(events: Sequence[Mapping[str, Any]], states: tuple[str, ...]) -> list[Mapping[str, Any]]:
	return [
		event
		for event in events
		if event["kind"] == "redress" and json.loads(event["payload"])["data"].get("to") in states
	]


def _closed(doc: Doc, events: Sequence[Mapping[str, Any]]) -> Step:
	if not doc.get("closed_on"):
		return NOT_YET
	_when, who, _remark = _event(events, ENDS, "")
	return doc.get("closed_on"), who, plain_word(HOW_CLOSED, doc.get("closure_basis"))
