from frappe.utils.nestedset import NestedSet


class ComplaintRootCause(NestedSet):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cause_name: DF.Data
		description: DF.SmallText | None
		disabled: DF.Check
		is_group: DF.Check
		lft: DF.Int
		old_parent: DF.Link | None
		parent_complaint_root_cause: DF.Link | None
		rgt: DF.Int
	# end: auto-generated types

	pass
