"""What complainants answer: messages, files, the response to a decision, a review, a withdrawal, a rating.

Each is an action of the lifecycle or a message, by the same doors as in the desk. Who may do it was found by
`access`; the core still decides whether the state allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.file.utils import get_content_hash
from frappe.utils import cint

from cms_iso10002.complaints import actions, alerts, clock, feedback, timeline, uploads
from cms_iso10002.complaints.doctype.complaint_feedback.complaint_feedback import RATINGS
from cms_iso10002.complaints.letter_text import plain_text
from cms_iso10002.complaints.typed_text import tame
from cms_iso10002.core.states import AWAITING_COMPLAINANT
from cms_iso10002.portal import access, keys, view
from cms_iso10002.portal.access import Access
from cms_iso10002.portal.errors import Mistakes
from cms_iso10002.portal.text import as_html, clean

__all__ = (
	"RATINGS",
	"add_files",
	"add_message",
	"filed",
	"ratable",
	"rate",
	"request_review",
	"respond",
	"withdraw",
)

TWICE_WITHIN = timedelta(minutes=10)
"""The same message twice within this time was sent twice by mistake."""
LONGEST_TEXT = 20_000
"""Characters of a message."""
ANSWERS = {
	"Accepted": "Record Acceptance",
	"Rejected": "Record Rejection",
	"Partly Accepted": "Record Rejection",
}


def filed(doc, key: str) -> dict[str, Any]:
	"""The answer to a filing: reference, key (shown this once), what happens next, whether a receipt was mailed."""
	return {
		"reference": doc.name,
		"key": key,
		"state": view.state(doc.status),
		"next_steps": view.next_steps(doc, view.language()),
		"mailed": bool(doc.flags.receipt_mailed),
	}


def add_message(found: Access, text: str, files: Sequence[uploads.Upload] = ()) -> None:
	"""A message with its files; an open question is answered by it. Raises Mistakes or Refused."""
	_may(found.may_write)
	text = _said(text, "text")
	checked = uploads.check(files)
	if not text and not checked:
		raise Mistakes({"text": _("Write something, or choose a file.")})
	doc = found.doc
	if _came_just_now(doc.name, text or _("See the files."), checked):
		return
	communication = _communication(found, text or _("See the files."))
	goes_on = actions.survivor(doc.name)
	if found.knows and frappe.db.get_value("Complaint", goes_on, "status") == AWAITING_COMPLAINANT:
		_perform(goes_on, "Resume", _by(found, {"answer": text or _("See the files.")}))
	# last: what is refused after it leaves its files on the disk
	uploads.keep(goes_on, checked, communication)
	_tell(doc, lambda: _("New message on {0}").format(doc.name))


def _came_just_now(complaint: str, text: str, files: Sequence[uploads.Upload]) -> bool:
	"""Whether the same message with the same files came a moment ago: a button pressed twice sends one message."""
	timeline.lock(complaint)  # so that of two at once the second sees the first
	rows = frappe.get_all(
		"Communication",
		filters={
			"reference_doctype": "Complaint",
			"reference_name": complaint,
			"communication_medium": "Other",
			"sent_or_received": "Received",
			"communication_date": (">", clock.now_site() - TWICE_WITHIN),
		},
		fields=["name", "content"],
		order_by="creation",
	)
	same = [row.name for row in rows if plain_text(row.content).split() == text.split()]
	if not same:
		return False
	hashes = sorted(get_content_hash(file.content) for file in files)
	return any(_hashes(complaint, name) == hashes for name in same)


def _hashes(complaint: str, communication: str) -> list[str]:
	"""What is in the files that came with a message."""
	events = timeline.events_of(actions.survivor(complaint), "files_received", locked=False)
	names = [
		name
		for event in events
		if event.data.get("communication") == communication
		for name in event.data["files"]
	]
	if not names:
		return []
	filters = {"name": ("in", names)}
	return sorted(frappe.get_all("File", filters=filters, pluck="content_hash", order_by="name"))


def add_files(found: Access, files: Sequence[uploads.Upload]) -> None:
	"""Files without a message. Raises Mistakes or Refused."""
	_may(found.may_write)
	checked = uploads.check(files)
	if not checked:
		raise Mistakes({"files": _("Choose a file.")})
	uploads.keep(actions.survivor(found.reference), checked)
	_tell(found.doc, lambda: _("New files on {0}").format(found.reference))


def respond(found: Access, answer: str, words: str = "") -> None:
	"""Accept our answer, or reject it in whole or part; also late, where a closure for want of a reply allows it."""
	_may(found.may_end if answer == "Accepted" else found.may_act)
	if answer not in ANSWERS:
		raise Mistakes({"answer": _("Choose whether you accept our answer.")})
	if found.doc.status == "Closed" and not view.may_still_reject(found.doc):
		if found.doc.closure_basis == "No Reply" and answer != "Accepted":
			raise Mistakes(
				{
					"": _(
						"The time in which you could reject our answer has ended, and your complaint is closed. You can write to us."
					)
				}
			)
		raise Mistakes(
			{
				"": _(
					"Your complaint is closed, so our answer can't be accepted or rejected here. You can write to us."
				)
			}
		)
	_possible(found, "accept" if answer == "Accepted" else "reject")
	data = _by(found, {"words": _said(words, "words")})
	if found.doc.status == "Closed" and answer != "Accepted":
		_perform(found.reference, "Record Late Rejection", data)
	elif answer == "Accepted":
		_perform(found.reference, "Record Acceptance", data)
	else:
		_perform(found.reference, "Record Rejection", {**data, "response": answer})
	_tell(found.doc, lambda: _("{0} was answered: {1}").format(found.reference, _(answer)))


def request_review(found: Access, reason: str = "") -> None:
	"""Ask for a review; who has not rejected our answer yet rejects it by that."""
	_may(found.may_act)
	if view.is_final(found.doc):
		raise Mistakes(
			{"": _("This was our final answer: it was given after a review. You can write to us.")}
		)
	_possible(found, "request_review")
	reason = _said(reason, "reason")
	if found.doc.status == "Response Sent":
		_perform(found.reference, "Record Rejection", _by(found, {"words": reason}))
	_perform(found.reference, "Request Review", {"reason": reason})
	doc = frappe.get_doc("Complaint", found.reference)
	alerts.tell(doc, alerts.managers(doc), lambda: _("A review of {0} is asked for").format(doc.name))


def withdraw(found: Access, words: str) -> None:
	"""Withdraw the complaint. Raises Mistakes without a word about it."""
	_may(found.may_end)
	_possible(found, "withdraw")
	words = _said(words, "words")
	if not words:
		raise Mistakes({"words": _("Tell us in a few words that you withdraw, and why if you like.")})
	_perform(found.reference, "Withdraw", _by(found, {"words": words}))
	_tell(found.doc, lambda: _("{0} was withdrawn").format(found.reference))


def ratable(reference: str, feedback_key: str, occasion: str, key: str, code: str) -> tuple[Any, str, str]:
	"""The case that may be rated, on which occasion and by whom. Raises as `access.find` does."""
	if not feedback_key:
		found = access.find(reference, key, code)
		_may(found.may_act)
		at = feedback.occasion(found.doc)
		return found.doc, at, _giver(found)
	doc = access.by_feedback_key(reference, feedback_key, occasion)
	return doc, occasion, keys.COMPLAINANT


def rate(whom: tuple[Any, str, str], ratings: Mapping[str, Any], comments: str) -> dict[str, Any]:
	"""Store or change the rating. Raises Mistakes where the case can't be rated yet or an answer is no number from 1 to 5."""
	doc, at, giver = whom
	if not at:
		raise Mistakes({"": _("You can rate our handling once your complaint is closed.")})
	wrong = {name: _("Choose a number from 1 to 5.") for name in RATINGS if not _is_rating(ratings.get(name))}
	if wrong:
		raise Mistakes(wrong)
	numbers = {name: cint(ratings.get(name)) for name in RATINGS}
	feedback.give(doc, at, numbers, tame(clean(comments)), given_by=giver)
	return {"occasion": at, "editable": True}


