"""The numbers that reports on complaints read: how many were received, closed, rated and made good, by month and day.

Reports group a million complaints by category, cause, item, territory … and are filtered by others of those. One table
that tells all of them apart at once is as long as the complaints are many. So the same things (`counted_records`) are
counted several times over for each month, each time by one dimension alone, or by two of which one is a filter of the
reports (a *cut*): those tables are short, and five years are sixty rows a category. What is in none of them reports read
from the records: three dimensions at once, and the odd days before the first whole month.

	cut SE    M 2026-03-01   received 187, closed 160 … of severity Minor
	cut SE    D 2026-03-02   the same of one day: this cut alone is kept by day as well, for charts over weeks
	cut SECA  M 2026-03-01   received 12 of severity Minor and of this category

Rows are named after cut, span and day, so that those of one cut lie side by side in the order of time.

A month's rows are never changed: `count` counts the month anew and replaces them, so doing it twice does no harm. Which
months are counted says `counted_months`. A site with years of complaints is counted month by month in the background,
the latest first; so is what a bulk edit touches.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Min
from frappe.utils import create_batch, getdate, now_datetime

from cms_iso10002.complaints import clock, counted_months
from cms_iso10002.complaints.counted_months import COMPLAINTS, COUNTS
from cms_iso10002.complaints.counted_records import FAMILIES, NUMBERS, sources
from cms_iso10002.complaints.feedback import ASKED
from cms_iso10002.complaints.literals import NOTHING, ours
from cms_iso10002.complaints.transactions import keep
from cms_iso10002.core.clocks import RECEIPT_CORRECTED, REOPENED
from cms_iso10002.erpnext_bridge import items

__all__ = ["COUNTS", "CUTS", "FAMILIES", "KEY", "NUMBERS", "TOLD"]

CUTS = {
	"severity": "SE",
	"category": "CA",
	"root_cause": "RC",
	"item_group": "IG",
	"item_code": "IT",
	"territory": "TE",
	"customer_group": "CG",
	"handler": "HA",
	"channel": "CH",
	"remedy": "RM",
}
"""The cut that tells one dimension apart; the first, which has fewest rows, serves where none is asked for."""
DIMENSIONS = tuple(CUTS)
KEY = ("company", *DIMENSIONS, "currency")
FREE = ("company", "currency")
"""What every cut tells apart."""
FILTERS = ("severity", "category", "item_group", "territory", "customer_group")
"""What reports are filtered by, besides companies."""
PAIRED_WITH = {"item_code": ("severity",)}
"""Items with categories, territories or customer groups are as many as the complaints are: there the records serve as well."""
BY_DAY = "SE"
"""The cut that is kept by day, too."""
PAIRED_FROM = 10_000
"""A month in which less than this counted (three thousand complaints or so) has no rows of two dimensions: reading its records takes
a millisecond or two, and the rows would be as many as the complaints."""
DAY, MONTH = "Day", "Month"


def _told() -> dict[str, tuple[str, ...]]:
	told = {cut: (name,) for name, cut in CUTS.items()}
	told["IT"] = ("item_code", "item_group")  # a group is that of the item
	for place, one in enumerate(FILTERS):
		for other in DIMENSIONS:
			if other in FILTERS[: place + 1] or one not in PAIRED_WITH.get(other, FILTERS):
				continue
			both = (one, *told[CUTS[other]]) if other == "item_code" else (one, other)
			told[CUTS[one] + CUTS[other]] = both
	return told


TOLD = _told()
"""What each cut tells apart; those of one dimension come first."""
PAIRS = [cut for cut in TOLD if len(cut) > 2]

CASES_AT_ONCE = 500
REBUILT_DAYS = 400
AT_MOST = 10
"""Seconds for which months are counted at once, in the transaction it is called in; what is left is for the background."""
TAKING_BACK = (REOPENED, RECEIPT_CORRECTED, "redress")
"""Events after which something may no longer count on the day it did before, nor show that day any more."""

Key = tuple[Any, ...]
Numbers = list[tuple[int, float]]
"""Numbers with their places in NUMBERS."""
Rows = dict[Key, list[float]]
"""The numbers of a cut (in the order of NUMBERS) by what it tells apart (company, currency, its dimensions)."""


# keeping it in step ------------------------------------------------------------------------------------------


def keep_up(changed: Iterable[str], since: datetime) -> bool:
	"""Count anew the months of what has happened to these complaints since then; whether all is counted now.

	Those are the months in which something of them counts now, and those in which it did before it was taken back. Where
	it takes too long, months are left: `work` counts them, and reports read their records until then.
	"""
	changed = set(changed)
	if changed:
		days = _days_now(changed) | _days_before(changed, since)
		counted_months.forget(COMPLAINTS, counted_months.of_days(days))
	ends = time.monotonic() + AT_MOST
	for month in missing():
		if time.monotonic() > ends:
			return False
		count(month)
	return True


def missing() -> list[date]:
	"""The months that are not counted as things stand, the latest first."""
	return counted_months.missing(COMPLAINTS, first_day(), clock.today())


def rebuild(days: int | None = REBUILT_DAYS) -> None:
	"""Count anew the months of the last `days` days, all months there are for None; a job, each month is kept by itself."""
	last = clock.today()
	first = last - timedelta(days=days) if days else first_day()
	for month in reversed(counted_months.between(first, last) if first else []):
		counted_months.take_turn()
		count(month)
		keep()


def refresh(days: Iterable[date]) -> None:
	"""Count anew the months of these days (site dates), in the transaction it is called in."""
	for month in counted_months.of_days(days):
		count(month)


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


def first_day() -> date | None:
	"""The day on which the first complaint of all was received; nothing counts before."""
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


def count(month: date) -> None:
	"""Count a month, given by its first day, and replace its rows."""
	days, number = _things(month, min(counted_months.last_of(month), clock.today()))
	whole = _told_apart(_together(days.values()))
	counted_months.forget(COMPLAINTS, [month])
	_clear(month)
	for cut in TOLD:
		if cut not in PAIRS or number >= PAIRED_FROM:
			_insert(cut, MONTH, month, _cut(cut, whole))
	for day, things in days.items():
		_insert(BY_DAY, DAY, day, _cut(BY_DAY, _told_apart(things)))
	counted_months.mark(COMPLAINTS, month, number)


def _things(first: date, last: date) -> tuple[dict[date, Rows], int]:
	"""What counts on each of the days from `first` to `last`, by all that is told apart; and how many things it is."""
	days: dict[date, Rows] = {}
	number = 0
	names = [name for name in KEY if name != "item_group"]
	item = 1 + names.index("item_code")
	for source in sources(first, last):
		terms = [source.moment, *(source.told_by(name) for name in names), *source.numbers.values()]
		told = source.query.select(*(term.as_(f"column_{n}") for n, term in enumerate(terms))).run()
		groups = items.groups({row[item] for row in told if row[item]})
		places = [NUMBERS.index(name) for name in source.numbers]
		number += len(told)
		for row in told:
			values = dict(zip(names, row[1:], strict=False), item_group=groups.get(row[item]))
			key = tuple(values[name] or None for name in KEY)
			numbers = [
				(place, value) for place, value in zip(places, row[1 + len(names) :], strict=True) if value
			]
			_add(days.setdefault(getdate(row[0]), {}), key, numbers)
	return days, number


def _together(parts: Iterable[Rows]) -> Rows:
	found: Rows = {}
	for rows in parts:
		for key, numbers in _told_apart(rows):
			_add(found, key, numbers)
	return found


def _told_apart(rows: Rows) -> list[tuple[Key, Numbers]]:
	"""The rows with those of their numbers that are not zero, each with its place."""
	return [
		(key, [(place, number) for place, number in enumerate(numbers) if number])
		for key, numbers in rows.items()
	]


def _cut(cut: str, things: Iterable[tuple[Key, Numbers]]) -> Rows:
	"""What was counted, in one cut."""
	key_of, found = itemgetter(*(KEY.index(name) for name in columns(cut))), {}
	only_redress = "remedy" in TOLD[cut]
	for key, numbers in things:
		if only_redress:
			numbers = [one for one in numbers if one[0] in _OF_REDRESS]
		if numbers:
			_add(found, key_of(key), numbers)
	return _without_spare(found)


_OF_REDRESS = {NUMBERS.index(name) for name in FAMILIES["redress"]}
"""The places of the numbers that know a currency and a remedy."""


def _add(rows: Rows, key: Key, numbers: Numbers) -> None:
	row = rows.get(key)
	if row is None:
		row = rows[key] = [0] * len(NUMBERS)
	for place, number in numbers:
		row[place] += number


def _without_spare(rows: Rows) -> Rows:
	"""The same in fewer rows: numbers that know no currency stand in a row of one, where there is one."""
	currency = FREE.index("currency")
	others: dict[Key, Key] = {}
	for key in sorted((key for key in rows if key[currency]), key=lambda key: key[currency], reverse=True):
		others[(*key[:currency], None, *key[currency + 1 :])] = key
	for bare, key in others.items():
		numbers = rows.get(bare)
		if numbers and not any(numbers[place] for place in _OF_REDRESS):
			_add(rows, key, list(enumerate(rows.pop(bare))))
	return rows


def columns(cut: str) -> tuple[str, ...]:
	"""What the rows of a cut are told apart by."""
	return (*FREE, *TOLD[cut])


# rows --------------------------------------------------------------------------------------------------------


def row_name(cut: str, span: str, day: date, number: int | str = "") -> str:
	"""What a row is called; without a number, what those of a day begin with."""
	return f"{cut}{span[0]}{day:%Y%m%d}{number if isinstance(number, str) else format(number, '06')}"


def _clear(month: date) -> None:
	"""Take away the rows of a month and its days, those of milestones and marks apart."""
	row = DocType(COUNTS)
	within = row.day[month : counted_months.last_of(month)]
	frappe.qb.from_(row).delete().where(within & row.stage.isnull() & row.cut.notin(_MARKS)).run()


_MARKS = (counted_months.COMPLAINTS, counted_months.MILESTONES)


def _insert(cut: str, span: str, day: date, rows: Mapping[Key, Sequence[float]]) -> None:
	"""Store the rows of a cut of a day or month, with the columns they have something in."""
	names = columns(cut)
	places = [n for n in range(len(names)) if any(key[n] for key in rows)]
	told = [n for n in range(len(NUMBERS)) if any(numbers[n] for numbers in rows.values())]
	if not told:
		return
	fields = (
		"name",
		"modified",
		"span",
		"day",
		"cut",
		*(names[n] for n in places),
		*(NUMBERS[n] for n in told),
	)
	same = tuple(
		ours(f"'{text}'") for text in (f"{now_datetime():%Y-%m-%d %H:%M:%S}", span, f"{day:%Y-%m-%d}", cut)
	)
	values = [
		(
			ours(f"'{row_name(cut, span, day, number)}'"),
			*same,
			*(NOTHING if key[n] is None else key[n] for n in places),
			*(ours(_written(numbers[n])) for n in told),
		)
		for number, (key, numbers) in enumerate(rows.items(), 1)
	]
	frappe.db.bulk_insert(COUNTS, fields, values)


def _written(number: float) -> str:
	return str(number) if isinstance(number, int) else f"{number:.6f}"


def size() -> int:
	"""How many rows there are."""
	row = DocType(COUNTS)
	return frappe.qb.from_(row).select(Count("*")).run()[0][0]
