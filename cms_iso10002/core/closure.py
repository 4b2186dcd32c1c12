"""On what grounds a complaint may be closed, defined once for guards, evidence and audits.

ISO 10002:2018, 7.9: a complaint is closed when the complainant accepts and what was promised is done; a
rejected one stays open until the recourse is used up. Each basis below is a function of the `Case` that
returns what is still missing, as a list of noun phrases; an empty list means that the basis holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cms_iso10002.core.case import Case, day_of
from cms_iso10002.core.refusal import N_
from cms_iso10002.core.reportability import undecided
from cms_iso10002.core.states import STATES
from cms_iso10002.core.triage import at_least

AGREED_AND_OPEN = ("Accepted",)
"""States of redress that was agreed and is not done."""

UNCONDITIONAL = ("Interim", "Goodwill")
DECISION_LETTERS = ("Decision", "Review Outcome", "Summary Resolution")
NEGATIVE = ("Rejected", "Partly Accepted")

Basis = Callable[[Case], "list[str]"]


def agreed_redress_missing(case: Case) -> list[str]:
	"""Redress that was agreed, or promised whatever the answer, and neither implemented, cancelled nor declined."""
	missing, rows = [], case.rows("redress")
	if any(row.get("state") in AGREED_AND_OPEN for row in rows):
		missing.append(N_("the agreed redress implemented"))
	if any(_is_promised(row) for row in rows):
		missing.append(N_("the goodwill that was promised carried out"))
	return missing


def _is_promised(row: Mapping[str, Any]) -> bool:
	"""Whether a row of redress was told to the complainant and hangs on no answer of theirs."""
	return row.get("basis") in UNCONDITIONAL and row.get("state") == "Offered"


def learning_missing(case: Case) -> list[str]:
	"""For Major and up: a root cause and an action, or the reason why not (8.7, asked at closing, never before)."""
	if not at_least(case.get("severity"), "Major") or (case.get("no_action_reason") or "").strip():
		return []
	acted = case.get("action_state") in ("Open", "In Effect", "Effective")
	if case.get("root_cause"):
		return [] if acted else [N_("a corrective action, or the reason why there is none")]
	if acted:
		return [N_("the root cause")]
	return [N_("a root cause and a corrective action, or the reason why there is none")]


def reporting_missing(case: Case) -> list[str]:
	"""Where safety asked for it: the decision whether the complaint must be reported. A report that is owed outlives it."""
	if not undecided([row.get("state") or "" for row in case.reports]):
		return []
	return [N_("the decision whether it must be reported")]


def accepted(case: Case) -> list[str]:
	missing = [] if case.get("response") == "Accepted" else [N_("the complainant's acceptance")]
	return missing + agreed_redress_missing(case)


def resolved_early(case: Case) -> list[str]:
	missing = [] if case.get("resolved_at_first_contact") else [N_("an early resolution")]
	return missing + accepted(case)


def _last_letters(case: Case, kinds: Sequence[str]) -> list:
	return [letter for letter in case.letters if letter.get("kind") in kinds]


def no_reply(case: Case) -> list[str]:
	"""Nobody answered, although the answer reached them, they were reminded, and knew where else to turn."""
	missing = []
	settings, decision = case.settings, case.last_decision
	if not settings.get("no_reply_closing"):
		return [N_("the basis No Reply switched on in Complaint Settings")]
	delivered = [
		letter
		for letter in _last_letters(case, DECISION_LETTERS)
		if letter.get("delivery") in ("Sent", "Delivered")
	]
	if not delivered:
		missing.append(N_("a delivered decision letter"))
	sent_on = day_of(decision.get("sent_on"))
	waited = timedelta(days=settings.get("answer_within_days") or 0)
	if not sent_on or case.today < sent_on + waited:
		missing.append(N_("the time for an answer having passed"))
	reminders = [
		letter
		for letter in _last_letters(case, ("Progress Update",))
		if sent_on and (day_of(letter.get("sent_on")) or date.min) >= sent_on
	]
	if len(reminders) < (settings.get("no_reply_reminders") or 0):
		missing.append(N_("the reminders sent"))
	if not decision.get("recourse_explained"):
		missing.append(N_("the recourse explained"))
	done = (
		"Implemented",
		"Verified",
		"Cancelled",
		"Declined",
		"Offered",
	)  # what is offered is looked at below
	if any(r.get("basis") in UNCONDITIONAL and r.get("state") not in done for r in case.rows("redress")):
		missing.append(N_("the unconditional redress implemented"))
	return missing + agreed_redress_missing(case)


def recourse_exhausted(case: Case) -> list[str]:
	"""Rejected also after somebody else's review, and told where to turn outside."""
	decision, missing = case.last_decision, []
	if case.get("response") not in NEGATIVE:
		missing.append(N_("the complainant's rejection"))
	if not any(row.get("level") in ("Internal Review", "External") for row in case.rows("decisions")):
		missing.append(N_("an internal review"))
	if not decision.get("recourse_explained"):
		missing.append(N_("the recourse explained"))
	return missing + agreed_redress_missing(case)


