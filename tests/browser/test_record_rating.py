"""Record Rating on the form: a colleague takes down what was said by phone; who worked on the case is not offered it."""

from __future__ import annotations

from tests.browser.portal import PASSWORD, word
from tests.browser.test_agent import open_form


def test_a_rating_given_by_phone_is_taken_down_by_a_colleague(page, desk, login, shot):
	handler, colleague = desk.staff("anna"), desk.staff("rita")
	desk.become(handler)
	case = desk.make(
		"Complaint",
		subject=f"Kettle leaks {word()}",
		description="<p>It has leaked since the first day.</p>",
		channel="Phone",
		complainant_name="Erika Muster",
		complainant_phone="+49 30 1234567",
		handler=handler,
	)
	login(page, colleague, PASSWORD)
	open_form(page, case)
	assert page.get_by_role("button", name="Record Rating").count() == 0  # still open

	desk.answer(case, handler)
	desk.act(case, "Record Acceptance", words="Thank you.")
	desk.act(case, "Close", channel="Phone")
	login(page, handler, PASSWORD)
	with page.expect_response("**/cms_iso10002.complaints.feedback.get_dialog*"):
		open_form(page, case)
	assert page.get_by_role("button", name="Record Rating").count() == 0  # their own work

	login(page, colleague, PASSWORD)
	open_form(page, case)
	page.get_by_role("button", name="Record Rating").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	for name, value in (("taken_how", "Phone"), ("overall", "4"), ("courtesy", "5")):
		dialog.locator(f'[data-fieldname="{name}"] select').select_option(value)
	dialog.locator('[data-fieldname="comments"] textarea').fill("A bit slow, but kind.")
	shot("record-rating")
	with page.expect_response("**/cms_iso10002.complaints.feedback.record_feedback") as answer:
		dialog.get_by_role("button", name="Record", exact=True).click()
	assert answer.value.ok
	filters = f'[["complaint","=","{case}"]]'
	fields = '["overall","courtesy","ease","comments","taken_how","taken_by"]'
	path = f"/api/resource/Complaint Feedback?filters={filters}&fields={fields}"
	[row] = page.request.get(path).json()["data"]
	assert (row["overall"], row["courtesy"], row["ease"]) == (4, 5, 0)
	assert (row["comments"], row["taken_how"], row["taken_by"]) == (
		"A bit slow, but kind.",
		"Phone",
		colleague,
	)


def test_a_closed_case_offers_its_letter_again(page, desk, login):
	me = desk.staff("anna")
	desk.become(me)
	case = desk.make(
		"Complaint",
		subject=f"Kettle leaks {word()}",
		description="<p>It has leaked since the first day.</p>",
		channel="Phone",
		complainant_name="Erika Muster",
		complainant_phone="+49 30 1234567",
	)
	desk.answer(case, me)
	desk.act(case, "Record Acceptance", words="Thank you.")
	desk.act(case, "Close")
	login(page, me, PASSWORD)
	open_form(page, case)
	page.locator(".inner-group-button", has_text="Letter").locator("button").first.click()
	page.locator(".inner-group-button .dropdown-menu a", has_text="Closure").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.locator('[data-fieldname="channel"] select').select_option("Phone")
	with page.expect_response("**/cms_iso10002.complaints.correspondence.send_letter") as answer:
		dialog.get_by_role("button", name="Send", exact=True).click()
	assert answer.value.ok
	filters = f'[["complaint","=","{case}"],["kind","=","Closure"]]'
	found = page.request.get(f"/api/resource/Complaint Letter?filters={filters}").json()["data"]
	assert len(found) == 1  # closing itself told nobody: there is no e-mail address, and nobody said how


def test_a_request_for_a_review_is_acknowledged_from_the_menu_of_letters(page, desk, login, shot):
	me = desk.staff("anna")
	desk.become(me)
	case = desk.make(
		"Complaint",
		subject=f"Kettle leaks {word()}",
		description="<p>It has leaked since the first day.</p>",
		channel="Phone",
		complainant_name="Erika Muster",
		complainant_phone="+49 30 1234567",
	)
	desk.answer(case, me)
	desk.act(case, "Record Rejection", words="No.")
	desk.act(case, "Request Review", reason="They asked for it.")
	login(page, me, PASSWORD)
	open_form(page, case)
	menu = page.locator(".inner-group-button", has_text="Letter")
	menu.locator(".dropdown-menu a", has_text="Acknowledgement").wait_for(state="attached")
	menu.locator("button").first.click()
	menu.locator(".dropdown-menu a", has_text="Acknowledgement").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.locator('[data-fieldname="channel"] select').select_option("Phone")
	shot("acknowledge-review")
	with page.expect_response("**/cms_iso10002.complaints.correspondence.send_letter") as answer:
		dialog.get_by_role("button", name="Send", exact=True).click()
	assert answer.value.ok
	path = f"/api/resource/Complaint/{case}"
	rows = page.request.get(path).json()["data"]["milestones"]
	assert [row["state"] for row in rows if (row["stage"], row["round"]) == ("acknowledge", 2)] == ["Met"]
