"""The daily summary that reports read: how many milestones were met, met late or missed, by day.

A million complaints have five million milestones, and grouping those takes seconds; so they are counted once a day
and case key (company, category, handler, stage), and reports add up the counts. A day's rows are never changed:
`refresh` counts the whole day anew and replaces them, so that doing it twice does no harm. `milestone_months` sums up whole
months; what is to be counted of complaints themselves `counting` counts, at the same times.

A site with years of complaints is not counted at once: `work` does it in the background, a month at a time, the latest first,
each kept by itself; `not_counted` says what is still missing.

What is met counts on the day it was met; what is missed, on the day it fell due, until it is met after all; what was
cancelled, on the day it ended. How a complaint counts says `core.closure.counts`: duplicates not at all, those out of
scope in a column of their own. The histogram holds the working time of what was met, in time or late.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Date
from frappe.utils import create_batch, get_datetime, now_datetime
from pypika.queries import QueryBuilder

from cms_iso10002.complaints import clock, counted_months, counting, milestone_months, timeline
from cms_iso10002.complaints.counted_months import MILESTONES
from cms_iso10002.complaints.literals import NOTHING, ours
from cms_iso10002.complaints.milestone_months import SUMMARY
from cms_iso10002.complaints.transactions import keep
from cms_iso10002.core import clocks, histogram
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import DUPLICATE

KEY = ("day", "company", "category", "handler", "stage")
NUMBERS = ("met", "met_late", "held", "overdue", "cancelled", "out_of_scope")

COUNTED = (
	("met_at", {clocks.MET: "met", clocks.MET_LATE: "met_late"}),
	("due_at", {clocks.OVERDUE: "overdue"}),
	("ended_at", {clocks.CANCELLED: "cancelled"}),
)
"""The field that says on which day milestones count, their states, and the column each counts in."""

REBUILT_DAYS = 400
DAYS_AT_ONCE = 7
READ_AT_ONCE = 28
"""Days whose milestones are in memory together where they are read from the records."""
CASES_AT_ONCE = 500
AT_MOST = counting.AT_MOST
MOST_OF_A_JOB = 1_200
"""Seconds: Frappe ends a job of the long queue after 1,500."""

OVERLAP = timedelta(minutes=15)
"""How far back `refresh_recent` looks past the last time: an event is dated before its transaction is committed."""

REWRITING = (
	clocks.DELIVERY_FAILED,
	clocks.RECEIPT_CORRECTED,
	clocks.REOPENED,
	clocks.CASE_PAUSED,
	clocks.CASE_RESUMED,
	clocks.EXTERNAL_DISPUTE_OPENED,
	clocks.EXTERNAL_DISPUTE_CLOSED,
	clocks.EXTENDED,
)
"""Events after which a milestone may no longer count on the day it did before, nor show that day any more."""


def refresh(days: Iterable[date]) -> None:
	"""Count these days (site dates) anew and replace their rows, in the transaction it is called in.

	Months that were counted are summed up anew as well.
	"""
	days = sorted(set(days))
	counted_months.take_turn()
	for first, last in counting.runs(days, DAYS_AT_ONCE):
		_replace(first, last)
	if days:
		known = counted_months.of(MILESTONES, days[0], days[-1])
		for month in counted_months.of_days(days):
			if month in known:
				milestone_months.sum_up(month)


def _replace(first: date, last: date) -> list[dict]:
	"""Count the days from `first` to `last` anew and replace their rows; those that are there now."""
	rows = _count(first, last)
	frappe.db.delete(SUMMARY, {"day": ("between", (first, last))})
	_insert(rows)
	return rows


def refresh_recent() -> None:
	"""Count anew the days that changed since the last time; next to nothing is done where nothing happened.

	The days are those on which a milestone of a changed complaint counts now, and those on which it counted before
	(a letter that bounced takes back what it had met). Call it at the beginning of a transaction. What takes too long
	is left for the background.
	"""
	counted_months.take_turn()
	started = now_datetime()
	marker = _marker(lock=True)
	changed, since = set(), started
	if marker:
		since = get_datetime(marker) - OVERLAP
		changed = _changed(since)
	else:
		counted_months.forget_all()
	days = _days_now(changed) | _days_before(changed, since) if changed else set()
	done = _refresh_some(days)
	if not (counting.keep_up(changed, since) and done):
		frappe.enqueue(
			work,
			queue="long",
			job_id="complaints_counting",
			deduplicate=True,
			enqueue_after_commit=True,
		)
	_set_marker(started, is_new=not marker)


def _refresh_some(days: set[date]) -> bool:
	"""Count anew these days, and the months that were never counted, while there is time; whether that was all.

	Days that are left are left with the whole of their months.
	"""
	ends = time.monotonic() + AT_MOST
	missing = set(_missing())
	touched = {month: set() for month in missing}
	for day in days:
		month = day.replace(day=1)
		touched.setdefault(month, set()).add(day)
	late = []
	for month in sorted(touched, reverse=True):
		if time.monotonic() > ends:
			late.append(month)
		elif month in missing:
			_count_month(month)
		else:
			refresh(touched[month])
	counted_months.forget(MILESTONES, late)
	return not late


def rebuild(days: int | None = REBUILT_DAYS) -> None:
	"""Count anew the months of the last `days` days, all there are for None: nightly, in case anything was missed.

	A job: each month is kept by itself.
	"""
	counting.rebuild(days)
	last = clock.today()
	first = last - timedelta(days=days) if days else counting.first_day()
	for month in reversed(counted_months.between(first, last) if first else []):
		counted_months.take_turn()
		_count_month(month)
		keep()


def work() -> None:
	"""Count the months that are not counted yet, of complaints and of milestones. A job: each month is kept by itself.

	It ends in time for its queue; the clock calls it again as long as something is missing.
	"""
	ends = time.monotonic() + MOST_OF_A_JOB
	for missing, count in ((counting.missing, counting.count), (_missing, _count_month)):
		frappe.db.rollback()  # what is read next is not older than the turn
		for month in missing():
			if time.monotonic() > ends:
				return
			keep()
			counted_months.take_turn()
			count(month)
			keep()


def not_counted(first: date, last: date) -> date | None:
	"""The latest day of the period that is not counted yet, where there is any that has something to count."""
	start = counting.first_day()
	if not start:
		return None
	missing = counted_months.missing(MILESTONES, max(first, start), min(last, clock.today()))
	return counted_months.last_of(missing[0]) if missing else None


def _missing() -> list[date]:
	return counted_months.missing(MILESTONES, counting.first_day(), clock.today())


def _count_month(month: date) -> None:
	"""Count all days of a month, those of which are to come apart, and sum them up."""
	last = min(counted_months.last_of(month), clock.today())
	sums = milestone_months.Sums(month)
	days = (month + timedelta(days=n) for n in range((last - month).days + 1))
	for start, end in counting.runs(days, DAYS_AT_ONCE):
		for row in _replace(start, end):
			sums.add(row, row["times"])
	sums.store()


# counting ------------------------------------------------------------------------------------------------


def counted(first: date, last: date, complaints: QueryBuilder) -> Iterator[dict]:
	"""The rows that the days from `first` to `last` would have, had there been no other complaints than these (a query of
	names): for what the stored ones don't tell apart. They are read a few weeks at a time."""
	start = first
	while start <= last:
		end = min(start + timedelta(days=READ_AT_ONCE - 1), last)
		yield from _count(start, end, complaints)
		start = end + timedelta(days=1)


