"""Control charts against worked textbook figures, run rules by their definitions, and laws that hold for any data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import trends
from cms_iso10002.core.trends import Point, u_chart

SHIPMENTS = (2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4)
"""Errors found in 50 shipments a week: Montgomery, Introduction to Statistical Quality Control, 6th ed., example 7.4."""
CLOTH_UNITS = (10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5)
CLOTH_DEFECTS = (14, 12, 20, 11, 7, 10, 21, 16, 19, 23)
"""Rolls of dyed cloth, in inspection units of 50 m², with their defects: the same, example 7.5 (variable sample size)."""


def chart(events, units, **options):
	units = units if isinstance(units, (list, tuple)) else [units] * len(events)
	return u_chart(
		[Point(place, *pair) for place, pair in enumerate(zip(events, units, strict=True))], **options
	)


def at(distances):
	"""A chart whose points lie so many standard deviations from the centre: the first two, out of sight, fix it at 1."""
	units = 10_000
	points = [Point(-2, units, units), Point(-1, units, units)]
	points += [Point(place, round(units + d * units**0.5), units) for place, d in enumerate(distances)]
	return u_chart(points, baseline=2)


def rules(found):
	return [signal.rule for signal in found.signals]


def test_textbook_chart_of_equal_samples():
	found = chart(SHIPMENTS, 50)
	assert found.centre == pytest.approx(0.0740, abs=0.00005)
	assert found.limits[0].upper == pytest.approx(0.1894, abs=0.0001)
	assert found.limits[0].lower == 0  # -0.0414 in the book: no rate is negative
	assert trends.BEYOND not in rules(found)


def test_textbook_chart_of_samples_that_differ():
	found = chart(CLOTH_DEFECTS, CLOTH_UNITS)
	assert found.centre == pytest.approx(153 / 107.5)
	# The book prints 1.42 ± 3·√(1.42/n), rounded before it goes on; by hand for n = 10, 8 and 13:
	for place, lower, upper in ((0, 0.29, 2.55), (1, 0.16, 2.69), (2, 0.43, 2.42)):
		assert found.limits[place].lower == pytest.approx(lower, abs=0.01)
		assert found.limits[place].upper == pytest.approx(upper, abs=0.01)
	assert found.signals == ()


def test_a_point_beyond_a_limit_is_told_with_its_direction():
	found = at([0, 0, 3.5, 0, -3.5])
	assert [(s.rule, s.at, s.direction) for s in found.signals] == [
		(trends.BEYOND, 4, 1),
		(trends.BEYOND, 6, -1),
	]


@pytest.mark.parametrize(
	("distances", "rule"),
	[
		([0.5] * 8, trends.SAME_SIDE),
		([-0.5] * 8, trends.SAME_SIDE),
		([2.5, 0, 2.5], trends.TWO_OF_THREE),
		([1.5, 1.5, -0.5, 1.5, 1.5], trends.FOUR_OF_FIVE),
		([-0.9, -0.5, 0.1, 0.3, 0.6, 0.9], trends.STEADY),
		([0.9, 0.5, 0.1, -0.3, -0.6, -0.9], trends.STEADY),
	],
)
def test_run_rules_by_their_definitions(distances, rule):
	assert rule in rules(at(distances))


@pytest.mark.parametrize(
	"distances",
	[
		[0.5] * 7 + [-0.1],
		[2.5, 0, 0, 2.5],
		[2.5, -2.5],
		[1.5, 1.5, -1.5, 1.5, 0.9],
		[-0.9, -0.5, 0.1, 0.3, 0.6, 0.5],
	],
)
def test_almost_is_no_signal(distances):
	assert rules(at(distances)) == []


def test_a_run_that_goes_on_is_one_signal():
	assert rules(at([0.5] * 15)).count(trends.SAME_SIDE) == 1


def test_points_without_sales_have_no_rate_and_break_no_run():
	found = u_chart(
		[Point(0, 10_000, 10_000), Point(1, 10_000, 10_000), *[Point(2, 10_050, 10_000)] * 4, Point(3, 5, 0)]
		+ [Point(4, 10_050, 10_000)] * 4,
		baseline=2,
	)
	assert found.points[6].rate is None and found.limits[6] is None
	assert trends.SAME_SIDE in rules(found)


def test_nothing_sold_is_no_rate():
	found = chart([3, 4], [0, None])
	assert found.centre is None and found.remarks == (trends.NO_UNITS,)


def test_one_point_is_no_chart():
	found = chart([3], 10)
	assert found.centre is None and found.remarks == (trends.NOT_ENOUGH,)


def test_no_events_at_all():
	found = chart([0, 0, 0], 10)
	assert found.centre == 0 and found.signals == () and found.remarks == (trends.NO_EVENTS,)


def test_all_the_same_is_no_signal():
	assert chart([5] * 30, 10).signals == ()


def test_few_points_and_few_events_are_said():
	assert chart([1, 0, 1], 10).remarks == (trends.PROVISIONAL, trends.ROUGH)


def test_negative_events_are_refused():
	with pytest.raises(ValueError, match="negative"):
		chart([-1, 2], 10)


series = st.lists(st.tuples(st.integers(0, 500), st.floats(0.5, 5000)), min_size=2, max_size=60)


@given(series)
def test_laws_of_any_chart(pairs):
	found = u_chart([Point(place, *pair) for place, pair in enumerate(pairs)])
	for point, limit in zip(found.points, found.limits, strict=True):
		if limit:
			assert 0 <= limit.lower <= found.centre <= limit.upper
			beyond = point.rate > limit.upper or (limit.distance < -3)
			assert beyond == (abs(limit.distance) > 3) or limit.distance == pytest.approx(3)
	for signal in found.signals:
		assert list(signal.points) == sorted(set(signal.points))
		if signal.rule != trends.STEADY:
			sides = {found.limits[place].distance > 0 for place in signal.points}
			assert sides == {signal.direction > 0}


@given(series, st.integers(2, 9))
def test_the_unit_of_sales_moves_no_signal(pairs, factor):
	plain = u_chart([Point(place, *pair) for place, pair in enumerate(pairs)])
	if any(
		limit and min(abs(limit.distance - edge) for edge in (-3, -2, -1, 0, 1, 2, 3)) < 1e-6
		for limit in plain.limits
	):
		return  # on an edge, where rounding decides
	scaled = u_chart([Point(place, events, units * factor) for place, (events, units) in enumerate(pairs)])
	steady = [one for one in plain.signals if one.rule != trends.STEADY]
	assert [one for one in scaled.signals if one.rule != trends.STEADY] == steady
