"""Money back: credit notes against the lines of the invoice and compensation, as the books of ERPNext have them."""

from __future__ import annotations

import frappe
import pytest
from frappe import client
from frappe.desk.form.load import getdoc
from frappe.desk.notifications import get_open_count

from cms_iso10002.complaints import redress
from cms_iso10002.erpnext_bridge import redress_documents, redress_links
from cms_iso10002.erpnext_bridge.redress_credit_note import pieces
from tests.site.factories import act, as_user, edit, kinds, make_customer, make_item, make_user
from tests.site.redress_factories import (
	COMPANY,
	agreed,
	expense_account,
	ledger,
	make,
	row_of,
	sell,
	stock,
	stocked_item,
)

pytestmark = pytest.mark.erpnext


def refused(case, match: str, kind: str = "Credit Note", **data):
	"""A clear sentence, and nothing written."""
	before = frappe.db.count("Sales Invoice"), frappe.db.count("Journal Entry")
	with pytest.raises(frappe.ValidationError, match=match):
		make(case, kind, **data)
	assert (frappe.db.count("Sales Invoice"), frappe.db.count("Journal Entry")) == before
	assert not row_of(case).document_name


def test_from_the_invoice_to_the_closed_complaint():
	invoice = sell((make_item(), 2, 100), tax=19)
	case = agreed("Refund", 238, about=invoice)
	note = make(case, "Credit Note")
	assert (note.docstatus, note.is_return, note.return_against, note.complaint) == (
		0,
		1,
		invoice.name,
		case.name,
	)
	assert (note.grand_total, note.items[0].sales_invoice_item) == (-238, invoice.items[0].name)
	row = row_of(case)
	assert (row.state, row.document_type, row.document_name) == ("Accepted", "Sales Invoice", note.name)
	with pytest.raises(frappe.ValidationError, match="agreed redress"):
		act(case, "Close")
	note.submit()
	row = row_of(case)
	assert (row.state, row.cost, str(row.implemented_on)) == ("Implemented", 200, note.posting_date)
	assert frappe.db.get_value("Complaint", case.name, "redress_cost") == 200
	assert kinds(case)[-1] == "implemented"
	# the books, as ERPNext makes them: the invoice turned round
	assert ledger(note) == {account: -amount for account, amount in ledger(invoice).items()}
	assert frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount") == 0
	assert act(case, "Close").closure_basis == "Accepted"


def test_the_complaint_is_connected_with_its_documents():
	case = agreed("Refund", 100, about=sell((make_item(), 1, 100)))
	make(case, "Credit Note")
	data = frappe.get_meta("Complaint").get_dashboard_data()
	(group,) = [group for group in data.transactions if "Sales Invoice" in group["items"]]
	found = get_open_count("Complaint", case.name, group["items"])["count"]["external_links_found"]
	assert {row["doctype"]: row["count"] for row in found} == {
		doctype: int(doctype == "Sales Invoice") for doctype in redress_links.LINKS
	}


