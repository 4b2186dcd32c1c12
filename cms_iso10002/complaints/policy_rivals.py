"""A Complaint SLA Policy among the others: two that contend for the same complaints, and days that none would cover.

A *general* policy asks for nothing and so fits every complaint. As long as there is one for each day no complaint goes
without clocks; therefore none may go (be cancelled, disabled or ended) that leaves days ahead without another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, formatdate, get_link_to_form, getdate

from cms_iso10002.complaints import clock, policy

Period = tuple[date, date]
"""From a day to a day, both included."""

_DAY = timedelta(days=1)


def refuse_twin(doc) -> None:
	"""Raises a ValidationError where another policy in force asks for the same, with the same rank, at the same time.

	Only its own predecessor may, which ends when the new version begins.
	"""
	if not cint(doc.enabled):
		return
	for row in _rivals(doc, lock=True):
		if row.name != doc.version_of and all(
			(row.get(f) or "") == (doc.get(f) or "") for f in policy.MATCHED
		):
			frappe.throw(
				_(
					"{0} is for the same complaints with the same rank at the same time. Give one of them another "
					"rank, or make it a New Version."
				).format(_linked(row))
			)


def warnings(doc) -> Iterator[str]:
	"""A sentence for every other policy that can fit the same complaint with the same rank and as many fields."""
	for row in _rivals(doc):
		if row.name in (doc.version_of, doc.name) or policy.specificity(row) != policy.specificity(doc):
			continue
		if row.get("version_of") == doc.name or not _may_meet(doc, row):
			continue
		if doc.docstatus == 0 and all((row.get(f) or "") == (doc.get(f) or "") for f in policy.MATCHED):
			yield _(
				"{0} ({1}) is for the same complaints with the same rank: this policy can't be submitted until one of "
				"them has another rank."
			).format(row.title, row.name)
		else:
			yield _(
				"{0} ({1}) can fit the same complaint with the same rank and is just as specific: the newer one "
				"would win. Give the one you prefer a higher rank."
			).format(row.title, row.name)


def refuse_gap(doc, after: Mapping[str, Any] | None, also: Iterable[Mapping[str, Any]] = ()) -> None:
	"""Raises a ValidationError where a general policy's change leaves days from today on without a general policy.

	`doc` is the policy as it was, `after` as it will be (None: gone), `also` are policies as they will be that the
	database does not know so yet.
	"""
	if policy.specificity(doc) or not _covers(doc):
		return
	changed = {row.name: row for row in also}
	others = [row for row in _general() if row.name != doc.name and row.name not in changed]
	left = [*others, *(row for row in changed.values() if not policy.specificity(row))]
	if after:
		left.append(after)
	first = first_gap(_covers(doc), [period for row in left for period in _covers(row)])
	if first:
		frappe.throw(
			_(
				"{0} is the last general policy: without it complaints received on {1} would have no time limits. "
				"Submit another general policy for that time first."
			).format(frappe.bold(doc.title), formatdate(first))
		)


def first_gap(needed: Iterable[Period], given: Iterable[Period]) -> date | None:
	"""The first day of the periods `needed` that is in none of those `given`; None where there is none."""
	given = sorted(given)
	for begin, end in sorted(needed):
		day = begin
		for since, until in given:
			if since <= day <= until:
				if until >= end:
					break
				day = until + _DAY
		else:
			return day
	return None


def _covers(row: Mapping[str, Any]) -> list[Period]:
	"""The days from today on that a policy covers: one period, or none."""
	if not cint(row.get("enabled")):
		return []
	begin = max(getdate(row.get("valid_from")), clock.today())
	end = getdate(row.get("valid_to")) if row.get("valid_to") else date.max - _DAY
	return [(begin, end)] if begin <= end else []


def _general() -> list:
	"""The submitted and enabled policies that ask for nothing, locked: two can't go at the same time."""
	table = DocType("Complaint SLA Policy")
	query = (
		frappe.qb.from_(table)
		.select(*policy.ROW)
		.where((table.docstatus == 1) & (table.enabled == 1))
		.orderby(table.name)
		.for_update()
	)
	return [row for row in query.run(as_dict=True) if not policy.specificity(row)]


def _rivals(doc, lock: bool = False) -> list:
	"""The other submitted and enabled policies of the same rank whose validity overlaps; locked where asked for."""
	table = DocType("Complaint SLA Policy")
	query = (
		frappe.qb.from_(table)
		.select(table.version_of, *policy.ROW)
		.where((table.docstatus == 1) & (table.enabled == 1) & (table.name != (doc.name or "")))
		.where(table["rank"] == cint(doc.get("rank")))
		.where(table.valid_to.isnull() | (table.valid_to >= getdate(doc.valid_from)))
		.orderby(table.name)
	)
	if doc.valid_to:
		query = query.where(table.valid_from <= getdate(doc.valid_to))
	return (query.for_update() if lock else query).run(as_dict=True)


def _may_meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
	"""Whether a complaint can be such that both policies fit it."""
	for name in policy.MATCHED:
		mine, theirs = one.get(name), other.get(name)
		if not mine or not theirs or mine == theirs:
			continue
		if name not in policy.TREES:
			return False
		if mine not in policy.ancestors_of(name, theirs) and theirs not in policy.ancestors_of(name, mine):
			return False
	return True


def _linked(row: Mapping[str, Any]) -> str:
	return get_link_to_form("Complaint SLA Policy", row.name, frappe.utils.escape_html(row.title))
