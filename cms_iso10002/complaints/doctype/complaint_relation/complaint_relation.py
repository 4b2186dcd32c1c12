from cms_iso10002.complaints.rows import OwnedRow


class ComplaintRelation(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		complaint: DF.Link
		note: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		relation: DF.Literal["Similar", "Repeat", "Caused By", "Other"]
	# end: auto-generated types

	pass
