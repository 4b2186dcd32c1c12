"""Somebody answers late: after the case was closed for want of a reply, or was joined with another."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import correspondence
from cms_iso10002.portal import api
from tests.site.factories import act, advance, kinds, pass_time, set_now
from tests.site.portal_factories import file_as_guest, guest, start_counting_anew
from tests.site.test_lives import MONDAY_NINE


@pytest.fixture(autouse=True)
def monday():
	start_counting_anew()
	set_now(MONDAY_NINE)
	yield
	set_now(None)


@pytest.fixture
def closed():
	"""A guest's case that was closed because they said nothing."""
	settings = frappe.get_doc("Complaint Settings")
	settings.update(
		{
			"no_reply_closing": 1,
			"no_reply_reminders": 1,
			"answer_within_days": 14,
			"recourse_window_days": 60,
		}
	)
	settings.save()
	filed = file_as_guest()
	case = advance(filed["reference"], "Response Sent")
	pass_time(days=10)
	correspondence.send_letter(case.name, "Progress Update", "Phone", "We still wait for your answer.")
	pass_time(days=10)
	assert act(case, "Close", basis="No Reply").status == "Closed"
	return {"reference": filed["reference"], "key": filed["key"]}


def actions(me) -> set[str]:
	return {row["code"] for row in guest(api.track, **me)["actions"]}


def test_a_rejection_inside_the_window_opens_it_again(closed):
	pass_time(days=10)
	assert "reject" in actions(closed) and "accept" not in actions(closed)
	seen = guest(api.respond_to_decision, **closed, answer="Rejected", words="I was in hospital.")
	assert seen["state"]["code"] == "Rejected" and "reopened" in kinds(closed["reference"])
	assert guest(api.request_review, **closed)["state"]["code"] == "Under Review"


def test_after_the_window_it_stays_closed_and_says_why(closed):
	pass_time(days=90)
	assert "reject" not in actions(closed)
	errors = guest(api.respond_to_decision, **closed, answer="Rejected")["errors"]
	assert "ended" in errors[""]
	assert frappe.db.get_value("Complaint", closed["reference"], "status") == "Closed"


def test_a_message_on_a_closed_case_is_kept_and_somebody_is_told(closed):
	seen = guest(api.add_message, **closed, text="One more thing")
	assert seen["state"]["code"] == "Closed" and seen["messages"][-1]["text"] == "One more thing"


def test_an_answer_on_a_merged_case_reaches_the_one_that_goes_on_and_waits():
	one, other = file_as_guest(), file_as_guest()
	act(one["reference"], "Acknowledge", channel="Phone")
	act(one["reference"], "Ask Complainant", question="Which model?", channel="Portal")
	act(other["reference"], "Mark as Duplicate", duplicate_of=one["reference"], channel="Portal")
	guest(api.add_message, reference=other["reference"], key=other["key"], text="Model 5")
	assert "message_received" in kinds(one["reference"])
	assert guest(api.track, reference=other["reference"], key=other["key"])["goes_on_as"] == one["reference"]
