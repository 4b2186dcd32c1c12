"""How much was sold, by ERPNext's Sales Invoices: what numbers of complaints are held against."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

INVOICE = "Sales Invoice"


def invoices(first: date, last: date, company: str | None = None) -> int | None:
	"""Invoices submitted with a date from `first` to `last`, returns left out; None where this site has no invoices."""
	if not frappe.db.table_exists(INVOICE):
		return None
	invoice = DocType(INVOICE)
	query = (
		frappe.qb.from_(invoice).select(Count("*")).where((invoice.docstatus == 1) & (invoice.is_return == 0))
	)
	query = query.where((invoice.posting_date >= first) & (invoice.posting_date <= last))
	return (query.where(invoice.company == company) if company else query).run()[0][0]
