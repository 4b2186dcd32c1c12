"""Makers for tests of redress that becomes ERPNext documents: stock, invoices, complaints about them, users of both."""

from __future__ import annotations

import frappe
from frappe.utils import flt, today

from cms_iso10002.complaints import redress
from cms_iso10002.erpnext_bridge import redress_documents
from tests.site.factories import act, advance, make_complaint, make_customer

COMPANY = "Complaints Demo Ltd"


def fiscal_year() -> None:
	"""Books can be written today."""
	year = today()[:4]
	if not frappe.db.exists(
		"Fiscal Year", {"year_start_date": ("<=", today()), "year_end_date": (">=", today())}
	):
		frappe.get_doc(
			{
				"doctype": "Fiscal Year",
				"year": year,
				"year_start_date": f"{year}-01-01",
				"year_end_date": f"{year}-12-31",
			}
		).insert()


def warehouse() -> str:
	return frappe.db.get_value("Warehouse", {"company": COMPANY, "is_group": 0}, "name", order_by="creation")


def stocked_item(code: str = "Boiler", qty: float = 20, value: float = 30) -> str:
	"""A stock item of which there are some in stock, each worth `value`."""
	fiscal_year()
	if not frappe.db.exists("Item", code):
		frappe.get_doc(
			{
				"doctype": "Item",
				"item_code": code,
				"item_name": code,
				"item_group": frappe.db.get_value("Item Group", {"is_group": 0}, "name"),
				"stock_uom": "Nos",
				"is_stock_item": 1,
			}
		).insert()
	entry = frappe.get_doc(
		{"doctype": "Stock Entry", "stock_entry_type": "Material Receipt", "company": COMPANY, "items": []}
	)
	entry.append("items", {"item_code": code, "qty": qty, "basic_rate": value, "t_warehouse": warehouse()})
	entry.insert()
	entry.submit()
	return code


def sell(
	*lines: tuple[str, float, float],
	doctype: str = "Sales Invoice",
	tax: float = 0,
	submit: bool = True,
	**values,
):
	"""A submitted document over (item, quantity, rate)."""
	fiscal_year()
	doc = frappe.new_doc(doctype)
	doc.update({"customer": make_customer(), "company": COMPANY, **values})
	for item, qty, rate in lines:
		doc.append("items", {"item_code": item, "qty": qty, "rate": rate, "warehouse": warehouse()})
	if tax:
		doc.append(
			"taxes",
			{
				"charge_type": "On Net Total",
				"account_head": tax_account(),
				"description": "VAT",
				"rate": tax,
			},
		)
	doc.insert()
	if submit:
		doc.submit()
	return doc


def tax_account() -> str:
	found = frappe.db.get_value("Account", {"company": COMPANY, "account_type": "Tax", "is_group": 0}, "name")
	if found:
		return found
	parent = frappe.db.get_value(
		"Account", {"company": COMPANY, "root_type": "Liability", "is_group": 1}, "name"
	)
	return (
		frappe.get_doc(
			{
				"doctype": "Account",
				"account_name": "VAT of tests",
				"company": COMPANY,
				"parent_account": parent,
				"account_type": "Tax",
			}
		)
		.insert()
		.name
	)


def expense_account() -> str:
	filters = {
		"company": COMPANY,
		"root_type": "Expense",
		"is_group": 0,
		"account_type": ("in", ("", "Chargeable")),
	}
	return frappe.db.get_value("Account", filters, "name") or frappe.db.get_value(
		"Account", {"company": COMPANY, "root_type": "Expense", "is_group": 0}, "name"
	)


def agreed(
	remedy: str,
	amount: float = 0,
	about=None,
	item: str | None = None,
	agree: bool = True,
	confidentiality: str = "Normal",
	**row,
):
	"""A complaint about a document, upheld, its redress offered and agreed."""
	subject = {"item_code": item, "qty": 1 if item else 0}
	if about:
		subject.update({"reference_doctype": about.doctype, "reference_name": about.name})
	case = make_complaint(
		redress=[{"remedy": remedy, "amount": amount, **row}],
		subjects=[subject] if item or about else [],
		confidentiality=confidentiality,
	)
	advance(case, "Response Sent")
	if agree:
		act(case, "Record Acceptance", words="Yes, please.")
	return frappe.get_doc("Complaint", case.name)


def make(case, kind: str, row: int = 0, **data):
	"""Make the document of a kind for a row, and return it."""
	case = frappe.get_doc("Complaint", case.name)
	made = redress_documents.make_document(case.name, case.redress[row].name, kind, data)
	return frappe.get_doc(made["doctype"], made["name"])


def row_of(case, row: int = 0):
	return frappe.get_doc("Complaint", case.name).redress[row]


def ledger(voucher) -> dict[str, float]:
	"""What a voucher did to each account: debit less credit."""
	rows = frappe.get_all(
		"GL Entry",
		filters={"voucher_no": voucher.name, "is_cancelled": 0},
		fields=["account", "debit", "credit"],
		order_by="account",
	)
	found: dict[str, float] = {}
	for row in rows:
		found[row.account] = flt(found.get(row.account, 0) + row.debit - row.credit, 2)
	return {account: amount for account, amount in found.items() if amount}


def stock(voucher) -> list[tuple[str, float, float]]:
	"""What a voucher did to the stock: item, quantity, value."""
	rows = frappe.get_all(
		"Stock Ledger Entry",
		filters={"voucher_no": voucher.name, "is_cancelled": 0},
		fields=["item_code", "actual_qty", "stock_value_difference"],
		order_by="item_code",
	)
	return [(row.item_code, row.actual_qty, row.stock_value_difference) for row in rows]


def steps(case, row: int = 0) -> list[str]:
	return [step["name"] for step in redress.get_steps(case.name)[row]["steps"]]
