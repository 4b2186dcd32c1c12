"""Figures read from the counts (`complaints.counting`): sums over days, by whatever is to be told apart.

No permission is asked for on the counts: totals count every case, whoever looks. Who may see a report is said by its
roles, and what it tells them apart is cut to their measure in `cells`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Date, Sum
from pypika.terms import Criterion, Field, Term

from cms_iso10002.complaints.counting import (
	COUNTS,
	CUTS,
	DAY,
	DETAIL,
	FAMILIES,
	MONTH,
	Source,
	last_of_month,
	row_name,
	sources,
)
from cms_iso10002.core import spans
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import STATES
from cms_iso10002.erpnext_bridge import items

FREE = ("day", "company", "currency")
"""What every cut tells apart."""
ITEM = ("item_code", "item_group")
"""What is not said by the complaint, but by what it is about."""


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
	dimensions = {name for name in (*by, *filters.within) if name not in FREE}
	if len(dimensions) > 1:
		wanted = {family: [name for name in FAMILIES[family] if name in numbers] for family in FAMILIES}
		parts = [
			_sums(by, names, filters, DETAIL)
			if family == "received"
			else _from_records(by, names, filters, family)
			for family, names in wanted.items()
			if names
		]
		return _merged(parts, numbers)
	(dimension,) = dimensions or {next(iter(CUTS))}
	return _sums(by, numbers, filters, CUTS[dimension], monthly=not daily or "day" not in by)


def total(numbers: Sequence[str], filters: frappe._dict) -> dict[str, float]:
	"""The sums of `numbers`, all zero where there is nothing."""
	return read((), numbers, filters).get((), dict.fromkeys(numbers, 0))


def _merged(
	parts: Iterable[dict[tuple, dict[str, float]]], numbers: Sequence[str]
) -> dict[tuple, dict[str, float]]:
	found: dict[tuple, dict[str, float]] = {}
	for part in parts:
		for key, sums in part.items():
			found.setdefault(key, dict.fromkeys(numbers, 0)).update(sums)
	return found


def _from_records(
	by: Sequence[str], numbers: Sequence[str], filters: frappe._dict, family: str
) -> dict[tuple, dict[str, float]]:
	"""The same sums, grouped from the records of a family themselves."""
	case, found = DocType("Complaint"), {}
	counted = [state for state in STATES if counts(state) == "yes"]
	for source in sources(filters.from_date, filters.to_date):
		names = [name for name in numbers if name in source.numbers]
		if source.family != family or not names:
			continue
		terms = [_term(name, source) for name in by]
		query = source.query.where(case.status.isin(counted))
		for name, values in filters.within.items():
			query = query.where(_term(name, source).isin(values))
		columns = [term.as_(f"key_{place}") for place, term in enumerate(terms)]
		query = query.select(*columns, *(Sum(source.numbers[name]) for name in names))
		for column in columns:
			query = query.groupby(Field(column.alias))
		_add_sums(found, query.run(), names, numbers, len(by))
	return {key: sums for key, sums in found.items() if any(sums.values())}


def _term(name: str, source: Source) -> Term:
	"""What a record of a source is told apart by."""
	if name == "day":
		return Date(source.moment)
	if name in source.more:
		return source.more[name]
	case = DocType("Complaint")
	return Coalesce(items.first_of(case.name, name), "") if name in ITEM else case[name]


def _add_sums(
	found: dict[tuple, dict[str, float]],
	rows: Iterable[tuple],
	names: Sequence[str],
	numbers: Sequence[str],
	keys: int,
) -> None:
	"""Add what was read, by its key; what is empty is None."""
	for values in rows:
		sums = found.setdefault(tuple(value or None for value in values[:keys]), dict.fromkeys(numbers, 0))
		for name, value in zip(names, values[keys:], strict=True):
			sums[name] += float(value or 0) if name == "redress_amount" else int(value or 0)


def _sums(
	by: Sequence[str], numbers: Sequence[str], filters: frappe._dict, cut: str, monthly: bool = False
) -> dict[tuple, dict[str, float]]:
	row = DocType(COUNTS)
	query = frappe.qb.from_(row).select(*(row[name] for name in by), *(Sum(row[name]) for name in numbers))
	query = query.where(_spans(row.name, cut, filters, monthly))
	for name, values in filters.within.items():
		query = query.where(row[name].isin(values))
	for name in by:
		query = query.groupby(row[name])
	found: dict[tuple, dict[str, float]] = {}
	_add_sums(found, query.run(), numbers, numbers, len(by))
	return {key: sums for key, sums in found.items() if any(sums.values())}


def _spans(name: Term, cut: str, filters: frappe._dict, monthly: bool) -> Criterion:
	"""The rows of the days, by their names; whole months by those of the months, which are fewer."""
	first, last = filters.from_date, filters.to_date
	month = first if first.day == 1 else last_of_month(first) + timedelta(days=1)
	end = last if last == last_of_month(last) else last.replace(day=1) - timedelta(days=1)
	if not monthly or month > end:
		return _between(name, cut, DAY, first, last)
	parts = [_between(name, cut, MONTH, month, end)]
	if first < month:
		parts.append(_between(name, cut, DAY, first, month - timedelta(days=1)))
	if end < last:
		parts.append(_between(name, cut, DAY, end + timedelta(days=1), last))
	return Criterion.any(parts)


def _between(name: Term, cut: str, span: str, first: date, last: date) -> Criterion:
	return (name >= row_name(cut, span, first)) & (name < row_name(cut, span, last + timedelta(days=1)))


def by_value(found: dict[tuple, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
	"""What was read by one dimension, by its values."""
	return {key: numbers for (key,), numbers in found.items()}
