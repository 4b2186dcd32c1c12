from cms_iso10002.complaints.rows import OwnedRow


class ISO10002SelfAssessmentItem(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.SmallText | None
		answered_by: DF.Link | None
		answered_on: DF.Datetime | None
		applicable: DF.Check
		attachment: DF.Attach | None
		cap_reason: DF.SmallText | None
		clause: DF.Link
		clause_group: DF.Data | None
		clause_number: DF.Data | None
		clause_title: DF.Data | None
		document_name: DF.DynamicLink | None
		document_type: DF.Link | None
		effective_by: DF.Link | None
		effective_on: DF.Date | None
		evidence: DF.LongText | None
		evidence_text: DF.LongText | None
		further_evidence: DF.SmallText | None
		gap: DF.SmallText | None
		maturity: DF.Literal["", "1", "2", "3", "4", "5"]
		max_maturity: DF.Int
		not_applicable_reason: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		quality_action: DF.Link | None
		question: DF.Link
		question_text: DF.Text | None
		status: DF.Literal["", "Conforms", "Partial", "Gap", "Not Applicable"]
		status_reason: DF.SmallText | None
	# end: auto-generated types

	pass
