from cms_iso10002.complaints.rows import OwnedRow


class ComplaintObjectiveActual(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		actual: DF.Float
		day: DF.Date
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		sample: DF.Int
		status: DF.Data | None
	# end: auto-generated types

	pass
