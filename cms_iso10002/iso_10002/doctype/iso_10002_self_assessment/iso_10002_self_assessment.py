from frappe.model.document import Document

from cms_iso10002.iso_10002.assessment import board, checks, lifecycle


class ISO10002SelfAssessment(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.iso_10002.doctype.iso_10002_self_assessment_assessor.iso_10002_self_assessment_assessor import (
			ISO10002SelfAssessmentAssessor,
		)
		from cms_iso10002.iso_10002.doctype.iso_10002_self_assessment_item.iso_10002_self_assessment_item import (
			ISO10002SelfAssessmentItem,
		)

		amended_from: DF.Link | None
		answerers: DF.Table[ISO10002SelfAssessmentAssessor]
		approved_on: DF.Datetime | None
		approver: DF.Link | None
		assessors: DF.Table[ISO10002SelfAssessmentAssessor]
		company: DF.Link | None
		edition: DF.Literal["2018", "2004"]
		evidence_collected_on: DF.Datetime | None
		from_date: DF.Date
		items: DF.Table[ISO10002SelfAssessmentItem]
		previous_assessment: DF.Link | None
		scope: DF.Data | None
		score: DF.Float
		status: DF.Literal["Draft", "Under Review", "Approved", "Cancelled"]
		title: DF.Data | None
		to_date: DF.Date
	# end: auto-generated types

	def onload(self):
		board.show(self)

	def before_validate(self):
		checks.restore(self)
		checks.complete(self)

	def validate(self):
		checks.refuse_under_review(self)
		checks.check(self)
		checks.forget_stale_evidence(self)
		checks.set_caps(self)

	def before_submit(self):
		lifecycle.seal(self)

	def before_update_after_submit(self):
		checks.restore_rows(self)

	def before_cancel(self):
		checks.restore_all(self)
		lifecycle.mark_cancelled(self)
