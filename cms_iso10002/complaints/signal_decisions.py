"""What people make of a signal: it was looked into, nothing is to be done, or an action follows.

The action is a Complaint Action, so that somebody checks later whether the same comes back less often; where the site keeps
records of quality management it stands on one. What was dismissed by mistake is decided anew, and both decisions stay.
"""

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.complaints import clock, corrective_actions, permissions, typed_text
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import effectiveness as effect

SIGNAL, ACTION = "Complaint Signal", corrective_actions.ACTION
HOOK = "iso_10002_signal_action"
"""Makes a record of quality management for the action of a signal: a function of problem and signal's name that gives
(doctype, name); the last one hooked."""
OPEN, DISMISSED = ("New", "Looked Into"), "No Action"
MANAGER = "Complaint Manager"
RULES = {"Item": effect.ITEM, "Root Cause": effect.CAUSE, "Category": effect.CATEGORY}
"""What must recur less, by what a signal is about; of all else nobody but a person knows."""


@frappe.whitelist(methods=["GET", "POST"])
def get_suggestion(signal: str) -> dict:
	"""What the dialog of an action begins with: title, rule, and the value under the name of its field."""
	doc = frappe.get_doc(SIGNAL, signal)
	doc.check_permission("read")
	rule = RULES.get(doc.dimension, "")
	return {"title": doc.title, "rule": rule, **({effect.RULES[rule]: doc.value} if rule else {})}


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def make_action(
	signal: str,
	title: str = "",
	rule: str = "",
	root_cause: str = "",
	category: str = "",
	item_code: str = "",
	responsible: str = "",
	due_on: str = "",
	on_record: bool | int | str = True,
) -> dict:
	"""Make an action of a signal, each linked to the other; answers its doctype and name.

	What must recur less is what the signal is about, unless told otherwise; a signal about something else must be told.
	`on_record` makes a record of quality management as well, where the site keeps them. Checks write permission on the
	signal, ours to create actions, and that of the record. A signal has one action.
	"""
	doc = _open(signal)
	frappe.has_permission(ACTION, "create", throw=True)
	rule = rule or RULES.get(doc.dimension, "")
	if rule not in effect.RULES:
		frappe.throw(
			_("Say what must recur less: this signal is about nothing that can be counted by itself.")
		)
	given = {"root_cause": root_cause, "category": category, "item_code": item_code}[effect.RULES[rule]]
	about = given or (doc.value if RULES.get(doc.dimension) == rule else "")
	action = frappe.new_doc(ACTION)
	action.update(
		{
			"title": (title.strip() or doc.title)[:140],
			"description": "\n\n".join(text for text in (doc.evidence, doc.conclusion) if text),
			"company": doc.company,
			"responsible": responsible or None,
			"due_on": due_on or None,
			"rule": rule,
			effect.RULES[rule]: about or None,
		}
	)
	with all_or_nothing():
		action.insert()
		action.complaint_signal = doc.name
		if frappe.utils.cint(on_record) and (known := frappe.get_hooks(HOOK)):
			texts = (action.title, doc.evidence, doc.conclusion)
			problem = "\n\n".join(escape_html(text) for text in texts if text)
			action.document_type, action.document_name = frappe.get_attr(known[-1])(problem, doc.name)
		corrective_actions.save_as_server(action)
		_decide(doc, "Action Made", action_type=ACTION, action=action.name)
	return {"doctype": ACTION, "name": action.name}


@frappe.whitelist(methods=["POST"])
def decide_anew(signal: str, reason: str) -> None:
	"""Open a signal that was dismissed by mistake; what was decided, by whom and when, is kept with why it is decided anew.

	Checks write permission on the signal, and needs the role Complaint Manager.
	"""
	doc = _locked(signal)
	if not permissions.holds(frappe.session.user, (MANAGER, "System Manager")):
		frappe.throw(_("A signal is decided anew by a {0}.").format(_(MANAGER)), frappe.PermissionError)
	if doc.state != DISMISSED:
		frappe.throw(_("Only a signal about which nothing was to be done is decided anew."))
	if not (reason or "").strip():
		frappe.throw(_("Say why it is decided anew."))
	was = _("{0}: {1} by {2}: {3}").format(
		frappe.utils.format_datetime(doc.decided_on), _(doc.state), doc.decided_by, doc.conclusion
	)
	why = _("{0}: decided anew by {1}: {2}").format(
		frappe.utils.format_datetime(clock.now_site()), frappe.session.user, typed_text.tame(reason.strip())
	)
	kept = "\n".join(filter(None, (doc.earlier_decisions, was, why)))
	_decide(doc, "New", conclusion=None, earlier_decisions=kept)


@frappe.whitelist(methods=["POST"])
def look_into(signal: str, conclusion: str) -> None:
	"""Put down what was found when a signal was looked into; it stays open. Checks write permission on the signal."""
	_decide(_open(signal), "Looked Into", conclusion=_said(conclusion))


@frappe.whitelist(methods=["POST"])
def dismiss(signal: str, conclusion: str) -> None:
	"""Conclude that nothing is to be done about a signal, and why. Checks write permission on the signal."""
	_decide(_open(signal), "No Action", conclusion=_said(conclusion))


def _open(signal: str):
	"""The signal, locked, if nobody has decided on it yet."""
	doc = _locked(signal)
	if doc.state not in OPEN:
		frappe.throw(_("It was decided about this signal already: {0}.").format(_(doc.state)))
	return doc


def _locked(signal: str):
	"""The signal, locked: two people decide one after the other."""
	if not frappe.db.exists(SIGNAL, signal):
		frappe.throw(_("There is no signal {0}.").format(signal), frappe.DoesNotExistError)
	doc = frappe.get_doc(SIGNAL, signal, for_update=True)
	doc.check_permission("write")
	return doc


def _said(conclusion: str) -> str:
	if not (conclusion or "").strip():
		frappe.throw(_("Write down what was found, or why nothing is to be done."))
	return conclusion.strip()


def _decide(doc, state: str, **values: str | None) -> None:
	doc.update({"state": state, "decided_by": frappe.session.user, "decided_on": clock.now_site(), **values})
	doc.flags.from_numbers = True
	doc.save()
