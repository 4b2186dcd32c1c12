"""Writes docs/worked-examples.md: regulators' limits on made-up complaints, worked out by the engine from the presets.

`python docs/make_worked_examples.py`. tests/unit/test_worked_examples.py holds the page equal to this, and the
dates equal to ones counted by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.fast_track import FastTrack, letter_needed
from cms_iso10002.setup import presets

HEAD = """# Worked examples

What the presets come to on made-up complaints, with dates. Made from the presets and the engine by
`docs/make_worked_examples.py`; change them there. A test compares every date with one counted by hand.

All times are local to the regulator. A business day ends at 17:00 here, because the presets' working hours do; a
limit in calendar days or weeks ends with its last day. The bank holidays that count are listed with each example.
"""

ENGLAND = (
	"England and Wales",
	"2025-12-25 2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25",
)
SYDNEY = ("New South Wales", "2025-12-25 2025-12-26 2026-01-01 2026-01-26")
AMERICA = ("United States", "2026-01-19 2026-02-16")
INDIA = ("India", "2026-08-15")

SAID = {
	clocks.RECEIVED: "Received",
	clocks.ACKNOWLEDGED: "Acknowledged",
	clocks.EXTENDED: "Extension of {stage} granted and told, to the last day allowed",
	clocks.HOLDING_RESPONSE_SENT: "Holding response sent",
	clocks.RESPONSE_SENT: "Response sent",
	clocks.REVIEW_REQUESTED: "Review asked for",
}


@dataclass(frozen=True)
class Example:
	"""A complaint under a preset: of `keys`, the one in force on the day of receipt.

	`steps` are events (local time, kind, stage of an extension) in order, the first the receipt, and `now` is when
	the milestones are read. `early` are early resolutions (local time, whether a written response was asked for or
	hardship raised), each put to the fast track.
	"""

	name: str
	title: str
	keys: tuple[str, ...]
	holidays: tuple[str, str]
	steps: tuple[tuple[str, ...], ...]
	now: str
	early: tuple[tuple[str, bool], ...] = ()
	why: str = ""


EXAMPLES = (
	Example(
		"fca",
		"FCA DISP: around Christmas",
		("uk-fca-disp",),
		ENGLAND,
		(
			("2025-12-22 10:00", clocks.RECEIVED),
			("2025-12-29 12:00", clocks.ACKNOWLEDGED),
			("2026-02-16 15:00", clocks.HOLDING_RESPONSE_SENT),
		),
		"2026-02-17 09:00",
		(("2025-12-29 16:59", False), ("2025-12-29 17:01", False)),
		"The third business day after 22 December is 29 December: 23, 24 and, after Christmas and the weekend, 29. "
		"The eight weeks run on through the holidays. A written response with the reasons for the delay and the way "
		"to the ombudsman keeps the limit.",
	),
	Example(
		"fca-weekend",
		"FCA DISP: received at the weekend",
		("uk-fca-disp",),
		ENGLAND,
		(("2025-12-20 11:00", clocks.RECEIVED),),
		"2025-12-20 12:00",
		(("2025-12-24 17:00", False), ("2025-12-29 09:00", False)),
		"Business days are counted after the day of receipt, be that a business day or not: 22, 23 and 24 December.",
	),
	Example(
		"fca-payments",
		"FCA DISP, payment services: 15 and 35 business days",
		("uk-fca-payments",),
		ENGLAND,
		(
			("2025-12-01 09:30", clocks.RECEIVED),
			("2025-12-03 10:00", clocks.ACKNOWLEDGED),
			("2025-12-22 11:00", clocks.EXTENDED, clocks.DECIDE),
			("2026-01-22 16:00", clocks.RESPONSE_SENT),
		),
		"2026-01-23 09:00",
		why="Due on the 15th business day, 22 December; the extension, granted within it, moves that to the 35th.",
	),
	Example(
		"fca-payments-late",
		"FCA DISP, payment services: no holding reply in time",
		("uk-fca-payments",),
		ENGLAND,
		(
			("2025-12-01 09:30", clocks.RECEIVED),
			("2025-12-03 10:00", clocks.ACKNOWLEDGED),
			("2025-12-23 09:00", clocks.EXTENDED, clocks.DECIDE),
			("2026-01-22 16:00", clocks.RESPONSE_SENT),
		),
		"2026-01-23 09:00",
		why="The same complaint with the extension a day too late: it counts for nothing, and the response is late.",
	),
	Example(
		"asic",
		"ASIC RG 271: 30 calendar days",
		("au-asic-rg271",),
		SYDNEY,
		(
			("2025-12-23 14:00", clocks.RECEIVED),
			("2025-12-24 11:00", clocks.ACKNOWLEDGED),
			("2026-01-22 18:00", clocks.RESPONSE_SENT),
		),
		"2026-01-23 09:00",
		(("2026-01-02 16:00", False), ("2026-01-02 16:00", True), ("2026-01-05 09:30", False)),
		"The fifth business day is 2 January: 24, 29, 30 and 31 December, then 2 January. What is closed by then needs "
		"no written response, unless it is about hardship or one was asked for.",
	),
	Example(
		"asic-super",
		"ASIC RG 271: superannuation, 45 calendar days",
		("au-asic-rg271-super",),
		SYDNEY,
		(("2025-12-23 14:00", clocks.RECEIVED),),
		"2025-12-23 15:00",
	),
	Example(
		"cfpb",
		"CFPB: 15 calendar days",
		("us-cfpb",),
		AMERICA,
		(("2026-01-09 13:00", clocks.RECEIVED), ("2026-01-24 20:00", clocks.RESPONSE_SENT)),
		"2026-01-26 09:00",
		why="The limit ends on a Saturday: calendar days are not moved to a business day.",
	),
	Example(
		"cfpb-in-progress",
		"CFPB: in progress, 60 calendar days",
		("us-cfpb",),
		AMERICA,
		(
			("2026-01-09 13:00", clocks.RECEIVED),
			("2026-01-23 10:00", clocks.EXTENDED, clocks.DECIDE),
			("2026-03-10 22:00", clocks.RESPONSE_SENT),
		),
		"2026-03-11 09:00",
		why="60 days after 9 January. The clocks went forward on 8 March; the day ends at midnight all the same.",
	),
	Example(
		"rbi",
		"RBI: 30 days, internal ombudsman by day 20",
		("in-rbi",),
		INDIA,
		(("2026-07-03 11:00", clocks.RECEIVED),),
		"2026-07-03 12:00",
		why="The second warning comes on day 20: what is to be rejected must have gone to the internal ombudsman.",
	),
	Example(
		"ofcom-before",
		"Ofcom: received on 7 April 2026",
		("uk-ofcom-2018", "uk-ofcom-2026"),
		ENGLAND,
		(("2026-04-07 16:00", clocks.RECEIVED),),
		"2026-04-07 17:00",
		why="The last day of the eight weeks.",
	),
	Example(
		"ofcom-after",
		"Ofcom: received on 8 April 2026",
		("uk-ofcom-2018", "uk-ofcom-2026"),
		ENGLAND,
		(("2026-04-08 09:00", clocks.RECEIVED),),
		"2026-04-08 10:00",
		why="Received a day later, due 13 days earlier. Each complaint keeps the policy of its day of receipt.",
	),
	Example(
		"housing",
		"Housing Ombudsman: two stages, each extended",
		("uk-housing-ombudsman",),
		ENGLAND,
		(
			("2026-03-30 10:00", clocks.RECEIVED),
			("2026-04-02 15:00", clocks.ACKNOWLEDGED),
			("2026-04-17 10:00", clocks.EXTENDED, clocks.DECIDE),
			("2026-04-30 12:00", clocks.RESPONSE_SENT),
			("2026-05-06 09:15", clocks.REVIEW_REQUESTED),
			("2026-05-11 10:00", clocks.ACKNOWLEDGED),
			("2026-06-08 14:00", clocks.EXTENDED, clocks.REVIEW),
			("2026-07-03 11:00", clocks.RESPONSE_SENT),
		),
		"2026-07-06 09:00",
		why="Stage 1 is round 1, stage 2 is round 2 with an acknowledgement of its own. Without the extensions the "
		"responses would be due on 20 April and 9 June.",
	),
	Example(
		"housing-late",
		"Housing Ombudsman: never acknowledged",
		("uk-housing-ombudsman",),
		ENGLAND,
		(("2026-03-30 10:00", clocks.RECEIVED), ("2026-04-22 16:30", clocks.RESPONSE_SENT)),
		"2026-04-23 09:00",
		why="Who does not acknowledge gains no time: the ten days run from when the acknowledgement was due.",
	),
)


class Worked:
	"""An example worked out: its preset, calendar, milestones and letters."""

	def __init__(self, example: Example):
		self.example = example
		self.preset = self._preset(example.steps[0][0][:10])
		values = presets.policy_values(self.preset)
		self.calendar = calendar(values, example.holidays[1].split())
		self.targets = [clocks.Target.from_dict(row) for row in values["targets"]]
		self.track = FastTrack(
			values["fast_track_days"],
			bool(values["summary_letter_required"]),
			bool(values["fast_track_unless_asked"]),
		)
		self.events = self._events()
		self.milestones = clocks.replay(self.targets, self.calendar, self.events, self.instant(example.now))

	def instant(self, text: str) -> datetime:
		"""The instant of a local time of the regulator's, such as "2025-12-22 10:00"."""
		return datetime.fromisoformat(text).replace(tzinfo=self.calendar.timezone)

	def letters(self) -> Iterator[tuple[str, bool, str]]:
		"""The early resolutions with the kind of letter that each needs."""
		received = self.instant(self.example.steps[0][0])
		for at, asked in self.example.early:
			yield at, asked, letter_needed(self.track, received, self.instant(at), self.calendar, asked)

	def _preset(self, day: str) -> dict[str, Any]:
		found = [presets.get(key) for key in self.example.keys]
		return next(
			preset
			for preset in found
			if preset["policy"]["valid_from"] <= day <= (preset["policy"]["valid_to"] or day)
		)

	def _events(self) -> list[clocks.Event]:
		events: list[clocks.Event] = []
		for at, kind, *stage in self.example.steps:
			data = self._extension(events, self.instant(at), *stage) if kind == clocks.EXTENDED else {}
			events.append(clocks.Event(kind, self.instant(at), data, len(events)))
		return events

	def _extension(self, events: list[clocks.Event], at: datetime, stage: str) -> dict[str, Any]:
		"""An extension to the last instant that the policy allows."""
		milestones = clocks.replay(self.targets, self.calendar, events, at)
		milestone = [m for m in milestones if m.stage == stage and not m.met_at][-1]
		target = next(target for target in self.targets if target.stage == stage)
		latest = target.extended_due(milestone.due_at, self.calendar)
		return {"stage": stage, "new_due": latest.isoformat()}


