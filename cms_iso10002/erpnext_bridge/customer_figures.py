"""What ERPNext knows of a customer, for who works on their complaint: orders and revenue, as far as they may read them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, flt, fmt_money

from cms_iso10002.complaints import clock

MONTHS = 12
MOST = 1000
"""Documents that are added up; more are said to be more."""

FINISHED = ("Completed", "Closed", "Cancelled")


def of(customer: str, company: str | None) -> list[dict[str, Any]]:
	"""Figures of `customer` for the hook `complaint_customer_figures`: none where the user may not read the customer."""
	if not frappe.has_permission("Customer", "read", customer):
		return []
	return [*_orders(customer), *_revenue(customer, company)]


def _orders(customer: str) -> list[dict[str, Any]]:
	"""Sales Orders on the way."""
	if not frappe.has_permission("Sales Order", "read"):
		return []
	filters = {"customer": customer, "docstatus": 1, "status": ("not in", FINISHED)}
	rows = frappe.get_list(
		"Sales Order", filters=filters, pluck="name", order_by="name", limit_page_length=MOST
	)
	return [
		{
			"label": _("Orders on the Way"),
			"value": _more(str(len(rows)), rows),
			"doctype": "Sales Order",
			"filters": {**filters, "status": ["not in", list(FINISHED)]},
		}
	]


def _revenue(customer: str, company: str | None) -> list[dict[str, Any]]:
	"""What was invoiced in the last twelve months, less what was credited, in the company's currency."""
	if not company or not frappe.has_permission("Sales Invoice", "read"):
		return []
	since = add_months(clock.today(), -MONTHS)
	filters = {"customer": customer, "company": company, "docstatus": 1, "posting_date": (">=", since)}
	# get_list heeds the user's permissions, which a sum by the query builder would not
	rows = frappe.get_list(
		"Sales Invoice",
		filters=filters,
		pluck="base_net_total",
		order_by="posting_date desc",
		limit_page_length=MOST,
	)
	currency = frappe.get_cached_value("Company", company, "default_currency")
	total = fmt_money(sum(flt(value) for value in rows), currency=currency)
	return [
		{
			"label": _("Revenue, {0} Months").format(MONTHS),
			"value": _more(total, rows),
			"doctype": "Sales Invoice",
			"filters": {**filters, "posting_date": [">=", str(since)]},
		}
	]


def _more(text: str, rows: list) -> str:
	return _("{0} or more").format(text) if len(rows) == MOST else text
