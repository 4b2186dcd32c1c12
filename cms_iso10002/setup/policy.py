"""The generic Complaint SLA Policy a site starts with.

ISO 10002 sets no time limits, so these are only a working start: an organisation, or its regulator, sets its own.
"""

from __future__ import annotations

from typing import Any

import frappe

from cms_iso10002.setup import written

TITLE = "ISO 10002 generic"
WORKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
OPENING, CLOSING = "09:00:00", "17:00:00"

TARGETS = (
	("acknowledge", 1),
	("contain", 1),
	("assess", 2),
	("investigate", 10),
	("update", 10),
	("decide", 20),
	("implement", 10),
	("review", 20),
)
"""Each stage with its limit in business days."""

EXTENSION = {"max_extensions": 1, "extension_amount": 10}
"""The decision may take ten business days more, once, when the complainant is told why."""

SOURCE = (
	"A starting point of this app's, in business days. ISO 10002:2018 asks for promptness and sets no numbers: "
	"replace these by your organisation's own limits, or your regulator's."
)


def make() -> None:
	"""Makes and submits the policy, once, as soon as the site knows its time zone.

	A site that is installed from scratch learns it in the setup wizard, after us: see `install.after_migrate`.
	"""
	zone = frappe.db.get_single_value("System Settings", "time_zone")
	remembered = written.load("Complaint SLA Policy")
	if TITLE in remembered or not zone:
		return
	doc = frappe.new_doc("Complaint SLA Policy")
	doc.update(record(zone, _holiday_list()))
	doc.insert()
	doc.submit()
	written.store("Complaint SLA Policy", {**remembered, TITLE: {"ours": 1}})


def record(zone: str, holiday_list: str | None) -> dict[str, Any]:
	"""The policy as plain values."""
	return {
		"title": TITLE,
		# "", not None: Frappe fills a None with the default company, and then it would be nobody else's policy
		"company": "",
		"enabled": 1,
		"rank": 0,
		"valid_from": "2000-01-01",
		"source": SOURCE,
		"time_zone": zone,
		"holiday_list": holiday_list,
		"working_hours": [{"workday": day, "start_time": OPENING, "end_time": CLOSING} for day in WORKDAYS],
		"targets": [
			{
				"stage": stage,
				"amount": days,
				"unit": "business days",
				"repeats": int(stage == "update"),
				"warn_percent": "75",
				**(EXTENSION if stage == "decide" else {}),
			}
			for stage, days in TARGETS
		],
	}


def _holiday_list() -> str | None:
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	return frappe.db.get_value("Company", company, "default_holiday_list") if company else None
