"""Redress as the desk works with it: the steps of a row, and what documents made for it do to the row.

A step is an edit of the table like any other: the controller asks `core.redress` for every changed state, whatever door
it came through, and writes what stands beside the state itself. Documents (in whatever system keeps the books) report
here by `document_made`, `document_done`, `document_undone` and `document_gone`; they are no edit by somebody who may
write the complaint, so they change the row in place, under the complaint's lock, and count as a change of it: whoever
has the form open is told, and does not write the old row back.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate

from cms_iso10002.complaints import alerts, cases, permissions, timeline
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import changes
from cms_iso10002.core import redress as rules
from cms_iso10002.core.case import Case
from cms_iso10002.core.refusal import Refusal

TABLE = "Complaint Redress"


# edits of the form ---------------------------------------------------------------------------------------


def start_afresh(doc) -> None:
	"""Rows of a complaint that is new are proposals, whatever a copy or an import says of them."""
	for row in doc.redress:
		row.update({name: None for name in rules.OWNED})
		row.update({"state": rules.PROPOSED, "implemented_on": None})
	_fill_currency(doc)


def restore(doc) -> None:
	"""What only steps and documents write stands as it is stored, whatever a client sent."""
	before = doc.get_doc_before_save()
	stored = {row.name: row for row in before.redress} if before else {}
	for row in doc.redress:
		was = stored.get(row.name)
		row.update({name: was.get(name) if was else None for name in rules.OWNED})
		row.state = row.state or rules.PROPOSED  # early Frappe 15 gives rows that are added no defaults


def judge(doc) -> None:
	"""Ask the core what an edit of the table means, and set on the rows what follows from it."""
	before = doc.get_doc_before_save()
	if not before or doc.is_child_table_same("redress"):
		return
	_fill_currency(doc)
	states, stored = document_states(doc), {row.name: row.state for row in before.redress}
	rows = [with_document(row, states, stored.get(row.name)) for row in doc.redress]
	reason = doc.flags.redress_reason or (doc.assessment_reason or "").strip()
	try:
		found = rules.edits(
			[row.as_dict() for row in before.redress],
			rows,
			cases.read(doc, status=before.status),
			cases.actor(),
			reason,
		)
	except Refusal as refusal:
		cases.refuse(refusal)
	for row, fields in zip(doc.redress, found, strict=True):
		row.update({name: cases.plain(value) for name, value in fields.items()})
		if fields.get("state") == rules.IMPLEMENTED and not row.document_name:
			row.cost = in_company_currency(doc.company, row.amount, row.currency, row.implemented_on)
	doc.redress_cost = flt(rules.roll_up(row.as_dict() for row in doc.redress))


def _fill_currency(doc) -> None:
	"""Amounts as numbers, whatever was sent; one without a currency is in the company's."""
	for row in doc.redress:
		row.amount, row.aspect = flt(row.amount), cint(row.aspect)
		if row.amount and not row.currency:
			row.currency = company_currency(doc.company)


def company_currency(company: str | None) -> str | None:
	return frappe.get_cached_value("Company", company, "default_currency") if company else None


def in_company_currency(company: str, amount: Any, currency: str | None, on: Any) -> float:
	"""`amount` in the currency of `company` at the rate of a day. Raises where the site knows no rate."""
	wanted = company_currency(company)
	if not amount or not currency or currency == wanted:
		return flt(amount)
	hooked = frappe.get_hooks("complaint_exchange_rate")
	rate = frappe.get_attr(hooked[-1])(currency, wanted, getdate(on)) if hooked else None
	if not rate:
		frappe.throw(
			_("There is no exchange rate from {0} to {1}: enter one as Currency Exchange first.").format(
				currency, wanted
			)
		)
	return flt(Decimal(str(amount)) * Decimal(str(rate)), 2)


