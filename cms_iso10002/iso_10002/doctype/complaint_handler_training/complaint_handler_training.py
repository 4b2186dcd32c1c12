from frappe.model.document import Document

from cms_iso10002.iso_10002 import training


class ComplaintHandlerTraining(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		certificate: DF.Attach | None
		effectiveness: DF.Literal["Not Checked", "Effective", "Partly Effective", "Not Effective"]
		effectiveness_checked_on: DF.Date | None
		effectiveness_notes: DF.SmallText | None
		full_name: DF.Data | None
		hours: DF.Float
		kind: DF.Literal["Course", "E-Learning", "On the Job", "Coaching", "Briefing", "Examination", "Other"]
		remind_before: DF.Int
		reminded_for: DF.Date | None
		topic: DF.Data
		trained_on: DF.Date
		trainer: DF.Data | None
		user: DF.Link
		valid_until: DF.Date | None
	# end: auto-generated types

	def validate(self):
		training.check(self)

	def on_update(self):
		training.close_reminders(self)
