"""The counts that reports read: what counts on which day, in every cut; and that keeping up equals counting anew."""

from datetime import date, datetime, timedelta, timezone

import frappe
import pytest

from cms_iso10002.complaints import (
	clock,
	counted_months,
	counting,
	feedback,
	milestone_months,
	performance,
	summary,
)
from cms_iso10002.complaints.analysis import figures
from tests.site import counted_rows, forty_complaints
from tests.site.factories import (
	act,
	as_user,
	edit,
	make_complaint,
	make_item,
	make_user,
	pass_time,
	set_now,
)
from tests.site.test_summary import an_hour_later_by_the_wall

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
OF_MILESTONES = ["stage", *milestone_months.NUMBERS, "worked_histogram"]
FIELDS = list(dict.fromkeys(["span", "day", "cut", *counting.KEY, *counting.NUMBERS, *OF_MILESTONES]))


@pytest.fixture(autouse=True)
def from_a_monday_on():
	set_now(MONDAY)
	for doctype in ("Complaint Daily Summary", "Complaint Count"):
		frappe.db.delete(doctype)
	frappe.db.delete("Singles", {"doctype": "Complaint Daily Summary"})
	yield
	set_now(None)


def rows(**filters):
	found = frappe.get_all("Complaint Count", filters=filters, fields=FIELDS, order_by="name")
	return sorted(tuple(str(row[name]) for name in FIELDS) for row in found)


def asked(filters=None, **within):
	return frappe._dict(
		from_date=date(2026, 1, 1), to_date=date(2026, 12, 31), within=within, **(filters or {})
	)


def of_year(*numbers, **within):
	return figures.total(numbers, asked(**within))


def in_step():
	"""Whether the rows are what counting everything anew gives."""
	summary.refresh_recent()
	kept = rows()
	frappe.db.delete("Complaint Count")
	summary.rebuild(None)
	anew = rows()
	assert kept == anew
	return bool(kept)


def test_what_is_received_counts_in_every_cut_of_its_month(monkeypatch):
	monkeypatch.setattr(counting, "PAIRED_FROM", 1)
	case = make_complaint(severity="Minor", subjects=[{"item_code": make_item()}], handler=make_user("agent"))
	summary.refresh_recent()
	group = frappe.db.get_value("Item", "Kettle", "item_group")
	values = {**case.as_dict(), "item_code": "Kettle", "item_group": group}
	for cut, told in counting.TOLD.items():
		found = frappe.get_all(
			"Complaint Count", filters={"cut": cut, "span": "Month"}, fields=["*"], order_by="name"
		)
		if "remedy" in told:
			assert found == []
			continue
		(row,) = found
		assert (row.day, row.received, row.company) == (date(2026, 3, 1), 1, case.company), cut
		for name in counting.DIMENSIONS:
			assert row[name] == ((values[name] or None) if name in told else None), (cut, name)
	(row,) = frappe.get_all(
		"Complaint Count", filters={"span": "Day"}, fields=["day", "cut"], order_by="name"
	)
	assert (row.day, row.cut) == (date(2026, 3, 2), "SE")
	assert in_step()


def test_few_have_no_rows_of_two_dimensions():
	make_complaint(severity="Minor")
	summary.refresh_recent()
	assert not frappe.db.count("Complaint Count", {"cut": ("in", counting.PAIRS)})
	assert figures.read(("category", "severity"), ("received",), asked())


def test_every_dimension_is_paired_with_every_filter_but_items():
	for name in counting.DIMENSIONS:
		for one in counting.FILTERS:
			cut = figures.cut_of({name, one})
			if name == "item_code" and one in ("category", "territory", "customer_group"):
				assert cut is None
			else:
				assert {name, one} <= set(counting.TOLD[cut])
	assert figures.cut_of({"severity", "category", "territory"}) is None


def test_duplicates_do_not_count_and_out_of_scope_counts_apart():
	first = make_complaint()
	again = make_complaint()
	outside = make_complaint()
	summary.refresh_recent()
	assert of_year("received", "out_of_scope") == {"received": 3, "out_of_scope": 0}
	an_hour_later_by_the_wall()
	act(again, "Mark as Duplicate", duplicate_of=first.name, reason="The same kettle.")
	act(outside, "Put Out of Scope", reason="It is about a job.")
	assert in_step()
	assert of_year("received", "out_of_scope", "closed") == {"received": 1, "out_of_scope": 1, "closed": 0}


