"""What complaints are held against: sales, as whoever is hooked knows them."""

from __future__ import annotations

from typing import Any

import frappe

HOOK = "iso_10002_sales_by"
"""A function of "day" or "item_group", first day, last day, measure and the filters in use; the last one hooked is asked."""
INVOICES, UNITS = "Invoices", "Units Sold"
PER = 1_000


def by(dimension: str, measure: str, filters: frappe._dict) -> dict[Any, float] | None:
	"""How much was sold in the period of `filters`, by day or item group; None where nobody knows of sales."""
	known = frappe.get_hooks(HOOK)
	if not known:
		return None
	return frappe.get_attr(known[-1])(
		dimension, filters.from_date, filters.to_date, measure, dict(filters.within)
	)
