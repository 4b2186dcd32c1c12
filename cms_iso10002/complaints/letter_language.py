"""The language of a letter or form: words, dates, amounts and the direction of its writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import frappe
from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from frappe import _
from frappe.utils import cstr, getdate

Doc = Mapping[str, Any]
LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi")


@contextmanager
def speaking(language: str) -> Iterator[None]:
	"""Translate into `language` inside; the session's language is restored whatever happens."""
	before = frappe.local.lang
	frappe.local.lang = language
	try:
		yield
	finally:
		frappe.local.lang = before


def print_language(doc: Doc) -> str:
	"""The language chosen in the print view, otherwise that of the complaint."""
	return spoken(frappe.form_dict.get("_lang") or doc.get("language") or frappe.local.lang or "en")


def spoken(language: str) -> str:
	"""`language` where our words have been translated into it, otherwise English: never half of each."""
	if not LANGUAGE_CODE.fullmatch(language):  # it may come from a request
		return "en"
	probe = "What happens next"
	return language if language.startswith("en") or _(probe, language) != probe else "en"


def locale(language: str) -> Locale:
	try:
		return Locale.parse(language, sep="-")
	except (UnknownLocaleError, ValueError):
		return Locale("en")


def is_known(language: str) -> bool:
	"""Whether a code is that of a language people speak; some are there for translators alone."""
	try:
		return bool(Locale.parse(language, sep="-"))
	except (UnknownLocaleError, ValueError):
		return False


def direction(language: str) -> str:
	return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def date_text(value: date | datetime | str | None, language: str) -> str:
	"""A date that nobody can misread: with the month's name."""
	if not value:
		return ""
	# letters in English are the same wherever they go; the long form of plain English would be the American one
	pattern = "d MMMM y" if language.split("-")[0] == "en" else "long"
	return format_date(getdate(value), pattern, locale=locale(language))


def quantity(qty: Any, uom: str | None, language: str) -> str:
	if not qty:
		return ""
	return " ".join(
		[format_decimal(Decimal(cstr(qty)), locale=locale(language)), _(uom) if uom else ""]
	).strip()


def amount(amount: Any, currency: str | None, company: str | None, language: str) -> str:
	if not amount:
		return ""
	currency = currency or (company and frappe.get_cached_value("Company", company, "default_currency"))
	if not currency:
		return f"{Decimal(cstr(amount)):.2f}"
	return format_currency(Decimal(cstr(amount)), currency, locale=locale(language))


def plain_word(words: Mapping[str, str], value: str | None) -> str:
	return _(words[value]) if value in words else ""
