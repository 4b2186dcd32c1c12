from cms_iso10002.complaints.rows import OwnedRow


class ComplaintManagementReviewDecision(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		decision: DF.SmallText
		done_on: DF.Date | None
		due_date: DF.Date | None
		kind: DF.Literal["Improvement", "Resources", "Policy", "Other"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		responsible: DF.Link | None
		result: DF.SmallText | None
		todo: DF.Link | None
	# end: auto-generated types

	pass
