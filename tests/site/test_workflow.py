"""The Workflow on the site is the lifecycle's, and stays the site's own once somebody has changed it."""

from collections import defaultdict

import frappe
import pytest

from cms_iso10002.core import lifecycle
from cms_iso10002.core.states import CLOSED_STATES, STATES
from cms_iso10002.setup import workflow, written

DESK = {"Complaint Agent", "Complaint Investigator", "Complaint Manager"}


@pytest.fixture
def shipped():
	return frappe.get_doc("Workflow", workflow.NAME)


def rows(doc) -> list[tuple]:
	return [(r.state, r.action, r.next_state, r.allowed, r.condition or "") for r in doc.transitions]


def test_it_is_the_lifecycle(shipped):
	wanted = [
		tuple(row[key] for key in ("state", "action", "next_state", "allowed", "condition"))
		for row in lifecycle.workflow_rows()
	]
	assert rows(shipped) == wanted


def test_it_supplies_the_buttons_of_every_state_and_role(shipped):
	offered = defaultdict(set)
	for row in shipped.transitions:
		offered[row.state, row.allowed].add(row.action)
	for state in STATES:
		for role in DESK:
			actions = {t.action for t in lifecycle.actions_from(state, [role])}
			assert offered[state, role] == actions, (state, role)


def test_its_settings(shipped):
	assert (shipped.document_type, shipped.workflow_state_field) == ("Complaint", "status")
	assert (shipped.is_active, shipped.send_email_alert) == (1, 0)
	assert {row.allow_self_approval for row in shipped.transitions} == {1}
	assert frappe.get_meta("Complaint").get_field("status").fieldtype == "Select"


def test_a_form_is_open_to_those_who_handle_and_a_closed_one_to_managers_alone(shipped):
	editors = defaultdict(set)
	for row in shipped.states:
		editors[row.state].add(row.allow_edit)
	assert set(editors) == set(STATES)
	for state, found in editors.items():
		assert found == ({"Complaint Manager"} if state in CLOSED_STATES else DESK), state


def test_its_first_state_is_where_a_complaint_starts(shipped):
	assert shipped.states[0].state == "Received" == frappe.get_meta("Complaint").get_field("status").default


def test_every_state_has_a_style_by_its_category():
	styles = dict(frappe.get_all("Workflow State", fields=["name", "style"], order_by="name", as_list=True))
	ours = written.load("Workflow State")
	for state, category in STATES.items():
		assert state in styles
		if ours[state]["ours"]:
			assert styles[state] == workflow.STYLES[category]


def test_a_condition_shows_a_button_only_where_it_leads_somewhere(shipped):
	conditions = {row.condition for row in shipped.transitions if row.action == "Resume"}
	assert conditions == {f'doc.resume_state == "{state}"' for state in lifecycle.OPEN_STATES}
	late = {row.condition for row in shipped.transitions if row.action == "Record Late Rejection"}
	assert late == {'doc.closure_basis == "No Reply"'}


def test_an_untouched_one_follows_the_lifecycle(monkeypatch):
	fewer = [row for row in lifecycle.workflow_rows() if row["action"] != "Reopen"]
	monkeypatch.setattr(workflow, "workflow_rows", lambda: fewer)
	workflow.make()
	assert len(rows(frappe.get_doc("Workflow", workflow.NAME))) == len(fewer)
	monkeypatch.undo()
	workflow.make()
	assert len(rows(frappe.get_doc("Workflow", workflow.NAME))) == len(lifecycle.workflow_rows())


@pytest.mark.parametrize(
	"change",
	[
		lambda doc: doc.remove(doc.transitions[0]),
		lambda doc: doc.update({"is_active": 0}),
		lambda doc: doc.states[0].update({"allow_edit": "System Manager"}),
		lambda doc: doc.transitions[0].update({"condition": "doc.severity"}),
		lambda doc: doc.transitions[0].update({"allow_self_approval": 0}),
	],
	ids=["a row less", "switched off", "another role", "a condition", "no self approval"],
)
def test_a_touched_one_stays_as_it_is(monkeypatch, shipped, change):
	change(shipped)
	shipped.save()
	fewer = [row for row in lifecycle.workflow_rows() if row["action"] != "Reopen"]
	monkeypatch.setattr(workflow, "workflow_rows", lambda: fewer)
	before = written.fingerprint(frappe.get_doc("Workflow", workflow.NAME))
	workflow.make()
	assert written.fingerprint(frappe.get_doc("Workflow", workflow.NAME)) == before


def test_saving_it_unchanged_does_not_count_as_touching_it(shipped):
	as_left = written.load("Workflow")[workflow.NAME]["record"]
	shipped.workflow_data = '[{"id": 1, "position": {"x": 0, "y": 0}}]'
	shipped.states[0].workflow_builder_id = "1"
	shipped.save()
	assert written.fingerprint(frappe.get_doc("Workflow", workflow.NAME)) == as_left


def test_one_that_was_deleted_does_not_come_back():
	frappe.delete_doc("Workflow", workflow.NAME)
	workflow.make()
	assert not frappe.db.exists("Workflow", workflow.NAME)
