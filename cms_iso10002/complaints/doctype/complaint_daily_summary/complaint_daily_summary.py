import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintDailySummary(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cancelled: DF.Int
		category: DF.Link | None
		company: DF.Link | None
		day: DF.Date | None
		handler: DF.Link | None
		held: DF.Int
		met: DF.Int
		met_late: DF.Int
		out_of_scope: DF.Int
		overdue: DF.Int
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
		worked_histogram: DF.SmallText | None
	# end: auto-generated types

	def validate(self):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def refuse_change(self):
		"""Rows are written by `summary.refresh` alone, past this controller."""
		frappe.throw(
			_("The daily summary is counted from the complaints and can't be changed by hand: change those.")
		)
