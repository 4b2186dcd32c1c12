"""Goods and work instead of what failed: replacements, returns, warranty claims and visits, as ERPNext's stock has them."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.erpnext_bridge import redress_documents
from tests.site.factories import act, make_item
from tests.site.redress_factories import (
	agreed,
	ledger,
	make,
	row_of,
	sell,
	steps,
	stock,
	stocked_item,
	warehouse,
)

pytestmark = pytest.mark.erpnext


def mapped(name: str, source: str):
	"""What a mapper of ERPNext makes of `source`; asked for by name, since it is not there on every runtime."""
	return frappe.get_attr(name)(source)


DELIVER = "erpnext.selling.doctype.sales_order.sales_order.make_delivery_note"
VISIT = "erpnext.support.doctype.warranty_claim.warranty_claim.make_maintenance_visit"


def sales_person() -> str:
	name = "Tom Technician"
	if not frappe.db.exists("Sales Person", name):
		frappe.get_doc(
			{
				"doctype": "Sales Person",
				"sales_person_name": name,
				"parent_sales_person": root(),
				"is_group": 0,
			}
		).insert()
	return name


def root() -> str:
	return frappe.db.get_value("Sales Person", {"is_group": 1}, "name")


def refused(case, kind: str, match: str, **data):
	with pytest.raises(frappe.ValidationError, match=match):
		make(case, kind, **data)
	assert not row_of(case).document_name


def test_a_replacement_is_delivered_and_the_complaint_closed():
	item = stocked_item()
	case = agreed("Replacement", about=sell((item, 1, 90), update_stock=1), item=item)
	note = make(case, "Replacement Delivery", warehouse=warehouse())
	assert (note.doctype, note.docstatus, note.grand_total, note.complaint) == (
		"Delivery Note",
		0,
		0,
		case.name,
	)
	with pytest.raises(frappe.ValidationError, match="agreed redress"):
		act(case, "Close")
	note.submit()
	assert stock(note) == [(item, -1, -30)]
	assert sorted(ledger(note).values()) == [-30, 30]
	row = row_of(case)
	assert (row.state, row.cost) == ("Implemented", 30)
	assert frappe.db.get_value("Complaint", case.name, "redress_cost") == 30
	assert act(case, "Close").closure_basis == "Accepted"


def test_an_order_is_done_when_all_of_it_is_delivered():
	item = stocked_item()
	case = agreed("Replacement", item=item)
	order = make(case, "Replacement Order", lines=[{"item_code": item, "qty": 2}], warehouse=warehouse())
	assert (order.grand_total, order.items[0].rate, order.complaint) == (0, 0, case.name)
	order.submit()
	row = row_of(case)
	assert (row.state, row.document_name) == ("Accepted", order.name)
	first = mapped(DELIVER, order.name)
	first.items[0].qty = 1
	first.insert().submit()
	assert not first.complaint and row_of(case).state == "Accepted"
	second = mapped(DELIVER, order.name)
	second.insert().submit()
	row = row_of(case)
	assert (row.state, row.cost) == ("Implemented", 60)
	assert steps(case) == []
	second.cancel()
	row = row_of(case)
	assert (row.state, row.document_name, row.cost) == ("Accepted", order.name, 0)


def test_an_order_delivered_by_an_invoice_that_moves_the_stock_costs_its_goods():
	item = stocked_item()
	case = agreed("Replacement", item=item)
	order = make(case, "Replacement Order", lines=[{"item_code": item, "qty": 2}], warehouse=warehouse())
	order.submit()
	note = mapped(DELIVER, order.name)
	note.items[0].qty = 1
	note.insert().submit()
	invoice = mapped("erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice", order.name)
	invoice.update_stock = 1
	invoice.items[0].qty = 1
	invoice.insert().submit()
	assert stock(invoice) == [(item, -1, -30)]
	assert (row_of(case).state, row_of(case).cost) == ("Implemented", 60)


def test_an_order_that_was_cancelled_leaves_it_owed():
	item = stocked_item()
	case = agreed("Replacement", item=item)
	order = make(case, "Replacement Order", warehouse=warehouse())
	order.submit()
	assert "Cancel" not in steps(case)
	order.cancel()
	assert row_of(case).document_name is None and "Cancel" in steps(case)


def test_goods_that_come_back_cost_nothing():
	item = stocked_item()
	delivered = sell((item, 2, 90), doctype="Delivery Note")
	case = agreed("Repair or Rework", about=delivered, item=item)
	back = make(case, "Return of Goods", lines=[{"item_code": item, "qty": 1}])
	assert (back.is_return, back.return_against, back.items[0].qty) == (1, delivered.name, -1)
	other = agreed("Repair or Rework", about=delivered, item=item)
	refused(other, "Return of Goods", "can't be 2", lines=[{"item_code": item, "qty": 2}])
	back.submit()
	assert [(code, qty) for code, qty, _value in stock(back)] == [(item, 1)]
	assert (row_of(case).state, row_of(case).cost) == ("Implemented", 0)
	make(other, "Return of Goods")
	refused(agreed("Repair or Rework", about=delivered, item=item), "Return of Goods", "drafts count")


def test_a_warranty_claim_is_done_when_its_visit_closes_it():
	case = agreed("Repair or Rework", amount=25, item=make_item())
	claim = make(case, "Warranty Claim")
	assert (claim.complaint_case, claim.item_code, claim.customer) == (case.name, make_item(), case.customer)
	assert "Carry Out" not in steps(case)
	visit = mapped(VISIT, claim.name)
	assert not visit.complaint
	visit.completion_status = "Fully Completed"
	visit.purposes[0].update(
		{"service_person": sales_person(), "work_done": "Seal replaced", "description": "x"}
	)
	visit.insert().submit()
	row = row_of(case)
	assert (row.state, row.cost) == ("Implemented", 25)
	assert act(case, "Close").closure_basis == "Accepted"
	visit.reload()
	visit.cancel()
	row = row_of(case)
	assert (row.state, row.document_name) == ("Accepted", claim.name)


def test_the_words_of_a_confidential_case_are_in_no_claim():
	case = agreed("Repair or Rework", item=make_item())
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Confidential")
	frappe.db.set_value("Complaint Redress", {"parent": case.name}, "description", "")
	claim = make(case, "Warranty Claim")
	assert case.subject not in claim.complaint and "Repair or Rework" in claim.complaint


def test_a_warranty_claim_closed_by_hand_and_opened_again():
	case = agreed("Repair or Rework", item=make_item())
	claim = make(case, "Warranty Claim")
	claim.status = "Closed"
	claim.save()
	assert row_of(case).state == "Implemented"
	claim.status = "Work In Progress"
	claim.save()
	assert row_of(case).state == "Accepted"
	claim.delete()
	assert row_of(case).document_name is None


def test_a_maintenance_visit_of_its_own_and_of_a_claim():
	case = agreed("Repair or Rework", item=make_item())
	told = {"service_person": sales_person(), "work": "Replace the seal"}
	visit = make(case, "Maintenance Visit", **told)
	assert (visit.complaint, visit.purposes[0].item_code) == (case.name, make_item())
	visit.submit()
	assert row_of(case).state == "Implemented"
	other = agreed("Repair or Rework", item=make_item())
	claim = frappe.get_doc(
		{
			"doctype": "Warranty Claim",
			"customer": other.customer,
			"company": other.company,
			"complaint": "leaks",
			"item_code": make_item(),
		}
	).insert()
	visit = make(other, "Maintenance Visit", warranty_claim=claim.name, **told)
	assert visit.purposes[0].prevdoc_docname == claim.name
	visit.submit()
	assert frappe.db.get_value("Warranty Claim", claim.name, "status") == "Closed"
	assert row_of(other).state == "Implemented"
	refused(agreed("Repair or Rework"), "Maintenance Visit", "worked off", warranty_claim=claim.name, **told)


def test_interim_redress_is_lent_from_the_receipt_on():
	from cms_iso10002.complaints import redress
	from tests.site.factories import make_complaint

	item = stocked_item()
	case = make_complaint(
		redress=[{"remedy": "Substitute", "basis": "Interim"}], subjects=[{"item_code": item}]
	)
	redress.take_step(case.name, case.redress[0].name, "Approve")
	make(case, "Replacement Delivery", warehouse=warehouse()).submit()
	assert row_of(case).state == "Implemented"


def test_bad_input():
	case = agreed("Replacement")
	refused(case, "Replacement Order", "names no item")
	refused(case, "Replacement Order", "no item Nothing", lines=[{"item_code": "Nothing", "qty": 1}])
	refused(case, "Replacement Delivery", "how many of", lines=[{"item_code": make_item(), "qty": -1}])
	refused(case, "Return of Goods", "Choose the Delivery Note")
	refused(case, "Miracle", "no kind of document")
	refused(case, "Maintenance Visit", "what work")
	refused(case, "Warranty Claim", "no serial number", serial_no="SN-NOT-THERE")


def test_each_kind_has_a_dialog_that_builds_what_it_asks():
	case = agreed("Replacement", item=make_item())
	for kind in redress_documents.KINDS:
		fields = redress_documents.get_dialog(case.name, case.redress[0].name, kind.name)
		assert fields and all(field["label"] for field in fields)
