"""The parts of a message: its words and its files, read by Frappe's `Email` where that can be left to it.

Strangers write messages as they like. So what Frappe does here and we do not need is left out (it looks for quoted
answers, makes HTML of attached text, guesses alphabets), because it takes minutes over some; and what it mixes up is kept
apart: a message that is attached stands after the words it came with, not in their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from frappe import _
from frappe.email.receive import Email
from frappe.utils import escape_html
from frappe.utils.html_utils import clean_email_html

from cms_iso10002.complaints.letter_text import plain_text
from cms_iso10002.core import mail, markup

DEEPEST = 3
"""Messages in messages that are read."""
MOST_BREAKS = 2000
"""Lines that are separate ones in HTML; where there are more, one element keeps them."""
SHOWN = ("From", "To", "Date", "Subject")


class Parts(Email):
	"""A message, or one that is attached to another: `text_content`, `html_content` and `attachments`."""

	depth = 0

	def parse(self) -> None:
		attached = []
		for part in _own_parts(self.mail):
			if part.get_content_type() == "message/rfc822":
				attached.append(part)
			else:
				self.process_part(part)
		for part in attached if self.depth < DEEPEST else ():
			self.take_attached(part)

	def take_attached(self, part: Message) -> None:
		"""A message sent as a file: who wrote it, and its words, after ours; its files are files of this one."""
		payload = part.get_payload()
		if not (isinstance(payload, list) and payload):
			return
		inner = _Attached(payload[0].as_bytes(), self.depth + 1)
		heads = [f"{_(name)}: {text}" for name in SHOWN if (text := mail.header(inner.mail, name))]
		words = "\n".join((*heads, "", inner.plain_text()))
		self.text_content += f"\n\n{words}" if self.text_content else words
		if self.html_content:
			self.html_content += f"<hr>{as_html(words)}"
		self.attachments += inner.attachments

	def get_payload(self, part: Message) -> str:
		return mail.decoded(part.get_payload(decode=True) or b"", part.get_content_charset())

	def set_content_and_type(self) -> None:
		"""Frappe cuts off what is quoted; all is kept here."""

	def set_subject(self) -> None:
		"""`core.mail` reads it, and the sender: as many as there are."""

	def set_from(self) -> None:
		"""See `set_subject`."""

	def plain_text(self) -> str:
		return self.text_content or plain_text(self.html_content)


class _Attached(Parts):
	def __init__(self, content: bytes, depth: int):
		self.depth = depth
		super().__init__(content)


def _own_parts(message: Message) -> Iterator[Message]:
	"""The parts of a message that are no parts of a message attached to it."""
	waiting = [message]
	while waiting:
		part = waiting.pop()
		yield part
		payload = part.get_payload()
		if part.get_content_maintype() == "multipart" and isinstance(payload, list):
			waiting += reversed(payload)


def readable(html: str) -> str:
	"""HTML of a stranger as HTML that is safe to show; as its text, where a parser would work on it for long."""
	return clean_email_html(html) if markup.is_simple(html) else as_html(plain_text(html))


def as_html(text: str) -> str:
	"""Text as HTML, its lines kept."""
	escaped = escape_html(text.strip()).replace("\r", "")
	if escaped.count("\n") <= MOST_BREAKS:
		return escaped.replace("\n", "<br>")
	return f'<div style="white-space: pre-wrap">{escaped}</div>'
