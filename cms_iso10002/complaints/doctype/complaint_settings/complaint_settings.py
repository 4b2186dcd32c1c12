import frappe
from frappe import _
from frappe.model.document import Document

from cms_iso10002.complaints import mail_accounts, sweep
from cms_iso10002.core.agenda import LONGEST_WAIT
from cms_iso10002.core.states import AWAITING_COMPLAINANT, RESPONSE_SENT


class ComplaintSettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_mail_account.complaint_mail_account import (
			ComplaintMailAccount,
		)

		acknowledge_mail: DF.Check
		acknowledgements_a_day: DF.Int
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
		effect_check_days: DF.Int
		effect_days_before: DF.Int
		evidence_conforms_from: DF.Percent
		evidence_partial_from: DF.Percent
		feedback_after_days: DF.Int
		filings_an_hour: DF.Int
		final_response_body: DF.Link | None
		issue_after_complaint: DF.Literal["Leave Open", "Put on Hold", "Close"]
		mail_accounts: DF.Table[ComplaintMailAccount]
		no_reply_closing: DF.Check
		no_reply_reminders: DF.Int
		outgoing_email_account: DF.Link | None
		policy_text: DF.TextEditor | None
		progress_updates: DF.Literal["Task for the Handler", "Send by Itself"]
		recourse_window_days: DF.Int
		reminder_days: DF.Data | None
		reportability_hours: DF.Int
		retention_months: DF.Int
		show_figures: DF.Check
		smallest_cell: DF.Int
		waive_investigation_up_to: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
	# end: auto-generated types

	def validate(self):
		self.check_reminders()
		self.check_duplicate_score()
		self.check_evidence()
		mail_accounts.check(self)

	def on_update(self):
		self.look_again_at_waiting_cases()
		mail_accounts.keep_to_ourselves(self)

	def look_again_at_waiting_cases(self):
		"""Cases that wait for the complainant are looked at by these settings, also those that wait already."""
		names = ("reminder_days", "answer_within_days", "no_reply_closing")
		before = self.get_doc_before_save()
		if before and any(self.get(name) != before.get(name) for name in names):
			sweep.look_again((AWAITING_COMPLAINANT, RESPONSE_SENT))

	def reminders(self) -> list[int]:
		"""After how many days without an answer the complainant is reminded, in order."""
		try:
			days = sorted({int(part) for part in (self.reminder_days or "").split(",") if part.strip()})
		except ValueError:
			days = [0]
		if days and not 1 <= days[0] <= days[-1] <= LONGEST_WAIT:
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

	def check_evidence(self):
		conforms, partial = self.evidence_conforms_from or 0, self.evidence_partial_from or 0
		if not 0 <= partial <= conforms <= 100:
			frappe.throw(
				_(
					"A figure conforms from a share up to 100 % on, and does in part from one that is not higher: check both."
				)
			)
