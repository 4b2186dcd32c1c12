"""Objectives: a figure of the evidence, a target, and how it stands; computed, never typed."""

from __future__ import annotations

from datetime import date, datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import objectives
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from tests.site.factories import (
	as_user,
	make_objective,
	make_training,
	make_user,
	only_the_cast,
	set_now,
)

DOCTYPE = "Complaint Objective"


def at(day: str) -> None:
	set_now(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=timezone.utc))


@pytest.fixture(autouse=True)
def in_march():
	at("2026-03-31")


@pytest.fixture
def figure(monkeypatch):
	"""A figure of the registry that says what the test tells it: `figure.values` by the period's first day; `figure.asked`."""

	def compute(period: Period, company: str | None = None) -> Evidence:
		compute.asked.append((period, company))
		if isinstance(compute.value, Exception):
			raise compute.value
		value = compute.values.get(period.start, compute.value)
		return Evidence(
			"testing",
			"made-up",
			"A made-up figure",
			value,
			compute.unit,
			sample=0 if value is None else 7,
			better=compute.better,
			explanation="Seven were counted.",
		)

	compute.value, compute.values, compute.asked = 80.0, {}, []
	compute.unit, compute.better = "%", "higher"
	compute.clause, compute.figure = "testing", "made-up"
	monkeypatch.setitem(registry._OURS, "testing", [compute])
	return compute


def make(figure, **values):
	return make_objective(figure="testing/made-up", **values)


# What is computed


def test_a_running_objective_is_computed_up_to_today_and_in_as_many_days_before(figure):
	figure.values = {date(2026, 1, 1): 92.0, date(2025, 10, 3): 85.0}
	doc = make(figure)
	assert (doc.status, doc.actual, doc.actual_before, doc.trend) == ("On Track", 92.0, 85.0, "Improving")
	assert (doc.sample, doc.explanation, doc.unit) == (7, "Seven were counted.", "%")
	assert (doc.clause, doc.figure_label) == ("testing", "A made-up figure")
	periods = [period for period, _company in figure.asked if period != objectives.NOWHEN]
	assert periods == [
		Period(date(2026, 1, 1), date(2026, 3, 31)),
		Period(date(2025, 10, 3), date(2025, 12, 31)),
	]
	assert str(doc.computed_on) == "2026-03-31 11:00:00"


@pytest.mark.parametrize(
	"day, value, status",
	[
		("2026-03-31", 89.0, "Off Track"),
		("2026-03-31", 90.0, "On Track"),
		("2026-12-31", 89.0, "Off Track"),
		("2027-01-01", 89.0, "Missed"),
		("2027-01-01", 90.0, "Met"),
		("2027-01-01", None, "No Data"),
		("2026-03-31", None, "No Data"),
	],
)
def test_how_it_stands(figure, day, value, status):
	at(day)
	figure.value = value
	doc = make(figure)
	assert doc.status == status
	assert doc.actual == value and len(doc.actuals) == (value is not None)


def test_no_data_is_neither_zero_nor_a_trend(figure):
	figure.values = {date(2026, 1, 1): None}
	doc = make(figure)
	assert (doc.status, doc.actual, doc.trend, doc.actuals) == ("No Data", None, "", [])
	figure.values = {date(2025, 10, 3): None}
	doc = make(figure)
	assert (doc.status, doc.actual, doc.trend) == ("Off Track", 80.0, "")


def test_where_less_is_better(figure):
	figure.better, figure.unit = "lower", "days"
	figure.values = {date(2026, 1, 1): 4.0, date(2025, 10, 3): 6.0}
	doc = make(figure, better="lower", target=5)
	assert (doc.status, doc.trend) == ("On Track", "Improving")


def test_what_is_yet_to_begin_has_no_data(figure):
	doc = make(figure, from_date="2026-07-01")
	assert doc.status == "No Data" and "has not begun" in doc.explanation
	assert all(period == objectives.NOWHEN for period, _company in figure.asked)


def test_a_figure_that_fails_says_why_and_the_objective_stays(figure):
	doc = make(figure)
	figure.value = ValueError("out of order")
	objectives.recompute(doc.name)
	doc.reload()
	assert doc.status == "No Data" and "out of order" in doc.explanation


