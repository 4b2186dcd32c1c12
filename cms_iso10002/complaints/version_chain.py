"""Versions of a submittable record, each ending the one before: `version_of` names the predecessor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _


def predecessor(doc: Any) -> Any:
	"""The version before, locked: two successors can't end it at the same time."""
	return frappe.get_doc(doc.doctype, doc.version_of, for_update=True)


def successor(doc: Any, drafts: bool = False, fields: Sequence[str] = ("name", "valid_from")) -> Any:
	"""The next version (with `drafts` also one that is not submitted yet); None where there is none."""
	rows = frappe.get_all(
		doc.doctype,
		filters={"version_of": doc.name, "docstatus": ("in", (0, 1) if drafts else (1,))},
		fields=list(fields),
		order_by="docstatus desc, creation",
		limit=1,
	)
	return rows[0] if rows else None


def refuse_another_successor(doc: Any, but: str = "", drafts: bool = False) -> None:
	"""Raises frappe.ValidationError where a version other than `but` follows already."""
	found = successor(doc, drafts)
	if found and found.name != but:
		frappe.throw(
			_("{0} has a next version already: {1}. Go on with that one.").format(
				frappe.bold(doc.name), frappe.bold(found.name)
			)
		)
