"""What a case answers in the portal: an allow-list. Whatever is not put in here stays inside.

No names of handlers, no internal notes, findings, severity or confidentiality; events only if they are public and
there are words for them. A representative whose authority is not verified sees that the complaint is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, cstr, get_datetime

from cms_iso10002.complaints import clock, feedback, letter_language, letter_steps, printing
from cms_iso10002.complaints.letter_content import decided, remedy_text
from cms_iso10002.complaints.typed_text import typed
from cms_iso10002.portal import keys
from cms_iso10002.portal.access import COLLEAGUE, Access
from cms_iso10002.portal.words import (
	ACTIONS,
	ANSWERS,
	ARRIVALS,
	EVENTS,
	FINAL,
	IN_PART,
	OUTCOMES,
	STATES,
)

STANDING = ("Response Sent", "Accepted", "Closed")
"""States in which aspects are those of the answer that was sent, and nobody works on others."""
ANSWERABLE = (*STANDING, "Rejected")
"""States in which it is for the complainant to say what they think of the answer, or to go further."""
WAYS = (
	"complainant_email",
	"complainant_phone",
	"complainant_address",
	"representative_email",
	"representative_phone",
)
"""How somebody can be told; who gave none of them looks on the page."""
MOST_ROWS = 100
"""Cases in one list, messages of one case."""
MOST_PAGED = 1_000_000
"""Where lists end."""


def case(access: Access) -> dict[str, Any]:
	"""Everything that `access` may know of its case, as plain values (see docs/portal-api.md)."""
	doc, spoken = access.doc, language()
	answer = {
		"reference": doc.name,
		"state": _state_of(doc),
		"received": day(doc.received_on, spoken),
		"role": access.role,
		"withheld": not access.knows,
		"actions": actions(access),
	}
	if not access.knows:
		return {**answer, **_nothing_known()}
	happened = _events(doc.name)
	answer.update(
		{
			"subject": printing.plain_text(doc.subject),
			"description": printing.plain_text(doc.description),
			"next_steps": next_steps(doc, spoken),
			"timeline": _timeline(happened, spoken),
			"messages": _messages(access, happened, spoken),
			"files": _files(filed_with(happened)),
			"question": question(doc, happened, spoken),
			"told": told_us(doc, spoken),
			**told(doc, spoken),
			"goes_on_as": cstr(doc.duplicate_of) if doc.status == "Duplicate" else "",
			"feedback": rating(doc) if access.may_act else None,
		}
	)
	return typed(answer)


def _nothing_known() -> dict[str, Any]:
	"""The answer's other parts, empty: so that pages need not ask whether they are there."""
	lists = dict.fromkeys(("next_steps", "timeline", "messages", "files"), ())
	none = dict.fromkeys(("question", "told", "decision", "recourse", "feedback"))
	texts = dict.fromkeys(("subject", "description", "goes_on_as"), "")
	return {**{name: list(value) for name, value in lists.items()}, **none, **texts}


def state(status: str, answer: str = "") -> dict[str, str]:
	"""A state: its code, its name for the public, and what it means, where our decision had this `answer`."""
	in_part = status == "Rejected" and answer == "Partly Accepted"
	label, meaning = IN_PART if in_part else STATES[status]
	return {"code": status, "label": _(label), "meaning": _(meaning)}


def _state_of(doc) -> dict[str, str]:
	"""The state of a case of which the decisions are known: a rejection may be one in part, or of the last answer."""
	answer = cstr(doc.decisions[-1].response) if doc.decisions else ""
	found = state(doc.status, answer)
	if doc.status == "Rejected" and is_final(doc):
		found["meaning"] = _(FINAL.get(answer, FINAL["Rejected"]))
	return found


def is_final(doc) -> bool:
	"""Whether the last answer was given after a review: there is no other review then."""
	sent = [row for row in doc.decisions if row.sent_on]
	return bool(sent) and sent[-1].level == "Internal Review"


