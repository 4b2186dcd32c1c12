"""From a gap to a Quality Action in one click, and followed until somebody found it effective."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest

from cms_iso10002.complaints import clock
from cms_iso10002.erpnext_bridge import quality
from cms_iso10002.iso_10002.assessment import actions
from tests.site import assessment_factories as made
from tests.site.assessment_factories import (
	ACKNOWLEDGED,
	DOCTYPE,
	Figures,
	answer,
	approved,
	collect,
	make_assessment,
	reload,
	row,
)
from tests.site.factories import as_user, make_user

FIRST = f"{ACKNOWLEDGED}-1"


@pytest.fixture(autouse=True)
def figures(monkeypatch) -> Figures:
	made.make_catalogue()
	return Figures(monkeypatch)


@pytest.fixture
def this_year() -> dict:
	"""A period that has begun, so that something can be found effective in it."""
	return {"from_date": clock.today() - timedelta(days=300), "to_date": clock.today() + timedelta(days=60)}


def with_gap(**values):
	doc = collect(make_assessment(**values))
	answer(doc, FIRST, maturity=1, status="Gap", gap="Nobody looks <on> weekends", action="Name a deputy")
	return doc


def make_action(doc, question: str = FIRST, user: str = "manager") -> dict:
	return as_user(make_user(user), lambda: actions.make_quality_action(row(doc, question).name))


def judge(doc, day=None, user: str = "manager") -> dict:
	return as_user(make_user(user), lambda: actions.judge_effective(row(doc, FIRST).name, day and str(day)))


def complete(name: str) -> None:
	action = frappe.get_doc("Quality Action", name)
	action.resolutions[0].status = "Completed"
	action.save()


def test_a_gap_becomes_a_quality_action_linked_both_ways():
	doc = with_gap()
	shown = make_action(doc)["row"]
	action = frappe.get_doc("Quality Action", shown["quality_action"])
	assert row(doc, FIRST).quality_action == action.name
	assert (action.iso_10002_self_assessment, action.complaint_gap) == (doc.name, FIRST)
	assert (action.corrective_preventive, action.status) == ("Corrective", "Open")
	(resolution,) = action.resolutions
	assert "7.4 Acknowledgement" in resolution.problem
	assert "Nobody looks &lt;on&gt; weekends" in resolution.problem
	assert "Name a deputy" in resolution.resolution and resolution.status == "Open"
	assert (shown["action_state"], shown["effective_on"]) == ("Open", "")


def test_a_gap_has_one_action_at_a_time():
	doc = with_gap()
	name = make_action(doc)["row"]["quality_action"]
	with pytest.raises(frappe.ValidationError, match=name):
		make_action(doc)


def test_an_action_that_was_deleted_can_be_made_again():
	doc = with_gap()
	first = make_action(doc)["row"]["quality_action"]
	frappe.delete_doc("Quality Action", first, force=True)
	assert make_action(doc)["row"]["quality_action"] != first


def test_without_a_gap_there_is_nothing_to_act_on():
	doc = make_assessment()
	with pytest.raises(frappe.ValidationError, match="what the gap is"):
		make_action(doc)


@pytest.mark.parametrize("user", ["auditor", "agent"])
def test_who_may_not_write_makes_no_action(user):
	doc = with_gap()
	with pytest.raises(frappe.PermissionError):
		make_action(doc, user=user)


def test_an_action_can_follow_after_the_approval():
	doc = collect(make_assessment())
	answer(doc, FIRST, gap="Not at weekends")
	doc = approved(doc)
	assert make_action(doc)["row"]["action_state"] == "Open"
	assert reload(doc).docstatus == 1


def test_effective_is_judged_by_a_person_once_it_is_completed(this_year):
	doc = with_gap(**this_year)
	with pytest.raises(frappe.ValidationError, match="no Quality Action"):
		judge(doc, clock.today())
	name = make_action(doc)["row"]["quality_action"]
	with pytest.raises(frappe.ValidationError, match="not completed yet"):
		judge(doc, clock.today())
	complete(name)
	assert judge(doc, clock.today())["row"]["effective_on"]
	item = row(doc, FIRST)
	assert item.effective_on == clock.today() and item.effective_by == make_user("manager")
	comment = frappe.get_last_doc("Comment", filters={"reference_name": doc.name, "comment_type": "Info"})
	assert name in comment.content
	assert judge(doc)["row"]["effective_on"] == ""
	assert not row(doc, FIRST).effective_by


@pytest.mark.parametrize("days", [1, -301])
def test_effective_neither_tomorrow_nor_before_the_period(this_year, days):
	doc = with_gap(**this_year)
	complete(make_action(doc)["row"]["quality_action"])
	with pytest.raises(frappe.ValidationError, match="choose a day"):
		judge(doc, clock.today() + timedelta(days=days))


def test_an_action_found_effective_lifts_the_cap_of_its_clause(this_year, figures):
	from cms_iso10002.iso_10002.evidence.model import Period

	figures.latest = Period(this_year["from_date"], this_year["to_date"])
	figures.now[ACKNOWLEDGED] = figures.before[ACKNOWLEDGED] = 80.0
	doc = with_gap(**this_year)
	assert row(doc, FIRST).max_maturity == 4
	complete(make_action(doc)["row"]["quality_action"])
	assert judge(doc, clock.today())["row"]["cap"] == 5
	assert judge(doc)["row"]["cap"] == 4


def test_an_action_of_the_assessment_before_lifts_it_too(this_year, figures):
	from cms_iso10002.iso_10002.evidence.model import Period

	before = collect(make_assessment(from_date="2020-01-01", to_date="2020-12-31"))
	answer(before, FIRST, gap="Not at weekends")
	before = approved(before)
	complete(make_action(before)["row"]["quality_action"])
	judge(before, clock.today())
	figures.latest = Period(this_year["from_date"], this_year["to_date"])
	figures.now[ACKNOWLEDGED] = figures.before[ACKNOWLEDGED] = 80.0
	doc = collect(make_assessment(**this_year))
	assert row(doc, FIRST).max_maturity == 5
	assert row(doc, "test-closing-1").max_maturity == 2, "only in its own clause"


def test_states_are_read_at_once():
	doc = with_gap()
	name = make_action(doc)["row"]["quality_action"]
	assert quality.states([name, "", None, "QA-ACT-none"]) == {name: "Open"}
	complete(name)
	assert quality.states([name]) == {name: "Completed"}
	assert quality.states([]) == {}


def test_the_action_stands_among_the_connections():
	from cms_iso10002.iso_10002.doctype.iso_10002_self_assessment import iso_10002_self_assessment_dashboard

	data = iso_10002_self_assessment_dashboard.get_data()
	assert frappe.get_meta("Quality Action").has_field(data["fieldname"])
	field = data["non_standard_fieldnames"][DOCTYPE]
	assert frappe.get_meta(DOCTYPE).get_field(field).options == DOCTYPE
