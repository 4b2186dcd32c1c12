"""The complainant's whole journey through the portal, at a phone and at a desktop, signed in and not."""

from __future__ import annotations

import os

import pytest

from tests.browser.portal import (
	PASSWORD,
	file_complaint,
	look,
	picture,
	stands,
	too_wide,
	word,
)

GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}
PICTURES = os.environ.get("CMS_PORTAL_PICTURES", "")


pytestmark = pytest.mark.usefixtures("counted_anew")


def test_a_guests_whole_way(visitor, desk):
	page, me, reviewer = visitor, desk.staff("anna"), desk.staff("rita")
	desk.become(me)
	page.goto("/complaints-policy")
	page.get_by_role("link", name="File a complaint").last.click()
	page.wait_for_url("**/complaint/new")
	picture(PICTURES, page, f"new-{page.kind}")
	reference, key = file_complaint(page, f"The kettle leaks {word()}", **GUEST)
	assert reference.startswith("CMP-") and key.startswith("C-")
	assert page.locator(".steps li").count() >= 1 and "202" in page.locator(".steps").inner_text()
	picture(PICTURES, page, f"filed-{page.kind}")

	page.get_by_role("button", name="See your complaint").click()
	stands(page, "Received")
	assert "kettle.png" in page.locator("#told ~ form").inner_text()
	with page.expect_download() as saved:
		page.get_by_role("button", name="Save kettle.png").click()
	assert saved.value.suggested_filename == "kettle.png"

	desk.act(reference, "Acknowledge", channel="Phone")
	assert desk.act(reference, "Ask Complainant", question="Which model is it?") == "Awaiting Complainant"
	look(page, reference, key)
	stands(page, "Waiting for you")
	assert "Which model is it?" in page.locator(".ask").inner_text()
	picture(PICTURES, page, f"question-{page.kind}")
	page.get_by_label("Your answer").fill("Model 5.")
	page.get_by_role("button", name="Send the answer").click()
	assert "we have your message" in page.locator("#outcome").inner_text()
	stands(page, "Confirmed")
	assert "Model 5." in page.locator(".messages .mine").last.inner_text()

	desk.edit(reference, severity="Minor", complexity="Low", impact="Low", safety_implication="No")
	desk.edit(reference, immediate_action_needed="No", conflict_check="None Found")
	desk.act(reference, "Assess")
	desk.edit(reference, investigator=me)
	desk.act(reference, "Investigate")
	desk.edit(reference, findings="The seal was missing.")
	desk.act(reference, "Decide", outcome="Partly Upheld", reasons="The seal was missing. We are sorry.")
	look(page, reference, key)
	assert "seal" not in page.locator("main").inner_text()  # decided, and not sent yet
	desk.act(reference, "Send Response", channel="Phone")
	look(page, reference, key)
	stands(page, "Answered")
	assert "The seal was missing" in page.locator("section", has=page.locator("#decision")).inner_text()
	picture(PICTURES, page, f"answer-{page.kind}")
	page.get_by_label("No, I do not accept it").check()
	page.get_by_role("button", name="Send the answer").click()  # without a reason
	stands(page, "Not accepted")

	page.locator("summary", has_text="Ask for a review").click()
	page.get_by_role("button", name="Ask for a review").click()
	stands(page, "Being reviewed")
	desk.become(reviewer)
	desk.edit(reference, reviewer=reviewer)
	desk.act(reference, "Decide Review", outcome="Upheld", reasons="You were right. Here is a new kettle.")
	desk.act(reference, "Send Response", channel="Phone")

	look(page, reference, key)
	assert page.locator("#decision").inner_text() == "Our answer after the review"
	page.get_by_label("Yes, I accept it").check()
	page.get_by_label("Anything you want to say").fill("Thank you.")
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Accepted")
	assert desk.act(reference, "Close") == "Closed"

	look(page, reference, key)
	page.locator("summary", has_text="Rate how we handled it").click()
	page.get_by_role("group", name="The answer was clear.").get_by_label("5").check()
	page.get_by_role("group", name="All in all").get_by_label("4").check()
	picture(PICTURES, page, f"rate-{page.kind}")
	page.get_by_role("button", name="Send the rating").click()
	assert "Thank you" in page.locator("#outcome").inner_text()
	picture(PICTURES, page, f"case-{page.kind}")
	assert too_wide(page) == 0


