"""The demo: a year of complaints in every state, the same for the same seed, whole by `verify`, and added once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import frappe
import pytest

from cms_iso10002.complaints import clock, counting, verification
from cms_iso10002.core.closure import CLOSURE_BASES
from cms_iso10002.core.states import STATES
from cms_iso10002.erpnext_bridge import sales
from cms_iso10002.iso_10002 import management_reviews
from cms_iso10002.setup import demo, demo_data, demo_lives
from tests.site import demo_figures
from tests.site.factories import set_now

NOW = datetime(2026, 3, 3, 23, tzinfo=timezone.utc)
FEWEST = len(demo_lives.CAST) + sum(demo_lives.EXTRAS.values())


def values(doctype: str, field: str) -> Counter:
	return Counter(frappe.get_all(doctype, pluck=field, order_by="name"))


def picture() -> list[tuple]:
	"""What the demo made, less what is random by nature (hashes, salts)."""
	fields = [
		"name",
		"subject",
		"status",
		"received_on",
		"customer",
		"handler",
		"outcome",
		"closed_on",
		"is_overdue",
	]
	milestones = ["parent", "idx", "stage", "state", "due_at", "met_at"]
	letters = ["name", "complaint", "kind", "channel", "sent_on"]
	return [
		*frappe.get_all("Complaint", fields=fields, order_by="name", as_list=True),
		*frappe.get_all("Complaint Milestone", fields=milestones, order_by="parent, idx", as_list=True),
		*frappe.get_all("Complaint Letter", fields=letters, order_by="name", as_list=True),
	]


def test_a_year_in_every_state_once():
	registered = []
	summary = demo.make(1, FEWEST, NOW, on_progress=lambda: registered.append(1))
	first = picture()
	check_states(summary)
	check_record()
	check_people()
	check_mail()
	check_figures()
	check_sales(summary)
	check_reports()
	assert len(registered) == FEWEST
	check_once(first)


def test_the_same_seed_gives_the_same_data(monkeypatch):
	monkeypatch.setattr(demo, "_sell", lambda scene, seed: "")  # sales have a chance of their own
	monkeypatch.setattr(demo_lives, "CAST", demo_lives.CAST[12:15])

	def made(seed: int) -> list[tuple]:
		demo.make(seed, 8, NOW)
		seen = picture()
		frappe.db.rollback()
		return seen

	first = made(1)
	assert made(1) == first
	assert made(2) != first


def check_states(summary):
	assert summary.states == dict(values("Complaint", "status"))
	assert set(summary.states) == set(STATES), "every state is there"
	assert sum(summary.states.values()) == FEWEST
	assert set(values("Complaint", "closure_basis")) >= set(CLOSURE_BASES)
	assert set(values("Complaint Milestone", "state")) >= {
		"Met",
		"Met Late",
		"Overdue",
		"Running",
		"Cancelled",
	}
	received = frappe.get_all("Complaint", pluck="received_on", order_by="received_on")
	now = clock.to_site(NOW)
	assert now - timedelta(days=366) <= received[0] and received[-1] < now
	text = summary.text()
	assert f"{FEWEST} complaints:" in text and demo_data.PASSWORD in text and "manager@example.com" in text


def check_record():
	report = verification.verify()
	assert report.findings == [] and report.seals == 1
	for doctype in ("External Dispute", "Complaint Group", "Issue"):
		assert frappe.db.count(doctype), doctype
	assert frappe.db.count("Complaint", {"issue": ("is", "set")}) == 2
	assert set(values("Complaint", "confidentiality")) == {"Normal", "Confidential", "Restricted"}
	assert frappe.db.count("Complaint Decision", {"approved_by": ("is", "set")})
	assert set(values("Complaint Decision", "level")) == {"Front Line", "Internal Review"}
	assert frappe.db.count("Complaint", {"complaint_group": ("is", "set")}) == 4


def check_people():
	for login in demo_data.LOGINS:
		assert set(frappe.get_roles(login.email)) & set(login.roles)
	assert frappe.db.get_value("User", "customer@example.com", "user_type") == "Website User"
	from frappe.utils.password import check_password

	assert check_password("agent@example.com", demo_data.PASSWORD, delete_tracker_cache=False)
	addresses = [a for a in frappe.get_all("Complaint", pluck="complainant_email", order_by="name") if a]
	assert all(
		address.endswith((".example", "example.com", "example.net", "example.org")) for address in addresses
	)


def check_mail():
	"""Nothing of the demo waits to be sent, and no letter comes back."""
	assert set(values("Email Queue", "status")) <= {"Sent"}
	assert frappe.db.count("Complaint Letter", {"delivery": "Failed"}) == 1


def check_figures():
	"""What a review of the year looks at is there when it is held."""
	assert len(values("Complaint Feedback", "overall")) > 2
	review = frappe.get_doc("Complaint Management Review", {"title": "Management review of the year"})
	figures = [figure for row in review.inputs for figure in management_reviews.content(row)["figures"]]
	known = {figure["label"]: figure["value"] for figure in figures}
	for label in ("Milestones Met in Time", "Acknowledged in Time", "Overall Satisfaction"):
		assert known[label] is not None, label


def check_sales(summary):
	"""Something was sold in every month, so that complaints have something to be held against."""
	assert summary.no_sales == ""
	days = frappe.get_all("Sales Invoice", {"docstatus": 1}, pluck="posting_date", order_by="posting_date")
	assert len({day.replace(day=1) for day in days}) >= 12 and days[-1] < clock.to_site(NOW).date()
	assert sales.invoices(days[0], days[-1]) == len(days)


def check_reports():
	"""All reports say what plain counts say."""
	set_now(NOW)
	counting.rebuild(None)
	demo_figures.check(clock.today())
	set_now(None)


def check_once(first):
	again = demo.make(7, 300, NOW)
	assert again.already_there and picture() == first
	assert f"{FEWEST} complaints are there already." in again.text()
	assert frappe.session.user == "Administrator" and not frappe.flags.complaints_now


def test_a_site_with_complaints_of_its_own_is_left_alone():
	from tests.site.factories import make_complaint

	make_complaint()
	with pytest.raises(frappe.ValidationError, match="complaints, or seals, of its own"):
		demo.make()
	assert frappe.db.count("Complaint") == 1


def test_too_few_to_show_every_state_are_refused():
	with pytest.raises(frappe.ValidationError, match=f"take {FEWEST} or more"):
		demo.make(1, FEWEST - 1, NOW)


def test_the_stories_are_many_and_told_once():
	groups = demo_data.stories()
	assert len(groups) == 12 and all(len(told) == 12 for told in groups.values())
	stories = [story for told in groups.values() for story in told]
	assert len({story.subject for story in stories}) == len(stories)
	assert {story.language for story in stories} == {"en", "de"}
	assert {story.item for story in stories} <= set(demo_data.ITEMS)
	seeded = {
		"Complaint Category": {story.category for story in stories},
		"Complaint Remedy": {story.remedy for story in stories},
		"Complaint Root Cause": set(demo_data.CAUSES.values()),
	}
	for doctype, names in seeded.items():
		known = set(frappe.get_all(doctype, pluck="name", order_by="name"))
		assert names <= known, (doctype, names - known)
