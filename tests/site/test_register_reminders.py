"""Reminders of the registers: before the day, to the right people, once."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import acknowledgements, reminders, reviews
from tests.site.factories import (
	as_user,
	make_complaints_policy,
	make_context_item,
	make_training,
	make_user,
	only_the_cast,
	set_now,
)


def at(day: str) -> None:
	set_now(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=timezone.utc))


@pytest.fixture(autouse=True)
def in_november():
	only_the_cast()
	at("2026-11-24")


def told(doc) -> list[str]:
	"""Who has a notification about a record, by name."""
	rows = frappe.get_all("Notification Log", {"document_name": doc.name}, pluck="for_user", order_by="name")
	return sorted(user.split("@")[0] for user in rows)


def tasks(doc, status: str = "Open") -> list[tuple[str, str]]:
	rows = frappe.get_all(
		"ToDo",
		{"reference_name": doc.name, "status": status},
		["allocated_to", "date"],
		order_by="allocated_to",
	)
	return [(row.allocated_to.split("@")[0], str(row.date or "")) for row in rows]


# Training


def test_before_training_expires_the_person_and_the_managers_are_told_once():
	doc = make_training(valid_until="2026-12-24")
	at("2026-11-23")
	reminders.expiring_training()
	assert told(doc) == []
	at("2026-11-24")
	for _run in range(3):
		reminders.run()
	assert told(doc) == ["agent", "manager", "manager2"]
	assert tasks(doc) == [("agent", "2026-12-24")]
	doc.reload()
	assert str(doc.reminded_for) == "2026-12-24"
	doc.valid_until = "2026-12-20"
	doc.save()
	reminders.run()
	assert len(told(doc)) == 6, "another day is another reminder"


def test_how_long_before_is_said_on_the_record():
	early = make_training(valid_until="2027-02-01", remind_before=90)
	late = make_training(valid_until="2026-11-25", remind_before=0, topic="Other")
	reminders.run()
	assert told(early) and not told(late)
	at("2026-11-25")
	reminders.run()
	assert told(late)


def test_renewed_training_needs_no_reminder():
	old = make_training(valid_until="2026-12-01")
	make_training(trained_on="2026-11-20", valid_until="2027-11-19")
	other = make_training(topic="Mediation", valid_until="2026-12-01")
	reminders.run()
	assert told(old) == [] and told(other) == ["agent", "manager", "manager2"]


def test_renewal_closes_the_task():
	old = make_training(valid_until="2026-12-01")
	reminders.run()
	assert tasks(old) == [("agent", "2026-12-01")]
	make_training(trained_on="2026-11-20", valid_until="2027-11-19")
	assert tasks(old) == [] and tasks(old, "Closed") == [("agent", "2026-12-01")]


def test_who_left_is_not_reminded():
	gone = make_training(make_user("agent2"), valid_until="2026-12-01")
	frappe.db.set_value("User", make_user("agent2"), "enabled", 0)
	outside = make_training(make_user("boss"), valid_until="2026-12-01")
	history = make_training(trained_on="2024-01-01", valid_until="2025-01-01", topic="Long ago")
	reminders.run()
	assert told(gone) == [] and told(outside) == [] and told(history) == []


# Policy


def test_before_a_policys_review_managers_and_approver_are_told_once():
	doc = make_complaints_policy(next_review_on="2026-12-24")
	make_complaints_policy(approve=False, language="de", next_review_on="2026-12-24")
	reminders.policy_reviews()
	reminders.policy_reviews()
	assert told(doc) == ["manager", "manager2"]
	assert tasks(doc) == [("manager", "2026-12-24")], "it is the author's"
	as_user(make_user("manager2"), lambda: reviews.mark_reviewed(doc.doctype, doc.name, "2027-12-24"))
	assert tasks(doc) == [] and tasks(doc, "Closed") == [("manager", "2026-12-24")]
	reminders.policy_reviews()
	assert len(told(doc)) == 2
	at("2027-11-24")
	reminders.policy_reviews()
	assert len(told(doc)) == 4, "the next review has its own reminder"


def test_who_has_not_read_the_policy_is_asked_once():
	doc = make_complaints_policy()
	german = make_complaints_policy(language="de", translation_of=doc.name)
	as_user(make_user("auditor"), lambda: acknowledgements.acknowledge(german.name))
	for _run in range(2):
		reminders.unread_policies()
	assert told(doc) == ["agent", "agent2", "investigator", "manager", "manager2"]
	assert told(german) == [], "nobody is asked for the same twice"
	as_user(make_user("agent"), lambda: acknowledgements.acknowledge(doc.name))
	assert "agent" not in [name for name, _date in tasks(doc)]
	assert [name for name, _date in tasks(doc, "Closed")] == ["agent"]
	frappe.db.delete("ToDo", {"reference_name": doc.name})
	frappe.db.delete("Notification Log", {"document_name": doc.name})
	reminders.unread_policies()
	assert told(doc) == [], "who put the task away was asked"


def test_who_comes_new_is_asked_too():
	doc = make_complaints_policy()
	reminders.unread_policies()
	make_user("agent7")
	reminders.unread_policies()
	assert told(doc).count("agent7") == 1 and told(doc).count("agent") == 1


def test_nobody_is_left_with_a_version_that_was_replaced():
	doc = make_complaints_policy(valid_to="2026-11-30")
	reminders.unread_policies()
	assert len(tasks(doc)) == 6
	at("2026-11-30")
	reminders.unread_policies()
	assert len(tasks(doc)) == 6, "it still is in force"
	at("2026-12-01")
	reminders.unread_policies()
	assert tasks(doc) == [] and len(tasks(doc, "Closed")) == 6


def test_nobody_is_asked_to_read_what_is_past_or_a_draft():
	past = make_complaints_policy(valid_to="2026-11-23")
	draft = make_complaints_policy(approve=False)
	reminders.run()
	assert told(past) == [] and told(draft) == []


# Context


def test_who_is_responsible_is_told_of_a_review_once():
	doc = make_context_item(review_on="2026-12-08", responsible=make_user("auditor"))
	closed = make_context_item(review_on="2026-12-08", status="Closed")
	later = make_context_item(review_on="2026-12-09")
	for _run in range(2):
		reminders.run()
	assert told(doc) == ["auditor"] and tasks(doc) == [("auditor", "2026-12-08")]
	assert told(closed) == [] and told(later) == []


def test_a_manager_is_told_where_who_is_responsible_has_left():
	doc = make_context_item(review_on="2026-12-01", responsible=make_user("agent2"))
	frappe.db.set_value("User", make_user("agent2"), "enabled", 0)
	reminders.run()
	assert told(doc) == ["manager"]


def test_each_is_told_in_their_language():
	frappe.db.set_value("User", make_user("auditor"), "language", "de")
	frappe.local.lang = "en"
	doc = make_context_item(review_on="2026-12-01", responsible=make_user("auditor"))
	seen = []
	words = reviews.words

	def listen(doc):
		say = words(doc)
		return lambda: (seen.append(frappe.local.lang), say())[1]

	reviews.words = listen
	try:
		reminders.context_reviews()
	finally:
		reviews.words = words
	assert set(seen) == {"de"} and frappe.local.lang == "en"
	assert told(doc) == ["auditor"]


def test_one_that_fails_keeps_none_of_the_others_back(monkeypatch):
	doc = make_context_item(review_on="2026-12-01")
	policy = make_complaints_policy(next_review_on="2026-12-01")

	def fail():
		reminders.telling.notify("Complaints Policy", policy.name, [make_user("agent")], lambda: "half done")
		raise ValueError("broken")

	fail.__name__ = "policy_reviews"
	monkeypatch.setattr(reminders, "policy_reviews", fail)
	reminders.run()
	assert told(doc) == ["manager"]
	assert "agent" not in frappe.get_all(
		"Notification Log", {"document_name": policy.name, "subject": "half done"}, pluck="for_user"
	), "what it had begun is undone"
	assert frappe.db.exists("Error Log", {"method": ("like", "%policy_reviews%")})
