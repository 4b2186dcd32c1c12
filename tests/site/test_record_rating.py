"""*Record Rating*: who may take down a rating given by phone, in person or by letter, when, and what the dialog asks."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import feedback
from cms_iso10002.portal import api
from tests.site.factories import act, advance, as_user, edit, make_complaint, make_user, pass_time, set_now
from tests.site.portal_factories import file_as_guest, guest


@pytest.fixture(autouse=True)
def real_time_again():
	yield
	set_now(None)


def dialog(case, user: str) -> dict[str, dict]:
	fields = as_user(make_user(user), lambda: feedback.get_dialog(case.name))
	return {field["fieldname"]: field for field in fields if field.get("fieldname")}


def test_it_is_offered_once_the_case_is_closed_and_not_before():
	case = make_complaint()
	assert dialog(case, "agent2") == {}
	act(case, "Withdraw", words="x")
	asked = dialog(case, "agent2")
	assert set(feedback.RATINGS) < set(asked) and asked["overall"]["options"].split() == list("12345")
	assert asked["taken_how"]["options"].split("\n") == ["Phone", "In Person", "Letter", "E-mail"]
	assert asked["given_by"]["options"] == "Complainant"


def test_it_is_offered_where_a_case_stays_open_for_long():
	case = make_complaint()
	pass_time(days=31)
	assert dialog(case, "agent2")


def test_who_works_on_it_or_may_not_write_it_is_not_offered_it():
	case = advance(make_complaint(handler=make_user("agent")), "Decided")
	act(case, "Withdraw", words="x")
	assert dialog(case, "agent") == dialog(case, "investigator") == {}
	assert dialog(case, "auditor") == {}
	assert dialog(case, "manager")
	edit_to_confidential(case)
	with pytest.raises(frappe.PermissionError):
		dialog(case, "agent2")


def edit_to_confidential(case):
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Confidential")


def test_a_duplicate_is_not_rated():
	one, other = make_complaint(), make_complaint()
	act(other, "Mark as Duplicate", duplicate_of=one.name)
	assert dialog(other, "agent2") == {}


def test_what_was_answered_stands_in_it_and_is_changed_not_wiped():
	case = make_complaint(representative_name="Rita", representative_email="rita@x.test")
	act(case, "Withdraw", words="x")
	record = lambda **values: as_user(  # noqa: E731
		make_user("agent2"), lambda: feedback.record_feedback(case.name, **values)
	)
	name = record(given_by="Representative", taken_how="Letter", comments="Slow.", overall=2)
	asked = dialog(case, "agent2")
	assert (asked["overall"]["default"], asked["ease"]["default"]) == ("2", "")
	assert asked["comments"]["default"] == "Slow."
	assert asked["given_by"]["options"].split("\n") == ["Complainant", "Representative"]
	assert record(taken_how="Phone", comments="Slow.", overall=3) == name
	pass_time(days=15)
	assert dialog(case, "agent2") == {}


@pytest.mark.parametrize(
	"values",
	[
		{"given_by": "Neighbour", "overall": 3},
		{"taken_how": "Pigeon", "overall": 3},
		{"taken_how": "Portal", "overall": 3},
		{"overall": 9},
		{},
	],
)
def test_what_the_dialog_does_not_offer_is_refused(values):
	case = make_complaint()
	act(case, "Withdraw", words="x")
	with pytest.raises(frappe.ValidationError):
		as_user(make_user("agent2"), lambda: feedback.record_feedback(case.name, **values))
	assert not frappe.db.exists("Complaint Feedback", {"complaint": case.name})


def test_who_acted_on_it_does_not_rate_it_though_they_have_no_duty():
	filed = file_as_guest()
	case = frappe.get_doc("Complaint", filed["reference"])
	assert not case.handler
	as_user(make_user("agent"), lambda: act(case, "Acknowledge", channel="Phone"))
	guest(api.withdraw, reference=case.name, key=filed["key"], words="done")
	assert dialog(case, "agent") == {} and dialog(case, "agent2")
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: feedback.record_feedback(case.name, overall=5))
	assert not frappe.db.exists("Complaint Feedback", {"complaint": case.name})


def test_who_had_the_case_once_does_not_rate_it():
	case = make_complaint(handler=make_user("agent"))
	edit(case, handler=make_user("agent2"))
	edit(case, handler=make_user("manager"))
	act(case, "Withdraw", words="x")
	assert dialog(case, "agent2") == {}
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent2"), lambda: feedback.record_feedback(case.name, overall=5))


def test_what_the_complainant_answered_themselves_nobody_here_replaces():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	guest(api.withdraw, **me, words="done")
	case = frappe.get_doc("Complaint", filed["reference"])
	colleague = make_user("agent2")
	as_user(colleague, lambda: feedback.record_feedback(case.name, comments="By phone", overall=4))
	guest(api.give_feedback, **me, overall=2, comments="Slow and rude")
	assert dialog(case, "agent2") == {}
	with pytest.raises(frappe.PermissionError, match="themselves"):
		as_user(colleague, lambda: feedback.record_feedback(case.name, overall=5))
	[row] = frappe.get_all(
		"Complaint Feedback", {"complaint": case.name}, ["overall", "comments", "taken_how"]
	)
	assert (row.overall, row.comments, row.taken_how) == (2, "Slow and rude", "Portal")
	assert "themselves" not in guest(api.track, **me)["feedback"]["answers"]
	guest(api.give_feedback, **me, overall=3)
	assert frappe.db.get_value("Complaint Feedback", {"complaint": case.name}, "overall") == 3
