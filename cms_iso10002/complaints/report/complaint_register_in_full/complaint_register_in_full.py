"""Complaint Register in Full: the same as Complaint Register over long periods, made in the background (Prepared Report)."""

from __future__ import annotations

from cms_iso10002.complaints.analysis import register

MOST = 200_000


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	return register.execute(filters, MOST)
