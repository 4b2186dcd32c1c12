import frappe
from frappe import _

from cms_iso10002.complaints.access_log import Watched


class ComplaintReportability(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		authority: DF.Data | None
		complaint: DF.Link
		decide_by: DF.Datetime | None
		decided_by: DF.Link | None
		decided_on: DF.Datetime | None
		opened_on: DF.Datetime | None
		reason: DF.SmallText | None
		reference: DF.Data | None
		report_by: DF.Datetime | None
		reported_by: DF.Link | None
		reported_on: DF.Datetime | None
		state: DF.Literal["To Decide", "Not Reportable", "To Report", "Reported"]
	# end: auto-generated types

	def validate(self):
		self.refuse_by_hand()

	def on_trash(self):
		self.refuse_deletion()

	def refuse_by_hand(self):
		"""What is owed and by when is decided through `complaints.reportability` alone: clocks run on it."""
		if not self.flags.from_reportability:
			frappe.throw(_("Use Decide and Record Report: what is decided here starts a clock."))

	def refuse_deletion(self):
		frappe.throw(_("This record can't be deleted: decide that it need not be reported instead."))
