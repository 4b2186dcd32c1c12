"""Tasks and notifications: the one place where they are written, ended and taken back.

All of it happens in the transaction of what it tells of. Who is told, and in which words, say the callers (`alerts` for
complaints, `iso_10002.telling` for the records of ISO 10002).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe

CLOSED, CANCELLED = "Closed", "Cancelled"


def give(doctype: str, name: str, user: str | None, words: str, **values: Any) -> str:
	"""An open ToDo on a record, unless `user` has one that says the same; its name. `values` are further fields of it."""
	task = {"reference_type": doctype, "reference_name": name, "allocated_to": user, "description": words}
	if same := frappe.db.exists("ToDo", {**task, "status": "Open"}):
		return same
	todo = frappe.new_doc("ToDo")
	todo.update({**task, "assigned_by": frappe.session.user, **values})
	# a rule or the clock assigns, not the user in whose name the job runs or the record is saved
	todo.insert(ignore_permissions=True)
	return todo.name


def on(doctype: str, name: str, **filters: Any) -> list[str]:
	"""The names of the open tasks on a record, the oldest first."""
	found = {"reference_type": doctype, "reference_name": name, "status": "Open", **filters}
	return frappe.get_all("ToDo", filters=found, pluck="name", order_by="creation, name")


def end(names: Iterable[str | None], status: str = CLOSED) -> None:
	"""Close (or cancel) those of these tasks that are open: what they asked for has happened, or is theirs no more."""
	asked = {"name": ("in", [name for name in names if name] or [""]), "status": "Open"}
	for name in frappe.get_all("ToDo", filters=asked, pluck="name", order_by="name"):
		todo = frappe.get_doc("ToDo", name)
		todo.status = status
		# whoever does what a task asks for need not be who has it, nor have rights on it
		todo.save(ignore_permissions=True)


def tell(doctype: str, name: str, user: str, subject: str, kind: str = "Alert", content: str = "") -> None:
	"""A Notification Log about a record for `user`. (Frappe's own notifier would enqueue before the commit.)"""
	log = frappe.new_doc("Notification Log")
	log.update(
		{
			"for_user": user,
			"type": kind,
			"document_type": doctype,
			"document_name": name,
			"subject": subject,
			"email_content": content,
			"from_user": frappe.session.user,
		}
	)
	# everybody may be notified; nobody has create permission on the log
	log.insert(ignore_permissions=True)