def test_a_cancelled_credit_note_leaves_it_owed_and_a_new_one_can_be_made():
	case = agreed("Refund", 100, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	assert row_of(case).state == "Implemented"
	note.cancel()
	row = row_of(case)
	assert (row.state, row.document_name, row.cost, row.implemented_on) == ("Accepted", None, 0, None)
	assert not frappe.db.get_value("Complaint", case.name, "redress_cost")
	again = make(case, "Credit Note")
	again.delete()
	assert not row_of(case).document_name
	make(case, "Credit Note").submit()
	assert row_of(case).state == "Implemented"


def test_an_amended_credit_note_goes_on_for_the_one_it_amends():
	case = agreed("Refund", 100, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	note.cancel()
	amended = frappe.copy_doc(note)
	amended.update({"amended_from": note.name, "docstatus": 0})
	amended.insert()
	assert row_of(case).document_name == amended.name
	amended.submit()
	assert row_of(case).state == "Implemented"


def test_what_was_given_by_another_document_is_not_given_again_by_an_amended_one():
	case = agreed("Compensation", 75)
	first = make(case, "Compensation", expense_account=expense_account())
	first.submit()
	first.cancel()
	make(case, "Compensation", expense_account=expense_account()).submit()
	amended = frappe.copy_doc(first)
	amended.update({"amended_from": first.name, "docstatus": 0})
	amended.insert()
	with pytest.raises(frappe.ValidationError, match="can't be given twice"):
		amended.submit()


def test_what_is_not_owed_any_more_is_not_given():
	case = agreed("Compensation", 75)
	entry = make(case, "Compensation", expense_account=expense_account())
	frappe.db.set_value("Complaint Redress", {"parent": case.name}, "state", "Declined")
	with pytest.raises(frappe.ValidationError, match="nothing to carry out"):
		entry.submit()


def test_cancelled_after_the_case_was_closed_somebody_is_told():
	manager = make_user("manager")
	case = agreed("Refund", 100, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	act(case, "Close")
	note.reload()
	note.cancel()
	assert row_of(case).state == "Accepted"
	told = frappe.get_all(
		"Notification Log",
		{"document_name": case.name, "for_user": manager},
		pluck="subject",
		order_by="creation",
	)
	assert any("owed again" in subject for subject in told)


@pytest.mark.parametrize("amount", [10, 33.33, 119.99, 0.05])
def test_a_reduced_price_is_credited_to_the_cent(amount):
	invoice = sell((make_item(), 3, 100), (make_item("Lid"), 7, 9.99), tax=19)
	note = make(agreed("Price Reduction", amount, about=invoice), "Price Reduction")
	assert note.grand_total == -amount and not note.update_stock
	note.submit()
	assert sum(ledger(note).values()) == pytest.approx(0)


@pytest.mark.parametrize(
	("qty", "cents", "wanted"),
	[
		(3, 1000, [(2, 3.33), (1.0, 3.34)]),
		(1, 999, [(1, 9.99)]),
		(2, 1000, [(2, 5.0)]),
		(0.5, 333, [(0.5, 6.66)]),
		(7, 3, [(1.0, 0.03)]),
	],
)
def test_pieces_make_up_the_amount(qty, cents, wanted):
	assert pieces(qty, cents) == wanted
	if qty == int(qty):
		assert round(sum(n * rate for n, rate in wanted) * 100) == cents


def test_with_a_discount_and_a_fixed_charge_only_the_share_of_the_lines_comes_back():
	invoice = sell(
		(make_item(), 1, 100), (make_item("Lid"), 1, 300), discount_amount=40, apply_discount_on="Net Total"
	)
	note = make(agreed("Refund", 90, about=invoice, item=make_item()), "Credit Note")
	assert note.grand_total == -90 and [line.item_code for line in note.items] == [make_item()]


def test_the_goods_stay_unless_somebody_says_that_they_come_back():
	item = stocked_item()
	invoice = sell((item, 2, 50), update_stock=1)
	kept = make(agreed("Refund", 50, about=invoice), "Credit Note", lines=[{"item_code": item, "qty": 1}])
	kept.submit()
	assert stock(kept) == []
	back = make(
		agreed("Refund", 50, about=invoice),
		"Credit Note",
		lines=[{"item_code": item, "qty": 1}],
		goods_come_back=1,
	)
	back.submit()
	assert [(code, qty) for code, qty, _value in stock(back)] == [(item, 1)]


# Bad input: one sentence each, nothing half-written


def test_without_an_invoice():
	refused(agreed("Refund", 10), "Choose the Sales Invoice")
	refused(agreed("Refund", 10), "does not exist", source="SINV-NOT-THERE")


def test_without_an_amount():
	refused(agreed("Refund", 0, about=sell((make_item(), 1, 10))), "Enter the amount")


def test_more_than_was_charged():
	refused(agreed("Refund", 100.01, about=sell((make_item(), 1, 100))), "is more than the")


def test_another_currency():
	invoice = sell((make_item(), 1, 100))
	refused(agreed("Refund", 50, about=invoice, currency="USD"), "is in EUR and the redress in USD")


def test_an_invoice_that_is_cancelled_or_a_draft_or_a_return():
	invoice = sell((make_item(), 1, 100))
	case = agreed("Refund", 50, about=invoice)
	invoice.cancel()
	refused(case, "is cancelled: choose the one that took its place")
	draft = sell((make_item(), 1, 100), submit=False)
	refused(case, "is a draft", source=draft.name)
	other = sell((make_item(), 1, 100))
	note = make(agreed("Refund", 100, about=other), "Credit Note")
	note.submit()
	refused(case, "is a return itself", source=note.name)


def test_the_same_lines_a_second_time_drafts_count():
	invoice = sell((make_item(), 1, 100))
	first = make(agreed("Refund", 40, about=invoice), "Credit Note")
	assert first.docstatus == 0
	refused(agreed("Refund", 40, about=invoice), f"credited or returned already by {first.name}")
	first.submit()
	refused(agreed("Refund", 40, about=invoice), f"credited or returned already by {first.name}")


def test_a_second_document_for_the_same_row():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	with pytest.raises(frappe.ValidationError, match=f"has Sales Invoice {note.name} already"):
		make(case, "Credit Note")


def test_an_item_that_is_not_in_the_invoice():
	invoice = sell((make_item(), 1, 100))
	refused(agreed("Refund", 40, about=invoice, item=make_item("Lid")), f"Lid is not in {invoice.name}")
	case = agreed("Refund", 40, about=invoice)
	refused(case, "Lid is not in", lines=[{"item_code": "Lid", "qty": 1}])
	refused(case, "can't be 2: at most 1", lines=[{"item_code": make_item(), "qty": 2}])
	refused(case, "not readable", lines="rubbish")


def test_the_invoice_of_somebody_else():
	invoice = sell((make_item(), 1, 100), customer=make_customer("Other GmbH"))
	refused(agreed("Refund", 40, about=invoice), "another customer")


def test_redress_that_nobody_agreed_to():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)), agree=False)
	with pytest.raises(frappe.ValidationError, match="once the redress was Accepted"):
		make(case, "Credit Note")


