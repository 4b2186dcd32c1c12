"""Plain text and escaping for letters and forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from frappe.utils import cstr
from markupsafe import Markup, escape

from cms_iso10002.complaints.typed_text import MARK, typed

LONGEST_QUOTE = 2500
"""Characters of the complainant's words that a letter repeats."""
TAG = re.compile(r"<(?:(/?)([a-z][a-z0-9]*)[^<>]*|![^<>]*)>", re.IGNORECASE)
ADDRESS = re.compile(r"(href|src|:\s?url)(\s*[=(])")
"""What Frappe takes for a relative address in mails and PDFs, even where it is text, and completes."""
SILENT_TAGS = frozenset(("script", "style", "head", "template"))
JOINED_LETTERS = (
	"\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0700-\u07bf\u08a0-\u08ff"
	"\ufb50-\ufdff\ufe70-\ufefc\u200c\u200d"
)
"""Of Arabic, Syriac and Thaana, without their digits and marks; and what joins or parts letters."""
JOINED_WORD = re.compile(rf"<[^<>]*>|([{JOINED_LETTERS}]+)")
LEFT_TO_RIGHT_MARK = "\u200e"
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
	if isinstance(value, Markup):
		return value  # ours, escaped where it was made
	if isinstance(value, str):
		return escape(ADDRESS.sub(rf"\1{MARK}\2", typed(value)))
	if isinstance(value, Mapping):
		return {name: escaped(inner) for name, inner in value.items()}
	if isinstance(value, Sequence):
		return [escaped(inner) for inner in value]
	return value


def printable(value: Any) -> Any:
	"""`value`, escaped, for a page that is printed; see `words_apart`."""
	if isinstance(value, Mapping):
		return {name: printable(inner) for name, inner in value.items()}
	if isinstance(value, Sequence) and not isinstance(value, str):
		return [printable(inner) for inner in value]
	return words_apart(escape(value)) if isinstance(value, str) else value


def words_apart(html: Markup) -> Markup:
	"""`html` with each word whose letters join (Arabic, Persian, Urdu …) in an element of its own.

	wkhtmltopdf without patches measures a line of several such words wrongly and prints one upon the other; where nothing
	is wrong this changes nothing.
	"""
	return Markup(
		JOINED_WORD.sub(lambda found: found[0] if not found[1] else f"<span>{found[1]}</span>", html)
	)


def left_to_right(text: str, direction: str) -> str:
	"""A telephone number or code so that its parts keep their order among words written from right to left."""
	return f"{LEFT_TO_RIGHT_MARK}{text}" if text and direction == "rtl" else text
