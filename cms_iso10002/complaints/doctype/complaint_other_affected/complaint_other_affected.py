import frappe
from frappe import _

from cms_iso10002.complaints.access_log import Watched


class ComplaintOtherAffected(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		communication: DF.Link | None
		complaint: DF.Link
		customer: DF.Link
		told_by: DF.Link | None
		told_on: DF.Datetime | None
	# end: auto-generated types

	def validate(self):
		self.refuse_by_hand()

	def refuse_by_hand(self):
		"""Who was told is put down when they are told, by `complaints.others_affected` alone."""
		if not self.flags.from_others_affected:
			frappe.throw(_("Use Others Affected on the complaint: it tells them and puts it down."))


def on_doctype_update():
	"""Nobody is told twice because of the same complaint."""
	frappe.db.add_unique("Complaint Other Affected", ["complaint", "customer"])
