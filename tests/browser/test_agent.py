"""An agent at the desk: list, form, and one complaint from Received to Closed by the workflow's buttons."""

from __future__ import annotations

import json
import re
import uuid

import pytest

PASSWORD = "Complaints-demo-1"
USER = "browser.agent@complaints.test"


@pytest.fixture
def agent(page, login):
	"""Signed in as a user who handles and investigates complaints."""
	login(page)
	make_agent(page, USER, "Browser Agent")
	login(page, USER, PASSWORD)
	return page


def make_agent(page, user: str, name: str, *roles: str) -> None:
	"""A user with the roles of an agent and others; one that is there is given them again: site tests take roles away."""
	roles = ("Complaint Agent", "Complaint Investigator", "Sales User", *roles)
	rows = {"roles": [{"role": role} for role in roles]}
	known = page.request.get(f"/api/resource/User/{user}").ok
	new = {
		"email": user,
		"first_name": name,
		"send_welcome_email": 0,
		"new_password": PASSWORD,
		"language": "en",
	}
	send, where = (page.request.put, f"/{user}") if known else (page.request.post, "")
	answer = send(f"/api/resource/User{where}", headers=csrf(page), data={**({} if known else new), **rows})
	assert answer.ok, answer.text()


def csrf(page) -> dict[str, str]:
	"""The header that a write needs in this session, under both names a runtime may give it."""
	token = page.request.get("/app").text()
	found = re.search(r'csrf_token\s*=\s*"([^"]+)"', token)
	return {name: found.group(1) for name in ("X-Frappe-CSRF-Token", "X-Crisco-CSRF-Token")} if found else {}


def make_complaint(page, **values) -> str:
	answer = page.request.post(
		"/api/resource/Complaint",
		headers=csrf(page),
		data={
			"subject": f"Kettle leaks {uuid.uuid4().hex[:6]}",
			"description": "<p>The kettle has leaked since the first day.</p>",
			"channel": "Phone",
			"complainant_name": "Erika Muster",
			"complainant_phone": "+49 30 1234567",
			**values,
		},
	)
	assert answer.ok, answer.text()
	return answer.json()["data"]["name"]


def open_form(page, name: str) -> None:
	page.goto(f"/app/complaint/{name}")
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=name)
	page.locator(".complaint-milestones").wait_for()


def press(page, action: str, **answers: str) -> None:
	"""Press a workflow button and answer its dialog, if it asks anything."""
	page.locator(".actions-btn-group button:visible").first.click()
	page.locator(
		".actions-btn-group .dropdown-menu a", has_text=re.compile(rf"^\s*{action}\s*$")
	).first.click()
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


def set_values(page, values: dict) -> None:
	"""Fill fields on the open form and save it, as the agent's keyboard would."""
	page.evaluate("values => cur_frm.set_value(values)", values)
	page.evaluate("() => cur_frm.save()")
	page.wait_for_function("() => !cur_frm.is_dirty()")


def wait_for_state(page, state: str) -> None:
	page.wait_for_function("s => cur_frm.doc.status === s", arg=state, timeout=60000)
	page.wait_for_function("() => !cur_frm.is_dirty()")


def test_from_received_to_closed_by_the_buttons(agent, shot):
	page = agent
	name = make_complaint(page)

	page.goto("/app/complaint")
	page.locator(".list-row-container", has_text=name).or_(
		page.locator(".list-row", has_text="Kettle leaks").first
	).first.wait_for()
	shot("list")

	open_form(page, name)
	page.locator('.complaint-milestones [data-stage="acknowledge"][data-state="Running"]').wait_for()
	shot("form-received")

	press(page, "Acknowledge", channel="Phone")
	wait_for_state(page, "Acknowledged")
	page.locator('.complaint-milestones [data-stage="acknowledge"][data-state="Met"]').wait_for()

	press(page, "Assess")
	page.locator(".modal.show .msgprint", has_text="Still needed").wait_for()
	shot("guard")
	page.locator(".modal.show .btn-modal-close").last.click()
	set_values(
		page,
		{
			"severity": "Moderate",
			"complexity": "Low",
			"impact": "Medium",
			"safety_implication": "No",
			"immediate_action_needed": "No",
			"conflict_check": "None Found",
			"investigator": USER,
		},
	)
	press(page, "Assess")
	wait_for_state(page, "Assessed")

	press(page, "Investigate")
	wait_for_state(page, "Under Investigation")
	set_values(page, {"findings": "<p>The seal was missing.</p>"})

	press(page, "Decide", outcome="Upheld", reasons="The seal was missing; we replace the kettle.")
	wait_for_state(page, "Decided")
	press(page, "Send Response", channel="Phone")
	wait_for_state(page, "Response Sent")
	press(page, "Record Acceptance", words="Thank you.")
	wait_for_state(page, "Accepted")
	press(page, "Close", reason="all done")
	wait_for_state(page, "Closed")

	doc = page.evaluate("() => cur_frm.doc")
	assert doc["closure_basis"] == "Accepted" and doc["outcome"] == "Upheld"
	states = {row["stage"]: row["state"] for row in doc["milestones"]}
	assert states["acknowledge"] == states["decide"] == "Met"
	page.evaluate("() => cur_frm.scroll_to_field('event_list')")
	page.locator(".complaint-events tbody tr, .complaint-events tr").nth(10).wait_for(state="attached")
	shot("form-closed", full_page=True)


def test_a_status_by_rest_around_the_workflow_is_refused(agent):
	page = agent
	name = make_complaint(page)
	answer = page.request.put(
		f"/api/resource/Complaint/{name}", headers=csrf(page), data={"status": "Closed"}
	)
	assert answer.status == 417
	assert "can't go from Received to Closed" in json.dumps(answer.json())
	assert page.request.get(f"/api/resource/Complaint/{name}").json()["data"]["status"] == "Received"
