from cms_iso10002.complaints.rows import OwnedRow


class ExternalDisputeRequest(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answered_on: DF.Datetime | None
		due_on: DF.Datetime | None
		number: DF.Int
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		received_on: DF.Datetime
		reference: DF.Data
		request: DF.SmallText | None
	# end: auto-generated types

	pass
