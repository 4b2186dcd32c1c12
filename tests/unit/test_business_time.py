"""Working time: worked examples, what is refused, and random calendars against the minute-by-minute oracle."""

import warnings
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import business_time
from cms_iso10002.core.business_time import UNITS, UTC, CalendarHorizonWarning, Limit, WorkCalendar
from tests.unit.oracles import MINUTE, MinuteCalendar, calendars, examples, instants

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINE_TO_FIVE = {day: [(time(9), time(17))] for day in range(5)}
BERLIN = ZoneInfo("Europe/Berlin")


def office(zone="Europe/Berlin", week=NINE_TO_FIVE, holidays=(), **more) -> WorkCalendar:
	return WorkCalendar(zone, week, holidays, **more)


def berlin(*parts) -> datetime:
	return datetime(*parts, tzinfo=BERLIN)


# Worked examples


def test_adding_runs_over_the_night_and_the_weekend():
	friday = berlin(2026, 3, 6, 16)
	assert office().add(friday, HOUR) == berlin(2026, 3, 6, 17)
	assert office().add(friday, HOUR + MINUTE) == berlin(2026, 3, 9, 9, 1)
	assert office().add(friday, 9 * HOUR) == berlin(2026, 3, 9, 17)


def test_adding_gives_the_close_of_a_day_rather_than_the_next_opening():
	assert office().add(berlin(2026, 3, 2, 9), 8 * HOUR) == berlin(2026, 3, 2, 17)
	assert office().add(berlin(2026, 3, 1, 9), 8 * HOUR) == berlin(2026, 3, 2, 17)


def test_adding_nothing_stays_where_it_is_even_outside_hours():
	sunday = berlin(2026, 3, 1, 12)
	assert office().add(sunday, timedelta()) == sunday


def test_holidays_are_not_worked_and_half_days_are_worked_in_part():
	calendar = office(holidays=[date(2026, 12, 25)], half_days={date(2026, 12, 24): [(time(9), time(12))]})
	assert calendar.add(berlin(2026, 12, 24, 11), 2 * HOUR) == berlin(2026, 12, 28, 10)
	assert calendar.close_of_day(berlin(2026, 12, 23, 10), 1) == berlin(2026, 12, 24, 12)


def test_a_half_day_goes_before_a_holiday_on_the_same_date():
	day = date(2026, 12, 24)
	calendar = office(holidays=[day], half_days={day: [(time(9), time(12))]})
	assert calendar.is_open(berlin(2026, 12, 24, 10)) and not calendar.is_open(berlin(2026, 12, 24, 13))


def test_holidays_given_as_datetimes_count():
	assert not office(holidays=[datetime(2026, 12, 25)]).is_open(berlin(2026, 12, 25, 10))


def test_several_intervals_a_day_leave_out_the_lunch_break():
	calendar = office(week={0: [(time(13), time(17)), (time(9), time(12))]})
	assert calendar.add(berlin(2026, 3, 2, 11), 2 * HOUR) == berlin(2026, 3, 2, 14)
	assert calendar.next_opening(berlin(2026, 3, 2, 12, 30)) == berlin(2026, 3, 2, 13)


def test_a_night_shift_belongs_to_the_day_on_which_it_starts():
	calendar = office(week={4: [(time(22), time(6))]}, holidays=[date(2026, 3, 7)])
	assert calendar.is_open(berlin(2026, 3, 7, 5, 59)), "it is worked to its end, into the holiday"
	assert calendar.close_of_day(berlin(2026, 3, 5, 12), 1) == berlin(2026, 3, 7, 6)
	assert not office(week={4: [(time(22), time(6))]}, holidays=[date(2026, 3, 6)]).is_open(
		berlin(2026, 3, 7, 2)
	)


def test_open_holds_the_first_instant_and_not_the_last():
	calendar = office()
	assert calendar.is_open(berlin(2026, 3, 2, 9)) and not calendar.is_open(berlin(2026, 3, 2, 17))
	assert not calendar.is_open(berlin(2026, 3, 2, 9) - timedelta(microseconds=1))


