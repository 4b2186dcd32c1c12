"""What the workspace draws: charts and number cards that count every case and tell of no single one.

Nothing here is cached: Frappe's own charts are kept for hours and shown to whoever asks next. What counts says
`core.closure.counts`. A count of few would point to single cases, so others than Complaint Managers and Auditors are
shown, in its place, how many of them they may list; groups of few are put together, as in reports (`performance.shown`).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Avg, Count, Date
from frappe.utils import add_months, cint, flt, formatdate, get_first_day

from cms_iso10002.complaints import clock, escalation, performance, permissions
from cms_iso10002.core import pareto
from cms_iso10002.core.closure import counts
from cms_iso10002.core.states import STATES

WEEKS = 13
DAYS = 90
MONTHS = 12
MOST_CATEGORIES = 10
COUNTING = [state for state in STATES if counts(state) == "yes"]

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
			{"name": name, "values": _by_week(fieldname, weeks)}
			for name, fieldname in ((_("Received"), "received_on"), (_("Closed"), "closed_on"))
		],
	}


@frappe.whitelist(methods=["GET", "POST"])
def milestones(filters: str | dict | list | None = None) -> Chart:
	"""How the milestones of the last 90 days were kept, by stage, from the daily summary. Needs read permission on Complaint."""
	_check()
	today = clock.today()
	asked = frappe._dict(group_by="Stage", from_date=today - timedelta(days=DAYS), to_date=today)
	groups = performance.shown(performance.read(asked), asked, frappe.session.user)
	groups = [group for group in groups if group.total and not group.concealed]
	if not groups:
		return NOTHING
	figures = ((_("In Time"), "met"), (_("Late"), "met_late"), (_("Missed"), "overdue"))
	return {
		"labels": [_stage(group) for group in groups],
		"datasets": [
			{"name": name, "values": [getattr(group, figure) for group in groups]} for name, figure in figures
		],
	}


@frappe.whitelist(methods=["GET", "POST"])
def categories(filters: str | dict | list | None = None) -> Chart:
	"""The Pareto of categories over twelve months: the share of each, and of it with all larger ones, in per cent.

	Needs read permission on Complaint.
	"""
	_check()
	numbers = _received_by_category(add_months(clock.today(), -MONTHS))
	groups = [performance.Group(key, met=number) for key, number in numbers.items()]
	asked = frappe._dict(group_by="Category")
	groups = performance.shown(groups, asked, frappe.session.user)
	bars = _bars({group.key: group.total for group in groups if not group.concealed})
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
	number = _count("received_on", [first], lambda day: first)[first]
	return {
		"value": number,
		"fieldtype": "Int",
		"route": ["List", "Complaint"],
		"route_options": {"received_on": ["Timespan", "this month"]},
	}


@frappe.whitelist(methods=["GET", "POST"])
def satisfaction(filters: str | dict | list | None = None) -> dict[str, Any] | str:
	"""The number card of satisfaction: the mean of the overall rating (1 to 5) over twelve months.

	Needs read permission on Complaint. A dash where nobody rated, or too few for the viewer: they could be told apart.
	"""
	_check()
	rating = DocType("Complaint Feedback")
	since = add_months(clock.today(), -MONTHS)
	number, mean = (
		frappe.qb.from_(rating)
		.select(Count("*"), Avg(rating.overall))
		.where((rating.overall > 0) & (rating.submitted_on >= since))
		.run()[0]
	)
	if not number or number < _smallest():
		return "–"
	return {"value": flt(mean, 1), "fieldtype": "Float", "precision": 1}


# counting ------------------------------------------------------------------------------------------------


def _check() -> None:
	frappe.has_permission("Complaint", "read", throw=True)


def _smallest() -> int:
	"""The smallest number that the viewer is shown: any, to who may see all."""
	if permissions.holds(frappe.session.user, performance.OVERSEERS):
		return 0
	return cint(frappe.db.get_single_value("Complaint Settings", "smallest_cell"))


def _monday(day: date) -> date:
	return day - timedelta(days=day.weekday())


def _by_week(fieldname: str, weeks: list[date]) -> list[int]:
	found = _count(fieldname, weeks, _monday)
	return [found[week] for week in weeks]


def _count(fieldname: str, periods: list[date], period_of) -> Counter[date]:
	"""How many complaints have `fieldname` in each period (by its first day), as the viewer is shown them."""
	case = DocType("Complaint")
	day = Date(case[fieldname])
	rows = (
		frappe.qb.from_(case)
		.select(day, Count("*"))
		.where((case[fieldname] >= periods[0]) & case.status.isin(COUNTING))
		.groupby(day)
		.run()
	)
	found: Counter[date] = Counter()
	for on, number in rows:
		found[period_of(on)] += number
	few = {period for period, number in found.items() if 0 < number < _smallest()}
	if few:
		listed = _listed(fieldname, periods[0], period_of)
		found.update({period: listed[period] - found[period] for period in few})
	return found


def _listed(fieldname: str, since: date, period_of) -> Counter[date]:
	"""The same of those that the viewer may list: what they could count themselves tells them nothing new."""
	moments = frappe.get_list(
		"Complaint",
		filters=[[fieldname, ">=", since], ["status", "in", COUNTING]],
		pluck=fieldname,
		order_by=f"{fieldname} asc",
		limit_page_length=0,
	)
	return Counter(period_of(moment.date()) for moment in moments)


def _received_by_category(since: date) -> dict[str, int]:
	case = DocType("Complaint")
	rows = (
		frappe.qb.from_(case)
		.select(case.category, Count("*"))
		.where((case.received_on >= since) & case.status.isin(COUNTING))
		.groupby(case.category)
		.orderby(case.category)
		.run()
	)
	numbers: Counter[str] = Counter()
	for category, number in rows:
		numbers[category or ""] += number
	return dict(numbers)


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
