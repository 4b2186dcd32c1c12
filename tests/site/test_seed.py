"""Seeds come once, follow the app while nobody touches them, and what cannot be right is refused in a sentence."""

import json

import frappe
import pytest

from cms_iso10002 import install
from cms_iso10002.complaints import policy as policies
from cms_iso10002.setup import policy, seed, written

TREES = {
	"Complaint Category": "parent_complaint_category",
	"Complaint Root Cause": "parent_complaint_root_cause",
}


@pytest.fixture
def seeds(monkeypatch):
	"""Remedies as a later version of the app ships them; change the list, then `seed.make()`."""
	found = seed.records("Complaint Remedy")
	read = seed.records
	monkeypatch.setattr(
		seed, "records", lambda doctype: found if doctype == "Complaint Remedy" else read(doctype)
	)
	return found


@pytest.fixture
def remedy(seeds):
	"""The first seeded remedy."""
	return frappe.get_doc("Complaint Remedy", written.name_of("Complaint Remedy", seeds[0]))


@pytest.mark.parametrize("doctype", seed.FILES)
def test_every_seed_is_there_as_it_was_written(doctype):
	records = seed.records(doctype)
	assert records
	for record in records:
		doc = frappe.get_doc(doctype, written.name_of(doctype, record))
		for field, value in record.items():
			if not isinstance(value, list):
				assert (doc.get(field) or None) == (value or None), (doc.name, field)
	assert len(written.ours(doctype)) == len(records)


@pytest.mark.parametrize("doctype", TREES)
def test_trees_are_whole(doctype):
	nodes = {
		node.name: node
		for node in frappe.get_all(
			doctype, fields=["name", "lft", "rgt", "is_group", f"{TREES[doctype]} as parent"]
		)
	}
	bounds = sorted(bound for node in nodes.values() for bound in (node.lft, node.rgt))
	assert bounds == list(range(1, 2 * len(nodes) + 1))
	for node in nodes.values():
		above = {other.name for other in nodes.values() if other.lft < node.lft and node.rgt < other.rgt}
		assert bool(node.parent) == bool(above)
		if node.parent:
			assert node.parent in above and nodes[node.parent].is_group
			assert max(above, key=lambda name: nodes[name].lft) == node.parent


def test_the_root_causes_begin_where_iso_looks():
	roots = frappe.get_all(
		"Complaint Root Cause", {"parent_complaint_root_cause": ("is", "not set")}, pluck="name"
	)
	for word in ("People", "Process", "Product", "Supplier", "Information", "Environment"):
		assert [root for root in roots if word.lower() in root.lower()], word


def test_an_employment_dispute_has_somewhere_to_go():
	rows = frappe.get_all("Complaint Category", {"out_of_scope": 1}, ["name", "referral_note"])
	assert rows
	assert all(row.referral_note for row in rows)


def test_templates_are_valid_jinja():
	for record in seed.records("Email Template"):
		doc = frappe.get_doc("Email Template", record["name"])
		doc.validate()
		assert doc.response_


# Once, and never over a user's own.


def test_what_a_user_changed_stays(remedy, seeds):
	remedy.description = "As we see it"
	remedy.save()
	seeds[0]["description"] = "As a later version sees it"
	seed.make()
	assert remedy.reload().description == "As we see it"


def test_what_nobody_touched_follows_the_app(remedy, seeds):
	seeds[0]["description"] = "As a later version sees it"
	seed.make()
	assert remedy.reload().description == "As a later version sees it"
	seeds[0]["description"] = "As the next one does"
	seed.make()
	assert remedy.reload().description == "As the next one does"


def test_saving_without_a_change_is_no_touch(remedy, seeds):
	remedy.save()
	seeds[0]["description"] = "As a later version sees it"
	seed.make()
	assert remedy.reload().description == "As a later version sees it"


def test_what_a_user_deleted_stays_away(remedy, seeds):
	frappe.delete_doc("Complaint Remedy", remedy.name)
	seed.make()
	seeds[0]["description"] = "As a later version sees it"
	seed.make()
	assert not frappe.db.exists("Complaint Remedy", remedy.name)


def test_what_a_user_renamed_does_not_come_back(remedy):
	frappe.rename_doc("Complaint Remedy", remedy.name, "Our own word")
	seed.make()
	assert not frappe.db.exists("Complaint Remedy", remedy.name)


def test_a_new_seed_is_added(seeds):
	seeds.append({"remedy_name": "A bunch of flowers", "type": "Goodwill"})
	seed.make()
	assert frappe.db.get_value("Complaint Remedy", "A bunch of flowers", "type") == "Goodwill"


def test_a_record_the_site_had_is_left_alone(seeds):
	frappe.get_doc({"doctype": "Complaint Remedy", "remedy_name": "Flowers", "type": "Goods"}).insert()
	seeds.append({"remedy_name": "Flowers", "type": "Goodwill"})
	seed.make()
	seeds[-1]["description"] = "As a later version sees it"
	seed.make()
	assert frappe.db.get_value("Complaint Remedy", "Flowers", ["type", "description"]) == ("Goods", None)
	assert "Flowers" not in written.ours("Complaint Remedy")


