"""Complaint Register: the complaints one by one, at once; for long periods there is *Complaint Register in Full*."""

from __future__ import annotations

from cms_iso10002.complaints.analysis import register

MOST = 5_000
"""Lines that a browser is given at once."""


def execute(filters: dict | None = None) -> tuple:
	"""Columns, rows, message, chart and cards, as Frappe's query report wants them."""
	return register.execute(filters, MOST)
