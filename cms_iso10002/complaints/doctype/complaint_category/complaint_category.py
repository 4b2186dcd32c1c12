from frappe.utils.nestedset import NestedSet


class ComplaintCategory(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		category_name: DF.Data
		default_severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		description: DF.SmallText | None
		disabled: DF.Check
		is_group: DF.Check
		lft: DF.Int
		old_parent: DF.Link | None
		out_of_scope: DF.Check
		parent_complaint_category: DF.Link | None
		referral_note: DF.SmallText | None
		rgt: DF.Int
		safety: DF.Check
	# end: auto-generated types

	pass
