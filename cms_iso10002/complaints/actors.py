"""Who acted: events name people by a random reference, and a Complaint Actor knows whose it is.

Events are never changed, and a name in one could never be erased. So the user behind a reference is kept beside the
record: renamed with their account, forgotten with it. Somebody who works here has one reference for all complaints;
somebody from outside (a complainant with an account in the portal) has one for each, so that erasing a complaint
forgets them in it and nowhere else.

Events written before references were made name users; they show and verify as ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils.caching import request_cache

ACTOR = "Complaint Actor"
NOBODY = ("Administrator", "Guest", "System")
"""Accounts behind which no person is known: named as they are."""
NAMED_IN = {"assigned": "user", "immediate_action": "by", "escalated": "user"}
"""Where an event of a kind names somebody in its data."""


def reference(user: str, case: Mapping[str, Any]) -> str:
	"""What the events of a complaint call `user`, made on their first act.

	`case` has the complaint's name, complainant_email, representative_email, owner and channel.
	"""
	if not user or user in NOBODY:
		return user
	if not _is_their_own(user, case):
		known = _find(user, "")
		if known or frappe.db.get_value("User", user, "user_type", cache=True) == "System User":
			return known or _make(user, "")
	return _find(user, case["name"]) or _make(user, case["name"])


def with_references(kind: str, data: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
	"""The data of an event, with references instead of users."""
	field = NAMED_IN.get(kind)
	if not field or not data.get(field):
		return dict(data)
	return {**data, field: reference(data[field], case)}


def _is_their_own(user: str, case: Mapping[str, Any]) -> bool:
	"""Whether the complaint is that user's own, though they may work here."""
	addresses = {(case.get(name) or "").lower() for name in ("complainant_email", "representative_email")}
	return user.lower() in addresses or (case.get("owner") == user and case.get("channel") == "Portal")


def _find(user: str, complaint: str) -> str | None:
	"""Looked up once a request; one made in this request each time, since it may still be rolled back."""
	known, key = _known(), (user, complaint)
	if known.get(key):
		return known[key]
	which = {"user": user, "complaint": complaint or ("is", "not set")}
	found = frappe.db.get_value(ACTOR, which, "name", order_by="creation")
	if found and key not in known:
		known[key] = found
	return found


@request_cache
def _known() -> dict[tuple[str, str], str]:
	"""The references of this request: (user, complaint) → name, "" for one that was made in it."""
	return {}


def _make(user: str, complaint: str) -> str:
	_known()[user, complaint] = ""
	name, stamp = f"ACT-{frappe.generate_hash(length=16)}", frappe.utils.now()
	row = {
		"name": name,
		"creation": stamp,
		"modified": stamp,
		"owner": "Administrator",  # whose it is says `user` alone, where it can be erased
		"modified_by": "Administrator",
		"user": user,
		"complaint": complaint or None,
	}
	# past the controller, which refuses every reference that is made by hand
	frappe.db.bulk_insert(ACTOR, list(row), [tuple(row.values())])
	return name


def has_acted(user: str, case: Mapping[str, Any], apart_from: Iterable[str] = ()) -> bool:
	"""Whether somebody who works here acted in a complaint or was given a duty in it; `apart_from` are kinds that are no work.

	`case` has what `reference` takes. False for who complained, though they may work here, and for NOBODY.
	"""
	if not user or user in NOBODY or _is_their_own(user, case):
		return False
	if frappe.db.get_value("User", user, "user_type", cache=True) != "System User":
		return False
	known = [user, *filter(None, [_find(user, "")])]  # older events name the user
	event = DocType("Complaint Event")
	query = frappe.qb.from_(event).select(event.kind, event.actor, event.payload)
	query = query.where((event.complaint == case.get("name")) & event.kind.notin([*apart_from, ""]))
	query = query.where(event.actor.isin(known) | event.kind.isin([*NAMED_IN])).orderby(event.sequence)
	for row in query.run(as_dict=True):
		if row.actor in known or json.loads(row.payload)["data"].get(NAMED_IN[row.kind]) in known:
			return True
	return False


# showing ---------------------------------------------------------------------------------------------------


def names(references: Iterable[str]) -> dict[str, str]:
	"""Whom people call those behind references (and behind user ids of older events): two queries for any number."""
	wanted = sorted(set(filter(None, references)))
	people = [each for each in wanted if each not in NOBODY]
	users = _users(people)
	full = _full_names({*users.values(), *people})
	shown = {each: full.get(users.get(each) or each) or _("a former user") for each in people}
	return {**{each: _(each) for each in wanted}, **shown}


def users_behind(users: Iterable[str]) -> dict[str, str]:
	"""Whose each reference is that events may call one of `users`, and each user's own id: older events name them so."""
	wanted = sorted(filter(None, users))
	actor = DocType(ACTOR)
	query = frappe.qb.from_(actor).select(actor.name, actor.user).where(actor.user.isin(wanted or [""]))
	return {**{user: user for user in wanted}, **{row.name: row.user for row in query.run(as_dict=True)}}


def _users(references: list[str]) -> dict[str, str]:
	if not references:
		return {}
	actor = DocType(ACTOR)
	query = frappe.qb.from_(actor).select(actor.name, actor.user).where(actor.name.isin(references))
	return {row.name: row.user for row in query.run(as_dict=True) if row.user}


def _full_names(users: Iterable[str]) -> dict[str, str]:
	wanted = sorted(filter(None, users))
	if not wanted:
		return {}
	user = DocType("User")
	query = frappe.qb.from_(user).select(user.name, user.full_name).where(user.name.isin(wanted))
	return {row.name: row.full_name or row.name for row in query.run(as_dict=True)}


def named(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Events (`kind`, `actor` and `data` each) with names instead of references, for people to read."""
	found = names(part for event in events for part in (event["actor"], _in_data(event)))
	for event in events:
		event["actor"] = found.get(event["actor"], event["actor"])
		if _in_data(event):
			field = NAMED_IN[event["kind"]]
			event["data"] = {**event["data"], field: found[event["data"][field]]}
	return events


def _in_data(event: Mapping[str, Any]) -> str:
	field = NAMED_IN.get(event["kind"])
	return event["data"].get(field) or "" if field else ""


# forgetting ------------------------------------------------------------------------------------------------


def forget_user(doc, method: str | None = None) -> None:
	"""User.on_trash: the account goes; what it did stays, by a former user."""
	_forget({"user": doc.name})


def forget_outsiders(complaint: str) -> None:
	"""Nobody knows any more who from outside acted in this complaint."""
	_forget({"complaint": complaint})


def _forget(whose: Mapping[str, Any]) -> None:
	frappe.db.set_value(ACTOR, whose, "user", None, update_modified=False)
	_known().clear()
