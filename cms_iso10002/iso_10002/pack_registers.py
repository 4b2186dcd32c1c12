"""The registers of an evidence pack, as CSV: what there is, and which columns hold personal data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import add_days, cstr

from cms_iso10002.complaints import permissions
from cms_iso10002.complaints.doctype.complaint_feedback.complaint_feedback import RATINGS
from cms_iso10002.core.objectives import NO_DATA
from cms_iso10002.core.spreadsheet import harmless

BATCH = 1000


@dataclass(frozen=True)
class Register:
	"""A register: its file, its doctype, the date that says whether a record is of the period ("" for all there are), its
	columns, and those that hold personal data and are left out unless asked for.

	`by` is the column that names its complaint: without a date of its own, a record is of the period when its complaint was
	received or closed in it, so that all registers are about the same complaints. `within` is the register whose records have
	these as rows: they are of the period, company and state that those are.
	"""

	file: str
	doctype: str
	date: str
	columns: tuple[str, ...]
	personal: tuple[str, ...] = ()
	by: str = ""
	submitted: bool = False
	unknown: Mapping[str, Callable[[Mapping[str, Any]], bool]] = field(default_factory=dict)
	"""Columns whose database has no word for *not known*, with what tells of a row that they are: they are left empty."""
	states: tuple[str, ...] = ()
	within: Register | None = None


def _is_zero(name: str, row: Mapping[str, Any]) -> bool:
	return not row[name]


AUDITS = Register(
	"audits",
	"Complaint Case Audit",
	"reported_on",
	"name title company from_date to_date status population sample_size seed drawn_on reported_on closed_on".split(),
	("auditor",),
	states=("Reported", "Closed"),
)
REVIEWS = Register(
	"management_reviews",
	"Complaint Management Review",
	"held_on",
	"name title company from_date to_date status held_on next_review_on approved_on".split(),
	("chair",),
	states=("Held", "Approved"),
)
REGISTERS: tuple[Register, ...] = (
	Register(
		"complaints",
		"Complaint",
		"",
		(
			"name received_on recorded_on channel language company complainant_type customer_group territory is_anonymous "
			"correspondence_format category remedy_requested severity complexity impact safety_implication priority "
			"is_recurrent status status_category round outcome response escalation_level conflict_check confidentiality "
			"resolved_at_first_contact in_external_dispute root_cause action_state is_overdue closed_on closure_basis "
			"duplicate_of sla_policy anonymised_on ledger_sequence ledger_head"
		).split(),
		(
			"subject",
			"customer",
			"complainant_name",
			"complainant_email",
			"complainant_phone",
			"handler",
			"investigator",
		),
		by="name",
	),
	Register(
		"milestones",
		"Complaint Milestone",
		"",
		"parent stage round occurrence state started_at due_at met_at ended_at paused_seconds remark".split(),
		by="parent",
	),
	Register(
		"decisions",
		"Complaint Decision",
		"",
		"parent round level outcome decided_on approved_on sent_on recourse_explained recourse_expires_on response responded_on".split(),
		("reasons", "response_words", "decided_by", "approved_by"),
		by="parent",
	),
	Register(
		"redress",
		"Complaint Redress",
		"",
		"parent remedy basis state amount currency due_date implemented_on document_type document_name".split(),
		("description", "approved_by", "verified_by"),
		by="parent",
	),
	Register(
		"extensions",
		"Complaint Extension",
		"",
		"parent milestone kind old_due new_due told_on letter".split(),
		("reason", "approved_by"),
		by="parent",
	),
	Register(
		"letters",
		"Complaint Letter",
		"",
		"name complaint kind round language format channel sent_on delivery".split(),
		("recipient", "sent_by"),
		by="complaint",
	),
	Register(
		"external_disputes",
		"External Dispute",
		"",
		"name complaint body filed_on stage outcome closed_on".split(),
		("reference", "remedy"),
		by="complaint",
	),
	Register(
		"feedback",
		"Complaint Feedback",
		"",
		"name complaint occasion submitted_on by taken_how ease speed informed courtesy fairness clarity outcome overall".split(),
		("comments",),
		by="complaint",
		unknown={name: partial(_is_zero, name) for name in RATINGS},
	),
	Register(
		"time_limit_policies",
		"Complaint SLA Policy",
		"",
		"name title rank enabled company category severity priority valid_from valid_to source docstatus".split(),
		submitted=True,
	),
	Register(
		"complaints_policies",
		"Complaints Policy",
		"",
		"name title version company language valid_from valid_to next_review_on approved_on is_published".split(),
		("approved_by",),
		submitted=True,
	),
	Register(
		"training",
		"Complaint Handler Training",
		"trained_on",
		"name topic kind trained_on valid_until effectiveness".split(),
		("user",),
	),
	Register(
		"objectives",
		"Complaint Objective",
		"",
		"name title company figure target unit better from_date to_date actual sample status trend".split(),
		("responsible",),
		unknown={"actual": lambda row: row["status"] in (None, "", NO_DATA)},
	),
	Register(
		"context",
		"Complaint Context Item",
		"",
		"name kind title company status likelihood impact rating review_on last_review_on".split(),
	),
	AUDITS,
	Register(
		"audit_findings",
		"Complaint Case Audit Finding",
		"",
		"parent complaint clause grade due_date closed_on".split(),
		("finding", "responsible", "closure_evidence"),
		by="complaint",
		within=AUDITS,
	),
	REVIEWS,
	Register(
		"review_decisions",
		"Complaint Management Review Decision",
		"",
		"parent kind decision due_date done_on result".split(),
		("responsible",),
		within=REVIEWS,
	),
	Register(
		"ledger_seals",
		"Complaint Ledger Seal",
		"day",
		"name day head_count merkle_root previous_seal hash".split(),
	),
)


def columns(register: Register, personal: bool) -> list[str]:
	"""The columns that a register has in a pack."""
	return [*register.columns, *(register.personal if personal else ())]


def as_csv(register: Register, pack: Any) -> Iterator[bytes]:
	"""The register as CSV in UTF-8 with a byte order mark, a piece a batch, rows of a complaint or record together.

	Rows about complaints that who made the pack may not see are left out.
	"""
	names = columns(register, bool(pack.with_personal_data))
	yield "\ufeff".encode() + _lines([names])
	after = ("", 0, "")
	while True:
		rows = _batch(register, pack, names, after)
		if rows:
			yield _lines([[_told(register, row, name) for name in names] for row in rows])
		if len(rows) < BATCH:
			return
		after = tuple(rows[-1][key] for key in ("__of", "__idx", "__name"))


def _batch(
	register: Register, pack: Any, names: Sequence[str], after: tuple[str, int, str]
) -> list[dict[str, Any]]:
	table = DocType(register.doctype)
	query = frappe.qb.from_(table).select(*[table[name] for name in names])
	if frappe.get_meta(register.doctype).istable:
		keys = (table.parent, table.idx, table.name)
		parent, idx, name = after
		come = (table.parent > parent) | (
			(table.parent == parent) & ((table.idx > idx) | ((table.idx == idx) & (table.name > name)))
		)
	else:
		keys, come = (table.name, table.idx, table.name), table.name > after[2]
	query = query.select(
		*[key.as_(alias) for key, alias in zip(keys, ("__of", "__idx", "__name"), strict=True)]
	)
	query = query.where(come).orderby(*dict.fromkeys(keys)).limit(BATCH)
	query = _of_state(query, table, register, pack)
	if register.within:
		parent = DocType(register.within.doctype)
		query = query.join(parent).on(
			(table.parent == parent.name) & (table.parenttype == register.within.doctype)
		)
		query = narrowed(_of_state(query, parent, register.within, pack), parent, pack)
	query = _of_company(query, table, register, pack)
	return query.run(as_dict=True)


def _of_state(query: Any, table: Any, register: Register, pack: Any) -> Any:
	"""Narrowed to the register's date and states."""
	if register.date:
		query = query.where(inside(table[register.date], pack))
	if register.submitted:
		query = query.where(table.docstatus == 1)
	if register.states:
		query = query.where(table.status.isin(register.states))
	return query


