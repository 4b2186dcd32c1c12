"""Who may not touch a complaint: objectivity (ISO 10002:2018, 4.7) as rules.

Nobody recorded as concerned handles, investigates, decides, approves or reviews the complaint, nor sees it;
and who reviews a decision neither made it nor investigated it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cms_iso10002.core.case import Actor, Case
from cms_iso10002.core.refusal import N_, Refusal

DUTIES = {
	"handler": N_("handler"),
	"investigator": N_("investigator"),
	"reviewer": N_("reviewer"),
	"received_by": "",
}
"""Fields that name who has a duty. Having received a complaint is no duty that conflicts."""
ACTED = {"decisions": ("decided_by", "approved_by"), "redress": ("approved_by",)}
"""Tables of the complaint whose rows name who acted."""
REVIEW = "Internal Review"
"""The level of a decision that was made on a review."""


def check_duties(case: Case) -> None:
	"""Refuse a person concerned in any duty of the complaint. Raises Refusal naming the person and the duty."""
	for fieldname, duty in DUTIES.items():
		user = case.get(fieldname)
		if duty and user in case.concerned:
			raise Refusal(
				N_("{0} is concerned by this complaint and can't be its {1}: choose somebody else."),
				user,
				duty,
			)
	decision = case.last_decision
	if decision and not decision.get("sent_on") and decision.get("decided_by") in case.concerned:
		raise Refusal(
			N_("{0} is concerned by this complaint and has decided it: let somebody else decide first."),
			decision["decided_by"],
		)
	for row in case.rows("redress"):
		if row.get("approved_by") in case.concerned:
			raise Refusal(
				N_("{0} is concerned by this complaint and can't approve redress: choose somebody else."),
				row["approved_by"],
			)
	check_reviewer(case, case.get("reviewer"))


def check_reviewer(case: Case, user: str | None) -> None:
	"""Refuse a reviewer who investigated (annex escalation-flow: level 2 is somebody else); `guards.reviewer` has more."""
	if not user:
		return
	if user == case.get("investigator"):
		raise Refusal(N_("{0} investigated this complaint and can't review it: choose somebody else."), user)


def check_actor(case: Case, actor: Actor) -> None:
	"""Refuse any act by a person concerned. Raises Refusal."""
	if actor.user in case.concerned:
		raise Refusal(
			N_("You are recorded as concerned by this complaint: ask a Complaint Manager to assign it.")
		)


def deciders(decisions: Iterable[Mapping[str, Any]]) -> set[str]:
	"""Who made these decisions, or approved what was decided: they have had their part in them."""
	return {row.get(name) for row in decisions for name in ACTED["decisions"]} - {None, ""}


def took_part(case: Case) -> set[str]:
	"""Everybody who has a duty in the complaint, or decided or approved anything in it."""
	duties = {case.get(fieldname) for fieldname, duty in DUTIES.items() if duty}
	acted = {row.get(name) for table, names in ACTED.items() for row in case.rows(table) for name in names}
	return (duties | acted) - {None, ""}


def reviewed_own(case: Case) -> list[str]:
	"""Who decided a review of the complaint though they had investigated it, or decided or approved an earlier round."""
	rows = case.rows("decisions")
	found = []
	for place, row in enumerate(rows):
		earlier = deciders(rows[:place]) | {case.get("investigator")}
		if row.get("level") == REVIEW and row.get("decided_by") in earlier - {None, ""}:
			found.append(row["decided_by"])
	return found
