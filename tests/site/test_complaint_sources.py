"""Complaints made of sales documents, claims, items and messages; connections and the customer at a glance."""

from __future__ import annotations

import frappe
import pytest
from frappe.handler import execute_cmd
from frappe.utils import add_days, now_datetime, today

from cms_iso10002.complaints import customer_glance
from cms_iso10002.erpnext_bridge import complaint_sources, customer_complaints, dashboards
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	make_complaint,
	make_customer,
	make_item,
	make_user,
)
from tests.site.portal_factories import request

COMPANY = "Complaints Demo Ltd"


@pytest.fixture(autouse=True)
def plain_users():
	"""Frappe makes the first desk user of a site a System Manager, who may do everything."""
	make_user("boss", "System Manager")


def sale(doctype: str, *items: str):
	"""A draft of a sales document; a complaint may be about one that nobody has submitted yet."""
	doc = frappe.new_doc(doctype)
	doc.update({"customer": make_customer(), "company": COMPANY})
	for item in items or (make_item(),):
		doc.append("items", {"item_code": item, "qty": 2, "rate": 10, "uom": "Nos", "delivery_date": today()})
	doc.flags.ignore_validate = doc.flags.ignore_mandatory = True
	doc.insert()
	return doc


def claim(**values):
	return frappe.get_doc(
		{
			"doctype": "Warranty Claim",
			"customer": make_customer(),
			"company": COMPANY,
			"complaint": "<p>It leaks.</p>",
			"item_code": make_item(),
			"complaint_date": add_days(today(), -3),
			**values,
		}
	).insert()


def serial() -> str:
	if not frappe.db.exists("Serial No", "SN-4711"):
		doc = frappe.get_doc(
			{"doctype": "Serial No", "serial_no": "SN-4711", "item_code": make_item(), "company": COMPANY}
		)
		doc.flags.ignore_validate = True
		doc.insert()
	return "SN-4711"


def message(**values):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "ada@kettle-fans.test",
			"sender_full_name": "Ada Example",
			"subject": "It leaks",
			"content": "<p>The kettle leaks.</p>",
			"communication_date": add_days(now_datetime(), -1),
			**values,
		}
	).insert()


def prepared(doctype: str, name: str, user: str | None = None) -> dict:
	return as_user(user or "Administrator", lambda: complaint_sources.make_complaint(doctype, name))


def saved(values: dict, **more):
	"""The form, completed by an agent."""
	doc = frappe.get_doc({**values, "channel": "Phone", "complainant_name": "Erika Muster", **more})
	return doc.insert()


@pytest.mark.parametrize("doctype", ["Sales Order", "Delivery Note", "Sales Invoice"])
def test_of_what_was_sold(doctype):
	document = sale(doctype, make_item(), make_item("Lid"))
	form = prepared(doctype, document.name)
	assert (form["customer"], form["complainant_type"], form["company"]) == (
		make_customer(),
		"Customer",
		COMPANY,
	)
	rows = [(r["item_code"], r["qty"], r["reference_doctype"], r["reference_name"]) for r in form["subjects"]]
	assert rows == [(item, 2, doctype, document.name) for item in (make_item(), "Lid")]
	case = saved(form, subject="Leaks", description="It leaks.")
	counted = dashboards.get_open_count(doctype, document.name, ["Complaint"])
	assert counts_of(counted) == [1]
	assert case.subjects[0].reference_name == document.name


def counts_of(found: dict) -> list[int]:
	return [row["count"] for row in dashboards._rows(found["count"]) if "Complaint" in row.values()]


def test_of_a_warranty_claim_received_on_its_day():
	doc = claim()
	form = prepared("Warranty Claim", doc.name)
	assert form["description"] == "<p>It leaks.</p>" and str(form["received_on"])[:10] == add_days(
		today(), -3
	)
	case = saved(form)
	assert (case.subjects[0].reference_name, case.subjects[0].item_code) == (doc.name, make_item())
	assert counts_of(dashboards.get_open_count("Warranty Claim", doc.name, ["Complaint"])) == [1]


