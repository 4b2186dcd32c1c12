import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintLetter(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		channel: DF.Literal["E-mail", "Post", "Phone", "In Person", "Portal"]
		communication: DF.Link | None
		complaint: DF.Link
		content: DF.TextEditor | None
		delivery: DF.Literal["Sent", "Delivered", "Failed", "Not Possible"]
		file: DF.Link | None
		format: DF.Literal["Standard", "Large Print", "Easy Read", "Audio", "Braille", "Interpreter"]
		format_confirmed_by: DF.Link | None
		kind: DF.Literal[
			"Acknowledgement",
			"Information Request",
			"Progress Update",
			"Extension Notice",
			"Holding Response",
			"Decision",
			"Summary Resolution",
			"Review Outcome",
			"Out of Scope",
			"Closure",
		]
		language: DF.Link | None
		message: DF.Text | None
		page: DF.LongText | None
		reason: DF.SmallText | None
		recipient: DF.Data | None
		round: DF.Int
		sent_by: DF.Link | None
		sent_on: DF.Datetime | None
		subject: DF.Data | None
	# end: auto-generated types

	def validate(self):
		self.refuse_by_hand()

	def on_trash(self):
		self.refuse_deletion()

	def refuse_by_hand(self):
		"""A letter comes from `correspondence` alone: there it is sent, recorded and meets its milestone."""
		if not self.flags.from_correspondence:
			frappe.throw(_("Letters are sent from the complaint, not written here: use its actions."))

	def refuse_deletion(self):
		frappe.throw(_("A letter that was sent can't be deleted: it is part of the complaint's record."))


def on_doctype_update():
	"""What was sent in a period, without reading the letters."""
	frappe.db.add_index("Complaint Letter", ["sent_on", "kind", "delivery", "complaint"], "evidence_sent")