def test_the_next_opening_of_an_open_instant_is_itself():
	assert office().next_opening(berlin(2026, 3, 2, 9, 30)) == berlin(2026, 3, 2, 9, 30)
	assert office().next_opening(berlin(2026, 3, 2, 17)) == berlin(2026, 3, 3, 9)


@pytest.mark.parametrize(
	("start", "n", "expected"),
	[
		(berlin(2026, 3, 2, 10), 1, berlin(2026, 3, 3, 17)),
		(berlin(2026, 3, 2, 10), 5, berlin(2026, 3, 9, 17)),
		(berlin(2026, 3, 6, 23), 1, berlin(2026, 3, 9, 17)),
		(berlin(2026, 3, 7, 10), 1, berlin(2026, 3, 9, 17)),
		(berlin(2026, 3, 2, 18), 0, berlin(2026, 3, 2, 17)),
		(berlin(2026, 3, 7, 10), 0, berlin(2026, 3, 9, 17)),
	],
)
def test_business_days_close_after_the_day_of_the_start(start, n, expected):
	assert office().close_of_day(start, n) == expected


def test_the_day_of_the_start_is_the_one_in_the_calendar_s_zone():
	late_sunday_in_utc = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
	assert office().close_of_day(late_sunday_in_utc, 1) == berlin(2026, 3, 3, 17)


def test_results_are_in_utc_whatever_comes_in():
	start = datetime(2026, 3, 2, 4, tzinfo=ZoneInfo("America/New_York"))
	assert office().add(start, HOUR).tzinfo is timezone.utc
	assert Limit(1, "months").due(start, office()).tzinfo is timezone.utc


def test_elapsed_backwards_is_negative_and_as_long():
	start, end = berlin(2026, 3, 2, 9), berlin(2026, 3, 4, 12)
	assert office().elapsed(start, end) == 19 * HOUR
	assert office().elapsed(end, start) == -19 * HOUR


def test_around_the_clock_counts_all_time():
	calendar = WorkCalendar.always("Europe/Berlin")
	start = berlin(2026, 3, 28, 12)
	assert calendar.add(start, 24 * HOUR) == start.astimezone(UTC) + 24 * HOUR
	assert calendar.elapsed(start, start + DAY) == 23 * HOUR, "the wall clock lost an hour"
	assert calendar.close_of_day(start, 1) == berlin(2026, 3, 30)


def test_a_table_grown_backwards_answers_as_before_and_at_once(monkeypatch):
	calendar = office()
	start = berlin(2026, 3, 2, 10)
	before = calendar.add(start, 400 * HOUR)
	assert calendar.is_open(berlin(1990, 1, 1, 9))
	monkeypatch.setattr(WorkCalendar, "_write", None)
	assert calendar.add(start, 400 * HOUR) == before


# Clocks that change


def test_the_hour_that_does_not_exist_is_not_worked():
	night = {day: [(time(0), time(6))] for day in range(7)}
	assert office(week=night).elapsed(berlin(2026, 3, 29), berlin(2026, 3, 29, 12)) == 5 * HOUR


def test_the_hour_that_happens_twice_is_worked_twice():
	night = {day: [(time(0), time(6))] for day in range(7)}
	assert office(week=night).elapsed(berlin(2026, 10, 25), berlin(2026, 10, 25, 12)) == 7 * HOUR


def test_an_opening_inside_the_hour_that_does_not_exist_is_where_the_clock_goes_on():
	calendar = office(week={6: [(time(2, 30), time(4))]})
	assert calendar.next_opening(berlin(2026, 3, 29)) == berlin(2026, 3, 29, 3)
	assert calendar.add(berlin(2026, 3, 29), HOUR) == berlin(2026, 3, 29, 4)


def test_a_day_closes_for_the_second_time_where_the_clocks_go_back_to_it():
	"""In St. John's they went back from 00:01 to 23:01, so that a date ended, and then ended again."""
	st_johns = ZoneInfo("America/St_Johns")
	calendar = office("America/St_Johns", week={day: [(time(20), time(0))] for day in range(7)})
	closing = calendar.close_of_day(datetime(2009, 10, 31, 12, tzinfo=st_johns), 0)
	assert closing == datetime(2009, 11, 1, 0, 0, tzinfo=st_johns, fold=1).astimezone(UTC)
	assert calendar.elapsed(closing - 6 * HOUR, closing) == 4 * HOUR + 59 * MINUTE


