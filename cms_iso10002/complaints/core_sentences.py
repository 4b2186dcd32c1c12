"""The sentences in which the core's calendars, limits and targets refuse a value, in the user's language.

The core raises them as English text in a ValueError, with the values already in their places. Each is recognised here
by its template, which is what translators see; one that is not in the list is shown in English.
"""

from __future__ import annotations

import re
from functools import lru_cache

from frappe import _

from cms_iso10002.core.clocks import STAGES
from cms_iso10002.core.refusal import N_

TEMPLATES = (
	N_("There is no stage {0}: use one of {1}."),
	N_("There is no time zone {0}: use a name such as Europe/Berlin."),
	N_("{0} is not a unit of time limits: use {1}."),
	N_("A time limit must be above zero, not {0}."),
	N_("A time limit in {0} must be a whole number, not {1}."),
	N_("A time limit of {0} is too long to be counted."),
	N_("{0} business days are too long to be counted."),
	N_("{0} days of working time are too long to be counted."),
	N_("The result lies after the year {0}: check the limit and the holidays."),
	N_("The calendar answers for {0} to {1}, not for {2}."),
	N_("{0} is not a number."),
	N_("A warning comes after 1 to 99 per cent of the time, not {0}."),
	N_("Extensions must be a whole number, and neither they nor their length may be negative."),
	N_("Say how long an extension may be, or allow none."),
	N_("a target can't start at {0}: use one of {1}, or leave it empty."),
	N_("this stage can't be paused, since it is owed also while an answer is awaited."),
	N_("only the stage {0} can repeat."),
	N_("The stage {0} has {1} targets: keep one."),
	N_("{0}: these targets start at each other in a circle, so none ever starts."),
	N_("The calendar has no working time: give at least one interval in the week."),
	N_("{0}: the interval from {1} to {2} has no length."),
	N_("{0}: the interval from {1} starts before the one before it ends."),
	N_("{0}: the last interval runs past midnight into the next day's, from {1}."),
)


def translated(sentence: str) -> str:
	"""A sentence of the core in the user's language. Plain text: escape it before it is shown as HTML."""
	stage, colon, rest = sentence.partition(": ")
	if colon and stage in STAGES and match(rest):
		return f"{_(stage)}: {translated(rest)}"
	found = match(sentence)
	if not found:
		return sentence
	template, values = found
	return _(template).format(*(_(value) if value.isalpha() else value for value in values))


def match(sentence: str) -> tuple[str, tuple[str, ...]] | None:
	"""The template of a sentence and the values in it; None where it is not in the list."""
	for template, pattern in _patterns():
		if found := pattern.fullmatch(sentence):
			return template, found.groups()
	return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
	return [
		(template, re.compile(re.sub(r"\\\{\d\\\}", "(.+?)", re.escape(template)), re.DOTALL))
		for template in TEMPLATES
	]
