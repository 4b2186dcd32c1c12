"""The people of complaints handling: who holds a complaint role, and for which company they work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import escape_html

from cms_iso10002.complaints.permissions import DUTY_ROLES
from cms_iso10002.setup.roles import ROLES

HANDLER_ROLES = DUTY_ROLES["handler"]
"""Roles whose holders handle complaints, and so need training."""

NOT_PEOPLE = ("Administrator", "Guest")


def holders(roles: Sequence[str] = ROLES, company: str | None = None) -> dict[str, list[str]]:
	"""The enabled users who hold one of `roles`, each with those of the roles that they hold, in order.

	With a company: without those whose User Permissions are for other companies only.
	"""
	user, has_role = DocType("User"), DocType("Has Role")
	rows = (
		frappe.qb.from_(user)
		.join(has_role)
		.on((has_role.parent == user.name) & (has_role.parenttype == "User"))
		.select(user.name, has_role.role)
		.distinct()
		.where(has_role.role.isin(list(roles)) & (user.enabled == 1) & user.name.notin(NOT_PEOPLE))
		.orderby(user.name)
		.run()
	)
	elsewhere = _elsewhere(company) if company else set()
	found: dict[str, list[str]] = {}
	for name, role in rows:
		if name not in elsewhere:
			found.setdefault(name, []).append(role)
	return {name: [role for role in roles if role in held] for name, held in found.items()}


def _elsewhere(company: str) -> set[str]:
	"""Users who are limited to companies, and not to this one."""
	rows = frappe.get_all(
		"User Permission",
		filters={"allow": "Company"},
		or_filters={"apply_to_all_doctypes": 1, "applicable_for": "Complaint"},
		fields=["user", "for_value"],
		order_by="user",
	)
	limited = {row.user for row in rows}
	return limited - {row.user for row in rows if row.for_value == company}


def full_names(users: Iterable[str]) -> dict[str, str]:
	"""What people are called, by user."""
	names = sorted({user for user in users if user})
	if not names:
		return {}
	rows = frappe.get_all(
		"User", filters={"name": ("in", names)}, fields=["name", "full_name"], order_by="name"
	)
	return {row.name: row.full_name or row.name for row in rows}


def refuse_outsiders(*users: str | None) -> None:
	"""Raises a ValidationError where one of `users` is no user of the desk: customers get no duties and no tasks."""
	names = sorted({user for user in users if user})
	inside = frappe.get_all(
		"User",
		filters={"name": ("in", names or [""]), "user_type": "System User"},
		pluck="name",
		order_by="name",
	)
	for name in names:
		if name not in inside:
			frappe.throw(
				_("{0} does not use the desk, so can't have this task: choose a colleague.").format(
					escape_html(name)
				)
			)


def enabled(users: Iterable[str | None]) -> list[str]:
	"""Those of `users` who can still log in, in order, each once."""
	names = list(dict.fromkeys(user for user in users if user))
	if not names:
		return []
	found = frappe.get_all(
		"User", filters={"name": ("in", names), "enabled": 1}, pluck="name", order_by="name"
	)
	return [user for user in names if user in set(found)]
