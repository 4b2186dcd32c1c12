"""The replay: what each event does, laws that hold for every history, and random histories lived through.

Worked cases are on a calendar of Monday to Friday, 09:00 to 17:00 in Berlin; Monday is 2 March 2026.
"""

import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import UTC, Limit, WorkCalendar
from cms_iso10002.core.clocks import (
	Event,
	Replay,
	Target,
	calendar_from_dict,
	calendar_to_dict,
	is_overdue,
	replay,
	validate_targets,
)
from tests.unit.oracles import TICK, MinuteCalendar, Simulation, calendars, examples, instants, told

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
WEEK = {day: [(time(9), time(17))] for day in range(5)}
OFFICE = WorkCalendar("Europe/Berlin", WEEK)
GENERIC = [
	Target("acknowledge", 1, "business days"),
	Target("contain", 1, "business days"),
	Target("assess", 2, "business days"),
	Target("investigate", 10, "business days"),
	Target("update", 10, "business days", repeats=True),
	Target("decide", 20, "business days"),
	Target("implement", 10, "business days"),
	Target("review", 20, "business days"),
	Target("external", 5, "business days"),
]


def at(day: int, hour: float = 10) -> datetime:
	"""An hour of a day in March 2026 (days beyond 31 are in April and later)."""
	return datetime(2026, 3, 1, tzinfo=BERLIN) + timedelta(days=day - 1, hours=hour)


def history(*events) -> list[Event]:
	"""Events from (kind, at) or (kind, at, data), in the order of recording."""
	return [Event(kind, moment, *data, sequence=n) for n, (kind, moment, *data) in enumerate(events, 1)]


def milestones(events, now, targets=GENERIC, calendar=OFFICE) -> dict:
	"""Milestones by stage; (stage, round) from the second round on, (stage, round, occurrence) from the second."""
	found = {}
	for m in replay(targets, calendar, events, now):
		key = m.stage if m.round == 1 else (m.stage, m.round)
		found[key if m.occurrence == 1 else (m.stage, m.round, m.occurrence)] = m
	return found


def states(events, now, targets=GENERIC, calendar=OFFICE) -> dict:
	return {key: m.state for key, m in milestones(events, now, targets, calendar).items()}


def dues(*days: int) -> list[datetime]:
	return [at(day, 17) for day in days]


RECEIVED = ("received", at(2))
ANSWERED = (
	RECEIVED,
	("acknowledged", at(2, 12)),
	("immediate_action_not_needed", at(3)),
	("assessed", at(3)),
	("investigated", at(6), {"waived": False}),
	("decided", at(9)),
	("response_sent", at(10), {"letter": "L-DEC"}),
)


# The plain way


def test_receipt_starts_what_is_owed_from_then_on():
	assert states(history(RECEIVED), at(2)) == {
		"acknowledge": "Running",
		"contain": "Running",
		"assess": "Running",
		"investigate": "Waiting",
		"update": "Running",
		"decide": "Running",
		"implement": "Waiting",
	}


def test_the_plain_way_meets_every_stage():
	done = history(*ANSWERED, ("accepted", at(11)), ("implemented", at(13)), ("closed", at(14)))
	assert states(done, at(200)) == {
		"acknowledge": "Met",
		"contain": "Cancelled",
		"assess": "Met",
		"investigate": "Met",
		"update": "Met",
		("update", 1, 2): "Met",
		"decide": "Met",
		"implement": "Met",
	}


def test_milestones_come_in_the_order_of_the_stages():
	found = replay(GENERIC[::-1], OFFICE, history(*ANSWERED), at(12))
	assert [m.stage for m in found] == sorted((m.stage for m in found), key=clocks.STAGES.index)


def test_nothing_happened_yet_so_everything_waits():
	assert set(states([], at(2)).values()) == {"Waiting"}


def test_a_decision_counts_when_it_is_sent():
	assert states(history(*ANSWERED[:-1]), at(9, 12))["decide"] == "Running"


def test_met_at_the_due_time_is_in_time_and_after_it_late():
	due = at(3, 17)
	for moment, state in ((due, "Met"), (due + timedelta(microseconds=1), "Met Late")):
		assert states(history(RECEIVED, ("acknowledged", moment)), moment)["acknowledge"] == state
	assert states(history(RECEIVED), due)["acknowledge"] == "Running"
	assert states(history(RECEIVED), due + timedelta(microseconds=1))["acknowledge"] == "Overdue"


def test_an_acknowledgement_recorded_later_counts_when_it_was_spoken():
	events = history(RECEIVED, ("acknowledged", at(2, 11), {"recorded_utc": 1_772_900_000_000_000}))
	assert milestones(events, at(30))["acknowledge"].met_at == at(2, 11)
	assert states(events, at(30))["acknowledge"] == "Met"


def test_a_time_mistyped_before_the_receipt_meets_all_the_same():
	assert states(history(RECEIVED, ("acknowledged", at(2, 9))), at(2))["acknowledge"] == "Met"


def test_events_are_replayed_in_the_order_of_recording():
	events = history(*ANSWERED)
	assert replay(GENERIC, OFFICE, events[::-1], at(12)) == replay(GENERIC, OFFICE, events, at(12))


def test_a_complaint_is_received_once_and_agreed_to_once_a_round():
	once = history(*ANSWERED, ("accepted", at(11)))
	twice = [*once, Event("received", at(12), {}, 9), Event("accepted", at(12), {}, 10)]
	assert replay(GENERIC, OFFICE, twice, at(13)) == replay(GENERIC, OFFICE, once, at(13))
	assert milestones(history(RECEIVED, ("received", at(3))), at(3))["decide"].started_at == at(2)


def test_a_receipt_can_be_corrected_only_after_it():
	events = history(("receipt_corrected", at(1), {"received_at": at(1).isoformat()}), RECEIVED)
	assert milestones(events, at(2))["decide"].started_at == at(2)


