"""A year with very many complaints, written straight into the tables: for benchmarks that read, on a site of their own.

A thousand complaints with all that belongs to them are made in Python, and copied inside the database, each time a bit
later, until there are enough. Names follow time, as they do in life, and those of rows are random, as Frappe's are; but
those of events and milestones follow time too, or filling would take an hour. Texts are as long as those of the demo's year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Concat, Substring
from pypika import Interval, Table
from pypika.functions import Function

from cms_iso10002.complaints import counted_months, policy, summary
from cms_iso10002.core import clocks

PREFIX = "BENCH"
BASE = 1_000
START = datetime(2025, 1, 1)
DAYS = 365
COMPANY = "Complaints Demo Ltd"
KINDS = (
	("received", 0),
	("state_changed", 0.1),
	("acknowledged", 0.1),
	("assigned", 0.2),
	("assessed", 1),
	("state_changed", 1),
	("assigned", 1),
	("state_changed", 1.1),
	("investigated", 9),
	("decided", 9),
	("state_changed", 9),
	("response_sent", 10),
	("state_changed", 10),
	("accepted", 14),
	("redress", 16),
	("state_changed", 17),
	("closed", 17),
	("feedback_asked", 18),
)
"""The events of a complaint, with the day after receipt; those that are closed have all of them."""
STAGES = (
	("acknowledge", 0.1, 1),
	("contain", None, 1),
	("assess", 1, 2),
	("investigate", 9, 12),
	("update", 8, 10),
	("decide", 10, 20),
	("implement", 16, 30),
	("update", None, 20),
)
"""Stages with the days after which they are met (None: cancelled) and due."""
CHANNELS = ("Portal", "E-mail", "E-mail", "Phone", "Phone", "Letter", "In Person", "Web")
SEVERITIES = ("Minor", "Minor", "Minor", "Moderate", "Moderate", "Major")
BASES = ("Accepted", "Accepted", "Accepted", "Resolved Early", "Recourse Expired", "Withdrawn")
USERS = ("agent", "agent2", "investigator", "manager", "manager2")
DOCTYPES = (
	"Complaint",
	"Complaint Event",
	"Complaint Milestone",
	"Complaint Letter",
	"Complaint Decision",
	"Complaint Redress",
	"Complaint Concerned Person",
	"Complaint Feedback",
)
IN_ORDER = ("Complaint Event", "Complaint Milestone")
"""Those whose rows are named in the order of time."""


def fill(number: int) -> None:
	"""Exactly `number` complaints of one year, a multiple of BASE, and their daily summary."""
	clear()
	batches = number // BASE
	spread = timedelta(days=DAYS) / batches
	for doctype, rows in _base(spread).items():
		fields = list(dict.fromkeys(name for row in rows for name in row))
		frappe.db.bulk_insert(doctype, fields, [tuple(map(row.get, fields)) for row in rows])
	for batch in range(1, batches):
		for doctype in DOCTYPES:
			_copy(doctype, batch, spread * batch)
		frappe.db.commit()
	for month in counted_months.between(
		START.date() - timedelta(days=1), START.date() + timedelta(days=DAYS + 40)
	):
		summary._count_month(month)
		frappe.db.commit()


def clear() -> None:
	"""Take all of it away."""
	for doctype in DOCTYPES:
		link = {"Complaint": "name", "Complaint Event": "complaint", "Complaint Letter": "complaint"}
		link["Complaint Feedback"] = "complaint"
		frappe.db.delete(doctype, {link.get(doctype, "parent"): ("like", f"{PREFIX}-%")})
	frappe.db.delete("Complaint Daily Summary")
	counted_months.forget_all()
	frappe.db.commit()


# copies ------------------------------------------------------------------------------------------------------


def _copy(doctype: str, batch: int, later: timedelta, source: Table | None = None) -> None:
	"""The base once more as batch number `batch`, so much later; it stands in the doctype's table, or in `source`."""
	target, meta = DocType(doctype), frappe.get_meta(doctype)
	table = source or target
	moments = {df.fieldname for df in meta.fields if df.fieldtype == "Datetime"}
	owner = {"name"} if doctype == "Complaint" else {"parent", "complaint"}
	terms, fields = [], frappe.db.get_table_columns(doctype)
	for name in fields:
		column = table[name]
		if name in owner:
			terms.append(Concat(f"{PREFIX}-{batch:04}", Substring(column, len(PREFIX) + 6, 20)))
		elif name == "name" and doctype == "Complaint Letter":
			terms.append(Concat(f"BLT-{batch:04}", Substring(column, 9, 20)))
		elif name == "name" and doctype in IN_ORDER:
			terms.append(Concat(f"{batch:04}", Substring(column, 5, 20)))
		elif name == "name":
			terms.append(Substring(Function("MD5", Concat(column, str(batch))), 1, 14))
		elif name in moments:
			terms.append(column + Interval(seconds=int(later.total_seconds())))
		else:
			terms.append(column)
	kept = table.name.like("BLT-0000-%")
	if doctype == "Complaint":
		kept = table.name.like(f"{PREFIX}-0000-%")
	elif doctype != "Complaint Letter":
		kept = (table.complaint if meta.has_field("complaint") else table.parent).like(f"{PREFIX}-0000-%")
	frappe.qb.into(target).columns(*fields).from_(table).select(*terms).where(kept).run()


