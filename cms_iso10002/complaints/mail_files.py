"""What is attached to an e-mail: kept on the case by the rules for complainants' files; the rest is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _

from cms_iso10002.complaints import uploads
from cms_iso10002.complaints.transactions import all_or_nothing

SIGNATURES = frozenset(
	("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
)
"""Parts that tell a mail program who signed, and a person nothing."""


def keep(
	complaint: str, attachments: Sequence[Mapping[str, Any]], communication: str, *, shown: bool
) -> list[str]:
	"""Attach to the case what can be taken, and record it; returns a sentence for each file that can't.

	`shown` as for `uploads.keep`. `attachments` are Frappe's: `content_type`, `fname` and `fcontent` (bytes).
	"""
	taken: list[uploads.Upload] = []
	refused: list[str] = []
	for attachment in attachments:
		if attachment["content_type"] in SIGNATURES:
			continue
		content = attachment["fcontent"]
		upload = uploads.Upload(
			str(attachment["fname"]), content.encode() if isinstance(content, str) else content
		)
		if len(taken) == uploads.MOST_AT_ONCE:
			refused.append(_("{0}: more than {1} files.").format(upload.filename, uploads.MOST_AT_ONCE))
			continue
		try:
			taken += uploads.check([upload])
		except uploads.Refused as reason:
			refused.append(str(reason))
	try:
		with all_or_nothing():
			uploads.keep(complaint, taken, communication, shown=shown)
	except uploads.Refused as reason:
		refused.append(str(reason))
	return refused
