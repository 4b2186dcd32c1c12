"""The records a site starts with: categories, root causes, remedies, outside bodies, e-mail templates, questions, a
policy, a board and saved filters of the list, notifications.

They lie in `fixtures/seed/`, not in `fixtures/`: what is there Frappe writes anew on every migrate, over whatever
the users changed. `written` has the rules by which a seed is inserted once and updated only while untouched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import frappe

from cms_iso10002.complaints import board
from cms_iso10002.setup import policy, written

FILES = {
	"Complaint Category": "complaint_category.json",
	"Complaint Root Cause": "complaint_root_cause.json",
	"Complaint Remedy": "complaint_remedy.json",
	"Dispute Resolution Body": "dispute_resolution_body.json",
	"Email Template": "email_template.json",
	"ISO 10002 Question": "iso_10002_question.json",
	"Kanban Board": "kanban_board.json",
	"List Filter": "list_filter.json",
	"Notification": "notification.json",
}
BELONG_TO = {"ISO 10002 Question": "ISO 10002 Clause"}
"""Seeds about a fixture: on a new site they wait for it, because Frappe writes fixtures after `after_install`."""


def make() -> None:
	"""Writes every seed that is new or, where nobody touched it, changed."""
	for doctype in FILES:
		fixture = BELONG_TO.get(doctype)
		if not fixture or frappe.db.exists(fixture, {"is_standard": 1}):
			written.sync(doctype, records(doctype))
	board.forget_names()
	fill_settings()
	policy.make()


def records(doctype: str) -> list[dict[str, Any]]:
	"""The seeds of a doctype, parents before their children."""
	path = Path(frappe.get_app_path("cms_iso10002", "fixtures", "seed", FILES[doctype]))
	return json.loads(path.read_text(encoding="utf-8"))


def fill_settings() -> None:
	"""Gives each field of Complaint Settings that was never stored its default.

	Frappe does so when the app is installed, but not for a field that a later version adds.
	"""
	stored = frappe.db.get_singles_dict("Complaint Settings")
	missing = {
		field.fieldname: field.default
		for field in frappe.get_meta("Complaint Settings").fields
		if field.default is not None and field.fieldname not in stored
	}
	if missing:
		frappe.db.set_single_value("Complaint Settings", missing)
		frappe.clear_document_cache("Complaint Settings", "Complaint Settings")
