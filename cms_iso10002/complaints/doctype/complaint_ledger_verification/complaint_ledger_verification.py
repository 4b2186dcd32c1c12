import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintLedgerVerification(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		broken_complaints: DF.Int
		complaints: DF.Int
		events: DF.Int
		findings: DF.Int
		first_finding: DF.SmallText | None
		occasion: DF.Literal["Scheduled", "Command"]
		seals: DF.Int
		verified_on: DF.Datetime
	# end: auto-generated types

	def validate(self):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def refuse_change(self):
		"""They are written by `verification_record` alone, past this controller, and stay."""
		frappe.throw(
			_("Verifications can't be written, changed or deleted by hand: they say what was found.")
		)
