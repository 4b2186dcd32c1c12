"""The sweep: one run with 1,000 and with 100,000 open complaints, and one due case beside an ERPNext Issue.

	$CMS_PYTHON path/to/benchmarks/bench_sweep.py   (see README.md)

Use a site of its own: it commits, as the sweep does, and takes its records away afterwards. 100 complaints are due
each time, whatever the number of open ones. `--check` fails when a ratio is above its limit.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

import frappe
from bench_register import connect, make_ground

from cms_iso10002.complaints import sweep
from tests.site import factories

SMALL, LARGE, DUE = 1_000, 100_000, 100
ROUNDS = 5
SIZE_LIMIT, MARK_LIMIT, ESCALATE_LIMIT = 1.5, 2.0, 5.0
START = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
PREFIX = "BENCH-"
MILESTONES = 8


def main() -> int:
	"""Measure, print, and compare with the limits where `--check` asks for it."""
	connect()
	factories.make_cast()
	factories.clear_records()
	forget_policies()
	customer, agreement = make_ground()
	make_mail_account()
	frappe.db.commit()
	try:
		sizes = measure_sizes()
		cases = measure_cases(customer)
	finally:
		clean(agreement)
	ratios = {
		f"sweep of {DUE} due, {LARGE:,} open : {SMALL:,} open": (sizes[LARGE] / sizes[SMALL], SIZE_LIMIT),
		"marking a due case : inserting an Issue": (cases["mark"] / cases["issue"], MARK_LIMIT),
		"the same with task and e-mail : inserting an Issue": (
			cases["escalate"] / cases["issue"],
			ESCALATE_LIMIT,
		),
	}
	for name, seconds in {**{f"{size:,} open": value for size, value in sizes.items()}, **cases}.items():
		print(f"{name:>28}: {seconds * 1000:9.2f} ms")
	for name, (ratio, limit) in ratios.items():
		print(f"{name}: {ratio:.2f} (at most {limit})")
	return int("--check" in sys.argv and any(ratio > limit for ratio, limit in ratios.values()))


# one sweep ---------------------------------------------------------------------------------------------------


def measure_sizes() -> dict[int, float]:
	"""Median seconds of one sweep with so many complaints open."""
	policy = factories.make_policy(targets=[target()])
	found = {}
	for size in (SMALL, LARGE):
		fill(size - DUE)
		found[size] = statistics.median(one_sweep() for _ in range(ROUNDS))
	frappe.db.set_value("Complaint SLA Policy", policy.name, "enabled", 0)
	return found


def target(**values) -> dict:
	return {"stage": "decide", "amount": 1, "unit": "business days", "warn_percent": "", **values}


def one_sweep() -> float:
	"""Seconds in which DUE complaints that came due are found, marked and told of."""
	factories.set_now(START)
	for number in range(DUE):
		factories.make_complaint(subject=f"Kettle {number}", customer=None, handler="agent@complaints.test")
	factories.set_now(START + timedelta(days=2))
	frappe.db.commit()
	start = time.perf_counter()
	done = sweep.work(sweep.due(sweep.MOST))
	took = time.perf_counter() - start
	if done != DUE:
		raise SystemExit(f"{done} duties done instead of {DUE}")
	return took


def fill(size: int) -> None:
	"""Open complaints, with their milestones, whose time comes in a year, until there are `size` of them."""
	have = frappe.db.count("Complaint", {"name": ("like", f"{PREFIX}%")})
	later = START.replace(tzinfo=None) + timedelta(days=365)
	stamp = frappe.utils.now()
	complaints, milestones = [], []
	for number in range(have, size):
		name, at = f"{PREFIX}{number:06}", later + timedelta(minutes=number)
		complaints.append((name, stamp, stamp, "Under Investigation", "Open", "Normal", "Kettle", at, at))
		for index in range(MILESTONES):
			row = (
				f"{name}-{index}",
				stamp,
				stamp,
				name,
				"Complaint",
				"milestones",
				"decide",
				index,
				"Running",
				at,
			)
			milestones.append(row)
	fields = ["name", "creation", "modified", "status", "status_category", "confidentiality", "subject"]
	frappe.db.bulk_insert("Complaint", [*fields, "next_action_at", "due_at"], complaints)
	fields = ["name", "creation", "modified", "parent", "parenttype", "parentfield", "stage", "idx", "state"]
	frappe.db.bulk_insert("Complaint Milestone", [*fields, "due_at"], milestones)
	frappe.db.commit()


# one case ----------------------------------------------------------------------------------------------------


def measure_cases(customer: str) -> dict[str, float]:
	"""Median seconds of inserting an Issue under an agreement, and of marking one due case without and with escalation."""
	text = {"subject": "Kettle leaks", "description": "It leaks.", "customer": customer}
	times: dict[str, list[float]] = {"issue": [], "issue's SLA alone": [], "mark": [], "escalate": []}
	factories.make_policy(targets=[target()], channel="Phone", rank=60)
	escalating = {"escalate_to_role": "Complaint Manager", "raises_level": 1}
	factories.make_policy(targets=[target(**escalating)], channel="Letter", rank=60)
	makers = {
		"issue": lambda: lambda: frappe.get_doc({"doctype": "Issue", **text}).insert(),
		"issue's SLA alone": lambda: set_agreement,
		"mark": lambda: due_case("Phone", mail=False),
		"escalate": lambda: due_case("Letter", mail=True),
	}
	for number in range(ROUNDS * 8 + 5):
		for name, make in makers.items():
			act = make()
			start = time.perf_counter()
			act()
			frappe.db.commit()
			if number >= 5:
				times[name].append(time.perf_counter() - start)
	if not frappe.db.count("Email Queue"):
		raise SystemExit("no e-mail was queued: set up an outgoing Email Account")
	return {name: statistics.median(values) for name, values in times.items()}


def set_agreement() -> None:
	"""What ERPNext does for the clocks of an Issue each time it is saved."""
	from erpnext.support.doctype.service_level_agreement.service_level_agreement import apply

	apply(frappe.get_last_doc("Issue"))


def due_case(channel: str, mail: bool):
	"""A case that is due, ready to be swept; those who are told have e-mail notifications on or off."""
	people = ("agent@complaints.test", "manager@complaints.test", "manager2@complaints.test")
	for person in people:
		frappe.db.set_value("Notification Settings", person, "enable_email_notifications", int(mail))
		frappe.clear_document_cache("Notification Settings", person)
	factories.set_now(START)
	name = factories.make_complaint(channel=channel, customer=None, handler=people[0]).name
	factories.set_now(START + timedelta(days=2))
	frappe.db.commit()

	def act() -> None:
		if sweep.bring_up_to_date(name) != 1:
			raise SystemExit("nothing was due")

	return act


def make_mail_account() -> None:
	"""Somewhere to send from; no server is asked, and mail stays in the queue."""
	if frappe.db.exists("Email Account", "Benchmark"):
		return
	account = {"email_id": "bench@complaints.test", "enable_outgoing": 1, "default_outgoing": 1}
	server = {"smtp_server": "127.0.0.1", "smtp_port": 25, "awaiting_password": 1}
	frappe.get_doc(
		{"doctype": "Email Account", "email_account_name": "Benchmark", **account, **server}
	).insert()


def forget_policies() -> None:
	for name in frappe.get_all("Complaint SLA Policy", {"rank": (">", 0)}, pluck="name", order_by="name"):
		for child in ("Complaint SLA Target", "Service Day"):
			frappe.db.delete(child, {"parent": name})
		frappe.db.delete("Complaint SLA Policy", {"name": name})


def clean(agreement: str) -> None:
	"""Take away what was committed."""
	frappe.db.rollback()
	factories.clear_records()
	for doctype, field in (
		("Notification Log", "document_type"),
		("ToDo", "reference_type"),
		("Comment", "reference_doctype"),
	):
		frappe.db.delete(doctype, {field: "Complaint"})
	forget_policies()
	frappe.db.delete("Issue", {"subject": "Kettle leaks"})
	frappe.db.delete("Service Level Agreement", {"name": agreement})
	frappe.db.delete("Holiday List", {"name": "Benchmark"})
	frappe.db.delete("Email Queue")
	frappe.delete_doc("Email Account", "Benchmark", force=True)
	frappe.db.commit()


if __name__ == "__main__":
	sys.exit(main())
