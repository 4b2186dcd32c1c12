"""The management review as a Quality Meeting of ERPNext, for organisations that keep their meetings there."""

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.iso_10002 import management_reviews


@frappe.whitelist(methods=["POST"])
def make(review: str) -> str:
	"""Make a Quality Meeting whose agenda is what the review looked at, and link it; returns its name.

	Checks write permission on the review and create permission on Quality Meeting. ERPNext names meetings by their day: one
	that is there for this day already is linked, not made twice.
	"""
	doc = frappe.get_doc(management_reviews.DOCTYPE, review, for_update=True)
	doc.check_permission("write")
	if doc.quality_meeting:
		frappe.throw(_("This review has the Quality Meeting {0} already.").format(doc.quality_meeting))
	frappe.has_permission("Quality Meeting", "create", throw=True)
	meeting = frappe.new_doc("Quality Meeting")
	meeting.status = "Closed" if doc.status == management_reviews.APPROVED else "Open"
	for line in agenda(doc):
		meeting.append("agenda", {"agenda": line})
	try:
		with_name = meeting.insert().name
	except frappe.DuplicateEntryError:
		frappe.clear_last_message()
		with_name = meeting.name
	doc.db_set("quality_meeting", with_name)  # past the freeze of approved minutes: it changes none of them
	return with_name


def agenda(review) -> list[str]:
	"""What the review looked at and decided, a line each, as HTML."""
	lines = [management_reviews.label(row.topic) for row in review.inputs]
	lines += [_("Decision: {0}").format(row.decision) for row in review.decisions]
	return [f"<p>{escape_html(line)}</p>" for line in lines]