def calendar(values: Mapping[str, Any], holidays: list[str]) -> WorkCalendar:
	"""The working calendar of a policy's values with these holidays (ISO dates). ValueError when it is none."""
	days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
	week: dict[str, list[list[str]]] = {}
	for row in values["working_hours"]:
		week.setdefault(str(days.index(row["workday"])), []).append([row["start_time"], row["end_time"]])
	return clocks.calendar_from_dict({"zone": values["time_zone"], "week": week, "holidays": holidays})


def by_name(name: str) -> Worked:
	"""The example of a name, worked out. StopIteration when there is none."""
	return Worked(next(example for example in EXAMPLES if example.name == name))


def text() -> str:
	"""The whole page."""
	return (
		"\n".join([HEAD, *(line for example in EXAMPLES for line in section(Worked(example)))]).rstrip()
		+ "\n"
	)


def section(worked: Worked) -> Iterator[str]:
	"""The lines of one example."""
	example, preset = worked.example, worked.preset
	place, days = example.holidays
	yield f"## {example.title}"
	yield ""
	read = "verified" if preset["verified"] else "not verified"
	yield f"Preset `{preset['key']}` ({read}): {preset['source']}."
	if example.why:
		yield ""
		yield example.why
	yield ""
	yield from _table(
		("when", "what happens"), ((_when(at, worked), _said(*step)) for at, *step in example.steps)
	)
	yield from _table(
		("round", "stage", "starts", "warnings", "due", "done", "state"), map(_row(worked), worked.milestones)
	)
	if example.early:
		letters = (
			(_when(at, worked), _asked(asked), letter or "none") for at, asked, letter in worked.letters()
		)
		yield from _table(
			("resolved early", "written response asked for, or hardship", "letter needed"), letters
		)
	if _counts_business_days(worked):
		yield f"Bank holidays ({place}): {', '.join(_day(date.fromisoformat(day)) for day in days.split())}."
		yield ""


