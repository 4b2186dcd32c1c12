"""Regulators' limits with dates: the engine, the presets and the page say what a calendar on the wall says.

Every date below was counted by hand, none was taken from the engine. How: business days were ticked off one by one
after the day of receipt, weekends and the bank holidays named left out, and the limit is the close of the last one
(17:00); calendar days were added month by month; weeks keep the weekday. The counting stands in the comments.

The calendar by hand. England and Wales: Thu 25 and Fri 26 Dec 2025, Thu 1 Jan, Good Friday 3 Apr, Easter Monday
6 Apr, Mon 4 May, Mon 25 May 2026. New South Wales: Thu 25 and Fri 26 Dec 2025, Thu 1 Jan, Mon 26 Jan 2026.
"""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cms_iso10002.core import clocks

DOCS = Path(__file__).resolve().parents[2] / "docs"
END = "23:59:59"


def page():
	spec = importlib.util.spec_from_file_location("make_worked_examples", DOCS / "make_worked_examples.py")
	module = importlib.util.module_from_spec(spec)
	# Dataclasses with postponed annotations look their module up by name.
	sys.modules[spec.name] = module
	spec.loader.exec_module(module)
	return module


PAGE = page()

DUE = {
	# Mon 22 Dec. Business days: Tue 23 (1), Wed 24 (2), [Thu 25, Fri 26, Sat, Sun] Mon 29 (3).
	# 56 days: 9 to 31 Dec, 31 in Jan make 40, 16 more: Mon 16 Feb, a Monday as the receipt.
	"fca": {
		("acknowledge", 1): ("2025-12-29 17:00", "Met"),
		("decide", 1): (f"2026-02-16 {END}", "Met"),
	},
	# Sat 20 Dec. Mon 22 (1), Tue 23 (2), Wed 24 (3). 56 days: 11 to 31 Dec, 42 with Jan, 14 Feb, a Saturday.
	"fca-weekend": {
		("acknowledge", 1): ("2025-12-24 17:00", "Running"),
		("decide", 1): (f"2026-02-14 {END}", "Running"),
	},
	# Mon 1 Dec. Tue 2 (1), 3, Thu 4 (3): the acknowledgement. 5 (4), Mon 8 to Fri 12 (9), 15 to 19 (14), Mon 22 (15).
	# On: 23 (16), 24 (17), [25 to 28] 29, 30, 31 (20), [1 Jan] Fri 2 (21), 5 to 9 (26), 12 to 16 (31),
	# 19, 20, 21 (34), Thu 22 Jan (35).
	"fca-payments": {
		("acknowledge", 1): ("2025-12-04 17:00", "Met"),
		("decide", 1): ("2026-01-22 17:00", "Met"),
	},
	# The same without an extension that counts: the 15th business day.
	"fca-payments-late": {
		("acknowledge", 1): ("2025-12-04 17:00", "Met"),
		("decide", 1): ("2025-12-22 17:00", "Met Late"),
	},
	# Tue 23 Dec. Wed 24 (1). 30 days: 8 to 31 Dec, 22 more: 22 Jan.
	"asic": {
		("acknowledge", 1): ("2025-12-24 17:00", "Met"),
		("decide", 1): (f"2026-01-22 {END}", "Met"),
	},
	# 45 days: 8 to 31 Dec, 39 with Jan, 6 more: 6 Feb.
	"asic-super": {
		("acknowledge", 1): ("2025-12-24 17:00", "Running"),
		("decide", 1): (f"2026-02-06 {END}", "Running"),
	},
	# 9 Jan and 15 days: 24 Jan.
	"cfpb": {("decide", 1): (f"2026-01-24 {END}", "Met")},
	# 9 Jan and 60 days: 22 to 31 Jan, 50 with Feb's 28, 10 more: 10 Mar.
	"cfpb-in-progress": {("decide", 1): (f"2026-03-10 {END}", "Met")},
	# 3 Jul and 30 days: 28 to 31 Jul, 2 more: 2 Aug.
	"rbi": {("decide", 1): (f"2026-08-02 {END}", "Running")},
	# Tue 7 Apr and 56 days: 23 to 30 Apr, 54 with May, 2 more: Tue 2 Jun.
	"ofcom-before": {("decide", 1): (f"2026-06-02 {END}", "Running")},
	# Wed 8 Apr and 42 days: 22 to 30 Apr, 20 more: Wed 20 May.
	"ofcom-after": {("decide", 1): (f"2026-05-20 {END}", "Running")},
	# Mon 30 Mar. 31 (1), 1 Apr (2), 2 (3), [Fri 3 to Mon 6] Tue 7 (4), Wed 8 (5).
	# Acknowledged Thu 2 Apr. Tue 7 (1), 8, 9, 10 (4), 13 to 17 (9), Mon 20 (10); extended: 21 to 24 (4),
	# 27 Apr to 1 May (9), [Mon 4] Tue 5 May (10).
	# Review asked for Wed 6 May. 7 (1), 8 (2), 11, 12, Wed 13 (5).
	# Acknowledged Mon 11 May. 12 to 15 (4), 18 to 22 (9), [Mon 25] 26 to 29 (13), 1 to 5 Jun (18), 8, Tue 9 (20);
	# extended: 10 to 12 (3), 15 to 19 (8), 22 to 26 (13), 29 Jun to 3 Jul (18), Mon 6, Tue 7 Jul (20).
	"housing": {
		("acknowledge", 1): ("2026-04-08 17:00", "Met"),
		("decide", 1): ("2026-05-05 17:00", "Met"),
		("acknowledge", 2): ("2026-05-13 17:00", "Met"),
		("review", 2): ("2026-07-07 17:00", "Met"),
	},
	# Not acknowledged by Wed 8 Apr. From there: 9, 10 (2), 13 to 17 (7), 20, 21, Wed 22 (10).
	"housing-late": {
		("acknowledge", 1): ("2026-04-08 17:00", "Overdue"),
		("decide", 1): ("2026-04-22 17:00", "Met"),
	},
}
"""By example, stage and round: the local due time and the state at the end."""

