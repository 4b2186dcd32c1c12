"""What people see of the clocks: the report Milestone Performance, number cards, workspace and calendar."""

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import frappe
import pytest
from frappe.desk.query_report import run

from cms_iso10002.complaints import calendar_view, clock, summary
from cms_iso10002.complaints.analysis.cells import pool_small
from cms_iso10002.complaints.performance import Group
from cms_iso10002.complaints.report.milestone_performance import milestone_performance
from cms_iso10002.core import histogram
from tests.site.factories import (
	advance,
	as_user,
	edit,
	make_complaint,
	make_customer,
	make_item,
	make_user,
	milestone,
	set_now,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
HOUR = 3600


@pytest.fixture(autouse=True)
def from_a_monday_on():
	set_now(MONDAY)
	frappe.db.delete("Complaint Daily Summary")
	yield
	set_now(None)


@pytest.fixture
def two_categories():
	"""Two categories, the second below the first."""
	parent, child = "Kitchen", "Kettles"
	for name, above, group in ((parent, "", 1), (child, parent, 0)):
		frappe.get_doc(
			{
				"doctype": "Complaint Category",
				"category_name": name,
				"parent_complaint_category": above,
				"is_group": group,
			}
		).insert()
	return parent, child


def counted(day=date(2026, 3, 2), stage="decide", met=0, met_late=0, overdue=0, hours=(), **key):
	"""A row of the daily summary."""
	row = dict.fromkeys(summary.KEY) | dict.fromkeys(summary.NUMBERS, 0)
	row |= {"day": day, "stage": stage, "met": met, "met_late": met_late, "overdue": overdue, **key}
	row["worked_histogram"] = histogram.to_text(histogram.of(h * HOUR for h in hours))
	frappe.get_doc({"doctype": "Complaint Daily Summary", "name": frappe.generate_hash(), **row}).db_insert()


def report(user=None, **filters):
	"""Rows of the report by group, and all it gives."""
	filters = {"from_date": "2026-01-01", "to_date": "2026-12-31", "group_by": "Stage", **filters}
	answer = as_user(user or "Administrator", lambda: milestone_performance.execute(filters))
	return {row["group"]: row for row in answer[1]}, answer


def figures(row):
	return tuple(row.get(name) for name in ("total", "met", "met_late", "overdue"))


# the report ----------------------------------------------------------------------------------------------


def test_figures_by_stage():
	counted(stage="decide", met=3, met_late=1, hours=(2, 4, 6, 40))
	counted(stage="decide", day=date(2026, 3, 9), overdue=1)
	counted(stage="acknowledge", met=5, hours=(1,) * 5)
	rows, (columns, *_rest) = report()
	assert figures(rows["Decide"]) == (5, 3, 1, 1)
	assert rows["Decide"]["in_time"] == 60
	assert rows["Decide"]["median"] == pytest.approx(4, rel=0.05)
	assert rows["Decide"]["slowest"] == pytest.approx(40, rel=0.05)
	assert figures(rows["Acknowledge"]) == (5, 5, 0, 0)
	assert figures(rows["Total"]) == (10, 8, 1, 1)
	assert columns[0]["fieldname"] == "group"


def test_what_the_clock_counted_is_what_the_report_says():
	advance(make_complaint(), "Acknowledged")
	summary.refresh([clock.today()])
	rows, _answer = report()
	assert figures(rows["Acknowledge"]) == (1, 1, 0, 0)


@pytest.mark.parametrize(
	("group_by", "names"),
	[
		("Stage", {"Decide", "Total"}),
		("Category", {"Kitchen", "Kettles", "None", "Total"}),
		("Handler", {"agent", "Unassigned", "Total"}),
		("Company", {"Complaints Demo Ltd", "None", "Total"}),
		("Month", {"February 2026", "March 2026", "Total"}),
	],
)
def test_every_grouping(two_categories, group_by, names):
	counted(met=6, category="Kitchen", handler=make_user("agent"), day=date(2026, 2, 27))
	counted(met=6, category="Kettles", company="Complaints Demo Ltd")
	counted(met=6)
	rows, _answer = report(group_by=group_by)
	assert set(rows) == names
	assert rows["Total"]["total"] == 18


def test_filters(two_categories):
	agent = make_user("agent")
	counted(met=1, category="Kitchen", handler=agent)
	counted(met=1, category="Kettles", stage="acknowledge", day=date(2026, 1, 31))
	counted(met=1, company="Complaints Demo Ltd")
	for filters, total in (
		({}, 3),
		({"category": "Kitchen"}, 2),
		({"category": "Kettles"}, 1),
		({"handler": agent}, 1),
		({"stage": "acknowledge"}, 1),
		({"company": "Complaints Demo Ltd"}, 1),
		({"to_date": "2026-01-31"}, 1),
		({"from_date": "2026-02-01"}, 2),
	):
		rows, _answer = report(**filters)
		assert rows["Total"]["total"] == total, filters


def test_filters_that_the_counted_days_do_not_tell_apart():
	group = frappe.db.get_value("Item", make_item(), "item_group")
	root = frappe.db.get_value("Territory", {"is_group": 1}, "name", order_by="lft")
	far = frappe.get_doc({"doctype": "Territory", "territory_name": "Far", "parent_territory": root}).insert()
	customer = make_customer("Far Away Ltd")
	frappe.db.set_value("Customer", customer, "territory", far.name)
	grave = make_complaint(severity="Major", customer=customer, subjects=[{"item_code": make_item()}])
	for case in (grave, make_complaint(severity="Minor")):
		advance(case, "Acknowledged")
	summary.refresh([clock.today()])
	for filters, total in (
		({}, 2),
		({"severity": "Major"}, 1),
		({"severity": "Critical"}, None),
		({"territory": far.name}, 1),
		({"territory": root}, 2),
		({"item_group": group}, 1),
		({"severity": "Major", "stage": "decide"}, None),
		({"severity": "Major", "handler": make_user("agent2")}, None),
	):
		rows, _answer = report(**filters)
		assert rows.get("Acknowledge", {}).get("total") == total, filters
	by_month = report(severity="Major", group_by="Month")[0]["Total"]["total"]
	assert by_month == report(severity="Major")[0]["Total"]["total"] > 0
	assert report(severity="Major")[0]["Acknowledge"]["where"]["filters"]["severity"] == ["in", ["Major"]]
	assert report(item_group=group)[0]["Acknowledge"]["where"] is None


@pytest.mark.parametrize(
	("filters", "words"),
	[
		({"from_date": "2026-03-02", "to_date": "2026-03-01"}, "swap"),
		({"from_date": None}, "first and the last day"),
		({"group_by": "Weather"}, "Group By is one of"),
	],
)
def test_filters_that_make_no_sense(filters, words):
	with pytest.raises(frappe.ValidationError, match=words):
		report(**filters)


def test_nothing_counted_is_an_empty_report():
	rows, (_columns, _rows, message, chart, cards) = report()
	assert not rows and message is None and chart is None and cards is None


def test_chart_and_cards():
	counted(met=9, overdue=1)
	_rows, (_columns, _data, _message, chart, cards) = report()
	assert chart["data"]["labels"] == ["Decide"]
	assert [bars["values"] for bars in chart["data"]["datasets"]] == [[9], [0], [1]]
	assert {card["label"]: card["value"] for card in cards} == {
		"In Time": 90,
		"Milestones": 10,
		"Met Late": 0,
		"Overdue": 1,
	}


def test_what_is_out_of_scope_is_said_apart():
	counted(met=1, out_of_scope=4)
	rows, answer = report()
	assert rows["Total"]["total"] == 1
	assert "out of scope" in answer[2] and "4" in answer[2]


# who sees what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["manager", "auditor", "agent", "investigator"])
def test_roles_of_the_report(name):
	counted(met=7)
	answer = as_user(
		make_user(name),
		lambda: run(
			"Milestone Performance",
			filters={"from_date": "2026-01-01", "to_date": "2026-12-31", "group_by": "Stage"},
		),
	)
	assert [row["total"] for row in answer["result"]] == [7, 7]


def test_others_may_not_run_it():
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("boss", "System Manager"), lambda: run("Milestone Performance", filters={}))


