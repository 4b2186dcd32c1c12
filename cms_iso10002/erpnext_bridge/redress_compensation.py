"""Compensation as a Journal Entry: an expense of the company, credited to the customer or paid out of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, today

from cms_iso10002.complaints import redress


def fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	account = {"company": complaint.company, "is_group": 0}
	return [
		redress.amount_field(row),
		{
			"fieldname": "expense_account",
			"fieldtype": "Link",
			"options": "Account",
			"label": _("Expense Account"),
			"reqd": 1,
			"default": _last_used(complaint.company),
			"filters": {**account, "root_type": "Expense"},
		},
		{
			"fieldname": "paid_from",
			"fieldtype": "Link",
			"options": "Account",
			"label": _("Paid From"),
			"description": _("Empty: it is credited to the customer's account."),
			"filters": {**account, "account_type": ("in", ("Bank", "Cash"))},
		},
	]


def build(complaint, row, data: Mapping[str, Any]):
	"""A Journal Entry over the amount of the row."""
	if flt(row.amount) <= 0:
		frappe.throw(_("Enter the amount of the redress first: the compensation is paid by it."))
	if not complaint.customer and not data.get("paid_from"):
		frappe.throw(_("The complaint names no customer: enter who bought first."))
	amount = redress.in_company_currency(complaint.company, row.amount, row.currency, today())
	entry = frappe.new_doc("Journal Entry")
	entry.update(
		{
			"voucher_type": "Journal Entry",
			"company": complaint.company,
			"posting_date": today(),
			# the books are read by many, and a remark stays as it is when the case becomes confidential: no name
			"user_remark": _("Compensation granted as redress for a complaint"),
		}
	)
	expense = _account(data.get("expense_account"), complaint.company, _("Expense Account"))
	entry.append("accounts", {"account": expense, "debit_in_account_currency": amount, "debit": amount})
	entry.append("accounts", _credit(complaint, row, data, amount))
	if any(line.get("exchange_rate") not in (None, 0, 1) for line in entry.accounts):
		entry.multi_currency = 1
	return entry


def _credit(complaint, row, data: Mapping[str, Any], amount: float) -> dict[str, Any]:
	"""The line of who is credited, in the currency of that account."""
	if data.get("paid_from"):
		account, party = _account(data["paid_from"], complaint.company, _("Paid From")), {}
	else:
		account = _customers_account(complaint)
		party = {"party_type": "Customer", "party": complaint.customer}
	currency = frappe.get_cached_value("Account", account, "account_currency")
	ours = redress.company_currency(complaint.company)
	if currency in (None, "", ours):
		return {"account": account, **party, "credit_in_account_currency": amount, "credit": amount}
	if currency != row.currency:
		frappe.throw(
			_("Account {0} is in {1} and the redress in {2}: choose another account.").format(
				account, currency, row.currency or ours
			)
		)
	return {
		"account": account,
		**party,
		"account_currency": currency,
		"exchange_rate": amount / flt(row.amount),
		"credit_in_account_currency": flt(row.amount),
		"credit": amount,
	}


def _customers_account(complaint) -> str:
	from erpnext.accounts.party import get_party_account

	return get_party_account("Customer", complaint.customer, complaint.company)


def _account(name: Any, company: str, label: str) -> str:
	"""An account of the company that can be posted to."""
	if not name:
		frappe.throw(_("Choose the {0}.").format(label), frappe.MandatoryError)
	found = isinstance(name, str) and frappe.db.get_value(
		"Account", name, ["company", "is_group"], as_dict=True
	)
	if not found or found.company != company or found.is_group:
		frappe.throw(_("{0} is no account of {1} that can be posted to.").format(name, company))
	return name


def _last_used(company: str) -> str | None:
	"""The expense account of the last compensation of the company."""
	entries = frappe.get_all(
		"Journal Entry",
		filters={"company": company, "complaint_redress": ("is", "set"), "docstatus": ("<", 2)},
		pluck="name",
		order_by="creation desc",
		limit=1,
	)
	filters = {"parent": ("in", entries or [""]), "idx": 1}
	return frappe.db.get_value("Journal Entry Account", filters, "account")