def test_a_date_that_the_zone_skips_is_no_business_day():
	apia = ZoneInfo("Pacific/Apia")
	calendar = office("Pacific/Apia", week={day: [(time(9), time(17))] for day in range(7)})
	assert calendar.close_of_day(datetime(2011, 12, 29, 10, tzinfo=apia), 1) == datetime(
		2011, 12, 31, 17, tzinfo=apia
	)


def test_half_past_one_in_new_york_is_two_instants():
	first = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
	second = first.replace(fold=1)
	assert WorkCalendar.always("America/New_York").elapsed(first, second) == HOUR
	assert Limit(1, "hours").due(first, WorkCalendar.always()) == second.astimezone(UTC)


# Limits


@pytest.mark.parametrize(
	("amount", "unit", "expected"),
	[
		(24, "hours", berlin(2026, 3, 7, 15)),
		(0.5, "hours", berlin(2026, 3, 6, 15, 30)),
		(3, "business hours", berlin(2026, 3, 9, 10)),
		(Decimal("2.25"), "business hours", berlin(2026, 3, 9, 9, 15)),
		(1, "business days", berlin(2026, 3, 9, 17)),
		(20, "business days", berlin(2026, 4, 3, 17)),
		(15, "calendar days", berlin(2026, 3, 21, 23, 59, 59)),
		(8, "weeks", berlin(2026, 5, 1, 23, 59, 59)),
		(6, "months", berlin(2026, 9, 6, 23, 59, 59)),
		(10, "months", berlin(2027, 1, 6, 23, 59, 59)),
	],
)
def test_limits_of_every_unit(amount, unit, expected):
	assert Limit(amount, unit).due(berlin(2026, 3, 6, 15), office()) == expected


def test_months_end_on_the_last_day_where_the_month_is_too_short():
	limit = Limit(1, "months")
	assert limit.due(berlin(2026, 1, 31, 10), office()) == berlin(2026, 2, 28, 23, 59, 59)
	assert limit.due(berlin(2028, 1, 31, 10), office()) == berlin(2028, 2, 29, 23, 59, 59)
	assert Limit(12, "months").due(berlin(2028, 2, 29, 10), office()) == berlin(2029, 2, 28, 23, 59, 59)


def test_dates_are_those_of_the_calendar_s_zone():
	late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
	assert Limit(1, "calendar days").due(late, office()) == berlin(2026, 3, 3, 23, 59, 59)


def test_a_date_ends_at_its_last_second_though_the_clocks_change_at_midnight():
	havana = ZoneInfo("America/Havana")
	calendar = WorkCalendar.always("America/Havana")
	assert calendar.end_of_date(date(2026, 10, 31)) == datetime(2026, 10, 31, 23, 59, 59, tzinfo=havana)
	beirut = WorkCalendar.always("Asia/Beirut")
	twice = beirut.end_of_date(date(2026, 10, 24)).astimezone(ZoneInfo("Asia/Beirut"))
	assert (twice.hour, twice.minute, twice.second, twice.fold) == (23, 59, 59, 1)
	apia = WorkCalendar.always("Pacific/Apia").end_of_date(date(2011, 12, 30))
	assert apia == datetime(2011, 12, 29, 23, 59, 59, tzinfo=ZoneInfo("Pacific/Apia")), (
		"there was no such date"
	)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("amount", [0, -1, Decimal("-0.5"), float("nan"), float("inf"), "many", None, True])
def test_amounts_that_are_none_are_refused(amount, unit):
	with pytest.raises(ValueError, match=r"above zero|not a number"):
		Limit(amount, unit)


@pytest.mark.parametrize("unit", ["business days", "calendar days", "weeks", "months"])
def test_whole_units_refuse_fractions(unit):
	assert Limit(2.0, unit) == Limit("2", unit) == Limit(2, unit)
	with pytest.raises(ValueError, match="whole number"):
		Limit(2.5, unit)


def test_an_unknown_unit_is_refused_with_those_that_are_known():
	with pytest.raises(ValueError, match="business hours"):
		Limit(1, "fortnights")


