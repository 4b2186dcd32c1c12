import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintLedgerSeal(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		day: DF.Date
		hash: DF.Data | None
		head_count: DF.Int
		merkle_root: DF.Data | None
		previous_seal: DF.Data | None
	# end: auto-generated types

	def validate(self):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def refuse_change(self):
		"""Seals are made by the daily job alone, past this controller, and stay."""
		frappe.throw(_("Seals can't be written, changed or deleted by hand: they prove the record."))
