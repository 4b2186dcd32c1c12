"""Defects of the peers' service-level clocks, each a test of ours, by number (shared/anchors.md).

Numbers 12 and 13 are about choosing a policy and are tested where that is done.
"""

import time as stopwatch
import warnings
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cms_iso10002.core import agenda
from cms_iso10002.core.business_time import UTC, CalendarHorizonWarning, Limit, WorkCalendar
from cms_iso10002.core.clocks import Event, Replay, Target, is_overdue, replay

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
OFFICE = WorkCalendar("Europe/Berlin", {day: [(time(9), time(17))] for day in range(5)})

FRIDAY_THREE = datetime(2026, 3, 6, 15, tzinfo=BERLIN)


def berlin(*parts) -> datetime:
	return datetime(*parts, tzinfo=BERLIN)


def stage(name, targets, events, now, calendar=OFFICE):
	(found,) = [m for m in replay(targets, calendar, events, now) if m.stage == name]
	return found


def history(*events):
	"""Events from (kind, at) or (kind, at, data), recorded in the order given."""
	return [Event(kind, at, *data, sequence=n) for n, (kind, at, *data) in enumerate(events, 1)]


def test_peer_defect_01_pause_counts_business_time_only():
	targets = [Target("decide", 8, "business hours", pausable=True)]
	events = history(
		("received", FRIDAY_THREE),
		("paused", berlin(2026, 3, 6, 16)),
		("resumed", berlin(2026, 3, 9, 10)),
	)
	found = stage("decide", targets, events, berlin(2026, 3, 9, 11))
	assert found.due_at == berlin(2026, 3, 9, 17)
	assert found.paused_seconds == 2 * 3600


@pytest.mark.parametrize("unit", ["business hours", "business days"])
def test_peer_defect_02_hold_overnight_moves_nothing(unit):
	targets = [Target("decide", 2, unit, pausable=True)]
	held = history(
		("received", berlin(2026, 3, 5, 16)),
		("paused", berlin(2026, 3, 5, 17)),
		("resumed", berlin(2026, 3, 6, 9)),
	)
	now = berlin(2026, 3, 6, 9)
	found = stage("decide", targets, held, now)
	assert found.due_at == stage("decide", targets, held[:1], now).due_at
	assert found.due_at.astimezone(BERLIN).weekday() < 5
	assert found.paused_seconds == 0


def test_peer_defect_03_one_month_later_is_one_month_and_saturday_does_not_crash():
	targets = [Target("acknowledge", 1, "business days")]
	received = berlin(2026, 1, 14, 10)
	a_month_later = berlin(2026, 2, 14, 10)
	assert a_month_later.weekday() == 5
	found = stage(
		"acknowledge",
		targets,
		history(("received", received), ("acknowledged", a_month_later)),
		a_month_later,
	)
	assert (found.state, found.met_at) == ("Met Late", a_month_later)
	assert OFFICE.elapsed(found.started_at, found.met_at) == 22 * 8 * HOUR + 7 * HOUR


def test_peer_defect_04_late_once_is_late_for_ever():
	targets = [Target("acknowledge", 1, "business days"), Target("decide", 40, "business days")]
	received, answered = berlin(2026, 3, 2, 10), berlin(2026, 3, 17, 10)
	events = history(
		("received", received), ("acknowledged", answered), ("response_sent", berlin(2026, 3, 20, 10))
	)
	assert stage("acknowledge", targets, events, berlin(2026, 3, 20, 11)).state == "Met Late"
	assert stage("acknowledge", targets, events, berlin(2036, 3, 20, 11)).state == "Met Late"
	assert stage("decide", targets, events, berlin(2036, 3, 20, 11)).state == "Met"


def test_peer_defect_04_overdue_and_still_open_is_overdue():
	targets = [Target("acknowledge", 1, "business days")]
	milestones = replay(targets, OFFICE, history(("received", FRIDAY_THREE)), berlin(2026, 3, 9, 17, 0, 1))
	assert [m.state for m in milestones] == ["Overdue"] and is_overdue(milestones)


def test_peer_defect_04_overdue_when_the_case_ended_stays_missed():
	targets = [Target("acknowledge", 1, "business days")]
	events = history(("received", FRIDAY_THREE), ("closed", berlin(2026, 3, 20, 10)))
	milestones = replay(targets, OFFICE, events, berlin(2026, 4, 1))
	assert [m.state for m in milestones] == ["Overdue"]
	assert not is_overdue(milestones), "nobody can do anything about it any more"


def test_peer_defect_04_no_deadline_is_no_target():
	events = history(("received", FRIDAY_THREE), ("acknowledged", FRIDAY_THREE + HOUR))
	assert replay([], OFFICE, events, FRIDAY_THREE + HOUR) == []


