"""ERPNext's items: which group each belongs to."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder import DocType
from frappe.utils import create_batch
from pypika.queries import QueryBuilder

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
