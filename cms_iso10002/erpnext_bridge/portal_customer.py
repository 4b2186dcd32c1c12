"""Whom a portal user stands for in ERPNext, and what they bought: their own documents and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints import contacts

DOCUMENTS = {
	"Sales Order": "transaction_date",
	"Sales Invoice": "posting_date",
	"Delivery Note": "posting_date",
}
"""What a customer may pick from, with the field of its date."""
MOST_DOCUMENTS = 50
"""Of each kind: the latest."""


@dataclass(frozen=True)
class Who:
	"""The Customers and Contacts a user stands for."""

	customers: tuple[str, ...] = ()
	contacts: tuple[str, ...] = ()


def who_is(user: str) -> Who:
	"""The Customers of `user`, by ERPNext's Portal Users and by the Contacts that name them as their user (see `contacts`)."""
	if user in ("Guest", "Administrator"):
		return Who()
	mine = contacts.of_user(user)
	customers = frappe.get_all(
		"Portal User",
		filters={"user": user, "parenttype": "Customer"},
		pluck="parent",
		order_by="parent",
	)
	return Who(tuple(sorted({*customers, *contacts.customers_of(mine)})), tuple(mine))


def is_company(customer: str | None) -> bool:
	"""Whether a Customer is one behind which there are several people."""
	return bool(customer) and frappe.get_cached_value("Customer", customer, "customer_type") != "Individual"


def documents(customers: Iterable[str]) -> list[dict[str, Any]]:
	"""The submitted orders, invoices and delivery notes of `customers`, the latest first, each with its items."""
	customers = tuple(customers)
	if not customers:
		return []
	found = [row for doctype in DOCUMENTS for row in _latest(doctype, customers)]
	items = _items(found)
	for row in found:
		row["items"] = items.get((row["doctype"], row["name"]), [])
	return sorted(found, key=lambda row: (row["date"], row["name"]), reverse=True)


def _latest(doctype: str, customers: tuple[str, ...]) -> list[dict[str, Any]]:
	day = DOCUMENTS[doctype]
	rows = frappe.get_all(
		doctype,
		filters={"customer": ("in", customers), "docstatus": 1},
		fields=["name", "customer", "company", f"{day} as date", "grand_total", "currency"],
		order_by=f"{day} desc",
		limit=MOST_DOCUMENTS,
	)
	return [{"doctype": doctype, **row} for row in rows]


def _items(found: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
	"""The items of documents, by document: one query a kind of document."""
	names: dict[str, list[str]] = {}
	for row in found:
		names.setdefault(row["doctype"], []).append(row["name"])
	items: dict[tuple[str, str], list[dict[str, Any]]] = {}
	for doctype, parents in names.items():
		table = DocType(f"{doctype} Item")
		rows = (
			frappe.qb.from_(table)
			.select(table.parent, table.item_code, table.item_name, table.qty, table.uom)
			.where(table.parent.isin(parents))
			.orderby(table.parent)
			.orderby(table.idx)
			.run(as_dict=True)
		)
		for row in rows:
			items.setdefault((doctype, row.pop("parent")), []).append(row)
	return items


def own_subjects(
	customers: Iterable[str], wanted: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]] | None:
	"""Rows of Complaint's `subjects` for documents and items that a customer picked; None where one is not theirs."""
	rows = []
	customers = tuple(customers)
	for doctype, names in _by_doctype(wanted).items():
		if doctype not in DOCUMENTS or not customers:
			return None
		mine = {"name": ("in", sorted(names)), "customer": ("in", customers), "docstatus": 1}
		found = frappe.get_all(doctype, filters=mine, fields=["name"], order_by="name")
		if {row.name for row in found} != names:
			return None
		items = _items({"doctype": doctype, "name": row.name} for row in found)
		for pick in wanted:
			if pick.get("doctype") != doctype:
				continue
			row = _row(pick, items.get((doctype, pick.get("name")), []))
			if row is None:
				return None
			rows.append(row)
	return rows


def _by_doctype(wanted: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
	names: dict[str, set[str]] = {}
	for pick in wanted:
		names.setdefault(str(pick.get("doctype") or ""), set()).add(str(pick.get("name") or ""))
	return names


def _row(pick: Mapping[str, Any], items: list[dict[str, Any]]) -> dict[str, Any] | None:
	row = {"reference_doctype": pick.get("doctype"), "reference_name": pick.get("name")}
	code = pick.get("item_code")
	if not code:
		return row
	item = next((item for item in items if item["item_code"] == code), None)
	return {**row, "item_code": code, "qty": item["qty"], "uom": item["uom"]} if item else None
