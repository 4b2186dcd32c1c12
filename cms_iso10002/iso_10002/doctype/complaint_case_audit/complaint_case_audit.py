import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, getdate

from cms_iso10002.complaints import clock, tasks
from cms_iso10002.iso_10002 import audits, people, restoring

OURS = {
	"status": audits.PLANNED,
	"population": 0,
	"sample_size": 0,
	"left_out": 0,
	"drawn_on": None,
	"reported_on": None,
	"closed_on": None,
}
"""What the steps write, and what it is at first."""
FIXED = ("company", "auditor", "from_date", "to_date", "seed")
"""What can't be changed by hand once the sample is drawn."""
OPEN_TO_THE_END = ("closed_on", "closure_evidence")
"""What may be written of a finding once it was reported."""
WORDS = ("complaint", "finding", "closure_evidence")
"""What a finding says about a file."""


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
		people.refuse_outsiders(self.auditor, *(row.responsible for row in self.findings))

	def on_update(self):
		tasks.end(row.todo for row in self.findings if row.closed_on)

	def on_trash(self):
		self.refuse_deletion()

	def as_dict(self, *args, **kwargs):
		"""What leaves the server, by form, by REST or as the answer of a save: without files hidden from who reads it."""
		found = super().as_dict(*args, **kwargs)
		if not self.is_new():
			found["sample"] = audits.readable_sample(found.get("sample") or ())
			found["findings"] = audits.readable_findings(found.get("findings") or ())
		return found

	def before_print(self, settings=None):
		"""What a print format reads of the tables; ours counts what is left out."""
		hidden, lost = audits.unreadable(row.complaint for row in (*self.sample, *self.findings))
		self.sample = [row for row in self.sample if row.complaint not in hidden | lost]
		self.findings = [row for row in self.findings if row.complaint not in hidden]

	def start_planned(self):
		"""A copy or an import starts as planned, with nothing drawn."""
		self.update({**OURS, "sample": []})
		self.keep_tasks(None)
		self.criteria = self.criteria or _(audits.COMMON_CRITERIA)

	def keep_what_was_drawn(self):
		"""The sample, and what it came to, is changed by the steps alone, whatever a client sends; what was reported stands."""
		before = self.get_doc_before_save()
		if not before or self.flags.step:
			return
		restoring.restore(self, ("sample", *OURS))
		self.keep_hidden_findings(before)
		self.keep_tasks(before)
		if before.status == audits.CLOSED:
			frappe.throw(_("This audit is closed and can't be changed."))
		if before.status == audits.REPORTED:
			self.keep_report()
		elif before.status != audits.PLANNED:
			restoring.restore(self, FIXED)

	def keep_hidden_findings(self, before):
		"""Findings on files that whoever saves may not see stay as they are: their form did not have them."""
		hidden, _lost = audits.unreadable(row.complaint for row in before.findings)
		kept = [row.as_dict() for row in before.findings if row.complaint in hidden]
		names = {row.name for row in kept}
		findings = [row.as_dict() for row in self.findings if row.name not in names]
		for row in kept:  # in their order, each to its place
			findings.insert(row.idx - 1, row)
		self.set("findings", [{**row, "idx": place} for place, row in enumerate(findings, 1)])

	def keep_tasks(self, before):
		"""Which task a finding became is written where it is handed out."""
		tasks = {row.name: row.todo for row in before.findings} if before else {}
		for row in self.findings:
			row.todo = tasks.get(row.name)

	def keep_report(self):
		"""What was reported changes in nothing but how its findings were closed."""
		written = {row.name: row for row in self.findings}
		restoring.restore(self)
		for row in self.findings:
			if row.name in written:
				row.update({name: written[row.name].get(name) for name in OPEN_TO_THE_END})

	def save_version(self):
		"""The history is read by all who read the audit, and tells of no file: what its tests came to stands in the sample,
		what was found in the findings, and both ask who may see it."""
		before = self._doc_before_save
		told = [doc for doc in (before, self) if doc]
		kept = [(doc, doc.sample, doc.findings) for doc in told]
		for doc in told:
			doc.sample, doc.findings = [], [_without_words(row) for row in doc.findings]
		try:
			super().save_version()
		finally:
			for doc, sample, findings in kept:
				doc.sample, doc.findings = sample, findings

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
		"""A finding is about a file of the sample, or about none; it is closed with evidence, not before it was reported."""
		drawn = {row.complaint for row in self.sample}
		for row in self.findings:
			if row.complaint and row.complaint not in drawn:
				frappe.throw(_("Row {0}: {1} is not in the sample.").format(row.idx, row.complaint))
			if row.closed_on and not (row.closure_evidence or "").strip():
				frappe.throw(_("Row {0}: say what shows that the finding is closed.").format(row.idx))
			self.check_closed_on(row)

	def check_closed_on(self, row):
		"""Asks of a day that is new: what was stored before this was checked must not keep the rest from being saved."""
		before = self.get_doc_before_save()
		stored = {one.name: one.closed_on for one in before.findings} if before else {}
		if not row.closed_on or getdate(row.closed_on) == stored.get(row.name):
			return
		if not self.reported_on:
			frappe.throw(
				_("Row {0}: a finding is closed after it was reported: report the audit first.").format(
					row.idx
				)
			)
		if not getdate(self.reported_on) <= getdate(row.closed_on) <= clock.today():
			frappe.throw(
				_(
					"Row {0}: a finding can't be closed on {1}: choose a day from {2}, when it was reported, to today."
				).format(row.idx, formatdate(row.closed_on), formatdate(self.reported_on))
			)

	def refuse_deletion(self):
		if self.status != audits.PLANNED:
			frappe.throw(_("An audit whose sample was drawn is evidence and can't be deleted."))


def _without_words(row):
	"""A finding on a file as its history tells of it: who is to see to it by when, and whether it is closed."""
	if not row.complaint:
		return row
	return frappe.get_doc({**row.as_dict(), **dict.fromkeys(WORDS)})
