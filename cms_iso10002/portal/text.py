"""What strangers type, as text that can be stored, compared and shown."""

from __future__ import annotations

import re
from typing import Any

from frappe.utils import escape_html, validate_email_address

ONE_ADDRESS = re.compile(r"(?:[^<>]*<\s*)?([^\s<>()\[\]\",;:\\]+@[^\s<>()\[\]\",;:\\]+)(\s*>)?")


def clean(value: Any, longest: int | None = None) -> str:
	"""`value` as text, trimmed: without NULs, and without halves of characters, which JSON can hold and UTF-8 can't."""
	text = str(value or "").replace("\x00", "").encode("utf-8", "replace").decode()
	return text.strip()[:longest].strip()


def as_html(text: str) -> str:
	"""`text` as a paragraph, in which what looks like markup is shown, not obeyed."""
	return "<p>{}</p>".format(escape_html(text).replace("\n", "<br>"))


def one_address(text: str) -> str:
	"""The e-mail address that `text` is, alone or behind a name; "" for anything else, also for several."""
	found = ONE_ADDRESS.fullmatch(text)
	address = found[1] if found and ("<" in text) == bool(found[2]) else ""
	# older versions of Frappe answer in lower case
	return address if address and validate_email_address(address).lower() == address.lower() else ""
