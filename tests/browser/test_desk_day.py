"""An agent's day at the desk, and a manager's look at it: by the buttons that people press."""

from __future__ import annotations

import uuid

import pytest

from .test_agent import (  # noqa: F401
	PASSWORD,
	USER,
	agent,
	csrf,
	make_agent,
	make_complaint,
	set_values,
	wait_for_state,
)
from .test_in_sight import count_summary
from .test_redress import confirm, press_redress

MANAGER = "browser.boss@complaints.test"
CATEGORIES = ("Failed in Use", "Delivered Late")


@pytest.fixture
def manager(page, login):
	"""Somebody to escalate to."""
	login(page)
	make_agent(page, MANAGER, "Browser Boss", "Complaint Manager")
	return MANAGER


def still(page) -> None:
	"""Nothing moves any more, and no message lies over what is to be seen."""
	page.wait_for_timeout(900)
	page.evaluate("() => document.querySelectorAll('.desk-alert').forEach((one) => one.remove())")


def new_complaint(page, **values: str) -> str:
	"""Record a complaint on the desk's form, as it is told on the phone."""
	page.goto("/app/complaint/new")
	page.wait_for_function("() => window.cur_frm && cur_frm.is_new() && cur_frm.fields_dict.subject")
	subject = page.locator('[data-fieldname="subject"] input:visible').first
	subject.fill(values.pop("subject"))
	subject.press("Tab")
	page.locator('[data-fieldname="description"] .ql-editor').first.fill(values.pop("description"))
	for fieldname, value in values.items():
		field = page.locator(f'[data-fieldname="{fieldname}"] input:visible').first
		field.fill(value)
		field.press("Tab")
	page.locator('.primary-action:visible, [data-label="Save"]:visible').first.click()
	page.wait_for_function("() => !cur_frm.is_new() && !cur_frm.is_dirty()")
	page.locator(".complaint-next").wait_for()
	return page.evaluate("() => cur_frm.doc.name")


def next_step(page, action: str, **answers: str) -> None:
	"""Press the one button of the form's head, and answer what it asks."""
	page.locator(f'.complaint-next[data-next="{action}"] .btn-primary[data-action="{action}"]').click()
	if not answers:
		return
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	for fieldname, value in answers.items():
		field = dialog.locator(f'[data-fieldname="{fieldname}"] :is(input, select, textarea):visible').first
		if field.evaluate("node => node.tagName") == "SELECT":
			field.select_option(value)
		else:
			field.fill(value)
	dialog.locator(".btn-modal-primary, .btn-primary").first.click()


ASSESSMENT = {
	"severity": "Moderate",
	"complexity": "Low",
	"impact": "Medium",
	"safety_implication": "No",
	"immediate_action_needed": "No",
	"conflict_check": "None Found",
}


