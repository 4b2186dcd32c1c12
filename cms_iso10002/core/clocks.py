"""The clocks of a complaint: its milestones, replayed from what happened to it.

Nothing here is stored and then updated. A complaint's events are read in the order in which they were recorded,
each saying when it took effect, and from them, the targets of its policy and a calendar, `replay` works out every
milestone as it stands at a given instant: when it started, when it is due, whether it was met. The same events
give the same answer, so a milestone can always be explained, and a wrong one has a wrong event behind it.

How it is done: a `Replay` keeps one `_Clock` for every duty of the case, also for those no target puts a limit
to (they may get one when the policy changes). An event opens clocks, meets them, or notes down a fact on them: a
pause, an extension. When a clock is met or cancelled, its milestone is taken as it stands and kept for good.
For all others due times are worked out when they are asked for, from the start and the facts noted down.

The rules that are easily got wrong:

* A target that starts at another milestone starts at the earlier of when that one was met and when it was due:
  whoever is late with the first gains no time for the second. So does *investigate*, which starts at *assess*.
* Pauses move a due time by what the limit counts: working time for business hours and days, all time for the
  others. A pause that begins after the due time moves nothing: what is overdue stays overdue. While a milestone
  is paused, `due_at` is the due time without the pause that is still going on.
* Met and Met Late never change again, whatever is corrected, paused or changed later. Only a letter that was not
  delivered counts as if it had never been sent (nor anything else that names that letter: an extension it told of).
* A closing cancels what is open, for ever shows as Overdue what was overdue, and leaves alone what an outside body
  asked for. Reopening takes up what was cancelled with the time that was left, except what the state to which it
  is reopened has behind it.
* Who asked for a review and got its outcome, or a holding response, needs no acknowledgement any more: that meets it.
* A change of policy never makes anything overdue. A due time that would then lie before the change is counted
  anew from the change; what was overdue before it stays so, with the limit it missed.
* An extension counts when it was recorded before the due time. Later it changes nothing and a remark says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from cms_iso10002.core.business_time import HOURS, UTC, Limit, WorkCalendar, from_micros, number
from cms_iso10002.core.refusal import N_
from cms_iso10002.core.states import ASSESSED, DECIDED, REJECTED, UNDER_INVESTIGATION

# Stages ------------------------------------------------------------------------------------------------

ACKNOWLEDGE, CONTAIN, ASSESS, INVESTIGATE = "acknowledge", "contain", "assess", "investigate"
UPDATE, DECIDE, IMPLEMENT, REVIEW, EXTERNAL = "update", "decide", "implement", "review", "external"
STAGES = (ACKNOWLEDGE, CONTAIN, ASSESS, INVESTIGATE, UPDATE, DECIDE, IMPLEMENT, REVIEW, EXTERNAL)
"""Every stage a target may be set for, in the order in which milestones are listed."""

FROM_RECEIPT = (ACKNOWLEDGE, CONTAIN, ASSESS, INVESTIGATE, UPDATE, DECIDE)
"""The stages of the first round that are owed from receipt on."""

NEVER_PAUSED = (ACKNOWLEDGE, UPDATE)
"""Waiting for the complainant excuses neither telling them that their complaint arrived nor how it stands."""

AT_RECEIPT = "received"
STARTS = (AT_RECEIPT, ACKNOWLEDGE, CONTAIN, ASSESS, INVESTIGATE, DECIDE, REVIEW, IMPLEMENT)
"""What `Target.starts_at` may name, beside "" for the start that the stage has by itself."""

_PARTICIPLES = {
	"acknowledged": ACKNOWLEDGE,
	"contained": CONTAIN,
	"assessed": ASSESS,
	"investigated": INVESTIGATE,
	"decided": DECIDE,
	"reviewed": REVIEW,
	"implemented": IMPLEMENT,
}
_OWN_STARTS = {INVESTIGATE: ASSESS}
"""The stages that by themselves start at another milestone."""

# Milestone states --------------------------------------------------------------------------------------

WAITING, RUNNING, PAUSED = "Waiting", "Running", "Paused"
MET, MET_LATE, OVERDUE, CANCELLED = "Met", "Met Late", "Overdue", "Cancelled"

# Event kinds -------------------------------------------------------------------------------------------
# Kinds that are not listed here are the timeline's business and are ignored. Instants in the data are UTC
# microseconds (int) or ISO 8601 text. Whatever tells the complainant something names its letter, if there was
# one, in "letter".

RECEIVED = "received"
"""{}: the first receipt anywhere in the organisation. Starts the first round."""
RECEIPT_CORRECTED = "receipt_corrected"
"""{"received_at"}: it was received at another time; open milestones that count from receipt move."""
ACKNOWLEDGED = "acknowledged"
"""{"letter"?}: the acknowledgement was sent or spoken. Meets acknowledge."""
IMMEDIATE_ACTION = "immediate_action"
"""{}: meets contain."""
IMMEDIATE_ACTION_NOT_NEEDED = "immediate_action_not_needed"
"""{}: cancels contain."""
ASSESSMENT_DONE = "assessed"
"""{}: meets assess, and so starts investigate."""
INVESTIGATED = "investigated"
"""{"waived"?: bool}: findings, or a waiver with its reason. Meets investigate."""
DECISION_MADE = "decided"
"""{}: meets nothing: a decision counts when it is sent."""
RESPONSE_SENT = "response_sent"
"""{"letter"?, "holding"?: bool}: the decision or summary was sent. Meets decide and review, and the acknowledge
of a review; ends update."""
HOLDING_RESPONSE_SENT = "holding_response_sent"
"""{"letter"?, "new_due"?}: no decision yet, but the reasons and the recourse. Meets decide and review, with a remark,
and the acknowledge of a review; the decision is owed once more, by the time that was promised."""
UPDATE_SENT = "update_sent"
"""{"letter"?}: a progress update. Meets update, which starts again."""
LETTER_SENT = "letter_sent"
"""{"letter", "kind"}: any other letter to the complainant. As an update."""
QUESTION_SENT = "question_sent"
"""{"letter"?}: a question to the complainant. As an update; pausing is an event of its own."""
LETTER_NOT_POSSIBLE = "letter_not_possible"
"""{"kind"}: nobody can be reached. Cancels update until a letter goes out after all, and, for the kind
"Acknowledgement", acknowledge."""
DELIVERY_FAILED = "delivery_failed"
"""{"letter"}: events before this one that name the letter count as if they had not happened."""
AGREED = "accepted"
"""{}: starts implement."""
IMPLEMENTED = "implemented"
"""{}: the last agreed redress is implemented. Meets implement."""
NOTHING_TO_IMPLEMENT = "nothing_to_implement"
"""{}: cancels implement."""
REVIEW_REQUESTED = "review_requested"
"""{"round"?: int}: starts a round with review and a new acknowledge."""
ROUND_STARTED = "round_started"
"""{"round"?: int, "reason"?: "revised offer" or "new evidence"}: starts a round with decide, and for new
evidence investigate."""
EXTERNAL_REQUEST = "external_request"
"""{"reference", "due_at"?}: an outside body asks for something. Starts external, due when the body says, or
else by the target."""
EXTERNAL_ANSWERED = "external_answered"
"""{"reference"}: meets the external milestone of that request."""
EXTERNAL_DISPUTE_OPENED = "external_dispute_opened"
"""{"reference", "pauses"?: [stage, …]}: pauses these stages and no others, pausable or not."""
EXTERNAL_DISPUTE_CLOSED = "external_dispute_closed"
"""{"reference"}: ends that pause."""
CASE_PAUSED = "paused"
"""{"reason"?, "letter"?}: the complainant's answer is awaited. Pauses the targets marked pausable."""
CASE_RESUMED = "resumed"
"""{}: ends that pause."""
EXTENDED = "extended"
"""{"stage", "new_due", "round"?, "occurrence"?, "reference"?, "letter"?, "recorded_utc"?}: moves the due time
of the open milestone to `new_due` where that is later. Counts from when it was recorded, `recorded_utc` or `at`."""
POLICY_CHANGED = "policy_changed"
"""{"targets"?: [dict, …], "calendar"?: dict, "reason"?}: open milestones go on under these; what is left out stays."""
REOPENED = "reopened"
"""{"round"?: int, "to_state"?}: takes up what closing cancelled. With a new round decide runs again where it was
met (and investigate, when reopened to Under Investigation)."""

