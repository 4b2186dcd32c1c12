"""Whether an action worked: windows, rates, judgements, and what a complaint says of its actions."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import effectiveness as effect
from cms_iso10002.core.effectiveness import (
	CANCELLED,
	EFFECTIVE,
	IN_EFFECT,
	NO_RATE,
	NOT_EFFECTIVE,
	OPEN,
	Counted,
)
from cms_iso10002.core.rates import LESS, NOT_LESS, TOO_FEW
from cms_iso10002.core.refusal import Refusal

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
COUNTS = st.integers(0, 60)
SALES = st.integers(1, 100_000)


@given(DAYS, st.integers(2, 1830), st.integers(1, 1830))
def test_windows_touch_and_never_overlap(start, after, before):
	one, other = effect.windows(start, start + timedelta(days=after), before)
	assert one.last == start and other.first == start + timedelta(days=1)
	assert other.last == start + timedelta(days=after - 1)
	assert (one.days, other.days) == (before, after - 1)


@pytest.mark.parametrize(
	("check_on", "days", "says"),
	[
		("2026-03-01", 90, "later day"),
		("2026-03-02", 90, "on 2026-03-03 at the earliest"),
		("2026-02-27", 90, "later day"),
		("2026-06-01", 0, "between 1 and 1830"),
		("2046-06-01", 90, "between 1 and 1830"),
	],
)
def test_windows_that_are_none_are_refused(check_on, days, says):
	with pytest.raises(Refusal, match=says):
		effect.windows(date(2026, 3, 1), date.fromisoformat(check_on), days)


def test_fewer_over_as_many_sales_is_less():
	# as in test_rates: 20 before and 5 after over equal exposures
	found = effect.find(Counted(20, 1000), Counted(5, 1000))
	assert found.finding == LESS and found.chance == pytest.approx(0.00204, abs=0.00001)


def test_fewer_because_fewer_were_sold_is_not_less():
	assert effect.find(Counted(20, 1000), Counted(5, 250)).finding == NOT_LESS


def test_more_sold_and_as_many_complaints_is_less():
	assert effect.find(Counted(20, 1000), Counted(20, 4000)).finding == LESS


@pytest.mark.parametrize("sales", [(None, 10), (10, None), (0, 10), (10, 0), (None, None), (-3, 10)])
def test_without_sales_there_is_no_rate(sales):
	found = effect.find(Counted(9, sales[0]), Counted(1, sales[1]))
	assert (found.finding, found.chance) == (NO_RATE, None)


def test_too_few_to_tell():
	assert effect.find(Counted(2, 100), Counted(0, 100)).finding == TOO_FEW


def test_rates_are_per_thousand_or_none():
	assert Counted(3, 1500).per_thousand == 2.0
	assert Counted(3, 0).per_thousand is None and Counted(3, None).per_thousand is None


@given(COUNTS, SALES, COUNTS, SALES, st.integers(1, 60))
def test_what_is_less_with_more_complaints_is_less_with_fewer(before, sold, after, sold_after, more):
	if effect.find(Counted(before, sold), Counted(after + more, sold_after)).finding == LESS:
		assert effect.find(Counted(before, sold), Counted(after, sold_after)).finding == LESS


@given(COUNTS, SALES, COUNTS, SALES, st.integers(2, 50))
def test_only_the_proportion_of_sales_counts(before, sold, after, sold_after, times):
	one = effect.find(Counted(before, sold), Counted(after, sold_after))
	other = effect.find(Counted(before, sold * times), Counted(after, sold_after * times))
	assert one.finding == other.finding or abs((one.chance or 0.05) - 0.05) < 1e-6


@pytest.mark.parametrize(
	("judgement", "finding", "state"),
	[(EFFECTIVE, LESS, EFFECTIVE), (NOT_EFFECTIVE, NOT_LESS, OPEN)],
)
def test_a_judgement_that_agrees_with_the_figures_needs_no_reasons(judgement, finding, state):
	assert effect.judge(IN_EFFECT, judgement, finding, "", True) == state


@pytest.mark.parametrize("finding", [NOT_LESS, TOO_FEW, NO_RATE])
def test_a_judgement_against_or_without_figures_needs_reasons(finding):
	with pytest.raises(Refusal, match="write down why"):
		effect.judge(IN_EFFECT, EFFECTIVE, finding, " ", True)
	assert effect.judge(IN_EFFECT, EFFECTIVE, finding, "Seen on the line.", True) == EFFECTIVE


@pytest.mark.parametrize(
	("state", "judgement", "finding", "independent", "says"),
	[
		(OPEN, EFFECTIVE, LESS, True, "in effect"),
		(CANCELLED, EFFECTIVE, LESS, True, "in effect"),
		(IN_EFFECT, "Fine", LESS, True, "Effective or Not Effective"),
		(IN_EFFECT, EFFECTIVE, None, True, "check the effect first"),
		(IN_EFFECT, EFFECTIVE, LESS, False, "somebody else"),
	],
)
def test_who_can_not_judge_and_what(state, judgement, finding, independent, says):
	with pytest.raises(Refusal, match=says):
		effect.judge(state, judgement, finding, "Because.", independent)


@given(st.lists(st.sampled_from(effect.STATES)), st.sampled_from(("", " ", "One of a kind")))
def test_a_complaint_says_the_least_advanced_of_its_actions(states, reason):
	said = effect.of_complaint(states, reason)
	live = [state for state in states if state != CANCELLED]
	if not live:
		assert said == ("Not Needed" if reason.strip() else "")
	elif OPEN in live:
		assert said == OPEN
	else:
		assert said == (EFFECTIVE if set(live) == {EFFECTIVE} else IN_EFFECT)


def test_the_daily_job_checks_once_and_not_too_early():
	day = date(2026, 6, 1)
	assert effect.needs_check(IN_EFFECT, day, day, False)
	assert not effect.needs_check(IN_EFFECT, day, day - timedelta(days=1), False)
	assert not effect.needs_check(IN_EFFECT, day, day, True)
	assert not effect.needs_check(IN_EFFECT, None, day, False)
	assert not effect.needs_check(OPEN, day, day, False)
