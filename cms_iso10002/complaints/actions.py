"""What people do with a complaint: the API behind the form's buttons and dialogs, and for other modules.

Every action ends in `perform`, which saves the document; the controller asks the core. So a button, a dialog,
REST, a bulk action and an import obey the same rules.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import escape_html

from cms_iso10002.complaints import (
	access_log,
	actors,
	alerts,
	cases,
	clock,
	correspondence,
	intake,
	permissions,
)
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core import formats, guards, lifecycle
from cms_iso10002.core.refusal import Refusal


def perform(
	complaint: str,
	action: str,
	data: Mapping[str, Any] | None = None,
	*,
	roles: tuple[str, ...] = (),
	by_system: bool = False,
):
	"""Take `action` on a complaint and return the saved document.

	`data` answers what the action asks. `roles` adds roles of the core that are no roles of Frappe
	(`Complainant`, `System`); `by_system` skips the check of the session user's permission, for callers that
	checked otherwise. Raises frappe.ValidationError with what is missing; then nothing is stored.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.flags.action = action
	doc.flags.action_data = cases.answers(data, doc.received_on)
	doc.flags.action_roles = roles
	with all_or_nothing():
		# the clock, a mail or the portal acts for the organisation; what is asked of people is asked of `roles`
		doc.save(ignore_permissions=by_system)
	return doc


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def apply_action(complaint: str, action: str, data: str | dict | None = None) -> dict:
	"""Take an action from the form. Checks write permission on the complaint, then the rules of the core."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	answers = json.loads(data) if isinstance(data, str) and data else data
	return perform(complaint, action, answers).as_dict()


@frappe.whitelist(methods=["GET", "POST"])
def get_dialog(complaint: str, action: str) -> dict:
	"""What `action` asks, as fields of a Frappe dialog, preset from the complaint; and what is missing besides."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	case = cases.read(doc, to_show=True)
	try:
		transition = lifecycle.find(action, doc.status)
		missing = [label for need in transition.needs for label in need(case, cases.actor(), None)]
	except Refusal as refusal:
		cases.refuse(refusal)
	return {
		"fields": [_dialog_field(doc, ask, action) for ask in transition.asks if _is_asked(doc, ask)],
		"missing": lifecycle.phrase(missing, _),
	}


def _is_asked(doc, ask: lifecycle.Ask) -> bool:
	"""The format is asked about only where the complainant needs one that people make."""
	return ask is not lifecycle.FORMAT or doc.correspondence_format in formats.MADE_BY_PEOPLE


def _dialog_field(doc, ask: lifecycle.Ask, action: str) -> dict[str, Any]:
	options = ask.options if isinstance(ask.options, str) else "\n".join(ask.options)
	return {
		"fieldname": ask.name,
		"label": _(ask.label),
		"fieldtype": ask.kind,
		"options": options,
		"reqd": int(ask.required),
		"default": doc.get(ask.preset) if ask.preset else None,
		"description": _hint(ask, doc, action),
		**({"filters": _eligible(ask, doc)} if (ask.kind, ask.options) == ("Link", "User") else {}),
	}


def _eligible(ask: lifecycle.Ask, doc) -> dict[str, Any]:
	"""The filters of a list of users: only those who can do the duty, and for a review had no part in the decision."""
	if ask.name not in permissions.DUTY_ROLES:
		return {"user_type": "System User"}
	able = {user for role in permissions.DUTY_ROLES[ask.name] for user in alerts.holders(role)}
	if ask.name == "reviewer":
		able -= {row.get(name) for row in doc.decisions for name in ("decided_by", "approved_by")}
		able.discard(doc.investigator)
	return {"name": ["in", alerts.who_may_see(doc, sorted(able))]}


def _hint(ask: lifecycle.Ask, doc, action: str) -> str | None:
	"""What is not plain from the label: a dialog must not mail a customer unawares."""
	if ask is lifecycle.TOLD_OF_CLOSING:
		return f"{_hint_of_closing(doc)} {letter_hint(doc, letter_of(doc, action))}"
	if ask.name == "channel" and action in LETTER_OF:
		return "{0} {1}".format(
			_(
				"E-mail (or empty, where there is an address): the letter is sent now. Otherwise it is only recorded."
			),
			letter_hint(doc, letter_of(doc, action)),
		)
	if ask is lifecycle.FORMAT:
		return _(
			"They asked for another format than plain text: tick this once they have it, or have said that plain will do."
		)
	return _("Empty: now") if ask.kind == "Datetime" else None


LETTER_OF = {
	"Acknowledge": "Acknowledgement",
	"Send Response": "Decision",
	"Resolve Early": "Summary Resolution",
	"Ask Complainant": "Information Request",
	"Close": "Closure",
	"Put Out of Scope": "Out of Scope",
	"Mark as Duplicate": "Closure",
}
"""The letter that an action sends, to be looked at before."""


