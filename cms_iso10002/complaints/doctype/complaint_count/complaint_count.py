import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintCount(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answered: DF.Int
		asked: DF.Int
		category: DF.Link | None
		channel: DF.Data | None
		closed: DF.Int
		company: DF.Link | None
		currency: DF.Link | None
		customer_group: DF.Link | None
		cut: DF.Data | None
		day: DF.Date | None
		handler: DF.Link | None
		held: DF.Int
		item_code: DF.Link | None
		item_group: DF.Link | None
		met: DF.Int
		met_late: DF.Int
		out_of_scope: DF.Int
		outcome_answers: DF.Int
		outcome_points: DF.Int
		overall_answers: DF.Int
		overall_points: DF.Int
		overdue: DF.Int
		process_answers: DF.Int
		process_points: DF.Int
		rated: DF.Int
		received: DF.Int
		recurrent: DF.Int
		redress_amount: DF.Currency
		redress_rows: DF.Int
		remedy: DF.Link | None
		root_cause: DF.Link | None
		severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		span: DF.Literal["Day", "Month"]
		stage: DF.Literal[
			"",
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
		territory: DF.Link | None
		worked_histogram: DF.SmallText | None
	# end: auto-generated types

	def validate(self):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def refuse_change(self):
		"""Rows are written by `counting` alone, past this controller."""
		frappe.throw(
			_("These numbers are counted from the complaints and can't be changed by hand: change those.")
		)


def on_doctype_update():
	"""The rows of one category among those of all categories and handlers."""
	frappe.db.add_index("Complaint Count", ["category", "cut"], "of_category")