def test_other_kinds_of_events_change_nothing():
	events = history(*ANSWERED)
	more = [
		*events,
		Event("state_changed", at(10), {"to": "Response Sent"}, 8),
		Event("viewed", at(11), {}, 9),
	]
	assert replay(GENERIC, OFFICE, more, at(12)) == replay(GENERIC, OFFICE, events, at(12))


def test_without_a_calendar_every_hour_counts():
	(found,) = replay([Target("decide", 8, "business hours")], None, history(RECEIVED), at(2))
	assert found.due_at == at(2, 18)


def test_naive_instants_are_refused():
	with pytest.raises(ValueError, match="time zone"):
		Event("received", datetime(2026, 3, 2))
	with pytest.raises(ValueError, match="time zone"):
		replay(GENERIC, OFFICE, [], datetime(2026, 3, 2))


# Starts


def test_a_stage_starts_at_the_earlier_of_done_and_due():
	in_time = milestones(history(RECEIVED, ("assessed", at(3))), at(5))
	assert in_time["investigate"].started_at == at(3)
	late = history(RECEIVED, ("assessed", at(9)))
	assert milestones(late, at(9))["investigate"].started_at == at(4, 17)
	not_yet = milestones(history(RECEIVED), at(5))
	assert (not_yet["investigate"].state, not_yet["investigate"].started_at) == ("Running", at(4, 17))
	assert milestones(history(RECEIVED), at(4, 17))["investigate"].state == "Waiting"


def test_without_a_target_for_the_first_stage_the_second_starts_when_it_is_done():
	targets = [Target("investigate", 10, "business days")]
	assert states(history(RECEIVED), at(90), targets) == {"investigate": "Waiting"}
	assert milestones(history(RECEIVED, ("assessed", at(9))), at(9), targets)["investigate"].started_at == at(
		9
	)


@pytest.mark.parametrize("name", ["acknowledge", "acknowledged"])
def test_the_decision_may_count_from_the_acknowledgement(name):
	"""As the Housing Ombudsman's first stage does: ten working days from the acknowledgement."""
	targets = [
		Target("acknowledge", 5, "business days"),
		Target("decide", 10, "business days", starts_at=name),
	]
	found = milestones(history(RECEIVED, ("acknowledged", at(4))), at(5), targets)
	assert (found["decide"].started_at, found["decide"].due_at) == (at(4), at(18, 17))
	late = milestones(history(RECEIVED, ("acknowledged", at(30))), at(30), targets)
	assert late["decide"].started_at == at(9, 17)


def test_and_the_review_from_the_acknowledgement_of_its_own_round():
	targets = [
		Target("acknowledge", 5, "business days"),
		Target("review", 20, "business days", starts_at="acknowledge"),
	]
	events = history(*ANSWERED, ("review_requested", at(16), {"round": 2}))
	assert states(events, at(16), targets)["review", 2] == "Waiting"
	events += [Event("acknowledged", at(18), {}, 9)]
	assert milestones(events, at(18), targets)["review", 2].started_at == at(18)


def test_what_is_done_before_its_clock_started_is_met():
	found = milestones(history(RECEIVED, ("investigated", at(2, 11))), at(2, 12))["investigate"]
	assert (found.state, found.started_at, found.due_at, found.met_at) == ("Met", None, None, at(2, 11))


def test_implementing_counts_from_the_decision_but_only_once_it_is_accepted():
	targets = [
		Target("decide", 20, "business days"),
		Target("implement", 28, "calendar days", starts_at="decide"),
	]
	assert states(history(*ANSWERED), at(90), targets)["implement"] == "Waiting"
	found = milestones(history(*ANSWERED, ("accepted", at(20))), at(20), targets)["implement"]
	assert (found.started_at, found.due_at) == (at(10), datetime(2026, 4, 7, 23, 59, 59, tzinfo=BERLIN))


def test_in_a_review_round_the_outcome_of_the_review_is_the_decision():
	targets = [Target("implement", 28, "calendar days", starts_at="decide")]
	events = history(*ANSWERED, ("review_requested", at(11)), ("response_sent", at(18)), ("accepted", at(20)))
	assert milestones(events, at(20), targets)["implement", 2].started_at == at(18)


def test_received_is_in_a_later_round_when_that_round_began():
	targets = [Target("implement", 28, "calendar days", starts_at="received")]
	events = history(*ANSWERED, ("review_requested", at(11)), ("accepted", at(20)))
	assert milestones(events, at(20), targets)["implement", 2].started_at == at(11)


def test_targets_in_a_circle_start_by_themselves_rather_than_never():
	targets = [
		Target("acknowledge", 1, "hours", starts_at="decide"),
		Target("decide", 1, "hours", starts_at="acknowledge"),
	]
	assert states(history(RECEIVED), at(2), targets) == {"acknowledge": "Running", "decide": "Running"}


