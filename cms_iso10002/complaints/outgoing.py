"""E-mails to those who complain: they go out, and they end as we end them.

What Frappe does for newsletters is wrong for a letter: a link to hear no more of it, addresses left out that used one
once, and a line that names the software.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from bs4 import BeautifulSoup

FOREIGN = ".default-mail-footer, .email-unsubscribe"
"""What Frappe puts below a mail beside the footer of the Email Account and the address."""


@cache
def _letter() -> type:
	"""The builder of such mails. Made when needed: importing Frappe's queue opens a log, for which a site must be known."""
	from frappe.email.doctype.email_queue.email_queue import QueueBuilder

	class Letter(QueueBuilder):
		"""A mail that its recipients are owed."""

		def get_unsubscribed_user_emails(self) -> list[str]:
			return []

		def email_html_content(self) -> str:
			page = BeautifulSoup(super().email_html_content(), "html.parser")
			for part in page.select(FOREIGN):
				part.decompose()
			return str(page)

	return Letter


def queue(**arguments: Any) -> None:
	"""As `frappe.sendmail`, for what is owed to its recipients.

	It is queued, and sent by the queue: so that a case that is rolled back tells nobody anything.
	"""
	arguments.pop("delayed", None)
	content = arguments.pop("content", None)
	if content:
		arguments["message"] = content
	arguments.update({"unsubscribe_message": "", "add_unsubscribe_link": 0})
	_letter()(**arguments).process()
