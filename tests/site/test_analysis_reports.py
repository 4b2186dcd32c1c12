"""The reports on complaints: totals equal plain counts, what a viewer may not tell apart is shown together, few queries."""

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import frappe
import pytest
from frappe.desk.query_report import export_query, run

from cms_iso10002.complaints import clock, counting, summary
from cms_iso10002.complaints.analysis import cells, register
from cms_iso10002.complaints.analysis.cells import Cell
from tests.site import counted_rows, forty_complaints
from tests.site.factories import as_user, edit, make_complaint, make_customer, make_item, make_user, set_now

QUARTER = {"from_date": "2026-01-01", "to_date": "2026-03-31"}
YEARS = {"from_date": "2025-01-01", "to_date": "2026-12-31"}
NOT_COUNTED = ("Duplicate", "Out of Scope")

REPORTS = {
	"Complaint Register": {},
	"Complaint Register in Full": {},
	"Complaint Ageing": {},
	"Complaint Workload": {},
	"Complaint Pareto": {"group_by": "Category"},
	"Complaint Control Chart": {},
	"Complaint Rate by Item Group": {},
	"Complaint Recurrence": {},
	"Complaint Redress Cost": {},
	"Complaint Satisfaction": {},
}


@pytest.fixture(autouse=True)
def nothing_counted():
	frappe.db.delete("Complaint Count")
	yield
	set_now(None)


@pytest.fixture
def forty():
	"""The forty complaints, counted."""
	forty_complaints.make()


def module(name: str):
	slug = name.lower().replace(" ", "_")
	return frappe.get_module(f"cms_iso10002.complaints.report.{slug}.{slug}")


def report(name, user=None, **filters):
	"""What a report gives: lines by the name of their group, and all of it."""
	filters = {**QUARTER, **REPORTS[name], **filters}
	answer = as_user(user or "Administrator", lambda: module(name).execute(filters))
	return {row.get("group"): row for row in answer[1]}, answer


def plain(**filters):
	"""A plain count of complaints."""
	return frappe.db.count("Complaint", {"status": ("not in", NOT_COUNTED), **filters})


def received(first="2026-01-01", last="2026-03-31"):
	return {"received_on": ("between", (first, last))}


# Pareto ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("group_by", "field"),
	[
		("Category", "category"),
		("Root Cause", "root_cause"),
		("Handler", "handler"),
		("Severity", "severity"),
		("Company", "company"),
	],
)
def test_pareto_equals_plain_counts(forty, group_by, field):
	rows, _answer = report("Complaint Pareto", group_by=group_by)
	values = {case[field] or None for case in frappe.get_all("Complaint", fields=[field], order_by="name")}
	found = {row["where"][field][1]: row["number"] for row in rows.values() if row.get("line")}
	for value in values - {None}:
		assert found.get(value, 0) == plain(**received(), **{field: value}), value
	assert rows["Total"]["number"] == plain(**received())


def test_pareto_ranks_and_draws_the_lines(forty):
	rows, (_columns, lines, message, chart, cards) = report("Complaint Pareto", group_by="Root Cause")
	# by hand, from the table: Seal 7, Carrier 3, Trained 2 of those received in the quarter; the others have none
	ranked = [(row["group"], row["number"], row["line"]) for row in lines if row.get("line")]
	assert ranked == [("Seal", 7, "A"), ("Carrier", 3, "A"), ("Trained", 2, "B")]
	assert rows["Not Recorded"]["number"] == rows["Total"]["number"] - 12
	assert [row["cumulated"] for row in lines if row.get("line")] == pytest.approx([700 / 12, 1000 / 12, 100])
	assert chart["data"]["labels"] == ["Seal", "Carrier", "Trained"]
	assert chart["data"]["datasets"][0]["values"] == [58.3, 25.0, 16.7]
	assert {card["label"]: card["value"] for card in cards}["Of Which A"] == 2
	assert "out of scope" in message and "2 of 3 groups" in message


def test_five_thousand_categories_are_few_lines_and_bars():
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	number = 5_000
	rows = {(None, None, f"Category {place:04}"): [1 + (place == 7)] for place in range(number)}
	rows = {key: numbers + [0] * (len(counting.NUMBERS) - 1) for key, numbers in rows.items()}
	counting._insert("CA", "Month", date(2026, 2, 1), rows)
	counted_rows.all_counted(date(2026, 1, 1), date(2026, 3, 31))
	_rows, (_columns, lines, _message, chart, _cards) = report("Complaint Pareto")
	assert lines[-1]["number"] == number + 1
	assert sum(line["number"] for line in lines[:-1]) == number + 1
	assert len(lines) < 1_100 and len(chart["data"]["labels"]) <= 21
	assert lines[0]["group"] == "Category 0007"


