"""/complaint/feedback: rate how a complaint was handled."""

from __future__ import annotations

from typing import Any

from cms_iso10002.portal import frame, pages


def get_context(context: Any) -> None:
	pages.feedback(context)
	frame.put(context)
