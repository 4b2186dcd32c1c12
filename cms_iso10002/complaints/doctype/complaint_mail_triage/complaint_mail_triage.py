import frappe
from frappe import _

from cms_iso10002.complaints import typed_text
from cms_iso10002.complaints.access_log import Watched


class ComplaintMailTriage(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		complaint: DF.Link | None
		email_account: DF.Data | None
		handled_by: DF.Link | None
		handled_on: DF.Datetime | None
		message_id: DF.SmallText | None
		message_key: DF.Data | None
		preview: DF.Code | None
		reason: DF.SmallText | None
		received_on: DF.Datetime | None
		remark: DF.SmallText | None
		sender: DF.Data | None
		sender_name: DF.Data | None
		status: DF.Literal["Open", "Set Aside", "Filed", "New Complaint", "Dismissed"]
		subject: DF.Data | None
	# end: auto-generated types

	def before_validate(self):
		self.keep_text_as_text()

	def validate(self):
		self.refuse_by_hand()

	def on_trash(self):
		self.refuse_deletion()

	def keep_text_as_text(self):
		"""What people typed is shown, never obeyed."""
		typed_text.tame_fields(self)

	def refuse_by_hand(self):
		"""What came in stays as it came; what becomes of it is decided by the form's buttons (`mail_triage`)."""
		if not self.flags.from_mail:
			frappe.throw(_("A message that came in can't be changed: file it, or dismiss it."))

	def refuse_deletion(self):
		frappe.throw(_("A message that came in can't be deleted: dismiss it, with a reason."))
