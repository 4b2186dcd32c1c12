"""/complaint/new: file a complaint."""

from __future__ import annotations

from typing import Any

from cms_iso10002.portal import frame, pages


def get_context(context: Any) -> None:
	pages.new_complaint(context)
	context.picks = frame.picks(context.documents)
	frame.put(context)
