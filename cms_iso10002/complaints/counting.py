"""The numbers that reports on complaints read: how many were received, closed, rated and made good, by day and month.

Reports group a million complaints by category, cause, item, territory … and are filtered by others of those. One table
that tells all of them apart at once is as long as the complaints are many. So the same things are counted several times
over, each time by one dimension alone (a *cut*): those tables are short, and there is one row a month as well, so that
five years are sixty rows a category. Where a report needs two dimensions at once it reads the *detail* of what it counts.

	cut SE  D 2026-03-02   received 7, closed 3 … of severity Minor
	cut SE  M 2026-03-01   the same of the whole March
	cut DE  D 2026-03-02   received 1 of this category, cause, item, territory … all at once

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
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min, Sum
from frappe.query_builder.terms import SubQuery
from frappe.utils import create_batch, getdate, now_datetime
from pypika import Case
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion, LiteralValue, Term, ValueWrapper

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
DETAIL = "DE"
"""The cut that tells all dimensions apart, of what was received."""
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
	more: dict[str, Any]


class Source(NamedTuple):
	"""Records that count: their query, with the complaint as `case`, nothing selected yet; their moment and numbers."""

	family: str
	query: QueryBuilder
	moment: Term
	numbers: dict[str, Term]
	more: dict[str, Term] = {}


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
	if thing.family == "received":
		_add_to(rows, DETAIL, values, DIMENSIONS, numbers)


def _add_to(
	rows: Rows, cut: str, values: dict[str, Any], told_apart: Sequence[str], numbers: dict[str, float]
) -> None:
	key = tuple(
		(values.get(name) or None) if name in told_apart or name in ("company", "currency") else None
		for name in KEY
	)
	row = rows.setdefault((cut, key), defaultdict(int))
	for name, number in numbers.items():
		row[name] += number or 0


def _things(first: date, last: date) -> Iterator[Thing]:
	"""All that counts on the days from `first` to `last`."""
	case = DocType("Complaint")
	for source in sources(first, last):
		names, more = list(source.numbers), list(source.more)
		terms = [*source.numbers.values(), *source.more.values()]
		for complaint, moment, *values in source.query.select(case.name, source.moment, *terms).run():
			numbers = dict(zip(names, values, strict=False))
			yield Thing(
				source.family,
				complaint,
				getdate(moment),
				numbers,
				dict(zip(more, values[len(names) :], strict=True)),
			)


def sources(first: date, last: date) -> list[Source]:
	"""Where all that counts on the days from `first` to `last` is found; duplicates are left out, and nothing else."""
	case = DocType("Complaint")
	one = ValueWrapper(1)
	cases = frappe.qb.from_(case).where(case.status != DUPLICATE)
	return [
		Source(
			"received",
			cases.where(_within(case.received_on, first, last)),
			case.received_on,
			{"received": one},
		),
		Source("closed", cases.where(_within(case.closed_on, first, last)), case.closed_on, {"closed": one}),
		_requests(first, last),
		_ratings(first, last),
		*_redress(first, last),
	]


def _within(moment: Term, first: date, last: date) -> Criterion:
	return (moment >= first) & (moment < last + timedelta(days=1))


def _of_case(table: Selectable, owner: Term) -> QueryBuilder:
	case = DocType("Complaint")
	return frappe.qb.from_(table).join(case).on(case.name == owner).where(case.status != DUPLICATE)


def _requests(first: date, last: date) -> Source:
	"""Requests for a rating, each with whether it was answered on that occasion."""
	told, rating = DocType("Complaint Event"), DocType("Complaint Feedback")
	occasion = Case()
	for name, kind in ASKED.items():
		occasion = occasion.when(told.kind == kind, name)
	answer = frappe.qb.from_(rating).select(Count("*"))
	answer = answer.where((rating.complaint == told.complaint) & (rating.occasion == occasion))
	query = _of_case(told, told.complaint).where(told.kind.isin(list(ASKED.values())))
	numbers = {"asked": ValueWrapper(1), "answered": SubQuery(answer)}
	return Source("satisfaction", query.where(_within(told.at, first, last)), told.at, numbers)


def _ratings(first: date, last: date) -> Source:
	rating = DocType("Complaint Feedback")
	numbers: dict[str, Term] = {"rated": ValueWrapper(1)}
	for name, questions in (("process", PROCESS), ("outcome", ("outcome",)), ("overall", ("overall",))):
		answers = [rating[question] for question in questions]
		given = [Case().when(answer > 0, 1).else_(0) for answer in answers]
		numbers[f"{name}_points"], numbers[f"{name}_answers"] = reduce(add, answers), reduce(add, given)
	query = _of_case(rating, rating.complaint).where(_within(rating.submitted_on, first, last))
	return Source("satisfaction", query, rating.submitted_on, numbers)


def _redress(first: date, last: date) -> list[Source]:
	"""What was carried out, with its amount; of what has no day of its own, on the day the complaint was closed."""
	case, row = DocType("Complaint"), DocType("Complaint Redress")
	query = _of_case(row, row.parent).where((row.parenttype == "Complaint") & row.state.isin(DONE))
	numbers = {"redress_rows": ValueWrapper(1), "redress_amount": row.amount}
	more = {"remedy": row.remedy, "currency": row.currency}
	undated = query.where(row.implemented_on.isnull() & _within(case.closed_on, first, last))
	return [
		Source(
			"redress",
			query.where(_within(row.implemented_on, first, last)),
			row.implemented_on,
			numbers,
			more,
		),
		Source("redress", undated, case.closed_on, numbers, more),
	]


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
	"""Store the rows of a day or month, those of each cut with the columns it has something in."""
	by_cut: dict[str, list[tuple[Key, dict[str, float]]]] = defaultdict(list)
	for (cut, key), numbers in rows.items():
		by_cut[cut].append((key, numbers))
	stamp = _ours(f"'{now_datetime():%Y-%m-%d %H:%M:%S}'")
	for cut, found in by_cut.items():
		places = [place for place in range(len(KEY)) if any(key[place] for key, _numbers in found)]
		told = [name for name in NUMBERS if any(numbers.get(name) for _key, numbers in found)]
		fields = ("name", "modified", "span", "day", "cut", *(KEY[place] for place in places), *told)
		same = (stamp, _ours(f"'{span}'"), _ours(f"'{day:%Y-%m-%d}'"), _ours(f"'{cut}'"))
		values = [
			(
				_ours(f"'{row_name(cut, span, day, number)}'"),
				*same,
				*(_NOTHING if key[place] is None else key[place] for place in places),
				*(_ours(f"{numbers.get(name) or 0:.9g}") for name in told),
			)
			for number, (key, numbers) in enumerate(found, 1)
		]
		frappe.db.bulk_insert(COUNTS, fields, values)


def _ours(text: str) -> LiteralValue:
	"""A value as it stands in SQL: for numbers, days and names that are made here. (To have each escaped costs most of all.)"""
	return LiteralValue(text)


_NOTHING = LiteralValue("NULL")


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
