"""What the core is handed about a complaint, and what it answers.

`Case` is a reading: the complaint's fields and rows as plain values, with what else the rules must know.
`Outcome` is the answer of a rule that was obeyed: the fields to set, the rows to add or change, the events
to record and the letters to send. The shell stores it; the core never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cms_iso10002.core.business_time import WorkCalendar
from cms_iso10002.core.fast_track import FastTrack


def day_of(value: date | datetime | str | None) -> date | None:
	"""The date of what a field holds: a date, a datetime or their ISO text; None for nothing."""
	if isinstance(value, datetime):
		return value.date()
	if isinstance(value, str) and value:
		return date.fromisoformat(value[:10])
	return value or None


@dataclass(frozen=True)
class Actor:
	"""Who acts: a user's name and the roles they hold (`Complainant` and `System` are roles here too)."""

	user: str
	roles: frozenset[str]


@dataclass(frozen=True)
class Case:
	"""A complaint as the rules see it.

	`doc` holds the fields and child rows of the Complaint. `now` is an aware instant in UTC, `today` the
	date at the organisation. `letters` and `disputes` are the Complaint Letters and External Disputes of the
	case, `settings` the Complaint Settings, `concerned` the users among the persons concerned. `fast_track` and
	`calendar` are those of the policy in force (no calendar: every hour counts), `received_at` is the receipt as an
	aware instant. `original` is the complaint this one is said to duplicate, `same_complainant` whether that one is
	by the same person. `remedies` are the Complaint Remedies that the redress names, `limits` the authority limits of
	each, `rates` what a unit of one currency of them is worth today in another. `reports` are the questions whether it
	must be reported.
	"""

	doc: Mapping[str, Any]
	now: datetime
	today: date
	letters: Sequence[Mapping[str, Any]] = ()
	disputes: Sequence[Mapping[str, Any]] = ()
	settings: Mapping[str, Any] = field(default_factory=dict)
	concerned: frozenset[str] = frozenset()
	fast_track: FastTrack = field(default_factory=FastTrack)
	calendar: WorkCalendar | None = None
	received_at: datetime | None = None
	original: Mapping[str, Any] | None = None
	same_complainant: bool = False
	remedies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
	limits: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
	rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
	reports: Sequence[Mapping[str, Any]] = ()

	def get(self, fieldname: str) -> Any:
		"""The complaint's value of `fieldname`, or None."""
		return self.doc.get(fieldname)

	def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
		"""The rows of a child table; never None."""
		return self.doc.get(table) or ()

	@property
	def status(self) -> str:
		return self.doc.get("status") or "Received"

	@property
	def last_decision(self) -> Mapping[str, Any]:
		"""The decision of the last round, or an empty mapping."""
		decisions = self.rows("decisions")
		return decisions[-1] if decisions else {}

	def needs_amount(self, row: Mapping[str, Any]) -> bool:
		"""Whether the remedy of a row of redress is one that needs an amount."""
		return bool(self.remedies.get(row.get("remedy") or "", {}).get("needs_amount"))

	@property
	def contact_possible(self) -> bool:
		"""Whether there is any way to reach who complained or their representative."""
		return any(
			self.get(name)
			for name in (
				"complainant_email",
				"complainant_phone",
				"complainant_address",
				"representative_email",
				"representative_phone",
			)
		)


@dataclass(frozen=True)
class EventSpec:
	"""An event to record; `at` None means now. `note` is kept beside the ledger, so that it can be erased.

	`data` is kept for ever, so it holds no personal words or addresses; a user in it becomes a reference when it is
	recorded. `words` are kept in it as salted hashes alone, by name. Two events of one `dedupe` can't both be recorded: the second write fails.
	"""

	kind: str
	data: Mapping[str, Any] = field(default_factory=dict)
	at: datetime | None = None
	public: bool = False
	note: str = ""
	dedupe: str = ""
	words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LetterSpec:
	"""Something to tell the complainant; `event` is the event that tells it was said, `context` what the text needs.

	`format_confirmed` says that somebody made sure the complainant has it in the format they need. What an `optional`
	letter belongs to goes on without it, where it can't go out.
	"""

	kind: str
	channel: str = ""
	recipient: str = ""
	sent_at: datetime | None = None
	remark: str = ""
	event: str = "letter_sent"
	context: Mapping[str, Any] = field(default_factory=dict)
	format_confirmed: bool = False
	optional: bool = False


@dataclass
class Outcome:
	"""What follows from an action that was allowed."""

	target: str
	fields: dict[str, Any] = field(default_factory=dict)
	new_rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
	row_changes: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
	"""(table, index of the row, the fields to set)"""
	events: list[EventSpec] = field(default_factory=list)
	letters: list[LetterSpec] = field(default_factory=list)
	original_received_on: Any = None
	"""For a duplicate received earlier: the receipt that the original takes over."""

	def event(
		self, kind: str, at: datetime | None = None, public: bool = False, note: str = "", **data: Any
	) -> None:
		"""Add an event."""
		self.events.append(EventSpec(kind, data, at, public, note))
