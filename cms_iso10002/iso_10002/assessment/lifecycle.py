"""Draft → Under Review → Approved: who assesses does not approve.

Approving is submitting, by the approver and nobody else. Whatever is under review stays as it is; it goes back to draft
with a reason, which stands in its timeline.
"""

import frappe
from frappe import _
from frappe.utils import cstr, escape_html

from cms_iso10002.complaints import clock
from cms_iso10002.core import maturity
from cms_iso10002.iso_10002.assessment import checks, grounds, tasks, totals
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE

DRAFT, UNDER_REVIEW, APPROVED, CANCELLED = "Draft", "Under Review", "Approved", "Cancelled"
LONGEST_LIST = 8
"""So many rows a refusal names; of the others it tells the number."""


@frappe.whitelist(methods=["POST"])
def send_for_review(assessment: str) -> str:
	"""Hand a complete draft to its approver, who gets a task; its status then. Checks write permission."""
	doc = _locked(assessment)
	doc.check_permission("write")
	if doc.docstatus or doc.status != DRAFT:
		frappe.throw(_("Only a draft can be sent for review: this assessment is {0}.").format(_(doc.status)))
	if not doc.approver:
		frappe.throw(_("Choose an approver first: somebody who neither assesses nor made the assessment."))
	if not doc.evidence_collected_on:
		frappe.throw(_("Collect the evidence first: the approver sees the answers beside it."))
	refuse_incomplete(doc)
	refuse_own_approval(doc)
	_move(doc, UNDER_REVIEW)
	tasks.ask_approver(doc)
	return doc.status


@frappe.whitelist(methods=["POST"])
def return_to_draft(assessment: str, reason: str) -> str:
	"""Send an assessment under review back to those who answer it, with a reason; its status then.

	Checks write permission: the approver may, and so may an assessor who found a mistake.
	"""
	doc = _locked(assessment)
	doc.check_permission("write")
	if doc.docstatus or doc.status != UNDER_REVIEW:
		frappe.throw(
			_("Only what is under review can be returned: this assessment is {0}.").format(_(doc.status))
		)
	if not reason.strip():
		frappe.throw(_("Say why it goes back to draft."))
	_move(doc, DRAFT)
	doc.add_comment("Info", _("returned it to draft: {0}").format(escape_html(reason.strip())))
	tasks.close(doc)
	tasks.tell_author(doc, lambda: _("{0} was returned to draft: {1}").format(doc.title, reason.strip()))
	return doc.status


@frappe.whitelist(methods=["POST"])
def approve(assessment: str) -> str:
	"""Approve, that is submit, an assessment under review; its status then. Only its approver may."""
	doc = _locked(assessment)
	doc.check_permission("submit")
	doc.flags.lifecycle = True
	doc.submit()
	tasks.close(doc)
	tasks.tell_author(doc, lambda: _("{0} was approved").format(doc.title))
	return doc.status


def _locked(assessment: str):
	return frappe.get_doc(DOCTYPE, assessment, for_update=True)


def _move(doc, status: str) -> None:
	doc.flags.lifecycle = True
	doc.status = status
	doc.save()


# Called by the controller ------------------------------------------------------------------------------


def seal(doc) -> None:
	"""On submit: refuses who may not approve and what is not complete, then says when it was approved."""
	before = doc.get_doc_before_save()
	if not before or before.status != UNDER_REVIEW:
		frappe.throw(_("Send it for review first: an assessment is approved by its approver."))
	# every field is the stored one: checks.restore has seen to it
	if doc.approver != frappe.session.user:
		frappe.throw(
			_("Only the approver, {0}, can approve this assessment.").format(
				escape_html(frappe.get_cached_value("User", doc.approver, "full_name") or cstr(doc.approver))
			)
		)
	refuse_own_approval(doc)
	refuse_incomplete(doc)
	doc.update(
		{"status": APPROVED, "approved_on": clock.now_site(), "score": totals.overall(doc.items).score}
	)


def mark_cancelled(doc) -> None:
	"""On cancelling: what was approved is taken back by the approver, or by somebody else who had no part in it."""
	part = {row.user for row in (*doc.assessors, *doc.answerers)} | {checks.author(doc)}
	if frappe.session.user in part - {doc.approver, "Administrator"}:
		frappe.throw(
			_("Who assessed or made the assessment can't cancel what {0} approved: ask {0}.").format(
				escape_html(frappe.get_cached_value("User", doc.approver, "full_name") or cstr(doc.approver))
			)
		)
	doc.status = CANCELLED


def refuse_own_approval(doc) -> None:
	"""Raises where the approver assesses, made the assessment or answered a row of it."""
	users = {row.user for row in doc.assessors} | {checks.author(doc)}
	if doc.approver in users:
		frappe.throw(_("Who assesses or made the assessment can't approve it: choose another approver."))
	for row in doc.items:
		if row.answered_by == doc.approver:
			frappe.throw(
				_("The approver has answered {0}: choose another approver.").format(
					escape_html(grounds.named(row))
				)
			)
	if doc.approver in {row.user for row in doc.answerers}:
		frappe.throw(_("The approver has answered rows that others changed later: choose another approver."))


def refuse_incomplete(doc) -> None:
	"""Raises with the rows that still lack something, and what."""
	known, lacking = grounds.of(doc), []
	for row in doc.items:
		if found := maturity.shortcomings(grounds.answer(row), grounds.support(row, known)):
			lacking.append(f"{grounds.named(row)}: {grounds.sentence(found[0])}")
	if not lacking:
		return
	listed = "".join(f"<li>{escape_html(text)}</li>" for text in lacking[:LONGEST_LIST])
	more = len(lacking) - LONGEST_LIST
	if more > 0:
		listed += "<li>{}</li>".format(_("and {0} more").format(more))
	words = _("{0} of {1} rows are not ready:").format(len(lacking), len(doc.items))
	frappe.throw(f"{words}<ul>{listed}</ul>", title=_("Not Possible Yet"))