def test_peer_defect_05_closed_cases_do_not_change():
	targets = [
		Target("acknowledge", 1, "business days"),
		Target("investigate", 5, "business days"),
		Target("decide", 20, "business days"),
	]
	events = history(
		("received", FRIDAY_THREE),
		("acknowledged", berlin(2026, 3, 9, 10)),
		("response_sent", berlin(2026, 3, 12, 10)),
		("closed", berlin(2026, 3, 20, 10)),
	)
	later = history(
		("policy_changed", berlin(2026, 6, 1), {"targets": [Target("decide", 1, "hours").to_dict()]}),
		(
			"policy_changed",
			berlin(2026, 6, 2),
			{"calendar": {"zone": "Asia/Tokyo", "week": {"6": [["00:00", "01:00"]]}}},
		),
		("paused", berlin(2026, 3, 9, 12)),
		("receipt_corrected", berlin(2026, 6, 3), {"received_at": berlin(2025, 1, 1).isoformat()}),
	)
	now = berlin(2026, 7, 1)
	assert replay(targets, OFFICE, events + _after(events, later), now) == replay(
		targets, OFFICE, events, now
	)


def test_peer_defect_06_raising_the_priority_does_not_fail_what_was_timely():
	targets = [Target("acknowledge", 3, "business days"), Target("decide", 20, "business days")]
	urgent = [Target("acknowledge", 2, "hours"), Target("decide", 5, "business days")]
	events = history(
		("received", berlin(2026, 3, 2, 10)),
		("acknowledged", berlin(2026, 3, 4, 10)),
		(
			"policy_changed",
			berlin(2026, 3, 5, 10),
			{"targets": [t.to_dict() for t in urgent], "reason": "Urgent"},
		),
	)
	now = berlin(2026, 3, 5, 11)
	assert stage("acknowledge", targets, events, now) == stage("acknowledge", targets, events[:2], now)
	assert stage("acknowledge", targets, events, now).state == "Met"
	assert stage("decide", targets, events, now).due_at == berlin(2026, 3, 9, 17), "open ones move"


def test_peer_defect_06_raising_the_priority_makes_nothing_overdue_at_once():
	targets = [Target("decide", 20, "business days")]
	events = history(
		("received", berlin(2026, 3, 2, 10)),
		(
			"policy_changed",
			berlin(2026, 3, 12, 10),
			{"targets": [Target("decide", 2, "business days").to_dict()]},
		),
	)
	found = stage("decide", targets, events, berlin(2026, 3, 12, 10))
	assert (found.state, found.due_at) == ("Running", berlin(2026, 3, 16, 17)), "counted anew from the change"
	assert found.started_at == berlin(2026, 3, 2, 10)


def test_peer_defect_07_editing_a_paused_case_after_its_due_time_does_not_fail_it():
	targets = [Target("decide", 1, "business days", pausable=True)]
	events = history(("received", berlin(2026, 3, 2, 10)), ("paused", berlin(2026, 3, 3, 10)))
	edit = Event("changed", berlin(2026, 3, 20, 10), {"field": "category"}, 3)
	for now in (berlin(2026, 3, 20, 10), berlin(2026, 5, 1)):
		found = stage("decide", targets, [*events, edit], now)
		assert found.state == "Paused"
		assert agenda.duties([found], events, agenda.Rules(), BERLIN, now) == []
	resumed = Event("resumed", berlin(2026, 3, 20, 10), {}, 4)
	assert stage("decide", targets, [*events, edit, resumed], berlin(2026, 3, 20, 11)).state == "Running"


def test_peer_defect_08_moving_between_resolved_states_adds_no_hold():
	targets = [Target("decide", 20, "business days", pausable=True), Target("implement", 5, "business days")]
	events = history(
		("received", berlin(2026, 3, 2, 10)),
		("response_sent", berlin(2026, 3, 4, 10)),
		("state_changed", berlin(2026, 3, 4, 10), {"to": "Response Sent"}),
		("accepted", berlin(2026, 3, 6, 10)),
		("state_changed", berlin(2026, 3, 6, 10), {"to": "Accepted"}),
	)
	found = stage("implement", targets, events, berlin(2026, 3, 9, 10))
	assert found.paused_seconds == 0
	assert found.due_at == Limit(5, "business days").due(berlin(2026, 3, 6, 10), OFFICE)


