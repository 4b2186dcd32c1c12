"""From a complaint to an action, in ERPNext's quality management and back; and what a complaint says of its actions."""

from __future__ import annotations

import json

import frappe
import pytest

from cms_iso10002.complaints import actions, causes, clock, corrective_actions, verification
from cms_iso10002.erpnext_bridge import dashboards, quality
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_action,
	make_complaint,
	make_item,
	make_user,
)

MAJOR = {"severity": "Major", "complexity": "High"}


def state(complaint) -> str:
	return frappe.db.get_value("Complaint", getattr(complaint, "name", complaint), "action_state")


def leaf(tree: str = "Complaint Root Cause") -> str:
	return frappe.get_all(tree, {"is_group": 0, "disabled": 0}, pluck="name", order_by="lft")[0]


def leaves(number: int) -> list[str]:
	found = frappe.get_all(
		"Complaint Root Cause", {"is_group": 0, "disabled": 0}, pluck="name", order_by="lft"
	)
	return found[:number]


def make_procedure(name: str = "Packing") -> str:
	if not frappe.db.exists("Quality Procedure", name):
		frappe.get_doc({"doctype": "Quality Procedure", "quality_procedure_name": name}).insert()
	return name


def complete(record: str) -> None:
	"""As people do it in ERPNext: every resolution of the Quality Action is completed."""
	doc = frappe.get_doc("Quality Action", record)
	for row in doc.resolutions:
		row.status = "Completed"
	doc.save()


# causes --------------------------------------------------------------------------------------------------


def test_causes_and_whys_are_rows_of_the_complaint():
	root, other = leaves(2)
	case = edit(
		make_complaint(),
		root_cause=root,
		causes=[{"root_cause": other, "kind": "Hid It", "notes": "Nobody looks."}],
		whys=[{"answer": "The seal was missing."}, {"answer": "The line ran without one."}],
	)
	(chain,) = causes.chains(case)
	assert [step["question"] for step in chain["steps"]] == [
		"Why did it happen?",
		"Why? “The seal was missing.”",
	]
	assert "changed" in kinds(case)


@pytest.mark.parametrize(
	("values", "says"),
	[
		(lambda one, two: {"root_cause": one, "causes": [{"root_cause": one}]}, "is the root cause already"),
		(lambda one, two: {"causes": [{"root_cause": two}, {"root_cause": two}]}, "named twice"),
		(lambda one, two: {"whys": [{"answer": " "}]}, "Answer the why|Because"),
	],
)
def test_causes_that_say_nothing_are_refused(values, says):
	with pytest.raises(frappe.ValidationError, match=says):
		edit(make_complaint(), **values(*leaves(2)))


def test_a_group_of_causes_is_no_cause():
	group = frappe.get_all("Complaint Root Cause", {"is_group": 1}, pluck="name", order_by="lft")[0]
	with pytest.raises(frappe.ValidationError, match="group of causes"):
		edit(make_complaint(), root_cause=group)


def test_a_disabled_cause_is_refused_when_it_is_chosen_and_stays_where_it_was():
	case = edit(make_complaint(), root_cause=leaf())
	frappe.db.set_value("Complaint Root Cause", leaf(), "disabled", 1)
	assert edit(case, remedy_notes="A new one").root_cause
	with pytest.raises(frappe.ValidationError, match="disabled"):
		edit(make_complaint(), root_cause=case.root_cause)


# the gate ------------------------------------------------------------------------------------------------


def accepted(**values):
	"""An answer that the complainant is content with; a grave one was approved by the manager."""
	case = advance(make_complaint(), "Decided", **values)
	if values:
		as_user(make_user("manager"), lambda: actions.approve_decision(case.name))
	return act(act(case, "Send Response", channel="Phone"), "Record Acceptance")


def test_a_major_complaint_is_answered_without_a_cause_and_not_closed():
	case = accepted(**MAJOR)
	with pytest.raises(frappe.ValidationError, match="a corrective action, or the reason"):
		act(case, "Close")
	case = edit(case, root_cause=leaf())
	with pytest.raises(frappe.ValidationError, match="a corrective action, or the reason"):
		act(case, "Close")
	make_action(case)
	assert act(case, "Close").status == "Closed"


def test_a_reason_will_do_and_blanks_will_not():
	case = accepted(**MAJOR)
	with pytest.raises(frappe.ValidationError, match="root cause"):
		act(edit(case, no_action_reason="   "), "Close")
	case = edit(case, no_action_reason="A storm of the century.")
	assert case.action_state == "Not Needed"
	assert act(case, "Close").status == "Closed"