def test_a_corrected_receipt_moves_what_is_open_and_nothing_that_is_met():
	events = history(
		RECEIVED,
		("acknowledged", at(3)),
		("receipt_corrected", at(4), {"received_at": "2026-02-26T09:00:00Z"}),
	)
	before, after = milestones(events[:2], at(4)), milestones(events, at(4))
	assert after["acknowledge"] == before["acknowledge"]
	assert after["decide"].started_at == datetime(2026, 2, 26, 9, tzinfo=UTC)
	assert after["decide"].due_at == at(26, 17)
	assert after["update", 1, 2] == before["update", 1, 2], "it counts from the letter"
	micros = (datetime(2026, 2, 26, 9, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
		microseconds=1
	)
	same = [*events[:2], Event("receipt_corrected", at(4), {"received_at": micros}, 3)]
	assert milestones(same, at(4)) == after


# Updates


def test_every_letter_restarts_the_update_clock_until_the_decision_is_sent():
	events = history(
		RECEIVED,
		("acknowledged", at(3)),
		("letter_sent", at(5), {"letter": "L-1", "kind": "Extension Notice"}),
		("question_sent", at(6), {"letter": "L-2"}),
		("update_sent", at(30), {"letter": "L-3"}),
		("response_sent", at(31), {"letter": "L-4"}),
		("update_sent", at(32), {"letter": "L-5"}),
	)
	found = [m for m in replay(GENERIC, OFFICE, events, at(40)) if m.stage == "update"]
	assert [(m.occurrence, m.started_at.day, m.state) for m in found] == [
		(1, 2, "Met"),
		(2, 3, "Met"),
		(3, 5, "Met"),
		(4, 6, "Met Late"),
		(5, 30, "Met"),
	]


def test_an_update_that_does_not_repeat_is_owed_once():
	targets = [Target("update", 10, "business days")]
	assert list(states(history(RECEIVED, ("acknowledged", at(3))), at(90), targets)) == ["update"]


def test_a_letter_recorded_after_a_later_one_changes_nothing():
	events = history(RECEIVED, ("update_sent", at(6)), ("update_sent", at(4)))
	assert replay(GENERIC, OFFICE, events, at(7)) == replay(GENERIC, OFFICE, events[:2], at(7))


def test_where_nobody_can_be_reached_nobody_is_late_in_telling():
	events = history(RECEIVED, ("letter_not_possible", at(2, 11), {"kind": "Acknowledgement"}))
	found = milestones(events, at(90))
	assert found["acknowledge"].state == found["update"].state == "Cancelled"
	assert found["acknowledge"].remark == clocks.NO_CONTACT
	found = milestones([*events, Event("letter_sent", at(5), {"letter": "L-1"}, 3)], at(6))
	assert found["update", 1, 2].started_at == at(5), "an address turned up"
	closed = [*events, Event("closed", at(4), {}, 3), Event("letter_sent", at(5), {"letter": "L-1"}, 4)]
	assert ("update", 1, 2) not in milestones(closed, at(6))


def test_a_decision_recorded_after_a_later_letter_ends_the_updates():
	events = history(RECEIVED, ("update_sent", at(6)), ("response_sent", at(4)))
	found = milestones(events, at(7))["update", 1, 2]
	assert (found.state, found.remark) == ("Cancelled", clocks.DECISION_SENT)


# Holding responses and failed deliveries


@pytest.mark.parametrize(
	("kind", "data"), [("holding_response_sent", {}), ("response_sent", {"holding": True})]
)
def test_a_holding_response_meets_the_decision_and_says_so(kind, data):
	events = history(RECEIVED, (kind, at(20), {"letter": "L-1", **data}))
	found = milestones(events, at(20))
	assert (found["decide"].state, found["decide"].remark) == ("Met", clocks.HOLDING)
	assert found["update", 1, 2].state == "Running", "the decision itself is still owed"


def test_a_decision_letter_that_bounced_was_never_sent():
	events = history(*ANSWERED, ("delivery_failed", at(12), {"letter": "L-DEC"}))
	assert replay(GENERIC, OFFICE, events, at(12)) == replay(GENERIC, OFFICE, events[:6], at(12))
	assert states(events, at(60))["decide"] == "Overdue"


def test_the_same_letter_sent_again_counts():
	events = history(
		*ANSWERED,
		("delivery_failed", at(12), {"letter": "L-DEC"}),
		("response_sent", at(13), {"letter": "L-DEC"}),
	)
	assert milestones(events, at(13))["decide"].met_at == at(13)


def test_an_extension_told_by_a_letter_that_bounced_was_not_told():
	events = history(
		RECEIVED,
		("extended", at(10), {"stage": "decide", "new_due": at(60, 17).isoformat(), "letter": "L-X"}),
		("letter_sent", at(10), {"letter": "L-X", "kind": "Extension Notice"}),
	)
	assert milestones(events, at(11))["decide"].due_at == at(60, 17)
	failed = [*events, Event("delivery_failed", at(12), {"letter": "L-X"}, 4)]
	assert milestones(failed, at(12))["decide"].due_at == at(30, 17)


# Pauses


def pausable(stage="decide", amount=5, unit="business days") -> list[Target]:
	return [Target(stage, amount, unit, pausable=True)]


def test_only_pausable_targets_pause_and_acknowledge_and_update_never():
	targets = [
		Target("acknowledge", 1, "business days", pausable=True),
		Target("update", 1, "business days", pausable=True, repeats=True),
		Target("assess", 2, "business days"),
		Target("decide", 5, "business days", pausable=True),
	]
	assert states(history(RECEIVED, ("paused", at(2, 11))), at(2, 12), targets) == {
		"acknowledge": "Running",
		"assess": "Running",
		"update": "Running",
		"decide": "Paused",
	}


@pytest.mark.parametrize(
	("unit", "amount", "before", "after"),
	[
		("business hours", 8, at(3, 10), at(4, 16)),
		("business days", 5, at(9, 17), at(11, 15)),
		("hours", 48, at(4, 10), at(5, 16)),
		(
			"calendar days",
			5,
			at(7, 23) + timedelta(minutes=59, seconds=59),
			at(9, 5) + timedelta(minutes=59, seconds=59),
		),
	],
)
def test_a_pause_moves_each_limit_by_what_it_counts(unit, amount, before, after):
	"""Paused for a day and six hours, of which fourteen were working time."""
	events = history(RECEIVED, ("paused", at(2, 11)), ("resumed", at(3, 17)))
	targets = pausable(amount=amount, unit=unit)
	assert milestones(events[:1], at(2), targets)["decide"].due_at == before
	assert milestones(events, at(3, 17), targets)["decide"].due_at == after


def test_a_pause_after_the_due_time_excuses_nothing():
	events = history(RECEIVED, ("paused", at(10)), ("resumed", at(20)))
	for now in (at(10), at(15), at(20), at(21)):
		found = milestones(events, now, pausable())["decide"]
		assert (found.state, found.due_at, found.paused_seconds) == ("Overdue", at(9, 17), 0)


def test_what_is_done_during_a_pause_is_not_late():
	events = history(RECEIVED, ("paused", at(9)), ("response_sent", at(40)), ("resumed", at(41)))
	found = milestones(events, at(50), pausable())["decide"]
	assert found.state == "Met" and found.met_at <= found.due_at


def test_a_pause_takes_hold_at_its_first_instant_and_lets_go_at_its_last():
	events = history(RECEIVED, ("paused", at(3)), ("resumed", at(4)))
	assert states(events[:2], at(3), pausable())["decide"] == "Paused"
	assert states(events, at(4), pausable())["decide"] == "Running"


def test_a_second_pause_in_a_pause_and_a_lonely_resume_do_nothing():
	plain = history(RECEIVED, ("paused", at(2, 11)), ("resumed", at(3, 11)))
	odd = history(
		RECEIVED,
		("resumed", at(2, 10)),
		("paused", at(2, 11)),
		("paused", at(2, 15)),
		("resumed", at(3, 11)),
		("resumed", at(3, 15)),
	)
	assert milestones(odd, at(4), pausable()) == milestones(plain, at(4), pausable())


def test_a_dispute_outside_pauses_the_stages_it_names_and_no_others():
	events = history(
		RECEIVED,
		("external_dispute_opened", at(3), {"reference": "D-1", "pauses": ["decide", "acknowledge"]}),
	)
	found = states(events, at(3, 12))
	assert (found["decide"], found["acknowledge"], found["assess"]) == ("Paused", "Paused", "Running")
	over = [*events, Event("external_dispute_closed", at(5), {"reference": "D-1"}, 3)]
	assert milestones(over, at(5))["decide"].due_at == OFFICE.add(at(30, 17), 16 * HOUR)
	other = [*events, Event("external_dispute_closed", at(5), {"reference": "D-2"}, 3)]
	assert states(other, at(5))["decide"] == "Paused"


def test_pauses_that_overlap_count_once():
	events = history(
		RECEIVED,
		("paused", at(3)),
		("external_dispute_opened", at(4), {"reference": "D-1", "pauses": ["decide"]}),
		("resumed", at(5)),
		("external_dispute_closed", at(6), {"reference": "D-1"}),
	)
	assert milestones(events, at(9), pausable(amount=20))["decide"].paused_seconds == 24 * 3600


def test_a_pause_inside_a_longer_one_counts_once():
	events = history(
		RECEIVED,
		("external_dispute_opened", at(3), {"reference": "D-1", "pauses": ["decide"]}),
		("paused", at(4)),
		("resumed", at(5)),
		("external_dispute_closed", at(6), {"reference": "D-1"}),
	)
	assert milestones(events, at(9), pausable(amount=20))["decide"].paused_seconds == 24 * 3600


# Rounds


def test_a_review_is_a_round_with_an_acknowledgement_and_an_outcome_of_its_own():
	events = history(*ANSWERED, ("review_requested", at(16), {"round": 2}))
	found = milestones(events, at(16))
	assert {key: m.state for key, m in found.items() if key[1:] == (2,)} == {
		("acknowledge", 2): "Running",
		("review", 2): "Running",
		("implement", 2): "Waiting",
	}
	assert found["review", 2].due_at == datetime(2026, 4, 13, 17, tzinfo=BERLIN)
	events += [Event("acknowledged", at(17), {}, 9), Event("response_sent", at(25), {"letter": "L-REV"}, 10)]
	found = states(events, at(26))
	assert (found["acknowledge", 2], found["review", 2]) == ("Met", "Met")
	assert found["decide"] == "Met"


@pytest.mark.parametrize("kind", ["response_sent", "holding_response_sent"])
def test_the_answer_to_a_review_meets_its_acknowledgement_too(kind):
	events = history(
		*ANSWERED, ("review_requested", at(16), {"round": 2}), (kind, at(17), {"letter": "L-REV"})
	)
	found = milestones(events, at(18))["acknowledge", 2]
	assert (found.state, found.met_at, found.remark) == ("Met", at(17), "met by the answer to the review")
	bounced = [*events, Event("delivery_failed", at(17, 12), {"letter": "L-REV"}, len(events) + 1)]
	assert states(bounced, at(17, 12))["acknowledge", 2] == "Running"


def test_and_late_where_that_came_too_late_for_it():
	events = history(*ANSWERED, ("review_requested", at(11), {"round": 2}), ("response_sent", at(30), {}))
	assert states(events, at(30))["acknowledge", 2] == "Met Late"


def test_an_answer_of_the_first_round_leaves_its_acknowledgement_open():
	assert states(history(RECEIVED, ("response_sent", at(3), {})), at(3))["acknowledge"] == "Running"


def test_what_was_said_in_the_first_round_does_not_meet_the_second():
	events = history(RECEIVED, ("review_requested", at(16), {"round": 2}), ("acknowledged", at(3)))
	found = states(events, at(16))
	assert (found["acknowledge"], found["acknowledge", 2]) == ("Met", "Running")


@pytest.mark.parametrize(
	("reason", "stages"), [("revised offer", {"decide"}), ("new evidence", {"investigate", "decide"})]
)
def test_a_new_round_runs_what_it_is_about(reason, stages):
	events = history(*ANSWERED, ("round_started", at(16), {"round": 2, "reason": reason}))
	found = milestones(events, at(16))
	second = {key[0]: m for key, m in found.items() if key[1:] == (2,) and m.state != "Waiting"}
	assert set(second) == stages
	assert all(m.started_at == at(16) and m.state == "Running" for m in second.values())
	assert found["decide"].state == "Met"


def test_implementing_belongs_to_the_round_in_which_it_was_agreed():
	rounds = (*ANSWERED, ("round_started", at(16), {"round": 2, "reason": "revised offer"}))
	assert "implement" not in states(history(*rounds), at(16))
	done = (*rounds, ("response_sent", at(17)), ("accepted", at(18)))
	assert milestones(history(*done), at(18))["implement", 2].started_at == at(18)


def test_what_was_agreed_in_part_is_carried_out_beside_the_next_round():
	events = history(
		*ANSWERED,
		("accepted", at(11), {"partial": True}),
		("round_started", at(12), {"round": 2, "reason": "revised offer"}),
		("response_sent", at(13)),
		("accepted", at(14)),
		("implemented", at(16)),
	)
	found = milestones(events, at(17))
	assert (found["implement"].met_at, found["implement", 2].met_at) == (at(16), at(16))
	assert (found["implement"].started_at, found["implement", 2].started_at) == (at(11), at(14))


# Outside bodies


def test_each_request_of_an_outside_body_has_its_own_clock():
	events = history(
		RECEIVED,
		("external_request", at(3), {"reference": "D-1/a"}),
		("external_request", at(4), {"reference": "D-1/b", "due_at": "2026-03-20T16:00:00+01:00"}),
		("external_request", at(5), {"reference": "D-1/b"}),
		("external_answered", at(5), {"reference": "D-1/a"}),
		("external_answered", at(5), {"reference": "D-1/x"}),
	)
	first, second = (m for m in replay(GENERIC, OFFICE, events, at(6)) if m.stage == "external")
	assert (first.reference, first.occurrence, first.state, first.due_at) == ("D-1/a", 1, "Met", at(10, 17))
	assert (second.reference, second.occurrence, second.state, second.due_at) == (
		"D-1/b",
		2,
		"Running",
		at(20, 16),
	)


def test_a_due_time_set_by_an_outside_body_needs_no_target():
	events = history(
		RECEIVED, ("external_request", at(4), {"reference": "b", "due_at": at(20, 16).isoformat()})
	)
	(found,) = replay([], None, events, at(21))
	assert (found.state, found.due_at, found.warn_times) == ("Overdue", at(20, 16), (found.warn_at,))
	without = history(RECEIVED, ("external_request", at(4), {"reference": "b"}))
	assert replay([], None, without, at(21)) == []


# Extensions


def extension(moment, due, **data):
	return ("extended", moment, {"stage": "decide", "new_due": due.isoformat(), **data})


def test_an_extension_in_time_moves_the_due_time_and_the_warning():
	events = history(RECEIVED, extension(at(20), at(44, 17)))
	before, after = milestones(events[:1], at(20))["decide"], milestones(events, at(20))["decide"]
	assert (before.due_at, after.due_at) == (at(30, 17), at(44, 17))
	assert after.warn_at > before.warn_at


def test_an_extension_never_shortens():
	assert milestones(history(RECEIVED, extension(at(4), at(5, 17))), at(4))["decide"].due_at == at(30, 17)


@pytest.mark.parametrize(
	"late",
	[extension(at(31), at(60, 17)), extension(at(20), at(60, 17), recorded_utc="2026-03-31T10:00:00Z")],
)
def test_an_extension_recorded_after_the_due_time_undoes_no_breach(late):
	found = milestones(history(RECEIVED, late), at(31, 12))["decide"]
	assert (found.state, found.due_at, found.remark) == ("Overdue", at(30, 17), clocks.LATE_EXTENSION)
	answered = milestones([*history(RECEIVED, late), Event("response_sent", at(32), {}, 3)], at(32))["decide"]
	assert (answered.state, answered.remark) == ("Met Late", clocks.LATE_EXTENSION)


def test_an_extension_is_for_the_round_it_names_or_the_latest():
	events = history(
		*ANSWERED[:-1],
		("round_started", at(10), {"round": 2, "reason": "revised offer"}),
	)
	for data, moved in (({}, 2), ({"round": 1}, 1), ({"round": 2, "occurrence": 1}, 2)):
		kind, moment, said = extension(at(11), at(90, 17), **data)
		found = milestones([*events, Event(kind, moment, said, 9)], at(12))
		assert [m.round for m in found.values() if m.stage == "decide" and m.due_at == at(90, 17)] == [moved]


def test_a_pause_after_an_extension_moves_the_extended_due_time():
	targets = pausable(amount=20)
	events = history(RECEIVED, ("paused", at(3, 9)), extension(at(4, 9), at(44, 17)), ("resumed", at(5, 9)))
	found = milestones(events, at(6), targets)["decide"]
	assert found.due_at == at(45, 17), "one day of the pause came before the extension, one after it"


def test_an_extension_during_a_pause_that_began_at_the_due_time_counts():
	events = history(
		RECEIVED, ("paused", at(9, 17)), extension(at(9, 20), at(16, 17)), ("resumed", at(10, 9))
	)
	found = milestones(events, at(10), pausable())["decide"]
	assert (found.state, found.due_at, found.remark) == ("Running", at(16, 17), "")


def test_a_pause_from_the_start_does_not_save_what_was_asked_for_too_late():
	events = history(
		("external_dispute_opened", at(2), {"reference": "D-1", "pauses": ["external"]}),
		("external_request", at(4), {"reference": "b", "due_at": at(3).isoformat()}),
	)
	found = milestones(events, at(4, 11), [])["external"]
	assert (found.state, found.due_at, found.warn_at) == ("Overdue", at(3), at(3))


def test_one_extension_may_give_so_much():
	target = Target("decide", 10, "business days", max_extensions=1, extension_amount=10)
	assert target.extended_due(at(16, 17), OFFICE) == at(30, 17)
	with pytest.raises(ValueError, match="no extension"):
		Target("decide", 10, "business days").extended_due(at(16, 17), OFFICE)


# A change of policy


def change(moment, *targets, **data):
	return ("policy_changed", moment, {"targets": [t.to_dict() for t in targets], **data})


def test_a_milestone_overdue_before_the_change_stays_overdue():
	events = history(
		RECEIVED, change(at(5), Target("acknowledge", 30, "business days"), Target("decide", 1, "months"))
	)
	found = milestones(events, at(6))
	assert (found["acknowledge"].state, found["acknowledge"].due_at) == ("Overdue", at(3, 17))
	assert found["decide"].due_at == datetime(2026, 4, 2, 23, 59, 59, tzinfo=BERLIN)


def test_stages_left_out_are_cancelled_and_new_ones_appear():
	targets = [Target("decide", 20, "business days")]
	events = history(RECEIVED, change(at(3), Target("assess", 1, "hours"), Target("implement", 1, "weeks")))
	found = milestones(events, at(3), targets)
	assert {key: m.state for key, m in found.items()} == {
		"assess": "Running",
		"decide": "Cancelled",
		"implement": "Waiting",
	}
	assert found["decide"].remark == clocks.NO_TARGET
	assert found["assess"].due_at == at(3, 11), "counted anew from the change: it would be over already"


def test_a_stage_done_before_it_had_a_target_gets_none():
	events = history(RECEIVED, ("acknowledged", at(2, 11)), change(at(3), Target("acknowledge", 1, "hours")))
	assert milestones(events, at(4), []) == {}


def test_a_stage_left_out_is_done_all_the_same():
	events = history(RECEIVED, change(at(3), Target("investigate", 5, "business days")), ("assessed", at(4)))
	found = milestones(events, at(4), [Target("assess", 5, "business days")])
	assert (found["assess"].state, found["investigate"].started_at) == ("Cancelled", at(4))


def test_a_stage_left_out_and_taken_in_again_goes_on():
	targets = [Target("decide", 20, "business days")]
	events = history(RECEIVED, change(at(3)), change(at(4), Target("decide", 10, "business days")))
	found = milestones(events, at(5), targets)["decide"]
	assert (found.state, found.started_at, found.due_at) == ("Running", at(2), at(16, 17))


def test_an_edited_holiday_list_moves_what_is_open():
	frozen = calendar_to_dict(WorkCalendar("Europe/Berlin", WEEK, [date(2026, 3, 10)]))
	events = history(RECEIVED, ("acknowledged", at(3)), ("policy_changed", at(4), {"calendar": frozen}))
	before, after = milestones(events[:2], at(4)), milestones(events, at(4))
	assert (before["decide"].due_at, after["decide"].due_at) == (at(30, 17), at(31, 17))
	assert after["acknowledge"] == before["acknowledge"]


def test_a_receipt_corrected_to_after_the_change_counts_from_the_receipt():
	events = history(
		RECEIVED,
		change(at(12), Target("decide", 2, "business days")),
		("receipt_corrected", at(16), {"received_at": at(13).isoformat()}),
	)
	assert milestones(events[:2], at(12))["decide"].due_at == at(16, 17)
	assert milestones(events, at(16))["decide"].due_at == at(17, 17)


def test_pauses_before_the_change_count_by_the_new_limit():
	events = history(
		RECEIVED,
		("paused", at(3, 9)),
		("resumed", at(4, 9)),
		change(at(5), Target("decide", 14, "calendar days", pausable=True)),
	)
	found = milestones(events, at(5), pausable())["decide"]
	assert found.due_at == datetime(2026, 3, 17, 23, 59, 59, tzinfo=BERLIN)
	assert found.paused_seconds == 24 * 3600


# Ending and reopening


@pytest.mark.parametrize("kind", ["closed", "withdrawn", "out_of_scope", "duplicate"])
def test_an_ending_cancels_what_is_open_and_says_why(kind):
	found = milestones(history(RECEIVED, (kind, at(2, 12), {"reason": "as found"})), at(90))
	assert {m.state for m in found.values()} == {"Cancelled"}
	assert {m.remark for m in found.values()} == {f"{clocks.ENDINGS[kind]}: as found"}
	assert {m.ended_at for m in found.values()} == {at(2, 12)}


def test_withdrawn_with_a_safety_problem_the_investigation_goes_on():
	events = history(
		RECEIVED,
		("withdrawn", at(2, 12), {"keep": ["contain", "assess", "investigate"]}),
		("assessed", at(3)),
	)
	assert states(events, at(3)) == {
		"acknowledge": "Cancelled",
		"contain": "Running",
		"assess": "Met",
		"investigate": "Running",
		"update": "Cancelled",
		"decide": "Cancelled",
		"implement": "Cancelled",
	}


def test_resolved_early_there_is_only_the_carrying_out_left():
	events = history(
		RECEIVED, ("resolved_early", at(2, 11), {"reason": "at the counter"}), ("accepted", at(2, 11))
	)
	found = states(events, at(2, 12))
	assert found.pop("implement") == "Running" and set(found.values()) == {"Cancelled"}
	nothing = [*events, Event("nothing_to_implement", at(2, 11), {}, 4)]
	assert set(states(nothing, at(2, 12)).values()) == {"Cancelled"}


def test_resolved_early_with_a_summary_letter_meets_the_decision():
	events = history(
		RECEIVED, ("response_sent", at(2, 11)), ("resolved_early", at(2, 11)), ("accepted", at(2, 11))
	)
	assert states(events, at(3))["decide"] == "Met"


def test_what_an_outside_body_asked_for_outlives_the_case():
	events = history(RECEIVED, ("external_request", at(3), {"reference": "a"}), ("closed", at(4)))
	found = milestones(events, at(5))["external"]
	assert found.state == "Running"
	assert not found.ended_at


def test_an_ending_ends_the_wait_for_the_complainant():
	events = history(
		RECEIVED,
		("paused", at(3)),
		("withdrawn", at(4)),
		("reopened", at(10), {"round": 1, "to_state": "Acknowledged"}),
	)
	assert states(events, at(10), pausable())["decide"] == "Running"


def test_reopened_where_what_the_state_has_behind_it_stays_cancelled():
	events = history(
		RECEIVED,
		("resolved_early", at(2, 11)),
		("accepted", at(2, 11)),
		("reopened", at(20), {"round": 2, "to_state": "Under Investigation"}),
	)
	found = milestones(events, at(20))
	assert found["assess"].state == "Cancelled", "nothing could meet it any more"
	assert found["acknowledge"].state == found["decide"].state == "Running"
	assert (found["investigate"].state, found["investigate"].due_at) == (
		"Running",
		OFFICE.add(Limit(10, "business days").due(at(2, 11), OFFICE), OFFICE.elapsed(at(2, 11), at(20))),
	)
	assert ("decide", 2) not in found, "the first decision was never sent: it goes on"


def test_reopened_after_an_answer_the_decision_runs_again():
	events = history(
		*ANSWERED,
		("accepted", at(11)),
		("implemented", at(12)),
		("closed", at(12)),
		("reopened", at(30), {"round": 2, "to_state": "Under Investigation"}),
	)
	found = milestones(events, at(30))
	assert found["decide"].state == "Met"
	assert found["decide", 2].started_at == found["investigate", 2].started_at == at(30)


def test_reopened_what_was_overdue_is_overdue_again():
	events = history(RECEIVED, ("closed", at(10)), ("reopened", at(20), {"round": 1, "to_state": "Received"}))
	found = replay(GENERIC[:1], OFFICE, events, at(20))
	assert [m.state for m in found] == ["Overdue"] and is_overdue(found)
	late = replay(GENERIC[:1], OFFICE, [*events, Event("acknowledged", at(21), {}, 4)], at(21))
	assert [m.state for m in late] == ["Met Late"]


# When to look again


def test_warnings_come_after_so_much_working_time():
	targets = [Target("decide", 8, "business hours", warn_percent=(90, 50))]
	found = milestones(history(RECEIVED), at(2), targets)["decide"]
	assert found.warn_times == (at(2, 14), at(3, 9) + timedelta(minutes=12))
	assert found.warn_at == at(2, 14)


def test_warnings_move_with_pauses_that_came_before_them():
	targets = [Target("decide", 8, "business hours", warn_percent=(25, 50), pausable=True)]
	events = history(RECEIVED, ("paused", at(2, 13)), ("resumed", at(2, 15)))
	assert milestones(events, at(2, 15), targets)["decide"].warn_times == (at(2, 12), at(2, 16))


# Targets and calendars as JSON


def test_targets_survive_json():
	target = Target("decide", "2.50", "business hours", "acknowledged", True, "90, 50 %", False, 1, 1.5)
	again = Target.from_dict(json.loads(json.dumps(target.to_dict())))
	assert again == target
	assert again.warn_percent == (50, 90) and again.starts_at == "acknowledge"


def test_targets_read_what_the_policy_form_holds():
	row = {
		"stage": "decide",
		"amount": "20.0",
		"unit": "business days",
		"starts_at": None,
		"pausable": 0,
		"warn_percent": [75],
		"extension_amount": "0.0",
		"escalate_to_role": "Complaint Manager",
	}
	assert Target.from_dict(row) == Target("decide", 20, "business days")


@pytest.mark.parametrize(
	("rows", "message"),
	[
		([{"stage": "reply", "amount": 1, "unit": "hours"}], "no stage 'reply'"),
		([{"stage": "decide", "amount": 0, "unit": "hours"}], "decide: .*above zero"),
		([{"stage": "decide", "amount": -3, "unit": "weeks"}], "decide: .*above zero"),
		([{"stage": "decide", "unit": "weeks"}], "decide: .*above zero"),
		([{"stage": "decide", "amount": 1.5, "unit": "weeks"}], "decide: .*whole number"),
		([{"stage": "decide", "amount": 1, "unit": "moons"}], "decide: .*moons"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "warn_percent": [100]}], "1 to 99"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "warn_percent": "0, 50"}], "1 to 99"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "warn_percent": "soon"}], "not a number"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "starts_at": "lunch"}], "can't start at 'lunch'"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "max_extensions": -1}], "negative"),
		([{"stage": "decide", "amount": 1, "unit": "hours", "max_extensions": 1}], "how long"),
		([Target("acknowledge", 1, "hours", pausable=True)], "can't be paused"),
		([Target("update", 1, "weeks", pausable=True, repeats=True)], "can't be paused"),
		([Target("decide", 1, "hours", repeats=True)], "only the stage update"),
		([Target("decide", 1, "hours"), Target("decide", 2, "hours")], "has 2 targets"),
		([Target("decide", 1, "hours", "decide")], "decide: .*circle"),
		(
			[Target("assess", 1, "hours", "investigate"), Target("investigate", 1, "hours")],
			"assess, investigate: .*circle",
		),
	],
)
def test_what_is_wrong_with_targets_is_said_in_one_sentence(rows, message):
	import re

	(found,) = validate_targets(rows)
	assert re.search(message, found)


