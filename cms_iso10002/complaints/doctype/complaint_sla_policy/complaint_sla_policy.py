from frappe.model.document import Document

from cms_iso10002.complaints import policy_checks, policy_rivals, policy_versions


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
		predecessor_valid_to: DF.Date | None
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

	def before_validate(self):
		policy_versions.keep_origin(self)

	def validate(self):
		policy_checks.check(self)

	def on_update(self):
		policy_checks.show_warnings(self)

	def before_submit(self):
		policy_versions.refuse_wrong_successor(self)
		policy_rivals.refuse_twin(self)

	def on_submit(self):
		policy_versions.end_predecessor(self)

	def before_update_after_submit(self):
		policy_checks.check_validity(self)
		policy_versions.check_change(self)

	def on_update_after_submit(self):
		policy_checks.show_warnings(self)

	def before_cancel(self):
		policy_versions.refuse_cancelling(self)

	def on_cancel(self):
		policy_versions.give_back(self)
