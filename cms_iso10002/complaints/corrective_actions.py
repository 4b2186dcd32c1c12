"""Corrective and preventive actions: made from complaints, followed in ERPNext, and shown on every complaint they serve.

A Complaint Action is ours, so that it can be found effective or not whatever the organisation does its quality management
with. It may stand on a record of that (hook `complaint_action_records`), whose completion puts it in effect. A complaint's
`action_state` is kept by its actions and by nothing else, also after it was closed.
"""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_days, cint, getdate

from cms_iso10002.complaints import clock, permissions, repeats, timeline
from cms_iso10002.complaints.cases import refuse
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import effectiveness as effect
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import Refusal

ACTION, CASE = "Complaint Action", "Complaint Action Case"
RECORDS_HOOK = "complaint_action_records"
"""Who keeps records of quality management: {"make": …, "link": …, "show": …, "reopen": …}, the last one hooked of each."""
EVENT = "action"
DEFAULT_CHECK_DAYS = 90


# made ----------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def create_action(
	complaint: str,
	title: str = "",
	kind: str = "Corrective",
	description: str = "",
	responsible: str = "",
	due_on: str = "",
	rule: str = "",
	check_on: str = "",
	record: str = "",
	procedure: str = "",
	document_name: str = "",
) -> str:
	"""Make an action of a complaint; returns its name, that of the same one made moments ago where there is one.

	`record` is the doctype that is to hold it (Quality Action, Non Conformance; "" for none): a new one, or the one named
	`document_name`. A Non Conformance needs its procedure. What must recur less, where `rule` does not say so, is the root
	cause, else the item, else the category. Checks write permission on the complaint, ours to create actions, and those of
	the record.
	"""
	case = frappe.get_doc("Complaint", complaint)
	case.check_permission("write")
	frappe.has_permission(ACTION, "create", throw=True)
	if not title.strip():
		frappe.throw(_("Say in a few words what is done (What Is Done)."), frappe.MandatoryError)
	timeline.lock(complaint)
	same = {
		"title": title.strip(),
		"kind": kind,
		"description": description,
		"responsible": responsible,
		"document_type": record,
	}
	if made := repeats.action(complaint, same):
		return made
	action = frappe.new_doc(ACTION)
	action.update(
		{
			"title": title.strip(),
			"kind": kind,
			"description": description,
			"responsible": responsible or None,
			"due_on": due_on or None,
			"company": case.company,
			"check_on": check_on or None,
			**subject_of(case, rule),
		}
	)
	action.append("complaints", {"complaint": case.name})
	with all_or_nothing():
		action.insert()
		if record:
			put_on_record(action, record, procedure, document_name)
	return action.name


def subject_of(case, rule: str = "") -> dict[str, str]:
	"""The rule of effectiveness and what it is about, by what the complaint says. Raises ValidationError where it says nothing."""
	items = [row.item_code for row in case.subjects if row.item_code]
	known = {
		effect.CAUSE: case.root_cause,
		effect.ITEM: items[0] if items else None,
		effect.CATEGORY: case.category,
	}
	rule = rule or next((name for name, value in known.items() if value), "")
	if not known.get(rule):
		frappe.throw(
			_("This complaint has no {0} yet: enter it first, or choose what else must recur less.").format(
				_(frappe.unscrub(effect.RULES[rule]))
				if rule in effect.RULES
				else _("root cause, item or category")
			)
		)
	return {"rule": rule, effect.RULES[rule]: known[rule]}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def join_action(complaint: str, action: str) -> str:
	"""Put a complaint under an action that is there already: the same thing serves several. Returns the action's name."""
	frappe.get_doc("Complaint", complaint).check_permission("write")
	doc = frappe.get_doc(ACTION, action, for_update=True)
	doc.check_permission("write")
	if complaint in doc.cases():
		frappe.throw(_("{0} is under this action already.").format(complaint))
	doc.append("complaints", {"complaint": complaint})
	doc.save()
	return doc.name