ENDINGS = {
	"closed": N_("complaint closed"),
	"withdrawn": N_("complaint withdrawn"),
	"out_of_scope": N_("out of scope"),
	"duplicate": N_("duplicate of another complaint"),
	"resolved_early": N_("resolved early"),
}
"""{"reason"?, "keep"?: [stage, …]}: the events that end a case, with what they say in the remark. Stages kept
go on, external always does, and so does implement after an early resolution."""

# Remarks -----------------------------------------------------------------------------------------------

HOLDING = N_("met by holding response")
NOT_NEEDED = N_("no immediate action needed")
NOTHING_AGREED = N_("nothing to implement")
ANSWERED = N_("met by the answer to the review")
NO_CONTACT = N_("nobody can be reached")
DECISION_SENT = N_("decision sent")
NO_TARGET = N_("no target any more")
LATE_EXTENSION = N_("extension after the due time, so without effect")

_PASSED = {
	ASSESSED: (ASSESS,),
	UNDER_INVESTIGATION: (ASSESS,),
	DECIDED: (ASSESS, INVESTIGATE),
	REJECTED: (ASSESS, INVESTIGATE, UPDATE, DECIDE, REVIEW),
}
"""Stages that a case reopened to a state has behind it: nothing it can still do would meet them."""

_FOREVER = datetime.max.replace(tzinfo=UTC)
_ELAPSED = Limit(1, HOURS)
"""Counts time as limits in hours do; for due times that an outside body set."""


@dataclass(frozen=True)
class Event:
	"""Something that happened to a complaint: `kind` with its `data`, which took effect at `at`.

	`sequence` is the order of recording, in which events are replayed; `at` may be earlier than that of the event
	before. Raises ValueError for a naive `at`.
	"""

	kind: str
	at: datetime
	data: Mapping[str, Any] = field(default_factory=dict)
	sequence: int = 0

	def __post_init__(self):
		_aware(self.at, f"The event {self.kind}")


