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

from cms_iso10002.complaints.letter_language import speaking

Words = Callable[[], str]
"""A sentence, made in the language of who is told."""


def notify(doctype: str, name: str, users: Iterable[str], words: Words) -> None:
	"""A Notification Log for each user."""
	for user in dict.fromkeys(users):
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"document_type": doctype,
				"document_name": name,
				"subject": _in_their_words(user, words),
				"from_user": frappe.session.user,
			}
		)
		log.insert(ignore_permissions=True)  # everybody may be notified; nobody has create permission on it


def assign(doctype: str, name: str, user: str, words: Words, due: date | None = None) -> str:
	"""A task on the record, unless they have an open one that says the same; its name."""
	task = _in_their_words(user, words)
	values = {"reference_type": doctype, "reference_name": name, "allocated_to": user, "description": task}
	open_one = frappe.db.exists("ToDo", {**values, "status": "Open"})
	if open_one:
		return open_one
	todo = frappe.new_doc("ToDo")
	todo.update({**values, "date": due, "assigned_by": frappe.session.user})
	todo.insert(ignore_permissions=True)  # the clock assigns, not the user in whose name the job runs
	return todo.name


def done(doctype: str, name: str, users: Iterable[str], words: Words) -> None:
	"""Close the open tasks of `users` on the record that say so: what they asked for has been done."""
	tasks = {user: _in_their_words(user, words) for user in users}
	if not tasks:
		return
	rows = frappe.get_all(
		"ToDo",
		filters={
			"reference_type": doctype,
			"reference_name": name,
			"status": "Open",
			"allocated_to": ("in", list(tasks)),
		},
		fields=["name", "allocated_to", "description"],
		order_by="creation",
	)
	for row in rows:
		if row.description == tasks[row.allocated_to]:
			todo = frappe.get_doc("ToDo", row.name)
			todo.status = "Closed"
			todo.save(ignore_permissions=True)  # whoever does the thing need not be who has the task


def end(tasks: Iterable[str | None]) -> None:
	"""Close these tasks, those of them that are open: what they asked for stands on the record."""
	names = [name for name in tasks if name]
	for name in frappe.get_all(
		"ToDo", filters={"name": ("in", names or [""]), "status": "Open"}, pluck="name", order_by="name"
	):
		todo = frappe.get_doc("ToDo", name)
		todo.status = "Closed"
		todo.save(ignore_permissions=True)  # whoever does the thing need not be who has the task


def _in_their_words(user: str, words: Words) -> str:
	with speaking(get_user_lang(user)):
		return words()


def not_yet(message: str) -> None:
	"""Refuse a step with one sentence, under the title that every refused step has. Raises frappe.ValidationError."""
	frappe.throw(message, title=_("Not Possible Yet"))