def put_on_record(action, record: str, procedure: str = "", document_name: str = "") -> None:
	"""Make, or take, the record of quality management that the action stands on; each then leads to the other."""
	name = _records("link", record, document_name) if document_name else None
	name = name or _records("make", action, record, procedure)
	if not name:
		frappe.throw(_("Nothing on this site keeps a {0}.").format(_(record)))
	taken = frappe.db.get_value(
		ACTION, {"document_type": record, "document_name": name, "name": ("!=", action.name)}
	)
	if taken:
		frappe.throw(
			_("{0} {1} belongs to the action {2} already: join that one.").format(_(record), name, taken)
		)
	action.update({"document_type": record, "document_name": name})
	save_as_server(action)
	_records("show", action)


def _records(what: str, *arguments):
	"""Ask who keeps records of quality management; None where nobody does."""
	known = (frappe.get_hooks(RECORDS_HOOK) or {}).get(what)
	return frappe.get_attr(known[-1])(*arguments) if known else None


# followed ------------------------------------------------------------------------------------------------


def save_as_server(action) -> None:
	"""Save with fields that only the server writes."""
	action.flags.by_server = True
	# whoever completes a record or runs the daily job need not be able to edit the action: what is set follows from that
	action.save(ignore_permissions=True)
	action.flags.by_server = False


def take_effect(action, on=None) -> None:
	"""The action is done: from now on it must show what it is worth."""
	day = getdate(on) if on else clock.today()
	action.update({"state": effect.IN_EFFECT, "in_effect_from": day})
	if not action.check_on or (getdate(action.check_on) - day).days < effect.SHORTEST_WAIT:
		action.check_on = add_days(day, check_days())
	save_as_server(action)


def check_days() -> int:
	"""After how many days an action's effect is checked where nobody says otherwise."""
	kept = cint(frappe.db.get_single_value("Complaint Settings", "effect_check_days")) or DEFAULT_CHECK_DAYS
	return min(max(kept, effect.SHORTEST_WAIT), effect.LONGEST)


def document_changed(doctype: str, name: str, done: bool, dropped: bool = False) -> None:
	"""Called by who keeps the record: the action that stands on it is done, is open again, or was given up."""
	found = frappe.get_all(
		ACTION,
		{"document_type": doctype, "document_name": name, "state": ("in", (effect.OPEN, effect.IN_EFFECT))},
		pluck="name",
		order_by="name",
	)
	for one in found:  # one at most: see put_on_record
		action = frappe.get_doc(ACTION, one, for_update=True)
		if dropped:
			give_up(action, _("{0} {1} was cancelled").format(_(doctype), name))
		elif done and action.state == effect.OPEN:
			take_effect(action)
		elif not done and action.state == effect.IN_EFFECT:
			_open_again(action)


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def mark_done(action: str, on: str = "") -> str:
	"""Say that an action without a record elsewhere is done, today or on an earlier day; returns its state."""
	doc = frappe.get_doc(ACTION, action, for_update=True)
	doc.check_permission("write")
	if doc.document_name:
		frappe.throw(
			_("Complete {0} {1}: this action follows it.").format(_(doc.document_type), doc.document_name)
		)
	if doc.state != effect.OPEN:
		frappe.throw(_("This action is {0} already.").format(_(doc.state)))
	if on and getdate(on) > clock.today():
		frappe.throw(_("{0} lies in the future: enter when it happened.").format(frappe.utils.formatdate(on)))
	take_effect(doc, on)
	return doc.state


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def cancel_action(action: str, reason: str) -> str:
	"""Give an action up, with the reason; returns its state. The record it stands on is left to who keeps it."""
	doc = frappe.get_doc(ACTION, action, for_update=True)
	doc.check_permission("write")
	if not reason.strip():
		frappe.throw(_("Say why the action is given up."))
	if doc.state not in (effect.OPEN, effect.IN_EFFECT):
		frappe.throw(_("This action is {0} already.").format(_(doc.state)))
	give_up(doc, reason.strip())
	return doc.state


def give_up(action, reason: str) -> None:
	"""Cancelled, with the reason."""
	action.update({"state": effect.CANCELLED, "cancel_reason": reason})
	save_as_server(action)


