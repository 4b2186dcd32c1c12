"""How well milestones were kept, by group, read from the daily summary and its months, with what the viewer may not tell apart hidden.

Totals count every case, also those the viewer may not see; so what could point to one case or one colleague is shown
together: to others than Complaint Managers and Auditors groups of few, and all handlers but themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, ValueWrapper

from cms_iso10002.complaints import clock, counted_months, milestone_months, permissions
from cms_iso10002.complaints.counting import MONTH, row_name
from cms_iso10002.complaints.summary import SUMMARY
from cms_iso10002.core import histogram
from cms_iso10002.core.clocks import STAGES

OVERSEERS = ("Complaint Manager", "Complaint Auditor")
FIGURES = ("met", "met_late", "overdue")
BESIDE = ("held", "out_of_scope")
"""Met by holding response, which is part of what was met; and what counts apart."""
GROUPINGS = {
	"Stage": "stage",
	"Category": "category",
	"Handler": "handler",
	"Company": "company",
	"Month": "day",
}
RESTRICTED = {"company": "Company", "category": "Complaint Category"}
"""Fields for which User Permissions may name the values a viewer works with."""


@dataclass(frozen=True)
class Group:
	"""The milestones of a group: `key` is the value they share, None for several groups shown as one.

	`few` says that those are groups of few, `concealed` that even together they are too few to be told apart into
	what they came to.
	"""

	key: Any
	met: int = 0
	met_late: int = 0
	overdue: int = 0
	out_of_scope: int = 0
	held: int = 0
	times: histogram.Histogram = field(default_factory=dict)
	pooled: bool = False
	few: bool = False
	concealed: bool = False

	@property
	def total(self) -> int:
		return self.met + self.met_late + self.overdue

	@property
	def in_time(self) -> float:
		"""The share met in time, in per cent; 0 of nothing."""
		return 100 * self.met / self.total if self.total else 0.0

	def hours(self, share: float) -> float | None:
		"""The working hours within which `share` of those met were met; None where none was."""
		seconds = histogram.percentile(self.times, share)
		return None if seconds is None else seconds / 3600


def together(groups: Iterable[Group]) -> Group:
	"""Several groups as one."""
	groups = list(groups)
	sums = {name: sum(getattr(group, name) for group in groups) for name in (*FIGURES, *BESIDE)}
	return Group(None, **sums, times=histogram.merge(group.times for group in groups), pooled=True)


def read(filters: frappe._dict) -> list[Group]:
	"""The groups of the chosen days, in order of their keys; those without a key last."""
	grouping = GROUPINGS[filters.group_by]
	sums: dict[Any, dict[str, int]] = {}
	times: dict[Any, histogram.Histogram] = {}
	for row in _rows(filters, grouping):
		key = row[grouping] or None
		if grouping == "day":
			key = key.replace(day=1)
		added = sums.setdefault(key, dict.fromkeys((*FIGURES, *BESIDE), 0))
		for name in added:
			added[name] += int(row[name] or 0)
		slots = times.setdefault(
			key, {}
		)  # added up row by row: a year of histograms would be large in memory
		for slot, number in histogram.from_text(row.worked_histogram).items():
			slots[slot] = slots.get(slot, 0) + number * row.number
	groups = [Group(key, **sums[key], times=times[key]) for key in sums]
	return sorted(groups, key=lambda group: (group.key is None, _place(grouping, group.key)))


def _place(grouping: str, key: Any) -> Any:
	"""Where a key comes among others: stages as a case runs through them."""
	return STAGES.index(key) if grouping == "stage" and key in STAGES else key or 0


def _rows(filters: frappe._dict, grouping: str) -> Iterable[frappe._dict]:
	"""What is to be added up: of whole months that are counted the rows of months, of other days those of days.

	It asks for no permission on the summary: who may see the report is said by its roles, and what it tells them
	is cut to their measure in `shown`.
	"""
	first, last = filters.from_date, min(filters.to_date, clock.today())
	known = counted_months.of(counted_months.MILESTONES, first, last) if first <= last else {}
	whole = [month for month in known if _is_whole(month, first, last)]
	if whole:
		yield from _months(filters, grouping, whole).run(as_dict=True)
	for start, end in _outside(whole, first, filters.to_date):
		yield from _days(filters, grouping, start, end).run(as_dict=True)


def _is_whole(month: date, first: date, last: date) -> bool:
	"""Whether the days from `first` to `last` hold all that there is of a month, so far."""
	return month >= first and (counted_months.last_of(month) <= last or last == clock.today())


def _outside(months: list[date], first: date, last: date) -> Iterator[tuple[date, date]]:
	"""The days from `first` to `last` which lie in none of these months, as spans."""
	for month in sorted(months):
		if first < month:
			yield first, month - timedelta(days=1)
		first = counted_months.last_of(month) + timedelta(days=1)
	if first <= last:
		yield first, last


def _months(filters: frappe._dict, grouping: str, months: list[date]) -> QueryBuilder:
	row = DocType(counted_months.COUNTS)
	told = {name for name in ("company", "handler", "stage", "category") if filters.get(name)}
	cut = milestone_months.cut_of({*told, grouping} - {"day"})
	sums = [row[name] for name in (*FIGURES, *BESIDE)]
	query = frappe.qb.from_(row).select(
		row[grouping], row.worked_histogram, ValueWrapper(1).as_("number"), *sums
	)
	names = Criterion.any(
		row.name[row_name(cut, MONTH, month) : row_name(cut, MONTH, month, "A")] for month in months
	)
	return _filtered(query.where(names & (row.cut == cut)), row, filters)


def _days(filters: frappe._dict, grouping: str, first: date, last: date) -> QueryBuilder:
	"""Sums by group and histogram: most rows are a day of few cases, so histograms repeat, and few are read."""
	row = DocType(SUMMARY)
	sums = [Sum(row[name]).as_(name) for name in (*FIGURES, *BESIDE)]
	query = (
		frappe.qb.from_(row)
		.select(row[grouping], row.worked_histogram, Count("*").as_("number"), *sums)
		.where((row.day >= first) & (row.day <= last))
		.groupby(row[grouping], row.worked_histogram)
	)
	return _filtered(query, row, filters)


def _filtered(query: QueryBuilder, row: Table, filters: frappe._dict) -> QueryBuilder:
	for name in ("company", "handler", "stage"):
		if filters.get(name):
			query = query.where(row[name] == filters[name])
	if filters.get("category"):
		query = query.where(row.category.isin(categories_under(filters.category)))
	return query


def categories_under(category: str) -> list[str]:
	"""A category and all below it."""
	node = frappe.db.get_value("Complaint Category", category, ["lft", "rgt"])
	if not node:
		return [category]
	table = DocType("Complaint Category")
	query = frappe.qb.from_(table).select(table.name).where((table.lft >= node[0]) & (table.rgt <= node[1]))
	return query.orderby(table.lft).run(pluck=True) or [category]


# what a viewer is shown ------------------------------------------------------------------------------------


def check_filters(filters: frappe._dict, user: str) -> None:
	"""Raises frappe.PermissionError where `filters` would single out what `user` may not see."""
	if filters.get("handler") and filters.handler != user and not permissions.holds(user, OVERSEERS):
		frappe.throw(
			_(
				"Only Complaint Managers and Auditors see the figures of others: choose yourself, or no handler."
			),
			frappe.PermissionError,
		)
	for name, doctype in RESTRICTED.items():
		allowed = _allowed(doctype, user)
		if filters.get(name) and allowed is not None and filters[name] not in allowed:
			frappe.throw(
				_("You have no access to {0}: choose another one.").format(filters[name]),
				frappe.PermissionError,
			)


def shown(groups: list[Group], filters: frappe._dict, user: str) -> list[Group]:
	"""The groups as `user` may see them: what they may not see or tell apart is in one group at the end."""
	overseer = permissions.holds(user, OVERSEERS)
	smallest = 0 if overseer or filters.get("handler") == user else _smallest_cell()
	if filters.group_by == "Handler" and not overseer:
		return _apart(groups, lambda key: key == user, smallest)
	groups = _apart(groups, _may_be_named(GROUPINGS[filters.group_by], user), smallest)
	return pool_small(groups, smallest)


def _smallest_cell() -> int:
	return frappe.db.get_single_value("Complaint Settings", "smallest_cell") or 0


def _may_be_named(name: str, user: str) -> Callable[[Any], bool]:
	allowed = _allowed(RESTRICTED[name], user) if name in RESTRICTED else None
	return lambda key: allowed is None or key in allowed


def _allowed(doctype: str, user: str) -> set[str] | None:
	"""The records of `doctype` that User Permissions leave to `user` on complaints; None for all."""
	rows = get_user_permissions(user).get(doctype) or []
	rows = [row for row in rows if row.get("applicable_for") in (None, "", "Complaint")]
	return {row.get("doc") for row in rows} or None


def _apart(groups: list[Group], named: Callable[[Any], bool], smallest: int) -> list[Group]:
	"""Those that may be named, and all others as one."""
	others = [group for group in groups if not named(group.key)]
	if not others:
		return groups
	pool = together(others)
	return [
		*(group for group in groups if named(group.key)),
		replace(pool, concealed=0 < pool.total < smallest),
	]


def pool_small(groups: list[Group], smallest: int) -> list[Group]:
	"""Groups of fewer than `smallest` as one, with the next larger ones as long as all of them are still too few.

	(Else the total would give away what was hidden.)
	"""
	bound = [group for group in groups if group.pooled or 0 < group.total < smallest]
	if not any(0 < group.total < smallest for group in bound):
		return groups
	free = sorted((group for group in groups if group not in bound), key=lambda group: group.total)
	while free and together(bound).total < smallest:
		bound.append(free.pop(0))
	pool = together(bound)
	rest = [group for group in groups if group in free]
	return [*rest, replace(pool, few=True, concealed=pool.total < smallest)]
