"""The management review: gathered, held, approved, carried out, and followed by the next."""

import frappe
import pytest
from frappe.utils import add_days, nowdate

from cms_iso10002.erpnext_bridge import quality_meeting
from cms_iso10002.iso_10002 import management_reviews, reminders, review_inputs

from .factories import advance, as_user, make_complaint, make_user
from .portal_factories import make_portal_user


def make_review(**values):
	doc = frappe.new_doc("Complaint Management Review")
	doc.update(
		{
			"title": "Review of the year",
			"from_date": add_days(nowdate(), -365),
			"to_date": nowdate(),
			"chair": make_user("boss", "System Manager"),
			"held_on": nowdate(),
			"next_review_on": add_days(nowdate(), 365),
			"conclusion": "The process is suitable and effective.",
			"attendees": [
				{"user": make_user("manager"), "position": "Head of Service"},
				{"attendee_name": "Ms Board", "absent": 1},
			],
			"decisions": [
				{
					"decision": "Answer the phone also on Saturdays",
					"kind": "Resources",
					"responsible": make_user("manager2"),
					"due_date": add_days(nowdate(), 30),
				}
			],
			**values,
		}
	)
	doc.insert()
	return doc


def step(doc, name):
	management_reviews.take_step(doc.name, name)
	return frappe.get_doc(doc.doctype, doc.name)


def with_notes(doc):
	for row in doc.inputs:
		if not management_reviews.is_filled(row):
			management_reviews.record_note(doc.name, row.topic, "Nothing to report.")
	return frappe.get_doc(doc.doctype, doc.name)


def held(**values):
	return step(with_notes(step(make_review(**values), "gather")), "hold")


@pytest.fixture
def manager():
	user = make_user("manager")
	frappe.set_user(user)
	yield user
	frappe.set_user("Administrator")


def test_the_chart_counts_as_all_figures_do(manager):
	"""Duplicates not at all, those out of scope apart."""
	for status in ("Response Sent", "Duplicate", "Out of Scope"):
		frappe.db.set_value("Complaint", make_complaint().name, "status", status)
	values = review_inputs.volumes(make_review()).series["values"]
	assert {name: sum(numbers) for name, numbers in values.items()} == {
		"Received": 1,
		"Closed": 0,
		"Received, Out of Scope": 1,
	}
	assert len(set(review_inputs.FILLS)) == len(values)


def test_the_whole_way(manager):
	advance(make_complaint(), "Response Sent")
	doc = step(make_review(), "gather")
	assert [row.topic for row in doc.inputs] == [topic.key for topic in management_reviews.TOPICS]
	volumes = management_reviews.content(next(row for row in doc.inputs if row.topic == "volumes"))
	assert sum(volumes["series"]["values"]["Received"]) == 1 and len(volumes["series"]["labels"]) == 13
	doc = step(with_notes(doc), "hold")
	assert doc.status == "Held"
	task = frappe.get_doc("ToDo", doc.decisions[0].todo)
	assert (task.allocated_to, str(task.date)) == (make_user("manager2"), str(doc.decisions[0].due_date))
	with pytest.raises(frappe.ValidationError, match="chair"):
		step(doc, "approve")
	doc = as_user(doc.chair, lambda: step(doc, "approve"))
	assert (doc.status, doc.approved_by) == ("Approved", doc.chair)


def test_approved_minutes_change_in_nothing_but_what_became_of_decisions(manager):
	doc = held()
	doc = as_user(doc.chair, lambda: step(doc, "approve"))
	doc.conclusion = "Everything is wrong."
	doc.title = "Other"
	doc.decisions[0].update({"done_on": nowdate(), "result": "Done", "decision": "Something else"})
	doc.append("decisions", {"decision": "One more", "kind": "Other"})
	doc.save()
	doc.reload()
	assert doc.conclusion == "The process is suitable and effective." and doc.title == "Review of the year"
	assert len(doc.decisions) == 1
	assert doc.decisions[0].decision == "Answer the phone also on Saturdays"
	assert (str(doc.decisions[0].done_on), doc.decisions[0].result) == (nowdate(), "Done")
	with pytest.raises(frappe.ValidationError, match="evidence"):
		doc.delete()


def test_inputs_are_frozen_once_it_was_held(manager):
	doc = held()
	received = [
		sum(management_reviews.content(row)["series"]["values"]["Received"])
		for row in doc.inputs
		if row.topic == "volumes"
	]
	make_complaint()
	with pytest.raises(frappe.ValidationError, match="Held"):
		step(doc, "gather")
	with pytest.raises(frappe.ValidationError, match="frozen"):
		management_reviews.record_note(doc.name, "risks", "And more")
	doc.inputs[0].notes, doc.inputs[1].figures = "forged", "{}"
	doc.save()
	doc.reload()
	assert doc.inputs[0].notes != "forged"
	assert received == [
		sum(management_reviews.content(row)["series"]["values"]["Received"])
		for row in doc.inputs
		if row.topic == "volumes"
	]