def test_nothing_is_wrong_with_the_generic_policy():
	assert validate_targets(GENERIC) == []


def test_everything_that_is_wrong_is_said_at_once():
	rows = [
		{"stage": "acknowledge", "amount": 0, "unit": "hours", "pausable": 1},
		{"stage": "decide", "amount": 1, "unit": "hours", "starts_at": "review"},
		{"stage": "review", "amount": 1, "unit": "hours", "starts_at": "decide"},
	]
	assert len(validate_targets(rows)) == 3


def test_calendars_survive_json_and_are_shared():
	calendar = WorkCalendar(
		"America/New_York",
		{0: [(time(22), time(6))], 1: [(time(9), time(12)), (time(13), time(17))]},
		[date(2026, 12, 25)],
		{date(2026, 12, 24): [(time(9), time(12))]},
		date(2026, 12, 31),
	)
	frozen = json.loads(json.dumps(calendar_to_dict(calendar)))
	again = calendar_from_dict(frozen)
	assert calendar_to_dict(again) == frozen
	assert again is calendar_from_dict(dict(reversed(frozen.items()))), "a thousand cases share one"


def test_frozen_calendars_may_say_24_00_and_leave_out_what_is_empty():
	calendar = calendar_from_dict({"zone": "UTC", "week": {"0": [["09:00", "24:00"]]}})
	assert calendar.add(datetime(2026, 3, 2, tzinfo=UTC), 15 * HOUR) == datetime(2026, 3, 3, tzinfo=UTC)
	with pytest.raises(ValueError):
		calendar_from_dict({"zone": "UTC", "week": {"0": [["nine", "five"]]}})


