"""What the figures of the registers share: up to which day they look, and whose records they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pypika.terms import Criterion

from cms_iso10002.complaints import clock
from cms_iso10002.iso_10002.evidence.model import HIGHER, Evidence, Link, Period


def last_day(period: Period) -> date | None:
	"""The last day of a period that has come; None where it is yet to begin."""
	today = clock.today()
	return min(period.end, today) if period.start <= today else None


def of_company(table: Any, company: str | None) -> Criterion:
	"""The records of a company and those for all companies; of no company, all there are."""
	if not company:
		return table.name.isnotnull()
	return table.company.isnull() | table.company.isin(["", company])


def parents(doctype: str, rows: Iterable[Any]) -> Link:
	"""The records whose rows were counted."""
	return Link(doctype, filters={"name": ["in", sorted({row.parent for row in rows})]})


def nothing(clause: str, figure: str, label: str, unit: str, why: str) -> Evidence:
	"""A figure with nothing to count: no value, and no verdict from `judged`. Counts have no good direction."""
	better = "" if unit == "count" else HIGHER
	return Evidence(clause, figure, label, None, unit, better=better, explanation=why)
