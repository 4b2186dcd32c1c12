"""What the workspace draws: charts and number cards that count every case and tell of no single one.

The figures are those of the reports, read from the same counts, which the clock brings up to date every five minutes; more
is not kept: Frappe's own charts are cached for hours and shown to whoever asks next. A count of few would point to single
cases, so others than Complaint Managers and Auditors are shown, in its place, how many of them they may list; groups of few
are put together, as in reports (`analysis.cells`).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_months, flt, formatdate, get_first_day

from cms_iso10002.complaints import clock, escalation, performance
from cms_iso10002.complaints.analysis import cells, figures
from cms_iso10002.complaints.analysis.cells import Cell
from cms_iso10002.core import pareto
from cms_iso10002.core.closure import COUNTED

WEEKS = 13
DAYS = 90
MONTHS = 12
MOST_CATEGORIES = 10

Chart = dict[str, Any]
NOTHING: Chart = {}
"""For which Frappe says that there is no data; a line of no points is a script error."""


@frappe.whitelist(methods=["GET", "POST"])
def received_and_closed(filters: str | dict | list | None = None) -> Chart:
	"""Complaints received and closed in each of the last weeks. Needs read permission on Complaint."""
	_check()
	this_week = _monday(clock.today())
	weeks = [this_week - timedelta(weeks=back) for back in reversed(range(WEEKS))]
	return {
		"labels": [formatdate(week, "d MMM") for week in weeks],
		"datasets": [
			{"name": name, "values": _by_week(figure, f"{figure}_on", weeks)}
			for name, figure in ((_("Received"), "received"), (_("Closed"), "closed"))
		],
	}


@frappe.whitelist(methods=["GET", "POST"])
def milestones(filters: str | dict | list | None = None) -> Chart:
	"""How the milestones of the last 90 days were kept, by stage, from the daily summary. Needs read permission on Complaint."""
	_check()
	today = clock.today()
	asked = frappe._dict(group_by="Stage", from_date=today - timedelta(days=DAYS), to_date=today)
	groups = performance.shown(performance.read(asked), asked)
	groups = [group for group in groups if group.total and not group.concealed]
	if not groups:
		return NOTHING
	kept = ((_("In Time"), "met"), (_("Late"), "met_late"), (_("Missed"), "overdue"))
	return {
		"labels": [_stage(group) for group in groups],
		"datasets": [
			{"name": name, "values": [getattr(group, figure) for group in groups]} for name, figure in kept
		],
	}


@frappe.whitelist(methods=["GET", "POST"])
def categories(filters: str | dict | list | None = None) -> Chart:
	"""The Pareto of categories over twelve months: the share of each, and of it with all larger ones, in per cent.

	Needs read permission on Complaint.
	"""
	_check()
	groups = _received_by_category(add_months(clock.today(), -MONTHS))
	bars = _bars({group.key: int(group.size) for group in groups if not group.concealed})
	if not bars:
		return NOTHING
	shares = {"name": _("Share (%)"), "chartType": "bar", "values": [round(bar.share, 1) for bar in bars]}
	line = {
		"name": _("Together (%)"),
		"chartType": "line",
		"values": [round(bar.cumulated, 1) for bar in bars],
	}
	return {
		"labels": [_category(bar.key) for bar in bars],
		# a line of one point is a script error of the chart library
		"datasets": [shares, line] if len(bars) > 1 else [shares],
	}


@frappe.whitelist(methods=["GET", "POST"])
def received_this_month(filters: str | dict | list | None = None) -> dict[str, Any]:
	"""The number card of complaints received this month. Needs read permission on Complaint."""
	_check()
	first = get_first_day(clock.today())
	number = _count("received", "received_on", [first], lambda day: first)[first]
	return {
		"value": number,
		"fieldtype": "Int",
		"route": ["List", "Complaint"],
		"route_options": {"received_on": ["Timespan", "this month"]},
	}


@frappe.whitelist(methods=["GET", "POST"])
def satisfaction(filters: str | dict | list | None = None) -> str:
	"""The number card of satisfaction: the mean of the overall rating (1 to 5) over twelve months.

	Needs read permission on Complaint. A dash where nobody rated, or too few for the viewer: they could be told apart.
	"""
	_check()
	found = figures.total(("overall_points", "overall_answers"), _since(add_months(clock.today(), -MONTHS)))
	number = found["overall_answers"]
	if not number or number < cells.smallest():
		return "–"
	# written here: a card formats numbers itself, and has no place for decimals in some number formats
	return frappe.format_value(
		flt(found["overall_points"] / number, 1), {"fieldtype": "Float", "precision": 1}
	)


# counting ------------------------------------------------------------------------------------------------


def _check() -> None:
	frappe.has_permission("Complaint", "read", throw=True)


def _since(first: date) -> frappe._dict:
	"""The filters of the reports for the days from `first` to today."""
	return frappe._dict(from_date=first, to_date=clock.today(), within={})


def _monday(day: date) -> date:
	return day - timedelta(days=day.weekday())


def _by_week(figure: str, fieldname: str, weeks: list[date]) -> list[int]:
	found = _count(figure, fieldname, weeks, _monday)
	return [found[week] for week in weeks]


def _count(figure: str, fieldname: str, periods: list[date], period_of) -> Counter[date]:
	"""A figure of the reports in each period (by its first day), as the viewer is shown it; `fieldname` dates it."""
	found: Counter[date] = Counter()
	for day, numbers in figures.by_value(figures.read(("day",), (figure,), _since(periods[0]))).items():
		found[period_of(day)] += int(numbers[figure])
	few = {period for period, number in found.items() if 0 < number < cells.smallest()}
	if few:
		listed = _listed(fieldname, periods[0], period_of)
		found.update({period: listed[period] - found[period] for period in few})
	return found


def _listed(fieldname: str, since: date, period_of) -> Counter[date]:
	"""The same of those that the viewer may list: what they could count themselves tells them nothing new."""
	moments = frappe.get_list(
		"Complaint",
		filters=[[fieldname, ">=", since], ["status", "in", list(COUNTED)]],
		pluck=fieldname,
		order_by=f"{fieldname} asc",
		limit_page_length=0,
	)
	return Counter(period_of(moment.date()) for moment in moments)


def _received_by_category(since: date) -> list[Cell]:
	found = figures.by_value(figures.read(("category",), ("received",), _since(since)))
	# what has no category is one among them here, and not what was put together
	named = {key or "": numbers for key, numbers in found.items() if numbers["received"]}
	return cells.shown(cells.of(named, "received"), "category")


def _bars(numbers: Mapping[str | None, int]) -> list[pareto.Bar]:
	"""The largest first, the small ones that were put together (None) and those beyond the tenth last."""
	pool = numbers.get(None, 0)
	named = pareto.with_rest(
		pareto.bars({key: number for key, number in numbers.items() if key is not None}),
		MOST_CATEGORIES,
		None,
	)
	whole, cumulated, bars = sum(numbers.values()), 0.0, []
	rest = pool + sum(bar.number for bar in named if bar.key is None)
	for key, number in [*((bar.key, bar.number) for bar in named if bar.key is not None), (None, rest)]:
		if number:
			cumulated += number
			bars.append(pareto.Bar(key, number, 100 * number / whole, 100 * cumulated / whole, ""))
	return bars


# words ---------------------------------------------------------------------------------------------------


def _stage(group: performance.Group) -> str:
	return _("Others") if group.key is None else _(escalation.STAGE_NAMES.get(group.key, group.key))


def _category(key: str | None) -> str:
	if key is None:
		return _("Others")
	return _(key) if key else _("No Category")
