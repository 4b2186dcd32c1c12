"""*Create → Complaint* on what was sold, what failed and what was written: the form, filled in with what is known.

The lines of a sales document become rows of Items and Documents; the agent takes out those that are not complained of.
A Communication is another matter: it is what the complainant said, so it becomes a complaint at once, like an e-mail
that comes in, with its attachments, and once.
"""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, flt, get_datetime, getdate, strip_html

from cms_iso10002.complaints import clock, intake
from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.core.guards import has_text
from cms_iso10002.erpnext_bridge import customer, issue

MOST_LINES = 50
"""Of a sales document; of a longer one the complaint names only the document."""


@frappe.whitelist(methods=["GET", "POST"])
def make_complaint(doctype: str, name: str) -> dict:
	"""A complaint about a document, not saved: an agent completes the form.

	Checks read permission on the document and create permission on Complaint. Raises for a doctype that none is made of.
	"""
	if doctype not in SOURCES:
		frappe.throw(_("No complaint is made of a {0}.").format(_(doctype)))
	source = frappe.get_doc(doctype, name)
	source.check_permission("read")
	complaint = frappe.new_doc("Complaint")
	complaint.check_permission("create")
	known = SOURCES[doctype](source)
	subjects = known.pop("subjects")
	complaint.update({field: value for field, value in known.items() if value})
	for subject in subjects:
		complaint.append("subjects", {field: value for field, value in subject.items() if value})
	intake.complete(complaint)
	# The form fetches customer name, group and territory as if the customer had been chosen there.
	return {**complaint.as_dict(), "__run_link_triggers": 1}


def _buyer(source) -> dict[str, Any]:
	"""Who complains, by the customer and contact of a document."""
	known = {
		**customer.of_customer(source.get("customer")),
		**customer.of_contact(source.get("contact_person")),
	}
	if source.get("customer"):
		known["complainant_type"] = "Customer"
	known.setdefault("complainant_email", source.get("contact_email"))
	known.setdefault("complainant_phone", strip_html(source.get("contact_mobile") or ""))
	return {**known, "company": source.get("company")}


def _of_sale(source) -> dict[str, Any]:
	"""A Sales Order, Delivery Note or Sales Invoice; what is there to complain of stands in its lines."""
	document = {"reference_doctype": source.doctype, "reference_name": source.name}
	lines = [_line(source, row, document) for row in source.items if flt(row.qty) > 0]
	return {**_buyer(source), "subjects": lines if 0 < len(lines) <= MOST_LINES else [document]}


def _line(source, row, document: dict[str, Any]) -> dict[str, Any]:
	return {
		**document,
		"item_code": row.item_code,
		"item_name": row.item_name,
		"qty": flt(row.qty),
		"uom": row.uom,
		"amount": flt(row.amount),
		"currency": source.currency,
		"serial_no": _only_serial(row.get("serial_no")),
		"batch_no": row.get("batch_no"),
	}


def _only_serial(text: str | None) -> str | None:
	"""The serial number of a line, where it is one."""
	numbers = (text or "").replace(",", "\n").split()
	return numbers[0] if len(numbers) == 1 and frappe.db.exists("Serial No", numbers[0]) else None


def _of_claim(source) -> dict[str, Any]:
	"""A Warranty Claim: what was said there is what is complained of, received on its day."""
	day = getdate(source.complaint_date)
	known = {
		**_buyer(source),
		"subject": _("Warranty claim: {0}").format(source.item_name or source.item_code or source.name),
		"description": source.complaint,
		"subjects": [
			{
				"reference_doctype": source.doctype,
				"reference_name": source.name,
				"item_code": source.item_code,
				"serial_no": source.serial_no,
				"qty": 1 if source.item_code else 0,
			}
		],
	}
	return {**known, "received_on": datetime.combine(day, time())} if day < clock.today() else known


def _of_serial(source) -> dict[str, Any]:
	subject = {
		"item_code": source.item_code,
		"serial_no": source.name,
		"batch_no": source.get("batch_no"),
		"qty": 1,
	}
	return {**_buyer(source), "subjects": [subject]}


def _of_item(source) -> dict[str, Any]:
	return {"subjects": [{"item_code": source.name, "item_name": source.item_name, "uom": source.stock_uom}]}


SOURCES: dict[str, Callable[[Any], dict[str, Any]]] = {
	"Sales Order": _of_sale,
	"Delivery Note": _of_sale,
	"Sales Invoice": _of_sale,
	"Warranty Claim": _of_claim,
	"Serial No": _of_serial,
	"Item": _of_item,
}
"""What a complaint is made of, and what it tells of it."""


# what somebody wrote -------------------------------------------------------------------------------------

CHANNELS = {
	"Email": "E-mail",
	"Phone": "Phone",
	"Chat": "Web",
	"SMS": "Phone",
	"Visit": "In Person",
	"Meeting": "In Person",
}
"""How it reached us, by the medium of the Communication."""


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def make_complaint_of_communication(communication: str) -> dict:
	"""Make the complaint of what somebody wrote or said, once: `{"complaint": its name, "created": whether it is new}`.

	Checks read permission on the Communication and create permission on Complaint. Raises for what we sent ourselves.
	"""
	doc = frappe.get_doc("Communication", communication, for_update=True)
	doc.check_permission("read")
	if existing := _complaint_of(doc):
		# read past the snapshot as well: what the other click has made may be newer than that
		frappe.get_doc("Complaint", existing, for_update=True).check_permission("read")
		return {"complaint": existing, "created": False}
	if doc.communication_type != "Communication" or doc.sent_or_received != "Received":
		frappe.throw(_("Only what came in from outside becomes a complaint: this was written by ourselves."))
	frappe.new_doc("Complaint").check_permission("create")
	files = issue.files_of("Communication", [doc.name])
	kept = [file.name for file in files if not issue.is_lost(file)]
	complaint = intake.register(_said(doc), attachments=kept)
	issue.show_in_timeline([doc.name], complaint.name)
	return {"complaint": complaint.name, "created": True}


def _complaint_of(doc) -> str | None:
	"""The complaint that a locked Communication stands on already, past this transaction's snapshot: of two clicks the
	second waits for the first, and finds what that has made."""
	if doc.reference_doctype == "Complaint":
		return doc.reference_name
	links = {"parenttype": "Communication", "parent": doc.name, "link_doctype": "Complaint"}
	return frappe.db.get_value("Communication Link", links, "link_name", order_by="idx", for_update=True)


def _said(doc) -> dict[str, Any]:
	subject = (doc.subject or "").strip() or _("No subject")
	written = (
		issue.without_file_ids(doc.content) if has_text(doc.content) else f"<p>{escape_html(subject)}</p>"
	)
	if len(written) > intake.LONGEST_DESCRIPTION:
		written = f"{strip_html(written)[: intake.LONGEST_DESCRIPTION // 2]}…"
	sender = (doc.sender or "").strip()
	known = customer.of_sender(sender) if sender else {}
	return {
		"complainant_name": doc.sender_full_name,
		"complainant_type": "Public",
		"complainant_phone": doc.phone_no,
		**known,
		"complainant_email": sender or known.get("complainant_email"),
		"subject": subject[:140],
		"description": written,
		"channel": CHANNELS.get(doc.communication_medium or "", "Other"),
		"received_on": min(get_datetime(doc.communication_date or doc.creation), clock.now_site()),
	}
