import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate

from cms_iso10002.complaints import policy
from cms_iso10002.core import business_time, clocks


class ComplaintSLAPolicy(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from erpnext.support.doctype.service_day.service_day import ServiceDay
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_sla_target.complaint_sla_target import (
			ComplaintSLATarget,
		)

		amended_from: DF.Link | None
		category: DF.Link | None
		channel: DF.Literal[
			"", "Portal", "E-mail", "Phone", "In Person", "Letter", "Social Media", "Web", "Other"
		]
		company: DF.Link | None
		customer_group: DF.Link | None
		enabled: DF.Check
		fast_track_days: DF.Int
		fast_track_unless_asked: DF.Check
		holiday_list: DF.Link | None
		jurisdiction: DF.Data | None
		preset: DF.Data | None
		preset_verified: DF.Check
		priority: DF.Literal["", "Low", "Medium", "High", "Urgent"]
		rank: DF.Int
		severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		source: DF.SmallText | None
		summary_letter_required: DF.Check
		targets: DF.Table[ComplaintSLATarget]
		territory: DF.Link | None
		time_zone: DF.Autocomplete
		title: DF.Data
		valid_from: DF.Date
		valid_to: DF.Date | None
		version: DF.Int
		version_of: DF.Link | None
		working_hours: DF.Table[ServiceDay]
	# end: auto-generated types

	def validate(self):
		self.check_validity()
		self.check_time_zone()
		self.check_working_hours()
		self.check_targets()

	def check_validity(self):
		if self.valid_from and self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("Valid To lies before Valid From."))

	def check_time_zone(self):
		"""Only what the core's calendars know is a time zone, whatever the database would store."""
		try:
			business_time.load_zone(self.time_zone)
		except ValueError:
			frappe.throw(
				_("There is no time zone {0}: use a name such as Europe/Berlin.").format(
					frappe.bold(escape_html(self.time_zone or ""))
				)
			)

	def check_working_hours(self):
		"""The hours make a calendar, and there are some where a limit counts in them."""
		for row in self.working_hours:
			if not row.workday or row.start_time in (None, "") or row.end_time in (None, ""):
				frappe.throw(_("Working Hours, row {0}: day, start and end are needed.").format(row.idx))
		if self.working_hours:
			self.refuse_on_error(lambda: clocks.calendar_from_dict(policy.calendar_of(self)))
		elif any((row.unit or "").startswith("business") for row in self.targets):
			frappe.throw(_("A limit in business time needs working hours: add them, or use another unit."))

	def check_targets(self):
		"""Every limit can be counted, every stage has one at most, and none waits for itself."""
		problems = clocks.validate_targets(policy.targets_of(self))
		if problems:
			frappe.throw("<br>".join(map(escape_html, problems)), title=_("Targets"))

	def refuse_on_error(self, make):
		"""Shows the core's sentence when it can't make something of what was typed."""
		try:
			make()
		except ValueError as error:
			frappe.throw(escape_html(str(error)))
