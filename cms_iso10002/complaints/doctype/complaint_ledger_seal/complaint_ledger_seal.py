from frappe.model.document import Document


class ComplaintLedgerSeal(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		day: DF.Date
		hash: DF.Data | None
		head_count: DF.Int
		merkle_root: DF.Data | None
		previous_seal: DF.Data | None
	# end: auto-generated types

	pass
