"""From a Sales Invoice to a complaint, to its credit note, to the closed complaint, by the buttons of the forms."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.browser.portal import site_today
from tests.browser.test_agent import PASSWORD, csrf, open_form, wait_for_state
from tests.browser.test_bridge import create_complaint, make, make_customer

pytestmark = pytest.mark.erpnext

COMPANY = "Complaints Demo Ltd"
CLERK = "browser.clerk@complaints.test"
CHECKER = "browser.checker@complaints.test"
ROLES = ("Complaint Agent", "Complaint Investigator", "Complaint Manager", "Accounts User", "Sales User")


def call(page, method: str, **data):
	answer = page.request.post(f"/api/method/{method}", headers=csrf(page), data=data)
	assert answer.ok, answer.text()
	return answer.json().get("message")


def act(page, complaint: str, action: str, **data) -> None:
	call(
		page,
		"cms_iso10002.complaints.actions.apply_action",
		complaint=complaint,
		action=action,
		data=data,
	)


def put(page, doctype: str, name: str, **values) -> None:
	answer = page.request.put(f"/api/resource/{doctype}/{name}", headers=csrf(page), data=values)
	assert answer.ok, answer.text()


def person(page, email: str) -> None:
	"""Somebody with the roles of this test; site tests take roles away from whom they do not know."""
	roles = [{"role": role} for role in ROLES]
	if page.request.get(f"/api/resource/User/{email}").ok:
		put(page, "User", email, roles=roles)
	else:
		make(
			page,
			"User",
			email=email,
			first_name=email.split("@")[0],
			send_welcome_email=0,
			new_password=PASSWORD,
			language="en",
			roles=roles,
		)


def books_are_open(page) -> None:
	"""A fiscal year for today; one that is there already is left as it is."""
	year = site_today().year
	found = page.request.get(f'/api/resource/Fiscal Year?filters=[["year_end_date",">=","{year}-12-31"]]')
	if not found.json()["data"]:
		make(
			page,
			"Fiscal Year",
			year=str(year),
			year_start_date=f"{year}-01-01",
			year_end_date=f"{year}-12-31",
		)


def kettles_are_sold(page) -> None:
	if page.request.get("/api/resource/Item/Kettle").ok:
		return
	group = page.request.get('/api/resource/Item Group?filters=[["is_group","=",0]]&order_by=lft')
	make(
		page,
		"Item",
		item_code="Kettle",
		item_name="Kettle",
		item_group=group.json()["data"][0]["name"],
		stock_uom="Nos",
		is_stock_item=0,
	)


@pytest.fixture
def invoice(page, login):
	"""A submitted invoice over two kettles; taken away afterwards with what was credited against it."""
	login(page)
	books_are_open(page)
	kettles_are_sold(page)
	for email in (CLERK, CHECKER):
		person(page, email)
	name = make(
		page,
		"Sales Invoice",
		customer=make_customer(page),
		company=COMPANY,
		docstatus=1,
		items=[{"item_code": "Kettle", "qty": 2, "rate": 60}],
	)
	yield name
	page.goto("about:blank")  # what the form still loads would bring back the other user's session
	page.wait_for_timeout(1000)
	login(page)
	credited = page.request.get(f'/api/resource/Sales Invoice?filters=[["return_against","=","{name}"]]')
	for each in [*(row["name"] for row in credited.json()["data"]), name]:
		call(page, "frappe.client.cancel", doctype="Sales Invoice", name=each)
		call(page, "frappe.client.delete", doctype="Sales Invoice", name=each)


def press_redress(page, label: str) -> None:
	page.locator('.inner-group-button[data-label="Redress"] > button:visible').click()
	page.locator('.inner-group-button[data-label="Redress"] .dropdown-item', has_text=label).first.click()


def confirm(page, label: str) -> None:
	page.locator(".modal.show .btn-modal-primary, .modal.show .btn-primary", has_text=label).last.click()


def test_a_credit_note_for_what_was_invoiced(page, login, invoice, shot):
	login(page, CLERK, PASSWORD)
	page.goto(f"/app/sales-invoice/{invoice}")
	page.wait_for_function("n => window.cur_frm && cur_frm.doc.name === n", arg=invoice)
	create_complaint(page)
	page.wait_for_url(re.compile(r"/complaint/new-complaint"))
	page.wait_for_function("cur_frm && cur_frm.doctype === 'Complaint' && cur_frm.doc.territory")
	rows = page.evaluate("cur_frm.doc.subjects.map(r => [r.reference_name, r.item_code, r.qty])")
	assert rows == [[invoice, "Kettle", 2]]
	page.evaluate(
		"""words => cur_frm.set_value({
			subject: words, description: "<p>They leak.</p>", channel: "Phone", complainant_phone: "+49 30 1234567",
			complainant_name: "Erika Muster", severity: "Minor", complexity: "Low", impact: "Low",
			safety_implication: "No", immediate_action_needed: "No", conflict_check: "None Found",
		})""",
		f"Kettles leak {uuid.uuid4().hex[:6]}",
	)
	page.evaluate("() => cur_frm.add_child('redress', {remedy: 'Refund', amount: 120, currency: 'EUR'})")
	page.evaluate("() => cur_frm.save()")
	page.wait_for_url(re.compile(r"/complaint/CMP-"))
	page.wait_for_function("() => !cur_frm.is_new() && !cur_frm.is_dirty()")
	name = page.evaluate("cur_frm.doc.name")
	shot("complaint-from-invoice")

	act(page, name, "Acknowledge", channel="Phone")
	act(page, name, "Assess")
	put(page, "Complaint", name, investigator=CLERK, findings="<p>The seal was missing.</p>")
	act(page, name, "Investigate")
	act(page, name, "Decide", outcome="Upheld", reasons="The seals were missing; you get your money back.")
	act(page, name, "Send Response", channel="Phone")
	act(page, name, "Record Acceptance", words="Thank you.")

	open_form(page, name)
	page.locator('.inner-group-button[data-label="Redress"]').wait_for()
	press_redress(page, "Create Document")
	page.locator('.modal.show [data-fieldname="kind"] select').select_option("Credit Note")
	shot("redress-kind")
	confirm(page, "Next")
	page.locator('.modal.show [data-fieldname="lines"] .grid-row[data-idx="1"]').wait_for()
	assert page.locator('.modal.show [data-fieldname="source"] input').input_value() == invoice
	shot("redress-credit-note")
	confirm(page, "Create Draft")
	page.wait_for_url(re.compile(r"/sales-invoice/ACC-"))
	page.wait_for_function(
		"() => window.cur_frm && cur_frm.doctype === 'Sales Invoice' && cur_frm.doc.is_return"
	)
	note = page.evaluate("cur_frm.doc")
	assert (note["return_against"], note["complaint"], note["grand_total"]) == (invoice, name, -120)
	page.locator('[data-fieldname="complaint"]:visible').first.wait_for()
	shot("redress-draft")
	put(page, "Sales Invoice", note["name"], docstatus=1)

	open_form(page, name)
	page.wait_for_function(
		"() => cur_frm.doc.redress[0].state === 'Implemented' && cur_frm.doc.redress_cost === 120"
	)
	login(page, CHECKER, PASSWORD)
	open_form(page, name)
	press_redress(page, "Verify")
	confirm(page, "Verify")
	page.wait_for_function("() => cur_frm.doc.redress[0].state === 'Verified'")
	page.evaluate("() => cur_frm.scroll_to_field('redress')")
	page.wait_for_timeout(500)
	shot("redress-verified")
	act(page, name, "Close")
	open_form(page, name)
	wait_for_state(page, "Closed")

	page.goto(f"/app/customer/{note['customer']}")
	page.locator(".complaints-of-customer", has_text="120").wait_for(state="attached")
	page.get_by_role("tab", name="Dashboard").click()
	page.locator(".complaints-of-customer", has_text="120").wait_for()
	shot("customer-complaints")
	page.goto(f"/app/sales-invoice/{invoice}")
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=invoice)
	page.locator('.document-link[data-doctype="Complaint"]').first.wait_for(state="attached")
	# an invoice of an earlier run may have had the same name, and complaints stay
	counted = page.request.get(
		"/api/method/cms_iso10002.erpnext_bridge.dashboards.get_open_count",
		params={"doctype": "Sales Invoice", "name": invoice, "items": '["Complaint"]'},
	)
	assert re.search(r'"count": ?[1-9]', counted.text()), counted.text()
	shot("invoice-connections")


SLOW = "/api/method/ping?slow"


def test_a_form_is_not_left_before_its_scripts_have_run(page, login, invoice):
	"""Another app's script asks the server; ERPNext's own waits for that, and finds the invoice still shown."""
	login(page, CLERK, PASSWORD)
	page.goto(f"/app/sales-invoice/{invoice}")
	page.locator('.inner-group-button[data-label="Create"] .dropdown-item', has_text="Return").wait_for(
		state="attached"
	)
	page.wait_for_function("() => !frappe.request.ajax_count")
	held = []
	page.route(lambda url: url.endswith(SLOW), lambda route: held.append(route))
	page.evaluate(
		"""url => {
			frappe.ui.form.on("Sales Invoice", { refresh() { $.ajax(url); } });
			cur_frm.refresh();
		}""",
		SLOW,
	)
	page.wait_for_function("() => frappe.request.ajax_count === 1")
	create_complaint(page)
	page.wait_for_timeout(2500)
	assert page.evaluate("cur_frm.doctype") == "Sales Invoice"
	(request,) = held
	request.continue_()
	page.wait_for_function("() => cur_frm.doctype === 'Complaint'")
	page.wait_for_function("() => !frappe.request.ajax_count")


def test_a_step_above_the_limit_is_not_offered(page, login, shot):
	login(page)
	for email in (CLERK, CHECKER):
		person(page, email)
	remedy = f"Voucher {uuid.uuid4().hex[:6]}"
	make(
		page,
		"Complaint Remedy",
		remedy_name=remedy,
		type="Goodwill",
		needs_amount=1,
		authority_limits=[
			{"role": "Complaint Auditor", "amount": 10, "currency": "EUR"},
			{"role": "System Manager", "amount": 100, "currency": "EUR"},
		],
	)
	name = make(
		page,
		"Complaint",
		subject="Kettle leaks",
		description="It leaks.",
		channel="Phone",
		complainant_name="Erika Muster",
		complainant_phone="+49 30 1234567",
		redress=[{"remedy": remedy, "basis": "Goodwill", "amount": 50}],
	)
	login(page, CLERK, PASSWORD)
	open_form(page, name)
	page.locator('.inner-group-button[data-label="Redress"] > button:visible').click()
	offered = page.locator('.inner-group-button[data-label="Redress"] .dropdown-item').all_inner_texts()
	assert [text.strip() for text in offered] == ["Cancel"]
	page.keyboard.press("Escape")
	page.evaluate("() => cur_frm.scroll_to_field('redress')")
	page.locator('[data-fieldname="redress"]', has_text="more than your roles may grant").first.wait_for()
	page.wait_for_timeout(1500)
	shot("redress-above-limit")
