"""The mailboxes that complaints come in by: Email Accounts named in Complaint Settings.

Frappe fetches every Email Account with *Enable Incoming* and files what it finds by its own rules (design, shell rule
7). So that one is switched off for ours, on the settings' form and on that of the account; `mailbox` fetches them.
"""

from __future__ import annotations

import frappe
from frappe import _


def named() -> list:
	"""The rows of Complaint Settings: email_account, company, language."""
	return frappe.get_cached_doc("Complaint Settings").get("mail_accounts") or []


def one_at_a_time() -> None:
	"""Wait until no other worker takes a message in, of any mailbox, until this transaction ends.

	One message may lie in two mailboxes, and without this the two workers' locks would cross.
	"""
	first = min((row.email_account for row in named()), default=None)
	if first:
		frappe.db.get_value("Email Account", first, "name", for_update=True)


def addresses() -> set[str]:
	"""Our own addresses, in lower case: of the mailboxes, and of the accounts that letters go out from."""
	found = frappe.get_all(
		"Email Account",
		or_filters=[
			["name", "in", [row.email_account for row in named()] or [""]],
			["enable_outgoing", "=", 1],
		],
		pluck="email_id",
		order_by="name",
	)
	return {address.lower() for address in found if address}


def reply_address(sender: str | None) -> str | None:
	"""Where answers to a letter from `sender` come in: there, if it is a mailbox of ours, else the first of them."""
	ours = [row.email_account for row in named()]
	if not ours:
		return None
	found = frappe.get_all(
		"Email Account", filters={"name": ("in", ours)}, fields=["name", "email_id"], order_by="name"
	)
	by_name = {row.name: row.email_id for row in found}
	return sender if sender in by_name.values() else by_name.get(ours[0])


def check(settings) -> None:
	"""Complaint Settings.validate: a mailbox once, and named only by who may set up Email Accounts."""
	before = settings.get_doc_before_save()
	wanted = [row.email_account for row in settings.mail_accounts]
	former = [row.email_account for row in before.mail_accounts] if before else []
	if len(set(wanted)) < len(wanted):
		frappe.throw(_("Each Email Account can be named once under Mailboxes for Complaints."))
	# or a Complaint Manager could read somebody else's mail as complaints
	if set(wanted) - set(former) and not frappe.has_permission("Email Account", "write"):
		frappe.throw(
			_("Ask a System Manager to name the mailboxes: it takes a right to set up Email Accounts."),
			frappe.PermissionError,
		)


def keep_to_ourselves(settings) -> None:
	"""Complaint Settings.on_update: Frappe no longer fetches the accounts named there."""
	ours = [row.email_account for row in settings.mail_accounts]
	taken = frappe.get_all(
		"Email Account",
		filters={"name": ("in", ours or [""]), "enable_incoming": 1},
		pluck="name",
		order_by="name",
	)
	if not taken:
		return
	# past the form, which would try to reach the mail server
	frappe.db.set_value(
		"Email Account", {"name": ("in", taken)}, {"enable_incoming": 0, "default_incoming": 0}
	)
	for name in taken:
		frappe.clear_document_cache("Email Account", name)
	frappe.msgprint(
		_("Complaints fetches {0} itself now; Enable Incoming was switched off there.").format(
			", ".join(taken)
		)
	)


def keep_out_frappe(doc, method: str | None = None) -> None:
	"""Email Account.validate: one of ours is not fetched by Frappe, whoever ticks Enable Incoming again."""
	if not doc.enable_incoming or doc.name not in {row.email_account for row in named()}:
		return
	doc.enable_incoming = 0
	frappe.msgprint(_("Complaints fetches this account itself, so Enable Incoming stays off."))
