"""POSTs that come from elsewhere: with no token of our pages or a wrong one they are refused, and leave nothing behind."""

from __future__ import annotations

import json
import os
import re
from itertools import product

import pytest

from tests.browser.portal import PASSWORD, file_complaint, script, word

HEADERS = ("X-Frappe-CSRF-Token", "X-Crisco-CSRF-Token")
METHODS = {
	"file_complaint": {"subject": "FORGED", "description": "x"},
	"add_message": {"text": "FORGED"},
	"upload": {},
	"respond_to_decision": {"answer": "Accepted"},
	"request_review": {},
	"withdraw": {"words": "FORGED"},
	"give_feedback": {"overall": "1"},
	"track": {},
	"download": {"file": "x"},
	"reissue_key": {"email": "x@y.test"},
	"renew_key": {"token": "x"},
}
PAGES = {
	"/complaint/new": {"subject": "FORGED", "description": "x"},
	"/complaint/track": {"do": "withdraw", "words": "FORGED"},
	"/complaint/feedback": {"overall": "1"},
}
STATE = (
	"import frappe, json\nfrappe.init(site={site!r}, sites_path='.')\nfrappe.connect()\n"
	"tables = ('Complaint', 'Complaint Event', 'Communication', 'File', 'Complaint Feedback', 'Email Queue')\n"
	"print(json.dumps([frappe.db.count(table) for table in tables]))\nfrappe.destroy()"
)


pytestmark = pytest.mark.usefixtures("counted_anew")


@pytest.fixture
def customer(desk) -> str:
	email = f"kunde.{word()}@customers.test"
	desk.user(email, "Karla Kundin", user_type="Website User", roles=[{"role": "Customer"}])
	return email


def state() -> list[int]:
	return json.loads(script(STATE).strip().splitlines()[-1])


def token_of(page) -> str:
	"""The token that a form of the page carries."""
	return re.search(r'name="csrf_token" value="([^"]+)"', page.request.get("/complaint/new").text())[1]


def post(page, path: str, form: dict, token: str | None, by_header: bool):
	form, headers = dict(form), {}
	if token is not None:
		if by_header:
			headers = dict.fromkeys(HEADERS, token)
		else:
			form["csrf_token"] = token
	return page.request.post(path, form=form, headers=headers)


def is_refused(answer) -> bool:
	"""Whether Frappe refused a POST. Its first 15 says so on a page it sends with 200; that nothing was done, the tests
	see by `state`."""
	if answer.status == 400:
		return True
	return os.environ.get("CMS_RUNTIME") == "packaged" and "Server Error" in answer.text()


def test_a_session_that_has_a_token_is_refused_without_it(page, login, customer):
	login(page, customer, PASSWORD)
	reference, _key = file_complaint(page, f"Mine {word()}", photo=False)
	before = state()
	for (name, form), (token, by_header) in product(
		METHODS.items(), ((None, False), ("wrong", False), ("wrong", True), ("", False))
	):
		values = {"reference": reference, **form}
		answer = post(page, f"/api/method/cms_iso10002.portal.api.{name}", values, token, by_header)
		assert answer.status == 400, (name, token, answer.text()[:300])
	for (path, form), token in product(PAGES.items(), (None, "wrong")):
		answer = post(page, path, {"reference": reference, **form}, token, False)
		assert is_refused(answer), (path, token)
	assert state() == before
	token = token_of(page)
	answer = post(
		page,
		"/api/method/cms_iso10002.portal.api.withdraw",
		{"reference": reference, "words": "x"},
		token,
		True,
	)
	assert answer.ok and answer.json()["message"]["state"]["code"] == "Withdrawn"


def test_a_session_that_has_no_token_yet_is_refused_as_well(page, login, customer):
	"""Signed in by the login page alone: Frappe has nothing to compare with then, and lets everything pass."""
	login(page, customer, PASSWORD)
	reference, _key = file_complaint(page, f"Mine {word()}", photo=False)
	login(page, customer, PASSWORD)  # a new session
	before = state()
	for (name, form), token in product(METHODS.items(), (None, "wrong")):
		answer = post(
			page,
			f"/api/method/cms_iso10002.portal.api.{name}",
			{"reference": reference, **form},
			token,
			False,
		)
		assert answer.status == 400, (name, answer.text()[:300])
	assert state() == before
	for path, form in PAGES.items():
		login(page, customer, PASSWORD)  # a page makes the session's token
		answer = post(page, path, {"reference": reference, **form}, None, False)
		assert answer.status == 400 or "Please send it once more" in answer.text(), path
	assert state() == before


def test_the_token_of_another_session_opens_nothing(browser, base_url, page, login, customer, desk):
	login(page, customer, PASSWORD)
	reference, _key = file_complaint(page, f"Mine {word()}", photo=False)
	other = f"kunde.{word()}@customers.test"
	desk.user(other, "Otto", user_type="Website User", roles=[{"role": "Customer"}])
	thief = browser.new_context(base_url=base_url).new_page()
	login(thief, other, PASSWORD)
	stolen = token_of(thief)
	thief.context.close()
	before = state()
	for path in ("/api/method/cms_iso10002.portal.api.withdraw", "/complaint/track"):
		answer = post(page, path, {"reference": reference, "do": "withdraw", "words": "x"}, stolen, False)
		assert is_refused(answer), (path, answer.text()[:2000])
	assert state() == before


def test_a_guests_form_without_our_token_comes_back_with_what_was_typed(page):
	filing = {
		"subject": f"FORGED {word()}",
		"description": "Typed by hand & kept",
		"complainant_name": "Gerda",
		"complainant_email": "g@gast.test",
	}
	before = state()
	for token in (None, "", "wrong", "1.2", "١.x", f"9999999999999999.{'0' * 32}"):
		answer = post(page, "/complaint/new", filing, token, False)
		assert answer.ok and "Please send it once more" in answer.text(), token
		assert "Typed by hand &amp; kept" in answer.text()
	for path, form in PAGES.items():
		assert (
			"Please send it once more" in post(page, path, {"reference": "x", **form}, "wrong", False).text()
		), path
	assert state() == before
	answer = post(page, "/complaint/new", filing, token_of(page), False)
	assert "We have your complaint" in answer.text()


def test_a_script_with_key_and_secret_needs_no_token(page, base_url, browser, desk, customer):
	path = "/api/method/frappe.core.doctype.user.user.generate_keys"
	answer = desk.page.request.post(path, headers=desk.headers, form={"user": customer})
	secret = answer.json()["message"]["api_secret"]
	key = desk.page.request.get(f"/api/resource/User/{customer}").json()["data"]["api_key"]
	caller = browser.new_context(base_url=base_url).new_page()
	answer = caller.request.post(
		"/api/method/cms_iso10002.portal.api.file_complaint",
		form={"subject": "By script", "description": "x"},
		headers={"Authorization": f"token {key}:{secret}"},
	)
	assert answer.ok and answer.json()["message"]["reference"]
	caller.context.close()