# Laws, for random histories

STAGES = ("acknowledge", "assess", "investigate", "decide")
KINDS = (
	*("acknowledged", "assessed", "investigated", "response_sent"),
	*("paused", "resumed", "paused", "resumed", "paused", "closed", "reopened", "delivery_failed"),
)
STARTS = {
	"acknowledge": ("",),
	"assess": ("", "acknowledge"),
	"investigate": ("", "received"),
	"decide": ("", "acknowledge", "investigate"),
}


@st.composite
def policies(draw) -> list[Target]:
	targets = []
	for stage in draw(st.sets(st.sampled_from(STAGES), min_size=1)):
		targets.append(
			Target(
				stage,
				draw(st.integers(1, 160)) * 0.25,
				draw(st.sampled_from(["hours", "business hours"])),
				draw(st.sampled_from(STARTS[stage])),
				draw(st.sampled_from([True, True, False])),
				tuple(draw(st.sets(st.integers(1, 99), max_size=2))),
			)
		)
	return targets


@st.composite
def histories(draw, arguments) -> list[Event]:
	"""A receipt and up to fourteen more events in order of time, every sending with a letter that may fail."""
	moment = draw(instants(arguments, step=15))
	events = [Event("received", moment, {}, 1)]
	for sequence in range(2, draw(st.integers(2, 15))):
		moment += draw(st.integers(0, 24)) * TICK
		kind = draw(st.sampled_from(KINDS))
		data = {"letter": f"L-{sequence}"} if kind in ("acknowledged", "response_sent") else {}
		if kind == "delivery_failed":
			letters = [
				event.data["letter"] for event in events if event.kind in ("acknowledged", "response_sent")
			]
			data = {"letter": draw(st.sampled_from(letters or ["none"]))}
		events.append(Event(kind, moment, data, sequence))
	return events


