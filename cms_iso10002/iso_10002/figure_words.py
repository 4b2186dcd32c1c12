"""Computed figures in words: as rows, reports and statements show them, in the user's language."""

from __future__ import annotations

from decimal import Decimal

import frappe
from babel.numbers import format_decimal
from frappe import _

from cms_iso10002.complaints.letter_language import locale
from cms_iso10002.core import objectives
from cms_iso10002.core.refusal import N_
from cms_iso10002.iso_10002.evidence.model import (
	CONFORMS,
	FAILED,
	GAP,
	NO_DATA,
	PARTIAL,
	SHOWN,
	Evidence,
)

UNITS = {
	"%": N_("{0} %"),
	"days": N_("{0} days"),
	"hours": N_("{0} hours"),
	"count": "{0}",
	"rating": N_("{0} of 5"),
}

COLOURS = {CONFORMS: "green", PARTIAL: "yellow", GAP: "red", SHOWN: "blue", NO_DATA: "gray", FAILED: "orange"}

VERDICTS = {
	CONFORMS: N_("Conforms"),
	PARTIAL: N_("Partial"),
	GAP: N_("Gap"),
	SHOWN: N_("Shown"),
	NO_DATA: N_("No Data"),
	FAILED: N_("Could Not Be Computed"),
}


def number(value: float) -> str:
	"""A number as the language writes it, with at most two decimals."""
	return format_decimal(round(Decimal(str(value)), 2).normalize(), locale=locale(frappe.local.lang or "en"))


def tenths(score: float) -> str:
	"""A score with one decimal, always."""
	return format_decimal(Decimal(str(score)), "0.0", locale=locale(frappe.local.lang or "en"))


def value(evidence: Evidence) -> str:
	"""The figure with its unit; where there is none, that there is no data."""
	if evidence.value is None:
		return _("no data")
	template = UNITS.get(evidence.unit)
	if template:
		return _(template).format(number(evidence.value))
	return f"{number(evidence.value)} {_(evidence.unit)}".strip()


def made_of(evidence: Evidence) -> str:
	"""What a share was made of, "28 of 30"; "" where that says nothing."""
	if evidence.numerator is None or not evidence.denominator:
		return ""
	return _("{0} of {1}").format(number(evidence.numerator), number(evidence.denominator))


def covered(evidence: Evidence) -> str:
	"""On how many of those that could have counted the figure stands; "" where that is all."""
	if not evidence.coverage:
		return ""
	counted, possible = evidence.coverage
	return _("stands on {0} of {1}").format(number(counted), number(possible))


def verdict(evidence: Evidence) -> str:
	return _(VERDICTS.get(evidence.verdict, evidence.verdict))


def part(name: str, figure: float) -> str:
	return f"{_(name)}: {number(figure)}"


def line(evidence: Evidence, before: Evidence | None = None) -> str:
	"""A figure on one line: label, value, what it is made of, verdict, and how it was before."""
	details = ", ".join(filter(None, (made_of(evidence), covered(evidence))))
	shown = f"{evidence.label}: {value(evidence)}" + (f" ({details})" if details else "")
	words = (
		[shown, verdict(evidence)] if evidence.value is not None or evidence.verdict == FAILED else [shown]
	)
	if before is not None and before.value is not None:
		words.append(_("before: {0}").format(value(before)))
	if evidence.verdict == FAILED and evidence.explanation:
		words.append(evidence.explanation)
	return " · ".join(words)


BETTER, WORSE, SAME = "better", "worse", "same"
SAID = {objectives.IMPROVING: BETTER, objectives.STEADY: SAME, objectives.WORSE: WORSE}


def trend(now: Evidence, before: Evidence | None) -> str:
	"""Whether a figure became BETTER or WORSE or stayed the SAME; "" where there is no trend, or no good direction."""
	if before is None or not now.better or not (now.sample and before.sample):
		return ""
	return SAID.get(objectives.trend(now.value, before.value, now.better, now.unit), "")


TRENDS = {BETTER: N_("better"), WORSE: N_("worse"), SAME: N_("the same"), "": ""}


def trend_words(now: Evidence, before: Evidence | None) -> str:
	"""The trend as people say it; "" for none."""
	word = TRENDS[trend(now, before)]
	return _(word) if word else ""
