"""Priority over the whole grid of answers, and screening by subject matter."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms_iso10002.core.triage import (
	GRADES,
	PRIORITIES,
	SEVERITIES,
	assess_priority,
	at_least,
	screen,
	severity_rank,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

ORDERS = (SEVERITIES, GRADES, GRADES, (False, True), (False, True))
"""What each argument of `assess_priority` can be, from mild to grave."""

GRID = list(itertools.product(*ORDERS))
UNASSESSED = list(
	itertools.product((None, "", *SEVERITIES), (None, "", *GRADES), (None, "", *GRADES), *ORDERS[3:])
)


def level(*answers):
	return PRIORITIES.index(assess_priority(*answers).level)


def reasons(*answers):
	return [template.format(*args) for template, args in assess_priority(*answers).reason_parts]


# -- priority


@patient
@given(st.sampled_from(GRID), st.sampled_from(GRID))
def test_the_graver_answers_of_any_two_never_have_the_lower_priority(a, b):
	graver = tuple(max(pair, key=order.index) for order, *pair in zip(ORDERS, a, b, strict=True))
	assert level(*graver) >= max(level(*a), level(*b))


def test_raising_any_one_answer_never_lowers_the_priority():
	for answers, place in itertools.product(GRID, range(5)):
		order = ORDERS[place]
		for value in order[order.index(answers[place]) :]:
			assert level(*answers[:place], value, *answers[place + 1 :]) >= level(*answers)


def test_safety_is_high_at_least_and_urgent_from_major_or_while_unknown():
	for answers in (answers for answers in UNASSESSED if answers[3]):
		assert level(*answers) >= PRIORITIES.index("High")
		if answers[0] not in ("Minor", "Moderate"):
			assert assess_priority(*answers).level == "Urgent"


def test_critical_is_urgent_whatever_else():
	assert {assess_priority(*answers).level for answers in GRID if answers[0] == "Critical"} == {"Urgent"}


@pytest.mark.parametrize(
	("answers", "expected", "why"),
	[
		(("Minor", "Low", "Low", False, False), "Low", ["Severity Minor"]),
		(("Moderate", "Medium", "Medium", False, False), "Medium", ["Severity Moderate"]),
		(("Minor", "High", "Low", False, False), "Medium", ["High complexity"]),
		(("Moderate", "High", "Low", False, False), "Medium", ["Severity Moderate", "High complexity"]),
		(("Moderate", "Low", "High", False, False), "High", ["Severity Moderate with high impact"]),
		(("Major", "Low", "High", False, False), "Urgent", ["Severity Major with high impact"]),
		(("Minor", "Low", "Low", False, True), "High", ["Immediate action is needed"]),
		(("Minor", "Low", "Low", True, False), "High", ["Safety is concerned"]),
		(
			("Minor", "Low", "Low", True, True),
			"Urgent",
			["Safety is concerned, and immediate action is needed"],
		),
		(
			("Major", "Low", "Low", True, True),
			"Urgent",
			[
				"Immediate action is needed, with severity Major",
				"Safety is concerned, with severity Major",
			],
		),
		((None, None, None, False, False), "Medium", ["Not yet assessed"]),
		(("", "Low", "High", False, False), "High", ["High impact"]),
		(("", "", "", True, False), "Urgent", ["Safety is concerned, and the severity is not yet assessed"]),
		(("no severity", "no grade", "no grade", False, False), "Medium", ["Not yet assessed"]),
	],
)
def test_the_priority_and_its_reason(answers, expected, why):
	assert assess_priority(*answers).level == expected
	assert reasons(*answers) == why


def test_there_is_always_a_reason_made_of_texts():
	for answers in UNASSESSED:
		priority = assess_priority(*answers)
		assert priority.reason_parts
		assert all(isinstance(arg, str) for template, args in priority.reason_parts for arg in args)


# -- severity


def test_severities_are_ranked_and_none_is_below_all():
	assert [severity_rank(severity) for severity in (None, "", *SEVERITIES)] == [0, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("limit", SEVERITIES)
def test_at_least_is_true_from_the_limit_on_and_never_while_unassessed(limit):
	reached = [severity for severity in SEVERITIES if at_least(severity, limit)]
	assert reached == list(SEVERITIES[SEVERITIES.index(limit) :])
	assert not at_least(None, limit)
	assert not at_least("", limit)


@pytest.mark.parametrize(
	("severity", "limit"), [("Grave", "Major"), ("Major", "Grave"), ("Major", ""), (None, None)]
)
def test_a_severity_that_is_none_is_refused(severity, limit):
	with pytest.raises(ValueError):
		at_least(severity, limit)


# -- screening


def test_an_ordinary_complaint_asks_for_nothing():
	screening = screen(False, "Customer", False, False)
	assert not screening.out_of_scope
	assert screening.reason is None
	assert not screening.open_external_dispute
	assert not screening.alert_manager


def test_an_employment_dispute_is_out_of_scope_and_an_employee_as_customer_is_not():
	assert screen(True, "Other", False, False).out_of_scope
	assert "employer" in screen(True, "Other", False, False).reason[0]
	assert screen(True, None, False, False).out_of_scope
	assert not screen(True, "Employee as Customer", False, False).out_of_scope
	assert screen(True, "Employee as Customer", False, False).reason is None


def test_a_category_out_of_scope_is_so_whoever_complains():
	for complainant in ("Customer", "Employee as Customer", "Authority"):
		screening = screen(False, complainant, False, True)
		assert screening.out_of_scope
		assert "category" in screening.reason[0]


def test_a_dispute_already_outside_is_recorded_beside_and_stays():
	screening = screen(False, "Customer", True, False)
	assert screening.open_external_dispute
	assert not screening.out_of_scope
	assert "outside body" in screening.reason[0]


@patient
@given(st.booleans(), st.sampled_from(["Customer", "Employee as Customer", ""]), st.booleans(), st.booleans())
def test_safety_alerts_the_manager_in_every_case_and_changes_nothing_else(
	dispute, complainant, outside, category
):
	calm = screen(dispute, complainant, outside, category)
	alarmed = screen(dispute, complainant, outside, category, safety_implication=True)
	assert alarmed.alert_manager and not calm.alert_manager
	assert (alarmed.out_of_scope, alarmed.reason, alarmed.open_external_dispute) == (
		calm.out_of_scope,
		calm.reason,
		calm.open_external_dispute,
	)
	assert calm.open_external_dispute == outside
	assert not calm.out_of_scope or calm.reason