def test_a_branch_below_one_that_is_gone_is_added_on_top(monkeypatch):
	child = {"category_name": "New", "parent_complaint_category": "A branch somebody deleted"}
	written.sync("Complaint Category", [child])
	assert not frappe.db.get_value("Complaint Category", "New", "parent_complaint_category")


def test_settings_get_defaults_where_nothing_was_stored():
	frappe.db.delete("Singles", {"doctype": "Complaint Settings", "field": "answer_within_days"})
	frappe.db.set_single_value("Complaint Settings", "reminder_days", "3")
	frappe.db.set_single_value("Complaint Settings", "waive_investigation_up_to", "")
	seed.fill_settings()
	settings = frappe.get_doc("Complaint Settings")
	assert settings.answer_within_days == 14
	assert (settings.reminder_days, settings.waive_investigation_up_to or "") == ("3", "")


# The generic policy.


@pytest.fixture
def generic():
	return frappe.get_doc("Complaint SLA Policy", {"title": policy.TITLE})


def test_the_generic_policy(generic):
	assert generic.docstatus == 1 and generic.enabled
	assert str(generic.valid_from) == "2000-01-01" and not generic.valid_to
	assert generic.time_zone == frappe.db.get_single_value("System Settings", "time_zone")
	assert [(row.stage, row.amount) for row in generic.targets] == [
		(stage, float(days)) for stage, days in policy.TARGETS
	]
	assert {row.unit for row in generic.targets} == {"business days"}
	assert [row.stage for row in generic.targets if row.repeats] == ["update"]
	assert not [row.stage for row in generic.targets if row.pausable]
	assert [row.workday for row in generic.working_hours] == list(policy.WORKDAYS)
	assert generic.source


def test_the_generic_policy_can_be_counted(generic):
	targets, calendar = policies.load(policies.snapshot(generic.name))
	assert {target.stage for target in targets} == {stage for stage, _days in policy.TARGETS}
	assert calendar.zone == generic.time_zone


def test_the_generic_policy_is_made_once(generic):
	draft(title="Another").insert().submit()  # the last general policy can't go
	generic.cancel()
	seed.make()
	assert frappe.db.count("Complaint SLA Policy", {"title": policy.TITLE}) == 1


def test_a_site_that_does_not_know_its_time_zone_waits_for_the_wizard(generic):
	draft(title="Another").insert().submit()  # the last general policy can't go
	generic.cancel()
	generic.delete()
	frappe.db.delete("DefaultValue", {"parent": written.PARENT, "defkey": "Complaint SLA Policy"})
	frappe.db.set_single_value("System Settings", "time_zone", "")
	policy.make()
	assert not frappe.db.exists("Complaint SLA Policy", {"title": policy.TITLE})
	frappe.db.set_single_value("System Settings", "time_zone", "America/New_York")
	install.after_setup_wizard({})
	assert (
		frappe.db.get_value("Complaint SLA Policy", {"title": policy.TITLE}, "time_zone")
		== "America/New_York"
	)


def test_the_generic_policy_takes_the_companys_holidays():
	company = frappe.db.get_single_value("Global Defaults", "default_company")
	assert company
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Our holidays",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"holidays": [{"holiday_date": "2026-01-01", "description": "New Year"}],
		}
	).insert()
	frappe.db.set_value("Company", company, "default_holiday_list", holidays.name)
	assert policy._holiday_list() == holidays.name


def draft(**changes):
	"""The generic policy as a new document of another rank, changed."""
	doc = frappe.new_doc("Complaint SLA Policy")
	doc.update({**json.loads(json.dumps(policy.record("Europe/Berlin", None))), "rank": 1, **changes})
	return doc


def target(stage="acknowledge", amount=1, unit="business days", **more):
	return {"stage": stage, "amount": amount, "unit": unit, **more}


def hours(*spans, day="Monday"):
	return [{"workday": day, "start_time": start, "end_time": end} for start, end in spans]


