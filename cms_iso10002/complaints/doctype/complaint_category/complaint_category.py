import frappe
from frappe import _
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
		show_in_portal: DF.Check
	# end: auto-generated types

	def validate(self):
		self.check_parent_is_a_group()
		self.check_referral()

	def check_parent_is_a_group(self):
		"""A category may lie only below one that is a group."""
		parent = self.parent_complaint_category
		if parent and not frappe.get_cached_value("Complaint Category", parent, "is_group"):
			frappe.throw(
				_("{0} is not a group, so no category can lie below it.").format(frappe.bold(parent))
			)

	def check_referral(self):
		"""Whoever is turned away is told where to go (ISO 10002 does not cover the matter, somebody does)."""
		if self.out_of_scope and not (self.referral_note or "").strip():
			frappe.throw(
				_("A category that is out of scope has to say where to go instead."),
				frappe.MandatoryError,
			)