def _count(first: date, last: date, complaints: QueryBuilder | None = None) -> list[dict]:
	"""The rows of the days from `first` to `last`."""
	rows: dict[tuple, dict] = {}
	for field, columns in COUNTED:
		for found in _grouped(field, list(columns), first, last, complaints):
			key = tuple(found[name] or None for name in KEY)
			row = rows.setdefault(
				key, {**dict(zip(KEY, key, strict=True)), **dict.fromkeys(NUMBERS, 0), "times": {}}
			)
			if counts(found.status) == "apart":
				row["out_of_scope"] += found.number
				continue
			row[columns[found.state]] += found.number
			if field == "met_at":
				row["held"] += found.number if found.remark == clocks.HOLDING else 0
				slot = histogram.bucket(found.worked_seconds or 0)
				row["times"][slot] = row["times"].get(slot, 0) + found.number
	return list(rows.values())


def _grouped(
	field: str, states: list[str], first: date, last: date, complaints: QueryBuilder | None
) -> list[frappe._dict]:
	"""How many milestones in `states` have `field` on each of the days, by all that a row tells apart."""
	milestone, case = DocType("Complaint Milestone"), DocType("Complaint")
	moment, day = milestone[field], Date(milestone[field])
	keys = [case.company, case.category, case.handler, case.status, milestone.stage, milestone.state]
	if field == "met_at":
		keys += [milestone.worked_seconds, milestone.remark]
	query = (
		frappe.qb.from_(milestone)
		.join(case)
		.on(case.name == milestone.parent)
		.select(day.as_("day"), *keys, Count("*").as_("number"))
		.where(milestone.parenttype == "Complaint")
		.where((moment >= first) & (moment < last + timedelta(days=1)))
		.where(milestone.due_at.isnotnull())  # what never began was no promise
		.where(milestone.state.isin(states) & (case.status != DUPLICATE))
		.groupby(day, *keys)
	)
	return (query.where(case.name.isin(complaints)) if complaints else query).run(as_dict=True)


