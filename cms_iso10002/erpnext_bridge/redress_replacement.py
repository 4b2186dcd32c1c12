"""Goods instead of goods: a replacement that costs nothing, as an order or at once as a delivery, and goods that come back.

ERPNext has no mapper for what is given free of charge for something sold before: so order and delivery are made here, of
the lines of what was bought, or of the items that the complaint names. Returns are ERPNext's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate, today

from cms_iso10002.erpnext_bridge import sold_lines

ORDER, DELIVERY, INVOICE = "Sales Order", "Delivery Note", "Sales Invoice"


def order_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	due = max(getdate(row.due_date or today()), getdate())
	return [
		*_item_fields(complaint),
		{
			"fieldname": "delivery_date",
			"fieldtype": "Date",
			"label": _("Delivery Date"),
			"default": str(due),
			"reqd": 1,
		},
		_warehouse_field(complaint),
	]


def delivery_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	return [*_item_fields(complaint), _warehouse_field(complaint)]


def return_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	return sold_lines.source_fields(complaint, DELIVERY, data)


def _warehouse_field(complaint) -> dict[str, Any]:
	return {
		"fieldname": "warehouse",
		"fieldtype": "Link",
		"options": "Warehouse",
		"label": _("Warehouse"),
		"description": _("Empty: the one the item is usually delivered from."),
		"filters": {"company": complaint.company, "is_group": 0},
	}


def _item_fields(complaint) -> list[dict[str, Any]]:
	return [
		{
			"fieldname": "lines",
			"fieldtype": "Table",
			"label": _("Items"),
			"in_place_edit": 1,
			"data": [{"item_code": code, "qty": qty} for code, qty in _items_named(complaint).items()],
			"fields": [
				{
					"fieldname": "item_code",
					"fieldtype": "Link",
					"options": "Item",
					"label": _("Item"),
					"in_list_view": 1,
					"columns": 6,
					"reqd": 1,
				},
				{
					"fieldname": "qty",
					"fieldtype": "Float",
					"label": _("Quantity"),
					"in_list_view": 1,
					"columns": 3,
					"reqd": 1,
				},
			],
		}
	]


def _items_named(complaint) -> dict[str, float]:
	"""The items that the complaint names, with how many of each."""
	found: dict[str, float] = {}
	for row in complaint.subjects:
		if row.item_code:
			found[row.item_code] = found.get(row.item_code, 0.0) + (flt(row.qty) or 1.0)
	return found


def order(complaint, row, data: Mapping[str, Any]):
	"""A Sales Order of what replaces it, free of charge."""
	doc = _free_of_charge(ORDER, complaint, data)
	day = max(getdate(data.get("delivery_date") or row.due_date or today()), getdate())
	doc.update({"transaction_date": today(), "delivery_date": day, "order_type": "Sales"})
	for item in doc.items:
		item.delivery_date = day
	return doc


def delivery(complaint, row, data: Mapping[str, Any]):
	"""A Delivery Note of what replaces it, free of charge."""
	return _free_of_charge(DELIVERY, complaint, data)


def goods_return(complaint, row, data: Mapping[str, Any]):
	"""The return of what was delivered, by ERPNext's mapper, cut to the lines that are meant."""
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	name = data.get("source") or sold_lines.default_source(complaint, DELIVERY)
	source = sold_lines.source(DELIVERY, name, complaint)
	wanted = sold_lines.meant(source, complaint, sold_lines.picked(data))
	doc = make_return_doc(DELIVERY, source.name)
	sold_lines.cut(doc, DELIVERY, wanted)
	doc.run_method("calculate_taxes_and_totals")
	return doc


def _free_of_charge(doctype: str, complaint, data: Mapping[str, Any]):
	if not complaint.customer:
		frappe.throw(_("The complaint names no customer: enter who bought first."))
	items = {}
	for pick in sold_lines.picked(data):
		code = pick.get("item_code")
		items[code] = items.get(code, 0.0) + flt(pick.get("qty"))
	items = items or _items_named(complaint)
	if not items:
		frappe.throw(_("Say what is to be delivered: the complaint names no item under Items and Documents."))
	doc = frappe.new_doc(doctype)
	doc.update(
		{
			"customer": complaint.customer,
			"company": complaint.company,
			"ignore_pricing_rule": 1,
			"contact_person": complaint.contact,
			"set_warehouse": data.get("warehouse"),
		}
	)
	for code, qty in items.items():
		doc.append("items", _free_item(code, qty, data.get("warehouse")))
	doc.run_method("set_missing_values")
	for item in doc.items:
		item.update(FREE)
	doc.run_method("calculate_taxes_and_totals")
	return doc


FREE = {"rate": 0, "price_list_rate": 0, "discount_percentage": 0, "discount_amount": 0, "is_free_item": 1}


def _free_item(code: Any, qty: float, warehouse: str | None) -> dict[str, Any]:
	if not isinstance(code, str) or not frappe.db.exists("Item", code):
		frappe.throw(_("There is no item {0}.").format(code))
	if qty <= 0:
		frappe.throw(_("Say how many of {0} are to be delivered.").format(code))
	return {"item_code": code, "qty": qty, "warehouse": warehouse or None, **FREE}
