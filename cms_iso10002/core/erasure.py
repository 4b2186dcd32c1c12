"""What is left of a complaint when it is anonymised: the one table, field by field.

A test holds that no field of a complaint's records is missing here, and another that docs/privacy.md says the same.
What identifies somebody, or may hold words about them, goes; what is counted stays. Fields that a site has added
are not in the table: they are emptied unless they can only hold a number or a choice (`of_unknown`).
"""

from __future__ import annotations

from dataclasses import dataclass

from cms_iso10002.core.refusal import N_

ERASED = "[anonymised]"
"""Stands where words stood, so that it still counts that something was said."""

KEPT, EMPTIED, REPLACED = "kept", "emptied", "replaced"
STAFF = "kept of staff"
"""A user: kept where it is somebody who works here and is not the complainant, otherwise emptied."""
COMPANY = "kept of companies"
"""Kept where the complainant is a company (Customer Type), otherwise emptied."""
DELETED, REMOVED, UNNAMED = "deleted", "removed", "unnamed"
"""Of whole records."""

MEANINGS = {
	KEPT: N_("kept"),
	EMPTIED: N_("emptied"),
	REPLACED: N_("replaced by “[anonymised]”, where something stood there"),
	STAFF: N_("kept if it is somebody who works here, otherwise emptied"),
	COMPANY: N_("kept if the customer is a company, otherwise emptied"),
	DELETED: N_("deleted"),
	REMOVED: N_("the row is deleted, not what it is a row of"),
	UNNAMED: N_("kept; who looked stands as an opaque reference"),
}


@dataclass(frozen=True)
class Rule:
	"""What becomes of some fields of a doctype, and why."""

	doctype: str
	fate: str
	fields: tuple[str, ...]
	why: str


def _rule(doctype: str, fate: str, fields: str, why: str) -> Rule:
	return Rule(doctype, fate, tuple(fields.split()), why)