LETTERS = {
	# FCA: until the close of the third business day, Mon 29 Dec and Wed 24 Dec (counted above), a summary is enough.
	"fca": ["Summary Resolution", "Decision"],
	"fca-weekend": ["Summary Resolution", "Decision"],
	# ASIC, from Tue 23 Dec: Wed 24 (1), [25 to 28] 29, 30, 31 (4), [1 Jan] Fri 2 Jan (5). In time: nothing; in time
	# but hardship: the full response; on Mon 5 Jan: the full response.
	"asic": ["", "Decision", "Decision"],
}

KEYS = {
	"ofcom-before": "uk-ofcom-2018",
	"ofcom-after": "uk-ofcom-2026",
}


@pytest.fixture(params=[example.name for example in PAGE.EXAMPLES])
def worked(request):
	return PAGE.by_name(request.param)


def milestone(worked, stage, number=1, now=None):
	milestones = worked.milestones
	if now:
		moment = worked.instant(now)
		events = [event for event in worked.events if event.at <= moment]
		milestones = clocks.replay(worked.targets, worked.calendar, events, moment)
	return next(m for m in milestones if (m.stage, m.round) == (stage, number))


def test_the_dates_are_those_counted_by_hand(worked):
	expected = DUE[worked.example.name]
	found = {(m.stage, m.round): (m.due_at, m.state) for m in worked.milestones}
	assert found == {place: (worked.instant(due), state) for place, (due, state) in expected.items()}


def test_the_letters_are_those_that_the_rule_asks_for(worked):
	letters = [letter for _, _, letter in worked.letters()]
	assert letters == LETTERS.get(worked.example.name, [])


def test_every_example_has_dates_by_hand():
	assert {example.name for example in PAGE.EXAMPLES} == set(DUE)
	assert set(LETTERS) == {example.name for example in PAGE.EXAMPLES if example.early}


@pytest.mark.parametrize("name", KEYS)
def test_the_day_of_receipt_decides_which_of_ofcoms_limits_holds(name):
	assert PAGE.by_name(name).preset["key"] == KEYS[name]


