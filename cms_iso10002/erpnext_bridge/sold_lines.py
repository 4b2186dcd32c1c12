"""The lines of a sales document that a complaint is about: which there are, what is left of each, which are meant.

What was credited or returned counts from the draft on: a second document for the same goods is refused while the first
still waits for somebody to submit it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum
from frappe.utils import cint, flt

BACK_LINK = {"Sales Invoice": "sales_invoice_item", "Delivery Note": "dn_detail"}
"""By which field a line of a return names the line it returns."""


@dataclass(frozen=True)
class Line:
	"""A line of a submitted document; `left` is its quantity that nobody has credited or returned yet."""

	name: str
	idx: int
	item_code: str
	item_name: str
	qty: float
	left: float
	uom: str
	rate: float


def source(doctype: str, name: str | None, complaint, currency: str | None = None):
	"""The submitted document `name` of the complaint's customer, locked. Raises with what is wrong with it."""
	if not name:
		frappe.throw(
			_("Choose the {0}: the complaint names none under Items and Documents.").format(_(doctype)),
			frappe.MandatoryError,
		)
	if not isinstance(name, str) or not frappe.db.get_value(doctype, name, "name", for_update=True):
		frappe.throw(_("{0} {1} does not exist.").format(_(doctype), name), frappe.DoesNotExistError)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	says = _fault(doc, complaint, currency)
	if says:
		frappe.throw(says)
	return doc


def _fault(doc, complaint, currency: str | None) -> str:
	what = f"{_(doc.doctype)} {doc.name}"
	if doc.docstatus == 2:
		return _("{0} is cancelled: choose the one that took its place.").format(what)
	if doc.docstatus == 0:
		return _("{0} is a draft: submit it first, or correct it instead.").format(what)
	if doc.get("is_return"):
		return _("{0} is a return itself: choose what it was made against.").format(what)
	if not complaint.customer:
		return _("The complaint names no customer: enter who bought first.")
	if doc.customer != complaint.customer:
		return _("{0} is of another customer than the complaint.").format(what)
	if doc.company != complaint.company:
		return _("{0} is of another company than the complaint.").format(what)
	if currency and doc.currency != currency:
		return _("{0} is in {1} and the redress in {2}: enter the redress in {1}.").format(
			what, doc.currency, currency
		)
	return ""


def lines(doc, locked: bool = False) -> list[Line]:
	"""The lines of a document with what is left of each; `locked` to act on it, past this transaction's snapshot."""
	taken = _taken(doc.doctype, doc.name, locked)
	return [
		Line(
			row.name,
			row.idx,
			row.item_code or "",
			row.item_name or row.item_code or "",
			flt(row.qty),
			max(flt(row.qty - taken.get(row.name, 0.0), 9), 0.0),
			row.uom or "",
			flt(row.rate),
		)
		for row in doc.items
	]


def _taken(doctype: str, name: str, locked: bool) -> dict[str, float]:
	"""What drafts and submitted returns have taken of each line, in the line's own unit."""
	back, parent, item = BACK_LINK[doctype], DocType(doctype), DocType(f"{doctype} Item")
	query = (
		frappe.qb.from_(item)
		.join(parent)
		.on(item.parent == parent.name)
		.select(item[back], Sum(item.qty))
		.where((parent.return_against == name) & (parent.is_return == 1) & (parent.docstatus < 2))
		.where(item[back].isnotnull())
		.groupby(item[back])
	)
	return {line: -flt(qty) for line, qty in (query.for_update() if locked else query).run()}


def returns_of(doctype: str, name: str) -> list[str]:
	"""The drafts and submitted returns made against a document, past this transaction's snapshot."""
	parent = DocType(doctype)
	query = frappe.qb.from_(parent).select(parent.name).orderby(parent.creation)
	query = query.where((parent.return_against == name) & (parent.is_return == 1) & (parent.docstatus < 2))
	return query.for_update().run(pluck=True)


def credits_of(invoice: str) -> list[Any]:
	"""What the drafts and submitted returns made against an invoice credit, past this transaction's snapshot."""
	parent = DocType("Sales Invoice")
	query = frappe.qb.from_(parent).select(parent.grand_total, parent.rounded_total).orderby(parent.creation)
	query = query.where((parent.return_against == invoice) & (parent.is_return == 1) & (parent.docstatus < 2))
	return query.for_update().run(as_dict=True)


def meant(
	doc, complaint, picked: Sequence[Mapping[str, Any]] | None, by_amount: bool = False
) -> dict[str, float]:
	"""The quantity of each line that is meant, by the line's name: those picked, else those of the complaint's items.

	`by_amount` for what takes no goods back: then it does not matter how many were returned already. Raises where an item
	is not in the document, or nothing of it is left.
	"""
	known = lines(doc, locked=True)
	if by_amount:
		known = [replace(line, left=line.qty) for line in known]
	wanted = _picked(doc, known, picked) if picked else _of_items(doc, complaint, known)
	gone = [line for line in known if line.name in wanted and line.left <= 0]
	if gone and (picked or len(gone) == len(wanted)):
		made = ", ".join(returns_of(doc.doctype, doc.name))
		frappe.throw(
			_("{0} of {1} was credited or returned already by {2} (drafts count).").format(
				gone[0].item_name, doc.name, made
			)
		)
	left = {line.name: line.left for line in known}
	return {name: qty or left[name] for name, qty in wanted.items() if left[name] > 0}


def _picked(doc, known: Sequence[Line], picked: Sequence[Mapping[str, Any]]) -> dict[str, float]:
	found: dict[str, float] = {}
	for pick in picked:
		line = _line(doc, known, pick)
		qty = found.get(line.name, 0.0) + (flt(pick["qty"]) if "qty" in pick else line.left)
		if qty < 0 or (line.left > 0 and qty > line.left):
			frappe.throw(
				_("{0} of {1} can't be {2}: at most {3}.").format(
					line.item_name, doc.name, _plain(qty), _plain(line.left)
				)
			)
		found[line.name] = qty
	return found


