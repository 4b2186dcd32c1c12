"""Others affected: who bought the same and did not complain; listed, exported, told once."""

from __future__ import annotations

from io import BytesIO

import frappe
import pytest
from openpyxl import load_workbook

from cms_iso10002.complaints import clock, correspondence, others_affected
from tests.site import mails
from tests.site.factories import as_user, edit, kinds, make_complaint, make_customer, make_item, make_user

COMPANY = "Complaints Demo Ltd"
NUMBER = iter(range(1, 100_000))


def sold(customer: str, doctype: str = "Sales Invoice", line: dict | None = None, **values) -> str:
	"""A submitted document with one line, as it stands in the tables, ten days ago."""
	name = f"OTH-{next(NUMBER)}"
	head = {
		"name": name,
		"customer": make_customer(customer),
		"company": COMPANY,
		"docstatus": 1,
		"is_return": 0,
		"posting_date": frappe.utils.add_days(clock.today(), -10),
		**values,
	}
	row = {
		"name": f"{name}-1",
		"parent": name,
		"parenttype": doctype,
		"parentfield": "items",
		"item_code": make_item(),
		**(line or {}),
	}
	frappe.db.bulk_insert(doctype, list(head), [tuple(head.values())])
	frappe.db.bulk_insert(f"{doctype} Item", list(row), [tuple(row.values())])
	return name


def email_of(customer: str, address: str) -> None:
	frappe.db.set_value("Customer", make_customer(customer), "email_id", address)


def case(**row):
	return make_complaint(subjects=[{"item_code": make_item(), **row}])


def found(doc, **more) -> list[str]:
	return [row["customer"] for row in others_affected.find(doc.name, **more)]


@pytest.fixture
def seller():
	"""Somebody who handles complaints and may read customers and invoices."""
	return make_user("seller", "Complaint Manager", "Sales User", "Accounts User")


# found ---------------------------------------------------------------------------------------------------


def test_a_list_that_would_leave_out_customers_is_refused():
	doc = case()
	clerk = make_user("clerk3", "Complaint Manager", "Sales User")
	sold("Quiet KG", "Delivery Note")
	assert as_user(clerk, lambda: found(doc)) == ["Quiet KG"]
	sold("Other AG")
	with pytest.raises(frappe.PermissionError, match="Sales Invoice tells of others who bought it"):
		as_user(clerk, lambda: found(doc))


def test_who_bought_it_and_did_not_complain():
	doc = case()
	sold("Muster GmbH")  # who complained
	first, later = sold("Other AG"), sold("Other AG", "Delivery Note", posting_date=clock.today())
	sold("Quiet KG")
	make_complaint(customer=make_customer("Loud KG"), subjects=[{"item_code": make_item()}])
	sold("Loud KG")
	rows = others_affected.find(doc.name)
	assert [row["customer"] for row in rows] == ["Other AG", "Quiet KG"]
	assert rows[0]["documents"] == [later, first] and rows[0]["number"] == 2
	assert rows[0]["last_on"] == clock.today() and rows[0]["told_on"] is None


@pytest.mark.parametrize(
	"values",
	[
		{"docstatus": 0},
		{"docstatus": 2},
		{"is_return": 1},
		{"company": "Another"},
		{"posting_date": "2001-01-01"},
		{"line": {"item_code": "Toaster"}},
	],
	ids=lambda values: next(iter(values)),
)
def test_who_did_not_really_buy_it_then(values):
	sold("Other AG", **values)
	assert found(case()) == []


def test_a_confidential_complaint_of_theirs_counts_and_is_not_told_of():
	sold("Hidden KG")
	hidden = make_complaint(customer=make_customer("Hidden KG"), subjects=[{"item_code": make_item()}])
	edit(hidden, confidentiality="Restricted", handler=make_user("agent"))
	assert found(case()) == []


def test_the_period_is_inclusive():
	sold("Other AG", posting_date="2026-02-01")
	doc = case()
	assert found(doc, from_date="2026-02-01", to_date="2026-02-01") == ["Other AG"]
	assert found(doc, from_date="2026-02-02", to_date="2026-03-01") == []


def make_batch(name: str) -> str:
	if not frappe.db.exists("Batch", name):
		row = {"name": name, "batch_id": name, "item": make_item()}
		frappe.db.bulk_insert("Batch", list(row), [tuple(row.values())])
	return name


