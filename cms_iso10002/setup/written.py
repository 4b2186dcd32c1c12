"""What this app has written into a site for its users to change, remembered so that it is written once.

A seeded record is inserted once. It is changed by a later version of the app only while it still is as we left it,
and never comes back once somebody has deleted or renamed it. `uninstall` takes away what we made, and leaves a
record of the same name that the site had before us.

The memory is one DefaultValue per doctype, under a parent that is neither a user nor `__default`, so that the desk
does not load it at every login:

    {"<name>": {"ours": 1, "seed": "<digest of the seed>", "record": "<digest of the record as we left it>"}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe.model import no_value_fields, numeric_fieldtypes, table_fields
from frappe.utils import cint, cstr, flt

PARENT = "__cms_iso10002"

# Kept by Frappe itself: the nested set's, and the workflow builder's drawing.
_NOT_CONTENT = {"lft", "rgt", "old_parent", "workflow_data", "workflow_builder_id", "amended_from"}


def load(doctype: str) -> dict[str, dict[str, Any]]:
	"""What is remembered of a doctype, by name. Read past the cache, which installing does not clear."""
	stored = frappe.db.get_value("DefaultValue", {"parent": PARENT, "defkey": doctype}, "defvalue")
	return json.loads(stored) if stored else {}


def store(doctype: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
	frappe.defaults.set_default(doctype, json.dumps(entries, sort_keys=True, separators=(",", ":")), PARENT)


def ours(doctype: str) -> list[str]:
	"""The records of a doctype that this app made on the site."""
	return sorted(name for name, entry in load(doctype).items() if entry.get("ours"))


def forget() -> None:
	"""Forgets everything: the app is leaving the site."""
	frappe.db.delete("DefaultValue", {"parent": PARENT})


def sync(doctype: str, seeds: Iterable[Mapping[str, Any]], needed: bool = False) -> None:
	"""Writes the seeds that are new, and those that changed and nobody has touched.

	`needed` ones come back when they are missing: roles and workflow states, which other records point to.
	A child of a tree must come after its parent.
	"""
	seeds = list(seeds)
	remembered = load(doctype)
	names = [name_of(doctype, seed) for seed in seeds]
	existing = set(frappe.get_all(doctype, filters={"name": ("in", names)}, pluck="name", order_by="name"))
	entries = dict(remembered)
	for name, seed in zip(names, seeds, strict=True):
		entry, wanted = entries.get(name), digest(seed)
		if name not in existing:
			if entry is None or needed:
				entries[name] = {"ours": 1, "seed": wanted, "record": _insert(doctype, name, seed)}
		elif entry is None:
			entries[name] = {"ours": 0}
		elif entry.get("ours") and entry["seed"] != wanted:
			entries[name] = {**entry, "seed": wanted, **_update(doctype, name, seed, entry["record"])}
	if entries != remembered:
		store(doctype, entries)


def name_of(doctype: str, seed: Mapping[str, Any]) -> str:
	autoname = frappe.get_meta(doctype).autoname or ""
	return seed.get(autoname.partition(":")[2]) if autoname.startswith("field:") else seed["name"]


def _insert(doctype: str, name: str, seed: Mapping[str, Any]) -> str:
	doc = frappe.new_doc(doctype)
	doc.update({key: value for key, value in seed.items() if key != "name"})
	parent_field = doc.get("nsm_parent_field")
	if parent_field and doc.get(parent_field) and not frappe.db.exists(doctype, doc.get(parent_field)):
		# Somebody renamed or deleted the branch this belongs to.
		doc.set(parent_field, None)
	doc.name = name
	doc.insert(set_name=name)
	return fingerprint(doc)


def _update(doctype: str, name: str, seed: Mapping[str, Any], as_left: str) -> dict[str, str]:
	doc = frappe.get_doc(doctype, name)
	if fingerprint(doc) != as_left:
		return {}
	doc.update({key: value for key, value in seed.items() if key != "name"})
	doc.save()
	return {"record": fingerprint(doc)}


def digest(value: Any) -> str:
	"""A short hash over plain values."""
	text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
	return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprint(doc) -> str:
	"""A hash over the content of a record, the same in memory and read back from the database.

	What equals its field's default does not count, so that a field a later version adds does not look like
	somebody's edit.
	"""
	return digest(_content(doc))


def _content(doc) -> dict[str, Any]:
	content: dict[str, Any] = {}
	for field in doc.meta.fields:
		if field.fieldname in _NOT_CONTENT or field.get("is_virtual"):
			continue
		value = doc.get(field.fieldname)
		if field.fieldtype in table_fields:
			if rows := [_content(row) for row in value or []]:
				content[field.fieldname] = rows
		elif field.fieldtype not in no_value_fields:
			plain = _plain(field.fieldtype, value)
			if plain != _plain(field.fieldtype, field.default):
				content[field.fieldname] = plain
	return content


def _plain(fieldtype: str, value: Any) -> str:
	if fieldtype in ("Check", "Int"):
		return str(cint(value))
	if fieldtype in numeric_fieldtypes:
		return repr(flt(value))
	return cstr(value).strip()