@pytest.mark.parametrize(
	("changes", "sentence"),
	[
		({"valid_to": "1999-12-31"}, "Valid To lies before Valid From"),
		({"time_zone": "Europe/Atlantis"}, "no time zone"),
		({"time_zone": "../../etc/passwd"}, "no time zone"),
		({"time_zone": "<script>"}, "no time zone"),
		({"working_hours": []}, "needs working hours"),
		({"working_hours": [], "targets": [target(unit="business hours")]}, "needs working hours"),
		(
			{"working_hours": hours(("09:00:00", "12:00:00"), ("11:00:00", "17:00:00"))},
			"before the one before it ends",
		),
		(
			{
				"working_hours": hours(("22:00:00", "06:00:00"))
				+ hours(("05:00:00", "09:00:00"), day="Tuesday")
			},
			"past midnight",
		),
		({"working_hours": hours(("09:00:00", "09:00:00"))}, "no length"),
		({"targets": [target(amount=0)]}, "above zero"),
		({"targets": [target(amount=-1)]}, "above zero"),
		({"targets": [target(amount=1.5)]}, "whole number"),
		({"targets": [target(), target(amount=2)]}, "2 targets: keep one"),
		(
			{"targets": [target("contain", starts_at="assess"), target("assess", starts_at="contain")]},
			"circle",
		),
		({"targets": [target(pausable=1)]}, "be paused"),
		({"targets": [target(repeats=1)]}, "can repeat"),
		({"targets": [target(warn_percent="soon")]}, "percentages"),
		({"targets": [target(warn_percent="100")]}, "1 to 99"),
	],
	ids=lambda value: None if isinstance(value, dict) else value[:24],
)
def test_a_policy_that_cannot_be_counted_is_refused(changes, sentence):
	with pytest.raises(frappe.ValidationError, match=sentence):
		draft(**changes).insert()


def test_working_hours_have_an_end():
	doc = draft().insert()
	doc.working_hours[1].end_time = None
	with pytest.raises(frappe.ValidationError, match="row 2: day, start and end"):
		doc.save()


@pytest.mark.parametrize(
	"changes",
	[
		{},
		{"valid_to": "2000-01-01"},
		{"working_hours": [], "targets": [target(unit="calendar days"), target("decide", 8, "weeks")]},
		{
			"working_hours": hours(
				("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"), ("22:00:00", "06:00:00")
			)
		},
		{"working_hours": hours(("00:00:00", "00:00:00"))},
		{
			"targets": [
				target(warn_percent="50, 75"),
				target("investigate", 5, starts_at="received", pausable=1),
			]
		},
	],
	ids=["generic", "one day", "no hours", "a night shift", "around the clock", "percentages"],
)
def test_a_policy_that_can_be_counted_is_saved(changes):
	doc = draft(**changes).insert()
	doc.submit()
	policies.load(policies.snapshot(doc.name))


# The small masters.


def test_a_category_out_of_scope_says_where_to_go():
	doc = frappe.get_doc({"doctype": "Complaint Category", "category_name": "Not ours", "out_of_scope": 1})
	with pytest.raises(frappe.MandatoryError, match="where to go"):
		doc.insert()
	doc.referral_note = "To the works council."
	doc.insert()


@pytest.mark.parametrize("doctype", TREES)
def test_a_leaf_has_nothing_below_it(doctype):
	field = frappe.get_meta(doctype).autoname.partition(":")[2]
	frappe.get_doc({"doctype": doctype, field: "Leaf"}).insert()
	with pytest.raises(frappe.ValidationError, match="not a group"):
		frappe.get_doc({"doctype": doctype, field: "Lower", TREES[doctype]: "Leaf"}).insert()


def test_a_category_in_use_is_not_deleted():
	frappe.get_doc({"doctype": "Complaint Category", "category_name": "Used"}).insert()
	draft(category="Used").insert()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Complaint Category", "Used")


def test_a_remedy_has_one_limit_for_a_role():
	limits = [
		{"role": "Complaint Agent", "amount": 50, "currency": "EUR"},
		{"role": "Complaint Agent", "amount": 90, "currency": "EUR"},
	]
	doc = frappe.get_doc(
		{"doctype": "Complaint Remedy", "remedy_name": "Flowers", "type": "Goods", "authority_limits": limits}
	)
	with pytest.raises(frappe.ValidationError, match="Row 2"):
		doc.insert()
	limits[1]["role"] = "Complaint Manager"
	frappe.get_doc(
		{"doctype": "Complaint Remedy", "remedy_name": "Flowers", "type": "Goods", "authority_limits": limits}
	).insert()


def test_a_body_pauses_stages_that_exist():
	doc = frappe.get_doc(
		{"doctype": "Dispute Resolution Body", "body_name": "A body of ours", "pauses": "decide\nanswering"}
	)
	with pytest.raises(frappe.ValidationError, match="answering"):
		doc.insert()
	doc.pauses = "Decide\n\n review "
	doc.insert()
	assert doc.stages_that_pause() == ["decide", "review"]


@pytest.mark.parametrize("text", ["soon", "7,0", "-1", "7;12"])
def test_reminders_are_days(text):
	settings = frappe.get_doc("Complaint Settings")
	settings.reminder_days = text
	with pytest.raises(frappe.ValidationError, match="list of days"):
		settings.save()


def test_a_reminder_comes_before_the_answer_is_given_up():
	settings = frappe.get_doc("Complaint Settings")
	settings.update({"reminder_days": "7,14", "answer_within_days": 14})
	with pytest.raises(frappe.ValidationError, match="too late"):
		settings.save()
	settings.reload()
	settings.reminder_days = ""
	settings.save()
	assert settings.reminders() == []
