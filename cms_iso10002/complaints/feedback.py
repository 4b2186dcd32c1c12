"""What those who complained think of how it was handled (ISO 10002:2018, 8.3): one answer an occasion.

It is asked for after closing, and where a complaint stays open for long. The answer can be changed for two weeks.
Nobody rates their own work: who acted in a case or has a duty in it neither gives nor takes down its rating. What
somebody answered themselves only they change: nobody takes down another rating over it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_datetime

from cms_iso10002.complaints import actors, clock, permissions, timeline
from cms_iso10002.complaints.doctype.complaint_feedback.complaint_feedback import RATINGS
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core.case import EventSpec

CLOSING, UNRESOLVED = "Closing", "Unresolved"
ASKED = {CLOSING: "feedback_asked", UNRESOLVED: "feedback_asked_open"}
"""The event that tells that a rating was asked for, by occasion; once a case."""
EDITABLE_FOR = timedelta(days=14)
LONGEST_COMMENT = 5000
"""Characters."""
THEMSELVES = "Portal"
"""How a rating was taken that nobody here took down."""
TAKEN_HOW = ("Phone", "In Person", "Letter", "E-mail")
"""How people here take one down."""
NO_WORK = ("feedback_asked", "feedback_asked_open", "feedback_given", "feedback_changed")
"""Events by which nobody worked on the complaint: a colleague may correct the rating that they took down."""


def occasion(doc) -> str:
	"""The occasion on which a complaint can be rated now: Closing, Unresolved, or "" for none (yet, or any more)."""
	if doc.get("anonymised_on"):
		return ""
	if doc.get("status_category") == "Closed":
		return CLOSING if doc.get("status") != "Duplicate" else ""
	days = cint(frappe.get_cached_doc("Complaint Settings").get("feedback_after_days"))
	late = days and get_datetime(doc.get("received_on")) + timedelta(days=days) <= clock.now_site()
	return UNRESOLVED if late else ""


def asked_key(complaint: str, at: str) -> str:
	"""What marks the event of asking on an occasion; unique on the site."""
	return f"{ASKED[at]}:{complaint}"


def asked_by(complaint: str, letter: EventSpec) -> list[EventSpec]:
	"""The event of asking, where the letter that `letter` tells of has the link: nobody is asked a second time."""
	if not letter.data.get("asks_rating") or timeline.has(complaint, ASKED[CLOSING]):
		return []
	data = {"occasion": CLOSING, "letter": letter.data["letter"]}
	return [EventSpec(ASKED[CLOSING], data, dedupe=asked_key(complaint, CLOSING))]


def given(complaint: str, at: str) -> dict[str, Any] | None:
	"""The answer given on an occasion as plain values, with `editable` and whether they gave it `themselves`; None for none."""
	fields = ["name", "submitted_on", "comments", "taken_how", *RATINGS]
	row = frappe.db.get_value(
		"Complaint Feedback", {"complaint": complaint, "occasion": at}, fields, as_dict=True
	)
	if row:
		row["editable"] = clock.now_site() <= get_datetime(row.submitted_on) + EDITABLE_FOR
		row["themselves"] = row.pop("taken_how") == THEMSELVES
	return row


def give(
	doc,
	at: str,
	ratings: Mapping[str, int],
	comments: str = "",
	*,
	given_by: str = "Complainant",
	taken_how: str = THEMSELVES,
	taken_by: str = "",
) -> str:
	"""Store the answer on an occasion, or change the one that was given; returns the record's name.

	Raises frappe.ValidationError with one sentence where nothing was answered, a number is none from 1 to 5, the two
	weeks are over, they gave one themselves, or the session's user works on the case.
	"""
	_refuse_own_work(doc)
	answers = {name: cint(ratings.get(name)) for name in RATINGS}
	comments = (comments or "").strip()
	if not any(answers.values()) and not comments:
		frappe.throw(_("Answer at least one of the questions."))
	if len(comments) > LONGEST_COMMENT:
		frappe.throw(
			_("The comment is longer than {0} characters: please shorten it.").format(LONGEST_COMMENT)
		)
	timeline.lock(doc.name)  # two answers at once are one answer and a change of it
	name = frappe.db.get_value("Complaint Feedback", {"complaint": doc.name, "occasion": at}, for_update=True)
	record = frappe.get_doc("Complaint Feedback", name) if name else frappe.new_doc("Complaint Feedback")
	if name and clock.now_site() > get_datetime(record.submitted_on) + EDITABLE_FOR:
		frappe.throw(_("This rating was given more than two weeks ago and can't be changed any more."))
	if name and record.taken_how == THEMSELVES != taken_how:
		frappe.throw(
			_("They rated us themselves: only they can change it, by the link of our mail."),
			frappe.PermissionError,
		)
	record.update({"complaint": doc.name, "occasion": at, **answers, "comments": comments, "by": given_by})
	record.update({"taken_how": taken_how, "taken_by": taken_by or None})
	record.submitted_on = record.submitted_on or clock.now_site()
	record.flags.from_feedback = True
	with all_or_nothing():
		# nobody may write ratings but through here, where it was checked who gives them
		record.save(ignore_permissions=True)
		kind = "feedback_changed" if name else "feedback_given"
		timeline.record(doc.name, kind, {"feedback": record.name, "occasion": at})
	return record.name


def _is_own_work(doc) -> bool:
	"""Whether the session's user works on the case, or did."""
	workers = {doc.get(duty) for duty in ("handler", "investigator", "reviewer")}
	workers |= {row.get(name) for row in doc.get("decisions") or () for name in ("decided_by", "approved_by")}
	return frappe.session.user in workers or actors.has_acted(frappe.session.user, doc, NO_WORK)


