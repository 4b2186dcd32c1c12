"""Slow and obvious answers, to hold the quick ones in `core` against.

`MinuteCalendar` looks at the clock on the wall once a minute and counts. `Simulation` lives through a case tick by
tick, with a budget of time for each stage that is used up while its clock runs. Neither knows of tables, due
times worked out ahead, or shifts. Beside them the Hypothesis strategies that both are tried with.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import BUSINESS_HOURS, UTC
from cms_iso10002.core.clocks import Event, Target

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SCALE = int(os.environ.get("CMS_ORACLE_SCALE", "1"))
"""How many times as many random examples as usual: 70 tries 10,500 histories."""


def examples(count: int):
	"""Hypothesis settings for `count` random examples, the same in every run unless scaled up."""
	return settings(
		max_examples=count * SCALE,
		deadline=None,
		derandomize=SCALE == 1,
		database=None,
		suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
	)


# The calendar ------------------------------------------------------------------------------------------


class MinuteCalendar:
	"""The calendar of a person with a wall clock and much patience. Instants are whole minutes."""

	def __init__(
		self, zone: str, week: Mapping, holidays: Iterable[date] = (), half_days: Mapping | None = None
	):
		self.zone = ZoneInfo(zone)
		self.week, self.holidays, self.half_days = week, set(holidays), half_days or {}
		self._known: dict[datetime, date | None] = {}

	def intervals(self, day: date) -> list[tuple[datetime, datetime]]:
		"""The intervals that start on `day`, on the wall clock."""
		spans = self.week.get(day.weekday(), ())
		if day in self.holidays:
			spans = ()
		if day in self.half_days:
			spans = self.half_days[day]
		found = []
		for start, end in spans:
			opens, closes = datetime.combine(day, start), datetime.combine(day, end)
			found.append((opens, closes if closes > opens else closes + DAY))
		return found

	def working_day(self, at: datetime) -> date | None:
		"""The date to which the work at `at` belongs; None when nobody works."""
		if at not in self._known:
			wall = at.astimezone(self.zone).replace(tzinfo=None)
			days = (wall.date() - DAY, wall.date())
			found = [day for day in days for opens, closes in self.intervals(day) if opens <= wall < closes]
			self._known[at] = found[0] if found else None
		return self._known[at]

	def is_open(self, at: datetime) -> bool:
		return self.working_day(at) is not None

	def elapsed(self, start: datetime, end: datetime) -> timedelta:
		worked = timedelta()
		while start < end:
			worked += MINUTE if self.is_open(start) else timedelta()
			start += MINUTE
		return worked

	def add(self, start: datetime, duration: timedelta) -> datetime:
		while duration:
			duration -= MINUTE if self.is_open(start) else timedelta()
			start += MINUTE
		return start

	def next_opening(self, at: datetime) -> datetime:
		while not self.is_open(at):
			at += MINUTE
		return at

	def close_of_day(self, start: datetime, n: int) -> datetime:
		"""Live on until the business day after the one that is wanted has begun."""
		first = start.astimezone(self.zone).date() + (DAY if n else timedelta())
		at = datetime.combine(first, time(0), UTC) - DAY
		closed_at: dict[date, datetime] = {}
		while len(closed_at) <= max(n, 1):
			day = self.working_day(at)
			at += MINUTE
			if day is not None and day >= first:
				closed_at[day] = at
		return closed_at[sorted(closed_at)[max(n, 1) - 1]]


ZONES = {
	"Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
	"America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
	"Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
	"UTC": (date(2026, 6, 10), date(2026, 12, 31)),
}
"""Zones with the dates in 2026 on which their clocks change; Lord Howe's by half an hour."""


