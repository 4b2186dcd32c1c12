"""What each action needs before it may be taken.

A guard is a function of the case, the actor and the answers given; it returns what is still missing, as noun
phrases that end the sentence "Still needed: …", or raises `Refusal` where nothing can be supplied.

Before a dialog is shown, the answers are None: then what the dialog itself will ask for is not missing yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from cms_iso10002.core import fairness, redress
from cms_iso10002.core.case import Actor, Case, day_of
from cms_iso10002.core.closure import BASES_FROM, CLOSURE_BASES, NEGATIVE, learning_missing, reporting_missing
from cms_iso10002.core.decisions import by_a_second_person
from cms_iso10002.core.refusal import N_, Refusal
from cms_iso10002.core.states import CLOSED_STATES
from cms_iso10002.core.triage import at_least

ASSESSMENT = {
	"severity": N_("severity"),
	"complexity": N_("complexity"),
	"impact": N_("impact"),
	"safety_implication": N_("safety implication"),
	"immediate_action_needed": N_("whether immediate action is needed"),
}
"""ISO 10002:2018, 7.5: each complaint is assessed for these."""


def has_text(html: str | None) -> bool:
	"""Whether rich text holds anything to read."""
	return bool(unescape(re.sub(r"<[^<>]*>", "", html or "")).strip("\u200b\xa0 \t\r\n"))


def assessment(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	missing = [label for name, label in ASSESSMENT.items() if not case.get(name)]
	return missing + conflict_check(case)


def conflict_check(case: Case) -> list[str]:
	"""Whether it was asked who is concerned, and the names were written down (4.7)."""
	if case.get("conflict_check") in (None, "", "Not Done"):
		return [N_("the conflict check")]
	if case.get("conflict_check") == "Names Recorded" and not case.rows("persons_concerned"):
		return [N_("the names of the persons concerned")]
	return []


def investigator(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	return [] if case.get("investigator") else [N_("the investigator")]


def waiver(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""An investigation may be waived only up to the severity the settings allow (7.6: in proportion)."""
	limit = case.settings.get("waive_investigation_up_to")
	if not limit:
		raise Refusal(N_("Complaint Settings allow no decision without an investigation: investigate first."))
	if case.get("severity") != limit and at_least(case.get("severity"), limit):
		raise Refusal(
			N_(
				"The investigation may be waived up to severity {0}; this complaint is {1}: investigate first."
			),
			limit,
			case.get("severity"),
		)
	return []


