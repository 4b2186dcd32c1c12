"""What an audit tests on a closed case file: each test passes, fails and stands aside where it should."""

from datetime import datetime, timezone

import pytest

from cms_iso10002.core import case_audit
from cms_iso10002.core.case import Case
from cms_iso10002.core.case_audit import FAILED, NOT_APPLICABLE, PASSED, TO_CHECK, Authority, CaseFile

CLOSED = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
DECISION = {
	"level": "Front Line",
	"decided_by": "decider@x",
	"reasons": "The seal was missing.",
	"sent_on": "2026-02-20 10:00",
	"recourse_explained": 1,
}
ON_THE_SPOT = {
	**DECISION,
	"recourse_explained": 0,
	"response": "Accepted",
	"responded_on": DECISION["sent_on"],
}
GOOD = {
	"name": "CMP-1",
	"status": "Closed",
	"subject": "Kettle leaks",
	"channel": "Phone",
	"received_on": "2026-02-01 09:00",
	"remedy_requested": "Refund",
	"severity": "Minor",
	"conflict_check": "None Found",
	"investigator": "investigator@x",
	"response": "Accepted",
	"closure_basis": "Accepted",
	"decisions": [DECISION],
	"aspects": [{"what": "leak", "outcome": "Upheld", "reasons": "yes"}],
}
MET = {"stage": "acknowledge", "state": "Met", "due_at": "2026-02-02 18:00"}


def file(*, concerned=(), milestones=(MET,), events=("received", "assessed", "investigated"), **values):
	extra = {name: values.pop(name) for name in ("authorities", "trained") if name in values}
	settings = {"approval_from_severity": "Major"}
	case = Case({**GOOD, **values}, CLOSED, CLOSED.date(), settings=settings, concerned=frozenset(concerned))
	return CaseFile(case, milestones, events, **extra)


def verdict(key, **values):
	return case_audit.examine(file(**values))[key].verdict


def test_a_good_file_fails_nothing():
	results = case_audit.examine(file(trained=True, authorities=[Authority("Refund", "m@x", True)]))
	assert {result.verdict for result in results.values()} == {PASSED, NOT_APPLICABLE}
	assert [key for key, result in results.items() if result.verdict == NOT_APPLICABLE] == ["recurrence"]


@pytest.mark.parametrize(
	("key", "values"),
	[
		("receipt", {"remedy_requested": None}),
		("receipt", {"channel": ""}),
		("acknowledged", {"milestones": [{**MET, "state": "Met Late"}]}),
		("acknowledged", {"milestones": [{**MET, "state": "Overdue"}]}),
		("assessed_first", {"events": ("received", "investigated", "assessed")}),
		("independent", {"conflict_check": "Not Done"}),
		("independent", {"concerned": ["investigator@x"]}),
		("independent", {"decisions": [DECISION, {**DECISION, "level": "Internal Review"}]}),
		(
			"independent",
			{
				"decisions": [
					DECISION,
					{**DECISION, "level": "Internal Review", "decided_by": "investigator@x"},
				]
			},
		),
		(  # who approved what is reviewed had their part in it
			"independent",
			{
				"decisions": [
					{**DECISION, "approved_by": "m@x"},
					{**DECISION, "level": "Internal Review", "decided_by": "m@x"},
				]
			},
		),
		("independent", {"concerned": ["agent@x"], "handler": "agent@x", "investigator": None}),
		("independent", {"concerned": ["m@x"], "redress": [{"approved_by": "m@x"}]}),
		("decision", {"decisions": [{**DECISION, "reasons": "<p></p>"}]}),
		# who decided is no second person
		("decision", {"severity": "Major", "decisions": [{**DECISION, "approved_by": "decider@x"}]}),
		# each decision that was sent, not the last one alone
		(
			"decision",
			{"severity": "Major", "decisions": [DECISION, {**DECISION, "approved_by": "m@x"}]},
		),
		# what was put right at first contact and came back owes what any decision does
		(
			"decision",
			{
				"decisions": [ON_THE_SPOT, {**DECISION, "recourse_explained": 0}],
				"resolved_at_first_contact": 1,
			},
		),
		("decision", {"decisions": [{**DECISION, "recourse_explained": 0}]}),
		("decision", {"severity": "Major"}),
		("answered", {"aspects": [{"what": "leak", "outcome": ""}]}),
		("closed", {"closure_basis": ""}),
		("closed", {"response": "Rejected"}),
		("closed", {"redress": [{"state": "Accepted"}]}),
		("authority", {"authorities": [Authority("Refund", "agent@x", False)]}),
		("recurrence", {"is_recurrent": 1}),
		("trained", {"trained": False}),
	],
)
def test_what_is_wrong_is_found(key, values):
	assert verdict(key, **values) == FAILED


@pytest.mark.parametrize(
	("key", "values", "wanted"),
	[
		("receipt", {"remedy_requested": None, "remedy_notes": "Nothing but an apology"}, PASSED),
		("acknowledged", {"milestones": []}, NOT_APPLICABLE),
		("acknowledged", {"milestones": [{**MET, "state": "Cancelled"}]}, NOT_APPLICABLE),
		("assessed_first", {"events": ("received",)}, NOT_APPLICABLE),
		("independent", {"investigator": None}, NOT_APPLICABLE),
		(
			"independent",
			{"decisions": [DECISION, {**DECISION, "level": "Internal Review", "decided_by": "other@x"}]},
			PASSED,
		),
		("decision", {"decisions": []}, NOT_APPLICABLE),
		("decision", {"decisions": [ON_THE_SPOT], "severity": "Major"}, NOT_APPLICABLE),
		("decision", {"decisions": [ON_THE_SPOT, DECISION]}, PASSED),
		("decision", {"severity": "Major", "decisions": [{**DECISION, "approved_by": "m@x"}]}, PASSED),
		("answered", {"aspects": []}, NOT_APPLICABLE),
		("authority", {"authorities": [Authority("Refund", "m@x", None)]}, TO_CHECK),
		("recurrence", {"is_recurrent": 1, "action_state": "Open"}, PASSED),
		("recurrence", {"is_recurrent": 1, "no_action_reason": "One of a kind"}, PASSED),
		("trained", {"trained": None}, NOT_APPLICABLE),
	],
)
def test_what_stands_aside(key, values, wanted):
	assert verdict(key, **values) == wanted


def test_every_result_but_a_pass_says_why():
	for values in (
		{},
		{"decisions": [], "investigator": None, "events": ()},
		{"is_recurrent": 1, "channel": ""},
	):
		for result in case_audit.examine(file(**values)).values():
			assert result.verdict == PASSED or result.template
