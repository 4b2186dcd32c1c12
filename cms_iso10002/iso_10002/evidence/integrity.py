"""Information integrity (4.9): is the ledger whole, since when is that known, and was each day sealed?

The record is one for all companies, and so are these figures.
"""

from __future__ import annotations

from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import formatdate, getdate
from pypika import Order

from cms_iso10002.complaints import clock
from cms_iso10002.complaints.verification_record import RECORD
from cms_iso10002.iso_10002.evidence.counting import finished
from cms_iso10002.iso_10002.evidence.model import Evidence, Link, Period, share
from cms_iso10002.iso_10002.evidence.registry import computes

SEAL = "Complaint Ledger Seal"


@computes("information-integrity", "ledger_whole")
def ledger_whole(period: Period, company: str | None) -> Evidence:
	"""Complaints in which the last verification up to the end of the period found nothing altered, of all it went through.

	What is wrong with no complaint (a seal) makes the record broken as well: it then counts as one complaint.
	"""
	last = _last_verification(period)
	if not last:
		return finished(
			Evidence(
				"information-integrity",
				"ledger_whole",
				_("Record Verified Whole"),
				None,
				"%",
				explanation=_("The record was not verified up to the end of the period."),
			)
		)
	broken = max(last.broken_complaints, 1 if last.findings else 0)
	rule = _(
		"Complaints whose record of events was found whole by the last verification, on {0}, {1} days before the end of the period; {2} breaks were found."
	)
	age = max((min(period.end, clock.today()) - getdate(last.verified_on)).days, 0)
	return finished(
		Evidence(
			"information-integrity",
			"ledger_whole",
			_("Record Verified Whole"),
			share(max(last.complaints - broken, 0), last.complaints),
			"%",
			max(last.complaints - broken, 0),
			last.complaints,
			sample=last.complaints,
			explanation=rule.format(formatdate(getdate(last.verified_on)), age, last.findings),
			parts={
				_("Breaks"): float(last.findings),
				_("Events"): float(last.events),
				_("Seals"): float(last.seals),
				_("Days Since"): float(age),
			},
			link=Link(doctype=RECORD, filters={"name": last.name}),
		)
	)


def _last_verification(period: Period) -> frappe._dict | None:
	row = DocType(RECORD)
	fields = ("name", "verified_on", "complaints", "events", "seals", "findings", "broken_complaints")
	query = frappe.qb.from_(row).select(*fields).where(row.verified_on < period.until_moment)
	found = query.orderby(row.verified_on, order=Order.desc).limit(1).run(as_dict=True)
	return found[0] if found else None


@computes("information-integrity", "sealed_days")
def sealed_days(period: Period, company: str | None) -> Evidence:
	"""Days of the period with a seal, of those that are over and not before the first complaint was recorded."""
	first = _first_day()
	latest = clock.now_utc().date() - timedelta(days=2)  # yesterday is sealed in the course of today
	start, end = max(period.start, first or period.end), min(period.end, latest)
	owed = (end - start).days + 1 if first and end >= start else 0
	seal = DocType(SEAL)
	query = frappe.qb.from_(seal).select(Count("*")).where((seal.day >= start) & (seal.day <= end))
	sealed = query.run()[0][0] if owed else 0
	return finished(
		Evidence(
			"information-integrity",
			"sealed_days",
			_("Days Sealed"),
			share(sealed, owed),
			"%",
			sealed,
			owed,
			sample=owed,
			explanation=_(
				"Days of the period (in UTC, from the first complaint on) at whose end the record was sealed, of those that are over."
			),
			link=Link(doctype=SEAL, filters={"day": ["between", [str(start), str(end)]]}),
		)
	)


def _first_day() -> date | None:
	"""The day on which the first complaint was recorded (names follow time); None before that."""
	case = DocType("Complaint")
	first = frappe.qb.from_(case).select(case.recorded_on).orderby(case.name).limit(1).run(pluck=True)
	return getdate(first[0]) if first else None
