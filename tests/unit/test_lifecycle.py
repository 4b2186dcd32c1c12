"""The lifecycle as data and as rules, on plain values."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import guards, lifecycle
from cms_iso10002.core.case import Actor, Case
from cms_iso10002.core.closure import BASES_FROM, CLOSURE_BASES
from cms_iso10002.core.fast_track import FastTrack
from cms_iso10002.core.refusal import Refusal
from cms_iso10002.core.states import CLOSED_STATES, OPEN_STATES, STATES

NOW = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
AGENT = Actor("agent@x", frozenset({"Complaint Agent"}))
INVESTIGATOR = Actor("inv@x", frozenset({"Complaint Investigator"}))
MANAGER = Actor("boss@x", frozenset({"Complaint Manager"}))
OTHER_MANAGER = Actor("boss2@x", frozenset({"Complaint Manager"}))

ASSESSED = {
	"severity": "Minor",
	"complexity": "Low",
	"impact": "Low",
	"safety_implication": "No",
	"immediate_action_needed": "No",
	"conflict_check": "None Found",
}
SETTINGS = {
	"waive_investigation_up_to": "Minor",
	"approval_from_severity": "Major",
	"recourse_window_days": 60,
}


def case(status="Received", *, letters=(), disputes=(), settings=SETTINGS, concerned=(), **doc):
	values = {"name": "CMP-1", "status": status, "complainant_email": "c@x", "round": 1, **doc}
	extra = {
		name: values.pop(name)
		for name in ("original", "same_complainant", "fast_track", "calendar", "received_at")
		if name in values
	}
	return Case(values, NOW, NOW.date(), letters, disputes, settings, frozenset(concerned), **extra)


def kinds(outcome):
	return [event.kind for event in outcome.events]


def test_every_state_can_be_reached_and_left():
	reached = {target for t in lifecycle.TRANSITIONS for target in t.targets()}
	left = {source for t in lifecycle.TRANSITIONS for source in t.sources}
	assert set(STATES) - reached == {"Received"} - reached
	assert left == set(STATES)


def test_every_transition_names_states_and_roles_that_exist():
	roles = {
		lifecycle.AGENT,
		lifecycle.INVESTIGATOR,
		lifecycle.MANAGER,
		lifecycle.COMPLAINANT,
		lifecycle.SYSTEM,
	}
	for transition in lifecycle.TRANSITIONS:
		assert set(transition.sources) <= set(STATES)
		assert set(transition.targets()) <= set(STATES)
		assert transition.roles and set(transition.roles) <= roles


def test_one_action_leads_to_one_next_state_in_the_workflow():
	"""Frappe takes the last row of an action's name: two different targets would be a lottery."""
	seen = {}
	for row in lifecycle.workflow_rows():
		key = (row["state"], row["action"], row["condition"])
		assert seen.setdefault(key, row["next_state"]) == row["next_state"]


@pytest.mark.parametrize(
	"status, action", [(s, t.action) for s in STATES for t in lifecycle.TRANSITIONS if s not in t.sources]
)
def test_an_action_from_a_wrong_state_is_refused(status, action):
	with pytest.raises(Refusal, match="not possible"):
		lifecycle.apply(case(status), action, MANAGER, {})


@pytest.mark.parametrize("transition, source", [(t, s) for t in lifecycle.TRANSITIONS for s in t.sources])
def test_an_action_without_its_role_is_refused(transition, source):
	nobody = Actor("n@x", frozenset({"Complaint Auditor", "Customer"}))
	with pytest.raises(Refusal, match="needs the role"):
		lifecycle.apply(case(source), transition.action, nobody, {})


@pytest.mark.parametrize("transition, source", [(t, s) for t in lifecycle.TRANSITIONS for s in t.sources])
def test_a_person_concerned_can_do_nothing(transition, source):
	everything = Actor("me@x", frozenset(transition.roles))
	with pytest.raises(Refusal, match="concerned"):
		lifecycle.apply(case(source, concerned=["me@x"]), transition.action, everything, {})


def test_acknowledging_sends_a_letter_that_is_the_event():
	out = lifecycle.apply(case(), "Acknowledge", AGENT, {"channel": "Phone", "told_on": NOW})
	assert out.target == "Acknowledged"
	assert [(letter.kind, letter.event, letter.channel) for letter in out.letters] == [
		("Acknowledgement", "acknowledged", "Phone")
	]