def test_a_case_that_is_reopened_is_no_longer_closed_on_its_day():
	case = make_complaint()
	pass_time(days=2)
	act(case, "Withdraw", words="They no longer mind.", channel="Phone")
	summary.refresh_recent()
	assert of_year("closed") == {"closed": 1}
	an_hour_later_by_the_wall()
	pass_time(days=3)
	as_user(
		make_user("manager"), lambda: act(case, "Reopen", to_state="Received", reason="They mind after all.")
	)
	assert in_step()
	assert of_year("received", "closed") == {"received": 1, "closed": 0}


def test_a_corrected_receipt_moves_the_day():
	case = make_complaint()
	summary.refresh_recent()
	an_hour_later_by_the_wall()
	edit(case, received_on="2026-02-20 10:00:00", assessment_reason="It lay in the post room.")
	assert in_step()
	found = frappe.get_all(
		"Complaint Count", filters={"cut": "SE", "span": "Day"}, fields=["day", "received"], order_by="day"
	)
	assert [(row.day, row.received) for row in found if row.received] == [(date(2026, 2, 20), 1)]


def test_what_is_told_apart_later_moves_the_case():
	case = make_complaint()
	summary.refresh_recent()
	an_hour_later_by_the_wall()
	pass_time(days=40)
	cause = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="name")[0]
	edit(case, root_cause=cause)
	assert in_step()
	assert figures.read(("root_cause",), ("received",), asked()) == {(cause,): {"received": 1}}


def test_ratings_count_on_their_day_process_and_outcome_apart():
	case = make_complaint()
	act(case, "Withdraw", words="They no longer mind.", channel="Phone")
	pass_time(days=1)
	as_user(
		make_user("agent2"),
		lambda: feedback.give(
			frappe.get_doc("Complaint", case.name), "Closing", {"ease": 5, "speed": 3, "outcome": 1}
		),
	)
	summary.refresh_recent()
	found = of_year(*counting.FAMILIES["satisfaction"])
	assert found["rated"] == 1
	assert (found["process_points"], found["process_answers"]) == (8, 2)
	assert (found["outcome_points"], found["outcome_answers"]) == (1, 1)
	assert (found["overall_points"], found["overall_answers"]) == (0, 0)
	assert in_step()


def test_redress_counts_on_the_day_it_was_carried_out_by_remedy_and_currency():
	case = make_complaint()
	remedy = frappe.get_all("Complaint Remedy", pluck="name", order_by="name")[0]
	for index, (amount, currency, state) in enumerate(
		((40, "EUR", "Implemented"), (10, "EUR", "Verified"), (7, "USD", "Verified"), (99, "EUR", "Offered"))
	):
		row = frappe.new_doc("Complaint Redress")
		row.update(
			{
				"parent": case.name,
				"parenttype": "Complaint",
				"parentfield": "redress",
				"idx": index + 1,
				"remedy": remedy,
				"basis": "Offer",
				"state": state,
				"amount": amount,
				"currency": currency,
				"implemented_on": "2026-03-02",
			}
		)
		row.db_insert()
	summary.refresh_recent()
	found = figures.read(("remedy", "currency"), ("redress_rows", "redress_amount"), asked())
	assert found == {
		(remedy, "EUR"): {"redress_rows": 2, "redress_amount": 50},
		(remedy, "USD"): {"redress_rows": 1, "redress_amount": 7},
	}


def test_nothing_happened_nothing_is_counted():
	make_complaint()
	summary.refresh_recent()
	an_hour_later_by_the_wall()
	before = frappe.get_all("Complaint Count", fields=["name", "creation"], order_by="name")
	summary.refresh_recent()
	assert frappe.get_all("Complaint Count", fields=["name", "creation"], order_by="name") == before


