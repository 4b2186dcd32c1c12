import frappe
from frappe import _
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

	def validate(self):
		self.check_parent_is_a_group()

	def check_parent_is_a_group(self):
		"""A root cause may lie only below one that is a group."""
		parent = self.parent_complaint_root_cause
		if parent and not frappe.get_cached_value("Complaint Root Cause", parent, "is_group"):
			frappe.throw(
				_("{0} is not a group, so no root cause can lie below it.").format(frappe.bold(parent))
			)
