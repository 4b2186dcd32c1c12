from frappe.model.document import Document

from cms_iso10002.iso_10002 import policy_releases


class ComplaintsPolicy(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		amended_from: DF.Link | None
		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		approver_position: DF.Data | None
		asked: DF.LongText | None
		author: DF.Link | None
		body: DF.TextEditor | None
		change_note: DF.SmallText | None
		company: DF.Link | None
		first_version: DF.Data | None
		is_published: DF.Check
		language: DF.Link
		last_review_on: DF.Date | None
		last_reviewed_by: DF.Link | None
		next_review_on: DF.Date | None
		predecessor_valid_to: DF.Date | None
		remind_before: DF.Int
		reminded_for: DF.Date | None
		title: DF.Data
		translation_of: DF.Link | None
		valid_from: DF.Date
		valid_to: DF.Date | None
		version: DF.Int
		version_of: DF.Link | None
		written_by: DF.SmallText | None
	# end: auto-generated types

	def before_validate(self):
		policy_releases.keep_origin(self)

	def validate(self):
		policy_releases.check(self)

	def before_submit(self):
		policy_releases.refuse_wrong_release(self)
		policy_releases.approve(self)

	def on_submit(self):
		policy_releases.end_predecessor(self)

	def before_update_after_submit(self):
		policy_releases.keep_review(self)
		policy_releases.check(self)
		policy_releases.check_change(self)

	def before_cancel(self):
		policy_releases.refuse_cancelling(self)

	def on_cancel(self):
		policy_releases.give_back(self)
