from cms_iso10002.iso_10002.audit_rows import AuditedRow


class ComplaintCaseAuditFinding(AuditedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		clause: DF.Data | None
		closed_on: DF.Date | None
		closure_evidence: DF.SmallText | None
		complaint: DF.Link | None
		due_date: DF.Date | None
		finding: DF.SmallText
		grade: DF.Literal["Major", "Minor", "Observation"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		responsible: DF.Link | None
		todo: DF.Link | None
	# end: auto-generated types

	pass
