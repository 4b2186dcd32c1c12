"""Whoever can grant what somebody else proposes has it as a task, and is told: nobody has to look for it.

A row that is above the limit of who proposes it is given to one of those whose role is enough (`core.redress`). The task
ends when the row goes on, is taken away, or the complaint is closed; for other terms it is given anew.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.translate import get_user_lang

from cms_iso10002.complaints import alerts, cases, permissions, redress, tasks
from cms_iso10002.complaints.letter_language import speaking
from cms_iso10002.core import redress as rules
from cms_iso10002.core.case import Actor, Case


def follow(doc) -> None:
	"""Called when a complaint was stored, after the Assignment Rules: a task of ours is no assignment of the case."""
	before = doc.get_doc_before_save()
	stored = {row.name: row for row in before.redress} if before else {}
	closed = doc.status_category == "Closed"
	if not (doc.redress or stored) or (before and not closed and doc.is_child_table_same("redress")):
		return
	left = {row.name for row in doc.redress}
	tasks.end([row.approval_task for name, row in stored.items() if name not in left], tasks.CANCELLED)
	case, who = cases.read(doc, to_show=True), cases.actor()
	for row in doc.redress:
		anew = rules.asks_anew(stored.get(row.name), row)
		if row.approval_task and (closed or anew or rules.state_of(row) != rules.PROPOSED):
			granted = bool(row.approved_by)
			tasks.end([row.approval_task], tasks.CLOSED if granted else tasks.CANCELLED)
			_note(row, None)
		if anew and not closed and not row.approval_task and rules.awaits_approval(case, row.as_dict(), who):
			_note(row, _ask(doc, case, row))


def _note(row, task: str | None) -> None:
	"""In place: it follows from the change that was stored, and is none."""
	row.approval_task = task
	frappe.db.set_value(redress.TABLE, row.name, "approval_task", task, update_modified=False)


def _ask(doc, case: Case, row) -> str | None:
	"""Give the task to the least busy of those who may grant it, else of the managers; its name, None where nobody is left."""
	user = alerts.least_busy(_approvers(doc, case, row) or alerts.managers(doc))
	if not user:
		return None

	def words() -> str:
		return _("{0}: redress waits for your approval ({1})").format(doc.name, redress.label(row))

	alerts.tell(doc, [user], words)
	with speaking(get_user_lang(user)):
		return tasks.give(doc.doctype, doc.name, user, words(), date=row.due_date)


def _approvers(doc, case: Case, row) -> list[str]:
	"""Those whose role is enough, who may take steps of redress, and are not kept from the case."""
	able = {user for role in rules.granting_roles(case, row.as_dict()) for user in alerts.holders(role)}
	able = {
		user
		for user in able
		if permissions.holds(user, rules.ROLES)
		and not rules.not_granted(case, row.as_dict(), Actor(user, frozenset(frappe.get_roles(user))))
	}
	return alerts.who_may_see(doc, sorted(able))