@dataclass(frozen=True)
class Target:
	"""What a policy promises for one stage.

	`amount` and `unit` are those of a `Limit`. `starts_at` is one of STARTS (or its participle: "acknowledged"),
	"" for where the stage starts by itself. A target that is `pausable` stops while the complainant's answer is
	awaited, except in NEVER_PAUSED. `warn_percent` are the parts of the time, 1 to 99, after which to warn.
	`repeats` makes update start again after each letter. Extensions are counted in `unit`.

	Numbers may come as text, `warn_percent` as "50, 75". Raises ValueError for an amount or unit that is none
	and for other percentages.
	"""

	stage: str
	amount: int | Decimal
	unit: str
	starts_at: str = ""
	pausable: bool = False
	warn_percent: tuple[int, ...] = (75,)
	repeats: bool = False
	max_extensions: int = 0
	extension_amount: int | Decimal = 0

	def __post_init__(self):
		values = {
			"amount": self.limit.amount,
			"starts_at": _PARTICIPLES.get(self.starts_at or "", self.starts_at or ""),
			"pausable": bool(self.pausable),
			"warn_percent": _percentages(self.warn_percent),
			"repeats": bool(self.repeats),
			"max_extensions": int(self.max_extensions or 0),
			"extension_amount": number(self.extension_amount or 0),
		}
		for name, value in values.items():
			object.__setattr__(self, name, value)

	@cached_property
	def limit(self) -> Limit:
		"""The time limit itself."""
		return Limit(self.amount, self.unit)

	def extended_due(self, due: datetime, calendar: WorkCalendar) -> datetime:
		"""The latest due time that one extension may give a milestone that is due at `due`.

		Raises ValueError where the target allows no extension.
		"""
		if not self.max_extensions or not self.extension_amount:
			raise ValueError(f"The target for {self.stage} allows no extension.")
		return Limit(self.extension_amount, self.unit).due(due, calendar)

	@classmethod
	def from_dict(cls, values: Mapping[str, Any]) -> Target:
		"""The target of a frozen policy. Keys it does not know are left alone; raises ValueError as the class does."""
		known = {name: values[name] for name in _TARGET_FIELDS if name in values}
		return cls(**{"stage": "", "amount": 0, "unit": "", **known})

	def to_dict(self) -> dict[str, Any]:
		"""The target as JSON keeps it, amounts as text. `from_dict` gives an equal one back."""
		values = {name: getattr(self, name) for name in _TARGET_FIELDS}
		texts = {name: str(values[name]) for name in ("amount", "extension_amount")}
		return {**values, **texts, "warn_percent": list(self.warn_percent)}


_TARGET_FIELDS = tuple(f.name for f in fields(Target))


@dataclass(frozen=True)
class Milestone:
	"""One stage of one round as it stands at an instant; instants are in UTC.

	`occurrence` counts the updates of a round and the requests of outside bodies, `reference` names the request.
	`paused_seconds` is the time that did not count: working time for limits in working time, else all time.
	`ended_at` is set when the case ended, or the duty, before the milestone was met. `worked_seconds` is the working
	time from the start to the meeting or ending that was not paused, whatever the limit counts: for statistics.
	"""

	stage: str
	round: int = 1
	occurrence: int = 1
	reference: str = ""
	started_at: datetime | None = None
	due_at: datetime | None = None
	warn_at: datetime | None = None
	warn_times: tuple[datetime, ...] = ()
	met_at: datetime | None = None
	paused_seconds: int = 0
	state: str = WAITING
	remark: str = ""
	ended_at: datetime | None = None
	worked_seconds: int = 0


def replay(
	targets: Iterable[Target], calendar: WorkCalendar | None, events: Iterable[Event], now: datetime
) -> list[Milestone]:
	"""The milestones of a complaint at `now`, by round, stage and occurrence.

	Events are taken in the order of their `sequence` (as given, where that is equal). A stage without a target has
	no milestone. Without a calendar every hour counts and dates are those of UTC. Raises ValueError for a naive `now`.
	"""
	case = Replay(targets, calendar)
	case.feed(*sorted(events, key=lambda event: event.sequence))
	return case.milestones(now)


def next_due(milestones: Iterable[Milestone]) -> Milestone | None:
	"""The running or overdue milestone that is due first: what has to be done next. None when there is none."""
	open_ones = [m for m in milestones if m.state in (RUNNING, OVERDUE) and m.due_at and not m.ended_at]
	return min(open_ones, key=lambda milestone: milestone.due_at, default=None)


def is_overdue(milestones: Iterable[Milestone]) -> bool:
	"""Whether something is overdue that can still be done: not what was overdue when the case ended."""
	return any(milestone.state == OVERDUE and not milestone.ended_at for milestone in milestones)


# The replay --------------------------------------------------------------------------------------------


@dataclass
class _Clock:
	"""One duty of a case, whether or not a target sets it a limit.

	`opened_at` is when the duty arose, None as long as it has not. `counted_from` is the change of policy since
	which the limit counts. `final` is the milestone as it was when met or ended, `ending` the event that ended it.
	`dropped` is the milestone of a stage that lost its target: its duty goes on unseen.
	"""

	stage: str
	round: int
	occurrence: int = 1
	reference: str = ""
	opened_at: datetime | None = None
	follows_receipt: bool = False
	target: Target | None = None
	calendar: WorkCalendar | None = None
	anchor: str = ""
	fixed_due: datetime | None = None
	counted_from: datetime | None = None
	extensions: list[tuple[datetime, datetime]] = field(default_factory=list)
	closures: list[tuple[datetime, datetime]] = field(default_factory=list)
	final: Milestone | None = None
	ending: str = ""
	dropped: Milestone | None = None

	@property
	def timed(self) -> bool:
		return self.target is not None or self.fixed_due is not None

	@property
	def limit(self) -> Limit:
		return self.target.limit if self.target and not self.fixed_due else _ELAPSED

	@property
	def place(self) -> tuple:
		return self.round, STAGES.index(self.stage), self.occurrence, self.reference


@dataclass
class _Pause:
	"""A pause for all pausable targets (`stages` None) or for some stages; `end` None while it goes on."""

	source: str
	begin: datetime
	end: datetime | None = None
	stages: frozenset[str] | None = None

	def stops(self, clock: _Clock) -> bool:
		if self.stages is not None:
			return clock.stage in self.stages
		return bool(clock.target and clock.target.pausable and clock.stage not in NEVER_PAUSED)


@dataclass(frozen=True)
class _Step:
	"""Something that moves a due time: a pause from `begin` to `end` (None: it goes on), or an extension."""

	begin: datetime
	end: datetime | None = None
	new_due: datetime | None = None


