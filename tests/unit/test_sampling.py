"""The draw of an audit's sample: its size by the rule, and laws of the draw."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core.sampling import draw, size


@pytest.mark.parametrize(
	("population", "wanted"),
	[(0, 0), (1, 1), (20, 20), (21, 20), (100, 20), (101, 21), (400, 30), (10_000, 110)],
)
def test_size_by_the_rule(population, wanted):
	assert size(population) == wanted


populations = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.sampled_from("ABCD"), max_size=60)


@given(populations, st.data())
def test_laws_of_the_draw(strata, data):
	number = data.draw(st.integers(0, len(strata)))
	seed = data.draw(st.integers(0, 2**31))
	drawn = draw(strata, number, seed)
	assert len(drawn) == len(set(drawn)) == number
	assert set(drawn) <= set(strata)
	assert drawn == draw(dict(reversed(strata.items())), number, seed)
	if number >= len(set(strata.values())):
		assert {strata[name] for name in drawn} == set(strata.values())


@given(populations, st.data())
def test_no_stratum_is_far_from_its_share(strata, data):
	kinds = set(strata.values())
	number = data.draw(st.integers(len(kinds), max(len(kinds), len(strata))))
	if not strata or number > len(strata):
		return
	sizes, drawn = Counter(strata.values()), Counter(strata[name] for name in draw(strata, number, 7))
	for kind in kinds:
		share = number * sizes[kind] / len(strata)
		assert drawn[kind] >= 1
		assert drawn[kind] <= max(1, share + 1)


def test_more_strata_than_places_draws_from_as_many():
	strata = {str(place): place for place in range(100)}
	assert len(draw(strata, 20, 1)) == 20


def test_every_case_has_the_same_chance():
	strata = {str(place): "all" for place in range(30)}
	seen = Counter(name for seed in range(600) for name in draw(strata, 20, seed))
	assert all(340 < seen[name] < 460 for name in strata)  # 400 expected, 11.5 the standard deviation


def test_another_seed_draws_others():
	strata = {str(place): "all" for place in range(100)}
	assert draw(strata, 20, 1) != draw(strata, 20, 2)


def test_too_many_are_refused():
	with pytest.raises(ValueError, match="larger"):
		draw({"a": 1}, 2, 1)
