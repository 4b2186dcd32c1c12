"""Accessibility (4.5): by which ways and in which languages people complain, and whether they were helped as they need."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Criterion

from cms_iso10002.core.formats import MADE_BY_PEOPLE, SPOKEN
from cms_iso10002.iso_10002.evidence.cohorts import RECEIVED, Reach, exists
from cms_iso10002.iso_10002.evidence.counting import Test, finished, groups, proportion, records, shares
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

ALWAYS_IN_SPEECH = "Interpreter"
"""The format that what is spoken needs as well (`core.formats.needs_confirming`)."""


def _letters(reach: Reach) -> tuple[QueryBuilder, Selectable]:
	"""The letters to a complainant that somebody had to make in the format they need, and their table."""
	letter = DocType("Complaint Letter").as_("letter")
	made = letter.format.isin(MADE_BY_PEOPLE)
	needed = made & (letter.channel.notin(SPOKEN) | (letter.format == ALWAYS_IN_SPEECH))
	query = frappe.qb.from_(letter).select(letter.name).where(letter.complaint == reach.case.name)
	return query.where(needed & letter.delivery.isin(("Sent", "Delivered"))), letter


def _needs_help(reach: Reach) -> Criterion:
	"""The complainant needs a format that people make, and is told something themselves."""
	needs = reach.case.correspondence_format.isin(MADE_BY_PEOPLE)
	return needs & (reach.case.correspondence_to != "Representative")


def _told_so(reach: Reach) -> Criterion:
	query, _letter = _letters(reach)
	return _needs_help(reach) & exists(query)


def _met(reach: Reach) -> Criterion:
	"""Of each letter somebody made sure that they have it in the format they need."""
	query, letter = _letters(reach)
	plain = letter.format_confirmed_by.isnull() | (letter.format_confirmed_by == "")
	return _needs_help(reach) & ~exists(query.where(plain))


ASSISTED = Test(
	"accessibility/assistance_met",
	RECEIVED,
	passes=(_met,),
	among=(_needs_help,),
	known=(_told_so,),
)
EVERY_CHANNEL = Test("accessibility/channels", RECEIVED)
EVERY_LANGUAGE = Test("accessibility/languages", RECEIVED)


@computes("accessibility", "channels")
def channels(period: Period, company: str | None) -> Evidence:
	"""By how many ways complaints received in the period came in; parts: the share of each."""
	return _variety(
		EVERY_CHANNEL,
		"channel",
		period,
		company,
		_("Channels Used"),
		_("Ways by which the complaints received in the period came in, each with its share."),
	)


@computes("accessibility", "languages")
def languages(period: Period, company: str | None) -> Evidence:
	"""In how many languages complaints received in the period were made; parts: the share of each."""
	return _variety(
		EVERY_LANGUAGE,
		"language",
		period,
		company,
		_("Languages Used"),
		_("Languages of the complaints received in the period, each with its share."),
	)


def _variety(test: Test, field: str, period: Period, company: str | None, label: str, rule: str) -> Evidence:
	reach = RECEIVED.reach(period, company)
	numbers = groups(reach, reach.case[field])
	total, kinds = sum(numbers.values()), sum(1 for name in numbers if name)
	return finished(
		Evidence(
			*test.key.split("/"),
			label,
			kinds if total else None,
			"count",
			sample=total,
			better="",
			explanation=f"{rule} {_('There are {0} complaints.').format(total)}",
			parts=shares(numbers, _("Not Known")),
			link=records(test.key, period, company),
		)
	)


@computes("accessibility", "assistance_met")
def assistance_met(period: Period, company: str | None) -> Evidence:
	"""Complainants of the period who need a format that people make, and of each letter to whom that was confirmed."""
	return proportion(
		ASSISTED,
		period,
		company,
		label=_("Told in the Format They Need"),
		rule=_(
			"Complaints received in the period by people who need Easy Read, audio, Braille or an interpreter, in which of everything they were told somebody confirmed that they have it so; told once something was sent."
		),
	)
