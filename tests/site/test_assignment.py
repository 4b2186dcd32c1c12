"""Assignment Rules and notifications: work finds its people, and nobody hears of a case that is kept from them."""

import json

import frappe
import pytest
from frappe.desk.form import assign_to

from cms_iso10002.complaints import alerts, intake
from cms_iso10002.complaints.permissions import DUTIES
from cms_iso10002.setup import seed

from . import factories as make


def make_rule(*users: str, rule: str = "Round Robin", **values):
	doc = frappe.new_doc("Assignment Rule")
	doc.update(
		{
			"name": f"Complaints {frappe.generate_hash(length=5)}",
			"document_type": "Complaint",
			"description": "Handle {{ name }}",
			"rule": rule,
			"assign_condition": "status_category == 'Open'",
			"close_condition": "status_category == 'Closed'",
			"users": [{"user": make.make_user(user)} for user in users],
			"assignment_days": [{"day": day} for day in (*make.WEEK, "Saturday", "Sunday")],
			**values,
		}
	)
	doc.insert()
	frappe.clear_cache(doctype="Complaint")
	return doc


@pytest.fixture(autouse=True)
def no_other_rule():
	"""Rules are cached by doctype."""
	frappe.clear_cache()
	yield
	frappe.clear_cache()


def todos(case, **filters):
	return frappe.get_all(
		"ToDo",
		{"reference_type": "Complaint", "reference_name": case.name, **filters},
		["allocated_to", "status", "assignment_rule", "description"],
		order_by="creation",
	)


def assignee(case) -> str | None:
	rows = todos(case, status="Open")
	return rows[0].allocated_to if rows else None


def test_a_rule_gives_complaints_in_turn_and_who_gets_one_handles_it():
	make_rule("agent", "agent2")
	cases = [make.make_complaint() for _ in range(3)]
	people = [make.make_user(name) for name in ("agent", "agent2", "agent")]
	assert [assignee(case) for case in cases] == people
	assert [case.handler for case in cases] == people, "the document in hand shows it too"
	assert frappe.get_all("Complaint", pluck="handler", order_by="name") == people
	assert make.kinds(cases[0]).count("assigned") == 1
	saved = make.edit(cases[0], customer_reference="X")
	assert saved.handler == people[0] and make.kinds(cases[0]).count("assigned") == 1


def test_a_handler_somebody_chose_stays():
	make_rule("agent2")
	case = make.make_complaint(handler=make.make_user("agent"))
	assert assignee(case) == make.make_user("agent2")
	assert frappe.db.get_value("Complaint", case.name, "handler") == make.make_user("agent")


def test_the_ledger_of_a_case_that_a_rule_gave_away_is_whole():
	from cms_iso10002.complaints import verification

	make_rule("agent")
	case = make.advance(make.make_complaint(), "Assessed")
	assert verification.verify(case.name).whole


def test_a_rule_closes_its_tasks_when_the_case_closes():
	make_rule("agent")
	case = make.make_complaint()
	make.act(case, "Withdraw", words="Never mind.")
	assert [row.status for row in todos(case)] == ["Closed"]


@pytest.mark.parametrize("rule", ["Round Robin", "Load Balancing"])
def test_a_person_concerned_is_passed_over(rule):
	made = make_rule("agent", "agent2", rule=rule)
	concerned = {"conflict_check": "Names Recorded", "persons_concerned": [{"user": make.make_user("agent")}]}
	case = make.make_complaint(**concerned)
	assert assignee(case) == make.make_user("agent2") == case.handler
	assert todos(case)[0].assignment_rule == made.name
	told = frappe.get_all("Notification Log", {"document_name": case.name}, pluck="for_user")
	assert make.make_user("agent") not in told
	assert not frappe.db.exists("DocShare", {"share_name": case.name})


def test_who_may_not_see_a_confidential_case_is_passed_over_and_given_no_share():
	make_rule("agent", "manager")
	case = make.make_complaint(confidentiality="Restricted", handler=make.make_user("agent2"))
	assert assignee(case) == make.make_user("manager")
	assert not frappe.db.exists("DocShare", {"share_name": case.name})
	assert not make.as_user(
		make.make_user("agent"), lambda: frappe.has_permission("Complaint", "read", case.name)
	)


def test_where_none_of_the_rule_can_a_manager_gets_it():
	make_rule("agent")
	case = make.make_complaint(
		conflict_check="Names Recorded", persons_concerned=[{"user": make.make_user("agent")}]
	)
	assert assignee(case) in (make.make_user("manager"), make.make_user("manager2"))


def test_where_nobody_is_left_the_complaint_is_recorded_all_the_same():
	"""No complaint is lost because of a rule, and nobody concerned gets it."""
	make_rule("agent")
	everybody = ("agent", "agent2", "investigator", "manager", "manager2")
	case = make.make_complaint(
		conflict_check="Names Recorded",
		persons_concerned=[{"user": make.make_user(name)} for name in everybody],
	)
	rows = todos(case)
	assert [(row.allocated_to, row.status) for row in rows] == [(None, "Open")]
	assert "give it to somebody" in rows[0].description
	make.edit(case, customer_reference="still can be saved")
	assert len(todos(case)) == 1


def test_a_stranger_s_complaint_is_assigned_too():
	make_rule("agent", "agent2")
	values = {
		"subject": "Kettle leaks",
		"description": "Since the first day.",
		"complainant_name": "Erika Muster",
		"channel": "Portal",
		"persons_concerned": [{"user": make.make_user("agent")}],
		"conflict_check": "Names Recorded",
	}
	case = make.as_user("Guest", lambda: intake.register(values, ignore_permissions=True))
	assert assignee(case) == make.make_user("agent2") == case.handler


