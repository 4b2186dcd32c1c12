"""*Try it* on a Complaint SLA Policy: what would become of a made-up complaint, and why.

Nothing is stored. The selection is that of `policy`, the due times are those of the core's replay (`policy_dates`); here
they are only put in words.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_datetime, formatdate, get_datetime, getdate

from cms_iso10002.complaints import clock, policy, policy_checks, policy_dates
from cms_iso10002.complaints.core_sentences import translated
from cms_iso10002.core import clocks
from cms_iso10002.core.business_time import BUSINESS_HOURS, HOURS, Limit, WorkCalendar, load_zone
from cms_iso10002.core.fast_track import FastTrack
from cms_iso10002.core.refusal import N_

DOCTYPE = "Complaint SLA Policy"
LONGEST_LIST = 8
"""So many holidays are named; of more, the number is told."""

ASSUMED = {
	clocks.IMPLEMENT: N_("as if the answer were accepted when it is due"),
	clocks.REVIEW: N_("as if a review were asked for when the decision is due"),
	clocks.EXTERNAL: N_("as if an outside body asked at once; its own date goes first"),
}

LIMITS = {
	"hours": (N_("1 hour"), N_("{0} hours")),
	"business hours": (N_("1 business hour"), N_("{0} business hours")),
	"business days": (N_("1 business day"), N_("{0} business days")),
	"calendar days": (N_("1 calendar day"), N_("{0} calendar days")),
	"weeks": (N_("1 week"), N_("{0} weeks")),
	"months": (N_("1 month"), N_("{0} months")),
}


@frappe.whitelist(methods=["GET", "POST"])
def try_policy(policy: str, values: dict | str) -> dict:
	"""Which policy wins for a made-up complaint, why the others don't, and when its milestones fall due.

	`values` may hold company, category, severity, priority, customer_group, territory, channel and received_on (site
	time, default now). The policy at hand counts as if it were submitted and enabled. Answers `winner` (name, title,
	is_this; None where none fits), `reason`, `others` (name, title, why), `received_on`, `zone`, `site_zone`, `rows`
	and `fast_track` (a sentence, or "").
	Checks read permission on the policy; others that the user may not read are left out. Raises a ValidationError for
	a date that is none.
	"""
	doc = frappe.get_doc(DOCTYPE, policy)
	doc.check_permission("read")
	complaint = _complaint(values)
	return _tried(doc, complaint)


def _complaint(values: dict | str) -> dict[str, Any]:
	"""The made-up complaint: only what a policy matches, and when it was received (site time)."""
	try:
		values = json.loads(values) if isinstance(values, str) else values
		received = get_datetime(values.get("received_on") or clock.now_site())
		if received.tzinfo:
			received = clock.to_site(received)
	except Exception:  # get_datetime passes on whatever its parser meets
		received = None
	if not received or not policy_checks.EARLIEST <= received.date() <= policy_checks.LATEST:
		frappe.throw(_("Received On is not a date and time that can be counted from: check it."))
	return {**{name: values.get(name) for name in policy.MATCHED}, "received_on": received}


def _tried(doc, complaint: Mapping[str, Any]) -> dict[str, Any]:
	verdicts = policy.candidates_explained(complaint, _as_if_submitted(doc))
	allowed = {doc.name, *frappe.get_list(DOCTYPE, pluck="name", limit_page_length=0, order_by="name")}
	won = next((verdict for verdict in verdicts if verdict.wins), None)
	winner = None
	if won and won.row.name in allowed:
		winner = doc if won.row.name == doc.name else frappe.get_cached_doc(DOCTYPE, won.row.name)
	received = clock.to_utc(complaint["received_on"])
	return {
		"winner": winner and {"name": winner.name, "title": winner.title, "is_this": winner.name == doc.name},
		"reason": _reason(won, winner),
		"others": [
			{"name": verdict.row.name, "title": verdict.row.title, "why": verdict.why}
			for verdict in verdicts
			if not verdict.wins and verdict.row.name in allowed
		],
		"received_on": str(complaint["received_on"]),
		"zone": winner.time_zone if winner else "",
		"site_zone": clock.site_zone().key,
		"rows": _rows(winner, received) if winner else [],
		"fast_track": _fast_track(winner, received) if winner else "",
	}


def _reason(won: policy.Verdict | None, winner) -> str:
	if not won:
		return _("No policy in force fits this complaint.")
	return won.why if winner else _("A policy that you may not read wins.")


def _as_if_submitted(doc) -> list[Mapping[str, Any]]:
	"""The policy at hand as if in force; a draft of a new version would end its predecessor the day before."""
	rows = [policy.row_of(doc)]
	if doc.docstatus == 0 and doc.version_of and doc.valid_from:
		predecessor = frappe.get_cached_doc(DOCTYPE, doc.version_of)
		ended = policy.row_of(predecessor)
		ended.update(
			{"enabled": predecessor.enabled, "valid_to": getdate(doc.valid_from) - timedelta(days=1)}
		)
		rows.append(ended)
	return rows


# The milestones ----------------------------------------------------------------------------------------


def _rows(doc, received: datetime) -> list[dict[str, Any]]:
	"""A row for every milestone of a complaint under `doc`."""
	try:
		targets, calendar = policy_checks.counted(doc)
		milestones = policy_dates.plan(targets, calendar, received)
	except ValueError as error:
		frappe.throw(escape_html(translated(str(error))))
	by_stage = {target.stage: target for target in targets}
	return [
		_row(milestone, by_stage[milestone.stage], calendar, load_zone(doc.time_zone))
		for milestone in sorted(milestones, key=_in_order)
	]


def _in_order(milestone: clocks.Milestone) -> tuple:
	return milestone.due_at is None, milestone.due_at or datetime.min.replace(tzinfo=timezone.utc)


def _row(
	milestone: clocks.Milestone, target: clocks.Target, calendar: WorkCalendar | None, zone: Any
) -> dict[str, Any]:
	due = milestone.due_at
	latest = policy_dates.extended(target, due, calendar) if due and target.max_extensions else None
	return {
		"stage": milestone.stage,
		"label": _(frappe.unscrub(milestone.stage), context="Complaint SLA Target"),
		"round": milestone.round,
		"limit": in_words(target.limit),
		"start": _site(milestone.started_at),
		"warnings": [_site(moment) for moment in milestone.warn_times],
		"due": _site(due),
		"due_in_zone": _elsewhere(due, zone),
		"latest": _site(latest),
		"notes": list(_notes(milestone, target, calendar)),
	}


def _site(instant: datetime | None) -> str | None:
	return str(clock.to_site(instant)) if instant else None


def _elsewhere(instant: datetime | None, zone: Any) -> str | None:
	"""An instant in the policy's time zone; None where the clocks there show what those of the site do."""
	if not instant:
		return None
	local = clock.in_zone(instant, zone)
	return str(local) if local != clock.to_site(instant) else None