def test_a_site_that_was_never_counted_is_counted_whole():
	case = make_complaint()
	summary.refresh_recent()
	frappe.db.delete("Complaint Count")
	frappe.db.set_value("Complaint", case.name, "received_on", "2024-05-05 10:00:00", update_modified=False)
	an_hour_later_by_the_wall()
	summary.refresh_recent()
	found = asked()
	found.from_date = date(2024, 1, 1)
	assert figures.total(("received",), found) == {"received": 1}


# reading -----------------------------------------------------------------------------------------------------

MONTH_ENDS = (
	(date(2026, 1, 1), date(2026, 3, 31)),
	(date(2026, 1, 3), date(2026, 3, 31)),
	(date(2026, 1, 1), date(2026, 2, 7)),
	(date(2026, 1, 12), date(2026, 1, 20)),
	(date(2026, 1, 31), date(2026, 2, 1)),
	(date(2025, 11, 20), date(2026, 2, 28)),
)


@pytest.mark.parametrize("period", MONTH_ENDS)
@pytest.mark.parametrize(
	"by", [(), ("category",), ("category", "company"), ("category", "severity"), ("day",)]
)
def test_any_period_by_anything_equals_a_plain_count(period, by):
	forty_complaints.make()
	first, last = period
	filters = frappe._dict(from_date=first, to_date=last, within={})
	found = figures.read(by, ("received", "closed"), filters)
	plain: dict = {}
	fields = ["received_on", "closed_on", "status", "company", "category", "severity"]
	for case in frappe.get_all("Complaint", fields=fields, order_by="name"):
		if case.status in ("Duplicate", "Out of Scope"):
			continue
		for number, moment in (("received", case.received_on), ("closed", case.closed_on)):
			if moment and first <= moment.date() <= last:
				key = tuple(moment.date() if name == "day" else case[name] or None for name in by)
				row = plain.setdefault(key, {"received": 0, "closed": 0})
				row[number] += 1
	assert found == plain


@pytest.mark.parametrize(
	"within", [{"severity": ["Moderate"]}, {"category": ["Broken"], "severity": ["Minor"]}]
)
def test_filters_equal_a_plain_count(within):
	forty_complaints.make()
	filters = asked(**within)
	plain = frappe.db.count(
		"Complaint",
		{
			"status": ("not in", ("Duplicate", "Out of Scope")),
			"received_on": ("between", ("2026-01-01", "2026-12-31")),
			**{name: ("in", values) for name, values in within.items()},
		},
	)
	assert figures.total(("received",), filters)["received"] == plain > 0


EVERYTHING = tuple(counting.CUTS)


@pytest.fixture(params=["rows of pairs", "records"])
def pairs(request, monkeypatch):
	"""Two dimensions are read from rows of their own, or from the records."""
	for module in (counting, figures):
		monkeypatch.setattr(module, "PAIRED_FROM", 1 if request.param == "rows of pairs" else 1_000)
	return request.param


@pytest.mark.parametrize("second", [name for name in EVERYTHING if name != "severity"])
@pytest.mark.parametrize("family", list(counting.FAMILIES))
def test_two_dimensions_add_up_to_one(pairs, family, second):
	"""What is read from the records themselves is what was counted of them."""
	if second == "remedy" and family != "redress":
		pytest.skip("only redress has a remedy")
	forty_complaints.make()
	code = make_item()
	for number in range(1, 20, 2):
		row = frappe.new_doc("Complaint Subject")
		row.update(
			{"parent": forty_complaints.name(number), "parenttype": "Complaint", "parentfield": "subjects"}
		)
		row.update({"idx": 1, "item_code": code})
		row.db_insert()
	counting.rebuild(None)
	numbers = counting.FAMILIES[family]
	period = frappe._dict(from_date=date(2025, 1, 1), to_date=date(2026, 12, 31), within={})
	both = figures.read((second, "severity"), numbers, period)
	one = figures.read((second,), numbers, period)
	added: dict = {}
	for (key, _severity), found in both.items():
		row = added.setdefault((key,), dict.fromkeys(numbers, 0))
		for name, number in found.items():
			row[name] += number
	assert added == one and one
	days = figures.read(("day", second, "severity"), numbers, period)
	assert {name: sum(found[name] for found in days.values()) for name in numbers} == {
		name: sum(found[name] for found in one.values()) for name in numbers
	}


