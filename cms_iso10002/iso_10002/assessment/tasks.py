"""Who is told and asked when an assessment changes hands: a task for the approver, a word for its author."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.complaints import tasks
from cms_iso10002.iso_10002 import telling
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE


def ask_approver(doc) -> None:
	"""An open task on the assessment for its approver, and a notification."""

	def words() -> str:
		text = _("Review the self-assessment {0} and approve it, or return it with a reason.")
		return escape_html(text.format(doc.title))

	telling.assign(DOCTYPE, doc.name, doc.approver, words)
	telling.notify(DOCTYPE, doc.name, [doc.approver], words)


def close(doc) -> None:
	"""The tasks of the approver are done, whoever did them."""
	tasks.end(tasks.on(DOCTYPE, doc.name))


def tell_author(doc, words: telling.Words) -> None:
	"""A notification for who made the assessment, unless they act themselves."""
	if doc.owner != frappe.session.user:
		telling.notify(DOCTYPE, doc.name, [doc.owner], lambda: escape_html(words()))
