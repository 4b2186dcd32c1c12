import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintRemedy(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_authority_limit.complaint_authority_limit import (
			ComplaintAuthorityLimit,
		)

		authority_limits: DF.Table[ComplaintAuthorityLimit]
		description: DF.SmallText | None
		disabled: DF.Check
		needs_amount: DF.Check
		remedy_name: DF.Data
		type: DF.Literal["Money", "Goods", "Service", "Information", "Goodwill", "Change"]
	# end: auto-generated types

	def validate(self):
		self.check_one_limit_per_role()

	def check_one_limit_per_role(self):
		"""Two limits for one role and currency would leave open which one counts."""
		seen = set()
		for row in self.authority_limits:
			if (row.role, row.currency) in seen:
				frappe.throw(
					_("Row {0}: {1} has a limit in this currency already.").format(
						row.idx, frappe.bold(row.role)
					)
				)
			seen.add((row.role, row.currency))