def findings(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	return [] if has_text(case.get("findings")) else [N_("the findings of the investigation")]


def aspects(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""Every aspect raised is answered (annex responses), and the whole does not contradict the parts."""
	rows = case.rows("aspects")
	if not rows:
		return [] if data is None or data.get("outcome") else [N_("the outcome")]
	open_rows = [str(n) for n, row in enumerate(rows, 1) if not row.get("outcome") or not row.get("reasons")]
	if open_rows:
		return [[N_("outcome and reasons of every aspect (rows {0})"), ", ".join(open_rows)]]
	overall = overall_outcome(rows)
	if data and data.get("outcome") and data["outcome"] != overall:
		raise Refusal(
			N_("The outcomes of the aspects make the whole {0}, not {1}: correct one of them."),
			overall,
			data["outcome"],
		)
	return []


def overall_outcome(rows) -> str:
	"""Upheld or Not Upheld when all aspects are, otherwise Partly Upheld."""
	outcomes = {row.get("outcome") for row in rows}
	return outcomes.pop() if len(outcomes) == 1 else "Partly Upheld"


def response(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""Reasons, a second person's approval where settings ask for it, and no redress left unapproved above it."""
	decision, missing = case.last_decision, []
	if not has_text(decision.get("reasons")):
		missing.append(N_("the reasons of the decision"))
	if needs_approval(case) and not by_a_second_person(decision):
		missing.append(N_("a second person's approval of the decision"))
	return missing + redress.ungranted(case, actor)


def needs_approval(case: Case) -> bool:
	"""Whether a second person must approve the decision before it is sent (Complaint Settings)."""
	threshold = case.settings.get("approval_from_severity")
	return bool(threshold) and at_least(case.get("severity"), threshold)


def approver(case: Case, actor: Actor) -> None:
	"""Refuse an approval by who decided or by a person concerned. Raises Refusal."""
	fairness.check_actor(case, actor)
	decision = case.last_decision
	if not decision or decision.get("sent_on") or case.status != "Decided":
		raise Refusal(N_("There is no decision that waits for approval."))
	if decision.get("approved_by"):
		raise Refusal(N_("{0} has approved this decision already."), decision["approved_by"])
	if decision.get("decided_by") == actor.user:
		raise Refusal(N_("You made this decision: ask somebody else to approve it."))


MAY_ACCEPT = ("Accept", "Receive Money")
"""The authorities with which a representative may be content with an answer."""


def may_accept(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""A representative accepts only with proven authority to do so."""
	ok = _may_end(case, data)
	return [] if ok else [N_("the representative's verified authority to accept")]


def may_withdraw(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""Withdrawing ends the matter as accepting does, so a representative needs the same authority for it."""
	ok = _may_end(case, data)
	return [] if ok else [N_("the representative's verified authority to accept or withdraw")]


def _may_end(case: Case, data: Mapping[str, Any] | None) -> bool:
	"""Whether who speaks may end the matter: the complainant always, a representative who was entrusted with that."""
	if not data or data.get("given_by") != "Representative":
		return True
	valid_until = day_of(case.get("representative_valid_until"))
	return bool(
		case.get("representative_verified_by")
		and case.get("representative_authority") in MAY_ACCEPT
		and not (valid_until and valid_until < case.today)
	)


def reviewer(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	user = (data or {}).get("reviewer")
	if user in case.concerned:
		raise Refusal(
			N_("{0} is concerned by this complaint and can't be its {1}: choose somebody else."),
			user,
			N_("reviewer"),
		)
	fairness.check_reviewer(case, user)
	if user and user in fairness.deciders(case.rows("decisions")):
		raise Refusal(
			N_("{0} decided this complaint before and can't review it: choose somebody else."), user
		)
	return []


def reopening(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""A case goes on as Rejected only where the complainant has rejected something."""
	if data and data.get("to_state") == "Rejected" and case.get("response") not in NEGATIVE:
		return [N_("the complainant's rejection")]
	return []


def independent_reviewer(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""Level 2 is decided by who neither decided nor investigated before (annex escalation-flow)."""
	if actor.user == case.get("investigator"):
		raise Refusal(N_("You investigated this complaint: somebody else must decide the review."))
	if actor.user in fairness.deciders(case.rows("decisions")):
		raise Refusal(N_("You decided this complaint before: somebody else must decide the review."))
	return []


def early(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	if case.get("in_external_dispute"):
		raise Refusal(N_("The complaint is before an outside body: it can't be resolved at first contact."))
	grave = case.settings.get("approval_from_severity")
	severity = (data or {}).get("severity") or case.get("severity")
	safety = (data or {}).get("safety_implication") or case.get("safety_implication")
	if safety == "Yes" or (grave and severity and at_least(severity, grave)):
		raise Refusal(
			N_(
				"A complaint that concerns safety, or needs a second person's approval, is not resolved at first contact: investigate it."
			)
		)
	return redress.ungranted(case, actor)


def reachable(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""A case waits for the complainant only after a question was really sent."""
	if data is None or case.contact_possible or data.get("channel") in ("In Person", "Portal"):
		return []
	raise Refusal(N_("Nobody can be asked: there is no e-mail, phone or address of who complained."))


def closing(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""One closure basis holds, no outside dispute runs, for Major and up something was learnt, and for safety its reporting was decided."""
	if any(not dispute.get("closed_on") for dispute in case.disputes):
		raise Refusal(N_("A dispute before an outside body is still open: record its outcome first."))
	learning = learning_missing(case) + reporting_missing(case)
	return basis_missing(case, (data or {}).get("basis")) + learning


def basis_missing(case: Case, wanted: str | None) -> list[str | tuple[tuple[str, ...], ...]]:
	"""What the wanted basis still needs; without one, the alternatives that this state allows, unless one holds."""
	allowed = BASES_FROM[case.status]
	if wanted and wanted not in allowed:
		raise Refusal(N_("{0} is no ground for closing a complaint that is {1}."), wanted, case.status)
	if wanted:
		return CLOSURE_BASES[wanted](case)
	alternatives = list(dict.fromkeys(tuple(CLOSURE_BASES[name](case)) for name in allowed))
	if not all(alternatives):
		return []
	# whoever has to do more for another ground anyway need not be told of it
	shortest = [one for one in alternatives if not any(set(other) < set(one) for other in alternatives)]
	return [tuple(shortest)]


def duplicate(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""Only the same complainant's complaint is a duplicate; others with the same problem each count."""
	original = case.original
	if data is None:
		return []
	if not original:
		return [N_("the complaint it duplicates")]
	if original.get("name") == case.get("name"):
		raise Refusal(N_("A complaint is not a duplicate of itself."))
	if original.get("status") == "Duplicate":
		raise Refusal(
			N_("{0} is itself a duplicate: choose {1}."), original.get("name"), original.get("duplicate_of")
		)
	if original.get("status") in CLOSED_STATES:
		raise Refusal(
			N_("{0} is {1}: reopen it first, or relate the two."),
			original.get("name"),
			original.get("status"),
		)
	if not case.same_complainant:
		raise Refusal(
			N_("{0} was made by somebody else: put both into a Complaint Group instead."),
			original.get("name"),
		)
	return []


def answer_ahead(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""An answer can only be wanted by a day that is still to come, or by the end of today."""
	wanted = day_of((data or {}).get("answer_by"))
	if wanted and wanted < case.today:
		raise Refusal(N_("{0} lies in the past: choose a day that is still to come."), N_("Answer Wanted By"))
	return []


def inside_recourse(case: Case, actor: Actor, data: Mapping[str, Any] | None) -> list[str]:
	"""A case closed for want of a reply is reopened by a rejection while recourse is open."""
	if case.get("closure_basis") != "No Reply" and "Complaint Manager" in actor.roles:
		raise Refusal(N_("Only a complaint closed as No Reply can be rejected late: reopen it."))
	if case.get("closure_basis") != "No Reply":
		raise Refusal(
			N_(
				"Only a complaint closed as No Reply can be rejected late: ask a Complaint Manager to reopen it."
			)
		)
	expires = day_of(case.last_decision.get("recourse_expires_on"))
	if expires and case.today > expires:
		raise Refusal(N_("The recourse window ended on {0}."), expires.isoformat())
	return []
