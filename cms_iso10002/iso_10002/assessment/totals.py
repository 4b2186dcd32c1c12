"""What the rows of an assessment add up to, by clause group and in all, beside the assessment before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import frappe
from frappe.utils import cstr

from cms_iso10002.core import maturity
from cms_iso10002.iso_10002.assessment import grounds
from cms_iso10002.iso_10002.assessment.grounds import ITEM, Row

ANSWERED = ("question", "clause_group", "maturity", "status", "not_applicable_reason", "status_reason", "gap")


@dataclass(frozen=True)
class Group:
	"""A clause group: its total now and in the assessment before, and both over the questions they share."""

	name: str
	now: maturity.Total
	before: maturity.Total
	comparison: maturity.Comparison


def overall(rows: Iterable[Row]) -> maturity.Total:
	"""The total of all rows."""
	return maturity.total(map(grounds.answer, rows))


def by_group(rows: Sequence[Row], before: Sequence[Row] = ()) -> list[Group]:
	"""The groups of an assessment, in the order of its rows."""
	names = dict.fromkeys(cstr(row.get("clause_group")) for row in rows)
	return [_group(name, _of(rows, name), _of(before, name)) for name in names]


def whole(rows: Sequence[Row], before: Sequence[Row] = ()) -> Group:
	"""All groups as one."""
	return _group("", rows, before)


def _of(rows: Sequence[Row], name: str) -> list[Row]:
	return [row for row in rows if cstr(row.get("clause_group")) == name]


def _group(name: str, rows: Sequence[Row], before: Sequence[Row]) -> Group:
	now, then = _by_question(rows), _by_question(before)
	return Group(
		name,
		maturity.total(now.values()),
		maturity.total(then.values()),
		maturity.compared(now, then),
	)


def _by_question(rows: Iterable[Row]) -> dict[str, maturity.Answer]:
	return {row.get("question"): grounds.answer(row) for row in rows}


def rows_before(doc) -> list[Row]:
	"""The answered part of the rows of the assessment that `doc` is compared with; none where there is none."""
	if not doc.previous_assessment:
		return []
	return frappe.get_all(ITEM, {"parent": doc.previous_assessment}, list(ANSWERED), order_by="idx")
