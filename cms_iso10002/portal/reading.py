"""A complaint as far as the portal needs it: some of its fields and tables, because a whole one costs twice the time.

What must be known before a key is believed comes first, and is short: a wrong key takes as long on a long case as on
one that is not there.
"""

from __future__ import annotations

import frappe
from frappe.query_builder import DocType

FIELDS = (
	"name",
	"owner",
	"subject",
	"status",
	"status_category",
	"channel",
	"received_on",
	"language",
	"company",
	"customer",
	"contact",
	"complainant_name",
	"complainant_email",
	"complainant_phone",
	"customer_reference",
	"occurred_on",
	"remedy_requested",
	"share_with_company",
	"correspondence_format",
	"correspondence_to",
	"representative_name",
	"representative_email",
	"representative_authority",
	"representative_phone",
	"representative_verified_by",
	"representative_valid_until",
	"confidentiality",
	"handler",
	"investigator",
	"reviewer",
	"duplicate_of",
	"closure_basis",
	"tracking_key_hash",
	"anonymised_on",
)
TEXTS = ("description", "remedy_notes", "complainant_address")
"""What may be long is read once a key is believed."""
NOBODY = frappe._dict(dict.fromkeys(FIELDS), name="")
"""What is looked at where there is no such case, in the same way."""
TABLES = {
	"milestones": ("Complaint Milestone", ("stage", "state", "due_at")),
	"aspects": ("Complaint Aspect", ("what", "outcome", "reasons")),
	"subjects": ("Complaint Subject", ("item_code", "item_name", "reference_doctype", "reference_name")),
	"redress": ("Complaint Redress", ("remedy", "basis", "state", "description", "amount", "currency")),
	"persons_concerned": ("Complaint Concerned Person", ("user", "employee")),
	"decisions": (
		"Complaint Decision",
		(
			"name",
			"round",
			"level",
			"outcome",
			"reasons",
			"decided_by",
			"approved_by",
			"sent_on",
			"recourse_expires_on",
			"response",
			"responded_on",
			"response_words",
		),
	),
}


def row(reference: str, lock: bool = False) -> frappe._dict:
	"""The fields of a complaint, or NOBODY: one query, whether it is there or not.

	The database takes names with other accents or with signs that nobody sees for the same, and limits would count
	them as others: so a reference is its name, in capitals or not.
	"""
	found = frappe.db.get_value("Complaint", reference, FIELDS, as_dict=True, for_update=lock)
	return found if found and found.name.casefold() == reference.casefold() else NOBODY


def with_tables(case: frappe._dict) -> frappe._dict:
	"""`case` with what was told and its tables."""
	case.update(frappe.db.get_value("Complaint", case.name, TEXTS, as_dict=True))
	for fieldname, (doctype, fields) in TABLES.items():
		table = DocType(doctype)
		case[fieldname] = (
			frappe.qb.from_(table)
			.select(*fields)
			.where((table.parent == case.name) & (table.parenttype == "Complaint"))
			.orderby(table.idx)
			.run(as_dict=True)
		)
	return case


def read(reference: str) -> frappe._dict:
	"""A complaint that is there, with its tables, as it stands now."""
	return with_tables(row(reference))
