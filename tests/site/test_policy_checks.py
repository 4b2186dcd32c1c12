"""What is refused on a Complaint SLA Policy, what is warned of, and by which sentence."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest
from frappe.utils import formatdate

from cms_iso10002.complaints import core_sentences, policy_checks, policy_versions
from cms_iso10002.core import business_time, clocks
from tests.site.factories import as_user, make_policy, make_user, set_now
from tests.site.policy_factories import (
	draft,
	holiday_list,
	hours,
	make_category,
	submitted,
	target,
	the_general_policy,
)


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


BAD = {
	"no working hours for business days": ({"working_hours": []}, "needs working hours"),
	"no working hours for business hours": (
		{"working_hours": [], "targets": [target(unit="business hours")]},
		"needs working hours",
	),
	"no working hours for the fast track": (
		{"working_hours": [], "targets": [target(unit="weeks")], "fast_track_days": 3},
		"fast track counts business days",
	),
	"a zero limit": ({"targets": [target(amount=0)]}, "above zero, not 0"),
	"a negative limit": ({"targets": [target(amount=-3)]}, "above zero, not -3"),
	"half a day": ({"targets": [target(amount=0.5)]}, "whole number"),
	"a limit beyond all years": ({"targets": [target(amount=5000, unit="months")]}, "too long"),
	"business days beyond all years": ({"targets": [target(amount=10_000_000)]}, "too long|after the year"),
	"overlapping intervals": (
		{"working_hours": hours(("09:00:00", "13:00:00"), ("12:00:00", "17:00:00"))},
		"Monday: the interval from 12:00 starts before",
	),
	"a night into the morning": (
		{"working_hours": hours(("22:00:00", "06:00:00"), ("05:00:00", "09:00:00"))},
		"past midnight|starts before",
	),
	"an interval of no length": ({"working_hours": hours(("09:00:00", "09:00:00"))}, "has no length"),
	"an unknown zone": ({"time_zone": "Mars/Olympus"}, "no time zone"),
	"an empty zone": ({"time_zone": " "}, "no time zone|Time Zone"),
	"valid_to before valid_from": ({"valid_to": "2019-12-31"}, "Valid To lies before Valid From"),
	"a year that can't be meant": ({"valid_from": "0202-01-01"}, "check the year"),
	"a circle": (
		{"targets": [target("contain", starts_at="assess"), target("assess", starts_at="contain")]},
		"start at each other in a circle",
	),
	"a target at itself": ({"targets": [target("decide", starts_at="decide")]}, "circle"),
	"two targets for a stage": ({"targets": [target(), target(amount=2)]}, "2 targets: keep one"),
	"a pausable acknowledgement": ({"targets": [target("acknowledge", pausable=1)]}, "be paused"),
	"extensions of no length": ({"targets": [target(max_extensions=2)]}, "how long an extension"),
	"a thousand extensions": (
		{"targets": [target(max_extensions=1000, extension_amount=1)]},
		"more than 50 extensions",
	),
	"a warning after the end": ({"targets": [target(warn_percent="120")]}, "1 to 99"),
	"a warning in words": ({"targets": [target(warn_percent="soon")]}, "percentages"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name):
	values, sentence = BAD[name]
	before = frappe.db.count("Complaint SLA Policy")
	with pytest.raises(frappe.ValidationError, match=sentence):
		draft(**values).insert()
	assert frappe.db.count("Complaint SLA Policy") == before


@pytest.mark.parametrize("name", ["a zero limit", "an unknown zone", "a circle", "overlapping intervals"])
def test_refused_by_rest_too(name):
	from frappe.client import insert

	values, sentence = BAD[name]
	doc = {**draft().as_dict(), **values}
	with pytest.raises(frappe.ValidationError, match=sentence):
		as_user(make_user("manager"), lambda: insert(doc))


def test_a_change_to_bad_values_is_refused_and_leaves_the_draft_as_it_was():
	doc = draft().insert()
	doc.targets[1].amount = 0
	with pytest.raises(frappe.ValidationError, match="above zero"):
		doc.save()
	assert [row.amount for row in frappe.get_doc("Complaint SLA Policy", doc.name).targets] == [1, 5]


def test_the_sentences_of_the_core_are_all_known():
	"""Every refusal that the core's limits, calendars and targets know has a template that can be translated."""
	made = [
		*clocks.validate_targets(
			[
				target("nowhere"),
				target(amount=0),
				target("assess", amount="x"),
				target("contain", unit="moons"),
				target("update", amount=1.5),
				target("acknowledge", pausable=1),
				target("review", repeats=1),
				target("external", starts_at="noon"),
				target("implement", max_extensions=-1),
				target("implement", max_extensions=1),
				target("investigate", warn_percent=[0]),
				target("decide", starts_at="decide"),
			]
		)
	]
	for week in ({0: []}, {0: [("09:00", "09:00")]}, {0: [("09:00", "12:00"), ("11:00", "13:00")]}):
		made.append(_sentence(lambda week=week: clocks.calendar_from_dict({"zone": "UTC", "week": week})))
	made.append(_sentence(lambda: business_time.load_zone("Mars/Olympus")))
	always = business_time.WorkCalendar.always()
	now = datetime(2026, 1, 1, tzinfo=timezone.utc)
	for amount, unit in ((9000, "months"), (999_999, "business days"), (120_000, "business days")):
		made.append(_sentence(lambda a=amount, u=unit: business_time.Limit(a, u).due(now, always)))
	assert len(made) > 18
	for sentence in made:
		rest = sentence.partition(": ")[2] if sentence.split(": ")[0] in clocks.STAGES else sentence
		assert core_sentences.match(rest) or core_sentences.match(sentence), sentence


