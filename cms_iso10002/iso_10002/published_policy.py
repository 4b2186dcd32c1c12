"""Which complaints policy is in force: for a company and a language, on a day; and its text for a page.

In force is what was submitted and is valid on that day. For one company and language there is one at most
(`policy_releases` sees to it); a policy without a company is everybody's who has none of their own.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import cstr

from cms_iso10002.complaints import clock

DOCTYPE = "Complaints Policy"
FIELDS = (
	"name",
	"title",
	"version",
	"company",
	"language",
	"translation_of",
	"valid_from",
	"valid_to",
	"next_review_on",
	"approved_by",
	"approved_on",
	"approver_position",
	"is_published",
)
_HEADING = re.compile(r"(</?h)([1-6])(?=[\s>])", re.IGNORECASE)


def in_force(company: str | None = None, day: date | None = None) -> list[frappe._dict]:
	"""The policies in force on `day` (today): of a company, those for everybody included; of none, all there are."""
	day = day or clock.today()
	table = DocType(DOCTYPE)
	query = (
		frappe.qb.from_(table)
		.select(*FIELDS)
		.where((table.docstatus == 1) & (table.valid_from <= day))
		.where(table.valid_to.isnull() | (table.valid_to >= day))
		.orderby(table.company, table.language, table.name)
	)
	if company:
		query = query.where(table.company.isnull() | table.company.isin(["", company]))
	return query.run(as_dict=True)


def published(company: str | None, language: str) -> frappe._dict | None:
	"""The published policy that a reader is shown, with its `body`: the company's before everybody's, in their language
	before the site's before any. None where none is published."""
	site = frappe.db.get_single_value("System Settings", "language") or "en"
	wanted = [*dict.fromkeys((language, language.split("-")[0], site, site.split("-")[0]))]
	found = [row for row in in_force(company or "") if row.is_published and _is_for(row, company)]
	if not found:
		return None
	best = min(found, key=lambda row: (not row.company, _rank(row.language, wanted), row.name))
	return frappe._dict(best, body=frappe.db.get_value(DOCTYPE, best.name, "body"))


def _is_for(row: Any, company: str | None) -> bool:
	return not row.company or row.company == company


def _rank(language: str, wanted: list[str]) -> int:
	return wanted.index(language) if language in wanted else len(wanted)


def below(html: str | None, level: int) -> str:
	"""`html` with its headings moved down to begin at `level`: for a page that has headings above it."""
	html = cstr(html)
	found = [int(number) for _start, number in _HEADING.findall(html)]
	shift = max(level - min(found), 0) if found else 0
	return _HEADING.sub(lambda match: f"{match[1]}{min(int(match[2]) + shift, 6)}", html)