@examples(150)
@given(st.data())
def test_random_histories_equal_living_through_them(data):
	arguments = data.draw(calendars(step=15))
	targets, events = data.draw(policies()), data.draw(histories(arguments))
	now = events[-1].at + data.draw(st.integers(0, 150)) * TICK
	found = replay(targets, WorkCalendar(**arguments), events, now)
	assert told(found) == Simulation(targets, MinuteCalendar(**arguments), events).until(now)


MORE_KINDS = (
	*("acknowledged", "assessed", "investigated", "response_sent", "paused", "resumed", "closed", "reopened"),
	*("update_sent", "accepted", "implemented", "extended", "policy_changed", "receipt_corrected"),
	*("review_requested", "round_started", "external_request", "external_answered", "resolved_early"),
	*("external_dispute_opened", "external_dispute_closed", "immediate_action", "holding_response_sent"),
)


@st.composite
def wild_histories(draw) -> list[Event]:
	"""Any events at all, recorded in any order of time, with data as they should have it."""
	events = [Event("received", at(2), {}, 1)]
	for sequence in range(2, draw(st.integers(2, 18))):
		kind = draw(st.sampled_from(MORE_KINDS))
		moment = at(2) + draw(st.integers(0, 60 * 24)) * HOUR
		data = {
			"stage": draw(st.sampled_from(clocks.STAGES)),
			"new_due": (moment + timedelta(days=10)).isoformat(),
			"received_at": (at(2) - draw(st.integers(-9, 9)) * HOUR).isoformat(),
			"reference": draw(st.sampled_from("ab")),
			"pauses": ["decide", "review"],
			"reason": draw(st.sampled_from(["new evidence", "revised offer"])),
			"to_state": draw(st.sampled_from(["Received", "Under Investigation", "Decided", "Rejected"])),
		}
		if kind == "policy_changed":
			data["targets"] = [t.to_dict() for t in draw(st.lists(st.sampled_from(GENERIC), unique=True))]
		events.append(Event(kind, moment, data, sequence))
	return events


