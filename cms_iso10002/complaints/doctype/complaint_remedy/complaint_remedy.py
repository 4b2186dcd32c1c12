from frappe.model.document import Document


class ComplaintRemedy(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_authority_limit.complaint_authority_limit import ComplaintAuthorityLimit

		authority_limits: DF.Table[ComplaintAuthorityLimit]
		description: DF.SmallText | None
		disabled: DF.Check
		needs_amount: DF.Check
		remedy_name: DF.Data
		type: DF.Literal["Money", "Goods", "Service", "Information", "Goodwill", "Change"]
	# end: auto-generated types

	pass
