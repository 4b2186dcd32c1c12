"""Histograms of durations: merged they say what all of the durations would."""

import math
import random

import pytest

from cms_iso10002.core import histogram


def nearest_rank(values, share):
	ordered = sorted(values)
	return ordered[math.ceil(len(ordered) * share - 1e-9) - 1]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.99, 1])
@pytest.mark.parametrize("seed", range(20))
def test_percentiles_are_within_five_per_cent(share, seed):
	random.seed(seed)
	values = [int(math.exp(random.uniform(0, 18))) for _ in range(random.randint(1, 400))]
	found = histogram.percentile(histogram.of(values), share)
	assert found == pytest.approx(nearest_rank(values, share), rel=0.05)


def test_merging_is_the_same_as_counting_all_at_once():
	random.seed(7)
	days = [[random.randint(0, 10**7) for _ in range(30)] for _ in range(10)]
	merged = histogram.merge(histogram.of(day) for day in days)
	assert merged == histogram.of(value for day in days for value in day)
	assert sum(merged.values()) == 300


def test_bounds_of_a_bucket_lie_within_four_per_cent_of_its_value():
	for number in range(1, 250):
		value = histogram.seconds_of(number)
		assert histogram.bucket(value) == number
		assert value / histogram.RATIO**0.5 >= value * 0.96


@pytest.mark.parametrize("seconds", [0, 0.5, -3])
def test_what_took_no_time_is_in_the_first_bucket(seconds):
	assert histogram.bucket(seconds) == 0
	assert histogram.percentile({0: 3}, 0.5) == 0


def test_buckets_grow_with_the_duration():
	numbers = [histogram.bucket(seconds) for seconds in range(0, 100_000, 7)]
	assert numbers == sorted(numbers)


def test_text_and_back():
	full = histogram.of([5, 5, 400, 90_000, 0])
	text = histogram.to_text(full)
	assert histogram.from_text(text) == full
	assert histogram.to_text(dict(reversed(list(full.items())))) == text
	assert histogram.from_text(None) == histogram.from_text("") == {}


def test_several_equal_ones():
	assert histogram.times({3: 2, 9: 1}, 4) == {3: 8, 9: 4}


def test_nothing_has_no_percentile():
	assert histogram.percentile({}, 0.5) is None


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_is_a_part_of_a_whole(share):
	with pytest.raises(ValueError, match="share"):
		histogram.percentile({1: 1}, share)
