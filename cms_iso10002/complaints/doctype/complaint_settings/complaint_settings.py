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
		default_company: DF.Link | None
		duplicate_minimum_score: DF.Int
		duplicate_window_days: DF.Int
		final_response_body: DF.Link | None
		issue_after_complaint: DF.Literal["Leave Open", "Put on Hold", "Close"]
		no_reply_closing: DF.Check
		no_reply_reminders: DF.Int
		outgoing_email_account: DF.Link | None
		recourse_window_days: DF.Int
		reminder_days: DF.Data | None
		waive_investigation_up_to: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
	# end: auto-generated types

	pass