def day(value: Any, language: str) -> dict[str, str]:
	"""A date for machines and for people; both empty for none."""
	if not value:
		return {"iso": "", "text": ""}
	moment = get_datetime(value)
	return {"iso": moment.date().isoformat(), "text": letter_language.date_text(moment, language)}


def next_steps(doc, language: str) -> list[dict[str, str]]:
	"""What happens next and by when: `label`, `due` (a date, or words), the soonest first."""
	steps = {**letter_steps.CONFIRMING, **letter_steps.STEPS}
	if not any(doc.get(name) for name in WAYS):
		steps = letter_steps.ON_THE_PAGE
	return letter_steps.next_steps({"milestones": doc.milestones, "name": doc.name}, "", language, steps)


def actions(access: Access) -> list[dict[str, str]]:
	"""What can be done now: `code` and `label`."""
	doc, found = access.doc, []
	if access.may_write:
		found.append("answer" if doc.status == "Awaiting Complainant" and access.knows else "add_message")
	if access.may_act:
		if doc.status == "Response Sent":
			found += [*(["accept"] if access.may_end else []), "reject"]
		if doc.status in ("Response Sent", "Rejected") and not is_final(doc):
			found.append("request_review")
		if doc.status == "Closed" and may_still_reject(doc):
			found.append("reject")
		if access.may_end and doc.status_category != "Closed":
			found.append("withdraw")
		if feedback.occasion(doc):
			found.append("give_feedback")
	return [{"code": code, "label": _(ACTIONS[code])} for code in found]


def may_still_reject(doc) -> bool:
	"""Whether our answer can be rejected though the case was closed, for want of a reply."""
	if doc.closure_basis != "No Reply" or not doc.decisions:
		return False
	until = doc.decisions[-1].recourse_expires_on
	return not until or get_datetime(until).date() >= clock.today()


def question(doc, happened: Iterable[Mapping[str, Any]], language: str) -> dict[str, Any] | None:
	"""The question that waits for an answer: `text`, `asked`, `answer_by`, or None."""
	if doc.status != "Awaiting Complainant":
		return None
	until = [event["data"].get("until") for event in happened if event["kind"] == "paused"][-1:]
	asked = frappe.get_all(
		"Complaint Letter",
		filters={"complaint": doc.name, "kind": "Information Request"},
		fields=["message", "sent_on"],
		order_by="sent_on desc, creation desc",
		limit=1,
	)
	if not asked:
		return None
	return {
		"text": cstr(asked[0].message),
		"asked": day(asked[0].sent_on, language),
		"answer_by": day(until[0] if until else None, language),
	}


def told_us(doc, language: str) -> dict[str, Any]:
	"""What they told us besides the description: `remedy`, `remedy_notes`, `customer_reference`, `occurred`, `items`,
	and whether colleagues see it (`shared`)."""
	return {
		"remedy": remedy_text(doc.remedy_requested),
		"remedy_notes": printing.plain_text(doc.remedy_notes),
		"customer_reference": cstr(doc.customer_reference),
		"occurred": day(doc.occurred_on, language),
		"items": [_item(row) for row in doc.subjects],
		"shared": bool(cint(doc.share_with_company)),
	}


def _item(row: Mapping[str, Any]) -> str:
	"""An item or a document that the complaint is about, by name."""
	what = row["item_name"] or row["item_code"]
	document = " ".join((_(row["reference_doctype"]), row["reference_name"])) if row["reference_name"] else ""
	return ", ".join(filter(None, (what, document)))


