"""Files on the form: what is too much is said at the field before it is sent, and everything typed stays."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Error

from tests.browser.portal import PNG, file_complaint, look, script, word
from tests.browser.test_portal_csrf import STATE

GUEST = {"complainant_name": "Gerda Gast", "complainant_email": "gerda@gast.test"}
MEGABYTE = 1024 * 1024


pytestmark = pytest.mark.usefixtures("counted_anew")


@pytest.fixture
def photo(tmp_path):
	"""`photo("a.png", 9.5)`: the path of a file of so many megabytes."""

	def photo(name: str, megabytes: float = 0) -> str:
		path = tmp_path / name
		path.write_bytes(PNG + b"\x00" * int(megabytes * MEGABYTE))
		return str(path)

	return photo


def state() -> list[int]:
	return json.loads(script(STATE).strip().splitlines()[-1])


def limits_of(page) -> tuple[int, int]:
	"""Megabytes of a file, and of all files of one message, as the page says."""
	data = page.locator("#new-files").evaluate("field => ({...field.dataset})")
	return int(data["megabytes"]), int(data["together"])


@pytest.mark.parametrize("what", ["one of 30 MB", "several that are too much together", "eleven"])
def test_what_is_too_much_is_said_at_the_field_and_nothing_typed_is_lost(page, photo, what):
	page.goto("/complaint/new")
	each, together = limits_of(page)
	files = {
		"one of 30 MB": [photo("big.png", 30)],
		"several that are too much together": [
			photo(f"{number}.png", each - 0.5) for number in range(together // each + 1)
		],
		"eleven": [photo(f"small-{number}.png") for number in range(11)],
	}[what]
	page.locator("#new-subject").fill("Too many photos")
	page.locator("#new-description").fill("Typed with care.")
	before = state()
	page.get_by_label("Photos and other files").set_input_files(files)
	told = page.locator(".chosen").first.inner_text()
	assert {"one of 30 MB": "big.png", "eleven": "10 files"}.get(what, f"{together} MB") in told
	assert page.locator(".chosen").first.get_attribute("role") == "status"  # announced
	page.get_by_role("button", name="Send the complaint").click()
	assert page.evaluate("document.activeElement.id") == "new-files"
	assert page.locator("#new-description").input_value() == "Typed with care."
	assert state() == before


def test_what_the_page_promises_the_server_takes(page, photo):
	page.goto("/complaint/new")
	each, together = limits_of(page)
	number = min(together // each, 10)
	files = [photo(f"{index}.png", each - 0.1) for index in range(number)]
	page.get_by_label("Photos and other files").set_input_files(files)
	page.locator("#new-subject").fill(f"Large photos {word()}")
	page.locator("#new-description").fill("See the photos.")
	for name, value in GUEST.items():
		page.locator(f"#new-{name}").fill(value)
	page.get_by_role("button", name="Send the complaint").click()
	page.get_by_role("heading", name="We have your complaint").wait_for(timeout=120_000)


def test_thirty_megabytes_past_the_page_leave_nothing_behind(page):
	reference, key = file_complaint(page, f"Before {word()}", photo=False, **GUEST)
	before = state()
	big = {"name": "big.png", "mimeType": "image/png", "buffer": PNG + b"\x00" * (30 * MEGABYTE)}
	for path, fields in (
		("/complaint/new", {"subject": "x", "description": "x", **GUEST}),
		("/api/method/cms_iso10002.portal.api.file_complaint", {"subject": "x", "description": "x", **GUEST}),
		("/api/method/cms_iso10002.portal.api.upload", {"reference": reference, "key": key}),
	):
		try:
			answer = page.request.post(path, multipart={**fields, "files": big})
		except Error:
			continue  # hung up on while it was still sending
		assert answer.status in (413, 417, 422), (path, answer.status)
	assert state() == before
	look(page, reference, key)
	page.errors.clear()
