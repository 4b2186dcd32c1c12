"""How an objective stands, and how heavy a risk is."""

from datetime import date

import pytest

from cms_iso10002.core import context, objectives


@pytest.mark.parametrize(
	("actual", "target", "better", "ended", "status"),
	[
		(90.0, 90.0, "higher", False, "On Track"),
		(89.9, 90.0, "higher", False, "Off Track"),
		(90.0, 90.0, "higher", True, "Met"),
		(89.9, 90.0, "higher", True, "Missed"),
		(5.0, 5.0, "lower", True, "Met"),
		(5.1, 5.0, "lower", True, "Missed"),
		(0.0, 0.0, "lower", False, "On Track"),
		(0.0, 1.0, "higher", False, "Off Track"),
		(None, 0.0, "lower", True, "No Data"),
		(None, 90.0, "higher", False, "No Data"),
	],
)
def test_status(actual, target, better, ended, status):
	assert objectives.status(actual, target, better, ended) == status
	assert status in objectives.STATUSES


@pytest.mark.parametrize(
	("actual", "before", "better", "unit", "trend"),
	[
		(81.0, 80.0, "higher", "%", "Improving"),
		(80.9, 80.0, "higher", "%", "Steady"),
		(79.0, 80.0, "higher", "%", "Worse"),
		(79.0, 80.0, "lower", "%", "Improving"),
		(10.0, 10.0, "lower", "days", "Steady"),
		(10.1, 10.0, "lower", "days", "Steady"),
		(10.3, 10.0, "lower", "days", "Worse"),
		(1.0, 0.0, "higher", "count", "Improving"),
		(0.0, 0.0, "higher", "count", "Steady"),
		(None, 80.0, "higher", "%", ""),
		(80.0, None, "higher", "%", ""),
	],
)
def test_trend(actual, before, better, unit, trend):
	assert objectives.trend(actual, before, better, unit) == trend


def test_a_week_goes_from_monday_to_sunday_whatever_the_year():
	assert objectives.same_week(date(2026, 12, 28), date(2027, 1, 3))
	assert not objectives.same_week(date(2027, 1, 3), date(2027, 1, 4))
	assert not objectives.same_week(date(2026, 1, 5), date(2027, 1, 5))


@pytest.mark.parametrize(
	("likelihood", "impact", "score", "rating"),
	[
		("Rare", "Negligible", 1, "Low"),
		("Unlikely", "Minor", 4, "Low"),
		("Rare", "Severe", 5, "Medium"),
		("Possible", "Moderate", 9, "Medium"),
		("Likely", "Moderate", 12, "High"),
		("Almost Certain", "Severe", 25, "High"),
		("", "Severe", 0, ""),
		("Likely", None, 0, ""),
		("Sometimes", "Severe", 0, ""),
	],
)
def test_the_weight_of_a_risk(likelihood, impact, score, rating):
	assert context.score(likelihood, impact) == score
	assert context.rating(score) == rating
