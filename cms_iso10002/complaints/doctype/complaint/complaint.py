from dataclasses import replace

import frappe
from frappe import _

from cms_iso10002.complaints import (
	action_letters,
	actions,
	alerts,
	cases,
	causes,
	clock,
	corrective_actions,
	extensions,
	intake,
	permissions,
	recalculation,
	redress,
	redress_approval,
	reportability,
	their_words,
	timeline,
	typed_text,
	workflow_actions,
)
from cms_iso10002.complaints.access_log import Watched
from cms_iso10002.core import changes, fairness, lifecycle
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import Refusal
from cms_iso10002.core.states import RECEIVED, category

SERVER_TABLES = ("milestones", "decisions", "extensions")
"""Tables only the server writes; `milestones` even past the document, in place."""

SERVER_FIELDS = (
	"status_category",
	"round",
	"outcome",
	"response",
	"redress_cost",
	"next_action_at",
	"is_overdue",
	"due_at",
	"due_stage",
	"sweep_attempts",
	"sla_policy",
	"policy_reason",
	"policy_snapshot",
	"recorded_on",
	"duplicate_of",
	"escalation_level",
	"resolved_at_first_contact",
	"in_external_dispute",
	"investigation_waived_reason",
	"closed_on",
	"closure_basis",
	"closure_reason",
	"ledger_head",
	"ledger_sequence",
	"tracking_key_hash",
	"anonymised_on",
	"retention_hold_reason",
	"resume_state",
	"action_state",
	*causes.VERIFICATION,
)
"""Fields only the server writes: whatever a client sends, the database's value stands."""

AFTER_WITHDRAWAL = frozenset(
	{
		"findings",
		"root_cause",
		"root_cause_notes",
		"causes",
		"whys",
		"no_action_reason",
		"investigator",
		"immediate_action_needed",
		"immediate_action_taken",
		"immediate_action_on",
		"immediate_action_by",
		"assessment_reason",
	}
)
"""What may still be written on a withdrawn complaint with a safety implication: the investigation goes on."""


