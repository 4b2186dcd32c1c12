"""From a Complaint document to the `Case` that the core reads, and from the core's `Outcome` back.

Everything a rule may need is gathered here, once, so that rules never fetch anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import flt, get_datetime

from cms_iso10002.complaints import clock, policy, timeline, typed_text
from cms_iso10002.core import lifecycle
from cms_iso10002.core.case import Actor, Case, Outcome
from cms_iso10002.core.refusal import Money, Refusal
from cms_iso10002.core.similarity import same_complainant

INSTANTS = ("told_on", "responded_on")
"""Answers of a dialog that are points in time."""


def read(
	doc, data: Mapping[str, Any] | None = None, status: str | None = None, *, to_show: bool = False
) -> Case:
	"""`doc` as a Case. `status` is the state before the change that is asked for.

	`to_show` says that nothing will be decided on it: then nothing is locked, and nobody's save waits for who only looks.
	"""
	values = doc.as_dict()
	values["status"] = status or doc.status
	values["received_on"] = get_datetime(doc.received_on) if doc.received_on else None
	original = _original((data or {}).get("duplicate_of"))
	stored = None if doc.is_new() else doc.name
	changes = timeline.policy_changes(doc.name, locked=not to_show) if stored else ()
	under = policy.in_force(doc.policy_snapshot, changes)
	return Case(
		doc=values,
		now=clock.now_utc(),
		today=clock.today(),
		letters=_belonging(
			"Complaint Letter", stored, ("kind", "channel", "sent_on", "delivery"), locked=not to_show
		),
		disputes=_belonging(
			"External Dispute", stored, ("filed_on", "closed_on", "outcome"), locked=not to_show
		),
		reports=_belonging("Complaint Reportability", stored, ("state",), locked=not to_show),
		settings=settings(),
		concerned=concerned_users(doc),
		fast_track=under.fast_track,
		calendar=under.calendar,
		received_at=clock.to_utc(doc.received_on) if doc.received_on else None,
		original=original,
		same_complainant=bool(original) and same_complainant(values, original),
		**_remedies(doc),
	)


def _remedies(doc) -> dict[str, Any]:
	"""The remedies that the redress names, and the authority limits of each."""
	names = sorted({row.get("remedy") for row in doc.get("redress") or () if row.get("remedy")})
	if not names:
		return {}
	remedies = frappe.get_all(
		"Complaint Remedy", {"name": ("in", names)}, ["name", "type", "needs_amount"], order_by="name"
	)
	rows = frappe.get_all(
		"Complaint Authority Limit",
		filters={"parenttype": "Complaint Remedy", "parent": ("in", names)},
		fields=["parent", "role", "amount", "currency"],
		order_by="parent, idx",
	)
	limits: dict[str, list[Any]] = {}
	for row in rows:
		limits.setdefault(row.parent, []).append(row)
	return {
		"remedies": {row.name: row for row in remedies},
		"limits": limits,
		"rates": _rates(doc, rows) if rows else {},
	}


def _rates(doc, limits) -> dict[tuple[str, str], Decimal]:
	"""Today's exchange rates between the currencies of the redress and of the limits, as far as the site knows them."""
	ours = frappe.get_cached_value("Company", doc.company, "default_currency") if doc.company else None
	given = {row.get("currency") or ours for row in doc.get("redress") or () if row.get("amount")} - {
		None,
		"",
	}
	wanted = given | ({limit.currency for limit in limits} - {None, ""})
	hooked = frappe.get_hooks("complaint_exchange_rate")
	if not hooked or len(wanted) < 2:
		return {}
	rate = frappe.get_attr(hooked[-1])
	pairs = [(one, other) for one in sorted(given) for other in sorted(wanted) if one != other]
	found = {pair: rate(*pair, clock.today()) for pair in pairs}
	return {pair: value for pair, value in found.items() if value}


def settings() -> Mapping[str, Any]:
	"""Complaint Settings as plain values."""
	return frappe.get_cached_doc("Complaint Settings").as_dict()


def _belonging(doctype: str, complaint: str | None, fields: tuple[str, ...], locked: bool) -> list:
	"""Records of the complaint; to decide on them read with a lock: the snapshot may be older than the last of them."""
	if not complaint:
		return []
	table = DocType(doctype)
	query = frappe.qb.from_(table).select(*fields).where(table.complaint == complaint)
	query = query.orderby(table.creation)
	return (query.for_update() if locked else query).run(as_dict=True)


def _original(name: str | None) -> dict[str, Any] | None:
	if not name:
		return None
	# one who may not see it learns no more than for one that is not there
	if not frappe.db.exists("Complaint", name) or not frappe.has_permission("Complaint", "read", name):
		frappe.throw(_("Complaint {0} does not exist.").format(name), frappe.DoesNotExistError)
	return frappe.get_doc("Complaint", name, for_update=True).as_dict()


