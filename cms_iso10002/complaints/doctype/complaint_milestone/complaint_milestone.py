import frappe

from cms_iso10002.complaints.rows import OwnedRow


class ComplaintMilestone(OwnedRow):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		due_at: DF.Datetime | None
		due_utc: DF.Int
		ended_at: DF.Datetime | None
		met_at: DF.Datetime | None
		met_utc: DF.Int
		occurrence: DF.Int
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		paused_seconds: DF.Int
		reference: DF.Data | None
		remark: DF.SmallText | None
		round: DF.Int
		stage: DF.Literal[
			"acknowledge",
			"contain",
			"assess",
			"investigate",
			"update",
			"decide",
			"implement",
			"review",
			"external",
		]
		started_at: DF.Datetime | None
		started_utc: DF.Int
		state: DF.Literal["Waiting", "Running", "Paused", "Met", "Met Late", "Overdue", "Cancelled"]
		warn_at: DF.Datetime | None
		worked_seconds: DF.Int
	# end: auto-generated types

	pass


def on_doctype_update():
	"""The days by which the daily summary counts milestones."""
	for name in ("met_at", "due_at", "ended_at"):
		frappe.db.add_index("Complaint Milestone", [name])
