"""What the passing of time asks to be done about a complaint, and when: the sweep's agenda.

`duties` reads the agenda off the events, the milestones and the settings; nothing of it is stored but the time of
the first duty (`next_action_at`), by which the sweep finds the complaints whose time has come. A duty that was
done left an event behind and is no longer on the agenda, so doing it twice is not possible, and one that nobody
got round to stays on it however late it is.

A warning or a breach is owed as long as no event tells of it that is as late as the moment it is about. So a due
time that moves to later is warned of, and missed, anew; one that moves a little while it is overdue is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from cms_iso10002.core import clocks, reportability
from cms_iso10002.core.business_time import UTC, to_micros
from cms_iso10002.core.states import AWAITING_COMPLAINANT, CLOSED_STATES, RECEIVED, REJECTED, RESPONSE_SENT

WARN, OVERDUE = "warn", "overdue"
"""A milestone comes due; a milestone was missed."""
REMIND, RESUME = "remind", "resume"
"""The complainant has not answered our question: they are reminded, then the case goes on without the answer."""
REMIND_OF_DECISION, CLOSE_UNANSWERED = "remind of decision", "close unanswered"
"""The complainant has not said what they think of our response: the same, where settings close for No Reply."""
CLOSE_EXPIRED = "close expired"
"""Rejected, and the time to go further has passed unused."""
WARN_REPORT, MISS_REPORT = "warn of reporting", "reporting overdue"
"""Whether, or to whom, the complaint must be reported is owed: the time runs out; it has run out."""
REPORTING = (WARN_REPORT, MISS_REPORT)

DONE = {"warned": WARN, "overdue": OVERDUE}
"""Kinds of events that tell of a milestone, with the duty each has done."""
TRIED = "swept"
"""{"key"}: a duty that is no milestone's was done, or could not be and somebody was told."""
EVENT_KINDS = frozenset(
	{*DONE, TRIED, "state_changed", "paused", "resumed", "response_sent", "delivery_failed"}
	| {"external_dispute_opened", "external_dispute_closed"}
	| reportability.EVENT_KINDS
)
"""Kinds that change the agenda by themselves, beside those that move a clock."""

LONGEST_WAIT = 365
"""Days. Nobody is reminded later than this."""
LONGEST_BACK_OFF = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
	"""The settings that the agenda depends on; days are calendar days."""

	reminder_days: tuple[int, ...] = ()
	answer_within_days: int = 0
	no_reply_closing: bool = False

	@classmethod
	def from_settings(cls, settings: Mapping[str, Any]) -> Rules:
		"""The rules of Complaint Settings; what is no number of days in `reminder_days` is left out."""
		parts = str(settings.get("reminder_days") or "").replace(";", ",").split(",")
		return cls(
			tuple(
				sorted({int(p) for p in map(str.strip, parts) if p.isdigit() and 0 < int(p) <= LONGEST_WAIT})
			),
			int(settings.get("answer_within_days") or 0),
			bool(int(settings.get("no_reply_closing") or 0)),
		)


@dataclass(frozen=True)
class Duty:
	"""Something owed `at` an instant (UTC). `key` names it for good within its complaint."""

	kind: str
	at: datetime
	key: str
	milestone: clocks.Milestone | None = None
	data: Mapping[str, Any] = field(default_factory=dict)


def duties(
	milestones: Iterable[clocks.Milestone],
	events: Iterable[clocks.Event],
	rules: Rules,
	zone: tzinfo,
	now: datetime,
) -> list[Duty]:
	"""All that is still owed, earliest first: what its time has come for at `now`, and what comes next.

	`zone` is the organisation's: dates end there. Of several warnings that were missed only the last is owed.
	"""
	kept = clocks.without_failed_deliveries(sorted(events, key=lambda event: event.sequence))
	found = [*_milestone_duties(milestones, kept, now), *_waiting_duties(kept, rules, zone)]
	found += _reporting_duties(kept)
	return sorted(found, key=lambda duty: duty.at)


