from frappe.model.document import Document


class Complaint(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cms_iso10002.complaints.doctype.complaint_aspect.complaint_aspect import ComplaintAspect
		from cms_iso10002.complaints.doctype.complaint_concerned_person.complaint_concerned_person import ComplaintConcernedPerson
		from cms_iso10002.complaints.doctype.complaint_decision.complaint_decision import ComplaintDecision
		from cms_iso10002.complaints.doctype.complaint_extension.complaint_extension import ComplaintExtension
		from cms_iso10002.complaints.doctype.complaint_milestone.complaint_milestone import ComplaintMilestone
		from cms_iso10002.complaints.doctype.complaint_redress.complaint_redress import ComplaintRedress
		from cms_iso10002.complaints.doctype.complaint_relation.complaint_relation import ComplaintRelation
		from cms_iso10002.complaints.doctype.complaint_subject.complaint_subject import ComplaintSubject

		action_state: DF.Literal["", "Not Needed", "Open", "In Effect", "Effective"]
		anonymised_on: DF.Datetime | None
		aspects: DF.Table[ComplaintAspect]
		assessment_reason: DF.SmallText | None
		assistance_notes: DF.SmallText | None
		category: DF.Link | None
		channel: DF.Literal["Portal", "E-mail", "Phone", "In Person", "Letter", "Social Media", "Web", "Other"]
		closed_on: DF.Datetime | None
		closure_basis: DF.Literal["", "Accepted", "Resolved Early", "No Reply", "Recourse Exhausted", "Recourse Expired", "External Outcome", "Withdrawn", "Out of Scope", "Duplicate", "No Contact Possible"]
		closure_reason: DF.SmallText | None
		company: DF.Link
		complainant_address: DF.SmallText | None
		complainant_email: DF.Data | None
		complainant_name: DF.Data | None
		complainant_phone: DF.Data | None
		complainant_type: DF.Literal["Customer", "Public", "Employee as Customer", "Supplier", "Authority", "Other"]
		complaint_group: DF.Link | None
		complexity: DF.Literal["", "Low", "Medium", "High"]
		confidentiality: DF.Literal["Normal", "Confidential", "Restricted"]
		conflict_check: DF.Literal["Not Done", "None Found", "Names Recorded"]
		contact: DF.Link | None
		correspondence_format: DF.Literal["Standard", "Large Print", "Easy Read", "Audio", "Braille", "Interpreter"]
		correspondence_to: DF.Literal["Complainant", "Representative", "Both"]
		customer: DF.Link | None
		customer_group: DF.Link | None
		customer_name: DF.Data | None
		customer_reference: DF.Data | None
		decisions: DF.Table[ComplaintDecision]
		description: DF.TextEditor
		duplicate_of: DF.Link | None
		escalation_level: DF.Int
		extensions: DF.Table[ComplaintExtension]
		findings: DF.TextEditor | None
		handler: DF.Link | None
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
		policy_snapshot: DF.Code | None
		preferred_channel: DF.Literal["", "E-mail", "Post", "Phone", "In Person", "Portal"]
		priority: DF.Literal["", "Low", "Medium", "High", "Urgent"]
		priority_reason: DF.SmallText | None
		received_by: DF.Link | None
		received_on: DF.Datetime
		recorded_on: DF.Datetime | None
		redress: DF.Table[ComplaintRedress]
		related: DF.Table[ComplaintRelation]
		remedy_notes: DF.SmallText | None
		remedy_requested: DF.Link | None
		representative_authority: DF.Literal["", "Correspond", "Accept", "Receive Money"]
		representative_email: DF.Data | None
		representative_name: DF.Data | None
		representative_phone: DF.Data | None
		representative_proof: DF.Attach | None
		representative_relationship: DF.Data | None
		representative_valid_until: DF.Date | None
		representative_verified_by: DF.Link | None
		resolved_at_first_contact: DF.Check
		response: DF.Literal["", "Awaiting", "Accepted", "Partly Accepted", "Rejected", "No Reply"]
		resume_state: DF.Data | None
		reviewer: DF.Link | None
		root_cause: DF.Link | None
		root_cause_notes: DF.SmallText | None
		round: DF.Int
		safety_implication: DF.Literal["", "No", "Yes"]
		severity: DF.Literal["", "Minor", "Moderate", "Major", "Critical"]
		share_with_company: DF.Check
		sla_policy: DF.Link | None
		status: DF.Literal["Received", "Acknowledged", "Assessed", "Under Investigation", "Decided", "Response Sent", "Accepted", "Rejected", "Under Review", "Awaiting Complainant", "Closed", "Out of Scope", "Duplicate", "Withdrawn"]
		status_category: DF.Literal["Open", "Paused", "Resolved", "Closed"]
		subject: DF.Data
		subjects: DF.Table[ComplaintSubject]
		territory: DF.Link | None
		tracking_key_hash: DF.Data | None
		waiting_on: DF.Literal["", "Complainant", "Supplier", "Returned Goods", "Third Party"]
	# end: auto-generated types

	pass
