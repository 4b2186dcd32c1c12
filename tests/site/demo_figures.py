"""What the analysis reports say of the demo's year, held against plain counts: Python over the rows of the tables.

None of the code that reports count with is used here; a line of a report is compared by the values it was grouped by.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from cms_iso10002.complaints.escalation import STAGE_NAMES
from cms_iso10002.complaints.report.complaint_ageing import complaint_ageing
from cms_iso10002.complaints.report.complaint_control_chart import complaint_control_chart
from cms_iso10002.complaints.report.complaint_pareto import complaint_pareto
from cms_iso10002.complaints.report.complaint_rate_by_item_group import complaint_rate_by_item_group
from cms_iso10002.complaints.report.complaint_recurrence import complaint_recurrence
from cms_iso10002.complaints.report.complaint_redress_cost import complaint_redress_cost
from cms_iso10002.complaints.report.complaint_register import complaint_register
from cms_iso10002.complaints.report.complaint_register_in_full import complaint_register_in_full
from cms_iso10002.complaints.report.complaint_satisfaction import complaint_satisfaction
from cms_iso10002.complaints.report.complaint_workload import complaint_workload
from cms_iso10002.complaints.report.milestone_performance import milestone_performance

FIELDS = {
	"Category": "category",
	"Root Cause": "root_cause",
	"Item": "item",
	"Item Group": "item_group",
	"Territory": "territory",
	"Customer Group": "customer_group",
	"Severity": "severity",
	"Handler": "handler",
	"Channel": "channel",
	"Company": "company",
	"Status": "status",
}
PROCESS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity")
Cases = list[frappe._dict]


def check(today: date) -> None:
	"""Every report over the demo's year up to `today`, its first month left out, in every grouping it has."""
	cases = _cases()
	first, last = min(case.received for case in cases) + timedelta(days=30), today - timedelta(days=1)
	counted = [case for case in cases if case.status not in ("Duplicate", "Out of Scope")]
	received = [case for case in counted if first <= case.received <= last]
	backlog = [case for case in counted if case.status_category in ("Open", "Paused")]
	period = {"from_date": str(first), "to_date": str(last)}
	assert 40 < len(received) < len(counted) and backlog, "a year of complaints, some before the period"
	_registers(
		period, [case for case in cases if case.status != "Duplicate" and first <= case.received <= last]
	)
	_pareto(period, received)
	_recurrence(period, received)
	_ageing(backlog, today)
	_workload(
		period, received, backlog, [case for case in counted if case.closed and first <= case.closed <= last]
	)
	_control_chart(period, received)
	_rate_by_item_group(period, received)
	_redress(period, counted, first, last)
	_satisfaction(period, counted, first, last)
	_milestones(period, counted, first, last)


def _cases() -> Cases:
	"""All complaints, each with its days and the first item that it names."""
	fields = ["name", "status_category", "received_on", "closed_on", "is_overdue", "due_at", "is_recurrent"]
	fields += [name for name in FIELDS.values() if name not in ("item", "item_group")]
	cases = frappe.get_all("Complaint", fields=fields, order_by="name")
	items: dict[str, str] = {}
	rows = frappe.get_all("Complaint Subject", fields=["parent", "item_code"], order_by="parent, idx")
	for row in rows:
		if row.item_code:
			items.setdefault(row.parent, row.item_code)
	groups = dict(frappe.get_all("Item", fields=["name", "item_group"], order_by="name", as_list=True))
	repeats = set(
		frappe.get_all("Complaint Relation", {"relation": "Repeat"}, pluck="parent", order_by="name")
	)
	for case in cases:
		case.received, case.closed = getdate(case.received_on), case.closed_on and getdate(case.closed_on)
		case.item = items.get(case.name)
		case.item_group = groups.get(case.item)
		case.recurrent = bool(case.is_recurrent or case.name in repeats)
	return cases