def test_a_figure_that_is_gone_says_so(figure, monkeypatch):
	doc = make(figure)
	monkeypatch.delitem(registry._OURS, "testing")
	objectives.refresh_all()
	doc.reload()
	assert doc.status == "No Data" and "testing/made-up" in doc.explanation


def test_the_company_is_asked_for(figure):
	company = frappe.db.get_value("Company", {}, "name")
	make(figure, company=company)
	assert {asked for _period, asked in figure.asked} == {company}
	figure.asked.clear()
	make(figure, company="")
	assert {asked for _period, asked in figure.asked} == {None}


def test_a_real_figure():
	at("2026-03-31")
	only_the_cast()
	for name in ("agent", "agent2", "investigator", "manager"):
		make_training(make_user(name))
	doc = make_objective(target=75)
	assert (doc.actual, doc.status, doc.unit, doc.clause) == (80.0, "On Track", "%", "competence")
	assert doc.actual_before == 0.0 and doc.trend == "Improving", "on 2025-12-31 nobody was trained"


# The history of actuals


def test_the_history_keeps_the_last_actual_of_each_week(figure):
	at("2026-03-30")  # a Monday
	doc = make(figure)
	for day, value in (
		("2026-04-01", 81.0),
		("2026-04-05", 82.0),
		("2026-04-06", 83.0),
		("2026-04-06", 84.0),
	):
		at(day)
		figure.value = value
		objectives.refresh_all()
	doc.reload()
	assert [(str(row.day), row.actual) for row in doc.actuals] == [("2026-04-05", 82.0), ("2026-04-06", 84.0)]
	assert doc.actual == 84.0


def test_another_figure_begins_another_history(figure):
	doc = make(figure)
	at("2026-04-20")
	doc.reload()
	doc.save()
	assert len(doc.actuals) == 2
	doc.target = 70
	doc.save()
	assert len(doc.actuals) == 2 and doc.status == "On Track", "the target does not change what was measured"
	doc.from_date = "2026-02-01"
	doc.save()
	assert len(doc.actuals) == 1


def test_nobody_types_an_actual(figure):
	doc = make(figure)
	doc.update({"actual": 99, "status": "Met", "trend": "Improving", "sample": 1000, "clause": "policy"})
	doc.append("actuals", {"day": "2026-01-01", "actual": 99})
	doc.save()
	doc.reload()
	assert (doc.actual, doc.status, doc.sample, doc.clause) == (80.0, "Off Track", 7, "testing")
	assert [row.actual for row in doc.actuals] == [80.0]


# The daily job


def test_the_job_computes_what_runs_and_what_ended_lately(figure):
	running = make(figure)
	ended = make(figure, to_date="2026-03-15")
	long_ago = make(figure, to_date="2026-02-01")
	ahead = make(figure, from_date="2026-06-01")
	figure.value = 95.0
	objectives.refresh_all()

	def status(doc):
		return frappe.db.get_value(DOCTYPE, doc.name, "status")

	assert (status(running), status(ended)) == ("On Track", "Met")
	assert (status(long_ago), status(ahead)) == ("Missed", "No Data")


def test_the_job_leaves_an_open_form_alone(figure):
	doc = make(figure)
	opened = frappe.get_doc(DOCTYPE, doc.name)
	figure.value = 95.0
	objectives.refresh_all()
	opened.plan = "Train two more people"
	opened.save()
	assert (opened.actual, opened.status) == (95.0, "On Track")
	assert frappe.db.get_value(DOCTYPE, doc.name, "plan") == "Train two more people"


def test_who_is_responsible_is_told_of_a_turn_for_the_worse_once(figure):
	figure.value = 95.0
	doc = make(figure)

	def told():
		return frappe.get_all(
			"Notification Log", {"document_name": doc.name}, ["for_user", "subject"], order_by="creation"
		)

	objectives.refresh_all()
	assert told() == []
	figure.value = 85.0
	for _run in range(2):
		objectives.refresh_all()
	assert [row.for_user for row in told()] == [make_user("manager")]
	assert "off track" in told()[0].subject
	at("2027-01-02")
	objectives.refresh_all()
	assert [row.subject.split()[-1] for row in told()] == ["track", "missed"]