@given(st.sets(st.sampled_from(sorted(ASSESSED))))
def test_assessing_names_everything_that_is_missing(missing):
	doc = {name: value for name, value in ASSESSED.items() if name not in missing}
	if not missing:
		assert lifecycle.apply(case("Acknowledged", **doc), "Assess", AGENT, {}).target == "Assessed"
		return
	with pytest.raises(lifecycle.Missing) as error:
		lifecycle.apply(case("Acknowledged", **doc), "Assess", AGENT, {})
	assert len(error.value.missing) == len(missing)


def test_names_recorded_needs_names():
	doc = {**ASSESSED, "conflict_check": "Names Recorded"}
	with pytest.raises(lifecycle.Missing, match="names of the persons"):
		lifecycle.apply(case("Acknowledged", **doc), "Assess", AGENT, {})


@pytest.mark.parametrize(
	"limit, severity, allowed",
	[
		("Minor", "Minor", True),
		("Minor", "Moderate", False),
		("Moderate", "Minor", True),
		("", "Minor", False),
	],
)
def test_investigation_is_waived_up_to_the_severity_of_the_settings(limit, severity, allowed):
	subject = case("Assessed", settings={"waive_investigation_up_to": limit}, severity=severity)
	data = {"waiver": "clear from the delivery note", "outcome": "Upheld", "reasons": "we were late"}
	if allowed:
		out = lifecycle.apply(subject, "Decide Without Investigation", AGENT, data)
		assert out.target == "Decided" and "investigated" in kinds(out)
	else:
		with pytest.raises(Refusal):
			lifecycle.apply(subject, "Decide Without Investigation", AGENT, data)


def test_a_decision_needs_findings_and_an_answer_to_every_aspect():
	aspects = [{"outcome": "Upheld", "reasons": "yes"}, {"outcome": "", "reasons": ""}]
	with pytest.raises(lifecycle.Missing) as error:
		lifecycle.apply(
			case("Under Investigation", findings="<p> </p>", aspects=aspects),
			"Decide",
			INVESTIGATOR,
			{"reasons": "r"},
		)
	assert len(error.value.missing) == 2 and "rows 2" in str(error.value)


@pytest.mark.parametrize(
	"outcomes", list(itertools.product(["Upheld", "Partly Upheld", "Not Upheld"], repeat=2))
)
def test_the_whole_follows_from_the_aspects(outcomes):
	aspects = [{"outcome": outcome, "reasons": "r"} for outcome in outcomes]
	out = lifecycle.apply(
		case("Under Investigation", findings="found", aspects=aspects),
		"Decide",
		INVESTIGATOR,
		{"reasons": "r"},
	)
	expected = outcomes[0] if len(set(outcomes)) == 1 else "Partly Upheld"
	assert out.fields["outcome"] == expected
	assert out.new_rows[0][1]["decided_by"] == "inv@x"


def test_a_whole_that_contradicts_the_aspects_is_refused():
	aspects = [{"outcome": "Upheld", "reasons": "r"}]
	with pytest.raises(Refusal, match="make the whole Upheld, not Not Upheld"):
		lifecycle.apply(
			case("Under Investigation", findings="f", aspects=aspects),
			"Decide",
			INVESTIGATOR,
			{"reasons": "r", "outcome": "Not Upheld"},
		)


DECISION = {"round": 1, "level": "Front Line", "outcome": "Upheld", "reasons": "r", "decided_by": "inv@x"}


def test_a_major_decision_waits_for_a_second_person():
	with pytest.raises(lifecycle.Missing, match="approval"):
		lifecycle.apply(case("Decided", severity="Major", decisions=[DECISION]), "Send Response", AGENT, {})
	approved = {**DECISION, "approved_by": "boss@x"}
	out = lifecycle.apply(case("Decided", severity="Major", decisions=[approved]), "Send Response", AGENT, {})
	assert out.letters[0].kind == "Decision" and out.letters[0].event == "response_sent"


def test_nobody_approves_the_own_decision():
	with pytest.raises(Refusal, match="somebody else"):
		guards.approver(
			case("Decided", decisions=[DECISION]), Actor("inv@x", frozenset({"Complaint Manager"}))
		)


def test_the_recourse_window_starts_with_the_sending():
	out = lifecycle.apply(case("Decided", decisions=[DECISION]), "Send Response", AGENT, {})
	changes = out.row_changes[0][2]
	assert changes["recourse_expires_on"] == date(2026, 5, 1) and changes["recourse_explained"]