def test_an_action_that_was_given_up_is_none():
	case = edit(accepted(**MAJOR), root_cause=leaf())
	action = make_action(case)
	corrective_actions.cancel_action(action.name, "Too expensive.")
	assert state(case) == ""
	with pytest.raises(frappe.ValidationError, match="a corrective action, or the reason"):
		act(case, "Close")


def test_a_minor_complaint_needs_neither():
	assert act(accepted(), "Close").status == "Closed"


@pytest.mark.parametrize("said", ["Open", "In Effect", "Effective", "Not Needed"])
def test_nobody_says_by_hand_how_far_the_actions_are(said):
	assert not edit(make_complaint(), action_state=said).action_state


# a Quality Action ----------------------------------------------------------------------------------------


def test_a_quality_action_is_made_and_each_leads_to_the_other():
	case = edit(make_complaint(), root_cause=leaf())
	action = make_action(
		case,
		rule="",
		record="Quality Action",
		description="Second <look>\nby hand",
		responsible=make_user("investigator"),
		due_on="2030-01-31",
	)
	assert (action.rule, action.root_cause, action.state) == ("Same Root Cause", case.root_cause, "Open")
	record = frappe.get_doc("Quality Action", action.document_name)
	assert record.complaint == case.name
	assert [row.complaint for row in record.complaints] == [case.name]
	(row,) = record.resolutions
	assert (row.responsible, str(row.completion_by), row.status) == (
		make_user("investigator"),
		"2030-01-31",
		"Open",
	)
	assert "<look>" not in row.resolution and row.problem == "Check every seal before packing"
	assert kinds(case)[-1] == "action" and state(case) == "Open"


def test_completed_in_erpnext_is_in_effect_and_reopened_is_open():
	case = make_complaint()
	action = make_action(case, record="Quality Action")
	complete(action.document_name)
	action.reload()
	assert (action.state, action.in_effect_from) == ("In Effect", clock.today())
	assert (action.check_on - action.in_effect_from).days == corrective_actions.check_days() == 90
	assert state(case) == "In Effect"
	record = frappe.get_doc("Quality Action", action.document_name)
	record.resolutions[0].status = "Open"
	record.save()
	action.reload()
	assert (action.state, action.in_effect_from, state(case)) == ("Open", None, "Open")
	# as if somebody had judged that it did not work: a new round, with a day of checking of its own
	assert (action.round, action.check_on) == (2, None)
	assert frappe.get_doc("Quality Action", record.name).status == "Open"


def test_several_complaints_share_an_action_and_each_is_told():
	one, two = make_complaint(), make_complaint(complainant_name="Max", complainant_email="m@x.test")
	action = make_action(one, record="Quality Action")
	corrective_actions.join_action(two.name, action.name)
	record = frappe.get_doc("Quality Action", action.document_name)
	assert [row.complaint for row in record.complaints] == [one.name, two.name]
	assert state(one) == state(two) == "Open"
	complete(record.name)
	assert state(one) == state(two) == "In Effect"
	with pytest.raises(frappe.ValidationError, match="already"):
		corrective_actions.join_action(two.name, action.name)
	action.reload()
	action.complaints = action.complaints[:1]
	action.save()
	assert state(two) == "" and kinds(two)[-1] == "action"
	assert [row.complaint for row in frappe.get_doc("Quality Action", record.name).complaints] == [one.name]


def test_a_complaint_says_the_least_advanced_of_its_actions():
	case = make_complaint()
	first, second = make_action(case), make_action(case, title="Train the packers")
	corrective_actions.mark_done(first.name)
	assert state(case) == "Open"
	corrective_actions.mark_done(second.name)
	assert state(case) == "In Effect"


def test_a_closed_complaint_is_kept_up_to_date_and_its_chain_stays_whole():
	case = edit(accepted(**MAJOR), root_cause=leaf())
	action = make_action(case)
	modified = act(case, "Close") and frappe.db.get_value("Complaint", case.name, "modified")
	corrective_actions.mark_done(action.name)
	assert state(case) == "In Effect" and kinds(case)[-1] == "action"
	assert frappe.db.get_value("Complaint", case.name, "modified") == modified
	assert not verification.verify(case.name).findings


def test_what_erpnexts_record_is_about_says_nobody_by_hand():
	case, other = make_complaint(), make_complaint()
	action = make_action(case, record="Quality Action")
	record = frappe.get_doc("Quality Action", action.document_name)
	record.update({"complaint": other.name, "complaints": [{"complaint": other.name}]})
	record.save()
	record.reload()
	assert (record.complaint, [row.complaint for row in record.complaints]) == (case.name, [case.name])
	new = frappe.copy_doc(record, ignore_no_copy=False)
	new.complaint = other.name
	new.insert()
	assert not new.complaint and not new.complaints


