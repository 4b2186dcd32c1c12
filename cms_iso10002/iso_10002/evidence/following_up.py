"""What is held to look at the process, and how long what it recommends takes (annex continual-monitoring).

Reviews and audits have figures of their own, each under its clause; the annex asks for both together.
"""

from __future__ import annotations

from statistics import mean

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import getdate

from cms_iso10002.iso_10002.evidence import audits, management_reviews
from cms_iso10002.iso_10002.evidence.audits import AUDIT
from cms_iso10002.iso_10002.evidence.counting import finished
from cms_iso10002.iso_10002.evidence.management_reviews import REVIEW
from cms_iso10002.iso_10002.evidence.model import LOWER, Evidence, Period
from cms_iso10002.iso_10002.evidence.registers import last_day, of_company
from cms_iso10002.iso_10002.evidence.registry import computes


@computes("continual-monitoring", "reviews_and_audits")
def reviews_and_audits(period: Period, company: str | None = None) -> Evidence:
	"""Management reviews held and audits of case files reported in the period. Not judged: see their clauses."""
	reviews = management_reviews.reviews_held(period, company).value or 0
	audited = audits.audits_held(period, company).value or 0
	together = reviews + audited
	return finished(
		Evidence(
			"continual-monitoring",
			"reviews_and_audits",
			_("Reviews and Audits Held"),
			together or None,
			"count",
			sample=int(together),
			better="",
			explanation=_(
				"Management reviews held in the period ({0}) and audits of case files reported in it ({1})."
			).format(reviews, audited),
			parts={_("Reviews"): float(reviews), _("Audits"): float(audited)} if together else {},
		)
	)


@computes("continual-monitoring", "time_to_implement")
def time_to_implement(period: Period, company: str | None = None) -> Evidence:
	"""Days from a review to a decision of it carried out, or from the report of an audit to a finding closed: the median of
	those done in the period. Not judged."""
	decided = _waits(REVIEW, "Decision", "held_on", "done_on", period, company)
	found = _waits(AUDIT, "Finding", "reported_on", "closed_on", period, company)
	waits = sorted([*decided, *found])
	return finished(
		Evidence(
			"continual-monitoring",
			"time_to_implement",
			_("Time to Implement Recommendations"),
			waits[(len(waits) - 1) // 2] if waits else None,
			"days",
			sample=len(waits),
			better=LOWER,
			explanation=_(
				"Days from the management review or the audit report to what it recommended, the median: of {0} decisions carried out and {1} findings closed in the period."
			).format(len(decided), len(found)),
			parts={_("Mean"): round(mean(waits), 1), _("Longest"): float(waits[-1])} if waits else {},
		)
	)


def _waits(doctype: str, rows: str, begun: str, done: str, period: Period, company: str | None) -> list[int]:
	"""How many days each row took that was done in the period. One done before its record was held took none."""
	table, row = DocType(doctype), DocType(f"{doctype} {rows}")
	until = last_day(period)
	if not until:
		return []
	found = (
		frappe.qb.from_(row)
		.join(table)
		.on((table.name == row.parent) & (row.parenttype == doctype))
		.select(table[begun], row[done])
		.where((row[done] >= period.start) & (row[done] <= until))
		.where(table[begun].isnotnull() & of_company(table, company))
		.where(table.status.notin(("Draft", "Planned", "In Progress")))
		.orderby(row[done])
		.run()
	)
	return [max((getdate(last) - getdate(first)).days, 0) for first, last in found]
