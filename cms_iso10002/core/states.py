"""The states of a complaint, and what each counts as.

ISO 10002:2018, 7.9 keeps a rejected complaint open until recourse is used up: so *Rejected* is Open here,
and only four states are Closed.
"""

from __future__ import annotations

RECEIVED = "Received"
ACKNOWLEDGED = "Acknowledged"
ASSESSED = "Assessed"
UNDER_INVESTIGATION = "Under Investigation"
DECIDED = "Decided"
RESPONSE_SENT = "Response Sent"
ACCEPTED = "Accepted"
REJECTED = "Rejected"
UNDER_REVIEW = "Under Review"
AWAITING_COMPLAINANT = "Awaiting Complainant"
CLOSED = "Closed"
OUT_OF_SCOPE = "Out of Scope"
DUPLICATE = "Duplicate"
WITHDRAWN = "Withdrawn"

STATES: dict[str, str] = {
	RECEIVED: "Open",
	ACKNOWLEDGED: "Open",
	ASSESSED: "Open",
	UNDER_INVESTIGATION: "Open",
	DECIDED: "Open",
	RESPONSE_SENT: "Resolved",
	ACCEPTED: "Resolved",
	REJECTED: "Open",
	UNDER_REVIEW: "Open",
	AWAITING_COMPLAINANT: "Paused",
	CLOSED: "Closed",
	OUT_OF_SCOPE: "Closed",
	DUPLICATE: "Closed",
	WITHDRAWN: "Closed",
}
"""Every state, in the order of the way through, with its category."""

OPEN_STATES = tuple(state for state, category in STATES.items() if category == "Open")
CLOSED_STATES = tuple(state for state, category in STATES.items() if category == "Closed")
BACKLOG = ("Open", "Paused")
"""Categories of what is still to be worked on; what was answered (Resolved) waits for the complainant, or for closing."""
BEFORE_RESPONSE = (RECEIVED, ACKNOWLEDGED, ASSESSED, UNDER_INVESTIGATION, DECIDED, AWAITING_COMPLAINANT)


def category(state: str) -> str:
	"""Open, Paused, Resolved or Closed. Raises KeyError for a state that does not exist."""
	return STATES[state]
