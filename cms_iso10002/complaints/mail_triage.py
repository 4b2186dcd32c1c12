"""E-mails that a person must look at: kept whole, with the reason, until a Complaint Manager says what they are.

Open ones could not be routed, or failed. Set aside is what machines wrote: it neither opens nor moves a case, and waits
for nobody.
"""

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from cms_iso10002.complaints import alerts, clock, tasks, uploads
from cms_iso10002.complaints.typed_text import tame
from cms_iso10002.core.mail import Facts

OPEN, SET_ASIDE, FILED, NEW_COMPLAINT, DISMISSED = "Open", "Set Aside", "Filed", "New Complaint", "Dismissed"
PIECE = 5 * 1024 * 1024
"""Bytes of one attached piece of a message: Frappe refuses larger files than the site's limit."""
LONGEST_PREVIEW = 5_000


def hold(facts: Facts, raw: bytes, account: str, status: str, reason: str, **more: str) -> str | None:
	"""Keep a message for a person to look at; None where it is kept already (`more`: complaint, preview).

	The managers are told of an Open one, in the same transaction.
	"""
	if held_as(facts.key):
		return None
	doc = frappe.new_doc("Complaint Mail Triage")
	doc.update(
		{
			"status": status,
			"reason": tame(reason),
			"complaint": more.get("complaint") or None,
			"sender": facts.sender[:140],
			"sender_name": tame(facts.sender_name, 140)[:140],
			"received_on": clock.to_site(min(facts.received_at or clock.now_utc(), clock.now_utc())),
			"subject": tame(facts.subject, 255)[:255] or _("No subject"),
			"email_account": account,
			"message_id": facts.message_id,
			"message_key": facts.key,
			"preview": (more.get("preview") or "")[:LONGEST_PREVIEW],
		}
	)
	doc.flags.from_mail = True
	doc.insert(ignore_permissions=True)  # strangers write; nobody may create these but through here
	_attach(doc, raw)
	if status == OPEN:
		_tell(doc)
	return doc.name


def held_as(key: str) -> str | None:
	"""The record of a message that is kept already, past this transaction's snapshot."""
	return frappe.db.get_value("Complaint Mail Triage", {"message_key": key}, "name", for_update=True)


def raw_message(name: str) -> bytes:
	"""The message as it came, from its attached pieces."""
	files = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Complaint Mail Triage", "attached_to_name": name},
		pluck="name",
		order_by="file_name",
	)
	return b"".join(uploads.content_of(frappe.get_doc("File", file)) for file in files)


def _attach(doc, raw: bytes) -> None:
	pieces = [raw[start : start + PIECE] for start in range(0, len(raw), PIECE)]
	for number, piece in enumerate(pieces, 1):
		ending = f".{number:03}" if len(pieces) > 1 else ""
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": f"{doc.name}.eml{ending}",
				"content": piece,
				"is_private": 1,
				"attached_to_doctype": doc.doctype,
				"attached_to_name": doc.name,
			}
		)
		file.flags.from_mail = True
		file.insert(ignore_permissions=True)  # as for the record itself


def _tell(doc) -> None:
	"""The managers, those aside whom the case it may belong to concerns."""
	case = frappe.get_doc("Complaint", doc.complaint) if doc.complaint else None
	for user in alerts.managers(case) if case else alerts.holders(alerts.MANAGER):
		tasks.tell(doc.doctype, doc.name, user, _("An e-mail needs you: {0}").format(doc.reason))


def refuse_other_file(doc, method: str | None = None) -> None:
	"""File.before_insert: what is attached to a kept message is the message, and nothing else.

	Nobody takes it away either: that needs a right to write to the record, which no role has.
	"""
	if doc.attached_to_doctype == "Complaint Mail Triage" and not doc.flags.from_mail:
		frappe.throw(_("A message that came in can't be changed: attach the file to its complaint."))


# what a manager decides -----------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
def file_on_complaint(name: str, complaint: str) -> str:
	"""File a kept message on a complaint; returns the Communication. It moves no state: who files it sees to that."""
	from cms_iso10002.complaints import actions, incoming

	doc = _undecided(name)
	frappe.get_doc("Complaint", complaint).check_permission("write")
	goes_on = actions.survivor(complaint)
	message = incoming.ComplaintMail.of(raw_message(name), doc.email_account)
	communication = message.record_on(goes_on, known=message.is_known_to(goes_on))
	_decide(doc, FILED, complaint=goes_on)
	return communication


@frappe.whitelist(methods=["GET", "POST"])
def whose_complaint(name: str) -> dict[str, str]:
	"""Whose complaint a kept message may be, for the dialog to preset: `complainant_name` and `complainant_email`."""
	from cms_iso10002.complaints import incoming

	doc = _undecided(name)
	person, address = incoming.ComplaintMail.of(raw_message(name), doc.email_account).whose()
	return {"complainant_name": person, "complainant_email": address}


@frappe.whitelist(methods=["POST"])
def make_complaint(name: str, complainant_name: str = "", complainant_email: str = "") -> str:
	"""Make a complaint of a kept message, received when the message was; returns its name. Nobody is written to.

	Whose it is must be said where a colleague sent it, or nobody knows who did; else it is the sender's.
	"""
	from cms_iso10002.complaints import incoming

	doc = _undecided(name)
	frappe.new_doc("Complaint").check_permission("create")
	message = incoming.ComplaintMail.of(raw_message(name), doc.email_account)
	person, address = complainant_name.strip(), complainant_email.strip()
	if not (person or address) and (message.is_of_colleague() or not message.facts.sender):
		frappe.throw(
			_("Say whose complaint it is: a name, an e-mail address, or both."), frappe.MandatoryError
		)
	complaint = message.register(name=person, address=address)
	_decide(doc, NEW_COMPLAINT, complaint=complaint.name)
	return complaint.name


@frappe.whitelist(methods=["POST"])
def dismiss(name: str, reason: str) -> None:
	"""Say why nothing becomes of a message."""
	doc = _undecided(name)
	if not (reason or "").strip():
		frappe.throw(_("Say why nothing becomes of this message."))
	_decide(doc, DISMISSED, remark=reason)


def _undecided(name: str):
	doc = frappe.get_doc("Complaint Mail Triage", name, for_update=True)
	doc.check_permission("read")
	if alerts.MANAGER not in frappe.get_roles():
		frappe.throw(
			_("What becomes of a message is decided by a {0}.").format(_(alerts.MANAGER)),
			frappe.PermissionError,
		)
	if doc.status not in (OPEN, SET_ASIDE):
		frappe.throw(
			_("This message was dealt with already: it is {0} (see {1}).").format(
				_(doc.status),
				get_url_to_form("Complaint", doc.complaint) if doc.complaint else doc.handled_by,
			)
		)
	return doc


def _decide(doc, status: str, **values: str) -> None:
	doc.update(
		{"status": status, **values, "handled_by": frappe.session.user, "handled_on": clock.now_site()}
	)
	doc.flags.from_mail = True
	# `_undecided` has checked who decides; nobody may write but through here
	doc.save(ignore_permissions=True)
