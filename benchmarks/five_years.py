"""Five years of complaints with all that reports read, in any number, written straight into the tables: for benchmarks.

Twenty thousand complaints are made in Python, with categories, items, territories … drawn at random, and copied inside the
database, each time a bit later, until there are enough. All rows are named in the order of time, or filling would take
hours; frozen policies are left out. Each has five milestones and an item; a quarter was made good, half were asked for a
rating, a fifth gave one. One in fifty is open, one in a hundred out of scope or a duplicate. Use a site of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Concat, Substring
from many_complaints import COMPANY, PREFIX
from pypika import Interval, Table

from cms_iso10002.core import clocks

BASE = 20_000
START = datetime(2021, 1, 1)
DAYS = 1_826
LAST = date(2025, 12, 31)
STAGES = (
	("acknowledge", 0.2, 1),
	("assess", 1, 2),
	("investigate", 9, 12),
	("update", 8, 10),
	("decide", 10, 20),
)
"""Stages with the days after which they are met and due."""
DOCTYPES = (
	"Complaint",
	"Complaint Milestone",
	"Complaint Subject",
	"Complaint Redress",
	"Complaint Feedback",
	"Complaint Event",
)
COUNTED = ("Complaint Count", "Complaint Daily Summary")
SEVERITIES = ("Minor",) * 5 + ("Moderate",) * 3 + ("Major",) + ("Critical",)
CHANNELS = ("Portal", "E-mail", "E-mail", "Phone", "Phone", "Letter", "In Person", "Web")
QUESTIONS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity", "outcome", "overall")


def fill(number: int) -> None:
	"""Exactly `number` complaints over five years, a multiple of BASE. Nothing is counted yet."""
	clear()
	batches = number // BASE
	spread = timedelta(days=DAYS) / batches
	found: dict[str, list[dict[str, Any]]] = {doctype: [] for doctype in DOCTYPES}
	for doctype, row in _base(spread):
		at, rows = row.pop("made"), found[doctype]
		standard = {"creation": at, "modified": at, "owner": "Administrator"}
		rows.append({"name": f"{PREFIX}-0000-{len(rows):06}", **standard, **row})
	for doctype, rows in found.items():
		fields = list(dict.fromkeys(name for row in rows for name in row))
		frappe.db.bulk_insert(
			doctype, fields, [tuple(map(row.get, fields)) for row in rows], chunk_size=1_000
		)
	frappe.db.commit()
	bases = {doctype: _set_aside(doctype) for doctype in DOCTYPES}
	for batch in range(1, batches):
		for doctype, base in bases.items():
			_copy(doctype, batch, spread * batch, base)
		frappe.db.commit()


def _copy(doctype: str, batch: int, later: timedelta, base: Table) -> None:
	"""The base once more as batch number `batch`, so much later."""
	meta = frappe.get_meta(doctype)
	moments = {df.fieldname for df in meta.fields if df.fieldtype == "Datetime"} | {"creation", "modified"}
	days = {df.fieldname for df in meta.fields if df.fieldtype == "Date"}
	terms, fields = [], frappe.db.get_table_columns(doctype)
	for name in fields:
		if name in ("name", "parent", "complaint"):
			terms.append(Concat(f"{PREFIX}-{batch:04}", Substring(base[name], len(PREFIX) + 6, 20)))
		elif name in moments:
			terms.append(base[name] + Interval(seconds=int(later.total_seconds())))
		elif name in days:
			terms.append(base[name] + Interval(days=later.days))
		else:
			terms.append(base[name])
	frappe.qb.into(DocType(doctype)).columns(*fields).from_(base).select(*terms).run()


def _set_aside(doctype: str) -> Table:
	"""A copy of the base in a table of its own: a table that is copied into itself is written twice."""
	name = f"bench_base_{frappe.scrub(doctype)}"
	frappe.db.sql_ddl(f"create table `{name}` like `tab{doctype}`")
	frappe.db.sql(f"insert into `{name}` select * from `tab{doctype}`")
	frappe.db.commit()
	return Table(name)


def clear() -> None:
	"""Take all of it away."""
	for doctype in DOCTYPES:
		frappe.db.sql_ddl(f"drop table if exists `bench_base_{frappe.scrub(doctype)}`")
	for doctype in DOCTYPES:
		frappe.db.truncate(doctype)
	forget_counts()
	frappe.db.delete("Item", {"name": ("like", f"{PREFIX}-%")})
	frappe.db.commit()


def forget_counts() -> None:
	"""As on a site that was never counted."""
	for doctype in COUNTED:
		frappe.db.truncate(doctype)
	frappe.db.delete("Singles", {"doctype": "Complaint Daily Summary"})
	frappe.db.commit()


def _base(spread: timedelta) -> Iterator[tuple[str, dict[str, Any]]]:
	rng = random.Random(1)
	categories = frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="name")
	causes = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="name")
	remedies = frappe.get_all("Complaint Remedy", pluck="name", order_by="name")
	items = _items()
	for n in range(BASE):
		at, name = START + spread * n / BASE, f"{PREFIX}-0000-{n:06}"
		closed = n % 50 != 0
		status = {7: "Out of Scope", 107: "Duplicate"}.get(
			n % 200, "Closed" if closed else "Under Investigation"
		)
		yield (
			"Complaint",
			{
				"made": at,
				"name": name,
				"subject": "The kettle has leaked since the first day",
				"description": "<p>The kettle has leaked since the first day and nobody calls back.</p>",
				"findings": "<p>The seal was missing in the whole batch, as the maker confirms.</p>",
				"policy_snapshot": "{}",
				"status": status,
				"status_category": "Closed" if closed else "Open",
				"closed_on": at + timedelta(days=17) if closed else None,
				"received_on": at,
				"recorded_on": at,
				"company": COMPANY,
				"channel": rng.choice(CHANNELS),
				"category": rng.choice(categories[: 1 + int(len(categories) * rng.random())]),
				"root_cause": rng.choice(causes) if closed and rng.random() < 0.7 else None,
				"severity": rng.choice(SEVERITIES),
				"territory": f"Territory {rng.randint(1, 15)}",
				"customer_group": f"Group {rng.randint(1, 6)}",
				"handler": f"handler{rng.randint(1, 20)}@complaints.test",
				"confidentiality": "Confidential" if n % 40 == 0 else "Normal",
				"is_recurrent": int(rng.random() < 0.08),
				"is_overdue": int(not closed and n % 100 == 0),
			},
		)
		for doctype, field, row in _belonging(rng, at, closed, items, remedies):
			owner = (
				{"parent": name, "parenttype": "Complaint", "parentfield": field}
				if field
				else {"complaint": name}
			)
			yield doctype, {"made": at, "idx": 1, **owner, **row}


def _items() -> list[str]:
	groups = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="name")
	names = [f"{PREFIX}-{n}" for n in range(300)]
	fields = ("name", "item_code", "item_name", "item_group")
	frappe.db.bulk_insert(
		"Item", fields, [(name, name, name, groups[n % len(groups)]) for n, name in enumerate(names)]
	)
	return names


def _belonging(
	rng: random.Random, at: datetime, closed: bool, items: list[str], remedies: list[str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
	late = rng.random() < 0.1
	for index, (stage, met, due) in enumerate(STAGES, 1):
		done = at + timedelta(days=due + 1 if late else met)
		state = clocks.MET_LATE if late else clocks.MET
		row = {"idx": index, "stage": stage, "round": 1, "state": state, "started_at": at, "met_at": done}
		row.update(due_at=at + timedelta(days=due), worked_seconds=rng.randint(1, 40) * 3600)
		yield "Complaint Milestone", "milestones", row
	yield "Complaint Subject", "subjects", {"item_code": rng.choice(items), "qty": 1}
	if not closed:
		return
	if rng.random() < 0.25:
		row = {
			"remedy": rng.choice(remedies),
			"state": "Verified",
			"amount": rng.randint(5, 200),
			"currency": "EUR",
		}
		yield "Complaint Redress", "redress", {**row, "implemented_on": (at + timedelta(days=16)).date()}
	if rng.random() < 0.5:
		moment = at + timedelta(days=18)
		micros = int(moment.timestamp() * 1_000_000)
		row = {"kind": "feedback_asked", "sequence": 18, "at": moment, "at_utc": micros, "payload": "x" * 200}
		yield "Complaint Event", "", row
		if rng.random() < 0.4:
			ratings = {name: rng.randint(1, 5) for name in QUESTIONS}
			yield (
				"Complaint Feedback",
				"",
				{"occasion": "Closing", "submitted_on": moment + timedelta(days=2), **ratings},
			)
