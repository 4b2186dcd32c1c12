"""The objectives: measured, and reached (ISO 10002:2018, 6.2, 8.4).

An objective counts in every period that it runs in, as it was computed last: what it says of itself is not computed
again here.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from cms_iso10002.core.objectives import MET, NO_DATA, ON_TRACK, STATUSES
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, judged, share
from cms_iso10002.iso_10002.evidence.registers import of_company
from cms_iso10002.iso_10002.evidence.registry import computes

DOCTYPE = "Complaint Objective"


@computes("objectives", "with_actual")
def with_actual(period: Period, company: str | None = None) -> Evidence:
	"""Of the objectives that run in the period, those that have an actual beside their target."""
	found = _by_status(period, company)
	total = sum(found.values())
	measured = total - found.get(NO_DATA, 0)
	return judged(
		Evidence(
			"objectives",
			"with_actual",
			_("Objectives with an Actual"),
			share(measured, total),
			"%",
			measured,
			total,
			total,
			parts=found,
			explanation=_(
				"{0} objectives with figure, target, period and owner run in the period; of {1} the records show an actual."
			).format(total, measured),
			link=_link(period, company),
			as_of_now=True,
		),
		100,
		50,
	)


@computes("monitoring", "objectives_reached")
def objectives_reached(period: Period, company: str | None = None) -> Evidence:
	"""Of the objectives that have an actual, those that are met, or on track where they still run."""
	found = _by_status(period, company)
	total = sum(found.values())
	measured = total - found.get(NO_DATA, 0)
	good = found.get(MET, 0) + found.get(ON_TRACK, 0)
	return judged(
		Evidence(
			"monitoring",
			"objectives_reached",
			_("Objectives Met or on Track"),
			share(good, measured),
			"%",
			good,
			measured,
			total,
			coverage=(measured, total) if total else None,
			parts=found,
			explanation=_(
				"Of {0} objectives of the period that have an actual, {1} are met or on track, as computed last."
			).format(measured, good),
			link=_link(period, company),
			as_of_now=True,
		),
		80,
		50,
	)


def _by_status(period: Period, company: str | None) -> dict[str, int]:
	"""How many objectives run in the period, by what they say; one that was never computed has no data."""
	table = DocType(DOCTYPE)
	rows = (
		frappe.qb.from_(table)
		.select(table.status, Count("*"))
		.where((table.from_date <= period.end) & (table.to_date >= period.start))
		.where(of_company(table, company))
		.groupby(table.status)
		.run()
	)
	found: dict[str, int] = {}
	for status, number in rows:
		found[status or NO_DATA] = found.get(status or NO_DATA, 0) + number
	return {status: found[status] for status in STATUSES if status in found}


def _link(period: Period, company: str | None) -> Link:
	filters = {"from_date": ["<=", str(period.end)], "to_date": [">=", str(period.start)]}
	if company:
		filters["company"] = ["in", ["", company]]
	return Link(DOCTYPE, filters=filters)
