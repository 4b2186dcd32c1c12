"""The lifecycle of a complaint: which action leads where, who may take it, and what it needs.

`TRANSITIONS` is the whole of it, as data. The Frappe Workflow that supplies the buttons is generated from
it, and `apply` is asked for every change of status, whatever door it comes through: a button, a dialog, REST,
the list's bulk actions, an import. `apply` changes nothing: it returns an `Outcome`, or raises `Refusal`
with one sentence that says what is missing.

What an action needs stands in `guards`, what follows from it in `effects`; grounds for closing in `closure`,
independence in `fairness`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from cms_iso10002.core import effects, fairness, guards
from cms_iso10002.core.case import Actor, Case, Outcome
from cms_iso10002.core.closure import BASES_FROM
from cms_iso10002.core.refusal import N_, Refusal
from cms_iso10002.core.states import (
	ACCEPTED,
	ACKNOWLEDGED,
	ASSESSED,
	AWAITING_COMPLAINANT,
	BEFORE_RESPONSE,
	CLOSED,
	CLOSED_STATES,
	DECIDED,
	DUPLICATE,
	OPEN_STATES,
	OUT_OF_SCOPE,
	RECEIVED,
	REJECTED,
	RESPONSE_SENT,
	STATES,
	UNDER_INVESTIGATION,
	UNDER_REVIEW,
	WITHDRAWN,
)

AGENT = "Complaint Agent"
INVESTIGATOR = "Complaint Investigator"
MANAGER = "Complaint Manager"
COMPLAINANT = "Complainant"
"""Who complained, or their representative, acting in the portal or by e-mail. Not a Frappe role."""
SYSTEM = "System"
"""The sweep. Not a Frappe role."""

DESK_ROLES = (AGENT, INVESTIGATOR, MANAGER)


@dataclass(frozen=True)
class Ask:
	"""What a dialog asks before an action. `kind` is a Frappe field type; `preset` a field of the complaint."""

	name: str
	label: str
	kind: str = "Data"
	options: tuple[str, ...] | str = ()
	required: bool = False
	preset: str = ""


@dataclass(frozen=True)
class Transition:
	"""One arrow of the lifecycle. `target` "" means: where it was, or where the actor chooses (`chosen`)."""

	action: str
	sources: tuple[str, ...]
	target: str
	roles: tuple[str, ...]
	effect: Callable[[Case, Actor, Mapping[str, Any], Outcome], None]
	asks: tuple[Ask, ...] = ()
	needs: tuple[Callable[[Case, Actor, Mapping[str, Any] | None], list[Any]], ...] = ()
	chosen: tuple[str, ...] = ()

	def targets(self, case: Case | None = None) -> tuple[str, ...]:
		"""The states this may lead to."""
		if self.target:
			return (self.target,)
		return self.chosen


LETTER_CHANNELS = ("", "E-mail", "Post", "Phone", "In Person", "Portal")
HOW_TOLD = (
	Ask("channel", N_("How They Are Told"), "Select", LETTER_CHANNELS, preset="preferred_channel"),
	Ask("told_on", N_("Told On"), "Datetime"),
	Ask("recipient", N_("Told To")),
	Ask("told_by", N_("Who Told Them"), "Link", "User"),
	Ask("remark", N_("Remark, Not in the Letter"), "Small Text"),
)
TOLD_OF_CLOSING = Ask("channel", N_("How They Are Told"), "Select", LETTER_CHANNELS)
"""Nothing is preset: where nobody says that they told, nobody has."""
FORMAT = Ask("format_confirmed", N_("They Have It in the Format They Need"), "Check")
"""Asked only where the complainant needs a format that people make (`core.formats`)."""
ANSWERED_BY = ("Complainant", "Representative")
OUTCOMES = ("", "Upheld", "Partly Upheld", "Not Upheld")
DECISION = (
	Ask("outcome", N_("Outcome"), "Select", OUTCOMES),
	Ask("reasons", N_("Reasons, for the Complainant"), "Text", required=True),
)
GIVEN = (
	Ask("responded_on", N_("Answered On"), "Datetime"),
	Ask("given_by", N_("Answered By"), "Select", ANSWERED_BY),
	Ask("channel", N_("How They Answered"), "Select", LETTER_CHANNELS),
)
"""When an answer came, from whom, and how."""
ANSWER = (Ask("words", N_("In Which Words"), "Small Text"), *GIVEN)
REASON = Ask("reason", N_("Reason"), "Small Text", required=True)

REOPEN_AS = (RECEIVED, ACKNOWLEDGED, ASSESSED, UNDER_INVESTIGATION, REJECTED)
"""States a closed complaint may go on from; *Decided* and *Under Review* need a decision of the new round first."""

TRANSITIONS: tuple[Transition, ...] = (
	Transition(
		N_("Acknowledge"),
		(RECEIVED,),
		ACKNOWLEDGED,
		(AGENT, MANAGER),
		effects.acknowledge,
		asks=(*HOW_TOLD, FORMAT),
	),
	Transition(
		N_("Assess"), (ACKNOWLEDGED,), ASSESSED, (AGENT, MANAGER), effects.assess, needs=(guards.assessment,)
	),
	Transition(
		N_("Investigate"),
		(ASSESSED,),
		UNDER_INVESTIGATION,
		(AGENT, MANAGER),
		effects.nothing,
		needs=(guards.investigator,),
	),
	Transition(
		N_("Decide Without Investigation"),
		(ASSESSED,),
		DECIDED,
		(AGENT, MANAGER),
		effects.waive_and_decide,
		asks=(Ask("waiver", N_("Why No Investigation"), "Small Text", required=True), *DECISION),
		needs=(guards.waiver, guards.aspects),
	),
	Transition(
		N_("Decide"),
		(UNDER_INVESTIGATION,),
		DECIDED,
		(INVESTIGATOR, MANAGER),
		effects.decide,
		asks=DECISION,
		needs=(guards.findings, guards.aspects),
	),
	Transition(
		N_("Send Response"),
		(DECIDED,),
		RESPONSE_SENT,
		(AGENT, MANAGER),
		effects.send_response,
		asks=(*HOW_TOLD, FORMAT),
		needs=(guards.response,),
	),
	Transition(
		N_("Record Acceptance"),
		(RESPONSE_SENT,),
		ACCEPTED,
		(AGENT, MANAGER, COMPLAINANT),
		effects.accept,
		asks=ANSWER,
		needs=(guards.may_accept,),
	),
	Transition(
		N_("Record Rejection"),
		(RESPONSE_SENT,),
		REJECTED,
		(AGENT, MANAGER, COMPLAINANT),
		effects.reject,
		asks=(Ask("response", N_("Answer"), "Select", ("Rejected", "Partly Accepted")), *ANSWER),
	),
	Transition(
		N_("Request Review"),
		(REJECTED,),
		UNDER_REVIEW,
		(AGENT, MANAGER, COMPLAINANT),
		effects.request_review,
		asks=(Ask("reviewer", N_("Reviewer"), "Link", "User"), Ask("reason", N_("Reason"), "Small Text")),
		needs=(guards.reviewer,),
	),
	Transition(
		N_("Decide Again"),
		(REJECTED,),
		DECIDED,
		(INVESTIGATOR, MANAGER),
		effects.revise,
		asks=DECISION,
		needs=(guards.aspects,),
	),
	Transition(
		N_("Investigate Again"),
		(REJECTED,),
		UNDER_INVESTIGATION,
		(AGENT, MANAGER),
		effects.investigate_again,
		asks=(REASON,),
		needs=(guards.investigator,),
	),
	Transition(
		N_("Decide Review"),
		(UNDER_REVIEW,),
		DECIDED,
		(MANAGER,),
		effects.decide_review,
		asks=DECISION,
		needs=(guards.independent_reviewer, guards.aspects),
	),
	Transition(
		N_("Resolve Early"),
		(RECEIVED, ACKNOWLEDGED, ASSESSED),
		ACCEPTED,
		(AGENT, MANAGER),
		effects.resolve_early,
		asks=(
			Ask(
				"severity",
				N_("Severity"),
				"Select",
				("", "Minor", "Moderate", "Major", "Critical"),
				True,
				"severity",
			),
			Ask(
				"safety_implication",
				N_("Safety Implication"),
				"Select",
				("", "No", "Yes"),
				True,
				"safety_implication",
			),
			Ask("reasons", N_("What Was Done About It"), "Text", required=True),
			Ask("outcome", N_("Outcome"), "Select", OUTCOMES[1:]),
			Ask("words", N_("Accepted in Which Words"), "Small Text", required=True),
			Ask("responded_on", N_("Accepted On"), "Datetime"),
			*HOW_TOLD[:1],
			FORMAT,
		),
		needs=(guards.early,),
	),
	Transition(
		N_("Ask Complainant"),
		tuple(s for s in OPEN_STATES),
		AWAITING_COMPLAINANT,
		DESK_ROLES,
		effects.ask,
		asks=(
			Ask("question", N_("Question"), "Text", required=True),
			Ask("answer_by", N_("Answer Wanted By"), "Date"),
			*HOW_TOLD[:4],
			FORMAT,
		),
		needs=(guards.reachable, guards.answer_ahead),
	),
	Transition(
		N_("Resume"),
		(AWAITING_COMPLAINANT,),
		"",
		(*DESK_ROLES, COMPLAINANT, SYSTEM),
		effects.resume,
		asks=(Ask("answer", N_("Answer"), "Text"), *GIVEN),
		chosen=OPEN_STATES,
	),
	Transition(
		N_("Close"),
		tuple(BASES_FROM),
		CLOSED,
		(AGENT, MANAGER, SYSTEM),
		effects.close,
		asks=(
			Ask(
				"basis",
				N_("Closure Basis"),
				"Select",
				("", *dict.fromkeys(b for bs in BASES_FROM.values() for b in bs)),
			),
			Ask("reason", N_("Remark"), "Small Text"),
			TOLD_OF_CLOSING,
			*HOW_TOLD[1:4],
			FORMAT,
		),
		needs=(guards.closing,),
	),
	Transition(
		N_("Put Out of Scope"),
		BEFORE_RESPONSE,
		OUT_OF_SCOPE,
		(AGENT, MANAGER, SYSTEM),
		effects.out_of_scope,
		asks=(REASON, *HOW_TOLD[:4], FORMAT),
	),
	Transition(
		N_("Mark as Duplicate"),
		BEFORE_RESPONSE,
		DUPLICATE,
		(AGENT, MANAGER),
		effects.duplicate,
		asks=(Ask("duplicate_of", N_("Duplicate Of"), "Link", "Complaint", True), *HOW_TOLD[:4], FORMAT),
		needs=(guards.duplicate,),
	),
	Transition(
		N_("Withdraw"),
		tuple(state for state, cat in STATES.items() if cat != "Closed"),
		WITHDRAWN,
		(AGENT, MANAGER, COMPLAINANT),
		effects.withdraw,
		needs=(guards.may_withdraw,),
		asks=(
			Ask("words", N_("In Which Words"), "Small Text", required=True),
			Ask("responded_on", N_("Withdrawn On"), "Datetime"),
			Ask("given_by", N_("Withdrawn By"), "Select", ANSWERED_BY),
			Ask("channel", N_("How"), "Select", LETTER_CHANNELS),
		),
	),
	Transition(
		N_("Reopen"),
		CLOSED_STATES,
		"",
		(MANAGER,),
		effects.reopen,
		asks=(
			Ask(
				"to_state",
				N_("Reopen As"),
				"Select",
				REOPEN_AS,
				True,
			),
			REASON,
		),
		needs=(guards.reopening,),
		chosen=REOPEN_AS,
	),
	Transition(
		N_("Record Late Rejection"),
		(CLOSED,),
		REJECTED,
		(AGENT, MANAGER, COMPLAINANT, SYSTEM),
		effects.late_rejection,
		asks=ANSWER,
		needs=(guards.inside_recourse,),
	),
)
"""Every way a complaint changes its state."""


def actions_from(status: str, roles: Sequence[str] | frozenset[str]) -> list[Transition]:
	"""The actions someone with `roles` may try while a complaint is `status`, in the order they are shown."""
	return [t for t in TRANSITIONS if status in t.sources and set(t.roles) & set(roles)]


def find(action: str, status: str) -> Transition:
	"""The transition `action` from `status`. Raises Refusal when there is none."""
	for transition in TRANSITIONS:
		if transition.action == action and status in transition.sources:
			return transition
	raise Refusal(N_("{0} is not possible while the complaint is {1}."), action or N_("This"), status)


def infer(case: Case, target: str) -> str:
	"""The action meant by a status written straight to `target` (REST, import, kanban). Raises Refusal."""
	late = case.get("closure_basis") == "No Reply"
	fitting = [
		transition.action
		for transition in TRANSITIONS
		if case.status in transition.sources
		and target in transition.targets()
		and (transition.action != "Resume" or target == case.get("resume_state"))
		and (transition.action != "Record Late Rejection" or late)
	]
	if fitting:
		return "Record Late Rejection" if "Record Late Rejection" in fitting else fitting[0]
	raise Refusal(
		N_("A complaint can't go from {0} to {1}: use one of the actions its state offers."),
		case.status,
		target,
	)


def apply(case: Case, action: str, actor: Actor, data: Mapping[str, Any]) -> Outcome:
	"""What follows when `actor` takes `action` on `case` with the answers `data`.

	Instants in `data` are aware. Raises Refusal when the state, the actor's roles, independence, an answer
	that is missing or a guard stands against it; then nothing may be stored.
	"""
	transition = find(action, case.status)
	if case.get("anonymised_on"):
		raise Refusal(N_("This complaint was anonymised: nothing can be done about it any more."))
	if not set(transition.roles) & actor.roles:
		raise Refusal(N_("{0} needs the role {1}."), action, transition.roles[0])
	fairness.check_actor(case, actor)
	_check_choices(transition, data)
	missing = [ask.label for ask in transition.asks if ask.required and not data.get(ask.name)]
	for need in transition.needs:
		missing += need(case, actor, data)
	if missing:
		raise Missing(action, missing)
	outcome = Outcome(_target(transition, case, data))
	transition.effect(case, actor, data, outcome)
	outcome.event(
		"state_changed",
		public=True,
		note=data.get("reason") or data.get("waiver") or "",
		**{"from": case.status, "to": outcome.target, "action": action},
	)
	return outcome


def _check_choices(transition: Transition, data: Mapping[str, Any]) -> None:
	"""Refuse an answer that the dialog does not offer: it came by another door."""
	for ask in transition.asks:
		value = data.get(ask.name)
		if ask.kind == "Select" and value and value not in ask.options:
			raise Refusal(
				N_("{0} is no answer to {1}: choose one of {2}."),
				value,
				ask.label,
				", ".join(filter(None, ask.options)),
			)


class Missing(Refusal):
	"""Something an action needs is not there; `missing` lists all of it, so that nobody has to ask twice."""

	def __init__(self, action: str, missing: Sequence[Any]):
		self.missing = list(missing)
		super().__init__(N_("{0} is not possible yet. Still needed: {1}."), action, phrase(missing))


def phrase(missing: Sequence[Any], translate: Callable[[str], str] = str) -> str:
	"""What is missing, as the end of a sentence; a tuple in it holds alternatives, each a tuple of
	parts, a list a template with its arguments."""
	both, either = translate(N_("{0} and {1}")), translate(N_("{0}, or {1}"))
	parts = []
	for part in missing:
		if isinstance(part, list):
			part = translate(part[0]).format(*part[1:])
		elif isinstance(part, tuple):
			part = reduce(either.format, (reduce(both.format, map(translate, each)) for each in part))
		else:
			part = translate(part)
		parts.append(part)
	return ", ".join(parts)


def _target(transition: Transition, case: Case, data: Mapping[str, Any]) -> str:
	if transition.target:
		return transition.target
	wanted = data.get("to_state") if transition.action == "Reopen" else case.get("resume_state")
	if wanted not in transition.chosen:
		raise Refusal(N_("{0} is not a state to go on from."), wanted or N_("Nothing"))
	return wanted


def workflow_rows() -> list[dict[str, str]]:
	"""The rows of the Frappe Workflow: state, action, next state, role, and the condition where one is needed."""
	rows = []
	for transition in TRANSITIONS:
		targets = transition.targets()
		for source in transition.sources:
			for target in targets if transition.action == "Resume" else targets[-1:]:
				for role in transition.roles:
					if role not in DESK_ROLES:
						continue
					condition = f'doc.resume_state == "{target}"' if transition.action == "Resume" else ""
					if transition.action == "Record Late Rejection":
						condition = 'doc.closure_basis == "No Reply"'
					rows.append(
						dict(
							state=source,
							action=transition.action,
							next_state=target,
							allowed=role,
							condition=condition,
						)
					)
	return rows
