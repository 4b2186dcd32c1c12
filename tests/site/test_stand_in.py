"""The packaged runtime's stand-in for ERPNext says what ERPNext says, as far as it says anything."""

import frappe
import pytest

from tests.runtime.stand_in import table

DOCTYPES = {doctype.name: doctype for doctype in table.read()}
# Attributes of a doctype that code or forms of ours could lean on.
ATTRIBUTES = ("module", "autoname", "title_field", "istable", "issingle", "is_tree", "is_submittable")


@pytest.mark.erpnext
def test_fields_are_those_of_erpnext():
	wrong = []
	for doctype in DOCTYPES.values():
		real = {field.fieldname: field for field in frappe.get_meta(doctype.name).fields}
		for field in doctype.fields:
			theirs = real.get(field.name)
			if not theirs:
				wrong.append(f"{doctype.name}.{field.name}: ERPNext has no such field")
			elif (theirs.fieldtype, theirs.options or "") != (field.type, field.options):
				wrong.append(f"{doctype.name}.{field.name}: {theirs.fieldtype} {theirs.options!r} in ERPNext")
	assert not wrong, "\n".join(wrong)


@pytest.mark.erpnext
def test_doctypes_are_those_of_erpnext():
	for doctype in DOCTYPES.values():
		meta = frappe.get_meta(doctype.name)
		real = {key: str(meta.get(key)) for key in ATTRIBUTES if meta.get(key) not in (None, "", 0)}
		ours = {key: value for key, value in doctype.attributes.items() if key in ATTRIBUTES}
		assert real == ours, doctype.name


def test_links_lead_somewhere():
	"""Every link and table of the stand-in has its doctype, there or in Frappe."""
	fields = [field for doctype in DOCTYPES.values() for field in doctype.fields]
	targets = {field.options for field in fields if field.type in ("Link", "Table", "Table MultiSelect")}
	assert not {target for target in targets if not frappe.db.exists("DocType", target)}


def test_there_is_one_company():
	assert frappe.get_all("Company", pluck="name") == ["Complaints Demo Ltd"]
	assert frappe.db.get_default("company") == "Complaints Demo Ltd"
	assert frappe.get_cached_value("Company", "Complaints Demo Ltd", "default_currency") == "EUR"


def test_an_issue_finds_its_customer_by_the_sender():
	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": "Stand-in Test",
			"customer_group": "Individual",
			"territory": "Germany",
		}
	).insert()
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Ada"})
	contact.append("email_ids", {"email_id": "ada@stand-in.example", "is_primary": 1})
	contact.append("links", {"link_doctype": "Customer", "link_name": customer.name})
	contact.insert()
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Broken", "raised_by": "ada@stand-in.example"})
	issue.insert()
	assert (issue.customer, issue.contact) == (customer.name, contact.name)
	assert issue.company == "Complaints Demo Ltd"
	assert issue.opening_date and issue.opening_time
