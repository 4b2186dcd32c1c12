"""What lets somebody without e-mail answer a letter, and anybody rate how we handled it.

Who keeps the codes and the pages they open is another module: it names its functions in hooks.py of its app, and
without one there is no code and no link. Code and link for rating are made only for a letter that is really sent,
never for a preview; the address of the page that codes and keys open is the same for all.

	complaint_action_code = ["app.module.function"]     (complaint: str, kind: str) -> str
	complaint_tracking_url = ["app.module.function"]    (complaint: str, kind: str) -> str
	complaint_feedback_url = ["app.module.function"]    (complaint: str, kind: str) -> str
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import cstr

WITH_FEEDBACK = ("Closure",)


def for_letter(doc, kind: str, channel: str) -> dict[str, Any]:
	"""`action_code`, `tracking_url` and `feedback_url` for a letter about `doc` that goes out by `channel` now; empty where none."""
	return {
		**address(doc, kind),
		"action_code": _from_hook("complaint_action_code", doc.name, kind) if channel == "Post" else "",
		"feedback_url": _from_hook("complaint_feedback_url", doc.name, kind) if kind in WITH_FEEDBACK else "",
	}


def address(doc, kind: str) -> dict[str, str]:
	"""`tracking_url`: the page on which a complaint is followed."""
	return {"tracking_url": _from_hook("complaint_tracking_url", cstr(doc.get("name")), kind)}


def _from_hook(hook: str, complaint: str, kind: str) -> str:
	functions = frappe.get_hooks(hook)
	return cstr(frappe.get_attr(functions[-1])(complaint, kind)) if functions else ""
