"""From a gap to a Quality Action of ERPNext, and whether it proved effective.

A gap is closed when its action works, not when it is done: completed is ERPNext's word for it, effective is a person's
judgement with a date. It may come long after the approval, so it stands on the row and changes nothing else there.
"""

import frappe
from frappe import _
from frappe.utils import cstr, formatdate, getdate

from cms_iso10002.complaints import clock
from cms_iso10002.erpnext_bridge import quality
from cms_iso10002.iso_10002.assessment import board, grounds, rows
from cms_iso10002.iso_10002.assessment.grounds import ITEM


@frappe.whitelist(methods=["POST"])
def make_quality_action(row: str) -> dict:
	"""Make a Quality Action of a row's gap, each linked to the other; answers the row as the form shows it.

	Checks write permission on the assessment, and ERPNext's to create the action. A row has one action at most.
	"""
	doc, item = rows.locked(row)
	doc.check_permission("write")
	if doc.docstatus == 2:
		frappe.throw(_("This assessment is cancelled: no action follows from it."))
	if not cstr(item.gap).strip():
		frappe.throw(_("Say what the gap is first: the Quality Action begins with it."))
	if quality.states([item.quality_action]):
		frappe.throw(_("This gap has its Quality Action already: {0}.").format(item.quality_action))
	problem = _("{0}: {1}").format(grounds.named(item), item.gap.strip())
	links = {"iso_10002_self_assessment": doc.name, "complaint_gap": item.question}
	item.quality_action = quality.make_action(problem, cstr(item.action).strip(), links)
	_store(item, quality_action=item.quality_action, effective_on=None, effective_by=None)
	return board.of_row(doc, item)


@frappe.whitelist(methods=["POST"])
def judge_effective(row: str, effective_on: str | None = None) -> dict:
	"""Say on which day a row's Quality Action was found effective, or, without a day, that it was not.

	The action must be completed, the day neither before the period nor to come. Checks write permission on the
	assessment; answers the row as the form shows it.
	"""
	doc, item = rows.locked(row)
	doc.check_permission("write")
	day = getdate(effective_on) if effective_on else None
	if day:
		_refuse_too_early(doc, item, day)
	_store(item, effective_on=day, effective_by=frappe.session.user if day else None)
	if doc.docstatus == 0:
		_store(item, **grounds.capped(item, grounds.of(doc)))
	doc.add_comment("Info", _judgement(item, day))
	return board.of_row(doc, item)


def _refuse_too_early(doc, item, day) -> None:
	state = quality.states([item.quality_action]).get(item.quality_action)
	if not state:
		frappe.throw(_("There is no Quality Action to judge: make one of the gap first."))
	if state != quality.COMPLETED:
		frappe.throw(_("{0} is not completed yet: judge its effect afterwards.").format(item.quality_action))
	if not getdate(doc.from_date) <= day <= clock.today():
		frappe.throw(
			_("An action can't be found effective on {0}: choose a day from {1} to today.").format(
				formatdate(day), formatdate(doc.from_date)
			)
		)


def _judgement(item, day) -> str:
	if day:
		return _("found {0} effective on {1}: {2}").format(
			item.quality_action, formatdate(day), grounds.named(item)
		)
	return _("took back that {0} is effective: {1}").format(item.quality_action, grounds.named(item))


def _store(item, **values) -> None:
	item.update(values)
	frappe.db.set_value(ITEM, item.name, values)