RULES = (
	_rule(
		"Complaint",
		EMPTIED,
		"complainant_name complainant_email complainant_phone complainant_address contact customer_reference"
		" assistance_notes representative_name representative_email representative_phone"
		" representative_relationship representative_proof representative_proof_notes tracking_key_hash",
		"who complained, who acted for them, and how to reach them; the key to the portal opens nothing any more",
	),
	_rule("Complaint", EMPTIED, "issue", "the Issue has retention of its own and may name them"),
	_rule(
		"Complaint", EMPTIED, "assessment_reason retention_hold_reason", "words that were meant for a moment"
	),
	_rule(
		"Complaint",
		REPLACED,
		"subject description remedy_notes immediate_action_taken findings root_cause_notes"
		" investigation_waived_reason no_action_reason closure_reason correction_verified_how",
		"words may name people; that there were some is evidence",
	),
	_rule(
		"Complaint",
		COMPANY,
		"customer customer_name",
		"a company is no natural person; its customer group and territory stay in any case",
	),
	_rule(
		"Complaint",
		STAFF,
		"received_by handler investigator reviewer immediate_action_by representative_verified_by"
		" correction_verified_by",
		"who answers for the handling (4.12)",
	),
	_rule(
		"Complaint",
		KEPT,
		"naming_series company channel language received_on recorded_on occurred_on customer_group territory"
		" complainant_type is_anonymous share_with_company preferred_channel correspondence_format correspondence_to"
		" representative_authority representative_valid_until",
		"how and when it came, counted without a name (4.5, 7.2)",
	),
	_rule(
		"Complaint",
		KEPT,
		"category remedy_requested complaint_group is_employment_dispute outside_body severity complexity impact"
		" priority priority_reason safety_implication immediate_action_needed immediate_action_on is_recurrent hardship"
		" written_response_requested conflict_check root_cause action_state duplicate_of correction_verified_on",
		"what it was about, chosen from lists (8.2); that it was a duplicate stands in the record of events",
	),
	_rule(
		"Complaint",
		KEPT,
		"status status_category confidentiality waiting_on escalation_level resolved_at_first_contact"
		" in_external_dispute outcome response round redress_cost closed_on closure_basis resume_state",
		"how it went (7.3 to 7.9)",
	),
	_rule(
		"Complaint",
		KEPT,
		"sla_policy policy_reason policy_snapshot next_action_at is_overdue due_at due_stage sweep_attempts"
		" ledger_head ledger_sequence anonymised_on",
		"deadlines, and the proof that the record is whole (4.9)",
	),
	_rule(
		"Complaint",
		KEPT,
		"milestones subjects aspects persons_concerned decisions redress extensions related causes whys",
		"tables: their rows stay, each field as said below",
	),
	_rule(
		"Complaint Subject",
		COMPANY,
		"serial_no reference_doctype reference_name",
		"a serial number or an invoice leads to its buyer",
	),
	_rule("Complaint Subject", EMPTIED, "description", "words may name people"),
	_rule(
		"Complaint Subject",
		KEPT,
		"item_code item_name qty uom batch_no supplier returned_qty amount currency",
		"which products fail (8.2)",
	),
	_rule(
		"Complaint Aspect",
		REPLACED,
		"what reasons",
		"words may name people; that each aspect was answered counts",
	),
	_rule(
		"Complaint Aspect", KEPT, "category subject_row outcome", "what it was about, and how it was decided"
	),
	_rule(
		"Complaint Concerned Person",
		EMPTIED,
		"user employee person_name in_what_way",
		"who was complained about; how many were recorded stays as rows",
	),
	_rule(
		"Complaint Decision",
		REPLACED,
		"reasons",
		"words may name people; that reasons were given counts (7.8)",
	),
	_rule("Complaint Decision", EMPTIED, "response_words", "what the complainant said"),
	_rule(
		"Complaint Decision", STAFF, "decided_by approved_by response_taken_by", "who answers for it (4.12)"
	),
	_rule(
		"Complaint Decision",
		KEPT,
		"round level outcome decided_on approved_on sent_on recourse_explained recourse_expires_on response"
		" responded_on response_given_by response_channel",
		"how and when it was decided and answered",
	),
	_rule("Complaint Redress", EMPTIED, "description", "words may name people"),
	_rule(
		"Complaint Redress",
		COMPANY,
		"document_type document_name",
		"a credit note leads to who got it; the books keep it by their own rules, without the complaint",
	),
	_rule("Complaint Redress", STAFF, "approved_by implemented_by verified_by", "who answers for it (4.12)"),
	_rule(
		"Complaint Redress",
		KEPT,
		"remedy basis state aspect amount currency due_date approved_on implemented_on verified_on cost approval_task",
		"what was offered and done (7.7)",
	),
	_rule("Complaint Extension", REPLACED, "reason", "words may name people; that a reason was told counts"),
	_rule("Complaint Extension", STAFF, "approved_by", "who answers for it (4.12)"),
	_rule(
		"Complaint Extension", KEPT, "milestone kind old_due new_due told_on letter", "which deadlines moved"
	),
	_rule(
		"Complaint Milestone",
		KEPT,
		"stage round occurrence reference state started_at due_at warn_at met_at ended_at paused_seconds"
		" worked_seconds remark started_utc due_utc met_utc",
		"due and done (4.15)",
	),
	_rule("Complaint Cause", EMPTIED, "notes", "words may name people"),
	_rule("Complaint Cause", KEPT, "root_cause kind", "what contributed, chosen from lists (8.2)"),
	_rule("Complaint Why", REPLACED, "answer evidence", "words may name people; that it was asked counts"),
	_rule("Complaint Why", KEPT, "line", "which question was asked"),
	_rule("Complaint Relation", EMPTIED, "note", "words may name people"),
	_rule("Complaint Relation", KEPT, "complaint relation", "that complaints recur (8.2)"),
	_rule(
		"Complaint Letter",
		EMPTIED,
		"recipient subject message content page communication file",
		"what was written to them, and where to",
	),
	_rule("Complaint Letter", REPLACED, "reason", "words may name people; that a reason was noted counts"),
	_rule("Complaint Letter", STAFF, "sent_by format_confirmed_by", "who answers for it (4.12)"),
	_rule(
		"Complaint Letter",
		KEPT,
		"complaint kind round language format channel sent_on delivery",
		"that they were told, how and when (7.4, 7.8)",
	),
	_rule(
		"Complaint Event",
		EMPTIED,
		"note note_salt",
		"words that were said; without the salt their hash tells nothing",
	),
	_rule(
		"Complaint Event",
		KEPT,
		"complaint sequence kind at at_utc actor public dedupe_key payload previous_hash hash",
		"the record of what happened, which holds references and no personal words; a digest keeps the same mail or"
		" form from coming in again",
	),
	_rule("Complaint Feedback", REPLACED, "comments", "words may name people"),
	_rule("Complaint Feedback", STAFF, "taken_by", "who took it down"),
	_rule(
		"Complaint Feedback",
		KEPT,
		"complaint occasion submitted_on by ease speed informed courtesy fairness clarity outcome overall taken_how",
		"how content people were (8.3)",
	),
	_rule(
		"Complaint Reportability", REPLACED, "reason", "words may name people; that reasons were given counts"
	),
	_rule("Complaint Reportability", EMPTIED, "reference", "the authority's file"),
	_rule("Complaint Reportability", STAFF, "decided_by reported_by", "who answers for it (4.12)"),
	_rule(
		"Complaint Reportability",
		KEPT,
		"complaint state opened_on decide_by decided_on authority report_by reported_on",
		"that it was asked, decided and reported in time",
	),
	_rule("Complaint Other Affected", EMPTIED, "customer communication", "who else bought it and was told"),
	_rule("Complaint Other Affected", STAFF, "told_by", "who answers for it (4.12)"),
	_rule("Complaint Other Affected", KEPT, "complaint told_on", "how many were told, and when"),
	_rule("External Dispute", REPLACED, "reference remedy", "the body's file, and words"),
	_rule(
		"External Dispute",
		KEPT,
		"complaint body filed_on stage requests outcome closed_on",
		"that and how it was decided outside",
	),
	_rule("External Dispute Request", REPLACED, "reference request", "the body's file, and words"),
	_rule(
		"External Dispute Request",
		KEPT,
		"number received_on due_on answered_on",
		"asked and answered in time",
	),
	_rule(
		"Complaint Mail Triage",
		EMPTIED,
		"sender sender_name subject message_id preview",
		"who wrote what; the message itself, attached, is deleted",
	),
	_rule("Complaint Mail Triage", REPLACED, "reason remark", "words may name people"),
	_rule("Complaint Mail Triage", STAFF, "handled_by", "who answers for it"),
	_rule(
		"Complaint Mail Triage",
		KEPT,
		"status complaint handled_on received_on email_account message_key",
		"that a message came and what became of it; a digest keeps it from coming in again",
	),
	_rule(
		"Complaint Actor",
		EMPTIED,
		"user",
		"whom from outside the reference in the events meant; those of staff are shared by all complaints and stay",
	),
	_rule("Complaint Actor", KEPT, "complaint", "the reference, behind which nobody is known any more"),
)