def test_small_groups_are_shown_together_to_agents(two_categories):
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	counted(met=20)
	counted(met=8, category="Kitchen")
	counted(met=3, overdue=1, category="Kettles")
	counted(met=2, category=frappe.db.get_value("Complaint Category", {"name": ("not in", two_categories)}))
	mine, _answer = report(make_user("agent"), group_by="Category")
	assert {name: row["total"] for name, row in mine.items()} == {
		"None": 20,
		"Kitchen": 8,
		"Other (fewer than 5 each)": 6,
		"Total": 34,
	}
	everything, _answer = report(make_user("manager"), group_by="Category")
	assert everything["Kettles"]["total"] == 4


def test_one_small_group_takes_the_next_along_lest_the_total_tells():
	groups = [Group("a", met=9), Group("b", met=7), Group("c", met=1), Group("d", met=30)]
	shown = pool_small(groups, 5)
	assert [(group.key, group.total) for group in shown] == [("a", 9), ("d", 30), (None, 8)]
	assert pool_small(groups, 0) == groups


def test_too_few_in_all_are_only_counted():
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	counted(met=2, overdue=1, hours=(3, 3))
	rows, answer = report(make_user("agent"))
	assert figures(rows["Total"]) == (3, None, None, None)
	assert "median" not in rows["Total"]
	assert answer[3] is None and [card["label"] for card in answer[4]] == ["Milestones"]


