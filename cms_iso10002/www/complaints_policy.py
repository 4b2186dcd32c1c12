"""/complaints-policy: how we handle complaints."""

from __future__ import annotations

from typing import Any

from cms_iso10002.portal import frame, pages


def get_context(context: Any) -> None:
	pages.policy(context)
	frame.put(context)
