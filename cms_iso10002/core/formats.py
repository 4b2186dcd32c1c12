"""Formats in which a complainant needs to be told (ISO 10002:2018, 4.5): which of them a plain letter does not meet."""

from __future__ import annotations

MADE_BY_PEOPLE = ("Easy Read", "Audio", "Braille", "Interpreter")
"""Large Print is set by the letter itself; these somebody must make."""
SPOKEN = ("Phone", "In Person")


def needs_confirming(wanted: str | None, channel: str) -> bool:
	"""Whether somebody must first make sure that the complainant has what is told in the format they need.

	What is spoken needs no Braille and no recording, but it may need an interpreter.
	"""
	if wanted not in MADE_BY_PEOPLE:
		return False
	return channel not in SPOKEN or wanted == "Interpreter"


def is_confirmed(answer: object) -> bool:
	"""Whether the answer of a dialog, a form or REST confirms it."""
	return answer in (True, 1, "1", "true")
