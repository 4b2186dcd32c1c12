"""The shell's rules of the design, each as a test (1-5, 16; 11-14 stand in the tests of install and bridge)."""

from __future__ import annotations

import ast
import pathlib
from datetime import datetime, timedelta, timezone

import frappe
import pytest
from frappe.query_builder import DocType

import cms_iso10002
from cms_iso10002.complaints import actions, clock, timeline
from cms_iso10002.core import lifecycle
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_user,
	milestone,
	set_now,
)

SOURCE = pathlib.Path(cms_iso10002.__file__).parent


# Rule 1: server-owned fields


def test_rule_1_a_client_cannot_write_what_the_server_owns():
	case = make_complaint()
	before = frappe.get_doc("Complaint", case.name)
	doc = frappe.get_doc("Complaint", case.name)
	doc.update(
		{
			"next_action_at": None,
			"is_overdue": 1,
			"status_category": "Closed",
			"escalation_level": 9,
			"ledger_head": "0" * 64,
			"ledger_sequence": 99,
			"closure_basis": "Accepted",
			"policy_snapshot": "{}",
			"milestones": [],
			"decisions": [{"outcome": "Upheld", "approved_by": "Administrator", "round": 1}],
		}
	)
	doc.save()
	after = frappe.get_doc("Complaint", case.name)
	for name in (
		"next_action_at",
		"is_overdue",
		"status_category",
		"escalation_level",
		"ledger_head",
		"ledger_sequence",
	):
		assert after.get(name) == before.get(name), name
	assert after.policy_snapshot == before.policy_snapshot and not after.closure_basis
	assert [row.name for row in after.milestones] == [row.name for row in before.milestones] != []
	assert after.decisions == []


def test_rule_1_an_open_form_does_not_undo_what_the_sweep_wrote():
	case = make_complaint()
	open_form = frappe.get_doc("Complaint", case.name)
	row = open_form.milestones[0].name
	frappe.db.set_value("Complaint Milestone", row, "remark", "written meanwhile", update_modified=False)
	frappe.db.set_value("Complaint", case.name, "escalation_level", 2, update_modified=False)
	open_form.update({"subject": "changed on the open form", "assessment_reason": "Misheard"})
	open_form.save()
	assert frappe.db.get_value("Complaint Milestone", row, "remark") == "written meanwhile"
	assert frappe.db.get_value("Complaint", case.name, ["subject", "escalation_level"]) == (
		"changed on the open form",
		2,
	)


def test_rule_1_recording_an_event_keeps_row_names_and_modified():
	case = make_complaint()
	modified = frappe.db.get_value("Complaint", case.name, "modified")
	names = {row.stage: row.name for row in case.milestones}
	timeline.record(case.name, "acknowledged", {"letter": "x"})
	assert frappe.db.get_value("Complaint", case.name, "modified") == modified
	after = frappe.get_doc("Complaint", case.name).milestones
	assert {
		row.stage: row.name for row in after if row.stage in names and (row.occurrence or 1) == 1
	} == names


# Rule 2: the workflow only supplies the buttons


def test_rule_2_a_status_written_around_the_workflow_is_refused():
	case = make_complaint()
	doc = frappe.get_doc("Complaint", case.name)
	doc.status = "Closed"
	with pytest.raises(frappe.ValidationError, match="can't go from Received to Closed"):
		doc.save()
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"


def test_rule_2_a_legal_status_written_by_rest_obeys_the_same_guard():
	case = advance(make_complaint(), "Acknowledged")
	doc = frappe.get_doc("Complaint", case.name)
	doc.status = "Assessed"
	with pytest.raises(frappe.ValidationError, match="Still needed: severity"):
		doc.save()


def test_rule_2_the_workflow_button_and_the_bulk_action_obey_it_too():
	from frappe.model.workflow import apply_workflow

	case = advance(make_complaint(), "Acknowledged")
	with pytest.raises(frappe.ValidationError, match="Still needed"):
		apply_workflow(frappe.get_doc("Complaint", case.name).as_json(), "Assess")
	from tests.site.factories import ASSESSMENT

	edit(case, **ASSESSMENT)
	apply_workflow(frappe.get_doc("Complaint", case.name).as_json(), "Assess")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Assessed"
	assert "assessed" in kinds(case)


def test_rule_2_a_new_complaint_cannot_start_elsewhere():
	doc = frappe.get_doc(
		{**make_complaint().as_dict(), "name": None, "status": "Closed", "doctype": "Complaint"}
	)
	with pytest.raises(frappe.ValidationError, match="starts as"):
		frappe.copy_doc(doc, ignore_no_copy=True).insert()


