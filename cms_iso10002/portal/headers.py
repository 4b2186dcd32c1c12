"""What the portal's pages and answers say to browsers and proxies: keep nothing of this (named in hooks.py)."""

from __future__ import annotations

from typing import Any

PAGES = ("complaint", "complaints", "complaints-policy")
API = "/api/method/cms_iso10002.portal.api."


def keep_nothing(response: Any = None, request: Any = None) -> None:
	"""after_request: keys, cases and who is signed in stand on these pages; a shared computer must not show them again."""
	if response is None or request is None:
		return
	path = request.path
	if path.strip("/").partition("/")[0] in PAGES or path.startswith(API):
		response.headers["Cache-Control"] = "private, no-store"
