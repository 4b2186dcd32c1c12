"""The numbers that reports on complaints read: how many were received, closed, rated and made good, by day and month.

Reports group a million complaints by category, cause, item, territory … and are filtered by others of those. One table
that tells all of them apart at once is as long as the complaints are many. So the same things are counted several times
over, each time by one dimension alone (a *cut*): those tables are short, and there is one row a month as well, so that
five years are sixty rows a category. Where a report needs two dimensions at once it reads the *detail* of what it counts.

	cut SE  D 2026-03-02   received 7, closed 3 … of severity Minor
	cut SE  M 2026-03-01   the same of the whole March
	cut RE  D 2026-03-02   received 1 of this category, cause, item, territory … all at once

Rows are named after cut, span and day, so that those of one cut lie side by side in the order of time.

What is received counts on the day of receipt, what is closed on the day of closing, a request for a rating on the day it
was sent, a rating on the day it was given, redress on the day it was carried out. How a complaint counts says
`core.closure.counts`. Its item is that of the first row of *What It Is About* that names one.

A day's rows are never changed: `refresh` counts the day anew and replaces them, so doing it twice does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min, Sum
from frappe.utils import create_batch, getdate, now_datetime
from pypika.terms import Criterion, Term

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.feedback import ASKED
from cms_iso10002.core.clocks import RECEIPT_CORRECTED, REOPENED
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import DUPLICATE
from cms_iso10002.erpnext_bridge import items

COUNTS = "Complaint Count"
CASE_DIMENSIONS = ("category", "root_cause", "territory", "customer_group", "severity", "handler", "channel")
DIMENSIONS = (*CASE_DIMENSIONS, "item_code", "item_group", "remedy")
KEY = ("company", *DIMENSIONS, "currency")

PROCESS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity")
"""The questions of Complaint Feedback about how it was handled; its outcome is apart (ISO 10004)."""
FAMILIES: dict[str, tuple[str, ...]] = {
	"received": ("received", "out_of_scope", "recurrent"),
	"closed": ("closed",),
	"satisfaction": (
		"asked",
		"answered",
		"rated",
		"process_points",
		"process_answers",
		"outcome_points",
		"outcome_answers",
		"overall_points",
		"overall_answers",
	),
	"redress": ("redress_rows", "redress_amount"),
}
"""What is counted together."""
NUMBERS = tuple(number for numbers in FAMILIES.values() for number in numbers)

CUTS = {
	"severity": "SE",
	"category": "CA",
	"root_cause": "RC",
	"item_code": "IT",
	"item_group": "IG",
	"territory": "TE",
	"customer_group": "CG",
	"handler": "HA",
	"channel": "CH",
	"remedy": "RM",
}
"""The cut that tells one dimension apart; the first, which has fewest rows, serves where none is asked for."""
DETAILS = {"received": "DR", "closed": "DC", "satisfaction": "DS", "redress": "DM"}
"""The cut that tells all dimensions apart, of one family."""
DAY, MONTH = "Day", "Month"

DONE = ("Implemented", "Verified")
"""States of redress that was carried out."""
DAYS_AT_ONCE = 7
CASES_AT_ONCE = 500
REBUILT_DAYS = 400
TAKING_BACK = (REOPENED, RECEIPT_CORRECTED, "redress")
"""Events after which something may no longer count on the day it did before, nor show that day any more."""

Key = tuple[Any, ...]
Rows = dict[tuple[str, Key], dict[str, float]]


class Thing(NamedTuple):
	"""Something that counts: of a complaint, on a day, with its numbers; redress also by remedy and currency."""

	family: str
	complaint: str
	day: date
	numbers: dict[str, float]
	more: dict[str, Any] = {}


# keeping it in step ------------------------------------------------------------------------------------------


def keep_up(changed: Iterable[str], since: datetime) -> None:
	"""Count anew the days of what has happened to these complaints since then; all there are where none was counted yet.

	Those are the days on which something of them counts now, and those on which it did before it was taken back.
	"""
	changed = set(changed)
	if not _is_counted():
		rebuild(None)
	elif changed:
		refresh(_days_now(changed) | _days_before(changed, since))


def rebuild(days: int | None = REBUILT_DAYS) -> None:
	"""Count anew the last `days` days, all days there are for None."""
	last = clock.today()
	first = last - timedelta(days=days) if days else _first_day()
	if first:
		refresh(first + timedelta(days=n) for n in range((last - first).days + 1))


def refresh(days: Iterable[date]) -> None:
	"""Count these days (site dates) anew and replace their rows, and the sums of their months, in one transaction."""
	days = sorted(set(days))
	for first, last in runs(days, DAYS_AT_ONCE):
		rows = _count(first, last)
		frappe.db.delete(COUNTS, {"span": DAY, "day": ("between", (first, last))})
		for day, found in rows.items():
			_insert(DAY, day, found)
	for month in sorted({day.replace(day=1) for day in days}):
		_sum_up(month)


def runs(days: Iterable[date], most: int) -> Iterator[tuple[date, date]]:
	"""Consecutive days, in order, as (first, last), at most `most` of them."""
	first = last = None
	for day in sorted(set(days)):
		if first and day == last + timedelta(days=1) and (day - first).days < most:
			last = day
			continue
		if first:
			yield first, last
		first = last = day
	if first:
		yield first, last


def _is_counted() -> bool:
	row = DocType(COUNTS)
	return bool(frappe.qb.from_(row).select(row.name).limit(1).run())


def _first_day() -> date | None:
	case = DocType("Complaint")
	(first,) = frappe.qb.from_(case).select(Min(case.received_on)).run()[0]
	return getdate(first) if first else None


def _past(days: Iterable[Any]) -> set[date]:
	"""Nothing counts on a day to come."""
	found = {getdate(day) for day in days if day}
	return {day for day in found if day <= clock.today()}


def _days_now(complaints: set[str]) -> set[date]:
	"""The days on which something of these complaints may count as it stands."""
	case, told = DocType("Complaint"), DocType("Complaint Event")
	rating, redress = DocType("Complaint Feedback"), DocType("Complaint Redress")
	asked = told.kind.isin(list(ASKED.values()))
	days: set[date] = set()
	for batch in create_batch(sorted(complaints), CASES_AT_ONCE):
		for table, owner, columns, where in (
			(case, case.name, (case.received_on, case.closed_on), None),
			(told, told.complaint, (told.at,), asked),
			(rating, rating.complaint, (rating.submitted_on,), None),
			(redress, redress.parent, (redress.implemented_on,), None),
		):
			query = frappe.qb.from_(table).select(*columns).where(owner.isin(batch))
			rows = (query if where is None else query.where(where)).run()
			days |= _past(value for row in rows for value in row)
	return days


def _days_before(complaints: set[str], since: datetime) -> set[date]:
	"""The days of everything that ever happened to those of them of which something was taken back since then."""
	told = DocType("Complaint Event")
	query = frappe.qb.from_(told).select(told.complaint).distinct()
	taken_back = complaints & set(
		query.where((told.modified >= since) & told.kind.isin(TAKING_BACK)).run(pluck=True)
	)
	days: set[date] = set()
	for batch in create_batch(sorted(taken_back), CASES_AT_ONCE):
		query = frappe.qb.from_(told).select(told.at, told.kind, told.payload)
		for at, kind, payload in query.where(told.complaint.isin(batch)).run():
			days |= _past([at])
			if kind == RECEIPT_CORRECTED:
				micros = (frappe.parse_json(payload).get("data") or {}).get("received_at")
				days |= _past([clock.to_site(clock.from_micros(int(micros)))] if micros else [])
	return days


# counting ----------------------------------------------------------------------------------------------------


def _count(first: date, last: date) -> dict[date, Rows]:
	"""The rows of the days from `first` to `last`, by day."""
	things = list(_things(first, last))
	cases = _cases({thing.complaint for thing in things})
	found: dict[date, Rows] = {}
	for thing in things:
		case = cases.get(thing.complaint)
		if case:
			_add(found.setdefault(thing.day, {}), thing, case)
	return found


def _add(rows: Rows, thing: Thing, case: dict[str, Any]) -> None:
	"""A thing in each of the cuts."""
	how = counts(case["status"])
	if not how or (how == "apart" and thing.family != "received"):
		return
	numbers = thing.numbers
	if thing.family == "received":
		numbers = {"out_of_scope": 1} if how == "apart" else {"received": 1, "recurrent": case["recurrent"]}
	values = {**case, **thing.more}
	for dimension, cut in CUTS.items():
		if dimension != "remedy" or thing.family == "redress":
			_add_to(rows, cut, values, (dimension,), numbers)
	_add_to(rows, DETAILS[thing.family], values, DIMENSIONS, numbers)


def _add_to(
	rows: Rows, cut: str, values: dict[str, Any], told_apart: Sequence[str], numbers: dict[str, float]
) -> None:
	key = tuple(
		(values.get(name) or None) if name in told_apart or name in ("company", "currency") else None
		for name in KEY
	)
	row = rows.setdefault((cut, key), defaultdict(int))
	for name, number in numbers.items():
		row[name] += number


def _things(first: date, last: date) -> Iterator[Thing]:
	"""All that counts on the days from `first` to `last`."""
	case = DocType("Complaint")
	for name, moment in _dated("Complaint", "name", "received_on", first, last, case.status != DUPLICATE):
		yield Thing("received", name, getdate(moment), {"received": 1})
	closed = list(_dated("Complaint", "name", "closed_on", first, last, case.status != DUPLICATE))
	for name, moment in closed:
		yield Thing("closed", name, getdate(moment), {"closed": 1})
	yield from _requests(first, last)
	yield from _ratings(first, last)
	yield from _redress(first, last, dict(closed))


def _within(moment: Term, first: date, last: date) -> Criterion:
	return (moment >= first) & (moment < last + timedelta(days=1))


def _dated(doctype: str, owner: str, field: str, first: date, last: date, where: Criterion) -> list[tuple]:
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(table[owner], table[field])
	return query.where(_within(table[field], first, last) & where).run()


def _requests(first: date, last: date) -> Iterator[Thing]:
	"""Requests for a rating, each with whether it was answered on that occasion."""
	told, rating = DocType("Complaint Event"), DocType("Complaint Feedback")
	kinds = {kind: occasion for occasion, kind in ASKED.items()}
	asked = (
		frappe.qb.from_(told)
		.select(told.complaint, told.kind, told.at)
		.where(told.kind.isin(list(kinds)) & _within(told.at, first, last))
		.run()
	)
	answered: set[tuple[str, str]] = set()
	for batch in create_batch(sorted({complaint for complaint, _kind, _at in asked}), CASES_AT_ONCE):
		query = frappe.qb.from_(rating).select(rating.complaint, rating.occasion)
		answered.update(query.where(rating.complaint.isin(batch)).run())
	for complaint, kind, at in asked:
		numbers = {"asked": 1, "answered": int((complaint, kinds[kind]) in answered)}
		yield Thing("satisfaction", complaint, getdate(at), numbers)


def _ratings(first: date, last: date) -> Iterator[Thing]:
	rating = DocType("Complaint Feedback")
	columns = [rating[name] for name in (*PROCESS, "outcome", "overall")]
	query = frappe.qb.from_(rating).select(rating.complaint, rating.submitted_on, *columns)
	for complaint, moment, *answers in query.where(_within(rating.submitted_on, first, last)).run():
		*process, outcome, overall = (int(answer or 0) for answer in answers)
		numbers = {"rated": 1}
		for name, given in (("process", process), ("outcome", [outcome]), ("overall", [overall])):
			numbers[f"{name}_points"] = sum(given)
			numbers[f"{name}_answers"] = sum(answer > 0 for answer in given)
		yield Thing("satisfaction", complaint, getdate(moment), numbers)


def _redress(first: date, last: date, closed: dict[str, datetime]) -> Iterator[Thing]:
	"""What was carried out, with its amount; of what has no day of its own, on the day the complaint was closed."""
	row = DocType("Complaint Redress")
	base = frappe.qb.from_(row).select(row.parent, row.implemented_on, row.remedy, row.currency, row.amount)
	base = base.where((row.parenttype == "Complaint") & row.state.isin(DONE))
	found = list(base.where(_within(row.implemented_on, first, last)).run())
	for batch in create_batch(sorted(closed), CASES_AT_ONCE):
		found += base.where(row.implemented_on.isnull() & row.parent.isin(batch)).run()
	for complaint, day, remedy, currency, amount in found:
		numbers = {"redress_rows": 1, "redress_amount": amount or 0}
		more = {"remedy": remedy, "currency": currency}
		yield Thing("redress", complaint, getdate(day or closed[complaint]), numbers, more)


def _cases(names: set[str]) -> dict[str, dict[str, Any]]:
	"""What is told apart of these complaints."""
	case, row, relation = DocType("Complaint"), DocType("Complaint Subject"), DocType("Complaint Relation")
	columns = ("name", "status", "company", "is_recurrent", *CASE_DIMENSIONS)
	found: dict[str, dict[str, Any]] = {}
	for batch in create_batch(sorted(names), CASES_AT_ONCE):
		query = frappe.qb.from_(case).select(*(case[name] for name in columns))
		for one in query.where(case.name.isin(batch)).run(as_dict=True):
			found[one.name] = {**one, "recurrent": int(bool(one.is_recurrent))}
		query = frappe.qb.from_(relation).select(relation.parent)
		query = query.where((relation.relation == "Repeat") & relation.parent.isin(batch))
		for name in query.run(pluck=True):
			found[name]["recurrent"] = 1
		query = frappe.qb.from_(row).select(row.parent, row.item_code)
		query = query.where((row.parenttype == "Complaint") & row.parent.isin(batch) & (row.item_code != ""))
		for name, item in query.orderby(row.parent).orderby(row.idx).run():
			found[name].setdefault("item_code", item)
	groups = items.groups({one["item_code"] for one in found.values() if one.get("item_code")})
	for one in found.values():
		one["item_group"] = groups.get(one.get("item_code"))
	return found


# rows --------------------------------------------------------------------------------------------------------


def row_name(cut: str, span: str, day: date, number: int | str = "") -> str:
	"""What a row is called; without a number, what those of a day begin with."""
	return f"{cut}{span[0]}{day:%Y%m%d}{number if isinstance(number, str) else format(number, '06')}"


def _insert(span: str, day: date, rows: Rows) -> None:
	stamp, user = now_datetime(), frappe.session.user
	fields = ("name", "creation", "modified", "owner", "modified_by", "span", "day", "cut", *KEY, *NUMBERS)
	numbers: dict[str, int] = defaultdict(int)
	values = []
	for (cut, key), found in rows.items():
		numbers[cut] += 1
		name = row_name(cut, span, day, numbers[cut])
		figures = (found.get(number, 0) for number in NUMBERS)
		values.append((name, stamp, stamp, user, user, span, day, cut, *key, *figures))
	if values:
		frappe.db.bulk_insert(COUNTS, fields, values)


def _sum_up(month: date) -> None:
	"""The rows of a month, from those of its days; of the details there are none."""
	row = DocType(COUNTS)
	columns = [row[name] for name in ("cut", *KEY)]
	sums = [Sum(row[name]).as_(name) for name in NUMBERS]
	within = (row.day >= month) & (row.day <= last_of_month(month))
	query = frappe.qb.from_(row).select(*columns, *sums).where(within & (row.span == DAY))
	query = query.where(row.cut.isin(list(CUTS.values())))
	for column in columns:
		query = query.groupby(column)
	found: Rows = {}
	for values in query.run():
		cut, *key = values[: len(columns)]
		found[cut, tuple(key)] = dict(zip(NUMBERS, values[len(columns) :], strict=True))
	frappe.db.delete(COUNTS, {"span": MONTH, "day": month})
	_insert(MONTH, month, found)


def last_of_month(day: date) -> date:
	"""The last day of the month of `day`."""
	return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def size() -> int:
	"""How many rows there are."""
	row = DocType(COUNTS)
	return frappe.qb.from_(row).select(Count("*")).run()[0][0]
