"""Opening a self-assessment beside an ERPNext form with as many child rows, in one run on one site.

	$CMS_PYTHON path/to/benchmarks/bench_assessment.py   (see README.md)

An assessment with the whole catalogue, its evidence collected, every row answered and every fifth with a gap, and a
Sales Order with as many items are opened in turns: on the server (what the desk asks for when it opens a form), and in
Chromium, from the route to the last row on the page. Use a site of its own: both are committed and taken away again.
`--check` fails when the assessment takes more than LIMIT times as long in either.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from bench_register import connect
from frappe.desk.form.load import getdoc

from cms_iso10002.iso_10002.assessment import collecting, rows
from tests.site import factories

LIMIT = 2.0
SERVER_ROUNDS, BROWSER_ROUNDS = 30, 8
ASSESSMENT, ORDER = "ISO 10002 Self Assessment", "Sales Order"
OPEN = """async ([doctype, name, rows]) => {
	frappe.model.remove_from_locals(doctype, name);
	// the grid shows 50 rows at a time
	const shown = doctype === "Sales Order"
		? () => cur_frm?.doc?.name === name && cur_frm.get_field("items").grid.wrapper.find(".grid-body .grid-row").length >= Math.min(rows, 50)
		: () => cur_frm?.doc?.name === name && cur_frm.$wrapper.find(".iso-row").length === rows;
	let refreshed = false;
	$(document).one("form-refresh", () => (refreshed = true));
	const started = performance.now();
	frappe.set_route("Form", doctype, name);
	while (!refreshed || !shown()) {
		await new Promise((go) => setTimeout(go, 5));
		if (performance.now() - started > 60000) throw new Error("not shown after a minute: " + doctype);
	}
	await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
	const taken = performance.now() - started;
	await frappe.set_route("List", "ToDo");
	await new Promise((go) => setTimeout(go, 1000));
	// or the next round would see the rows of this one; a grid keeps its own
	document.querySelectorAll(".iso-row").forEach((row) => row.remove());
	return taken / 1000;
}"""


def main() -> int:
	"""Measure, print, and compare with LIMIT where `--check` asks for it."""
	connect()
	frappe.flags.in_test = True
	factories.make_cast()
	assessment = make_assessment()
	count = len(assessment.items)
	order = make_order(count)
	frappe.db.commit()
	try:
		ratios = {
			"on the server": on_server(assessment, order),
			"in Chromium": in_chromium(assessment, order),
		}
	finally:
		frappe.db.rollback()
		for doc in (assessment, order):
			frappe.delete_doc(doc.doctype, doc.name, force=True)
		frappe.db.commit()
	print(f"{count} rows each")
	for where, ratio in ratios.items():
		print(f"{where}, assessment : Sales Order: {ratio:.2f} (at most {LIMIT})")
	return int("--check" in sys.argv and max(ratios.values()) > LIMIT)


def make_assessment():
	doc = frappe.new_doc(ASSESSMENT)
	people = [factories.make_user("manager"), factories.make_user("manager2")]
	doc.update(
		{
			"scope": "Benchmark",
			"edition": "2018",
			"from_date": "2025-01-01",
			"to_date": "2025-12-31",
			"assessors": [{"user": people[0]}],
			"approver": people[1],
		}
	)
	doc.insert()
	collecting.run(doc.name)
	for number, item in enumerate(doc.items):
		values = {"maturity": 2, "status": "Partial", "further_evidence": "Procedure P-07, version 3"}
		if number % 5 == 0:
			values["gap"] = "There is no written rule for complaints that arrive at the weekend. " * 3
		rows.answer(item.name, values)
	return frappe.get_doc(ASSESSMENT, doc.name)


def make_order(count: int):
	item, date = factories.make_item(), frappe.utils.add_days(frappe.utils.nowdate(), 30)
	doc = frappe.new_doc(ORDER)
	line = {"item_code": item, "qty": 1, "rate": 10, "delivery_date": date}
	doc.update(
		{
			"customer": factories.make_customer(),
			"company": frappe.db.get_value("Company", {}, "name"),
			"delivery_date": date,
			"items": [dict(line) for _number in range(count)],
		}
	)
	return doc.insert()


def on_server(assessment, order) -> float:
	"""The ratio of what the desk asks for when it opens one or the other, to JSON."""
	times = in_turns(SERVER_ROUNDS, loaded, assessment, order)
	frappe.db.rollback()  # who has seen it: a lock that the web server would wait for
	return told("on the server", times)


def loaded(doc) -> None:
	frappe.local.response = frappe._dict(docs=[])
	getdoc(doc.doctype, doc.name)
	json.dumps(frappe.response, default=frappe.utils.response.json_handler)


def in_turns(rounds: int, do: Callable, *docs) -> dict[str, list[float]]:
	"""Seconds of each, in turns, so that whatever else the machine does burdens both alike; the first round is left out."""
	times: dict[str, list[float]] = {doc.doctype: [] for doc in docs}
	for number in range(rounds + 1):
		for doc in docs:
			started = time.perf_counter()
			taken = do(doc)
			if number:
				times[doc.doctype].append(time.perf_counter() - started if taken is None else taken)
	return times


def told(where: str, times: dict[str, list[float]]) -> float:
	medians = {name: statistics.median(values) for name, values in times.items()}
	for name, median in medians.items():
		print(f"{where:>14}, {name}: median {median * 1000:7.1f} ms of {len(times[name])}")
	return medians[ASSESSMENT] / medians[ORDER]


def in_chromium(assessment, order) -> float:
	"""The ratio of opening one or the other in a desk that has opened both before."""
	from playwright.sync_api import sync_playwright

	chromium = shutil.which("chromium") or "/usr/bin/chromium"
	with served() as url, sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
		page = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}).new_page()
		page.set_default_timeout(120_000)
		login = {"usr": "Administrator", "pwd": os.environ.get("CMS_ADMIN_PASSWORD", "admin")}
		assert page.request.post("/api/method/login", form=login).ok
		page.goto("/app/todo")
		page.wait_for_function("() => window.cur_list && frappe.boot")
		count = len(assessment.items)
		times = in_turns(
			BROWSER_ROUNDS, lambda doc: page.evaluate(OPEN, [doc.doctype, doc.name, count]), assessment, order
		)
		browser.close()
	return told("in Chromium", times)


@contextmanager
def served() -> Iterator[str]:
	"""The site on a free port of this machine, as long as it is needed."""
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	site, root = frappe.local.site, Path(__file__).resolve().parents[1]
	command = [sys.executable, "-m", "tests.runtime.inside.serve", site, str(port)]
	path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
	server = subprocess.Popen(
		command,
		cwd=frappe.local.sites_path,
		env={**os.environ, "PYTHONPATH": path},
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
	)
	try:
		for _attempt in range(100):
			with socket.socket() as probe:
				if probe.connect_ex(("127.0.0.1", port)) == 0:
					break
			time.sleep(0.1)
		yield f"http://127.0.0.1:{port}"
	finally:
		server.terminate()
		server.wait()


if __name__ == "__main__":
	raise SystemExit(main())
