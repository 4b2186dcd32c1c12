import frappe
from frappe.model.document import Document

from cms_iso10002.iso_10002 import acknowledgements


class ComplaintsPolicyAcknowledgement(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		acknowledged_on: DF.Datetime | None
		policy: DF.Link
		user: DF.Link
		version: DF.Int
	# end: auto-generated types

	def validate(self):
		acknowledgements.check(self)


def on_doctype_update():
	"""Two clicks at once are one acknowledgement."""
	frappe.db.add_unique("Complaints Policy Acknowledgement", ["policy", "user"])