def clock_time(minutes: int) -> time:
	return time(minutes // 60 % 24, minutes % 60)


@st.composite
def day_intervals(draw, early: bool, step: int) -> list[tuple[time, time]]:
	"""Up to three intervals of one day; one past midnight keeps to the six hours that `early` keeps free."""
	points = st.integers(0 if early else 360 // step, 1439 // step)
	drawn = sorted(draw(st.lists(points, unique=True, max_size=6)))
	spans = [(a * step, b * step) for a, b in zip(drawn[::2], drawn[1::2], strict=False)]
	if len(drawn) % 2 and not early:
		spans.append((drawn[-1] * step, 1440 + draw(st.integers(0, 360 // step)) * step))
	return [(clock_time(start), clock_time(end)) for start, end in spans]


@st.composite
def calendars(draw, step: int = 1) -> dict:
	"""The arguments of a calendar around a change of clocks, with holidays and half days near it."""
	zone = draw(st.sampled_from(sorted(ZONES)))
	middle = draw(st.sampled_from(ZONES[zone]))
	early = draw(st.booleans())
	week = {day: draw(day_intervals(early, step)) for day in range(7)}
	for day in draw(st.sets(st.integers(0, 6), min_size=3)):
		week[day] = week[day] or [(time(8), time(12)), (time(13), time(17, 30))]
	near = st.integers(-4, 4).map(lambda days: middle + days * DAY)
	half_days = {day: draw(day_intervals(early, step)) for day in draw(st.sets(near, max_size=2))}
	return {"zone": zone, "week": week, "holidays": draw(st.sets(near, max_size=2)), "half_days": half_days}


def instants(arguments: Mapping, minutes: int = 3 * 1440, step: int = 1) -> st.SearchStrategy[datetime]:
	"""Instants near the change of clocks that a calendar of `calendars` may hold."""
	moments = [datetime.combine(day, time(2), UTC) for day in ZONES[arguments["zone"]]]
	return st.builds(
		lambda moment, offset: moment + offset * step * MINUTE,
		st.sampled_from(moments),
		st.integers(-minutes // step, minutes // step),
	)


# The case ----------------------------------------------------------------------------------------------

TICK = timedelta(minutes=15)
"""Calendars, limits and events lie on this grid, so that living through a case tick by tick is exact."""

DONE_BY = {
	"acknowledged": "acknowledge",
	"assessed": "assess",
	"investigated": "investigate",
	"response_sent": "decide",
}
NO_TIME = timedelta()


@dataclass
class Stage:
	"""One stage as it is lived through: a budget of time, used up while its clock runs.

	`spent_at` is when the budget was used up, and moves along while the clock is held just then. `state` is ""
	as long as the stage is open.
	"""

	target: Target
	budget: timedelta
	started_at: datetime | None = None
	spent_at: datetime | None = None
	used: timedelta = NO_TIME
	lost: timedelta = NO_TIME
	lost_while_closed: timedelta = NO_TIME
	overdue: bool = False
	met_at: datetime | None = None
	ended_at: datetime | None = None
	state: str = ""


class Simulation:
	"""A case lived through tick by tick: acknowledge, assess, investigate, decide; hours and business hours.

	A target starts at receipt or at another stage. Pauses, closing, reopening and letters that fail happen as they
	come. Events are in order of time.
	"""

	def __init__(self, targets: Sequence[Target], calendar: MinuteCalendar, events: Sequence[Event]):
		self.calendar = calendar
		self.events = _really_sent(events)
		self.stages = {t.stage: Stage(t, timedelta(hours=float(t.amount))) for t in targets}
		self.done_unseen: dict[str, datetime] = {}
		self.received_at: datetime | None = None
		self.paused = self.closed = False
		self.past: list[tuple[datetime, bool, bool]] = []

	def until(self, now: datetime) -> list[tuple]:
		"""Live from the first event to `now`; tells of each stage what a milestone tells."""
		queue = list(self.events)
		at = min([event.at for event in queue] + [now])
		while True:
			while queue and queue[0].at <= at:
				self._happen(queue.pop(0), at)
				self._start(at)
			self._start(at)
			if at >= now:
				return [
					self._telling(self.stages[name], now) for name in clocks.STAGES if name in self.stages
				]
			self._spend(at)
			self._start(at)
			self.past.append((at, self.paused, self.closed))
			for stage in self.stages.values():
				self._tick(stage, *self.past[-1])
			at += TICK

	def _happen(self, event: Event, at: datetime) -> None:
		if event.kind == "received":
			self.received_at = self.received_at or at
		elif event.kind in ("paused", "resumed"):
			self.paused = event.kind == "paused"
		elif event.kind == "closed":
			self.paused = False
			if not self.closed:
				self._close(at)
		elif event.kind == "reopened" and self.closed:
			self._reopen()
		elif event.kind in DONE_BY:
			self._finish(DONE_BY[event.kind], at)

	def _finish(self, name: str, at: datetime) -> None:
		stage = self.stages.get(name)
		if stage is None and not self.closed:
			self.done_unseen.setdefault(name, at)
		if stage is not None and not stage.state:
			stage.state = "Met Late" if self._late(stage, at) else "Met"
			stage.met_at = at

	def _close(self, at: datetime) -> None:
		for stage in self.stages.values():
			if not stage.state:
				stage.overdue = self._late(stage, at)
				stage.state = "Overdue" if stage.overdue else "Cancelled"
				stage.ended_at = at
		self.closed = True

	def _reopen(self) -> None:
		self.closed = False
		for stage in self.stages.values():
			if stage.ended_at:
				stage.state, stage.ended_at = "", None
				stage.lost += stage.lost_while_closed
				stage.lost_while_closed = NO_TIME

	def _start(self, at: datetime) -> None:
		"""Start what starts at receipt, and what starts at a stage that is done, or late."""
		for _ in self.stages:
			for name, stage in self.stages.items():
				if stage.state or stage.started_at or self.received_at is None:
					continue
				anchor = stage.target.starts_at or {"investigate": "assess"}.get(name, "received")
				start = self.received_at if anchor == "received" else self._reached(anchor, at)
				if start is not None:
					stage.started_at = start
					for tick in self.past:
						if tick[0] >= start:
							self._tick(stage, *tick)

	def _reached(self, name: str, at: datetime) -> datetime | None:
		if name not in self.stages:
			return self.done_unseen.get(name)
		stage = self.stages[name]
		if stage.met_at:
			return min(stage.met_at, stage.spent_at or stage.met_at)
		return stage.spent_at if self._late(stage, at) else None

	def _held(self, stage: Stage) -> bool:
		return self.closed or self._stops(stage, self.paused)

	def _stops(self, stage: Stage, paused: bool) -> bool:
		return paused and stage.target.pausable and stage.target.stage != "acknowledge"

	def _late(self, stage: Stage, at: datetime) -> bool:
		spent = stage.spent_at is not None and stage.spent_at < at
		return stage.overdue or (spent and not self._held(stage))

	def _spend(self, at: datetime) -> None:
		"""Time goes on past `at`: what is used up by now and not held is overdue from here on."""
		for stage in self.stages.values():
			if not stage.state and stage.spent_at and not self._held(stage):
				stage.overdue = True

	def _tick(self, stage: Stage, at: datetime, paused: bool, closed: bool) -> None:
		"""One tick from `at` on, in a case that is paused or closed or neither."""
		open_ = not stage.state or (closed and stage.state == "Cancelled")
		if stage.started_at is None or stage.overdue or not open_:
			return
		if stage.target.unit == BUSINESS_HOURS and not self.calendar.is_open(at):
			return
		if closed:
			stage.lost_while_closed += TICK
		elif self._stops(stage, paused):
			stage.lost += TICK
		elif stage.spent_at:
			stage.overdue = True
			return
		else:
			stage.used += TICK
		if stage.spent_at or stage.used == stage.budget:
			stage.spent_at = at + TICK

	def _telling(self, stage: Stage, now: datetime) -> tuple:
		state = stage.state
		if not state and stage.started_at is None:
			state = "Waiting"
		elif not state:
			state = "Overdue" if self._late(stage, now) else "Paused" if self._held(stage) else "Running"
		due = stage.spent_at if state in ("Overdue", "Met Late") else None
		return stage.target.stage, state, stage.started_at, stage.met_at, due, stage.lost


def told(milestones: Iterable[clocks.Milestone]) -> list[tuple]:
	"""Milestones in the words of `Simulation.until`."""
	return [
		(
			m.stage,
			m.state,
			m.started_at,
			m.met_at,
			m.due_at if m.state in ("Overdue", "Met Late") else None,
			timedelta(seconds=m.paused_seconds),
		)
		for m in milestones
	]


def _really_sent(events: Sequence[Event]) -> list[Event]:
	failed = {event.data["letter"] for event in events if event.kind == "delivery_failed"}
	return [event for event in events if event.data.get("letter") not in failed]
