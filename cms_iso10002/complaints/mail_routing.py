"""Which complaint an e-mail belongs to: by its thread, else by a reference it quotes if we know who quotes it.

A subject is never enough: anybody can write one, and people answer old mails about new matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import frappe
from frappe.query_builder import DocType

from cms_iso10002.complaints import actions, contacts
from cms_iso10002.core import mail
from cms_iso10002.core.similarity import normal_email


@dataclass(frozen=True)
class Route:
	"""`complaint` is where the message belongs ("" for nowhere yet), `known` whether its sender is one of that case's
	people, `quoted` a case that is named without right to it."""

	complaint: str = ""
	known: bool = False
	quoted: str = ""


def find(facts: mail.Facts, texts: Iterable[str]) -> Route:
	"""The route of a message; `texts` are its subject and body. The survivor stands for a merged complaint."""
	threaded = by_thread(facts.thread)
	quoted = mail.references(texts, _pattern())
	people = _Sender.of(facts.sender)
	cases = _cases([*threaded, *quoted])
	trusted = [name for name in cases if people.is_known_to(cases[name]) and not facts.forged]
	for name in threaded:
		if name in trusted:
			return Route(actions.survivor(name), known=True)
	# who holds a message of the thread was given it; but a forwarded one was given to others, too
	if threaded and not facts.forwarded:
		return Route(actions.survivor(threaded[0]))
	for name in (each for each in cases if each in trusted):
		return Route(actions.survivor(name), known=True)
	return Route(quoted=next(iter(cases), ""))


def is_known(address: str | None, complaint: str) -> bool:
	"""Whether who writes from `address` is one of the case's people: what they wrote is shown to the others of them."""
	case = _cases([complaint]).get(complaint)
	return bool(case) and _Sender.of(normal_email(address)).is_known_to(case)


def by_thread(ids: Sequence[str]) -> list[str]:
	"""The complaints whose messages have these ids, in the order of the ids."""
	if not ids:
		return []
	rows = frappe.get_all(
		"Communication",
		filters={"message_id": ("in", list(ids)), "reference_doctype": "Complaint"},
		fields=["message_id", "reference_name"],
		order_by="creation",
	)
	order = {each: index for index, each in enumerate(ids)}
	rows.sort(key=lambda row: order.get(row.message_id, len(order)))
	return list(dict.fromkeys(row.reference_name for row in rows if row.reference_name))


def letters_of(ids: Sequence[str]) -> list[str]:
	"""The Complaint Letters that went out under these Message-IDs."""
	if not ids:
		return []
	letter, message = DocType("Complaint Letter"), DocType("Communication")
	return (
		frappe.qb.from_(letter)
		.join(message)
		.on(message.name == letter.communication)
		.select(letter.name)
		.where(message.message_id.isin(list(ids)))
		.orderby(letter.creation)
		.run(pluck=True)
	)


def is_colleague(address: str) -> bool:
	"""Whether it is the address of somebody who works here (a desk user)."""
	desk = {"enabled": 1, "user_type": "System User"}
	return bool(address and frappe.db.exists("User", {"email": address, **desk}))


def _pattern():
	return mail.reference_pattern(
		filter(None, (frappe.get_meta("Complaint").get_field("naming_series").options or "").split("\n"))
	)


def _cases(names: Sequence[str]) -> dict[str, frappe._dict]:
	"""Those of the complaints that there are, in the order of `names`; nothing belongs to an anonymised one any more."""
	if not names:
		return {}
	rows = frappe.get_all(
		"Complaint",
		filters={"name": ("in", list(names)), "anonymised_on": ("is", "not set")},
		fields=["name", "complainant_email", "representative_email", "contact", "customer"],
		order_by="name",
	)
	found = {row.name: row for row in rows}
	return {name: found[name] for name in dict.fromkeys(names) if name in found}


@dataclass(frozen=True)
class _Sender:
	"""Who writes, as far as the site knows: all addresses of the same person, and the customers they belong to."""

	addresses: frozenset[str]
	contacts: frozenset[str]
	customers: frozenset[str]

	@classmethod
	def of(cls, address: str) -> _Sender:
		theirs = contacts.with_address(address)
		others = contacts.addresses_of(theirs)
		own = frozenset({address, *map(normal_email, others)} - {""})
		return cls(own, frozenset(theirs), frozenset(contacts.customers_of(theirs)))

	def is_known_to(self, case: frappe._dict) -> bool:
		"""The complainant, the representative, or a contact of the customer."""
		theirs = {normal_email(case.complainant_email), normal_email(case.representative_email)} - {""}
		return bool(
			self.addresses & theirs or case.contact in self.contacts or case.customer in self.customers
		)
