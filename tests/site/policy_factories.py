"""Makers of Complaint SLA Policies and what they need, for the tests about policies."""

from __future__ import annotations

from typing import Any

import frappe

DOCTYPE = "Complaint SLA Policy"
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def target(
	stage: str = "decide", amount: float = 5, unit: str = "business days", **more: Any
) -> dict[str, Any]:
	return {"stage": stage, "amount": amount, "unit": unit, "warn_percent": "75", **more}


def hours(*spans: tuple[str, str], days: tuple[str, ...] = WEEK) -> list[dict[str, str]]:
	"""Rows of working hours: `("09:00:00", "17:00:00")` on each of `days`."""
	return [{"workday": day, "start_time": start, "end_time": end} for day in days for start, end in spans]


def draft(**values: Any):
	"""A policy for phone complaints about nothing in particular, not inserted: nine to five in Berlin."""
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"title": "By phone",
			"enabled": 1,
			"rank": 70,
			"company": "",
			"channel": "Phone",
			"valid_from": "2020-01-01",
			"time_zone": "Europe/Berlin",
			"working_hours": hours(("09:00:00", "17:00:00")),
			"targets": [target("acknowledge", 1), target("decide", 5)],
			**values,
		}
	)
	return doc


def submitted(**values: Any):
	doc = draft(**values).insert()
	doc.submit()
	return doc


def holiday_list(name: str = "A test's holidays", to: str = "2026-12-31", *days: str) -> str:
	doc = frappe.new_doc("Holiday List")
	doc.update({"holiday_list_name": name, "from_date": "2026-01-01", "to_date": to})
	for day in days:
		doc.append("holidays", {"holiday_date": day, "description": "Holiday"})
	return doc.insert().name


def the_general_policy():
	"""The one general policy that a site starts with."""
	from cms_iso10002.setup.policy import TITLE

	name = frappe.db.get_value(DOCTYPE, {"title": TITLE, "docstatus": 1})
	frappe.db.set_value(DOCTYPE, name, "company", None)
	return frappe.get_doc(DOCTYPE, name)


def make_category(name: str, parent: str | None = None, group: bool = False) -> str:
	values = {"doctype": "Complaint Category", "category_name": name, "is_group": int(group)}
	if parent:
		values["parent_complaint_category"] = parent
	return frappe.get_doc(values).insert().name


def make_agreement(**values: Any):
	"""ERPNext's Service Level Agreement: Medium 4 and 24 hours, Urgent 1 and 8, Low as Medium."""
	for priority in ("Low", "Medium", "Urgent", "Whenever"):
		if not frappe.db.exists("Issue Priority", priority):
			frappe.get_doc({"doctype": "Issue Priority", "name": priority}).insert()
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	if not frappe.db.exists("Holiday List", "SLA days"):
		holiday_list("SLA days", "2030-12-31", "2026-12-25")
	doc = frappe.new_doc("Service Level Agreement")
	doc.update(
		{
			"service_level": "Gold",
			"document_type": "Issue",
			"enabled": 1,
			"apply_sla_for_resolution": 1,
			"holiday_list": "SLA days",
			"entity_type": "Customer Group",
			"entity": frappe.db.get_value("Customer Group", {"is_group": 0}, "name"),
			"priorities": [
				priority_row("Medium", 4, 24, default_priority=1),
				priority_row("Low", 4, 24),
				priority_row("Urgent", 1, 8.5),
				priority_row("Whenever", 9, 90),
			],
			"support_and_resolution": hours(("08:00:00", "16:00:00")),
			"sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
			**values,
		}
	)
	return doc.insert()


def priority_row(priority: str, response: float, resolution: float, **more: Any) -> dict[str, Any]:
	"""A row of an agreement's priorities; times in hours."""
	times = {"response_time": response * 3600, "resolution_time": resolution * 3600}
	return {"priority": priority, **times, **more}
