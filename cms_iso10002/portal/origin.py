"""That a POST comes from a form of ours, not from somebody else's page: the browser sends its session along with both.

Frappe compares the token of a session that has one, and lets pass what comes in a session that has none yet: of who
signed in and saw no page since that makes one. Guests have no session at all. Both are looked at here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import frappe
from frappe import _

from cms_iso10002.portal import keys
from cms_iso10002.portal.errors import Mistakes

GOOD_FOR = 3 * 24 * 60 * 60
"""Seconds in which a guest's form can be sent: as long as its draft is kept, for those who need long."""


def token() -> str:
	"""What the forms of a page carry: the token of the session, or for guests one that this site signed."""
	if frappe.session.user == "Guest":
		return keys.stamp(keys.GUEST_FORM)
	return frappe.sessions.get_csrf_token()


def check_form() -> None:
	"""For pages, before what was posted is done. Raises Mistakes: the form comes back, with what was typed."""
	if frappe.session.user == "Guest":
		age = keys.seconds_since(str(frappe.form_dict.get("csrf_token") or ""), keys.GUEST_FORM)
		fits = age is not None and age <= GOOD_FOR
	else:
		fits = not _is_unchecked_session()
	if not fits:
		raise Mistakes({"": _("This page was open for very long, or is not ours. Please send it once more.")})


def needs_token(function: Callable) -> Callable:
	"""For methods of the API that a browser's session opens. Raises frappe.CSRFTokenError.

	Scripts have a key and secret; guests have the key of their case, which no other page knows.
	"""

	@wraps(function)
	def checking(*args: Any, **kwargs: Any) -> Any:
		if _is_unchecked_session():
			frappe.throw(_("This request is not from a page of ours."), frappe.CSRFTokenError)
		return function(*args, **kwargs)

	return checking


def _is_unchecked_session() -> bool:
	"""Whether the request has a browser's session that has no token, so that Frappe compared none."""
	request, session = getattr(frappe.local, "request", None), frappe.session
	if not request or request.method != "POST" or frappe.conf.ignore_csrf or session.user == "Guest":
		return False
	# without a browser's session (API key and secret, a job) Frappe names the session after its user
	return session.sid != session.user and not (session.data or {}).get("csrf_token")
