from frappe.model.document import Document


class ExternalDispute(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.external_dispute_request.external_dispute_request import ExternalDisputeRequest

		body: DF.Link
		closed_on: DF.Datetime | None
		complaint: DF.Link
		filed_on: DF.Datetime
		outcome: DF.Literal["", "Upheld", "Partly Upheld", "Not Upheld", "Settled", "Discontinued"]
		reference: DF.Data | None
		remedy: DF.SmallText | None
		requests: DF.Table[ExternalDisputeRequest]
		stage: DF.Literal["Filed", "Under Examination", "Mediation", "Decided", "Closed"]
	# end: auto-generated types

	pass