def test_inputs_of_another_period_are_not_what_was_reviewed(manager):
	doc = with_notes(step(make_review(), "gather"))
	doc.from_date = add_days(nowdate(), -30)
	doc.update({"gathered_from": doc.from_date})  # as a client might
	doc.save()
	with pytest.raises(frappe.ValidationError, match="another period or company: gather them again"):
		step(doc, "hold")
	assert step(with_notes(step(doc, "gather")), "hold").status == "Held"


@pytest.mark.parametrize(
	"values",
	[
		{"from_date": "2020-01-01"},
		{"company": "Complaints Demo Ltd"},
		{"conclusion": "All is well."},
		{"held_on": "2020-01-01"},
		{"attendees": []},
	],
)
def test_what_was_held_stands_until_it_goes_back_to_draft(manager, values):
	doc = held()
	before = doc.as_json()
	doc.update(values)
	doc.save()
	(name,) = values
	now, then = frappe.get_doc(doc.doctype, doc.name), frappe.get_doc(frappe.parse_json(before))
	assert frappe.as_json(now.get(name)) == frappe.as_json(then.get(name))


def test_who_was_not_the_chair_does_not_become_it_to_approve(manager):
	doc = held()
	doc.chair = manager
	doc.save()
	with pytest.raises(frappe.ValidationError, match="approved by the chair"):
		step(doc, "approve")


def test_no_decision_comes_after_they_were_handed_out(manager):
	doc = held()
	doc.append("decisions", {"decision": "Buy a fleet", "kind": "Resources"})
	doc.save()
	assert len(frappe.get_doc(doc.doctype, doc.name).decisions) == 1


def test_a_decision_without_its_task_is_handed_out_on_approval(manager):
	"""Decisions that came in while held ones could still be changed."""
	doc = held()
	row = {"decision": "Ask more", "kind": "Other", "name": frappe.generate_hash(length=8)}
	late = doc.append("decisions", row)
	late.db_insert()
	with pytest.raises(frappe.ValidationError, match=r"rows 2"):
		as_user(doc.chair, lambda: step(doc, "approve"))
	frappe.db.set_value(late.doctype, late.name, {"responsible": manager, "due_date": nowdate()})
	doc = as_user(doc.chair, lambda: step(doc, "approve"))
	assert frappe.db.get_value("ToDo", doc.decisions[1].todo, "allocated_to") == manager


def test_a_task_that_a_client_claims_is_none(manager):
	doc = make_review()
	doc.decisions[0].todo = frappe.get_doc({"doctype": "ToDo", "description": "Mine"})
	doc.decisions[0].todo = doc.decisions[0].todo.insert(ignore_permissions=True).name
	doc.save()
	doc = step(with_notes(step(doc, "gather")), "hold")
	assert frappe.db.get_value("ToDo", doc.decisions[0].todo, "reference_name") == doc.name


def test_notes_stay_when_inputs_are_gathered_again(manager):
	doc = step(make_review(), "gather")
	management_reviews.record_note(doc.name, "risks", "A new competitor")
	doc = step(doc, "gather")
	assert next(row for row in doc.inputs if row.topic == "risks").notes == "A new competitor"


def test_what_is_missing_is_said(manager):
	doc = make_review()
	with pytest.raises(frappe.ValidationError, match="Gather the inputs"):
		step(doc, "hold")
	doc = step(doc, "gather")
	with pytest.raises(frappe.ValidationError, match=r"Nothing was recorded and nothing noted on: .*Changes"):
		step(doc, "hold")
	doc = with_notes(doc)
	for values, said in (
		({"held_on": None}, "day on which"),
		({"held_on": add_days(nowdate(), 3)}, "day to come"),
		({"conclusion": " "}, "conclusion"),
		({"next_review_on": None}, "next review"),
		({"next_review_on": nowdate()}, "next review"),
		({"attendees": []}, "took part"),
	):
		before = {name: doc.get(name) for name in values}
		doc.update(values)
		doc.save()
		with pytest.raises(frappe.ValidationError, match=said):
			step(doc, "hold")
		doc.reload()
		if "attendees" in values:
			before = {"attendees": [{"attendee_name": "Ms Board"}]}
		doc.update(before)
		doc.save()
	doc.decisions[0].responsible = None
	doc.save()
	with pytest.raises(frappe.ValidationError, match=r"rows 1"):
		step(doc, "hold")
	with pytest.raises(frappe.ValidationError, match="ends before"):
		make_review(from_date="2026-02-01", to_date="2026-01-01")


