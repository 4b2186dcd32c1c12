"""Money back as a credit note against the lines of the invoice: in full for a refund, in part for a reduced price.

ERPNext's own mapper makes the return; here it is cut to the lines that are meant and to the amount that was granted.

A refund returns quantities: a line that is credited in part counts as credited, as it does in ERPNext. A reduced price
takes no goods back. ERPNext counts as returned whatever names a line of the invoice or its item, so the lines of a
reduction name neither: one piece each, with the account, item group and tax of what was sold. What can still be credited
of an invoice is counted by amount, over all that was credited against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt

from cms_iso10002.complaints import redress
from cms_iso10002.erpnext_bridge import sold_lines

INVOICE = "Sales Invoice"
CENT = 0.01
TRIES = (0, 1, -1, 2, -2)
"""By how many cents the sum of the lines is moved, until their total with tax is the amount that was granted."""


def refund_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	return [
		redress.amount_field(row),
		*sold_lines.source_fields(complaint, INVOICE, data),
		{
			"fieldname": "goods_come_back",
			"fieldtype": "Check",
			"label": _("The Goods Come Back"),
			"description": _("Only for an invoice that has moved the stock itself."),
		},
	]


def reduction_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	return [
		redress.amount_field(row),
		*sold_lines.source_fields(complaint, INVOICE, data, by_amount=True),
	]


def refund(complaint, row, data: Mapping[str, Any]):
	"""A credit note over the amount of the row; the goods come back with it where that is said."""
	invoice, wanted = _meant(complaint, row, data)
	note = _return_of(invoice)
	_cut_to(note, invoice, wanted)
	note.update_stock = cint(bool(cint(data.get("goods_come_back"))) and invoice.update_stock)
	return _over(note, invoice, flt(row.amount, 2))


def reduction(complaint, row, data: Mapping[str, Any]):
	"""A credit note over the amount of the row; the goods stay where they are."""
	invoice, wanted = _meant(complaint, row, data, by_amount=True)
	note = _return_of(invoice)
	_cut_to(note, invoice, wanted)
	note.update({"update_stock": 0, "update_billed_amount_in_delivery_note": 0})
	note.set("timesheets", [])
	note.set("packed_items", [])
	return _over(note, invoice, flt(row.amount, 2), by_amount=True)


def _meant(complaint, row, data: Mapping[str, Any], by_amount: bool = False):
	"""The invoice, and the quantity of each of its lines that is meant."""
	if flt(row.amount) <= 0:
		frappe.throw(_("Enter the amount of the redress first: a credit note is made over it."))
	name = data.get("source") or sold_lines.default_source(complaint, INVOICE)
	invoice = sold_lines.source(INVOICE, name, complaint, row.currency)
	return invoice, sold_lines.meant(invoice, complaint, sold_lines.picked(data), by_amount)


def _over(note, invoice, amount: float, by_amount: bool = False):
	"""The credit note over `amount`."""
	_settle_later(note)
	_lower_what_is_owed(note, invoice, amount)
	_reckon(note)
	_fit(note, invoice, amount, by_amount)
	_tell_if_unpaid(invoice, amount)
	return note


def _return_of(invoice):
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	return make_return_doc(INVOICE, invoice.name)


def _cut_to(note, invoice, wanted: Mapping[str, float]) -> None:
	"""Keep only the lines that are meant, and of discounts and fixed charges the share that falls on them."""
	sold_lines.cut(note, INVOICE, wanted)
	whole = sum(flt(line.qty) * flt(line.rate) for line in invoice.items)
	part = sum(-flt(line.qty) * flt(line.rate) for line in note.items)
	share = part / whole if whole else 1.0
	if not flt(note.get("additional_discount_percentage")):
		note.discount_amount = flt(note.get("discount_amount")) * share
	for tax in note.get("taxes") or ():
		if tax.charge_type == "Actual":
			tax.tax_amount = flt(tax.tax_amount) * share
	if share < 1:
		note.set("packed_items", [])


def _settle_later(note) -> None:
	"""It reduces what is owed; paying out is a payment of its own."""
	note.is_pos = 0
	note.set("payments", [])
	note.update({"paid_amount": 0, "base_paid_amount": 0, "payment_terms_template": None})
	note.set("payment_schedule", [])


def _lower_what_is_owed(note, invoice, amount: float) -> None:
	"""Against the invoice as far as that is unpaid; more than that is a credit of its own, as in ERPNext."""
	if note.meta.has_field("update_outstanding_for_self"):
		note.update_outstanding_for_self = cint(amount > _unpaid(invoice) + CENT / 2)


def _unpaid(invoice) -> float:
	"""What is still owed of an invoice, in its own currency; ERPNext keeps it in that of the customer's account."""
	owed = flt(invoice.outstanding_amount)
	if (invoice.party_account_currency or invoice.currency) == invoice.currency:
		return owed
	return flt(owed / (flt(invoice.conversion_rate) or 1), 2)


def _reckon(note) -> float:
	"""Have ERPNext sum up; the amount that the customer is credited."""
	note.run_method("calculate_taxes_and_totals")
	return flt(-note.grand_total, 2)


