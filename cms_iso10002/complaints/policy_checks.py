"""What is wrong with a Complaint SLA Policy, said when it is saved and not when a complaint is under it.

What can't be counted is refused, in one sentence. What can, but is probably not meant, is a warning: shown in passing
when the policy is saved, and on its form for as long as it holds. What concerns other policies is in `policy_rivals`.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html, formatdate, getdate

from cms_iso10002.complaints import clock, policy, policy_dates, policy_rivals, policy_versions
from cms_iso10002.complaints.core_sentences import translated
from cms_iso10002.core import business_time, clocks

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Validity outside of these years is a slip of the keyboard."""

MOST_EXTENSIONS = 50
LONGEST_FAST_TRACK = 365


def check(doc) -> None:
	"""Raises a ValidationError, in one sentence, for the first thing in the policy that can't be counted."""
	check_validity(doc)
	_check_time_zone(doc)
	_check_working_hours(doc)
	_check_targets(doc)
	_check_reach(doc)


def check_validity(doc) -> None:
	"""Raises a ValidationError where the policy ends before it begins, or in a year that can't be meant."""
	for label, day in ((_("Valid From"), doc.valid_from), (_("Valid To"), doc.valid_to)):
		if day and not EARLIEST <= getdate(day) <= LATEST:
			frappe.throw(_("{0} is {1}: check the year.").format(label, formatdate(day)))
	if doc.valid_from and doc.valid_to and getdate(doc.valid_to) < getdate(doc.valid_from):
		frappe.throw(_("Valid To lies before Valid From: choose a later day, or leave it empty."))


def _check_time_zone(doc) -> None:
	"""Only what the core's calendars know is a time zone, whatever the database would store."""
	try:
		business_time.load_zone(doc.time_zone)
	except ValueError:
		frappe.throw(
			_("There is no time zone {0}: use a name such as Europe/Berlin.").format(
				frappe.bold(escape_html(doc.time_zone or ""))
			)
		)


def _check_working_hours(doc) -> None:
	"""The hours make a calendar, and there are some where a limit counts in them."""
	for row in doc.working_hours:
		if row.workday not in policy.WEEKDAYS or row.start_time in (None, "") or row.end_time in (None, ""):
			frappe.throw(_("Working Hours, row {0}: day, start and end are needed.").format(row.idx))
		if not all(map(_is_time, (row.start_time, row.end_time))):
			frappe.throw(
				_("Working Hours, row {0}: {1} to {2} are no times of day such as 09:00.").format(
					row.idx, row.start_time, row.end_time
				)
			)
	if doc.working_hours:
		_in_words(lambda: clocks.calendar_from_dict(policy.calendar_of(doc)))
	elif any((row.unit or "").startswith("business") for row in doc.targets):
		frappe.throw(_("A limit in business time needs working hours: add them, or use another unit."))
	elif cint(doc.fast_track_days) > 0:
		frappe.throw(_("The fast track counts business days, so it needs working hours: add them."))
	if not 0 <= cint(doc.fast_track_days) <= LONGEST_FAST_TRACK:
		frappe.throw(
			_("The fast track is a number of business days up to {0}; 0 for no limit.").format(
				LONGEST_FAST_TRACK
			)
		)


def _is_time(value: Any) -> bool:
	"""Whether a field of a Service Day holds a time of day, as MariaDB, Frappe or a client write it."""
	try:
		return isinstance(time.fromisoformat(policy.hhmm(value)), time)
	except ValueError:
		return False


def _check_targets(doc) -> None:
	"""Every limit can be counted, every stage has one at most, and none waits for itself."""
	problems = clocks.validate_targets(policy.targets_of(doc))
	if problems:
		sentences = [escape_html(translated(problem)) for problem in problems]
		frappe.throw("<br>".join(sentences), title=_("Targets", context="Complaint SLA Policy"))
	for row in doc.targets:
		if cint(row.max_extensions) > MOST_EXTENSIONS:
			frappe.throw(
				_("Targets, row {0}: more than {1} extensions can't be meant.").format(
					row.idx, MOST_EXTENSIONS
				)
			)


def _check_reach(doc) -> None:
	"""Every due time, with all extensions, lies within the years that can be counted."""
	targets, calendar = counted(doc)
	_in_words(lambda: policy_dates.latest(targets, calendar, _noon(_today_or_first(doc))))


def _in_words(count: Callable[[], Any]) -> None:
	"""Shows the core's sentence when it can't make something of what was typed."""
	try:
		count()
	except ValueError as error:
		frappe.throw(escape_html(translated(str(error))))


