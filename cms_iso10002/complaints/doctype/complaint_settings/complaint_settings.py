import frappe
from frappe import _
from frappe.model.document import Document


class ComplaintSettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		allow_guest: DF.Check
		alternate_manager: DF.Link | None
		answer_within_days: DF.Int
		approval_from_severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		contact_email: DF.Data | None
		contact_person: DF.Data | None
		contact_phone: DF.Data | None
		daily_digest: DF.Check
		default_company: DF.Link | None
		duplicate_minimum_score: DF.Int
		duplicate_window_days: DF.Int
		final_response_body: DF.Link | None
		issue_after_complaint: DF.Literal["Leave Open", "Put on Hold", "Close"]
		no_reply_closing: DF.Check
		no_reply_reminders: DF.Int
		outgoing_email_account: DF.Link | None
		progress_updates: DF.Literal["Task for the Handler", "Send by Itself"]
		recourse_window_days: DF.Int
		reminder_days: DF.Data | None
		smallest_cell: DF.Int
		waive_investigation_up_to: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
	# end: auto-generated types

	def validate(self):
		self.check_reminders()
		self.check_duplicate_score()

	def reminders(self) -> list[int]:
		"""After how many days without an answer the complainant is reminded, in order."""
		try:
			days = sorted({int(part) for part in (self.reminder_days or "").split(",") if part.strip()})
		except ValueError:
			days = [0]
		if days and days[0] < 1:
			frappe.throw(_("Reminders After is a list of days such as 7,12."))
		return days

	def check_reminders(self):
		days = self.reminders()
		if days and self.answer_within_days and days[-1] >= self.answer_within_days:
			frappe.throw(
				_("A reminder after {0} days comes too late: an answer is awaited for {1} days.").format(
					days[-1], self.answer_within_days
				)
			)

	def check_duplicate_score(self):
		if self.duplicate_minimum_score and self.duplicate_minimum_score > 100:
			frappe.throw(_("Scores go from 0 to 100."))
