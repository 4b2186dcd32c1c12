import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import get_datetime

from cms_iso10002.complaints import clock, timeline
from cms_iso10002.complaints.access_log import Watched
from cms_iso10002.core.case import EventSpec


class ExternalDispute(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.external_dispute_request.external_dispute_request import (
			ExternalDisputeRequest,
		)

		body: DF.Link
		closed_on: DF.Datetime | None
		complaint: DF.Link
		filed_on: DF.Datetime
		outcome: DF.Literal["", "Upheld", "Partly Upheld", "Not Upheld", "Settled", "Discontinued"]
		reference: DF.Data | None
		remedy: DF.SmallText | None
		requests: DF.Table[ExternalDisputeRequest]
		stage: DF.Literal["Filed", "Under Examination", "Mediation", "Decided", "Closed"]
	# end: auto-generated types

	def validate(self):
		self.check_dates()
		self.check_requests()
		self.number_requests()
		self.check_record()

	def after_insert(self):
		self.record_opening()

	def on_update(self):
		self.record_requests()
		self.record_closing()
		self.flag_complaint()

	def on_trash(self):
		self.refuse_deletion()

	def check_dates(self):
		if get_datetime(self.filed_on) > clock.now_site():
			frappe.throw(_("Filed On lies in the future: enter when the body was turned to."))
		if self.closed_on and get_datetime(self.closed_on) < get_datetime(self.filed_on):
			frappe.throw(_("The dispute can't be closed before it was filed: check both dates."))
		if self.stage == "Closed" and not self.closed_on:
			frappe.throw(_("Enter when the dispute was closed."))
		if self.closed_on and not self.outcome:
			frappe.throw(_("Enter the outcome of the dispute before it is closed."))

	def check_requests(self):
		references = [row.reference for row in self.requests]
		if len(set(references)) != len(references):
			frappe.throw(_("Two requests have the same reference: give each its own."))

	def number_requests(self):
		"""Events name a request by its number: a body's own reference may name a person. Older rows have none."""
		before = {
			row.name: row.number for row in (self.get_doc_before_save() or frappe._dict()).requests or ()
		}
		last = max(before.values(), default=0) or 0
		for row in self.requests:
			row.number = before.get(row.name)
			if row.name not in before:
				row.number = last = last + 1

	def request_key(self, row) -> str:
		"""What a request is called in events and milestones."""
		return f"{self.name}#{row.number}" if row.number else f"{self.name}/{row.reference}"

	def record_opening(self):
		"""The dispute runs beside any state; only the targets its body names are paused."""
		timeline.record(
			self.complaint,
			"external_dispute_opened",
			{"reference": self.name, "pauses": self.stages_paused()},
			at=clock.to_utc(self.filed_on),
		)

	def stages_paused(self):
		return frappe.get_cached_doc("Dispute Resolution Body", self.body).stages_that_pause()

	def check_record(self):
		"""What was recorded stays: clocks run on it."""
		before = self.get_doc_before_save()
		if not before:
			return
		if before.closed_on and not self.closed_on:
			frappe.throw(_("This dispute is closed: record what follows as a dispute of its own."))
		now = {row.name: row.reference for row in self.requests}
		if any(now.get(row.name) != row.reference for row in before.requests):
			frappe.throw(
				_("A request can't be removed or get another reference: enter when it was answered.")
			)

	def record_requests(self):
		"""Each request of the body starts a clock; its answer meets it."""
		before = {
			row.name: row for row in (self.get_doc_before_save() or frappe._dict()).get("requests") or []
		}
		specs = []
		for row in self.requests:
			key = self.request_key(row)
			if row.name not in before:
				due = {"due_at": clock.to_utc(row.due_on).isoformat()} if row.due_on else {}
				specs.append(
					EventSpec("external_request", {"reference": key, **due}, at=clock.to_utc(row.received_on))
				)
			if row.answered_on and not (before.get(row.name) or frappe._dict()).answered_on:
				specs.append(
					EventSpec("external_answered", {"reference": key}, at=clock.to_utc(row.answered_on))
				)
		timeline.record_all(self.complaint, specs)

	def record_closing(self):
		before = self.get_doc_before_save()
		if self.closed_on and not (before and before.closed_on):
			timeline.record(
				self.complaint,
				"external_dispute_closed",
				{"reference": self.name, "outcome": self.outcome},
				at=clock.to_utc(self.closed_on),
			)

	def flag_complaint(self):
		"""Keep the complaint's flag: it blocks closing while any dispute is open."""
		timeline.lock(self.complaint)
		dispute = DocType("External Dispute")
		still_open = (
			frappe.qb.from_(dispute)
			.select(dispute.name)
			.where((dispute.complaint == self.complaint) & dispute.closed_on.isnull())
			.for_update()
			.run()
		)
		frappe.db.set_value(
			"Complaint", self.complaint, "in_external_dispute", int(bool(still_open)), update_modified=False
		)

	def refuse_deletion(self):
		frappe.throw(_("A dispute before an outside body can't be deleted: close it with its outcome."))