def test_a_draft_that_was_raised_is_not_submitted():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.items[0].rate = 90
	note.save()
	with pytest.raises(frappe.ValidationError, match="more than the"):
		note.submit()
	assert row_of(case).state == "Accepted"


def test_an_unpaid_invoice_is_told():
	frappe.clear_messages()
	make(agreed("Refund", 40, about=sell((make_item(), 1, 100))), "Credit Note")
	assert "Nothing of" in str(frappe.get_message_log())


# Who may, and what REST can't fake


def test_who_makes_it_needs_erpnexts_permission():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	agent = make_user("agent")
	with pytest.raises(frappe.PermissionError):
		as_user(agent, lambda: make(case, "Credit Note"))
	assert as_user(agent, lambda: redress_documents.get_kinds(case.name, case.redress[0].name)) == []
	both = make_user("clerk", "Complaint Agent", "Accounts User")
	names = [
		row["name"]
		for row in as_user(both, lambda: redress_documents.get_kinds(case.name, case.redress[0].name))
	]
	assert names == ["Credit Note", "Price Reduction", "Compensation"]
	note = as_user(both, lambda: make(case, "Credit Note"))
	assert note.owner == both
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Restricted")
	for call in (redress_documents.get_kinds, lambda *a: redress_documents.get_dialog(*a, "Credit Note")):
		with pytest.raises(frappe.PermissionError):
			as_user(both, lambda call=call: call(case.name, case.redress[0].name))


def test_a_document_does_not_name_itself_redress():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	row = row_of(case)
	other = sell((make_item(), 1, 5), submit=False, complaint=case.name, complaint_redress=row.name)
	assert not other.complaint and not other.complaint_redress
	other.complaint, other.complaint_redress = case.name, row.name
	other.save()
	other.submit()
	assert not frappe.db.get_value("Sales Invoice", other.name, "complaint")
	assert row_of(case).state == "Accepted"


def test_what_stands_in_the_books_is_changed_there_first():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	doc = frappe.get_doc("Complaint", case.name)
	for state in ("Implemented", "Cancelled"):
		doc.reload()
		doc.redress[0].state, doc.assessment_reason = state, "why not"
		with pytest.raises(frappe.ValidationError, match="still open"):
			doc.save()
	note.submit()
	doc.reload()
	doc.redress[0].state, doc.assessment_reason = "Accepted", "why not"
	with pytest.raises(frappe.ValidationError, match="stands in the books"):
		doc.save()


