"""*Create → Complaint* at the desk: on an Issue, once, and on a Customer."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.browser.test_agent import csrf


@pytest.fixture
def desk(page, login):
	login(page)
	return page


def make(page, doctype: str, **values) -> str:
	answer = page.request.post(f"/api/resource/{doctype}", headers=csrf(page), data=values)
	assert answer.ok, answer.text()
	return answer.json()["data"]["name"]


def make_customer(page) -> str:
	return make(
		page,
		"Customer",
		customer_name=f"Kettle Fans {uuid.uuid4().hex[:6]}",
		customer_type="Company",
		customer_group="Commercial",
		territory="Germany",
	)


def create_complaint(page) -> None:
	"""Opens the form's menu *Create* and chooses *Complaint*."""
	page.locator('.inner-group-button[data-label="Create"] > button:visible').click()
	page.locator('.inner-group-button[data-label="Create"] .dropdown-item', has_text="Complaint").click()


def test_an_issue_becomes_a_complaint_once(desk, shot):
	issue = make(
		desk,
		"Issue",
		subject="Kettle leaks",
		description="<p>It leaks.</p>",
		raised_by="grace@kettle-fans.test",
		customer=make_customer(desk),
	)
	desk.goto(f"/app/issue/{issue}")
	create_complaint(desk)
	desk.wait_for_url(re.compile(r"/complaint/CMP-"))
	complaint = desk.url.rsplit("/", 1)[-1]
	desk.wait_for_function("cur_frm && cur_frm.doctype === 'Complaint' && !cur_frm.is_new()")
	assert desk.evaluate("cur_frm.doc.complainant_email") == "grace@kettle-fans.test"
	shot("complaint-from-issue")
	desk.goto(f"/app/issue/{issue}")
	link = desk.get_by_role("button", name=f"Complaint {complaint}")
	link.wait_for()
	assert not desk.locator(
		'.inner-group-button[data-label="Create"] .dropdown-item', has_text="Complaint"
	).count()
	shot("issue-with-complaint")
	link.click()
	desk.wait_for_url(re.compile(rf"/complaint/{complaint}"))


def test_a_customers_complaint_opens_filled_in(desk, shot):
	customer = make_customer(desk)
	desk.goto(f"/app/customer/{customer}")
	create_complaint(desk)
	desk.wait_for_url(re.compile(r"/complaint/new-complaint"))
	desk.wait_for_function("cur_frm && cur_frm.doctype === 'Complaint' && cur_frm.doc.territory")
	doc = desk.evaluate("cur_frm.doc")
	assert doc["customer"] == doc["customer_name"] == doc["complainant_name"] == customer
	assert (doc["customer_group"], doc["territory"]) == ("Commercial", "Germany")
	assert doc["company"] and doc["__islocal"]
	shot("complaint-from-customer")