def _plain(qty: float) -> str:
	"""A quantity as people write it: 3, not 3.0."""
	return (
		frappe.format_value(int(qty), {"fieldtype": "Int"})
		if qty == int(qty)
		else frappe.format(qty, {"fieldtype": "Float"})
	)


def _line(doc, known: Sequence[Line], pick: Mapping[str, Any]) -> Line:
	for line in known:
		if pick.get("line") == line.name or (
			not pick.get("line") and pick.get("item_code") == line.item_code
		):
			return line
	frappe.throw(
		_("{0} is not in {1}: choose one of its lines.").format(
			pick.get("item_code") or pick.get("line"), doc.name
		)
	)


def _of_items(doc, complaint, known: Sequence[Line]) -> dict[str, float]:
	"""The lines of the items that the complaint names (of this document, or of none); all where it names no items."""
	items = [
		row.item_code
		for row in complaint.subjects
		if row.item_code and row.reference_name in (None, "", doc.name)
	]
	if not items:
		return {line.name: 0.0 for line in known}
	found = {line.name: 0.0 for line in known if line.item_code in items}
	if not found:
		frappe.throw(
			_("{0} is not in {1}: choose the document that it was bought by.").format(
				", ".join(dict.fromkeys(items)), doc.name
			)
		)
	return found


def cut(returned, doctype: str, wanted: Mapping[str, float]) -> None:
	"""Keep of a return against a document of `doctype` the lines that are meant, each with the quantity that is."""
	back = BACK_LINK[doctype]
	returned.set("items", [line for line in returned.items if line.get(back) in wanted])
	for line in returned.items:
		qty = wanted[line.get(back)]
		if qty != abs(flt(line.qty)):
			line.serial_no = None  # nobody said which of them
		line.qty = -qty
		line.stock_qty = line.qty * flt(line.conversion_factor or 1)


def default_source(complaint, doctype: str) -> str | None:
	"""The document of a kind that the complaint names first."""
	for row in complaint.subjects:
		if row.reference_doctype == doctype and row.reference_name:
			return row.reference_name
	return None


def dialog_lines(complaint, doctype: str, name: str | None, by_amount: bool = False) -> list[dict[str, Any]]:
	"""The lines to choose from, for a table of a dialog; [] where there is no document to choose from."""
	if not name or not frappe.db.exists(doctype, name) or not frappe.has_permission(doctype, "read", name):
		return []
	doc = frappe.get_doc(doctype, name)
	if _fault(doc, complaint, None):
		return []
	items = {row.item_code for row in complaint.subjects if row.item_code}
	known = [replace(line, left=line.qty) for line in lines(doc)] if by_amount else lines(doc)
	return [
		{
			"line": line.name,
			"item_code": line.item_code,
			"item_name": line.item_name,
			"left": line.left,
			"qty": line.left if not items or line.item_code in items else 0,
			"rate": line.rate,
		}
		for line in known
	]


def picked(data: Mapping[str, Any]) -> list[dict[str, Any]]:
	"""The lines chosen in a dialog: those that are ticked where any is, and of them those with a quantity.

	[] where there was nothing to choose from. Raises where lines were sent and none is left of them, or one is unreadable.
	"""
	rows = data.get("lines") or []
	if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
		frappe.throw(_("The lines are not readable: choose them again."))
	ticked = [row for row in rows if cint(row.get("__checked"))]
	chosen = [{**row, "qty": _quantity(row["qty"])} if "qty" in row else row for row in (ticked or rows)]
	chosen = [row for row in chosen if row.get("qty") != 0]
	if rows and not chosen:
		frappe.throw(_("No line has a quantity: enter how many are meant."))
	return chosen


def _quantity(value: Any) -> float:
	"""A quantity that somebody typed; nothing is none. Raises where it is no number."""
	try:
		number = float(value or 0)
	except (TypeError, ValueError):
		number = math.nan
	if not math.isfinite(number):
		frappe.throw(_("{0} is no quantity: enter a number.").format(value))
	return number


def source_fields(
	complaint, doctype: str, data: Mapping[str, Any], by_amount: bool = False
) -> list[dict[str, Any]]:
	"""The fields of a dialog that ask for a document and its lines."""
	name = data.get("source") or default_source(complaint, doctype)
	column = {"in_list_view": 1, "read_only": 1, "columns": 2}
	return [
		{
			"fieldname": "source",
			"fieldtype": "Link",
			"options": doctype,
			"label": _(doctype),
			"default": name,
			"reqd": 1,
			"reload": 1,
			"filters": {
				"customer": complaint.customer,
				"company": complaint.company,
				"docstatus": 1,
				"is_return": 0,
			},
		},
		{
			"fieldname": "lines",
			"fieldtype": "Table",
			"label": _("Items"),
			"cannot_add_rows": 1,
			"in_place_edit": 1,
			"data": dialog_lines(complaint, doctype, name, by_amount),
			"fields": [
				{"fieldname": "line", "fieldtype": "Data", "label": "line", "hidden": 1},
				{"fieldname": "item_code", "fieldtype": "Data", "label": _("Item"), **column},
				{"fieldname": "left", "fieldtype": "Float", "label": _("Left", context="Quantity"), **column},
				{"fieldname": "rate", "fieldtype": "Float", "label": _("Rate"), **column},
				{
					"fieldname": "qty",
					"fieldtype": "Float",
					"label": _("Quantity"),
					"in_list_view": 1,
					"columns": 2,
				},
			],
		},
	]
