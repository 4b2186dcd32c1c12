"""Pareto and ABC, against a worked example and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core.pareto import bars, with_rest


def test_worked_example():
	# by hand: 50 + 30 reach 80 %, 10 + 5 reach 95 %, the rest is C
	found = bars({"late": 10, "leaks": 50, "rude": 3, "price": 30, "lost": 5, "other": 2})
	assert [(bar.key, bar.cumulated, bar.line) for bar in found] == [
		("leaks", 50, "A"),
		("price", 80, "A"),
		("late", 90, "B"),
		("lost", 95, "B"),
		("rude", 98, "C"),
		("other", 100, "C"),
	]


def test_one_that_is_most_of_it_is_a():
	assert [bar.line for bar in bars({"a": 99, "b": 1})] == ["A", "C"]


def test_nothing_makes_no_bars():
	assert bars({}) == [] and bars({"a": 0}) == []


def test_negative_numbers_are_refused():
	with pytest.raises(ValueError, match="negative"):
		bars({"a": -1})


def test_the_rest_is_one_bar():
	found = with_rest(bars({str(number): 1 for number in range(5000)}), 20, "others")
	assert len(found) == 21 and found[-1].number == 4980 and found[-1].cumulated == 100
	assert sum(bar.share for bar in found) == pytest.approx(100)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000), max_size=40))
def test_laws(numbers):
	found = bars(numbers)
	assert sum(bar.number for bar in found) == sum(numbers.values())
	assert [bar.number for bar in found] == sorted((n for n in numbers.values() if n), reverse=True)
	assert not found or (found[0].line == "A" and found[-1].cumulated == pytest.approx(100))
	assert [bar.line for bar in found] == sorted(bar.line for bar in found)
