"""Text is text: what somebody typed into a plain field is shown as they typed it, and never obeyed as markup.

Frappe stores such a field as HTML where it finds a tag in it: harmless tags stay alive in lists and forms (a picture
elsewhere tells who reads it), and everything else comes back as `&lt;` and `&amp;`. So a `<` that could begin a tag
gets a sign of no width after it: no parser takes it for a tag then, Frappe leaves the text alone, and nobody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MARK = "\u200b"
BEGINNING = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
"""What a parser of HTML takes for the beginning of a tag, a comment or a declaration."""
PLAIN = ("Data", "Small Text", "Text")
LONGEST = 140
"""Characters of a Data field."""


def tame(text: str, longest: int = 0) -> str:
	"""`text` without anything that could be a tag; where the signs are too many for `longest`, with other brackets."""
	marked = BEGINNING.sub(f"<{MARK}", text)
	return marked if not longest or len(marked) <= longest else BEGINNING.sub("‹", text)


def typed(value: Any) -> Any:
	"""`value` as it was typed, whatever it is made of: for answers and letters, which escape it."""
	if isinstance(value, str):
		return value.replace(f"<{MARK}", "<") if MARK in value else value
	if isinstance(value, Mapping):
		return {name: typed(inner) for name, inner in value.items()}
	if isinstance(value, Sequence):
		return [typed(inner) for inner in value]
	return value


def tame_fields(doc) -> None:
	"""Make the plain text fields of a document and its rows harmless, before Frappe looks at them."""
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			value = row.get(df.fieldname) if df.fieldtype in PLAIN and df.options != "Email" else None
			if isinstance(value, str) and "<" in value:
				row.set(df.fieldname, tame(value, LONGEST if df.fieldtype == "Data" else 0))
