"""Milestone Performance: how many milestones were met, late or missed, and how long they took in working time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from babel.dates import format_date
from frappe import _
from frappe.utils import formatdate, get_last_day, getdate

from cms_iso10002.complaints import performance
from cms_iso10002.complaints.analysis import table
from cms_iso10002.complaints.analysis.filters import TREES
from cms_iso10002.complaints.analysis.filters import checked as checked_filters
from cms_iso10002.complaints.escalation import STAGE_NAMES
from cms_iso10002.complaints.performance import Group
from cms_iso10002.complaints.summary import not_counted
from cms_iso10002.core.closure import NOT_COUNTED

MOST_BARS = 24


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and summary, as Frappe's query report wants them.

	Raises frappe.ValidationError for filters that make no sense, frappe.PermissionError for those that ask for what
	the viewer may not see.
	"""
	filters = checked(filters)
	performance.check_filters(filters)
	groups = performance.read(filters)
	shown = [group for group in performance.shown(groups, filters) if group.total]
	total = performance.together(groups)
	labels = names(shown, filters)
	rows = [row(group, labels[n], filters) for n, group in enumerate(shown)]
	if rows:
		rows.append(total_row(total, any(group.concealed for group in shown), filters))
	return columns(filters), rows, message(total, filters), chart(shown, labels), summary(total, shown)


def checked(filters: dict | None) -> frappe._dict:
	"""The filters, complete and sound."""
	filters = frappe._dict(filters or {})
	filters.group_by = filters.group_by or "Stage"
	if filters.group_by not in performance.GROUPINGS:
		frappe.throw(_("Group By is one of Stage, Category, Handler, Company and Month."))
	if not (filters.from_date and filters.to_date):
		frappe.throw(_("Choose the first and the last day."))
	filters.update({name: getdate(filters[name]) for name in ("from_date", "to_date")})
	if filters.from_date > filters.to_date:
		frappe.throw(_("The first day lies after the last one: swap From Date and To Date."))
	filters.within = checked_filters(filters).within
	return filters


def columns(filters: frappe._dict) -> list[dict[str, Any]]:
	return [
		table.column("group", _(filters.group_by), "Data", 220),
		table.column("total", _("Total"), width=110),
		table.column("met", _("Met"), width=110),
		table.column("met_late", _("Met Late"), width=110),
		table.column("overdue", _("Overdue"), width=110),
		table.column("held", _("By Holding Response")),
		table.column("in_time", _("In Time"), "Percent", 110, precision=1),
		table.column("median", _("Median, Working Time"), "Float", 180, precision=1),
		table.column("slowest", _("90th Percentile"), "Float", 180, precision=1),
	]


# rows ------------------------------------------------------------------------------------------------------


def names(groups: list[Group], filters: frappe._dict) -> list[str]:
	"""What each group is called."""
	people = table.full_names(group.key for group in groups) if filters.group_by == "Handler" else {}
	return [_name(group, filters.group_by, people) for group in groups]


def _name(group: Group, group_by: str, people: dict[str, str]) -> str:
	if group.pooled and not group.few:
		return _("Others")
	if group.pooled:
		smallest = frappe.db.get_single_value("Complaint Settings", "smallest_cell")
		return _("Other (fewer than {0} each)").format(smallest)
	if group.key is None:
		return _("Unassigned") if group_by == "Handler" else _("None")
	if group_by == "Month":
		return format_date(group.key, "LLLL y", locale=(frappe.local.lang or "en").replace("-", "_"))
	if group_by == "Stage":
		return _(STAGE_NAMES.get(group.key, group.key), context="Complaint SLA Target")
	return people.get(group.key) or _(group.key)


