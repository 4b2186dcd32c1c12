"""Prepared Reports on complaints are for who had them made: each holds what that one person may see.

Frappe shows a Prepared Report to everybody who may run the report. Of ours that would hand confidential cases round.
"""

from __future__ import annotations

import frappe
from frappe.core.doctype.prepared_report import prepared_report
from frappe.query_builder import DocType

from cms_iso10002.setup import names


def report(doc, ptype: str | None = None, user: str | None = None, **kwargs) -> bool:
	"""has_permission of Prepared Report: of our reports one's own, of others what Frappe says."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	module = frappe.db.get_value("Report", doc.report_name, "module", cache=True)
	if module in names.modules() and doc.owner != user:
		return False
	return bool(prepared_report.has_permission(doc, user))


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Prepared Report."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	row, ours = DocType("Prepared Report"), DocType("Report")
	shipped = frappe.qb.from_(ours).select(ours.name).where(ours.module.isin(names.modules()))
	condition = (row.owner == user) | row.report_name.notin(shipped)
	return condition.get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True, subquery=True)
