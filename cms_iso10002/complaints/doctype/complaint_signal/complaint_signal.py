import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintSignal(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action: DF.DynamicLink | None
		action_type: DF.Link | None
		company: DF.Link | None
		conclusion: DF.SmallText | None
		decided_by: DF.Link | None
		decided_on: DF.Datetime | None
		dimension: DF.Literal["", "Item", "Batch", "Root Cause", "Territory", "Category"]
		direction: DF.Literal["Up", "Down"]
		earlier_decisions: DF.Text | None
		evidence: DF.Text | None
		first_found: DF.Date | None
		kind: DF.Literal["Control Chart", "Share"]
		last_found: DF.Date | None
		period_end: DF.Date | None
		period_start: DF.Date | None
		rule: DF.Data | None
		signal_key: DF.Data | None
		state: DF.Literal["New", "Looked Into", "Action Made", "No Action"]
		title: DF.Data | None
		value: DF.Data | None
	# end: auto-generated types

	def validate(self):
		self.refuse_own_making()
		self.keep_what_was_seen()

	def on_trash(self):
		self.refuse_deletion()

	def refuse_own_making(self):
		"""Signals come out of the numbers, by `signals`; people decide on them."""
		if self.is_new() and not self.flags.from_numbers:
			frappe.throw(_("Signals are found in the numbers of complaints and can't be made by hand."))

	def keep_what_was_seen(self):
		"""A person writes the conclusion; all else stays as it was found, unless `signals` changes it."""
		if self.is_new() or self.flags.from_numbers:
			return
		before = self.get_doc_before_save()
		for field in self.meta.fields:
			if field.fieldname != "conclusion" and not field.fieldtype.endswith("Break"):
				self.set(field.fieldname, before.get(field.fieldname))

	def refuse_deletion(self):
		"""What was seen, and what was done about it, is evidence (8.2)."""
		frappe.throw(
			_("A signal is kept, with what was done about it: conclude that no action is needed instead.")
		)
