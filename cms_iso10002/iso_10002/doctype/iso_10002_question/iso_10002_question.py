"""A question of the self-assessment. Those that come with the app are a start: edit, disable, add your own."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max

from cms_iso10002.iso_10002 import shipped


class ISO10002Question(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		clause: DF.Link
		code: DF.Data | None
		disabled: DF.Check
		guidance: DF.Text | None
		is_standard: DF.Check
		question: DF.Text
		sort_order: DF.Int
	# end: auto-generated types

	def before_insert(self):
		self.set_code()
		self.set_order()

	def validate(self):
		self.is_standard = int(self.name in shipped.codes())
		self.check_question()

	def set_code(self):
		"""A question without a code is the organisation's own, and is called so: own-acknowledgement-1."""
		if self.code or not self.clause:
			return
		prefix = f"own-{self.clause.removeprefix('own-')}-"
		taken = set(
			frappe.get_all(
				self.doctype, filters={"name": ("like", f"{prefix}%")}, pluck="name", order_by="name"
			)
		)
		count = 1
		while f"{prefix}{count}" in taken:
			count += 1
		self.code = f"{prefix}{count}"

	def set_order(self):
		"""After the other questions of its clause."""
		if self.sort_order:
			return
		table = DocType(self.doctype)
		others = frappe.qb.from_(table).select(Max(table.sort_order)).where(table.clause == self.clause)
		last = others.run()[0][0] or frappe.db.get_value("ISO 10002 Clause", self.clause, "sort_order")
		self.sort_order = (last or 0) + 1

	def check_question(self):
		if not (self.question or "").strip():
			frappe.throw(_("A question needs words."), frappe.MandatoryError)
