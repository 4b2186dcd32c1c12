"""Figures read from the counts (`complaints.counting`): sums over days, by whatever is to be told apart.

No permission is asked for on the counts: totals count every case, whoever looks. Who may see a report is said by its
roles, and what it tells them apart is cut to their measure in `cells`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Sum
from pypika.terms import Criterion, Term

from cms_iso10002.complaints.counting import (
	COUNTS,
	CUTS,
	DAY,
	DETAILS,
	FAMILIES,
	MONTH,
	last_of_month,
	row_name,
)

FREE = ("day", "company", "currency")
"""What every cut tells apart."""


def read(by: Sequence[str], numbers: Sequence[str], filters: frappe._dict) -> dict[tuple, dict[str, float]]:
	"""The sums of `numbers` over the days of `filters`, by the values of `by`; without `by` there is one key, ()."""
	dimensions = {name for name in (*by, *filters.within) if name not in FREE}
	if len(dimensions) > 1:
		parts = (
			_sums(by, [name for name in FAMILIES[family] if name in numbers], filters, DETAILS[family])
			for family in FAMILIES
			if set(FAMILIES[family]) & set(numbers)
		)
		return _merged(parts, numbers)
	(dimension,) = dimensions or {next(iter(CUTS))}
	return _sums(by, numbers, filters, CUTS[dimension])


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


def _sums(
	by: Sequence[str], numbers: Sequence[str], filters: frappe._dict, cut: str
) -> dict[tuple, dict[str, float]]:
	row = DocType(COUNTS)
	query = frappe.qb.from_(row).select(*(row[name] for name in by), *(Sum(row[name]) for name in numbers))
	query = query.where(_spans(row.name, cut, filters, monthly="day" not in by and cut in CUTS.values()))
	for name, values in filters.within.items():
		query = query.where(row[name].isin(values))
	for name in by:
		query = query.groupby(row[name])
	found: dict[tuple, dict[str, float]] = {}
	for values in query.run():
		key = tuple(value or None for value in values[: len(by)])
		sums = found.setdefault(key, dict.fromkeys(numbers, 0))
		for name, value in zip(numbers, values[len(by) :], strict=True):
			sums[name] += float(value or 0) if name == "redress_amount" else int(value or 0)
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
