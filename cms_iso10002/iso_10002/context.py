"""The register of context: issues, interested parties, scope, risks and opportunities (ISO 10002:2018, 5.1)."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import getdate

from cms_iso10002.complaints import clock
from cms_iso10002.core import context as core
from cms_iso10002.iso_10002 import people

KEPT = ("last_review_on", "last_reviewed_by", "reminded_for")
"""What the server keeps: whatever a client sends, the database's value stands."""


def keep_review(doc) -> None:
	before = None if doc.is_new() else doc.get_doc_before_save()
	for name in KEPT:
		doc.set(name, before.get(name) if before else None)
	if before and before.review_on:
		# once it is said, only a review moves it (`reviews.mark_reviewed`): else what is overdue could be moved away
		doc.review_on = before.review_on
	doc.identified_on = doc.identified_on or clock.today()


def check(doc) -> None:
	"""Raises a ValidationError where it is not said when it is looked at again, or how heavy a risk is, and for days that
	can't be."""
	people.refuse_outsiders(doc.responsible)
	if getdate(doc.identified_on) > clock.today():
		frappe.throw(_("Identified On lies in the future: enter the day on which it was seen."))
	if doc.is_new() and doc.review_on and getdate(doc.review_on) < getdate(doc.identified_on):
		frappe.throw(_("Review On lies before Identified On: choose a later day."))
	if doc.status != "Closed" and not doc.review_on:
		frappe.throw(_("Say when this is looked at again: Review On."))
	if doc.kind in core.WEIGHED and not (doc.likelihood and doc.impact):
		frappe.throw(
			_("Say how likely it is and how heavy its impact would be: {0} needs both.").format(_(doc.kind))
		)


def weigh(doc) -> None:
	doc.score = core.score(doc.likelihood, doc.impact)
	doc.rating = core.rating(doc.score)
