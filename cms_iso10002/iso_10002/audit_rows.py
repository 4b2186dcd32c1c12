"""Rows of an audit that are about one file each: who may not see the complaint does not see them either.

They are written through the audit only. A list of rows is checked by Frappe against the audit's doctype, a single row
against the audit; neither asks whose file it is about, so we do.
"""

from __future__ import annotations

from frappe.query_builder import DocType

from cms_iso10002.complaints import permissions
from cms_iso10002.complaints.rows import OwnedRow
from cms_iso10002.iso_10002 import audits


class AuditedRow(OwnedRow):
	"""A file of the sample, or a finding on one."""

	def has_permission(self, *args, **kwargs):
		hidden, lost = audits.unreadable([self.complaint])
		return not (hidden or lost) and super().has_permission(*args, **kwargs)


def sample_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Case Audit Sample."""
	return permissions.within(
		DocType("Complaint Case Audit Sample").complaint, permissions.visible_names(user)
	)


def finding_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Case Audit Finding: also those on no file."""
	inside = permissions.within(
		DocType("Complaint Case Audit Finding").complaint, permissions.visible_names(user)
	)
	return f"(ifnull(`tabComplaint Case Audit Finding`.`complaint`, '') = '' or {inside})" if inside else ""