def test_an_open_form_does_not_undo_what_was_submitted_meanwhile():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	form = frappe.get_doc("Complaint", case.name)
	note.submit()
	form.customer_reference = "typed meanwhile"
	with pytest.raises(frappe.TimestampMismatchError):
		form.save()


def test_the_dialog_knows_the_invoice_its_lines_and_what_is_left():
	invoice = sell((make_item(), 3, 100), (make_item("Lid"), 1, 5))
	make(agreed("Refund", 100, about=invoice), "Credit Note", lines=[{"item_code": make_item(), "qty": 1}])
	case = agreed("Refund", 10, about=invoice, item=make_item())
	fields = {
		f["fieldname"]: f
		for f in redress_documents.get_dialog(case.name, case.redress[0].name, "Credit Note")
	}
	assert fields["source"]["default"] == invoice.name and fields["source"]["filters"]["docstatus"] == 1
	rows = [(line["item_code"], line["left"], line["qty"]) for line in fields["lines"]["data"]]
	assert rows == [(make_item(), 2, 2), ("Lid", 1, 0)]


# The currency in which the customer's account is kept


def in_dollars(**values):
	"""An invoice over 100 USD at two EUR a dollar, owed in EUR."""
	allowed = "allow_multi_currency_invoices_against_single_party_account"
	frappe.db.set_single_value("Accounts Settings", allowed, 1)
	invoice = sell((make_item(), 1, 100), currency="USD", conversion_rate=2, **values)
	assert (invoice.party_account_currency, invoice.outstanding_amount) == ("EUR", 200)
	return invoice


def pay(invoice, euros: float) -> None:
	entry = frappe.new_doc("Journal Entry")
	entry.update({"voucher_type": "Journal Entry", "company": COMPANY, "posting_date": frappe.utils.today()})
	about = {"reference_type": invoice.doctype, "reference_name": invoice.name}
	party = {"party_type": "Customer", "party": invoice.customer}
	entry.append("accounts", {"account": expense_account(), "debit_in_account_currency": euros})
	entry.append(
		"accounts", {"account": invoice.debit_to, "credit_in_account_currency": euros, **party, **about}
	)
	entry.insert().submit()


def test_what_is_still_owed_is_compared_in_the_currency_of_the_invoice():
	invoice = in_dollars()
	pay(invoice, 120)  # 60 USD; owed are 40 USD, which ERPNext keeps as 80 EUR
	frappe.clear_messages()
	note = make(agreed("Refund", 70, about=invoice, currency="USD"), "Credit Note")
	assert note.update_outstanding_for_self, "70 are more than the 40 that are still owed"
	(said,) = [str(each) for each in frappe.get_message_log() if "was paid" in str(each)]
	assert "Only" in said and "60" in said


def test_of_an_invoice_in_another_currency_nothing_is_paid_until_it_is():
	frappe.clear_messages()
	note = make(agreed("Refund", 70, about=in_dollars(), currency="USD"), "Credit Note")
	assert not note.update_outstanding_for_self
	assert "Nothing of" in str(frappe.get_message_log())


# Confidential cases


def seen_by_a_seller(document) -> str:
	"""All that somebody who reads the document and no complaints gets of it by REST and on its form."""
	user = make_user("bookkeeper", "Sales User", "Accounts User", "Stock User")

	def look() -> str:
		frappe.local.response = frappe._dict({"docs": []})
		getdoc(document.doctype, document.name)
		return frappe.as_json([client.get(document.doctype, document.name), frappe.response])

	found = as_user(user, look)
	assert document.name in found
	return found


