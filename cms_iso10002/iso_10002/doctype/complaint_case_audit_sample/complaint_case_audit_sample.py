from cms_iso10002.iso_10002.audit_rows import AuditedRow


class ComplaintCaseAuditSample(AuditedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category: DF.Data | None
		closed_on: DF.Datetime | None
		closure_basis: DF.Data | None
		complaint: DF.Link | None
		outcome: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		result: DF.Literal["", "Passed", "Failed", "Unavailable"]
		tests: DF.LongText | None
	# end: auto-generated types

	pass
