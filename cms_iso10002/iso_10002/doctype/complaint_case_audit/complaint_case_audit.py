import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from cms_iso10002.iso_10002 import audits

FIXED = (
	"company",
	"auditor",
	"from_date",
	"to_date",
	"seed",
	"population",
	"sample_size",
	"drawn_on",
	"status",
)
"""What can't be changed by hand once the sample is drawn."""


class ComplaintCaseAudit(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.iso_10002.doctype.complaint_case_audit_finding.complaint_case_audit_finding import (
			ComplaintCaseAuditFinding,
		)
		from cms_iso10002.iso_10002.doctype.complaint_case_audit_sample.complaint_case_audit_sample import (
			ComplaintCaseAuditSample,
		)

		auditor: DF.Link
		closed_on: DF.Date | None
		company: DF.Link | None
		conclusion: DF.Text | None
		criteria: DF.SmallText | None
		drawn_on: DF.Datetime | None
		findings: DF.Table[ComplaintCaseAuditFinding]
		from_date: DF.Date
		left_out: DF.Int
		naming_series: DF.Literal["CCA-.YYYY.-.#####"]
		population: DF.Int
		reported_on: DF.Date | None
		sample: DF.Table[ComplaintCaseAuditSample]
		sample_size: DF.Int
		seed: DF.Int
		status: DF.Literal["Planned", "In Progress", "Reported", "Closed"]
		title: DF.Data
		to_date: DF.Date
	# end: auto-generated types

	def before_insert(self):
		self.start_planned()

	def before_validate(self):
		self.keep_what_was_drawn()

	def validate(self):
		self.check_period()
		self.check_auditor()
		self.check_findings()

	def on_trash(self):
		self.refuse_deletion()

	def start_planned(self):
		"""A copy or an import starts as planned, with nothing drawn."""
		self.update(
			{"status": audits.PLANNED, "sample": [], "population": 0, "sample_size": 0, "drawn_on": None}
		)
		self.criteria = self.criteria or _(audits.COMMON_CRITERIA)

	def keep_what_was_drawn(self):
		"""The sample, and what it came to, is changed by the buttons alone, whatever a client sends."""
		before = self.get_doc_before_save()
		if not before or self.flags.step:
			return
		self.set("sample", before.sample)
		self.status, self.drawn_on = before.status, before.drawn_on
		if before.status == audits.PLANNED:
			return
		for name in FIXED:
			self.set(name, before.get(name))
		if before.status == audits.CLOSED:
			frappe.throw(_("This audit is closed and can't be changed."))

	def check_period(self):
		if getdate(self.to_date) < getdate(self.from_date):
			frappe.throw(_("The period ends before it starts: check both dates."))

	def check_auditor(self):
		if "Complaint Auditor" not in frappe.get_roles(self.auditor):
			frappe.throw(
				_("{0} can't be the auditor: that needs the role {1}.").format(
					self.auditor, _("Complaint Auditor")
				)
			)

	def check_findings(self):
		"""A finding is about a file of the sample, or about none; it is closed with evidence, not before it was found."""
		drawn = {row.complaint for row in self.sample}
		for row in self.findings:
			if row.complaint and row.complaint not in drawn:
				frappe.throw(_("Row {0}: {1} is not in the sample.").format(row.idx, row.complaint))
			if row.closed_on and not (row.closure_evidence or "").strip():
				frappe.throw(_("Row {0}: say what shows that the finding is closed.").format(row.idx))

	def refuse_deletion(self):
		if self.status != audits.PLANNED:
			frappe.throw(_("An audit whose sample was drawn is evidence and can't be deleted."))
