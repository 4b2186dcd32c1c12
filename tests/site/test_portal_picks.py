"""Filing signed in: one's own orders, invoices, delivery notes and their items are offered and taken, those of others are not."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.erpnext_bridge import portal_customer
from cms_iso10002.portal import api, origin, pages
from tests.site.factories import as_user, make_item
from tests.site.portal_factories import guest, make_portal_user, request, start_counting_anew

MINE, THEIRS = "Muster GmbH", "Andere AG"


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


@pytest.fixture
def buyer():
	return make_portal_user("picker", MINE)


def document(doctype: str, name: str, customer: str, docstatus: int = 1, items=("Kettle",)):
	"""A document as it stands in the database: what ERPNext asks of one is not the matter here."""
	day = portal_customer.DOCUMENTS[doctype]
	doc = frappe.new_doc(doctype)
	doc.update({"name": name, "customer": customer, day: "2026-03-02", "docstatus": docstatus})
	doc.db_insert()
	for index, code in enumerate(items, 1):
		row = frappe.new_doc(f"{doctype} Item")
		row.update({"parent": name, "parenttype": doctype, "parentfield": "items", "idx": index})
		row.update({"item_code": make_item(code), "item_name": code, "qty": index, "uom": "Nos"})
		row.db_insert()
	return name


def filed(user: str, *picks: dict) -> dict:
	return guest(api.file_complaint, user=user, subject="x", description="x", subjects=list(picks))


@pytest.mark.parametrize("doctype", portal_customer.DOCUMENTS)
def test_each_kind_of_document_with_its_items(doctype, buyer):
	document(doctype, "DOC-MINE", MINE, items=("Kettle", "Lid"))
	document(doctype, "DOC-THEIRS", THEIRS)
	document(doctype, "DOC-DRAFT", MINE, docstatus=0)
	document(doctype, "DOC-CANCELLED", MINE, docstatus=2)
	offered = guest(api.my_documents, user=buyer)
	assert [(row["doctype"], row["name"]) for row in offered] == [(doctype, "DOC-MINE")]
	assert [item["item_code"] for item in offered[0]["items"]] == ["Kettle", "Lid"]
	whole, item = (
		{"doctype": doctype, "name": "DOC-MINE"},
		{"doctype": doctype, "name": "DOC-MINE", "item_code": "Lid"},
	)
	case = frappe.get_doc("Complaint", filed(buyer, whole, item)["reference"])
	rows = [(row.reference_doctype, row.reference_name, row.item_code, row.qty) for row in case.subjects]
	assert rows == [(doctype, "DOC-MINE", None, 0), (doctype, "DOC-MINE", "Lid", 2)]
	assert case.customer == MINE


@pytest.mark.parametrize("doctype", portal_customer.DOCUMENTS)
def test_what_is_not_ones_own_is_refused_as_what_is_not_there(doctype, buyer):
	document(doctype, "DOC-MINE", MINE)
	document(doctype, "DOC-THEIRS", THEIRS, items=("Lid",))
	document(doctype, "DOC-DRAFT", MINE, docstatus=0)
	before = frappe.db.count("Complaint")
	answers = [
		filed(buyer, {"doctype": doctype, "name": name, **more})
		for name, more in (
			("DOC-NOWHERE", {}),
			("DOC-THEIRS", {}),
			("DOC-THEIRS", {"item_code": "Lid"}),
			("DOC-DRAFT", {}),
			("DOC-MINE", {"item_code": "Lid"}),  # an item of somebody else's document
			("%", {}),
			("", {}),
		)
	]
	answers.append(
		filed(buyer, {"doctype": doctype, "name": "DOC-MINE"}, {"doctype": doctype, "name": "DOC-THEIRS"})
	)
	as_guest = {"complainant_name": "G", "complainant_email": "g@gast.test"}
	pick = [{"doctype": doctype, "name": "DOC-MINE"}]
	answers.append(guest(api.file_complaint, subject="x", description="x", subjects=pick, **as_guest))
	assert {str(answer["errors"]["subjects"]) for answer in answers} == {
		"Choose from the list of your documents."
	}
	assert frappe.db.count("Complaint") == before


def test_who_stands_for_two_customers_complains_for_the_one_whose_document_it_is(buyer):
	contact = frappe.get_doc("Contact", {"user": buyer})
	make_portal_user("other", THEIRS)
	contact.append("links", {"link_doctype": "Customer", "link_name": THEIRS})
	contact.save(ignore_permissions=True)
	for name, customer in (("INV-A", MINE), ("INV-B", THEIRS)):
		document("Sales Invoice", name, customer)
	assert {row["name"] for row in guest(api.my_documents, user=buyer)} == {"INV-A", "INV-B"}
	for name, customer in (("INV-A", MINE), ("INV-B", THEIRS)):
		case = filed(buyer, {"doctype": "Sales Invoice", "name": name})["reference"]
		assert frappe.db.get_value("Complaint", case, "customer") == customer


def test_picks_by_the_page_without_javascript(buyer):
	document("Sales Order", "SO-PAGE", MINE, items=("Kettle", "Lid"))
	frappe.db.commit()  # what a page does wrong it rolls back whole
	form = {
		"csrf_token": as_user(buyer, origin.token),
		"subject": "x",
		"description": "x",
		"subjects": "Sales Order|SO-PAGE|Lid",
	}

	def call():
		with request(form=form):
			context = frappe._dict()
			pages.new_complaint(context)
			return context

	context = as_user(buyer, call)
	assert not context.errors
	[row] = frappe.get_doc("Complaint", context.filed["reference"]).subjects
	assert (row.reference_name, row.item_code) == ("SO-PAGE", "Lid")
	form["subjects"] = "Sales Order|SO-PAGE|Kettle of Others"
	context = as_user(buyer, call)
	assert set(context.errors) == {"subjects"} and context.typed["subjects"] == [form["subjects"]]


def test_who_stands_for_nobody_is_offered_nothing():
	document("Sales Order", "SO-SOMEBODY", MINE)
	assert guest(api.my_documents, user=make_portal_user("nobodys")) == []
