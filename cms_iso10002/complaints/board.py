"""Boards of complaints: what is moved from column to column is asked of the lifecycle, and the board keeps no names.

Frappe stores in a board which cards lie in which column, for everybody who may read the board: with that the state of a
confidential case. Without it the cards lie as the list has them, which costs nobody anything.
"""

from __future__ import annotations

import json

import frappe

MOST_CARDS = 500
NO_ORDER = json.dumps([""] * MOST_CARDS, separators=(",", ":"))
"""Places without names: early Frappe 15 takes a moved card out of its place, and fails where there is none."""


def forget_names() -> None:
	"""The same for boards that were stored before our hooks were heard: on installing, Frappe asks them only afterwards."""
	boards = frappe.get_all("Kanban Board", {"reference_doctype": "Complaint"}, pluck="name", order_by="name")
	stale = {"parent": ("in", boards or [""]), "order": ("!=", NO_ORDER)}
	if frappe.db.exists("Kanban Board Column", stale):
		frappe.db.set_value("Kanban Board Column", stale, "order", NO_ORDER, update_modified=False)


def keep_no_names(doc, method: str | None = None) -> None:
	"""Kanban Board.validate: forget which complaints lie in which column."""
	if doc.reference_doctype != "Complaint":
		return
	for column in doc.columns:
		column.order = NO_ORDER
