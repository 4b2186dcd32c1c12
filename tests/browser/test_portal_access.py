"""The portal for everybody: no fault that axe-core finds, keyboard alone, no JavaScript, 200 % zoom, errors announced."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager

import pytest

from tests.browser.portal import (
	DESKTOP,
	PHONE,
	PHOTO,
	file_complaint,
	look,
	picture,
	script,
	stands,
	too_wide,
	word,
)
from tests.runtime import accessibility

GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}
PICTURES = os.environ.get("CMS_PORTAL_PICTURES", "")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RATING = (
	"import frappe\nfrappe.init(site={site!r}, sites_path='.')\nfrappe.connect()\n"
	"from cms_iso10002.portal import links\nprint(links.rating_url('REFERENCE', 'Closing'))\nfrappe.destroy()"
)


pytestmark = pytest.mark.usefixtures("counted_anew")


@contextmanager
def visit(browser, base_url: str, **options):
	"""A page of its own with options of the browser's context."""
	context = browser.new_context(base_url=base_url, **{"locale": "en", **options})
	page = context.new_page()
	page.set_default_timeout(20_000)
	yield page
	context.close()


def faults(page) -> list[str]:
	"""What axe-core finds on the page, with everything unfolded, at both widths."""
	page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
	page.evaluate(accessibility.axe().read_text(encoding="utf-8"))
	found = []
	for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
		page.set_viewport_size(size)
		options = json.dumps({"runOnly": list(RULES), "resultTypes": ["violations"]})
		result = page.evaluate(f"axe.run(document, {options})")
		assert result["passes"], "axe looked at nothing"
		for violation in result["violations"]:
			for node in violation["nodes"]:
				found.append(
					f"{width}: {violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
				)
		if wide := too_wide(page):
			found.append(f"{width}: {wide} pixels wider than the screen")
	return found


def test_axe_finds_faults_where_there_are_some(page):
	page.set_content("<html><body><img src='x.png'><input></body></html>")
	assert any("image-alt" in fault for fault in faults(page))
	page.errors.clear()


def test_axe_finds_no_fault_on_the_public_pages(page, shot):
	for path in ("/complaints-policy", "/complaint/track", "/complaint/new", "/complaint/feedback"):
		page.goto(path)
		picture(PICTURES, page, f"{path.strip('/').replace('/', '-')}-desktop")
		assert faults(page) == [], path
		picture(PICTURES, page, f"{path.strip('/').replace('/', '-')}-open")
	page.goto("/complaint/new")
	page.get_by_label("For somebody else; I act for them").check()
	page.get_by_role("button", name="Send the complaint").click()
	page.locator("#summary").wait_for()
	assert faults(page) == []
	picture(PICTURES, page, "errors-desktop")


def test_axe_finds_no_fault_in_a_case_from_its_filing_to_its_rating(page, desk):
	me = desk.staff("anna")
	desk.become(me)
	reference, key = file_complaint(page, f"The kettle leaks {word()}", **GUEST)
	assert faults(page) == []
	desk.act(reference, "Ask Complainant", question="Which model is it?")
	look(page, reference, key)
	assert faults(page) == []
	page.locator("#message-text").fill("Model 5")
	page.get_by_role("button", name="Send the answer").click()
	page.locator("#outcome").wait_for()
	desk.answer(reference, me)
	look(page, reference, key)
	page.get_by_role("button", name="Send the answer").click()  # without an answer
	page.locator("#summary").wait_for()
	assert faults(page) == []
	page.get_by_label("Yes, I accept it").check()
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Accepted")
	desk.act(reference, "Close")
	look(page, reference, key)
	assert faults(page) == []
	page.goto(rating_link(reference))
	page.get_by_role("group", name="All in all").get_by_label("5").check()
	assert faults(page) == []
	picture(PICTURES, page, "feedback-desktop")
	page.get_by_role("button", name="Send the rating").click()
	page.locator("#outcome").wait_for()
	assert page.get_by_role("group", name="All in all").get_by_label("5").is_checked()


def rating_link(reference: str) -> str:
	"""Where the link of our mail leads to, without the host."""
	return "/" + script(RATING.replace("REFERENCE", reference)).strip().partition("://")[2].partition("/")[2]


def test_axe_finds_no_fault_in_the_list(page, desk, login):
	email = f"liste.{word()}@customers.test"
	desk.user(email, "Lisa Liste", user_type="Website User", roles=[{"role": "Customer"}])
	login(page, email, "Complaints-demo-1")
	page.goto("/complaints")
	assert faults(page) == []
	file_complaint(page, "Listed", photo=False)
	page.goto("/complaints")
	assert faults(page) == []


def test_errors_are_announced_and_lead_to_their_fields(page):
	page.goto("/complaint/new")
	page.locator("#new-description").fill("<b>It</b> leaks & hisses")
	page.locator("#new-complainant_email").fill("nobody")
	page.get_by_label("Photos and other files").set_input_files([PHOTO])
	page.get_by_role("button", name="Send the complaint").click()
	summary = page.locator("#summary")
	summary.wait_for()
	assert (
		page.evaluate("document.activeElement.id") == "summary" and summary.get_attribute("role") == "alert"
	)
	assert page.title().startswith("Please check")
	assert "choose your files again" in page.locator("main").inner_text()
	for name in ("subject", "complainant_email", "complainant_name"):
		field = page.locator(f"#new-{name}")
		assert field.get_attribute("aria-invalid") == "true"
		described = field.get_attribute("aria-describedby").split()
		assert page.locator(f"#{described[-1]}.error").inner_text().strip()
	assert page.locator("#new-description").input_value() == "<b>It</b> leaks & hisses"
	summary.get_by_role("link").first.click()
	assert page.evaluate("document.activeElement.id") == "new-subject"


