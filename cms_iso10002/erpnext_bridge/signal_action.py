"""A Quality Action of ERPNext made of a Complaint Signal (hook `iso_10002_signal_action`)."""

from __future__ import annotations

from cms_iso10002.erpnext_bridge import quality


def make(problem: str, signal: str) -> tuple[str, str]:
	"""A corrective Quality Action that begins with what was seen; its doctype and name.

	The text has its angle brackets escaped. Whoever makes it needs ERPNext's own permission to.
	"""
	return quality.ACTION, quality.make_action(problem, "", {"complaint_signal": signal})