@pytest.mark.parametrize("reviewer, ok", [("inv@x", False), ("decider@x", False), ("boss2@x", True)])
def test_a_review_is_decided_by_somebody_else(reviewer, ok):
	decision = {**DECISION, "decided_by": "decider@x"}
	subject = case("Under Review", investigator="inv@x", decisions=[decision], round=2)
	actor = Actor(reviewer, frozenset({"Complaint Manager"}))
	data = {"outcome": "Upheld", "reasons": "r"}
	if ok:
		assert (
			lifecycle.apply(subject, "Decide Review", actor, data).new_rows[0][1]["level"]
			== "Internal Review"
		)
	else:
		with pytest.raises(Refusal, match="somebody else"):
			lifecycle.apply(subject, "Decide Review", actor, data)


def test_rejecting_needs_no_reason():
	out = lifecycle.apply(case("Response Sent", decisions=[DECISION]), "Record Rejection", AGENT, {})
	assert out.target == "Rejected" and out.fields["response"] == "Rejected"


def test_a_representative_accepts_only_with_authority():
	data = {"given_by": "Representative"}
	with pytest.raises(lifecycle.Missing, match="authority"):
		lifecycle.apply(case("Response Sent", decisions=[DECISION]), "Record Acceptance", AGENT, data)
	authority = dict(representative_verified_by="a@x", representative_authority="Accept")
	assert lifecycle.apply(
		case("Response Sent", decisions=[DECISION], **authority), "Record Acceptance", AGENT, data
	)


@pytest.mark.parametrize(
	"authority, ok", [("", False), ("Correspond", False), ("Accept", True), ("Receive Money", True)]
)
def test_a_representative_withdraws_only_with_the_authority_to_accept(authority, ok):
	subject = case("Assessed", representative_verified_by="a@x", representative_authority=authority)
	data = {"given_by": "Representative", "words": "We withdraw."}
	if ok:
		assert lifecycle.apply(subject, "Withdraw", AGENT, data).target == "Withdrawn"
	else:
		with pytest.raises(lifecycle.Missing, match="authority to accept or withdraw"):
			lifecycle.apply(subject, "Withdraw", AGENT, data)
	data["given_by"] = "Complainant"
	assert lifecycle.apply(subject, "Withdraw", AGENT, data).target == "Withdrawn"


def test_nobody_waits_for_an_answer_that_was_never_asked_for():
	with pytest.raises(Refusal, match="Nobody can be asked"):
		lifecycle.apply(
			case("Assessed", complainant_email=None), "Ask Complainant", AGENT, {"question": "Which invoice?"}
		)
	out = lifecycle.apply(case("Assessed"), "Ask Complainant", AGENT, {"question": "Which invoice?"})
	assert out.fields["resume_state"] == "Assessed" and out.letters[0].kind == "Information Request"


def test_resuming_leads_back_to_where_it_was():
	out = lifecycle.apply(case("Awaiting Complainant", resume_state="Decided"), "Resume", AGENT, {})
	assert out.target == "Decided"
	with pytest.raises(Refusal):
		lifecycle.infer(case("Awaiting Complainant", resume_state="Decided"), "Assessed")


@pytest.mark.parametrize("state", [s for s, c in STATES.items() if c != "Closed"])
def test_a_withdrawn_complaint_with_a_safety_problem_is_still_investigated(state):
	data = {"words": "never mind", "responded_on": NOW}
	out = lifecycle.apply(case(state, safety_implication="Yes"), "Withdraw", AGENT, data)
	assert "investigate" in next(e for e in out.events if e.kind == "withdrawn").data["keep"]


def test_an_open_dispute_outside_blocks_closing():
	accepted = dict(response="Accepted", decisions=[DECISION])
	with pytest.raises(Refusal, match="dispute"):
		lifecycle.apply(case("Accepted", disputes=[{"closed_on": None}], **accepted), "Close", AGENT, {})
	assert (
		lifecycle.apply(case("Accepted", **accepted), "Close", AGENT, {}).fields["closure_basis"]
		== "Accepted"
	)


