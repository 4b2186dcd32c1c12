"""*Create → Complaint* on a Customer, and what a Customer and a Contact tell of who complains."""

import re
from typing import Any

import frappe
from frappe.contacts.doctype.contact.contact import get_default_contact
from frappe.utils import strip_html

from cms_iso10002.complaints import contacts, intake


@frappe.whitelist(methods=["GET", "POST"])
def make_complaint(customer: str) -> dict:
	"""A complaint by `customer` as far as the site knows it, not saved: an agent completes the form."""
	source = frappe.get_doc("Customer", customer)
	source.check_permission("read")
	complaint = frappe.new_doc("Complaint")
	complaint.check_permission("create")
	contact = source.get("customer_primary_contact") or get_default_contact("Customer", source.name)
	complaint.update({"complainant_type": "Customer", **of_customer(source.name), **of_contact(contact)})
	complaint.complainant_email = complaint.complainant_email or source.get("email_id")
	complaint.complainant_phone = complaint.complainant_phone or source.get("mobile_no")
	intake.complete(complaint)
	# The form fetches customer name, group and territory as if the customer had been chosen there.
	return {**complaint.as_dict(), "__run_link_triggers": 1}


def of_customer(customer: str | None) -> dict[str, Any]:
	"""What a Customer tells of a complaint: fields of Complaint, those that are known.

	The caller has checked that the user may read the Customer, or a document that names it.
	"""
	row = customer and frappe.db.get_value(
		"Customer", customer, ["name", "language", "primary_address"], as_dict=True
	)
	if not row:
		return {}
	address = re.sub(r"<br\s*/?>\s*", "\n", row.primary_address or "")
	known = {
		"customer": row.name,
		"language": row.language,
		"complainant_address": strip_html(address).strip(),
	}
	return {name: value for name, value in known.items() if value}


def of_contact(contact: str | None) -> dict[str, Any]:
	"""What a Contact tells of who complains: fields of Complaint, those that are known.

	As for `of_customer`, the caller has checked: who may make a complaint of a document must be able to answer it.
	"""
	fields = ["name", "first_name", "last_name", "email_id", "mobile_no", "phone"]
	row = contact and frappe.db.get_value("Contact", contact, fields, as_dict=True)
	if not row:
		return {}
	known = {
		"contact": row.name,
		"complainant_name": " ".join(filter(None, (row.first_name, row.last_name))),
		"complainant_email": row.email_id,
		"complainant_phone": row.mobile_no or row.phone,
	}
	return {name: value for name, value in known.items() if value}


def is_a_company(customer: str | None) -> bool:
	"""Whether a Customer is a company: its name is no natural person's, as that of a partnership may be."""
	return bool(customer) and frappe.db.get_value("Customer", customer, "customer_type") == "Company"


def of_sender(address: str) -> dict[str, Any]:
	"""What the site knows of who writes from an e-mail address: fields of Complaint, those that are known.

	Nothing where the address is that of several contacts, and no customer where the contact belongs to several: a guess
	would show one customer's complaint to another.
	"""
	found = contacts.with_address(address)
	if len(found) != 1:
		return {}
	customers = contacts.customers_of(found)
	known = {**of_contact(found[0]), **(of_customer(customers[0]) if len(customers) == 1 else {})}
	return {**known, **({"complainant_type": "Customer"} if len(customers) == 1 else {})}