def test_items_and_their_groups_are_told_apart():
	other = make_item("Toaster")
	for code in ("Kettle", "Kettle", other, None):
		make_complaint(subjects=[{"item_code": code}] if code else [])
	counting.rebuild(None)
	today = {"from_date": clock.today(), "to_date": clock.today()}
	rows, _answer = report("Complaint Pareto", group_by="Item", **today)
	assert {name: row["number"] for name, row in rows.items()} == {
		"Kettle": 2,
		"Toaster": 1,
		"Not Recorded": 1,
		"Total": 4,
	}
	group = frappe.db.get_value("Item", "Kettle", "item_group")
	rows, _answer = report("Complaint Pareto", group_by="Item Group", **today)
	assert rows[group]["number"] == 3
	rows, _answer = report("Complaint Pareto", group_by="Category", item_group=group, **today)
	assert rows["Total"]["number"] == 3


# ageing and workload -----------------------------------------------------------------------------------------


def test_ageing_equals_plain_counts(forty):
	rows, (_columns, _lines, _message, chart, cards) = report("Complaint Ageing", **dict.fromkeys(QUARTER))
	backlog = {"status_category": ("in", ("Open", "Paused"))}
	assert rows["Total"]["number"] == plain(**backlog) == 7
	# the clock says 15 June: all were received in February, more than 90 days ago
	assert rows["Total"]["older"] == 7 and rows["Total"]["upto_90"] == 0
	assert chart["data"]["datasets"][0]["values"] == [0, 0, 0, 0, 0, 7]
	assert {card["label"]: card["value"] for card in cards}["Open"] == 7


def test_ages_fall_into_their_buckets():
	set_now(datetime(2026, 3, 31, 12, tzinfo=timezone.utc))
	for days in (0, 7, 8, 14, 30, 31, 60, 90, 91):
		case = make_complaint()
		received_on = datetime(2026, 3, 31, 1) - timedelta(days=days)
		frappe.db.set_value("Complaint", case.name, "received_on", received_on)
	rows, _answer = report("Complaint Ageing", **dict.fromkeys(QUARTER))
	found = [rows["Total"][name] for name in module("Complaint Ageing").buckets()]
	assert found == [2, 2, 1, 2, 1, 1]


def test_workload_equals_plain_counts(forty):
	agent = make_user("agent")
	rows, _answer = report("Complaint Workload")
	mine = rows["agent"]
	assert mine["number"] == plain(handler=agent, status_category=("in", ("Open", "Paused")))
	assert mine["received"] == plain(handler=agent, **received())
	assert mine["closed"] == plain(handler=agent, closed_on=("between", ("2026-01-01", "2026-03-31")))
	assert rows["Total"]["received"] == plain(**received())
	assert rows["Unassigned"]["number"] == 2


def test_an_item_group_is_that_of_the_first_item_in_every_report():
	"""A complaint counts once; what lists it lists what was counted."""
	groups = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name", limit=2)
	for code, group in zip(("Kettle", "Toaster"), groups, strict=True):
		frappe.db.set_value("Item", make_item(code), "item_group", group)
	case = make_complaint(subjects=[{"item_code": "Kettle"}, {"item_code": "Toaster"}])
	counting.rebuild(None)
	today = {"from_date": clock.today(), "to_date": clock.today()}
	for group, number in zip(groups, (1, 0), strict=True):
		rows, _answer = report("Complaint Pareto", item_group=group, **today)
		assert (rows["Total"]["number"] if rows else 0) == number
		_rows, (_columns, lines, *_rest) = report("Complaint Register", item_group=group, **today)
		assert [line["complaint"] for line in lines] == [case.name] * number
		rows, _answer = report("Complaint Ageing", item_group=group, **dict.fromkeys(QUARTER))
		assert (rows["Total"]["number"] if rows else 0) == number


def test_a_node_of_a_tree_leads_to_the_list_by_its_name_alone():
	"""A tree of thousands would make an address that no server takes."""
	for name, above, group in (("Kitchen", "", 1), ("Kettles", "Kitchen", 0), ("Pans", "Kitchen", 0)):
		doc = frappe.new_doc("Complaint Category")
		doc.update({"category_name": name, "parent_complaint_category": above, "is_group": group})
		doc.insert()
	names = {make_complaint(category=category).name for category in ("Kettles", "Pans")}
	make_complaint()
	counting.rebuild(None)
	today = {"from_date": clock.today(), "to_date": clock.today()}
	rows, _answer = report("Complaint Pareto", category="Kitchen", group_by="Severity", **today)
	where = rows["Total"]["where"]
	assert where["category"] == ["descendants of (inclusive)", "Kitchen"]
	filters = [[field, *condition] for field, condition in where.items()]
	assert set(frappe.get_list("Complaint", filters=filters, pluck="name", order_by="name")) == names
	rows, _answer = report("Complaint Pareto", category="Pans", group_by="Severity", **today)
	assert rows["Total"]["where"]["category"] == ["in", ["Pans"]]