def test_agreed_redress_blocks_closing_until_it_is_done():
	for state, ok in [("Accepted", False), ("Implemented", True), ("Declined", True), ("Cancelled", True)]:
		subject = case("Accepted", response="Accepted", decisions=[DECISION], redress=[{"state": state}])
		if ok:
			lifecycle.apply(subject, "Close", AGENT, {})
		else:
			with pytest.raises(lifecycle.Missing, match="redress"):
				lifecycle.apply(subject, "Close", AGENT, {})


def test_major_complaints_are_learnt_from_before_they_are_closed():
	subject = dict(response="Accepted", decisions=[DECISION], severity="Critical")
	with pytest.raises(lifecycle.Missing, match="root cause"):
		lifecycle.apply(case("Accepted", **subject), "Close", AGENT, {})
	lifecycle.apply(
		case("Accepted", root_cause="Training", action_state="Open", **subject), "Close", AGENT, {}
	)
	lifecycle.apply(case("Accepted", no_action_reason="one-off storm", **subject), "Close", AGENT, {})


@pytest.mark.parametrize(
	("known", "missing"),
	[
		({}, "a root cause and a corrective action, or the reason why there is none"),
		({"root_cause": "Training"}, "a corrective action, or the reason why there is none"),
		(
			{"root_cause": "Training", "action_state": "Not Needed"},
			"a corrective action, or the reason why there is none",
		),
		({"action_state": "In Effect"}, "the root cause"),
	],
)
def test_what_is_there_is_not_asked_for_again(known, missing):
	subject = dict(response="Accepted", decisions=[DECISION], severity="Major")
	with pytest.raises(lifecycle.Missing) as said:
		lifecycle.apply(case("Accepted", **known, **subject), "Close", AGENT, {})
	assert said.value.missing == [missing]


def test_no_reply_is_off_unless_switched_on_and_then_has_conditions():
	decision = {**DECISION, "sent_on": NOW - timedelta(days=30), "recourse_explained": 1}
	letters = [{"kind": "Decision", "delivery": "Sent", "sent_on": NOW - timedelta(days=30)}]
	with pytest.raises(lifecycle.Missing, match="switched on"):
		lifecycle.apply(
			case("Response Sent", decisions=[decision], letters=letters),
			"Close",
			AGENT,
			{"basis": "No Reply"},
		)
	on = {**SETTINGS, "no_reply_closing": 1, "no_reply_reminders": 1, "answer_within_days": 14}
	with pytest.raises(lifecycle.Missing, match="reminders"):
		lifecycle.apply(
			case("Response Sent", decisions=[decision], letters=letters, settings=on),
			"Close",
			AGENT,
			{"basis": "No Reply"},
		)
	reminded = [
		*letters,
		{"kind": "Progress Update", "delivery": "Sent", "sent_on": NOW - timedelta(days=10)},
	]
	out = lifecycle.apply(
		case("Response Sent", decisions=[decision], letters=reminded, settings=on),
		"Close",
		AGENT,
		{"basis": "No Reply"},
	)
	assert out.fields["closure_basis"] == "No Reply" and out.fields["response"] == "No Reply"


def test_a_late_rejection_inside_the_window_reopens_a_no_reply():
	decision = {**DECISION, "sent_on": NOW, "recourse_expires_on": NOW.date()}
	closed = dict(closure_basis="No Reply", decisions=[decision])
	assert lifecycle.apply(case("Closed", **closed), "Record Late Rejection", AGENT, {}).target == "Rejected"
	expired = {**decision, "recourse_expires_on": NOW.date() - timedelta(days=1)}
	with pytest.raises(Refusal, match="ended"):
		lifecycle.apply(
			case("Closed", **{**closed, "decisions": [expired]}), "Record Late Rejection", AGENT, {}
		)
	with pytest.raises(Refusal, match="No Reply"):
		lifecycle.apply(case("Closed", closure_basis="Accepted"), "Record Late Rejection", AGENT, {})


def test_a_rejected_complaint_closes_only_when_recourse_is_used_up_or_over():
	rejected = dict(response="Rejected")
	with pytest.raises(lifecycle.Missing):
		lifecycle.apply(case("Rejected", decisions=[DECISION], **rejected), "Close", AGENT, {})
	reviewed = {**DECISION, "level": "Internal Review", "recourse_explained": 1}
	out = lifecycle.apply(case("Rejected", decisions=[DECISION, reviewed], **rejected), "Close", AGENT, {})
	assert out.fields["closure_basis"] == "Recourse Exhausted"
	expired = {**DECISION, "recourse_expires_on": "2026-03-01"}
	out = lifecycle.apply(case("Rejected", decisions=[expired], **rejected), "Close", AGENT, {})
	assert out.fields["closure_basis"] == "Recourse Expired"
	ended = [{"closed_on": NOW, "outcome": "Upheld"}]
	out = lifecycle.apply(
		case("Rejected", decisions=[DECISION], disputes=ended, **rejected), "Close", AGENT, {}
	)
	assert out.fields["closure_basis"] == "External Outcome"


