"""A double click, a second tab or a slow line: the same thing asked for twice within moments is done once."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest

from cms_iso10002.complaints import clock, corrective_actions, correspondence, handing_up, repeats
from tests.site.factories import act, advance, as_user, kinds, make_action, make_complaint, make_user


def later(monkeypatch) -> None:
	"""The time in which a repeat is the same click is over."""
	monkeypatch.setattr(repeats, "WITHIN", timedelta(seconds=-1))


def update(case, message="We have found the parcel.", **how) -> str:
	values = {"channel": "Phone", **how}
	return correspondence.send_letter(case.name, "Progress Update", message=message, **values)


def letters(case) -> int:
	return frappe.db.count("Complaint Letter", {"complaint": case.name, "kind": "Progress Update"})


def test_the_same_letter_goes_out_once(monkeypatch):
	case = advance(make_complaint(), "Acknowledged")
	first = update(case)
	assert update(case) == first and letters(case) == 1 and kinds(case).count("update_sent") == 1
	assert update(case, "It is on its way.") != first
	assert update(case, channel="In Person") != first
	assert as_user(make_user("manager"), lambda: update(case)) != first
	later(monkeypatch)
	assert update(case) != first and letters(case) == 5


def test_what_was_told_at_two_times_was_told_twice():
	case = advance(make_complaint(), "Acknowledged")
	minutes = [str(clock.now_site() - timedelta(minutes=ago)) for ago in (1, 0)]
	assert update(case, told_on=minutes[0]) != update(case, told_on=minutes[1])
	assert update(case, told_on=minutes[0]) and letters(case) == 2


def test_an_acknowledgement_is_sent_once_though_the_first_click_has_changed_the_state():
	case = make_complaint()
	send = lambda: correspondence.send_letter(case.name, "Acknowledgement", "Phone", "Mr Gray looks at it.")  # noqa: E731
	assert send() == send()
	assert frappe.db.count("Complaint Letter", {"complaint": case.name}) == 1


def test_the_acknowledgement_of_a_review_is_another_one_however_quick():
	case = advance(make_complaint(), "Response Sent")
	act(case, "Record Rejection", words="No.")
	act(case, "Request Review", reason="They asked for it.")
	send = lambda: correspondence.send_letter(case.name, "Acknowledgement", "Phone")  # noqa: E731
	first = send()
	assert send() == first
	assert frappe.db.get_value("Complaint Letter", first, "round") == 2


def test_what_has_failed_is_sent_again():
	case = advance(make_complaint(), "Acknowledged")
	first = update(case)
	frappe.db.set_value("Complaint Letter", first, "delivery", "Failed")
	assert update(case) != first


def test_the_same_action_is_made_once(monkeypatch):
	case = make_complaint()
	first = make_action(case)
	assert make_action(case).name == first.name
	others = [
		make_action(case, title="Another"),
		make_action(case, kind="Preventive"),
		make_action(make_complaint()),
	]
	assert first.name not in [one.name for one in others]
	later(monkeypatch)
	assert make_action(case).name != first.name


@pytest.mark.erpnext
def test_the_same_quality_action_is_made_once():
	case = make_complaint()
	before = frappe.db.count("Quality Action")
	first = make_action(case, record="Quality Action")
	assert make_action(case, record="Quality Action").name == first.name
	assert frappe.db.count("Quality Action") == before + 1
	assert make_action(case).name != first.name, "one that stands on no record is another one"


@pytest.mark.parametrize("given", [{}, {"title": "  "}])
def test_an_action_says_what_is_done(given):
	with pytest.raises(frappe.MandatoryError, match="what is done"):
		corrective_actions.create_action(make_complaint().name, **given)


def test_a_case_is_handed_up_once(monkeypatch):
	case, reason = make_complaint(), "The press has called"

	def up(reason=reason, user="agent") -> int:
		return as_user(make_user(user), lambda: handing_up.escalate(case.name, reason))["escalation_level"]

	make_user("manager"), make_user("manager2")
	assert [up(), up()] == [1, 1]
	assert kinds(case).count("escalated") == 1
	assert frappe.db.count("ToDo", {"reference_name": case.name, "status": "Open"}) == 1
	assert up("The police have called") == 2 and up(user="manager") == 3
	later(monkeypatch)
	assert up() == 4