def document_states(doc) -> dict[str, str]:
	"""Of each row with a document, by the row's name: open for a draft, settled for one that was submitted."""
	found: dict[str, str] = {}
	by_type: dict[str, dict[str, str]] = {}
	for row in doc.redress:
		if row.document_type and row.document_name:
			by_type.setdefault(row.document_type, {})[row.document_name] = row.name
	for doctype, names in by_type.items():
		if not frappe.db.exists("DocType", doctype):
			continue
		stored = frappe.get_all(
			doctype, {"name": ("in", sorted(names))}, ["name", "docstatus"], order_by="name"
		)
		for document in stored:
			if document.docstatus != 2:
				found[names[document.name]] = rules.SETTLED if document.docstatus else rules.OPEN
	return found


def with_document(row, states: Mapping[str, str], stored: str | None) -> dict[str, Any]:
	"""A row as the core reads it. A document that is never submitted is settled once it has done what the row owed
	(`stored` is the state that the row has now, whatever it is to become)."""
	state = states.get(row.name, "")
	return {**row.as_dict(), "document_state": rules.SETTLED if state and stored in rules.DONE else state}


# steps ---------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def get_steps(complaint: str) -> list[dict]:
	"""The rows of redress with the steps that the session's user may take now: `row`, `label`, `steps`."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	may_write = permissions.may(doc, "write")
	case, who, states = cases.read(doc, to_show=True), cases.actor(), document_states(doc)
	return [
		{
			"row": row.name,
			"label": label(row),
			"steps": [
				{"name": step.name, "needs_reason": rules.state_of(row) in step.why_from}
				for step in (
					rules.possible(case, with_document(row, states, row.state), who) if may_write else ()
				)
			],
			"held_up_by": _held_up_by(case, row, who) if may_write else "",
			"may_have_document": may_write and _may_have_document(case, row),
			"document_type": row.document_type,
			"document_name": row.document_name,
		}
		for row in doc.redress
	]


def _held_up_by(case: Case, row, who) -> str:
	"""Why the user can't take a proposal further, where that is a matter of authority."""
	waits = rules.state_of(row) == rules.PROPOSED and row.name
	why = rules.not_granted(case, row.as_dict(), who) if waits else None
	return cases.said(why) if why else ""


def _may_have_document(case: Case, row) -> bool:
	try:
		rules.may_have_document(case, row.as_dict())
	except Refusal:
		return False
	return True


def label(row) -> str:
	"""A row in a few words: its number, remedy, amount and state."""
	amount = frappe.format_value(row.amount, {"fieldtype": "Currency"}, currency=row.currency)
	parts = [_(row.remedy), amount if row.amount else "", _(row.state, context="Complaint Redress")]
	return "{0}: {1}".format(row.idx, ", ".join(filter(None, parts)))


def amount_field(row) -> dict[str, Any]:
	"""The amount that was granted, for the head of a dialog that gives it."""
	return {
		"fieldname": "granted",
		"fieldtype": "Data",
		"label": _("Amount Granted"),
		"read_only": 1,
		"default": frappe.format_value(row.amount, {"fieldtype": "Currency"}, currency=row.currency),
	}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def take_step(complaint: str, row: str, step: str, data: str | dict | None = None) -> dict:
	"""Take a step with a row of redress. Checks write permission on the complaint, then the rules of the core.

	`data` may hold `reason` and `implemented_on`. Returns the complaint.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	answers = (json.loads(data) if isinstance(data, str) and data else data) or {}
	child = find_row(doc, row)
	try:
		wanted = rules.find(step)
		rules.check(
			cases.read(doc),
			with_document(child, document_states(doc), child.state),
			step,
			cases.actor(),
			str(answers.get("reason") or ""),
		)
	except Refusal as refusal:
		cases.refuse(refusal)
	child.state = wanted.target or rules.owed(child.as_dict())
	if answers.get("implemented_on"):
		child.implemented_on = getdate(answers["implemented_on"])
	doc.flags.redress_reason = str(answers.get("reason") or "").strip()
	with all_or_nothing():
		doc.save()
	return doc.as_dict()


def find_row(doc, name: str):
	"""The row of redress called `name`. Raises where the complaint has none such."""
	for row in doc.redress:
		if row.name == name:
			return row
	frappe.throw(_("This complaint has no such row of redress: load it again."), frappe.DoesNotExistError)


# documents -----------------------------------------------------------------------------------------------


def for_document(complaint: str, row: str):
	"""The complaint, locked, and the row that a document is to be made for. Raises where it may have none now.

	Checks write permission on the complaint.
	"""
	timeline.lock(complaint)
	doc = frappe.get_doc("Complaint", complaint, for_update=True)
	doc.check_permission("write")
	child = find_row(doc, row)
	try:
		rules.may_have_document(cases.read(doc), child.as_dict())
	except Refusal as refusal:
		cases.refuse(refusal)
	if cases.actor().user in cases.concerned_users(doc):
		frappe.throw(
			_("You are recorded as concerned by this complaint: ask a Complaint Manager to assign it."),
			frappe.PermissionError,
		)
	return doc, child


def may_have_document(complaint: str, row: str) -> bool:
	"""Whether a row may be given a document now. Locks the complaint, so that the answer still holds when one is made."""
	if not frappe.db.exists("Complaint", complaint):
		return False
	timeline.lock(complaint)
	doc = frappe.get_doc("Complaint", complaint, for_update=True)
	child = next((each for each in doc.redress if each.name == row), None)
	return bool(child) and _may_have_document(cases.read(doc), child)


def document_made(complaint: str, row: str, doctype: str, name: str) -> None:
	"""A draft was made for a row: from now on it is the row's document."""
	_change(complaint, row, lambda _row: {"document_type": doctype, "document_name": name})