# the register ------------------------------------------------------------------------------------------------


def test_what_is_exported_is_no_formula():
	subject = "=1+1"
	make_complaint(subject=subject)
	today = {"from_date": str(clock.today()), "to_date": str(clock.today())}
	assert [row["subject"] for row in report("Complaint Register", **today)[1][1]] == [subject]
	frappe.local.form_dict = frappe._dict(cmd="frappe.desk.query_report.export_query")
	found = module("Complaint Register").execute(today)[1]
	assert [row["subject"] for row in found] == [f"'{subject}"]


def test_the_register_lists_what_is_counted(forty):
	_rows, (columns, lines, message, chart, _cards) = report("Complaint Register")
	assert len(lines) == plain(**received()) + 1  # the one out of scope is listed
	assert {column["fieldname"] for column in columns} >= {"complaint", "subject", "status", "item_code"}
	assert [line["received_on"] for line in lines] == sorted(
		(line["received_on"] for line in lines), reverse=True
	)
	assert message is None and sum(chart["data"]["datasets"][0]["values"]) == len(lines)
	_rows, answer = report("Complaint Register", status="Closed", severity="Major")
	assert {line["complaint"][-2:] for line in answer[1]} == {"03", "04"}


def test_a_long_register_is_cut_and_says_so(forty):
	filters = {**QUARTER}
	_columns, lines, message, *_rest = register.execute(filters, 5)
	assert len(lines) == 5 and "Only the latest 5" in message


def test_the_item_of_a_complaint_is_the_first_one_named():
	make_item("Toaster")
	make_complaint(subjects=[{"item_name": "something"}, {"item_code": "Toaster"}, {"item_code": "Kettle"}])
	today = {"from_date": clock.today(), "to_date": clock.today()}
	_rows, answer = report("Complaint Register", **today)
	assert answer[1][0]["item_code"] == "Toaster"


@pytest.mark.parametrize("level", ["Confidential", "Restricted"])
@pytest.mark.parametrize("name", ["agent", "investigator", "manager", "auditor"])
def test_who_is_listed_what(name, level):
	open_case = make_complaint()
	hidden = make_complaint(confidentiality=level)
	today = {"from_date": clock.today(), "to_date": clock.today()}
	_rows, answer = report("Complaint Register", make_user(name), **today)
	names = {line["complaint"] for line in answer[1]}
	sees = name == "manager" or (name == "auditor" and level == "Confidential")
	assert names == ({open_case.name, hidden.name} if sees else {open_case.name})
	if name == "agent":
		assert "Fewer than 5" in answer[2]


def test_the_concerned_are_not_listed_their_case():
	case = make_complaint()
	edit(case, persons_concerned=[{"user": make_user("manager")}], conflict_check="Names Recorded")
	today = {"from_date": clock.today(), "to_date": clock.today()}
	_rows, answer = report("Complaint Register", make_user("manager"), **today)
	assert answer[1] == []
	# and are not told that there is one
	_rows, nothing = report("Complaint Register", make_user("manager"), severity="Critical", **today)
	assert nothing[2] == answer[2]


def test_a_prepared_register_is_its_makers_alone():
	made = as_user(
		make_user("manager"),
		lambda: frappe.get_doc(
			{"doctype": "Prepared Report", "report_name": "Complaint Register in Full", "filters": "{}"}
		).insert(ignore_permissions=True),
	)
	reader = make_user("reader", "Complaint Agent", "Prepared Report User", "System Manager")
	assert frappe.has_permission("Prepared Report", "read", made.name, user="Administrator")
	assert not frappe.has_permission("Prepared Report", "read", made.name, user=reader)
	listed = as_user(reader, lambda: frappe.get_list("Prepared Report", pluck="name", order_by="name"))
	assert made.name not in listed
	mine = as_user(
		reader,
		lambda: frappe.get_doc(
			{"doctype": "Prepared Report", "report_name": "Complaint Register in Full", "filters": "{}"}
		).insert(ignore_permissions=True),
	)
	assert frappe.has_permission("Prepared Report", "read", mine.name, user=reader)
	assert as_user(reader, lambda: frappe.get_list("Prepared Report", pluck="name", order_by="name")) == [
		mine.name
	]