def _sentence(fails) -> str:
	with pytest.raises(ValueError) as refused:
		fails()
	return str(refused.value)


def test_a_sentence_is_translated_with_its_values(monkeypatch):
	monkeypatch.setattr(core_sentences, "_", lambda text: {"decide": "ENTSCHEID"}.get(text, text.upper()))
	assert core_sentences.translated("decide: A time limit must be above zero, not 0.") == (
		"ENTSCHEID: A TIME LIMIT MUST BE ABOVE ZERO, NOT 0."
	)
	assert core_sentences.translated("Something else: 5") == "Something else: 5"


# Warnings ----------------------------------------------------------------------------------------------


def warnings_of(**values) -> list[str]:
	return policy_checks.warnings(draft(**values).insert().name)


def test_nothing_to_warn_of():
	assert warnings_of(holiday_list=holiday_list(to="2027-12-31")) == []


def test_the_holidays_end_before_the_limit():
	(sentence,) = warnings_of(holiday_list=holiday_list(to="2026-11-30"))
	assert formatdate("2026-11-30") in sentence
	assert "decide" in sentence and "add the holidays" in sentence


def test_extensions_count_for_the_end_of_the_holidays():
	until_december = holiday_list(to="2026-12-05")
	assert warnings_of(holiday_list=until_december) == []
	longer = [target("decide", 5, max_extensions=2, extension_amount=5)]
	assert "can fall due" in warnings_of(holiday_list=until_december, targets=longer)[0]


def test_the_longest_chain_counts_for_the_end_of_the_holidays():
	"""10 business days after acknowledgement, itself after 5, then a review of 10: about five weeks."""
	days = holiday_list(to="2026-12-20")
	chain = [target("acknowledge", 5), target("decide", 10, starts_at="acknowledge")]
	assert warnings_of(holiday_list=days, targets=chain) == []
	(sentence,) = warnings_of(holiday_list=days, targets=[*chain, target("review", 10)])
	assert "review" in sentence


def test_the_last_day_of_a_policy_counts_for_the_end_of_the_holidays():
	days = holiday_list(to="2027-01-31")
	assert warnings_of(holiday_list=days) == []
	assert "can fall due" in warnings_of(holiday_list=days, valid_to="2027-01-29")[0]


def test_limits_in_calendar_days_need_no_holidays():
	assert warnings_of(targets=[target(amount=8, unit="weeks")]) == []


def test_business_days_without_holidays():
	(sentence,) = warnings_of()
	assert "without holidays" in sentence


def test_a_policy_that_is_over_has_no_warnings():
	assert warnings_of(valid_to="2025-01-01") == []


def test_rivals_are_warned_of():
	days = holiday_list(to="2027-12-31")
	submitted(title="Major", channel="", severity="Major", holiday_list=days)
	(sentence,) = warnings_of(holiday_list=days)
	assert "Major" in sentence and "higher rank" in sentence
	assert warnings_of(holiday_list=days, rank=71) == []
	assert warnings_of(holiday_list=days, priority="High") == []
	assert warnings_of(holiday_list=days, channel="", severity="Minor") == []
	assert warnings_of(holiday_list=days, valid_from="2019-01-01", valid_to="2019-12-31") == []


def test_rivals_in_a_tree():
	days = holiday_list(to="2027-12-31")
	above = make_category("Above all", group=True)
	below, beside = make_category("Below it", above), make_category("Beside it")
	submitted(channel="", category=above, holiday_list=days)
	assert len(warnings_of(channel="", category=below, holiday_list=days)) == 1
	assert warnings_of(channel="", category=beside, holiday_list=days) == []


def test_a_warning_is_shown_when_saving():
	frappe.clear_messages()
	draft().insert()
	assert any("without holidays" in str(message) for message in frappe.local.message_log)


def test_warnings_need_permission():
	name = draft().insert().name
	from frappe.exceptions import PermissionError as Denied

	with pytest.raises(Denied):
		as_user(make_user("boss2", "Accounts User"), lambda: policy_checks.warnings(name))


# Two of a kind -----------------------------------------------------------------------------------------


