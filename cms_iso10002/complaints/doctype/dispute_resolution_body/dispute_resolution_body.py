import frappe
from frappe import _
from frappe.model.document import Document


class DisputeResolutionBody(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.SmallText | None
		body_name: DF.Data
		email: DF.Data | None
		enabled: DF.Check
		pauses: DF.SmallText | None
		phone: DF.Data | None
		recourse_window_months: DF.Int
		website: DF.Data | None
		what_it_does: DF.SmallText | None
	# end: auto-generated types

	def validate(self):
		self.check_pausing_stages()

	def stages_that_pause(self) -> list[str]:
		"""The stages whose clocks stop while a dispute before this body runs."""
		return [line.strip().lower() for line in (self.pauses or "").splitlines() if line.strip()]

	def check_pausing_stages(self):
		known = frappe.get_meta("Complaint SLA Target").get_options("stage").split("\n")
		for stage in self.stages_that_pause():
			if stage not in known:
				frappe.throw(
					_("{0} is not a stage; the stages are {1}.").format(frappe.bold(stage), ", ".join(known))
				)
