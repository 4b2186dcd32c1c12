"""Whether a corrective action worked: does the same thing come back less often than before, by rate?

An action is Open until it is done, In Effect until its check date, Effective once a person has judged it so. A person
judges: the figures only say how likely it is that chance alone made the difference. Judged ineffective, it is open again.

The two windows touch and never overlap: so many days up to the one on which the action took effect (a complaint of that day
led to it, or came before it could help), and the days from the next one to the one before the check. What counts is the number of complaints over the number of sales of the same days; where the
sales of either window are not known or none, there is no rate, and that is said instead of a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cms_iso10002.core import rates
from cms_iso10002.core.refusal import N_, Refusal

OPEN, IN_EFFECT, EFFECTIVE, CANCELLED = "Open", "In Effect", "Effective", "Cancelled"
STATES = (OPEN, IN_EFFECT, EFFECTIVE, CANCELLED)
REMOVED = "Removed"
"""What the events of a complaint say of an action that it was taken off."""
NOT_EFFECTIVE = "Not Effective"
JUDGEMENTS = (EFFECTIVE, NOT_EFFECTIVE)
NOT_NEEDED = "Not Needed"

NO_RATE = "No Rate"
FINDINGS = (rates.LESS, rates.NOT_LESS, rates.TOO_FEW, NO_RATE)

CAUSE, CATEGORY, ITEM = "Same Root Cause", "Same Category", "Same Item"
RULES = {CAUSE: "root_cause", CATEGORY: "category", ITEM: "item_code"}
"""What must recur less, and the field that says which."""

SHORTEST, LONGEST = 1, 1830
"""Days of a window."""
SHORTEST_WAIT = 2
"""Days from taking effect to the check: one whole day lies between."""


@dataclass(frozen=True)
class Window:
	"""Days at the organisation, both included."""

	first: date
	last: date

	@property
	def days(self) -> int:
		return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Counted:
	"""What was counted in a window: complaints of the kind, and sales (None where nobody knows them).

	`unknown` is how many complaints of the window say nothing yet about what is compared.
	"""

	complaints: int
	sales: int | None
	unknown: int = 0

	@property
	def per_thousand(self) -> float | None:
		"""Complaints for each 1,000 sales; None where there is no rate."""
		return 1000 * self.complaints / self.sales if self.sales else None


@dataclass(frozen=True)
class Found:
	"""What the figures say: one of FINDINGS, and the probability that chance alone made it (None where not computed)."""

	finding: str
	chance: float | None = None


def windows(in_effect_from: date, check_on: date, days_before: int) -> tuple[Window, Window]:
	"""The days compared: up to the one on which the action took effect, and from the next to the one before the check.

	Raises Refusal where either would be empty or too long to mean anything.
	"""
	if (check_on - in_effect_from).days < SHORTEST_WAIT:
		raise Refusal(
			N_("The effect can be checked on {0} at the earliest: choose a later day than {1}."),
			(in_effect_from + timedelta(days=SHORTEST_WAIT)).isoformat(),
			check_on.isoformat(),
		)
	if not SHORTEST <= days_before <= LONGEST or (check_on - in_effect_from).days > LONGEST:
		raise Refusal(N_("Compare between {0} and {1} days."), SHORTEST, LONGEST)
	before = Window(in_effect_from - timedelta(days=days_before - 1), in_effect_from)
	return before, Window(in_effect_from + timedelta(days=1), check_on - timedelta(days=1))


def find(before: Counted, after: Counted) -> Found:
	"""Whether it recurs less, by complaints for each sale."""
	if not before.sales or not after.sales or before.sales < 0 or after.sales < 0:
		return Found(NO_RATE)
	verdict, chance = rates.rate_fell(before.complaints, before.sales, after.complaints, after.sales)
	return Found(verdict, chance)


def agrees(judgement: str, finding: str) -> bool:
	"""Whether a person's judgement says what the figures say; what they can't tell agrees with neither."""
	return (judgement, finding) in ((EFFECTIVE, rates.LESS), (NOT_EFFECTIVE, rates.NOT_LESS))


def judge(state: str, judgement: str, finding: str | None, reasons: str, independent: bool) -> str:
	"""The state after a person's judgement. Raises Refusal where it can't be judged, or needs its reasons.

	`finding` is what the figures of this round say, None where none were computed; `independent` is whether who judges is
	somebody else than who is responsible for the action.
	"""
	if judgement not in JUDGEMENTS:
		raise Refusal(N_("Judge an action as {0} or {1}."), *JUDGEMENTS)
	if state != IN_EFFECT:
		raise Refusal(N_("Only an action that is in effect can be judged; this one is {0}."), state)
	if finding is None:
		raise Refusal(N_("Nothing was compared yet: check the effect first."))
	if not independent:
		raise Refusal(N_("You are responsible for this action: somebody else must judge its effect."))
	if not agrees(judgement, finding) and not reasons.strip():
		raise Refusal(N_("The figures say {0}: write down why you judge the action {1}."), finding, judgement)
	return EFFECTIVE if judgement == EFFECTIVE else OPEN


def needs_check(state: str, check_on: date | None, today: date, checked: bool) -> bool:
	"""Whether the daily job is to compare now: the day has come, and nothing was compared in this round."""
	return state == IN_EFFECT and check_on is not None and check_on <= today and not checked


def of_complaint(states: Iterable[str], reason_for_none: str | None) -> str:
	"""What a complaint says of its actions: the least advanced of them; "" where nobody has said anything yet."""
	live: Sequence[str] = [state for state in states if state != CANCELLED]
	if not live:
		return NOT_NEEDED if (reason_for_none or "").strip() else ""
	if OPEN in live:
		return OPEN
	return IN_EFFECT if IN_EFFECT in live else EFFECTIVE