def _fit(note, invoice, amount: float, by_amount: bool = False) -> None:
	"""Scale the lines so that the credit note is over `amount`. Raises where that is more than was charged."""
	charged = flt(-note.grand_total, 2)
	_refuse_more(invoice, amount, max(charged, flt(-flt(note.rounded_total), 2)))
	if amount >= charged - CENT / 2 and not by_amount:
		return
	amount = min(amount, charged)
	note.disable_rounded_total = 1
	if not flt(note.get("additional_discount_percentage")):
		note.discount_amount = flt(note.get("discount_amount")) * amount / charged
	for tax in note.get("taxes") or ():
		if tax.charge_type == "Actual":
			tax.tax_amount = flt(tax.tax_amount) * amount / charged
	lines = [line.as_dict(no_nulls=True) for line in note.items]
	whole = sum(-flt(line.qty) * flt(line.rate) for line in note.items)
	for cents in TRIES:
		_share_out(note, lines, flt(whole * amount / charged, 2) + cents * CENT, by_amount)
		if abs(_reckon(note) - amount) < CENT / 2:
			return
	if _reckon(note) > amount:
		_share_out(note, lines, flt(whole * amount / charged, 2) - CENT, by_amount)
		_reckon(note)


def _refuse_more(invoice, amount: float, charged: float) -> None:
	"""Neither more than the lines cost, nor more than is left of the whole invoice (drafts count)."""
	left = flt(_charged(invoice) - sum(-_charged(each) for each in sold_lines.credits_of(invoice.name)), 2)
	most = max(min(charged, left), 0.0)
	if amount > most + CENT / 2:
		frappe.throw(
			_(
				"{0} is more than the {1} that were charged for these lines of {2} and are not credited yet."
			).format(_money(amount, invoice), _money(most, invoice), invoice.name)
		)


def _charged(document) -> float:
	return flt(document.rounded_total) or flt(document.grand_total)


def _share_out(note, lines: Sequence[Mapping[str, Any]], target: float, by_amount: bool = False) -> None:
	"""Give the lines rates that sum up to `target`, in proportion to what they cost; cents that are left go to one piece."""
	whole = sum(-flt(line["qty"]) * flt(line["rate"]) for line in lines)
	note.set("items", [])
	left = round(target * 100)
	for number, line in enumerate(lines, 1):
		part = round(target * 100 * -flt(line["qty"]) * flt(line["rate"]) / whole)
		part = left if number == len(lines) else min(part, left)
		left -= part
		if by_amount:
			if part:
				_append(note, {**line, **_no_goods(line)}, 1.0, part / 100)
			continue
		for qty, rate in pieces(-flt(line["qty"]), part):
			_append(note, line, qty, rate)


def _no_goods(line: Mapping[str, Any]) -> dict[str, Any]:
	"""What makes of a line that returns goods one that only credits money."""
	return {
		**dict.fromkeys(GOODS),
		"item_name": _("Price reduction: {0}").format(line.get("item_name") or line.get("item_code"))[:140],
		"conversion_factor": 1,
		"stock_uom": line.get("uom"),
		"weight_per_unit": 0,
		"total_weight": 0,
	}


GOODS = (
	"item_code",
	"barcode",
	"customer_item_code",
	"sales_invoice_item",
	"sales_order",
	"so_detail",
	"delivery_note",
	"dn_detail",
	"purchase_order",
	"purchase_order_item",
	"pos_invoice",
	"pos_invoice_item",
	"warehouse",
	"target_warehouse",
	"batch_no",
	"serial_and_batch_bundle",
	"quality_inspection",
	"asset",
	"is_fixed_asset",
	"enable_deferred_revenue",
	"deferred_revenue_account",
	"service_start_date",
	"service_end_date",
	"service_stop_date",
	"pricing_rules",
)
"""By what a line names goods, or documents that count what was returned of them."""


def pieces(qty: float, cents: int) -> list[tuple[float, float]]:
	"""Quantities and rates, in whole cents, that together make `cents` for `qty` pieces, where pieces can be parted."""
	rate = int(cents // qty)
	rest = cents - round(rate * qty)
	if not rest or qty <= 1 or qty != int(qty):
		return [(qty, round(cents / qty) / 100)]
	return [(qty - 1, rate / 100), (1.0, (rate + rest) / 100)] if rate else [(1.0, rest / 100)]


def _append(note, line: Mapping[str, Any], qty: float, rate: float) -> None:
	values = {name: value for name, value in line.items() if name not in ("name", "idx", "doctype")}
	note.append(
		"items",
		{
			**values,
			"qty": -qty,
			"stock_qty": -qty * flt(line.get("conversion_factor") or 1),
			"rate": rate,
			"price_list_rate": 0,
			"discount_percentage": 0,
			"discount_amount": 0,
			"margin_type": "",
			"margin_rate_or_amount": 0,
			"serial_no": None,
		},
	)


def _tell_if_unpaid(invoice, amount: float) -> None:
	"""What was not paid is not paid back: whoever makes it must know that the credit lowers what is owed."""
	paid = flt((flt(invoice.rounded_total) or flt(invoice.grand_total)) - _unpaid(invoice), 2)
	if amount > paid + CENT / 2:
		said = _("Nothing of {1} was paid yet: the credit note lowers what is owed.")
		if paid > 0:
			said = _("Only {0} of {1} was paid: the rest of the credit note lowers what is still owed.")
		frappe.msgprint(
			said.format(_money(paid, invoice), invoice.name),
			indicator="orange",
			alert=True,
		)


def _money(amount: float, invoice) -> str:
	return frappe.format_value(amount, {"fieldtype": "Currency"}, currency=invoice.currency)
