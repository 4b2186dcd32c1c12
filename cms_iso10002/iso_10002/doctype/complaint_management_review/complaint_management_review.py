import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from cms_iso10002.complaints import tasks
from cms_iso10002.iso_10002 import management_reviews, people, restoring

OURS = {
	"status": management_reviews.DRAFT,
	"gathered_on": None,
	**dict.fromkeys(management_reviews.GATHERED_FOR.values()),
	"approved_by": None,
	"approved_on": None,
	"reminded_for": None,
}
"""What the steps write, and what it is at first."""
OPEN_TO_THE_END = ("done_on", "result")
"""What may be written of a decision once the review was held: what became of it."""


class ComplaintManagementReview(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.iso_10002.doctype.complaint_management_review_attendee.complaint_management_review_attendee import (
			ComplaintManagementReviewAttendee,
		)
		from cms_iso10002.iso_10002.doctype.complaint_management_review_decision.complaint_management_review_decision import (
			ComplaintManagementReviewDecision,
		)
		from cms_iso10002.iso_10002.doctype.complaint_management_review_input.complaint_management_review_input import (
			ComplaintManagementReviewInput,
		)

		approved_by: DF.Link | None
		approved_on: DF.Date | None
		attendees: DF.Table[ComplaintManagementReviewAttendee]
		chair: DF.Link
		company: DF.Link | None
		conclusion: DF.Text | None
		decisions: DF.Table[ComplaintManagementReviewDecision]
		from_date: DF.Date
		gathered_company: DF.Link | None
		gathered_from: DF.Date | None
		gathered_on: DF.Datetime | None
		gathered_to: DF.Date | None
		held_on: DF.Date | None
		inputs: DF.Table[ComplaintManagementReviewInput]
		naming_series: DF.Literal["CMR-.YYYY.-.#####"]
		next_review_on: DF.Date | None
		quality_meeting: DF.Link | None
		reminded_for: DF.Date | None
		status: DF.Literal["Draft", "Held", "Approved"]
		title: DF.Data
		to_date: DF.Date
	# end: auto-generated types

	def before_insert(self):
		self.start_as_draft()

	def before_validate(self):
		self.keep_what_is_frozen()

	def validate(self):
		self.check_period()
		self.check_decisions()
		people.refuse_outsiders(self.chair, *(row.responsible for row in self.decisions))

	def on_update(self):
		tasks.end(row.todo for row in self.decisions if row.done_on)

	def on_trash(self):
		self.refuse_deletion()

	def start_as_draft(self):
		"""A copy or an import starts as a draft, with nothing gathered."""
		self.update({**OURS, "inputs": []})
		self.keep_tasks(None)

	def keep_what_is_frozen(self):
		"""Inputs are changed by gathering and notes alone; what was held stands, whatever a client sends.

		Before the minutes are approved, *back to draft* opens them again, and gathering and holding check them anew.
		"""
		before = self.get_doc_before_save()
		if not before or self.flags.step:
			return
		restoring.restore(self, ("inputs", *OURS))
		self.keep_tasks(before)
		if before.status != management_reviews.DRAFT:
			self.keep_minutes()

	def keep_tasks(self, before):
		"""Which task a decision became is written where it is handed out."""
		tasks = {row.name: row.todo for row in before.decisions} if before else {}
		for row in self.decisions:
			row.todo = tasks.get(row.name)

	def keep_minutes(self):
		"""Minutes change in nothing but what became of the decisions."""
		written = {row.name: row for row in self.decisions}
		restoring.restore(self)
		for row in self.decisions:
			if row.name in written:
				row.update({name: written[row.name].get(name) for name in OPEN_TO_THE_END})

	def check_period(self):
		if getdate(self.to_date) < getdate(self.from_date):
			frappe.throw(_("The period ends before it starts: check both dates."))

	def check_decisions(self):
		for row in self.decisions:
			if row.done_on and self.held_on and getdate(row.done_on) < getdate(self.held_on):
				frappe.throw(_("Row {0}: a decision can't be done before it was made.").format(row.idx))

	def refuse_deletion(self):
		if self.status != management_reviews.DRAFT:
			frappe.throw(_("A management review that was held is evidence and can't be deleted."))