# the base ----------------------------------------------------------------------------------------------------


def _base(spread: timedelta) -> dict[str, list[dict[str, Any]]]:
	found: dict[str, list[dict[str, Any]]] = {doctype: [] for doctype in DOCTYPES}
	snapshot = policy.snapshot(policy.choose({"received_on": START, "company": COMPANY})[0])
	categories = frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="name")
	causes = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="name")
	remedies = frappe.get_all("Complaint Remedy", pluck="name", order_by="name")
	for n in range(BASE):
		at = START + spread * n / BASE
		case = _case(n, at, snapshot, categories[n * n % len(categories)], remedies[n % len(remedies)])
		if n % 2 and case["closed_on"]:
			case.update({"root_cause": causes[n * n % len(causes)], "action_state": "In Effect"})
		found["Complaint"].append(case)
		for doctype, row in _belonging(n, case, at):
			found[doctype].append({**_standard(f"{doctype} {len(found[doctype]):08}", at), **row})
	return found


def _standard(seed: str, at: datetime) -> dict[str, Any]:
	name = hashlib.md5(seed.encode()).hexdigest()[:14]
	name = f"0000{seed.rpartition(' ')[2]}" if seed.startswith(IN_ORDER) else name
	return {"name": name, "creation": at, "modified": at, "owner": "Administrator"}


def _case(n: int, at: datetime, snapshot: str, category: str, remedy: str) -> dict[str, Any]:
	closed = n % 7 != 0
	return {
		**_standard("", at),
		"name": f"{PREFIX}-0000-{n:04}",
		"subject": "The kettle has leaked since the first day",
		"description": "<p>"
		+ "The kettle has leaked since the first day and nobody calls back. " * 2
		+ "</p>",
		"findings": "<p>" + "The seal was missing in the whole batch, as the maker confirms. " * 2 + "</p>"
		if n % 3
		else "",
		"investigation_waived_reason": "" if n % 3 else "The records on file leave nothing to investigate.",
		"policy_snapshot": snapshot,
		"status": "Closed" if closed else "Under Investigation",
		"status_category": "Closed" if closed else "Open",
		"closure_basis": BASES[n % len(BASES)] if closed else "",
		"closed_on": at + timedelta(days=17) if closed else None,
		"received_on": at,
		"recorded_on": at,
		"company": COMPANY,
		"channel": CHANNELS[n % len(CHANNELS)],
		"language": ("en", "de")[n % 2],
		"category": category,
		"remedy_requested": remedy if n % 5 else None,
		"complainant_name": "Erika Muster",
		"complainant_email": f"erika{n}@muster.example",
		"representative_name": "Ms Adler" if n % 50 == 0 else "",
		"severity": SEVERITIES[n % len(SEVERITIES)],
		"complexity": "Low",
		"impact": "Low",
		"safety_implication": "No",
		"immediate_action_needed": "No",
		"conflict_check": "None Found" if n % 9 else "Not Done",
		"handler": f"{USERS[n % 2]}@complaints.test",
		"investigator": "investigator@complaints.test",
		"confidentiality": "Confidential" if n % 40 == 0 else "Normal",
		"correspondence_format": "Braille" if n % 60 == 0 else "Standard",
		"resolved_at_first_contact": int(n % len(BASES) == 3 and closed),
		"is_recurrent": int(n % 12 == 0),
		"outcome": ("Upheld", "Partly Upheld", "Not Upheld")[n % 3] if closed else "",
		"response": ("Accepted", "Accepted", "Accepted", "Accepted", "Rejected", "")[n % 6] if closed else "",
		"round": 1,
		"ledger_sequence": len(KINDS) if closed else 8,
		"ledger_head": "0" * 64,
	}


