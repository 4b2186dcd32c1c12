"""The daily digest: each morning a mail to handlers and Complaint Managers that says what is due.

One mail a day and person, whatever is run how often: what was sent is found in the mail queue, under a lock. Each is
told only of cases they may see, in their language; of confidential cases a mail tells no more than the number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import frappe
from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton, format_time
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import is_email_notifications_enabled
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.query_builder import DocType
from frappe.translate import get_user_lang
from frappe.utils import get_last_day_of_week, get_url_to_form, get_url_to_list

from cms_iso10002.complaints import alerts, clock
from cms_iso10002.complaints.printing import speaking
from cms_iso10002.complaints.transactions import all_or_nothing
from cms_iso10002.core.states import AWAITING_COMPLAINANT

MOST_LISTED = 20
"""How many cases a section names; the others are counted."""

IN_WORK = ("Open", "Paused")
FIELDS = ("name", "subject", "status", "handler", "confidentiality", "is_overdue", "due_at", "due_stage")
REFERENCE = "Complaint Settings"
"""What a digest in the mail queue refers to; the name it refers to is the day and the recipient."""


@dataclass
class Digest:
	"""What one person is told: cases by section, and for managers how many are overdue with whom."""

	overdue: list[frappe._dict] = field(default_factory=list)
	today: list[frappe._dict] = field(default_factory=list)
	week: list[frappe._dict] = field(default_factory=list)
	waiting: list[frappe._dict] = field(default_factory=list)
	unassigned: list[frappe._dict] = field(default_factory=list)
	by_handler: list[tuple[str, int]] = field(default_factory=list)

	def __bool__(self) -> bool:
		return any((self.overdue, self.today, self.week, self.waiting, self.unassigned))


def send_all() -> int:
	"""Send today's digest to all who have something to be told and were not told yet; returns how many were sent.

	A mail that can't be made is logged and keeps none of the others back.
	"""
	if not frappe.db.get_single_value("Complaint Settings", "daily_digest"):
		return 0
	if not EmailAccount.find_outgoing():
		return 0
	_lock()
	told, sent = _told_today(), 0
	managers = set(alerts.holders(alerts.MANAGER))
	for user in sorted(_handlers() | managers):
		if _reference(user) in told:
			continue
		try:
			with all_or_nothing():
				sent += send(user, user in managers)
		except frappe.QueryDeadlockError:
			raise
		except Exception:
			# one person's digest that fails keeps it from nobody else
			frappe.log_error(title=_("The daily digest for {0} could not be sent").format(user))
	return sent


def send(user: str, manager: bool) -> bool:
	"""Queue the digest of one user; False where there is nothing to tell them."""
	if not frappe.has_permission("Complaint", "read", user=user) or not is_email_notifications_enabled(user):
		return False
	digest = gather(user, manager)
	if not digest:
		return False
	with speaking(get_user_lang(user)):
		frappe.sendmail(
			recipients=[frappe.db.get_value("User", user, "email") or user],
			subject=_("Complaints: {0} overdue, {1} due today").format(
				len(digest.overdue), len(digest.today)
			),
			template="complaint_digest",
			args=_words(digest, manager),
			reference_doctype=REFERENCE,
			reference_name=_reference(user),
			add_unsubscribe_link=0,
		)
	return True


# once a day ------------------------------------------------------------------------------------------------


def _reference(user: str) -> str:
	return f"{clock.today()} {user}"


def _lock() -> None:
	"""A second run waits here until the first one has ended, and then finds what it sent."""
	doctype = DocType("DocType")
	frappe.qb.from_(doctype).select(doctype.name).where(doctype.name == REFERENCE).for_update().run()


def _told_today() -> set[str]:
	"""References of the digests queued today, read with a lock: the snapshot may be older than they."""
	queue = DocType("Email Queue")
	query = frappe.qb.from_(queue).select(queue.reference_name)
	query = query.where(
		(queue.reference_doctype == REFERENCE) & queue.reference_name.like(f"{clock.today()} %")
	)
	return set(query.for_update().run(pluck=True))


# who and what ----------------------------------------------------------------------------------------------


def _handlers() -> set[str]:
	"""The enabled users who handle a complaint that is in work, or of which something is due."""
	case, user = DocType("Complaint"), DocType("User")
	return set(
		frappe.qb.from_(case)
		.join(user)
		.on(user.name == case.handler)
		.select(user.name)
		.distinct()
		.where((user.enabled == 1) & (user.name != "Administrator"))
		.where(case.status_category.isin(IN_WORK) | case.due_at.isnotnull())
		.run(pluck=True)
	)


def gather(user: str, manager: bool) -> Digest:
	"""What `user` is told, of cases they may list; a manager of all of them, others of their own."""
	now = clock.now_site()
	end = datetime.combine(get_last_day_of_week(now.date()), time.max)
	mine = {} if manager else {"handler": user}
	due = [["is_overdue", "=", 1], ["due_at", "between", [datetime(1970, 1, 1), end]]]
	digest = Digest()
	for case in _cases(user, mine, [*due, ["status", "=", AWAITING_COMPLAINANT]]):
		_sort_in(digest, case, now, end)
	if manager:
		digest.unassigned = _cases(user, {"handler": ("is", "not set"), "status_category": ("in", IN_WORK)})
		digest.by_handler = Counter(case.handler or "" for case in digest.overdue).most_common()
	return digest


def _cases(user: str, filters: dict[str, Any], either: list[list[Any]] | None = None) -> list[frappe._dict]:
	"""Cases that `user` may list, by roles, User Permissions, shares and our own conditions."""
	return frappe.get_list(
		"Complaint",
		user=user,
		filters=filters,
		or_filters=either,
		fields=list(FIELDS),
		order_by="due_at asc, name asc",
		limit_page_length=0,
	)


def _sort_in(digest: Digest, case: frappe._dict, now: datetime, end: datetime) -> None:
	if case.is_overdue or (case.due_at and case.due_at < now):
		digest.overdue.append(case)
	elif case.due_at and case.due_at.date() == now.date():
		digest.today.append(case)
	elif case.due_at and case.due_at <= end:
		digest.week.append(case)
	if case.status == AWAITING_COMPLAINANT:
		digest.waiting.append(case)


# in words --------------------------------------------------------------------------------------------------


def _words(digest: Digest, manager: bool) -> dict[str, Any]:
	"""What the template shows, in the language that is spoken."""
	sections = (
		(_("Overdue"), digest.overdue),
		(_("Due Today"), digest.today),
		(_("Due This Week"), digest.week),
		(_("Waiting for the Complainant"), digest.waiting),
		(_("Unassigned"), digest.unassigned),
	)
	people = _full_names(case.handler for _title, cases in sections for case in cases)
	return {
		"sections": [_section(title, cases, people, manager) for title, cases in sections if cases],
		"by_handler": [(people.get(user) or _("Unassigned"), number) for user, number in digest.by_handler],
		"list_url": get_url_to_list("Complaint"),
	}


def _section(title: str, cases: list[frappe._dict], people: dict[str, str], manager: bool) -> dict[str, Any]:
	left_out = len(cases) - MOST_LISTED
	return {
		"title": title,
		"number": len(cases),
		"cases": [_line(case, people, manager) for case in cases[:MOST_LISTED]],
		"more": _("and {0} more").format(left_out) if left_out > 0 else "",
	}


def _line(case: frappe._dict, people: dict[str, str], manager: bool) -> dict[str, str]:
	normal = (case.confidentiality or "Normal") == "Normal"
	return {
		"name": case.name,
		"url": get_url_to_form("Complaint", case.name),
		"subject": case.subject if normal else "",  # mail is read by others than its recipient
		"stage": _(case.due_stage.capitalize(), context="Complaint SLA Target") if case.due_stage else "",
		"due": _moment(case.due_at),
		"handler": people.get(case.handler, "") if manager else "",
	}


def _moment(value: datetime | None) -> str:
	if not value:
		return ""
	try:
		locale = Locale.parse(frappe.local.lang or "en", sep="-")
	except (ValueError, UnknownLocaleError):
		locale = Locale("en")
	if locale.language == "en":  # not the American order, as in letters
		return format_datetime(value, "EEE d MMM y, HH:mm", locale=locale)
	return f"{format_skeleton('yMMMEd', value, locale=locale)}, {format_time(value, 'short', locale=locale)}"


def _full_names(users: Iterable[str | None]) -> dict[str, str]:
	names = sorted({user for user in users if user})
	rows = frappe.get_all(
		"User", filters={"name": ("in", names)}, fields=["name", "full_name"], order_by="name"
	)
	return {row.name: row.full_name for row in rows}