@pytest.mark.parametrize("unit", UNITS)
def test_a_limit_too_long_is_an_error_at_once(unit):
	with pytest.raises(ValueError):
		Limit(10**9, unit).due(berlin(2026, 3, 6, 15), office())


# What is refused


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "/etc/localtime", "America", None])
def test_a_zone_that_does_not_exist_is_refused(zone):
	with pytest.raises(ValueError, match="no time zone"):
		office(zone)


@pytest.mark.parametrize("week", [{}, {0: []}, {day: () for day in range(7)}])
def test_a_week_without_working_time_is_refused(week):
	with pytest.raises(ValueError, match="no working time"):
		office(week=week)


@pytest.mark.parametrize(
	("more", "message"),
	[
		({"week": {0: [(time(9), time(12)), (time(11), time(17))]}}, "Monday.*11:00"),
		({"week": {0: [(time(9), time(12)), (time(9), time(12))]}}, "Monday.*09:00"),
		({"week": {6: [(time(22), time(6))], 0: [(time(5), time(9))]}}, "Sunday.*next day"),
		({"half_days": {date(2026, 3, 3): [(time(9), time(12)), (time(10), time(11))]}}, "2026-03-03"),
		(
			{"week": {0: [(time(22), time(6))]}, "half_days": {date(2026, 3, 3): [(time(4), time(8))]}},
			"2026-03-02",
		),
		({"half_days": {date(2026, 3, 2): [(time(20), time(10))]}}, "2026-03-02.*09:00"),
	],
)
def test_intervals_that_overlap_are_refused_and_named(more, message):
	with pytest.raises(ValueError, match=message):
		office(**more)


def test_an_interval_without_length_is_refused():
	with pytest.raises(ValueError, match=r"Tuesday.*09:00.*no length"):
		office(week={1: [(time(9), time(9))]})


def test_a_weekday_that_does_not_exist_is_refused():
	with pytest.raises(ValueError, match="Monday"):
		office(week={7: [(time(9), time(12))]})


@pytest.mark.parametrize(
	"ask",
	[
		lambda calendar, at: calendar.add(at, HOUR),
		lambda calendar, at: calendar.add(at, timedelta()),
		lambda calendar, at: calendar.elapsed(at, berlin(2026, 3, 2)),
		lambda calendar, at: calendar.elapsed(berlin(2026, 3, 2), at),
		lambda calendar, at: calendar.is_open(at),
		lambda calendar, at: calendar.next_opening(at),
		lambda calendar, at: calendar.close_of_day(at, 1),
		lambda calendar, at: Limit(1, "months").due(at, calendar),
		lambda calendar, at: Limit(1, "hours").due(at, calendar),
	],
)
def test_naive_datetimes_are_refused_everywhere(ask):
	with pytest.raises(ValueError, match="time zone"):
		ask(office(), datetime(2026, 3, 2, 10))


def test_counting_backwards_is_refused():
	with pytest.raises(ValueError, match="forwards"):
		office().add(berlin(2026, 3, 2), -HOUR)
	with pytest.raises(ValueError, match="forwards"):
		office().close_of_day(berlin(2026, 3, 2), -1)


@pytest.mark.parametrize("year", [3, 1850, 2400, 9998])
def test_a_mistyped_year_is_an_error_and_no_long_loop(year):
	with pytest.raises(ValueError, match=str(year)):
		office().is_open(datetime(year, 3, 2, tzinfo=UTC))


# Holidays known until a date


def test_a_result_after_the_last_known_holiday_warns_and_is_returned():
	calendar = office(known_until=date(2026, 12, 31))
	with pytest.warns(CalendarHorizonWarning, match="2026-12-31"):
		assert calendar.add(berlin(2026, 12, 31, 16), 2 * HOUR) == berlin(2027, 1, 1, 10)
	with pytest.warns(CalendarHorizonWarning):
		calendar.close_of_day(berlin(2026, 12, 31, 16), 1)
	with pytest.warns(CalendarHorizonWarning):
		calendar.next_opening(berlin(2026, 12, 31, 18))


