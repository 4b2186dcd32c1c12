"""Training of those who handle complaints: what is valid, who is pointed out, and the report."""

from __future__ import annotations

from datetime import date, datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import competence, training
from cms_iso10002.iso_10002.report.training_status import training_status
from tests.site.factories import act, as_user, edit, make_complaint, make_training, make_user, set_now
from tests.site.portal_factories import make_portal_user

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


def said() -> list[str]:
	"""The messages since they were looked at last."""
	found = [frappe.parse_json(message)["message"] for message in map(_text, frappe.local.message_log)]
	frappe.clear_messages()
	return found


def _text(message) -> str:
	return message if isinstance(message, str) else frappe.as_json(message)


# Valid


@pytest.mark.parametrize(
	"values, valid",
	[
		({}, True),
		({"trained_on": "2026-11-24", "valid_until": "2026-11-24"}, True),
		({"trained_on": "2026-11-25", "valid_until": None}, False),
		({"valid_until": "2026-11-23"}, False),
		({"valid_until": None}, True),
		({"effectiveness": "Not Effective"}, False),
		({"effectiveness": "Partly Effective"}, True),
		({"effectiveness": "Effective"}, True),
	],
)
def test_the_rule_in_sql_and_for_a_record_is_one(values, valid):
	doc = make_training(**values)
	assert training.is_valid(doc, TODAY) is valid
	assert training.trained([doc.user], TODAY) == ({doc.user} if valid else set())
	assert training.trained([]) == set()


@pytest.mark.parametrize(
	"values, words",
	[
		({"valid_until": "2026-01-14"}, "Valid Until lies before"),
		({"trained_on": "2026-12-01", "effectiveness": "Effective"}, "yet to come"),
		(
			{"effectiveness": "Effective", "effectiveness_checked_on": "2026-01-01"},
			"Checked On lies before",
		),
		({"user": "nobody@complaints.test"}, "nobody"),
		({"remind_before": -1}, "negative"),
	],
)
def test_what_cannot_be_is_refused(values, words):
	with pytest.raises(frappe.ValidationError, match=words):
		make_training(**values)


def test_a_customer_is_not_trained():
	outsider = make_portal_user("outsider")
	with pytest.raises(frappe.ValidationError, match="does not use the desk"):
		make_training(outsider)


def test_a_finding_is_dated():
	doc = make_training(effectiveness="Effective")
	assert doc.effectiveness_checked_on == TODAY
	doc.effectiveness = "Not Checked"
	doc.save()
	assert doc.effectiveness_checked_on is None


# Pointed out, and nobody is held up


def test_a_handler_without_training_is_named_when_given_a_complaint():
	case = make_complaint()
	said()
	edit(case, handler=make_user("agent"))
	assert said() == ["<strong>agent</strong> has no valid training in handling complaints."]
	edit(case, subject="Another subject", assessment_reason="Misheard")
	assert said() == [], "only when it is given"
	make_training(make_user("investigator"))
	edit(case, investigator=make_user("investigator"))
	assert said() == []
	assert frappe.db.get_value("Complaint", case.name, "handler") == make_user("agent")


def test_an_import_says_it_once():
	said()
	for _number in range(3):
		make_complaint(handler=make_user("agent"))
	assert len([text for text in said() if "no valid training" in text]) == 1


def test_so_it_is_when_somebody_is_assigned():
	from frappe.desk.form import assign_to

	case = make_complaint()
	said()
	assign_to.add({"assign_to": [make_user("agent")], "doctype": "Complaint", "name": case.name})
	assert "<strong>agent</strong> has no valid training in handling complaints." in said()
	make_training(make_user("agent2"))
	assign_to.add({"assign_to": [make_user("agent2")], "doctype": "Complaint", "name": case.name})
	assert not [text for text in said() if "training" in text]


def test_training_that_ended_yesterday_counts_no_more():
	make_training(valid_until="2026-11-23")
	case = make_complaint(handler=make_user("agent"))
	assert any("no valid training" in text for text in said())
	assert competence.untrained(case.name) == ["agent"]
	make_training(trained_on="2026-11-24", valid_until=None)
	assert competence.untrained(case.name) == []


def test_a_stranger_learns_no_names():
	make_complaint(handler=make_user("agent"))
	said()
	as_user("Guest", lambda: competence._point_out([make_user("agent")]))
	assert said() == []


def test_the_form_of_a_closed_case_says_nothing():
	case = make_complaint(handler=make_user("agent"))
	assert competence.untrained(case.name) == ["agent"]
	act(case, "Withdraw", words="It is settled", told_on="2026-11-24 10:00:00", channel="Phone")
	assert competence.untrained(case.name) == []


def test_who_may_not_see_a_case_is_not_told_who_works_on_it():
	case = make_complaint(confidentiality="Restricted", handler=make_user("agent"))
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent2"), lambda: competence.untrained(case.name))


# The report


def status(**filters) -> dict[str, dict]:
	_columns, rows, _message, _chart, _summary = training_status.execute(filters)
	return {row["user"].split("@")[0]: row for row in rows}


def test_the_report_tells_how_each_person_stands():
	make_training(make_user("agent"))
	make_training(make_user("agent"), trained_on="2025-01-10", valid_until="2026-01-09")
	make_training(make_user("agent2"), valid_until="2026-12-10")
	make_training(make_user("investigator"), valid_until="2026-06-30")
	make_training(make_user("manager"), effectiveness="Not Effective")
	make_training(make_user("manager2"), trained_on="2026-12-01", valid_until=None)
	for _number in range(2):
		make_complaint(handler=make_user("investigator"))
	found = status()
	expected = {
		"agent": "Valid",
		"agent2": "Expiring",
		"investigator": "Expired",
		"manager": "Not Effective",
		"manager2": "Planned",
		"auditor": "None",
	}
	assert {name: found[name]["state"] for name in expected} == expected
	assert (str(found["agent"]["trained_on"]), str(found["agent"]["valid_until"])) == (
		"2026-01-15",
		"2027-01-14",
	)
	assert found["investigator"]["open_cases"] == 2 and found["agent"]["open_cases"] == 0
	assert found["manager"]["roles"] == "Manager"
	assert next(iter(found)) == "investigator", "who has cases and no training stands first"


def test_the_report_looks_at_the_day_that_is_asked():
	make_training(make_user("agent"))
	assert status(day="2026-01-14")["agent"]["state"] == "Planned"
	assert status(day="2026-01-15")["agent"]["state"] == "Valid"
	assert status(day="2027-01-14")["agent"]["state"] == "Expiring"
	assert status(day="2027-01-15")["agent"]["state"] == "Expired"
	assert "auditor" in status() and "auditor" not in status(handlers_only=1)
	assert set(status(state="Valid")) == {"agent"}


def test_two_valid_trainings_count_by_the_one_that_lasts():
	make_training(make_user("agent"), trained_on="2026-11-01", valid_until="2026-12-01")
	make_training(make_user("agent"), trained_on="2026-02-01", valid_until="2028-01-31")
	assert status()["agent"]["state"] == "Valid"
	assert str(status()["agent"]["valid_until"]) == "2028-01-31"
