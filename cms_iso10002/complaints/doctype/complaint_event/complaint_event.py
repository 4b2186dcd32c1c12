import frappe
from frappe import _

from cms_iso10002.complaints import actors
from cms_iso10002.complaints.access_log import Watched


class ComplaintEvent(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		actor: DF.Data | None
		actor_name: DF.Data | None
		at: DF.Datetime | None
		at_utc: DF.Int
		complaint: DF.Link
		dedupe_key: DF.Data | None
		hash: DF.Data | None
		kind: DF.Data
		note: DF.SmallText | None
		note_salt: DF.Data | None
		payload: DF.LongText | None
		previous_hash: DF.Data | None
		public: DF.Check
		sequence: DF.Int
	# end: auto-generated types

	@property
	def actor_name(self):
		return actors.names([self.actor]).get(self.actor)

	def validate(self):
		self.refuse_change()

	def on_trash(self):
		self.refuse_change()

	def refuse_change(self):
		"""Events are written by `timeline.record` alone, past this controller, and stay."""
		frappe.throw(
			_("The events of a complaint can't be written, changed or deleted by hand: they are its record.")
		)


def on_doctype_update():
	"""Two events are never the same step of one complaint; and which complaints have an event of a kind, and since when."""
	frappe.db.add_unique("Complaint Event", ["complaint", "sequence"])
	frappe.db.add_index("Complaint Event", ["kind", "complaint", "sequence", "at"], "evidence_kind")
	frappe.db.add_index("Complaint Event", ["kind", "at", "complaint"], "counted_kind")