def reopen(action, reasons: str) -> None:
	"""It did not work: open again, in a new round, and so is the record it stands on."""
	_open_again(action)
	if action.document_name:
		_records("reopen", action, reasons)


def _open_again(action) -> None:
	"""A new round begins: what took effect before is not what will be checked."""
	action.update(
		{"state": effect.OPEN, "in_effect_from": None, "check_on": None, "round": (action.round or 1) + 1}
	)
	save_as_server(action)


# shown on complaints -------------------------------------------------------------------------------------


def show_on_complaints(action) -> None:
	"""Tell each complaint that the action joined, left, or moved: an event, and the state its actions are in now."""
	before = action.get_doc_before_save()
	old, new = set(before.cases()) if before else set(), set(action.cases())
	moved = bool(before) and before.state != action.state
	for name in sorted(old | new):
		if name not in new:
			_tell(name, action.name, effect.REMOVED)
		elif name not in old or moved:
			_tell(name, action.name, action.state)
	if old != new:
		_records("show", action)


def _tell(complaint: str, action: str, state: str) -> None:
	timeline.lock(complaint)
	spec = EventSpec(EVENT, {"action": action, "state": state})
	timeline.record_all(complaint, [spec], fields={"action_state": state_of(complaint)})


def state_of(complaint: str, reason_for_none: str | None = None) -> str:
	"""What a complaint says of its actions now; `reason_for_none` where what is stored is not the latest."""
	if reason_for_none is None:
		reason_for_none = frappe.db.get_value("Complaint", complaint, "no_action_reason", for_update=True)
	action, case = DocType(ACTION), DocType(CASE)
	states = (
		frappe.qb.from_(action)
		.join(case)
		.on((case.parent == action.name) & (case.parenttype == ACTION))
		.select(action.state)
		.where(case.complaint == complaint)
		.orderby(action.name)
		.for_update()  # the snapshot may be older than the lock on the complaint
		.run(pluck=True)
	)
	return effect.of_complaint(states, reason_for_none)


def of_complaint(complaint: str) -> list[dict]:
	"""The actions of a complaint that the session's user may see, oldest first."""
	names = frappe.get_all(
		CASE,
		{"complaint": complaint, "parenttype": ACTION},
		pluck="parent",
		order_by="creation",
	)
	if not names:
		return []
	return frappe.get_list(
		ACTION,
		{"name": ("in", names)},
		[
			"name",
			"title",
			"kind",
			"state",
			"responsible",
			"due_on",
			"document_type",
			"document_name",
			"in_effect_from",
			"check_on",
			"rule",
		],
		order_by="creation",
	)


# who sees them -------------------------------------------------------------------------------------------


def has_permission(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of Complaint Action: for those who may see every complaint it serves."""
	names = permissions.visible_names(user)
	cases = sorted(set(_stored_cases(doc)))
	if not cases or names is None:
		return True
	return len(names.where(DocType("Complaint").name.isin(cases)).run(pluck=True)) == len(cases)


def _stored_cases(doc) -> list[str]:
	"""The complaints as they are stored: nobody may save themselves into an action by taking a case off it."""
	if doc.is_new():
		return []
	return frappe.get_all(CASE, {"parent": doc.name, "parenttype": ACTION}, pluck="complaint", order_by="idx")


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Action, in step with `has_permission`."""
	return _without_hidden(DocType(ACTION).name, user)


def check_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of the checks of actions."""
	return _without_hidden(DocType("Complaint Action Check").parent, user)


def case_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of the rows that say which complaints an action serves."""
	return permissions.within(DocType(CASE).complaint, permissions.visible_names(user))


def _without_hidden(column, user: str | None) -> str:
	names = permissions.visible_names(user)
	if names is None:
		return ""
	case = DocType(CASE)
	hidden = (
		frappe.qb.from_(case)
		.select(case.parent)
		.where((case.parenttype == ACTION) & case.complaint.notin(names))
	)
	return column.notin(hidden).get_sql(
		quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True
	)


def obey(rule, *arguments, **named):
	"""What a rule of the core answers; its refusal as one translated sentence."""
	try:
		return rule(*arguments, **named)
	except Refusal as refusal:
		refuse(refusal)