@pytest.mark.parametrize("confidentiality", ["Confidential", "Restricted"])
def test_whoever_reads_the_books_does_not_read_the_name_of_a_confidential_case(confidentiality):
	documents = []
	invoice = sell((make_item(), 1, 100))
	for kind, remedy, more in (
		("Credit Note", "Refund", {}),
		("Compensation", "Compensation", {"expense_account": expense_account()}),
		("Replacement Order", "Replacement", {}),
		("Replacement Delivery", "Replacement", {}),
	):
		case = agreed(remedy, 40, about=invoice, item=make_item(), confidentiality=confidentiality)
		document = make(case, kind, **more)
		assert case.name not in seen_by_a_seller(document)
		documents.append((case, document))
	for case, document in documents:
		document.submit()
		document.reload()
		assert case.name not in seen_by_a_seller(document)
		# and the case knows all the same what became of it
		assert row_of(case).state == ("Accepted" if document.doctype == "Sales Order" else "Implemented")
		document.cancel()
		assert row_of(case).state == "Accepted"


def test_what_is_refused_names_no_case():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)), confidentiality="Confidential")
	note = make(case, "Credit Note")
	note.items[0].rate = 90
	note.save()
	with pytest.raises(frappe.ValidationError, match="more than the") as refusal:
		note.submit()
	assert case.name not in str(refusal.value)


def test_a_case_that_becomes_confidential_is_named_no_more():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	assert case.name in seen_by_a_seller(note)
	edit(case, confidentiality="Confidential")
	assert case.name not in seen_by_a_seller(note)
	edit(case, confidentiality="Normal")
	assert case.name in seen_by_a_seller(note)
	note.reload()
	note.cancel()
	assert row_of(case).state == "Accepted"


def test_an_amended_document_is_not_taken_where_the_row_may_have_none():
	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	note.cancel()
	doc = frappe.get_doc("Complaint", case.name)
	redress.take_step(case.name, doc.redress[0].name, "Decline", {"reason": "They do not want it any more."})
	amended = frappe.copy_doc(note)
	amended.update({"amended_from": note.name, "docstatus": 0})
	amended.insert()
	assert not row_of(case).document_name


# Compensation


def test_compensation_is_an_expense_credited_to_the_customer():
	case = agreed("Compensation", 75)
	entry = make(case, "Compensation", expense_account=expense_account())
	entry.submit()
	receivable = frappe.get_cached_value("Company", COMPANY, "default_receivable_account")
	assert ledger(entry) == {expense_account(): 75, receivable: -75}
	row = row_of(case)
	assert (row.state, row.cost) == ("Implemented", 75)
	entry.cancel()
	assert row_of(case).state == "Accepted"


def test_compensation_in_another_currency_costs_at_the_rate_of_the_day():
	frappe.get_doc(
		{
			"doctype": "Currency Exchange",
			"date": "2020-01-01",
			"from_currency": "USD",
			"to_currency": "EUR",
			"exchange_rate": 0.5,
		}
	).insert()
	case = agreed("Compensation", 30, currency="USD")
	entry = make(case, "Compensation", expense_account=expense_account())
	for line in entry.accounts:
		for name in ("debit", "credit", "debit_in_account_currency", "credit_in_account_currency"):
			line.set(name, line.get(name) * 10)
	with pytest.raises(frappe.ValidationError, match="more than the"):
		entry.submit()
	entry = frappe.get_doc(entry.doctype, entry.name)
	entry.submit()
	assert frappe.db.get_value("Complaint", case.name, "redress_cost") == 15 == entry.total_debit


def test_compensation_with_an_account_of_nobody():
	case = agreed("Compensation", 75)
	refused(case, "Choose the Expense Account", "Compensation")
	refused(case, "no account of", "Compensation", expense_account="Nowhere")
	refused(case, "no account of", "Compensation", expense_account={"a": 1})


@pytest.mark.parametrize("hidden", [False, True])
def test_an_anonymised_complaint_is_not_found_by_its_credit_note(hidden):
	from cms_iso10002.complaints import erasing

	case = agreed("Refund", 40, about=sell((make_item(), 1, 100)))
	note = make(case, "Credit Note")
	note.submit()
	frappe.db.set_value("Customer", case.customer, "customer_type", "Individual")
	if hidden:
		edit(case, confidentiality="Confidential")
	erasing.erase(frappe.get_doc("Complaint", case.name))
	assert frappe.db.get_value("Sales Invoice", note.name, ["complaint", "complaint_redress"]) == (None, None)
	assert not row_of(case).document_name and row_of(case).cost == 40


# Which lines are meant


