"""A customer's complaints at a glance, on the form of the Customer.

What is counted, and for whom, says `complaints.customer_counts`.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Avg, Count
from frappe.utils import flt
from pypika.terms import Criterion

from cms_iso10002.complaints import customer_counts


@frappe.whitelist(methods=["GET", "POST"])
def get_summary(customer: str) -> dict:
	"""Counts, the last complaint, satisfaction and the cost of redress of a customer; {} for who sees no complaints.

	Checks read permission on the Customer.
	"""
	frappe.get_doc("Customer", customer).check_permission("read")
	if not frappe.has_permission("Complaint", "read"):
		return {}
	theirs = customer_counts.seen("customer", customer)
	found = customer_counts.of(theirs)
	return {**found, "last": _last(theirs), "satisfaction": _satisfaction(theirs)} if found else {"total": 0}


def _last(theirs: Criterion) -> Mapping[str, Any]:
	case = DocType("Complaint")
	rows = (
		frappe.qb.from_(case)
		.select(case.name, case.subject, case.status, case.received_on)
		.where(theirs)
		.orderby(case.received_on, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return rows[0]


def _satisfaction(theirs: Criterion) -> dict[str, Any]:
	"""The mean of the overall ratings with their number; a mean without ratings is None."""
	case, rating = DocType("Complaint"), DocType("Complaint Feedback")
	found = (
		frappe.qb.from_(rating)
		.join(case)
		.on(rating.complaint == case.name)
		.select(Avg(rating.overall).as_("mean"), Count("*").as_("answers"))
		.where(theirs & (rating.overall > 0))
		.run(as_dict=True)
	)[0]
	return {"mean": flt(found.mean, 1) if found.answers else None, "answers": found.answers}
