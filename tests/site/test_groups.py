"""Complaints with the same thing behind them: put together, told together, decided one by one."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import groups
from cms_iso10002.complaints.doctype.complaint.complaint import Complaint
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_customer,
	make_item,
	make_user,
)


def people(number: int, **values) -> list:
	return [
		make_complaint(
			complainant_name=f"Customer {n}",
			complainant_email=f"c{n}@group.test",
			customer=make_customer(f"Group {n}"),
			**values,
		)
		for n in range(number)
	]


def names(cases) -> list[str]:
	return [case.name for case in cases]


@pytest.fixture
def mailer():
	"""A site that can send mail."""
	if not frappe.db.exists("Email Account", {"default_outgoing": 1}):
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": "Group Test",
				"email_id": "out@group.test",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "localhost",
				"no_smtp_authentication": 1,
			}
		).db_insert()
	frappe.clear_cache()


def test_an_agent_makes_one_whatever_else_is_in_no_group():
	make_complaint(confidentiality="Restricted")
	cases = people(2)
	name = as_user(
		make_user("agent"), lambda: groups.make_group(frappe.as_json(names(cases)), "Leaking kettles")
	)
	assert {case.reload().complaint_group for case in cases} == {name}


def test_selected_complaints_become_a_group_with_a_lead():
	cases = people(3)
	name = groups.make_group(frappe.as_json(names(cases)), "Leaking kettles", cases[1].name)
	group = frappe.get_doc("Complaint Group", name)
	assert group.lead_complaint == cases[1].name and group.company == cases[0].company
	assert sorted(row["name"] for row in groups.get_members(name)) == sorted(names(cases))
	assert kinds(cases[0])[-1] == "changed"


@pytest.mark.parametrize(
	("chosen", "says"),
	[
		(lambda cases: "no list", "from the list"),
		(lambda cases: [1, 2], "from the list"),
		(lambda cases: cases[:1], "two complaints or more"),
		(lambda cases: [cases[0], cases[0]], "two complaints or more"),
		(lambda cases: ["CMP-0000"] * 501, "choose fewer"),
	],
)
def test_what_is_no_group(chosen, says):
	with pytest.raises(frappe.ValidationError, match=says):
		groups.make_group(chosen(names(people(2))), "x")


def test_nothing_is_put_together_where_one_can_not_be():
	cases = people(3)
	act(cases[2], "Withdraw", words="Leave it.", channel="Phone")
	with pytest.raises(frappe.ValidationError, match="Withdrawn and can't be put"):
		groups.make_group(names(cases), "Leaks")
	assert not frappe.db.count("Complaint", {"complaint_group": ("is", "set")})
	first = groups.make_group(names(cases[:2]), "Leaks")
	with pytest.raises(frappe.ValidationError, match=f"in the group {first} already"):
		groups.make_group(names([cases[0], *people(1)]), "More leaks")


def test_who_may_not_see_one_groups_nothing():
	cases = people(2)
	edit(cases[1], confidentiality="Confidential", handler=make_user("agent"))
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent2"), lambda: groups.make_group(names(cases), "x"))


def test_cases_with_the_same_thing_behind_them_are_found():
	item = {"item_code": make_item()}
	one, other, unlike = people(3)
	one, other = edit(one, subjects=[item]), edit(other, subjects=[item])
	hidden = edit(make_complaint(subjects=[item]), confidentiality="Confidential", handler=make_user("agent"))
	closed = act(make_complaint(subjects=[item]), "Withdraw", words="x", channel="Phone")
	found = as_user(make_user("agent2"), lambda: groups.find_alike(one.name))
	assert names_of(found) == [other.name]
	assert found[0]["why"] == [f"same item {make_item()}"]
	assert unlike.name not in names_of(found) and closed.name not in names_of(found)
	assert hidden.name in names_of(as_user(make_user("agent"), lambda: groups.find_alike(one.name)))
	groups.make_group([one.name, other.name], "Leaks")
	assert other.name not in names_of(groups.find_alike(one.name))


def names_of(found) -> list[str]:
	return [row["name"] for row in found]


def test_nothing_in_common_is_nothing_found():
	assert groups.find_alike(make_complaint(category=None).name) == []


def test_who_comes_later_is_told_what_was_found():
	cases = people(3)
	name = groups.make_group(names(cases[:2]), "Leaks")
	group = frappe.get_doc("Complaint Group", name)
	group.update({"shared_findings": "One batch of seals was wrong."})
	group.save()
	advance(cases[2], "Under Investigation")
	assert groups.add_to_group(name, [cases[2].name]) == 1
	assert "One batch" in frappe.db.get_value("Complaint", cases[2].name, "findings")


def test_all_are_written_to_and_who_can_not_be_is_named(mailer):
	cases = people(3)
	edit(cases[2], complainant_email="", handler=make_user("agent"))
	name = groups.make_group(names(cases), "Leaks")
	done = groups.write_to_all(name, "One batch of seals was wrong; we exchange them.")
	assert done["sent"] == names(cases[:2]) and done["later"] == 0
	assert [row["complaint"] for row in done["left"]] == [cases[2].name]
	assert "e-mail address" in done["left"][0]["why"]
	for case in cases[:2]:
		letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
		assert letter.kind == "Progress Update" and letter.recipient == case.complainant_email
		assert "one batch of seals" in letter.content.lower()
		assert "update_sent" in kinds(case)
	assert not frappe.db.exists("Complaint Letter", {"complaint": cases[2].name})
	task = {"reference_name": cases[2].name, "allocated_to": make_user("agent")}
	assert frappe.db.exists("ToDo", task)
	(row,) = frappe.get_doc("Complaint Group", name).letters
	assert (row.kind, row.get("count")) == ("Progress Update", 2)


def test_many_are_written_to_in_the_background(mailer, monkeypatch):
	monkeypatch.setattr(groups, "AT_ONCE", 1)
	asked = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **more: asked.append((method, more)))
	name = groups.make_group(names(people(2)), "Leaks")
	assert groups.write_to_all(name, "News") == {"sent": [], "left": [], "later": 2}
	((method, more),) = [one for one in asked if one[0] is groups.write_in_background]
	assert more["deduplicate"] and more["job_id"] and more["enqueue_after_commit"]
	job = {key: more[key] for key in ("group", "message", "asked_on")}
	frappe.db.commit()
	as_user(make_user("manager"), lambda: method(**job))
	assert frappe.db.count("Complaint Letter") == 2
	about = {"document_name": name, "for_user": make_user("manager")}
	assert "2 letters were sent" in frappe.db.get_value("Notification Log", about, "subject")


def ask_for(monkeypatch, group: str, message: str) -> dict:
	"""What a click in a large group puts in the queue."""
	asked = []
	monkeypatch.setattr(groups, "AT_ONCE", 1)
	with monkeypatch.context() as patched:
		patched.setattr(frappe, "enqueue", lambda method, **more: asked.append((method, more)))
		groups.write_to_all(group, message)
	frappe.db.commit()  # the request is over before the job begins
	((_method, more),) = [one for one in asked if one[0] is groups.write_in_background]
	return more


def test_the_same_message_waits_once_another_by_itself(mailer, monkeypatch):
	name = groups.make_group(names(people(2)), "Leaks")
	first, again, other = (ask_for(monkeypatch, name, said) for said in ("News", "News", "More"))
	assert first["job_id"] == again["job_id"] != other["job_id"]


def test_a_job_that_was_killed_and_runs_again_writes_to_those_who_are_left(mailer, monkeypatch):
	cases = people(3)
	name = groups.make_group(names(cases), "Leaks")
	job = ask_for(monkeypatch, name, "News <b>for you</b>")
	job = {key: job[key] for key in ("group", "message", "asked_on")}
	kept = []

	def keep_and_die():
		kept.append(frappe.db.count("Complaint Letter"))
		if len(kept) == 2:
			raise SystemExit  # as the worker's end does: no handler of errors sees it
		frappe.db.commit()

	monkeypatch.setattr(groups, "keep", keep_and_die)
	with pytest.raises(SystemExit):
		groups.write_in_background(**job)
	assert kept == [1, 2], "each letter is kept by itself"
	frappe.db.rollback()  # nor the database what the worker had not kept
	assert frappe.db.count("Complaint Letter") == 1
	monkeypatch.setattr(groups, "keep", frappe.db.commit)
	groups.write_in_background(**job)
	per_case = [frappe.db.count("Complaint Letter", {"complaint": case.name}) for case in cases]
	assert per_case == [1, 1, 1]
	(row,) = frappe.get_doc("Complaint Group", name).letters
	assert row.get("count") == 3
	# asked for anew, it is written anew
	groups.write_in_background(**{**job, "asked_on": "2026-01-01 10:00:00"})
	assert frappe.db.count("Complaint Letter", {"complaint": cases[0].name}) == 2


def test_one_that_fails_is_logged_and_the_others_are_written_to(mailer, monkeypatch):
	cases = people(3)
	name = groups.make_group(names(cases), "Leaks")
	job = ask_for(monkeypatch, name, "News")
	send = groups.correspondence.send_update
	before = frappe.db.count("Error Log", {"reference_name": cases[1].name})

	def failing(doc, *more):
		if doc.name == cases[1].name:
			raise ZeroDivisionError
		return send(doc, *more)

	monkeypatch.setattr(groups.correspondence, "send_update", failing)
	groups.write_in_background(**{key: job[key] for key in ("group", "message", "asked_on")})
	assert frappe.db.count("Error Log", {"reference_name": cases[1].name}) == before + 1
	(row,) = frappe.get_doc("Complaint Group", name).letters
	assert row.get("count") == 2


def saved(monkeypatch) -> list[str]:
	"""The complaints that are saved from now on, once for each time."""
	seen, save = [], Complaint.save

	def noted(self, *args, **more):
		seen.append(self.name)
		return save(self, *args, **more)

	monkeypatch.setattr(Complaint, "save", noted)
	return seen


def test_each_complaint_is_saved_once(monkeypatch):
	cases = people(3)
	advance(cases[2], "Under Investigation")
	seen = saved(monkeypatch)
	name = groups.make_group(names(cases[:2]), "Leaks")
	assert sorted(seen) == names(cases[:2])
	group = frappe.get_doc("Complaint Group", name)
	group.update({"shared_findings": "One batch of seals was wrong."})
	group.save()
	seen.clear()
	groups.add_to_group(name, [cases[2].name])
	assert seen == [cases[2].name]
	assert "One batch" in frappe.db.get_value("Complaint", cases[2].name, "findings")


def test_nobody_is_sent_an_empty_letter_and_closed_ones_none():
	cases = people(2)
	name = groups.make_group(names(cases), "Leaks")
	with pytest.raises(frappe.ValidationError, match="empty letter"):
		groups.write_to_all(name, "  ")
	for case in cases:
		act(case, "Withdraw", words="x", channel="Phone")
	with pytest.raises(frappe.ValidationError, match="No open complaint"):
		groups.write_to_all(name, "News")


def test_letters_are_not_written_down_by_hand():
	group = frappe.get_doc("Complaint Group", groups.make_group(names(people(2)), "Leaks"))
	group.append("letters", {"kind": "Decision", "count": 99})
	group.save()
	assert frappe.get_doc("Complaint Group", group.name).letters == []
