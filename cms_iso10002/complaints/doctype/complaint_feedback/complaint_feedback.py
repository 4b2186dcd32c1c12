import frappe
from frappe import _
from frappe.model.document import Document

RATINGS = ("ease", "speed", "informed", "courtesy", "fairness", "clarity", "outcome", "overall")


class ComplaintFeedback(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		by: DF.Literal["Complainant", "Representative"]
		clarity: DF.Int
		comments: DF.SmallText | None
		complaint: DF.Link
		courtesy: DF.Int
		ease: DF.Int
		fairness: DF.Int
		informed: DF.Int
		occasion: DF.Literal["Closing", "Unresolved"]
		outcome: DF.Int
		overall: DF.Int
		speed: DF.Int
		submitted_on: DF.Datetime | None
		taken_by: DF.Link | None
		taken_how: DF.Literal["Portal", "Phone", "In Person", "Letter", "E-mail"]
	# end: auto-generated types

	def validate(self):
		self.refuse_by_hand()
		self.check_ratings()

	def on_trash(self):
		self.refuse_by_hand()

	def refuse_by_hand(self):
		"""Ratings are the complainant's: they come in through `complaints.feedback` alone."""
		if not self.flags.from_feedback:
			frappe.throw(_("Ratings are given by those who complained: use Record Rating on the complaint."))

	def check_ratings(self):
		for name in RATINGS:
			if not 0 <= (self.get(name) or 0) <= 5:
				frappe.throw(_("{0}: choose a number from 1 to 5.").format(_(self.meta.get_label(name))))


def on_doctype_update():
	frappe.db.add_unique("Complaint Feedback", ["complaint", "occasion"])
	frappe.db.add_index("Complaint Feedback", ["submitted_on", "complaint"], "evidence_submitted")
