"""The calendar of complaints: the milestones that fall due, each on its case."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime

from cms_iso10002.core import clocks

SHADES = {
	clocks.RUNNING: "blue",
	clocks.PAUSED: "purple",
	clocks.OVERDUE: "red",
	clocks.MET: "green",
	clocks.MET_LATE: "orange",
}
"""The colour of a milestone's state; other states are not shown."""

LONGEST = timedelta(days=100)
MOST = 2000
"""More would be no calendar but a wall: the earliest are shown."""

SHOWN_FOR = timedelta(minutes=30)
"""A due time is a moment; a calendar wants an end as well."""


@frappe.whitelist(methods=["GET", "POST"])
def get_events(
	start: str,
	end: str,
	filters: str | list | dict | None = None,
	doctype: str | None = None,
	fields: str | list | None = None,
	field_map: str | dict | None = None,
) -> list[dict[str, Any]]:
	"""The milestones due from `start` to `end` (site time) of cases that the user may list, as calendar events.

	`filters` are those of the list. Frappe's calendar sends its other settings along, which say nothing here.
	"""
	first, last = _span(start, end)
	# get_list applies roles, shares, User Permissions and our own conditions, and refuses who may read none
	rows = frappe.get_list(
		"Complaint",
		filters=[
			*_filters(filters),
			["Complaint Milestone", "due_at", "between", [first, last]],
			["Complaint Milestone", "state", "in", list(SHADES)],
		],
		fields=[
			"name",
			"`tabComplaint Milestone`.`name` as row_name",
			"`tabComplaint Milestone`.`stage` as stage",
			"`tabComplaint Milestone`.`state` as state",
			"`tabComplaint Milestone`.`due_at` as milestone_due",
		],
		order_by="`tabComplaint Milestone`.`due_at` asc",
		limit_page_length=MOST,
	)
	if len(rows) == MOST:
		frappe.msgprint(
			_("Only the first {0} milestones are shown: filter for the cases you need.").format(MOST),
			alert=True,
		)
	return [_event(row) for row in rows]


def _span(start: str, end: str) -> tuple[datetime, datetime]:
	try:
		first, last = get_datetime(start), get_datetime(end)
	except (ValueError, TypeError, OverflowError):
		first = last = None
	if not first or not last or last < first:
		frappe.throw(_("The calendar needs a first and a last moment such as 2026-03-02 09:30:00."))
	return first, min(last, first + LONGEST)


def _filters(filters: str | list | dict | None) -> list[list[Any]]:
	"""The list's filters as [doctype, field, operator, value]."""
	found = frappe.parse_json(filters) if filters else []
	if isinstance(found, dict):
		found = [
			[name, *(value if isinstance(value, list) else ["=", value])] for name, value in found.items()
		]
	return [["Complaint", *row] if len(row) == 3 else list(row[:4]) for row in found]


def _event(row: frappe._dict) -> dict[str, Any]:
	stage = _(row.stage.capitalize(), context="Complaint SLA Target")
	return {
		"doctype": "Complaint",
		"name": row.name,
		"row": row.row_name,
		"title": f"{row.name} · {stage}",
		"tooltip": _("{0}, {1}: {2}").format(row.name, stage, _(row.state)),
		"start": str(row.milestone_due),
		"end": str(row.milestone_due + SHOWN_FOR),
		"shade": SHADES[row.state],
		"state": row.state,
		"all_day": False,
		"movable": False,
	}
