"""How long a complaint's personal data is kept, and what speaks against erasing it.

ISO 10002:2018, 4.10 and 8.1: personal data is held only for handling the complaint, and records have an end that is
known. Each hindrance below is a function of the case; `hindrances` asks all of them, so that nobody has to try twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cms_iso10002.core.business_time import months_after
from cms_iso10002.core.case import Case, day_of
from cms_iso10002.core.closure import agreed_redress_missing
from cms_iso10002.core.guards import has_text
from cms_iso10002.core.refusal import N_
from cms_iso10002.core.states import CLOSED_STATES, WITHDRAWN

Sentence = tuple[Any, ...]
"""A template and its arguments."""


@dataclass(frozen=True)
class Around:
	"""What matters besides the case itself.

	`outside_months` is how long an outside body may be turned to after our answer; `survivor` the complaint that goes on
	for this duplicate where something speaks against anonymising that one (messages to either belong to both);
	`mail_waiting` whether an e-mail about the case was not sent yet.
	"""

	outside_months: int = 0
	survivor: str = ""
	mail_waiting: bool = False


def hindrances(case: Case, around: Around) -> list[Sentence]:
	"""Why the personal data of `case` can't be erased now, each a template with its arguments; [] when it can."""
	found: list[Sentence] = []
	if case.status not in CLOSED_STATES:
		found.append((N_("It is not closed."),))
	if case.get("in_external_dispute") or any(not dispute.get("closed_on") for dispute in case.disputes):
		found.append((N_("A dispute before an outside body is open."),))
	until = recourse_until(case, around.outside_months)
	if until and until >= case.today:
		found.append((N_("Our answer can be taken further until {0}."), until))
	if agreed_redress_missing(case):
		found.append((N_("Redress that was agreed is not carried out yet."),))
	if (
		case.status == WITHDRAWN
		and case.get("safety_implication") == "Yes"
		and not has_text(case.get("findings"))
	):
		found.append(
			(N_("It was withdrawn, and because of its safety implication the investigation goes on."),)
		)
	if around.survivor:
		found.append((N_("{0}, which goes on for this duplicate, is still needed."), around.survivor))
	if around.mail_waiting:
		found.append((N_("An e-mail about it still waits to be sent."),))
	if case.get("retention_hold_reason"):
		found.append((N_("It is held back: {0}"), case.get("retention_hold_reason")))
	return found


def recourse_until(case: Case, outside_months: int) -> date | None:
	"""The last day on which an answer of ours can be taken further, inside or outside; None where there was none.

	Also where it was accepted: people may think again as long as the window is open.
	"""
	ends = [day_of(row.get("recourse_expires_on")) for row in case.rows("decisions")]
	if outside_months:
		sent = [day_of(row.get("sent_on")) for row in case.rows("decisions")]
		ends += [months_after(day, outside_months) for day in sent if day]
	return max(filter(None, ends), default=None)


def is_over(closed: Sequence[date | datetime | str | None], months: int, today: date) -> bool:
	"""Whether the time of retention has passed since the last of the closings (of a duplicate: also the survivor's)."""
	days = [day_of(moment) for moment in closed]
	if not months or not days or None in days:
		return False
	return months_after(max(days), months) < today