def test_an_agent_s_day(manager, agent, shot):  # noqa: F811
	page = agent
	mark = uuid.uuid4().hex[:6]
	erika = {"complainant_name": "Erika Muster", "complainant_email": f"erika.{mark}@muster.test"}

	# three new complaints
	first = new_complaint(
		page, subject=f"Toaster {mark} burns the bread", description="Black on both sides.", **erika
	)
	shot("day-1-recorded")
	again = new_complaint(
		page, subject=f"Toaster {mark} burns the bread", description="Nobody has called back.", **erika
	)
	urgent = new_complaint(
		page,
		subject=f"Heater {mark} caught fire",
		description="The curtain burnt, nobody was hurt.",
		complainant_name="Jan Bakker",
		complainant_phone="+31 20 1234567",
	)

	# the urgent one: assessed on the spot, and escalated
	set_values(page, {**ASSESSMENT, "severity": "Critical", "impact": "High", "safety_implication": "Yes"})
	page.wait_for_function("() => cur_frm.doc.priority === 'Urgent'")
	page.locator(".form-page .btn, .page-actions .btn", has_text="Escalate").locator(
		"visible=true"
	).first.click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.locator("textarea").fill("A fire: goods must be recalled.")
	dialog.locator(".btn-modal-primary, .btn-primary").first.click()
	page.locator(".complaint-guide .indicator-pill", has_text="Escalated, Level 1").wait_for()
	page.locator(".complaint-guide .indicator-pill", has_text="Safety Implication").wait_for()
	still(page)
	shot("day-2-escalated")

	# the second one says what the first one said: merged from the side of the form
	page.goto(f"/app/complaint/{again}")
	side = page.locator(".complaint-side")
	side.locator(f'[data-merge="{first}"]').click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	page.wait_for_function(
		"n => document.querySelector('.modal.show [data-fieldname=duplicate_of] input').value === n",
		arg=first,
	)
	still(page)
	shot("day-3-merging")
	dialog.locator('[data-fieldname="channel"] select').select_option("Phone")
	dialog.locator(".btn-modal-primary, .btn-primary").first.click()
	wait_for_state(page, "Duplicate")

	# the first one goes all the way to its answer, one button at a time
	page.goto(f"/app/complaint/{first}")
	next_step(page, "Acknowledge", channel="Phone")
	wait_for_state(page, "Acknowledged")
	page.locator(".complaint-missing").wait_for()
	still(page)
	shot("day-4-missing")
	set_values(page, {**ASSESSMENT, "investigator": USER, "handler": USER})
	next_step(page, "Assess")
	wait_for_state(page, "Assessed")
	next_step(page, "Investigate")
	wait_for_state(page, "Under Investigation")
	page.evaluate(
		"""() => cur_frm.add_child("redress", {
			remedy: "Replacement",
			description: "A new toaster",
			due_date: frappe.datetime.add_days(frappe.datetime.get_today(), 14),
		}) && cur_frm.refresh_field("redress")"""
	)
	set_values(page, {"findings": "<p>The thermostat was wired the wrong way round.</p>"})
	next_step(page, "Decide", outcome="Upheld", reasons="The thermostat was faulty; you get a new toaster.")
	wait_for_state(page, "Decided")
	next_step(page, "Send Response", channel="Phone")
	wait_for_state(page, "Response Sent")
	page.locator(".complaint-next", has_text="Waiting for the complainant's answer").wait_for()
	assert page.evaluate("() => cur_frm.doc.redress[0].state") == "Offered"
	still(page)
	shot("day-5-answered")

	# what was offered is accepted, and has to be done before it is closed
	next_step(page, "Record Acceptance", words="Thank you, please send it.")
	wait_for_state(page, "Accepted")
	page.locator(".complaint-missing", has_text="the agreed redress implemented").wait_for()
	still(page)
	shot("day-6-redress-owed")
	press_redress(page, "Carry Out")
	confirm(page, "Carry Out")
	page.wait_for_function("() => cur_frm.doc.redress[0].state === 'Implemented' && !cur_frm.is_dirty()")
	next_step(page, "Close", reason="The new toaster has arrived.")
	wait_for_state(page, "Closed")
	page.wait_for_function("() => !document.querySelector('.complaint-next')")

	states = {
		name: page.request.get(f"/api/resource/Complaint/{name}").json()["data"]
		for name in (first, again, urgent)
	}
	assert states[first]["status"] == "Closed" and states[first]["outcome"] == "Upheld"
	assert states[first]["closure_basis"] == "Accepted" and states[first]["redress"][0]["implemented_on"]
	assert states[again]["status"] == "Duplicate" and states[again]["duplicate_of"] == first
	assert states[urgent]["priority"] == "Urgent" and states[urgent]["escalation_level"] == 1
	page.goto("/app/complaint")
	page.locator(".list-row", has_text=urgent).first.wait_for()
	page.wait_for_timeout(500)
	shot("day-7-list")


@pytest.fixture
def onboarding(page, login):
	"""Onboarding is shown, as on a new site; test sites have it switched off."""
	settings = "/api/resource/System Settings/System Settings"
	login(page)
	for value in (1, 0):
		answer = page.request.put(settings, headers=csrf(page), data={"enable_onboarding": value})
		assert answer.ok, answer.text()
		if value:
			yield
			page.goto("about:blank")  # what the page still loads would bring back the other user's session
			page.wait_for_timeout(1000)
			login(page)


def test_a_manager_looks(manager, onboarding, page, login, shot):
	login(page)
	for number in range(3):
		name = make_complaint(
			page, subject=f"Looked at {uuid.uuid4().hex[:6]}", category=CATEGORIES[number % 2]
		)
		answer = page.request.post(
			"/api/method/cms_iso10002.complaints.actions.apply_action",
			headers=csrf(page),
			data={"complaint": name, "action": "Acknowledge", "data": {"channel": "Phone"}},
		)
		assert answer.ok, answer.text()
	count_summary()
	login(page, MANAGER, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 2600})
	page.goto("/app/complaints")
	page.locator(".number-widget-box .number").nth(7).wait_for()
	for chart in ("Complaints Received and Closed", "Milestones of 90 Days", "Complaints by Category"):
		page.locator(".dashboard-widget-box", has_text=chart).locator("svg.frappe-chart").wait_for()
	page.locator(".onboarding-widget-box").wait_for()
	assert page.locator(".onboarding-widget-box .onboarding-step").count() == 6
	page.wait_for_timeout(1500)
	shot("manager-workspace")
	# early Frappe 15 shows a tour of its own over it
	page.evaluate("() => document.querySelectorAll('#driver-page-overlay').forEach((one) => one.remove())")
	page.locator(".shortcut-widget-box", has_text="Board by State").click()
	page.locator(".kanban-column").first.wait_for()
	assert page.evaluate("() => frappe.get_route().slice(0, 3).join('/')") == "List/Complaint/Kanban"