def told(doc, language: str) -> dict[str, Any]:
	"""`decision` (the answer that was sent: outcome, reasons, aspects, what is offered; what they answered, in which
	words) and `recourse` (where else to turn, until when); both None before an answer was sent, and `recourse` while
	another is worked on.
	"""
	sent = [row for row in doc.decisions if row.sent_on]
	if not sent:
		return {"decision": None, "recourse": None}
	last = sent[-1]
	kind = "Review Outcome" if last.level == "Internal Review" else "Decision"
	letter = decided(_as_offered(doc, last), kind, language)
	# while another decision is worked on, aspects are those of nobody's letter; what was offered nobody can change
	standing = doc.status in STANDING
	decision = {
		"outcome": last.outcome,
		"outcome_text": _(OUTCOMES[last.outcome]) if last.outcome in OUTCOMES else "",
		"reasons": printing.plain_text(last.reasons),
		"sent": day(last.sent_on, language),
		"level": last.level,
		"response": cstr(last.response),
		"answer": _(ANSWERS[last.response]) if last.response in ANSWERS else "",
		"answered": day(last.responded_on, language),
		"words": printing.plain_text(last.response_words),
		"aspects": letter["aspects"] if standing else [],
		"redress": letter["redress"],
	}
	return {"decision": decision, "recourse": letter["recourse"] if doc.status in ANSWERABLE else None}


def _as_offered(doc, last) -> dict[str, Any]:
	"""The case as of its last answer: without redress that nobody has offered yet, or decisions not sent."""
	rows = [row for row in doc.redress if row.state not in ("Proposed", "Approved")]
	return {**doc, "redress": rows, "decisions": [last]}


def rating(doc) -> dict[str, Any] | None:
	"""Where the handling can be rated now: occasion, key, and what was answered; None where it can't be yet."""
	at = feedback.occasion(doc)
	if not at:
		return None
	answer = feedback.given(doc.name, at) or {}
	for inside in ("name", "themselves"):
		answer.pop(inside, None)
	submitted = answer.pop("submitted_on", None)
	return {
		"occasion": at,
		"key": keys.feedback_key(doc.name, at),
		"given": bool(submitted),
		"editable": bool(answer.pop("editable", True)),
		"answers": answer,
	}


def _events(complaint: str) -> list[frappe._dict]:
	"""The public events of a case, in order, with their data."""
	event = DocType("Complaint Event")
	rows = (
		frappe.qb.from_(event)
		.select(event.kind, event.at, event.payload)
		.where((event.complaint == complaint) & (event.public == 1))
		.orderby(event.sequence)
		.run(as_dict=True)
	)
	for row in rows:
		row["data"] = json.loads(row.pop("payload"))["data"]
	return rows


