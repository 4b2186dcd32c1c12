"""What a complaint waits for: the next step of its lifecycle, who takes it, and what is still missing for it.

The form shows one thing to do, and names what is missing before anybody presses the button. Nothing is decided here: the
guards are those of `lifecycle`, asked with no answers given, so that what a dialog will ask for is not missing yet.

Which sections of the form a state needs stands here as well; the form's JSON holds it as conditions, and a test holds
them equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cms_iso10002.core import fairness, guards
from cms_iso10002.core.case import Actor, Case
from cms_iso10002.core.lifecycle import MANAGER, find
from cms_iso10002.core.refusal import N_, Refusal
from cms_iso10002.core.states import (
	ACCEPTED,
	ACKNOWLEDGED,
	ASSESSED,
	AWAITING_COMPLAINANT,
	CLOSED_STATES,
	DECIDED,
	RECEIVED,
	REJECTED,
	RESPONSE_SENT,
	UNDER_INVESTIGATION,
	UNDER_REVIEW,
	WITHDRAWN,
)

APPROVE = N_("Approve Decision")
"""No transition, but a step all the same: a second person's approval, where the settings ask for it."""

WAYS_ON: dict[str, tuple[str, ...]] = {
	RECEIVED: ("Acknowledge",),
	ACKNOWLEDGED: ("Assess",),
	ASSESSED: ("Investigate", "Decide Without Investigation"),
	UNDER_INVESTIGATION: ("Decide",),
	DECIDED: ("Send Response",),
	RESPONSE_SENT: ("Record Acceptance", "Record Rejection"),
	ACCEPTED: ("Close",),
	REJECTED: ("Request Review", "Decide Again", "Investigate Again"),
	UNDER_REVIEW: ("Decide Review",),
	AWAITING_COMPLAINANT: ("Resume",),
}
"""What moves a complaint on from each state, the plain way first; a closed one has come to its end."""

ENDINGS = (RESPONSE_SENT, REJECTED)
"""States in which closing is the next step once a basis holds, and not worth a word before."""

THEIR_TURN = (RESPONSE_SENT, AWAITING_COMPLAINANT)
"""States in which the next step is the complainant's; ours is to take it down."""

MISSING_FIELDS: dict[str, str] = {
	**{label: fieldname for fieldname, label in guards.ASSESSMENT.items()},
	"the conflict check": "conflict_check",
	"the names of the persons concerned": "persons_concerned",
	"the investigator": "investigator",
	"the findings of the investigation": "findings",
	"outcome and reasons of every aspect (rows {0})": "aspects",
	"the reasons of the decision": "decisions",
	"the representative's verified authority to accept": "representative_authority",
	"the agreed redress implemented": "redress",
	"the goodwill that was promised carried out": "redress",
	"the unconditional redress implemented": "redress",
	"a root cause and a corrective action, or the reason why there is none": "root_cause",
	"the root cause": "root_cause",
	"a corrective action, or the reason why there is none": "no_action_reason",
}
"""Where on the form that is put in which is missing, by what the guards call it."""

SECTIONS: dict[str, tuple[str, ...]] = {
	"sb_complainant": (RECEIVED, AWAITING_COMPLAINANT),
	"sb_about": (RECEIVED, ACKNOWLEDGED, ASSESSED),
	"sb_subjects": (RECEIVED, ACKNOWLEDGED, ASSESSED, UNDER_INVESTIGATION),
	"sb_aspects": (ACKNOWLEDGED, ASSESSED, UNDER_INVESTIGATION, REJECTED, UNDER_REVIEW),
	"sb_persons": (RECEIVED, ACKNOWLEDGED, ASSESSED, UNDER_REVIEW),
	"sb_assess": (RECEIVED, ACKNOWLEDGED, ASSESSED),
	"sb_handling": (RECEIVED, ACKNOWLEDGED, ASSESSED, REJECTED, UNDER_REVIEW),
	"sb_invest": (UNDER_INVESTIGATION, ACCEPTED, REJECTED, UNDER_REVIEW, WITHDRAWN),
	"sb_decision": (DECIDED, RESPONSE_SENT, ACCEPTED, REJECTED, UNDER_REVIEW, *CLOSED_STATES),
	"sb_redress": (UNDER_INVESTIGATION, DECIDED, RESPONSE_SENT, ACCEPTED, REJECTED),
}
"""The sections of the form that stand open in each state; the others are a click away."""


@dataclass(frozen=True)
class Step:
	"""A step as one user finds it: whose it is, and what is missing (as `lifecycle.phrase` reads it) or stands against it."""

	action: str
	roles: tuple[str, ...]
	allowed: bool
	missing: tuple[Any, ...] = ()
	refusal: Refusal | None = None

	@property
	def possible(self) -> bool:
		return self.allowed and not self.missing and self.refusal is None


def look(case: Case, actor: Actor, action: str) -> Step:
	"""`action` as `actor` would find it now. Raises Refusal where the state has no such action."""
	if action == APPROVE:
		return _approval(case, actor)
	transition = find(action, case.status)
	allowed = bool(set(transition.roles) & actor.roles)
	try:
		fairness.check_actor(case, actor)
		missing = [label for need in transition.needs for label in need(case, actor, None)]
	except Refusal as refusal:
		return Step(action, transition.roles, allowed, refusal=refusal)
	return Step(action, transition.roles, allowed, tuple(missing))


def _approval(case: Case, actor: Actor) -> Step:
	try:
		guards.approver(case, actor)
	except Refusal as refusal:
		return Step(APPROVE, (MANAGER,), MANAGER in actor.roles, refusal=refusal)
	return Step(APPROVE, (MANAGER,), MANAGER in actor.roles)


def ahead(case: Case, actor: Actor) -> list[Step]:
	"""The steps that move the complaint on, the next one first; none for one that is closed or anonymised."""
	if case.get("anonymised_on"):
		return []
	steps = [look(case, actor, action) for action in WAYS_ON.get(case.status, ())]
	if case.status == DECIDED and _waits_for_approval(case):
		steps.insert(0, look(case, actor, APPROVE))
	if case.status in ENDINGS:
		closing = look(case, actor, "Close")
		if closing.possible:
			steps.insert(0, closing)
	return steps


def _waits_for_approval(case: Case) -> bool:
	return guards.needs_approval(case) and not case.last_decision.get("approved_by")


def field_of(missing: Any) -> str:
	"""The field of the form that a missing thing is put in; "" where there is none, or several ways."""
	label = missing[0] if isinstance(missing, list) else missing
	return MISSING_FIELDS.get(label, "") if isinstance(label, str) else ""


def condition_of(states: Sequence[str]) -> str:
	"""What the form's JSON says for a section that stands open in `states`."""
	listed = ", ".join(f'"{state}"' for state in states)
	return f"eval:[{listed}].includes(doc.status)"