OUTSIDE = {
	"Complaint Group": "is about what several complaints share; name nobody in its findings",
	"Complaint Action Case": "says which complaints an action serves; name nobody in what is done",
	"Complaint Case Audit Sample": "audits judge the handling; auditors name no complainant in what they find",
	"Complaint Case Audit Finding": "audits judge the handling; auditors name no complainant in what they find",
}
"""Our own records that name a complaint and are left as they are."""


@dataclass(frozen=True)
class Trace:
	"""Records of Frappe about a record of the complaint, by the fields that name it; what becomes of them, and why."""

	doctype: str
	type_field: str
	name_field: str
	fate: str
	why: str


TRACES = (
	Trace("Communication", "reference_doctype", "reference_name", DELETED, "e-mails and messages"),
	Trace(
		"Communication Link", "link_doctype", "link_name", REMOVED, "an Issue's e-mails stay with the Issue"
	),
	Trace(
		"Comment", "reference_doctype", "reference_name", DELETED, "words, names of files, who was assigned"
	),
	Trace(
		"File",
		"attached_to_doctype",
		"attached_to_name",
		DELETED,
		"also on the disk, unless the Issue has it too",
	),
	Trace("Version", "ref_doctype", "docname", DELETED, "what fields said before"),
	Trace("Email Queue", "reference_doctype", "reference_name", DELETED, "what was sent"),
	Trace("Email Unsubscribe", "reference_doctype", "reference_name", DELETED, "an address"),
	Trace("Notification Log", "document_type", "document_name", DELETED, "what people were told"),
	Trace("ToDo", "reference_type", "reference_name", REPLACED, "the task stays, its words go"),
	Trace(
		"Event Participants", "reference_doctype", "reference_docname", DELETED, "with the appointment itself"
	),
	Trace("Reminder", "reminder_doctype", "reminder_docname", DELETED, "words"),
	Trace("Tag Link", "document_type", "document_name", DELETED, "tags, and those that nothing else has"),
	Trace("DocShare", "share_doctype", "share_name", DELETED, "nobody needs it any more"),
	Trace("Document Share Key", "reference_doctype", "reference_docname", DELETED, "links that open it"),
	Trace("Document Follow", "ref_doctype", "ref_docname", DELETED, "nobody needs it any more"),
	Trace("Activity Log", "reference_doctype", "reference_name", DELETED, "words"),
	Trace("Energy Point Log", "reference_doctype", "reference_name", DELETED, "words"),
	Trace("Milestone", "reference_type", "reference_name", DELETED, "what fields said"),
	Trace("Error Log", "reference_doctype", "reference_name", DELETED, "may show what was worked on"),
	Trace("Integration Request", "reference_doctype", "reference_docname", DELETED, "what was passed on"),
	Trace(
		"View Log",
		"reference_doctype",
		"reference_name",
		UNNAMED,
		"that confidential cases were looked at counts (4.10)",
	),
)
"""A doctype that a version of Frappe does not have is passed over."""

NUMBERS_AND_CHOICES = ("Check", "Currency", "Duration", "Float", "Int", "Percent", "Rating", "Select")


def fates(doctype: str) -> dict[str, str]:
	"""What becomes of each field of `doctype` that the table knows."""
	return {field: rule.fate for rule in RULES if rule.doctype == doctype for field in rule.fields}


def of_unknown(fieldtype: str) -> str:
	"""What becomes of a field that the table does not know, because a site has added it."""
	return KEPT if fieldtype in NUMBERS_AND_CHOICES else EMPTIED


def doctypes() -> tuple[str, ...]:
	"""The doctypes of the table, in its order."""
	return tuple(dict.fromkeys(rule.doctype for rule in RULES))
