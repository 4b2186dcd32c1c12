"""The register of context: how heavy, looked at again when, by whom."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import reviews
from tests.site.factories import as_user, make_complaints_policy, make_context_item, make_user, set_now


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


def test_a_risk_is_weighed_by_the_server():
	doc = make_context_item(score=1, rating="Low")
	assert (doc.score, doc.rating) == (12, "High")
	doc.impact = "Negligible"
	doc.save()
	assert (doc.score, doc.rating) == (4, "Low")
	party = make_context_item(kind="Interested Party", likelihood=None, impact=None)
	assert (party.score, party.rating or "") == (0, "")


@pytest.mark.parametrize(
	"values, words",
	[
		({"likelihood": None}, "how likely it is"),
		({"kind": "Opportunity", "impact": ""}, "how likely it is"),
		({"review_on": None}, "looked at again"),
		({"kind": "Rumour"}, "Rumour"),
		({"responsible": "nobody@complaints.test"}, "nobody"),
		({"title": ""}, "title"),
	],
)
def test_what_cannot_be_is_refused(values, words):
	with pytest.raises(frappe.ValidationError, match=words):
		make_context_item(**values)


def test_a_closed_item_needs_no_review():
	make_context_item(status="Closed", review_on=None)


def test_an_item_is_identified_today_unless_somebody_says_when():
	assert str(make_context_item(identified_on=None).identified_on) == "2026-11-24"


def test_a_review_says_who_when_and_when_next():
	doc = make_context_item(review_on="2026-11-20")
	manager = make_user("manager")
	as_user(
		manager,
		lambda: reviews.mark_reviewed(doc.doctype, doc.name, "2027-05-24", "Two people were <hired>"),
	)
	doc.reload()
	assert (str(doc.review_on), str(doc.last_review_on), doc.last_reviewed_by) == (
		"2027-05-24",
		"2026-11-24",
		manager,
	)
	comment = frappe.get_last_doc("Comment", filters={"reference_name": doc.name, "comment_type": "Info"})
	assert "Two people were" in comment.content and "<hired>" not in comment.content


def test_who_reviewed_is_not_a_clients_to_say():
	doc = make_context_item(last_review_on="2026-01-01", last_reviewed_by=make_user("agent"))
	assert not doc.last_review_on and not doc.last_reviewed_by
	doc.update({"last_review_on": "2026-01-01", "reminded_for": "2027-01-31"})
	doc.save()
	assert not doc.last_review_on and not doc.reminded_for


@pytest.mark.parametrize("day", ["2026-11-24", "2020-01-01"])
def test_the_next_review_is_ahead(day):
	doc = make_context_item()
	with pytest.raises(frappe.ValidationError, match="must be after today"):
		reviews.mark_reviewed(doc.doctype, doc.name, day)


def test_only_what_has_a_date_is_reviewed_and_by_who_may_write():
	doc, policy = make_context_item(), make_complaints_policy(approve=False)
	with pytest.raises(frappe.ValidationError, match="not reviewed by a date"):
		reviews.mark_reviewed("User", make_user("agent"), "2027-01-01")
	with pytest.raises(frappe.ValidationError, match="is not approved"):
		reviews.mark_reviewed(policy.doctype, policy.name, "2027-01-01")
	for name in ("agent", "auditor"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(name), lambda: reviews.mark_reviewed(doc.doctype, doc.name, "2027-01-01"))


def test_a_policy_is_reviewed_and_left_as_it_is():
	policy = make_complaints_policy()
	as_user(
		make_user("manager"), lambda: reviews.mark_reviewed(policy.doctype, policy.name, "2027-11-24", "")
	)
	policy.reload()
	assert (str(policy.next_review_on), policy.last_reviewed_by) == ("2027-11-24", make_user("manager"))
	policy.update({"next_review_on": "2028-01-01", "last_review_on": "2028-01-01", "is_published": 0})
	policy.save()
	policy.reload()
	assert (str(policy.next_review_on), str(policy.last_review_on)) == ("2027-11-24", "2026-11-24")
	assert not policy.is_published, "what may be changed was"


def test_an_overdue_review_is_not_moved_away():
	"""Only a review that is recorded moves it: neither a change does, nor closing it meanwhile."""
	doc = make_context_item(review_on="2026-11-20")
	for values in ({"review_on": "2028-01-01"}, {"status": "Closed", "review_on": None}, {"status": "Open"}):
		doc.update({"review_on": "2028-01-01", **values})
		doc.save()
		assert str(doc.reload().review_on) == "2026-11-20"
	closed = make_context_item(status="Closed", review_on=None)
	closed.update({"status": "Open", "review_on": "2027-02-01"})
	closed.save()
	assert str(closed.reload().review_on) == "2027-02-01", "said for the first time"