def test_a_twin_is_refused():
	first = submitted()
	twin = draft(title="Again").insert()
	with pytest.raises(frappe.ValidationError, match="another rank, or make it a New Version"):
		twin.submit()
	assert frappe.db.get_value("Complaint SLA Policy", twin.name, "docstatus") == 0
	first.reload()
	first.valid_to = "2026-12-31"
	first.save()
	submitted(valid_from="2027-01-01")


@pytest.mark.parametrize(
	"other", [{"rank": 71}, {"channel": "Letter"}, {"priority": "High"}, {"enabled": 0}], ids=str
)
def test_no_twin(other):
	submitted()
	submitted(**other)


def test_a_twin_by_enabling_or_prolonging_is_refused():
	sleeping, ended = submitted(enabled=0), submitted(valid_to="2021-12-31")
	submitted(valid_from="2022-01-01")
	sleeping.reload()
	sleeping.enabled = 1
	with pytest.raises(frappe.ValidationError, match="New Version"):
		sleeping.save()
	ended.reload()
	ended.valid_to = "2022-01-01"
	with pytest.raises(frappe.ValidationError, match="New Version"):
		ended.save()


# The last general policy -------------------------------------------------------------------------------


def general(**values):
	return draft(title="General", channel="", **values)


def test_the_last_general_policy_stays():
	doc = the_general_policy()
	with pytest.raises(frappe.ValidationError, match="last general policy"):
		doc.cancel()
	for change in ({"enabled": 0}, {"valid_to": "2027-01-01"}):
		doc = the_general_policy()
		doc.update(change)
		with pytest.raises(frappe.ValidationError, match="last general policy"):
			doc.save()
	assert the_general_policy().enabled == 1


def test_a_general_policy_goes_when_another_is_there():
	general().insert().submit()
	the_general_policy().cancel()


def test_another_one_must_begin_in_time():
	general(valid_from="2027-02-01").insert().submit()
	doc = the_general_policy()
	doc.valid_to = "2027-01-30"
	with pytest.raises(frappe.ValidationError, match="2027"):
		doc.save()
	doc = the_general_policy()
	doc.valid_to = "2027-01-31"
	doc.save()
	with pytest.raises(frappe.ValidationError, match="last general policy"):
		doc.cancel()


def test_drafts_and_special_policies_go_freely():
	general().insert().delete()
	submitted().cancel()


def test_a_manager_may_choose_holidays():
	manager = make_user("manager")
	assert frappe.has_permission("Holiday List", "read", user=manager)
	assert not frappe.has_permission("Holiday List", "write", user=manager)


def test_a_verified_preset_with_other_limits_is_verified_no_more():
	doc = frappe.get_doc("Complaint SLA Policy", policy_versions.load_preset("uk-fca-disp"))
	assert doc.preset_verified
	decide = next(row for row in doc.targets if row.stage == "decide")
	decide.amount = 80
	doc.save()
	assert not doc.preset_verified
	assert any(
		"Not as in the preset" in sentence and "decide" in sentence for sentence in policy_checks.found(doc)
	)
	decide.amount = 8
	doc.save()
	assert doc.preset_verified


def test_a_start_at_a_stage_without_a_limit_is_warned_of():
	rows = [{"stage": "assess", "amount": 2, "unit": "business days", "starts_at": "acknowledge"}]
	doc = make_policy(targets=rows, rank=77)
	assert any("waits until acknowledge is done" in sentence for sentence in policy_checks.found(doc))


@pytest.mark.parametrize(
	("change", "sentence"),
	[
		({"targets": [{"stage": "acknowledge", "amount": 10_000_000, "unit": "hours"}]}, "too long"),
		(
			{"working_hours": [{"workday": "Monday", "start_time": "09:00:00", "end_time": "25:00:00"}]},
			"row 1",
		),
		({"fast_track_days": 10_000_000}, "up to 365"),
	],
)
def test_what_can_not_be_meant_is_refused_when_it_is_typed(change, sentence):
	values = {"targets": [{"stage": "decide", "amount": 1, "unit": "business days"}], "rank": 78, **change}
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_policy(**values)


def test_a_twin_is_warned_of_as_it_will_be_refused():
	rows = [{"stage": "decide", "amount": 1, "unit": "business days"}]
	make_policy(targets=rows, rank=79)
	twin = make_policy(targets=rows, rank=80).as_dict()
	twin.update(name=None, rank=79, docstatus=0, version_of=None)
	doc = frappe.new_doc("Complaint SLA Policy")
	doc.update(
		{
			"title": "Twin",
			"rank": 79,
			"valid_from": "2020-01-01",
			"time_zone": "Europe/Berlin",
			"company": twin.company,
		}
	)
	doc.update({"targets": rows, "working_hours": twin.working_hours})
	doc.insert()
	assert any("can't be submitted" in sentence for sentence in policy_checks.found(doc))
