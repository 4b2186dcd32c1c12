"""What the packaged runtime adds to its older Frappe does what Frappe 15 does: these tests pass on both."""

import frappe
import pytest


def make(text: str, **values):
	return frappe.get_doc({"doctype": "ToDo", "description": text, **values}).insert()


def test_get_single_value():
	assert frappe.get_single_value("System Settings", "time_zone") == "Europe/Berlin"


def test_setup_is_complete():
	assert frappe.is_setup_complete()


def test_bulk_update_gives_each_document_its_own_values():
	one, two = make("one"), make("two", priority="Low")
	frappe.db.bulk_update("ToDo", {one.name: {"priority": "High"}, two.name: {"description": "second"}})
	assert frappe.db.get_value("ToDo", one.name, ["description", "priority"]) == ("one", "High")
	assert frappe.db.get_value("ToDo", two.name, ["description", "priority"]) == ("second", "Low")


def test_bulk_update_can_leave_modified_alone():
	todo = make("one")
	before = frappe.db.get_value("ToDo", todo.name, "modified")
	frappe.db.bulk_update("ToDo", {todo.name: {"priority": "High"}}, update_modified=False)
	assert frappe.db.get_value("ToDo", todo.name, "modified") == before


@pytest.mark.parametrize("shape", ["as_dict", "as_list", "pluck"])
def test_rows_come_one_by_one(shape: str):
	names = sorted(make(str(number)).name for number in range(3))
	query = "select name from tabToDo where name in %s order by name"
	with frappe.db.unbuffered_cursor():
		rows = list(frappe.db.sql(query, (names,), as_iterator=True, **{shape: True}))
	assert [
		row if shape == "pluck" else row["name"] if shape == "as_dict" else row[0] for row in rows
	] == names
	assert frappe.db.count("ToDo", {"name": ["in", names]}) == 3


@pytest.mark.real_commit
def test_locked_rows_are_skipped(second_connection):
	todo = make("locked")
	frappe.db.commit()
	try:
		assert frappe.db.get_value("ToDo", todo.name, "description", for_update=True) == "locked"
		with second_connection():
			skipped = frappe.db.get_value("ToDo", {"name": todo.name}, for_update=True, skip_locked=True)
			assert skipped is None
			with pytest.raises(Exception, match=r"(?i)lock"):
				frappe.db.get_value("ToDo", {"name": todo.name}, for_update=True, wait=False)
	finally:
		frappe.db.rollback()
		todo.delete()
		frappe.db.commit()


def test_a_row_is_put_in_its_place():
	user = frappe.new_doc("User")
	user.append("roles", {"role": "All"})
	user.append("roles", {"role": "Guest"}, position=0)
	assert [(row.role, row.idx) for row in user.roles] == [("Guest", 1), ("All", 2)]


def test_who_uses_the_desk_is_a_desk_user():
	from tests.site.factories import make_user

	assert "Desk User" in frappe.get_roles(make_user("agent"))
	assert "Desk User" not in frappe.get_roles("Guest")
