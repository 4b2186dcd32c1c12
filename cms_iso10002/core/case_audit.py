"""What an auditor tests on a closed case file (ISO 10002:2018, 8.5), as far as the file itself can tell.

Each test is a function of the `CaseFile` that returns a `Result`. What no record tells (was the tone right, did the depth of
the investigation fit) is in `ASKED`: a person answers it. A file that was deleted or anonymised is `Unavailable`, never passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cms_iso10002.core import fairness
from cms_iso10002.core.case import Case
from cms_iso10002.core.closure import CLOSURE_BASES
from cms_iso10002.core.decisions import by_a_second_person, on_the_spot
from cms_iso10002.core.guards import has_text, needs_approval
from cms_iso10002.core.refusal import N_

PASSED, FAILED, NOT_APPLICABLE, TO_CHECK = "Passed", "Failed", "Not Applicable", "To Check"
RESULTS = (PASSED, FAILED, NOT_APPLICABLE, TO_CHECK)


@dataclass(frozen=True)
class Authority:
	"""A row of redress with an amount: who approved it, and whether it was within what their roles may grant.

	`within` is None where the remedy has no limits to hold it against.
	"""

	remedy: str
	approved_by: str
	within: bool | None


@dataclass(frozen=True)
class CaseFile:
	"""A closed case as an auditor finds it.

	`case` is read as on the day it was closed. `milestones` are its rows, `events` the kinds of its events in order,
	`authorities` its redress with amounts, `trained` whether the handler's training was valid on the day of receipt
	(None where nobody handled it).
	"""

	case: Case
	milestones: Sequence[Mapping[str, Any]] = ()
	events: Sequence[str] = ()
	authorities: Sequence[Authority] = ()
	trained: bool | None = None


@dataclass(frozen=True)
class Result:
	"""What a test came to; `template.format(*arguments)` says why, to be translated by who shows it."""

	verdict: str
	template: str = ""
	arguments: tuple[Any, ...] = field(default=())


@dataclass(frozen=True)
class FileTest:
	"""One of the tests: its key, its name, the clause it is about (a slug of the catalogue), and how it is made."""

	key: str
	label: str
	clause: str
	run: Callable[[CaseFile], Result]


def receipt(file: CaseFile) -> Result:
	"""7.2: identifier, time of receipt, channel, subject and remedy sought are recorded."""
	case = file.case
	needed = {
		N_("identifier"): case.get("name"),
		N_("time of receipt"): case.get("received_on"),
		N_("channel"): case.get("channel"),
		N_("subject"): case.get("subject"),
		N_("remedy sought"): case.get("remedy_requested") or case.get("remedy_notes"),
	}
	missing = [label for label, value in needed.items() if not value]
	return Result(FAILED, N_("Not recorded: {0}."), tuple(missing)) if missing else Result(PASSED)


def acknowledged(file: CaseFile) -> Result:
	"""7.4: acknowledged within its time limit; one promised nothing is not held against it."""
	states = [
		row.get("state")
		for row in file.milestones
		if row.get("stage") == "acknowledge" and row.get("due_at") and row.get("state") != "Cancelled"
	]
	if not states:
		return Result(NOT_APPLICABLE, N_("There was no time limit for an acknowledgement."))
	if all(state == "Met" for state in states):
		return Result(PASSED)
	return Result(FAILED, N_("Acknowledged late, or not at all."))


def assessed_first(file: CaseFile) -> Result:
	"""7.5: assessed before it was investigated."""
	if "investigated" not in file.events:
		return Result(NOT_APPLICABLE, N_("There was no investigation."))
	before = file.events[: file.events.index("investigated")]
	return (
		Result(PASSED) if "assessed" in before else Result(FAILED, N_("Investigated before it was assessed."))
	)


def independent(file: CaseFile) -> Result:
	"""4.7: nobody who took part is concerned, and a reviewer had neither investigated nor decided nor approved before."""
	case = file.case
	concerned = sorted(fairness.took_part(case) & case.concerned)
	if concerned:
		return Result(FAILED, N_("Concerned by the complaint: {0}."), tuple(concerned))
	reviewed = any(row.get("level") == fairness.REVIEW for row in case.rows("decisions"))
	if not case.get("investigator") and not reviewed:
		return Result(NOT_APPLICABLE, N_("Nobody investigated or reviewed it."))
	if case.get("conflict_check") in (None, "", "Not Done"):
		return Result(FAILED, N_("Nobody checked whether somebody is concerned."))
	own = fairness.reviewed_own(case)
	if own:
		return Result(FAILED, N_("{0} reviewed what they had investigated or decided."), (own[0],))
	return Result(PASSED)


def decision(file: CaseFile) -> Result:
	"""7.8: every decision that was sent had reasons and told the recourse; a second person approved it where needed.

	One that was accepted on the spot owes neither (`core.decisions`).
	"""
	sent = [row for row in file.case.rows("decisions") if row.get("sent_on")]
	if not sent:
		return Result(NOT_APPLICABLE, N_("No decision was sent."))
	owing = [row for row in sent if not on_the_spot(row)]
	if not owing:
		return Result(
			NOT_APPLICABLE, N_("It was put right on the spot: that needs neither reasons nor recourse.")
		)
	if not all(has_text(row.get("reasons")) for row in owing):
		return Result(FAILED, N_("A decision was sent without reasons."))
	if not all(row.get("recourse_explained") for row in owing):
		return Result(FAILED, N_("A decision was sent without telling the recourse."))
	if needs_approval(file.case) and not all(by_a_second_person(row) for row in owing):
		return Result(FAILED, N_("No second person approved the decision."))
	return Result(PASSED)


def answered(file: CaseFile) -> Result:
	"""Annex responses: every aspect that was raised got an answer."""
	aspects = file.case.rows("aspects")
	if not aspects or not any(row.get("sent_on") for row in file.case.rows("decisions")):
		return Result(NOT_APPLICABLE, N_("No aspects were recorded, or no decision was sent."))
	open_ones = [row.get("what") for row in aspects if not row.get("outcome")]
	return Result(FAILED, N_("Not answered: {0}."), tuple(open_ones)) if open_ones else Result(PASSED)


def closed(file: CaseFile) -> Result:
	"""7.9: closed on one of the grounds, and what it needs was there."""
	basis = file.case.get("closure_basis")
	if basis not in CLOSURE_BASES:
		return Result(FAILED, N_("Closed on no recorded ground."))
	missing = CLOSURE_BASES[basis](file.case)
	return Result(FAILED, N_("Missing: {0}."), tuple(missing)) if missing else Result(PASSED)


def authority(file: CaseFile) -> Result:
	"""5.4, 7.7: redress was granted by somebody who may grant so much."""
	if not file.authorities:
		return Result(NOT_APPLICABLE, N_("No redress with an amount was granted."))
	beyond = [one.remedy for one in file.authorities if one.within is False]
	if beyond:
		return Result(
			FAILED, N_("Beyond the authority of who approved it, or approved by nobody: {0}."), tuple(beyond)
		)
	if all(one.within is None for one in file.authorities):
		return Result(TO_CHECK, N_("No authority limits are set for these remedies."))
	return Result(PASSED)


def recurrence(file: CaseFile) -> Result:
	"""8.2, 8.7: a recurrent problem is linked to a corrective action, or it is said why there is none."""
	case = file.case
	if not case.get("is_recurrent"):
		return Result(NOT_APPLICABLE, N_("It is not marked as recurrent."))
	if case.get("action_state") in ("Open", "In Effect", "Effective") or case.get("no_action_reason"):
		return Result(PASSED)
	return Result(FAILED, N_("Recurrent, and no corrective action or reason why there is none."))


def trained(file: CaseFile) -> Result:
	"""4.14: the handler's training was valid when the complaint came in."""
	if file.trained is None:
		return Result(NOT_APPLICABLE, N_("Nobody is recorded as its handler."))
	return (
		Result(PASSED)
		if file.trained
		else Result(FAILED, N_("The handler had no valid training on the day of receipt."))
	)