def _refuse_own_work(doc) -> None:
	if _is_own_work(doc):
		frappe.throw(
			_("You work on this complaint, so you can't rate it or take its rating down: ask a colleague."),
			frappe.PermissionError,
		)


@frappe.whitelist(methods=["GET", "POST"])
def get_dialog(complaint: str) -> list[dict]:
	"""The fields of the dialog *Record Rating*, with what was answered before; none where the user can't take one down now.

	Checks read permission on the complaint; whoever may not write it gets no dialog.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	at = occasion(doc)
	before = given(complaint, at) or {}
	open_to_us = before.get("editable", True) and not before.get("themselves")
	if not at or not open_to_us or not permissions.may(doc, "write") or _is_own_work(doc):
		return []
	meta = frappe.get_meta("Complaint Feedback")
	ratings = [
		{
			"fieldname": name,
			"label": _(meta.get_label(name)),
			"fieldtype": "Select",
			"options": "\n1\n2\n3\n4\n5",
			"default": str(before.get(name) or ""),
		}
		for name in RATINGS
	]
	middle = len(ratings) // 2
	return [
		*_how_given(doc),
		{"fieldtype": "Section Break", "label": _("Their Answers, 1 (Not at All) to 5 (Fully)")},
		*ratings[:middle],
		{"fieldtype": "Column Break"},
		*ratings[middle:],
		{"fieldtype": "Section Break"},
		{
			"fieldname": "comments",
			"label": _("In Which Words"),
			"fieldtype": "Small Text",
			"default": before.get("comments") or "",
		},
	]


def _how_given(doc) -> list[dict]:
	"""The fields of the dialog that say by whom and how the rating was given."""
	people = ["Complainant", *(["Representative"] if doc.representative_name else [])]
	return [
		_select("given_by", _("Given By"), people),
		{"fieldtype": "Column Break"},
		_select("taken_how", _("Taken How"), [*TAKEN_HOW]),
	]


def _select(fieldname: str, label: str, options: list[str]) -> dict:
	return {
		"fieldname": fieldname,
		"label": label,
		"fieldtype": "Select",
		"options": "\n".join(options),
		"default": options[0],
		"reqd": 1,
	}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def record_feedback(
	complaint: str,
	given_by: str = "Complainant",
	taken_how: str = "Phone",
	comments: str = "",
	ease: int = 0,
	speed: int = 0,
	informed: int = 0,
	courtesy: int = 0,
	fairness: int = 0,
	clarity: int = 0,
	outcome: int = 0,
	overall: int = 0,
) -> str:
	"""Take down a rating given by phone, in person or by letter: by somebody who does not work on the case.

	Checks write permission on the complaint. Ratings are 1 to 5, 0 for one that was not given; `comments` are the
	words they used. Returns the name of the Complaint Feedback.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	at = occasion(doc)
	if not at:
		frappe.throw(_("This complaint can be rated once it is closed, or when it has stayed open for long."))
	if taken_how not in TAKEN_HOW:
		frappe.throw(_("Say how the rating was given: {0}.").format(", ".join(map(_, TAKEN_HOW))))
	ratings = {
		"ease": ease,
		"speed": speed,
		"informed": informed,
		"courtesy": courtesy,
		"fairness": fairness,
		"clarity": clarity,
		"outcome": outcome,
		"overall": overall,
	}
	user = frappe.session.user
	return give(doc, at, ratings, comments, given_by=given_by, taken_how=taken_how, taken_by=user)
