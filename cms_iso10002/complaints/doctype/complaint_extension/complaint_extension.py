from cms_iso10002.complaints.rows import OwnedRow


class ComplaintExtension(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approved_by: DF.Link | None
		kind: DF.Literal["Extension", "Holding Response"]
		letter: DF.Link | None
		milestone: DF.Data | None
		new_due: DF.Datetime | None
		old_due: DF.Datetime | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reason: DF.SmallText | None
		told_on: DF.Datetime | None
	# end: auto-generated types

	pass