def test_results_before_it_do_not_warn():
	calendar = office(known_until=date(2026, 12, 31))
	with warnings.catch_warnings():
		warnings.simplefilter("error")
		calendar.add(berlin(2026, 12, 31, 16), HOUR)
		calendar.elapsed(berlin(2026, 12, 31, 16), berlin(2027, 6, 1))
		Limit(2, "months").due(berlin(2026, 12, 31, 16), calendar)
		WorkCalendar("UTC", {3: [(time(0), time(0))]}, known_until=date(2026, 12, 31)).close_of_day(
			datetime(2026, 12, 30, tzinfo=UTC), 1
		)


# Random calendars against the oracle


@st.composite
def places(draw, step=1):
	arguments = draw(calendars(step))
	return WorkCalendar(**arguments), MinuteCalendar(**arguments), draw(instants(arguments, step=step))


@examples(70)
@given(places(), st.integers(0, 3 * 1440))
def test_add_elapsed_and_openings_equal_the_oracle(place, minutes):
	calendar, oracle, start = place
	end = start + minutes * MINUTE
	worked = oracle.elapsed(start, end)
	assert calendar.elapsed(start, end) == worked
	assert calendar.add(start, worked) == oracle.add(start, worked)
	assert calendar.is_open(start) == oracle.is_open(start)
	assert calendar.next_opening(start) == oracle.next_opening(start)


@examples(25)
@given(places(), st.integers(0, 4))
def test_the_close_of_a_day_equals_the_oracle(place, n):
	calendar, oracle, start = place
	assert calendar.close_of_day(start, n) == oracle.close_of_day(start, n)


@examples(40)
@given(
	places(), st.timedeltas(timedelta(), timedelta(days=200)), st.timedeltas(timedelta(), timedelta(days=40))
)
def test_adding_and_measuring_undo_each_other(place, duration, more):
	calendar, _, start = place
	end = calendar.add(start, duration)
	assert calendar.elapsed(start, end) == duration
	assert calendar.elapsed(end, start) == -duration
	assert calendar.add(end, more) == calendar.add(start, duration + more)
	assert calendar.add(start, calendar.elapsed(start, start + more)) <= start + more
	if duration:
		just_before = end - timedelta(microseconds=1)
		assert calendar.elapsed(start, just_before) == duration - timedelta(microseconds=1), (
			"the earliest instant"
		)


@examples(20)
@given(calendars(), st.data())
def test_the_order_of_questions_does_not_matter(arguments, data):
	start = data.draw(instants(arguments))
	asked = WorkCalendar(**arguments)
	for year in data.draw(st.lists(st.integers(2015, 2035), max_size=2)):
		asked.is_open(datetime(year, 6, 1, tzinfo=UTC))
	fresh = WorkCalendar(**arguments)
	assert asked.add(start, 300 * HOUR) == fresh.add(start, 300 * HOUR)
	assert asked.elapsed(start, start + 900 * DAY) == fresh.elapsed(start, start + 900 * DAY)
	assert asked.close_of_day(start, 100) == fresh.close_of_day(start, 100)


@examples(40)
@given(calendars(), st.sampled_from(UNITS), st.integers(1, 60), st.data())
def test_a_later_start_is_never_due_earlier(arguments, unit, amount, data):
	calendar = WorkCalendar(**arguments)
	first, second = sorted((data.draw(instants(arguments)), data.draw(instants(arguments))))
	limit = Limit(amount, unit)
	assert first < limit.due(first, calendar) <= limit.due(second, calendar)


def test_the_oracle_counts_an_hour_that_happens_twice():
	oracle = MinuteCalendar("Europe/Berlin", {6: [(time(2), time(3))]})
	start = datetime(2026, 10, 24, 22, tzinfo=UTC)
	assert oracle.elapsed(start, start + DAY) == 2 * HOUR


def test_a_year_of_adding_costs_no_walk(monkeypatch):
	"""Counted, not timed: a warmed calendar looks at no day."""
	calendar = office()
	start = berlin(2026, 3, 2, 10)
	calendar.add(start, 2000 * HOUR)

	def refuse(*_):
		raise AssertionError("walked over days")

	monkeypatch.setattr(WorkCalendar, "_on", refuse)
	monkeypatch.setattr(business_time.WorkCalendar, "_year", refuse)
	assert calendar.add(start, 2000 * HOUR) == berlin(2027, 2, 15, 10)
