from frappe.model.document import Document

from cms_iso10002.iso_10002 import objectives


class ComplaintObjective(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.iso_10002.doctype.complaint_objective_actual.complaint_objective_actual import (
			ComplaintObjectiveActual,
		)

		actual: DF.Float
		actual_before: DF.Float
		actuals: DF.Table[ComplaintObjectiveActual]
		better: DF.Literal["higher", "lower"]
		clause: DF.Data | None
		company: DF.Link | None
		computed_on: DF.Datetime | None
		explanation: DF.SmallText | None
		figure: DF.Autocomplete
		figure_label: DF.Data | None
		from_date: DF.Date
		plan: DF.SmallText | None
		responsible: DF.Link
		sample: DF.Int
		status: DF.Literal["", "On Track", "Off Track", "Met", "Missed", "No Data"]
		target: DF.Float
		title: DF.Data
		to_date: DF.Date
		trend: DF.Literal["", "Improving", "Steady", "Worse"]
		unit: DF.Data | None
	# end: auto-generated types

	def before_validate(self):
		objectives.keep_computed(self)

	def validate(self):
		objectives.check(self)

	def before_save(self):
		objectives.measure(self)
