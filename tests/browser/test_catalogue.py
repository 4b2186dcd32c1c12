"""A complaint manager looks through the catalogue: list by edition, a row of the standard, one of their own, coverage."""

from __future__ import annotations

import pytest

from .test_agent import PASSWORD, csrf

USER = "browser.manager@complaints.test"
CLAUSE, OWN = "ISO 10002 Clause", "own-complaints-at-our-fairs"


@pytest.fixture
def manager(page, login):
	"""Signed in as a complaint manager."""
	login(page)
	if not page.request.get(f"/api/resource/User/{USER}").ok:
		values = {
			"email": USER,
			"first_name": "Browser Manager",
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"language": "en",
			"roles": [{"role": "Complaint Manager"}],
		}
		answer = page.request.post("/api/resource/User", headers=csrf(page), data=values)
		assert answer.ok, answer.text()
	login(page, USER, PASSWORD)
	return page


def titles(page) -> list[str]:
	return page.evaluate("() => cur_list.data.map((row) => row.name)")


def choose_edition(page, label: str) -> None:
	page.get_by_role("button", name="Edition").locator("visible=true").click()
	page.locator(".inner-group-button .dropdown-item:visible", has_text=label).click()


def test_the_list_by_edition(manager, shot):
	page = manager
	page.goto("/app/iso-10002-clause")
	page.locator(".list-row", has_text="7.4 Acknowledgement").first.wait_for()
	assert titles(page)[:3] == ["principles", "principle-commitment", "principle-capacity"]
	assert "timeliness" in titles(page)
	shot("clauses")
	choose_edition(page, "2004 and 2014")
	page.wait_for_function("() => !cur_list.data.some((row) => row.name === 'timeliness')")
	assert {"acknowledgement", "complainant-form"} <= set(titles(page))
	page.locator(".list-row", has_text="5.1 Commitment").first.wait_for()
	shot("clauses-2004")
	choose_edition(page, "All")
	page.wait_for_function("() => cur_list.data.some((row) => row.name === 'timeliness')")


def test_a_row_of_the_standard_and_one_of_ones_own(manager, shot):
	page = manager
	page.request.delete(f"/api/resource/{CLAUSE}/{OWN}", headers=csrf(page))  # of a run that was broken off
	page.goto("/app/iso-10002-clause/complainant-form")
	page.locator(".form-message", has_text="Comes with the app").wait_for()
	assert page.evaluate("() => cur_frm.get_field('expected').disp_status") == "Read"
	assert page.evaluate("() => cur_frm.get_field('annex_letter').disp_status") == "Write"
	shot("clause-annex", full_page=True)

	page.goto("/app/iso-10002-clause/new")
	page.wait_for_function(
		"() => window.cur_frm && cur_frm.is_new() && cur_frm.doctype === 'ISO 10002 Clause'"
	)
	page.locator('[data-fieldname="title"] input').first.fill("Complaints at our fairs")
	page.locator('[data-fieldname="clause_group"] select').last.select_option("Operation")
	page.locator('[data-fieldname="expected"] textarea').first.fill("Taken down at the stand.")
	page.keyboard.press("Tab")
	page.wait_for_function("() => cur_frm.doc.expected")
	page.locator(".primary-action", has_text="Save").locator("visible=true").click()
	page.wait_for_function("own => cur_frm.doc.name === own && !cur_frm.is_dirty()", arg=OWN)
	shot("clause-own", full_page=True)
	assert page.request.delete(f"/api/resource/{CLAUSE}/{OWN}", headers=csrf(page)).ok


def test_a_question(manager, shot):
	page = manager
	page.goto("/app/iso-10002-question")
	page.locator(".list-row", has_text="Have we taken on all the principles").first.wait_for()
	shot("questions")
	page.goto("/app/iso-10002-question/acknowledgement-1")
	page.wait_for_function("() => window.cur_frm && cur_frm.docname === 'acknowledgement-1'")
	page.wait_for_timeout(500)
	shot("question")


def test_the_coverage_and_its_links(manager, shot):
	page = manager
	page.goto("/app/query-report/ISO 10002 Coverage")
	page.locator(".dt-cell", has_text="4.5").first.wait_for()
	page.locator(".report-summary .summary-item").first.wait_for()
	page.wait_for_timeout(1000)
	shot("coverage")
	page.locator(".dt-cell a", has_text="Complaint Letter").first.click()
	page.wait_for_function("() => frappe.get_route().slice(0, 2).join('/') === 'List/Complaint Letter'")
	page.goto("/app/query-report/ISO 10002 Coverage?clause_group=Annexes")
	page.locator(".dt-cell", has_text="Annex C").first.wait_for()
	page.locator(".dt-cell a", has_text="Form for the complainant").first.click()
	page.wait_for_function("() => window.cur_frm && cur_frm.docname === 'complainant-form'")


def test_the_workspace(manager, shot):
	page = manager
	page.goto("/app/iso-10002")
	page.locator(".shortcut-widget-box", has_text="ISO 10002 Coverage").first.wait_for()
	page.wait_for_timeout(1000)
	shot("iso-10002", full_page=True)
	page.locator(".shortcut-widget-box", has_text="ISO 10002 Coverage").first.click()
	page.locator(".dt-cell", has_text="Accessibility").first.wait_for()
