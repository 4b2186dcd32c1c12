"""A preset is loaded and submitted, a complaint filed, and time passes: warning, breach, escalation, notification."""

from __future__ import annotations

import json
import re

import pytest

from tests.browser.portal import script
from tests.browser.test_agent import csrf, make_complaint, open_form
from tests.browser.test_policy import form_of, names

MANAGER, PASSWORD = "browser.clock@complaints.test", "Complaints-demo-1"
HOUR = 3600
CANCEL = "name => frappe.xcall('frappe.client.cancel', {doctype: 'Complaint SLA Policy', name})"
SWEEP = (
	"import frappe\nfrappe.init(site={site!r}, sites_path='.')\nfrappe.connect()\n"
	"from cms_iso10002.complaints import sweep\nsweep.work(sweep.due(500))\nfrappe.destroy()"
)


@pytest.fixture
def manager(page, login):
	"""Signed in as the one Complaint Manager to whom the preset escalates."""
	login(page)
	if not page.request.get(f"/api/resource/User/{MANAGER}").ok:
		roles = [{"role": role} for role in ("Complaint Manager", "Complaint Agent", "Sales User")]
		user = {"email": MANAGER, "first_name": "Clock Manager", "send_welcome_email": 0}
		answer = page.request.post(
			"/api/resource/User",
			headers=csrf(page),
			data={**user, "new_password": PASSWORD, "language": "en", "roles": roles},
		)
		assert answer.ok, answer.text()
	login(page, MANAGER, PASSWORD)
	return page


@pytest.fixture
def clock_ahead(set_clock_ahead):
	"""`clock_ahead(seconds)`: sets the app's clock ahead on the whole site, then sweeps, as the scheduler would."""

	def ahead(seconds: int) -> None:
		set_clock_ahead(seconds)
		script(SWEEP)

	return ahead


@pytest.fixture
def policies(manager):
	"""The list of policies; what the test adds to it is taken away."""
	page = manager
	page.goto("/app/complaint-sla-policy")
	page.get_by_role("button", name="Load Preset").wait_for()
	before = names(page)
	yield page
	for name in names(page) - before:  # a complaint is under it, so it stays, and is no longer chosen
		page.evaluate(CANCEL, name)


def state(page, stage: str):
	return page.locator(f'.complaint-milestones [data-stage="{stage}"]').first


def test_from_preset_to_escalation(policies, clock_ahead, shot):
	page = policies
	page.get_by_role("button", name="Load Preset").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	dialog.locator('select[data-fieldname="key"]').select_option("uk-housing-ombudsman")
	dialog.get_by_role("button", name="Make a Draft").click()
	form_of(page, "cur_frm.doc.docstatus === 0")
	page.evaluate("cur_frm.set_value({rank: 999, channel: 'Social Media'}).then(() => cur_frm.save())")
	page.wait_for_function("cur_frm.doc.rank === 999 && !cur_frm.is_dirty()")
	page.evaluate("frappe.xcall('frappe.client.submit', {doc: cur_frm.doc}).then(() => cur_frm.reload_doc())")
	form_of(page, "cur_frm.doc.docstatus === 1")

	name = make_complaint(page, channel="Social Media", handler=MANAGER)
	open_form(page, name)
	state(page, "acknowledge").get_by_text("of working time").wait_for()
	assert state(page, "acknowledge").get_attribute("data-state") == "Running"
	shot("clock-running")

	due = page.evaluate(
		"moment(cur_frm.doc.milestones.find(m => m.stage === 'acknowledge').due_utc / 1000).diff(moment(), 'seconds')"
	)
	clock_ahead(due - HOUR)
	open_form(page, name)
	state(page, "acknowledge").get_by_text("Due Soon").wait_for()
	shot("clock-due-soon")

	clock_ahead(due + 24 * HOUR)
	open_form(page, name)
	state(page, "acknowledge").get_by_text("Overdue").wait_for()
	doc = page.evaluate("cur_frm.doc")
	assert doc["is_overdue"] == 1 and doc["escalation_level"] == 1
	page.locator(".complaint-events", has_text=re.compile("escalated", re.I)).wait_for(state="attached")
	shot("clock-overdue", full_page=True)

	told = page.evaluate(
		"""name => frappe.db.get_list("Notification Log", {
			filters: {document_name: name}, fields: ["subject"], limit: 50}).then(rows => rows.map(row => row.subject))""",
		name,
	)
	assert any("is due" in subject for subject in told) and any("overdue" in subject for subject in told)
	assigned = page.evaluate(
		"name => frappe.db.get_value('Complaint', name, '_assign').then(r => r.message._assign)", name
	)
	assert len(json.loads(assigned)) == 1

	page.goto("/app/complaint")
	page.locator(".inner-group-button", has_text="Due").locator("button").click()
	page.locator(".inner-group-button .dropdown-menu a", has_text=re.compile(r"^\s*Overdue\s*$")).click()
	page.wait_for_function(
		"() => cur_list.get_filters_for_args().some(one => one[1] === 'is_overdue')"
		" && cur_list.data.length && cur_list.data.every(one => one.is_overdue)"
	)
	page.locator(".list-row", has_text=name).first.wait_for()
	shot("clock-list")
	page.goto("/app")
	page.locator(".notifications-icon, .dropdown-notifications").first.click()
	page.locator(".notification-list, .panel-notifications").get_by_text(name).first.wait_for()
	shot("clock-notification")
	answer = page.request.put(f"/api/resource/Complaint/{name}", headers=csrf(page), data={"handler": ""})
	assert answer.ok
