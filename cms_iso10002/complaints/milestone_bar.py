"""The milestones of a complaint as the form shows them: due, in how long of working time, state in colour and word."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints import clock, escalation, policy, timeline
from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import WorkCalendar

COLOURS = {
	clocks.WAITING: "gray",
	clocks.RUNNING: "blue",
	clocks.PAUSED: "purple",
	clocks.MET: "green",
	clocks.MET_LATE: "orange",
	clocks.OVERDUE: "red",
	clocks.CANCELLED: "gray",
}
ALWAYS = WorkCalendar.always("UTC")
DUE_SOON = "yellow"
"""A milestone that was warned of, or should have been."""


@frappe.whitelist(methods=["GET", "POST"])
def get_milestones(complaint: str) -> list[dict]:
	"""The milestones as they stand this minute, whatever the sweep has stored; for who may read the complaint.

	Each has stage, label, round, state, colour, word, due_at, met_at (site time), left (a phrase), remark, and whether
	its duty has `ended`.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	return of(doc)


def of(doc) -> list[dict]:
	"""The same of a complaint whose reader was asked for."""
	events = timeline.events_of(doc.name, locked=False)
	under, now = policy.in_force(doc.policy_snapshot, events), clock.now_utc()
	return [shown(one, under, now) for one in timeline.read(doc.policy_snapshot, events)]


def shown(milestone: clocks.Milestone, under: policy.InForce, now: datetime) -> dict[str, Any]:
	"""One milestone as plain values for the form."""
	soon = milestone.state == clocks.RUNNING and any(moment <= now for moment in milestone.warn_times)
	return {
		"stage": milestone.stage,
		"label": escalation.named(milestone),
		"occurrence": milestone.occurrence,
		"round": milestone.round,
		"state": milestone.state,
		"word": _("Due Soon") if soon else _(milestone.state, context="Complaint Milestone"),
		"colour": DUE_SOON if soon else COLOURS[milestone.state],
		"due_at": clock.to_site(milestone.due_at),
		"met_at": clock.to_site(milestone.met_at),
		"left": _left(milestone, under, now),
		"ended": bool(milestone.ended_at),
		"remark": _(milestone.remark) if milestone.remark else "",
	}


def _left(milestone: clocks.Milestone, under: policy.InForce, now: datetime) -> str:
	"""How much time is left, or has passed since the due time, as the limit counts it; "" where neither means anything."""
	if milestone.ended_at or milestone.met_at or not milestone.due_at:
		return ""
	if milestone.state == clocks.PAUSED:
		return _("stopped while an answer is awaited")
	late = milestone.state == clocks.OVERDUE
	target = under.target(milestone.stage)
	if not (target and target.limit.in_working_time):
		time = spoken(abs(milestone.due_at - now), ALWAYS)
		return _("{0} late").format(time) if late else _("in {0}").format(time)
	calendar = under.calendar or ALWAYS
	worked = abs(calendar.elapsed(now, milestone.due_at))
	if not worked:
		return _("late") if late else _("no working time left")
	time = spoken(worked, calendar)
	return _("{0} of working time late").format(time) if late else _("in {0} of working time").format(time)


def spoken(duration: timedelta, calendar: WorkCalendar) -> str:
	"""Working time in days as long as the calendar's are on average, hours and minutes: "2 days 3 h", "40 min"."""
	day = calendar.average_day
	days, rest = divmod(duration, day)
	hours, rest = divmod(rest, timedelta(hours=1))
	minutes = rest // timedelta(minutes=1)
	if days >= 10:
		return _("{0} days").format(days)
	if days:
		text = _("1 day") if days == 1 else _("{0} days").format(days)
		return _("{0} {1} h").format(text, hours) if hours else text
	if hours:
		return _("{0} h {1} min").format(hours, minutes) if minutes else _("{0} h").format(hours)
	return _("{0} min").format(max(minutes, 1))