def test_every_basis_that_close_may_use_is_defined():
	assert {basis for bases in BASES_FROM.values() for basis in bases} <= set(CLOSURE_BASES)
	assert len(CLOSURE_BASES) == 10


def test_only_the_same_complainants_complaint_is_a_duplicate():
	original = {"name": "CMP-0", "status": "Received", "received_on": NOW}
	data = {"duplicate_of": "CMP-0"}
	with pytest.raises(Refusal, match="somebody else"):
		lifecycle.apply(case(original=original, received_on=NOW), "Mark as Duplicate", AGENT, data)
	earlier = case(original=original, same_complainant=True, received_on=NOW - timedelta(days=1))
	out = lifecycle.apply(earlier, "Mark as Duplicate", AGENT, data)
	assert out.original_received_on == NOW - timedelta(days=1)
	with pytest.raises(Refusal, match="itself"):
		lifecycle.apply(
			case(original={**original, "name": "CMP-1"}, same_complainant=True),
			"Mark as Duplicate",
			AGENT,
			data,
		)


def test_early_resolution_is_one_step_with_its_proof():
	data = {
		"severity": "Minor",
		"safety_implication": "No",
		"reasons": "replaced at the till",
		"words": "fine, thanks",
	}
	out = lifecycle.apply(case(), "Resolve Early", AGENT, data)
	assert out.target == "Accepted" and not out.letters
	assert kinds(out) == ["assessed", "resolved_early", "accepted", "nothing_to_implement", "state_changed"]
	with_letter = lifecycle.apply(
		case(fast_track=FastTrack(summary_letter=True)), "Resolve Early", AGENT, data
	)
	assert with_letter.letters[0].kind == "Summary Resolution"
	with pytest.raises(lifecycle.Missing, match="Words"):
		lifecycle.apply(case(), "Resolve Early", AGENT, {**data, "words": ""})


def test_early_resolution_off_the_fast_track_needs_the_full_response():
	data = {"severity": "Minor", "safety_implication": "No", "reasons": "replaced", "words": "fine"}
	track = FastTrack(days=3, summary_letter=True, unless_asked=True)
	quick = case(fast_track=track, received_at=NOW - timedelta(days=2))
	slow = case(fast_track=track, received_at=NOW - timedelta(days=30))
	asked = case(fast_track=track, received_at=NOW, written_response_requested=1)
	hardship = case(fast_track=FastTrack(unless_asked=True), received_at=NOW, hardship=1)
	wanted = [
		[letter.kind for letter in lifecycle.apply(one, "Resolve Early", AGENT, data).letters]
		for one in (quick, slow, asked, hardship)
	]
	assert wanted == [["Summary Resolution"], ["Decision"], ["Decision"], ["Decision"]]
	full = lifecycle.apply(slow, "Resolve Early", AGENT, data)
	(decision,) = [row for table, row in full.new_rows if table == "decisions"]
	assert decision["recourse_explained"] and decision["recourse_expires_on"]


@pytest.mark.parametrize("state", CLOSED_STATES)
def test_reopening_needs_a_manager_a_state_and_a_reason(state):
	data = {"to_state": "Under Investigation", "reason": "the replacement broke too"}
	with pytest.raises(Refusal, match="role"):
		lifecycle.apply(case(state), "Reopen", AGENT, data)
	with pytest.raises(lifecycle.Missing, match="Reason"):
		lifecycle.apply(case(state), "Reopen", MANAGER, {"to_state": "Assessed"})
	with pytest.raises(Refusal):
		lifecycle.apply(case(state), "Reopen", MANAGER, {**data, "to_state": "Closed"})
	answered = [{**DECISION, "sent_on": NOW}]
	out = lifecycle.apply(case(state, decisions=answered), "Reopen", MANAGER, data)
	assert (
		out.target == "Under Investigation" and out.fields["round"] == 2 and out.fields["closed_on"] is None
	)


