"""Complaints as they stand now, for what no count of days can tell: the open ones by age and handler, and single ones.

Open ones are few beside those that were ever received, and found by an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika import Case
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Term

from cms_iso10002.core.states import BACKLOG as BACKLOG
from cms_iso10002.core.states import DUPLICATE
from cms_iso10002.erpnext_bridge import items


def matching(filters: frappe._dict) -> QueryBuilder:
	"""The complaints that the filters mean, duplicates left out; nothing selected yet."""
	case = DocType("Complaint")
	query = frappe.qb.from_(case).where(case.status != DUPLICATE)
	for name, values in filters.within.items():
		if name == "item_group":
			# only these are asked for the item that counts: the first one they name
			query = query.where(case.name.isin(items.complaints_about(values)))
			query = query.where(items.first_of(case.name, "item_group").isin(values))
		else:
			query = query.where(case[name].isin(values))
	if filters.from_date:
		query = query.where(case.received_on >= filters.from_date)
	if filters.to_date:
		query = query.where(case.received_on < filters.to_date + timedelta(days=1))
	return query


def numbers(
	filters: frappe._dict, categories: tuple[str, ...], dimension: str, terms: Mapping[str, Criterion]
) -> dict[Any, dict[str, int]]:
	"""Of the complaints in these categories of state, by the values of a field: how many in all, and how many of each term."""
	case = DocType("Complaint")
	sums = [Sum(_one(term)).as_(name) for name, term in terms.items()]
	query = (
		matching(filters)
		.select(case[dimension], Count("*").as_("number"), *sums)
		.where(case.status_category.isin(categories))
		.groupby(case[dimension])
	)
	found: dict[Any, dict[str, int]] = {}
	for key, *values in query.run():
		row = found.setdefault(key or None, dict.fromkeys(("number", *terms), 0))
		for name, value in zip(row, values, strict=True):
			row[name] += int(value or 0)
	return found


def _one(term: Criterion) -> Term:
	return Case().when(term, 1).else_(0)