def letter_of(doc, action: str) -> str:
	"""The kind of letter that an action would send now, "" for none: a decision after a review is its outcome."""
	kind = LETTER_OF.get(action, "")
	if kind == "Decision" and doc.decisions and doc.decisions[-1].level == "Internal Review":
		return "Review Outcome"
	return kind


def letter_hint(doc, kind: str) -> str:
	"""To whom a letter of `kind` goes, and a link to see it before it is sent; HTML."""
	url = f"/printview?doctype=Complaint&name={quote(doc.name)}&format={quote('Complaint ' + kind)}"
	link = f'<a href="{escape_html(url)}" target="_blank">{_("See the letter before it is sent")}</a>'
	return f"{escape_html(correspondence.whom(doc, kind))} {link}"


@frappe.whitelist(methods=["GET", "POST"])
def get_letter_hint(complaint: str, kind: str) -> str:
	"""What the dialog of a letter says about who gets it; `kind` is one of the kinds of letters. HTML."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	return letter_hint(doc, kind)


def _hint_of_closing(doc) -> str:
	hint = _(
		"Empty: the letter is mailed, where there is an e-mail address; otherwise nobody is told. Other channels are only recorded."
	)
	if not doc.preferred_channel:
		return hint
	return "{0} {1}".format(hint, _("They prefer: {0}.").format(_(doc.preferred_channel)))


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def correct_receipt(complaint: str, received_on: str, reason: str) -> dict:
	"""Correct when the complaint first reached the organisation (site time); open milestones move, as an event."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	doc.update({"received_on": received_on, "assessment_reason": reason})
	doc.save()
	return doc.as_dict()


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def approve_decision(complaint: str) -> dict:
	"""Approve the decision of the current round as the second person the settings ask for."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	if not permissions.holds(frappe.session.user, ("Complaint Manager", "System Manager")):
		frappe.throw(
			_("Approving a decision needs the role {0}.").format(_("Complaint Manager")),
			frappe.PermissionError,
		)
	doc.flags.approval = True
	doc.save()
	return doc.as_dict()


def approve(doc, status: str) -> None:
	"""Called by the controller: put the approval on the last decision, if the core allows it."""
	case = cases.read(doc, status=status)
	try:
		guards.approver(case, cases.actor())
	except Refusal as refusal:
		cases.refuse(refusal)
	doc.decisions[-1].update({"approved_by": frappe.session.user, "approved_on": clock.now_site()})


@frappe.whitelist(methods=["GET", "POST"])
def find_duplicates(complaint: str) -> list[dict]:
	"""Complaints that may be the same as this one, with score and reasons, best first; those merged already left out."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	candidates = intake.find_duplicates(doc.as_dict())
	found = {
		row.name: row
		for row in frappe.get_list(
			"Complaint",
			filters={"name": ("in", [c.name for c in candidates] or [""]), "status": ("!=", "Duplicate")},
			fields=["name", "subject", "status", "received_on"],
			order_by="name",
		)
	}
	return [
		{
			**found[candidate.name],
			"score": round(candidate.score),
			"why": [_(template).format(*map(_, map(str, args))) for template, args in candidate.why],
		}
		for candidate in candidates
		if candidate.name in found
	]


@frappe.whitelist(methods=["GET", "POST"])
def get_timeline(complaint: str) -> list[dict]:
	"""The events of a complaint as people read them, oldest first."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	access_log.note_reading(doc, access_log.WITH_THE_FORM)
	rows = frappe.get_all(
		"Complaint Event",
		filters={"complaint": complaint},
		fields=["sequence", "kind", "at", "actor", "public", "note", "payload"],
		order_by="sequence",
	)
	for row in rows:
		row["data"] = json.loads(row.pop("payload"))["data"]
	for row in actors.named(rows):
		row["detail"] = _detail(row["kind"], row.pop("data"))
	return rows


def _detail(kind: str, data: Mapping[str, Any]) -> str:
	"""What an event says besides its kind, in a few words."""
	if kind == "state_changed":
		return f"{_(data['from'])} → {_(data['to'])}"
	if kind == "assigned":
		return f"{_(frappe.unscrub(data['duty']))}: {data['user'] or '–'}"
	if kind == "changed":
		return f"{_(frappe.unscrub(data['field']))}: {_(data['value']) if data['value'] else '–'}"
	if kind == "action":
		return f"{data['action']}: {_(data['state'], context='Complaint Action')}"
	if kind == "redress":
		remedy = _(data["remedy"], context="Complaint Remedy")
		return f"{remedy}: {_(data['to'], context='Complaint Redress')}"
	parts = [data.get(name) for name in ("outcome", "basis", "channel", "delivery", "response")]
	return ", ".join(_(part) for part in parts if part)


def survivor(complaint: str) -> str:
	"""The complaint that goes on for a duplicate (following chains); itself for any other."""
	seen = set()
	while complaint not in seen:
		seen.add(complaint)
		complaint = frappe.db.get_value("Complaint", complaint, "duplicate_of") or complaint
	return complaint
