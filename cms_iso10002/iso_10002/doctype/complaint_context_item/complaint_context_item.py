from frappe.model.document import Document

from cms_iso10002.iso_10002 import context


class ComplaintContextItem(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.SmallText | None
		company: DF.Link | None
		description: DF.SmallText | None
		identified_on: DF.Date | None
		impact: DF.Literal["", "Negligible", "Minor", "Moderate", "Major", "Severe"]
		kind: DF.Literal[
			"Internal Issue", "External Issue", "Interested Party", "Scope", "Risk", "Opportunity"
		]
		last_review_on: DF.Date | None
		last_reviewed_by: DF.Link | None
		likelihood: DF.Literal["", "Rare", "Unlikely", "Possible", "Likely", "Almost Certain"]
		rating: DF.Literal["", "Low", "Medium", "High"]
		remind_before: DF.Int
		reminded_for: DF.Date | None
		responsible: DF.Link
		review_on: DF.Date | None
		score: DF.Int
		status: DF.Literal["Open", "Watched", "Closed"]
		title: DF.Data
	# end: auto-generated types

	def before_validate(self):
		context.keep_review(self)

	def validate(self):
		context.check(self)

	def before_save(self):
		context.weigh(self)
