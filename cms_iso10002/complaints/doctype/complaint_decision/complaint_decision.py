import frappe

from cms_iso10002.complaints.rows import OwnedRow


class ComplaintDecision(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		decided_by: DF.Link | None
		decided_on: DF.Datetime | None
		level: DF.Literal["Front Line", "Internal Review", "External"]
		outcome: DF.Literal["Upheld", "Partly Upheld", "Not Upheld"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reasons: DF.Text | None
		recourse_expires_on: DF.Date | None
		recourse_explained: DF.Check
		responded_on: DF.Datetime | None
		response: DF.Literal["", "Awaiting", "Accepted", "Partly Accepted", "Rejected", "No Reply"]
		response_taken_by: DF.Link | None
		response_words: DF.SmallText | None
		round: DF.Int
		sent_on: DF.Datetime | None
	# end: auto-generated types

	pass


def on_doctype_update():
	"""When a complaint was answered first, and what was answered in a period."""
	frappe.db.add_index("Complaint Decision", ["parent", "sent_on", "decided_by"], "evidence_answered")
	frappe.db.add_index("Complaint Decision", ["sent_on", "parent"], "evidence_sent")
