import frappe

from cms_iso10002.complaints.rows import OwnedRow


class ComplaintRedress(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		approval_task: DF.Data | None
		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		aspect: DF.Int
		basis: DF.Literal["Offer", "Interim", "Goodwill"]
		cost: DF.Currency
		currency: DF.Link | None
		description: DF.SmallText | None
		document_name: DF.DynamicLink | None
		document_type: DF.Link | None
		due_date: DF.Date | None
		implemented_by: DF.Link | None
		implemented_on: DF.Date | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		remedy: DF.Link
		state: DF.Literal[
			"Proposed", "Approved", "Offered", "Accepted", "Declined", "Implemented", "Verified", "Cancelled"
		]
		verified_by: DF.Link | None
		verified_on: DF.Datetime | None
	# end: auto-generated types

	pass


def on_doctype_update():
	"""What came of the remedies of a complaint."""
	frappe.db.add_index("Complaint Redress", ["parent", "state", "remedy"], "evidence_redress")
	frappe.db.add_index("Complaint Redress", ["implemented_on", "state"], "counted_redress")