def row(group: Group, label: str, filters: frappe._dict) -> dict[str, Any]:
	"""A line of the table. `where` is what the list of complaints is filtered by when a number is clicked."""
	line = {"group": label, "total": group.total, "pooled": int(group.pooled)}
	if not group.pooled:
		line["where"] = where(group, filters)
	if not group.concealed:
		line.update({name: getattr(group, name) for name in (*performance.FIGURES, "held")})
		line.update(
			{"in_time": group.in_time, "median": group.hours(0.5), "slowest": group.hours(0.9)},
		)
	return line


def total_row(total: Group, conceal: bool, filters: frappe._dict) -> dict[str, Any]:
	"""All cases, also those the viewer may not see; only their number where more would give away what is hidden."""
	total = replace(total, concealed=conceal)
	line = row(total, _("Total"), filters)
	return {**line, "is_total": 1, "where": where(None, filters)}


def where(group: Group | None, filters: frappe._dict) -> dict[str, Any] | None:
	"""What the milestones of a group have in common, as filters of the list; the list asks for its own permissions.

	None where the list can't find them: by the group of the item that counts.
	"""
	if "item_group" in filters.within:
		return None
	found: dict[str, Any] = {"status": ["not in", list(NOT_COUNTED)]}
	first, last = filters.from_date, filters.to_date
	for name, values in filters.within.items():
		found[name] = table.below(filters[name], values) if name in TREES else ["in", values]
	for name in ("handler", "stage"):
		if filters.get(name):
			found[name] = ["=", filters[name]]
	if group:
		name = performance.GROUPINGS[filters.group_by]
		if name == "day":
			first, last = max(first, group.key), min(last, getdate(get_last_day(group.key)))
		else:
			found[name] = ["=", group.key] if group.key else ["is", "not set"]
	if "stage" in found:
		found["Complaint Milestone.stage"] = found.pop("stage")
	return {"filters": found, "days": [str(first), str(last)]}


# around the table --------------------------------------------------------------------------------------------


def message(total: Group, filters: frappe._dict) -> str | None:
	"""What counts apart, and what of the period is not counted yet."""
	late = not performance.from_records(filters) and not_counted(filters.from_date, filters.to_date)
	said = [
		_("Milestones of complaints out of scope, which are not among these: {0}.").format(total.out_of_scope)
		if total.out_of_scope
		else None,
		_("Days up to {0} are still being counted in the background: some are missing here for now.").format(
			formatdate(late)
		)
		if late
		else None,
	]
	return "<br>".join(filter(None, said)) or None


def chart(groups: list[Group], labels: list[str]) -> dict[str, Any] | None:
	"""Stacked bars of met, late and missed; None without groups."""
	told = [(group, label) for group, label in zip(groups, labels, strict=True) if not group.concealed]
	if not told:
		return None
	told = told[-MOST_BARS:]
	titles = {"met": _("Met"), "met_late": _("Met Late"), "overdue": _("Overdue")}
	return {
		"type": "bar",
		**table.STILL,
		"barOptions": {"stacked": 1},
		"colors": ["green", "orange", "red"],
		"data": {
			"labels": [label for _group, label in told],
			"datasets": [
				{"name": title, "values": [getattr(group, name) for group, _label in told]}
				for name, title in titles.items()
			],
		},
	}


def summary(total: Group, shown: list[Group]) -> list[dict[str, Any]] | None:
	"""The cards above the table: how much in time, how many, how many missed."""
	if not shown:
		return None
	cards = [{"value": total.total, "label": _("Milestones"), "datatype": "Int", "indicator": "Blue"}]
	if any(group.concealed for group in shown):
		return cards
	good = "Green" if total.in_time >= 90 else "Orange" if total.in_time >= 75 else "Red"
	return [
		{"value": round(total.in_time, 1), "label": _("In Time"), "datatype": "Percent", "indicator": good},
		*cards,
		{"value": total.met_late, "label": _("Met Late"), "datatype": "Int", "indicator": "Orange"},
		{"value": total.overdue, "label": _("Overdue"), "datatype": "Int", "indicator": "Red"},
	]
