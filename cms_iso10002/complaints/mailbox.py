"""Fetching the complaints mailboxes: every five minutes, over IMAP or POP3, by Frappe's own connection.

A message is marked as read (IMAP) or deleted (POP3) only after it was taken in and committed. A worker that is killed
in between finds it again, and its Message-ID says that it is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint

from cms_iso10002.complaints import incoming, mail_accounts
from cms_iso10002.complaints.transactions import keep, keep_failure

MOST_AT_ONCE = 200
"""Messages fetched from a mailbox in one go; the others come next time."""
LARGEST = 60 * 1024 * 1024
"""Bytes of a message. Larger ones stay in the mailbox, unread, and are logged."""

Message = tuple[bytes, Callable[[], None]]
"""A raw message, and what marks it as done in the mailbox."""


def fetch_all() -> None:
	"""Scheduled: a background job for each mailbox that can be fetched, unless one is waiting or at work."""
	for account in _ready():
		job = f"complaints_mail|{account}"
		frappe.enqueue(fetch, queue="long", account=account, job_id=job, deduplicate=True)


def _ready() -> list[str]:
	"""The mailboxes with a password, or with a token where they need one."""
	from frappe.integrations.doctype.connected_app.connected_app import has_token

	account = DocType("Email Account")
	ours = [row.email_account for row in mail_accounts.named()]
	if not ours:
		return []
	rows = (
		frappe.qb.from_(account)
		.select(account.star)
		.where(account.name.isin(ours) & (account.awaiting_password == 0))
		.orderby(account.name)
		.run(as_dict=True)
	)
	return [
		row.name
		for row in rows
		if row.auth_method != "OAuth"
		or row.get("backend_app_flow")
		or has_token(row.connected_app, row.connected_user)
	]


def fetch(account: str) -> int:
	"""Take in what is new in one mailbox; returns how many messages. A background job: it commits after each."""
	doc = frappe.get_doc("Email Account", account)
	try:
		server = doc.get_incoming_server(in_receive=True)
		messages = _imap(server, doc) if cint(doc.use_imap) else _pop(server)
		taken = 0
		keep()  # what the connection wrote; and so that nothing is read older than the lock
		for raw, done in messages:
			try:
				incoming.receive(raw, account)
				done()
				taken += 1
			except Exception:
				# it stays in the mailbox and comes again; the others go on
				keep_failure(f"An e-mail in {account} stays in its mailbox")
		server.logout()
	except Exception:
		# a mail server fails in many ways; the other mailboxes are fetched, this one is tried again
		keep_failure(f"The mailbox {account} could not be fetched")
		return 0
	return taken


def _imap(server, account) -> Iterator[Message]:
	"""The unread messages of an account's folders, oldest first."""
	for folder in [row.folder_name for row in account.imap_folder] or ["INBOX"]:
		if not server.select_imap_folder(folder):
			frappe.log_error(title=_("{0} has no folder {1}").format(account.name, folder))
			continue
		_ok, found = server.imap.uid("search", None, "UNSEEN")
		for uid in (found[0] or b"").split()[:MOST_AT_ONCE]:
			raw = _fetch_imap(server.imap, uid)
			if raw:
				yield raw, lambda uid=uid: server.imap.uid("STORE", uid, "+FLAGS", "(\\Seen)")


def _fetch_imap(imap, uid: bytes) -> bytes | None:
	_ok, sizes = imap.uid("fetch", uid, "(RFC822.SIZE)")
	size = int("".join(filter(str.isdigit, (sizes[0] or b"").decode().partition("RFC822.SIZE")[2])) or 0)
	if size > LARGEST:
		frappe.log_error(title=f"An e-mail of {size} bytes is too large to fetch")
		return None
	_ok, answer = imap.uid("fetch", uid, "(BODY.PEEK[])")
	return next((part[1] for part in answer if isinstance(part, tuple)), None)


def _pop(server) -> Iterator[Message]:
	"""The messages of a POP3 mailbox; one that was taken in is deleted when the connection is closed well."""
	for line in server.pop.list()[1][:MOST_AT_ONCE]:
		number, size = map(int, line.split()[:2])
		if size > LARGEST:
			frappe.log_error(title=f"An e-mail of {size} bytes is too large to fetch")
			continue
		raw = b"\r\n".join(server.pop.retr(number)[1])
		yield raw, lambda number=number: server.pop.dele(number)
