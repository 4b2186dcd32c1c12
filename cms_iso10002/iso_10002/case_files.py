"""Closed case files as an audit reads them: many at once, in a fixed number of queries, without a lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe.utils import get_datetime

from cms_iso10002.complaints import cases, clock
from cms_iso10002.core import authority
from cms_iso10002.core.case import Case
from cms_iso10002.core.case_audit import Authority, CaseFile
from cms_iso10002.iso_10002 import training

TABLES = {
	"aspects": "Complaint Aspect",
	"decisions": "Complaint Decision",
	"redress": "Complaint Redress",
	"persons_concerned": "Complaint Concerned Person",
	"milestones": "Complaint Milestone",
}
BELONGING = {
	"letters": ("Complaint Letter", ("kind", "channel", "sent_on", "delivery")),
	"disputes": ("External Dispute", ("filed_on", "closed_on", "outcome")),
}


def read(names: Sequence[str]) -> dict[str, CaseFile]:
	"""The files of complaints by name; one that is not there (any more) is left out. Asks for no permission."""
	docs = _by_name("Complaint", names)
	rows = {field: _rows(doctype, docs) for field, doctype in TABLES.items()}
	belonging = {name: _belonging(*which, docs) for name, which in BELONGING.items()}
	events = _events(docs)
	granted = _authorities(rows["redress"])
	trainings = training.of({doc.handler for doc in docs.values() if doc.handler})
	files = {}
	for name, doc in docs.items():
		children = {field: found.get(name, []) for field, found in rows.items()}
		closed = get_datetime(doc.closed_on or doc.modified)
		case = Case(
			doc={**doc, **children},
			now=clock.to_utc(closed),
			today=closed.date(),
			letters=belonging["letters"].get(name, []),
			disputes=belonging["disputes"].get(name, []),
			settings=cases.settings(),
			concerned=cases.concerned_users(children),
		)
		files[name] = CaseFile(
			case=case,
			milestones=children["milestones"],
			events=events.get(name, []),
			authorities=granted.get(name, []),
			trained=any(
				training.is_valid(row, training.day_for(doc)) for row in trainings.get(doc.handler, ())
			)
			if doc.handler
			else None,
		)
	return files


def _by_name(doctype: str, names: Iterable[str]) -> dict[str, frappe._dict]:
	filters = {"name": ("in", list(names) or [""])}
	rows = frappe.get_all(doctype, filters=filters, fields=["*"], order_by="name")
	return {row.name: row for row in rows}


def _grouped(rows: Iterable[frappe._dict], key: str) -> dict[str, list[frappe._dict]]:
	found = defaultdict(list)
	for row in rows:
		found[row[key]].append(row)
	return found


def _rows(doctype: str, parents: Iterable[str]) -> dict[str, list[frappe._dict]]:
	filters = {"parenttype": "Complaint", "parent": ("in", list(parents) or [""])}
	rows = frappe.get_all(doctype, filters=filters, fields=["*"], order_by="parent, idx")
	return _grouped(rows, "parent")


def _belonging(doctype: str, fields: Sequence[str], names: Iterable[str]) -> dict[str, list[frappe._dict]]:
	filters = {"complaint": ("in", list(names) or [""])}
	rows = frappe.get_all(doctype, filters=filters, fields=["complaint", *fields], order_by="creation")
	return _grouped(rows, "complaint")


def _events(names: Iterable[str]) -> dict[str, list[str]]:
	rows = frappe.get_all(
		"Complaint Event",
		filters={"complaint": ("in", list(names) or [""])},
		fields=["complaint", "kind"],
		order_by="complaint, sequence",
	)
	return {name: [row.kind for row in found] for name, found in _grouped(rows, "complaint").items()}


def _authorities(redress: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Authority]]:
	"""Redress with amounts that was granted, with whether who approved it may grant so much, by their present roles."""
	rows = [
		row
		for found in redress.values()
		for row in found
		if (row.get("amount") or 0) > 0 and row.get("state") in authority.GRANTED
	]
	remedies, approvers = {row.remedy for row in rows}, {row.approved_by for row in rows}
	limits = _grouped(
		frappe.get_all(
			"Complaint Authority Limit",
			filters={
				"parenttype": "Complaint Remedy",
				"parent": ("in", sorted(filter(None, remedies)) or [""]),
			},
			fields=["parent", "role", "amount", "currency"],
			order_by="parent, idx",
		),
		"parent",
	)
	roles = _grouped(
		frappe.get_all(
			"Has Role",
			filters={"parenttype": "User", "parent": ("in", sorted(filter(None, approvers)) or [""])},
			fields=["parent", "role"],
			order_by="parent, role",
		),
		"parent",
	)
	found = defaultdict(list)
	for row in rows:
		held = [one.role for one in roles.get(row.approved_by, ())]
		# what a foreign currency was worth on the day is no matter of record: to be checked by a person
		told = [one for one in limits.get(row.remedy, ()) if one.currency in (None, "", row.currency)]
		allowed = authority.within(row.amount, row.currency, held, told)
		found[row.parent].append(Authority(row.remedy, row.approved_by or "", allowed))
	return found
