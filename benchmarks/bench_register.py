"""Registering a complaint beside inserting an ERPNext Issue under a Service Level Agreement, in one run on one site.

	python -m tests.runtime python -- ../path/to/benchmarks/bench_register.py   (or any Python that can import frappe)

Both are inserted with the same subject, customer and description, in turns, so that whatever else the machine does
burdens both alike. Everything is rolled back. `--check` fails when the ratio of the medians is above the limit.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import frappe

LIMIT = 1.5
ROUNDS = 60


def main() -> int:
	"""Measure, print, and compare with LIMIT where `--check` asks for it."""
	connect()
	try:
		customer, agreement = make_ground()
		times = measure(customer)
	finally:
		frappe.db.rollback()
	print(f"Service Level Agreement applied to the issues: {agreement}")
	medians = {name: statistics.median(values) for name, values in times.items()}
	for name, median in medians.items():
		print(f"{name:>10}: median {median * 1000:7.2f} ms of {len(times[name])}")
	ratio = medians["complaint"] / medians["issue"]
	print(f"{'ratio':>10}: {ratio:.2f} (at most {LIMIT})")
	return int("--check" in sys.argv and ratio > LIMIT)


def connect() -> None:
	"""Connect to the site that CMS_TEST_SITE names, unless somebody has."""
	if not getattr(frappe.local, "db", None):
		frappe.init(site=os.environ["CMS_TEST_SITE"], sites_path=os.environ.get("CMS_SITES_PATH", "."))
		frappe.connect()
	frappe.set_user("Administrator")


def make_ground() -> tuple[str, str]:
	"""A customer, and an agreement under which issues are inserted."""
	from tests.site.factories import make_customer

	customer = make_customer()
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Benchmark",
			"from_date": "2026-01-01",
			"to_date": "2027-12-31",
		}
	).insert()
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	agreement = frappe.get_doc(
		{
			"doctype": "Service Level Agreement",
			"document_type": "Issue",
			"service_level": "Benchmark",
			"default_service_level_agreement": 1,
			"enabled": 1,
			"holiday_list": holidays.name,
			"apply_sla_for_resolution": 1,
			"default_priority": "Medium",
			"priorities": [
				{
					"priority": "Medium",
					"default_priority": 1,
					"response_time": 8 * 3600,
					"resolution_time": 160 * 3600,
				}
			],
			"support_and_resolution": [
				{"workday": day, "start_time": "09:00:00", "end_time": "17:00:00"}
				for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
			],
			"sla_fulfilled_on": [{"status": "Closed"}],
		}
	).insert()
	frappe.cache.delete_value("doctypes_with_active_sla")
	return customer, agreement.name


def measure(customer: str) -> dict[str, list[float]]:
	"""Seconds of each insert, in turns, after a warm-up of both."""
	from cms_iso10002.complaints import intake

	text = {
		"subject": "Kettle leaks",
		"description": "It has leaked since the first day.",
		"customer": customer,
	}
	makers = {
		"issue": lambda: frappe.get_doc({"doctype": "Issue", **text}).insert(),
		"complaint": lambda: intake.register({"channel": "Phone", **text}),
	}
	times: dict[str, list[float]] = {name: [] for name in makers}
	for number in range(ROUNDS + 5):
		for name, make in makers.items():
			start = time.perf_counter()
			doc = make()
			if number >= 5:
				times[name].append(time.perf_counter() - start)
			if name == "issue" and not doc.service_level_agreement:
				raise SystemExit("the issue is under no agreement: nothing to compare with")
	return times


if __name__ == "__main__":
	sys.exit(main())
