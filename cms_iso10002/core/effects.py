"""What follows from each action that was allowed: fields, rows, events and letters, as an `Outcome`.

One function an action. Letters go out before the events are recorded, so a letter that can't be sent leaves
nothing behind. Events carry the kinds that `clocks` knows; what a complainant said is stored on the complaint,
the event only says that it was said: events are never erased, personal words must be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from cms_iso10002.core import redress
from cms_iso10002.core.case import Actor, Case, LetterSpec, Outcome, day_of
from cms_iso10002.core.changes import ASSESSED_FIELDS
from cms_iso10002.core.closure import BASES_FROM, CLOSURE_BASES
from cms_iso10002.core.fast_track import FULL, letter_needed
from cms_iso10002.core.formats import is_confirmed
from cms_iso10002.core.guards import overall_outcome

Data = Mapping[str, Any]

ANSWERER = "Complainant"
"""Who answered where nobody says that it was the representative."""

TOLD_BY_PEOPLE = ("Post", "Phone", "In Person")
"""Channels by which somebody may have told before it is recorded; what we send ourselves goes out now."""


def nothing(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""Nothing but the new state."""


def _letter(kind: str, data: Data, event: str, **context: Any) -> LetterSpec:
	return LetterSpec(
		kind=kind,
		channel=data.get("channel") or "",
		recipient=data.get("recipient") or "",
		sent_at=data.get("told_on"),
		remark=data.get("remark") or "",
		event=event,
		context={**context, **({"told_by": data["told_by"]} if data.get("told_by") else {})},
		format_confirmed=is_confirmed(data.get("format_confirmed")),
	)