def test_of_a_serial_number_and_an_item():
	form = prepared("Serial No", serial())
	assert [(r["serial_no"], r["item_code"]) for r in form["subjects"]] == [("SN-4711", make_item())]
	saved(form, subject="Leaks", description="It leaks.")
	form = prepared("Item", make_item())
	assert [r["item_code"] for r in form["subjects"]] == [make_item()]
	saved(form, subject="Leaks", description="It leaks.")
	assert counts_of(dashboards.get_open_count("Serial No", "SN-4711", ["Complaint"])) == [1]
	assert counts_of(dashboards.get_open_count("Item", make_item(), ["Complaint"])) == [2]


def test_of_many_lines_names_the_document_only():
	document = sale("Sales Invoice", *[make_item()] * (complaint_sources.MOST_LINES + 1))
	(row,) = prepared("Sales Invoice", document.name)["subjects"]
	assert (row["reference_name"], row.get("item_code")) == (document.name, None)


def test_who_may():
	document = sale("Sales Invoice")
	with pytest.raises(frappe.PermissionError):
		prepared("Sales Invoice", document.name, make_user("agent"))  # sees no invoices
	with pytest.raises(frappe.PermissionError):
		prepared(
			"Item", make_item(), make_user("clerk2", "Stock User", "Item Manager")
		)  # makes no complaints
	with pytest.raises(frappe.ValidationError, match="No complaint is made of a User"):
		prepared("User", "Administrator")
	with pytest.raises(frappe.DoesNotExistError):
		prepared("Item", "Nothing at all")


# what somebody wrote


def test_of_a_message_at_once_and_once():
	mail = message()
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "leak.txt",
			"content": "drip",
			"is_private": 1,
			"attached_to_doctype": "Communication",
			"attached_to_name": mail.name,
		}
	).insert()
	made = complaint_sources.make_complaint_of_communication(mail.name)
	case = frappe.get_doc("Complaint", made["complaint"])
	assert made["created"] and (case.subject, case.channel) == ("It leaks", "E-mail")
	assert (case.complainant_email, case.complainant_name) == ("ada@kettle-fans.test", "Ada Example")
	assert str(case.received_on)[:10] == add_days(today(), -1)
	assert frappe.db.count("File", {"attached_to_doctype": "Complaint", "attached_to_name": case.name}) == 1
	again = complaint_sources.make_complaint_of_communication(mail.name)
	assert again == {"complaint": case.name, "created": False}


def test_of_a_message_that_we_wrote_or_may_not_see():
	with pytest.raises(frappe.ValidationError, match="written by ourselves"):
		complaint_sources.make_complaint_of_communication(message(sent_or_received="Sent").name)
	with pytest.raises(frappe.DoesNotExistError):
		complaint_sources.make_complaint_of_communication("nothing")


# connections and the customer at a glance


@pytest.mark.parametrize("doctype", dashboards.FIELDS)
def test_complaints_are_among_the_connections(doctype):
	data = frappe.get_meta(doctype).get_dashboard_data()
	assert [group["label"] for group in data.transactions if "Complaint" in group["items"]] == ["Complaints"]
	assert data.fieldname and data.non_standard_fieldnames["Complaint"] == dashboards.FIELDS[doctype]


def test_connections_do_not_count_what_is_kept_from_the_user():
	agent = make_user("agent")
	for confidentiality in ("Normal", "Restricted"):
		make_complaint(subjects=[{"item_code": make_item()}], confidentiality=confidentiality)
	assert counts_of(dashboards.get_open_count("Item", make_item(), ["Complaint"])) == [2]
	frappe.get_doc("User", agent).add_roles("Item Manager", "Stock User")
	assert as_user(
		agent, lambda: counts_of(dashboards.get_open_count("Item", make_item(), ["Complaint"]))
	) == [1]
	clerk = make_user("clerk2", "Stock User", "Item Manager")
	assert as_user(
		clerk, lambda: counts_of(dashboards.get_open_count("Item", make_item(), ["Complaint"]))
	) == [0]