# control chart, rates, recurrence, redress, satisfaction ------------------------------------------------------


def sell(day, company=None, units=1, group=None, number=1, **values):
	"""So many submitted invoices of a day, each with one row of so many units."""
	company = company or forty_complaints.COMPANY
	for _one in range(number):
		invoice = frappe.new_doc("Sales Invoice")
		invoice.update({"company": company, "posting_date": day, "docstatus": 1, **values})
		invoice.name = f"SALE-{frappe.generate_hash(length=10)}"
		invoice.db_insert()
		row = frappe.new_doc("Sales Invoice Item")
		row.update(
			{"parent": invoice.name, "parenttype": "Sales Invoice", "parentfield": "items", "docstatus": 1}
		)
		row.update({"item_group": group, "stock_qty": units, "qty": units})
		row.name = frappe.generate_hash(length=10)
		row.db_insert()


@pytest.fixture
def no_sales():
	frappe.db.delete("Sales Invoice")
	frappe.db.delete("Sales Invoice Item")


def test_the_control_chart_is_that_of_the_core(forty, no_sales):
	from cms_iso10002.core.trends import Point, u_chart

	sold = {"2026-01-15": 10, "2026-02-10": 20, "2026-03-20": 5}
	for day, number in sold.items():
		sell(day, number=number)
	sell("2026-02-11", is_return=1)
	sell("2026-02-11", docstatus=0)
	sell("2026-04-01", number=9)
	_rows, (_columns, lines, message, chart, cards) = report("Complaint Control Chart")
	numbers = [
		plain(**received(f"2026-{m:02}-01", f"2026-{m:02}-{d}")) for m, d in ((1, 31), (2, 28), (3, 31))
	]
	assert [line["number"] for line in lines] == [*numbers, plain(**received())]
	wanted = u_chart([Point(n, *pair) for n, pair in enumerate(zip(numbers, sold.values(), strict=True))])
	for line, point, limits in zip(lines, wanted.points, wanted.limits, strict=False):
		assert line["rate"] == pytest.approx(1000 * point.rate)
		assert (line["lower"], line["upper"]) == pytest.approx((1000 * limits.lower, 1000 * limits.upper))
	assert chart["data"]["labels"] == ["Jan 2026", "Feb 2026", "Mar 2026"]
	assert len(chart["data"]["datasets"]) == 4
	assert "provisional" in message and "out of scope" in message
	centre = {card["label"]: card["value"] for card in cards}["Centre"]
	assert centre == frappe.utils.fmt_money(1000 * wanted.centre, precision=2)


def test_signals_are_explained(no_sales):
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	found = {}
	for month in range(1, 13):
		found[date(2026, month, 10)] = 30 if month != 7 else 90
	count_received(found)
	for day in found:
		sell(str(day), units=1000)
	rows, (_columns, lines, message, _chart, cards) = report(
		"Complaint Control Chart", from_date="2026-01-01", to_date="2026-12-31", per="Units Sold"
	)
	assert "One point beyond the limits" in rows["Jul 2026"]["signal"]
	assert "One point beyond the limits" in message and "upwards" in message and "Jul 2026" in message
	assert "3 of 1,000" in message
	assert {card["label"]: card["value"] for card in cards}["Signals"] == 1
	assert lines[0]["rate"] == 30


def count_received(days, **key):
	"""Rows of the counts: so many received on each day."""
	for day, number in days.items():
		counted_rows.put("SE", day, number, **{"company": forty_complaints.COMPANY, **key})


def test_nothing_sold_is_no_rate_and_says_so(forty, no_sales):
	rows, (_columns, lines, message, chart, _cards) = report("Complaint Control Chart")
	assert "Nothing was sold" in message and chart is None
	assert [line.get("rate") for line in lines] == [None] * 4 and rows["Total"]["number"] == plain(
		**received()
	)
	_rows, (_columns, lines, message, _chart, _cards) = report("Complaint Rate by Item Group")
	assert "No sales are known" in message and not [line for line in lines if line["rate"] is not None]


def test_no_sales_in_some_months_is_no_rate_there(forty, no_sales):
	sell("2026-01-15", number=10)
	sell("2026-02-15", number=10)
	rows, (_columns, _lines, message, chart, _cards) = report("Complaint Control Chart")
	assert rows["Mar 2026"].get("rate") is None and "1 of 3 points" in message
	assert chart["data"]["labels"] == ["Jan 2026", "Feb 2026"]


