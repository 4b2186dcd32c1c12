"""What a manager sees of the clocks: workspace with number cards, calendar, and the report with its way to the cases."""

from __future__ import annotations

import os
import subprocess
import uuid
from datetime import datetime, timedelta

import pytest

from tests.runtime import choice

from .test_agent import csrf, make_complaint


@pytest.fixture(scope="module")
def mark() -> str:
	"""A word of this run, by which its cases are told from others'."""
	return uuid.uuid4().hex[:6]


@pytest.fixture
def cases(page, login, mark) -> list[str]:
	"""Complaints received days ago, of which some are late by now; one acknowledged late. The summary is counted."""
	login(page)
	names = []
	for days in (0, 3, 9, 30):
		received = datetime.now() - timedelta(days=days, minutes=5)
		names.append(
			make_complaint(page, subject=f"Kettle {mark} {days}", received_on=f"{received:%Y-%m-%d %H:%M:%S}")
		)
	answer = page.request.post(
		"/api/method/cms_iso10002.complaints.actions.apply_action",
		headers=csrf(page),
		data={"complaint": names[2], "action": "Acknowledge", "data": {"channel": "Phone"}},
	)
	assert answer.ok, answer.text()
	count_summary()
	return names


def count_summary() -> None:
	"""What the scheduler does every five minutes."""
	runtime, site = choice.of_this_process(), os.environ["CMS_TEST_SITE"]
	command = runtime.frappe(site, "execute", "cms_iso10002.complaints.summary.refresh_recent")
	subprocess.run(command, check=True, cwd=runtime.sites, env=runtime.environment(site), capture_output=True)


def test_workspace(page, cases, shot):
	page.goto("/app/complaints")
	page.locator(".number-widget-box .number").nth(5).wait_for()
	page.locator(".widget.shortcut-widget-box", has_text="Milestone Performance").wait_for()
	page.wait_for_timeout(1500)
	shot("workspace", full_page=True)
	overdue = page.locator(".number-widget-box", has_text="Overdue").first
	assert int(overdue.locator(".number").inner_text()) >= 2
	overdue.click()
	page.locator(".list-row", has_text=cases[3]).or_(page.locator(".list-row").first).first.wait_for()


def test_calendar(page, cases, shot):
	page.goto("/app/complaint/view/calendar/default")
	page.locator(".fc-event").first.wait_for()
	page.wait_for_timeout(1000)
	shot("calendar")
	assert page.locator(".fc-event.fc-draggable").count() == 0
	event = page.locator(".fc-event", has_text="·").first
	name = event.inner_text().split("CMP")[1].split(" ")[0]
	event.click()
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=f"CMP{name}")


def test_report_and_the_way_to_the_cases(page, cases, shot):
	page.goto("/app/query-report/Milestone Performance")
	page.locator(".dt-cell", has_text="Acknowledge").first.wait_for()
	page.locator(".report-summary .summary-item").first.wait_for()
	page.locator(".chart-wrapper svg.frappe-chart").wait_for()
	page.wait_for_timeout(1000)
	shot("milestone-performance")
	page.locator('.milestones-behind[data-column="overdue"]').first.click()
	page.locator(".list-row").first.wait_for()
	assert page.evaluate("() => frappe.get_route().slice(0, 2).join('/')") == "List/Complaint"
	filters = page.evaluate("() => cur_list.filter_area.get().map((f) => f.slice(0, 4))")
	assert ["Complaint Milestone", "state", "=", "Overdue"] in filters
	shot("milestone-performance-cases")
	for group_by in ("Category", "Handler", "Company", "Month"):
		page.goto(f"/app/query-report/Milestone Performance?group_by={group_by}")
		page.locator(".dt-cell", has_text="Total").last.wait_for()
