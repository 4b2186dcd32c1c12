"""Charts and number cards: they count every case, and tell of no single one."""

from datetime import timedelta
from functools import partial

import frappe
import pytest
from frappe.utils import get_first_day, getdate

from cms_iso10002.complaints import clock, counting, dashboard, summary
from cms_iso10002.complaints.report.complaint_pareto import complaint_pareto
from cms_iso10002.complaints.report.complaint_satisfaction import complaint_satisfaction

from . import factories as make

TODAY = partial(clock.today)
METHODS = (
	dashboard.received_and_closed,
	dashboard.milestones,
	dashboard.categories,
	dashboard.received_this_month,
	dashboard.satisfaction,
)


@pytest.fixture(autouse=True)
def cells_of_five():
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	frappe.clear_document_cache("Complaint Settings", "Complaint Settings")


def by(user: str, method):
	"""What a user is shown once the clock has counted."""
	counting.rebuild(None)
	return make.as_user(make.make_user(user), method)


def series(chart: dict) -> dict[str, dict[str, int]]:
	return {row["name"]: dict(zip(chart["labels"], row["values"], strict=True)) for row in chart["datasets"]}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_they_are_for_who_may_read_complaints(method):
	make.make_complaint()
	with pytest.raises(frappe.PermissionError):
		make.as_user(make.make_user("nobody", "Sales User"), method)
	assert by("agent", method) is not None


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_nothing_of_nothing(method):
	found = by("manager", method)
	nothing = ({}, "–", 0)
	if method is dashboard.received_and_closed:
		assert not any(value for row in found["datasets"] for value in row["values"])
	else:
		assert found in nothing or found["value"] == 0


def received(days: int, **values):
	return make.make_complaint(received_on=clock.now_site() - timedelta(days=days), **values)


def test_received_and_closed_by_week():
	monday = TODAY() - timedelta(days=TODAY().weekday())
	for weeks in (0, 1, 1, 30):
		received((TODAY() - monday).days + 7 * weeks)
	withdrawn = received((TODAY() - monday).days + 7)
	make.act(withdrawn, "Withdraw", words="Forget it.")
	chart = by("manager", dashboard.received_and_closed)
	assert len(chart["labels"]) == dashboard.WEEKS
	rows = {row["name"]: row["values"] for row in chart["datasets"]}
	assert rows["Received"][-2:] == [3, 1] and sum(rows["Received"]) == 4
	assert rows["Closed"][-1] == 1 and sum(rows["Closed"]) == 1


def test_duplicates_and_what_is_out_of_scope_do_not_count():
	first, second, third = (received(0) for _ in range(3))
	make.act(second, "Mark as Duplicate", duplicate_of=first.name, channel="Phone")
	make.act(third, "Put Out of Scope", reason="A matter of employment", channel="Phone")
	assert by("manager", dashboard.received_this_month)["value"] == 1


def test_a_count_of_few_is_of_those_the_viewer_may_list():
	"""Else two hidden cases among four would be told by subtracting."""
	hidden = {"confidentiality": "Restricted", "handler": make.make_user("agent2")}
	for n in range(4):
		received(0, **(hidden if n % 2 else {}))
	assert by("manager", dashboard.received_this_month)["value"] == 4
	assert by("auditor", dashboard.received_this_month)["value"] == 4
	assert by("agent", dashboard.received_this_month)["value"] == 2
	weeks = by("agent", dashboard.received_and_closed)
	assert sum(weeks["datasets"][0]["values"]) == 2
	received(0)
	assert by("agent", dashboard.received_this_month)["value"] == 5


def test_a_route_leads_to_the_list_of_the_month():
	card = dashboard.received_this_month()
	assert card["route"] == ["List", "Complaint"]
	first = get_first_day(TODAY())
	assert getdate(frappe.db.get_value("Complaint", received(0).name, "received_on")) >= first


def test_categories_are_a_pareto_and_small_ones_are_together():
	names = frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="name", limit=3)
	for name, number in zip(names, (6, 2, 1), strict=True):
		for _ in range(number):
			received(1, category=name)
	chart = by("manager", dashboard.categories)
	assert chart["labels"] == names
	assert chart["datasets"][0]["values"] == [66.7, 22.2, 11.1]
	assert chart["datasets"][1]["values"] == [66.7, 88.9, 100.0]
	# three in all are too few: the next larger one is put with them, and nothing can be told apart
	alone = by("agent", dashboard.categories)
	assert alone["labels"] == ["Others"] and len(alone["datasets"]) == 1, "a line needs two points"
	received(1)
	received(1)
	assert by("agent", dashboard.categories)["labels"] == [names[0], "Others"]


def test_more_categories_than_a_chart_holds():
	numbers = {f"c{n}": 20 - n for n in range(15)}
	bars = dashboard._bars({**numbers, None: 7})
	assert [bar.key for bar in bars] == [*list(numbers)[:10], None]
	assert bars[-1].cumulated == 100 and bars[-1].number == 7 + sum(range(6, 11))
	assert dashboard._bars({}) == []


