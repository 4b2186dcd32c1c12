"""What verifying the whole record found, kept: so that it can be shown when it was last verified, and with which result.

The scheduler verifies weekly, an auditor whenever they like (`complaints verify`). Where something is broken, managers and
auditors are told at once.
"""

from __future__ import annotations

import frappe
from frappe import _

from cms_iso10002.complaints import alerts, clock, verification
from cms_iso10002.complaints.verification import Report

RECORD = "Complaint Ledger Verification"
SCHEDULED, COMMAND = "Scheduled", "Command"
TOLD = ("Complaint Manager", "Complaint Auditor")


def verify_and_keep() -> None:
	"""Scheduled, weekly: verify all complaints and seals."""
	keep(verification.verify(), SCHEDULED)


def keep(report: Report, occasion: str) -> str:
	"""Store what a verification of everything found, and tell who must know where it is broken; returns the name."""
	record = frappe.get_doc(
		{
			"doctype": RECORD,
			"verified_on": clock.now_site(),
			"occasion": occasion,
			"complaints": report.complaints,
			"events": report.events,
			"seals": report.seals,
			"findings": len(report.findings),
			"broken_complaints": len({each.complaint for each in report.findings} - {""}),
			"first_finding": "" if report.whole else str(report.findings[0]),
		}
	)
	record.set_user_and_timestamp()
	record.set_new_name()
	record.db_insert()  # past the controller, which refuses every verification that is made by hand
	if not report.whole:
		_tell(record)
	return record.name


def _tell(record) -> None:
	users = sorted({user for role in TOLD for user in alerts.holders(role)})
	subject = _("The record of complaints is broken: {0} breaks were found").format(record.findings)
	alerts.notify(record, users, subject)
