"""The organisation that answers, as its letters name it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.contacts.doctype.address.address import get_default_address
from frappe.utils import cstr

TOWN_BEFORE_CODE = (
	"Australia",
	"Canada",
	"India",
	"Ireland",
	"New Zealand",
	"United Kingdom",
	"United States",
)
"""Countries whose addresses name the town before the postal code."""


def organisation(company: str | None) -> dict[str, Any]:
	"""Name, address and ways to reach the company that answers."""
	found = frappe.get_cached_doc("Company", company) if company else {}
	return {
		"name": cstr(found.get("company_name") or company),
		"address_lines": _company_address(company),
		"email": cstr(found.get("email")),
		"phone": cstr(found.get("phone_no")),
		"website": cstr(found.get("website")),
	}


def _company_address(company: str | None) -> list[str]:
	"""The lines of the company's own address, the primary one if it has several."""
	name = get_default_address("Company", company) if company else None
	if not name:
		return []
	row = frappe.get_cached_doc("Address", name)
	town = ("city", "state", "pincode") if row.country in TOWN_BEFORE_CODE else ("pincode", "city")
	lines = [row.address_line1, row.address_line2, " ".join(row.get(part) for part in town if row.get(part))]
	return [line for line in (*lines, row.country) if line]
