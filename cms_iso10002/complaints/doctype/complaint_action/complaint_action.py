import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from cms_iso10002.complaints import corrective_actions, effectiveness, typed_text
from cms_iso10002.complaints.corrective_actions import obey
from cms_iso10002.core import effectiveness as effect

SERVER_FIELDS = (
	"state",
	"document_type",
	"document_name",
	"in_effect_from",
	"round",
	"cancel_reason",
	"complaint_signal",
)
"""Fields only the server writes: whatever a client sends, the database's value stands. So do the checks."""


class ComplaintAction(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_action_case.complaint_action_case import (
			ComplaintActionCase,
		)
		from cms_iso10002.complaints.doctype.complaint_action_check.complaint_action_check import (
			ComplaintActionCheck,
		)

		cancel_reason: DF.SmallText | None
		category: DF.Link | None
		check_on: DF.Date | None
		checks: DF.Table[ComplaintActionCheck]
		company: DF.Link | None
		complaints: DF.Table[ComplaintActionCase]
		complaint_signal: DF.Link | None
		days_before: DF.Int
		description: DF.SmallText | None
		document_name: DF.DynamicLink | None
		document_type: DF.Link | None
		due_on: DF.Date | None
		in_effect_from: DF.Date | None
		item_code: DF.Link | None
		kind: DF.Literal["Corrective", "Preventive"]
		responsible: DF.Link | None
		root_cause: DF.Link | None
		round: DF.Int
		rule: DF.Literal["", "Same Root Cause", "Same Category", "Same Item"]
		state: DF.Literal["Open", "In Effect", "Effective", "Cancelled"]
		title: DF.Data
	# end: auto-generated types

	def before_insert(self):
		self.start_afresh()

	def before_validate(self):
		self.restore_server_fields()
		self.keep_text_as_text()

	def validate(self):
		self.check_cases()
		self.check_rule()
		self.check_day()

	def on_update(self):
		corrective_actions.show_on_complaints(self)

	def on_trash(self):
		self.refuse_deletion()

	def cases(self) -> list[str]:
		"""The complaints it serves, each once."""
		return list(dict.fromkeys(row.complaint for row in self.complaints if row.complaint))

	def start_afresh(self):
		"""A new action, also a copy of another, is open and nobody has judged it."""
		self.update({name: None for name in SERVER_FIELDS})
		self.update({"state": effect.OPEN, "round": 1, "checks": []})

	def restore_server_fields(self):
		before = self.get_doc_before_save()
		if not before or self.flags.by_server:
			return
		self.update({name: before.get(name) for name in SERVER_FIELDS})
		self.set("checks", before.checks)

	def keep_text_as_text(self):
		"""What people typed is shown, never obeyed."""
		typed_text.tame_fields(self)

	def check_cases(self):
		"""Each complaint stands there once, and is put there by who may work on it."""
		names = [row.complaint for row in self.complaints]
		twice = next((name for name in names if names.count(name) > 1), None)
		if twice:
			frappe.throw(_("{0} is named twice: keep one of the rows.").format(twice))
		before = self.get_doc_before_save()
		for name in set(names) - set(before.cases() if before else ()):
			if frappe.db.exists("Complaint", name):  # Frappe says so of one that is not there
				frappe.get_doc("Complaint", name).check_permission("write")

	def check_rule(self):
		"""What must recur less is said, and is the only thing said."""
		if self.rule not in effect.RULES:
			frappe.throw(_("Say what must recur less, so that its effect can be checked."))
		for rule, field in effect.RULES.items():
			if rule != self.rule:
				self.set(field, None)
		field = effect.RULES[self.rule]
		if not self.get(field):
			frappe.throw(_("Enter the {0} that must recur less.").format(_(self.meta.get_label(field))))

	def check_day(self):
		"""The day of the check comes after it took effect, and the days compared are enough of them."""
		if self.state == effect.IN_EFFECT and self.check_on:
			days = self.days_before or effectiveness.days_before()
			obey(effect.windows, getdate(self.in_effect_from), getdate(self.check_on), days)

	def refuse_deletion(self):
		frappe.throw(_("An action is a record and can't be deleted: give it up with a reason instead."))


def on_doctype_update():
	"""The daily job finds those whose day has come; a record finds its action."""
	frappe.db.add_index("Complaint Action", ["state", "check_on"], "due_checks")
	frappe.db.add_index("Complaint Action", ["document_type", "document_name"], "of_record")