def test_one_point_and_all_the_same():
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	count_received({date(2026, 1, 10): 5})
	_rows, (_columns, lines, message, chart, _cards) = report(
		"Complaint Control Chart", to_date="2026-01-31", per="Number Alone"
	)
	assert "One point" in message and chart is None and lines[0]["number"] == 5
	count_received({date(2026, month, 10): 5 for month in range(2, 13)})
	rows, (_columns, _lines, message, chart, cards) = report(
		"Complaint Control Chart", to_date="2026-12-31", per="Number Alone"
	)
	assert {card["label"]: card["value"] for card in cards}["Signals"] == 0
	assert rows["May 2026"]["rate"] == rows["May 2026"]["centre"] == 5


def test_too_many_points_are_refused():
	with pytest.raises(frappe.ValidationError, match="more than 300"):
		report("Complaint Control Chart", from_date="2010-01-01", interval="Week")


def test_small_points_are_hidden_from_agents_and_so_are_their_limits(forty, no_sales):
	for day in ("2026-01-15", "2026-02-15", "2026-03-15"):
		sell(day, number=10)
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	frappe.db.delete("Complaint Count")
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	count_received({date(2026, 1, 10): 2, date(2026, 2, 10): 6, date(2026, 3, 10): 30})
	rows, (_columns, lines, message, chart, _cards) = report("Complaint Control Chart", make_user("agent"))
	assert [line["number"] for line in lines] == [None, None, 30, 38]
	assert "are not shown to you: 2" in message and chart is None
	assert rows["Jan 2026"].get("rate") is None
	rows, answer = report("Complaint Control Chart", make_user("auditor"))
	assert [line["number"] for line in answer[1]] == [2, 6, 30, 38]


def test_an_invoice_over_two_groups_is_one_invoice_in_the_total(no_sales):
	groups = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name", limit=2)
	sell("2026-02-01", group=groups[0], number=40)
	for name in frappe.get_all("Sales Invoice", pluck="name", order_by="name")[:30]:
		row = frappe.new_doc("Sales Invoice Item")
		row.update({"parent": name, "parenttype": "Sales Invoice", "parentfield": "items", "docstatus": 1})
		row.update(
			{"item_group": groups[1], "stock_qty": 1, "qty": 1, "name": frappe.generate_hash(length=10)}
		)
		row.db_insert()
	for place, group in enumerate(groups):
		counted_rows.put("IG", date(2026, 2, 1 + place), 2, item_group=group)
	counted_rows.all_counted(date(2026, 1, 1), date(2026, 3, 31))
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	rows, (_columns, _lines, message, *_rest) = report("Complaint Rate by Item Group", per="Invoices")
	assert [rows[group]["units"] for group in groups] == [40, 30]
	assert rows["Total"]["units"] == 40 and rows["Total"]["rate"] == 100
	assert "counts in each of them" in message
	rows, (_columns, _lines, message, *_rest) = report("Complaint Rate by Item Group", per="Units Sold")
	assert rows["Total"]["units"] == 70 and "counts in each" not in (message or "")


@pytest.mark.parametrize("per", ["Units Sold", "Invoices"])
def test_rates_by_item_group(no_sales, per):
	groups = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name", limit=3)
	for place, group in enumerate(groups):
		sell("2026-02-01", group=group, units=500, number=40)
		counted_rows.put("IG", date(2026, 2, 1 + place), (10, 12, 60)[place], item_group=group)
	counted_rows.put("IG", date(2026, 2, 20), 7)
	counted_rows.all_counted(date(2026, 1, 1), date(2026, 3, 31))
	set_now(datetime(2026, 12, 31, 12, tzinfo=timezone.utc))
	rows, (_columns, lines, message, chart, _cards) = report("Complaint Rate by Item Group", per=per)
	sold = 20_000 if per == "Units Sold" else 40
	assert [line["group"] for line in lines][:3] == [groups[2], groups[1], groups[0]]
	assert rows[groups[2]]["rate"] == pytest.approx(60_000 / sold)
	assert (
		rows[groups[2]]["verdict"] == "More than chance" and rows[groups[0]]["verdict"] != "More than chance"
	)
	assert rows["Total"]["number"] == 89 and "name no item" in message
	if per == "Units Sold":  # the seven that name no item are in no rate, in the total as little as in a line
		assert rows["Total"]["rate"] == pytest.approx(82_000 / (3 * sold))
	assert chart["data"]["labels"] == [groups[2], groups[1], groups[0]]


def test_recurrence_equals_plain_counts(forty):
	rows, _answer = report("Complaint Recurrence")
	# from the table: 06 is marked, 23 is related to 01 as its repeat
	assert rows["Total"]["recurrent"] == 2 and rows["Total"]["number"] == plain(**received())
	assert (rows["Late"]["recurrent"], rows["Broken"]["recurrent"]) == (1, 1)
	assert rows["Total"]["share"] == pytest.approx(200 / plain(**received()))


