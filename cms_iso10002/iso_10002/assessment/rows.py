"""Answering row by row, so that several people can work on one assessment at once.

An answer carries only the fields that were changed, with what they were when the form showed them. The assessment is
locked, the row read again, and a field that somebody else has changed meanwhile is refused, never overwritten.
The assessment's own `modified` is not touched: a form that is open elsewhere can still be saved.
"""

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import maturity
from cms_iso10002.iso_10002.assessment import board, grounds, texts
from cms_iso10002.iso_10002.assessment.grounds import DOCTYPE, ITEM

TEXTS = ("not_applicable_reason", "status_reason", "further_evidence", "gap", "action")
LINKS = ("document_type", "document_name", "attachment")
FIELDS = ("maturity", "status", *TEXTS, *LINKS)


class Outdated(frappe.ValidationError):
	"""Somebody else has answered meanwhile: a person must look, so it is not tried again as a TimestampMismatchError is."""


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def answer(row: str, values: str | dict, seen: str | dict | None = None) -> dict:
	"""Answer fields of one row of a draft: `maturity` (1–5), `status`, texts, a linked document, a file.

	`seen` holds what the changed fields were when the user saw them; one that differs by now is refused with a
	`Outdated`. Answers the row and the progress as the form shows them. Checks write permission on the
	assessment; whoever is to approve it may not answer.
	"""
	changes, known = _parsed(values), _parsed(seen)
	doc, item = locked(row)
	doc.check_permission("write")
	_refuse_closed(doc)
	_refuse_conflict(item, changes, known)
	with all_or_nothing():
		_store(doc, item, changes)
	return board.of_row(doc, item)


@frappe.whitelist(methods=["GET", "POST"])
def get_row(row: str) -> dict:
	"""One row and the progress as the form shows them, for who may read the assessment."""
	doc, item = locked(row, lock=False)
	doc.check_permission("read")
	return board.of_row(doc, item)


def locked(row: str, lock: bool = True):
	"""The assessment of a row, locked, and the row in it."""
	parent = frappe.db.get_value(ITEM, row, "parent")
	if not parent:
		frappe.throw(_("There is no such row: it may have been deleted."), frappe.DoesNotExistError)
	doc = frappe.get_doc(DOCTYPE, parent, for_update=True) if lock else frappe.get_doc(DOCTYPE, parent)
	return doc, next(item for item in doc.items if item.name == row)


def _parsed(values: str | Mapping[str, Any] | None) -> dict[str, Any]:
	values = json.loads(values or "{}") if isinstance(values, str) or values is None else dict(values)
	unknown = [name for name in values if name not in FIELDS]
	if unknown:
		frappe.throw(_("{0} can't be answered.").format(escape_html(", ".join(unknown))))
	return {name: texts.kept(cstr(value).strip()) for name, value in values.items()}


def _refuse_closed(doc) -> None:
	if doc.docstatus or doc.status != "Draft":
		frappe.throw(_("Only a draft can be answered: this assessment is {0}.").format(_(doc.status)))
	if doc.approver == frappe.session.user:
		frappe.throw(_("You are to approve this assessment, so others answer it."))


def _refuse_conflict(item, changes: Mapping[str, str], seen: Mapping[str, str]) -> None:
	"""Raises where somebody else has changed a field since the user saw it."""
	for name, value in changes.items():
		now = cstr(item.get(name)).strip()
		if name in seen and now not in (seen[name], value):
			who = (
				frappe.get_cached_value("User", item.answered_by, "full_name")
				if item.answered_by
				else _("Somebody")
			)
			frappe.throw(
				_("{0} has changed “{1}” meanwhile: look at it, then answer again.").format(
					escape_html(who), _(item.meta.get_label(name))
				),
				Outdated,
			)


def _store(doc, item, changes: Mapping[str, str]) -> None:
	known = grounds.of(doc)
	standing = maturity.refusals(grounds.answer(item), grounds.support(item, known))
	_check_values(changes)
	item.update({**changes, **_following(item, changes)})
	_check_document(item, changes)
	item.update(grounds.capped(item, known))
	refused = maturity.refusals(grounds.answer(item), grounds.support(item, known))
	# what could not stand before, because the evidence has changed, is no reason to refuse another change
	if new := [one for one in refused if one not in standing]:
		frappe.throw(escape_html(grounds.sentence(new[0])))
	_note_answerers(doc, item.answered_by, frappe.session.user)
	item.update({"answered_by": frappe.session.user, "answered_on": clock.now_site()})
	stored = (*FIELDS, "applicable", "max_maturity", "cap_reason", "answered_by", "answered_on")
	frappe.db.set_value(ITEM, item.name, {name: item.get(name) for name in stored})


def _note_answerers(doc, *users: str | None) -> None:
	"""Keeps who has ever answered, though the row says only who did last: none of them approves."""
	known = {row.user for row in doc.answerers}
	for user in dict.fromkeys(users):
		if user and user not in known:
			doc.append("answerers", {"user": user}).db_insert()


def _check_values(changes: Mapping[str, str]) -> None:
	level, status = changes.get("maturity"), changes.get("status")
	if level and level not in map(str, maturity.SCALE):
		frappe.throw(
			_("A maturity is a whole number from {0} to {1}.").format(maturity.LOWEST, maturity.HIGHEST)
		)
	if status and status not in maturity.STATUSES:
		frappe.throw(_("There is no status {0}.").format(escape_html(status)))


def _following(item, changes: Mapping[str, str]) -> dict[str, Any]:
	"""What follows from a change: what is not applicable has no maturity; who gives one says that it applies."""
	if changes.get("status") == maturity.NOT_APPLICABLE:
		return {"applicable": 0, "maturity": ""}
	if "status" in changes:
		return {"applicable": 1}
	if changes.get("maturity") and not cint(item.applicable):
		return {"applicable": 1, "status": ""}
	if "document_type" in changes and "document_name" not in changes:
		return {"document_name": ""}
	return {}


def _check_document(item, changes: Mapping[str, str]) -> None:
	"""Raises where a linked document or file is not there, or is none that the user may read."""
	if changes.get("document_name"):
		kind = item.document_type and frappe.db.exists("DocType", item.document_type)
		if not kind or not frappe.db.exists(kind, item.document_name):
			frappe.throw(
				_("There is no {0} {1}.").format(
					escape_html(_(item.document_type or "")), escape_html(item.document_name)
				)
			)
		frappe.has_permission(item.document_type, "read", doc=item.document_name, throw=True)
	if changes.get("attachment") and not frappe.db.exists("File", {"file_url": changes["attachment"]}):
		frappe.throw(_("The file is not there: attach it again."))
