"""Who else bought it: customers by ERPNext's Sales Invoices and Delivery Notes, by item, batch or serial number.

Batches and serial numbers stand on the line itself or in its Serial and Batch Bundle; both are looked at. Returns and
drafts are left out. Only customers are answered whom the user may see, and only by documents they may read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.terms import Criterion

DOCUMENTS = ("Sales Invoice", "Delivery Note")
BUNDLE, ENTRY = "serial_and_batch_bundle", "Serial and Batch Entry"
MOST_LINES = 20_000
MOST_DOCUMENTS = 5
CUSTOMER = "Customer"


def buyers(
	field: str, values: Sequence[str], first: date, last: date, company: str | None = None
) -> list[dict[str, Any]]:
	"""Customers who bought what `field` (item_code, batch_no, serial_no) says is one of `values`, in a period.

	Each with `customer`, `customer_name`, `email`, `language`, `last_on`, `documents` (the latest few) and `number` of them, by name.
	Raises PermissionError where the user may read neither customers nor any document of sale, or where documents that they
	may not read tell of it: a list that leaves out customers without a word would be taken for all there are.
	"""
	kept = [doctype for doctype in DOCUMENTS if frappe.db.table_exists(doctype)]
	readable = [doctype for doctype in kept if frappe.has_permission(doctype, "read")]
	if not readable or not frappe.has_permission(CUSTOMER, "read"):
		frappe.throw(
			_("To find who else bought it you need to read customers, and invoices or delivery notes."),
			frappe.PermissionError,
		)
	unread = [
		doctype
		for doctype in kept
		if doctype not in readable and _lines(doctype, field, values, first, last, company)
	]
	if unread:
		frappe.throw(
			_("{0} tells of others who bought it, and you may not read it: ask somebody who may.").format(
				_(unread[0])
			),
			frappe.PermissionError,
		)
	found: dict[str, dict[str, Any]] = {}
	for doctype in readable:
		for row in _lines(doctype, field, values, first, last, company):
			one = found.setdefault(row.customer, {"last_on": row.posting_date, "documents": {}})
			one["last_on"] = max(one["last_on"], row.posting_date)
			one["documents"][row.parent] = row.posting_date
	return [_answer(row, found[row.name]) for row in _visible(found)]


def _answer(customer: Any, bought: dict[str, Any]) -> dict[str, Any]:
	latest = sorted(bought["documents"], key=lambda name: (bought["documents"][name], name), reverse=True)
	return {
		"customer": customer.name,
		"customer_name": customer.customer_name,
		"email": customer.email_id or "",
		"language": customer.language or "",
		"last_on": bought["last_on"],
		"documents": latest[:MOST_DOCUMENTS],
		"number": len(latest),
	}


def _visible(names: Iterable[str]) -> list[Any]:
	"""The customers, as far as the user may see them."""
	return frappe.get_list(
		CUSTOMER,
		{"name": ("in", sorted(names) or [""])},
		["name", "customer_name", "email_id", "language"],
		order_by="customer_name, name",
		limit_page_length=0,
	)


def _lines(
	doctype: str, field: str, values: Sequence[str], first: date, last: date, company: str | None
) -> list[Any]:
	"""Lines of submitted documents that sold it; refused where they are too many to be looked at."""
	head, line = DocType(doctype), DocType(f"{doctype} Item")
	query = (
		frappe.qb.from_(line)
		.join(head)
		.on((line.parent == head.name) & (line.parenttype == doctype))
		.select(line.parent, head.customer, head.posting_date, line.serial_no)
		.where((head.docstatus == 1) & (head.is_return == 0) & head.customer.isnotnull())
		.where((head.posting_date >= first) & (head.posting_date <= last))
		.where(_sold(line, f"{doctype} Item", field, values))
		.orderby(head.posting_date, line.parent)
		.limit(MOST_LINES + 1)
	)
	if company:
		query = query.where(head.company == company)
	rows = query.run(as_dict=True)
	if len(rows) > MOST_LINES:
		frappe.throw(_("More than {0} sales: choose a shorter period.").format(MOST_LINES))
	return rows


def _sold(line: Any, doctype: str, field: str, values: Sequence[str]) -> Criterion:
	"""The condition that a line sold one of `values`."""
	if field == "item_code":
		return line.item_code.isin(values)
	if field == "batch_no":
		own = line.batch_no.isin(values)
	else:
		# serial numbers stand one a line; the line breaks around make each a whole one
		own = Criterion.any(_has_line(line.serial_no, value) for value in values)
	if not (frappe.get_meta(doctype).has_field(BUNDLE) and frappe.db.table_exists(ENTRY)):
		return own
	entry = DocType(ENTRY)
	bundles = frappe.qb.from_(entry).select(entry.parent).where(entry[field].isin(values))
	return own | line[BUNDLE].isin(bundles)


def _has_line(column: Any, value: str) -> Criterion:
	"""Whether a text of several lines has one that says `value`."""
	text = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
	return Criterion.any(
		column.like(pattern) for pattern in (text, f"{text}\n%", f"%\n{text}", f"%\n{text}\n%")
	)