def test_redress_cost_equals_a_plain_sum(forty):
	rows, answer = report("Complaint Redress Cost", **YEARS)
	plain_rows = frappe.get_all(
		"Complaint Redress",
		filters={"state": ("in", ("Implemented", "Verified"))},
		fields=["remedy", "amount"],
		order_by="name",
	)
	assert rows["Total"]["number"] == len(plain_rows)
	assert rows["Total"]["amount"] == sum(row.amount for row in plain_rows) == 650
	assert rows["Refund"]["amount"] == sum(row.amount for row in plain_rows if row.remedy == "Refund")
	assert answer[1][0]["group"] == "Compensation" and answer[3]["data"]["datasets"][0]["values"][0] == 500
	months, _answer = report("Complaint Redress Cost", group_by="Month", **YEARS)
	assert months["Apr 2026"]["amount"] == 10


@pytest.mark.parametrize("group_by", ["Remedy", "Month"])
def test_few_amounts_are_not_told_to_who_sees_no_small_groups(forty, monkeypatch, group_by):
	monkeypatch.setattr(cells, "smallest", lambda: 50)
	_rows, (_columns, lines, _message, _chart, cards) = report(
		"Complaint Redress Cost", group_by=group_by, **YEARS
	)
	assert lines and not [line for line in lines if "amount" in line or "mean" in line]
	assert {line["group"] for line in lines} == {"Other (fewer than 5 each)", "Total"}
	assert [card["label"] for card in cards] == ["Redress Carried Out"]


def test_currencies_are_not_added_up(forty):
	frappe.db.set_value("Complaint Redress", {"remedy": "Compensation"}, "currency", "USD")
	counting.rebuild(None)
	_rows, (_columns, lines, message, _chart, cards) = report("Complaint Redress Cost", **YEARS)
	assert {(line["group"], line["currency"]): line["amount"] for line in lines if line.get("is_total")} == {
		("Total, EUR", "EUR"): 150,
		("Total, USD", "USD"): 500,
	}
	assert "not added up" in message and [card.get("currency") for card in cards] == [None, "EUR", "USD"]


def test_satisfaction_tells_process_and_outcome_apart(forty):
	rows, (_columns, _lines, message, chart, cards) = report("Complaint Satisfaction", group_by="Company")
	total = rows["Total"]
	# from the table: 01 5/4/5, 03 4/2/3, 05 2/1/2, 18 0/0/4 after closing, 21 1/1/1 while open; asked: 8
	assert total["number"] == 5
	assert total["process"] == pytest.approx((5 + 4 + 2 + 1) / 4)
	assert total["outcome"] == pytest.approx((4 + 2 + 1 + 1) / 4)
	assert total["overall"] == pytest.approx((5 + 3 + 2 + 4 + 1) / 5)
	asked = frappe.db.count(
		"Complaint Event",
		{"kind": ("like", "feedback_asked%"), "at": ("between", ("2026-01-01", "2026-03-31"))},
	)
	assert total["asked"] == asked and total["answered"] == 4
	assert total["rate"] == pytest.approx(400 / asked)
	assert "Fewer than 30 ratings" in message
	assert {card["label"] for card in cards} >= {"Process (1–5)", "Outcome (1–5)", "Response Rate", "Ratings"}
	assert chart["data"]["datasets"][0]["name"] == "Process"


def test_one_rating_is_told_to_overseers_alone():
	case = make_complaint()
	row = frappe.new_doc("Complaint Feedback")
	row.update({"complaint": case.name, "occasion": "Closing", "submitted_on": clock.now_site(), "ease": 1})
	row.name = "one-rating"
	row.db_insert()
	counting.rebuild(None)
	today = {"from_date": clock.today(), "to_date": clock.today()}
	rows, (_columns, _lines, _message, chart, cards) = report(
		"Complaint Satisfaction", make_user("agent"), **today
	)
	assert rows["Total"]["number"] == 1 and "process" not in rows["Total"]
	assert chart is None and [card["label"] for card in cards] == ["Ratings"]
	rows, _answer = report("Complaint Satisfaction", make_user("manager"), **today)
	assert rows["Total"]["process"] == 1


