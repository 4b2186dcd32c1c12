"""Working time: calendars that know hours, holidays and clock changes, and the limits counted in them.

Two questions are asked of a `WorkCalendar`: how much working time lies between two instants (`elapsed`), and
which instant lies a given working time after another (`add`). Neither walks from day to day. The calendar is
written out once as a table of opening and closing instants with the working time that has passed by each
closing, and both questions are a bisection in that table: an answer a year ahead costs what one an hour ahead
does. The table is made year by year as instants are asked for, and kept.

What is open is decided by the clock on the wall: an instant is open when the local time then lies inside an
interval of its date. So when the clocks go forward the hour that does not exist is not worked, and when they
go back an hour that is open is open twice. Inside, everything is an integer of microseconds since 1970 in UTC;
outside, aware datetimes come in and datetimes in UTC go out. (Not local ones: Python calls two datetimes of
different zones unequal inside the hour that happens twice, though they are the same instant.)

A `Limit` is what a policy promises (2 business days, 8 weeks), and `due` is the instant by which it is kept.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

FIRST_YEAR, LAST_YEAR = 1900, 2299
"""Calendars answer for these years only, so that a mistyped date is an error and never a long loop."""

_EPOCH_DAY = EPOCH.toordinal()
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_LONGEST = (LAST_YEAR - FIRST_YEAR) * 366 * _DAY
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Interval = tuple[time, time]
Span = tuple[int, int]
"""An interval as microseconds after the local midnight of its date; the end may lie in the next day."""


class CalendarHorizonWarning(UserWarning):
	"""A result lies after the last date whose holidays the calendar knows, so it may turn out to be too early."""


@dataclass(frozen=True)
class _Table:
	"""A calendar written out for the whole years `first` to `last`; every list is ascending.

	`opens` and `closes` are the working stretches, `worked` the working time from the table's beginning to each
	closing. `days` are the dates (as ordinals) that have working time, `day_closes` the end of each. Instants in
	`begin` <= t < `end` have a whole year of table on either side.
	"""

	first: int
	last: int
	begin: int
	end: int
	opens: list[int]
	closes: list[int]
	worked: list[int]
	days: list[int]
	day_closes: list[int]

	def worked_until(self, instant: int) -> int:
		"""The working time from the table's beginning to `instant`, in microseconds."""
		index = bisect_right(self.opens, instant) - 1
		if index < 0:
			return 0
		left = self.closes[index] - instant
		return self.worked[index] - left if left > 0 else self.worked[index]


