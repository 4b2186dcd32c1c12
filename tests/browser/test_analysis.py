"""A manager's hour in Chromium: Pareto, control chart, every other report, and a signal that becomes an action."""

from __future__ import annotations

import json

import pytest

from tests.browser.analysis import GERMAN_MANAGER, MANAGER, PASSWORD, RUN
from tests.browser.portal import script
from tests.browser.test_desk_day import still

CHART = ".chart-wrapper svg.frappe-chart"
RESIZE_OFTEN = """() => new Promise((done) => {
	const resizing = setInterval(() => window.dispatchEvent(new Event("resize")), 20);
	setTimeout(() => { clearInterval(resizing); done(); }, 1500);
})"""


@pytest.fixture(scope="module")
def scene():
	"""The year of complaints; the names of the signals found in it."""
	names = json.loads(script(RUN.format(call="make()")).strip().splitlines()[-1])
	yield names
	script(RUN.format(call="clear()"))


@pytest.fixture
def manager(page, login, scene):
	login(page, MANAGER, PASSWORD)
	return page


def open_report(page, name: str, query: str = "") -> None:
	page.goto(f"/app/query-report/{name}{query}")
	page.locator(".dt-cell__content").first.wait_for()
	page.locator(CHART).wait_for()
	page.wait_for_timeout(1800)


def test_pareto_and_the_way_to_the_cases(manager, shot):
	page = manager
	open_report(page, "Complaint Pareto", "?group_by=Category")
	assert page.locator(f"{CHART} .dataset-units.dataset-bars rect, {CHART} .bar").count() >= 5
	assert page.locator(".dt-cell", has_text="Leaks").count()
	assert page.locator(".report-summary .summary-item").count() == 3
	shot("complaint-pareto")
	page.locator(".complaints-behind").first.click()
	page.locator(".list-row", has_text="Leaks").first.wait_for()
	filters = page.evaluate("() => cur_list.filter_area.get().map((f) => f.slice(0, 4))")
	assert ["Complaint", "category", "=", "Leaks"] in filters
	shot("complaint-pareto-cases")


def test_the_control_chart_explains_its_signals(manager, shot):
	page = manager
	first = page.evaluate("() => new Date(Date.now() - 350 * 86400000).toISOString().slice(0, 10)")
	open_report(page, "Complaint Control Chart", f"?interval=Week&from_date={first}")
	assert page.locator(f"{CHART} .line-graph-path").count() == 4
	message = page.locator(".report-wrapper, .layout-main-section").first
	message.get_by_text("One point beyond the limits").first.wait_for()
	shot("complaint-control-chart")
	page.evaluate("() => frappe.query_report.set_filter_value('interval', 'Month')")
	page.wait_for_timeout(1500)
	shot("complaint-control-chart-month")


@pytest.mark.parametrize(
	"name",
	[
		"Complaint Ageing",
		"Complaint Workload",
		"Complaint Rate by Item Group",
		"Complaint Recurrence",
		"Complaint Redress Cost",
		"Complaint Satisfaction",
	],
)
def test_each_report_has_table_chart_and_cards(manager, shot, name):
	page = manager
	open_report(page, name)
	assert page.locator(".report-summary .summary-item").count() >= 1
	shot(name.lower().replace(" ", "-"))


def test_the_register_lists_and_links(manager, shot):
	page = manager
	page.goto("/app/query-report/Complaint Register")
	page.locator('.dt-cell a[data-doctype="Complaint"]').first.wait_for()
	page.wait_for_timeout(1800)
	shot("complaint-register")


@pytest.mark.parametrize(
	"name", ["Complaint Register", "Complaint Pareto", "Complaint Control Chart", "Milestone Performance"]
)
def test_a_chart_may_be_resized_while_it_enters(manager, name):
	"""As by the scroll bar that comes with the table; a page with errors in its scripts fails the test."""
	page = manager
	page.goto(f"/app/query-report/{name}")
	page.locator(CHART).wait_for()
	page.evaluate(RESIZE_OFTEN)


def from_workspace(page, name: str) -> None:
	"""By the link of the workspace."""
	page.goto("/app/complaints")
	page.locator(".dashboard-widget-box", has_text="Complaints by Category").locator(
		"svg.frappe-chart"
	).wait_for()
	page.wait_for_timeout(1000)
	link = page.locator(".widget.links-widget-box .link-item", has_text=name).filter(
		has=page.get_by_text(name, exact=True)
	)
	link.first.click()


def answer(page, button: str, fieldname: str, words: str) -> None:
	"""Press a button of the form, write into its dialog, and send it."""
	page.get_by_role("button", name=button, exact=True).click()
	page.locator(f'.modal.show textarea[data-fieldname="{fieldname}"]').fill(words)
	page.locator(".modal.show .btn-modal-primary:visible").click()


def test_a_signal_without_need_of_action_is_decided_anew(manager, scene, shot):
	page = manager
	page.goto(f"/app/complaint-signal/{scene[0]}")
	answer(page, "No Action Needed", "conclusion", "A recall was announced that month.")
	page.wait_for_function("() => window.cur_frm && cur_frm.doc.state === 'No Action'")
	answer(page, "Decide Anew", "reason", "The recall was of another item.")
	page.wait_for_function("() => cur_frm.doc.state !== 'No Action'")
	page.get_by_role("button", name="Create Action").wait_for()
	page.get_by_text("The recall was of another item.").first.wait_for()
	page.get_by_text("A recall was announced that month.").first.wait_for()
	still(page)
	shot("complaint-signal-decided-anew", full_page=True)


