"""The customer of a complaint at a glance: other complaints of theirs that the viewer may see, and what the sales say.

What ERPNext knows comes by the hook `complaint_customer_figures`: functions of (customer, company) that answer figures,
each a dict with `label`, `value` (a text) and, where it leads somewhere, `doctype` and `filters` of a list. They show only
what the session's user may read there.
"""

from typing import Any

import frappe

from cms_iso10002.complaints import customer_counts

HOOK = "complaint_customer_figures"
LATEST = 5


@frappe.whitelist(methods=["GET", "POST"])
def get_glance(complaint: str) -> dict[str, Any]:
	"""Other complaints of the same customer (or e-mail address) and the customer's figures.

	Checks read permission on the complaint; lists and figures hold only what the user may read besides.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	field = "customer" if doc.customer else "complainant_email"
	found = {}
	if doc.get(field):
		found = customer_counts.of(customer_counts.seen(field, doc.get(field), but=doc.name))
	return {
		"customer": doc.customer or "",
		"open": str(found.get("open", 0)),
		"all": str(found.get("total", 0)),
		"latest": _latest(doc, field) if found else [],
		"figures": _figures(doc),
	}


def _latest(doc, field: str) -> list[frappe._dict]:
	# get_list leaves out what the user may not see, persons concerned and confidential cases included
	return frappe.get_list(
		"Complaint",
		filters={field: doc.get(field), "name": ("!=", doc.name), "status": ("!=", "Duplicate")},
		fields=["name", "subject", "status", "status_category", "received_on", "outcome", "is_overdue"],
		order_by="received_on desc, name desc",
		limit_page_length=LATEST,
	)


def _figures(doc) -> list[dict[str, Any]]:
	if not doc.customer:
		return []
	return [
		figure
		for name in frappe.get_hooks(HOOK)
		for figure in frappe.get_attr(name)(doc.customer, doc.company)
	]