class WorkCalendar:
	"""When an organisation works: weekly hours in a time zone, less holidays, with half days.

	`zone` is an IANA name such as "Europe/Berlin". `week` maps 0 (Monday) to 6 to intervals `(start, end)` of
	naive `datetime.time`, as many a day as needed; an end at or before its start lies on the next day, and
	00:00 to 00:00 is the whole day. An interval belongs to the date on which it starts: a night shift into a
	holiday is worked to its end, one that would start on the holiday is not. `holidays` are dates without
	working time. `half_days` maps dates to the intervals that replace those of their weekday, and a date that
	is also a holiday keeps its half day (the more particular of the two). `known_until` is the last date
	whose holidays are known: a result after it comes with a `CalendarHorizonWarning`.

	Calendars are not changed after they are made and may be shared between threads.

	Raises ValueError, in one sentence each, for a zone that does not exist, a weekday outside 0 to 6, an
	interval that has no length, intervals that overlap, and a week without any working time.
	"""

	def __init__(
		self,
		zone: str,
		week: Mapping[int, Iterable[Interval]],
		holidays: Iterable[date] = (),
		half_days: Mapping[date, Iterable[Interval]] | None = None,
		known_until: date | None = None,
	):
		self.timezone = load_zone(zone)
		self.zone = self.timezone.key
		self.week = {int(day): _ordered(spans) for day, spans in week.items()}
		self.holidays = frozenset(_date(day) for day in holidays)
		self.half_days = {_date(day): _ordered(spans) for day, spans in (half_days or {}).items()}
		self.known_until = _date(known_until) if known_until else None
		if not set(self.week) <= set(range(7)):
			raise ValueError(f"Weekdays run from 0 (Monday) to 6 (Sunday), not {sorted(self.week)}.")
		self._weekdays = [_spans(self.week.get(day, ()), _WEEKDAYS[day]) for day in range(7)]
		if not any(self._weekdays):
			raise ValueError("The calendar has no working time: give at least one interval in the week.")
		closed = {day.toordinal(): () for day in self.holidays}
		halves = {day.toordinal(): _spans(spans, str(day)) for day, spans in self.half_days.items()}
		self._exceptions: dict[int, Sequence[Span]] = {**closed, **halves}
		self._check_neighbours()
		self._horizon = None
		if self.known_until:
			self._horizon = to_micros(self.end_of_date(self.known_until)) + _SECOND
		self._years: dict[int, list[tuple[int, int, int]]] = {}
		self._table: _Table | None = None

	@classmethod
	def always(cls, zone: str = "UTC") -> WorkCalendar:
		"""A calendar that is open around the clock, every day of the year. Raises ValueError for an unknown zone."""
		return cls(zone, {day: [(time(0), time(0))] for day in range(7)})

	def __repr__(self) -> str:
		hours = "; ".join(
			f"{_WEEKDAYS[day][:3]} " + ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)
			for day, spans in sorted(self.week.items())
		)
		return f"<WorkCalendar {self.zone} {hours}>"

	def add(self, start: datetime, duration: timedelta) -> datetime:
		"""The earliest instant by which `duration` of working time has passed since `start`, in UTC.

		So the end of a working day, not the next morning, where both would do; and `start` itself for no
		duration, be it open or not. Raises ValueError for a naive `start`, a negative duration, or a result
		after LAST_YEAR.
		"""
		instant = to_micros(start)
		length = duration // MICROSECOND
		if length <= 0:
			if length:
				raise ValueError(f"Working time is added forwards only, not {duration}.")
			return from_micros(instant)
		if length > _LONGEST:
			raise ValueError(f"{duration.days} days of working time are too long to be counted.")
		table = self._around(instant, instant)
		wanted = table.worked_until(instant) + length
		while not table.worked or table.worked[-1] < wanted:
			table = self._further(table)
		index = bisect_left(table.worked, wanted)
		return self._result(table.closes[index] - (table.worked[index] - wanted))

	def elapsed(self, start: datetime, end: datetime) -> timedelta:
		"""The working time from `start` to `end`; negative, and as long, when `end` comes before `start`.

		Raises ValueError for naive datetimes.
		"""
		begin, until = to_micros(start), to_micros(end)
		table = self._around(begin, until)
		return timedelta(microseconds=table.worked_until(until) - table.worked_until(begin))

	def is_open(self, at: datetime) -> bool:
		"""Whether `at` is working time; an interval holds its start and not its end. ValueError when naive."""
		instant = to_micros(at)
		table = self._around(instant, instant)
		index = bisect_right(table.opens, instant) - 1
		return index >= 0 and instant < table.closes[index]

	def next_opening(self, at: datetime) -> datetime:
		"""The earliest instant from `at` on that is working time, in UTC: `at` itself when open. ValueError when naive."""
		instant = to_micros(at)
		table = self._around(instant, instant)
		index = bisect_right(table.closes, instant)
		while index >= len(table.opens):
			table = self._further(table)
		return self._result(max(instant, table.opens[index]))

	def close_of_day(self, start: datetime, n: int) -> datetime:
		"""The close of the `n`-th business day after the day of `start`, in UTC.

		The day of `start` is its date in the calendar's zone, whether it is worked or not; a business day is a
		date with working time. For `n` = 0 it is the close of the first business day from the day of `start` on.
		A day that is worked past midnight closes when that shift ends. Raises ValueError for a naive `start`,
		a negative `n`, or a result after LAST_YEAR.
		"""
		if n < 0:
			raise ValueError(f"Business days are counted forwards only, not {n}.")
		instant = to_micros(start)
		if n * _DAY > _LONGEST:
			raise ValueError(f"{n} business days are too long to be counted.")
		day = start.astimezone(self.timezone).toordinal()
		table = self._around(instant, instant)
		index = bisect_right(table.days, day) + n - 1 if n else bisect_left(table.days, day)
		while index >= len(table.days):
			table = self._further(table)
		return self._result(table.day_closes[index])

	def end_of_date(self, day: date) -> datetime:
		"""23:59:59 local time on `day`, in UTC: the second one where the clocks go back over it.

		A date or an hour that the zone skips has none; then it is one second before the zone goes on.
		"""
		return datetime.combine(day, time(23, 59, 59, fold=1), self.timezone).astimezone(UTC)

	def date_of(self, moment: datetime) -> date:
		"""The date of an instant in the calendar's zone. Raises ValueError when naive."""
		return from_micros(to_micros(moment)).astimezone(self.timezone).date()

	@property
	def average_day(self) -> timedelta:
		"""How long a working day of an ordinary week is on average."""
		worked = [sum(end - start for start, end in spans) for spans in self._weekdays if spans]
		return timedelta(microseconds=sum(worked) // len(worked))

	def _result(self, instant: int) -> datetime:
		if self._horizon is not None and instant > self._horizon:
			warnings.warn(
				f"The holidays are known until {self.known_until} only, and the result lies after it.",
				CalendarHorizonWarning,
				stacklevel=3,
			)
		return from_micros(instant)

	def _check_neighbours(self) -> None:
		"""No interval past midnight may run into one of the next day."""
		for day in range(7):
			_check_night(self._weekdays[day], self._weekdays[(day + 1) % 7], _WEEKDAYS[day])
		for ordinal in self._exceptions:
			for day in (ordinal - 1, ordinal):
				_check_night(self._on(day), self._on(day + 1), str(date.fromordinal(day)))

	def _on(self, ordinal: int) -> Sequence[Span]:
		"""The intervals that start on a date."""
		spans = self._exceptions.get(ordinal)
		return self._weekdays[(ordinal - 1) % 7] if spans is None else spans

	def _around(self, first: int, last: int) -> _Table:
		"""A table with a whole year on either side of both instants. Raises ValueError outside the years known."""
		table = self._table
		if table and table.begin <= first < table.end and table.begin <= last < table.end:
			return table
		years = sorted((from_micros(first).year, from_micros(last).year))
		for year in years:
			if not FIRST_YEAR < year < LAST_YEAR:
				raise ValueError(
					f"The calendar answers for {FIRST_YEAR + 1} to {LAST_YEAR - 1}, not for {year}."
				)
		if table:
			years = [min(table.first + 1, years[0]), max(table.last - 1, years[1])]
		return self._write(years[0] - 1, years[1] + 1)

	def _further(self, table: _Table) -> _Table:
		"""A table that reaches twice as far ahead. Raises ValueError where that is after LAST_YEAR."""
		last = table.last + (table.last - table.first + 1)
		if table.last >= LAST_YEAR:
			raise ValueError(f"The result lies after the year {LAST_YEAR}: check the limit and the holidays.")
		return self._write(table.first, min(last, LAST_YEAR))

	def _write(self, first: int, last: int) -> _Table:
		"""Write the table for whole years. It replaces the old one at once: threads see the one or the other."""
		stretches: list[tuple[int, int, int]] = []
		for year in range(first, last + 1):
			if year not in self._years:
				self._years[year] = self._year(year)
			stretches += self._years[year]
		closes = [close for _, close, _ in stretches]
		day_closes = {day: close for _, close, day in stretches}
		self._table = _Table(
			first=first,
			last=last,
			begin=_midnight(date(first + 1, 1, 1)),
			end=_midnight(date(last, 1, 1)),
			opens=[begin for begin, _, _ in stretches],
			closes=closes,
			worked=list(accumulate(close - begin for begin, close, _ in stretches)),
			days=list(day_closes),
			day_closes=list(day_closes.values()),
		)
		return self._table

	def _year(self, year: int) -> list[tuple[int, int, int]]:
		"""The working stretches (open, close, ordinal of the date) of the intervals that start in `year`."""
		new_year, end = date(year, 1, 1), date(year + 1, 1, 1)
		offsets = self._offsets(_midnight(new_year) - 2 * _DAY, _midnight(end) + 3 * _DAY)
		found = []
		for ordinal in range(new_year.toordinal(), end.toordinal()):
			midnight = (ordinal - _EPOCH_DAY) * _DAY
			for start, stop in self._on(ordinal):
				for since, until, offset in offsets:
					opens, closes = midnight + start - offset, midnight + stop - offset
					if opens < until and since < closes:
						found.append((max(opens, since), min(closes, until), ordinal))
		return sorted(found)

	def _offsets(self, since: int, until: int) -> list[tuple[int, int, int]]:
		"""The stretches (begin, end, offset) of UTC in which the zone keeps one offset from it.

		zoneinfo does not tell when clocks change, so it is asked once a day and the change found by halving.
		"""
		changes = [(since, self._offset(since))]
		for begin in range(since, until, _DAY):
			end = begin + _DAY
			if (after := self._offset(end)) == changes[-1][1]:
				continue
			while end - begin > _SECOND:
				middle = (begin + end) // (2 * _SECOND) * _SECOND
				if self._offset(middle) == after:
					end = middle
				else:
					begin = middle
			changes.append((end, after))
		ends = [begin for begin, _ in changes[1:]] + [until + _DAY]
		return [(begin, end, offset) for (begin, offset), end in zip(changes, ends, strict=True)]

	def _offset(self, instant: int) -> int:
		return from_micros(instant).astimezone(self.timezone).utcoffset() // MICROSECOND


HOURS, BUSINESS_HOURS, BUSINESS_DAYS = "hours", "business hours", "business days"
CALENDAR_DAYS, WEEKS, MONTHS = "calendar days", "weeks", "months"
UNITS = (HOURS, BUSINESS_HOURS, BUSINESS_DAYS, CALENDAR_DAYS, WEEKS, MONTHS)


@dataclass(frozen=True)
class Limit:
	"""How long something may take: an amount above zero, in one of UNITS.

	| unit | due |
	|---|---|
	| hours | so many hours later, at any time of day |
	| business hours | after so much working time |
	| business days | at the close of the n-th business day after the day of the start |
	| calendar days, weeks, months | at 23:59:59 local time of the date so much later; 31 January and a month is 28 or 29 February |

	Hours may be fractions, the rest are whole. The amount may be an int, a float, a Decimal or its text, and
	is kept as an int where it is whole, else as a Decimal. Raises ValueError for any other amount or unit.
	"""

	amount: int | Decimal
	unit: str

	def __post_init__(self):
		if self.unit not in UNITS:
			raise ValueError(f"{self.unit!r} is not a unit of time limits: use {', '.join(UNITS)}.")
		amount = number(self.amount)
		if amount <= 0:
			raise ValueError(f"A time limit must be above zero, not {self.amount}.")
		if isinstance(amount, Decimal) and self.unit not in (HOURS, BUSINESS_HOURS):
			raise ValueError(f"A time limit in {self.unit} must be a whole number, not {self.amount}.")
		object.__setattr__(self, "amount", amount)

	@property
	def in_working_time(self) -> bool:
		"""Whether only working time counts."""
		return self.unit in (BUSINESS_HOURS, BUSINESS_DAYS)

	def due(self, start: datetime, calendar: WorkCalendar) -> datetime:
		"""The instant by which the limit is kept when it runs from `start`, in UTC: kept at it, missed after it.

		Raises ValueError for a naive `start`, and for a result beyond the years a calendar answers for.
		"""
		try:
			due = self._due(from_micros(to_micros(start)), calendar)
			if due.year >= LAST_YEAR:
				raise OverflowError
		except OverflowError:
			raise ValueError(
				f"A time limit of {self.amount} {self.unit} is too long to be counted."
			) from None
		return due

	def _due(self, start: datetime, calendar: WorkCalendar) -> datetime:
		if self.unit == BUSINESS_DAYS:
			return calendar.close_of_day(start, self.amount)
		if self.unit in (HOURS, BUSINESS_HOURS):
			return self.shift(start, timedelta(microseconds=int(self.amount * 3600 * _SECOND)), calendar)
		return calendar.end_of_date(self._date(start.astimezone(calendar.timezone).date()))

	def measure(self, start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
		"""The time from `start` to `end` as this limit counts it: working time, or all of it."""
		if self.in_working_time:
			return calendar.elapsed(start, end)
		return end.astimezone(UTC) - start.astimezone(UTC)

	def shift(self, moment: datetime, duration: timedelta, calendar: WorkCalendar) -> datetime:
		"""`moment` moved on by `duration`, counted as this limit counts, in UTC."""
		if self.in_working_time:
			return calendar.add(moment, duration)
		return moment.astimezone(UTC) + duration

	def _date(self, day: date) -> date:
		"""The date so many days, weeks or months after `day`; a month too short for the day ends earlier."""
		if self.unit != MONTHS:
			result = day + timedelta(days=self.amount * (7 if self.unit == WEEKS else 1))
		else:
			result = months_after(day, self.amount)
		if result.year > LAST_YEAR:
			raise OverflowError
		return result


def months_after(day: date, months: int) -> date:
	"""The date so many months after `day`; a month too short for the day ends earlier.

	Raises OverflowError beyond the years a calendar answers for.
	"""
	years, month = divmod(day.month - 1 + months, 12)
	if day.year + years > LAST_YEAR:
		raise OverflowError
	last = monthrange(day.year + years, month + 1)[1]
	return date(day.year + years, month + 1, min(day.day, last))


def to_micros(moment: datetime) -> int:
	"""Microseconds since 1970 in UTC. Raises ValueError for a naive datetime, which is no instant."""
	try:
		return (moment - EPOCH) // MICROSECOND
	except TypeError:
		raise ValueError(f"{moment!r} is not a datetime with a time zone, so it is no instant.") from None


def from_micros(micros: int) -> datetime:
	"""The aware datetime, in UTC, of `to_micros`."""
	return EPOCH + timedelta(microseconds=micros)


def load_zone(name: str) -> ZoneInfo:
	"""The time zone of an IANA name. Raises ValueError when there is none (zoneinfo raises four different errors)."""
	if isinstance(name, ZoneInfo):
		return name
	try:
		return ZoneInfo(name)
	except (KeyError, ValueError, OSError, TypeError):
		raise ValueError(f"There is no time zone {name!r}: use a name such as Europe/Berlin.") from None


def number(value: int | float | Decimal | str) -> int | Decimal:
	"""A number as an exact one: an int where it is whole, else a Decimal. Raises ValueError when it is none."""
	try:
		exact = Decimal(str(value))
		if isinstance(value, bool) or not exact.is_finite():
			raise InvalidOperation
	except InvalidOperation:
		raise ValueError(f"{value!r} is not a number.") from None
	return int(exact) if exact == exact.to_integral_value() else exact


def _date(day: date) -> date:
	"""A plain date: a datetime is one too for Python, but never equal to it."""
	return day.date() if isinstance(day, datetime) else day


def _ordered(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
	return tuple(sorted((start, end) for start, end in intervals))


def _midnight(day: date) -> int:
	"""Midnight of `day` as if the zone were UTC."""
	return (day.toordinal() - _EPOCH_DAY) * _DAY


def _since_midnight(moment: time) -> int:
	return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * _SECOND + moment.microsecond


def _spans(intervals: Iterable[Interval], where: str) -> list[Span]:
	"""The intervals of one day as spans, in order. Raises ValueError where one has no length or two overlap."""
	spans = []
	for start, end in intervals:
		if start == end != time(0):
			raise ValueError(f"{where}: the interval from {start:%H:%M} to {end:%H:%M} has no length.")
		begin, close = _since_midnight(start), _since_midnight(end)
		spans.append((begin, close if close > begin else close + _DAY))
	for (_, close), (begin, _) in pairwise(spans):
		if begin < close:
			raise ValueError(
				f"{where}: the interval from {_clock(begin)} starts before the one before it ends."
			)
	return spans


def _check_night(spans: Sequence[Span], following: Sequence[Span], where: str) -> None:
	"""Raises ValueError when the last interval of a day runs into the first of the next."""
	if spans and following and spans[-1][1] - _DAY > following[0][0]:
		begin = _clock(following[0][0])
		raise ValueError(f"{where}: the last interval runs past midnight into the next day's, from {begin}.")


def _clock(micros: int) -> str:
	return f"{micros // (3600 * _SECOND):02}:{micros // (60 * _SECOND) % 60:02}"
