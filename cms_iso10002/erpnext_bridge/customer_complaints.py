"""A customer's complaints at a glance, on the form of the Customer.

Only complaints that the user may see are in it: of one customer a total of all would tell that there are others.
Duplicates do not count, and out-of-scope ones are told apart, as everywhere (`core.closure.counts`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Avg, Count, Sum
from frappe.utils import flt

from cms_iso10002.complaints import permissions, redress
from cms_iso10002.core.closure import counts


@frappe.whitelist(methods=["GET", "POST"])
def get_summary(customer: str) -> dict:
	"""Counts, the last complaint, satisfaction and the cost of redress of a customer; {} for who sees no complaints.

	Checks read permission on the Customer.
	"""
	frappe.get_doc("Customer", customer).check_permission("read")
	if not frappe.has_permission("Complaint", "read"):
		return {}
	groups = _groups(customer)
	if not groups:
		return {"total": 0}
	return {
		"total": _sum(groups, "yes"),
		"open": _sum((row for row in groups if row.status_category != "Closed"), "yes"),
		"out_of_scope": _sum(groups, "apart"),
		"last": _last(customer),
		"satisfaction": _satisfaction(customer),
		"redress_cost": _costs(groups),
	}


def _of_customer(customer: str):
	"""The condition on Complaint: of the customer, and to be seen by the user."""
	case = DocType("Complaint")
	visible = permissions.visible()
	mine = case.customer == customer
	return mine if visible is None else mine & visible


def _groups(customer: str) -> list[Any]:
	case = DocType("Complaint")
	return (
		frappe.qb.from_(case)
		.select(
			case.status,
			case.status_category,
			case.company,
			Count("*").as_("number"),
			Sum(case.redress_cost).as_("cost"),
		)
		.where(_of_customer(customer))
		.groupby(case.status, case.status_category, case.company)
		.orderby(case.company)
		.run(as_dict=True)
	)


def _sum(groups: Iterable[Any], how: str) -> int:
	return sum(row.number for row in groups if counts(row.status) == how)


def _last(customer: str) -> Mapping[str, Any]:
	case = DocType("Complaint")
	rows = (
		frappe.qb.from_(case)
		.select(case.name, case.subject, case.status, case.received_on)
		.where(_of_customer(customer))
		.orderby(case.received_on, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return rows[0]


def _satisfaction(customer: str) -> dict[str, Any]:
	"""The mean of the overall ratings with their number; a mean without ratings is None."""
	case, rating = DocType("Complaint"), DocType("Complaint Feedback")
	found = (
		frappe.qb.from_(rating)
		.join(case)
		.on(rating.complaint == case.name)
		.select(Avg(rating.overall).as_("mean"), Count("*").as_("answers"))
		.where(_of_customer(customer) & (rating.overall > 0))
		.run(as_dict=True)
	)[0]
	return {"mean": flt(found.mean, 1) if found.answers else None, "answers": found.answers}


def _costs(groups: Iterable[Any]) -> list[dict[str, Any]]:
	"""What redress cost, a sum for each currency of the companies."""
	sums: dict[str, float] = {}
	for row in groups:
		currency = redress.company_currency(row.company) or ""
		sums[currency] = sums.get(currency, 0.0) + flt(row.cost)
	return [
		{"currency": currency, "amount": flt(amount, 2)}
		for currency, amount in sorted(sums.items())
		if amount
	]
