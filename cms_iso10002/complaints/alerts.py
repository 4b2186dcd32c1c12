"""Telling people inside the organisation, at once and once.

Everything is written in the transaction of what it tells of (Frappe's own notifier enqueues before the commit): the
Notification Log, the queued e-mail, the ToDo. So what is recorded was told, and what was rolled back was not.
"""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import (
	is_email_notifications_enabled,
	is_notifications_enabled,
)
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.translate import get_user_lang
from frappe.utils import escape_html, get_url_to_form

from cms_iso10002.complaints import tasks
from cms_iso10002.complaints.cases import concerned_users
from cms_iso10002.complaints.letter_language import speaking

MANAGER = "Complaint Manager"


def managers(doc) -> list[str]:
	"""The Complaint Managers who may see `doc`: enabled, and not concerned; the alternate where none is left."""
	names = holders(MANAGER)
	concerned = concerned_users(doc)
	free = who_may_see(doc, sorted(set(names) - concerned))
	alternate = frappe.db.get_single_value("Complaint Settings", "alternate_manager")
	if (not free or set(names) & concerned) and alternate and alternate not in concerned:
		free = sorted({*free, *who_may_see(doc, [alternate])})
	return free


def holders(role: str) -> list[str]:
	"""The enabled users who hold `role`, Administrator left out, in order."""
	user, has_role = DocType("User"), DocType("Has Role")
	return (
		frappe.qb.from_(user)
		.join(has_role)
		.on((has_role.parent == user.name) & (has_role.parenttype == "User"))
		.select(user.name)
		.distinct()
		.where((has_role.role == role) & (user.enabled == 1) & (user.name != "Administrator"))
		.orderby(user.name)
		.run(pluck=True)
	)


def who_may_see(doc, users: list[str]) -> list[str]:
	"""Those of `users` who are enabled and may read `doc`, in order: nobody is told of a case that is kept from them."""
	if not users:
		return []
	enabled = set(
		frappe.get_all("User", {"name": ("in", users), "enabled": 1}, pluck="name", order_by="name")
	)
	return [
		user
		for user in users
		if user in enabled and frappe.has_permission("Complaint", "read", doc, user=user)
	]


def in_charge(doc) -> list[str]:
	"""Whom a matter of `doc` is brought to first: its handler, else (none, gone, not allowed any more) the managers."""
	return (who_may_see(doc, [doc.handler]) if doc.handler else []) or managers(doc)


def notify(
	doc, users: list[str], subject: str, kind: str = "Alert", content: str = "", *, always: bool = False
) -> None:
	"""A Notification Log for each user, written in the same transaction; the subject names no complainant.

	Whoever has switched notifications off in their settings gets none, unless `always`: where somebody may come to harm.
	"""
	for user in dict.fromkeys(users):
		if not (always or is_notifications_enabled(user)):
			continue
		tasks.tell(doc.doctype, doc.name, user, subject, kind, content)


def tell(
	doc,
	users: list[str],
	words: Callable[[], str],
	content: Callable[[], str] | None = None,
	by_mail: bool = False,
	kind: str = "Alert",
	always: bool = False,
) -> None:
	"""Notify each user in their language; `words` and `content` make the sentences once that language is spoken.

	`doc` is a complaint, or for what is not mailed any record; `kind` and `always` are those of `notify`.
	"""
	for language, speakers in by_language(users).items():
		with speaking(language):
			subject, message = words(), content() if content else ""
			notify(doc, speakers, subject, kind, message, always=always)
			if by_mail:
				mail(doc, speakers, subject, message)


def by_language(users: list[str]) -> dict[str, list[str]]:
	"""`users`, each once, by the language they read."""
	found: dict[str, list[str]] = {}
	for user in dict.fromkeys(users):
		found.setdefault(get_user_lang(user), []).append(user)
	return found


def mail(doc, users: list[str], subject: str, message: str = "") -> None:
	"""Queue one e-mail about `doc`, in the same transaction, to those of `users` who want e-mail; none sees the others.

	Nothing where the site can't send any. (Frappe mails nothing for a Notification Log of the kind Alert.)
	"""
	wanted = [user for user in users if is_email_notifications_enabled(user)]
	if not wanted or not EmailAccount.find_outgoing():
		return
	addresses = frappe.get_all("User", {"name": ("in", wanted)}, pluck="email", order_by="name")
	link = get_url_to_form("Complaint", doc.name)
	frappe.sendmail(
		recipients=addresses,
		subject=subject,
		template="new_notification",
		args={"body_content": escape_html(subject), "description": message, "doc_link": link},
		header=[_("Complaint"), "orange"],
		reference_doctype="Complaint",
		reference_name=doc.name,
		expose_recipients=None,
		add_unsubscribe_link=0,
	)


def assign(doc, user: str, task: str, priority: str = "Medium") -> None:
	"""An open ToDo on `doc` for `user`, unless they have one that says the same.

	Raises frappe.ValidationError for a person concerned (see `permissions.refuse_concerned_assignee`).
	"""
	tasks.give(doc.doctype, doc.name, user, task, priority=priority)


def task(doc, words: Callable[[], str]) -> None:
	"""A task for one of those in charge; `words` says it, once their language is spoken."""
	user = least_busy(in_charge(doc))
	if user:
		with speaking(get_user_lang(user)):
			assign(doc, user, words())


def least_busy(users: list[str]) -> str | None:
	"""The one of `users` with the fewest open tasks on complaints; the first of several, None of none."""
	if len(users) < 2:
		return users[0] if users else None
	todo = DocType("ToDo")
	rows = (
		frappe.qb.from_(todo)
		.select(todo.allocated_to, Count("*"))
		.where((todo.reference_type == "Complaint") & (todo.status == "Open") & todo.allocated_to.isin(users))
		.groupby(todo.allocated_to)
		.run()
	)
	busy = dict(rows)
	return min(users, key=lambda user: (busy.get(user, 0), users.index(user)))


def safety(doc) -> None:
	"""A safety implication: the managers are told before anything else happens (7.5)."""
	tell(
		doc,
		managers(doc),
		lambda: _("Safety implication: {0} needs you now").format(doc.name),
		always=True,
	)