class Complaint(Watched):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_aspect.complaint_aspect import ComplaintAspect
		from cms_iso10002.complaints.doctype.complaint_cause.complaint_cause import ComplaintCause
		from cms_iso10002.complaints.doctype.complaint_concerned_person.complaint_concerned_person import (
			ComplaintConcernedPerson,
		)
		from cms_iso10002.complaints.doctype.complaint_decision.complaint_decision import ComplaintDecision
		from cms_iso10002.complaints.doctype.complaint_extension.complaint_extension import ComplaintExtension
		from cms_iso10002.complaints.doctype.complaint_milestone.complaint_milestone import ComplaintMilestone
		from cms_iso10002.complaints.doctype.complaint_redress.complaint_redress import ComplaintRedress
		from cms_iso10002.complaints.doctype.complaint_relation.complaint_relation import ComplaintRelation
		from cms_iso10002.complaints.doctype.complaint_subject.complaint_subject import ComplaintSubject
		from cms_iso10002.complaints.doctype.complaint_why.complaint_why import ComplaintWhy

		action_state: DF.Literal["", "Not Needed", "Open", "In Effect", "Effective"]
		anonymised_on: DF.Datetime | None
		aspects: DF.Table[ComplaintAspect]
		assessment_reason: DF.SmallText | None
		assistance_notes: DF.SmallText | None
		category: DF.Link | None
		causes: DF.Table[ComplaintCause]
		channel: DF.Literal[
			"Portal", "E-mail", "Phone", "In Person", "Letter", "Social Media", "Web", "Other"
		]
		closed_on: DF.Datetime | None
		closure_basis: DF.Literal[
			"",
			"Accepted",
			"Resolved Early",
			"No Reply",
			"Recourse Exhausted",
			"Recourse Expired",
			"External Outcome",
			"Withdrawn",
			"Out of Scope",
			"Duplicate",
			"No Contact Possible",
		]
		closure_reason: DF.SmallText | None
		company: DF.Link
		complainant_address: DF.SmallText | None
		complainant_email: DF.Data | None
		complainant_name: DF.Data | None
		complainant_phone: DF.Data | None
		complainant_type: DF.Literal[
			"Customer", "Public", "Employee as Customer", "Supplier", "Authority", "Other"
		]
		complaint_group: DF.Link | None
		complexity: DF.Literal["", "Low", "Medium", "High"]
		confidentiality: DF.Literal["Normal", "Confidential", "Restricted"]
		conflict_check: DF.Literal["Not Done", "None Found", "Names Recorded"]
		contact: DF.Link | None
		correction_verified_by: DF.Link | None
		correction_verified_how: DF.SmallText | None
		correction_verified_on: DF.Datetime | None
		correspondence_format: DF.Literal[
			"Standard", "Large Print", "Easy Read", "Audio", "Braille", "Interpreter"
		]
		correspondence_to: DF.Literal["Complainant", "Representative", "Both"]
		customer: DF.Link | None
		customer_group: DF.Link | None
		customer_name: DF.Data | None
		customer_reference: DF.Data | None
		decisions: DF.Table[ComplaintDecision]
		description: DF.TextEditor
		due_at: DF.Datetime | None
		due_stage: DF.Data | None
		duplicate_of: DF.Link | None
		escalation_level: DF.Int
		extensions: DF.Table[ComplaintExtension]
		findings: DF.TextEditor | None
		handler: DF.Link | None
		hardship: DF.Check
		immediate_action_by: DF.Link | None
		immediate_action_needed: DF.Literal["", "No", "Yes"]
		immediate_action_on: DF.Datetime | None
		immediate_action_taken: DF.SmallText | None
		impact: DF.Literal["", "Low", "Medium", "High"]
		in_external_dispute: DF.Check
		investigation_waived_reason: DF.SmallText | None
		investigator: DF.Link | None
		is_anonymous: DF.Check
		is_employment_dispute: DF.Check
		is_overdue: DF.Check
		is_recurrent: DF.Check
		issue: DF.Link | None
		language: DF.Link | None
		ledger_head: DF.Data | None
		ledger_sequence: DF.Int
		milestones: DF.Table[ComplaintMilestone]
		naming_series: DF.Literal["CMP-.YYYY.-.#####"]
		next_action_at: DF.Datetime | None
		no_action_reason: DF.SmallText | None
		occurred_on: DF.Date | None
		outcome: DF.Literal["", "Upheld", "Partly Upheld", "Not Upheld"]
		outside_body: DF.Link | None
		persons_concerned: DF.Table[ComplaintConcernedPerson]
		policy_reason: DF.SmallText | None
		policy_snapshot: DF.LongText | None
		preferred_channel: DF.Literal["", "E-mail", "Post", "Phone", "In Person", "Portal"]
		priority: DF.Literal["", "Low", "Medium", "High", "Urgent"]
		priority_reason: DF.SmallText | None
		received_by: DF.Link | None
		received_on: DF.Datetime
		recorded_on: DF.Datetime | None
		redress: DF.Table[ComplaintRedress]
		redress_cost: DF.Currency
		related: DF.Table[ComplaintRelation]
		remedy_notes: DF.SmallText | None
		remedy_requested: DF.Link | None
		representative_authority: DF.Literal["", "Correspond", "Accept", "Receive Money"]
		representative_email: DF.Data | None
		representative_name: DF.Data | None
		representative_phone: DF.Data | None
		representative_proof: DF.Attach | None
		representative_proof_notes: DF.SmallText | None
		representative_relationship: DF.Data | None
		representative_valid_until: DF.Date | None
		representative_verified_by: DF.Link | None
		resolved_at_first_contact: DF.Check
		response: DF.Literal["", "Awaiting", "Accepted", "Partly Accepted", "Rejected", "No Reply"]
		resume_state: DF.Data | None
		retention_hold_reason: DF.SmallText | None
		reviewer: DF.Link | None
		root_cause: DF.Link | None
		root_cause_notes: DF.SmallText | None
		round: DF.Int
		safety_implication: DF.Literal["", "No", "Yes"]
		severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		share_with_company: DF.Check
		sla_policy: DF.Link | None
		status: DF.Literal[
			"Received",
			"Acknowledged",
			"Assessed",
			"Under Investigation",
			"Decided",
			"Response Sent",
			"Accepted",
			"Rejected",
			"Under Review",
			"Awaiting Complainant",
			"Closed",
			"Out of Scope",
			"Duplicate",
			"Withdrawn",
		]
		status_category: DF.Literal["Open", "Paused", "Resolved", "Closed"]
		subject: DF.Data
		subjects: DF.Table[ComplaintSubject]
		sweep_attempts: DF.Int
		territory: DF.Link | None
		tracking_key_hash: DF.Data | None
		waiting_on: DF.Literal["", "Complainant", "Supplier", "Returned Goods", "Third Party"]
		whys: DF.Table[ComplaintWhy]
		written_response_requested: DF.Check
	# end: auto-generated types

	def before_insert(self):
		self.start_afresh()

	def before_validate(self):
		self.restore_server_fields()
		self.keep_text_as_text()
		self.complete_receipt()

	def validate(self):
		self.check_input()
		self.check_untouched_when_closed()
		self.check_causes()
		self.set_priority()
		self.keep_in_who_hides_it()
		self.check_duty_roles()
		self.sign_verification()
		self.date_immediate_action()
		self.approve_when_asked()
		self.judge_redress()
		self.collect_changes()

	def validate_workflow(self):
		"""The Workflow only supplies the buttons; the core decides (it replaces Frappe's own check)."""
		self.change_state()
		self.check_fairness()

	def after_insert(self):
		intake.receive(self)

	def on_update(self):
		workflow_actions.follow_state(self)
		self.keep_out_persons_concerned()
		self.alert_on_safety()
		self.record_changes()
		self.ask_whether_reportable()

	def on_change(self):
		self.take_server_fields(self.flags.pop("recorded", None))
		self.ask_to_approve_redress()

	def on_trash(self):
		self.refuse_deletion()

	def keep_text_as_text(self):
		"""What people typed is shown, never obeyed."""
		typed_text.tame_fields(self)

	def start_afresh(self):
		"""A copy or an import starts as received, with nothing the server owns."""
		if self.status not in (None, "", RECEIVED):
			frappe.throw(_("A new complaint starts as {0}: take the actions afterwards.").format(_(RECEIVED)))
		for name in SERVER_FIELDS:
			self.set(name, None)
		for table in SERVER_TABLES:
			self.set(table, [])
		redress.start_afresh(self)
		self.update({"status": RECEIVED, "status_category": "Open", "round": 1})

	def restore_server_fields(self):
		before = self.get_doc_before_save()
		if not before:
			return
		for name in SERVER_FIELDS:
			self.set(name, before.get(name))
		for table in SERVER_TABLES:
			self.set(table, before.get(table))
		redress.restore(self)

	def complete_receipt(self):
		if self.is_new():
			intake.complete(self)
			intake.prioritise(self)
			intake.set_policy(self)

	def check_input(self):
		self.received_on = intake.moment(self.received_on, _("Received On"))
		intake.check(self)

	def check_causes(self):
		"""Causes are chosen from the tree, each once; what a complaint says of its actions is kept by them."""
		causes.check(self)
		before = self.get_doc_before_save()
		if (self.no_action_reason or "") != ((before.no_action_reason if before else "") or ""):
			self.action_state = corrective_actions.state_of(self.name, self.no_action_reason or "")

	def set_priority(self):
		intake.prioritise(self)

	def date_immediate_action(self):
		"""Recorded is done: by whom and when, unless somebody says otherwise by REST."""
		if self.immediate_action_taken and not self.immediate_action_on:
			self.immediate_action_on = clock.now_site()
			self.immediate_action_by = self.immediate_action_by or frappe.session.user

	def asked_action(self) -> str | None:
		"""The action that is taken with this save: named by who calls, or meant by a changed status."""
		before = self.get_doc_before_save()
		if self.flags.action:
			return self.flags.action
		if before and self.status != before.status:
			try:
				return lifecycle.infer(cases.read(self, status=before.status), self.status)
			except Refusal as refusal:
				cases.refuse(refusal)
		return None

	def change_state(self):
		before = self.get_doc_before_save()
		if not before:
			return
		action = self.asked_action()
		self.flags.outcome = None
		if not action:
			return
		who = cases.actor(*(self.flags.action_roles or ()))
		outcome = cases.decide(self, action, who, self.flags.action_data or {}, before.status)
		cases.put(self, outcome)
		self._sanitize_content()  # Frappe did so before the answers were put on the document
		self.status_category = category(self.status)
		intake.prioritise(self)
		self.flags.outcome = outcome

	def keep_in_who_hides_it(self):
		"""Who makes a complaint confidential goes on working on it, unless somebody else does already."""
		if (self.confidentiality or "Normal") != "Normal" and not self.handler:
			if permissions.may_handle(frappe.session.user):
				self.handler = frappe.session.user

	def check_duty_roles(self):
		"""A duty is given to who can do it."""
		before = self.get_doc_before_save() or frappe._dict()
		for duty, roles in permissions.DUTY_ROLES.items():
			user = self.get(duty)
			if user and user != before.get(duty) and not permissions.holds(user, roles):
				frappe.throw(
					_("{0} can't be the {1}: that needs the role {2}.").format(user, _(duty), _(roles[0]))
				)

	def sign_verification(self):
		"""Who says that a representative's authority is verified stands for it, and says by what."""
		before = self.get_doc_before_save() or frappe._dict()
		if self.representative_verified_by in (None, "", before.get("representative_verified_by")):
			return
		user = self.representative_verified_by = frappe.session.user
		if user != "Administrator" and not permissions.may_handle(user):
			frappe.throw(
				_("Whether a representative may act is verified by somebody who handles complaints."),
				frappe.PermissionError,
			)
		if not (self.representative_proof or (self.representative_proof_notes or "").strip()):
			frappe.throw(
				_("Attach the proof of authority, or write down how the authority was verified."),
				frappe.MandatoryError,
			)

	def check_fairness(self):
		self.check_duty_roles()  # once more: an action may have given a duty
		try:
			fairness.check_duties(cases.read(self))
		except Refusal as refusal:
			cases.refuse(refusal)

	def approve_when_asked(self):
		if self.flags.approval:
			actions.approve(self, self.get_doc_before_save().status)

	def check_untouched_when_closed(self):
		"""Closed cases refuse edits; what is wrong with one is put right by reopening it."""
		before = self.get_doc_before_save()
		if (
			not before
			or before.status_category != "Closed"
			or self.flags.action
			or self.status != before.status
		):
			return
		allowed = (
			AFTER_WITHDRAWAL if before.status == "Withdrawn" and before.safety_implication == "Yes" else ()
		)
		for df in self.meta.fields:
			if (
				df.fieldname not in allowed
				and df.fieldname not in SERVER_TABLES
				and self.is_changed(df, before)
			):
				frappe.throw(
					_(
						"This complaint is {0} and can't be changed: ask a Complaint Manager to reopen it."
					).format(_(before.status))
				)

	def is_changed(self, df, before) -> bool:
		if df.fieldtype in frappe.model.table_fields:
			return not self.is_child_table_same(df.fieldname)
		return df.fieldtype not in frappe.model.no_value_fields and self.has_value_changed(df.fieldname)

	def judge_redress(self):
		redress.judge(self)

	def collect_changes(self):
		"""What this edit means, as events; recorded once it is stored."""
		before = self.get_doc_before_save()
		self.flags.changes = []
		if not before:
			return
		moved = clock.to_utc(self.received_on) != clock.to_utc(before.received_on)
		received_at = clock.to_micros(clock.to_utc(self.received_on)) if moved else None
		old, new = before.as_dict(), self.as_dict()
		assessed = changes.assessment_differs(old, new) and timeline.has(self.name, "assessed")
		reason = self.flags.redress_reason or (self.assessment_reason or "").strip()
		try:
			corrected = their_words.corrected(old, new)
			self.flags.changes = changes.events(old, new, reason, received_at, assessed, corrected)
		except Refusal as refusal:
			cases.refuse(refusal)
		if self.flags.approval:
			self.flags.changes.append(EventSpec("decision_approved", {"round": self.round}))
		self.flags.reason = reason
		self.assessment_reason = None

	def keep_out_persons_concerned(self):
		if self.get_doc_before_save() and not self.is_child_table_same("persons_concerned"):
			permissions.withdraw_access(self)

	def alert_on_safety(self):
		before = self.get_doc_before_save()
		if before and self.safety_implication == "Yes" and before.safety_implication != "Yes":
			alerts.safety(self)

	def ask_whether_reportable(self):
		"""A safety implication opens the question whether an authority must know."""
		reportability.follow(self)

	def ask_to_approve_redress(self):
		redress_approval.follow(self)

	def record_changes(self):
		"""Send what is to be told, then record what happened: in one transaction with the change itself."""
		if self.flags.in_insert or not self.get_doc_before_save():
			return
		outcome, before = self.flags.outcome, self.get_doc_before_save()
		specs = [their_words.kept_with(spec, before, self) for spec in self.flags.changes or ()]
		if outcome:
			timeline.lock(self.name)
			letters = action_letters.send_all(self, outcome.letters)
			specs += letters + [with_question(event, letters) for event in outcome.events]
			self.take_over_receipt(outcome)
		fields = self.put_under_fitting_policy(specs)
		self.flags.recorded = timeline.record_all(self.name, specs, actor=self.acting(), fields=fields)
		self.flags.update(
			{
				"outcome": None,
				"changes": None,
				"action": None,
				"action_data": None,
				"action_roles": None,
				"approval": None,
				"redress_reason": None,
			}
		)

	def put_under_fitting_policy(self, specs) -> dict:
		"""Where this edit makes another policy fit, open clocks go on under that one: an event, and the fields to store."""
		before = self.get_doc_before_save()
		found = recalculation.when_matched_changes(self, before, specs, self.flags.reason or "")
		if not found:
			return {}
		specs.append(found.event)
		return found.fields

	def acting(self) -> str:
		"""Who acts in this save, for the ledger: nobody pressed a button where the system does."""
		return "System" if "System" in (self.flags.action_roles or ()) else frappe.session.user

	def take_over_receipt(self, outcome):
		"""The complaint that goes on for a duplicate was received when the earlier of the two was."""
		if not outcome.original_received_on:
			return
		original = frappe.get_doc("Complaint", self.duplicate_of)
		original.received_on = outcome.original_received_on
		original.assessment_reason = _("{0}, a duplicate, was received earlier").format(self.name)
		original.save(ignore_permissions=True)  # follows from marking this one, which was permitted

	def take_server_fields(self, changed):
		"""Show on this document what the timeline stored past it; after the Version was made, which is for people's changes."""
		self.update(changed or {})

	def update_from(self, other):
		"""Become what `other`, a later reading of the same complaint, is."""
		self.update(
			{name: other.get(name) for name in self.meta.get_valid_columns() if name in other.as_dict()}
		)
		for df in self.meta.get_table_fields():
			self.set(df.fieldname, other.get(df.fieldname))

	def undo_sending(self, letter):
		"""A letter that did not arrive was not sent: back to the state before, as an event that clocks heed."""
		specs = [EventSpec("delivery_failed", {"letter": letter.name, "kind": letter.kind})]
		source, target = UNDONE.get(letter.kind, ("", ""))
		if letter.kind == "Information Request":
			specs += self.wait_for_reminder(letter)
			target = self.resume_state if len(specs) == 1 and self.asked_by(letter) else ""
		elif letter.round != (self.round or 1) or self.was_told_otherwise(letter):
			target = ""
		if target and self.status == source:
			self.step_back(target)
			specs.append(
				EventSpec("state_changed", {"from": source, "to": target, "action": "Delivery Failed"})
			)
		timeline.record_all(self.name, specs)
		extensions.not_told(letter.name)
		self.reload()

	def asked_by(self, letter) -> bool:
		"""Whether the case waits for the answer to the question in this letter."""
		paused = timeline.events_of(self.name, "paused")
		return bool(paused) and paused[-1].data.get("letter") == letter.name

	def wait_for_reminder(self, letter) -> list[EventSpec]:
		"""A question that did not arrive, and a reminder of it that did: the case waits for the answer to that one."""
		if self.status != "Awaiting Complainant" or not self.asked_by(letter):
			return []
		asked = timeline.events_of(self.name, "paused")[-1]
		reminders = frappe.get_all(
			"Complaint Letter",
			{
				"complaint": self.name,
				"kind": letter.kind,
				"delivery": ("in", ("Sent", "Delivered")),
				"name": ("!=", letter.name),
				"creation": (">", letter.creation),
			},
			pluck="name",
			order_by="creation desc",
			limit=1,
		)
		return [replace_letter(asked, name) for name in reminders]

	def was_told_otherwise(self, letter) -> bool:
		"""Whether another letter of the same kind and round did get through."""
		same = {
			"complaint": self.name,
			"kind": letter.kind,
			"round": letter.round,
			"name": ("!=", letter.name),
		}
		return bool(frappe.db.exists("Complaint Letter", {**same, "delivery": ("in", ("Sent", "Delivered"))}))

	def step_back(self, target):
		"""Put the state back that a sending had moved, with what the sending had set."""
		values = {"status": target, "status_category": category(target)}
		if self.status == "Awaiting Complainant":
			values.update({"resume_state": "", "waiting_on": ""})
		if self.status == "Response Sent":
			values["response"] = ""
			unsent = {"sent_on": None, "response": "", "recourse_expires_on": None}
			frappe.db.set_value("Complaint Decision", self.decisions[-1].name, unsent, update_modified=False)
		# not an action anybody takes, so no question to the lifecycle: the sending it follows never happened
		frappe.db.set_value("Complaint", self.name, values)

	def update_children(self):
		"""As Frappe's, but milestones are never written from a document: the timeline owns their rows."""
		for df in self.meta.get_table_fields():
			if df.fieldname != "milestones":
				self.update_child_table(df.fieldname, df)

	def refuse_deletion(self):
		frappe.throw(
			_(
				"A complaint is a record and can't be deleted: close it, or anonymise it when its time has come."
			)
		)