def test_rule_2_roles_hold_per_transition():
	case = advance(make_complaint(), "Under Investigation")
	edit(case, findings="found")
	with pytest.raises(frappe.ValidationError, match="needs the role"):
		as_user(make_user("agent"), lambda: act(case, "Decide", outcome="Upheld", reasons="r"))


def test_rule_2_closed_cases_refuse_edits():
	case = advance(make_complaint(), "Acknowledged")
	act(case, "Put Out of Scope", reason="not ours", channel="Phone")
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		edit(case, subject="other")
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		edit(case, aspects=[{"what": "new"}])


# Rule 3: lock, then read from the locked row; the two-connection test stands in test_concurrency


def test_rule_3_the_head_is_read_from_the_locked_row():
	case = make_complaint()
	queries = []
	sql = frappe.db.sql

	def listen(query, *args, **kwargs):
		queries.append(str(query))
		return sql(query, *args, **kwargs)

	frappe.db.sql = listen
	try:
		timeline.record(case.name, "update_sent", {"letter": "x"})
	finally:
		frappe.db.sql = sql
	first = next(q for q in queries if "tabComplaint`" in q and "ledger_head" in q)
	assert "FOR UPDATE" in first.upper()
	events = next(q for q in queries if q.lstrip().upper().startswith("SELECT") and "tabComplaint Event" in q)
	assert "FOR UPDATE" in events.upper()


# Rule 4: UTC inside


def test_rule_4_an_hour_that_happens_twice_is_two_instants():
	first = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)  # 02:30 summer time in Berlin
	second = first + timedelta(hours=1)  # 02:30 again, winter time
	if clock.to_site(first) != clock.to_site(second):
		pytest.skip("the site's zone has no clock change on that night")
	set_now(first)
	case = make_complaint(received_on=None)
	set_now(second)
	timeline.record(case.name, "acknowledged", {"letter": "x"})
	set_now(None)
	events = frappe.get_all(
		"Complaint Event", filters={"complaint": case.name}, fields=["at", "at_utc"], order_by="sequence"
	)
	assert events[0].at == events[-1].at
	assert events[-1].at_utc - events[0].at_utc == 3_600_000_000


def test_rule_4_time_is_converted_in_one_place_only():
	for path in SOURCE.rglob("*.py"):
		if path.name == "clock.py" or "core" in path.parts:
			continue
		names = {
			node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
		}
		assert not names & {"astimezone", "localize", "now_datetime", "convert_utc_to_system_timezone"}, path


# Rule 5: the due query


def test_rule_5_the_due_query_uses_its_index():
	complaint = DocType("Complaint")
	query = (
		frappe.qb.from_(complaint)
		.select(complaint.name)
		.where(complaint.next_action_at <= clock.now_site())
		.orderby(complaint.next_action_at)
		.limit(100)
	)
	sql = query.get_sql()
	assert "ifnull" not in sql.lower()
	indexes = {row.Column_name for row in frappe.db.sql("show index from `tabComplaint`", as_dict=True)}
	assert {"next_action_at", "status_category"} <= indexes
	plan = frappe.db.sql("explain " + sql, as_dict=True)[0]
	assert "next_action_at" in (plan.possible_keys or "")


# Rule 16: templates


def test_rule_16_templates_use_only_names_of_the_jinja_hook():
	for path in [
		*SOURCE.rglob("print_format/**/*.html"),
		*SOURCE.rglob("templates/**/*.html"),
		*SOURCE.rglob("email_template.json"),
	]:
		text = path.read_text()
		assert "frappe." not in text, path
	for row in lifecycle.workflow_rows():
		assert "frappe" not in row["condition"]


# One door in, one door for events


def test_events_and_milestones_are_written_by_the_timeline_alone():
	for path in SOURCE.rglob("*.py"):
		if path.name == "timeline.py":
			continue
		text = path.read_text()
		assert (
			'bulk_insert("Complaint Event"' not in text and 'bulk_insert("Complaint Milestone"' not in text
		), path


def test_an_event_cannot_be_written_changed_or_deleted_by_hand():
	case = make_complaint()
	event = frappe.get_last_doc("Complaint Event", filters={"complaint": case.name})
	for attempt in (
		event.save,
		event.delete,
		lambda: frappe.get_doc({"doctype": "Complaint Event", "complaint": case.name, "kind": "x"}).insert(),
	):
		with pytest.raises(frappe.ValidationError, match="record"):
			attempt()