def test_few_ratings_among_many_who_were_asked_are_not_told_apart(monkeypatch):
	numbers = {name: 0 for name in counting.FAMILIES["satisfaction"]}
	found = {
		("A",): {**numbers, "asked": 40, "rated": 30, "answered": 30, "ease_points": 120, "ease_answers": 30},
		("B",): {**numbers, "asked": 40, "rated": 2, "answered": 2, "ease_points": 2, "ease_answers": 2},
		("C",): {**numbers, "asked": 1},
	}
	monkeypatch.setattr(module("Complaint Satisfaction").figures, "read", lambda *args, **kwargs: found)
	monkeypatch.setattr(cells, "smallest", lambda: 5)
	rows, _answer = report("Complaint Satisfaction", group_by="Category")
	assert not {"B", "C"} & set(rows)  # neither who rated nor who was asked alone is told apart
	told = [row for row in rows.values() if "process" in row]
	assert all(row["number"] >= 5 for row in told)


# who may tell what apart -------------------------------------------------------------------------------------


def test_small_groups_are_shown_together_to_agents(forty):
	frappe.db.set_single_value("Complaint Settings", "smallest_cell", 5)
	mine, _answer = report("Complaint Pareto", make_user("agent"), group_by="Root Cause")
	everything, _answer = report("Complaint Pareto", make_user("manager"), group_by="Root Cause")
	assert {"Carrier", "Trained"} <= set(everything) and not {"Carrier", "Trained"} & set(mine)
	assert mine["Other (fewer than 5 each)"]["number"] == 5
	assert mine["Total"]["number"] == everything["Total"]["number"]


def test_a_lone_small_group_takes_the_next_along():
	groups = [Cell("a", 9), Cell("b", 7), Cell("c", 1), Cell("d", 30)]
	assert [(cell.key, cell.size) for cell in cells.pool_small(groups, 5)] == [("a", 9), ("d", 30), (None, 8)]
	assert cells.pool_small(groups, 0) == groups
	assert cells.too_small({"a": 3, "b": 3, "c": 9, "d": 0}, 5) == {"a", "b"}


def test_handlers_see_themselves_and_the_others_as_one(forty):
	agent = make_user("agent2")
	for name in ("Complaint Workload", "Complaint Ageing", "Complaint Pareto"):
		days = dict.fromkeys(QUARTER) if name == "Complaint Ageing" else {}
		rows, _answer = report(name, agent, group_by="Handler", **days)
		assert set(rows) == {"agent2", "Others", "Total"}, name
	everything, _answer = report("Complaint Workload", make_user("auditor"))
	assert {"agent", "agent2"} <= set(everything)


def test_user_permissions_say_what_is_named(forty):
	manager = make_user("manager2")
	category = frappe.get_doc({"doctype": "Complaint Category", "category_name": "Broken"}).insert()
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": manager,
			"allow": "Complaint Category",
			"for_value": category.name,
			"apply_to_all_doctypes": 1,
			"hide_descendants": 1,
		}
	).insert()
	rows, _answer = report("Complaint Pareto", manager)
	assert set(rows) == {"Broken", "Others", "Total"}
	with pytest.raises(frappe.PermissionError, match="no access"):
		report("Complaint Pareto", manager, category="Late")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("who", ["agent", "investigator", "manager", "auditor", "boss"])
def test_who_may_run_which_report(forty, name, who):
	user = make_user(who, "System Manager") if who == "boss" else make_user(who)
	may = who in ("manager", "auditor") or (who != "boss" and name != "Complaint Redress Cost")
	filters = {**QUARTER, **REPORTS[name]}
	if not may:
		with pytest.raises(frappe.PermissionError):
			as_user(user, lambda: run(name, filters=filters, ignore_prepared_report=True))
		return
	answer = as_user(user, lambda: run(name, filters=filters, ignore_prepared_report=True))
	assert len({column["fieldname"] for column in answer["columns"]}) == len(answer["columns"])
	told = json.dumps(answer, default=str)
	if who in ("agent", "investigator"):
		for hidden in (29, 30, 31):  # confidential and restricted ones, of others' or of their own
			row = frappe.db.get_value(
				"Complaint", forty_complaints.name(hidden), ["handler", "investigator"], as_dict=True
			)
			assert (forty_complaints.name(hidden) in told) <= (user in (row.handler, row.investigator))


@pytest.mark.parametrize("name", [name for name in REPORTS if "Register" not in name])
def test_a_confidential_case_counts_in_totals_whoever_looks(name):
	"""The same totals for an agent who may not see half of them."""
	for number in range(6):
		make_complaint(confidentiality="Restricted" if number % 2 else "Normal")
	counting.rebuild(None)
	period = {"from_date": clock.today(), "to_date": clock.today()}
	if name == "Complaint Redress Cost":
		return
	mine, _answer = report(name, make_user("agent2"), **period)
	all_of_it, _answer = report(name, make_user("manager"), **period)
	assert (mine.get("Total") or {}).get("number") == (all_of_it.get("Total") or {}).get("number")


# bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
	("filters", "words"),
	[
		({"from_date": "2026-03-02", "to_date": "2026-03-01"}, "swap"),
		({"from_date": "yesterday or so"}, "no day such as"),
		({"severity": "Horrible"}, "Severity is one of"),
	],
)
def test_filters_that_make_no_sense(name, filters, words):
	with pytest.raises(frappe.ValidationError, match=words):
		report(name, **filters)


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "Complaint Ageing"])
def test_a_period_is_needed(name):
	with pytest.raises(frappe.ValidationError, match="first and the last day"):
		report(name, from_date=None)


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_there_is_an_empty_report(name):
	_rows, (_columns, lines, _message, _chart, _cards) = report(name)
	assert not [line for line in lines if line.get("number")]


@pytest.mark.parametrize("name", REPORTS)
def test_a_category_that_is_gone_finds_nothing(forty, name):
	_rows, (_columns, lines, *_rest) = report(name, category="No Such Category")
	assert not [line for line in lines if line.get("number") or line.get("complaint")]


# queries and exports -----------------------------------------------------------------------------------------


def counted(function):
	"""How many queries a function sends."""
	number, real = 0, frappe.db.sql

	def sql(*args, **kwargs):
		nonlocal number
		number += 1
		return real(*args, **kwargs)

	frappe.db.sql = sql
	try:
		function()
	finally:
		frappe.db.sql = real
	return number


def many(number):
	"""So many complaints of as many categories, written straight into the tables, and counted."""
	frappe.db.delete("Complaint", {"name": ("like", "MANY-%")})
	fields = ("name", "creation", "modified", "owner", "subject", "status", "status_category", "received_on")
	fields += ("company", "category", "root_cause", "severity", "handler", "territory", "is_recurrent")
	day = datetime(2026, 2, 3, 10)
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	rows = [
		(
			f"MANY-{place:05}",
			day,
			day,
			"Administrator",
			"Kettle leaks",
			"Received",
			"Open",
			day + timedelta(days=place % 40),
			company,
			f"Category {place}",
			f"Cause {place}",
			"Minor",
			f"user{place}@complaints.test",
			f"Territory {place}",
			place % 3 == 0,
		)
		for place in range(number)
	]
	frappe.db.bulk_insert("Complaint", fields, rows)
	counting.refresh(date(2026, 2, 1) + timedelta(days=n) for n in range(60))


@pytest.mark.parametrize("who", ["manager", "agent"])
@pytest.mark.parametrize("name", REPORTS)
def test_as_many_queries_for_a_thousand_lines_as_for_ten(name, who):
	user = make_user(who)
	if who == "agent" and name == "Complaint Redress Cost":
		pytest.skip("agents may not run it")
	summary.refresh_recent()
	numbers = []
	for size in (10, 1_000):
		many(size)
		report(name, user)  # what is cached is read once
		numbers.append(counted(lambda: report(name, user)))
	assert numbers[0] == numbers[1] < 40


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
@pytest.mark.parametrize("name", REPORTS)
def test_exports_hold_the_lines(forty, name, kind):
	if name == "Complaint Register in Full":
		pytest.skip("exported from what was prepared")
	form = {
		"report_name": name,
		"file_format_type": kind,
		"filters": json.dumps({**QUARTER, **REPORTS[name]}),
		"visible_idx": json.dumps(list(range(200))),
		"include_indentation": 0,
		"custom_columns": "[]",
		"csv_quoting": 2,
		"csv_delimiter": ",",
		"csv_decimal_sep": ".",
	}

	def export():
		frappe.local.form_dict = frappe._dict(form)
		export_query()
		return frappe.local.response.filecontent

	content = as_user(make_user("manager"), export)
	assert len(content) > 50
	if kind == "CSV":
		assert ("EVD-2026-00001" if "Register" in name else "Total") in content.decode()


def test_every_report_is_shipped_with_its_script():
	folder = Path(frappe.get_app_path("cms_iso10002", "complaints", "report"))
	for name in REPORTS:
		slug = name.lower().replace(" ", "_")
		assert f'frappe.query_reports["{name}"]' in (folder / slug / f"{slug}.js").read_text()
		assert frappe.db.get_value("Report", name, "module") == "Complaints"
	assert frappe.db.get_value("Report", "Complaint Register in Full", "prepared_report")


def test_a_customer_and_a_company_are_filters(forty):
	make_customer()
	rows, _answer = report("Complaint Pareto", company=forty_complaints.OTHER)
	assert rows["Total"]["number"] == plain(company=forty_complaints.OTHER, **received()) == 1