def next_action_at(owed: Sequence[Duty]) -> datetime | None:
	"""When the first duty is owed; None when nothing is."""
	return owed[0].at if owed else None


def back_off(attempts: int) -> timedelta:
	"""How long a complaint whose sweep failed `attempts` times in a row is left alone: 5 minutes, 10, 20 … a day."""
	return min(timedelta(minutes=5) * 2 ** min(max(attempts - 1, 0), 12), LONGEST_BACK_OFF)


# milestones ----------------------------------------------------------------------------------------------


def milestone_id(milestone: clocks.Milestone) -> dict[str, Any]:
	"""What names a milestone within its complaint."""
	return {name: getattr(milestone, name) for name in ("stage", "round", "occurrence", "reference")}


def _milestone_duties(
	milestones: Iterable[clocks.Milestone], events: Iterable[clocks.Event], now: datetime
) -> list[Duty]:
	told: dict[tuple, datetime] = {}
	for event in events:
		if event.kind in DONE:
			told[_told_key(DONE[event.kind], event.data)] = event.at
	found = []
	for milestone in milestones:
		if milestone.state == clocks.RUNNING:
			found += _upcoming(milestone, told, now)
		elif milestone.state == clocks.OVERDUE and not milestone.ended_at:
			found += _missed(milestone, told)
	return found


def _told_key(kind: str, data: Mapping[str, Any]) -> tuple:
	return kind, data["stage"], data["round"], data["occurrence"], data["reference"]


def _told_since(
	told: Mapping[tuple, datetime], kind: str, milestone: clocks.Milestone, moment: datetime
) -> bool:
	last = told.get(_told_key(kind, milestone_id(milestone)))
	return last is not None and last >= moment


def _upcoming(milestone: clocks.Milestone, told: Mapping[tuple, datetime], now: datetime) -> list[Duty]:
	"""The last warning that was missed, if any; the next one; and the due time itself."""
	passed = [m for m in milestone.warn_times if m <= now]
	owed = [m for m in passed[-1:] if not _told_since(told, WARN, milestone, m)]
	coming = [m for m in milestone.warn_times if m > now][:1]
	found = [_milestone_duty(WARN, milestone, moment) for moment in owed + coming]
	return [*found, _milestone_duty(OVERDUE, milestone, milestone.due_at)]


def _missed(milestone: clocks.Milestone, told: Mapping[tuple, datetime]) -> list[Duty]:
	if _told_since(told, OVERDUE, milestone, milestone.due_at):
		return []
	return [_milestone_duty(OVERDUE, milestone, milestone.due_at)]


def _milestone_duty(kind: str, milestone: clocks.Milestone, moment: datetime) -> Duty:
	return Duty(kind, moment, _key(kind, *milestone_id(milestone).values(), to_micros(moment)), milestone)


def is_due(duty: Duty, now: datetime) -> bool:
	"""Whether the duty is to be done at `now`: a due time is missed only after it."""
	return duty.at < now if duty.kind == OVERDUE else duty.at <= now


# waiting for the complainant -----------------------------------------------------------------------------


def _waiting_duties(events: Sequence[clocks.Event], rules: Rules, zone: tzinfo) -> list[Duty]:
	"""What is owed because the complainant says nothing, by the state the case is in."""
	state = state_of(events)
	if state in CLOSED_STATES:
		return []
	done = {event.data.get("key") for event in events if event.kind == TRIED}
	by_state = {
		AWAITING_COMPLAINANT: _for_answer,
		RESPONSE_SENT: _for_reply,
		REJECTED: _for_recourse,
	}
	found = by_state[state](events, rules, zone) if state in by_state else []
	return [duty for duty in found if duty.key not in done]


