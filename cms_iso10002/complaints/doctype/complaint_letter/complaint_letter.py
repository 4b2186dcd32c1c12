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
		kind: DF.Literal["Acknowledgement", "Information Request", "Progress Update", "Extension Notice", "Holding Response", "Decision", "Summary Resolution", "Review Outcome", "Out of Scope", "Closure"]
		language: DF.Link | None
		reason: DF.SmallText | None
		recipient: DF.Data | None
		round: DF.Int
		sent_by: DF.Link | None
		sent_on: DF.Datetime | None
		subject: DF.Data | None
	# end: auto-generated types

	pass