def run(report, **filters: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
	"""The lines of a report by what they are called, and its last line: the total."""
	lines = report.execute(filters)[1]
	assert lines, (report.__name__, filters)
	return {line["group"]: line for line in lines if not line.get("is_total")}, lines[-1]


def called(value: Any, group_by: str) -> str:
	"""What a report calls a value."""
	if not value:
		return "Unassigned" if group_by == "Handler" else "Not Recorded"
	return frappe.db.get_value("User", value, "full_name") if group_by == "Handler" else value


def by(cases: Cases, group_by: str) -> Counter:
	return Counter(called(case[FIELDS[group_by]], group_by) for case in cases)


def same(lines: dict[str, dict[str, Any]], column: str, wanted: Counter) -> None:
	found = {name: line[column] for name, line in lines.items() if line[column]}
	assert found == dict(wanted), column


def _registers(period: dict[str, str], listed: Cases) -> None:
	for register in (complaint_register, complaint_register_in_full):
		lines = register.execute(dict(period))[1]
		assert {line["complaint"] for line in lines} == {case.name for case in listed}
		assert len(lines) == len(listed)
		items = {case.name: case.item for case in listed}
		assert all(line["item_code"] == items[line["complaint"]] for line in lines)


def _pareto(period: dict[str, str], received: Cases) -> None:
	for group_by in complaint_pareto.GROUPINGS:
		lines, total = run(complaint_pareto, group_by=group_by, **period)
		same(lines, "number", by(received, group_by))
		assert total["number"] == len(received)


def _recurrence(period: dict[str, str], received: Cases) -> None:
	again = [case for case in received if case.recurrent]
	for group_by in complaint_recurrence.GROUPINGS:
		lines, total = run(complaint_recurrence, group_by=group_by, **period)
		same(lines, "number", by(received, group_by))
		same(lines, "recurrent", by(again, group_by))
		assert (total["number"], total["recurrent"]) == (len(received), len(again))


def _ageing(backlog: Cases, today: date) -> None:
	edges = complaint_ageing.EDGES
	for group_by in complaint_ageing.GROUPINGS:
		lines, total = run(complaint_ageing, group_by=group_by)
		same(lines, "number", by(backlog, group_by))
		for start, edge in zip((-1, *edges), edges, strict=False):
			within = [case for case in backlog if start < (today - case.received).days <= edge]
			assert total[f"upto_{edge}"] == len(within)
			same(lines, f"upto_{edge}", by(within, group_by))
		assert total["older"] == sum((today - case.received).days > edges[-1] for case in backlog)
		assert total["overdue"] == sum(case.is_overdue for case in backlog)


def _workload(period: dict[str, str], received: Cases, backlog: Cases, closed: Cases) -> None:
	lines, total = run(complaint_workload, **period)
	overdue = [case for case in backlog if case.is_overdue]
	for column, cases in (
		("number", backlog),
		("received", received),
		("closed", closed),
		("overdue", overdue),
	):
		same(lines, column, by(cases, "Handler"))
		assert total[column] == len(cases)


def _control_chart(period: dict[str, str], received: Cases) -> None:
	sold: dict[str, Counter] = {"Invoices": Counter(), "Units Sold": Counter()}
	for invoice in _invoices(period):
		month = getdate(invoice.posting_date).replace(day=1)
		sold["Invoices"][month] += 1
		sold["Units Sold"][month] += sum(row.stock_qty for row in invoice.rows)
	for per, units in sold.items():
		lines, total = run(complaint_control_chart, interval="Month", per=per, **period)
		months = _months(*map(getdate, period.values()))
		numbers = Counter(case.received.replace(day=1) for case in received)
		assert total["number"] == len(received)
		assert [line["number"] for line in lines.values()] == [numbers[month] for month in months]
		assert [line["units"] for line in lines.values()] == [units[month] for month in months]
		for line in lines.values():
			assert abs(line["rate"] - 1000 * line["number"] / line["units"]) < 1e-9


def _months(first: date, last: date) -> list[date]:
	"""The first days of the months from that of `first` to that of `last`."""
	months = [first.replace(day=1)]
	while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= last:
		months.append(following)
	return months


def _rate_by_item_group(period: dict[str, str], received: Cases) -> None:
	units, invoices = Counter(), Counter()
	for invoice in _invoices(period):
		units.update({row.item_group: 0 for row in invoice.rows})
		for row in invoice.rows:
			units[row.item_group] += row.stock_qty
		invoices.update({row.item_group for row in invoice.rows})
	for per, sold in (("Units Sold", units), ("Invoices", invoices)):
		lines, total = run(complaint_rate_by_item_group, per=per, **period)
		same(lines, "number", by(received, "Item Group"))
		same(lines, "units", sold)
		assert total["number"] == len(received)
		if per == "Invoices":  # an invoice over two groups is one invoice
			assert total["units"] == len(_invoices(period))
		else:
			assert total["units"] == sum(units.values())


def _invoices(period: dict[str, str]) -> list[frappe._dict]:
	"""What was sold, each invoice with its rows."""
	asked = {"docstatus": 1, "is_return": 0, "posting_date": ("between", list(period.values()))}
	invoices = frappe.get_all("Sales Invoice", asked, ["name", "posting_date"], order_by="name")
	rows = defaultdict(list)
	names = [invoice.name for invoice in invoices]
	for row in frappe.get_all(
		"Sales Invoice Item",
		{"parent": ("in", names)},
		["parent", "item_group", "stock_qty"],
		order_by="name",
	):
		rows[row.parent].append(row)
	return [frappe._dict(invoice, rows=rows[invoice.name]) for invoice in invoices]


def _redress(period: dict[str, str], counted: Cases, first: date, last: date) -> None:
	known = {case.name: case for case in counted}
	rows = [
		row
		for row in frappe.get_all(
			"Complaint Redress",
			{"state": ("in", ("Implemented", "Verified"))},
			["parent", "remedy", "amount", "implemented_on"],
			order_by="name",
		)
		if row.parent in known and first <= (row.implemented_on or known[row.parent].closed) <= last
	]
	assert rows
	groupings: dict[str, Callable[[Any], Any]] = {
		"Remedy": lambda row: row.remedy,
		"Category": lambda row: known[row.parent].category,
		"Item": lambda row: known[row.parent].item,
	}
	for group_by, of in groupings.items():
		lines, total = run(complaint_redress_cost, group_by=group_by, **period)
		amounts: Counter = Counter()
		for row in rows:
			amounts[called(of(row), group_by)] += row.amount or 0
		same(lines, "number", Counter(called(of(row), group_by) for row in rows))
		same(lines, "amount", +amounts)
		assert (total["number"], total["amount"]) == (len(rows), sum(row.amount or 0 for row in rows))


def _satisfaction(period: dict[str, str], counted: Cases, first: date, last: date) -> None:
	known = {case.name: case for case in counted}
	ratings = [
		row
		for row in frappe.get_all(
			"Complaint Feedback",
			fields=["complaint", "submitted_on", "outcome", "overall", *PROCESS],
			order_by="name",
		)
		if row.complaint in known and first <= getdate(row.submitted_on) <= last
	]
	asked = [
		row
		for row in frappe.get_all(
			"Complaint Event", {"kind": ("like", "feedback_asked%")}, ["complaint", "at"], order_by="name"
		)
		if row.complaint in known and first <= getdate(row.at) <= last
	]
	lines, total = run(complaint_satisfaction, group_by="Category", **period)
	same(lines, "number", Counter(called(known[row.complaint].category, "Category") for row in ratings))
	assert (total["number"], total["asked"] or 0) == (len(ratings), len(asked))
	process = [row[name] for row in ratings for name in PROCESS if row[name]]
	for column, answers in (
		("process", process),
		("outcome", [row.outcome for row in ratings if row.outcome]),
		("overall", [row.overall for row in ratings if row.overall]),
	):
		assert abs(total[column] - sum(answers) / len(answers)) < 1e-9


def _milestones(period: dict[str, str], counted: Cases, first: date, last: date) -> None:
	known = {case.name: case for case in counted}
	days = {"Met": "met_at", "Met Late": "met_at", "Overdue": "due_at"}
	rows = [
		row
		for row in frappe.get_all(
			"Complaint Milestone",
			{"state": ("in", list(days)), "due_at": ("is", "set")},
			["parent", "stage", "state", "met_at", "due_at"],
			order_by="name",
		)
		if row.parent in known and first <= getdate(row[days[row.state]]) <= last
	]
	lines, total = run(milestone_performance, group_by="Stage", **period)
	for column, states in (
		("total", tuple(days)),
		("met", ("Met",)),
		("met_late", ("Met Late",)),
		("overdue", ("Overdue",)),
	):
		found = [row for row in rows if row.state in states]
		same(lines, column, Counter(STAGE_NAMES[row.stage] for row in found))
		assert total[column] == len(found)
	for severity in ("Minor", "Major"):
		found = [row for row in rows if known[row.parent].severity == severity]
		lines, _total = run(milestone_performance, group_by="Stage", severity=severity, **period)
		same(lines, "total", Counter(STAGE_NAMES[row.stage] for row in found))
