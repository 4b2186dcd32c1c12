"""Exact tests of counts, against figures worked out by hand and a published example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core.rates import LESS, NOT_LESS, TOO_FEW, at_least, at_most, rate_fell, share_rose


def test_coins_by_hand():
	assert at_least(8, 10, 0.5) == pytest.approx((45 + 10 + 1) / 1024)
	assert at_most(2, 10, 0.5) == pytest.approx((45 + 10 + 1) / 1024)
	assert at_least(0, 10, 0.5) == 1
	assert at_least(3, 3, 0) == 0


def test_what_is_no_probability_is_refused():
	for arguments in ((3, 2, 0.5), (1, 2, 1.5), (-1, 2, 0.5)):
		with pytest.raises(ValueError):
			at_least(*arguments)


def test_a_rate_that_fell():
	# 20 in a year before, 5 in a year after: P(X <= 5 | 25, 1/2) = 0.0020, by tables of the binomial distribution
	verdict, chance = rate_fell(20, 365, 5, 365)
	assert verdict == LESS and chance == pytest.approx(0.00204, abs=0.00001)


def test_fewer_because_there_was_less_time_is_not_less():
	assert rate_fell(20, 365, 5, 91)[0] == NOT_LESS


def test_four_before_and_none_after_are_too_few_to_tell():
	# even none of four: 1/2 to the fourth is more than one in twenty
	assert rate_fell(4, 365, 0, 365) == (TOO_FEW, None)
	assert rate_fell(5, 365, 0, 365)[0] == LESS
	assert rate_fell(0, 365, 0, 365) == (TOO_FEW, None)


def test_a_rate_over_nothing_is_refused():
	with pytest.raises(ValueError, match="exposure"):
		rate_fell(3, 0, 1, 10)


def test_a_sudden_share():
	assert share_rose(9, 20, 10, 200) == pytest.approx(at_least(9, 20, 0.05))
	assert share_rose(2, 20, 10, 200) is None
	assert share_rose(1, 20, 10, 200) is None
	# the same is no signal where it is the most striking of very many
	assert share_rose(5, 20, 10, 200, candidates=1000) is None
	assert share_rose(5, 20, 10, 200) is not None


def test_a_first_one_is_no_wonder():
	assert share_rose(1, 20, 0, 200) is None
	assert share_rose(4, 20, 0, 200) is not None


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_both_tails_make_one(a, b, chance):
	count, trials = a, a + b
	if count:
		assert at_least(count, trials, chance) + at_most(count - 1, trials, chance) == pytest.approx(1)


@given(st.integers(0, 80), st.integers(0, 80), st.floats(1, 500), st.floats(1, 500))
def test_fewer_afterwards_never_looks_worse(before, after, one, other):
	order = [TOO_FEW, NOT_LESS, LESS]
	if after:
		fewer, more = rate_fell(before, one, after - 1, other), rate_fell(before, one, after, other)
		if fewer[1] is not None and more[1] is not None:
			assert fewer[1] <= more[1] + 1e-12
			assert order.index(fewer[0]) >= order.index(more[0])
