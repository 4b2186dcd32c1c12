import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintActor(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		complaint: DF.Link | None
		user: DF.Link | None
	# end: auto-generated types

	def validate(self):
		self.refuse_by_hand()

	def on_trash(self):
		self.refuse_by_hand()

	def refuse_by_hand(self):
		"""`actors` alone writes references, past this controller; events name them for good."""
		frappe.throw(_("Who acted in a complaint can't be written, changed or deleted by hand."))