def test_nor_do_they_by_the_method_of_frappe():
	make_complaint(subjects=[{"item_code": make_item()}], confidentiality="Restricted")
	clerk = make_user("clerk2", "Stock User", "Item Manager")
	asked = {"doctype": "Item", "name": make_item(), "items": '["Complaint"]'}

	def ask():
		with request(form=asked):
			return counts_of(execute_cmd("frappe.desk.notifications.get_open_count"))

	assert as_user(clerk, ask) == [0]


def test_the_customer_at_a_glance():
	customer = make_customer("Glance GmbH")
	assert customer_complaints.get_summary(customer) == {"total": 0}
	first = make_complaint(
		customer=customer, redress=[{"remedy": "Goodwill Gift", "basis": "Goodwill", "amount": 12}]
	)
	edit(first, redress=[{**first.redress[0].as_dict(), "state": "Implemented"}])
	advance(first, "Response Sent")
	act(first, "Record Acceptance", words="Fine")
	act(first, "Close")
	rate(first, 4)
	last = make_complaint(customer=customer)
	hidden = make_complaint(customer=customer, confidentiality="Restricted")
	seen = customer_complaints.get_summary(customer)
	assert (seen["total"], seen["open"], seen["out_of_scope"]) == (3, 2, 0)
	assert seen["satisfaction"] == {"mean": 4.0, "answers": 1}
	assert seen["redress_cost"] == [{"currency": "EUR", "amount": 12.0}]
	agent = make_user("agent2")
	frappe.get_doc("User", agent).add_roles("Sales User")
	seen = as_user(agent, lambda: customer_complaints.get_summary(customer))
	assert (seen["total"], seen["last"]["name"]) == (2, last.name) and hidden.name not in str(seen)
	clerk = make_user("seller", "Sales User")
	assert as_user(clerk, lambda: customer_complaints.get_summary(customer)) == {}


def test_both_glances_count_alike_and_only_what_lists_show():
	customer = make_customer("Count GmbH")
	answered, out, twin, open_one = (make_complaint(customer=customer) for _ in range(4))
	advance(answered, "Response Sent")
	act(out, "Put Out of Scope", reason="Of another trade.", channel="Phone")
	act(twin, "Mark as Duplicate", duplicate_of=open_one.name, channel="Phone")
	seen = customer_complaints.get_summary(customer)
	assert (seen["total"], seen["open"], seen["out_of_scope"]) == (2, 1, 1)
	beside = customer_glance.get_glance(make_complaint(customer=customer).name)
	assert (beside["open"], beside["all"]) == ("1", "2")
	# by User Permissions, as the list
	agent = make_user("agent2")
	frappe.get_doc("User", agent).add_roles("Sales User")
	categories = frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="lft")
	frappe.db.set_value("Complaint", answered.name, "category", categories[0])
	frappe.db.set_value("Complaint", open_one.name, "category", categories[1])
	frappe.db.set_value(
		"Complaint", {"customer": customer, "category": ("is", "not set")}, "category", categories[1]
	)
	allowed = {"user": agent, "allow": "Complaint Category", "for_value": categories[0]}
	frappe.get_doc({"doctype": "User Permission", **allowed}).insert()
	frappe.clear_cache(user=agent)
	listed = as_user(agent, lambda: frappe.get_list("Complaint", {"customer": customer}, pluck="name"))
	assert listed == [answered.name]
	seen = as_user(agent, lambda: customer_complaints.get_summary(customer))
	assert (seen["total"], seen["open"], seen["last"]["name"]) == (1, 0, answered.name)


def rate(case, overall: int) -> None:
	doc = frappe.new_doc("Complaint Feedback")
	doc.update(
		{"complaint": case.name, "occasion": "Closing", "overall": overall, "submitted_on": now_datetime()}
	)
	doc.flags.from_feedback = True
	doc.insert()
