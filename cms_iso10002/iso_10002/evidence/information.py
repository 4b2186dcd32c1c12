"""Records (8.1): how long complaints are kept with the personal data in them, and what was disposed of."""

from __future__ import annotations

from frappe import _

from cms_iso10002.iso_10002.evidence.cohorts import DISPOSED, retention_months
from cms_iso10002.iso_10002.evidence.counting import Test, count, finished, records
from cms_iso10002.iso_10002.evidence.model import Evidence, Period
from cms_iso10002.iso_10002.evidence.registry import computes

EVERY_DISPOSAL = Test("information/disposals", DISPOSED)


@computes("information", "disposals")
def disposals(period: Period, company: str | None) -> Evidence:
	"""Complaints anonymised in the period. Not judged: how many there are to dispose of depends on what came in before.

	Without a time of retention in Complaint Settings, and without a disposal, there is no figure.
	"""
	found, months = count(EVERY_DISPOSAL, period, company), retention_months()
	rule = (
		_("Complaints whose personal data was erased in the period; they are kept for {0} months.").format(
			months
		)
		if months
		else _("Complaints whose personal data was erased in the period; no time of retention is set.")
	)
	return finished(
		Evidence(
			"information",
			"disposals",
			_("Complaints Anonymised"),
			found.counted if months or found.counted else None,
			"count",
			sample=found.counted,
			better="",
			explanation=rule,
			parts={_("Months of Retention"): float(months)} if months else {},
			link=records(EVERY_DISPOSAL.key, period, company),
		)
	)
