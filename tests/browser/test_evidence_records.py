"""The records behind a figure in Chromium: chosen by its name, or reached by a link with filters."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

import pytest

WHAT = f"Figure {uuid.uuid4().hex[:8]}"


@pytest.fixture
def case(page, login) -> str:
	"""A complaint that lacks a category; its name."""
	login(page)
	page.goto("/app")
	page.wait_for_function("() => window.frappe && frappe.boot")
	values = {
		"subject": WHAT,
		"description": "It leaks.",
		"channel": "Phone",
		"complainant_name": "Erika Muster",
	}
	token = page.evaluate("() => frappe.csrf_token")
	answer = page.request.post(
		"/api/resource/Complaint", data={"data": json.dumps(values)}, headers={"X-Frappe-CSRF-Token": token}
	)
	assert answer.ok, answer.text()
	return answer.json()["data"]["name"]


def test_a_link_leads_to_the_records_and_says_which_pass(page, case, shot):
	today = page.evaluate("() => frappe.datetime.system_datetime().slice(0, 10)")  # not the user's
	filters = {"figure": "receipt/complete", "from_date": today, "to_date": today}
	page.goto(f"/app/query-report/Evidence Records?{urlencode(filters)}")
	row = page.locator(".dt-row", has_text=WHAT).first
	row.wait_for()
	page.locator(".summary-item", has_text="Complete Receipts").wait_for()
	assert row.locator(".indicator-pill.red", has_text="No").count() == 1
	shot("evidence-records")
	row.locator(f'a[data-name="{case}"], a[href*="{case}"]').first.click()
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=case)


def test_a_figure_is_chosen_by_its_name(page, case, shot):
	page.goto("/app/query-report/Evidence Records")
	row = page.locator(".dt-row:visible", has_text=WHAT).first
	row.wait_for()
	page.wait_for_load_state("networkidle")  # the report runs once more when its filters are in the address
	field = page.locator('.page-form input[data-fieldname="figure"]')
	field.click()
	field.press("Control+a")
	field.press_sequentially("analysis/cla", delay=40)
	page.locator(".awesomplete li", has_text="analysis/classified").first.click()
	page.wait_for_function("() => frappe.query_report.get_filter_value('figure') === 'analysis/classified'")
	page.locator('.page-form select[data-fieldname="show"]').select_option("Those That Do")
	row.wait_for(state="detached")
	page.locator('.page-form select[data-fieldname="show"]').select_option("Those That Don't")
	row.wait_for()
	shot("evidence-records-chosen")
