"""Which policy wins and why, and *Try it*."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.complaints import policy, policy_trial, policy_versions
from tests.site.factories import as_user, make_user, milestone, set_now
from tests.site.policy_factories import (
	DOCTYPE,
	draft,
	holiday_list,
	make_category,
	submitted,
	target,
	the_general_policy,
)


@pytest.fixture(autouse=True)
def in_december():
	set_now(datetime(2026, 12, 21, 9, tzinfo=timezone.utc))


def tried(doc, **values):
	return policy_trial.try_policy(
		doc.name, {"received_on": "2026-12-21 10:00:00", "channel": "Phone", **values}
	)


def row(answer, stage: str, round: int = 1):
	return next(row for row in answer["rows"] if (row["stage"], row["round"]) == (stage, round))


def why(answer, doc) -> str:
	return next(other["why"] for other in answer["others"] if other["name"] == doc.name)


def test_a_draft_counts_as_if_submitted():
	answer = tried(draft().insert())
	assert answer["winner"]["is_this"] and "rank 70" in answer["reason"]
	assert answer["others"]


def test_why_the_others_lose():
	this = draft(severity="Major").insert()
	general = the_general_policy()
	others = {
		"disabled": submitted(rank=71, enabled=0),
		"not in force yet": submitted(rank=72, valid_from="2027-01-01"),
		"no longer in force": submitted(rank=73, valid_to="2026-12-20"),
		"Channel Letter": submitted(rank=74, channel="Letter"),
		"less specific: it asks for 1 fields, the winner for 2": submitted(),
	}
	answer = tried(this, severity="Major")
	assert answer["winner"]["is_this"]
	for words, doc in others.items():
		assert words in why(answer, doc)
	assert "its rank 0 is lower than 70" in why(answer, general)


def test_the_older_one_loses():
	older = submitted(severity="Major", channel="")
	newer = draft(valid_from="2026-01-01").insert()
	answer = tried(newer, severity="Major")
	assert answer["winner"]["is_this"] and "older" in why(answer, older)


def test_this_one_may_lose():
	better = submitted(rank=90)
	this = draft().insert()
	answer = tried(this)
	assert answer["winner"] == {"name": better.name, "title": "By phone", "is_this": False}
	assert "lower than 90" in why(answer, this)


def test_nothing_fits():
	this = draft(channel="Letter").insert()
	frappe.db.set_value(DOCTYPE, {"docstatus": 1}, "enabled", 0)
	answer = tried(this)
	assert answer["winner"] is None and answer["rows"] == []
	assert "No policy in force" in answer["reason"] and "Channel Letter" in why(answer, this)


def test_categories_are_a_tree():
	above = make_category("Above all", group=True)
	below = make_category("Below it", above)
	this = draft(category=above).insert()
	assert tried(this, category=below)["winner"]["is_this"]
	lower = submitted(category=below)
	answer = tried(this, category=above)
	assert answer["winner"]["is_this"] and "Category Below it" in why(answer, lower)


def test_a_new_version_ends_the_one_before():
	first = submitted()
	new = frappe.get_doc(DOCTYPE, policy_versions.make_new_version(first.name))
	after = tried(new, received_on="2026-12-23 10:00:00")
	assert after["winner"]["is_this"] and "no longer in force" in why(after, first)
	before = tried(new, received_on="2026-12-21 10:00:00")
	assert before["winner"]["name"] == first.name and "not in force yet" in why(before, new)


def test_the_trial_and_the_selection_agree():
	submitted(rank=80, severity="Major")
	submitted(rank=80, priority="High")
	this = submitted(rank=80)
	for values in (
		{},
		{"severity": "Major"},
		{"priority": "High"},
		{"severity": "Major", "priority": "High"},
	):
		answer = tried(this, **values)
		complaint = {"received_on": "2026-12-21 10:00:00", "channel": "Phone", **values}
		assert (answer["winner"]["name"], answer["reason"]) == policy.choose(complaint)


def test_due_times_over_christmas():
	"""Received Monday 21 December; 5 business days, 25 and 28 December holidays: Wednesday the 30th."""
	days = holiday_list("Christmas", "2026-12-31", "2026-12-25", "2026-12-28")
	this = draft(
		holiday_list=days,
		targets=[
			target("acknowledge", 2, "business hours"),
			target("assess", 1, starts_at="acknowledge"),
			target("decide", 5, pausable=1, max_extensions=2, extension_amount=5),
			target("update", 10, "calendar days", repeats=1),
			target("review", 8, "weeks"),
		],
	).insert()
	answer = tried(this)
	acknowledge = row(answer, "acknowledge")
	assert acknowledge["limit"] == "2 business hours"
	assert (acknowledge["start"], acknowledge["due"]) == ("2026-12-21 10:00:00", "2026-12-21 12:00:00")
	assert acknowledge["warnings"] == ["2026-12-21 11:30:00"] and acknowledge["latest"] is None
	assess = row(answer, "assess")
	assert (assess["start"], assess["due"]) == ("2026-12-21 12:00:00", "2026-12-22 17:00:00")
	assert "starts at acknowledge, shown as due there" in assess["notes"]
	decide = row(answer, "decide")
	assert decide["due"] == "2026-12-30 17:00:00"
	assert decide["latest"] == "2027-01-13 17:00:00"
	notes = "; ".join(decide["notes"])
	assert "days without working hours not counted: 2" in notes
	assert "holidays not counted: " in notes and notes.count("2026") >= 2
	assert "may stop while the complainant's answer is awaited" in notes
	assert "may be extended 2 times, by 5 business days each" in notes
	update = row(answer, "update")
	assert update["due"] == "2026-12-31 23:59:59" and "every day counts" in update["notes"][0]
	review = row(answer, "review", 2)
	assert review["start"] == decide["due"] and "as if a review" in review["notes"][0]
	assert row(answer, "acknowledge", 2)["due"] == "2026-12-31 11:00:00"
	assert [r["due"] for r in answer["rows"]] == sorted(r["due"] for r in answer["rows"])


def test_the_trial_counts_as_a_complaint_is_counted():
	from tests.site.factories import make_complaint

	this = submitted(
		targets=[target("acknowledge", 2), target("decide", 8, "business hours"), target("assess", 1)]
	)
	case = make_complaint(received_on="2026-12-21 09:30:00")
	answer = tried(this, received_on="2026-12-21 09:30:00")
	for stage in ("acknowledge", "decide", "assess"):
		assert str(milestone(case, stage).due_at) == row(answer, stage)["due"]


def test_another_time_zone():
	this = draft(time_zone="America/New_York").insert()
	decide = row(tried(this), "decide")
	assert (decide["due"], decide["due_in_zone"]) == ("2026-12-28 23:00:00", "2026-12-28 17:00:00")
	assert row(tried(draft().insert()), "decide")["due_in_zone"] is None


def test_the_fast_track_is_told():
	answer = tried(draft(fast_track_days=3, summary_letter_required=1).insert())
	assert "24" in answer["fast_track"] and "a summary letter is enough" in answer["fast_track"]
	assert "no letter is needed" in tried(draft(fast_track_days=3).insert())["fast_track"]
	assert tried(draft().insert())["fast_track"] == ""


def test_more_holidays_than_can_be_named():
	days = [f"2026-12-{day:02}" for day in range(22, 32)] + [f"2027-01-{day:02}" for day in range(1, 12)]
	this = draft(holiday_list=holiday_list("Long", "2027-01-11", *days)).insert()
	notes = "; ".join(row(tried(this), "decide")["notes"])
	assert "holidays not counted: 15 days" in notes
	assert "holidays are known only until" in notes


def test_what_never_starts_is_said():
	this = draft(targets=[target("decide", 5, starts_at="contain")]).insert()
	decide = row(tried(this), "decide")
	assert decide["due"] is None and "no limit" in decide["notes"][0]


def test_now_is_the_default_and_json_will_do():
	answer = policy_trial.try_policy(draft().insert().name, '{"channel": "Phone"}')
	assert answer["received_on"] == "2026-12-21 10:00:00"


@pytest.mark.parametrize("received", ["yesterday-ish", "0202-01-01", "9999-12-31", {"a": 1}, [1]], ids=str)
def test_a_date_that_is_none(received):
	with pytest.raises(frappe.ValidationError, match="Received On"):
		tried(draft().insert(), received_on=received)


def test_permissions():
	name = submitted().name
	from frappe.exceptions import PermissionError as Denied

	assert as_user(make_user("agent"), lambda: policy_trial.try_policy(name, {"channel": "Phone"}))["rows"]
	with pytest.raises(Denied):
		as_user(make_user("clerk", "Accounts User"), lambda: policy_trial.try_policy(name, {}))
