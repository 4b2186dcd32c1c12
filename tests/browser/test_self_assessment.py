"""A self-assessment in the desk: made, filled by the keyboard, reviewed, approved by another; a gap becomes a Quality
Action; two assessors at once; the report is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .test_agent import PASSWORD, csrf

DOCTYPE = "ISO 10002 Self Assessment"
ASSESSOR, COLLEAGUE, APPROVER = (
	f"browser.{part}@complaints.test" for part in ("assessor", "colleague", "approver")
)
WORKER = (
	"import frappe\nfrappe.init(site={site!r}, sites_path='.')\n"
	"from frappe.utils.background_jobs import start_worker\nstart_worker('long', quiet=True, burst=True)"
)
LONG = 240_000
"""Milliseconds: two runtimes may share two cores."""


@pytest.fixture
def people(page, login):
	"""Three Complaint Managers; whatever assessments they leave is taken away."""
	login(page)
	for user in (ASSESSOR, COLLEAGUE, APPROVER):
		if not page.request.get(f"/api/resource/User/{user}").ok:
			values = {
				"email": user,
				"first_name": user.split("@")[0].removeprefix("browser.").title(),
				"send_welcome_email": 0,
				"new_password": PASSWORD,
				"language": "en",
				"roles": [{"role": "Complaint Manager"}],
			}
			answer = page.request.post("/api/resource/User", headers=csrf(page), data=values)
			assert answer.ok, answer.text()
	remove(page)
	yield
	login(page)
	remove(page)


def remove(page) -> None:
	"""Cancels and deletes the assessments of this test, and their actions."""
	page.goto("/app/iso-10002-self-assessment")
	page.wait_for_function("() => window.frappe && frappe.xcall")
	page.evaluate(
		"""async (doctype) => {
		const docs = await frappe.db.get_list(doctype, {filters: {scope: "Browser"}, fields: ["name", "docstatus"], limit: 50});
		for (const {name, docstatus} of docs) {
			if (docstatus === 1) await frappe.xcall("frappe.client.cancel", {doctype, name});
			const actions = await frappe.db.get_list("Quality Action", {filters: {iso_10002_self_assessment: name}});
			for (const action of actions) {
				await frappe.xcall("frappe.client.set_value", {doctype: "Quality Action", name: action.name, fieldname: "iso_10002_self_assessment", value: ""});
			}
			await frappe.xcall("frappe.client.delete", {doctype, name});
			for (const action of actions) await frappe.xcall("frappe.client.delete", {doctype: "Quality Action", name: action.name});
		}
	}""",
		DOCTYPE,
	)


@pytest.fixture
def as_user(browser, base_url, login, request, shot):
	"""`as_user(user)`: a page of a browser of their own; pictures of all when the test fails."""
	contexts = []

	def open_page(user: str):
		context = browser.new_context(base_url=base_url, viewport={"width": 1280, "height": 900}, locale="en")
		contexts.append(context)
		page = context.new_page()
		page.set_default_timeout(60_000)
		login(page, user, PASSWORD)
		return page

	yield open_page
	for number, context in enumerate(contexts):
		if getattr(request.node, "failed", False):
			shot_of(context.pages[0], shot, f"failed-{request.node.name}-{number}")
		context.close()


def work_off_jobs() -> None:
	"""What a background worker does, until its queue is empty."""
	site, sites = os.environ["CMS_TEST_SITE"], Path(os.environ["CMS_SITES_PATH"])
	done = subprocess.run(
		[sys.executable, "-c", WORKER.format(site=site)],
		cwd=sites,
		capture_output=True,
		text=True,
		check=False,
	)
	assert done.returncode == 0, done.stderr


def open_board(page, name: str) -> None:
	page.goto(f"/app/iso-10002-self-assessment/{name}")
	page.locator(".iso-row").first.wait_for()


def row(page, question: str):
	return page.locator(f'.iso-row[data-question="{question}"]')


def is_saved(page) -> None:
	"""Waits until everything answered so far is stored."""
	page.evaluate("() => cur_frm.iso_board.queue")
	page.locator(".iso-saved", has_text="Saved").wait_for()


def wait_for_status(page, status: str) -> None:
	page.wait_for_function("status => cur_frm.doc.status === status && !cur_frm.is_dirty()", arg=status)


def make_assessment(page) -> str:
	"""By the form, as people do."""
	page.goto("/app/iso-10002-self-assessment/new")
	page.wait_for_function(
		"doctype => window.cur_frm && cur_frm.is_new() && cur_frm.doctype === doctype", arg=DOCTYPE
	)
	# whoever makes it assesses
	page.wait_for_function("user => cur_frm.doc.assessors[0].user === user", arg=ASSESSOR)
	page.locator('[data-fieldname="scope"] input').first.fill("Browser")
	page.keyboard.press("Tab")  # a click that leaves a field meets a Save button that Frappe makes anew
	page.evaluate(
		"approver => cur_frm.set_value({from_date: '2026-01-01', to_date: '2026-06-30', approver})", APPROVER
	)
	page.get_by_role("button", name="Save").locator("visible=true").click()
	page.locator(".iso-row").first.wait_for()
	return page.evaluate("cur_frm.doc.name")


def test_made_filled_reviewed_approved_and_printed(people, as_user, page, shot):
	assessor = as_user(ASSESSOR)
	name = make_assessment(assessor)
	rows = assessor.locator(".iso-row").count()
	assert rows >= 60, "the catalogue has that many questions"

	# evidence, in the background
	assessor.get_by_role("button", name="Collect Evidence").click()
	assessor.locator(".iso-collecting", has_text=re.compile("worker|clauses")).wait_for()
	work_off_jobs()
	assessor.locator(".iso-keys", has_text="Evidence of").wait_for()

	# above the cap: said, not done
	first = row(assessor, "principles-1")
	five = first.locator('[data-maturity="5"]')
	assert five.get_attribute(
		"aria-disabled"
	) == "true" and "More than 2 needs records" in five.get_attribute("title")
	first.locator(".iso-question").click()
	assessor.keyboard.press("5")
	assessor.locator(".desk-alert", has_text="More than 2 needs records").wait_for()
	first.locator(".iso-cap", has_text="Up to 2.").wait_for()

	# all rows by the keyboard
	assessor.keyboard.press("k")
	for _number in range(rows):
		assessor.keyboard.press("2")
		assessor.keyboard.press("p")
		assessor.keyboard.press("j")
	assessor.evaluate("() => cur_frm.iso_board.queue")
	assessor.locator(".iso-progress-text", has_text=f"{rows} of {rows} answered").wait_for(timeout=LONG)

	# a gap, written down, and its action
	first.locator('[data-maturity="1"]').click()
	first.locator('[data-status="Gap"]').click()
	is_saved(assessor)
	first.locator(".iso-problem", has_text="Say what the gap is.").wait_for()
	first.locator('textarea[data-field="gap"]').fill("No owner is named for 4.9 <yet>")
	first.locator('textarea[data-field="action"]').fill("Name one")
	assessor.keyboard.press("Escape")
	is_saved(assessor)
	assert first.locator(".iso-problem").count() == 0
	first.get_by_role("button", name="Make Quality Action").click()
	first.locator('[data-action-state="Open"]').wait_for()
	action = first.locator(".iso-acts a", has_text="QA-ACT").inner_text()
	shot_of(assessor, shot, "assessment-row")

	# not applicable asks why
	second = row(assessor, "principle-commitment-1")
	second.locator(".iso-question").click()
	assessor.keyboard.press("n")
	dialog = assessor.locator(".modal.show .modal-dialog").last
	dialog.locator("textarea").fill("Nobody leads us")
	dialog.get_by_role("button", name="Set").click()
	second.locator(".iso-told", has_text="Nobody leads us").wait_for()
	assessor.locator(".iso-progress-text", has_text=f"{rows - 1} of {rows - 1} answered").wait_for()

	# filters; the dialog has left the keyboard where it was
	assessor.wait_for_function("() => document.activeElement.dataset.question === 'principle-commitment-1'")
	assessor.keyboard.press("/")
	assessor.keyboard.type("7.4")
	assessor.wait_for_function("() => document.querySelectorAll('.iso-row:not([hidden])').length <= 3")
	assert row(assessor, "acknowledgement-1").is_visible()
	assessor.locator(".iso-filter").fill("")
	assessor.locator(".iso-open-only").check()
	assessor.locator(".iso-none").wait_for()
	assessor.locator(".iso-open-only").uncheck()

	# the summary
	assessor.locator('[data-fieldname="tab_summary"]').first.click()
	assessor.locator(".iso-summary svg").first.wait_for()
	assert assessor.locator(".iso-summary", has_text="No owner is named for 4.9 <yet>").count() == 1
	shot_of(assessor, shot, "assessment-summary")

	# reviewed, sent back, sent again, approved by the other
	assessor.get_by_role("button", name="Send for Review").click()
	wait_for_status(assessor, "Under Review")
	approver = as_user(APPROVER)
	open_board(approver, name)
	assert approver.locator(".iso-keys kbd").count() == 0, "nothing to answer for the approver"
	approver.get_by_role("button", name="Return to Draft").click()
	dialog = approver.locator(".modal.show .modal-dialog").last
	dialog.locator("textarea").fill("4.2 does apply")
	dialog.get_by_role("button", name="Return").click()
	wait_for_status(approver, "Draft")
	assessor.reload()
	assessor.locator(".iso-row").first.wait_for()
	assessor.locator(".new-timeline", has_text="4.2 does apply").wait_for()
	row(assessor, "principle-commitment-1").locator('[data-maturity="2"]').click()
	row(assessor, "principle-commitment-1").locator('[data-status="Partial"]').click()
	is_saved(assessor)
	assessor.get_by_role("button", name="Send for Review").click()
	wait_for_status(assessor, "Under Review")
	open_board(approver, name)
	approver.get_by_role("button", name="Approve").click()
	approver.locator(".modal.show").get_by_role("button", name="Yes").click()
	wait_for_status(approver, "Approved")
	shot_of(approver, shot, "assessment-approved")

	# printed
	printed = f"/printview?doctype={DOCTYPE}&name={name}&format=Self-Assessment Report"
	approver.goto(printed)
	approver.locator(".cms-stamp", has_text="Approved by Approver").wait_for()
	assert approver.locator(".cms-picture svg").count() == 1
	shot_of(approver, shot, "assessment-report", full_page=True)
	approver.goto(
		f"/printview?doctype={DOCTYPE}&name={name}&format=Statement of Evidence&clause=acknowledgement"
	)
	approver.locator("h3", has_text="Acknowledgement").wait_for()
	assert approver.locator("h3").count() == 1

	# and the action leads back
	approver.goto(f"/app/quality-action/{action}")
	approver.wait_for_function(
		"name => window.cur_frm && cur_frm.doc.iso_10002_self_assessment === name", arg=name
	)


def test_two_assessors_at_once(people, as_user, page, shot):
	one, other = as_user(ASSESSOR), as_user(COLLEAGUE)
	name = make_assessment(one)
	open_board(other, name)
	question = "acknowledgement-1"
	for assessor in (one, other):
		row(assessor, question).locator(".iso-question").click()

	# different fields of one row: both stay
	row(one, question).locator('[data-maturity="2"]').click()
	is_saved(one)
	row(other, question).locator('textarea[data-field="action"]').fill("Train the desk")
	other.keyboard.press("Escape")
	is_saved(other)
	row(other, question).locator('[data-maturity="2"].is-on').wait_for()

	# the same field: the second is told, and loses nothing
	row(one, question).locator('textarea[data-field="gap"]').fill("Weekends")
	one.keyboard.press("Escape")
	is_saved(one)
	row(other, question).locator('textarea[data-field="gap"]').fill("Holidays")
	other.keyboard.press("Escape")
	other.locator(".msgprint", has_text="Assessor has changed").wait_for()
	other.keyboard.press("Escape")
	row(other, question).locator(".iso-theirs", has_text="Stored: Weekends").wait_for()
	assert row(other, question).locator('textarea[data-field="gap"]').input_value() == "Holidays"
	shot_of(other, shot, "assessment-conflict")

	# the form's own fields are saved past all of that
	one.evaluate("() => cur_frm.set_value('title', 'Renamed').then(() => cur_frm.save())")
	one.wait_for_function("() => cur_frm.doc.title === 'Renamed' && !cur_frm.is_dirty()")
	stored = one.evaluate(
		"""(question) => frappe.xcall("frappe.client.get", {doctype: cur_frm.doctype, name: cur_frm.doc.name})
			.then((doc) => doc.items.find((item) => item.question === question))""",
		question,
	)
	assert (stored["maturity"], stored["gap"], stored["action"]) == ("2", "Weekends", "Train the desk")


def shot_of(page, shot, name: str, full_page: bool = False) -> None:
	"""A picture of another page than the test's own, beside those of `shot`."""
	page.screenshot(path=shot(name).with_name(f"{name}.png"), full_page=full_page)
