"""The reports on complaints beside the same figures grouped from the raw tables: five years, a million complaints.

	$CMS_PYTHON path/to/benchmarks/bench_analysis.py [--number 1000000] [--until 2025] [--check]   (see README.md)

Use a site of its own: five million milestones are written straight into the tables, and taken away afterwards. Each
report is run whole, with names, chart and cards; beside it one query, by hand, that groups the raw tables to the same
figure; both must come to the same numbers. `--check` fails when a report takes more than a twentieth, or the list's
first page more than three times a count over the period.
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

from cms_iso10002.complaints import counting, summary
from tests.site import factories

NUMBER = 1_000_000
SHARE, PAGE = 1 / 20, 3
REPORTS, RAW = 5, 2
"""Rounds; the median of the reports, the best of the raw ones."""
FIRST = five_years.START.date()
LAST = (
	date(int(sys.argv[sys.argv.index("--until") + 1]), 12, 31) if "--until" in sys.argv else five_years.LAST
)
AFTER = LAST + timedelta(days=1)
PERIOD = {"from_date": str(FIRST), "to_date": str(LAST)}
COUNTED = "c.status not in ('Duplicate', 'Out of Scope')"
RECEIVED = f"c.received_on >= '{FIRST}' and c.received_on < '{AFTER}' and {COUNTED}"
ITEM = "join `tabComplaint Subject` s on s.parent = c.name and s.idx = 1"

Figures = dict[Any, tuple]


def main() -> int:
	"""Fill, measure, print, and compare with the limits where `--check` asks for it."""
	number = int(sys.argv[sys.argv.index("--number") + 1]) if "--number" in sys.argv else NUMBER
	connect()
	factories.make_cast()
	frappe.db.commit()
	try:
		timed("written", lambda: five_years.fill(number))
		analyze()
		timed("complaints counted", count_complaints)
		print(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
		print(
			f"{frappe.db.count('Complaint'):,} complaints, {frappe.db.count('Complaint Milestone'):,} milestones"
		)
		print(f"{counting.size():,} rows of counts", flush=True)
		analyze()
		*reports, milestones = cases()
		results = [measure(*case) for case in reports]
		results.append(first_pages())
		beside()
		timed("counted anew what 50 changed complaints touch", fifty_changed)
		timed("milestones counted", count_milestones)
		analyze()
		results.append(measure(*milestones))
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
	"""Month by month, each committed, so that what is in memory is a month's."""
	first, last = FIRST, LAST + timedelta(days=60)
	while first <= last:
		end = counting.last_of_month(first)
		counting.refresh(first + timedelta(days=n) for n in range((end - first).days + 1))
		frappe.db.commit()
		first = end + timedelta(days=1)


def count_milestones() -> None:
	first, last = FIRST, LAST + timedelta(days=60)
	summary.refresh(first + timedelta(days=n) for n in range((last - first).days + 1))
	frappe.db.commit()


# reports and the same from the raw tables --------------------------------------------------------------------


def cases() -> list[tuple]:
	"""Name of report, filters, what its lines come to, the raw query with the same."""
	plain = "select {0}, count(*) from tabComplaint c where " + RECEIVED + " group by {0}"
	group = f"select i.item_group, count(*) from tabComplaint c {ITEM} join tabItem i on i.name = s.item_code"
	narrow = f"{RECEIVED} and c.severity = 'Major' and c.territory = 'Territory 7'"
	done = f"r.state in ('Implemented', 'Verified') and r.implemented_on between '{FIRST}' and '{LAST}'"
	mean = "(f.ease + f.speed + f.informed + f.courtesy + f.fairness + f.clarity)"
	return [
		("Complaint Pareto", {"group_by": "Category"}, lines("number"), plain.format("c.category")),
		("Complaint Pareto", {"group_by": "Root Cause"}, lines("number"), plain.format("c.root_cause")),
		("Complaint Pareto", {"group_by": "Territory"}, lines("number"), plain.format("c.territory")),
		("Complaint Pareto", {"group_by": "Handler"}, lines("number"), plain.format("c.handler")),
		(
			"Complaint Pareto",
			{"group_by": "Item"},
			lines("number"),
			f"select s.item_code, count(*) from tabComplaint c {ITEM} where {RECEIVED} group by s.item_code",
		),
		(
			"Complaint Pareto",
			{"group_by": "Category", "severity": "Major"},
			lines("number"),
			f"select c.category, count(*) from tabComplaint c where {RECEIVED} and c.severity = 'Major' group by c.category",
		),
		(
			"Complaint Pareto",
			{"group_by": "Category", "severity": "Major", "territory": "Territory 7"},
			lines("number"),
			f"select c.category, count(*) from tabComplaint c where {narrow} group by c.category",
		),
		(
			"Complaint Control Chart",
			{"interval": "Month", "per": "Number Alone"},
			lines("number"),
			"select date_format(c.received_on, '%Y-%m'), count(*) from tabComplaint c where "
			f"{RECEIVED} group by date_format(c.received_on, '%Y-%m')",
		),
		(
			"Complaint Rate by Item Group",
			{},
			lines("number"),
			f"{group} where {RECEIVED} group by i.item_group",
		),
		(
			"Complaint Recurrence",
			{"group_by": "Category"},
			lines("number", "recurrent"),
			"select c.category, count(*), sum(c.is_recurrent = 1 or exists(select 1 from `tabComplaint Relation` x "
			f"where x.parent = c.name and x.relation = 'Repeat')) from tabComplaint c where {RECEIVED} group by c.category",
		),
		(
			"Complaint Redress Cost",
			{"group_by": "Remedy"},
			lines("number", "amount"),
			"select r.remedy, count(*), sum(r.amount) from `tabComplaint Redress` r join tabComplaint c "
			f"on c.name = r.parent where {done} and {COUNTED} group by r.remedy",
		),
		(
			"Complaint Satisfaction",
			{"group_by": "Territory"},
			lines("number", "process"),
			f"select c.territory, count(*), sum{mean} / (6e0 * count(*)) from `tabComplaint Feedback` f "
			f"join tabComplaint c on c.name = f.complaint where f.submitted_on >= '{FIRST}' "
			f"and f.submitted_on < '{AFTER}' and {COUNTED} group by c.territory",
		),
		(
			"Complaint Workload",
			{},
			lines("received"),
			plain.format("c.handler"),
		),
		(
			"Milestone Performance",
			{"group_by": "Stage"},
			lines("met", "met_late"),
			"select m.stage, sum(m.state = 'Met'), sum(m.state = 'Met Late') from `tabComplaint Milestone` m "
			f"join tabComplaint c on c.name = m.parent where m.met_at >= '{FIRST}' and m.met_at < '{AFTER}' "
			f"and m.due_at is not null and m.state in ('Met', 'Met Late') and {COUNTED} group by m.stage",
		),
	]


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
