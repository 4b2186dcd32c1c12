"""Telling people of a record that waits for them: a notification, and a task with a date.

Both are written in the transaction of what they tell of, in the language of who is told. What was told stands on the
record (`reminded_for`) or is found among the tasks, so that it is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import frappe
from frappe import _
from frappe.translate import get_user_lang

from cms_iso10002.complaints import tasks
from cms_iso10002.complaints.letter_language import speaking

Words = Callable[[], str]
"""A sentence, made in the language of who is told."""


def notify(doctype: str, name: str, users: Iterable[str], words: Words) -> None:
	"""A Notification Log for each user."""
	for user in dict.fromkeys(users):
		tasks.tell(doctype, name, user, _in_their_words(user, words))


def assign(doctype: str, name: str, user: str, words: Words, due: date | None = None) -> str:
	"""A task on the record, unless they have an open one that says the same; its name."""
	return tasks.give(doctype, name, user, _in_their_words(user, words), date=due)


def done(doctype: str, name: str, users: Iterable[str], words: Words) -> None:
	"""Close the open tasks of `users` on the record that say so: what they asked for has been done."""
	said = {user: _in_their_words(user, words) for user in users}
	if said:
		theirs = {"allocated_to": ("in", list(said)), "description": ("in", [*set(said.values())])}
		tasks.end(tasks.on(doctype, name, **theirs))


def _in_their_words(user: str, words: Words) -> str:
	with speaking(get_user_lang(user)):
		return words()


def not_yet(message: str) -> None:
	"""Refuse a step with one sentence, under the title that every refused step has. Raises frappe.ValidationError."""
	frappe.throw(message, title=_("Not Possible Yet"))
