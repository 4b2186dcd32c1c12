"""Complaint Register in Full: the same as Complaint Register over long periods, made in the background (Prepared Report)."""

from __future__ import annotations

import frappe
from frappe.translate import get_user_lang

from cms_iso10002.complaints.analysis import register
from cms_iso10002.complaints.letter_language import speaking

MOST = 200_000


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, in the language of who asked: a worker has none of its own."""
	with speaking(get_user_lang(frappe.session.user)):
		return register.execute(filters, MOST)
