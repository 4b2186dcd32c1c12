"""Plain text and escaping for letters and forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from frappe.utils import cstr
from markupsafe import escape

from cms_iso10002.complaints.typed_text import MARK, typed

LONGEST_QUOTE = 2500
"""Characters of the complainant's words that a letter repeats."""
TAG = re.compile(r"<(?:(/?)([a-z][a-z0-9]*)[^<>]*|![^<>]*)>", re.IGNORECASE)
ADDRESS = re.compile(r"(href|src|:\s?url)(\s*[=(])")
"""What Frappe takes for a relative address in mails and PDFs, even where it is text, and completes."""
SILENT_TAGS = frozenset(("script", "style", "head", "template"))
BREAKING_TAGS = frozenset(("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"))


def plain_text(html: str | None) -> str:
	"""Rich text as plain text with its paragraphs; scripts and styles left out.

	Linear whatever it is given: the parsers of Python take minutes over tags that strangers did not close.
	"""
	texts, end, silent = [], 0, ""
	for tag in TAG.finditer(html or ""):
		if not silent:
			texts.append(html[end : tag.start()])
		end, closes, name = tag.end(), tag[1], (tag[2] or "").lower()
		if name == silent and closes:
			silent = ""
		elif name in SILENT_TAGS and not closes:
			silent = silent or name
		elif name == "br" or (name in BREAKING_TAGS and closes):
			texts.append("\n")
	if not silent:
		texts.append((html or "")[end:])
	lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in unescape("".join(texts)).splitlines())
	return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def shortened(text: str) -> str:
	"""The beginning of a long text, up to a whole word."""
	if len(text) <= LONGEST_QUOTE:
		return text
	return text[:LONGEST_QUOTE].rsplit(None, 1)[0] + " […]"


def lines(text: str | None) -> list[str]:
	return [line.strip() for line in cstr(text).splitlines() if line.strip()]


def same(one: str | None, other: str | None) -> bool:
	return bool(one and other) and cstr(one).strip().casefold() == cstr(other).strip().casefold()


def escaped(value: Any) -> Any:
	"""`value` with every text in it escaped, as Markup: a further `|e` changes nothing."""
	if isinstance(value, str):
		return escape(ADDRESS.sub(rf"\1{MARK}\2", typed(value)))
	if isinstance(value, Mapping):
		return {name: escaped(inner) for name, inner in value.items()}
	if isinstance(value, Sequence):
		return [escaped(inner) for inner in value]
	return value
