"""*Create Document* on a row of redress: ERPNext's draft that carries it out, linked both ways.

A kind of document is a `Kind`: what it makes, for which remedies, what its dialog asks, and who builds it. The builder
returns an unsaved document; here it is linked to the complaint and its row, saved as a draft by the session's user
(whoever makes it needs ERPNext's own permission to), and written on the row. From then on `redress_events` hears of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from cms_iso10002.complaints import redress
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core.refusal import N_
from cms_iso10002.erpnext_bridge import (
	redress_compensation,
	redress_credit_note,
	redress_links,
	redress_replacement,
	redress_service,
)

MONEY, GOODS, SERVICE, GOODWILL = "Money", "Goods", "Service", "Goodwill"


@dataclass(frozen=True)
class Kind:
	"""A kind of document: `fields` gives its dialog, `build` makes it; `remedies` are the types of remedy it is for."""

	name: str
	doctype: str
	remedies: tuple[str, ...]
	fields: Callable[[Any, Any, Mapping[str, Any]], list[dict[str, Any]]]
	build: Callable[[Any, Any, Mapping[str, Any]], Any]


KINDS = (
	Kind(
		N_("Credit Note"),
		"Sales Invoice",
		(MONEY, GOODWILL),
		redress_credit_note.refund_fields,
		redress_credit_note.refund,
	),
	Kind(
		N_("Price Reduction"),
		"Sales Invoice",
		(MONEY, GOODWILL),
		redress_credit_note.reduction_fields,
		redress_credit_note.reduction,
	),
	Kind(
		N_("Compensation"),
		"Journal Entry",
		(MONEY, GOODWILL),
		redress_compensation.fields,
		redress_compensation.build,
	),
	Kind(
		N_("Replacement Order"),
		"Sales Order",
		(GOODS, GOODWILL),
		redress_replacement.order_fields,
		redress_replacement.order,
	),
	Kind(
		N_("Replacement Delivery"),
		"Delivery Note",
		(GOODS, GOODWILL),
		redress_replacement.delivery_fields,
		redress_replacement.delivery,
	),
	Kind(
		N_("Return of Goods"),
		"Delivery Note",
		(
			SERVICE,
		),  # what comes back to be repaired; money and other goods are not given by taking something back
		redress_replacement.return_fields,
		redress_replacement.goods_return,
	),
	Kind(
		N_("Warranty Claim"),
		"Warranty Claim",
		(SERVICE, GOODS),
		redress_service.claim_fields,
		redress_service.claim,
	),
	Kind(
		N_("Maintenance Visit"),
		"Maintenance Visit",
		(SERVICE, GOODS),
		redress_service.visit_fields,
		redress_service.visit,
	),
)


def find(name: str) -> Kind:
	for kind in KINDS:
		if kind.name == name:
			return kind
	frappe.throw(_("{0} is no kind of document for redress.").format(name))


@frappe.whitelist(methods=["GET", "POST"])
def get_kinds(complaint: str, row: str) -> list[dict]:
	"""The kinds of document that the session's user may make for a row: `name` and `label`."""
	return [
		{"name": kind.name, "label": _(kind.name)}
		for kind in _kinds_for(complaint, row)
		if frappe.has_permission(kind.doctype, "create")
	]


@frappe.whitelist(methods=["GET", "POST"])
def get_refused_kinds(complaint: str, row: str) -> list[str]:
	"""The kinds that there are for a row, but not for the session's user: a sentence each, with what they lack."""
	return [
		_("{0}: you may not create a {1}.").format(_(kind.name), _(kind.doctype))
		for kind in _kinds_for(complaint, row)
		if not frappe.has_permission(kind.doctype, "create")
	]


def _kinds_for(complaint: str, row: str) -> list[Kind]:
	"""The kinds for the remedy of a row, of which the site has the doctype. Checks read permission on the complaint."""
	_doc, child = _readable(complaint, row)
	kind_of_remedy = frappe.db.get_value("Complaint Remedy", child.remedy, "type")
	return [
		kind
		for kind in KINDS
		if kind_of_remedy in kind.remedies and frappe.db.exists("DocType", kind.doctype)
	]


@frappe.whitelist(methods=["GET", "POST"])
def get_dialog(complaint: str, row: str, kind: str, data: str | dict | None = None) -> list[dict]:
	"""What the dialog of a kind asks, as fields of a Frappe dialog; `data` holds what was chosen so far."""
	doc, child = _readable(complaint, row)
	wanted = find(kind)
	frappe.has_permission(wanted.doctype, "create", throw=True)
	return wanted.fields(doc, child, redress.answers_of(data))


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def make_document(complaint: str, row: str, kind: str, data: str | dict | None = None) -> dict:
	"""Make the draft of a kind for a row of redress: `doctype` and `name` of it.

	Checks write permission on the complaint, and ERPNext's permission to make such a document.
	"""
	wanted, answers = find(kind), redress.answers_of(data)
	frappe.has_permission(wanted.doctype, "create", throw=True)
	doc, child = redress.for_document(complaint, row)
	with all_or_nothing():
		document = wanted.build(doc, child, answers)
		redress_links.link(document, doc, child.name)
		document.insert()
		redress.document_made(doc.name, child.name, document.doctype, document.name)
	return {"doctype": document.doctype, "name": document.name}


def _readable(complaint: str, row: str):
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	return doc, redress.find_row(doc, row)
