from cms_iso10002.complaints.rows import OwnedRow


class ComplaintCause(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		kind: DF.Literal["Contributed", "Hid It"]
		notes: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		root_cause: DF.Link
	# end: auto-generated types

	pass
