"""An auditor's and a manager's way in the desk: an audit drawn, answered and reported; a review gathered, held and approved."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from .portal import site_today
from .test_agent import csrf, make_complaint

AUDITS = "/api/method/cms_iso10002.iso_10002.audits."


@pytest.fixture(scope="module")
def mark() -> str:
	return uuid.uuid4().hex[:6]


def post(page, method: str, **data):
	answer = page.request.post(f"/api/method/{method}", headers=csrf(page), data=data)
	assert answer.ok, answer.text()
	return answer.json().get("message")


def insert(page, **doc) -> str:
	return post(page, "frappe.client.insert", doc=doc)["name"]


def ensure_user(page, first: str, *roles: str) -> str:
	email = f"{first}@complaints.test"
	found = page.request.get(f"/api/resource/User/{email}")
	if not found.ok:
		insert(
			page,
			doctype="User",
			email=email,
			first_name=first,
			send_welcome_email=0,
			new_password="audit-2026-Haus",
			roles=[{"doctype": "Has Role", "role": role} for role in roles],
		)
	return email


@pytest.fixture
def withdrawn(page, login, mark) -> list[str]:
	"""Two closed complaints, the quick way."""
	login(page)
	names = [
		make_complaint(page, subject=f"Kettle {mark} {number}", remedy_notes="none") for number in (1, 2)
	]
	for name in names:
		post(
			page,
			"cms_iso10002.complaints.actions.apply_action",
			complaint=name,
			action="Withdraw",
			data={"words": "No matter", "given_by": "Complainant", "channel": "Phone"},
		)
	return names


def test_an_audit(page, login, withdrawn, mark, shot):
	auditor = ensure_user(page, f"auditor-{mark}", "Complaint Auditor")
	login(page, auditor, "audit-2026-Haus")
	today = site_today()
	name = insert(
		page,
		doctype="Complaint Case Audit",
		title=f"Files {mark}",
		auditor=auditor,
		from_date=str(today - timedelta(days=2)),
		to_date=str(today + timedelta(days=1)),
	)
	page.goto(f"/app/complaint-case-audit/{name}")
	page.get_by_role("button", name="Draw Sample").click()
	page.locator(".complaint-audit table").wait_for()
	shot("case-audit", full_page=True)
	marks = page.locator(".complaint-audit button[data-answer]", has_text="?")
	marks.first.wait_for()
	before = marks.count()
	marks.first.click()
	dialog = page.locator(".modal-dialog:visible")
	dialog.locator("textarea").fill("Read, and fine.")
	dialog.get_by_role("button", name="Record").click()
	page.wait_for_function(
		"count => document.querySelectorAll('.complaint-audit .btn-warning').length < count", arg=before
	)
	page.get_by_role("button", name="Report", exact=True).click()
	page.locator(".msgprint:visible", has_text="questions are not answered yet").wait_for()
	page.errors.clear()  # the refusal was wanted


def test_a_review(page, login, withdrawn, mark, shot):
	today = site_today()
	manager = ensure_user(page, f"head-{mark}", "Complaint Manager")
	name = insert(
		page,
		doctype="Complaint Management Review",
		title=f"Review {mark}",
		chair=manager,
		held_on=str(today),
		from_date=str(today - timedelta(days=90)),
		to_date=str(today),
		next_review_on=str(today + timedelta(days=180)),
		conclusion="Suitable and effective.",
		attendees=[{"user": manager}],
		decisions=[
			{
				"decision": "Train two more",
				"kind": "Resources",
				"responsible": manager,
				"due_date": str(today + timedelta(days=30)),
			}
		],
	)
	login(page, manager, "audit-2026-Haus")
	page.goto(f"/app/complaint-management-review/{name}")
	page.get_by_role("button", name="Gather Inputs").click()
	page.locator(".review-inputs [data-topic=volumes] svg").first.wait_for()
	shot("management-review", full_page=True)
	cards = page.locator(
		".review-inputs .frappe-card", has=page.locator(".indicator-pill.orange", has_text="Needs a note")
	)
	topics = [cards.nth(place).get_attribute("data-topic") for place in range(cards.count())]
	for topic in topics:
		note = page.locator(f"textarea[data-topic={topic}]")
		note.fill("Nothing to report.")
		with page.expect_response(lambda answer: "record_note" in answer.url):
			note.press("Tab")
	page.reload()
	page.get_by_role("button", name="Review Was Held").click()
	page.get_by_role("button", name="Approve Minutes").click()
	page.locator(".indicator-pill", has_text="Approved").first.wait_for()
