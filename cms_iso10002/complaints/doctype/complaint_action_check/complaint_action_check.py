from cms_iso10002.complaints.rows import OwnedRow


class ComplaintActionCheck(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		after_count: DF.Int
		after_from: DF.Date | None
		after_sales: DF.Int
		after_to: DF.Date | None
		after_unknown: DF.Int
		before_count: DF.Int
		before_from: DF.Date | None
		before_sales: DF.Int
		before_to: DF.Date | None
		chance: DF.Float
		checked_on: DF.Date | None
		explanation: DF.SmallText | None
		finding: DF.Literal["Less", "Not Less", "Too Few", "No Rate"]
		judged_by: DF.Link | None
		judged_on: DF.Datetime | None
		judgement: DF.Literal["", "Effective", "Not Effective"]
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		reasons: DF.SmallText | None
		round: DF.Int
	# end: auto-generated types

	pass
