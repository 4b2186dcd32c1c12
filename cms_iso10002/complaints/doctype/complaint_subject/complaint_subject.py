from cms_iso10002.complaints.rows import OwnedRow


class ComplaintSubject(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Currency
		batch_no: DF.Link | None
		currency: DF.Link | None
		description: DF.SmallText | None
		item_code: DF.Link | None
		item_name: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		qty: DF.Float
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		returned_qty: DF.Float
		serial_no: DF.Link | None
		supplier: DF.Link | None
		uom: DF.Link | None
	# end: auto-generated types

	pass
