"""Contacts, as far as they may be believed.

Frappe lets everybody who is signed in make Contacts of their own, with any address, user and Customer in them. So what
a Contact says of who somebody is counts only where one of the organisation made it, or the site itself did (for a user
who signed up, as Guest). Whoever made one may change it; nobody from outside may change another's.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe.query_builder import DocType
from pypika.terms import Criterion


def _believed() -> Criterion:
	"""The condition on `tabContact` that keeps those that are believed."""
	contact, user = DocType("Contact"), DocType("User")
	desk = frappe.qb.from_(user).select(user.name).where(user.user_type == "System User")
	return (contact.owner == "Guest") | contact.owner.isin(desk)


def of_user(user: str) -> list[str]:
	"""The Contacts that name `user` as theirs."""
	contact = DocType("Contact")
	query = frappe.qb.from_(contact).select(contact.name).where((contact.user == user) & _believed())
	return query.orderby(contact.name).run(pluck=True)


def with_address(address: str) -> list[str]:
	"""The Contacts with this e-mail address."""
	if not address:
		return []
	contact, row = DocType("Contact"), DocType("Contact Email")
	return (
		frappe.qb.from_(row)
		.join(contact)
		.on((contact.name == row.parent) & (row.parenttype == "Contact"))
		.select(contact.name)
		.distinct()
		.where((row.email_id == address) & _believed())
		.orderby(contact.name)
		.run(pluck=True)
	)


def addresses_of(contacts: Sequence[str]) -> list[str]:
	"""All e-mail addresses of Contacts."""
	if not contacts:
		return []
	return frappe.get_all(
		"Contact Email",
		filters={"parent": ("in", list(contacts)), "parenttype": "Contact"},
		pluck="email_id",
		order_by="parent, idx",
	)


def customers_of(contacts: Sequence[str]) -> list[str]:
	"""The Customers that Contacts belong to."""
	if not contacts:
		return []
	linked = {"parenttype": "Contact", "parent": ("in", list(contacts)), "link_doctype": "Customer"}
	return frappe.get_all(
		"Dynamic Link", filters=linked, pluck="link_name", distinct=True, order_by="link_name"
	)
