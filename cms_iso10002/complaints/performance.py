"""How well milestones were kept, by group, read from the daily summary and its months, with what the viewer may not tell apart hidden.

Totals count every case, also those the viewer may not see; so what could point to one case or one colleague is shown
together: to others than Complaint Managers and Auditors groups of few, and all handlers but themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count, Sum
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, ValueWrapper

from cms_iso10002.complaints import clock, counted_months, milestone_months, summary
from cms_iso10002.complaints.analysis import cases, cells
from cms_iso10002.complaints.analysis.filters import refuse_forbidden, under
from cms_iso10002.complaints.counting import MONTH, row_name
from cms_iso10002.complaints.summary import SUMMARY
from cms_iso10002.core import histogram
from cms_iso10002.core.clocks import STAGES

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
RECORDED = ("item_group", "territory", "customer_group", "severity")
"""Filters that the counted days don't tell apart: the milestones of such complaints are counted from the records."""


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
	def size(self) -> int:
		"""How large it is where small ones are put together."""
		return self.total

	@property
	def in_time(self) -> float:
		"""The share met in time, in per cent; 0 of nothing."""
		return 100 * self.met / self.total if self.total else 0.0

	def hours(self, share: float) -> float | None:
		"""The working hours within which `share` of those met were met; None where none was."""
		seconds = histogram.percentile(self.times, share)
		return None if seconds is None else seconds / 3600

	@classmethod
	def together(cls, groups: Iterable[Group]) -> Group:
		"""Several groups as one."""
		groups = list(groups)
		sums = {name: sum(getattr(group, name) for group in groups) for name in (*FIGURES, *BESIDE)}
		return cls(None, **sums, times=histogram.merge(group.times for group in groups), pooled=True)


def together(groups: Iterable[Group]) -> Group:
	"""Several groups as one; none as one of nothing."""
	return Group.together(groups)


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
	if from_records(filters):
		yield from _recorded(filters)
		return
	first, last = filters.from_date, min(filters.to_date, clock.today())
	known = counted_months.of(counted_months.MILESTONES, first, last) if first <= last else {}
	whole = [month for month in known if _is_whole(month, first, last)]
	if whole:
		yield from _months(filters, grouping, whole).run(as_dict=True)
	for start, end in _outside(whole, first, filters.to_date):
		yield from _days(filters, grouping, start, end).run(as_dict=True)


def from_records(filters: frappe._dict) -> bool:
	"""Whether something is asked for that the counted days do not tell apart."""
	return any(name in RECORDED for name in filters.get("within") or ())


def _recorded(filters: frappe._dict) -> Iterator[frappe._dict]:
	"""Rows as those of days, counted now from the records of the complaints that are meant."""
	names = cases.matching(frappe._dict(within=filters.within)).select(DocType("Complaint").name)
	last = min(filters.to_date, clock.today())
	for row in summary.counted(filters.from_date, last, names):
		if all(row[name] == filters[name] for name in ("handler", "stage") if filters.get(name)):
			yield frappe._dict(row, number=1, worked_histogram=histogram.to_text(row["times"]))


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
		query = query.where(row.category.isin(under("Complaint Category", filters.category)))
	return query


# what a viewer is shown ------------------------------------------------------------------------------------


def check_filters(filters: frappe._dict) -> None:
	"""Raises frappe.PermissionError where `filters` would single out what the session's user may not see."""
	if filters.get("handler") and filters.handler != frappe.session.user and not cells.is_overseer():
		frappe.throw(
			_(
				"Only Complaint Managers and Auditors see the figures of others: choose yourself, or no handler."
			),
			frappe.PermissionError,
		)
	refuse_forbidden(filters, ("company", "category"))


def shown(groups: list[Group], filters: frappe._dict) -> list[Group]:
	"""The groups as the session's user may see them (`cells.shown`); who asks for their own figures alone sees all of them."""
	least = 0 if filters.get("handler") == frappe.session.user else None
	return cells.shown(groups, GROUPINGS[filters.group_by], least)
