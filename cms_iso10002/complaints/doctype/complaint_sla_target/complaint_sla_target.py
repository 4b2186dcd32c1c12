from cms_iso10002.complaints.rows import OwnedRow


class ComplaintSLATarget(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amount: DF.Float
		escalate_to_role: DF.Link | None
		escalate_to_user: DF.Link | None
		extension_amount: DF.Float
		max_extensions: DF.Int
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		pausable: DF.Check
		raises_level: DF.Check
		repeats: DF.Check
		stage: DF.Literal[
			"acknowledge",
			"contain",
			"assess",
			"investigate",
			"update",
			"decide",
			"implement",
			"review",
			"external",
		]
		starts_at: DF.Literal[
			"", "received", "acknowledge", "contain", "assess", "investigate", "decide", "review"
		]
		unit: DF.Literal["hours", "business hours", "business days", "calendar days", "weeks", "months"]
		warn_percent: DF.Data | None
	# end: auto-generated types

	pass
