"""How many complaints somebody has, counted once for all who show it: on their own form, and beside a complaint of theirs.

Duplicates do not count, and out-of-scope ones are told apart (`core.closure.counts`). Only complaints that the session's
user finds in the list are in it: of one customer a total of all would tell that there are others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from frappe.utils import flt
from pypika.terms import Criterion

from cms_iso10002.complaints import permissions, redress
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import BACKLOG


def seen(field: str, value: str, but: str = "") -> Criterion:
	"""The condition on Complaint: `field` is `value`, it is not the one named `but`, and the user may see it."""
	case = DocType("Complaint")
	wanted = (case[field] == value) & (case.name != but)
	listed = permissions.listed()
	return wanted if listed is None else wanted & listed


def of(condition: Criterion) -> dict[str, Any]:
	"""`total`, `open` (still to be worked on), `out_of_scope`, and `redress_cost` by currency; {} of none at all."""
	rows = _groups(condition)
	if not rows:
		return {}
	return {
		"total": _sum(rows, "yes"),
		"open": _sum((row for row in rows if row.status_category in BACKLOG), "yes"),
		"out_of_scope": _sum(rows, "apart"),
		"redress_cost": _costs(rows),
	}


def _groups(condition: Criterion) -> list[Any]:
	case = DocType("Complaint")
	return (
		frappe.qb.from_(case)
		.select(
			case.status,
			case.status_category,
			case.company,
			Count("*").as_("number"),
			Sum(case.redress_cost).as_("cost"),
		)
		.where(condition)
		.groupby(case.status, case.status_category, case.company)
		.orderby(case.company)
		.run(as_dict=True)
	)


def _sum(rows: Iterable[Any], how: str) -> int:
	return sum(row.number for row in rows if counts(row.status) == how)


def _costs(rows: Iterable[Any]) -> list[dict[str, Any]]:
	"""What redress cost, a sum for each currency of the companies."""
	sums: dict[str, float] = {}
	for row in rows:
		currency = redress.company_currency(row.company) or ""
		sums[currency] = sums.get(currency, 0.0) + flt(row.cost)
	return [
		{"currency": currency, "amount": flt(amount, 2)}
		for currency, amount in sorted(sums.items())
		if amount
	]