def test_a_manager_s_hour(manager, scene, shot):
	"""Workspace, Pareto, the cases behind it, control chart, and its signal that becomes an action."""
	page = manager
	assert scene, "the scene has a signal"
	page.goto("/app/complaints")
	for chart in ("Complaints Received and Closed", "Milestones of 90 Days", "Complaints by Category"):
		page.locator(".dashboard-widget-box", has_text=chart).locator("svg.frappe-chart").wait_for()
	page.wait_for_timeout(1500)
	page.set_viewport_size({"width": 1280, "height": 2000})
	page.wait_for_timeout(1500)
	shot("hour-1-workspace")
	page.set_viewport_size({"width": 1280, "height": 900})

	from_workspace(page, "Complaint Pareto")
	page.locator(CHART).wait_for()
	page.locator(".dt-cell", has_text="Leaks").first.wait_for()
	page.locator(".complaints-behind").first.click()
	page.locator(".list-row", has_text="Leaks").first.wait_for()

	from_workspace(page, "Complaint Control Chart")
	page.locator(CHART).wait_for()
	page.get_by_text("One point beyond the limits").locator("visible=true").first.wait_for()
	page.wait_for_timeout(1500)
	shot("hour-2-control-chart")

	from_workspace(page, "Complaint Signal")
	page.locator(".list-row", has_text="Kettle").first.wait_for()
	page.wait_for_timeout(500)
	shot("complaint-signals")
	page.locator(".list-row", has_text="Kettle").first.locator("a.ellipsis, .list-subject a").first.click()
	page.wait_for_function("() => window.cur_frm && cur_frm.doctype === 'Complaint Signal'")
	button = page.get_by_role("button", name="Create Action")
	button.wait_for()
	page.wait_for_timeout(500)
	shot("complaint-signal")
	button.click()
	page.locator('.modal.show [data-fieldname="title"] input:visible').wait_for()
	page.wait_for_timeout(500)
	page.locator(".modal.show .btn-modal-primary:visible").last.click()
	page.wait_for_function("() => cur_frm.doc.state === 'Action Made' && cur_frm.doc.action")
	still(page)
	shot("complaint-signal-action-made")
	action = page.evaluate("() => cur_frm.doc.action")
	page.locator('[data-fieldname="action"] a').first.click()
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=action)
	assert page.evaluate("() => cur_frm.doc.doctype") == "Complaint Action"
	assert page.evaluate("() => cur_frm.doc.complaint_signal") in scene
	assert page.evaluate("() => cur_frm.doc.rule") == "Same Item"
	record = page.evaluate("() => cur_frm.doc.document_name")
	page.locator('[data-fieldname="document_name"] a').first.click()
	page.wait_for_function("n => window.cur_frm && cur_frm.doc && cur_frm.doc.name === n", arg=record)
	assert page.evaluate("() => cur_frm.doc.doctype") == "Quality Action"
	assert page.evaluate("() => cur_frm.doc.complaint_signal") in scene
	page.wait_for_timeout(1500)
	shot("complaint-signal-quality-action")
	# Frappe draws what it still was to draw on a page that was left
	page.errors[:] = [error for error in page.errors if "A negative value is not valid" not in error]


GERMAN = {
	"Complaint Pareto": ("Pareto der Beschwerden", "Beschwerden"),
	"Complaint Control Chart": ("Regelkarte der Beschwerden", "Mittellinie"),
	"Complaint Ageing": ("Alter offener Beschwerden", "0–7 Tage"),
	"Complaint Workload": ("Arbeitslast der Bearbeiter", "Jetzt offen"),
	"Complaint Rate by Item Group": ("Quote nach Artikelgruppe", "Auffällig"),
	"Complaint Recurrence": ("Wiederkehrende Beschwerden", "Anteil"),
	"Complaint Redress Cost": ("Kosten der Abhilfe", "Erbrachte Abhilfe"),
	"Complaint Satisfaction": ("Zufriedenheit", "Antwortquote"),
	"Complaint Register": ("Beschwerderegister", "Eingegangen am"),
	"Milestone Performance": ("Einhaltung der Fristen", "Verspätet erledigt"),
}
"""Report: what it is called in German, and one of its columns."""


@pytest.mark.parametrize("name", GERMAN)
def test_reports_speak_german(page, login, scene, shot, name):
	login(page, GERMAN_MANAGER, PASSWORD)
	page.goto(f"/app/query-report/{name}")
	title, column = GERMAN[name]
	page.locator(".title-text", has_text=title).first.wait_for()
	page.wait_for_function(
		"() => window.frappe && frappe.query_report && frappe.query_report.columns?.length"
	)
	page.wait_for_timeout(2000)
	shot(f"de-{name.lower().replace(' ', '-')}")
	labels = page.evaluate("() => frappe.query_report.columns.map((one) => one.label)")
	assert column in labels
