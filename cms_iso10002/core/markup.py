"""Whether HTML of strangers may be handed to a parser.

Parsers that mend what is broken work for minutes, or for hours, over a few kilobytes made for that: elements that are not
closed, or closed crosswise, or have thousands of attributes. What people's programs write is neither. This looks at
each character once, and counts.
"""

from __future__ import annotations

import re
from collections import Counter

LONGEST = 100_000
"""Characters."""
DEEPEST = 100
"""Elements that are open at once."""
MOST_MISTAKES = 200
"""Elements left open, or closed that were not."""
MOST_PARTS = 60
"""Parts of a tag between blanks, without the values in quotes."""
MOST_SIGNS = 1000
"""Signs "<" that begin no tag."""

TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*)([^<>]*)>|<[!?][^<>]*>")
COMMENT_END = re.compile("--!?>")
QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
BEGINS = re.compile(r"<[a-zA-Z/!?]")
VOID = frozenset(
	("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


def is_simple(html: str) -> bool:
	"""Whether a parser is done with `html` in no time worth speaking of."""
	if len(html) > LONGEST:
		return False
	html = _without_comments(html)
	open_, opened, mistakes, end = [], Counter(), 0, 0
	for tag in TAG.finditer(html):
		if BEGINS.search(html, end, tag.start()):
			return False
		end = tag.end()
		if not tag[2]:
			continue
		if not _has_few_parts(tag[3]):
			return False
		name = tag[2].lower()
		if tag[1]:
			mistakes += _close(name, open_, opened)
		elif name not in VOID:  # also with a slash at its end, which means nothing in HTML
			open_.append(name)
			opened[name] += 1
		if len(open_) > DEEPEST or mistakes > MOST_MISTAKES:
			return False
	return not BEGINS.search(html, end) and html.count("<") < MOST_SIGNS + len(TAG.findall(html))


def _without_comments(html: str) -> str:
	"""`html` without its comments; one that does not end stays."""
	parts, end = [], 0
	while (start := html.find("<!--", end)) >= 0 and (stop := COMMENT_END.search(html, start + 2)):
		parts.append(html[end:start])
		end = stop.end()
	return "".join((*parts, html[end:]))


def _has_few_parts(attributes: str) -> bool:
	"""Whether a tag ends where it seems to, with so many attributes at most."""
	rest = QUOTED.sub(" ", attributes)
	return '"' not in rest and "'" not in rest and len(rest.replace("/", " ").split()) <= MOST_PARTS


def _close(name: str, open_: list[str], opened: Counter[str]) -> int:
	"""Close the last element of a name, with those in it; how many mistakes that puts right."""
	if not opened[name]:
		return 1
	left = 0
	while (last := open_.pop()) != name:
		opened[last] -= 1
		left += 1
	opened[name] -= 1
	return left