def test_fca_the_holding_response_is_shown_apart():
	assert milestone(PAGE.by_name("fca"), "decide").remark == clocks.HOLDING


def test_fca_a_minute_into_the_next_day_is_late():
	worked = PAGE.by_name("fca")
	events = worked.events[:-1]
	for at, state in (("2026-02-16 23:59:59", "Running"), ("2026-02-17 00:00", "Overdue")):
		found = clocks.replay(worked.targets, worked.calendar, events, worked.instant(at))
		assert next(m for m in found if m.stage == "decide").state == state


def test_payment_services_are_due_on_the_15th_business_day_until_extended():
	worked = PAGE.by_name("fca-payments")
	assert milestone(worked, "decide", now="2025-12-22 10:59").due_at == worked.instant("2025-12-22 17:00")
	assert milestone(worked, "decide", now="2025-12-22 11:00").due_at == worked.instant("2026-01-22 17:00")


def test_cfpb_the_last_day_ends_in_summer_time():
	# 23:59:59 in New York is UTC-5 in January and, from 8 March on, UTC-4.
	winter, summer = (milestone(PAGE.by_name(name), "decide").due_at for name in ("cfpb", "cfpb-in-progress"))
	assert winter.isoformat() == "2026-01-25T04:59:59+00:00"
	assert summer.isoformat() == "2026-03-11T03:59:59+00:00"


def test_rbi_warns_on_day_20():
	# From 3 Jul 11:00 to 2 Aug 23:59:59 are 30 days, 12:59:59. 65 % of that: 19 days 12 hours and 8:26:59 (65 % of
	# 46,799 s is 30,419 s), together 19 days 20:26:59, so on 23 Jul, 20 days after 3 Jul, at 07:26:59.
	worked = PAGE.by_name("rbi")
	warning = milestone(worked, "decide").warn_times[1]
	assert abs(warning - worked.instant("2026-07-23 07:26:59")) < timedelta(seconds=1)


@pytest.mark.parametrize("received", ["2026-07-03 00:00", "2026-07-03 12:00", "2026-07-03 23:59:59"])
def test_rbi_warns_on_day_20_whatever_the_hour_of_receipt(received):
	worked = PAGE.by_name("rbi")
	event = clocks.Event(clocks.RECEIVED, worked.instant(received))
	(found,) = clocks.replay(worked.targets, worked.calendar, [event], event.at)
	assert str(found.warn_times[1].astimezone(worked.calendar.timezone).date()) == "2026-07-23"


def test_housing_before_the_extensions():
	worked = PAGE.by_name("housing")
	assert milestone(worked, "decide", now="2026-04-17 09:59").due_at == worked.instant("2026-04-20 17:00")
	assert milestone(worked, "review", 2, "2026-06-08 13:59").due_at == worked.instant("2026-06-09 17:00")


def test_housing_the_time_for_the_response_waits_for_the_acknowledgement():
	worked = PAGE.by_name("housing")
	waiting = milestone(worked, "decide", now="2026-04-02 14:00")
	assert (waiting.state, waiting.due_at) == ("Waiting", None)
	assert milestone(worked, "decide").started_at == worked.instant("2026-04-02 15:00")
	assert milestone(worked, "review", 2).started_at == worked.instant("2026-05-11 10:00")


def test_housing_who_does_not_acknowledge_gains_no_time():
	worked = PAGE.by_name("housing-late")
	assert milestone(worked, "decide").started_at == worked.instant("2026-04-08 17:00")


def test_nothing_is_ever_paused_under_a_regulators_preset(worked):
	received = worked.events[0]
	paused = clocks.Event(clocks.CASE_PAUSED, received.at, {}, 1)
	later = received.at + timedelta(days=400)
	with_pause, without = (
		clocks.replay(worked.targets, worked.calendar, events, later)
		for events in ([received, paused], [received])
	)
	assert with_pause == without


def test_the_page_is_made_from_the_examples():
	assert (DOCS / "worked-examples.md").read_text(encoding="utf-8") == PAGE.text()
