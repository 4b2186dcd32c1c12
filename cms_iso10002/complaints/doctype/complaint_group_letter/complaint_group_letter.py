from cms_iso10002.complaints.rows import OwnedRow


class ComplaintGroupLetter(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		count: DF.Int
		kind: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		sent_on: DF.Datetime | None
	# end: auto-generated types

	pass
