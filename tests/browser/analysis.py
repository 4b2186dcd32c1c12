"""A scene for the reports' browser tests: a company's year of complaints and sales, with a bad month and a bad batch.

`make` and `clear` run on the site (see `portal.script`), with Python that knows Frappe.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

PASSWORD = "Complaints-demo-1"
MANAGER = "analysis.manager@complaints.test"
GERMAN_MANAGER = "analysis.leitung@complaints.test"
COMPANY = "Complaints Demo Ltd"
CATEGORIES = (
	("Leaks", 40),
	("Late Delivery", 25),
	("Wrong Model", 15),
	("Rude", 10),
	("Price", 6),
	("Other Matters", 4),
)
CAUSES = ("Seal Missing", "Carrier Late", "Label Mixed Up", "No Training")
ITEMS = (("Kettle", 55), ("Toaster", 25), ("Hand Mixer", 20))
BAD_MONTHS_AGO = 4
RUN = (
	"import frappe\nfrappe.init(site={{site!r}}, sites_path='.')\nfrappe.connect()\n"
	"from tests.browser import analysis\nprint(analysis.{call})\nfrappe.db.commit()\nfrappe.destroy()"
)


def make() -> str:
	"""Make the scene and answer, as JSON, the names of the signals that are found in it."""
	import random

	import frappe

	from cms_iso10002.complaints import clock, counting, signals
	from tests.site import factories

	frappe.flags.in_test = True  # nobody gets a welcome mail
	clear()
	_users()
	for code, _weight in ITEMS:
		factories.make_item(code)
	for doctype, field, names in (
		("Complaint Category", "category_name", [name for name, _weight in CATEGORIES]),
		("Complaint Root Cause", "cause_name", CAUSES),
	):
		for name in names:
			if not frappe.db.exists(doctype, name):
				frappe.get_doc({"doctype": doctype, field: name}).insert()
	rng, today, rows, subjects = random.Random(7), clock.today(), [], []
	for back in range(364, 0, -1):
		day = datetime.combine(today - timedelta(days=back), datetime.min.time()) + timedelta(hours=10)
		bad = 100 <= back < 128
		number = rng.choice((1, 2, 2, 3)) + (4 if bad else 0)
		for one in range(number):
			rows.append(_case(rng, day, one, bad, back))
			item = "Kettle" if back < 20 or bad else rng.choices(*zip(*ITEMS, strict=True))[0]
			subjects.append({"parent": rows[-1]["name"], "item_code": item, "batch_no": ""})
	_store("Complaint", rows)
	for place, row in enumerate(subjects):
		row.update(name=f"ANA-S-{place}", parenttype="Complaint", parentfield="subjects", idx=1)
	_store("Complaint Subject", subjects)
	_redress_and_ratings(rng, rows)
	_sales(rng, today)
	counting.rebuild(420)
	_milestones(rng, today)
	return json.dumps(signals.look_at(COMPANY))


def clear() -> str:
	"""Take all complaints, counts and sales away: the figures are those of the scene alone."""
	import frappe

	from tests.site import factories

	factories.clear_records()
	frappe.db.delete("Sales Invoice", {"name": ("like", "ANA-%")})
	frappe.db.delete("Sales Invoice Item", {"name": ("like", "ANA-%")})
	frappe.db.delete("Complaint Daily Summary", {"name": ("like", "ANA-%")})
	frappe.db.delete("Quality Action", {"complaint_signal": ("is", "set")})
	frappe.db.delete("Complaint Category", {"name": ("in", [name for name, _weight in CATEGORIES])})
	frappe.db.delete("Complaint Root Cause", {"name": ("in", CAUSES)})
	return ""


def _users() -> None:
	import frappe
	from frappe.utils.password import update_password

	for email, first, last, language in (
		(MANAGER, "Mara", "Lind", "en"),
		(GERMAN_MANAGER, "Grete", "Wald", "de"),
	):
		if not frappe.db.exists("User", email):
			user = frappe.new_doc("User")
			user.update({"email": email, "first_name": first, "last_name": last, "send_welcome_email": 0})
			user.language = language
			user.flags.no_welcome_mail = True
			user.insert()
		frappe.get_doc("User", email).add_roles("Complaint Manager", "Quality Manager")
		update_password(email, PASSWORD)


def _case(rng, day: datetime, one: int, bad: bool, back: int) -> dict:
	closed = back > 30 or rng.random() < 0.5
	category = "Leaks" if bad and one else rng.choices(*zip(*CATEGORIES, strict=True))[0]
	return {
		"name": f"ANA-{day:%y%m%d}-{one}",
		"creation": day,
		"modified": day,
		"owner": "Administrator",
		"subject": f"{category}: {rng.choice(ITEMS)[0]}",
		"description": "It is not as it was promised.",
		"channel": rng.choice(("Phone", "E-mail", "Portal")),
		"status": "Closed" if closed else "Under Investigation",
		"status_category": "Closed" if closed else "Open",
		"received_on": day,
		"closed_on": day + timedelta(days=min(12, back - 1)) if closed else None,
		"company": COMPANY,
		"category": category,
		"root_cause": rng.choice(CAUSES) if closed else None,
		"severity": rng.choice(("Minor", "Minor", "Moderate", "Major")),
		"territory": rng.choice(("Germany", "Rest Of The World")),
		"handler": rng.choice((MANAGER, None)),
		"is_recurrent": int(rng.random() < 0.1),
		"is_overdue": int(not closed and rng.random() < 0.4),
		"confidentiality": "Normal",
	}


def _redress_and_ratings(rng, rows: list[dict]) -> None:
	redress, ratings = [], []
	for place, case in enumerate(row for row in rows if row["closed_on"]):
		at = case["closed_on"]
		own = {"creation": at, "modified": at, "owner": "Administrator"}
		if place % 4 == 0:
			row = {
				"remedy": rng.choice(("Refund", "Replacement", "Goodwill Gift")),
				"state": "Verified",
				"currency": "EUR",
			}
			row.update(
				name=f"ANA-R-{place}", parent=case["name"], parenttype="Complaint", parentfield="redress"
			)
			redress.append(
				{**own, **row, "idx": 1, "amount": rng.randint(10, 90), "implemented_on": at.date()}
			)
		if place % 3 == 0:
			answers = {
				name: rng.randint(3, 5) for name in ("ease", "speed", "informed", "courtesy", "fairness")
			}
			row = {
				"name": f"ANA-F-{place}",
				"complaint": case["name"],
				"occasion": "Closing",
				"submitted_on": at,
			}
			ratings.append(
				{**own, **row, **answers, "clarity": 4, "outcome": rng.randint(1, 5), "overall": 4}
			)
	_store("Complaint Redress", redress)
	_store("Complaint Feedback", ratings)


def _sales(rng, today) -> None:
	import frappe

	group = frappe.db.get_value("Item", "Kettle", "item_group")
	invoices, items = [], []
	for back in range(364, 0, -1):
		day = today - timedelta(days=back)
		for one in range(rng.randint(18, 24)):
			name = f"ANA-{day:%y%m%d}-{one}"
			own = {"name": name, "creation": day, "modified": day, "owner": "Administrator", "docstatus": 1}
			invoices.append({**own, "company": COMPANY, "posting_date": day, "is_return": 0})
			parent = {"parent": name, "parenttype": "Sales Invoice", "parentfield": "items", "idx": 1}
			items.append({**own, **parent, "item_group": group, "stock_qty": rng.randint(1, 4), "qty": 1})
	_store("Sales Invoice", invoices)
	_store("Sales Invoice Item", items)


STAGES = (
	("acknowledge", 92, 6),
	("assess", 84, 11),
	("investigate", 78, 12),
	("update", 88, 9),
	("decide", 71, 17),
	("implement", 90, 5),
)
"""Stage: of a hundred milestones, how many were met in time, and how many late."""


def _milestones(rng, today) -> None:
	"""How the milestones of those complaints were kept, as the clock would have counted them."""
	rows = []
	for back in range(90, 0, -1):
		day = today - timedelta(days=back)
		for stage, in_time, late in STAGES:
			for one in range(rng.randint(0, 2)):
				luck = rng.randrange(100)
				column = "met" if luck < in_time else "met_late" if luck < in_time + late else "overdue"
				row = {"name": f"ANA-M-{day:%y%m%d}-{stage}-{one}", "creation": day, "modified": day}
				row |= {"owner": "Administrator", "day": day, "company": COMPANY, "stage": stage}
				rows.append({**row, "met": 0, "met_late": 0, "overdue": 0, column: 1})
	_store("Complaint Daily Summary", rows)


def _store(doctype: str, rows: list[dict]) -> None:
	import frappe

	fields = list(dict.fromkeys(name for row in rows for name in row))
	frappe.db.bulk_insert(doctype, fields, [tuple(map(row.get, fields)) for row in rows])
