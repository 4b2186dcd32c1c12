"""The customer of a complaint at a glance: other complaints of theirs that the viewer may see, and what the sales say.

What ERPNext knows comes by the hook `complaint_customer_figures`: functions of (customer, company) that answer figures,
each a dict with `label`, `value` (a text) and, where it leads somewhere, `doctype` and `filters` of a list. They show only
what the session's user may read there.
"""

from typing import Any

import frappe
from frappe import _

HOOK = "complaint_customer_figures"
LATEST = 5
MOST = 200
"""Complaints of one customer that are looked at; more are said to be more."""


@frappe.whitelist(methods=["GET", "POST"])
def get_glance(complaint: str) -> dict[str, Any]:
	"""Other complaints of the same customer (or e-mail address) and the customer's figures.

	Checks read permission on the complaint; lists and figures hold only what the user may read besides.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	others = _others(doc)
	still_open = [row for row in others if row.status_category in ("Open", "Paused")]
	return {
		"customer": doc.customer or "",
		"open": _count(still_open, len(others) == MOST),
		"all": _count(others, len(others) == MOST),
		"latest": others[:LATEST],
		"figures": _figures(doc),
	}


def _others(doc) -> list[frappe._dict]:
	by = {"customer": doc.customer} if doc.customer else {"complainant_email": doc.complainant_email}
	if not any(by.values()):
		return []
	# get_list leaves out what the user may not see, persons concerned and confidential cases included
	return frappe.get_list(
		"Complaint",
		filters={**by, "name": ("!=", doc.name), "status": ("!=", "Duplicate")},
		fields=["name", "subject", "status", "status_category", "received_on", "outcome", "is_overdue"],
		order_by="received_on desc, name desc",
		limit_page_length=MOST,
	)


def _count(rows: list, more: bool) -> str:
	return _("{0} or more").format(len(rows)) if more else str(len(rows))


def _figures(doc) -> list[dict[str, Any]]:
	if not doc.customer:
		return []
	return [
		figure
		for name in frappe.get_hooks(HOOK)
		for figure in frappe.get_attr(name)(doc.customer, doc.company)
	]