def test_too_much_is_said_before_it_is_sent(page):
	page.goto("/complaint/new")
	files = [{**PHOTO, "name": f"{number}.png"} for number in range(11)]
	page.get_by_label("Photos and other files").set_input_files(files)
	assert "10 files at a time" in page.locator(".chosen").inner_text()
	page.get_by_role("button", name="Send the complaint").click()
	assert page.evaluate("document.activeElement.id") == "new-files"


def test_with_the_keyboard_alone(page):
	page.goto("/complaint/new")
	page.keyboard.press("Tab")
	assert page.evaluate("document.activeElement.className") == "skip"
	page.keyboard.press("Enter")
	order = []

	def tab_to(name: str) -> None:
		for _step in range(60):
			page.keyboard.press("Tab")
			here = page.evaluate("document.activeElement.name || document.activeElement.tagName")
			order.append(here)
			assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", here
			if here == name:
				return
		raise AssertionError(f"{name} is not reached: {order}")

	for name, text in (
		("subject", "By keyboard"),
		("description", "I use no mouse."),
		("complainant_name", "Kurt Taste"),
		("complainant_phone", "+49 30 1234567"),
	):
		tab_to(name)
		page.keyboard.type(text)
	tab_to("SUMMARY")
	page.keyboard.press("Enter")
	tab_to("assistance_notes")
	tab_to("BUTTON")
	page.keyboard.press("Enter")
	page.get_by_role("heading", name="We have your complaint").wait_for()
	assert "website" not in order  # nobody falls into the trap
	assert page.evaluate("document.activeElement.id") == "outcome"
	expected = ["subject", "description", "occurred_on", "category", "customer_reference", "files"]
	assert [name for name in dict.fromkeys(order) if name in expected] == expected


def test_without_javascript(browser, base_url, desk):
	me = desk.staff("anna")
	desk.become(me)
	with visit(browser, base_url, java_script_enabled=False, viewport=PHONE) as page:
		page.goto("/complaint/new")
		page.locator("#new-description").fill("Typed once.")
		page.get_by_label("For somebody else; I act for them").check()
		assert page.locator("#new-representative_name").is_visible()
		page.get_by_label("For me").check()
		page.get_by_role("button", name="Send the complaint").click()
		assert page.locator("#summary").get_by_role("link").count() >= 2
		assert page.locator("#new-description").input_value() == "Typed once."
		reference, key = file_complaint(page, f"No scripts {word()}", **GUEST)
		assert not page.get_by_role("button", name="Copy both").is_visible()
		look(page, reference, key)
		stands(page, "Received")
		desk.act(reference, "Ask Complainant", question="Which model is it?")
		look(page, reference, key)
		page.locator("#message-text").fill("Model 5")
		page.locator("#message-files").set_input_files([PHOTO])
		page.get_by_role("button", name="Send the answer").click()
		assert "we have your message" in page.locator("#outcome").inner_text()
		desk.answer(reference, me)
		look(page, reference, key)
		page.get_by_label("Yes, I accept it").check()
		page.get_by_role("button", name="Send the answer").click()
		stands(page, "Accepted")
		page.goto("/complaint/track")
		page.locator("#look-reference").fill(reference)
		page.locator("#look-key").fill("C-wrong")
		page.get_by_role("button", name="Show the complaint").click()
		assert "We find no complaint" in page.locator("#summary").inner_text()
		assert page.locator("#look-reference").input_value() == reference


def test_nothing_is_lost_at_twice_the_size(browser, base_url):
	with visit(browser, base_url, viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
		for path in ("/complaint/new", "/complaint/track", "/complaints-policy"):
			page.goto(path)
			assert too_wide(page) == 0
			page.add_style_tag(content="html { font-size: 200% }")  # text alone, as some browsers enlarge it
			assert too_wide(page) == 0, path


def test_markup_is_shown_and_not_obeyed(page, desk):
	evil = "<img src=x onerror=document.title='hacked'>"
	file_complaint(page, f"{evil} {{{{ 7*7 }}}}", **{**GUEST, "complainant_name": evil})
	page.get_by_role("button", name="See your complaint").click()
	page.locator("#state").wait_for()
	page.locator("summary", has_text="Write to us").click()
	page.locator("#message-text").fill(f"{evil}</textarea><script>document.title='hacked'</script>")
	page.get_by_role("button", name="Send the message").click()
	page.locator("#outcome").wait_for()
	# Frappe takes out what could run, and what is left is shown as text
	assert "<img src=" in page.locator("h1").inner_text() and "{{ 7*7 }}" in page.locator("h1").inner_text()
	assert "hacked" not in page.title() and page.locator("main img").count() == 0
	page.goto("/complaint/track?reference=%22%3E%3Cscript%3Edocument.title='hacked'%3C/script%3E")
	assert "hacked" not in page.title()


def test_in_german(browser, base_url):
	with visit(browser, base_url, viewport=PHONE, locale="de") as page:
		page.goto("/complaint/new")
		assert page.locator("html").get_attribute("lang") == "de"
		assert page.locator("h1").inner_text() == "Beschwerde einreichen"
		assert too_wide(page) == 0
		picture(PICTURES, page, "new-de-phone")
		page.get_by_role("button", name="Beschwerde absenden").click()
		assert page.locator("#summary h2").inner_text() == "Bitte prüfen"
