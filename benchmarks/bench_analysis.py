"""The reports on complaints beside the same figures grouped from the raw tables: five years, a million complaints.

	$CMS_PYTHON /absolute/path/to/benchmarks/bench_analysis.py [--number N] [--fill | --filled [--counted]] [--only REPORT] [--keep] [--check]

Use a site of its own: five million milestones are written straight into the tables, and taken away afterwards (`--keep`
leaves them, `--fill` only writes them, `--filled` and `--counted` use what is there). Each report is run whole, with names, chart and
cards; beside it one query, by hand, that groups the raw tables to the same figure; both must come to the same numbers.
`--check` fails when a report takes more than a twentieth, or the list's first page more than three times a count over
the period. Those that are read from the records, and known to be, are measured beside it.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import five_years
import frappe
from bench_register import connect

from cms_iso10002.complaints import counted_months, counting, summary
from tests.site import factories

NUMBER = 1_000_000
SHARE, PAGE = 1 / 20, 3
REPORTS, RAW = 5, 2
"""Rounds; the median of the reports, the best of the raw ones."""
FIRST, LAST = five_years.START.date(), five_years.LAST
AFTER = LAST + timedelta(days=1)
PERIOD = {"from_date": str(FIRST), "to_date": str(LAST)}
COUNTED = "c.status not in ('Duplicate', 'Out of Scope')"
RECEIVED = f"c.received_on >= '{FIRST}' and c.received_on < '{AFTER}' and {COUNTED}"
ITEM = "join `tabComplaint Subject` s on s.parent = c.name and s.idx = 1"
GROUP = f"{ITEM} join tabItem i on i.name = s.item_code"

HANDLER = "concat(c.handler)"
"""By hand as well as can be: with the index of handlers the database takes ten times as long."""

Figures = dict[Any, tuple]


def main() -> int:
	"""Fill, count, measure, print, and compare with the limits where `--check` asks for it."""
	number = int(sys.argv[sys.argv.index("--number") + 1]) if "--number" in sys.argv else NUMBER
	connect()
	factories.make_cast()
	frappe.db.commit()
	if "--filled" not in sys.argv:
		timed("written", lambda: five_years.fill(number))
	if "--fill" in sys.argv:
		return 0
	try:
		if "--counted" not in sys.argv:
			five_years.forget_counts()
			analyze()
			timed("complaints counted", count_complaints)
			timed("milestones counted", count_milestones)
		print(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
		for doctype in (*five_years.DOCTYPES, *five_years.COUNTED):
			print(f"{frappe.db.count(doctype):>12,} {doctype}", flush=True)
		analyze()
		only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
		results = [measure(*case) for case in cases() if only in case[0]]
		results.append(first_pages())
		for case in from_records():
			measure(*case)
		beside()
		timed("counted anew what 50 changed complaints touch", fifty_changed)
	finally:
		frappe.db.rollback()
		if "--keep" not in sys.argv:
			five_years.clear()
	return int("--check" in sys.argv and not all(results))


def timed(what: str, function: Callable[[], Any]) -> Any:
	start = time.perf_counter()
	found = function()
	print(f"{what}: {time.perf_counter() - start:.1f} s", flush=True)
	return found


def analyze() -> None:
	for doctype in (*five_years.DOCTYPES, *five_years.COUNTED):
		frappe.db.sql(f"analyze table `tab{doctype}`")


def count_complaints() -> None:
	"""As the background does it."""
	each_month(counting.missing(), counting.count)


def count_milestones() -> None:
	each_month(summary._missing(), summary._count_month)


def each_month(months: list[date], count: Callable[[date], None]) -> None:
	longest = 0.0
	for month in months:
		start = time.perf_counter()
		counted_months.take_turn()
		count(month)
		frappe.db.commit()
		longest = max(longest, time.perf_counter() - start)
	print(f"{len(months)} months, the longest {longest:.1f} s", flush=True)


# reports and the same from the raw tables --------------------------------------------------------------------


def received(by: str, join: str = "", more: str = "", numbers: str = "count(*)") -> str:
	return f"select {by}, {numbers} from tabComplaint c {join} where {RECEIVED} {more} group by {by}"


def rated(by: str, more: str = "") -> str:
	mean = "(f.ease + f.speed + f.informed + f.courtesy + f.fairness + f.clarity)"
	return (
		f"select {by}, count(*), sum{mean} / (6e0 * count(*)) from `tabComplaint Feedback` f join tabComplaint c "
		f"on c.name = f.complaint where f.submitted_on >= '{FIRST}' and f.submitted_on < '{AFTER}' and {COUNTED} {more} "
		f"group by {by}"
	)


def redress(by: str, join: str = "", more: str = "") -> str:
	return (
		f"select {by}, count(*), sum(r.amount) from `tabComplaint Redress` r join tabComplaint c on c.name = r.parent {join} "
		f"where r.state in ('Implemented', 'Verified') and r.implemented_on between '{FIRST}' and '{LAST}' and {COUNTED} "
		f"{more} group by {by}"
	)


def milestones(by: str, more: str = "") -> str:
	return (
		f"select {by}, sum(m.state = 'Met'), sum(m.state = 'Met Late') from `tabComplaint Milestone` m "
		f"join tabComplaint c on c.name = m.parent where m.met_at >= '{FIRST}' and m.met_at < '{AFTER}' "
		f"and m.due_at is not null and m.state in ('Met', 'Met Late') and {COUNTED} {more} group by {by}"
	)


RECURRENT = (
	"count(*), sum(c.is_recurrent = 1 or exists(select 1 from `tabComplaint Relation` x where x.parent = c.name "
	"and x.relation = 'Repeat'))"
)
MONTHLY = "date_format(c.received_on, '%Y-%m')"
PARETO, CHART, SATISFACTION = "Complaint Pareto", "Complaint Control Chart", "Complaint Satisfaction"
RECURRENCE, COST, WORKLOAD = "Complaint Recurrence", "Complaint Redress Cost", "Complaint Workload"
RATE, PERFORMANCE = "Complaint Rate by Item Group", "Milestone Performance"
MAJOR, PLACE = "and c.severity = 'Major'", "and c.territory = 'Territory 7'"


def cases() -> list[tuple]:
	"""Name of report, filters, what its lines come to, the raw query with the same."""
	number, category = lines("number"), some("Complaint Category")
	of_category = f"and c.category = '{category}'"
	group = some("Item Group")
	monthly = {"interval": "Month", "per": "Number Alone"}
	met = lines("met", "met_late")
	return [
		(PARETO, {"group_by": "Category"}, number, received("c.category")),
		(PARETO, {"group_by": "Root Cause"}, number, received("c.root_cause")),
		(PARETO, {"group_by": "Territory"}, number, received("c.territory")),
		(PARETO, {"group_by": "Handler"}, number, received(HANDLER)),
		(PARETO, {"group_by": "Item"}, number, received("s.item_code", ITEM)),
		(PARETO, {"group_by": "Category", "severity": "Major"}, number, received("c.category", "", MAJOR)),
		(PARETO, {"group_by": "Item", "severity": "Major"}, number, received("s.item_code", ITEM, MAJOR)),
		(
			PARETO,
			{"group_by": "Root Cause", "category": category},
			number,
			received("c.root_cause", "", of_category),
		),
		(
			PARETO,
			{"group_by": "Category", "territory": "Territory 7"},
			number,
			received("c.category", "", PLACE),
		),
		(
			PARETO,
			{"group_by": "Category", "item_group": group},
			number,
			received("c.category", GROUP, f"and i.item_group = '{group}'"),
		),
		(
			PARETO,
			{"group_by": "Handler", "customer_group": "Group 2", "company": five_years.COMPANY},
			number,
			received(HANDLER, "", f"and c.customer_group = 'Group 2' and c.company = '{five_years.COMPANY}'"),
		),
		(CHART, monthly, number, received(MONTHLY)),
		(CHART, {**monthly, "category": category}, number, received(MONTHLY, "", of_category)),
		(
			CHART,
			{"interval": "Week", "per": "Number Alone"},
			number,
			received("yearweek(c.received_on, 3)"),
		),
		(RATE, {}, number, received("i.item_group", GROUP)),
		(
			RECURRENCE,
			{"group_by": "Category"},
			lines("number", "recurrent"),
			received("c.category", numbers=RECURRENT),
		),
		(
			RECURRENCE,
			{"group_by": "Territory", "severity": "Major"},
			lines("number", "recurrent"),
			received("c.territory", "", MAJOR, RECURRENT),
		),
		(COST, {"group_by": "Remedy"}, lines("number", "amount"), redress("r.remedy")),
		(
			COST,
			{"group_by": "Remedy", "item_group": group},
			lines("number", "amount"),
			redress("r.remedy", GROUP, f"and i.item_group = '{group}'"),
		),
		(SATISFACTION, {"group_by": "Territory"}, lines("number", "process"), rated("c.territory")),
		(
			SATISFACTION,
			{"group_by": "Territory", "category": category},
			lines("number", "process"),
			rated("c.territory", of_category),
		),
		(WORKLOAD, {}, lines("received"), received(HANDLER)),
		(PERFORMANCE, {"group_by": "Stage"}, met, milestones("m.stage")),
		(PERFORMANCE, {"group_by": "Month"}, met, milestones("date_format(m.met_at, '%Y-%m')")),
		(PERFORMANCE, {"group_by": "Category"}, met, milestones("c.category")),
		(
			PERFORMANCE,
			{"group_by": "Handler", "category": category},
			met,
			milestones(HANDLER, of_category),
		),
	]


def from_records() -> list[tuple]:
	"""What no cut tells apart: how long it takes as it is, beside the same by hand."""
	number, category = lines("number"), some("Complaint Category")
	of_category = f"and c.category = '{category}'"
	both = {"severity": "Major", "territory": "Territory 7"}
	return [
		(
			PARETO,
			{"group_by": "Item", "category": category},
			number,
			received("s.item_code", ITEM, of_category),
		),
		(PARETO, {"group_by": "Category", **both}, number, received("c.category", "", f"{MAJOR} {PLACE}")),
	]


def some(doctype: str) -> str:
	"""A leaf of a tree that many complaints have."""
	return frappe.get_all(doctype, {"is_group": 0}, pluck="name", order_by="name")[0]


def lines(*numbers: str) -> Callable[[list[dict]], list[tuple]]:
	"""The numbers of the lines of a report, the total left out, whatever the groups are called."""

	def read(rows: list[dict]) -> list[tuple]:
		return sorted(
			tuple(round(float(row[n]), 6) for n in numbers) for row in rows if not row.get("is_total")
		)

	return read


def measure(name: str, filters: dict, read: Callable, query: str) -> bool:
	"""Time a report and the raw query, print both; whether it is quick enough. Raises where they differ."""
	module = frappe.get_module("cms_iso10002.complaints.report.{0}.{0}".format(frappe.scrub(name)))
	asked = {**PERIOD, **filters}
	module.execute(dict(asked))
	times, found = repeated(REPORTS, lambda: module.execute(dict(asked))[1])
	raw_times, raw = repeated(RAW, lambda: frappe.db.sql(query))
	wanted = sorted(tuple(round(float(value or 0), 6) for value in row[1:]) for row in raw)
	if [row for row in read(found) if any(row)] != wanted:
		raise SystemExit(f"{name} {filters} is not what the raw tables come to")
	tracemalloc.start()
	module.execute(dict(asked))
	peak = tracemalloc.get_traced_memory()[1] / 2**20
	tracemalloc.stop()
	quick, slow = statistics.median(times), min(raw_times)
	share = quick / slow
	print(
		f"{name:30} {filters!s:70} {quick * 1000:8.1f} ms : {slow * 1000:9.1f} ms = 1/{1 / share:.0f}, {peak:.1f} MB",
		flush=True,
	)
	return share <= SHARE


def repeated(rounds: int, function: Callable[[], Any]) -> tuple[list[float], Any]:
	times, found = [], None
	for _round in range(rounds):
		start = time.perf_counter()
		found = function()
		times.append(time.perf_counter() - start)
	return times, found


def first_pages() -> bool:
	"""The list's first page, as a manager and an agent see it, beside a count over the period."""
	count = (
		f"select count(*) from tabComplaint c where c.received_on >= '{FIRST}' and c.received_on < '{AFTER}'"
	)
	base = min(repeated(3, lambda: frappe.db.sql(count))[0])
	fields = [
		"name",
		"subject",
		"status",
		"priority",
		"customer",
		"handler",
		"due_at",
		"is_overdue",
		"modified",
	]
	within = True
	for user in ("manager@complaints.test", "agent@complaints.test"):
		frappe.set_user(user)
		page = {"fields": fields, "order_by": "modified desc", "limit_page_length": 20}
		times, rows = repeated(5, lambda page=page: frappe.get_list("Complaint", **page))
		frappe.set_user("Administrator")
		quick = statistics.median(times)
		print(
			f"first page, {user}: {quick * 1000:.1f} ms : {base * 1000:.1f} ms = {quick / base:.2f} ({len(rows)} rows)"
		)
		within = within and quick <= PAGE * base
	return within


def beside() -> None:
	"""What reads the complaints themselves: no share of anything, but to be known."""
	month = {"from_date": str(LAST.replace(day=1)), "to_date": str(LAST)}
	for name, filters in (
		("Complaint Ageing", {"group_by": "Category"}),
		("Complaint Ageing", {"group_by": "Handler"}),
		("Complaint Register", month),
	):
		module = frappe.get_module("cms_iso10002.complaints.report.{0}.{0}".format(frappe.scrub(name)))
		times, found = repeated(2, lambda module=module, filters=filters: module.execute(dict(filters)))
		print(f"{name} {filters}: {min(times) * 1000:.0f} ms, {len(found[1])} lines", flush=True)


def fifty_changed() -> None:
	names = frappe.get_all("Complaint", pluck="name", order_by="name", limit=50, start=1000)
	counting.keep_up(names, frappe.utils.now_datetime())
	frappe.db.rollback()


if __name__ == "__main__":
	sys.exit(main())
