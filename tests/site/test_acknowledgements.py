"""Who has read the policy: said by each person themself, once, of what is in force."""

from __future__ import annotations

from datetime import datetime, timezone

import frappe
import pytest

from cms_iso10002.iso_10002 import acknowledgements, people
from tests.site.factories import (
	CAST,
	approve_policy,
	as_user,
	make_complaints_policy,
	make_user,
	only_the_cast,
	set_now,
)

ACKNOWLEDGEMENT = acknowledgements.ACKNOWLEDGEMENT
TEAM = set(CAST)


@pytest.fixture(autouse=True)
def in_november():
	only_the_cast()
	set_now(datetime(2026, 11, 24, 9, tzinfo=timezone.utc))


@pytest.fixture
def policy():
	return make_complaints_policy()


def acknowledge(name: str, doc):
	return as_user(make_user(name), lambda: acknowledgements.acknowledge(doc.name))


def test_the_rate_is_of_those_who_hold_a_complaint_role(policy):
	before = acknowledgements.status(policy)
	assert (before["people"], before["acknowledged"], before["percent"]) == (6, 0, 0.0)
	assert {row["name"] for row in before["missing"]} == TEAM
	for name in ("agent", "auditor", "manager"):
		acknowledge(name, policy)
	after = acknowledgements.status(policy)
	assert (after["acknowledged"], after["percent"]) == (3, 50.0)
	assert {row["name"] for row in after["missing"]} == TEAM - {"agent", "auditor", "manager"}
	assert {row["name"] for row in after["given"]} == {"agent", "auditor", "manager"}
	record = frappe.get_doc(ACKNOWLEDGEMENT, {"policy": policy.name, "user": make_user("agent")})
	assert (record.version, str(record.acknowledged_on)) == (1, "2026-11-24 10:00:00")
	assert record.owner == make_user("agent")


def test_to_say_it_twice_is_to_say_it_once(policy):
	acknowledge("agent", policy)
	acknowledge("agent", policy)
	assert frappe.db.count(ACKNOWLEDGEMENT, {"policy": policy.name}) == 1


def test_what_each_is_told(policy):
	asked = as_user(make_user("agent"), lambda: acknowledgements.get_status(policy.name))
	assert asked["asked"] and not asked["mine"]
	assert asked["missing"] == [] and asked["given"] == [] and asked["people"] == 6, "numbers, no names"
	mine = acknowledge("agent", policy)
	assert not mine["asked"] and str(mine["mine"]) == "2026-11-24 10:00:00"
	overseer = as_user(make_user("auditor"), lambda: acknowledgements.get_status(policy.name))
	assert len(overseer["missing"]) == 5


# Bad input


def test_nobody_acknowledges_for_somebody_else(policy):
	def forge():
		record = frappe.new_doc(ACKNOWLEDGEMENT)
		record.update({"policy": policy.name, "user": make_user("agent")})
		return record

	for name in ("agent2", "manager"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(name), lambda: forge().insert())
		with pytest.raises(frappe.PermissionError, match="themself"):
			as_user(make_user(name), lambda: forge().insert(ignore_permissions=True))
	with pytest.raises(frappe.PermissionError, match="themself"):
		forge().insert()
	assert not frappe.db.count(ACKNOWLEDGEMENT)


def test_a_record_is_not_changed_and_not_taken_back(policy):
	acknowledge("agent", policy)
	record = frappe.get_doc(ACKNOWLEDGEMENT, {"policy": policy.name})
	record.acknowledged_on = "2026-01-01 00:00:00"
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		record.save()
	for name in ("agent", "manager"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(name), lambda: frappe.delete_doc(ACKNOWLEDGEMENT, record.name))


def test_who_does_not_work_with_complaints_has_nothing_to_say(policy):
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("boss"), lambda: acknowledgements.acknowledge(policy.name))
	with pytest.raises(frappe.PermissionError):
		as_user("Guest", lambda: acknowledgements.acknowledge(policy.name))


@pytest.mark.parametrize("kind", ["draft", "past", "cancelled"])
def test_what_is_not_in_force_is_not_acknowledged(kind):
	values = {"valid_to": "2026-10-31"} if kind == "past" else {}
	doc = make_complaints_policy(approve=kind != "draft", **values)
	if kind == "cancelled":
		# as sites may have it from before what was in force was refused
		doc.db_set("docstatus", 2)
	with pytest.raises(frappe.ValidationError, match="is not in force"):
		acknowledge("agent", doc)


def test_an_approved_policy_may_be_read_before_its_first_day():
	acknowledge("agent", make_complaints_policy(valid_from="2026-12-01"))


# Translations, versions, companies


def test_a_translation_counts_for_the_original_and_back(policy):
	german = make_complaints_policy(language="de", translation_of=policy.name)
	acknowledge("agent", german)
	acknowledge("auditor", policy)
	for doc in (policy, german):
		assert acknowledgements.status(doc)["acknowledged"] == 2
	acknowledge("agent", policy)
	assert frappe.db.count(ACKNOWLEDGEMENT) == 2


def test_a_new_version_is_read_anew(policy):
	from cms_iso10002.iso_10002.policy_releases import make_new_version

	acknowledge("agent", policy)
	new = as_user(make_user("manager"), lambda: make_new_version(policy.name))
	new = approve_policy(frappe.get_doc("Complaints Policy", new))
	assert acknowledgements.status(new)["acknowledged"] == 0
	assert acknowledgements.status(policy)["acknowledged"] == 1


def test_a_companys_policy_is_for_its_people():
	company = frappe.db.get_value("Company", {}, "name")
	other = frappe.copy_doc(frappe.get_doc("Company", company))
	other.update({"company_name": "Elsewhere Ltd", "abbr": "ELS", "name": "Elsewhere Ltd"})
	other.db_insert()
	for name, where in (("agent", company), ("agent2", "Elsewhere Ltd")):
		frappe.get_doc(
			{
				"doctype": "User Permission",
				"user": make_user(name),
				"allow": "Company",
				"for_value": where,
				"apply_to_all_doctypes": 1,
			}
		).db_insert()
	team = people.holders(company=company)
	assert make_user("agent") in team and make_user("agent2") not in team
	assert make_user("investigator") in team, "who is limited to no company works for all"
	assert acknowledgements.status(make_complaints_policy(company=company))["people"] == 5


def test_who_is_disabled_is_not_waited_for(policy):
	frappe.db.set_value("User", make_user("agent2"), "enabled", 0)
	assert acknowledgements.status(policy)["people"] == 5
