"""What strangers type, as text that can be stored, compared and shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from frappe.utils import escape_html, validate_email_address

ONE_ADDRESS = re.compile(r"(?:[^<>]*<\s*)?([^\s<>()\[\]\",;:\\]+@[^\s<>()\[\]\",;:\\]+)(\s*>)?")

LINE_BREAK = re.compile(r"\r\n?|\n")


def clean(value: Any, longest: int | None = None) -> str:
	"""`value` as text, trimmed: without NULs, and without halves of characters, which JSON can hold and UTF-8 can't.

	A list or an object of a JSON request is no text: "".
	"""
	if isinstance(value, (list, dict)):
		return ""
	text = str(value or "").replace("\x00", "").encode("utf-8", "replace").decode()
	return text.strip()[:longest].strip()


def takes_text(*apart_from: str) -> Callable[[Callable], Callable]:
	"""Decorates a method of the API: whatever a script sends comes in as text, but for the fields named."""

	def decorate(function: Callable) -> Callable:
		@wraps(function)
		def called(*first: Any, **sent: Any) -> Any:
			texts = {name: _plain(value) for name, value in sent.items() if name not in apart_from}
			return function(*map(_plain, first), **{**sent, **texts})

		return called

	return decorate


def _plain(value: Any) -> str:
	return clean(int(value) if isinstance(value, bool) else value)


def as_html(text: str) -> str:
	"""`text` as a paragraph, in which what looks like markup is shown, not obeyed."""
	# browsers send \r\n; the \r left alone would come back from the HTML as a line break of its own
	return "<p>{}</p>".format(LINE_BREAK.sub("<br>", escape_html(text)))


def one_address(text: str) -> str:
	"""The e-mail address that `text` is, alone or behind a name; "" for anything else, also for several."""
	found = ONE_ADDRESS.fullmatch(text)
	address = found[1] if found and ("<" in text) == bool(found[2]) else ""
	# older versions of Frappe answer in lower case
	return address if address and validate_email_address(address).lower() == address.lower() else ""
