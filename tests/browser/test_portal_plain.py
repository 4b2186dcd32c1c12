"""What confused people who used portal and form for the first time, in a real browser, on a phone and a desktop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.portal import (
	file_complaint,
	look,
	picture,
	stands,
	too_wide,
	word,
)

PICTURES = os.environ.get("CMS_PORTAL_PICTURES", "")
GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}


pytestmark = pytest.mark.usefixtures("counted_anew")


def test_an_answer_in_part_stays_an_answer(visitor, desk):
	page, me = visitor, desk.staff("anna")
	desk.become(me)
	page.goto("/complaint/new")
	page.get_by_label("What should we do?").select_option(label="The same again, without the fault")
	assert page.locator("#new-category optgroup").count() > 5
	assert page.locator("#new-language optgroup").first.locator("option").count() < 6
	page.get_by_label("Photos and other files").set_input_files(
		[{"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}]
	)
	assert "plan.svg" in page.locator(".chosen").inner_text()
	assert too_wide(page) <= 0
	picture(PICTURES, page, f"plain-new-{page.kind}")
	page.get_by_label("For somebody else; I act for them").check()
	page.get_by_label("Photos and other files").set_input_files([])
	for name, value in {"subject": "x", "description": "y", **GUEST}.items():
		page.locator(f"#new-{name}").fill(value)
	page.get_by_role("button", name="Send the complaint").click()
	assert "Tell us your own name, as you act for somebody else" in page.locator("#summary").inner_text()
	picture(PICTURES, page, f"plain-other-{page.kind}")
	page.evaluate("localStorage.clear()")

	reference, key = file_complaint(page, f"5 < 6 & the kettle leaks {word()}", **GUEST)
	assert page.locator(".bottom").get_by_text("You would rather talk to us?").count() <= 1
	picture(PICTURES, page, f"plain-filed-{page.kind}")
	rows = [
		{"remedy": "Replacement", "basis": "Offer", "state": "Proposed"},
		{"remedy": "Goodwill Gift", "basis": "Goodwill", "state": "Proposed", "description": "A voucher"},
	]
	desk.edit(reference, redress=rows)
	desk.answer(reference, me)
	look(page, reference, key.upper().replace("-", " "))
	assert "as goodwill, whatever you answer" in page.locator("main").inner_text()
	page.get_by_label("In part").check()
	page.get_by_label("Anything you want to say").fill("The kettle, yes.")
	page.get_by_role("button", name="Send the answer").click()
	stands(page, "Accepted in part")
	said = page.locator("section", has=page.locator("#decision")).inner_text()
	assert "Replacement" in said and "The kettle, yes." in said
	assert too_wide(page) <= 0
	picture(PICTURES, page, f"plain-part-{page.kind}")
	page.goto("/complaint/track")
	foot = page.locator(".bottom").bounding_box()
	assert foot["y"] + foot["height"] >= page.viewport_size["height"] - 1
	picture(PICTURES, page, f"plain-find-{page.kind}")


def test_the_dialog_says_who_gets_the_letter(page, desk, login):
	desk.become(desk.staff("anna"))
	reference, _key = file_complaint(page, f"The kettle leaks {word()}", photo=False, **GUEST)
	login(page, "portal.anna@complaints.test", "Complaints-demo-1")
	page.goto(f"/app/complaint/{reference}")
	page.get_by_role("button", name="Letter").click()
	menu = page.locator(".inner-group-button[data-label='Letter'] .dropdown-menu")
	assert "Acknowledgement" not in menu.inner_text() and "Progress Update" in menu.inner_text()
	menu.get_by_text("Progress Update").click()
	page.locator(".modal.show .help-box", has_text="gerda@gast.test").wait_for()
	if PICTURES:
		page.screenshot(path=Path(PICTURES) / "plain-dialog.png")
	with page.expect_popup() as preview:
		page.get_by_role("link", name="See the letter before it is sent").click()
	preview.value.wait_for_load_state()
	assert "Preview" in preview.value.locator("body").inner_text()
	page.errors.clear()
