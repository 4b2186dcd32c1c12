from frappe.model.document import Document


class ComplaintGroup(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_group_letter.complaint_group_letter import ComplaintGroupLetter

		company: DF.Link | None
		lead_complaint: DF.Link | None
		letters: DF.Table[ComplaintGroupLetter]
		shared_findings: DF.TextEditor | None
		shared_root_cause: DF.Link | None
		status: DF.Literal["Open", "Closed"]
		title: DF.Data
	# end: auto-generated types

	pass