def _is_rating(value: Any) -> bool:
	return str(value or 0).strip() in ("0", "1", "2", "3", "4", "5")


def _may(allowed: bool) -> None:
	"""Whoever sees a case but may not act in it is told so: they know that it is there."""
	if not allowed:
		frappe.throw(
			_("Only the person who complained, or somebody with their proven authority, can do this."),
			frappe.PermissionError,
		)


def _possible(found: Access, code: str) -> None:
	"""Raises Mistakes where the case does not stand so that this can be done, in the words of the portal."""
	if code not in {action["code"] for action in view.actions(found)}:
		state = view.state(found.doc.status)
		raise Mistakes(
			{
				"": _("That can't be done now. Your complaint: {0}. {1}").format(
					state["label"], state["meaning"]
				)
			}
		)


def _giver(found: Access) -> str:
	return keys.REPRESENTATIVE if found.role == keys.REPRESENTATIVE else keys.COMPLAINANT


def _by(found: Access, data: Mapping[str, Any]) -> dict[str, Any]:
	"""`data` with who said it, and how."""
	return {**data, "given_by": _giver(found), "channel": "Portal"}


def _said(text: str, field: str) -> str:
	text = clean(text)
	if len(text) > LONGEST_TEXT:
		raise Mistakes(
			{
				field: _(
					"This is longer than {0} characters: please shorten it, or send it as a file."
				).format(LONGEST_TEXT)
			}
		)
	return text


def _perform(complaint: str, action: str, data: Mapping[str, Any]) -> None:
	"""Take an action as the complainant: the way in was their key, code or account, so no permission is asked."""
	said = {name: tame(value) if name in ("words", "reason") else value for name, value in data.items()}
	actions.perform(complaint, action, said, roles=("Complainant",), by_system=True)


def _communication(found: Access, text: str) -> str:
	"""The message as a Communication on the case; that it came in is recorded by the Communication's hook."""
	doc, represents = found.doc, found.role == keys.REPRESENTATIVE
	name = doc.representative_name if represents else doc.complainant_name
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Other",
			"sent_or_received": "Received",
			"reference_doctype": "Complaint",
			"reference_name": doc.name,
			"subject": _("Message about {0}").format(doc.name),
			"content": as_html(text),
			"sender": (doc.representative_email if represents else doc.complainant_email) or None,
			"sender_full_name": name or _("the complainant"),
			"communication_date": clock.now_site(),
		}
	)
	communication.flags.is_of_the_case = True
	# who opened the case by key, code or account may write to it
	communication.insert(ignore_permissions=True)
	return communication.name


def _tell(case, words: Callable[[], str]) -> None:
	"""Tell who is in charge of the case that goes on, in their language: not in that of the visitor."""
	doc = frappe.get_doc("Complaint", actions.survivor(case.name))
	alerts.tell(doc, alerts.in_charge(doc), words)
