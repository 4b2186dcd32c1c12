"""What is wrong with an assessment, each in one sentence, said when it is saved."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cstr, escape_html, formatdate, get_link_to_form, getdate

from cms_iso10002.iso_10002 import restoring
from cms_iso10002.iso_10002.assessment import filling, grounds
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE

SERVER_OWNED = ("owner", "status", "evidence_collected_on", "approved_on", "score")
BASIS = ("company", "from_date", "to_date")
"""What the evidence was counted for: changed, it is evidence no more."""


def restore(doc) -> None:
	"""Takes rows and what the server owns from the database, whatever the client sent; fills a new assessment."""
	if doc.is_new():
		doc.update({"status": "Draft", "evidence_collected_on": None, "approved_on": None, "score": None})
		doc.owner = frappe.session.user  # who made it can't approve it, so nobody makes it in another's name
		filling.fill(doc)
		return
	before = doc.get_doc_before_save()
	if doc.docstatus and before.status == "Under Review":
		restore_all(doc)  # what is approved is what was reviewed, by the approver who was chosen before
		return
	if not doc.flags.lifecycle:
		doc.update({name: before.get(name) for name in SERVER_OWNED})
	if not doc.flags.rows_are_ours:
		restore_rows(doc)


def restore_all(doc) -> None:
	"""Takes every field from the database: what is approved or cancelled is what was there, whatever else the request
	says, the approver and the assessors among it."""
	restoring.restore(doc)
	doc.owner = doc.get_doc_before_save().owner


def restore_rows(doc) -> None:
	"""Takes answers, and who gave them, from the database: `rows` and `actions` write them, one row at a time.

	That holds after the approval too: whether an action proved effective is judged by `actions` alone.
	"""
	restoring.restore(doc, ("items", "answerers"))


def refuse_under_review(doc) -> None:
	"""What is being reviewed stays as it is; `lifecycle` changes its state, nothing else."""
	before = doc.get_doc_before_save()
	if before and before.status == "Under Review" and not doc.docstatus and not doc.flags.lifecycle:
		frappe.throw(_("It is under review: return it to draft to change it."))


def complete(doc) -> None:
	"""Fills in title and the assessment to compare with, where they were left empty."""
	doc.scope = cstr(doc.scope).strip()
	if not doc.title and doc.from_date and doc.to_date:
		doc.title = _("ISO 10002:{0}, {1} to {2}").format(
			doc.edition, formatdate(doc.from_date), formatdate(doc.to_date)
		)
	if doc.is_new() and not doc.previous_assessment and doc.to_date:
		doc.previous_assessment = _latest_approved(doc)


def _latest_approved(doc) -> str | None:
	found = frappe.get_all(
		DOCTYPE,
		filters={"docstatus": 1, "to_date": ("<=", doc.to_date), "name": ("!=", cstr(doc.amended_from))},
		fields=["name", "company", "scope"],
		order_by="to_date desc, approved_on desc",
	)
	return next((row.name for row in found if _same(row, doc)), None)


def _same(one, other) -> bool:
	"""Whether two assessments are of one company and scope, as people read them."""
	return cstr(one.company) == cstr(other.company) and (
		cstr(one.scope).strip().casefold() == cstr(other.scope).strip().casefold()
	)


def check(doc) -> None:
	"""Raises a ValidationError, in one sentence, for the first thing that is wrong."""
	check_period(doc)
	check_rival(doc)
	check_people(doc)
	check_previous(doc)


def check_period(doc) -> None:
	if not doc.from_date or not doc.to_date:
		frappe.throw(_("Choose the first and the last day of the period."), frappe.MandatoryError)
	if getdate(doc.to_date) < getdate(doc.from_date):
		frappe.throw(
			_("The period ends on {0}, before it starts on {1}: choose a later end.").format(
				formatdate(doc.to_date), formatdate(doc.from_date)
			)
		)


def check_rival(doc) -> None:
	"""Refuses a second open assessment of one company and scope whose period overlaps.

	Two can't be made at the same time: the second waits for the first, and then reads what that one has written.
	"""
	if doc.docstatus or not (doc.is_new() or _differs(doc, (*BASIS, "scope"))):
		return
	frappe.db.get_value("DocType", DOCTYPE, "name", for_update=True)  # the lock that both ask for
	table = DocType(DOCTYPE)
	open_ones = (
		frappe.qb.from_(table)
		.select(table.name, table.company, table.scope)
		.where((table.docstatus == 0) & (table.name != cstr(doc.name)))
		.where((table.from_date <= doc.to_date) & (table.to_date >= doc.from_date))
		.orderby(table.creation)
		.for_update()  # past this transaction's snapshot
	)
	for row in open_ones.run(as_dict=True):
		if _same(row, doc):
			frappe.throw(
				_(
					"{0} of the same company and scope is still open and its period overlaps: finish or delete it first."
				).format(get_link_to_form(DOCTYPE, row.name))
			)


def check_people(doc) -> None:
	"""Refuses an approver who assesses or made the assessment, and people who could not do their part."""
	if doc.docstatus:
		return
	users = [row.user for row in doc.assessors]
	for user in users:
		if users.count(user) > 1:
			frappe.throw(_("{0} is named twice as assessor.").format(_full_name(user)))
		_check_right(
			user, "write", _("{0} could not fill in the assessment: give them the role Complaint Manager.")
		)
	if not doc.approver:
		return
	if doc.approver in users:
		frappe.throw(
			_("{0} assesses and so can't approve: choose another approver.").format(_full_name(doc.approver))
		)
	if doc.approver == author(doc):
		frappe.throw(
			_("{0} made this assessment and so can't approve it: choose another approver.").format(
				_full_name(doc.approver)
			)
		)
	_check_right(doc.approver, "submit", _("{0} could not approve: give them the role Complaint Manager."))


def author(doc) -> str:
	return doc.owner or frappe.session.user


def _check_right(user: str, right: str, refusal: str) -> None:
	enabled = frappe.get_cached_value("User", user, "enabled")
	if not enabled or not frappe.has_permission(DOCTYPE, right, user=user):
		frappe.throw(refusal.format(_full_name(user)))


def _full_name(user: str) -> str:
	return escape_html(frappe.get_cached_value("User", user, "full_name") or user)


def check_previous(doc) -> None:
	if doc.previous_assessment and doc.previous_assessment == doc.name:
		frappe.throw(_("An assessment can't be compared with itself."))


def forget_stale_evidence(doc) -> None:
	"""Takes the evidence off the rows when what it was counted for has changed."""
	if doc.is_new() or not doc.evidence_collected_on or not _differs(doc, BASIS):
		return
	doc.evidence_collected_on = None
	for row in doc.items:
		row.update({"evidence": None, "evidence_text": None})
	frappe.msgprint(
		_("Period or company has changed: collect the evidence again."), indicator="orange", alert=True
	)


def _differs(doc, names: Iterable[str]) -> bool:
	"""Whether one of the fields is not what is stored."""
	before = doc.get_doc_before_save()
	return any(cstr(doc.get(name)) != cstr(before.get(name)) for name in names)


def set_caps(doc) -> None:
	"""Says on each row how far its evidence goes."""
	if doc.docstatus:
		return
	known = grounds.of(doc)
	for row in doc.items:
		row.update(grounds.capped(row, known))