@given(
	status=st.sampled_from(sorted(STATES)),
	action=st.sampled_from([t.action for t in lifecycle.TRANSITIONS]),
	doc=st.fixed_dictionaries(
		{},
		optional={
			**{name: st.sampled_from(["", value]) for name, value in ASSESSED.items()},
			"resume_state": st.sampled_from(OPEN_STATES),
			"response": st.sampled_from(["", "Accepted", "Rejected"]),
			"closure_basis": st.sampled_from(["", *CLOSURE_BASES]),
			"investigator": st.just("inv@x"),
			"findings": st.just("found"),
			"decisions": st.just([DECISION]),
		},
	),
	data=st.dictionaries(
		st.sampled_from(
			["reason", "reasons", "outcome", "words", "question", "to_state", "waiver", "duplicate_of"]
		),
		st.sampled_from(["", "Upheld", "Assessed", "text"]),
	),
)
def test_whatever_is_tried_the_answer_is_a_legal_state_or_one_sentence(status, action, doc, data):
	try:
		out = lifecycle.apply(case(status, **doc), action, MANAGER, data)
	except Refusal as refusal:
		assert str(refusal).strip().endswith(".") and "{" not in str(refusal)
	else:
		assert out.target in STATES
		assert out.events[-1].kind == "state_changed"


def test_an_answer_that_no_dialog_offers_is_refused():
	with pytest.raises(Refusal, match="no answer to"):
		lifecycle.apply(
			case("Response Sent", decisions=[DECISION]), "Record Rejection", AGENT, {"response": "Accepted"}
		)


def test_a_late_rejection_by_status_is_not_taken_for_reopening():
	assert lifecycle.infer(case("Closed", closure_basis="No Reply"), "Rejected") == "Record Late Rejection"
	assert lifecycle.infer(case("Closed", closure_basis="Accepted"), "Rejected") == "Reopen"


def test_reopened_as_rejected_needs_a_rejection():
	data = {"to_state": "Rejected", "reason": "they called"}
	with pytest.raises(lifecycle.Missing, match="rejection"):
		lifecycle.apply(case("Closed", response="Accepted"), "Reopen", MANAGER, data)
	with pytest.raises(Refusal):
		lifecycle.apply(case("Closed"), "Reopen", MANAGER, {"to_state": "Decided", "reason": "r"})


def test_a_revised_offer_after_a_review_is_no_review():
	reviewed = {**DECISION, "level": "Internal Review", "recourse_explained": 1}
	out = lifecycle.apply(
		case("Rejected", decisions=[DECISION, reviewed], round=2),
		"Decide Again",
		MANAGER,
		{"outcome": "Upheld", "reasons": "r"},
	)
	assert out.new_rows[0][1]["level"] == "Front Line"


def test_nobody_reviews_twice():
	reviewed = {**DECISION, "level": "Internal Review", "decided_by": "boss@x"}
	with pytest.raises(Refusal, match="decided this complaint before"):
		lifecycle.apply(
			case("Rejected", decisions=[DECISION, reviewed]), "Request Review", AGENT, {"reviewer": "boss@x"}
		)


def test_an_answer_told_by_mail_is_not_backdated():
	yesterday = NOW - timedelta(days=1)
	out = lifecycle.apply(
		case("Decided", decisions=[DECISION]),
		"Send Response",
		AGENT,
		{"channel": "E-mail", "told_on": yesterday},
	)
	assert out.row_changes[0][2]["sent_on"] == NOW
	out = lifecycle.apply(
		case("Decided", decisions=[DECISION]),
		"Send Response",
		AGENT,
		{"channel": "Phone", "told_on": yesterday},
	)
	assert out.row_changes[0][2]["sent_on"] == yesterday


def test_of_two_ways_only_the_shorter_one_is_asked_for():
	"""Not "an early resolution and the agreed redress implemented, or the agreed redress implemented"."""
	redress = [{"basis": "Offer", "state": "Accepted"}]
	subject = case("Accepted", response="Accepted", redress=redress, decisions=[DECISION])
	with pytest.raises(lifecycle.Missing) as missing:
		lifecycle.apply(subject, "Close", MANAGER, {})
	assert lifecycle.phrase(missing.value.missing).count("the agreed redress implemented") == 1
	assert "early" not in lifecycle.phrase(missing.value.missing)
