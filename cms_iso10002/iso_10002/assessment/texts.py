"""Texts that people type into rows: plain, and kept so that no part of Frappe takes them for HTML.

Frappe would let HTML pass here and there (its standard print format, report views) and rewrites it on every save of the
document. So what looks like a tag is kept with its brackets escaped, and shown as it was typed.
"""

from __future__ import annotations

from frappe.utils import cstr


def kept(text: str | None) -> str:
	"""A text as the database keeps it."""
	return cstr(text).replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str | None) -> str:
	"""A kept text as it was typed: plain, to be escaped where it is put into HTML."""
	return cstr(text).replace("&lt;", "<").replace("&gt;", ">")
