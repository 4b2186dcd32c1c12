from frappe.model.document import Document


class DisputeResolutionBody(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.SmallText | None
		body_name: DF.Data
		email: DF.Data | None
		enabled: DF.Check
		pauses: DF.SmallText | None
		phone: DF.Data | None
		recourse_window_months: DF.Int
		website: DF.Data | None
		what_it_does: DF.SmallText | None
	# end: auto-generated types

	pass
