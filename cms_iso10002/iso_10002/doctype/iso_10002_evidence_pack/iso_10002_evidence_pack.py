import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from cms_iso10002.iso_10002 import evidence_pack

SERVER_FIELDS = ("status", "file", "made_on", "made_by", "files", "left_out", "sha256", "remark")


class ISO10002EvidencePack(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		company: DF.Link | None
		file: DF.Attach | None
		files: DF.Int
		from_date: DF.Date
		left_out: DF.Int
		made_by: DF.Link | None
		made_on: DF.Datetime | None
		personal_data_reason: DF.SmallText | None
		remark: DF.SmallText | None
		seed: DF.Int
		sha256: DF.Data | None
		status: DF.Literal["Draft", "Queued", "Ready", "Failed"]
		to_date: DF.Date
		with_personal_data: DF.Check
	# end: auto-generated types

	def before_validate(self):
		self.keep_what_was_made()

	def validate(self):
		self.check_period()
		self.check_personal_data()

	def keep_what_was_made(self):
		before = self.get_doc_before_save() or frappe._dict(status="Draft")
		for name in SERVER_FIELDS:
			self.set(name, before.get(name))
		if before.status in (evidence_pack.QUEUED, evidence_pack.READY):
			frappe.throw(_("This pack is {0} and stays as it is: make another one.").format(_(before.status)))

	def check_period(self):
		if getdate(self.to_date) < getdate(self.from_date):
			frappe.throw(_("The period ends before it starts: check both dates."))

	def check_personal_data(self):
		"""Who takes personal data out says why (ISO 10002:2018, 4.10)."""
		if self.with_personal_data and not (self.personal_data_reason or "").strip():
			frappe.throw(_("Say why personal data is needed, or leave it out."))