def _counts_business_days(worked: Worked) -> bool:
	return bool(worked.example.early) or any(target.limit.in_working_time for target in worked.targets)


def _row(worked: Worked):
	"""What makes the row of a milestone."""
	zone = worked.calendar.timezone

	def row(milestone: clocks.Milestone) -> tuple[str, ...]:
		state = milestone.state + (f" ({milestone.remark})" if milestone.remark else "")
		warnings = ", ".join(_day(moment.astimezone(zone).date()) for moment in milestone.warn_times)
		moments = (milestone.started_at, milestone.due_at, milestone.met_at)
		starts, due, done = (_moment(at.astimezone(zone)) if at else "" for at in moments)
		return str(milestone.round), milestone.stage, starts, warnings, due, done, state

	return row


def _table(head: tuple[str, ...], rows) -> Iterator[str]:
	yield "| " + " | ".join(head) + " |"
	yield "|" + "---|" * len(head)
	for row in rows:
		yield "| " + " | ".join(row) + " |"
	yield ""


def _said(kind: str, stage: str = "") -> str:
	return SAID[kind].format(stage=stage)


def _asked(asked: bool) -> str:
	return "yes" if asked else "no"


def _when(at: str, worked: Worked) -> str:
	return _moment(worked.instant(at))


def _moment(at: datetime) -> str:
	hour = "end of the day" if (at.hour, at.minute, at.second) == (23, 59, 59) else f"{at:%H:%M}"
	return f"{_day(at.date())} {at.year}, {hour}"


def _day(day: date) -> str:
	weekdays = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
	months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
	return f"{weekdays[day.weekday()]} {day.day} {months[day.month - 1]}"


if __name__ == "__main__":
	Path(__file__).with_name("worked-examples.md").write_text(text(), encoding="utf-8")
