"""The fast track: what an early resolution must be confirmed by, and until when that is enough.

Regulators let what is put right quickly go without a full response: FCA DISP 1.5.1 R by the close of the third
business day after receipt with a summary resolution communication; ASIC RG 271.71 within five business days
without any, unless the complainant asks for a written response or the complaint is about hardship.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms_iso10002.core.business_time import UTC, WorkCalendar

NOTHING, SUMMARY, FULL = "", "Summary Resolution", "Decision"
"""The kind of letter an early resolution needs: none, a summary, or the full response with its recourse."""


@dataclass(frozen=True)
class FastTrack:
	"""A policy's fast track.

	`days` are business days after the day of receipt, 0 for no limit. `summary_letter`: a summary letter is
	needed. With `unless_asked` a full response is needed where the complainant asked for one, or hardship was
	raised.
	"""

	days: int = 0
	summary_letter: bool = False
	unless_asked: bool = False

	@classmethod
	def from_dict(cls, values: Mapping[str, Any] | None) -> FastTrack:
		"""The fast track of a frozen policy; one without limits and letters for None."""
		values = values or {}
		return cls(
			int(values.get("days") or 0),
			bool(values.get("summary_letter")),
			bool(values.get("unless_asked")),
		)

	def ends_at(self, received: datetime, calendar: WorkCalendar | None) -> datetime | None:
		"""The close of the last business day of the fast track, in UTC; None where it has no end.

		Raises ValueError for a naive `received`.
		"""
		if not self.days:
			return None
		return (calendar or WorkCalendar.always("UTC")).close_of_day(received, self.days)


def letter_needed(
	track: FastTrack, received: datetime, at: datetime, calendar: WorkCalendar | None, asked: bool
) -> str:
	"""The kind of letter an early resolution accepted at `at` needs: NOTHING, SUMMARY or FULL.

	`asked` says that the complainant wants a written response or raised hardship. Instants are aware.
	"""
	if asked and track.unless_asked:
		return FULL
	end = track.ends_at(received, calendar)
	if end is not None and at.astimezone(UTC) > end:
		return FULL
	return SUMMARY if track.summary_letter else NOTHING