def _belonging(n: int, case: dict[str, Any], at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
	name, closed = case["name"], case["closed_on"]
	late = n % 11 == 0
	for sequence, (kind, days) in enumerate(KINDS if closed else KINDS[:8], 1):
		moment = at + timedelta(days=days)
		yield (
			"Complaint Event",
			{"complaint": name, "sequence": sequence, "kind": kind, "at": moment, **_event(moment)},
		)
	for index, (stage, met, due) in enumerate(STAGES, 1):
		row = {
			"parent": name,
			"parenttype": "Complaint",
			"parentfield": "milestones",
			"idx": index,
			"stage": stage,
		}
		yield "Complaint Milestone", {**row, "round": 1, **_milestone(at, met, due, late)}
	for number, (kind, days) in enumerate(
		(("Acknowledgement", 0.1), ("Progress Update", 8), ("Decision", 10))
	):
		row = {
			"complaint": name,
			"kind": kind,
			"round": 1,
			"channel": "E-mail",
			"delivery": "Sent",
			"format": "Standard",
		}
		texts = {"content": "<p>Thank you for your complaint.</p>" * 45, "page": "Musterstrasse 1" * 50}
		moment = at + timedelta(days=days)
		yield "Complaint Letter", {**row, **texts, "name": f"BLT-0000-{n:04}-{number}", "sent_on": moment}
	if closed:
		yield from _ending(n, name, at)
	if n % 45 == 0:
		row = {"parent": name, "parenttype": "Complaint", "parentfield": "persons_concerned", "idx": 1}
		yield "Complaint Concerned Person", {**row, "user": "agent2@complaints.test"}


def _ending(n: int, name: str, at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
	row = {"parent": name, "parenttype": "Complaint", "idx": 1}
	decision = {
		"parentfield": "decisions",
		"round": 1,
		"level": "Front Line",
		"outcome": "Upheld",
		"reasons": "You are right: the seal was missing. We are sorry and have told the maker of it. " * 2,
		"decided_by": "investigator@complaints.test",
		"decided_on": at + timedelta(days=9),
		"sent_on": at + timedelta(days=10),
		"recourse_explained": 1,
		"response": "Accepted",
		"responded_on": at + timedelta(days=14),
	}
	yield "Complaint Decision", {**row, **decision}
	if n % 2:
		redress = {
			"parentfield": "redress",
			"remedy": "Refund",
			"basis": "Offer",
			"state": "Verified",
			"amount": 40,
		}
		yield "Complaint Redress", {**row, **redress, "approved_by": "manager@complaints.test"}
	if n % 3 == 0:
		ratings = {
			name: 1 + n % 5 for name in ("ease", "speed", "informed", "courtesy", "fairness", "clarity")
		}
		feedback = {"complaint": name, "occasion": "Closing", "outcome": 4, "overall": 3, **ratings}
		yield "Complaint Feedback", {**feedback, "submitted_on": at + timedelta(days=20)}


def _event(moment: datetime) -> dict[str, Any]:
	micros = int(moment.replace(tzinfo=timezone.utc).timestamp() * 1_000_000)
	return {
		"at_utc": micros,
		"actor": "agent@complaints.test",
		"payload": "x" * 200,
		"hash": "0" * 64,
		"previous_hash": "0" * 64,
	}


def _milestone(at: datetime, met: float | None, due: int, late: bool) -> dict[str, Any]:
	ends = at + timedelta(days=due)
	if met is None:
		return {
			"state": clocks.CANCELLED,
			"started_at": at,
			"due_at": ends,
			"ended_at": at + timedelta(days=1),
			"worked_seconds": 0,
		}
	done = at + timedelta(days=due + 1 if late else met)
	state = clocks.MET_LATE if late else clocks.MET
	return {"state": state, "started_at": at, "due_at": ends, "met_at": done, "worked_seconds": 3600 * due}