def test_peer_defect_08_reopening_starts_from_what_was_left():
	targets = [Target("decide", 20, "business hours")]
	events = history(
		("received", berlin(2026, 3, 2, 9)),
		("withdrawn", berlin(2026, 3, 3, 17), {"reason": "changed my mind"}),
		("reopened", berlin(2026, 4, 6, 9), {"round": 1, "to_state": "Acknowledged"}),
	)
	cancelled = stage("decide", targets, events[:2], berlin(2026, 3, 20))
	assert cancelled.state == "Cancelled" and "withdrawn: changed my mind" in cancelled.remark
	found = stage("decide", targets, events, berlin(2026, 4, 6, 9))
	assert found.state == "Running"
	assert OFFICE.elapsed(berlin(2026, 4, 6, 9), found.due_at) == 4 * HOUR, "16 of 20 hours were used"


def test_peer_defect_09_zero_limits_and_empty_calendars_are_errors_at_once():
	for amount in (0, -1, "0.0"):
		with pytest.raises(ValueError, match="above zero"):
			Target("decide", amount, "business hours")
	with pytest.raises(ValueError, match="no working time"):
		WorkCalendar("Europe/Berlin", {0: []})


def test_peer_defect_09_never_a_loop_to_year_9999():
	every_day = [date(2026, 1, 1) + timedelta(days=n) for n in range(5000)]
	calendar = WorkCalendar("Europe/Berlin", {0: [(time(9), time(17))]}, holidays=every_day)
	began = stopwatch.process_time()
	assert calendar.add(FRIDAY_THREE, HOUR).year == 2039
	with pytest.raises(ValueError, match="too long"):
		Limit(10**7, "business hours").due(FRIDAY_THREE, calendar)
	assert stopwatch.process_time() - began < 2


def test_peer_defect_09_holidays_that_end_before_the_due_date_warn():
	calendar = WorkCalendar(
		"Europe/Berlin", {day: [(time(9), time(17))] for day in range(5)}, known_until=date(2026, 3, 31)
	)
	with pytest.warns(CalendarHorizonWarning, match="2026-03-31"):
		due = Limit(20, "business days").due(FRIDAY_THREE, calendar)
	assert due == berlin(2026, 4, 3, 17)
	with warnings.catch_warnings():
		warnings.simplefilter("error")
		Limit(10, "business days").due(FRIDAY_THREE, calendar)


@pytest.mark.parametrize(
	("start", "due"),
	[
		(berlin(2026, 3, 28, 22), berlin(2026, 3, 29, 7)),
		(berlin(2026, 10, 24, 22), berlin(2026, 10, 25, 5)),
	],
)
def test_peer_defect_10_dst_both_ways(start, due):
	"""Eight hours are eight hours: on the wall clock nine where it went forward, seven where it went back."""
	around_the_clock = WorkCalendar.always("Europe/Berlin")
	for unit in ("hours", "business hours"):
		found = stage(
			"decide", [Target("decide", 8, unit)], history(("received", start)), start, around_the_clock
		)
		assert found.due_at == due
		assert found.due_at - start.astimezone(UTC) == 8 * HOUR


def test_peer_defect_10_a_user_in_another_zone_sees_the_same_instant():
	targets = [Target("decide", 3, "business days", pausable=True), Target("acknowledge", 2, "calendar days")]
	zones = [UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
	answers = []
	for zone in zones:
		events = history(
			("received", FRIDAY_THREE.astimezone(zone)),
			("paused", berlin(2026, 3, 9, 10).astimezone(zone)),
			("resumed", berlin(2026, 3, 10, 10).astimezone(zone)),
		)
		answers.append(replay(targets, OFFICE, events, berlin(2026, 3, 11).astimezone(zone)))
	assert all(answer == answers[0] for answer in answers)
	assert answers[0][1].due_at == berlin(2026, 3, 12, 17)


def test_peer_defect_11_bulk_and_single_go_through_the_same_rules():
	targets = [
		Target("acknowledge", 1, "business days"),
		Target("decide", 9, "business hours", pausable=True),
	]
	cases = [
		history(
			("received", FRIDAY_THREE + n * HOUR),
			("acknowledged", FRIDAY_THREE + (n + 3) * HOUR),
			("paused", FRIDAY_THREE + (n + 4) * HOUR),
			("resumed", FRIDAY_THREE + 3 * n * HOUR + 30 * HOUR),
		)
		for n in range(40)
	]
	now = berlin(2026, 3, 16)
	at_once = [replay(targets, OFFICE, events, now) for events in cases]
	one_by_one = [Replay(targets, OFFICE) for _ in cases]
	for number in range(4):
		for case, events in zip(one_by_one, cases, strict=True):
			case.feed(events[number])
			case.milestones(events[number].at)
	assert [case.milestones(now) for case in one_by_one] == at_once


def _after(events, more):
	"""`more` recorded after `events`."""
	return [Event(event.kind, event.at, event.data, event.sequence + len(events)) for event in more]
