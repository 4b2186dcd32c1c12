"""What the complainant told us, in their words: as it was recorded, unless somebody says why it is corrected.

Portal, letters and reviews rest on these words. So who changes them gives a reason, and the event holds a salted hash
of what stood there and of what stands there now: `verify` finds words that were changed past it, and erasing the salt
makes the hashes tell nothing. Until a complaint is saved for the first time, its words are a draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cms_iso10002.complaints.letter_text import plain_text
from cms_iso10002.complaints.typed_text import typed
from cms_iso10002.core import changes, ledger
from cms_iso10002.core.case import EventSpec

PICTURE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)


def said(value: Any) -> str:
	"""What a field says: its text and its pictures, however an editor wraps them."""
	text = str(typed(value or ""))
	return " ".join([*plain_text(text).split(), *PICTURE.findall(text)])


def corrected(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
	"""The fields of theirs that said something and now say something else; what was left open may be filled in."""
	return [name for name in changes.THEIR_WORDS if said(before.get(name)) not in ("", said(after.get(name)))]


def kept_with(spec: EventSpec, before: Mapping[str, Any], after: Mapping[str, Any]) -> EventSpec:
	"""The event of a correction with the words before and after it, as they are stored; any other as it is."""
	if spec.kind != changes.WORDS_CORRECTED:
		return spec
	name = spec.data["field"]
	return replace(spec, words={"was": said(before.get(name)), "is": said(after.get(name))})


def fit(event: Mapping[str, Any], recorded: str, value: Any) -> bool:
	"""Whether a field says what the last correction of it recorded; what was emptied then may have been filled in since."""
	if not recorded or not event["note_salt"]:
		return True
	return ledger.salted_reference(said(value), event["note_salt"]) == recorded
