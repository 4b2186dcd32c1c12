"""Must it be reported? A safety implication asks it, and two clocks run: until it is decided, and until it is reported.

What law asks differs by product and country; this says only that somebody decides, by when, and what was decided. All is
read from the events of the complaint, so the clock outlives its closing and nothing of it is stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cms_iso10002.core.business_time import from_micros
from cms_iso10002.core.refusal import N_, Refusal

TO_DECIDE, NOT_REPORTABLE, TO_REPORT, REPORTED = "To Decide", "Not Reportable", "To Report", "Reported"
STATES = (TO_DECIDE, NOT_REPORTABLE, TO_REPORT, REPORTED)
RUNNING = (TO_DECIDE, TO_REPORT)

OPENED, DECIDED, DONE = "reportability_opened", "reportability_decided", "reportability_reported"
EVENT_KINDS = frozenset({OPENED, DECIDED, DONE})

WARN_AT = 0.75
"""The part of the time after which people are reminded."""


@dataclass(frozen=True)
class Clock:
	"""A question or a report that is owed: whose record, what is owed, since when and by when."""

	record: str
	state: str
	since: datetime
	due: datetime

	@property
	def warn(self) -> datetime:
		"""When people are reminded."""
		span = max(self.due - self.since, timedelta())
		return self.since + span * WARN_AT


def running(events: Sequence[Any]) -> list[Clock]:
	"""The clocks that run by the events of a complaint (in their order)."""
	clocks: dict[str, Clock | None] = {}
	for event in events:
		if event.kind not in EVENT_KINDS:
			continue
		clocks[event.data["record"]] = _after(event)
	return [clock for clock in clocks.values() if clock]


def _after(event: Any) -> Clock | None:
	due = event.data.get("due")
	if event.kind == OPENED and due:
		return Clock(event.data["record"], TO_DECIDE, event.at, from_micros(due))
	if event.kind == DECIDED and event.data.get("reportable") and due:
		return Clock(event.data["record"], TO_REPORT, event.at, from_micros(due))
	return None


def decide(reportable: bool, answers: Mapping[str, Any], state: str) -> str:
	"""The state after a decision. Raises Refusal where it says too little, or nothing is left to decide."""
	if state == REPORTED:
		raise Refusal(N_("It was reported already: open another record for another authority."))
	if reportable:
		if not (answers.get("authority") or "").strip() or not answers.get("report_by"):
			raise Refusal(N_("Say to whom it is reported, and by when."))
		return TO_REPORT
	if not (answers.get("reason") or "").strip():
		raise Refusal(N_("Say why it need not be reported."))
	return NOT_REPORTABLE


def undecided(states: Sequence[str]) -> bool:
	"""Whether somebody has still to decide: what keeps a complaint from being closed."""
	return TO_DECIDE in states
