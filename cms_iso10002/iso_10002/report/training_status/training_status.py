"""Training Status: everybody with a complaint role, their last training, until when it is valid, and their open cases."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import cint, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.analysis import table
from cms_iso10002.iso_10002 import people, training
from cms_iso10002.iso_10002.evidence.model import share
from cms_iso10002.setup.roles import ROLES

COLOURS = {
	"Valid": "green",
	"Expiring": "orange",
	"Expired": "red",
	"Not Effective": "red",
	"Planned": "blue",
	"None": "red",
}
GOOD = ("Valid", "Expiring")


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and summary, as Frappe's query report wants them."""
	filters = frappe._dict(filters or {})
	day = getdate(filters.day) if filters.day else clock.today()
	all_rows = rows(day, filters.company, cint(filters.handlers_only))
	shown = [row for row in all_rows if not filters.state or row["state"] == filters.state]
	return columns(), shown, None, chart(all_rows), summary(all_rows)


def columns() -> list[dict[str, Any]]:
	day = {"fieldtype": "Date", "width": 110}
	return [
		{"fieldname": "full_name", "label": _("Person"), "fieldtype": "Data", "width": 170},
		{"fieldname": "roles", "label": _("Complaint Roles"), "fieldtype": "Data", "width": 160},
		{"fieldname": "state", "label": _("Training"), "fieldtype": "Data", "width": 120},
		{"fieldname": "topic", "label": _("Topic"), "fieldtype": "Data", "width": 220},
		{"fieldname": "trained_on", "label": _("Trained On"), **day},
		{"fieldname": "valid_until", "label": _("Valid Until"), **day},
		{"fieldname": "open_cases", "label": _("Open Cases"), "fieldtype": "Int", "width": 110},
		{
			"fieldname": "training",
			"label": _("Record"),
			"fieldtype": "Link",
			"options": training.DOCTYPE,
			"width": 150,
		},
		{"fieldname": "user", "label": _("User"), "fieldtype": "Link", "options": "User", "width": 200},
	]


def rows(day: date, company: str | None, handlers_only: int) -> list[dict[str, Any]]:
	"""A line for each person: those without valid training first, the busiest of them first."""
	team = people.holders(people.HANDLER_ROLES if handlers_only else ROLES, company or None)
	names, all_of, busy = people.full_names(team), training.of(team), open_cases(list(team))
	lines = [
		{
			"user": user,
			"full_name": names.get(user, user),
			"roles": ", ".join(_(role.replace("Complaint ", "")) for role in held),
			"open_cases": busy.get(user, 0),
			**_standing(all_of.get(user, []), day),
		}
		for user, held in team.items()
	]
	return sorted(
		lines, key=lambda line: (line["state"] in GOOD, -line["open_cases"], line["full_name"].lower())
	)


def _standing(trainings: list, day: date) -> dict[str, Any]:
	"""The training that counts on a day: the valid one that lasts longest, else the last one."""
	valid = [row for row in trainings if training.is_valid(row, day)]
	if valid:
		best = max(valid, key=lambda row: getdate(row.valid_until) if row.valid_until else date.max)
		ends = best.valid_until and (getdate(best.valid_until) - day).days <= training.lead(best)
		return _line(best, "Expiring" if ends else "Valid")
	past = [row for row in trainings if getdate(row.trained_on) <= day]
	if past:
		last = past[-1]
		failed = last.effectiveness == training.NOT_EFFECTIVE
		return _line(last, "Not Effective" if failed else "Expired")
	if trainings:
		return _line(trainings[0], "Planned")
	return {"state": "None", "colour": COLOURS["None"]}


def _line(row: Any, state: str) -> dict[str, Any]:
	return {
		"training": row.name,
		"topic": row.topic,
		"trained_on": row.trained_on,
		"valid_until": row.valid_until,
		"state": state,
		"colour": COLOURS[state],
	}


def open_cases(users: list[str]) -> dict[str, int]:
	"""How many complaints in work each of `users` handles: the number of all, also of those the viewer may not see."""
	if not users:
		return {}
	case = DocType("Complaint")
	return dict(
		frappe.qb.from_(case)
		.select(case.handler, Count("*"))
		.where(case.handler.isin(users) & case.status_category.isin(["Open", "Paused"]))
		.groupby(case.handler)
		.run()
	)


def chart(lines: list[dict[str, Any]]) -> dict[str, Any] | None:
	"""A bar of how many people stand how."""
	counted = Counter(line["state"] for line in lines)
	states = [state for state in COLOURS if counted[state]]
	if not states:
		return None
	return {
		"type": "percentage",
		**table.STILL,
		"height": 150,
		"colors": [COLOURS[state] for state in states],
		"data": {
			"labels": [_(state) for state in states],
			"datasets": [{"values": [counted[s] for s in states]}],
		},
	}


def summary(lines: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
	"""The cards above the table."""
	if not lines:
		return None
	good = sum(line["state"] in GOOD for line in lines)
	percent = share(good, len(lines))
	without = [line for line in lines if line["state"] not in GOOD]
	colour = "Green" if percent >= 95 else "Orange" if percent >= 75 else "Red"
	return [
		{"value": percent, "label": _("With Valid Training"), "datatype": "Percent", "indicator": colour},
		{"value": len(lines), "label": _("People"), "datatype": "Int", "indicator": "Blue"},
		{
			"value": len(without),
			"label": _("Without"),
			"datatype": "Int",
			"indicator": "Red" if without else "Green",
		},
		{
			"value": sum(line["open_cases"] for line in without),
			"label": _("Open Cases with Them"),
			"datatype": "Int",
			"indicator": "Orange",
		},
	]
