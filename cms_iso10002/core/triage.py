"""Triage: how urgent a complaint is and why, and whether it is one for this process at all.

`assess_priority` is a handful of rules. Each that applies names a level, the highest level wins, and the reason
given is every rule that led to it:

    severity          Minor → Low · Moderate → Medium · Major → High · Critical → Urgent
    high impact       one level above the severity's
    high complexity   at least Medium: it will take long, so it starts early
    immediate action  at least High; with Major severity or more Urgent
    safety            at least High; with Major severity or more, or immediate action needed, Urgent
    not yet assessed  Medium; where safety is concerned Urgent, until the severity is known

So raising any answer never lowers the priority. ISO 10002:2018, 7.5 names what is asked, and sets no scale: this is
ours.

Sentences are given as (template, args): the shell translates the template and each of the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass

from cms_iso10002.core.refusal import N_

SEVERITIES = (N_("Minor"), N_("Moderate"), N_("Major"), N_("Critical"))
"""From mild to grave."""

GRADES = (N_("Low"), N_("Medium"), N_("High"))
"""Of complexity and of impact."""

PRIORITIES = (N_("Low"), N_("Medium"), N_("High"), N_("Urgent"))
"""From what can wait to what can't."""

Sentence = tuple[str, tuple[str, ...]]
"""A template and its arguments, for the shell to translate and join."""

_LOW, _MEDIUM, _HIGH, _URGENT = range(4)


@dataclass(frozen=True)
class Priority:
	"""A level of `PRIORITIES`, and every rule that led to it, never none."""

	level: str
	reason_parts: tuple[Sentence, ...]


@dataclass(frozen=True)
class Screening:
	"""What the subject matter asks for at receipt.

	`reason` says why in a sentence, None where nothing is asked for. `open_external_dispute`: record the outside
	dispute beside the complaint. `alert_manager`: safety is concerned, tell the Complaint Manager at once.
	"""

	out_of_scope: bool = False
	reason: Sentence | None = None
	open_external_dispute: bool = False
	alert_manager: bool = False


def severity_rank(severity: str | None) -> int:
	"""1 for Minor to 4 for Critical; 0 while not assessed (None or ""). Raises ValueError for any other text."""
	if not severity:
		return 0
	return SEVERITIES.index(severity) + 1


def at_least(severity: str | None, limit: str) -> bool:
	"""Whether `severity` is `limit` or graver; False while it is not assessed. Raises ValueError for other texts."""
	if not limit:
		raise ValueError("there is no limit to compare the severity with")
	return severity_rank(severity) >= severity_rank(limit)


def assess_priority(
	severity: str | None,
	complexity: str | None,
	impact: str | None,
	safety_implication: bool,
	immediate_action_needed: bool,
) -> Priority:
	"""The priority, with its reason; `severity`, `complexity` and `impact` are None or "" while not assessed.

	Never raises: a text that is no grade counts as not assessed, as it is the field's own check that refuses it.
	"""
	found = _by_severity(severity, impact)
	if complexity == "High":
		found.append((_MEDIUM, (N_("High complexity"), ())))
	grave = severity in ("Major", "Critical")
	if immediate_action_needed:
		found.append(_immediate_action(severity, grave))
	if safety_implication:
		found.append(_safety(severity, grave, immediate_action_needed))
	level = max(rank for rank, sentence in found)
	return Priority(PRIORITIES[level], tuple(sentence for rank, sentence in found if rank == level))


def _by_severity(severity: str | None, impact: str | None) -> list[tuple[int, Sentence]]:
	if severity not in SEVERITIES:
		found = [(_MEDIUM, (N_("Not yet assessed"), ()))]
		return [*found, (_HIGH, (N_("High impact"), ()))] if impact == "High" else found
	rank = SEVERITIES.index(severity)
	found = [(rank, (N_("Severity {0}"), (severity,)))]
	if impact == "High" and rank < _URGENT:
		found.append((rank + 1, (N_("Severity {0} with high impact"), (severity,))))
	return found


def _immediate_action(severity: str | None, grave: bool) -> tuple[int, Sentence]:
	if grave:
		return _URGENT, (N_("Immediate action is needed, with severity {0}"), (severity,))
	return _HIGH, (N_("Immediate action is needed"), ())


def _safety(severity: str | None, grave: bool, immediate_action_needed: bool) -> tuple[int, Sentence]:
	if grave:
		return _URGENT, (N_("Safety is concerned, with severity {0}"), (severity,))
	if severity not in SEVERITIES:
		return _URGENT, (N_("Safety is concerned, and the severity is not yet assessed"), ())
	if immediate_action_needed:
		return _URGENT, (N_("Safety is concerned, and immediate action is needed"), ())
	return _HIGH, (N_("Safety is concerned"), ())


def screen(
	is_employment_dispute: bool,
	complainant_type: str | None,
	already_outside: bool,
	category_out_of_scope: bool,
	safety_implication: bool = False,
) -> Screening:
	"""Screen a complaint by its subject matter: what this process covers, and who must know at once.

	An employment-related dispute is not covered; an employee complaining as a customer is a customer. A category
	flagged as out of scope says so of the matter itself, whoever complains. A dispute already before an outside body
	is recorded beside the complaint, which stays. Safety alerts the manager in every case, also out of scope.
	"""
	employment = is_employment_dispute and complainant_type != "Employee as Customer"
	reason = None
	if employment:
		reason = (
			N_(
				"This is a matter between an employer and an employee; complaints handling does not cover it."
			),
			(),
		)
	elif category_out_of_scope:
		reason = (N_("Complaints handling does not cover matters of this category."), ())
	elif already_outside:
		reason = (
			N_("The dispute is already before an outside body: it is recorded beside the complaint."),
			(),
		)
	return Screening(
		out_of_scope=bool(employment or category_out_of_scope),
		reason=reason,
		open_external_dispute=bool(already_outside),
		alert_manager=bool(safety_implication),
	)