def make_serial(name: str) -> str:
	if not frappe.db.exists("Serial No", name):
		row = {"name": name, "serial_no": name, "item_code": make_item()}
		frappe.db.bulk_insert("Serial No", list(row), [tuple(row.values())])
	return name


def bundle(**entry) -> str:
	name = f"OTHB-{next(NUMBER)}"
	row = {"name": f"{name}-1", "parent": name, "parenttype": "Serial and Batch Bundle", **entry}
	frappe.db.bulk_insert("Serial and Batch Entry", list(row), [tuple(row.values())])
	return name


def test_a_batch_stands_on_the_line_or_in_its_bundle():
	doc = case(batch_no=make_batch("B1"))
	sold("Line KG", line={"batch_no": "B1"})
	sold("Bundle KG", "Delivery Note", line={"serial_and_batch_bundle": bundle(batch_no="B1")})
	sold("Other KG", line={"batch_no": "B2"})
	sold("None KG")
	assert found(doc, by="Batch") == ["Bundle KG", "Line KG"]


def test_a_serial_number_is_a_whole_line():
	doc = case(serial_no=make_serial("S_1"))
	sold("One KG", line={"serial_no": "S_1"})
	sold("Middle KG", line={"serial_no": "S0\nS_1\nS2"})
	sold("Bundle KG", line={"serial_and_batch_bundle": bundle(serial_no="S_1")})
	sold("Longer KG", line={"serial_no": "S_10\nXS_1"})
	sold("Wild KG", line={"serial_no": "SA1"})
	assert found(doc, by="Serial No") == ["Bundle KG", "Middle KG", "One KG"]


@pytest.mark.parametrize(
	("asked", "says"),
	[
		({"by": "Colour"}, "Look for others by"),
		({"by": "Batch"}, "names no Batch"),
		({"from_date": "2026-03-02", "to_date": "2026-03-01"}, "ends before it starts"),
		({"from_date": "1990-01-01"}, "days at most"),
		({"from_date": "yesterday"}, "dates such as"),
	],
)
def test_what_can_not_be_asked(asked, says):
	with pytest.raises(frappe.ValidationError, match=says):
		others_affected.find(case().name, **asked)


def test_too_many_are_refused_in_one_sentence(monkeypatch):
	from cms_iso10002.erpnext_bridge import others_affected as bridge

	monkeypatch.setattr(bridge, "MOST_LINES", 1)
	sold("Other AG")
	sold("Quiet KG")
	with pytest.raises(frappe.ValidationError, match="choose a shorter period"):
		found(case())


def test_who_reads_no_customers_finds_nobody():
	sold("Other AG")
	doc = case()
	user = make_user("plain", "Complaint Agent")
	with pytest.raises(frappe.PermissionError, match="you need to read customers"):
		as_user(user, lambda: others_affected.find(doc.name))
	edit(doc, confidentiality="Restricted", handler=make_user("agent2"))
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: others_affected.find(doc.name))


# exported ------------------------------------------------------------------------------------------------


def test_the_file_holds_the_list_and_no_formulas(seller):
	sold("=cmd|' /C calc'!A0")
	sold("Ökö AG")
	doc = case()
	as_user(seller, lambda: others_affected.export(doc.name))
	assert frappe.response["filename"] == f"others-affected-{doc.name}.csv"
	text = frappe.response["filecontent"].decode("utf-8-sig")
	lines = text.strip().splitlines()
	assert lines[0].split(",")[0].strip('"') == "Customer" and len(lines) == 3
	assert "Ökö AG" in text and "\"'=cmd" in text.replace("'\"", "\"'")
	as_user(seller, lambda: others_affected.export(doc.name, file_type="XLSX"))
	sheet = load_workbook(BytesIO(frappe.response["filecontent"])).active
	assert [row[1].value for row in sheet.iter_rows(min_row=2)][1] == "Ökö AG"
	assert frappe.db.count("Access Log", {"reference_document": doc.name}) == 2


def test_files_of_other_kinds_and_for_others_are_none():
	with pytest.raises(frappe.ValidationError, match="CSV or XLSX"):
		others_affected.export(case().name, file_type="PDF")


# told ----------------------------------------------------------------------------------------------------