FINAL = ("Met", "Met Late")


@examples(100)
@given(wild_histories(), st.integers(0, 18), st.integers(0, 90 * 24), st.integers(0, 90 * 24))
def test_laws_of_replay(events, split, hours, more):
	"""The same events give the same answer, in one go or two; what is met stays met; time alone meets nothing."""
	now, later = at(2) + hours * HOUR, at(2) + (hours + more) * HOUR
	whole = replay(GENERIC, OFFICE, events, now)
	assert whole == replay(GENERIC, OFFICE, list(reversed(events)), now)
	case = Replay(GENERIC, OFFICE)
	case.feed(*events[:split])
	before = case.milestones(now)
	case.feed(*events[split:])
	assert case.milestones(now) == whole
	assert [m for m in before if m.state in FINAL and m not in whole] == []
	keys = [(m.stage, m.round, m.occurrence, m.reference) for m in whole]
	assert len(set(keys)) == len(keys)
	after = case.milestones(later)
	for old, new in zip(whole, after, strict=True):
		assert new == old or old.state in ("Running", "Waiting", "Paused", "Overdue")
		assert new.state == "Overdue" or old.state != "Overdue" or new.due_at > old.due_at
		assert old.met_at is None or old.state in FINAL


@examples(60)
@given(wild_histories(), st.data())
def test_a_letter_that_failed_was_never_sent(events, data):
	number = data.draw(st.integers(1, len(events)))
	told_in = Event("update_sent", at(9), {"letter": "L-1"}, 0)
	sent = [*events[:number], told_in, *events[number:]]
	failed = [*sent, Event("delivery_failed", at(70), {"letter": "L-1"}, 0)]
	in_order = [Event(e.kind, e.at, e.data, n) for n, e in enumerate(failed)]
	assert replay(GENERIC, OFFICE, in_order, at(80)) == replay(GENERIC, OFFICE, events, at(80))
