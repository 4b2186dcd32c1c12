"""Who may take an evidence pack away: it holds the cases that its maker saw, and others may not see all of them."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count

from cms_iso10002.complaints import permissions
from cms_iso10002.iso_10002 import audits, pack_cases
from cms_iso10002.iso_10002.pack_registers import of_period

DOCTYPE = "ISO 10002 Evidence Pack"


def left_out(pack: Any, user: str | None = None) -> int:
	"""How many complaints received or closed in the period `user` (who makes the pack, by default) may not see."""
	visible = permissions.visible(user or pack.made_by)
	if visible is None:
		return 0
	query = _cases(pack)
	return query.run()[0][0] - query.where(visible).run()[0][0]


def may_take(pack: Any, user: str) -> bool:
	"""Whether `user` may have the ZIP: who made it, and those who read complaints and may see each that its maker saw."""
	if user in ("Administrator", pack.made_by):
		return True
	if not frappe.has_permission("Complaint", "read", user=user):
		return False
	theirs, mine = permissions.visible(user), permissions.visible(pack.made_by)
	if theirs is None:
		return True
	seen = _cases(pack) if mine is None else _cases(pack).where(mine)
	if seen.run()[0][0] != seen.where(theirs).run()[0][0]:
		return False
	drawn = pack_cases.of_audits(pack)  # these may be of earlier periods
	return len(audits.visible(drawn, user)) == len(drawn)


def file_permission(file: Any, user: str) -> bool:
	"""Whether `user` may read a File, as far as evidence packs say."""
	if file.attached_to_doctype != DOCTYPE or not file.attached_to_name:
		return True
	fields = ["name", "made_by", "from_date", "to_date", "company"]
	pack = frappe.db.get_value(DOCTYPE, file.attached_to_name, fields, as_dict=True)
	return not pack or may_take(pack, user)


def _cases(pack: Any) -> Any:
	case = DocType("Complaint")
	query = frappe.qb.from_(case).select(Count("*")).where(of_period(case, pack))
	return query.where(case.company == pack.company) if pack.company else query
