"""A quality manager at the desk: a preset becomes a draft, is tried, submitted, and gets a new version."""

from __future__ import annotations

import pytest


@pytest.fixture
def policies(page, login):
	"""Signed in, at the list of policies."""
	login(page)
	page.goto("/app/complaint-sla-policy")
	page.get_by_role("button", name="Load Preset").wait_for()
	before = names(page)
	yield page
	for name in sorted(
		names(page) - before, reverse=True
	):  # the versions first; other tests have policies too
		page.evaluate(REMOVE, name)


REMOVE = """async (name) => {
	const doc = await frappe.db.get_doc("Complaint SLA Policy", name);
	if (doc.docstatus === 1) await frappe.xcall("frappe.client.cancel", {doctype: doc.doctype, name});
	await frappe.xcall("frappe.client.delete", {doctype: doc.doctype, name});
}"""


def names(page) -> set[str]:
	"""The policies that there are."""
	return set(
		page.evaluate(
			"frappe.db.get_list('Complaint SLA Policy', {limit: 500}).then(r => r.map(d => d.name))"
		)
	)


def form_of(page, condition: str) -> str:
	"""Waits for the form of a policy of which `condition` is true; its name."""
	page.wait_for_function(
		f"() => window.cur_frm && cur_frm.doctype === 'Complaint SLA Policy' && !cur_frm.is_new() && {condition}"
	)
	return page.evaluate("cur_frm.doc.name")


def test_a_preset_is_loaded_tried_submitted_and_succeeded(policies, shot):
	page = policies
	page.get_by_role("button", name="Load Preset").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.wait_for()
	key = dialog.locator('select[data-fieldname="key"]')
	key.select_option(index=2)
	dialog.get_by_text("Jurisdiction").wait_for()
	shot("policy-preset")
	dialog.get_by_role("button", name="Make a Draft").click()
	form_of(page, "cur_frm.doc.docstatus === 0")
	page.locator(".complaint-policy-intro [data-status]", has_text="Draft").wait_for()
	rank = page.evaluate("1000 + Date.now() % 1000000")
	page.evaluate("rank => cur_frm.set_value({rank, channel: 'Letter'}).then(() => cur_frm.save())", rank)
	page.wait_for_function("rank => cur_frm.doc.rank === rank && !cur_frm.is_dirty()", arg=rank)
	shot("policy-draft", full_page=True)
	page.get_by_role("button", name="Try It").click()
	dialog = page.locator(".modal.show .modal-dialog").last
	dialog.get_by_role("button", name="Try", exact=True).click()
	dialog.locator('tr[data-stage="decide"], tr[data-stage="acknowledge"]').first.wait_for()
	dialog.get_by_text("This policy wins").wait_for()
	shot("policy-trial")
	dialog.locator(".btn-modal-close").click()
	page.evaluate("frappe.xcall('frappe.client.submit', {doc: cur_frm.doc}).then(() => cur_frm.reload_doc())")
	first = form_of(page, "cur_frm.doc.docstatus === 1")
	page.get_by_role("button", name="New Version").click()
	form_of(page, "cur_frm.doc.version === 2")
	page.locator(".complaint-policy-intro", has_text="Versions").wait_for()
	shot("policy-version")
	assert page.evaluate("cur_frm.doc.version_of") == first
