"""What people make of a signal: it was looked into, nothing is to be done, or an action follows."""

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.complaints import clock

SIGNAL = "Complaint Signal"
HOOK = "iso_10002_signal_action"
"""Makes an action of a signal: a function of problem and signal's name that gives (doctype, name); the last one hooked."""
OPEN = ("New", "Looked Into")


@frappe.whitelist(methods=["POST"])
def make_action(signal: str) -> dict:
	"""Make an action of a signal, each linked to the other; answers its doctype and name.

	Checks write permission on the signal; the maker of the action checks that it may be created. A signal has one action.
	"""
	doc = _open(signal)
	known = frappe.get_hooks(HOOK)
	if not known:
		frappe.throw(_("Nothing on this site makes actions of signals."))
	problem = "\n\n".join(escape_html(text) for text in (doc.title, doc.evidence, doc.conclusion) if text)
	doctype, name = frappe.get_attr(known[-1])(problem, doc.name)
	_decide(doc, "Action Made", action_type=doctype, action=name)
	return {"doctype": doctype, "name": name}


@frappe.whitelist(methods=["POST"])
def look_into(signal: str, conclusion: str) -> None:
	"""Put down what was found when a signal was looked into; it stays open. Checks write permission on the signal."""
	_decide(_open(signal), "Looked Into", conclusion=_said(conclusion))


@frappe.whitelist(methods=["POST"])
def dismiss(signal: str, conclusion: str) -> None:
	"""Conclude that nothing is to be done about a signal, and why. Checks write permission on the signal."""
	_decide(_open(signal), "No Action", conclusion=_said(conclusion))


def _open(signal: str):
	"""The signal, locked: two people decide one after the other."""
	if not frappe.db.exists(SIGNAL, signal):
		frappe.throw(_("There is no signal {0}.").format(signal), frappe.DoesNotExistError)
	doc = frappe.get_doc(SIGNAL, signal, for_update=True)
	doc.check_permission("write")
	if doc.state not in OPEN:
		frappe.throw(_("It was decided about this signal already: {0}.").format(_(doc.state)))
	return doc


def _said(conclusion: str) -> str:
	if not (conclusion or "").strip():
		frappe.throw(_("Write down what was found, or why nothing is to be done."))
	return conclusion.strip()


def _decide(doc, state: str, **values: str) -> None:
	doc.update({"state": state, "decided_by": frappe.session.user, "decided_on": clock.now_site(), **values})
	doc.flags.from_numbers = True
	doc.save()