def _insert(rows: list[dict]) -> None:
	"""Store rows, named after their days, so that those of a day lie side by side."""
	stamp = ours(f"'{now_datetime():%Y-%m-%d %H:%M:%S}'")
	once = frappe.generate_hash(length=6)
	told = [name for name in NUMBERS if any(row[name] for row in rows)]
	fields = ("name", "creation", "modified", *KEY, *told, "worked_histogram")
	values = [
		(
			ours(f"'{row['day']:%Y%m%d}{number:06}{once}'"),
			stamp,
			stamp,
			ours(f"'{row['day']:%Y-%m-%d}'"),
			*(NOTHING if row[name] is None else row[name] for name in KEY[1:]),
			*(ours(str(row[name])) for name in told),
			ours(f"'{histogram.to_text(row['times'])}'"),
		)
		for number, row in enumerate(rows, 1)
	]
	if values:
		frappe.db.bulk_insert(SUMMARY, fields, values, chunk_size=2_000)


# what changed --------------------------------------------------------------------------------------------


def _changed(since: datetime) -> set[str]:
	"""The complaints something happened to since then: by an event, or by an edit that is none.

	(An event is never modified, so it was modified when it was made; and that is what Frappe keeps an index on.)
	"""
	event, case = DocType("Complaint Event"), DocType("Complaint")
	told = frappe.qb.from_(event).select(event.complaint).distinct().where(event.modified >= since)
	edited = frappe.qb.from_(case).select(case.name).where(case.modified >= since)
	return {*told.run(pluck=True), *edited.run(pluck=True)}


def _days_now(complaints: Iterable[str]) -> set[date]:
	"""The days on which their milestones may count as they stand, and those on which they may have, once due."""
	milestone = DocType("Complaint Milestone")
	days: set[date] = set()
	for batch in create_batch(sorted(complaints), CASES_AT_ONCE):
		rows = (
			frappe.qb.from_(milestone)
			.select(milestone.met_at, milestone.due_at, milestone.ended_at)
			.where((milestone.parenttype == "Complaint") & milestone.parent.isin(batch))
			.run()
		)
		days.update(_past_days(moment for row in rows for moment in row))
	return days


def _past_days(moments: Iterable[datetime | None]) -> set[date]:
	"""Nothing counts on a day to come."""
	return {moment.date() for moment in moments if moment and moment.date() <= clock.today()}


def _days_before(complaints: set[str], since: datetime) -> set[date]:
	"""The days on which milestones counted before what has happened since, where that rewrites what was.

	Their clocks are replayed from the events that were there before.
	"""
	days: set[date] = set()
	for batch in create_batch(sorted(_rewritten(complaints, since)), CASES_AT_ONCE):
		frozen = dict(
			frappe.get_all(
				"Complaint",
				filters={"name": ("in", batch)},
				fields=["name", "policy_snapshot"],
				order_by="name",
				as_list=True,
			)
		)
		for complaint, events in groupby(_events_before(batch, since), key=lambda row: row.complaint):
			for milestone in timeline.read(frozen[complaint], [_event(row) for row in events]):
				moments = (milestone.met_at, milestone.due_at, milestone.ended_at)
				days |= _past_days(clock.to_site(moment) for moment in moments)
	return days


def _rewritten(complaints: set[str], since: datetime) -> set[str]:
	event = DocType("Complaint Event")
	query = frappe.qb.from_(event).select(event.complaint).distinct()
	return complaints & set(
		query.where((event.modified >= since) & event.kind.isin(REWRITING)).run(pluck=True)
	)


def _events_before(complaints: list[str], since: datetime) -> list[frappe._dict]:
	event = DocType("Complaint Event")
	return (
		frappe.qb.from_(event)
		.select(event.complaint, event.kind, event.at_utc, event.sequence, event.payload)
		.where(event.complaint.isin(complaints) & (event.modified < since))
		.orderby(event.complaint)
		.orderby(event.sequence)
		.run(as_dict=True)
	)


def _event(row: frappe._dict) -> clocks.Event:
	data = frappe.parse_json(row.payload)["data"]
	return clocks.Event(row.kind, clock.from_micros(row.at_utc), data, row.sequence)


# the last time -------------------------------------------------------------------------------------------
# A row of Singles under our own name: a global default would clear every user's cache each time it is set, and
# saving Complaint Settings would delete a field that its form does not know.

_MARKER = "refreshed_at"


def _marker(lock: bool = False) -> str | None:
	"""When the days were last counted, in site time; None when they never were."""
	single = DocType("Singles")
	query = frappe.qb.from_(single).select(single.value)
	query = query.where((single.doctype == SUMMARY) & (single.field == _MARKER))
	found = (query.for_update() if lock else query).run(pluck=True)
	return found[0] if found else None


def _set_marker(moment: datetime, is_new: bool) -> None:
	single = DocType("Singles")
	if not is_new:
		query = frappe.qb.update(single).set(single.value, str(moment))
		query.where((single.doctype == SUMMARY) & (single.field == _MARKER)).run()
	else:
		frappe.qb.into(single).columns("doctype", "field", "value").insert(
			SUMMARY, _MARKER, str(moment)
		).run()