def in_words(limit: Limit) -> str:
	"""A limit as people say it."""
	one, several = LIMITS[limit.unit]
	return _(one) if limit.amount == 1 else _(several).format(limit.amount)


def _fast_track(doc, received: datetime) -> str:
	"""Until when an early resolution needs less than a full response, and what it needs; "" without a fast track."""
	track = FastTrack.from_dict(policy.fast_track_of(doc))
	_targets, calendar = policy_checks.counted(doc)
	end = track.ends_at(received, calendar)
	if not end:
		return ""
	until = format_datetime(clock.to_site(end))
	if track.summary_letter:
		return _("Resolved by {0}, a summary letter is enough.").format(until)
	return _("Resolved by {0}, no letter is needed.").format(until)


# What moves a due time, in words -----------------------------------------------------------------------


def _notes(
	milestone: clocks.Milestone, target: clocks.Target, calendar: WorkCalendar | None
) -> Iterable[str]:
	"""What moved the due time of a milestone, and what still could."""
	if not milestone.started_at:
		yield _("starts when {0} is done, for which there is no limit").format(_(_anchor(target)))
		return
	if milestone.round > 1:
		yield _(ASSUMED[clocks.REVIEW])
	elif milestone.stage in ASSUMED:
		yield _(ASSUMED[milestone.stage])
	elif _anchor(target) not in ("", clocks.AT_RECEIPT):
		yield _("starts at {0}, shown as due there").format(_(_anchor(target)))
	yield from _calendar_notes(milestone, target.limit, calendar)
	if target.pausable and target.stage not in clocks.NEVER_PAUSED:
		yield _("may stop while the complainant's answer is awaited")
	if target.repeats:
		yield _("starts again after each letter, until the decision is sent")
	if target.max_extensions and target.extension_amount:
		length = in_words(Limit(target.extension_amount, target.unit))
		if target.max_extensions == 1:
			yield _("may be extended once, by {0}").format(length)
		else:
			yield _("may be extended {0} times, by {1} each").format(target.max_extensions, length)


def _anchor(target: clocks.Target) -> str:
	return target.starts_at or (clocks.ASSESS if target.stage == clocks.INVESTIGATE else "")


def _calendar_notes(
	milestone: clocks.Milestone, limit: Limit, calendar: WorkCalendar | None
) -> Iterable[str]:
	"""What the calendar did to a due time."""
	if limit.unit == HOURS:
		yield _("every hour counts, day and night")
	elif not limit.in_working_time:
		yield _("every day counts, weekends and holidays too, to the end of the last")
	elif calendar:
		first, last = map(calendar.date_of, (milestone.started_at, milestone.due_at))
		free, holidays = _days_off(first, last, calendar)
		if limit.unit == BUSINESS_HOURS:
			yield _("only working hours count")
		if free:
			yield _("days without working hours not counted: {0}").format(free)
		if holidays:
			yield _("holidays not counted: {0}").format(_listed(holidays))
		if calendar.known_until and last > calendar.known_until:
			yield _("holidays are known only until {0}: it may become later").format(
				formatdate(calendar.known_until)
			)


def _days_off(first: date, last: date, calendar: WorkCalendar) -> tuple[int, list[date]]:
	"""Between two days: how many have no working hours by the week, and the holidays on the others."""
	days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
	worked = [day for day in days if calendar.week.get(day.weekday())]
	return len(days) - len(worked), [day for day in worked if day in calendar.holidays]


def _listed(days: Sequence[date]) -> str:
	if len(days) > LONGEST_LIST:
		return _("{0} days").format(len(days))
	return ", ".join(formatdate(day) for day in days)
