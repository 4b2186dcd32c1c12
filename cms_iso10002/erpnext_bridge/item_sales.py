"""How often one item was sold, by ERPNext's Sales Invoices."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

INVOICE, LINE = "Sales Invoice", "Sales Invoice Item"


def invoices(item: str, first: date, last: date, company: str | None = None) -> int | None:
	"""Invoices with `item`, submitted with a date from `first` to `last`, returns left out; None where there are none at all."""
	if not frappe.db.table_exists(INVOICE) or not frappe.db.table_exists(LINE):
		return None
	invoice, line = DocType(INVOICE), DocType(LINE)
	query = (
		frappe.qb.from_(line)
		.join(invoice)
		.on((line.parent == invoice.name) & (line.parenttype == INVOICE))
		.select(Count(invoice.name).distinct())
		.where((line.item_code == item) & (invoice.docstatus == 1) & (invoice.is_return == 0))
		.where((invoice.posting_date >= first) & (invoice.posting_date <= last))
	)
	return (query.where(invoice.company == company) if company else query).run()[0][0]
