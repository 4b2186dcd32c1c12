"""The filters of the reports: made complete and sound, and refused where they would single out what a viewer may not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_user_permissions
from frappe.query_builder import DocType
from frappe.utils import getdate

from cms_iso10002.core.triage import SEVERITIES

TREES = {
	"category": "Complaint Category",
	"item_group": "Item Group",
	"territory": "Territory",
	"customer_group": "Customer Group",
}
"""Filters that mean a node and all below it."""
FIELDS = ("company", *TREES, "severity")
RESTRICTED = {"company": "Company", **TREES, "item_code": "Item", "root_cause": "Complaint Root Cause"}
"""Fields for which User Permissions may name the values a viewer works with."""


def checked(
	filters: Mapping[str, Any] | None, period: bool = True, **choices: tuple[str, ...]
) -> frappe._dict:
	"""The filters, complete and sound; `within` has for each field in use the values that are meant.

	`choices` are further filters with what they may be, the first by default. Without `period` the days may be left out.
	Raises frappe.ValidationError with one sentence for what makes no sense, frappe.PermissionError for what the
	session's user may not ask for.
	"""
	found = frappe._dict(filters or {})
	_days(found, period)
	for name, values in choices.items():
		found[name] = found.get(name) or values[0]
		if found[name] not in values:
			frappe.throw(
				_("{0} is one of {1}.").format(_(frappe.unscrub(name)), ", ".join(map(_, values))),
			)
	if found.get("severity") and found.severity not in SEVERITIES:
		frappe.throw(_("{0} is one of {1}.").format(_("Severity"), ", ".join(map(_, SEVERITIES))))
	refuse_forbidden(found)
	found.within = {name: _meant(name, found[name]) for name in FIELDS if found.get(name)}
	return found


def _days(found: frappe._dict, needed: bool) -> None:
	for name in ("from_date", "to_date"):
		found[name] = _day(found.get(name)) if found.get(name) else None
	if needed and not (found.from_date and found.to_date):
		frappe.throw(_("Choose the first and the last day."))
	if found.from_date and found.to_date and found.from_date > found.to_date:
		frappe.throw(_("The first day lies after the last one: swap From Date and To Date."))


def _day(value: Any) -> date:
	try:
		return getdate(value)
	except Exception:  # whatever the parser makes of it: it is no day
		frappe.throw(_("{0} is no day such as 2026-03-02.").format(str(value)[:40]))


def _meant(name: str, value: str) -> list[str]:
	return under(TREES[name], value) if name in TREES else [value]


def under(doctype: str, node: str) -> list[str]:
	"""A node of a tree and all below it; of one that is not there, itself."""
	bounds = frappe.db.get_value(doctype, node, ["lft", "rgt"])
	if not bounds or not bounds[1]:
		return [node]
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(table.name)
	query = query.where((table.lft >= bounds[0]) & (table.rgt <= bounds[1]))
	return query.orderby(table.lft).run(pluck=True) or [node]


# what a viewer may name --------------------------------------------------------------------------------------


def allowed(field: str, user: str | None = None) -> set[str] | None:
	"""The values of a field that User Permissions leave to `user` on complaints; None for all."""
	doctype = RESTRICTED.get(field)
	if not doctype:
		return None
	rows = get_user_permissions(user or frappe.session.user).get(doctype) or []
	rows = [row for row in rows if row.get("applicable_for") in (None, "", "Complaint")]
	return {row.get("doc") for row in rows} or None


def refuse_forbidden(found: frappe._dict, fields: Sequence[str] = FIELDS) -> None:
	"""Raises frappe.PermissionError where a filter names a value that User Permissions keep from the session's user."""
	for name in fields:
		named = allowed(name)
		if found.get(name) and named is not None and found[name] not in named:
			frappe.throw(
				_("You have no access to {0}: choose another one.").format(found[name]),
				frappe.PermissionError,
			)
