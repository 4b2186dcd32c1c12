from cms_iso10002.complaints.rows import OwnedRow


class ComplaintManagementReviewAttendee(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		absent: DF.Check
		attendee_name: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		position: DF.Data | None
		user: DF.Link | None
	# end: auto-generated types

	pass
