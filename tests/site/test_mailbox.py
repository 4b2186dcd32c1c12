"""Fetching a mailbox: what was taken in is marked there, and nothing else is."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import incoming, mailbox
from tests.site.mails import MAILBOX, make_mailbox, raw


class Server:
	"""A mailbox as Frappe's connection shows it, over IMAP and POP3 alike."""

	def __init__(self, *messages: bytes):
		self.messages = dict(enumerate(messages, 1))
		self.marked: list[int] = []
		self.imap = self.pop = self
		self.closed = False

	def select_imap_folder(self, folder):
		return folder == "INBOX"

	def uid(self, command, *words):
		if command == "search":
			return "OK", [" ".join(map(str, self.messages)).encode()]
		number = int(words[0])
		if command == "STORE":
			self.marked.append(number)
			return "OK", []
		message = self.messages[number]
		if "SIZE" in words[1]:
			return "OK", [b"%d (UID %d RFC822.SIZE %d)" % (number, number, len(message))]
		return "OK", [(b"%d (BODY[] {%d}" % (number, len(message)), message), b")"]

	def list(self):
		return "+OK", [b"%d %d" % (number, len(message)) for number, message in self.messages.items()], 0

	def retr(self, number):
		return "+OK", self.messages[number].split(b"\r\n"), 0

	def dele(self, number):
		self.marked.append(number)

	def logout(self):
		self.closed = True


@pytest.fixture
def serve(monkeypatch):
	make_mailbox(acknowledge_mail=0)
	frappe.db.commit()

	def served(use_imap: int, *messages: bytes) -> Server:
		server = Server(*messages)
		frappe.db.set_value("Email Account", MAILBOX, "use_imap", use_imap)
		frappe.db.commit()
		account = type(frappe.get_doc("Email Account", MAILBOX))
		monkeypatch.setattr(account, "get_incoming_server", lambda *a, **k: server)
		return server

	return served


@pytest.mark.parametrize("use_imap", [1, 0])
def test_what_was_taken_in_is_marked(serve, use_imap):
	before = frappe.db.count("Complaint")
	server = serve(use_imap, raw(sender="a@x.test"), raw(sender="b@x.test"))
	assert mailbox.fetch(MAILBOX) == 2
	assert frappe.db.count("Complaint") == before + 2
	assert server.marked == [1, 2] and server.closed


@pytest.mark.parametrize("use_imap", [1, 0])
def test_what_could_not_even_be_kept_stays_and_the_others_go_on(serve, use_imap, monkeypatch):
	server = serve(use_imap, raw(sender="a@x.test"), raw(sender="b@x.test"))
	receive = incoming.receive

	def busy(message, account):
		if b"a@x.test" in message:
			raise frappe.QueryTimeoutError("busy")
		return receive(message, account)

	monkeypatch.setattr(incoming, "receive", busy)
	assert mailbox.fetch(MAILBOX) == 1
	assert server.marked == [2]
	monkeypatch.setattr(incoming, "receive", receive)
	assert mailbox.fetch(MAILBOX) == 2  # the second is there already
	assert frappe.db.count("Complaint", {"complainant_email": ("in", ("a@x.test", "b@x.test"))}) == 2


def test_a_killed_worker_finds_the_message_again_and_takes_it_in_once(serve, monkeypatch):
	class Killed(BaseException):
		pass

	server = serve(1, raw(sender="a@x.test"))
	monkeypatch.setattr(Server, "uid", _killing(Server.uid, Killed))
	with pytest.raises(Killed):
		mailbox.fetch(MAILBOX)
	monkeypatch.undo()
	assert server.marked == []
	monkeypatch.setattr(
		type(frappe.get_doc("Email Account", MAILBOX)), "get_incoming_server", lambda *a, **k: server
	)
	mailbox.fetch(MAILBOX)
	assert server.marked == [1]
	assert frappe.db.count("Complaint", {"complainant_email": "a@x.test"}) == 1


def _killing(uid, killed):
	def answer(self, command, *words):
		if command == "STORE":
			raise killed
		return uid(self, command, *words)

	return answer


def test_a_message_too_large_to_fetch_is_left_and_logged(serve, monkeypatch):
	monkeypatch.setattr(mailbox, "LARGEST", 10)
	server = serve(1, raw())
	assert mailbox.fetch(MAILBOX) == 0 and server.marked == []
	assert frappe.db.exists("Error Log", {"method": ("like", "%too large%")})


def test_a_mailbox_that_cannot_be_reached_is_logged(serve, monkeypatch):
	serve(1)

	def refused(*args, **kwargs):
		raise OSError("connection refused")

	monkeypatch.setattr(type(frappe.get_doc("Email Account", MAILBOX)), "get_incoming_server", refused)
	assert mailbox.fetch(MAILBOX) == 0
	assert frappe.db.exists("Error Log", {"method": ("like", f"%{MAILBOX} could not be fetched%")})


def test_only_our_own_mailboxes_are_fetched_and_those_without_a_password_are_not(monkeypatch):
	make_mailbox()
	jobs: list[dict] = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **values: jobs.append(values))
	mailbox.fetch_all()
	assert [job["account"] for job in jobs] == [MAILBOX]
	# a slow mailbox must not fill the queue with jobs for it
	assert jobs[0]["job_id"] and jobs[0]["deduplicate"]
	frappe.db.set_value("Email Account", MAILBOX, "awaiting_password", 1)
	mailbox.fetch_all()
	assert len(jobs) == 1
