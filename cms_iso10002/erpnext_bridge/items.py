"""ERPNext's items: which group each belongs to."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.terms import SubQuery
from frappe.utils import create_batch
from pypika.queries import QueryBuilder
from pypika.terms import Term

AT_ONCE = 1_000


def groups(codes: Iterable[str]) -> dict[str, str]:
	"""The item group of each of these items; of those that are gone, none."""
	item, found = DocType("Item"), {}
	for batch in create_batch(sorted(codes), AT_ONCE):
		query = frappe.qb.from_(item).select(item.name, item.item_group)
		found.update(query.where(item.name.isin(batch)).run())
	return found


def complaints_about(item_groups: list[str]) -> QueryBuilder:
	"""The names of the complaints about any item of these groups, as a subquery."""
	row, item = DocType("Complaint Subject"), DocType("Item")
	return (
		frappe.qb.from_(row)
		.join(item)
		.on(item.name == row.item_code)
		.select(row.parent)
		.where((row.parenttype == "Complaint") & item.item_group.isin(item_groups))
	)


def first_of(complaint: Term, field: str) -> Term:
	"""The item that a complaint is about in the first place, or its item group, as a correlated subquery.

	`field` is item_code or item_group.
	"""
	row, item = DocType("Complaint Subject"), DocType("Item")
	query = frappe.qb.from_(row).where((row.parent == complaint) & (row.item_code != ""))
	query = query.orderby(row.idx).limit(1)
	if field == "item_code":
		return SubQuery(query.select(row.item_code))
	return SubQuery(query.left_join(item).on(item.name == row.item_code).select(item.item_group))