def test_a_decision_is_handed_out_once(manager):
	doc = held()
	doc = step(step(doc, "back_to_draft"), "hold")
	tasks = frappe.get_all("ToDo", {"reference_name": doc.name}, pluck="name", order_by="name")
	assert len(tasks) == 1


def test_earlier_decisions_come_back(manager):
	first = held(
		held_on=add_days(nowdate(), -40),
		to_date=add_days(nowdate(), -40),
		next_review_on=add_days(nowdate(), 1),
	)
	frappe.db.set_value(
		first.decisions[0].doctype, first.decisions[0].name, "due_date", add_days(nowdate(), -5)
	)
	lines = review_inputs.previous(make_review()).lines
	assert len(lines) == 1 and "Saturdays" in lines[0] and "overdue" in lines[0]
	assert "first review" in review_inputs.previous(make_review(to_date=add_days(nowdate(), -100))).lines[0]


def test_figures_count_every_case_and_name_none(manager):
	make_complaint(confidentiality="Restricted", subject="Secret matter", complainant_name="Hidden Person")
	doc = step(make_review(), "gather")
	text = frappe.as_json([row.figures for row in doc.inputs])
	assert sum(management_reviews.content(doc.inputs[1])["series"]["values"]["Received"]) == 1
	assert "Secret matter" not in text and "Hidden Person" not in text


def test_others_may_not(manager):
	doc = held()
	frappe.set_user(make_user("agent"))
	for call in (
		lambda: management_reviews.get_inputs(doc.name),
		lambda: management_reviews.take_step(doc.name, "approve"),
		lambda: management_reviews.record_note(doc.name, "risks", "x"),
	):
		with pytest.raises(frappe.PermissionError):
			call()
	frappe.set_user(make_user("auditor"))
	assert management_reviews.get_inputs(doc.name)
	with pytest.raises(frappe.PermissionError):
		step(doc, "back_to_draft")


def test_the_next_one_is_called_once(manager):
	doc = held(next_review_on=add_days(nowdate(), 20))
	frappe.set_user("Administrator")
	reminders.run()
	reminders.run()
	told = frappe.get_all(
		"ToDo",
		{"reference_name": doc.name, "date": doc.next_review_on},
		pluck="allocated_to",
		order_by="name",
	)
	assert sorted(told) == sorted({doc.chair, make_user("manager"), make_user("manager2")})


def test_nobody_is_called_where_the_next_one_was_made(manager):
	doc = held(next_review_on=add_days(nowdate(), 20), to_date=add_days(nowdate(), -1))
	make_review()
	frappe.set_user("Administrator")
	reminders.run()
	assert not frappe.get_all(
		"ToDo", {"reference_name": doc.name, "date": doc.next_review_on}, pluck="name", order_by="name"
	)


def test_as_a_quality_meeting():
	doc = held()
	name = quality_meeting.make(doc.name)
	meeting = frappe.get_doc("Quality Meeting", name)
	assert len(meeting.agenda) == len(management_reviews.TOPICS) + 1
	assert "Saturdays" in meeting.agenda[-1].agenda
	assert frappe.db.get_value(doc.doctype, doc.name, "quality_meeting") == name
	with pytest.raises(frappe.ValidationError, match="already"):
		quality_meeting.make(doc.name)
	other = held(title="Another")
	assert quality_meeting.make(other.name)  # the same day: ERPNext knows one meeting a day


def test_bars_are_drawn_and_escaped():
	svg = review_inputs.chart({"labels": ["01/2026", "<b>"], "values": {"Received": [3, 1], "<i>": [0, 2]}})
	assert svg.startswith("<svg") and "<b>" not in svg and "<i>" not in svg
	assert "Received: 3, 1" in svg
	assert review_inputs.chart({"labels": ["01/2026"], "values": {"Received": [0]}}) == ""
	assert review_inputs.chart(None) == ""


@pytest.mark.parametrize(
	"values, words",
	[
		({"held_on": "2020-01-01"}, "before the period"),
		({"decisions": [{"decision": "X", "due_date": "2020-01-01"}]}, "can't be due before"),
	],
)
def test_days_that_cannot_be_are_refused(manager, values, words):
	for row in values.get("decisions", ()):
		row.update({"kind": "Resources", "responsible": make_user("manager2")})
	with pytest.raises(frappe.ValidationError, match=words):
		held(**values)


def test_a_customer_has_no_duty_in_a_review(manager):
	outsider = as_user("Administrator", lambda: make_portal_user("outsider"))
	with pytest.raises(frappe.ValidationError, match="does not use the desk"):
		make_review(chair=outsider)


def test_the_task_of_a_decision_ends_with_it(manager):
	review = held()
	row = review.decisions[0]
	assert frappe.db.get_value("ToDo", row.todo, "status") == "Open"
	row.update({"done_on": nowdate(), "result": "Two more people"})
	review.save()
	assert frappe.db.get_value("ToDo", row.todo, "status") == "Closed"
