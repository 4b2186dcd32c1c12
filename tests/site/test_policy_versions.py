"""Versions of a Complaint SLA Policy, presets, and what ERPNext's agreements become."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest
from frappe.utils import getdate

from cms_iso10002.complaints import policy, policy_versions
from cms_iso10002.erpnext_bridge.service_level_agreement import make_policies
from tests.site.factories import as_user, make_complaint, make_user, set_now
from tests.site.policy_factories import (
	DOCTYPE,
	draft,
	make_agreement,
	priority_row,
	submitted,
	the_general_policy,
)


@pytest.fixture(autouse=True)
def in_november():
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


def validity(doc) -> tuple[str, str]:
	row = frappe.db.get_value(DOCTYPE, doc.name, ["valid_from", "valid_to"])
	return tuple(str(day) if day else "" for day in row)


def next_version(doc, **values):
	new = frappe.get_doc(DOCTYPE, policy_versions.make_new_version(doc.name))
	new.update(values)
	new.save()
	return new


def test_a_new_version_is_a_draft_from_tomorrow_on():
	first = submitted(valid_to="2027-12-31")
	new = frappe.get_doc(DOCTYPE, policy_versions.make_new_version(first.name))
	first.reload()
	assert (new.docstatus, new.version_of, new.version, new.enabled) == (0, first.name, 2, 1)
	assert (str(new.valid_from), new.valid_to) == ("2026-11-25", None)
	assert policy.targets_of(new) == policy.targets_of(first)
	assert policy.calendar_of(new) == policy.calendar_of(first)
	assert not new.company and new.channel == "Phone"
	assert validity(first) == ("2020-01-01", "2027-12-31")


def test_the_first_of_many_versions():
	first = submitted()
	assert first.version == 1
	second = next_version(first, valid_from="2026-12-01")
	second.submit()
	third = next_version(second, valid_from="2027-01-01")
	third.submit()
	assert validity(first) == ("2020-01-01", "2026-11-30")
	assert validity(second) == ("2026-12-01", "2026-12-31")
	assert validity(third) == ("2027-01-01", "")
	chain = policy_versions.chain(second.name)
	assert [row["name"] for row in chain] == [first.name, second.name, third.name]
	assert [row["version"] for row in chain] == [1, 2, 3]


def test_every_day_has_one_version():
	first = submitted()
	second = next_version(first, valid_from="2026-12-01")
	second.submit()

	def chosen(day: str) -> str:
		return policy.choose({"channel": "Phone", "received_on": f"{day} 10:00:00"})[0]

	assert chosen("2026-11-30") == first.name
	assert chosen("2026-12-01") == second.name


def test_cancelling_a_version_gives_its_time_back():
	first = submitted(valid_to="2027-12-31")
	second = next_version(first, valid_from="2026-12-01", valid_to="2028-01-01")
	second.submit()
	second.cancel()
	assert validity(first) == ("2020-01-01", "2027-12-31"), "its own, not the version's"
	again = next_version(frappe.get_doc(DOCTYPE, first.name), valid_from="2027-01-01")
	again.submit()
	assert validity(first) == ("2020-01-01", "2026-12-31")


def test_a_version_with_a_next_one_is_not_cancelled():
	first = submitted()
	second = next_version(first)
	second.submit()
	with pytest.raises(frappe.ValidationError, match="cancel that one first"):
		frappe.get_doc(DOCTYPE, first.name).cancel()
	assert frappe.db.get_value(DOCTYPE, first.name, "docstatus") == 1


def test_a_version_begins_after_the_one_before():
	first = submitted()
	early = next_version(first, valid_from="2020-01-01")
	with pytest.raises(frappe.ValidationError, match="Valid From must be after"):
		early.submit()
	assert validity(first) == ("2020-01-01", "")


def test_there_is_one_next_version():
	first = submitted()
	second = next_version(first)
	with pytest.raises(frappe.ValidationError, match="has a next version already"):
		policy_versions.make_new_version(first.name)
	other = draft(version_of=first.name, valid_from="2027-05-01").insert()
	second.submit()
	with pytest.raises(frappe.ValidationError, match="has a next version already"):
		other.submit()


def test_a_draft_has_no_new_version():
	with pytest.raises(frappe.ValidationError, match="is not submitted"):
		policy_versions.make_new_version(draft().insert().name)
	first = submitted()
	second = next_version(first)
	first.reload()
	first.cancel()
	second.reload()
	second.submit()
	assert not second.version_of, "what it was to follow is gone, so it is a policy of its own"


def test_a_draft_version_may_be_deleted():
	first = submitted()
	next_version(first).delete()
	next_version(first)


def test_the_end_of_a_succeeded_version_follows_from_the_next():
	first = submitted()
	next_version(first, valid_from="2026-12-01").submit()
	for day in (None, "2026-12-15", "2026-11-01"):
		first.reload()
		first.valid_to = day
		with pytest.raises(frappe.ValidationError, match="Valid To is the day before"):
			first.save()


def test_the_general_policy_has_versions_without_a_gap():
	general = the_general_policy()
	narrow = next_version(general, channel="Phone")
	with pytest.raises(frappe.ValidationError, match="same complaints as the one before: Channel"):
		narrow.submit()
	narrow.reload()
	narrow.channel = ""
	narrow.save()
	narrow.submit()
	assert validity(general)[1] == "2026-11-24"
	narrow.reload()
	narrow.enabled = 0
	with pytest.raises(frappe.ValidationError, match="last general policy"):
		narrow.save()
	narrow.reload()
	narrow.cancel()
	assert validity(general)[1] == ""


def test_a_complaint_keeps_the_version_it_was_received_under():
	first = submitted()
	case = make_complaint(received_on="2026-11-24 09:00:00")
	assert case.sla_policy == first.name
	next_version(first).submit()
	case.reload()
	assert case.sla_policy == first.name


def test_where_a_policy_comes_from_is_the_servers_to_say():
	doc = draft(version=9, preset="mine", preset_verified=1).insert()
	assert (doc.version, doc.preset_verified) == (1, 0)
	doc.update({"version": 7, "preset": "other", "preset_verified": 1, "version_of": doc.name})
	doc.save()
	assert (doc.version, doc.preset, doc.preset_verified, doc.version_of) == (1, "mine", 0, None)


def test_permissions():
	first = submitted()
	for call in (
		lambda: policy_versions.make_new_version(first.name),
		lambda: policy_versions.load_preset("iso"),
		lambda: policy_versions.list_presets(),
	):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user("agent"), call)
	name = as_user(make_user("manager"), lambda: policy_versions.make_new_version(first.name))
	as_user(make_user("manager"), lambda: frappe.get_doc(DOCTYPE, name).submit())
	assert validity(first)[1] == "2026-11-24"


# Presets -----------------------------------------------------------------------------------------------


def test_every_preset_makes_a_draft():
	listed = policy_versions.list_presets()
	assert listed
	for preset in listed:
		doc = frappe.get_doc(DOCTYPE, policy_versions.load_preset(preset["key"]))
		assert doc.docstatus == 0 and not doc.company
		assert bool(doc.preset_verified) == bool(preset["verified"])


def test_a_preset_for_one_company():
	company = frappe.db.get_value("Company", {})
	key = policy_versions.list_presets()[0]["key"]
	assert frappe.db.get_value(DOCTYPE, policy_versions.load_preset(key, company), "company") == company


def test_no_such_preset():
	with pytest.raises(frappe.ValidationError, match="There is no preset"):
		policy_versions.load_preset("<b>none</b>")


# From ERPNext ------------------------------------------------------------------------------------------


def test_an_agreement_becomes_draft_policies():
	agreement = make_agreement(pause_sla_on=[{"status": "Replied"}], start_date="2026-01-01")
	general, urgent = (frappe.get_doc(DOCTYPE, name) for name in make_policies(agreement.name))
	assert (general.docstatus, general.priority or "", urgent.priority) == (0, "", "Urgent")
	limits = [(row.stage, row.amount, row.unit, row.pausable) for row in general.targets]
	assert limits == [("acknowledge", 4, "business hours", 0), ("decide", 24, "business hours", 1)]
	assert [row.amount for row in urgent.targets] == [1, 8.5]
	assert general.customer_group == agreement.entity and not general.company
	assert general.holiday_list == "SLA days"
	assert general.time_zone == frappe.utils.get_system_timezone()
	assert policy.calendar_of(general)["week"]["0"] == [["08:00:00", "16:00:00"]]
	assert getdate(general.valid_from) == getdate("2026-01-01")
	assert agreement.name in general.source
	assert policy.specificity(policy.row_of(urgent)) > policy.specificity(policy.row_of(general))
	told = str(frappe.local.message_log)
	assert "Whenever" in told
	for doc in (general, urgent):
		doc.submit()
	case = {"customer_group": agreement.entity, "received_on": "2026-11-24"}
	assert policy.choose({**case, "priority": "Urgent"})[0] == urgent.name
	assert policy.choose({**case, "priority": "Low"})[0] == general.name


def test_an_agreement_without_resolution_and_for_one_customer():
	agreement = make_agreement(
		apply_sla_for_resolution=0,
		entity_type="Customer",
		entity="Muster GmbH",
		priorities=[priority_row("Medium", 0.333, 0, default_priority=1)],
	)
	(name,) = make_policies(agreement.name)
	doc = frappe.get_doc(DOCTYPE, name)
	assert [(row.stage, row.amount, row.pausable) for row in doc.targets] == [("acknowledge", 0.33, 0)]
	assert not doc.customer_group and "Muster GmbH" in str(frappe.local.message_log)


def test_an_agreement_for_a_territory():
	territory = frappe.db.get_value("Territory", {"is_group": 0})
	agreement = make_agreement(entity_type="Territory", entity=territory)
	assert frappe.get_doc(DOCTYPE, make_policies(agreement.name)[0]).territory == territory


@pytest.mark.erpnext
def test_an_agreement_that_erpnext_validated():
	"""Real ERPNext accepts the agreement the other tests import, so they import what users have."""
	assert frappe.get_doc("Service Level Agreement", make_agreement().name).default_priority == "Medium"


def test_importing_an_agreement_needs_permission():
	agreement = make_agreement()
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: make_policies(agreement.name))


def test_a_draft_after_a_cancelled_version_goes_on_from_the_one_before():
	first = submitted()
	second = next_version(first, valid_from="2026-12-01")
	second.submit()
	third = next_version(frappe.get_doc(DOCTYPE, second.name), valid_from="2027-01-01")
	second.reload()
	second.cancel()
	third.reload()
	assert third.version_of == first.name
	third.submit()
	assert validity(first)[1] == "2026-12-31"
