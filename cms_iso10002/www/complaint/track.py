"""/complaint/track: follow a complaint, write, answer."""

from __future__ import annotations

from typing import Any

from cms_iso10002.portal import frame, pages


def get_context(context: Any) -> None:
	pages.track(context)
	context.questions = pages.questions()
	frame.put(context)
