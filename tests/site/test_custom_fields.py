"""The fields on ERPNext's doctypes: ours, marked as ours, and gone without a trace."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.erpnext_bridge import custom_fields
from cms_iso10002.setup import names

FIELDS = [(doctype, field) for doctype, fields in custom_fields.CUSTOM_FIELDS.items() for field in fields]
NAMES = [f"{doctype}-{field['fieldname']}" for doctype, field in FIELDS]


def on_site() -> dict[str, dict]:
	"""Our fields as they are, but for when they were saved last: Frappe before 15.40 saves what is the same."""
	rows = frappe.get_all("Custom Field", filters={"name": ("in", NAMES)}, fields=["*"], order_by="name")
	return {row.name: {key: value for key, value in row.items() if key != "modified"} for row in rows}


def everything() -> set[str]:
	return set(frappe.get_all("Custom Field", pluck="name", order_by="name"))


@pytest.mark.parametrize("doctype, field", FIELDS, ids=NAMES)
def test_a_field_is_ours_and_never_copied(doctype, field):
	assert field["module"] in names.modules()
	assert field["no_copy"] == 1
	df = frappe.get_meta(doctype).get_field(field["fieldname"])
	assert {key: df.get(key) for key in field} == field


@pytest.mark.parametrize("doctype, field", FIELDS, ids=NAMES)
def test_a_field_stands_where_erpnext_has_a_place_for_it(doctype, field):
	assert frappe.get_meta(doctype).has_field(field["insert_after"])


def test_a_copy_of_an_issue_has_no_complaint():
	issue = frappe.new_doc("Issue")
	issue.update({"subject": "Leaks", "complaint": "CMP-2026-00001"})
	assert frappe.copy_doc(issue, ignore_no_copy=False).complaint is None


@pytest.mark.real_commit
def test_making_them_again_changes_nothing():
	before = on_site()
	assert set(before) == set(NAMES)
	custom_fields.make()
	assert on_site() == before


@pytest.mark.real_commit
def test_what_was_changed_is_put_right():
	frappe.db.set_value("Custom Field", NAMES[0], "no_copy", 0)
	custom_fields.make()
	assert on_site()[NAMES[0]]["no_copy"] == 1


def test_removing_takes_ours_and_nothing_else():
	before = everything()
	frappe.make_property_setter(
		{
			"doctype": "Issue",
			"fieldname": "complaint",
			"property": "hidden",
			"value": "1",
			"property_type": "Check",
		}
	)
	custom_fields.remove()
	assert before - everything() == set(NAMES)
	assert not frappe.get_meta("Issue", cached=False).has_field("complaint")
	assert not frappe.get_all("Property Setter", {"doc_type": "Issue", "field_name": "complaint"})
	assert not frappe.get_all("Deleted Document", {"deleted_name": ("in", NAMES)})
	custom_fields.remove()


def test_a_field_of_somebody_else_is_neither_taken_over_nor_removed():
	frappe.db.set_value("Custom Field", NAMES[0], "module", "Custom")
	with pytest.raises(frappe.ValidationError, match=r"has a field .*complaint.* already"):
		custom_fields.make()
	custom_fields.remove()
	assert NAMES[0] in everything()
