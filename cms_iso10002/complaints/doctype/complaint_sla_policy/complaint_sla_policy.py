from frappe.model.document import Document


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
		holiday_list: DF.Link | None
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
		working_hours: DF.Table[ServiceDay]
	# end: auto-generated types

	pass
