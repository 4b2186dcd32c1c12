"""/complaints: the complaints of who is signed in."""

from __future__ import annotations

from typing import Any

from cms_iso10002.portal import frame, pages


def get_context(context: Any) -> None:
	pages.complaints(context)
	frame.put(context)
