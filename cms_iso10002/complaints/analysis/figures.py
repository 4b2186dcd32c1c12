"""Figures read from the counts (`complaints.counting`): sums over days, by whatever is to be told apart.

Whole months are read from the rows of months, by the shortest cut that tells apart what is asked for; single days from
the rows of days where that cut has any. What is left is read from the records themselves, which comes to the same: odd
days at the beginning, months not counted yet, and what is told apart by more than a cut is.

No permission is asked for on the counts: totals count every case, whoever looks. Who may see a report is said by its
roles, and what it tells them apart is cut to their measure in `cells`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Date, Sum
from pypika.terms import Criterion, Field, Term

from cms_iso10002.complaints import clock, counted_months
from cms_iso10002.complaints.counted_months import COMPLAINTS, COUNTS
from cms_iso10002.complaints.counted_records import Source, sources
from cms_iso10002.complaints.counting import (
	BY_DAY,
	DAY,
	MONTH,
	PAIRED_FROM,
	PAIRS,
	TOLD,
	row_name,
)
from cms_iso10002.core import spans

FREE = ("day", "company", "currency")
"""What every cut tells apart."""
RECORDS = "Records"
Part = tuple[str, date, date]
"""Days from the first to the last, to be read from the rows of days or months, or from the records."""


def read(
	by: Sequence[str], numbers: Sequence[str], filters: frappe._dict, daily: bool = True
) -> dict[tuple, dict[str, float]]:
	"""The sums of `numbers` over the days of `filters`, by the values of `by`; without `by` there is one key, ().

	Not `daily`, days are those at the beginning of their months, which are fewer.
	"""
	found = _read(by, numbers, filters, daily)
	return found if daily or "day" not in by else _by_month(found, by.index("day"))


def _by_month(found: Mapping[tuple, Mapping[str, float]], place: int) -> dict[tuple, dict[str, float]]:
	months: dict[tuple, dict[str, float]] = {}
	for key, numbers in found.items():
		month = (*key[:place], spans.start_of(key[place], spans.MONTH), *key[place + 1 :])
		row = months.setdefault(month, dict.fromkeys(numbers, 0))
		for name, number in numbers.items():
			row[name] += number
	return months


def _read(
	by: Sequence[str], numbers: Sequence[str], filters: frappe._dict, daily: bool
) -> dict[tuple, dict[str, float]]:
	cut = cut_of({name for name in (*by, *filters.within) if name not in FREE})
	found: dict[tuple, dict[str, float]] = {}
	parts = _parts(cut, filters.from_date, filters.to_date, daily and "day" in by)
	counted = [part for part in parts if part[0] != RECORDS]
	if counted:
		_add_rows(found, by, numbers, filters, cut, counted)
	for kind, first, last in parts:
		if kind == RECORDS:
			_add_records(found, by, numbers, filters, first, last)
	return {key: sums for key, sums in found.items() if any(sums.values())}


def cut_of(dimensions: set[str]) -> str | None:
	"""The cut to read where these are to be told apart; None where there is none."""
	return next((cut for cut, told in TOLD.items() if dimensions <= set(told)), None)


def total(numbers: Sequence[str], filters: frappe._dict) -> dict[str, float]:
	"""The sums of `numbers`, all zero where there is nothing."""
	return read((), numbers, filters).get((), dict.fromkeys(numbers, 0))


# where to read it --------------------------------------------------------------------------------------------


def _parts(cut: str | None, first: date, last: date, daily: bool) -> list[Part]:
	"""The period as parts, each to be read from one place; nothing counts on a day to come."""
	last = min(last, clock.today())
	if first > last:
		return []
	known = counted_months.of(COMPLAINTS, first, last) if cut else {}
	parts: list[Part] = []
	for month in counted_months.between(first, last):
		start, end = max(first, month), min(last, counted_months.last_of(month))
		kind = RECORDS
		if month in known:
			kind = _place(cut, known[month], daily or not _is_whole(start, end))
		if parts and parts[-1][0] == kind:
			start = parts.pop()[1]
		parts.append((kind, start, end))
	return parts


def _is_whole(start: date, end: date) -> bool:
	"""Whether these days of a month are all there are of it, so far."""
	return start.day == 1 and end in (counted_months.last_of(start), clock.today())


def _place(cut: str, number: int, days: bool) -> str:
	"""Where to read a month that is counted, in which there was so much."""
	if days:
		return DAY if cut == BY_DAY else RECORDS
	return RECORDS if cut in PAIRS and number < PAIRED_FROM else MONTH


# reading it --------------------------------------------------------------------------------------------------


def _add_rows(
	found: dict[tuple, dict[str, float]],
	by: Sequence[str],
	numbers: Sequence[str],
	filters: frappe._dict,
	cut: str,
	parts: Iterable[Part],
) -> None:
	"""Add what the rows of a cut come to."""
	row = DocType(COUNTS)
	query = frappe.qb.from_(row).select(*(row[name] for name in by), *(Sum(row[name]) for name in numbers))
	query = query.where(Criterion.any(_between(row.name, cut, part) for part in parts))
	for name, values in filters.within.items():
		query = query.where(row[name].isin(values))
	for name in by:
		query = query.groupby(row[name])
	_add_sums(found, query.run(), numbers, numbers, len(by))


def _between(name: Term, cut: str, part: Part) -> Criterion:
	span, first, last = part
	return (name >= row_name(cut, span, first)) & (name < row_name(cut, span, last + timedelta(days=1)))


def _add_records(
	found: dict[tuple, dict[str, float]],
	by: Sequence[str],
	numbers: Sequence[str],
	filters: frappe._dict,
	first: date,
	last: date,
) -> None:
	"""Add the same, grouped from the records themselves."""
	for source in sources(first, last):
		names = [name for name in numbers if name in source.numbers]
		if not names:
			continue
		query = source.query
		for name, values in filters.within.items():
			query = query.where(source.told_by(name).isin(values))
		keys = [_key(name, source).as_(f"key_{place}") for place, name in enumerate(by)]
		query = query.select(*keys, *(Sum(source.numbers[name]) for name in names))
		for key in keys:
			query = query.groupby(Field(key.alias))
		_add_sums(found, query.run(), names, numbers, len(by))


def _key(name: str, source: Source) -> Term:
	return Date(source.moment) if name == "day" else source.told_by(name)


def _add_sums(
	found: dict[tuple, dict[str, float]],
	rows: Iterable[tuple],
	names: Sequence[str],
	numbers: Sequence[str],
	keys: int,
) -> None:
	"""Add what was read, by its key; what is empty is None."""
	for values in rows:
		key = tuple(value or None for value in values[:keys])
		sums = found.setdefault(key, dict.fromkeys(numbers, 0))
		for name, value in zip(names, values[keys:], strict=True):
			sums[name] += float(value or 0) if name == "redress_amount" else int(value or 0)


def by_value(found: dict[tuple, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
	"""What was read by one dimension, by its values."""
	return {key: numbers for (key,), numbers in found.items()}
