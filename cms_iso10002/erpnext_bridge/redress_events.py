"""What happens to ERPNext's documents, told to the rows of redress that they carry out (doc_events).

Submitted is done, but for an order and a warranty claim: an order is done when it is delivered in full, a claim when it
is closed. Cancelled or deleted, the redress is owed again and the row is free for another document.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate

from cms_iso10002.complaints import redress
from cms_iso10002.core.redress import CANCELLED, DECLINED
from cms_iso10002.erpnext_bridge import redress_links

ORDER, CLAIM, VISIT, INVOICE = "Sales Order", "Warranty Claim", "Maintenance Visit", "Sales Invoice"
ITEM_ORDER = {"Delivery Note": "against_sales_order", INVOICE: "sales_order"}
"""By which field a line of what delivers names the order it delivers."""
CENT = 0.01
RATES_DIFFER = 0.05
"""By how much, of the whole, an exchange rate may have moved between granting and giving."""


def keep_links(doc, method: str | None = None) -> None:
	"""before_validate: the links to a complaint are ours to write."""
	redress_links.keep(doc)


def after_insert(doc, method: str | None = None) -> None:
	"""An amended document takes the place of the one it amends, where the row may have one."""
	if doc.get("amended_from") and (found := redress_links.of(doc)) and redress.may_have_document(*found):
		redress.document_made(*found, doc.doctype, doc.name)


def before_submit(doc, method: str | None = None) -> None:
	"""Redress is given once, and no more than was granted: a draft may have been changed since, or another have come first."""
	found = redress_links.of(doc)
	fields = ["amount", "currency", "state", "document_type", "document_name"]
	row = found and frappe.db.get_value(
		"Complaint Redress", {"parent": found[0], "name": found[1]}, fields, as_dict=True, for_update=True
	)
	if not row:
		return
	_refuse_second(doc, row)
	if doc.doctype in MONEY_OF and row.amount:
		_refuse_more(doc, row)


# What is refused is read by whoever keeps the books: it names no complaint, which may be a confidential one.


def _refuse_second(doc, row) -> None:
	"""An amended document finds the row free, or taken by another; and nobody gives what is not owed any more."""
	if row.state in (DECLINED, CANCELLED):
		frappe.throw(
			_("The redress that this is for is {0}: there is nothing to carry out.").format(_(row.state))
		)
	if row.document_name and (row.document_type, row.document_name) != (doc.doctype, doc.name):
		frappe.throw(
			_("The redress that this is for is carried out by {0} {1}: it can't be given twice.").format(
				_(row.document_type), row.document_name
			)
		)


def _refuse_more(doc, row) -> None:
	"""A document in another currency than the redress was granted in is held to it at the rate of its day."""
	amount, currency = MONEY_OF[doc.doctype](doc)
	granted, slack = flt(row.amount), CENT / 2
	if currency != row.currency:
		if currency != redress.company_currency(doc.company):
			return  # made in a third currency, as the invoice was: the mapper held it to the invoice
		granted = redress.in_company_currency(doc.company, granted, row.currency, doc.posting_date)
		slack = granted * RATES_DIFFER
	if amount > granted + slack:
		frappe.throw(
			_("{0} is more than the {1} that were granted as redress.").format(
				frappe.format_value(amount, {"fieldtype": "Currency"}, currency=currency),
				frappe.format_value(row.amount, {"fieldtype": "Currency"}, currency=row.currency),
			)
		)


def _credited(doc) -> tuple[float, str | None]:
	return flt(-doc.grand_total, 2), doc.currency


def _compensated(doc) -> tuple[float, str | None]:
	return flt(doc.total_debit, 2), redress.company_currency(doc.company)


MONEY_OF = {"Sales Invoice": _credited, "Journal Entry": _compensated}
"""What a document gives the customer, and in which currency."""


def on_submit(doc, method: str | None = None) -> None:
	"""Submitted: done, or delivered what an order had promised, or what a claim had asked for."""
	found = redress_links.of(doc)
	if found and _is_done(doc):
		redress.document_done(*found, doc.doctype, doc.name, _day(doc), _cost(doc))
	_refresh_orders(doc)
	_refresh_claims(doc)


def on_cancel(doc, method: str | None = None) -> None:
	"""Cancelled: what was done is owed again."""
	_forget(doc)
	_refresh_orders(doc)
	_refresh_claims(doc)


def on_trash(doc, method: str | None = None) -> None:
	"""Deleted: the row is free, and Frappe finds no link of it to object to."""
	_forget(doc)


def _forget(doc) -> None:
	if found := redress_links.of(doc):
		redress.document_undone(*found, doc.doctype, doc.name)


def on_claim(doc, method: str | None = None) -> None:
	"""Warranty Claim.on_update: closed is done, and opened again it is not."""
	found = redress_links.of(doc)
	before = doc.get_doc_before_save()
	if found and before and before.status != doc.status:
		_tell_claim(doc.name, *found, doc.status)


def _is_done(doc) -> bool:
	if doc.doctype == VISIT:
		return doc.completion_status == "Fully Completed"
	return doc.doctype not in (ORDER, CLAIM)


def _day(doc):
	"""The day on which a document was done; one for a later day was done today, as far as anybody knows."""
	day = getdate(doc.get("posting_date") or doc.get("mntc_date"))
	return min(day, getdate())


def _cost(doc) -> float:
	"""What a document costs the company, in its currency: without the tax that it gets back, goods at their value."""
	if doc.doctype == "Sales Invoice":
		return flt(-doc.base_net_total)
	if doc.doctype == "Journal Entry":
		return flt(doc.total_debit)
	if doc.doctype == "Delivery Note":
		return 0.0 if doc.is_return else sum(_value(row) for row in doc.items)
	return _of_row(*redress_links.of(doc), doc.company)


def _value(row) -> float:
	return flt(row.get("incoming_rate")) * flt(row.stock_qty)


def _of_row(complaint: str, row: str, company: str) -> float:
	"""What was granted, where a document says nothing of money."""
	granted = frappe.db.get_value("Complaint Redress", row, ["amount", "currency"], as_dict=True)
	return (
		redress.in_company_currency(company, granted.amount, granted.currency, getdate()) if granted else 0.0
	)


# orders --------------------------------------------------------------------------------------------------


def _refresh_orders(doc) -> None:
	"""Deliveries for orders that carry out redress: done when nothing is left to deliver."""
	fieldname = ITEM_ORDER.get(doc.doctype)
	if not fieldname or not frappe.get_meta(ORDER).has_field(redress_links.ROW):
		return
	names = sorted({row.get(fieldname) for row in doc.items if row.get(fieldname)})
	if not names:
		return
	orders = frappe.get_all(
		ORDER,
		filters={"name": ("in", names), redress_links.ROW: ("is", "set"), "docstatus": 1},
		fields=["name", redress_links.ROW, "per_delivered"],
		order_by="name",
	)
	costs = _delivered_value([order.name for order in orders])
	complaints = redress_links.complaints_of(order.complaint_redress for order in orders)
	for order in orders:
		if order.complaint_redress not in complaints:
			continue
		told = (complaints[order.complaint_redress], order.complaint_redress, ORDER, order.name)
		if flt(order.per_delivered) >= 100:
			redress.document_done(*told, _day(doc), costs.get(order.name, 0.0))
		else:
			redress.document_undone(*told, forget=False)


def _delivered_value(orders: Sequence[str]) -> dict[str, float]:
	"""The value of the goods that left the stock for each order, by a Delivery Note or an invoice that moves them itself."""
	found: dict[str, float] = {}
	for doctype, fieldname in ITEM_ORDER.items() if orders else ():
		document, item = DocType(doctype), DocType(f"{doctype} Item")
		query = (
			frappe.qb.from_(item)
			.join(document)
			.on((item.parent == document.name) & (item.parenttype == doctype))
			.select(item[fieldname], Sum(item.incoming_rate * item.stock_qty))
			.where((document.docstatus == 1) & (document.is_return == 0) & item[fieldname].isin(orders))
			.groupby(item[fieldname])
		)
		if doctype == INVOICE:
			query = query.where(document.update_stock == 1)
		for order, value in query.run():
			found[order] = found.get(order, 0.0) + flt(value)
	return found


# claims --------------------------------------------------------------------------------------------------


def _refresh_claims(doc) -> None:
	"""A visit closes or opens its claim past the claim's document: tell the row what the claim has become."""
	if doc.doctype != VISIT or not frappe.get_meta(CLAIM).has_field(redress_links.ROW):
		return
	names = sorted({row.prevdoc_docname for row in doc.purposes if row.get("prevdoc_doctype") == CLAIM})
	claims = frappe.get_all(
		CLAIM,
		filters={"name": ("in", names or [""]), redress_links.ROW: ("is", "set")},
		fields=["name", "status", redress_links.ROW],
		order_by="name",
	)
	complaints = redress_links.complaints_of(claim.complaint_redress for claim in claims)
	for claim in claims:
		if claim.complaint_redress in complaints:
			_tell_claim(
				claim.name, complaints[claim.complaint_redress], claim.complaint_redress, claim.status
			)


def _tell_claim(name: str, complaint: str, row: str, status: str) -> None:
	if status == "Closed":
		company = frappe.db.get_value(CLAIM, name, "company")
		redress.document_done(complaint, row, CLAIM, name, getdate(), _of_row(complaint, row, company))
	else:
		redress.document_undone(complaint, row, CLAIM, name, forget=status == "Cancelled")
