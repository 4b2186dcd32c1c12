"""How much was sold, by ERPNext's Sales Invoices: what numbers of complaints are held against.

Counted are submitted invoices, returns left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import Term

INVOICE = "Sales Invoice"
INVOICES, UNITS = "Invoices", "Units Sold"


def invoices(first: date, last: date, company: str | None = None) -> int | None:
	"""Invoices submitted with a date from `first` to `last`, returns left out; None where this site has no invoices."""
	if not frappe.db.table_exists(INVOICE):
		return None
	return _sold(first, last, {"company": [company]} if company else {}).select(Count("*")).run()[0][0]


def of_item(item: str, first: date, last: date, company: str | None = None) -> int | None:
	"""The same of one item: invoices that have it in one line or several."""
	if not frappe.db.table_exists(INVOICE):
		return None
	invoice, row = DocType(INVOICE), DocType(f"{INVOICE} Item")
	query = _with_lines(_sold(first, last, {"company": [company]} if company else {}))
	return query.where(row.item_code == item).select(Count(invoice.name).distinct()).run()[0][0]


def by(
	dimension: str, first: date, last: date, measure: str, within: Mapping[str, Sequence[str]]
) -> dict[Any, float] | None:
	"""What was sold from `first` to `last`: by "day" (a date) or "item_group"; None where this site has no invoices.

	`measure` is "Invoices" (those with an item of the group, where items matter) or "Units Sold" (in stock units). `within`
	may name values of company, territory, customer_group and item_group; what else it names has nothing to do with sales.
	"""
	if not frappe.db.table_exists(INVOICE):
		return None
	invoice, row = DocType(INVOICE), DocType(f"{INVOICE} Item")
	query, number = _sold(first, last, within), Count("*")
	if measure == UNITS or dimension == "item_group" or within.get("item_group"):
		query = _with_lines(query)
		number = Sum(row.stock_qty) if measure == UNITS else Count(invoice.name).distinct()
		if within.get("item_group"):
			query = query.where(row.item_group.isin(within["item_group"]))
	key: Term = row.item_group if dimension == "item_group" else invoice.posting_date
	found = query.select(key, number).groupby(key).run()
	return {
		getdate(value) if dimension == "day" else value: float(amount or 0)
		for value, amount in found
		if value
	}


def _with_lines(query: QueryBuilder) -> QueryBuilder:
	invoice, row = DocType(INVOICE), DocType(f"{INVOICE} Item")
	return query.join(row).on((row.parent == invoice.name) & (row.parenttype == INVOICE))


def _sold(first: date, last: date, within: Mapping[str, Sequence[str]]) -> QueryBuilder:
	invoice = DocType(INVOICE)
	query = frappe.qb.from_(invoice).where((invoice.docstatus == 1) & (invoice.is_return == 0))
	query = query.where((invoice.posting_date >= first) & (invoice.posting_date <= last))
	for name in ("company", "territory", "customer_group"):
		if within.get(name):
			query = query.where(invoice[name].isin(within[name]))
	return query
