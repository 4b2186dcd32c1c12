"""Who sees a complaint: the hook for one document and the condition for a query say the same."""

from __future__ import annotations

import itertools

import frappe
import pytest

from cms_iso10002.complaints import permissions
from tests.site.factories import as_user, edit, make_complaint, make_user

LEVELS = ("Normal", "Confidential", "Restricted")
USERS = ("agent", "agent2", "investigator", "manager", "auditor")

EXPECTED = {
	"Normal": {"agent", "agent2", "investigator", "manager", "auditor"},
	"Confidential": {"agent", "investigator", "manager", "auditor"},
	"Restricted": {"agent", "investigator", "manager"},
}
"""agent is the handler and investigator the investigator of every case here; agent2 works on none."""


@pytest.fixture
def cases():
	handler, investigator = make_user("agent"), make_user("investigator")
	return {
		level: make_complaint(confidentiality=level, handler=handler, investigator=investigator).name
		for level in LEVELS
	}


@pytest.mark.parametrize("level, name", list(itertools.product(LEVELS, USERS)))
def test_documents_lists_and_what_belongs_to_them(cases, level, name):
	user, case, seen = make_user(name), cases[level], name in EXPECTED[level]

	def look():
		assert bool(frappe.has_permission("Complaint", "read", case)) is seen
		assert bool(frappe.get_list("Complaint", filters={"name": case})) is seen
		assert bool(frappe.get_list("Complaint Event", filters={"complaint": case})) is seen
		event = frappe.get_all("Complaint Event", filters={"complaint": case}, pluck="name")[0]
		assert bool(frappe.has_permission("Complaint Event", "read", event)) is seen

	as_user(user, look)


def test_a_person_concerned_loses_what_was_shared_and_assigned_before():
	from frappe.desk.form import assign_to

	user = make_user("agent2")
	case = make_complaint(confidentiality="Normal")
	frappe.share.add("Complaint", case.name, user, notify=0)
	assign_to.add({"assign_to": [user], "doctype": "Complaint", "name": case.name})
	edit(case, conflict_check="Names Recorded", persons_concerned=[{"user": user}])

	def look():
		assert not frappe.has_permission("Complaint", "read", case.name)
		assert not frappe.get_list("Complaint", filters={"name": case.name})

	as_user(user, look)
	assert not frappe.db.exists("ToDo", {"reference_name": case.name, "status": "Open"})
	with pytest.raises(frappe.ValidationError, match="can't be shared"):
		frappe.share.add("Complaint", case.name, user, notify=0)


def test_whoever_has_no_role_sees_nothing():
	user = (
		make_user("stranger", "Employee")
		if frappe.db.exists("Role", "Employee")
		else make_user("stranger", "Translator")
	)
	case = make_complaint()

	def look():
		assert not frappe.has_permission("Complaint", "read", case.name)
		with pytest.raises(frappe.PermissionError):
			frappe.get_list("Complaint")

	as_user(user, look)


def test_the_hook_answers_true_or_false_never_none(cases):
	for name, user in itertools.product(cases.values(), USERS):
		answer = permissions.complaint(frappe.get_doc("Complaint", name), "read", make_user(user))
		assert answer is True or answer is False


def test_help_needed_is_for_those_who_write_to_the_complainant():
	case = make_complaint(assistance_notes="is deaf")

	def read():
		doc = frappe.get_doc("Complaint", case.name)
		doc.apply_fieldlevel_read_permissions()
		return doc.get("assistance_notes")

	assert as_user(make_user("agent"), read) == "is deaf"
	assert not as_user(make_user("auditor"), read)
	assert not as_user(make_user("investigator"), read)