def test_one_that_fails_keeps_none_of_the_others_back(figure, monkeypatch):
	first, second = make(figure), make(figure)
	figure.value = 95.0
	refresh = objectives.refresh

	def fragile(name):
		refresh(name)
		if name == first.name:
			raise ValueError("broken")

	monkeypatch.setattr(objectives, "refresh", fragile)
	objectives.refresh_all()
	assert frappe.db.get_value(DOCTYPE, first.name, "status") == "Off Track", "undone"
	assert frappe.db.get_value(DOCTYPE, second.name, "status") == "On Track"


# After its end


@pytest.mark.parametrize(
	"values",
	[
		{"target": 70},
		{"to_date": "2027-12-31"},
		{"from_date": "2026-06-01"},
		{"company": "Complaints Demo Ltd"},
	],
)
def test_what_was_missed_is_not_met_afterwards(figure, values):
	doc = make(figure)
	at("2027-01-02")
	doc.update(values)
	with pytest.raises(frappe.ValidationError, match=r"ended on .* so .* stays as it was"):
		doc.save()
	doc.reload()
	assert doc.target == 90
	doc.plan = "Why it was missed: two people left."
	doc.save()
	assert doc.status == "Missed"


def test_up_to_its_last_day_the_target_can_be_corrected(figure):
	doc = make(figure)
	at("2026-12-31")
	doc.target = 70
	doc.save()
	assert doc.status == "On Track"


# Bad input


@pytest.mark.parametrize(
	"values, words",
	[
		({"figure": "policy/magic"}, "There is no figure"),
		({"figure": "magic/policy"}, "There is no figure"),
		({"figure": "policy"}, "There is no figure"),
		({"figure": "<script>alert(1)</script>"}, "There is no figure"),
		({"from_date": "2026-12-31", "to_date": "2026-01-01"}, "ends before it begins"),
		({"to_date": "2026-01-01"}, "ends before it begins"),
		({"target": 101}, "can't be reached"),
		({"target": -1}, "below zero"),
		({"better": "lower"}, "higher is better"),
		({"better": "sideways"}, "sideways|higher and lower"),
		({"responsible": "nobody@complaints.test"}, "nobody"),
	],
)
def test_what_cannot_be_is_refused(values, words):
	with pytest.raises(frappe.ValidationError, match=words):
		make_objective(**values)


def test_a_target_of_zero_is_a_target(figure):
	figure.better, figure.value, figure.unit = "lower", 0.0, "count"
	assert make(figure, better="lower", target=0).status == "On Track"


# The picker


def test_the_picker_lists_every_figure_once_with_its_label():
	choices = as_user(make_user("manager"), objectives.get_choices)
	values = [choice["value"] for choice in choices]
	assert len(values) == len(set(values)) and len({choice["label"] for choice in choices}) == len(values)
	known = {f"{clause}/{f.figure}" for clause in registry.clauses() for f in registry.figures(clause)}
	assert set(values) == known
	one = next(choice for choice in choices if choice["value"] == "competence/trained_handlers")
	assert one["label"].endswith(": Handlers with Valid Training")
	assert (one["unit"], one["better"]) == ("%", "higher")


def test_the_list_of_figures_is_computed_once_a_language(figure):
	first = objectives.get_choices()
	asked = len(figure.asked)
	assert asked == 1 and objectives.get_choices() == first and len(figure.asked) == asked
	frappe.local.lang = "de"
	objectives.get_choices()
	assert len(figure.asked) == 2


def test_the_picker_is_for_who_reads_objectives():
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), objectives.get_choices)


def test_the_button_is_for_who_may_write(figure):
	doc = make(figure)
	for name in ("agent", "auditor"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(name), lambda: objectives.recompute(doc.name))
	figure.value = 95.0
	as_user(make_user("manager"), lambda: objectives.recompute(doc.name))
	assert frappe.db.get_value(DOCTYPE, doc.name, "actual") == 95.0
