"""Boards of complaints: what is moved from column to column is asked of the lifecycle, and the board keeps no names.

Frappe stores in a board which cards lie in which column, for everybody who may read the board: with that the state of a
confidential case. Without it the cards lie as the list has them, which costs nobody anything.
"""

from __future__ import annotations

import json

MOST_CARDS = 500
NO_ORDER = json.dumps([""] * MOST_CARDS, separators=(",", ":"))
"""Places without names: early Frappe 15 takes a moved card out of its place, and fails where there is none."""


def keep_no_names(doc, method: str | None = None) -> None:
	"""Kanban Board.validate: forget which complaints lie in which column."""
	if doc.reference_doctype != "Complaint":
		return
	for column in doc.columns:
		column.order = NO_ORDER
