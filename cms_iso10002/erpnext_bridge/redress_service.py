"""What is put right by hand: a Warranty Claim, and the Maintenance Visit that ERPNext makes of one, or one of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, getdate, today

CLAIM, VISIT = "Warranty Claim", "Maintenance Visit"


def claim_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	subject = _subject(complaint)
	return [
		_item_field(subject.get("item_code"), reqd=0),
		{
			"fieldname": "serial_no",
			"fieldtype": "Link",
			"options": "Serial No",
			"label": _("Serial No"),
			"default": subject.get("serial_no"),
		},
	]


def visit_fields(complaint, row, data: Mapping[str, Any]) -> list[dict[str, Any]]:
	return [
		{
			"fieldname": "warranty_claim",
			"fieldtype": "Link",
			"options": CLAIM,
			"label": _(CLAIM),
			"default": _claim_named(complaint),
			"filters": {"customer": complaint.customer, "company": complaint.company},
		},
		_item_field(_subject(complaint).get("item_code"), reqd=0),
		{
			"fieldname": "service_person",
			"fieldtype": "Link",
			"options": "Sales Person",
			"label": _("Service Person"),
			"filters": {"is_group": 0, "enabled": 1},
			"reqd": 1,
		},
		{
			"fieldname": "work",
			"fieldtype": "Small Text",
			"label": _("Work to Be Done"),
			"default": row.description,
			"reqd": 1,
		},
		{
			"fieldname": "date",
			"fieldtype": "Date",
			"label": _("Date"),
			"default": str(row.due_date or today()),
			"reqd": 1,
		},
	]


def _item_field(default: str | None, reqd: int) -> dict[str, Any]:
	return {
		"fieldname": "item_code",
		"fieldtype": "Link",
		"options": "Item",
		"label": _("Item"),
		"default": default,
		"reqd": reqd,
	}


def _subject(complaint) -> dict[str, Any]:
	"""The first item that the complaint names."""
	for row in complaint.subjects:
		if row.item_code or row.serial_no:
			return {"item_code": row.item_code, "serial_no": row.serial_no}
	return {}


def _claim_named(complaint) -> str | None:
	"""The Warranty Claim that the complaint names, or that another row of redress was carried out by."""
	for row in complaint.subjects:
		if row.reference_doctype == CLAIM:
			return row.reference_name
	return next((row.document_name for row in complaint.redress if row.document_type == CLAIM), None)


def claim(complaint, row, data: Mapping[str, Any]):
	"""A Warranty Claim for the item that the complaint is about."""
	_check_customer(complaint)
	subject = {**_subject(complaint), **{k: v for k, v in data.items() if v}}
	doc = frappe.new_doc(CLAIM)
	# the claim is read by others than the case is: a confidential one keeps its words
	open_to_all = (complaint.confidentiality or "Normal") == "Normal"
	words = row.description or (complaint.subject if open_to_all else _(row.remedy or "Redress"))
	doc.update(
		{
			"customer": complaint.customer,
			"company": complaint.company,
			"complaint_date": getdate(complaint.received_on),
			"complaint": f"<p>{escape_html(words)}</p>",
			"item_code": subject.get("item_code"),
			"serial_no": subject.get("serial_no"),
			"contact_person": complaint.contact,
			"status": "Open",
		}
	)
	if doc.serial_no and not frappe.db.exists("Serial No", doc.serial_no):
		frappe.throw(_("There is no serial number {0}.").format(doc.serial_no))
	return doc


def visit(complaint, row, data: Mapping[str, Any]):
	"""A Maintenance Visit, by ERPNext's mapper where it is for a Warranty Claim."""
	_check_customer(complaint)
	if not data.get("work"):
		frappe.throw(_("Say what work is to be done."), frappe.MandatoryError)
	doc = _visit_of_claim(complaint, data["warranty_claim"]) if data.get("warranty_claim") else None
	doc = doc or frappe.new_doc(VISIT)
	doc.update(
		{
			"customer": complaint.customer,
			"company": complaint.company,
			"contact_person": complaint.contact,
			"mntc_date": getdate(data.get("date") or today()),
			"maintenance_type": doc.maintenance_type or "Unscheduled",
			"completion_status": "Fully Completed",
		}
	)
	if not doc.purposes:
		doc.append("purposes", {"item_code": data.get("item_code") or _subject(complaint).get("item_code")})
	for purpose in doc.purposes:
		purpose.update({"service_person": data.get("service_person"), "work_done": data["work"]})
		purpose.description = purpose.description or data["work"]
	return doc


def _visit_of_claim(complaint, name: Any):
	from erpnext.support.doctype.warranty_claim.warranty_claim import make_maintenance_visit

	source = frappe.get_doc(CLAIM, name)
	source.check_permission("read")
	if source.customer != complaint.customer:
		frappe.throw(_("{0} is of another customer than the complaint.").format(f"{_(CLAIM)} {source.name}"))
	found = make_maintenance_visit(source.name)
	if not found:
		frappe.throw(_("{0} was worked off by a visit already.").format(f"{_(CLAIM)} {source.name}"))
	return found


def _check_customer(complaint) -> None:
	if not complaint.customer:
		frappe.throw(_("The complaint names no customer: enter who bought first."))
