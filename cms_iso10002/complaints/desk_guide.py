"""What the form of a complaint says first: who, what, how it stands, the next deadline, the next step and what it lacks.

The rules are the core's (`core.next_step`); this puts them into words and names the fields they are put in. It decides
nothing: whoever presses the button still asks the lifecycle.
"""

from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints import access_log, actions, cases, milestone_bar, permissions
from cms_iso10002.core import clocks, lifecycle, next_step

MOST_SUBJECTS = 3
WRITTEN_BY = ("Acknowledge", "Ask Complainant", "Send Response")
"""Actions whose letter is offered among the letters where the state has them; the others end the matter."""
CONFIRMING = "Acknowledgement"
"""The letter that a request for a review is confirmed by: it belongs to no action, since the state is ahead of it."""


@frappe.whitelist(methods=["GET", "POST"])
def get_guide(complaint: str) -> dict[str, Any]:
	"""The head of the form. Checks read permission on the complaint.

	`milestones` are those of `milestone_bar`, so that clocks are replayed once a form; `next` is the step that comes next
	(None where there is none), `instead` are others that also lead on, `letters` what can be sent now.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	access_log.note_reading(doc, access_log.WITH_THE_FORM)
	case, actor = cases.read(doc, to_show=True), cases.actor()
	may_write = permissions.may(doc, "write")
	steps = [_step(step, may_write) for step in next_step.ahead(case, actor)]
	milestones = milestone_bar.of(doc)
	return {
		"who": _who(doc),
		"what": _what(doc),
		"state": _state(doc),
		"due": _due(milestones),
		"next": steps[0] if steps else None,
		"instead": [step for step in steps[1:] if step["mine"]],
		"their_turn": _their_turn(doc),
		"letters": [*_letters(doc, case, actor), *_confirming(doc, milestones)] if may_write else [],
		"can_escalate": may_write and doc.status_category != "Closed",
		"can_merge": may_write and "Mark as Duplicate" in _open_to(case, actor),
		"milestones": milestones,
	}


def _step(step: next_step.Step, may_write: bool) -> dict[str, Any]:
	return {
		"action": step.action,
		"label": _(step.action, context="Complaint"),
		"mine": step.allowed and may_write,
		"possible": step.possible and may_write,
		"whose": ", ".join(_(role) for role in step.roles if role in lifecycle.DESK_ROLES),
		"missing": [
			{"label": lifecycle.phrase([part], _), "field": next_step.field_of(part)} for part in step.missing
		],
		"against": cases.said(step.refusal) if step.refusal else "",
	}


def _who(doc) -> dict[str, Any]:
	if doc.anonymised_on:
		return {"name": _("Anonymised"), "line": "", "customer": "", "representative": ""}
	name = doc.complainant_name or doc.customer_name or (_("Anonymous") if doc.is_anonymous else _("Unnamed"))
	company = doc.customer_name if doc.customer_name and doc.customer_name != name else ""
	kind = _(doc.complainant_type) if doc.complainant_type and doc.complainant_type != "Customer" else ""
	reach = doc.complainant_phone or doc.complainant_email or ""
	return {
		"name": name,
		"line": " · ".join(filter(None, (company, kind, reach))),
		"customer": doc.customer or "",
		"representative": _representative(doc),
	}


def _representative(doc) -> str:
	if not doc.representative_name:
		return ""
	known = (
		_("may {0}").format(_(doc.representative_authority or "Correspond"))
		if doc.representative_verified_by
		else _("authority not verified: disclose nothing")
	)
	return _("Represented by {0} ({1})").format(doc.representative_name, known)


def _what(doc) -> dict[str, Any]:
	about = [row.item_code or row.reference_name or row.serial_no or row.batch_no for row in doc.subjects]
	about = [*dict.fromkeys(filter(None, about))]
	more = len(about) - MOST_SUBJECTS
	named = about[:MOST_SUBJECTS] + ([_("{0} more").format(more)] if more > 0 else [])
	wanted = doc.remedy_requested
	return {
		"category": _(doc.category, context="Complaint Category") if doc.category else _("No category yet"),
		"about": ", ".join(named),
		"wanted": _("They want: {0}").format(_(wanted, context="Complaint Remedy")) if wanted else "",
	}


def _state(doc) -> dict[str, Any]:
	"""The state, and what a reader must not overlook, as pills of word and colour."""
	pills = [
		(doc.is_overdue and doc.status_category != "Closed", _("Overdue"), "red"),
		(doc.safety_implication == "Yes", _("Safety Implication"), "red"),
		(doc.confidentiality not in (None, "", "Normal"), _(doc.confidentiality or ""), "purple"),
		(doc.in_external_dispute, _("Before an Outside Body"), "orange"),
		(doc.escalation_level, _("Escalated, Level {0}").format(doc.escalation_level), "orange"),
		((doc.round or 1) > 1, _("Round {0}").format(doc.round), "blue"),
		(doc.is_recurrent, _("Recurrent"), "orange"),
		(doc.duplicate_of, _("Duplicate of {0}").format(doc.duplicate_of), "gray"),
	]
	return {
		"word": _(doc.status),
		"category": doc.status_category,
		"priority": _(doc.priority) if doc.priority else "",
		"urgent": doc.priority in ("High", "Urgent"),
		"handler": frappe.utils.get_fullname(doc.handler) if doc.handler else "",
		"pills": [{"word": word, "colour": colour} for shown, word, colour in pills if shown],
	}


def _due(milestones: list[dict]) -> dict[str, Any] | None:
	"""The milestone that falls due next, or has been due the longest."""
	running = [
		one
		for one in milestones
		if one["state"] in (clocks.RUNNING, clocks.OVERDUE, clocks.PAUSED) and one["due_at"]
	]
	return min(running, key=lambda one: one["due_at"]) if running else None


def _their_turn(doc) -> str:
	if doc.status not in next_step.THEIR_TURN:
		return ""
	if doc.status == "Awaiting Complainant":
		return _("Waiting for the complainant's answer; then it goes on as {0}.").format(_(doc.resume_state))
	until = doc.decisions[-1].recourse_expires_on if doc.decisions else None
	if not until:
		return _("Waiting for the complainant's answer.")
	return _("Waiting for the complainant's answer, until {0} at the latest.").format(
		frappe.utils.format_date(until)
	)


def _letters(doc, case, actor) -> list[dict[str, str]]:
	"""The letters that can go out now, each by the action that sends it; plain ones are the form's own."""
	open_to = _open_to(case, actor)
	return [
		{"action": action, "label": _(actions.letter_of(doc, action))}
		for action in WRITTEN_BY
		if action in open_to and next_step.look(case, actor, action).possible
	]


def _confirming(doc, milestones: list[dict]) -> list[dict[str, str]]:
	"""The acknowledgement of a review, where it is still owed; that of the complaint itself is an action's."""
	owed = any(
		one["stage"] == clocks.ACKNOWLEDGE
		and one["round"] > 1
		and one["state"] in (clocks.RUNNING, clocks.OVERDUE)
		and not one["ended"]
		for one in milestones
	)
	if not owed or doc.anonymised_on:
		return []
	return [{"kind": CONFIRMING, "label": _(CONFIRMING)}]


def _open_to(case, actor) -> set[str]:
	"""The actions that the state has for the roles of `actor`."""
	return {transition.action for transition in lifecycle.actions_from(case.status, actor.roles)}
