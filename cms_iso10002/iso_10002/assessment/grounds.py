"""A row of an assessment as the core reads it: the answer that was given, and what supports it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, cstr

from cms_iso10002.core import maturity
from cms_iso10002.iso_10002.evidence import registry
from cms_iso10002.iso_10002.evidence.model import Evidence

DOCTYPE = "ISO 10002 Self Assessment"
ITEM = "ISO 10002 Self Assessment Item"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Grounds:
	"""What must be known of a whole assessment to judge its rows: the clauses for which there are figures at all, and
	those in which an action was found effective."""

	computable: Collection[str] = frozenset()
	effective: Collection[str] = frozenset()


def of(doc) -> Grounds:
	"""The grounds of an assessment."""
	return Grounds(frozenset(registry.clauses()), frozenset(_effective(doc)))


def _effective(doc) -> Iterable[str]:
	"""The clauses in which a Quality Action of this or another assessment of the company proved effective since the
	period began."""
	item, parent = DocType(ITEM), DocType(DOCTYPE)
	same_company = (
		parent.company == doc.company if doc.company else parent.company.isnull() | (parent.company == "")
	)
	return (
		frappe.qb.from_(item)
		.join(parent)
		.on(item.parent == parent.name)
		.select(item.clause)
		.distinct()
		.where((parent.docstatus < 2) & same_company)
		.where(item.quality_action.isnotnull() & (item.effective_on >= doc.from_date))
		.orderby(item.clause)
		.run(pluck=True)
	)


def answer(row: Row) -> maturity.Answer:
	"""What was answered in a row."""
	return maturity.Answer(
		maturity=cint(row.get("maturity")) or None,
		status=cstr(row.get("status")),
		not_applicable_reason=cstr(row.get("not_applicable_reason")),
		status_reason=cstr(row.get("status_reason")),
		gap=cstr(row.get("gap")),
	)


def support(row: Row, known: Grounds) -> maturity.Support:
	"""What supports the answer of a row."""
	now, before = figures(row)
	earlier = {figure.figure: figure for figure in before}
	return maturity.Support(
		figures=[_beside(figure, earlier.get(figure.figure)) for figure in now],
		computable=bool(now) or row.get("clause") in known.computable,
		collected=bool(row.get("evidence")),
		named=any(
			cstr(row.get(name)).strip() for name in ("further_evidence", "document_name", "attachment")
		),
		effective=row.get("clause") in known.effective,
	)


def _beside(now: Evidence, before: Evidence | None) -> maturity.Figure:
	"""A figure as the core reads it, with what it was before."""
	return maturity.Figure(
		now.label,
		now.value,
		before.value if before else None,
		now.better,
		now.verdict,
		now.unit,
		now.sample,
		before.sample if before else 0,
	)


def figures(row: Row) -> tuple[list[Evidence], list[Evidence]]:
	"""The frozen figures of a row: of the period, and of the one before."""
	frozen = frozen_evidence(row)
	return tuple(
		[Evidence.from_dict(one) for one in frozen.get(part) or ()] for part in ("figures", "previous")
	)


def frozen_evidence(row: Row) -> dict[str, Any]:
	"""What was collected for a row: `period` and `before` (first and last day), `computed_on`, `figures`, `previous`;
	empty before."""
	return json.loads(row.get("evidence") or "{}")


def capped(row: Row, known: Grounds) -> dict[str, Any]:
	"""The fields of a row that say how far its evidence goes."""
	cap = maturity.cap(support(row, known))
	return {"max_maturity": cap.level, "cap_reason": sentence(cap.reason) if cap.reason else ""}


def sentence(said: maturity.Sentence) -> str:
	"""A sentence of the core in the user's language. Plain text."""
	template, arguments = said
	return _(template).format(*map(_shown, arguments)).strip()


def _shown(argument: Any) -> Any:
	if isinstance(argument, tuple):
		return sentence(argument)
	return _(argument) if isinstance(argument, str) else argument


def named(row: Row) -> str:
	"""A row as a message names it: "7.4 Acknowledgement (acknowledgement-1)"."""
	return (
		f"{cstr(row.get('clause_number'))} {_(row.get('clause_title') or '')} ({row.get('question')})".strip()
	)
