"""The list of complaints: bulk assignment, the board by state, saved filters."""

import json
from pathlib import Path

import frappe
import pytest
from frappe.desk.doctype.kanban_board import kanban_board

from cms_iso10002.complaints import bulk
from cms_iso10002.core.states import CLOSED_STATES, STATES

from . import factories as make

BOARD = "Complaints by State"
FILTERS = Path(__file__).parents[2] / "cms_iso10002" / "fixtures" / "seed" / "list_filter.json"


# bulk assignment ------------------------------------------------------------------------------------------


def test_each_is_given_by_its_own_rules():
	agent, other = make.make_user("agent"), make.make_user("agent2")
	free, closed, concerned = (make.make_complaint() for _ in range(3))
	make.act(closed, "Withdraw", words="Never mind.")
	make.edit(concerned, conflict_check="Names Recorded", persons_concerned=[{"user": other}])
	hidden = make.make_complaint(confidentiality="Restricted", handler=make.make_user("manager"))
	names = [doc.name for doc in (free, closed, concerned, hidden)]
	answer = make.as_user(agent, lambda: bulk.assign(json.dumps([*names, free.name, "CMP-0"]), other))
	assert answer["done"] == 1
	why = {one["name"]: one["why"] for one in answer["refused"]}
	assert set(why) == {*names[1:], "CMP-0"}
	assert "can't be changed" in why[closed.name]
	assert "concerned" in why[concerned.name]
	assert why[hidden.name] == "You may not change this complaint."
	handlers = [frappe.db.get_value("Complaint", name, "handler") for name in names]
	assert handlers == [other, None, None, make.make_user("manager")]
	assert make.kinds(free).count("assigned") == 1


def test_a_refusal_is_told_once_and_writes_nothing():
	case, seller = make.make_complaint(), make.make_user("seller", "Sales User")
	frappe.clear_messages()
	answer = bulk.assign([case.name], seller)
	assert "needs the role" in answer["refused"][0]["why"]
	assert not frappe.local.message_log
	assert "assigned" not in make.kinds(case)


@pytest.mark.parametrize(
	("complaints", "handler", "words"),
	[
		([], "agent@complaints.test", "Choose the complaints"),
		(["x"] * 1 + [str(n) for n in range(201)], "agent@complaints.test", "at most 200"),
		(["x"], "nobody@at.all", "no user"),
	],
)
def test_bad_input(complaints, handler, words):
	with pytest.raises(frappe.ValidationError, match=words):
		bulk.assign(complaints, handler)


# the board ------------------------------------------------------------------------------------------------


def move(case, target: str, user: str = "agent"):
	make.as_user(
		make.make_user(user),
		lambda: kanban_board.update_order_for_single_card(BOARD, case.name, case.status, target, "0", "0"),
	)


def test_the_board_has_every_state_once_and_shows_those_that_are_open():
	columns = frappe.get_doc("Kanban Board", BOARD).columns
	assert [column.column_name for column in columns] == list(STATES)
	assert {column.column_name for column in columns if column.status == "Archived"} == set(CLOSED_STATES)


def test_a_card_moves_by_the_lifecycle_or_is_refused():
	case = make.advance(make.make_complaint(), "Acknowledged")
	with pytest.raises(frappe.ValidationError, match="Still needed: severity"):
		move(case, "Assessed")
	with pytest.raises(frappe.ValidationError, match="can't go from Acknowledged to Closed"):
		move(case, "Closed")
	case = make.edit(case, **make.ASSESSMENT)
	move(case, "Assessed")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Assessed"
	assert make.kinds(case)[-1] == "state_changed"


def test_who_may_not_write_moves_no_card():
	case = make.make_complaint()
	with pytest.raises(frappe.PermissionError):
		move(case, "Acknowledged", "auditor")


def test_the_board_keeps_no_names():
	"""Everybody reads the board; the state of a confidential case is not for everybody."""
	case = make.make_complaint(confidentiality="Restricted", handler=make.make_user("agent"))
	order = json.dumps({"Received": [case.name]})
	make.as_user(make.make_user("agent"), lambda: kanban_board.update_order(BOARD, order))
	board = frappe.get_doc("Kanban Board", BOARD)
	assert case.name not in frappe.as_json(board.as_dict())
	mine = frappe.new_doc("Kanban Board")
	mine.update({"kanban_board_name": "Mine", "reference_doctype": "Complaint", "field_name": "status"})
	mine.append("columns", {"column_name": "Received"})
	mine.insert()
	assert case.name not in frappe.as_json(mine.as_dict())


def test_boards_of_others_are_left_alone():
	todo = frappe.get_doc({"doctype": "ToDo", "description": "x", "status": "Open"}).insert()
	other = frappe.new_doc("Kanban Board")
	other.update({"kanban_board_name": "To Dos", "reference_doctype": "ToDo", "field_name": "status"})
	other.append("columns", {"column_name": "Open"})
	other.insert()
	assert todo.name in other.columns[0].order


# saved filters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [record["name"] for record in json.loads(FILTERS.read_text())])
def test_a_saved_filter_can_be_used(name):
	saved = frappe.get_doc("List Filter", name)
	assert not saved.for_user
	frappe.get_list("Complaint", filters=json.loads(saved.filters), pluck="name", order_by="name")


def test_saved_filters_find_what_they_say():
	case = make.make_complaint()
	found = frappe.get_doc("List Filter", "complaints-without-a-handler")
	assert case.name in frappe.get_list("Complaint", filters=json.loads(found.filters), pluck="name")
	make.edit(case, handler=make.make_user("agent"))
	assert case.name not in frappe.get_list("Complaint", filters=json.loads(found.filters), pluck="name")