def test_saving_without_a_change_that_concerns_clocks_replays_nothing(monkeypatch):
	case = make_complaint()
	monkeypatch.setattr(timeline, "replay", lambda *a, **k: pytest.fail("replayed"))
	edit(case, remedy_notes="a new kettle, please")


def test_a_correction_of_receipt_needs_a_reason_and_moves_open_milestones():
	set_now(datetime(2026, 3, 4, 10, tzinfo=timezone.utc))
	case = make_complaint()
	due = milestone(case, "decide").due_at
	with pytest.raises(frappe.ValidationError, match="why the time of receipt"):
		edit(case, received_on="2026-03-02 10:00:00")
	edit(case, received_on="2026-03-02 10:00:00", assessment_reason="the letter came on Monday")
	assert milestone(case, "decide").due_at < due and kinds(case)[-1] == "receipt_corrected"
	assert not frappe.db.get_value("Complaint", case.name, "assessment_reason")
	set_now(None)


def test_a_changed_assessment_needs_a_reason_and_is_an_event():
	case = advance(make_complaint(), "Assessed")
	with pytest.raises(frappe.ValidationError, match="why the assessment"):
		edit(case, severity="Critical")
	doc = edit(case, severity="Critical", assessment_reason="a second shock was reported")
	assert doc.priority == "Urgent" and kinds(case)[-1] == "assessment_changed"


def test_marking_a_duplicate_keeps_both_and_the_earliest_receipt():
	set_now(datetime(2026, 3, 4, 10, tzinfo=timezone.utc))
	first = make_complaint()
	second = make_complaint(received_on="2026-03-02 10:00:00", subject="Kettle leaks again")
	found = actions.find_duplicates(second.name)
	assert found and found[0]["name"] == first.name and found[0]["why"]
	doc = act(second, "Mark as Duplicate", duplicate_of=first.name, channel="Phone")
	assert (doc.status, doc.duplicate_of) == ("Duplicate", first.name)
	assert str(frappe.db.get_value("Complaint", first.name, "received_on")) == "2026-03-02 10:00:00"
	assert actions.survivor(second.name) == first.name
	set_now(None)


def test_somebody_elses_complaint_is_no_duplicate():
	first = make_complaint()
	second = make_complaint(
		customer=None, complainant_name="Other", complainant_email="o@x.test", complainant_phone=None
	)
	with pytest.raises(frappe.ValidationError, match="somebody else"):
		act(second, "Mark as Duplicate", duplicate_of=first.name)


@pytest.mark.parametrize(
	"complainant_type, status", [("Other", "Out of Scope"), ("Employee as Customer", "Received")]
)
def test_an_employment_dispute_is_out_of_scope_unless_they_complain_as_a_customer(complainant_type, status):
	case = make_complaint(is_employment_dispute=1, complainant_type=complainant_type)
	assert frappe.db.get_value("Complaint", case.name, "status") == status == case.status
	if status == "Out of Scope":
		letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
		assert letter.kind == "Out of Scope" and letter.content


def test_a_dispute_already_outside_is_recorded_beside_the_complaint():
	from tests.site.test_lives import body

	case = make_complaint(outside_body=body())
	assert case.status == "Received" and case.in_external_dispute
	assert frappe.db.exists("External Dispute", {"complaint": case.name})


def test_the_versions_people_read_are_of_peoples_changes():
	frappe.flags.in_test = False  # Frappe makes no versions in tests
	case = advance(make_complaint(), "Acknowledged")
	frappe.flags.in_test = True
	changes = "".join(
		frappe.get_all("Version", filters={"docname": case.name}, pluck="data", order_by="creation")
	)
	assert "Acknowledged" in changes
	for name in ("ledger_head", "next_action_at", "milestones"):
		assert name not in changes


def test_the_history_reads_in_words():
	case = advance(make_complaint(), "Acknowledged")
	edit(case, handler=make_user("agent"))
	rows = actions.get_timeline(case.name)
	details = {row["kind"]: row["detail"] for row in rows}
	assert details["state_changed"] == "Received → Acknowledged"
	assert details["assigned"] == "Handler: agent"  # people by their names, never by their accounts
	assert all("payload" not in row for row in rows)


def test_a_complaint_has_one_workflow_action_and_nobody_a_todo_for_it():
	case = advance(make_complaint(), "Assessed")
	rows = frappe.get_all(
		"Workflow Action", filters={"reference_name": case.name}, fields=["*"], order_by="name"
	)
	assert [(row.workflow_state, row.status) for row in rows] == [("Assessed", "Completed")]
