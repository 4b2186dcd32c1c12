"""Signals: risen shares by a worked example, what is news, and when a signal is the same one; spans of time."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import signals, spans
from cms_iso10002.core.trends import BEYOND, STEADY, Chart, Point, Signal, u_chart


def test_a_share_that_rose_by_hand():
	# 12 of 40 now, 20 of 800 (2.5 %) before: P(X >= 12), X ~ B(40, 0.025), is about 1.7e-10
	(found,) = signals.risen({"Kettle": 12, "Toaster": 28}, {"Kettle": 20, "Toaster": 780}, 40, 800)
	assert found.value == "Kettle" and found.chance == pytest.approx(1.7e-10, rel=0.2)
	assert (found.share, found.share_before) == (30.0, 2.5)


def test_few_cases_are_no_signal_however_unlikely():
	assert signals.risen({"Kettle": 4}, {}, 10, 10_000) == []
	assert [one.value for one in signals.risen({"Kettle": 5}, {}, 10, 10_000)] == ["Kettle"]


def test_the_more_candidates_the_stricter():
	now = {"Kettle": 8}
	assert signals.risen(now, {"Kettle": 100}, 40, 1_800)
	assert not signals.risen({**now, **{f"item {n}": 1 for n in range(30)}}, {"Kettle": 100}, 40, 1_800)


def test_the_same_share_is_no_signal():
	assert signals.risen({"a": 50, "b": 50}, {"a": 500, "b": 500}, 100, 1000) == []


def test_nothing_before_is_no_comparison():
	assert signals.risen({"a": 50}, {}, 100, 0) == []


def chart(*found: Signal, points: int = 10) -> Chart:
	return Chart(tuple(Point(n, 1, 1) for n in range(points)), 1, (None,) * points, found)


def test_only_the_latest_points_are_news_and_each_once():
	old, last = Signal(BEYOND, (3,), 1), Signal(BEYOND, (9,), 1)
	assert signals.news(chart(old, last, Signal(STEADY, (4, 5, 6, 7, 8, 9), 1))) == [last]
	assert signals.news(chart(old)) == []
	assert signals.news(u_chart([])) == []


def test_the_windows_touch_and_do_not_overlap():
	(start, end), (first, last) = signals.windows(date(2026, 3, 30))
	assert (start, end) == (date(2026, 3, 2), date(2026, 3, 29))
	assert (end - start).days == 27 and last == start - timedelta(days=1) and (last - first).days == 363


@pytest.mark.parametrize(("days", "same"), [(0, True), (7, True), (21, True), (22, False), (-1, False)])
def test_seen_again_within_three_weeks_is_the_same(days, same):
	seen = date(2026, 3, 30)
	assert signals.same_again([seen - timedelta(days=days)], seen) is same
	assert signals.same_again([], seen) is False


def test_keys_differ_where_signals_do():
	assert signals.key_of("Share", "A", None, 3) == "Share|A||3"


numbers = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 200), max_size=6)


@given(numbers, numbers)
def test_laws_of_risen_shares(now, before):
	whole, whole_before = sum(now.values()), sum(before.values())
	for one in signals.risen(now, before, whole, whole_before):
		assert one.number >= signals.FEWEST and one.share > one.share_before
		assert 0 <= one.chance <= signals.DISTANCE


# spans -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("interval", "start", "after"),
	[
		("Week", date(2026, 11, 9), date(2026, 11, 16)),
		("Month", date(2026, 11, 1), date(2026, 12, 1)),
		("Quarter", date(2026, 10, 1), date(2027, 1, 1)),
	],
)
def test_the_span_of_a_day(interval, start, after):
	assert spans.start_of(date(2026, 11, 12), interval) == start
	assert spans.after(start, interval) == after


@given(
	st.dates(date(1990, 1, 1), date(2090, 1, 1)),
	st.integers(0, 800),
	st.sampled_from(["Week", "Month", "Quarter"]),
)
def test_spans_cover_the_days_once(first, length, interval):
	last = first + timedelta(days=length)
	found = spans.spans(first, last, interval)
	assert found[0][0] <= first and found[-1][0] <= last < found[-1][1]
	assert all(one[1] == next_one[0] for one, next_one in pairwise(found))
	inside = sum(spans.part(span, first, last) * (span[1] - span[0]).days for span in found)
	assert inside == pytest.approx(length + 1)


def test_days_in_wrong_order_are_no_spans():
	assert spans.spans(date(2026, 3, 1), date(2026, 2, 1), "Month") == []
	assert spans.part((date(2026, 1, 1), date(2026, 2, 1)), date(2026, 5, 1), date(2026, 6, 1)) == 0