def acknowledge(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.letters.append(_letter("Acknowledgement", data, "acknowledged"))


def assess(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	_assessed(case, out, {})
	if case.get("immediate_action_needed") == "No":
		out.event("immediate_action_not_needed")


def _assessed(case: Case, out: Outcome, given: Data) -> None:
	"""The assessment as it stands with what was `given` just now: later changes are told from here on."""
	out.event("assessed", **{name: given.get(name) or case.get(name) or "" for name in ASSESSED_FIELDS})


def _decision_row(case: Case, actor: Actor, data: Data, round_: int, level: str) -> dict[str, Any]:
	rows = case.rows("aspects")
	return {
		"round": round_,
		"level": level,
		"outcome": overall_outcome(rows) if rows else data.get("outcome"),
		"reasons": data.get("reasons"),
		"decided_by": actor.user,
		"decided_on": case.now,
	}


def _decide(case: Case, actor: Actor, data: Data, out: Outcome, round_: int, level: str) -> None:
	row = _decision_row(case, actor, data, round_, level)
	out.new_rows.append(("decisions", row))
	out.fields.update(outcome=row["outcome"], response="", round=round_)
	out.event("decided", round=round_, level=level, outcome=row["outcome"])


def _round(case: Case) -> int:
	return case.get("round") or 1


def decide(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.event("investigated", waived=False)
	_decide(case, actor, data, out, _round(case), "Front Line")


def waive_and_decide(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.fields["investigation_waived_reason"] = data.get("waiver")
	out.event("investigated", waived=True)
	_decide(case, actor, data, out, _round(case), "Front Line")


def decide_review(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.fields["reviewer"] = actor.user
	_decide(case, actor, data, out, _round(case), "Internal Review")


def revise(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""A better offer is a new round with clocks of its own. It is no review: nobody independent looked."""
	round_ = _round(case) + 1
	out.event("round_started", round=round_, reason="revised offer")
	_decide(case, actor, data, out, round_, "Front Line")


def investigate_again(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	round_ = _round(case) + 1
	out.fields.update(round=round_, response="")
	out.event("round_started", round=round_, reason="new evidence")


def send_response(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""The decision goes out with its reasons and the recourse; what was proposed is now offered, or promised where it
	hangs on no answer (goodwill)."""
	decision = case.last_decision
	kind = "Review Outcome" if decision.get("level") == "Internal Review" else "Decision"
	sent_at = (data.get("told_on") if data.get("channel") in TOLD_BY_PEOPLE else None) or case.now
	until = _recourse_until(case)
	out.row_changes.append(
		(
			"decisions",
			len(case.rows("decisions")) - 1,
			{
				"sent_on": sent_at,
				"recourse_explained": 1,
				"recourse_expires_on": until,
				"response": "Awaiting",
			},
		)
	)
	for index, row in enumerate(case.rows("redress")):
		if row.get("state") in ("Proposed", "Approved"):
			granted = redress.granted(case, row, actor)
			out.row_changes.append(("redress", index, {"state": "Offered", **granted}))
	out.fields["response"] = "Awaiting"
	told = {"recourse_until": until.isoformat()} if until else {}
	out.letters.append(_letter(kind, data, "response_sent", round=decision.get("round"), **told))


def _recourse_until(case: Case) -> date | None:
	"""The last day on which a decision that is sent today can be taken further; None where there is no end."""
	window = int(case.settings.get("recourse_window_days") or 0)
	return case.today + timedelta(days=window) if window else None


def _answer(case: Case, actor: Actor, data: Data, out: Outcome, response: str) -> datetime:
	responded_on = data.get("responded_on") or case.now
	change = {
		"response": response,
		"responded_on": responded_on,
		"response_words": data.get("words"),
		"response_taken_by": actor.user,
		"response_given_by": data.get("given_by") or ANSWERER,
		"response_channel": data.get("channel") or "",
	}
	if case.rows("decisions"):
		out.row_changes.append(("decisions", len(case.rows("decisions")) - 1, change))
	out.fields["response"] = response
	return responded_on


def _said(data: Data) -> dict[str, str]:
	"""Who answered, and how: told in the event."""
	return {"by": data.get("given_by") or ANSWERER, "channel": data.get("channel") or ""}


def _start_implementing(case: Case, at: datetime, data: Data, out: Outcome, agreed: bool) -> None:
	out.event("accepted", at=at, public=True, partial=not agreed, **_said(data))
	states = ("Offered", "Accepted") if agreed else ("Accepted",)
	if not any(row.get("state") in states for row in case.rows("redress")):
		out.event("nothing_to_implement")


def accept(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	at = _answer(case, actor, data, out, "Accepted")
	for index, row in enumerate(case.rows("redress")):
		if row.get("state") == "Offered":
			out.row_changes.append(("redress", index, {"state": "Accepted"}))
	_start_implementing(case, at, data, out, agreed=True)


def reject(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""Whole or in part; reasons are welcome, never required. What was agreed of it is still carried out."""
	response = data.get("response") or "Rejected"
	at = _answer(case, actor, data, out, response)
	out.event("rejected", at=at, public=True, response=response, **_said(data))
	if response == "Partly Accepted" and any(r.get("state") == "Accepted" for r in case.rows("redress")):
		_start_implementing(case, at, data, out, agreed=False)


def late_rejection(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	reopened(case, out, out.target)
	reject(case, actor, {**data, "response": "Rejected"}, out)


def request_review(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	round_ = _round(case) + 1
	out.fields.update(round=round_, reviewer=data.get("reviewer"))
	out.event("review_requested", public=True, round=round_)


def resolve_early(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""Put right at first contact: short assessment, acceptance, and a summary letter where the policy asks for one."""
	at = data.get("responded_on") or case.now
	outcome = data.get("outcome") or "Upheld"
	out.fields.update(
		severity=data.get("severity"),
		safety_implication=data.get("safety_implication"),
		resolved_at_first_contact=1,
		outcome=outcome,
		response="Accepted",
		investigation_waived_reason=case.get("investigation_waived_reason") or "Resolved at first contact",
	)
	row = _decision_row(case, actor, {**data, "outcome": outcome}, _round(case), "Front Line")
	row.update(
		outcome=outcome,
		sent_on=at,
		response="Accepted",
		responded_on=at,
		response_words=data.get("words"),
		response_taken_by=actor.user,
	)
	if early_letter(case, at) == FULL:
		row.update(recourse_explained=1, recourse_expires_on=_recourse_until(case))
	out.new_rows.append(("decisions", row))
	for index, aspect in enumerate(case.rows("aspects")):
		if not aspect.get("outcome"):
			out.row_changes.append(("aspects", index, {"outcome": outcome, "reasons": data.get("reasons")}))
	for index, offer in enumerate(case.rows("redress")):
		if offer.get("state") in ("Proposed", "Approved", "Offered"):
			granted = redress.granted(case, offer, actor)
			out.row_changes.append(("redress", index, {"state": "Accepted", **granted}))
	letter = early_letter(case, at)
	if letter:
		out.letters.append(_letter(letter, data, "response_sent", round=_round(case)))
	_assessed(case, out, data)
	out.event("resolved_early", public=True, reason="resolved at first contact")
	out.event("accepted", at=at, public=True, partial=False)
	if not any(
		r.get("state") not in ("Declined", "Cancelled", "Implemented", "Verified")
		for r in case.rows("redress")
	):
		out.event("nothing_to_implement")


def early_letter(case: Case, at: datetime) -> str:
	"""The kind of letter that confirms an early resolution accepted at `at`: "" for none (`core.fast_track`)."""
	asked = bool(case.get("hardship") or case.get("written_response_requested"))
	return letter_needed(case.fast_track, case.received_at or at, at, case.calendar, asked)


def ask(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.fields.update(resume_state=case.status, waiting_on="Complainant")
	out.letters.append(
		_letter(
			"Information Request",
			data,
			"question_sent",
			question=data.get("question"),
			answer_by=data.get("answer_by"),
		)
	)
	out.event("paused", public=True, reason="awaiting complainant", until=_answer_until(case, data))


def _answer_until(case: Case, data: Data) -> str:
	"""The last day on which an answer is awaited, as ISO text; "" where there is no end."""
	asked = day_of(data.get("answer_by"))
	days = int(case.settings.get("answer_within_days") or 0)
	until = asked or (case.today + timedelta(days=days) if days else None)
	return until.isoformat() if until else ""


def resume(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	out.fields.update(resume_state="", waiting_on="")
	said = _said(data) if data.get("answer") else {}
	out.event("resumed", at=data.get("responded_on"), public=True, answered=bool(data.get("answer")), **said)


def _end(case: Case, out: Outcome, basis: str, reason: str | None) -> None:
	out.fields.update(
		closed_on=case.now, closure_basis=basis, closure_reason=reason or "", resume_state="", waiting_on=""
	)


def close(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	basis = data.get("basis") or next(b for b in BASES_FROM[case.status] if not CLOSURE_BASES[b](case))
	_end(case, out, basis, data.get("reason"))
	if basis in ("No Reply", "No Contact Possible"):
		out.fields["response"] = "No Reply"
		out.row_changes.append(("decisions", len(case.rows("decisions")) - 1, {"response": "No Reply"}))
	_tell_of_closing(case, basis, data, out)
	out.event("closed", public=True, basis=basis)


def _tell_of_closing(case: Case, basis: str, data: Data, out: Outcome) -> None:
	"""The letter that says it is closed, and asks how it was handled. Nothing about it keeps a case open.

	Where nobody says how they were told it goes out if it can; to who could not be reached it does not.
	"""
	said_how = bool(data.get("channel"))
	if said_how or (case.contact_possible and basis != "No Contact Possible"):
		out.letters.append(replace(_letter("Closure", data, "letter_sent"), optional=not said_how))


def out_of_scope(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	_end(case, out, "Out of Scope", data.get("reason"))
	out.letters.append(_letter("Out of Scope", data, "letter_sent", reason=data.get("reason")))
	out.event("out_of_scope", public=True)


def duplicate(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""Both records stay; the earliest receipt counts for the one that goes on."""
	original = case.original or {}
	_end(case, out, "Duplicate", None)
	out.fields["duplicate_of"] = original.get("name")
	if (
		case.get("received_on")
		and original.get("received_on")
		and case.get("received_on") < original["received_on"]
	):
		out.original_received_on = case.get("received_on")
	out.letters.append(_letter("Closure", data, "letter_sent", duplicate_of=original.get("name")))
	out.event("duplicate", public=True, of=original.get("name"))


def withdraw(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	"""Withdrawn is not forgotten: with a safety implication the investigation goes on."""
	at = data.get("responded_on")
	_end(case, out, "Withdrawn", data.get("words"))
	keep = ["contain", "investigate"] if case.get("safety_implication") == "Yes" else []
	by = data.get("given_by") or "Complainant"
	out.event("withdrawn", at=at, public=True, keep=keep, channel=data.get("channel") or "", by=by)


def reopened(case: Case, out: Outcome, to_state: str) -> None:
	"""Undo the closing; where an answer was already sent, what follows is a new round."""
	round_ = _round(case)
	if case.last_decision.get("sent_on") and to_state != "Rejected":
		round_ += 1
	out.fields.update(closed_on=None, closure_basis="", closure_reason="", duplicate_of=None, round=round_)
	if case.get("resolved_at_first_contact"):
		out.fields["resolved_at_first_contact"] = 0
	out.event("reopened", public=True, round=round_, to_state=to_state)


def reopen(case: Case, actor: Actor, data: Data, out: Outcome) -> None:
	reopened(case, out, out.target)