class Replay:
	"""A replay under way: fed with events in order, asked for the milestones at any time.

	Feeding some events and then the rest gives what feeding all at once does.
	"""

	def __init__(self, targets: Iterable[Target], calendar: WorkCalendar | None):
		self._targets_at_first = list(targets)
		self._calendar_at_first = calendar or _round_the_clock()
		self._events: list[Event] = []
		self._begin()

	def feed(self, *events: Event) -> None:
		"""Take in events, in the order in which they were recorded."""
		for event in events:
			self._events.append(event)
			if event.kind == DELIVERY_FAILED:
				self._begin()
				for earlier in without_failed_deliveries(self._events):
					self._apply(earlier)
			else:
				self._apply(event)

	def milestones(self, now: datetime) -> list[Milestone]:
		"""The milestones as they stand at `now`. Changes nothing; raises ValueError when `now` is naive."""
		now = _aware(now, "The instant of the replay").astimezone(UTC)
		found = []
		for clock in sorted(self._clocks, key=lambda clock: clock.place):
			if clock.dropped:
				found.append(clock.dropped)
			elif clock.timed:
				found.append(clock.final or self._reading(clock, now))
		return found

	def _begin(self) -> None:
		self._set_targets(self._targets_at_first)
		self._calendar = self._calendar_at_first
		self._clocks: list[_Clock] = []
		self._pauses: list[_Pause] = []
		self._round = 1
		self._round_starts: dict[int, datetime] = {}
		self._unreachable = False
		for stage in (*FROM_RECEIPT, IMPLEMENT):
			self._open(stage, None)

	def _apply(self, event: Event) -> None:
		at = event.at.astimezone(UTC)
		if event.kind in ENDINGS:
			self._end(event.kind, at, event.data)
		elif event.kind in _HANDLERS:
			_HANDLERS[event.kind](self, at, event.data)

	def _set_targets(self, targets: Iterable[Target]) -> None:
		"""One target a stage (the first), each with the stage it starts at. A target in a circle starts by itself."""
		self._targets: dict[str, Target] = {}
		for target in targets:
			self._targets.setdefault(target.stage, target)
		self._anchors = _anchors(self._targets.values())
		for stage in _circle(self._anchors):
			self._anchors[stage] = ""

	# -- clocks

	def _open(self, stage: str, at: datetime | None, **values: Any) -> _Clock:
		"""A new duty in the present round, next in number where there is one already."""
		occurrence = 1 + max(
			(c.occurrence for c in self._clocks if (c.stage, c.round) == (stage, self._round)), default=0
		)
		clock = _Clock(stage, self._round, occurrence, opened_at=at, **values)
		self._bind(clock)
		self._clocks.append(clock)
		return clock

	def _bind(self, clock: _Clock) -> None:
		"""Put a clock under the targets and the calendar that are in force."""
		clock.target = self._targets.get(clock.stage)
		clock.calendar = self._calendar
		clock.anchor = self._anchors.get(clock.stage, "")
		clock.counted_from = None

	def _running(self, *stages: str) -> list[_Clock]:
		"""The clocks that are neither met nor ended, of the stages given or of all."""
		return [c for c in self._clocks if c.final is None and (not stages or c.stage in stages)]

	def _start(self, clock: _Clock, at: datetime) -> datetime | None:
		"""When the clock started, as far as that is known at `at`; None while it waits."""
		if clock.opened_at is None or not clock.anchor:
			return clock.opened_at
		if clock.anchor == AT_RECEIPT:
			return self._round_starts.get(clock.round, clock.opened_at)
		other = self._anchor_clock(clock)
		return clock.opened_at if other is None else self._reached(other, at)

	def _anchor_clock(self, clock: _Clock) -> _Clock | None:
		"""The clock of the same round that this one starts at; None when that stage is no part of the round."""
		names = (DECIDE, REVIEW) if clock.anchor in (DECIDE, REVIEW) else (clock.anchor,)
		found = [c for c in self._clocks if c.round == clock.round and c.stage in names and c is not clock]
		return found[0] if found else None

	def _reached(self, clock: _Clock, at: datetime) -> datetime | None:
		"""The earlier of when the clock was met, or ended, and when it was due; None while that lies ahead of `at`."""
		if clock.final:
			moments = (clock.final.met_at or clock.final.ended_at, clock.final.due_at)
			return min(moment for moment in moments if moment)
		if not clock.timed:
			return None
		reading = self._reading(clock, at)
		return reading.due_at if reading.state == OVERDUE else None

	def _reading(self, clock: _Clock, at: datetime, resumed: bool = False) -> Milestone:
		"""An open clock as a milestone at `at`; with `resumed`, as if a pause that goes on had ended then."""
		blank = Milestone(clock.stage, clock.round, clock.occurrence, clock.reference)
		start = self._start(clock, at) if clock.timed else None
		if start is None:
			return blank
		base = max(start, clock.counted_from or start)
		due, lost, paused, remark = self._due(clock, base, at, resumed)
		state = PAUSED if paused else OVERDUE if at > due else RUNNING
		warnings = _warnings(clock, base, due, lost)
		seconds = sum((amount for _, amount in lost), timedelta())
		if paused:
			seconds += clock.limit.measure(paused, at, clock.calendar)
		return replace(
			blank,
			started_at=start,
			due_at=due,
			warn_at=warnings[0] if warnings else None,
			warn_times=warnings,
			paused_seconds=seconds // timedelta(seconds=1),
			state=state,
			remark=remark,
		)

	def _due(
		self, clock: _Clock, base: datetime, at: datetime, resumed: bool
	) -> tuple[datetime, list[tuple[datetime, timedelta]], datetime | None, str]:
		"""The due time of a clock counted from `base`, as known at `at`.

		With it the pauses that moved it (begin, and how much), the begin of one that goes on, and a remark.
		"""
		due = clock.fixed_due or clock.limit.due(base, clock.calendar)
		lost: list[tuple[datetime, timedelta]] = []
		reach, paused, remark = due, None, ""
		for step in self._steps(clock, base, at):
			if step.begin > max(due, reach):
				remark = LATE_EXTENSION if step.new_due else remark
			elif step.new_due:
				due = max(due, step.new_due)
			elif step.end is None and not resumed:
				paused = step.begin
			else:
				reach = step.end or at
				amount = clock.limit.measure(step.begin, reach, clock.calendar)
				lost.append((step.begin, amount))
				due = clock.limit.shift(due, amount, clock.calendar)
		return due, lost, paused, remark

	def _steps(self, clock: _Clock, base: datetime, at: datetime) -> list[_Step]:
		"""What moved the due time of a clock between `base` and `at`, in order of time.

		A pause is cut in two by an extension recorded during it: what came before is in the new due time already.
		"""
		extensions = [(moment, due) for moment, due in clock.extensions if moment <= at]
		steps = [_Step(moment, new_due=due) for moment, due in extensions]
		for begin, end in self._pauses_of(clock, base, at):
			for cut in sorted(moment for moment, _ in extensions if begin < moment < min(end, at)):
				steps.append(_Step(begin, cut))
				begin = cut
			steps.append(_Step(begin, end if end <= at else None))
		return sorted(steps, key=lambda step: (step.begin, step.new_due is None))

	def _pauses_of(self, clock: _Clock, base: datetime, at: datetime) -> list[tuple[datetime, datetime]]:
		"""The pauses of a clock from `base` on that had begun by `at`, those that overlap or touch as one."""
		found = [(p.begin, p.end or _FOREVER) for p in self._pauses if p.stops(clock)] + clock.closures
		merged: list[tuple[datetime, datetime]] = []
		for begin, end in sorted((max(begin, base), end) for begin, end in found):
			if end <= begin or begin > at:
				continue
			if merged and begin <= merged[-1][1]:
				merged[-1] = (merged[-1][0], max(merged[-1][1], end))
			else:
				merged.append((begin, end))
		return merged

	# -- meeting and ending

	def _settle(self, clock: _Clock, at: datetime, remark: str = "") -> None:
		"""The clock was met at `at`: its milestone is final. What is done during a pause is not late."""
		late = self._reading(clock, at).state == OVERDUE
		reading = self._reading(clock, at, resumed=True)
		clock.final = replace(
			reading,
			state=MET_LATE if late else MET,
			met_at=at,
			remark=remark or reading.remark,
			worked_seconds=self._worked(clock, reading, at),
		)

	def _cancel(self, clock: _Clock, at: datetime, remark: str) -> None:
		reading = self._reading(clock, at)
		worked = self._worked(clock, reading, at)
		clock.final = replace(reading, state=CANCELLED, ended_at=at, remark=remark, worked_seconds=worked)

	def _worked(self, clock: _Clock, reading: Milestone, at: datetime) -> int:
		"""The working time, in seconds, that a clock ran until `at`; 0 for one that never started."""
		if not reading.started_at or at <= reading.started_at:
			return 0
		elapsed = clock.calendar.elapsed
		worked = elapsed(reading.started_at, at)
		for begin, end in self._pauses_of(clock, reading.started_at, at):
			worked -= elapsed(begin, min(end, at))
		return max(worked, timedelta()) // timedelta(seconds=1)

	def _meet(self, *stages: str, at: datetime, remark: str = "") -> None:
		"""What was done at `at` meets the duties that had arisen by then; where none had, the first that is open.

		(A minute mistyped is no reason to leave a duty open, but what was done in one round is not done for the
		next.)
		"""
		for stage in stages:
			clocks = self._running(stage)
			begun = [c for c in clocks if c.opened_at and c.opened_at <= at]
			for clock in begun or clocks[:1]:
				self._settle(clock, at, remark)

	def _answered_review(self, at: datetime) -> None:
		"""The answer to a request for a review says more than that the request arrived: that need not be told after it."""
		clocks = [clock for clock in self._running(ACKNOWLEDGE) if clock.round > 1]
		begun = [clock for clock in clocks if clock.opened_at <= at]
		for clock in begun or clocks[:1]:
			self._settle(clock, at, ANSWERED)

	def _end(self, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
		"""The case ended, or all of it but the carrying out: cancel what is open, keep as missed what is overdue."""
		self._resume("", at)
		self._unreachable = False
		spared = {EXTERNAL, *(data.get("keep") or ())}
		if kind == "resolved_early":
			spared.add(IMPLEMENT)
		remark = ENDINGS[kind] + (f": {data['reason']}" if data.get("reason") else "")
		ending = [c for c in self._running() if c.stage not in spared]
		readings = [self._reading(clock, at) for clock in ending]
		for clock, reading in zip(ending, readings, strict=True):
			state = OVERDUE if reading.state == OVERDUE else CANCELLED
			worked = self._worked(clock, reading, at)
			clock.final = replace(reading, state=state, ended_at=at, remark=remark, worked_seconds=worked)
			clock.ending = kind

	def _reopened(self, at: datetime, data: Mapping[str, Any]) -> None:
		passed = _PASSED.get(data.get("to_state") or "", ())
		for clock in self._clocks:
			if not clock.ending or clock.stage in passed:
				continue
			if clock.final.state == CANCELLED:
				clock.closures.append((clock.final.ended_at, at))
			clock.final, clock.ending = None, ""
		decided = not self._running(DECIDE, REVIEW)
		if int(data.get("round") or 0) <= self._round:
			return
		self._next_round(at, data)
		if decided:
			self._open(DECIDE, at)
			if data.get("to_state") == UNDER_INVESTIGATION:
				self._open(INVESTIGATE, at)

	# -- what each event does

	def _received(self, at: datetime, data: Mapping[str, Any]) -> None:
		if 1 in self._round_starts:
			return
		self._round_starts[1] = at
		for clock in self._clocks:
			if clock.stage in FROM_RECEIPT:
				clock.opened_at, clock.follows_receipt = at, True

	def _receipt_corrected(self, at: datetime, data: Mapping[str, Any]) -> None:
		if 1 not in self._round_starts:
			return
		received_at = _instant(data["received_at"])
		self._round_starts[1] = received_at
		for clock in self._running():
			if clock.follows_receipt:
				clock.opened_at = received_at

	def _acknowledged(self, at: datetime, data: Mapping[str, Any]) -> None:
		self._meet(ACKNOWLEDGE, at=at)
		self._told(at, data)

	def _told(self, at: datetime, data: Mapping[str, Any]) -> None:
		"""The complainant heard from us: the update clock is met and starts again."""
		for clock in self._running(UPDATE):
			if clock.opened_at and clock.opened_at <= at:
				self._settle(clock, at)
				if not clock.target or clock.target.repeats:
					self._open(UPDATE, at)
				return
		if self._unreachable:
			self._unreachable = False
			self._open(UPDATE, at)

	def _response_sent(self, at: datetime, data: Mapping[str, Any]) -> None:
		if data.get("holding"):
			self._holding_response_sent(at, data)
			return
		self._meet(DECIDE, REVIEW, at=at)
		self._answered_review(at)
		self._unreachable = False
		for clock in self._running(UPDATE):
			if clock.opened_at and clock.opened_at <= at:
				self._settle(clock, at)
			else:
				self._cancel(clock, at, DECISION_SENT)

	def _holding_response_sent(self, at: datetime, data: Mapping[str, Any]) -> None:
		owed = [clock.stage for clock in self._running(DECIDE, REVIEW) if clock.opened_at]
		self._meet(DECIDE, REVIEW, at=at, remark=HOLDING)
		self._answered_review(at)
		if owed and data.get("new_due"):
			self._open(owed[-1], at, fixed_due=_instant(data["new_due"]))
		self._told(at, data)

	def _letter_not_possible(self, at: datetime, data: Mapping[str, Any]) -> None:
		stages = (ACKNOWLEDGE, UPDATE) if data.get("kind") == "Acknowledgement" else (UPDATE,)
		for clock in self._running(*stages):
			self._unreachable = self._unreachable or clock.stage == UPDATE
			self._cancel(clock, at, NO_CONTACT)

	def _cancel_stage(self, stage: str, at: datetime, remark: str) -> None:
		for clock in self._running(stage):
			self._cancel(clock, at, remark)

	def _agreed(self, at: datetime, data: Mapping[str, Any]) -> None:
		clocks = self._running(IMPLEMENT)
		for clock in clocks:
			if clock.opened_at is None:
				clock.opened_at, clock.round = at, self._round
				return
		if not any(clock.round == self._round for clock in clocks):
			self._open(IMPLEMENT, at)

	def _next_round(self, at: datetime, data: Mapping[str, Any]) -> None:
		"""Begin a round. What is to be implemented will belong to it, if nothing was agreed before."""
		self._round = max(int(data.get("round") or self._round + 1), self._round)
		self._round_starts.setdefault(self._round, at)
		for clock in self._running(IMPLEMENT):
			if clock.opened_at is None:
				clock.round = self._round

	def _review_requested(self, at: datetime, data: Mapping[str, Any]) -> None:
		self._next_round(at, data)
		self._open(ACKNOWLEDGE, at)
		self._open(REVIEW, at)

	def _round_started(self, at: datetime, data: Mapping[str, Any]) -> None:
		self._next_round(at, data)
		if data.get("reason") == "new evidence":
			self._open(INVESTIGATE, at)
		self._open(DECIDE, at)

	def _external_request(self, at: datetime, data: Mapping[str, Any]) -> None:
		reference = str(data.get("reference") or "")
		if any(clock.reference == reference for clock in self._running(EXTERNAL)):
			return
		due = _instant(data["due_at"]) if data.get("due_at") else None
		self._open(EXTERNAL, at, reference=reference, fixed_due=due)

	def _external_answered(self, at: datetime, data: Mapping[str, Any]) -> None:
		for clock in self._running(EXTERNAL):
			if clock.reference == str(data.get("reference") or ""):
				self._settle(clock, at)

	def _dispute_opened(self, at: datetime, data: Mapping[str, Any]) -> None:
		stages = frozenset(data.get("pauses") or ())
		if stages:
			self._pause(f"dispute {data.get('reference')}", at, stages)

	def _dispute_closed(self, at: datetime, data: Mapping[str, Any]) -> None:
		self._resume(f"dispute {data.get('reference')}", at)

	def _pause(self, source: str, at: datetime, stages: frozenset[str] | None = None) -> None:
		if not any(pause.source == source and pause.end is None for pause in self._pauses):
			self._pauses.append(_Pause(source, at, None, stages))

	def _resume(self, source: str, at: datetime) -> None:
		for pause in self._pauses:
			if pause.source == source and pause.end is None:
				pause.end = at

	def _extended(self, at: datetime, data: Mapping[str, Any]) -> None:
		"""Note an extension on the open clock it is for: the latest one, where round and occurrence are not said."""
		recorded = max(at, _instant(data["recorded_utc"])) if data.get("recorded_utc") else at
		for clock in sorted(self._running(data["stage"]), key=lambda clock: clock.place, reverse=True):
			if all(
				data.get(name) in (None, getattr(clock, name))
				for name in ("round", "occurrence", "reference")
			):
				clock.extensions.append((recorded, _instant(data["new_due"])))
				return

	def _policy_changed(self, at: datetime, data: Mapping[str, Any]) -> None:
		clocks = self._running()
		before = [self._reading(clock, at) for clock in clocks]
		if data.get("targets") is not None:
			self._set_targets(Target.from_dict(target) for target in data["targets"])
		if data.get("calendar"):
			self._calendar = calendar_from_dict(data["calendar"])
		moved = [(c, reading) for c, reading in zip(clocks, before, strict=True) if reading.state != OVERDUE]
		for clock, reading in moved:
			self._rebind(clock, at, reading)
		for clock, _ in moved:
			if self._reading(clock, at).state == OVERDUE:
				clock.counted_from = at

	def _rebind(self, clock: _Clock, at: datetime, reading: Milestone) -> None:
		"""Go on under the new policy. A milestone whose stage it leaves out shows as Cancelled from then on."""
		was_timed = clock.timed
		self._bind(clock)
		if clock.timed:
			clock.dropped = None
		elif was_timed:
			clock.dropped = replace(reading, state=CANCELLED, ended_at=at, remark=NO_TARGET)


_HANDLERS: dict[str, Callable[[Replay, datetime, Mapping[str, Any]], None]] = {
	RECEIVED: Replay._received,
	RECEIPT_CORRECTED: Replay._receipt_corrected,
	ACKNOWLEDGED: Replay._acknowledged,
	IMMEDIATE_ACTION: lambda case, at, data: case._meet(CONTAIN, at=at),
	IMMEDIATE_ACTION_NOT_NEEDED: lambda case, at, data: case._cancel_stage(CONTAIN, at, NOT_NEEDED),
	ASSESSMENT_DONE: lambda case, at, data: case._meet(ASSESS, at=at),
	INVESTIGATED: lambda case, at, data: case._meet(INVESTIGATE, at=at),
	RESPONSE_SENT: Replay._response_sent,
	HOLDING_RESPONSE_SENT: Replay._holding_response_sent,
	UPDATE_SENT: Replay._told,
	LETTER_SENT: Replay._told,
	QUESTION_SENT: Replay._told,
	LETTER_NOT_POSSIBLE: Replay._letter_not_possible,
	AGREED: Replay._agreed,
	IMPLEMENTED: lambda case, at, data: case._meet(IMPLEMENT, at=at),
	NOTHING_TO_IMPLEMENT: lambda case, at, data: case._cancel_stage(IMPLEMENT, at, NOTHING_AGREED),
	REVIEW_REQUESTED: Replay._review_requested,
	ROUND_STARTED: Replay._round_started,
	EXTERNAL_REQUEST: Replay._external_request,
	EXTERNAL_ANSWERED: Replay._external_answered,
	EXTERNAL_DISPUTE_OPENED: Replay._dispute_opened,
	EXTERNAL_DISPUTE_CLOSED: Replay._dispute_closed,
	CASE_PAUSED: lambda case, at, data: case._pause("", at),
	CASE_RESUMED: lambda case, at, data: case._resume("", at),
	EXTENDED: Replay._extended,
	POLICY_CHANGED: Replay._policy_changed,
	REOPENED: Replay._reopened,
}

KINDS = frozenset({*_HANDLERS, *ENDINGS, DELIVERY_FAILED})
"""Every kind of event that moves a clock."""


def _warnings(
	clock: _Clock, base: datetime, due: datetime, lost: Sequence[tuple[datetime, timedelta]]
) -> tuple[datetime, ...]:
	"""The instants at which so much per cent of the time to the due time has passed, pauses not counted."""
	limit, calendar = clock.limit, clock.calendar
	percents = clock.target.warn_percent if clock.target else (75,)
	budget = limit.measure(base, due, calendar) - sum((amount for _, amount in lost), timedelta())
	moments = []
	for percent in percents:
		moment = limit.shift(base, max(budget, timedelta()) * percent // 100, calendar)
		for begin, amount in lost:
			if begin <= moment:
				moment = limit.shift(moment, amount, calendar)
		moments.append(min(moment, due))
	return tuple(moments)


def without_failed_deliveries(events: Sequence[Event]) -> list[Event]:
	"""The events, in order, less those that name a letter of which a later event says that it did not arrive."""
	failed: set[str] = set()
	kept = []
	for event in reversed(events):
		letter = event.data.get("letter")
		if event.kind == DELIVERY_FAILED:
			failed.add(letter)
		elif letter is None or letter not in failed:
			kept.append(event)
	return kept[::-1]


# Targets -----------------------------------------------------------------------------------------------


def validate_targets(targets: Iterable[Target | Mapping[str, Any]]) -> list[str]:
	"""What is wrong with the targets of a policy, one sentence each; an empty list when nothing is.

	Takes the plain values of `Target.from_dict` too, for values that make no `Target`. Never raises.
	"""
	rows = [target.to_dict() if isinstance(target, Target) else dict(target) for target in targets]
	found = [message for row in rows for message in _problems(row)]
	stages = [row.get("stage") for row in rows]
	for stage in STAGES:
		if stages.count(stage) > 1:
			found.append(f"The stage {stage} has {stages.count(stage)} targets: keep one.")
	circle = _circle(_anchors(rows))
	if circle:
		found.append(
			f"{', '.join(circle)}: these targets start at each other in a circle, so none ever starts."
		)
	return list(dict.fromkeys(found))


def _problems(row: Mapping[str, Any]) -> Iterator[str]:
	"""What is wrong with one target by itself."""
	stage = row.get("stage") or ""
	if stage not in STAGES:
		yield f"There is no stage {stage!r}: use one of {', '.join(STAGES)}."
	checks = (
		lambda: Limit(row.get("amount", 0), row.get("unit") or ""),
		lambda: _percentages(row.get("warn_percent", ())),
		lambda: _check_extensions(row),
	)
	for check in checks:
		try:
			check()
		except ValueError as problem:
			yield f"{stage}: {problem}"
	start = row.get("starts_at") or ""
	if start and _PARTICIPLES.get(start, start) not in STARTS:
		yield f"{stage}: a target can't start at {start!r}: use one of {', '.join(STARTS)}, or leave it empty."
	if row.get("pausable") and stage in NEVER_PAUSED:
		yield f"{stage}: this stage can't be paused, since it is owed also while an answer is awaited."
	if row.get("max_extensions") and stage == UPDATE:
		yield f"{stage}: an update can't be extended, since telling so is an update itself."
	if row.get("repeats") and stage != UPDATE:
		yield f"{stage}: only the stage {UPDATE} can repeat."


def _check_extensions(row: Mapping[str, Any]) -> None:
	count, amount = number(row.get("max_extensions") or 0), number(row.get("extension_amount") or 0)
	if not isinstance(count, int) or count < 0 or amount < 0:
		raise ValueError(
			"Extensions must be a whole number, and neither they nor their length may be negative."
		)
	if count and not amount:
		raise ValueError("Say how long an extension may be, or allow none.")
	if amount:
		Limit(amount, row.get("unit") if row.get("unit") else HOURS)


def _percentages(values: Iterable[int | str] | str | None) -> tuple[int, ...]:
	"""Percentages in ascending order. Raises ValueError for any that is no whole number from 1 to 99."""
	if isinstance(values, str):
		values = [part for part in values.replace("%", "").split(",") if part.strip()]
	percents = {number(value.strip() if isinstance(value, str) else value) for value in values or ()}
	for percent in percents:
		if not isinstance(percent, int) or not 1 <= percent <= 99:
			raise ValueError(f"A warning comes after 1 to 99 per cent of the time, not {percent}.")
	return tuple(sorted(percents))


def _anchors(rows: Iterable[Target | Mapping[str, Any]]) -> dict[str, str]:
	"""The stage that each target starts at; "" where it starts by itself."""
	anchors: dict[str, str] = {}
	for row in rows:
		values = row if isinstance(row, Mapping) else {"stage": row.stage, "starts_at": row.starts_at}
		stage, start = values.get("stage") or "", values.get("starts_at") or ""
		start = _PARTICIPLES.get(start, start)
		anchors.setdefault(stage, start if start in STARTS else _OWN_STARTS.get(stage, ""))
	return anchors


def _circle(anchors: Mapping[str, str]) -> list[str]:
	"""The stages that start at each other, or at themselves, in a circle."""
	found = []
	for stage in anchors:
		seen, at = [stage], anchors[stage]
		while at in anchors and at not in seen:
			seen.append(at)
			at = anchors[at]
		if at == stage:
			found.append(stage)
	return found


# Frozen calendars --------------------------------------------------------------------------------------


def calendar_to_dict(calendar: WorkCalendar) -> dict[str, Any]:
	"""A calendar as JSON keeps it: weekdays as "0" (Monday) to "6", times and dates as ISO 8601 text."""
	return {
		"zone": calendar.zone,
		"week": {str(day): _texts(spans) for day, spans in sorted(calendar.week.items())},
		"holidays": sorted(day.isoformat() for day in calendar.holidays),
		"half_days": {day.isoformat(): _texts(spans) for day, spans in sorted(calendar.half_days.items())},
		"known_until": calendar.known_until.isoformat() if calendar.known_until else None,
	}


def calendar_from_dict(values: Mapping[str, Any]) -> WorkCalendar:
	"""The calendar of `calendar_to_dict`; cases under one policy share one, so that its table is made once.

	Only "zone" and "week" must be there; "24:00" is midnight. Raises ValueError as `WorkCalendar` does, and for a
	text that is no time or date.
	"""
	return _calendar(json.dumps(values, sort_keys=True, separators=(",", ":")))


@lru_cache(maxsize=128)
def _calendar(text: str) -> WorkCalendar:
	values = json.loads(text)
	known_until = values.get("known_until")
	return WorkCalendar(
		values["zone"],
		{int(day): _intervals(spans) for day, spans in values["week"].items()},
		[date.fromisoformat(day) for day in values.get("holidays") or ()],
		{
			date.fromisoformat(day): _intervals(spans)
			for day, spans in (values.get("half_days") or {}).items()
		},
		date.fromisoformat(known_until) if known_until else None,
	)


@lru_cache(maxsize=1)
def _round_the_clock() -> WorkCalendar:
	return WorkCalendar.always("UTC")


def _texts(intervals: Iterable[tuple[time, time]]) -> list[list[str]]:
	return [[start.isoformat(), end.isoformat()] for start, end in intervals]


def _intervals(texts: Iterable[Sequence[str]]) -> list[tuple[time, time]]:
	return [(_time(start), _time(end)) for start, end in texts]


def _time(text: str) -> time:
	return time(0) if text.startswith("24:00") else time.fromisoformat(text)


# Instants ----------------------------------------------------------------------------------------------


def _aware(moment: datetime, what: str) -> datetime:
	if moment.tzinfo is None:
		raise ValueError(f"{what} has no time zone: {moment!r} is no instant.")
	return moment


def _instant(value: int | str | datetime) -> datetime:
	"""An instant of an event's data: microseconds since 1970, ISO 8601 text (UTC where it names no offset)."""
	if isinstance(value, int):
		return from_micros(value)
	moment = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
	return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