def document_done(complaint: str, row: str, doctype: str, name: str, on: date, cost: Any) -> None:
	"""The document of a row was submitted, or what it orders was delivered: the redress is carried out."""

	def done(child) -> dict[str, Any]:
		if not _is_of(child, doctype, name) and child.document_name:
			return {}
		fields = rules.document_done(child, on, frappe.session.user, cost)
		return {**fields, "document_type": doctype, "document_name": name} if fields else {}

	_change(complaint, row, done, note=f"{doctype} {name}")


def document_undone(complaint: str, row: str, doctype: str, name: str, forget: bool = True) -> None:
	"""The document of a row was cancelled (`forget`: and is the row's no more): the redress is owed again."""

	def undone(child) -> dict[str, Any]:
		if not _is_of(child, doctype, name):
			return {}
		gone = {"document_type": None, "document_name": None} if forget else {}
		return {**rules.document_undone(child), **gone}

	_change(complaint, row, undone, note=f"{doctype} {name}")


def _is_of(child, doctype: str, name: str) -> bool:
	return (child.document_type, child.document_name) == (doctype, name)


def _change(complaint: str, row: str, change, note: str = "") -> None:
	"""Write fields of one row in place, with the sum on the complaint and the events that follow."""
	if not frappe.db.exists("Complaint", complaint):
		return
	timeline.lock(complaint)
	doc = frappe.get_doc("Complaint", complaint, for_update=True)
	child = next((each for each in doc.redress if each.name == row), None)
	fields = change(child) if child else {}
	if not fields or doc.anonymised_on:
		return
	before = doc.as_dict()
	child.update(fields)
	frappe.db.set_value(TABLE, child.name, fields, update_modified=False)
	cost = flt(rules.roll_up(each.as_dict() for each in doc.redress))
	# not in place as the clocks do it: an open form must not write the old row back, so this is a change of the complaint
	frappe.db.set_value("Complaint", complaint, "redress_cost", cost)
	specs = changes.redress_events(before, doc.as_dict(), note)
	timeline.record_all(complaint, specs)
	frappe.clear_document_cache("Complaint", complaint)
	if doc.status_category == "Closed" and fields.get("state") in (rules.OFFERED, rules.ACCEPTED):
		_tell_of_owed(doc, child)
	doc.notify_update()


def _tell_of_owed(doc, child) -> None:
	"""What was carried out is owed again, though the case is closed: a person decides whether to reopen it."""
	alerts.tell(
		doc,
		alerts.in_charge(doc),
		lambda: _("{0} is closed, but the {1} of row {2} is owed again: its document was cancelled").format(
			doc.name, _(child.remedy), child.idx
		),
	)