def test_by_handler_agents_see_themselves_and_the_others_as_one():
	agent, other = make_user("agent"), make_user("agent2")
	counted(met=2, handler=agent)
	counted(met=9, overdue=3, handler=other)
	counted(met=1)
	mine, _answer = report(agent, group_by="Handler")
	assert {name: figures(row) for name, row in mine.items()} == {
		"agent": (2, 2, 0, 0),
		"Others": (13, 10, 0, 3),
		"Total": (15, 12, 0, 3),
	}
	everything, _answer = report(make_user("auditor"), group_by="Handler")
	assert everything["agent2"]["overdue"] == 3


def test_few_others_are_not_told_apart():
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	counted(met=8, handler=make_user("agent"))
	counted(overdue=1, handler=make_user("agent2"))
	rows, _answer = report(make_user("agent"), group_by="Handler")
	assert figures(rows["agent"]) == (8, 8, 0, 0)
	assert figures(rows["Others"]) == (1, None, None, None)
	assert figures(rows["Total"]) == (9, None, None, None)


def test_nobody_picks_a_colleague_by_a_filter():
	agent, other = make_user("agent"), make_user("agent2")
	counted(met=1, handler=agent)
	rows, _answer = report(agent, handler=agent)
	assert figures(rows["Decide"]) == (1, 1, 0, 0)
	with pytest.raises(frappe.PermissionError, match="choose yourself"):
		report(agent, handler=other)


def test_user_permissions_name_the_groups_that_are_told_apart(two_categories):
	manager = make_user("manager2")
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": manager,
			"allow": "Complaint Category",
			"for_value": "Kitchen",
			"apply_to_all_doctypes": 1,
			"hide_descendants": 1,
		}
	).insert()
	counted(met=7, category="Kitchen")
	counted(met=9, category="Kettles")
	rows, _answer = report(manager, group_by="Category")
	assert rows["Kitchen"]["total"] == 7 and "Kettles" not in rows and rows["Others"]["total"] == 9
	assert rows["Total"]["total"] == 16
	with pytest.raises(frappe.PermissionError, match="no access"):
		report(manager, category="Kettles")


def test_a_number_leads_to_the_list_with_the_same_cases():
	case = advance(make_complaint(), "Acknowledged")
	advance(make_complaint(confidentiality="Restricted"), "Acknowledged")
	summary.refresh([clock.today()])
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 0)
	rows, _answer = report(make_user("agent2"))
	assert rows["Acknowledge"]["met"] == 2
	where = rows["Acknowledge"]["where"]
	filters = []
	for name, (operator, value) in where["filters"].items():
		doctype, _dot, field = name.rpartition(".")
		filters.append([doctype or "Complaint", field, operator, value])
	filters.append(["Complaint Milestone", "state", "=", "Met"])
	filters.append(["Complaint Milestone", "met_at", "between", where["days"]])
	listed = as_user(
		make_user("agent2"),
		lambda: frappe.get_list("Complaint", filters=filters, pluck="name", order_by="name"),
	)
	assert listed == [case.name]


# number cards and workspace --------------------------------------------------------------------------------


def shipped(kind):
	folder = Path(frappe.get_app_path("cms_iso10002", "complaints", kind))
	return [json.loads(path.read_text()) for path in sorted(folder.glob("*/*.json"))]


