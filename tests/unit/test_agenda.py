"""What the passing of time asks to be done: every duty once, none forgotten, whenever the sweep comes by."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import agenda, clocks, reportability
from cms_iso10002.core.agenda import Rules
from cms_iso10002.core.business_time import UTC, to_micros
from cms_iso10002.core.clocks import Event, Milestone, Target, replay
from tests.unit.oracles import examples
from tests.unit.test_clocks import BERLIN, GENERIC, HOUR, OFFICE, at, history, wild_histories

RULES = Rules(reminder_days=(7, 12), answer_within_days=14, no_reply_closing=True)
RECEIVED = ("received", at(2))


def owed(events, now, rules=RULES, targets=GENERIC):
	return agenda.duties(replay(targets, OFFICE, events, now), events, rules, BERLIN, now)


def due(events, now, rules=RULES, targets=GENERIC):
	return [duty for duty in owed(events, now, rules, targets) if agenda.is_due(duty, now)]


def look(events, now, **more):
	return agenda.next_action_at(owed(events, now, **more))


def done(duty, now, sequence):
	"""The event by which the sweep says that it did `duty`."""
	if duty.milestone:
		kind = {agenda.WARN: "warned", agenda.OVERDUE: "overdue"}[duty.kind]
		return Event(kind, now, agenda.milestone_id(duty.milestone), sequence)
	return Event(agenda.TRIED, now, {"key": duty.key}, sequence)


def moved(state, moment, sequence):
	return Event("state_changed", moment, {"to": state}, sequence)


# milestones


HOURS = [
	Target("acknowledge", 8, "hours", warn_percent=()),
	Target("decide", 8, "hours", warn_percent=(50, 75)),
]


def test_the_next_look_is_at_a_warning_or_a_due_time():
	events = history(RECEIVED)
	assert look([], at(2)) is None
	assert look(events, at(2, 10), targets=HOURS) == at(2, 14)
	assert [d.kind for d in due(events, at(2, 14), targets=HOURS)] == [agenda.WARN]


def test_of_several_warnings_missed_only_the_last_is_owed_and_none_once_it_is_overdue():
	events = history(RECEIVED)
	(warning,) = due(events, at(2, 17), targets=HOURS)
	assert (warning.kind, warning.at) == (agenda.WARN, at(2, 16))
	assert {d.kind for d in due(events, at(2, 19), targets=HOURS)} == {agenda.OVERDUE}


def test_at_its_due_time_nothing_is_missed_yet():
	events = [*history(RECEIVED), Event("warned", at(2, 17), _id("decide"), 9)]
	assert due(events, at(2, 18), targets=HOURS) == []
	assert look(events, at(2, 18), targets=HOURS) == at(2, 18)
	assert len(due(events, at(2, 18.001), targets=HOURS)) == 2


def _id(stage):
	return {"stage": stage, "round": 1, "occurrence": 1, "reference": ""}


def test_a_due_time_moved_later_is_warned_of_and_missed_anew():
	extended = ("extended", at(2, 15), {"stage": "decide", "new_due": at(3, 18).isoformat()})
	events = [*history(RECEIVED, extended), Event("warned", at(2, 14), _id("decide"), 9)]
	kinds = [(d.kind, d.at) for d in owed(events, at(2, 15), targets=HOURS[1:])]
	assert kinds[0][0] == agenda.WARN and kinds[0][1] > at(2, 15)


def test_paused_met_and_ended_milestones_ask_for_nothing():
	moments = {"due_at": at(5), "warn_times": (at(4),)}
	for milestone in (
		Milestone("decide", **moments, state="Met"),
		Milestone("decide", **moments, state="Paused"),
		Milestone("decide", **moments, state="Overdue", ended_at=at(6)),
		Milestone("decide", **moments, state="Cancelled", ended_at=at(3)),
	):
		assert agenda.duties([milestone], [], RULES, UTC, at(9)) == []


# waiting for the complainant


def test_reminders_then_the_end_of_waiting():
	asked = Event("paused", at(2, 15), {"until": "2026-03-16"}, 2)
	events = [*history(RECEIVED), asked, moved("Awaiting Complainant", at(2, 15), 3)]
	kinds = [(d.kind, d.at) for d in owed(events, at(2, 15), targets=[])]
	assert kinds == [
		(agenda.REMIND, at(9, 15)),
		(agenda.REMIND, at(14, 15)),
		(agenda.RESUME, at(17, 0)),
	]
	assert owed([*events, moved("Assessed", at(5), 4)], at(5), targets=[]) == []


def test_no_reminder_on_the_last_day_and_none_without_days():
	asked = Event("paused", at(2, 15), {"until": "2026-03-09"}, 2)
	events = [*history(RECEIVED), asked, moved("Awaiting Complainant", at(2, 15), 3)]
	assert [d.kind for d in owed(events, at(3), targets=[])] == [agenda.RESUME]
	assert (
		owed([*events[:1], Event("paused", at(2), {}, 2), events[2]], at(3), rules=Rules(), targets=[]) == []
	)


def test_a_question_that_bounced_is_waited_for_no_longer():
	asked = Event("paused", at(2, 15), {"until": "2026-03-16", "letter": "L"}, 2)
	events = [*history(RECEIVED), asked, moved("Awaiting Complainant", at(2, 15), 3)]
	events.append(Event("delivery_failed", at(3), {"letter": "L"}, 4))
	assert owed(events, at(4), targets=[]) == []


def sent(until="2026-04-30"):
	told = Event("response_sent", at(2, 15), {"recourse_until": until, "letter": "L"}, 2)
	return [*history(RECEIVED), told, moved("Response Sent", at(2, 15), 3)]


def test_no_reply_asks_for_nothing_unless_settings_close_for_it():
	assert owed(sent(), at(3), rules=Rules((7,), 14, False), targets=[]) == []
	kinds = [d.kind for d in owed(sent(), at(3), targets=[])]
	assert kinds == [agenda.REMIND_OF_DECISION] * 2 + [agenda.CLOSE_UNANSWERED]


def test_recourse_expires_after_its_last_day_unless_a_dispute_is_open():
	rejected = [*sent("2026-03-20"), moved("Rejected", at(4), 4)]
	((kind, moment),) = [(d.kind, d.at) for d in owed(rejected, at(5), targets=[])]
	assert (kind, moment) == (agenda.CLOSE_EXPIRED, at(21, 0))
	opened = Event("external_dispute_opened", at(6), {"reference": "D"}, 5)
	closed = Event("external_dispute_closed", at(40), {"reference": "D"}, 6)
	assert owed([*rejected, opened], at(7), targets=[]) == []
	assert [d.kind for d in due([*rejected, opened, closed], at(41), targets=[])] == [agenda.CLOSE_EXPIRED]


def test_what_was_tried_is_not_tried_again():
	rejected = [*sent("2026-03-20"), moved("Rejected", at(4), 4)]
	(duty,) = due(rejected, at(30), targets=[])
	assert due([*rejected, done(duty, at(30), 5)], at(30), targets=[]) == []


@pytest.mark.parametrize("state", ["Closed", "Withdrawn", "Out of Scope", "Duplicate"])
def test_a_closed_case_asks_for_nothing(state):
	events = [*sent(), moved(state, at(5), 4), Event("closed", at(5), {}, 5)]
	assert owed(events, at(90)) == []


def test_days_end_in_the_organisations_zone():
	rejected = [*sent("2026-03-28"), moved("Rejected", at(4), 4)]
	for zone, hours in (("Europe/Berlin", 23), ("America/New_York", 28), ("UTC", 24)):
		found = agenda.duties([], rejected, RULES, ZoneInfo(zone), at(5))
		assert found[0].at.timestamp() == at(28, 1).timestamp() + (hours) * 3600


# settings and back-off


def test_settings_are_read_as_people_write_them():
	rules = Rules.from_settings({"reminder_days": " 12; 7,x,0,7", "answer_within_days": "14"})
	assert rules == Rules((7, 12), 14, False)
	assert Rules.from_settings({}) == Rules()


def test_back_off_doubles_up_to_a_day():
	minutes = [agenda.back_off(attempts) // timedelta(minutes=1) for attempts in (0, 1, 2, 3, 9, 99)]
	assert minutes == [5, 5, 10, 20, 1280, 1440]


# laws


@examples(80)
@given(wild_histories(), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_whenever_the_sweep_comes_by_each_duty_is_done_once_and_none_forgotten(events, hours):
	now, told = max(event.at for event in events), Counter()
	for gap in hours:
		now += gap * HOUR
		for duty in due(events, now):
			events = [*events, done(duty, now, len(events) + 1)]
			told[duty.kind, duty.key] += 1
		assert due(events, now) == [], "what was done is not owed any more"
		action = look(events, now)
		assert action is None or action >= now, "and the next look lies ahead"
		for milestone in replay(GENERIC, OFFICE, events, now):
			if milestone.state == clocks.OVERDUE and not milestone.ended_at:
				assert any(
					event.kind == "overdue" and event.data == agenda.milestone_id(milestone)
					for event in events
				)
	assert set(told.values()) <= {1}


@examples(60)
@given(wild_histories(), st.integers(0, 90 * 24))
def test_looked_at_only_when_it_asks_to_be_a_case_is_never_overdue_by_surprise(events, hours):
	now = max(event.at for event in events) + hours * HOUR
	for duty in due(events, now):
		events = [*events, done(duty, now, len(events) + 1)]
	quiet_until = look(events, now) or now + timedelta(days=400)
	before, after = (replay(GENERIC, OFFICE, events, moment) for moment in (now, quiet_until))
	for old, new in zip(before, after, strict=True):
		if old.state == clocks.RUNNING:
			assert new.state == clocks.RUNNING
			assert not [moment for moment in new.warn_times if now < moment < quiet_until]


# whether it must be reported ------------------------------------------------------------------------------


START = at(2)


def _reporting(*kinds_and_data):
	return [
		clocks.Event(getattr(reportability, kind), START + timedelta(hours=hours), data, number)
		for number, (kind, hours, data) in enumerate(kinds_and_data, 1)
	]


def _owed(events):
	found = agenda.duties([], events, agenda.Rules(), ZoneInfo("Europe/Berlin"), START)
	return [(duty.kind, (duty.at - START) / timedelta(hours=1)) for duty in found]


def _due(hours):
	return to_micros(START + timedelta(hours=hours))


def test_a_question_is_reminded_of_after_three_quarters_of_its_time_and_missed_after_all_of_it():
	events = _reporting(("OPENED", 0, {"record": "R1", "due": _due(24)}))
	assert _owed(events) == [(agenda.WARN_REPORT, 18), (agenda.MISS_REPORT, 24)]


def test_a_decision_starts_the_clock_of_the_report_or_ends_it():
	opened = ("OPENED", 0, {"record": "R1", "due": _due(24)})
	decided = ("DECIDED", 4, {"record": "R1", "reportable": True, "due": _due(44)})
	assert _owed(_reporting(opened, decided)) == [(agenda.WARN_REPORT, 34), (agenda.MISS_REPORT, 44)]
	assert _owed(_reporting(opened, ("DECIDED", 4, {"record": "R1", "reportable": False, "due": 0}))) == []
	assert _owed(_reporting(opened, decided, ("DONE", 5, {"record": "R1"}))) == []


def test_each_record_has_a_clock_of_its_own_and_what_was_done_is_not_owed():
	events = _reporting(
		("OPENED", 0, {"record": "R1", "due": _due(24)}), ("OPENED", 1, {"record": "R2", "due": _due(25)})
	)
	assert len(_owed(events)) == 4
	first = agenda.duties([], events, agenda.Rules(), ZoneInfo("Europe/Berlin"), START)[0]
	events.append(clocks.Event(agenda.TRIED, START, {"key": first.key}, 9))
	assert _owed(events) == [(agenda.WARN_REPORT, 19), (agenda.MISS_REPORT, 24), (agenda.MISS_REPORT, 25)]
