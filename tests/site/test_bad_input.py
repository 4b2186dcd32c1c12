"""Bad input: each gets one clear sentence, nothing is half-written, nothing lost."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from tests.site.factories import act, advance, edit, make_complaint, make_user


def refused(match: str, **values):
	before = {dt: frappe.db.count(dt) for dt in ("Complaint", "Complaint Event", "Complaint Milestone")}
	with pytest.raises(frappe.ValidationError, match=match):
		make_complaint(**values)
	assert before == {dt: frappe.db.count(dt) for dt in before}


def test_unknown_customer():
	refused("Could not find Customer Nobody & Sons", customer="Nobody & Sons")


def test_unknown_item():
	refused("Could not find Item Perpetuum mobile", subjects=[{"item_code": "Perpetuum mobile"}])


def test_future_received_on():
	refused("Received On lies in the future", received_on=add_days(now_datetime(), 1))


def test_a_year_that_cannot_be_meant():
	refused("check the year", received_on="0202-03-01 10:00:00")


@pytest.mark.parametrize("subject", ["", "   ", None])
def test_empty_subject(subject):
	refused("subject is empty", subject=subject)


def test_empty_description():
	refused("description is empty", description="<p><br></p>")


def test_two_megabytes_of_description():
	refused("100000 are allowed", description="x" * 2_000_000)


def test_five_thousand_subject_rows():
	refused("5000 rows; 500 are allowed", subjects=[{"description": "x"}] * 5000)


def test_nobody_complains():
	refused(
		"Say who complains",
		customer=None,
		complainant_name=None,
		complainant_email=None,
		complainant_phone=None,
	)


def test_a_problem_after_its_complaint():
	refused("can't have occurred after", received_on="2026-01-05 10:00:00", occurred_on="2026-02-01")


def test_script_in_any_text_field():
	evil = '<script>alert(1)</script><img src=x onerror="alert(1)">'
	meta = frappe.get_meta("Complaint")
	texts = [
		df.fieldname
		for df in meta.fields
		if df.fieldtype in ("Data", "Small Text", "Text", "Text Editor")
		and not df.read_only
		and df.options not in ("Email", "Phone", "URL")
	]
	doc = make_complaint(**{name: f"hello {evil}" for name in texts if name != "resume_state"})
	stored = frappe.db.get_value("Complaint", doc.name, texts, as_dict=True)
	for name, value in stored.items():
		assert "<script" not in (value or ""), name
		if meta.get_field(name).fieldtype == "Text Editor":
			assert "onerror" not in (value or ""), name
		else:
			assert not re.search("<[a-z/!?]", value or "", re.IGNORECASE), name  # nothing in it begins a tag


def test_a_guard_not_met_leaves_everything_as_it_was():
	case = advance(make_complaint(), "Acknowledged")
	before = frappe.db.get_value("Complaint", case.name, ["status", "modified", "ledger_head"])
	with pytest.raises(frappe.ValidationError, match="Still needed"):
		act(case, "Assess")
	assert frappe.db.get_value("Complaint", case.name, ["status", "modified", "ledger_head"]) == before


def test_a_person_concerned_set_as_investigator():
	user = make_user("investigator")
	case = advance(
		make_complaint(conflict_check="Names Recorded", persons_concerned=[{"user": user}]), "Acknowledged"
	)
	with pytest.raises(frappe.ValidationError, match="can't be its investigator"):
		edit(case, investigator=user)


def test_a_person_concerned_cannot_be_assigned():
	user = make_user("agent")
	case = make_complaint(conflict_check="Names Recorded", persons_concerned=[{"user": user}])
	from frappe.desk.form import assign_to

	with pytest.raises(frappe.ValidationError, match="can't be assigned"):
		assign_to.add({"assign_to": [user], "doctype": "Complaint", "name": case.name})


def test_two_agents_saving_the_same_case():
	case = make_complaint()
	one, two = frappe.get_doc("Complaint", case.name), frappe.get_doc("Complaint", case.name)
	one.remedy_notes = "first"
	one.save()
	two.remedy_notes = "second"
	with pytest.raises(frappe.TimestampMismatchError):
		two.save()
	assert frappe.db.get_value("Complaint", case.name, "remedy_notes") == "first"


def test_an_action_that_does_not_exist():
	with pytest.raises(frappe.ValidationError, match="not possible while the complaint is Received"):
		act(make_complaint(), "Explode")


def test_a_complaint_cannot_be_deleted():
	with pytest.raises(frappe.ValidationError, match="can't be deleted"):
		frappe.delete_doc("Complaint", make_complaint().name)


def test_an_acknowledgement_told_in_the_future():
	with pytest.raises(frappe.ValidationError, match="lies in the future"):
		act(make_complaint(), "Acknowledge", channel="Phone", told_on=add_days(now_datetime(), 2))


def test_an_acknowledgement_told_before_the_complaint_was_received():
	with pytest.raises(frappe.ValidationError, match="before the complaint was received"):
		act(make_complaint(), "Acknowledge", channel="Phone", told_on=add_days(now_datetime(), -2))