def test_cards_count_what_they_say():
	from frappe.desk.doctype.number_card.number_card import get_result

	set_now(None)
	now = clock.now_site()
	made = {
		"late": {"is_overdue": 1, "due_at": now - timedelta(days=1)},
		"today": {"due_at": now.replace(hour=23, minute=59), "handler": make_user("agent")},
		"far": {
			"due_at": now + timedelta(days=60),
			"status": "Awaiting Complainant",
			"status_category": "Paused",
		},
	}
	for values in made.values():
		frappe.db.set_value("Complaint", make_complaint().name, {"is_overdue": 0, **values})
	wanted = {
		"Open Complaints": 3,
		"Overdue Complaints": 1,
		"Complaints Due Today": 1,
		"Complaints Due This Week": 1,
		"Complaints Waiting for the Complainant": 1,
		"Unassigned Complaints": 2,
	}
	# those that a method counts are looked at in test_dashboard
	cards = [card for card in shipped("number_card") if card["type"] == "Document Type"]
	assert {card["name"] for card in cards} == set(wanted)
	for card in cards:
		stored = frappe.get_doc("Number Card", card["name"])
		assert get_result(stored.as_json(), stored.filters_json) == wanted[card["name"]], card["name"]


def test_the_workspace_shows_what_exists():
	(page,) = shipped("workspace")
	stored = frappe.get_doc("Workspace", "Complaints")
	assert stored.public and stored.module == "Complaints"
	for link in stored.links:
		if link.type == "Link":
			assert frappe.db.exists(link.link_type, link.link_to), link.link_to
	for card in stored.number_cards:
		assert frappe.db.exists("Number Card", card.number_card_name)
	names = {
		"number_card": {card.label for card in stored.number_cards},
		"shortcut": {shortcut.label for shortcut in stored.shortcuts},
		"card": {link.label for link in stored.links if link.type == "Card Break"},
	}
	for block in json.loads(page["content"]):
		if block["type"] in names:
			assert block["data"][f"{block['type']}_name"] in names[block["type"]]


@pytest.mark.parametrize("name", ["agent", "investigator", "manager", "auditor"])
def test_who_gets_the_workspace(name):
	from frappe.desk.desktop import get_workspace_sidebar_items

	pages = as_user(make_user(name), get_workspace_sidebar_items)["pages"]
	assert "Complaints" in {page["name"] for page in pages}


# the calendar ----------------------------------------------------------------------------------------------


def events(user=None, filters=None, start="2026-03-01 00:00:00", end="2026-04-12 00:00:00"):
	return as_user(user or make_user("agent"), lambda: calendar_view.get_events(start, end, filters))


def test_milestones_are_in_the_calendar():
	case = advance(make_complaint(), "Acknowledged")
	found = {event["title"]: event for event in events()}
	event = found[f"{case.name} · Decide"]
	assert event["start"] == str(milestone(case, "decide").due_at)
	assert event["shade"] == "blue" and found[f"{case.name} · Acknowledge"]["shade"] == "green"
	assert not event["all_day"] and not event["movable"]
	assert not [title for title in found if "Implement" in title]


def test_each_sees_the_cases_they_may_list():
	case = make_complaint(confidentiality="Restricted")
	assert case.name in {event["name"] for event in events(make_user("manager"))}
	assert not events(make_user("agent2"))
	edit(case, handler=make_user("agent2"))
	assert events(make_user("agent2"))


def test_filters_of_the_list_count():
	case = make_complaint()
	make_complaint(channel="Letter")
	for filters in ([["Complaint", "channel", "=", "Phone", False]], json.dumps({"channel": "Phone"})):
		assert {event["name"] for event in events(filters=filters)} == {case.name}


def test_only_what_is_due_in_the_range():
	make_complaint()
	assert not events(start="2026-01-01 00:00:00", end="2026-02-01 00:00:00")
	with pytest.raises(frappe.ValidationError, match="first and a last"):
		events(start="2026-02-01 00:00:00", end="2026-01-01 00:00:00")
	with pytest.raises(frappe.ValidationError, match="first and a last"):
		events(start="soon")


def test_a_wall_of_milestones_is_cut_and_says_so(monkeypatch):
	monkeypatch.setattr(calendar_view, "MOST", 2)
	make_complaint()
	assert len(events()) == 2
	assert "first 2" in str(frappe.get_message_log())


def test_who_reads_no_complaints_has_no_calendar_of_them():
	with pytest.raises(frappe.PermissionError):
		events(make_user("boss", "System Manager"))
