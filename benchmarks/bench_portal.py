"""The portal's pages and answers beside ERPNext's own list page /issues, in one run on one site.

	$CMS_PYTHON path/to/benchmarks/bench_portal.py   (see README.md)

A customer with 20 complaints and 20 issues, among 20,000 complaints of others, asks in turns for whole pages, as
the web server answers them: /issues, /complaints, and /complaint/track with an answered complaint, its timeline and
messages (by the account, and by a guest with the key); and for what is in them: the rows of /issues (data, rendered,
without the frame), `list_complaints` and `track`. Use a site of its own: the complaints of others are committed, so
that the database counts them, and taken away afterwards. `--check` fails when one of ours is slower.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import frappe
from bench_register import connect
from frappe.website.serve import get_response

from cms_iso10002.portal import api, keys, limits, origin
from tests.site import factories
from tests.site.portal_factories import make_portal_user, request

LIMIT = 1.0
ROUNDS = 40
OWN = 20
OTHERS = 20_000
PREFIX = "BENCH-PORTAL-"
BESIDE = {
	"page /issues": ("page /complaints", "page /complaint/track", "… of a guest with the key"),
	"rows of /issues": ("list_complaints", "track"),
}
"""What of theirs each of ours is measured against."""


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
	ratios = []
	for name, median in medians.items():
		print(f"{name:>26}: median {median * 1000:7.2f} ms of {len(times[name])}")
	for theirs, ours in BESIDE.items():
		for name in ours:
			ratios.append(medians[name] / medians[theirs])
			print(f"{name} : {theirs}: {ratios[-1]:.2f} (at most {LIMIT})")
	return int("--check" in sys.argv and max(ratios) > LIMIT)


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
	name, key = "", ""
	for number in range(OWN):
		values = {"customer": "Benchmark GmbH", "complainant_email": user, "subject": f"Complaint {number}"}
		name = factories.make_complaint(**values).name
		issue = frappe.new_doc("Issue")
		issue.update({"subject": f"Issue {number}", "customer": "Benchmark GmbH", "raised_by": user})
		issue.insert(ignore_permissions=True)
	key, hashed = keys.new()
	frappe.db.set_value("Complaint", name, "tracking_key_hash", hashed)
	factories.advance(name, "Response Sent")
	mine = partial(page, user, "GET")
	asked: dict[str, Callable[[], object]] = {
		"page /issues": partial(mine, "issues/list", "Issue"),
		"page /complaints": partial(mine, "complaints", "Complaint 0"),
		"page /complaint/track": partial(mine, "complaint/track", "Our answer", reference=name),
		"… of a guest with the key": partial(
			page, "Guest", "POST", "complaint/track", "Our answer", reference=name, key=key, do="look"
		),
		"rows of /issues": partial(within, user, issues_rows),
		"list_complaints": partial(within, user, api.list_complaints),
		"track": partial(within, user, partial(api.track, name)),
	}
	times: dict[str, list[float]] = {what: [] for what in asked}
	for _round in range(ROUNDS):
		for what, answer in asked.items():
			times[what].append(answer())
		limits.forget()
	return times


def page(user: str, method: str, path: str, shown: str, **form: str) -> float:
	"""Seconds of a whole page, from the request to its HTML; it must show `shown`."""
	frappe.set_user(user)
	if method == "POST":
		form["csrf_token"] = origin.token()
	for name in ("jenv", "jloader"):  # each request of a web server has templates compiled of its own
		if hasattr(frappe.local, name):
			delattr(frappe.local, name)
	with request(method=method, path=f"/{path}", form=form):
		started = time.perf_counter()
		answer = get_response(path)
		seconds = time.perf_counter() - started
	assert answer.status_code == 200 and shown in answer.get_data(as_text=True), path
	return seconds


def within(user: str, answer: Callable[[], object]) -> float:
	"""Seconds of an answer of the API, or of part of a page."""
	frappe.set_user(user)
	with request(method="GET"):
		frappe.local.form_dict = frappe._dict(doctype="Issue")
		started = time.perf_counter()
		assert answer()
		return time.perf_counter() - started


def issues_rows() -> object:
	"""What /issues shows: its rows, rendered, without the frame of the page."""
	from frappe.www.list import get_context

	context = frappe._dict()
	get_context(context)
	assert len(context["result"]) == OWN
	return context


if __name__ == "__main__":
	raise SystemExit(main())
