"""Escalating by hand: who sees that a case needs a manager now does not wait for a deadline to be missed.

It does what a missed deadline does (`escalation`): the level rises, the managers who may see the case are told, one of them
has a task; and it is an event, with the reason.
"""

import frappe
from frappe import _
from frappe.translate import get_user_lang

from cms_iso10002.complaints import alerts, repeats, timeline
from cms_iso10002.complaints.letter_language import speaking
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core.case import EventSpec


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def escalate(complaint: str, reason: str) -> dict:
	"""Bring a complaint before the Complaint Managers, and return it. Checks write permission on it.

	Raises frappe.ValidationError where it is closed, no reason is given, or no manager may see it.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	reason = (reason or "").strip()
	if doc.status_category == "Closed":
		frappe.throw(
			_("This complaint is {0}: there is nothing to escalate.").format(_(doc.status)),
			title=_("Not Possible Yet"),
		)
	if not reason:
		frappe.throw(_("Say why it needs a manager now."), frappe.MandatoryError)
	managers = [user for user in alerts.managers(doc) if user != frappe.session.user]
	if not managers:
		frappe.throw(_("There is no other Complaint Manager who may see this complaint."))
	with all_or_nothing():
		if not repeats.event(complaint, "escalated", reason):
			_hand_up(doc, managers, reason)
	return frappe.get_doc("Complaint", complaint).as_dict()


def _hand_up(doc, managers: list[str], reason: str) -> None:
	level = (frappe.db.get_value("Complaint", doc.name, "escalation_level") or 0) + 1
	responsible = alerts.least_busy(managers)
	data = {"role": alerts.MANAGER, "user": responsible, "level": level}
	timeline.record_all(
		doc.name, [EventSpec("escalated", data, note=reason)], fields={"escalation_level": level}
	)
	# the reason stands on the case: a message may be read where the case may not
	alerts.tell(doc, managers, lambda: _("{0} was escalated to you").format(doc.name), by_mail=True)
	with speaking(get_user_lang(responsible)):
		alerts.assign(
			doc, responsible, _("Escalated: {0}, level {1}").format(doc.name, level), priority="High"
		)