def narrowed(query: Any, table: Any, pack: Any) -> Any:
	"""Narrowed to what is of the pack's company, or of all."""
	if pack.company:
		query = query.where(table.company.isnull() | table.company.isin(["", pack.company]))
	return query


def of_period(case: Any, pack: Any) -> Any:
	"""Whether a complaint was received or closed in the pack's period, as a condition."""
	return inside(case.received_on, pack) | inside(case.closed_on, pack)


def inside(column: Any, pack: Any) -> Any:
	"""Whether a date lies in the pack's period, as a condition."""
	return (column >= pack.from_date) & (column < add_days(pack.to_date, 1))


def _of_company(query: Any, table: Any, register: Register, pack: Any) -> Any:
	"""Narrowed to the pack's company, and to complaints of the period that its maker may see."""
	if register.by:
		case = DocType("Complaint")
		cases = frappe.qb.from_(case).select(case.name)
		if pack.company:
			cases = cases.where(case.company == pack.company)
		visible = permissions.visible(pack.made_by)
		if visible is not None:
			cases = cases.where(visible)
		if not register.within:
			cases = cases.where(of_period(case, pack))
		about_none = table[register.by].isnull() | (table[register.by] == "")
		return query.where(about_none | table[register.by].isin(cases))
	return narrowed(query, table, pack) if frappe.get_meta(register.doctype).has_field("company") else query


def _told(register: Register, row: Mapping[str, Any], name: str) -> str:
	known = name not in register.unknown or not register.unknown[name](row)
	return _cell(row[name]) if known else ""


def _cell(value: Any) -> str:
	"""A value as text that no spreadsheet takes for a formula."""
	return harmless(value) if isinstance(value, str) else cstr(value)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
	buffer = io.StringIO()
	csv.writer(buffer, lineterminator="\r\n").writerows(rows)
	return buffer.getvalue().encode()