COMPUTED: tuple[FileTest, ...] = (
	FileTest("receipt", N_("Receipt recorded in full"), "receipt", receipt),
	FileTest("acknowledged", N_("Acknowledged on time"), "acknowledgement", acknowledged),
	FileTest("assessed_first", N_("Assessed before investigated"), "initial-assessment", assessed_first),
	FileTest("independent", N_("Handled without conflict of interest"), "objectivity", independent),
	FileTest("decision", N_("Decision with reasons and recourse"), "decision", decision),
	FileTest("answered", N_("Every aspect answered"), "response", answered),
	FileTest("closed", N_("Closed on a ground whose conditions are met"), "closing", closed),
	FileTest("authority", N_("Redress within authority"), "responsibility", authority),
	FileTest("recurrence", N_("Recurrent problem linked to an action"), "continual-improvement", recurrence),
	FileTest("trained", N_("Handler trained at the time"), "competence", trained),
)

ASKED: tuple[tuple[str, str, str], ...] = (
	("depth", N_("Was the investigation as deep as the matter was serious?"), "investigation"),
	("plain", N_("Were the letters plain, complete and courteous?"), "customer-focus"),
	("confidential", N_("Was personal data used for handling the complaint only?"), "confidentiality"),
)
"""Key, question and clause of what only a person can judge."""


def examine(file: CaseFile) -> dict[str, Result]:
	"""Every computed test of a file, by its key."""
	return {one.key: one.run(file) for one in COMPUTED}
