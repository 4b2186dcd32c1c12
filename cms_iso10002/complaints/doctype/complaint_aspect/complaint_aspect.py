from cms_iso10002.complaints.rows import OwnedRow


class ComplaintAspect(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category: DF.Link | None
		outcome: DF.Literal["", "Upheld", "Partly Upheld", "Not Upheld"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reasons: DF.SmallText | None
		subject_row: DF.Int
		what: DF.SmallText
	# end: auto-generated types

	pass
