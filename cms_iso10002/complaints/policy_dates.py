"""When the milestones of a made-up complaint fall due under a policy's targets: for trying and checking a policy.

Worked out by `core.clocks.replay`, as for a real complaint, with everything done at the last moment: the decision is
sent when it is due, and then it is accepted, and, where reviews have a limit, a review of it asked for. What an outside
body asks, it asks at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import CalendarHorizonWarning, WorkCalendar

_AGES = timedelta(days=36_500)
"""So long after receipt everything that can start has started."""


def plan(
	targets: Sequence[clocks.Target],
	calendar: WorkCalendar | None,
	received: datetime,
	extensions: Iterable[clocks.Event] = (),
) -> list[clocks.Milestone]:
	"""The milestones of a complaint received at `received` (aware), as they would be with nothing done early.

	`extensions` are events of the core. Raises ValueError where a due time lies beyond the years that a calendar
	answers for.
	"""
	until = received + _AGES
	extensions = list(extensions)
	early = [event for event in extensions if event.data["round"] == 1 and _owed_from_receipt(event)]
	late = [event for event in extensions if event not in early]
	start = [clocks.Event(clocks.RECEIVED, received), *early]
	with warnings.catch_warnings():
		warnings.simplefilter("ignore", CalendarHorizonWarning)
		decided = _decided(clocks.replay(targets, calendar, start, until)) or received
		after = [
			clocks.Event(clocks.EXTERNAL_REQUEST, received),
			clocks.Event(clocks.AGREED, decided),
		]
		if any(target.stage == clocks.REVIEW for target in targets):
			after.append(clocks.Event(clocks.REVIEW_REQUESTED, decided))
		return clocks.replay(targets, calendar, [*start, *after, *late], until)


def latest(
	targets: Sequence[clocks.Target], calendar: WorkCalendar | None, received: datetime
) -> list[clocks.Milestone]:
	"""As `plan`, with every extension used, also of the milestones at which others start."""
	by_stage = {target.stage: target for target in targets}
	extensions: list[clocks.Event] = []
	done: set[tuple[str, int]] = set()
	while True:
		milestones = plan(targets, calendar, received, extensions)
		left = [
			m
			for m in milestones
			if m.due_at and by_stage[m.stage].max_extensions and (m.stage, m.round) not in done
		]
		if not left:
			return milestones
		# the earliest first: what it starts at is due before it, and so has been extended by now
		earliest = min(left, key=lambda milestone: milestone.due_at)
		done.add((earliest.stage, earliest.round))
		extensions.append(_extension(earliest, extended(by_stage[earliest.stage], earliest.due_at, calendar)))


def extended(target: clocks.Target, due: datetime, calendar: WorkCalendar | None) -> datetime:
	"""The due time after every extension that the target allows, one after the other; `due` where it allows none."""
	calendar = calendar or WorkCalendar.always("UTC")
	with warnings.catch_warnings():
		warnings.simplefilter("ignore", CalendarHorizonWarning)
		for _turn in range(target.max_extensions if target.extension_amount else 0):
			due = target.extended_due(due, calendar)
	return due


def _owed_from_receipt(event: clocks.Event) -> bool:
	return event.data["stage"] in clocks.FROM_RECEIPT


def _decided(milestones: Iterable[clocks.Milestone]) -> datetime | None:
	"""When the first decision is due; without a limit for it, when the last of what is owed from receipt on is due."""
	dues = {milestone.stage: milestone.due_at for milestone in milestones if milestone.due_at}
	return dues.get(clocks.DECIDE) or max(dues.values(), default=None)


def _extension(milestone: clocks.Milestone, new_due: datetime) -> clocks.Event:
	data = {
		"stage": milestone.stage,
		"round": milestone.round,
		"occurrence": milestone.occurrence,
		"new_due": new_due.isoformat(),
	}
	return clocks.Event(clocks.EXTENDED, milestone.started_at, data)