def told(doc, *customers, **more) -> dict:
	return others_affected.notify(
		doc.name, list(customers), "Your kettle", "Please <check> the seal.", **more
	)


def test_they_are_told_once_and_nobody_hears_of_the_complaint(seller):
	doc = case()
	for name in ("Other AG", "Quiet KG", "Mute KG"):
		sold(name)
	email_of("Other AG", "other@ag.test")
	email_of("Quiet KG", "quiet@kg.test")
	done = as_user(seller, lambda: told(doc, "Other AG", "Mute KG", "Muster GmbH"))
	assert done["told"] == 1
	assert {row["customer"]: row["why"] for row in done["left"]} == {
		"Mute KG": "has no e-mail address",
		"Muster GmbH": "is not among those who bought it and did not complain",
	}
	record = frappe.get_last_doc("Complaint Other Affected", {"complaint": doc.name})
	mail = frappe.get_doc("Communication", record.communication)
	assert (mail.reference_doctype, mail.reference_name) == ("Customer", "Other AG")
	assert "<check>" not in mail.content and doc.name not in mail.content
	queued = frappe.get_doc("Email Queue", {"communication": mail.name})
	assert [row.recipient for row in queued.recipients] == ["other@ag.test"]
	assert kinds(doc)[-1] == "others_told"
	again = as_user(seller, lambda: told(doc, "Other AG", "Quiet KG"))
	assert again["told"] == 1 and again["left"][0]["why"] == "was told already"
	rows = {row["customer"]: row["told_on"] for row in others_affected.find(doc.name)}
	assert rows["Other AG"] and rows["Quiet KG"] and not rows["Mute KG"]


def test_they_are_written_to_as_by_letter(seller):
	"""From the address of letters, whatever newsletters they want, with an answer that comes in where complaints do."""
	mails.make_mailbox(outgoing_email_account=mails.MAILBOX)
	doc = case()
	sold("Other AG")
	email_of("Other AG", "other@ag.test")
	frappe.db.set_value("Customer", "Other AG", "language", "de")
	frappe.get_doc(
		{
			"doctype": "Email Unsubscribe",
			"email": "other@ag.test",
			"global_unsubscribe": 1,
		}
	).insert()
	assert as_user(seller, lambda: told(doc, "Other AG"))["told"] == 1
	record = frappe.get_last_doc("Complaint Other Affected", {"complaint": doc.name})
	mail = frappe.get_doc("Communication", record.communication)
	address = frappe.db.get_value("Email Account", mails.MAILBOX, "email_id")
	assert mail.sender == address and mail.sender_full_name != "seller"
	queued = frappe.get_doc("Email Queue", {"communication": mail.name})
	assert [row.recipient for row in queued.recipients] == ["other@ag.test"]
	assert address in queued.sender and "queue.unsubscribe" not in queued.message
	assert "Reply-To" in queued.message and doc.name not in queued.message


def test_without_an_account_nobody_is_told(seller, monkeypatch):
	monkeypatch.setattr(correspondence.EmailAccount, "find_outgoing", lambda **more: None)
	doc = case()
	sold("Other AG")
	email_of("Other AG", "other@ag.test")
	with pytest.raises(frappe.ValidationError, match="No outgoing Email Account"):
		as_user(seller, lambda: told(doc, "Other AG"))


@pytest.mark.parametrize("customers", ["none", [], [1], "[]", ["x"] * 201])
def test_who_is_told_is_chosen(customers):
	with pytest.raises(frappe.ValidationError, match=r"from the list|choose fewer"):
		others_affected.notify(case().name, customers, "s", "m")


def test_nobody_is_sent_nothing_and_only_a_manager_writes():
	doc = case()
	with pytest.raises(frappe.ValidationError, match="subject and a message"):
		others_affected.notify(doc.name, ["Other AG"], " ", "m")
	with pytest.raises(frappe.PermissionError, match="Complaint Manager"):
		as_user(make_user("agent"), lambda: told(doc, "Other AG"))


def test_nobody_writes_down_by_hand_who_was_told():
	doc = frappe.get_doc(
		{"doctype": "Complaint Other Affected", "complaint": case().name, "customer": make_customer()}
	)
	with pytest.raises(frappe.ValidationError, match="Use Others Affected"):
		doc.insert()
