"""Who may do what with the registers: the roles' matrix, and what is one's own."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import acknowledgements, permissions
from tests.site.factories import (
	as_user,
	make_complaints_policy,
	make_context_item,
	make_objective,
	make_training,
	make_user,
	set_now,
)

PEOPLE = ("agent", "investigator", "manager", "auditor", "boss")
NOBODY, MANAGERS = set(), {"manager"}
OVERSEERS = {"manager", "auditor", "boss"}
EXPECTED = {
	"Complaint Objective": {"read": OVERSEERS, "write": MANAGERS, "create": MANAGERS, "delete": MANAGERS},
	"Complaint Context Item": {"read": OVERSEERS, "write": MANAGERS, "create": MANAGERS, "delete": MANAGERS},
	"Complaints Policy": {
		"read": set(PEOPLE),
		"write": MANAGERS,
		"create": MANAGERS,
		"submit": MANAGERS,
		"cancel": MANAGERS,
		"amend": NOBODY,
	},
	"Complaint Handler Training": {
		"read": set(PEOPLE),
		"write": MANAGERS,
		"create": MANAGERS,
		"delete": MANAGERS,
	},
	"Complaints Policy Acknowledgement": {
		"read": set(PEOPLE),
		"write": NOBODY,
		"create": NOBODY,
		"delete": NOBODY,
	},
}


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


@pytest.mark.parametrize(
	"doctype, right", [(doctype, right) for doctype, rights in EXPECTED.items() for right in rights]
)
def test_the_roles(doctype, right):
	may = {name for name in PEOPLE if frappe.has_permission(doctype, right, user=make_user(name))}
	assert may == EXPECTED[doctype][right]


@pytest.mark.parametrize("doctype", EXPECTED)
def test_customers_and_strangers_see_nothing(doctype):
	customer = make_user("stranger", "Customer")
	for user in (customer, "Guest"):
		assert not frappe.has_permission(doctype, "read", user=user)


def test_what_a_list_shows_a_document_opens():
	policy = make_complaints_policy()
	for name in ("agent", "investigator"):
		make_training(make_user(name))
		as_user(make_user(name), lambda: acknowledgements.acknowledge(policy.name))
	for doctype, name in itertools.product(
		("Complaint Handler Training", "Complaints Policy Acknowledgement"), PEOPLE
	):
		every = frappe.get_all(doctype, fields=["name", "user"], order_by="name")
		assert len(every) == 2
		user = make_user(name)
		seen = {row.name for row in every if name in OVERSEERS or row.user == user}

		def look(doctype=doctype, every=every, seen=seen):
			assert set(frappe.get_list(doctype, pluck="name", limit_page_length=0)) == seen
			assert {row.name for row in every if frappe.has_permission(doctype, "read", row.name)} == seen

		as_user(user, look)


def test_the_hook_answers_true_or_false_never_none():
	doc = make_training()
	for name in PEOPLE:
		assert permissions.own(doc, "read", make_user(name)) in (True, False)


def test_an_agent_does_not_put_their_own_training_right():
	doc = make_training()

	def prolong():
		mine = frappe.get_doc(doc.doctype, doc.name)
		mine.valid_until = "2030-01-01"
		mine.save()

	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), prolong)


def test_the_report_is_for_those_who_see_all_people():
	report = frappe.get_doc("Report", "Training Status")
	for name in PEOPLE:
		assert bool(as_user(make_user(name), report.is_permitted)) is (name in OVERSEERS), name


def test_an_auditor_reads_what_a_manager_wrote():
	for doc in (make_objective(), make_context_item(), make_complaints_policy()):
		assert frappe.has_permission(doc.doctype, "read", doc.name, user=make_user("auditor"))
		assert frappe.has_permission(doc.doctype, "print", doc.name, user=make_user("auditor"))
