"""The list of files: those of a case are listed to who may see the case. (Opening one asks for the record it is on.)

Frappe lists the files of every record whose doctype one may read, and a name such as `dismissal.pdf` says enough.
"""

from __future__ import annotations

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion

from cms_iso10002.complaints import permissions

BELONGING = ("Complaint Letter", "Complaint Feedback", "Complaint Mail Triage", "External Dispute")
"""Records that belong to a complaint and may have files of their own."""


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of File: without the files of complaints that `user` may not see."""
	names = permissions.visible_names(user or frappe.session.user)
	if names is None:
		return ""
	file = DocType("File")
	on, name = file.attached_to_doctype, file.attached_to_name
	seen = [on.isnull() | on.notin(["Complaint", *BELONGING]), (on == "Complaint") & name.isin(names)]
	seen += [(on == record) & name.isin(_seen(record, names)) for record in BELONGING]
	return Criterion.any(seen).get_sql(
		quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True
	)


def _seen(doctype: str, names):
	"""The records of a doctype that belong to one of the complaints `names`, or to none."""
	record = DocType(doctype)
	mine = record.complaint.isnull() | record.complaint.isin(names)
	return frappe.qb.from_(record).select(record.name).where(mine)