def test_a_rule_by_a_field_and_a_rule_on_other_days():
	make_rule(rule="Based on Field", field="investigator", users=[])
	assert not todos(make.make_complaint())
	case = make.make_complaint(investigator=make.make_user("investigator"))
	assert assignee(case) == make.make_user("investigator")
	frappe.flags.assignment_day = "Sunday"
	make_rule("agent", assignment_days=[{"day": "Monday"}])
	assert not todos(make.make_complaint())


def test_one_who_becomes_concerned_and_is_unassigned_gets_it_no_more():
	"""A rule that lets go and picks again in the same save picks nobody who may not be picked."""
	make_rule("agent", "agent2", unassign_condition="conflict_check == 'Names Recorded'")
	case = make.make_complaint()
	make.make_complaint()
	assert assignee(case) == make.make_user("agent")
	case = make.edit(
		case,
		handler=None,
		conflict_check="Names Recorded",
		persons_concerned=[{"user": make.make_user("agent")}],
	)
	assert assignee(case) in (make.make_user("agent2"), None)
	assert make.make_user("agent") not in [row.allocated_to for row in todos(case, status="Open")]


def test_a_person_concerned_is_still_refused_by_hand():
	case = make.make_complaint(
		conflict_check="Names Recorded", persons_concerned=[{"user": make.make_user("agent")}]
	)
	with pytest.raises(frappe.ValidationError, match="concerned"):
		assign_to.add({"assign_to": [make.make_user("agent")], "doctype": "Complaint", "name": case.name})


# notifications --------------------------------------------------------------------------------------------


SHIPPED = {record["name"]: record for record in seed.records("Notification")}


def told(case, user: str) -> list[str]:
	rows = frappe.get_all(
		"Notification Log",
		{"document_name": case.name, "for_user": user},
		pluck="subject",
		order_by="creation",
	)
	return [row for row in rows if "urgent" not in row or user]


@pytest.mark.parametrize("name", SHIPPED)
def test_they_go_to_those_who_work_on_the_case_and_name_nobody(name):
	record = SHIPPED[name]
	assert record["channel"] == "System Notification", "e-mail by Frappe asks no user's settings"
	for recipient in record["recipients"]:
		assert set(recipient) == {"receiver_by_document_field"}, "a role holds persons concerned as well"
		assert recipient["receiver_by_document_field"] in DUTIES
	words = record["subject"] + record["message"]
	for field in ("subject", "complainant", "customer", "description", "email", "phone"):
		assert f"doc.{field}" not in words
	if name in ("Complaint Has a New State", "Complaint Is Closed"):
		assert not record["enabled"], "noisy"


def test_who_is_given_a_duty_is_told_and_nobody_tells_themselves():
	agent, other = make.make_user("agent"), make.make_user("agent2")
	case = make.make_complaint()
	make.as_user(agent, lambda: make.edit(case, handler=other))
	assert told(case, other) == [f"You handle the complaint {case.name} now"]
	make.as_user(agent, lambda: make.edit(case, handler=agent))
	assert told(case, agent) == []


def test_the_handler_hears_of_an_answer_and_of_urgency():
	agent = make.make_user("agent")
	case = make.advance(make.make_complaint(handler=agent), "Response Sent")
	make.act(case, "Record Rejection", words="No.")
	assert f"The complainant has answered: {case.name}" in told(case, agent)
	urgent = make.make_complaint(handler=agent)
	make.edit(urgent, severity="Critical", safety_implication="Yes", impact="High")
	assert frappe.db.get_value("Complaint", urgent.name, "priority") == "Urgent"
	assert f"The complaint {urgent.name} is urgent" in told(urgent, agent)


def test_noisy_ones_are_silent_until_switched_on():
	agent = make.make_user("agent")
	case = make.make_complaint(handler=agent)
	make.act(case, "Acknowledge", channel="Phone")
	assert told(case, agent) == []
	frappe.get_doc("Notification", "Complaint Has a New State").update({"enabled": 1}).save()
	frappe.clear_cache()
	make.advance(make.make_complaint(), "Acknowledged")
	make.act(make.edit(case, **make.ASSESSMENT), "Assess")
	assert told(case, agent) == [f"The complaint {case.name} has a new state"]


def switch_off(user: str):
	if not frappe.db.exists("Notification Settings", user):
		frappe.get_doc({"doctype": "Notification Settings", "name": user}).insert()
	frappe.db.set_value("Notification Settings", user, "enabled", 0)


def test_who_switched_notifications_off_gets_none_but_where_somebody_may_come_to_harm():
	agent, manager = make.make_user("agent"), make.make_user("manager")
	switch_off(agent)
	switch_off(manager)
	case = make.make_complaint()
	make.edit(case, handler=agent)
	alerts.notify(case, [agent], "x")
	assert told(case, agent) == []
	make.edit(case, safety_implication="Yes")
	assert told(case, manager) == [f"Safety implication: {case.name} needs you now"]


def test_confidential_cases_are_told_to_those_who_work_on_them_alone():
	agent = make.make_user("agent")
	case = make.make_complaint(confidentiality="Restricted", handler=make.make_user("manager"))
	make.as_user(make.make_user("manager"), lambda: make.edit(case, handler=agent))
	rows = frappe.get_all(
		"Notification Log", {"document_name": case.name}, ["for_user", "subject", "email_content"]
	)
	assert {row.for_user for row in rows} == {agent}
	assert "Kettle" not in json.dumps(rows, default=str) and "Erika" not in json.dumps(rows, default=str)
