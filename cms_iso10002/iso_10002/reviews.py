"""Records that are looked at again on a day: that it was done, by whom, and when next (ISO 10002:2018, 5.1, 5.3)."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.iso_10002 import people, telling

NEXT = {"Complaints Policy": "next_review_on", "Complaint Context Item": "review_on"}
"""The records that are reviewed, each with the field that says when next."""


@frappe.whitelist(methods=["POST"])
def mark_reviewed(doctype: str, name: str, next_on: str, note: str = "") -> None:
	"""Record that somebody looked at it today and left it as it is, with the day of the next review.

	Needs write permission. Raises a ValidationError for another doctype, a policy that is not in force, and a day
	that has come already.
	"""
	if doctype not in NEXT:
		frappe.throw(_("{0} is not reviewed by a date.").format(_(doctype)))
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("write")
	if doc.meta.is_submittable and doc.docstatus != 1:
		frappe.throw(_("{0} is not approved: there is nothing to review yet.").format(frappe.bold(doc.name)))
	day = getdate(next_on)
	if not day or day <= clock.today():
		frappe.throw(_("The next review must be after today."))
	tasks = {user: words(doc) for user in reviewers(doc)}
	doc.db_set(
		{
			NEXT[doctype]: day,
			"last_review_on": clock.today(),
			"last_reviewed_by": frappe.session.user,
		},
		notify=True,
	)
	text = _("Reviewed without a change; next on {0}.").format(formatdate(day))
	doc.add_comment("Info", f"{text} {frappe.utils.escape_html(note)}".strip())
	for user, said in tasks.items():
		telling.done(doctype, name, [user], said)


def reviewers(doc) -> list[str]:
	"""Whose task a review is: of a policy its author or the first Complaint Manager, else who is responsible."""
	managers = [*people.holders(("Complaint Manager",))]
	if doc.doctype == "Complaints Policy":
		return [doc.author] if doc.author in managers else managers[:1]
	return people.enabled([doc.responsible]) or managers[:1]


def words(doc: Any) -> Callable[[], str]:
	"""The task, said of the day that is stored now."""
	day = doc.get(NEXT[doc.doctype])
	return lambda: _("Review {0} by {1}").format(doc.title, formatdate(day))
