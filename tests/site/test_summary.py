"""The daily summary: what it counts on which day, and that keeping it in step equals counting everything anew."""

from datetime import date, datetime, timedelta, timezone

import frappe
import pytest
from frappe.query_builder import DocType, Interval

from cms_iso10002.complaints import (
	clock,
	correspondence,
	counted_months,
	counting,
	extensions,
	performance,
	summary,
)
from cms_iso10002.core import histogram
from tests.site import forty_complaints
from tests.site.factories import (
	ASSESSMENT,
	act,
	advance,
	as_user,
	edit,
	make_complaint,
	make_user,
	milestone,
	pass_time,
	set_now,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def from_a_monday_on():
	set_now(MONDAY)
	frappe.db.delete("Complaint Daily Summary")
	frappe.db.delete("Singles", {"doctype": "Complaint Daily Summary"})
	yield
	set_now(None)


def rows(**filters):
	fields = [*summary.KEY, *summary.NUMBERS, "worked_histogram"]
	return frappe.get_all(
		"Complaint Daily Summary", filters=filters, fields=fields, order_by="day, stage, handler"
	)


def total(number, **filters):
	return sum(row[number] for row in rows(**filters))


def an_hour_later_by_the_wall():
	"""What was recorded so far was recorded an hour ago, so `refresh_recent` knows it already."""
	hour = Interval(hours=1)
	for doctype in ("Complaint Event", "Complaint"):
		table = DocType(doctype)
		frappe.qb.update(table).set(table.creation, table.creation - hour).set(
			table.modified, table.modified - hour
		).run()


def in_step():
	"""Whether the rows are what counting everything anew gives."""
	summary.refresh_recent()
	kept = rows()
	frappe.db.delete("Complaint Daily Summary")
	summary.rebuild(None)
	return kept == rows()


def test_what_is_met_counts_on_the_day_it_was_met():
	case = make_complaint()
	pass_time(hours=2)
	advance(case, "Acknowledged")
	summary.refresh_recent()
	(row,) = rows(stage="acknowledge")
	assert (row.day, row.met, row.met_late, row.overdue) == (date(2026, 3, 2), 1, 0, 0)
	assert (row.company, row.category, row.handler) == (case.company, case.category, case.handler)
	assert sum(histogram.from_text(row.worked_histogram).values()) == 1


def test_the_histogram_holds_the_working_time():
	case = advance(make_complaint(), "Acknowledged")
	worked = 5 * 3600
	frappe.db.set_value("Complaint Milestone", milestone(case, "acknowledge").name, "worked_seconds", worked)
	summary.refresh([clock.today()])
	(row,) = rows(stage="acknowledge")
	median = histogram.percentile(histogram.from_text(row.worked_histogram), 0.5)
	assert median == pytest.approx(worked, rel=0.05)


def test_what_is_missed_counts_on_the_day_it_fell_due_until_it_is_met_after_all():
	case = advance(make_complaint(), "Acknowledged")
	pass_time(days=40)
	act(edit(case, **ASSESSMENT), "Assess")
	due = milestone(case, "decide").due_at.date()
	assert milestone(case, "decide").state == "Overdue"
	summary.refresh_recent()
	assert [(row.day, row.overdue) for row in rows(stage="decide")] == [(due, 1)]

	an_hour_later_by_the_wall()
	pass_time(days=3)
	case = act(edit(case, investigator=make_user("investigator")), "Investigate")
	case = as_user(
		make_user("investigator"),
		lambda: act(edit(case, findings="No seal."), "Decide", outcome="Upheld", reasons="No seal."),
	)
	act(case, "Send Response", channel="Phone")
	summary.refresh_recent()
	assert [(row.day, row.met_late, row.overdue) for row in rows(stage="decide")] == [(clock.today(), 1, 0)]
	assert in_step()


def test_a_letter_that_bounced_takes_back_the_day_it_had_met():
	case = act(make_complaint(), "Acknowledge", channel="E-mail")
	summary.refresh_recent()
	assert total("met", stage="acknowledge", day=MONDAY.date()) == 1

	an_hour_later_by_the_wall()
	pass_time(days=8)
	letter = frappe.get_all(
		"Complaint Letter", filters={"complaint": case.name}, pluck="name", order_by="name"
	)[0]
	correspondence.delivery_failed(letter, "No such mailbox")
	due = milestone(case, "acknowledge").due_at.date()
	assert due != MONDAY.date()
	summary.refresh_recent()
	assert [(row.day, row.met, row.overdue) for row in rows(stage="acknowledge")] == [(due, 0, 1)]
	assert in_step()


def test_a_corrected_receipt_moves_what_was_missed():
	case = make_complaint()
	pass_time(days=10)
	edit(case, received_on=clock.to_site(MONDAY + timedelta(days=1)), assessment_reason="Found the letter")
	summary.refresh_recent()
	before = [row.day for row in rows(stage="acknowledge")]
	an_hour_later_by_the_wall()
	edit(
		frappe.get_doc("Complaint", case.name),
		received_on=clock.to_site(MONDAY + timedelta(days=3)),
		assessment_reason="Another",
	)
	summary.refresh_recent()
	after = [row.day for row in rows(stage="acknowledge")]
	assert len(before) == len(after) == 1 and before != after
	assert in_step()


def test_a_new_handler_takes_the_day_along():
	case = advance(make_complaint(), "Acknowledged")
	summary.refresh_recent()
	an_hour_later_by_the_wall()
	pass_time(days=2)
	edit(case, handler=make_user("agent2"))
	summary.refresh_recent()
	assert {row.handler for row in rows()} == {make_user("agent2")}
	assert in_step()


def test_duplicates_do_not_count_and_what_is_out_of_scope_counts_apart():
	cases = [advance(make_complaint(), "Acknowledged") for _ in range(3)]
	frappe.db.set_value("Complaint", cases[0].name, "status", "Duplicate")
	frappe.db.set_value("Complaint", cases[1].name, "status", "Out of Scope")
	summary.refresh([clock.today()])
	assert total("met", stage="acknowledge") == 1
	assert total("out_of_scope", stage="acknowledge") == 1
	(row,) = rows(stage="acknowledge")
	assert sum(histogram.from_text(row.worked_histogram).values()) == 1


def test_a_holding_response_is_met_and_shown_apart():
	case = make_complaint()
	extensions.send_holding_response(case.name, "The laboratory needs longer.", "2026-05-01")
	summary.refresh_recent()
	(row,) = rows(stage="decide")
	assert (row.met, row.held) == (1, 1)
	assert total("held") == 1


def test_what_was_cancelled_counts_on_the_day_it_ended():
	case = make_complaint()
	pass_time(hours=1)
	act(case, "Withdraw", words="It works again.")
	summary.refresh_recent()
	assert total("cancelled", stage="decide", day=clock.today()) == 1
	assert total("cancelled", stage="implement") == 0  # it had not begun
	assert total("met") == 0


def test_counting_twice_is_counting_once():
	advance(make_complaint(), "Acknowledged")
	advance(make_complaint(), "Acknowledged")
	summary.refresh_recent()
	once = rows()
	summary.refresh_recent()
	summary.refresh([clock.today(), clock.today()])
	assert rows() == once
	keys = [tuple(row[name] for name in summary.KEY) for row in once]
	assert len(keys) == len(set(keys))
	assert total("met", stage="acknowledge") == 2


def test_days_far_apart_are_counted_in_runs_of_consecutive_ones():
	first = date(2026, 1, 1)
	days = [first + timedelta(days=n) for n in (0, 1, 2, 10)] + [first]
	assert list(counting.runs(days, summary.DAYS_AT_ONCE)) == [(first, days[2]), (days[3], days[3])]
	weeks = counting.runs((first + timedelta(days=n) for n in range(16)), 7)
	assert [(b - a).days + 1 for a, b in weeks] == [7, 7, 2]
	assert list(counting.runs([], 7)) == []


def test_where_nothing_happened_nothing_is_counted(monkeypatch):
	advance(make_complaint(), "Acknowledged")
	summary.refresh_recent()
	an_hour_later_by_the_wall()
	asked = []
	run = frappe.db.sql
	monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: asked.append(args) or run(*args, **kwargs))
	monkeypatch.setattr(summary, "refresh", lambda days: pytest.fail("counted anew"))
	summary.refresh_recent()
	assert len(asked) <= 9


@pytest.mark.parametrize("filters", [{}, {"stage": "decide"}, {"category": "Broken"}])
@pytest.mark.parametrize("group_by", list(performance.GROUPINGS))
@pytest.mark.parametrize(
	"period", [("2025-01-01", "2026-12-31"), ("2026-01-01", "2026-01-31"), ("2025-12-20", "2026-02-07")]
)
def test_months_come_to_what_their_days_do(period, group_by, filters):
	forty_complaints.make()
	first, last = map(date.fromisoformat, period)
	asked = frappe._dict(group_by=group_by, from_date=first, to_date=last, **filters)
	months = performance.read(asked)
	counted_months.forget_all()
	assert performance.read(asked) == months and months


@pytest.mark.parametrize("name", ["manager", "auditor", "agent"])
def test_nobody_writes_it_by_hand(name):
	user = make_user(name)
	for right in ("create", "write", "delete"):
		assert not frappe.has_permission("Complaint Daily Summary", right, user=user)
	assert bool(frappe.has_permission("Complaint Daily Summary", "read", user=user)) is (name != "agent")
	with pytest.raises(frappe.ValidationError, match="can't be changed by hand"):
		frappe.get_doc({"doctype": "Complaint Daily Summary", "met": 1}).insert()