def test_its_connections_show_the_complaints():
	data = dashboards.quality_record({"fieldname": "x", "transactions": [{"items": ["Quality Review"]}]})
	assert data["internal_links"]["Complaint"] == ["complaints", "complaint"]
	assert data["transactions"][-1]["items"] == ["Complaint"]
	case = make_complaint()
	action = make_action(case, record="Quality Action")
	from frappe.desk.notifications import get_open_count

	found = get_open_count("Quality Action", action.document_name, json.dumps(["Complaint"]))["count"]
	if isinstance(found, list):
		return  # Frappe 15.0 counts them in the browser, by the same data
	(link,) = found["internal_links_found"]
	assert (link["doctype"], link["count"], link["names"]) == ("Complaint", 1, [case.name])


def test_evidence_counts_it_as_linked():
	case = make_complaint()
	make_action(case, record="Quality Action")
	names = {name for query in quality.linked_complaints() for name in query.run(pluck=True)}
	assert case.name in names


# a Non Conformance ---------------------------------------------------------------------------------------


def test_a_non_conformance_asks_for_its_procedure():
	case = make_complaint()
	with pytest.raises(frappe.ValidationError, match="which procedure was not kept"):
		make_action(case, record="Non Conformance")
	assert not frappe.db.exists("Complaint Action Case", {"complaint": case.name})
	with pytest.raises(frappe.ValidationError, match="choose one from the list"):
		make_action(case, record="Non Conformance", procedure="No such procedure")
	action = make_action(case, record="Non Conformance", procedure=make_procedure())
	record = frappe.get_doc("Non Conformance", action.document_name)
	assert (record.procedure, record.status, record.complaint) == ("Packing", "Open", case.name)
	assert "Check every seal" in record.corrective_action
	record.status = "Resolved"
	record.save()
	assert state(case) == "In Effect"


def test_a_non_conformance_that_is_cancelled_gives_the_action_up():
	case = make_complaint()
	action = make_action(case, record="Non Conformance", procedure=make_procedure())
	record = frappe.get_doc("Non Conformance", action.document_name)
	record.status = "Cancelled"
	record.save()
	action.reload()
	assert action.state == "Cancelled" and record.name in action.cancel_reason
	assert state(case) == ""


# records that are there ----------------------------------------------------------------------------------


def test_an_existing_record_can_be_taken_once():
	name = quality.make_action("Seals are missing")
	case = make_complaint()
	action = make_action(case, record="Quality Action", document_name=name)
	assert action.document_name == name
	assert frappe.db.get_value("Quality Action", name, "complaint") == case.name
	with pytest.raises(frappe.ValidationError, match="join that one"):
		make_action(make_complaint(), record="Quality Action", document_name=name)


def test_a_completed_record_can_not_be_taken():
	name = quality.make_action("Seals are missing")
	complete(name)
	with pytest.raises(frappe.ValidationError, match="already"):
		make_action(make_complaint(), record="Quality Action", document_name=name)


def test_other_doctypes_are_no_records_of_actions():
	with pytest.raises(frappe.ValidationError, match="keeps a"):
		make_action(make_complaint(), record="Issue")


# bad input and people ------------------------------------------------------------------------------------


def test_without_anything_to_compare_there_is_no_action():
	case = make_complaint(category=None)
	with pytest.raises(frappe.ValidationError, match="no root cause, item or category"):
		corrective_actions.create_action(case.name, "Do something")
	with pytest.raises(frappe.ValidationError, match="no Root Cause yet"):
		corrective_actions.create_action(case.name, "Do something", rule="Same Root Cause")


def test_the_item_is_taken_where_there_is_no_cause():
	case = edit(make_complaint(), subjects=[{"item_code": make_item()}])
	action = make_action(case, rule="")
	assert (action.rule, action.item_code) == ("Same Item", make_item())


def test_a_state_is_not_written_by_rest():
	action = make_action(make_complaint())
	action.update({"state": "Effective", "in_effect_from": "2026-01-01", "round": 9})
	action.append("checks", {"judgement": "Effective"})
	action.save()
	action.reload()
	assert (action.state, action.in_effect_from, action.round, action.checks) == ("Open", None, 1, [])
	new = frappe.copy_doc(action)
	new.state = "Effective"
	new.insert()
	assert new.state == "Open"