def test_a_customer_who_is_signed_in(visitor, desk, login):
	page, me, mark = visitor, desk.staff("anna"), word()
	email = f"kunde.{mark}@customers.test"
	desk.user(email, "Karla Kundin", user_type="Website User", roles=[{"role": "Customer"}])
	group = desk.page.request.get('/api/resource/Customer Group?filters={"is_group":0}').json()["data"][0]
	where = desk.page.request.get('/api/resource/Territory?filters={"is_group":0}').json()["data"][0]
	customer = {"customer_group": group["name"], "territory": where["name"], "customer_type": "Company"}
	name = desk.make("Customer", customer_name=f"Muster {mark} GmbH", **customer)
	link = [{"link_doctype": "Customer", "link_name": name}]
	desk.make("Contact", first_name="Karla", user=email, links=link)
	desk.become(me)
	login(page, email, PASSWORD)

	reference, _key = file_complaint(page, f"Wrong bill {mark}", photo=False)
	desk.answer(reference, me)
	page.goto("/complaints")
	assert "Waiting for you" in page.locator(".cases li").first.inner_text()
	picture(PICTURES, page, f"list-{page.kind}")
	page.get_by_role("link", name=f"Wrong bill {mark}").click()
	stands(page, "Answered")
	page.get_by_label("In part").check()
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Accepted in part")
	page.locator("summary", has_text="Withdraw the complaint").click()
	page.get_by_role("button", name="Withdraw the complaint").click()
	assert "Tell us in a few words" in page.locator("#summary").inner_text()
	page.locator("#withdraw-words").fill("It is all right now.")
	page.get_by_role("button", name="Withdraw the complaint").click()
	stands(page, "Withdrawn")
	assert too_wide(page) == 0


def test_a_colleague_sees_only_what_is_shared(page, desk, login):
	mark = word()
	group = desk.page.request.get('/api/resource/Customer Group?filters={"is_group":0}').json()["data"][0]
	where = desk.page.request.get('/api/resource/Territory?filters={"is_group":0}').json()["data"][0]
	customer = {"customer_group": group["name"], "territory": where["name"], "customer_type": "Company"}
	name = desk.make("Customer", customer_name=f"Geteilt {mark} GmbH", **customer)
	for who in ("eins", "zwei"):
		email = f"{who}.{mark}@customers.test"
		desk.user(email, who, user_type="Website User", roles=[{"role": "Customer"}])
		link = [{"link_doctype": "Customer", "link_name": name}]
		desk.make("Contact", first_name=who, user=email, links=link)
	login(page, f"eins.{mark}@customers.test", PASSWORD)
	page.goto("/complaint/new")
	assert not page.get_by_label("Others of my company").is_checked()
	file_complaint(page, f"Mine {mark}", photo=False)
	page.goto("/complaint/new")
	page.get_by_label("What is it about").fill(f"Ours {mark}")
	page.get_by_label("What happened?").fill("Everybody knows.")
	page.get_by_label("Others of my company").check()
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("heading", name="We have your complaint").wait_for()
	login(page, f"zwei.{mark}@customers.test", PASSWORD)
	page.goto("/complaints")
	listed = page.locator(".cases").inner_text()
	assert f"Ours {mark}" in listed and f"Mine {mark}" not in listed
	page.get_by_role("link", name=f"Ours {mark}").click()
	stands(page, "Received")
	assert page.locator("main form").count() == 0