def _timeline(happened: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
	"""What happened, oldest first: `on` and `text`; what was told twice only once."""
	lines: list[dict[str, Any]] = []
	for event in happened:
		words = _words_for(event)
		line = {"on": day(event["at"], language), "text": _(words) if words else ""}
		if words and line not in lines[-1:]:
			lines.append(line)
	return lines


def _words_for(event: Mapping[str, Any]) -> str | None:
	"""What is said of a public event; None for one that is not shown."""
	kind, data = event["kind"], event["data"]
	if kind == "state_changed":
		return ARRIVALS.get(data.get("to"))
	if kind == "rejected" and data.get("response") == "Partly Accepted":
		kind = "rejected in part"
	if kind == "resumed" and not data.get("answered"):
		kind = "resumed without"
	return EVENTS.get(kind)


def _messages(access: Access, happened: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
	"""Letters of ours and what they wrote, oldest first: `mine`, `on`, `subject`, `text`, `files`."""
	found = _letters(access.reference) + _written(happened)
	found.sort(key=lambda entry: get_datetime(entry["at"]))
	found = found[-MOST_ROWS:]
	files = {file["name"]: file for file in _files(name for entry in found for name in entry["names"])}
	return [
		{
			"mine": entry["mine"],
			"on": day(entry["at"], language),
			"subject": cstr(entry["subject"]),
			"text": _text(entry["content"], access),
			"files": [files[name] for name in entry["names"] if name in files],
		}
		for entry in found
	]


def _text(content: str | None, access: Access) -> str:
	"""A message as text. The link by which we are rated is for who complained, not for colleagues who read the letter."""
	text = printing.plain_text(content)
	for occasion in (feedback.CLOSING, feedback.UNRESOLVED) if access.role == COLLEAGUE else ():
		text = text.replace(keys.feedback_key(access.reference, occasion), "…")
	return text


def _letters(complaint: str) -> list[dict[str, Any]]:
	letter = DocType("Complaint Letter")
	rows = (
		frappe.qb.from_(letter)
		.select(letter.sent_on.as_("at"), letter.subject, letter.content, letter.file)
		.where(letter.complaint == complaint)
		.orderby(letter.sent_on)
		.orderby(letter.creation)
		.run(as_dict=True)
	)
	return [{"mine": False, **row, "names": [row.file] if row.file else []} for row in rows]


def _written(happened: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
	"""What came in from them, with the files that came along. Only what public events name: no mail of ours about it."""
	with_files: dict[str, list[str]] = {}
	names = []
	for event in happened:
		communication = event["data"].get("communication")
		if event["kind"] == "message_received" and communication:
			names.append(communication)
		if event["kind"] == "files_received" and communication:
			with_files.setdefault(communication, []).extend(event["data"]["files"])
	if not names:
		return []
	rows = frappe.get_all(
		"Communication",
		filters={"name": ("in", names), "sent_or_received": "Received"},
		fields=["name", "communication_date as at", "creation", "subject", "content"],
		order_by="creation",
	)
	return [
		{"mine": True, **row, "at": row.at or row.creation, "names": with_files.get(row.name, [])}
		for row in rows
	]


def filed_with(happened: Iterable[Mapping[str, Any]]) -> list[str]:
	"""The names of the files that came with the complaint itself."""
	return [
		name
		for event in happened
		if event["kind"] == "files_received" and not event["data"].get("communication")
		for name in event["data"]["files"]
	]


def may_fetch(access: Access, file: str) -> bool:
	"""Whether a File is one that the case shows to `access`: sent by them, or the file of a letter."""
	if not access.knows:
		return False
	for event in _events(access.reference):
		if event["kind"] == "files_received" and file in event["data"]["files"]:
			return True
	return bool(frappe.db.exists("Complaint Letter", {"complaint": access.reference, "file": file}))


def _files(names: Iterable[str]) -> list[dict[str, Any]]:
	names = list(names)
	if not names:
		return []
	rows = frappe.get_all(
		"File",
		filters={"name": ("in", names)},
		fields=["name", "file_name", "file_size"],
		order_by="creation",
	)
	return [{"name": row.name, "file_name": row.file_name, "size": cint(row.file_size)} for row in rows]


def rows(condition, role_of, start: int = 0) -> dict[str, Any]:
	"""The cases that `condition` keeps, the latest first, MOST_ROWS from `start`: what a list shows, and whether more follow."""
	table, spoken = DocType("Complaint"), language()
	fields = ("name", "subject", "status", "response", "received_on", "due_at", "due_stage", "modified")
	fields += ("representative_name", "representative_verified_by", "representative_valid_until")
	fields += ("owner", "channel", "contact", "customer", "complainant_email", "representative_email")
	fields += ("share_with_company", "confidentiality", "tracking_key_hash")
	found = (
		frappe.qb.from_(table)
		.select(*fields)
		.where(condition)
		.orderby(table.received_on, order=frappe.qb.desc)
		.orderby(table.name, order=frappe.qb.desc)
		.limit(MOST_ROWS + 1)
		.offset(min(max(start, 0), MOST_PAGED))
		.run(as_dict=True)
	)
	return {
		"complaints": [_row(row, role_of(row), spoken) for row in found[:MOST_ROWS]],
		"more": len(found) > MOST_ROWS,
	}


def _row(row, role: str, language: str) -> dict[str, Any]:
	known = role != keys.REPRESENTATIVE or printing.is_verified(row)
	return {
		"reference": row.name,
		"subject": typed(cstr(row.subject)) if known else "",
		"state": state(row.status, row.response),
		"received": day(row.received_on, language),
		"waits_for_me": row.status in ("Awaiting Complainant", "Response Sent")
		and known
		and role != COLLEAGUE,
		"role": role,
	}


def language() -> str:
	return letter_language.spoken(frappe.local.lang or "en")
