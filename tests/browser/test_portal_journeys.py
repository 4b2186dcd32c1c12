"""The customer's whole way signed in, the keyboard's way through a case, and a case at twice the size."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.browser.portal import (
	DESKTOP,
	PASSWORD,
	PHONE,
	file_complaint,
	look,
	stands,
	too_wide,
	word,
)
from tests.browser.test_portal_access import faults, visit

GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}


pytestmark = pytest.mark.usefixtures("counted_anew")


@pytest.fixture
def customer(desk) -> str:
	"""A website user who stands for a customer."""
	mark = word()
	email = f"kunde.{mark}@customers.test"
	desk.user(email, "Karla Kundin", user_type="Website User", roles=[{"role": "Customer"}])
	filters = json.dumps({"is_group": 0})
	group = desk.page.request.get(f"/api/resource/Customer Group?filters={filters}").json()["data"][0]
	where = desk.page.request.get(f"/api/resource/Territory?filters={filters}").json()["data"][0]
	values = {"customer_group": group["name"], "territory": where["name"], "customer_type": "Company"}
	name = desk.make("Customer", customer_name=f"Reise {mark} GmbH", **values)
	desk.make(
		"Contact", first_name="Karla", user=email, links=[{"link_doctype": "Customer", "link_name": name}]
	)
	return email


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_signed_in_customers_whole_way(page, desk, login, customer, size):
	page.set_viewport_size(size)
	me, reviewer = desk.staff("anna"), desk.staff("rita")
	desk.become(me)
	login(page, customer, PASSWORD)
	reference, _key = file_complaint(page, f"The kettle leaks {word()}")
	desk.act(reference, "Acknowledge", channel="Phone")
	desk.act(reference, "Ask Complainant", question="Which model is it?", channel="Portal")

	page.goto("/complaints")
	assert "We have a question" in page.locator(".cases li").first.inner_text()
	assert faults(page) == []
	page.set_viewport_size(size)
	page.get_by_role("link", name="The kettle leaks").first.click()
	stands(page, "Waiting for you")
	assert "kettle.png" in page.locator("#told ~ form").inner_text()
	page.get_by_label("Your answer").fill("Model 5.")
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Confirmed")

	desk.edit(reference, severity="Minor", complexity="Low", impact="Low", safety_implication="No")
	desk.edit(reference, immediate_action_needed="No", conflict_check="None Found")
	desk.act(reference, "Assess")
	desk.edit(reference, investigator=me)
	desk.act(reference, "Investigate")
	desk.edit(reference, findings="The seal was missing.")
	desk.act(reference, "Decide", outcome="Not Upheld", reasons="It is not ours.")
	desk.act(reference, "Send Response", channel="Portal")
	page.goto(f"/complaint/track?reference={reference}")
	stands(page, "Answered")
	page.get_by_label("No, I do not accept it").check()
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Not accepted")
	page.locator("summary", has_text="Ask for a review").click()
	page.get_by_role("button", name="Ask for a review").click()
	stands(page, "Being reviewed")
	desk.become(reviewer)
	desk.edit(reference, reviewer=reviewer)
	desk.act(reference, "Decide Review", outcome="Upheld", reasons="You were right.")
	desk.act(reference, "Send Response", channel="Portal")
	page.goto(f"/complaint/track?reference={reference}")
	page.get_by_label("Yes, I accept it").check()
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Accepted")
	desk.act(reference, "Close", channel="Portal")
	page.reload()
	page.goto(f"/complaint/track?reference={reference}")
	stands(page, "Closed")
	page.locator("summary", has_text="Rate how we handled it").click()
	page.get_by_role("group", name="All in all").get_by_label("4").check()
	page.get_by_role("button", name="Send the rating").click()
	assert "Thank you" in page.locator("#outcome").inner_text()
	assert too_wide(page) == 0


HERE = """() => {
	const here = document.activeElement, box = here.getBoundingClientRect();
	return {
		name: here.name || here.tagName.toLowerCase(), text: here.innerText || here.value || "",
		top: box.top + scrollY, main: Boolean(here.closest("main")), outline: getComputedStyle(here).outlineStyle,
		seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight, order: here.tabIndex,
	}
}"""


def stops(page) -> list[dict]:
	"""Where the Tab key stops on the page, from its beginning to its end."""
	page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
	found: list[dict] = []
	for _step in range(120):
		page.keyboard.press("Tab")
		here = page.evaluate(HERE)
		if here["name"] == "body":
			break
		found.append(here)
	return found


def test_the_order_of_focus_is_that_of_reading(page, desk):
	me = desk.staff("anna")
	desk.become(me)
	reference, key = file_complaint(page, f"Order {word()}", **GUEST)
	desk.answer(reference, me)
	look(page, reference, key)
	for path in ("", "/complaint/new", "/complaint/track", "/complaints-policy"):
		if path:
			page.goto(path)
		found = stops(page)
		assert found[0]["text"] == "Skip to the content", path
		assert all(stop["order"] == 0 for stop in found), path
		assert all(stop["outline"] != "none" and stop["seen"] for stop in found), path
		tops = [stop["top"] for stop in found if stop["main"]]
		# what stands beside something else on its line is a few pixels higher or lower
		assert tops and all(later >= earlier - 30 for earlier, later in pairwise(tops)), path


def tab_to(page, name: str, text: str = "") -> None:
	for _step in range(80):
		page.keyboard.press("Tab")
		here = page.evaluate(HERE)
		if here["name"] == name and text in here["text"]:
			assert here["outline"] != "none"
			return
	raise AssertionError(f"{name} {text} is not reached by the Tab key")


def test_a_case_is_followed_and_answered_with_the_keyboard_alone(page, desk):
	me = desk.staff("anna")
	desk.become(me)
	reference, key = file_complaint(page, f"By keyboard {word()}", photo=False, **GUEST)
	desk.answer(reference, me)
	page.goto("/complaint/track")
	tab_to(page, "reference")
	page.keyboard.type(reference)
	tab_to(page, "key")
	page.keyboard.type(key)
	page.keyboard.press("Enter")
	stands(page, "Answered")
	tab_to(page, "answer")
	page.keyboard.press("Space")
	page.keyboard.press("ArrowDown")
	page.keyboard.press("ArrowDown")  # yes, in part, no
	tab_to(page, "words")
	page.keyboard.type("It still leaks.")
	tab_to(page, "button", "Send the answer")
	page.keyboard.press("Enter")
	stands(page, "Not accepted")
	assert page.evaluate("document.activeElement.id") == "outcome"  # what happened is where one reads on
	tab_to(page, "summary", "Ask for a review")
	page.keyboard.press("Enter")
	tab_to(page, "button", "Ask for a review")
	page.keyboard.press("Enter")
	stands(page, "Being reviewed")


def test_a_case_and_its_list_at_twice_the_size(browser, base_url, desk, login, customer):
	me = desk.staff("anna")
	desk.become(me)
	with visit(browser, base_url, viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
		login(page, customer, PASSWORD)
		reference, _key = file_complaint(page, f"Averylongwordwithoutanyblankinit{word() * 6}")
		assert too_wide(page) == 0
		desk.answer(reference, me)
		for path in ("/complaints", f"/complaint/track?reference={reference}"):
			page.goto(path)
			assert too_wide(page) == 0, path
			page.add_style_tag(content="html { font-size: 200% }")
			assert too_wide(page) == 0, path
		page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
		assert too_wide(page) == 0
		cut = page.evaluate(
			"[...document.querySelectorAll('main *')].filter((one) => getComputedStyle(one).overflowX === 'hidden'"
			" && !one.classList.contains('sr') && one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 80))"
		)
		assert cut == []
