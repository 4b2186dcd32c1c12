from frappe.model.document import Document


class ComplaintEvent(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		actor: DF.Data | None
		at: DF.Datetime | None
		at_utc: DF.Int
		complaint: DF.Link
		dedupe_key: DF.Data | None
		hash: DF.Data | None
		kind: DF.Data
		note: DF.SmallText | None
		note_salt: DF.Data | None
		payload: DF.LongText | None
		previous_hash: DF.Data | None
		public: DF.Check
		sequence: DF.Int
	# end: auto-generated types

	pass
