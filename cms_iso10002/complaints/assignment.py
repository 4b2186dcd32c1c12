"""Frappe's Assignment Rules on complaints: nobody who is concerned or may not see the case is chosen, and nothing is held up.

Frappe's rule picks the next of its users, whoever that is; a pick that may not be (`permissions.refuse_concerned_assignee`)
would be an error in the middle of saving, so that a complaint could not even be recorded; and one who may not see the case
would be given a share of it. So it is looked at beforehand whom the rule is going to pick. Where that is nobody for this
case, the next of the rule's users who is gets it, else a Complaint Manager; Frappe then finds it assigned. Where nobody is
left at all, the task stands without a name, and says so.

Whoever a rule gives a case without a handler becomes its handler: an event, as if chosen on the form.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.utils import escape_html, nowdate

from cms_iso10002.complaints import alerts, permissions, tasks, timeline
from cms_iso10002.core.case import EventSpec

RULE = "Assignment Rule"


def before_rules(doc, method: str | None = None) -> None:
	"""Complaint.on_update, before Frappe applies the rules: assign where the one they would pick may not be."""
	if frappe.flags.in_patch or frappe.flags.in_install or frappe.flags.in_setup_wizard:
		return  # as Frappe, which applies none then
	rules = [rule for rule in _rules() if not rule.is_rule_not_applicable_today()]
	if not rules:
		return
	values = doc.as_dict()
	present = _assignments(doc.name)
	unassigned = present and any(_lets_go(rule, values, present) for rule in rules)
	if present and not unassigned:
		return
	rule = next((rule for rule in rules if rule.safe_eval("assign_condition", values)), None)
	pick = rule and rule.get_user(values)
	if not pick:
		return
	stored = frappe.get_doc("Complaint", doc.name)
	if _able(stored, [pick]):
		return
	if unassigned:
		assign_to.clear("Complaint", doc.name)
	user = _instead(stored, rule, pick)
	# what a rule lets go of at once must not look like its own
	at_once = rule.unassign_condition and rule.safe_eval("unassign_condition", values)
	_give(stored, rule, user, "" if at_once else rule.name)


def on_assignment(doc, method: str | None = None) -> None:
	"""ToDo.after_insert: whoever a rule gives a case without a handler handles it."""
	if not doc.assignment_rule or doc.reference_type != "Complaint" or doc.status != "Open":
		return
	if doc.allocated_to:
		_make_handler(doc.reference_name, doc.allocated_to)


def _make_handler(complaint: str, user: str) -> None:
	"""Make `user` the handler of a case that has none, as an event: nobody pressed a button, so the system did."""
	timeline.lock(complaint)
	if not permissions.may_handle(user) or frappe.db.get_value("Complaint", complaint, "handler"):
		return
	event = EventSpec("assigned", {"duty": "handler", "user": user})
	timeline.record_all(complaint, [event], actor="System", fields={"handler": user})
	_given()[complaint] = user


def show_handler(doc, method: str | None = None) -> None:
	"""Complaint.on_change: show on the document in hand whom a rule made its handler meanwhile."""
	user = _given().pop(doc.name, None)
	if user:
		doc.handler = user


def _given() -> dict[str, str]:
	"""Whom rules made handlers in this request, by complaint."""
	if frappe.flags.complaint_handlers is None:
		frappe.flags.complaint_handlers = {}
	return frappe.flags.complaint_handlers


def _rules() -> list:
	names = frappe.get_all(
		RULE, filters={"document_type": "Complaint", "disabled": 0}, pluck="name", order_by="priority desc"
	)
	return [frappe.get_cached_doc(RULE, name) for name in names]


def _assignments(complaint: str) -> list[frappe._dict]:
	"""What Frappe takes for an assignment: any task that was not cancelled."""
	return frappe.get_all(
		"ToDo",
		filters={"reference_type": "Complaint", "reference_name": complaint, "status": ("!=", "Cancelled")},
		fields=["name", "assignment_rule"],
		order_by="creation",
		limit=5,
	)


def _lets_go(rule, values: dict, present: Sequence[frappe._dict]) -> bool:
	"""Whether the rule is about to take its own assignment back."""
	mine = rule.name in [row.assignment_rule for row in present]
	return bool(mine and rule.unassign_condition and rule.safe_eval("unassign_condition", values))


def _able(doc, users: list[str]) -> list[str]:
	"""Those of `users` who can handle `doc` and may see it."""
	return [user for user in alerts.who_may_see(doc, users) if permissions.may_handle(user)]


def _instead(doc, rule, pick: str) -> str:
	"""Who gets it instead of `pick`: of the rule's users whoever comes after, or is least busy; else a manager; "" nobody."""
	listed = [row.user for row in rule.users]
	if pick in listed:
		place = listed.index(pick)
		listed = listed[place + 1 :] + listed[:place]
	able = _able(doc, list(dict.fromkeys(listed)))
	if able:
		return alerts.least_busy(able) if rule.rule == "Load Balancing" else able[0]
	return alerts.least_busy(alerts.managers(doc)) or ""


def _give(doc, rule, user: str, by_rule: str) -> None:
	"""The task that the rule would have made, for `user`."""
	if user:
		words = frappe.render_template(rule.description, doc.as_dict())
	else:
		words = escape_html(
			_("Nobody of the Assignment Rule {0} may work on this complaint: give it to somebody.").format(
				rule.name
			)
		)
	tasks.give(
		"Complaint",
		doc.name,
		user or None,
		words,
		date=doc.get(rule.due_date_based_on) if rule.due_date_based_on else nowdate(),
		assignment_rule=by_rule or None,
	)
	if user:
		_make_handler(doc.name, user)
		if rule.rule == "Round Robin":
			rule.db_set("last_user", user)
		if user != frappe.session.user:
			alerts.tell(
				doc,
				[user],
				lambda: _("You were assigned the complaint {0}").format(doc.name),
				kind="Assignment",
			)