def of_records(function):
	"""How many of the queries that a function sends read complaints."""
	found, real = [], frappe.db.sql

	def sql(query, *args, **kwargs):
		found.append(str(query))
		return real(query, *args, **kwargs)

	frappe.db.sql = sql
	try:
		function()
	finally:
		frappe.db.sql = real
	return sum("`tabComplaint`" in query for query in found)


@pytest.mark.parametrize("number", list(counting.FAMILIES.values()), ids=list(counting.FAMILIES))
@pytest.mark.parametrize("by", list(counting.CUTS))
@pytest.mark.parametrize("within", [(), *((name,) for name in counting.FILTERS)])
def test_whole_months_are_read_without_the_records(monkeypatch, by, within, number):
	for module in (counting, figures):
		monkeypatch.setattr(module, "PAIRED_FROM", 0)
	counted_rows.all_counted(date(2026, 1, 1), date(2026, 12, 31))
	filters = asked(**{name: ["Anything"] for name in within})
	read = of_records(lambda: figures.read((by,), number, filters))
	needed = by == "item_code" and within in (("category",), ("territory",), ("customer_group",))
	assert bool(read) is needed


def test_the_odd_days_before_a_month_are_read_from_the_records_and_today_ends_its_month():
	forty_complaints.make()
	filters = frappe._dict(from_date=date(2026, 1, 3), to_date=clock.today(), within={})
	kinds = [part[0] for part in figures._parts("CA", filters.from_date, filters.to_date, False)]
	assert kinds == ["Records", "Month"]
	assert figures._parts("SE", filters.from_date, filters.to_date, True) == [
		("Day", date(2026, 1, 3), clock.today())
	]
	assert figures._parts("CA", clock.today() + timedelta(days=1), date(2027, 1, 1), False) == []


@pytest.mark.parametrize("lost", [[], [1], [3], [2, 12], [1, 2, 3, 11, 12]])
def test_months_that_are_not_counted_are_read_from_the_records(lost):
	forty_complaints.make()
	filters = frappe._dict(from_date=date(2025, 11, 1), to_date=date(2026, 3, 31), within={})
	wanted = {by: figures.read((by,), counting.NUMBERS, filters) for by in EVERYTHING if by != "remedy"}
	for month in lost:
		day = date(2025 if month > 10 else 2026, month, 1)
		counted_months.forget(counted_months.COMPLAINTS, [day])
		frappe.db.delete("Complaint Count", {"day": ("between", (day, counted_months.last_of(day)))})
	assert {by: figures.read((by,), counting.NUMBERS, filters) for by in wanted} == wanted


def test_redress_of_days_to_come_counts_nowhere_yet():
	case = make_complaint()
	row = frappe.new_doc("Complaint Redress")
	row.update({"parent": case.name, "parenttype": "Complaint", "parentfield": "redress", "idx": 1})
	row.update(
		{"state": "Verified", "amount": 12_345_678.91, "currency": "EUR", "implemented_on": "2026-03-20"}
	)
	row.db_insert()
	summary.refresh_recent()
	for _counted in range(2):
		assert of_year("redress_rows", "redress_amount") == {"redress_rows": 0, "redress_amount": 0}
		counted_months.forget_all()
	set_now(MONDAY + timedelta(days=20))
	found = {"redress_rows": 1, "redress_amount": 12_345_678.91}
	assert of_year("redress_rows", "redress_amount") == found
	counting.rebuild()
	assert of_year("redress_rows", "redress_amount") == found  # with its cents


# in the background -------------------------------------------------------------------------------------------


