import frappe
from frappe import _
from frappe.model.document import Document

from cms_iso10002.core.guards import has_text
from cms_iso10002.core.states import ASSESSED, UNDER_INVESTIGATION

INVESTIGATED = (ASSESSED, UNDER_INVESTIGATION)
"""States in which findings are still written down."""


class ComplaintGroup(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_group_letter.complaint_group_letter import (
			ComplaintGroupLetter,
		)

		company: DF.Link | None
		lead_complaint: DF.Link | None
		letters: DF.Table[ComplaintGroupLetter]
		shared_findings: DF.TextEditor | None
		shared_root_cause: DF.Link | None
		status: DF.Literal["Open", "Closed"]
		title: DF.Data
	# end: auto-generated types

	def before_validate(self):
		self.restore_letters()

	def validate(self):
		self.check_lead()

	def on_update(self):
		self.share_findings()

	def restore_letters(self):
		"""Which letters went out is written by `complaints.groups` alone."""
		before = self.get_doc_before_save()
		if not self.flags.by_server:
			self.set("letters", before.letters if before else [])

	def check_lead(self):
		"""The lead case is one of the group's own."""
		if self.is_new() or not self.lead_complaint:
			return
		if frappe.db.get_value("Complaint", self.lead_complaint, "complaint_group") != self.name:
			frappe.throw(
				_("{0} is not in this group: put it in first, then make it the lead.").format(
					self.lead_complaint
				)
			)

	def members(self) -> list[str]:
		"""The complaints of the group that the user may see."""
		return frappe.get_list(
			"Complaint", filters={"complaint_group": self.name}, order_by="name", pluck="name"
		)

	def share_findings(self):
		"""What the group found out stands in each member that is still investigated and has no findings of its own."""
		if not self.shared_findings or not self.has_value_changed("shared_findings"):
			return
		for name in frappe.get_list(
			"Complaint",
			filters={"complaint_group": self.name, "status": ("in", INVESTIGATED)},
			order_by="name",
			pluck="name",
		):
			self.share_with(frappe.get_doc("Complaint", name))

	def share_with(self, complaint):
		"""Save a complaint with what the group found out, where it has found out nothing by itself."""
		if self.give_findings(complaint):
			complaint.save()

	def give_findings(self, complaint) -> bool:
		"""Put what the group found out on a complaint that is investigated and has no findings of its own; whether it was."""
		if not self.shared_findings or complaint.status not in INVESTIGATED or has_text(complaint.findings):
			return False
		complaint.findings = self.shared_findings
		complaint.root_cause = complaint.root_cause or self.shared_root_cause
		return True