def counted(doc) -> tuple[list[clocks.Target], business_time.WorkCalendar | None]:
	"""The targets and the calendar of a policy document, as its complaints are counted by. ValueError where it can't be."""
	calendar = policy.calendar_of(doc)
	return [clocks.Target.from_dict(values) for values in policy.targets_of(doc)], (
		clocks.calendar_from_dict(calendar) if calendar else None
	)


# Warnings ----------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def warnings(policy: str) -> list[str]:
	"""What is probably not meant in a policy, a sentence each (plain text). Checks read permission on it."""
	doc = frappe.get_doc("Complaint SLA Policy", policy)
	doc.check_permission("read")
	return found(doc)


def show_warnings(doc) -> None:
	"""Shows the warnings in passing; called when the policy was saved. They stay on its form (`warnings`)."""
	if doc.flags.quiet or frappe.flags.in_install or frappe.flags.in_migrate:
		return
	sentences = found(doc)
	if sentences:
		text = "<br>".join(map(escape_html, sentences))
		frappe.msgprint(text, title=_("Please Check"), indicator="orange", alert=True)


def found(doc) -> list[str]:
	"""The warnings for a policy that passes `check`; none for one that is cancelled or over."""
	if doc.docstatus == 2 or (doc.valid_to and getdate(doc.valid_to) < clock.today()):
		return []
	return [
		*_holiday_warnings(doc),
		*_preset_warnings(doc),
		*_anchor_warnings(doc),
		*policy_rivals.warnings(doc),
	]


def _anchor_warnings(doc) -> Iterator[str]:
	"""A target that starts at a stage without a limit of its own waits until somebody has done that."""
	stages = {row.stage for row in doc.targets}
	for row in doc.targets:
		if row.starts_at and row.starts_at != clocks.AT_RECEIPT and row.starts_at not in stages:
			yield _(
				"The limit for {0} starts at {1}, which has none: it waits until {1} is done, however late. Add a "
				"target for {1}, or let it start at receipt."
			).format(_(row.stage), _(row.starts_at))


def _holiday_warnings(doc) -> Iterator[str]:
	in_business_time = [row for row in doc.targets if (row.unit or "").startswith("business")]
	if not in_business_time:
		return
	if not doc.holiday_list:
		yield _("Business time is counted without holidays: choose a Holiday List, unless you work on them.")
		return
	for received in _days_to_try(doc):
		if sentence := _beyond_the_holidays(doc, received):
			yield sentence
			return


def _beyond_the_holidays(doc, received: date) -> str:
	"""That a complaint received on that day can fall due after the last holiday that is known; "" when it can't."""
	targets, calendar = counted(doc)
	if not calendar or not calendar.known_until:
		return ""
	limits = {target.stage: target.limit for target in targets}
	milestones = policy_dates.latest(targets, calendar, _noon(received))
	last = max(
		(m for m in milestones if m.due_at and limits[m.stage].in_working_time),
		key=lambda milestone: milestone.due_at,
		default=None,
	)
	due = calendar.date_of(last.due_at) if last else calendar.known_until
	if due <= calendar.known_until:
		return ""
	return _(
		"The Holiday List {0} ends on {1}, but the limit for {2} of a complaint received on {3} can fall due as "
		"late as {4}: add the holidays up to then."
	).format(
		doc.holiday_list,
		formatdate(calendar.known_until),
		_(last.stage),
		formatdate(received),
		formatdate(due),
	)


def _preset_warnings(doc) -> Iterator[str]:
	if not doc.preset:
		return
	if not doc.preset_verified and not policy_versions.differs_from_preset(doc):
		yield _(
			"The preset {0} was not checked against the regulator's own text: check every limit before you rely on it."
		).format(doc.preset)
	if changed := policy_versions.differs_from_preset(doc):
		yield _("Not as in the preset {0}: {1}. So these limits were checked by nobody but you.").format(
			doc.preset, ", ".join(map(_, changed))
		)
	stages = [_(row.stage) for row in doc.targets if row.pausable]
	if stages:
		yield _(
			"Pausable: {0}. A regulator's clock does not stop while the complainant's answer is awaited: take it off, "
			"unless yours allows it."
		).format(", ".join(stages))


def _today_or_first(doc) -> date:
	"""Today, or the first day of a policy that is still to come."""
	return max(clock.today(), getdate(doc.valid_from) if doc.valid_from else clock.today())


def _days_to_try(doc) -> list[date]:
	"""Days of receipt to try a policy with: the next on which it is in force, and its last."""
	days = [_today_or_first(doc)]
	if doc.valid_to and getdate(doc.valid_to) > days[0]:
		days.append(getdate(doc.valid_to))
	return days


def _noon(day: date) -> datetime:
	return datetime.combine(day, time(12), clock.site_zone())
