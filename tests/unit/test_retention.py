"""When personal data may go: what speaks against it, and when its time is over."""

from datetime import date, datetime, timezone

import pytest

from cms_iso10002.core.case import Case
from cms_iso10002.core.retention import Around, hindrances, is_over, recourse_until

TODAY = date(2026, 6, 1)


def case(disputes=(), **doc) -> Case:
	return Case(
		{"status": "Closed", **doc}, datetime(2026, 6, 1, 9, tzinfo=timezone.utc), TODAY, disputes=disputes
	)


def told(subject: Case, around: Around | None = None) -> list[str]:
	return [template.format(*arguments) for template, *arguments in hindrances(subject, around or Around())]


def test_nothing_speaks_against_a_closed_case():
	assert told(case()) == []
	assert told(case(status="Duplicate")) == [] and told(case(status="Out of Scope")) == []


@pytest.mark.parametrize("status", ["Received", "Accepted", "Awaiting Complainant", "Rejected"])
def test_open_ones_stay(status):
	assert told(case(status=status)) == ["It is not closed."]


def test_all_that_speaks_against_it_is_said_at_once():
	subject = case(
		disputes=[{"closed_on": None}],
		status="Withdrawn",
		safety_implication="Yes",
		decisions=[{"recourse_expires_on": TODAY}],
		redress=[{"state": "Accepted"}],
		retention_hold_reason="a lawsuit",
	)
	assert told(subject, Around(survivor="CMP-1", mail_waiting=True)) == [
		"A dispute before an outside body is open.",
		"Our answer can be taken further until 2026-06-01.",
		"Redress that was agreed is not carried out yet.",
		"It was withdrawn, and because of its safety implication the investigation goes on.",
		"CMP-1, which goes on for this duplicate, is still needed.",
		"An e-mail about it still waits to be sent.",
		"It is held back: a lawsuit",
	]


def test_what_is_over_does_not_count():
	subject = case(
		disputes=[{"closed_on": datetime(2026, 5, 1)}],
		status="Withdrawn",
		safety_implication="Yes",
		findings="<p>The cable.</p>",
		decisions=[{"recourse_expires_on": date(2026, 5, 31), "sent_on": datetime(2026, 3, 1)}],
		redress=[{"state": "Implemented"}, {"state": "Declined"}],
	)
	assert told(subject) == []


def test_the_outside_body_s_window_counts_too():
	subject = case(decisions=[{"sent_on": datetime(2025, 12, 31, 10)}, {"sent_on": None}])
	assert recourse_until(subject, 0) is None
	assert recourse_until(subject, 6) == date(2026, 6, 30)
	assert told(subject, Around(outside_months=6)) and not told(subject, Around(outside_months=5))


@pytest.mark.parametrize(
	"closed, months, over",
	[
		([date(2026, 1, 31)], 3, True),  # 30 April
		([datetime(2026, 3, 1, 23)], 3, False),  # today is the last day
		([date(2026, 2, 28)], 3, True),
		([date(2025, 1, 1)], 0, False),  # never
		([date(2025, 1, 1), date(2026, 5, 1)], 3, False),  # the survivor was closed later
		([date(2025, 1, 1), None], 3, False),
		([], 3, False),
	],
)
def test_the_time_of_retention(closed, months, over):
	assert is_over(closed, months, TODAY) is over