def test_an_old_site_is_counted_month_by_month_in_the_background(monkeypatch):
	forty_complaints.make()
	filters = frappe._dict(from_date=date(2025, 1, 1), to_date=date(2026, 12, 31), within={})
	wanted = figures.read(("category",), ("received", "closed"), filters)
	promised = performance.read(frappe._dict(group_by="Stage", **filters))
	for doctype in ("Complaint Daily Summary", "Complaint Count"):
		frappe.db.delete(doctype)
	frappe.db.delete("Singles", {"doctype": "Complaint Daily Summary"})
	jobs = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **kwargs: jobs.append((method, kwargs)))
	for module in (counting, summary):
		monkeypatch.setattr(module, "AT_MOST", -1)
	summary.refresh_recent()
	((job, how),) = jobs
	assert (job, how["queue"], how["deduplicate"]) == (summary.work, "long", True)
	assert len(counting.missing()) == 8  # November to June
	# until then reports on complaints read the records, and that on milestones says that it does not know yet
	assert figures.read(("category",), ("received", "closed"), filters) == wanted
	assert summary.not_counted(filters.from_date, filters.to_date) == date(2026, 6, 30)
	frappe.db.commit()
	kept, keep = [], summary.keep
	monkeypatch.setattr(summary, "keep", lambda: (keep(), kept.append(len(counting.missing()))))
	job()
	assert sorted(set(kept), reverse=True) == list(range(8, -1, -1))  # one after the other
	assert counting.missing() == [] and summary.not_counted(filters.from_date, filters.to_date) is None
	assert figures.read(("category",), ("received", "closed"), filters) == wanted
	assert performance.read(frappe._dict(group_by="Stage", **filters)) == promised
	jobs.clear()
	summary.refresh_recent()
	assert jobs == []


def test_a_job_ends_before_its_queue_ends_it(monkeypatch):
	forty_complaints.make()
	frappe.db.delete("Complaint Count")
	monkeypatch.setattr(summary, "MOST_OF_A_JOB", -1)
	frappe.db.commit()
	summary.work()
	assert len(counting.missing()) == 8


def test_what_too_many_changed_cases_touch_is_read_from_the_records_meanwhile(monkeypatch):
	forty_complaints.make()
	an_hour_later_by_the_wall()
	cause = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="name")[0]
	names = frappe.get_all("Complaint", pluck="name", order_by="name")
	for name in names:
		frappe.db.set_value("Complaint", name, "root_cause", cause)
	monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: None)
	for module in (counting, summary):
		monkeypatch.setattr(module, "AT_MOST", -1)
	summary.refresh_recent()
	assert counting.missing()
	filters = frappe._dict(from_date=date(2025, 1, 1), to_date=date(2026, 12, 31), within={})
	assert figures.read(("root_cause",), ("received",), filters) == {(cause,): {"received": 38}}
	frappe.db.commit()
	summary.work()
	assert figures.read(("root_cause",), ("received",), filters) == {(cause,): {"received": 38}}


@pytest.mark.real_commit
def test_two_do_not_count_at_once(second_connection):
	try:
		counted_months.take_turn()
		frappe.db.commit()
		counted_months.take_turn()
		with second_connection():
			frappe.db.sql("set session innodb_lock_wait_timeout = 1")
			with pytest.raises(frappe.QueryTimeoutError):
				counted_months.take_turn()
	finally:
		frappe.db.rollback()
		frappe.db.delete("Complaint Count", {"name": "OK"})
		frappe.db.commit()


# who may touch them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["manager", "auditor", "agent"])
def test_only_the_clock_writes_them(name):
	user = make_user(name)
	# nor does anybody read them but the reports: a row may stand for one case that its reader may not see
	for right in ("read", "report", "export", "write", "create", "delete"):
		assert not frappe.has_permission("Complaint Count", right, user=user)
	with pytest.raises(frappe.ValidationError, match="counted"):
		frappe.get_doc({"doctype": "Complaint Count", "received": 1}).insert()


def test_counts_keep_no_item_from_being_deleted():
	code = make_item("Kettle of Yesterday")
	case = make_complaint(subjects=[{"item_code": code}])
	summary.refresh_recent()
	frappe.db.delete("Complaint Subject", {"parent": case.name})
	frappe.delete_doc("Item", code)
	assert not frappe.db.exists("Item", code)


def test_days_of_a_long_time_are_counted_in_batches():
	days = [date(2026, 1, 1) + timedelta(days=n) for n in range(20)]
	assert [(last - first).days + 1 for first, last in counting.runs(days, 7)] == [7, 7, 6]
	assert list(counting.runs([], 7)) == []
	assert clock.today() == date(2026, 3, 2)