def two_lines():
	return sell((make_item(), 3, 40), (make_item("Lid"), 2, 10))


def lines_of(case) -> list[dict]:
	"""The lines as the dialog shows them, and sends them back."""
	fields = redress_documents.get_dialog(case.name, case.redress[0].name, "Credit Note")
	return next(field for field in fields if field["fieldname"] == "lines")["data"]


def test_only_the_lines_that_are_ticked_count_where_any_is():
	case = agreed("Refund", 20, about=two_lines())
	kettle, lid = lines_of(case)
	note = make(case, "Credit Note", lines=[kettle, {**lid, "__checked": 1}])
	assert [line.item_code for line in note.items] == ["Lid"] and note.grand_total == -20


@pytest.mark.parametrize("none", [0, "0", "", None])
def test_no_quantity_is_none_of_it(none):
	case = agreed("Refund", 20, about=two_lines())
	kettle, lid = lines_of(case)
	refused(case, "No line has a quantity", lines=[{**kettle, "qty": none}, {**lid, "qty": none}])
	note = make(case, "Credit Note", lines=[{**kettle, "qty": none}, lid])
	assert [line.item_code for line in note.items] == ["Lid"]
	case = agreed("Refund", 20, about=two_lines())
	kettle, lid = lines_of(case)
	refused(case, "No line has a quantity", lines=[{**kettle, "qty": none, "__checked": 1}, lid])


@pytest.mark.parametrize("qty", ["abc", "nan", [1], {"a": 1}])
def test_what_is_no_number_is_no_quantity(qty):
	case = agreed("Refund", 20, about=two_lines())
	refused(case, "is no quantity: enter a number", lines=[{**lines_of(case)[0], "qty": qty}])


def test_the_dialog_says_how_much_was_granted():
	case = agreed("Refund", 20, about=two_lines())
	for kind in ("Credit Note", "Price Reduction", "Compensation"):
		(granted,) = (
			field
			for field in redress_documents.get_dialog(case.name, case.redress[0].name, kind)
			if field["fieldname"] == "granted"
		)
		assert "20" in granted["default"] and "€" in granted["default"] and granted["read_only"]


# A reduced price takes no goods back


def returnable(invoice) -> list[float]:
	"""What ERPNext's own return offers of each line."""
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	return [-line.qty for line in make_sales_return(invoice.name).items]


def test_a_reduced_price_leaves_the_goods_to_be_returned():
	invoice = sell((make_item(), 3, 40))
	note = make(agreed("Price Reduction", 20, about=invoice), "Price Reduction")
	note.submit()
	assert [(line.item_code, line.sales_invoice_item, line.qty, line.rate) for line in note.items] == [
		(None, None, -1, 20)
	]
	assert make_item() in note.items[0].item_name
	assert returnable(invoice) == [3]
	assert frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount") == 100
	again = make(agreed("Refund", 30, about=invoice), "Credit Note")
	again.submit()
	assert again.grand_total == -30


def test_a_price_is_reduced_again_until_nothing_is_left():
	invoice = sell((make_item(), 3, 40), tax=19)  # 142.80
	for amount in (100, 42.8):
		make(agreed("Price Reduction", amount, about=invoice), "Price Reduction")
	refused(agreed("Price Reduction", 0.01, about=invoice), "is more than the", "Price Reduction")
	refused(agreed("Refund", 1, about=invoice), "is more than the .*0.00")


def test_a_price_is_reduced_of_goods_that_came_back_in_part():
	invoice = sell((make_item(), 3, 40))
	make(agreed("Refund", 80, about=invoice), "Credit Note").submit()
	refused(agreed("Price Reduction", 41, about=invoice), "is more than the .*40", "Price Reduction")
	make(agreed("Price Reduction", 40, about=invoice), "Price Reduction").submit()


def test_the_whole_price_is_reduced_and_the_goods_stay():
	invoice = sell((make_item(), 3, 40), (make_item("Lid"), 1, 10), tax=19)
	note = make(agreed("Price Reduction", invoice.grand_total, about=invoice), "Price Reduction")
	note.submit()
	assert ledger(note) == {account: -amount for account, amount in ledger(invoice).items()}
	assert returnable(invoice) == [3, 1]
