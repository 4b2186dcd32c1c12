"""What people sent stays as it came: nobody changes, publishes or deletes it, and `verify` misses what is gone."""

from __future__ import annotations

import frappe
import pytest
from frappe.client import delete, set_value

from cms_iso10002.complaints import verification
from cms_iso10002.portal import api
from tests.site.factories import act, advance, as_user, make_complaint, make_user
from tests.site.portal_factories import PNG, file_as_guest, guest, make_portal_user, start_counting_anew


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


@pytest.fixture
def sent():
	"""A case of a customer in the portal, with a file and a message: (user, case, file, message)."""
	user = make_portal_user("keeper")
	case = file_as_guest(files=[("photo.png", PNG)], user=user)["reference"]
	guest(api.add_message, user=user, reference=case, text="One more thing.")
	file = frappe.db.get_value("File", {"attached_to_name": case})
	message = frappe.db.get_value("Communication", {"reference_name": case, "sent_or_received": "Received"})
	return user, case, file, message


def test_who_sent_it_neither_deletes_nor_publishes_it(sent):
	user, case, file, message = sent
	assert frappe.db.get_value("File", file, "owner") == user
	for attempt in (
		lambda: delete("File", file),
		lambda: delete("Communication", message),
		lambda: set_value("File", file, {"is_private": 0}),
		lambda: set_value("File", file, "attached_to_name", "elsewhere"),
	):
		with pytest.raises(frappe.PermissionError):
			as_user(user, attempt)
	assert frappe.db.exists("File", {"name": file, "is_private": 1, "attached_to_name": case})
	assert frappe.get_doc("File", file).get_content() == PNG
	assert frappe.db.exists("Communication", message)


def test_a_file_of_the_same_content_publishes_nothing(sent):
	thief = make_portal_user("thief")

	def make_own():
		doc = frappe.get_doc({"doctype": "File", "file_name": "x.png", "content": PNG, "is_private": 1})
		doc.insert()
		set_value("File", doc.name, {"is_private": 0})

	with pytest.raises(frappe.PermissionError):
		as_user(thief, make_own)
	assert frappe.db.get_value("File", sent[2], "is_private") == 1


def test_nobody_puts_files_on_a_case_of_others(sent):
	def put():
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "x.png",
				"content": PNG + b"x",
				"is_private": 1,
				"attached_to_doctype": "Complaint",
				"attached_to_name": sent[1],
			}
		).insert()

	with pytest.raises(frappe.PermissionError):
		as_user(make_portal_user("thief"), put)


def test_staff_leave_what_came_in_alone_and_take_back_their_own_until_the_case_is_closed(sent):
	agent = make_user("agent")
	for doctype, name in (("File", sent[2]), ("Communication", sent[3])):
		with pytest.raises(frappe.PermissionError):
			as_user(agent, lambda doctype=doctype, name=name: delete(doctype, name))

	def attach(case):
		doc = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "note.txt",
				"content": "mine",
				"is_private": 1,
				"attached_to_doctype": "Complaint",
				"attached_to_name": case,
			}
		)
		return doc.insert().name

	by_mistake = as_user(agent, lambda: attach(sent[1]))
	as_user(agent, lambda: delete("File", by_mistake))
	case = advance(make_complaint(), "Acknowledged").name
	kept = as_user(agent, lambda: attach(case))
	act(case, "Withdraw", words="I withdraw.", channel="Phone")
	with pytest.raises(frappe.PermissionError):
		as_user(agent, lambda: delete("File", kept))


def test_verify_misses_what_is_gone(sent):
	_user, case, file, message = sent
	assert verification.verify(case).whole
	frappe.db.delete("File", {"name": file})
	frappe.db.delete("Communication", {"name": message})
	found = verification.verify(case).findings
	assert [finding.problem for finding in found] == ["gone", "gone"]
	assert file in str(found[0]) and message in str(found[1])