def test_acting_for_somebody_else(page):
	page.goto("/complaint/new")
	assert not page.locator("#new-representative_name").is_visible()
	page.get_by_label("For somebody else; I act for them").check()
	page.locator("#new-subject").fill("Bill of my mother")
	page.locator("#new-description").fill("It is too high.")
	page.get_by_label("Your name").fill("Tina Tochter")
	page.get_by_label("Your e-mail address").fill("tina@tochter.test")
	page.get_by_label("Name", exact=True).fill("Maria Mutter")
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("button", name="See your complaint").click()
	stands(page, "Received")
	shown = page.locator("main").inner_text()
	assert "we have not seen yet that you may" in shown and "too high" not in shown
	assert page.locator("details[open] #message-text").is_visible()  # to send what shows it


def test_anonymous_leaves_nothing_of_a_name_behind(page, desk):
	page.goto("/complaint/new")
	page.locator("#new-subject").fill("Noise at night")
	page.locator("#new-description").fill("Every night.")
	page.get_by_label("Name", exact=True).fill("Nora Nachbar")
	page.get_by_label("I want to stay anonymous").check()
	assert not page.locator("#new-complainant_name").is_visible()
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("heading", name="We have your complaint").wait_for()
	reference = page.locator("#reference").inner_text()
	stored = desk.page.request.get(f"/api/resource/Complaint/{reference}").json()["data"]
	assert stored["is_anonymous"] == 1 and not stored.get("complainant_name")


def test_a_draft_survives_a_reload_and_ends_with_the_filing(page):
	page.goto("/complaint/new")
	page.locator("#new-subject").fill("Draft of a complaint")
	page.get_by_label("For somebody else; I act for them").check()
	page.get_by_label("Photos and other files").set_input_files(
		[{"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}]
	)
	page.reload()
	assert page.locator("#new-subject").input_value() == "Draft of a complaint"
	assert page.get_by_label("For somebody else; I act for them").is_checked()
	assert "kept what you typed" in page.locator(".restored").inner_text()
	assert "a.txt" not in page.evaluate("JSON.stringify(localStorage)")
	page.get_by_role("button", name="Delete it and start afresh").click()
	assert page.locator("#new-subject").input_value() == ""
	file_complaint(page, "Draft sent", photo=False, **GUEST)
	assert (
		page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('complaint')).length") == 0
	)
	page.goto("/complaint/new")
	assert page.locator("#new-subject").input_value() == ""


def test_a_draft_goes_on_in_the_form_that_came_back_with_mistakes(page):
	page.goto("/complaint/new")
	page.locator("#new-subject").fill("Kettle leaks")
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("link", name="Tell us what happened.").wait_for()
	page.locator("#new-description").fill("Since the first day.")
	page.locator("#new-subject").fill("Kettle leaks badly")
	page.reload()  # sends the first form again
	page.get_by_role("link", name="Tell us what happened.").wait_for()
	assert page.locator("#new-description").input_value() == "Since the first day."
	assert page.locator("#new-subject").input_value() == "Kettle leaks badly"
	page.goto("/complaint/new")
	assert page.locator("#new-description").input_value() == "Since the first day."
	assert page.locator("#new-subject").input_value() == "Kettle leaks badly"
	assert "kept what you typed" in page.locator(".restored").inner_text()


def test_a_draft_of_another_form_does_not_replace_what_was_sent(page):
	page.goto("/complaint/new")
	page.locator("#new-subject").fill("One form")
	other = page.context.new_page()
	other.goto("/complaint/new")
	other.locator("#new-subject").fill("Another form")
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("link", name="Tell us what happened.").wait_for()
	assert page.locator("#new-subject").input_value() == "One form"


def test_the_key_is_shown_as_it_is(page):
	_reference, key = file_complaint(page, "Key to keep", photo=False, **GUEST)
	assert " " not in key and key == page.locator("[data-copy]").get_attribute("data-copy").split()[1]
