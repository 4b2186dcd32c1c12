"""The portal's answers beside ERPNext's own list page /issues, in one run on one site.

	$CMS_PYTHON path/to/benchmarks/bench_portal.py   (see README.md)

A customer with 20 complaints and 20 issues, among 20,000 complaints of others, asks in turns for the list of issues
(what /issues shows: data and rows), for the list of complaints, and for one complaint with its timeline and messages.
Use a site of its own: the complaints of others are committed, so that the database counts them, and taken away
afterwards. `--check` fails when one of ours is slower.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import frappe
from bench_register import connect

from cms_iso10002.portal import api, limits
from tests.site import factories
from tests.site.portal_factories import make_portal_user, request

LIMIT = 1.0
ROUNDS = 40
OWN = 20
OTHERS = 20_000
PREFIX = "BENCH-PORTAL-"


def main() -> int:
	"""Measure, print, and compare with LIMIT where `--check` asks for it."""
	connect()
	frappe.flags.in_test = True
	factories.make_cast()
	make_others()
	frappe.db.commit()
	try:
		times = measure()
	finally:
		frappe.db.rollback()
		frappe.db.delete("Complaint", {"name": ("like", f"{PREFIX}%")})
		frappe.db.commit()
	medians = {name: statistics.median(values) for name, values in times.items()}
	for name, median in medians.items():
		print(f"{name:>20}: median {median * 1000:7.2f} ms of {len(times[name])}")
	ratios = {name: median / medians["/issues"] for name, median in medians.items() if name != "/issues"}
	for name, ratio in ratios.items():
		print(f"{name} : /issues: {ratio:.2f} (at most {LIMIT})")
	return int("--check" in sys.argv and max(ratios.values()) > LIMIT)


def make_others() -> None:
	"""Complaints of other people: rows are enough, the list only passes them by."""
	frappe.db.delete("Complaint", {"name": ("like", f"{PREFIX}%")})
	now = frappe.utils.now()
	fields = (
		"name",
		"creation",
		"modified",
		"owner",
		"subject",
		"status",
		"received_on",
		"complainant_email",
		"channel",
	)
	rows = [
		(f"{PREFIX}{n}", now, now, f"u{n}@others.test", "x", "Received", now, f"u{n}@others.test", "Portal")
		for n in range(OTHERS)
	]
	frappe.db.bulk_insert("Complaint", fields, rows)


def measure() -> dict[str, list[float]]:
	"""Seconds of each answer, in turns, so that whatever else the machine does burdens all alike."""
	user = make_portal_user("bench", "Benchmark GmbH")
	name = ""
	for number in range(OWN):
		values = {"customer": "Benchmark GmbH", "complainant_email": user, "subject": f"Complaint {number}"}
		name = factories.make_complaint(**values).name
		issue = frappe.new_doc("Issue")
		issue.update({"subject": f"Issue {number}", "customer": "Benchmark GmbH", "raised_by": user})
		issue.insert(ignore_permissions=True)
	factories.advance(name, "Response Sent")
	frappe.set_user(user)
	asked: dict[str, Callable[[], object]] = {
		"/issues": issues_page,
		"list of complaints": lambda: api.list_complaints(),
		"one complaint": lambda: api.track(name),
	}
	times: dict[str, list[float]] = {what: [] for what in asked}
	for _round in range(ROUNDS):
		for what, answer in asked.items():
			with request(method="GET"):
				frappe.local.form_dict = frappe._dict(doctype="Issue")
				started = time.perf_counter()
				assert answer()
				times[what].append(time.perf_counter() - started)
		limits.forget()
	return times


def issues_page() -> object:
	"""What /issues shows: its rows, rendered, without the frame of the page."""
	from frappe.www.list import get_context

	context = frappe._dict()
	get_context(context)
	assert len(context["result"]) == OWN
	return context


if __name__ == "__main__":
	raise SystemExit(main())
