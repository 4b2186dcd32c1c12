"""What a decision that was sent owes (ISO 10002:2018, 7.8): reasons and recourse, and where it is grave a second person.

The rules stand here once, for guards and for audits of case files; `iso_10002.evidence.decisions` has them as SQL, and a
test holds both equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def on_the_spot(row: Row) -> bool:
	"""Whether it was accepted the moment it was given, as an early resolution is: it owes nobody reasons or recourse.

	It is asked of each decision: one that follows after a reopening owes them like any other.
	"""
	at_once = bool(row.get("sent_on")) and row.get("responded_on") == row.get("sent_on")
	return at_once and row.get("response") == "Accepted"


def by_a_second_person(row: Row) -> bool:
	"""Whether somebody other than who decided approved it."""
	return bool(row.get("approved_by")) and row.get("approved_by") != row.get("decided_by")