def recourse_expired(case: Case) -> list[str]:
	"""Rejected, and the time to go further has passed unused."""
	expires = day_of(case.last_decision.get("recourse_expires_on"))
	missing = [] if case.get("response") in NEGATIVE else [N_("the complainant's rejection")]
	if not expires or case.today <= expires:
		missing.append(N_("the recourse window having passed"))
	return missing + agreed_redress_missing(case)


def external_outcome(case: Case) -> list[str]:
	"""An outside body has spoken, or the dispute before it has ended."""
	ended = [d for d in case.disputes if d.get("closed_on") and d.get("outcome")]
	missing = [] if ended else [N_("the recorded outcome of an outside body")]
	return missing + agreed_redress_missing(case)


def no_contact_possible(case: Case) -> list[str]:
	"""Nobody can be reached: anonymous without any contact, or the answer could not be delivered."""
	answers = _last_letters(case, DECISION_LETTERS)
	delivery = answers[-1].get("delivery") if answers else None
	unreachable = delivery == "Failed" or (delivery == "Not Possible" and not case.contact_possible)
	missing = [] if unreachable else [N_("an answer that could not be delivered, with the reason")]
	return missing + agreed_redress_missing(case)


def told(case: Case) -> list[str]:
	"""For bases that a transition of their own establishes: its record is what counts."""
	return [] if case.get("closure_reason") or case.get("duplicate_of") else [N_("the reason")]


CLOSURE_BASES: dict[str, Basis] = {
	"Accepted": accepted,
	"Resolved Early": resolved_early,
	"No Reply": no_reply,
	"Recourse Exhausted": recourse_exhausted,
	"Recourse Expired": recourse_expired,
	"External Outcome": external_outcome,
	"Withdrawn": told,
	"Out of Scope": told,
	"Duplicate": told,
	"No Contact Possible": no_contact_possible,
}
"""Every basis, with what it needs."""

BASES_FROM = {
	"Accepted": ("Resolved Early", "Accepted"),
	"Response Sent": ("No Reply", "External Outcome", "No Contact Possible"),
	"Rejected": ("Recourse Exhausted", "Recourse Expired", "External Outcome"),
}
"""The bases *Close* may use, by the state it starts from; the first that holds is taken when none is named."""


def counts(status: str) -> str:
	"""How a complaint counts, everywhere the same: "" for a duplicate (not at all), "apart" when out of scope, else "yes"."""
	return {"Duplicate": "", "Out of Scope": "apart"}.get(status, "yes")


COUNTED = tuple(state for state in STATES if counts(state) == "yes")
NOT_COUNTED = tuple(state for state in STATES if counts(state) != "yes")
"""The states whose complaints are among those that figures speak of, and the others."""