def test_an_action_is_given_up_and_never_deleted():
	action = make_action(make_complaint())
	with pytest.raises(frappe.ValidationError, match="can't be deleted"):
		frappe.delete_doc("Complaint Action", action.name)
	with pytest.raises(frappe.ValidationError, match="Say why"):
		corrective_actions.cancel_action(action.name, " ")


def test_done_is_not_in_the_future_and_not_past_the_record():
	action = make_action(make_complaint())
	with pytest.raises(frappe.ValidationError, match="future"):
		corrective_actions.mark_done(action.name, str(frappe.utils.add_days(clock.today(), 1)))
	recorded = make_action(make_complaint(), record="Quality Action")
	with pytest.raises(frappe.ValidationError, match="this action follows it"):
		corrective_actions.mark_done(recorded.name)


def test_an_auditor_makes_none():
	case = make_complaint()
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("auditor"), lambda: corrective_actions.create_action(case.name, "x"))


# confidential --------------------------------------------------------------------------------------------


def test_a_confidential_complaint_is_not_named_on_erpnexts_record_nor_its_action_seen():
	case = make_complaint(handler=make_user("agent"), confidentiality="Confidential")
	action = make_action(case, record="Quality Action")
	record = frappe.get_doc("Quality Action", action.document_name)
	assert not record.complaint and not record.complaints
	assert case.name not in json.dumps(record.as_dict(), default=str)

	def seen(user):
		listed = as_user(user, lambda: frappe.get_list("Complaint Action", pluck="name"))
		may = frappe.has_permission("Complaint Action", "read", action.name, user=user)
		rows = as_user(
			user,
			lambda: frappe.get_list(
				"Complaint Action Case", pluck="complaint", parent_doctype="Complaint Action"
			),
		)
		assert (action.name in listed) is may is (case.name in rows)
		return may

	assert seen(make_user("agent")) and seen(make_user("manager"))
	assert not seen(make_user("agent2"))
	names = {name for query in quality.linked_complaints() for name in query.run(pluck=True)}
	assert case.name in names  # evidence counts it all the same


def test_a_complaint_that_becomes_confidential_is_taken_off_the_record():
	case = make_complaint()
	action = make_action(case, record="Quality Action")
	edit(case, confidentiality="Confidential", handler=make_user("agent"))
	assert not frappe.get_doc("Quality Action", action.document_name).complaints
	edit(case, confidentiality="Normal")
	assert frappe.db.get_value("Quality Action", action.document_name, "complaint") == case.name


def test_a_person_concerned_puts_no_case_under_an_action():
	case = edit(
		make_complaint(),
		conflict_check="Names Recorded",
		persons_concerned=[{"user": make_user("investigator")}],
	)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("investigator"), lambda: corrective_actions.create_action(case.name, "x"))
	action = make_action(make_complaint())
	action.append("complaints", {"complaint": case.name})
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("investigator"), action.save)


# the correction ------------------------------------------------------------------------------------------


def test_who_saw_that_the_correction_was_made_stands_on_the_complaint():
	case = advance(make_complaint(), "Decided")
	with pytest.raises(frappe.ValidationError, match="before it is answered"):
		causes.verify_correction(case.name, "Rang them up.")
	case = act(act(case, "Send Response", channel="Phone"), "Record Acceptance")
	with pytest.raises(frappe.ValidationError, match="Say how"):
		causes.verify_correction(case.name, " ")
	act(case, "Close")
	found = as_user(make_user("manager"), lambda: causes.verify_correction(case.name, "Rang them up."))
	assert found["correction_verified_by"] == make_user("manager")
	assert kinds(case)[-1] == "correction_verified"
	from cms_iso10002.complaints.follow_up_steps import steps

	verified = steps(frappe.get_doc("Complaint", case.name), "en")[6]
	assert verified["label"] == "Correction verified" and verified["name"] == "manager"
	assert verified["remark"] == "Rang them up."


def test_what_was_agreed_is_done_before_it_is_verified():
	case = advance(make_complaint(), "Decided")
	remedy = frappe.get_all("Complaint Remedy", pluck="name", order_by="name")[0]
	case = edit(case, redress=[{"remedy": remedy, "basis": "Goodwill", "state": "Proposed"}])
	case = act(act(case, "Send Response", channel="Phone"), "Record Acceptance")
	with pytest.raises(frappe.ValidationError, match="not implemented yet"):
		causes.verify_correction(case.name, "Rang them up.")


def test_what_the_form_shows():
	case = make_complaint()
	action = make_action(case, record="Quality Action")
	found = as_user(make_user("auditor"), lambda: causes.get_learning(case.name))
	assert [row["name"] for row in found["actions"]] == [action.name]
	assert found["reports"] == []