UNDONE = {
	"Acknowledgement": ("Acknowledged", "Received"),
	"Information Request": ("Awaiting Complainant", ""),
	"Decision": ("Response Sent", "Decided"),
	"Review Outcome": ("Response Sent", "Decided"),
}
"""Kinds of letters whose sending moved the state: where to, and from where."""


def replace_letter(paused, letter) -> EventSpec:
	"""The pause `paused` once more, now standing on another letter."""
	data = {name: value for name, value in paused.data.items() if name in ("reason", "until")}
	return EventSpec("paused", {**data, "letter": letter}, at=paused.at, public=True)


def with_question(event, letters):
	"""A pause stands and falls with the question it waits for: where that bounces, nothing was paused."""
	if event.kind != "paused" or not letters:
		return event
	return replace(event, data={**event.data, "letter": letters[0].data["letter"]})


def on_doctype_update():
	"""The portal looks up a user's own cases by their owner; evidence counts those of a period without reading the cases."""
	frappe.db.add_index("Complaint", ["owner"])
	for name, fields in COUNTED_BY.items():
		frappe.db.add_index("Complaint", fields, name)


COUNTED_BY = {
	"evidence_received": [
		"received_on",
		"status",
		"company",
		"channel",
		"language",
		"category",
		"root_cause",
	],
	"evidence_closed": ["closed_on", "status", "company", "closure_basis", "root_cause", "action_state"],
	"evidence_confidential": ["confidentiality", "status", "company"],
	"evidence_anonymised": ["anonymised_on", "status", "company"],
	"open_now": ["status_category", "status", "company", "handler", "is_overdue", "due_at"],
}
"""Indexes that hold all that figures are grouped by, after what says whether a complaint is among them."""
