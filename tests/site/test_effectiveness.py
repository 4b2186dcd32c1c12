"""Whether an action worked: counted on its day, judged by a person, reopened where it did not."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest

from cms_iso10002.complaints import clock, corrective_actions, effectiveness
from cms_iso10002.core import effectiveness as core
from cms_iso10002.core.effectiveness import Window
from tests.site.factories import (
	as_user,
	edit,
	kinds,
	make_action,
	make_complaint,
	make_item,
	make_user,
	pass_time,
	set_now,
)

COMPANY = "Complaints Demo Ltd"


@pytest.fixture
def sales(monkeypatch):
	"""What the hooks say was sold: {(first, last): number}, 1,000 in any other time."""
	known: dict = {}

	def sold(action, window):
		return known.get((window.first, window.last), known.get("always", 1000))

	monkeypatch.setattr(effectiveness, "sold", sold)
	return known


def category() -> str:
	return frappe.get_all("Complaint Category", {"is_group": 0}, pluck="name", order_by="lft")[0]


def received(days_ago: int, **values) -> str:
	"""A complaint as it stands in the table, received so many days before today."""
	name = f"EFF-{frappe.generate_hash(length=8)}"
	row = {
		"name": name,
		"company": COMPANY,
		"status": "Received",
		"category": category(),
		"received_on": f"{clock.today() - timedelta(days=days_ago)} 10:00:00",
		**values,
	}
	frappe.db.bulk_insert("Complaint", list(row), [tuple(row.values())])
	return name


def in_effect(days_ago: int, **values):
	"""An action that has been in effect for so many days and is checked today, against the 90 days before."""
	case = make_complaint(category=category())
	frappe.db.set_value("Complaint", case.name, "status", "Duplicate")  # itself it counts for nothing
	action = make_action(case, **values)
	action.days_before = 90
	action.save()
	corrective_actions.mark_done(action.name, str(clock.today() - timedelta(days=days_ago)))
	action.reload()
	action.check_on = clock.today()
	action.save()
	return case, action


def check(action):
	effectiveness.run()
	action.reload()
	return action.checks[-1] if action.checks else None


# compared ------------------------------------------------------------------------------------------------


def test_twenty_before_and_five_after_is_less(sales):
	_case, action = in_effect(90)
	for day in range(20):
		received(90 + day)
	for day in range(5):
		received(1 + day)
	row = check(action)
	assert (row.before_count, row.before_sales, row.after_count, row.after_sales) == (20, 1000, 5, 1000)
	assert row.finding == "Less" and row.chance == pytest.approx(0.00204, abs=0.00001)
	today = clock.today()
	assert (row.after_from, row.after_to) == (today - timedelta(days=89), today - timedelta(days=1))
	assert (row.before_from, row.before_to) == (today - timedelta(days=179), today - timedelta(days=90))
	assert "complaints 20, sales 1000 (20.0 per 1,000)" in row.explanation and "0.2 %" in row.explanation
	assert action.state == "In Effect"  # a person judges


def test_the_borders_of_the_windows_are_days(sales):
	_case, action = in_effect(30)
	today = clock.today()
	for ago, clock_time in (
		(0, "00:00:00"),
		(1, "23:59:59"),
		(29, "00:00:00"),
		(30, "23:59:59"),
		(119, "00:00:00"),
		(120, "23:59:59"),
	):
		received(0, received_on=f"{today - timedelta(days=ago)} {clock_time}")
	row = check(action)
	assert (row.before_count, row.after_count) == (2, 2)


def test_duplicates_out_of_scope_and_other_companies_do_not_count(sales):
	_case, action = in_effect(30)
	received(5)
	received(5, status="Duplicate")
	received(5, status="Out of Scope")
	received(5, company="Another")
	received(5, confidentiality="Restricted")
	row = check(action)
	assert row.after_count == 2


def test_what_lies_below_a_category_is_counted_with_it(sales):
	group = frappe.db.get_value("Complaint Category", category(), "parent_complaint_category")
	other = frappe.get_all(
		"Complaint Category", {"parent_complaint_category": group}, pluck="name", order_by="lft"
	)[1]
	received(5, category=other)
	_case, action = in_effect(30)
	assert (
		effectiveness.count(action, Window(clock.today() - timedelta(days=30), clock.today())).complaints == 0
	)
	action.category = group
	action.save()
	assert check(action).after_count == 1


def test_an_item_is_counted_by_the_rows_of_complaints(sales):
	case = edit(make_complaint(), subjects=[{"item_code": make_item()}, {"item_code": make_item()}])
	action = make_action(case, rule="Same Item")
	window = Window(clock.today(), clock.today())
	assert effectiveness.count(action, window).complaints == 1
	make_complaint(complainant_name="Max", complainant_email="m@x.test")
	assert effectiveness.count(action, window) == core.Counted(1, 1000, 1)


def test_what_says_nothing_yet_is_told(sales):
	cause = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="lft")[0]
	case = edit(make_complaint(), root_cause=cause)
	_old, action = in_effect(30)
	action.update({"rule": "Same Root Cause", "root_cause": cause})
	action.save()
	received(3)
	received(3, root_cause=cause)
	row = check(action)
	assert (row.after_count, row.after_unknown) == (1, 1)
	assert "Received since and not classified yet by root cause: 1." in row.explanation
	assert case.root_cause == cause


@pytest.mark.parametrize("number", [0, None])
def test_no_sales_is_no_rate_and_says_so(sales, number):
	sales["always"] = number
	_case, action = in_effect(30)
	received(5)
	row = check(action)
	assert row.finding == "No Rate" and not row.chance
	assert "no rate" in row.explanation and "sales not known or none" in row.explanation


def test_the_real_hooks_are_asked():
	action = frappe._dict(rule="Same Category", company=COMPANY)
	window = Window(clock.today(), clock.today())
	assert effectiveness.sold(action, window) == 0
	action.update({"rule": "Same Item", "item_code": make_item()})
	assert effectiveness.sold(action, window) == 0


def test_invoices_with_an_item_are_its_sales():
	def invoice(name, item, **values):
		row = {
			"name": name,
			"docstatus": 1,
			"is_return": 0,
			"posting_date": "2026-02-01",
			"company": COMPANY,
			**values,
		}
		frappe.db.bulk_insert("Sales Invoice", list(row), [tuple(row.values())])
		line = {"name": f"{name}-1", "parent": name, "parenttype": "Sales Invoice", "item_code": item}
		frappe.db.bulk_insert("Sales Invoice Item", list(line), [tuple(line.values())])
		line["name"] = f"{name}-2"
		frappe.db.bulk_insert("Sales Invoice Item", list(line), [tuple(line.values())])

	invoice("EFF-1", "Kettle")
	invoice("EFF-2", "Kettle", is_return=1)
	invoice("EFF-3", "Kettle", docstatus=0)
	invoice("EFF-4", "Toaster")
	invoice("EFF-5", "Kettle", posting_date="2026-03-01")
	action = frappe._dict(rule="Same Item", company=COMPANY, item_code="Kettle")
	month = Window(frappe.utils.getdate("2026-02-01"), frappe.utils.getdate("2026-02-28"))
	assert effectiveness.sold(action, month) == 1
	action.company = "Another"
	assert effectiveness.sold(action, month) == 0


# by the calendar -----------------------------------------------------------------------------------------


def test_it_is_compared_on_its_day_and_once(sales):
	_case, action = in_effect(30)
	action.check_on = clock.today() + timedelta(days=2)
	action.save()
	assert check(action) is None
	set_now(clock.now_utc())
	pass_time(days=2)
	assert check(action).checked_on == clock.today()
	check(action)
	assert len(action.checks) == 1


def test_looking_before_the_day_is_not_the_check_of_the_day(sales):
	_case, action = in_effect(60)
	action.check_on = clock.today() + timedelta(days=10)
	action.save()
	effectiveness.check_now(action.name)
	assert action.name not in effectiveness.due()
	pass_time(days=10)
	assert action.name in effectiveness.due()
	check(action)
	assert len(action.checks) == 2
	assert frappe.db.count("ToDo", {"reference_name": action.name, "status": "Open"}) == 1
	check(action)
	assert len(action.checks) == 2


def test_a_job_that_comes_late_compares_the_days_that_were_meant(sales):
	_case, action = in_effect(30)
	day = action.check_on
	set_now(clock.now_utc())
	pass_time(days=12)
	row = check(action)
	assert row.after_to == day - timedelta(days=1) and row.checked_on == clock.today()


def test_who_may_judge_is_told_and_one_has_the_task(sales):
	_case, action = in_effect(30, responsible=make_user("manager"))
	check(action)
	about = {"document_type": "Complaint Action", "document_name": action.name}
	assert frappe.get_all("Notification Log", about, pluck="for_user") == [make_user("manager2")]
	tasks = {"reference_type": "Complaint Action", "reference_name": action.name, "status": "Open"}
	assert frappe.get_all("ToDo", tasks, pluck="allocated_to") == [make_user("manager2")]
	as_user(make_user("manager2"), lambda: effectiveness.judge(action.name, "Effective", "Seen on the line."))
	assert not frappe.get_all("ToDo", tasks)


def test_one_that_fails_keeps_no_other_back(sales, monkeypatch):
	_one, broken = in_effect(30)
	_two, fine = in_effect(30)
	frappe.db.set_value("Complaint Action", broken.name, "rule", "Nonsense")
	effectiveness.run()
	fine.reload()
	assert len(fine.checks) == 1
	assert frappe.db.exists("Error Log", {"reference_name": broken.name})


# judged --------------------------------------------------------------------------------------------------


def test_found_effective(sales):
	case, action = in_effect(90)
	for day in range(20):
		received(91 + day)
	check(action)
	state = as_user(make_user("manager"), lambda: effectiveness.judge(action.name, "Effective"))
	action.reload()
	row = action.checks[-1]
	assert (state, action.state) == ("Effective", "Effective")
	assert (row.judgement, row.judged_by) == ("Effective", make_user("manager")) and row.judged_on
	assert frappe.db.get_value("Complaint", case.name, "action_state") == "Effective"
	assert kinds(case)[-1] == "action"


def test_found_ineffective_is_open_again_and_so_is_the_record(sales):
	case, _action = in_effect(30)
	other = make_action(case, record="Quality Action", responsible=make_user("investigator"))
	record = frappe.get_doc("Quality Action", other.document_name)
	record.resolutions[0].status = "Completed"
	record.save()
	other.reload()
	other.update({"check_on": clock.today() + timedelta(days=2)})
	other.save()
	set_now(clock.now_utc())
	pass_time(days=2)
	check(other)
	as_user(
		make_user("manager"),
		lambda: effectiveness.judge(other.name, "Not Effective", "They <still> leak."),
	)
	other.reload()
	record.reload()
	assert (other.state, other.round, other.in_effect_from, other.check_on) == ("Open", 2, None, None)
	assert record.status == "Open" and len(record.resolutions) == 2
	assert "still" in record.resolutions[1].problem and "<still>" not in record.resolutions[1].problem
	assert frappe.db.get_value("Complaint", case.name, "action_state") == "Open"
	about = {"document_name": other.name, "for_user": make_user("investigator")}
	assert "open again" in frappe.db.get_value("Notification Log", about, "subject")
	# and it is done, compared and judged anew
	record.resolutions[1].status = "Completed"
	record.save()
	other.reload()
	assert other.state == "In Effect" and other.check_on > other.in_effect_from
	assert effectiveness.last_check(other) is None and len(other.checks) == 1


@pytest.mark.parametrize(
	("who", "judgement", "reasons", "error", "says"),
	[
		("agent", "Effective", "x", frappe.PermissionError, "Complaint Manager"),
		("manager", "Effective", "x", frappe.ValidationError, "somebody else"),
		("manager2", "Effective", "", frappe.ValidationError, "write down why"),
		("manager2", "Splendid", "x", frappe.ValidationError, "Effective or Not Effective"),
	],
)
def test_who_may_not_judge_and_how(sales, who, judgement, reasons, error, says):
	_case, action = in_effect(30, responsible=make_user("manager"))
	check(action)
	with pytest.raises(error, match=says):
		as_user(make_user(who), lambda: effectiveness.judge(action.name, judgement, reasons))


def test_nothing_is_judged_before_it_was_compared(sales):
	_case, action = in_effect(30)
	with pytest.raises(frappe.ValidationError, match="check the effect first"):
		effectiveness.judge(action.name, "Effective", "x")
	assert effectiveness.check_now(action.name) == "Too Few"
	assert effectiveness.judge(action.name, "Effective", "x") == "Effective"


@pytest.mark.parametrize(("kept", "days"), [(1, 2), (99_999, 1830), (0, 90)])
def test_settings_that_make_no_sense_keep_nobody_from_completing(kept, days):
	frappe.db.set_single_value(
		"Complaint Settings", {"effect_check_days": kept, "effect_days_before": kept and 99_999}
	)
	action = make_action(make_complaint(category=category()))
	action.check_on = clock.today() + timedelta(days=1)
	action.save()
	corrective_actions.mark_done(action.name)
	action.reload()
	assert (action.check_on - action.in_effect_from).days == days


def test_a_day_is_too_early_to_check(sales):
	action = make_action(make_complaint(category=category()))
	corrective_actions.mark_done(action.name)
	with pytest.raises(frappe.ValidationError, match="later day"):
		effectiveness.check_now(action.name)
	action.reload()
	action.check_on = clock.today()
	with pytest.raises(frappe.ValidationError, match="later day"):
		action.save()