def test_milestones_are_the_summary_s():
	for _ in range(6):
		make.act(received(0), "Acknowledge", channel="Phone")
	make.advance(received(0), "Assessed")
	summary.rebuild(None)
	mine = series(by("manager", dashboard.milestones))
	assert mine["In Time"]["Acknowledge"] == 7
	theirs = series(by("agent", dashboard.milestones))
	# one assessment is one case: it is put with others, and nothing is lost
	assert "Assess" not in theirs["In Time"] and "Others" in theirs["In Time"]
	assert sum(theirs["In Time"].values()) == sum(mine["In Time"].values())


def rate(number: int, overall: int = 4):
	for _ in range(number):
		row = frappe.new_doc("Complaint Feedback")
		row.update({"complaint": received(1).name, "overall": overall, "submitted_on": clock.now_site()})
		row.update({"occasion": "Closing", "name": frappe.generate_hash(length=10)})
		row.db_insert()


def test_satisfaction_is_a_mean_of_enough():
	assert by("manager", dashboard.satisfaction) == "–"
	rate(2)
	rate(1, overall=5)
	rate(1, overall=0)
	assert by("manager", dashboard.satisfaction) == frappe.format_value(
		4.3, {"fieldtype": "Float", "precision": 1}
	)
	assert by("agent", dashboard.satisfaction) == "–"
	rate(2, overall=5)
	assert by("agent", dashboard.satisfaction) == frappe.format_value(
		4.6, {"fieldtype": "Float", "precision": 1}
	)


def test_what_the_workspace_says_is_what_the_reports_say():
	"""A duplicate's rating counts nowhere, and neither does one of a case that is out of scope."""
	for _ in range(3):
		received(0)
	kept, duplicate, foreign = received(0), received(0), received(0)
	make.act(duplicate, "Mark as Duplicate", duplicate_of=kept.name, channel="Phone")
	make.act(foreign, "Put Out of Scope", reason="A matter of employment", channel="Phone")
	for case, overall in ((kept, 5), (duplicate, 1), (foreign, 1)):
		row = frappe.new_doc("Complaint Feedback")
		row.update({"complaint": case.name, "overall": overall, "submitted_on": clock.now_site()})
		row.update({"occasion": "Closing", "name": frappe.generate_hash(length=10)})
		row.db_insert()
	assert by("manager", dashboard.satisfaction) == frappe.format_value(
		5.0, {"fieldtype": "Float", "precision": 1}
	)
	period = {"from_date": get_first_day(TODAY()), "to_date": TODAY()}
	number = by("manager", dashboard.received_this_month)["value"]
	assert complaint_pareto.execute(dict(period))[1][-1]["number"] == number == 4
	assert complaint_satisfaction.execute(dict(period))[1][-1]["overall"] == 5.0


def test_nothing_is_kept_for_whoever_asks_next():
	"""Frappe keeps its own charts by their name alone: what a manager saw, an agent would be shown."""
	for _ in range(2):
		received(0, confidentiality="Restricted", handler=make.make_user("agent2"))
	assert sum(by("manager", dashboard.received_and_closed)["datasets"][0]["values"]) == 2
	assert sum(by("agent", dashboard.received_and_closed)["datasets"][0]["values"]) == 0
	charts = frappe.get_all(
		"Dashboard Chart", {"module": "Complaints"}, ["name", "chart_type"], order_by="name"
	)
	assert charts and {chart.chart_type for chart in charts} == {"Custom"}


def test_queries_do_not_grow_with_the_cases():
	def queries(method) -> int:
		before = count[0]
		make.as_user(agent, method)
		return count[0] - before

	agent, count, run = make.make_user("agent"), [0], frappe.db.sql

	def counted(*args, **kwargs):
		count[0] += 1
		return run(*args, **kwargs)

	received(0)
	counting.rebuild(None)
	frappe.db.sql = counted
	try:
		for method in METHODS:
			few = queries(method)
			frappe.db.sql = run
			for _ in range(6):
				received(0)
			counting.rebuild(None)
			frappe.db.sql = counted
			assert queries(method) <= few, method.__name__
	finally:
		frappe.db.sql = run


def test_charts_and_cards_are_on_the_site_and_may_be_seen():
	for doctype, names in (
		(
			"Dashboard Chart",
			("Complaints Received and Closed", "Milestones of 90 Days", "Complaints by Category"),
		),
		("Number Card", ("Complaints Received This Month", "Satisfaction of Complainants")),
	):
		for name in names:
			assert frappe.has_permission(doctype, "read", name, user=make.make_user("agent")), name
	steps = frappe.get_all(
		"Onboarding Step Map", {"parent": "Complaint Handling"}, pluck="step", order_by="idx"
	)
	assert len(steps) == 6 and all(frappe.db.exists("Onboarding Step", step) for step in steps)
