"""What letters carry into the portal: the action code, and the link by which the handling is rated (named in hooks.py)."""

from __future__ import annotations

from urllib.parse import urlencode

import frappe
from frappe.utils import get_url

from cms_iso10002.complaints import feedback
from cms_iso10002.portal import keys


def action_code(complaint: str, kind: str) -> str:
	"""The action code for a letter to somebody without e-mail."""
	return keys.action_code(complaint)


def tracking_url(complaint: str, kind: str = "") -> str:
	"""The address of the page where a complaint is followed, and letters are answered; it opens nothing by itself."""
	return get_url("/complaint/track")


def feedback_url(complaint: str, kind: str) -> str:
	"""The address of the page where the handling of `complaint` is rated now; "" where it can't be (yet)."""
	fields = ("status", "status_category", "received_on")
	occasion = feedback.occasion(frappe.db.get_value("Complaint", complaint, fields, as_dict=True))
	return rating_url(complaint, occasion) if occasion else ""


def rating_url(complaint: str, occasion: str) -> str:
	"""The feedback link of an occasion, with its own key: it opens nothing but the rating."""
	key = keys.feedback_key(complaint, occasion)
	return get_url(
		"/complaint/feedback?"
		+ urlencode({"reference": complaint, "occasion": occasion, "feedback_key": key})
	)