def concerned_users(doc) -> frozenset[str]:
	"""The users among the persons concerned, those of their employees included."""
	rows = doc.get("persons_concerned") or []
	users = {row.get("user") for row in rows if row.get("user")}
	employees = [row.get("employee") for row in rows if row.get("employee")]
	if employees:
		users |= set(
			frappe.get_all("Employee", filters={"name": ("in", employees)}, pluck="user_id", order_by="name")
		)
	return frozenset(users - {None, ""})


def actor(*extra_roles: str) -> Actor:
	"""The session's user as an Actor; `extra_roles` are roles of the core that are no roles of Frappe."""
	return Actor(frappe.session.user, frozenset(frappe.get_roles()) | frozenset(extra_roles))


def answers(data: Mapping[str, Any] | None, received_on: datetime | str | None = None) -> dict[str, Any]:
	"""The answers of a dialog with their points in time as aware instants, and their texts as texts.

	Raises frappe.ValidationError for one in the future, or before the complaint was received.
	"""
	values = {name: _as_text(name, value) for name, value in (data or {}).items() if value not in (None, "")}
	for name in INSTANTS:
		if name not in values:
			continue
		moment = values[name] = _instant(values[name])
		if moment > clock.now_utc() + TOLERANCE:
			frappe.throw(_("{0} lies in the future: enter when it happened.").format(clock.to_site(moment)))
		if received_on and moment < clock.to_utc(received_on) - TOLERANCE:
			frappe.throw(
				_("{0} lies before the complaint was received: check both times.").format(
					clock.to_site(moment)
				)
			)
	return values


def _as_text(name: str, value: Any) -> Any:
	"""An answer without markup; whom it was told to may be an address in brackets."""
	return typed_text.tame(value) if isinstance(value, str) and name != "recipient" else value


def _instant(value: Any) -> datetime:
	try:
		return clock.to_utc(value)
	except (ValueError, TypeError, OverflowError, AttributeError):
		frappe.throw(_("{0} is not a point in time such as 2026-03-02 09:30.").format(value))


TOLERANCE = timedelta(minutes=5)
"""Clocks of browser and server differ a little, and people write down whole minutes."""


def decide(doc, action: str, who: Actor, data: Mapping[str, Any], status: str) -> Outcome:
	"""Ask the core what follows from `action`; a Refusal becomes one translated sentence."""
	try:
		_check_links(lifecycle.find(action, status), data)
		return lifecycle.apply(read(doc, data, status), action, who, data)
	except Refusal as refusal:
		refuse(refusal)


def _check_links(transition: lifecycle.Transition, data: Mapping[str, Any]) -> None:
	"""Answers that name a record name one that is there."""
	for ask in transition.asks:
		name = data.get(ask.name)
		if ask.kind == "Link" and name and not frappe.db.exists(ask.options, name):
			frappe.throw(_("Could not find {0} {1}: choose one from the list.").format(_(ask.options), name))


def refuse(refusal: Refusal):
	"""Show a Refusal of the core as a ValidationError in the user's language."""
	frappe.throw(said(refusal), title=_("Not Possible Yet"))


def said(refusal: Refusal) -> str:
	"""A Refusal of the core as one sentence in the user's language."""
	if isinstance(refusal, lifecycle.Missing):
		arguments = [_shown(refusal.arguments[0]), lifecycle.phrase(refusal.missing, _)]
	else:
		arguments = [_shown(part) for part in refusal.arguments]
	return _(refusal.template).format(*arguments)


def _shown(part: Any) -> Any:
	"""An argument of a refusal as people read it: words translated, instants in site time."""
	if isinstance(part, str):
		return _(part, context="Complaint")
	if isinstance(part, Money):
		return frappe.format_value(flt(part.amount), {"fieldtype": "Currency"}, currency=part.currency)
	if isinstance(part, datetime):
		return frappe.utils.format_datetime(clock.to_site(part), "medium")
	return part


def put(doc, outcome: Outcome) -> None:
	"""Set on the document what follows: status, fields and rows. Instants become site time."""
	doc.status = outcome.target
	for name, value in outcome.fields.items():
		doc.set(name, plain(value))
	for table, index, changes in outcome.row_changes:
		doc.get(table)[index].update({name: plain(value) for name, value in changes.items()})
	for table, values in outcome.new_rows:
		doc.append(table, {name: plain(value) for name, value in values.items()})


def plain(value: Any) -> Any:
	"""An instant of the core in site time; anything else as it is."""
	return clock.to_site(value) if isinstance(value, datetime) and value.tzinfo else value