def _reporting_duties(events: Sequence[clocks.Event]) -> list[Duty]:
	"""What is owed because somebody must decide on reporting, or report: in any state, also after closing."""
	done = {event.data.get("key") for event in events if event.kind == TRIED}
	found = [
		Duty(kind, at, _key(kind, clock.record, clock.state, to_micros(clock.due)), data={"clock": clock})
		for clock in reportability.running(events)
		for kind, at in ((WARN_REPORT, clock.warn), (MISS_REPORT, clock.due))
	]
	return [duty for duty in found if duty.key not in done]


def state_of(events: Sequence[clocks.Event]) -> str:
	"""The state a complaint is in, by its events."""
	return next((e.data["to"] for e in reversed(events) if e.kind == "state_changed"), RECEIVED)


def _for_answer(events: Sequence[clocks.Event], rules: Rules, zone: tzinfo) -> list[Duty]:
	asked = _last(events, clocks.CASE_PAUSED)
	resumed = _last(events, clocks.CASE_RESUMED)
	if not asked or (resumed and resumed.sequence > asked.sequence):
		return []
	until = _day(asked.data.get("until")) or _later(asked.at, rules.answer_within_days, zone)
	found = _reminders(REMIND, asked, rules, zone, until)
	if until:
		found.append(Duty(RESUME, end_of(until, zone), _key(RESUME, to_micros(asked.at))))
	return found


def _for_reply(events: Sequence[clocks.Event], rules: Rules, zone: tzinfo) -> list[Duty]:
	sent = _last(events, clocks.RESPONSE_SENT)
	if not sent or not rules.no_reply_closing or not rules.answer_within_days or _in_dispute(events):
		return []
	until = _later(sent.at, rules.answer_within_days, zone)
	close = Duty(CLOSE_UNANSWERED, end_of(until, zone), _key(CLOSE_UNANSWERED, to_micros(sent.at)))
	return [*_reminders(REMIND_OF_DECISION, sent, rules, zone, until), close]


def _for_recourse(events: Sequence[clocks.Event], rules: Rules, zone: tzinfo) -> list[Duty]:
	sent = _last(events, clocks.RESPONSE_SENT)
	until = _day(sent.data.get("recourse_until")) if sent else None
	if not until or _in_dispute(events):
		return []
	return [Duty(CLOSE_EXPIRED, end_of(until, zone), _key(CLOSE_EXPIRED, to_micros(sent.at)))]


def _reminders(kind: str, since: clocks.Event, rules: Rules, zone: tzinfo, until: date | None) -> list[Duty]:
	"""A reminder so many days later, at the time of day at which we wrote; none on or after the last day."""
	begin = since.at.astimezone(zone)
	found = []
	for days in rules.reminder_days:
		moment = begin + timedelta(days=days)
		if until is None or moment.date() < until:
			found.append(
				Duty(kind, moment.astimezone(UTC), _key(kind, to_micros(since.at), days), data={"days": days})
			)
	return found


def _in_dispute(events: Sequence[clocks.Event]) -> bool:
	"""Whether a dispute before an outside body is going on."""
	opened = {e.data.get("reference") for e in events if e.kind == clocks.EXTERNAL_DISPUTE_OPENED}
	return bool(
		opened - {e.data.get("reference") for e in events if e.kind == clocks.EXTERNAL_DISPUTE_CLOSED}
	)


def _last(events: Sequence[clocks.Event], kind: str) -> clocks.Event | None:
	return next((event for event in reversed(events) if event.kind == kind), None)


def _day(value: str | None) -> date | None:
	return date.fromisoformat(value[:10]) if value else None


def _later(moment: datetime, days: int, zone: tzinfo) -> date | None:
	return moment.astimezone(zone).date() + timedelta(days=days) if days else None


def end_of(day: date, zone: tzinfo) -> datetime:
	"""The first instant after `day` in `zone`, in UTC."""
	return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


def _key(*parts: Any) -> str:
	"""A name of fixed length for whatever names a duty."""
	return sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
