"""Quality Actions of ERPNext: how one is made of a gap, and how far they are. The only place that knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe

DOCTYPE = "Quality Action"
OPEN, COMPLETED = "Open", "Completed"


def make_action(problem: str, resolution: str = "", links: Mapping[str, Any] | None = None) -> str:
	"""A corrective Quality Action with one open resolution; its name.

	Both texts have their angle brackets escaped already. `links` are fields of ours that lead back. ERPNext keeps it open until each resolution is completed. Whoever makes it
	needs ERPNext's own permission to; who is responsible, and until when, is filled in there.
	"""
	action = frappe.new_doc(DOCTYPE)
	action.update({"corrective_preventive": "Corrective", "status": OPEN, **(links or {})})
	action.append(
		"resolutions",
		{
			"problem": problem,
			"resolution": f"<p>{resolution}</p>" if resolution else "",
			"status": OPEN,
		},
	)
	action.insert()
	return action.name


def states(names: Iterable[str]) -> dict[str, str]:
	"""How far each of the actions is, OPEN or COMPLETED; one that was deleted is left out."""
	names = sorted({name for name in names if name})
	if not names:
		return {}
	rows = frappe.get_all(DOCTYPE, {"name": ("in", names)}, ["name", "status"], order_by="name")
	return {row.name: row.status for row in rows}
