"""The register of context: looked at again in time, and heavy risks acted upon (ISO 10002:2018, 5.1, 6.3).

The register holds what stands now: an item counts in every period that ends after it was identified, unless it is closed,
and review, rating and action are those of today.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import formatdate

from cms_iso10002.core.context import HIGH, MEDIUM, WEIGHED
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import last_day, nothing, of_company
from cms_iso10002.iso_10002.evidence.registry import computes

DOCTYPE = "Complaint Context Item"


@computes("context", "reviewed_in_time")
def reviewed_in_time(period: Period, company: str | None = None) -> Evidence:
	"""Of the open items of the register, those whose review was not overdue on the last day."""
	clause, figure, label = "context", "reviewed_in_time", _("Context Reviewed in Time")
	table, day = DocType(DOCTYPE), last_day(period)
	query = _open(table, period, company)
	by_kind = dict(query.select(table.kind, Count("*")).groupby(table.kind).orderby(table.kind).run())
	total = sum(by_kind.values())
	if not total or not day:
		why = _("The register of context has no open item for this period.")
		return judged(replace(nothing(clause, figure, label, "%", why), as_of_now=True), 1, 1)
	kept = query.select(Count("*")).where(table.review_on >= day).run()[0][0]
	return judged(
		Evidence(
			clause,
			figure,
			label,
			share(kept, total),
			"%",
			kept,
			total,
			total,
			parts=by_kind,
			explanation=_(
				"{0} issues, parties, risks and opportunities stand in the register; the review of {1} was not overdue on {2}."
			).format(total, kept, formatdate(day)),
			link=Link(DOCTYPE, filters=_filters(period, company)),
			as_of_now=True,
		),
		90,
		60,
	)


@computes("activities", "risks_acted_upon")
def risks_acted_upon(period: Period, company: str | None = None) -> Evidence:
	"""Of the open risks and opportunities that are rated medium or high, those with an action."""
	table = DocType(DOCTYPE)
	query = _open(table, period, company).select(Count("*"))
	query = query.where(table.kind.isin(WEIGHED) & table.rating.isin([MEDIUM, HIGH]))
	total = query.run()[0][0]
	acted = query.where(table.action.isnotnull() & (table.action != "")).run()[0][0]
	filters = {"kind": ["in", [*WEIGHED]], "rating": ["in", [MEDIUM, HIGH]]}
	return judged(
		Evidence(
			"activities",
			"risks_acted_upon",
			_("Risks and Opportunities Acted Upon"),
			share(acted, total),
			"%",
			acted,
			total,
			total,
			explanation=_(
				"Of {0} open risks and opportunities that are rated medium or high, {1} have an action."
			).format(total, acted),
			link=Link(DOCTYPE, filters={**_filters(period, company), **filters}),
			as_of_now=True,
		),
		90,
		60,
	)


def _open(table: Any, period: Period, company: str | None):
	return (
		frappe.qb.from_(table)
		.where((table.status != "Closed") & (table.identified_on <= period.end))
		.where(of_company(table, company))
	)


def _filters(period: Period, company: str | None) -> dict[str, Any]:
	filters: dict[str, Any] = {
		"status": ["!=", "Closed"],
		"identified_on": ["<=", str(period.end)],
	}
	if company:
		filters["company"] = ["in", ["", company]]
	return filters
