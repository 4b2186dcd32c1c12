"""Complaints among the connections of ERPNext's records (hook `override_doctype_dashboards`).

A record is connected with the complaints that name it: in a field of their own, or in a row of Items and Documents (an
item, a serial number, a batch, a document). Frappe counts connections without asking who may see them; ours are counted
by `get_open_count`, which leaves out complaints that are kept from the user.
"""

from typing import Any

import frappe
from frappe import _
from frappe.desk import notifications

from cms_iso10002.erpnext_bridge import redress_links

MOST_COUNTED = 100
"""As Frappe's own: more is shown as 99+."""
FIELDS = {
	"Customer": "customer",
	"Issue": "issue",
	"Sales Order": "reference_name",
	"Delivery Note": "reference_name",
	"Sales Invoice": "reference_name",
	"Warranty Claim": "reference_name",
	"Item": "item_code",
	"Serial No": "serial_no",
	"Batch": "batch_no",
}
"""By which field of Complaint, or of its rows of Items and Documents, a record is found."""


def customer(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Customer, with its complaints."""
	return _with_complaints(data, "Customer")


def issue(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of an Issue, with its complaint."""
	return _with_complaints(data, "Issue")


def sales_order(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Sales Order, with the complaints that name it."""
	return _with_complaints(data, "Sales Order")


def delivery_note(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Delivery Note, with the complaints that name it."""
	return _with_complaints(data, "Delivery Note")


def sales_invoice(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Sales Invoice, with the complaints that name it."""
	return _with_complaints(data, "Sales Invoice")


def warranty_claim(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Warranty Claim, with the complaints that name it."""
	return _with_complaints(data, "Warranty Claim")


def item(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of an Item, with the complaints about it."""
	return _with_complaints(data, "Item")


def serial_no(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Serial No, with the complaints about it."""
	return _with_complaints(data, "Serial No")


def batch(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Batch, with the complaints about it."""
	return _with_complaints(data, "Batch")


def complaint(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Complaint, with the documents that carry out its redress."""
	data = dict(data)
	others = {doctype: name for doctype, name in redress_links.LINKS.items() if name != data.get("fieldname")}
	data["non_standard_fieldnames"] = {**(data.get("non_standard_fieldnames") or {}), **others}
	data["transactions"] = [
		*(data.get("transactions") or ()),
		{"label": _("Redress"), "items": list(redress_links.LINKS)},
	]
	return data


def quality_record(data: dict[str, Any]) -> dict[str, Any]:
	"""The connections of a Quality Action or a Non Conformance, with the complaints that stand in its table."""
	data = dict(data)
	data["internal_links"] = {**(data.get("internal_links") or {}), "Complaint": ["complaints", "complaint"]}
	data["transactions"] = [
		*(data.get("transactions") or ()),
		{"label": _("Complaints"), "items": ["Complaint"]},
	]
	return data


def _with_complaints(data: dict[str, Any], doctype: str) -> dict[str, Any]:
	"""`data` with a group for complaints, found by a field of theirs whatever the others are found by."""
	data = dict(data)
	names = {**(data.get("non_standard_fieldnames") or {}), "Complaint": FIELDS[doctype]}
	data["non_standard_fieldnames"] = names
	data["fieldname"] = data.get("fieldname") or frappe.scrub(doctype)  # without one Frappe counts nothing
	data["method"] = data.get("method") or "cms_iso10002.erpnext_bridge.dashboards.get_open_count"
	data["transactions"] = [
		*(data.get("transactions") or ()),
		{"label": _("Complaints"), "items": ["Complaint"]},
	]
	return data


@frappe.whitelist(methods=["GET", "POST"])
def get_open_count(doctype: str, name: str, items: str | list | None = None) -> dict:
	"""As Frappe's, which checks read permission on the record; of complaints only those that the user may see count."""
	found = notifications.get_open_count(doctype, name, items)
	if doctype in FIELDS:
		for row in _rows(found.get("count")):
			if row.get("doctype", row.get("name")) == "Complaint":
				row["count"] = _visible(FIELDS[doctype], name)
	return found


def _rows(count: Any) -> list[dict[str, Any]]:
	"""The rows of counts, in the shapes that versions of Frappe give them."""
	if isinstance(count, dict):
		return [row for rows in count.values() for row in rows]
	return list(count or ())


def _visible(fieldname: str, name: str) -> int:
	if not frappe.has_permission("Complaint", "read"):
		return 0
	filters = {fieldname: name}
	if not frappe.get_meta("Complaint").has_field(fieldname):
		filters = [["Complaint Subject", fieldname, "=", name]]
	return len(
		frappe.get_list(
			"Complaint",
			filters=filters,
			pluck="name",
			distinct=True,
			limit=MOST_COUNTED,
			order_by="`tabComplaint`.name",
		)
	)
