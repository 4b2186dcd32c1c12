"""Whether a due time may be moved: extensions with a reason, within the policy's cap, told to the complainant.

The cap is the target's: so many extensions, each at most so long, counted from the due time it moves. An extension
counts only when it was granted before the due time, so what is overdue stays overdue. No notice, no extension: the
event names the letter, and falls with it when the letter does not arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.clocks import (
	DECIDE,
	EXTENDED,
	OVERDUE,
	PAUSED,
	REVIEW,
	RUNNING,
	UPDATE,
	Event,
	Milestone,
	Target,
	without_failed_deliveries,
)
from cms_iso10002.core.refusal import N_, Refusal

HELD = (DECIDE, REVIEW)
"""Stages that a holding response answers for the time being."""


def open_milestone(milestones: Iterable[Milestone], stage: str, reference: str = "") -> Milestone:
	"""The last milestone of `stage` (for the request `reference` of an outside body) that is running, paused or overdue.

	Raises Refusal when there is none.
	"""
	found = [
		m
		for m in milestones
		if m.stage == stage
		and (not reference or m.reference == reference)
		and m.state in (RUNNING, PAUSED, OVERDUE)
		and not m.ended_at
	]
	if not found:
		raise Refusal(N_("No deadline of the stage {0} is running: there is nothing to extend."), stage)
	return found[-1]


def used(events: Iterable[Event], milestone: Milestone) -> int:
	"""How many extensions a milestone was given; one whose notice did not arrive does not count."""
	mine = ("stage", "round", "occurrence", "reference")
	return sum(
		1
		for event in without_failed_deliveries(list(events))
		if event.kind == EXTENDED
		and all(event.data.get(name) in (None, getattr(milestone, name)) for name in mine)
	)


def latest_due(milestone: Milestone, target: Target | None, calendar: WorkCalendar, so_far: int) -> datetime:
	"""The latest due time that one more extension may give. Raises Refusal where none is allowed any more."""
	if milestone.stage == UPDATE or not target or not target.max_extensions or not target.extension_amount:
		raise Refusal(N_("The policy allows no extension of the stage {0}."), milestone.stage)
	if so_far >= target.max_extensions:
		raise Refusal(
			N_("The policy allows {0} extensions of the stage {1}, and all were given."),
			target.max_extensions,
			milestone.stage,
		)
	return target.extended_due(milestone.due_at, calendar)


def check(milestone: Milestone, new_due: datetime, latest: datetime, now: datetime) -> None:
	"""Refuse a new due time that is no extension, exceeds the cap, or comes too late. Instants are aware."""
	if milestone.state == PAUSED:
		raise Refusal(
			N_(
				"The stage {0} is stopped while an answer is awaited, and its due time moves by itself: extend it once the case goes on."
			),
			milestone.stage,
		)
	if milestone.state == OVERDUE or now > milestone.due_at:
		raise Refusal(
			N_(
				"The stage {0} is overdue: an extension counts only when it is given before the due time. Send a progress update instead."
			),
			milestone.stage,
		)
	if new_due <= milestone.due_at:
		raise Refusal(N_("The new due time must be later than the present one."))
	if new_due > latest:
		raise Refusal(N_("The policy allows an extension up to {0}: choose an earlier date."), latest)
