"""What a complaint waits for, on plain values."""

import json
import re
from pathlib import Path

import pytest

from cms_iso10002.core import closure, guards, lifecycle, next_step
from cms_iso10002.core.states import CLOSED_STATES, STATES
from tests.unit.test_lifecycle import AGENT, ASSESSED, INVESTIGATOR, MANAGER, case

ROOT = Path(__file__).resolve().parents[2] / "cms_iso10002"


def first(state="Received", actor=AGENT, **doc):
	return next_step.ahead(case(state, **doc), actor)[0]


def test_every_state_that_is_not_closed_has_a_way_on_and_no_other():
	assert set(next_step.WAYS_ON) == set(STATES) - set(CLOSED_STATES)
	for state, actions in next_step.WAYS_ON.items():
		for action in actions:
			assert state in lifecycle.find(action, state).sources


def test_a_closed_or_anonymised_complaint_waits_for_nothing():
	for state in CLOSED_STATES:
		assert next_step.ahead(case(state), MANAGER) == []
	assert next_step.ahead(case("Received", anonymised_on="2026-01-01"), MANAGER) == []


def test_what_is_missing_is_named_before_anybody_tries():
	step = first("Acknowledged", severity="Minor")
	assert step.action == "Assess" and not step.possible
	assert "severity" not in step.missing and "the conflict check" in step.missing
	assert first("Acknowledged", **ASSESSED).possible


def test_what_the_preview_calls_possible_is_what_the_lifecycle_allows():
	"""The same guards: a step shown as lacking something is refused for just that."""
	step = first("Assessed", **ASSESSED)
	with pytest.raises(lifecycle.Missing) as refused:
		lifecycle.apply(case("Assessed", **ASSESSED), "Investigate", AGENT, {})
	assert list(step.missing) == refused.value.missing == ["the investigator"]


def test_it_says_whose_step_it_is():
	step = first("Under Investigation", findings="x")
	assert (step.action, step.allowed, step.possible) == ("Decide", False, False)
	assert first("Under Investigation", INVESTIGATOR, findings="x").possible


def test_a_waiver_is_a_way_beside_investigating_where_settings_allow_it():
	minor = next_step.ahead(case("Assessed", **ASSESSED), AGENT)
	assert [step.action for step in minor] == ["Investigate", "Decide Without Investigation"]
	assert minor[1].possible
	grave = next_step.ahead(case("Assessed", **{**ASSESSED, "severity": "Major"}), AGENT)
	assert "up to severity" in str(grave[1].refusal) and not grave[1].possible


def test_a_second_person_approves_before_the_answer_goes_out():
	decision = {"reasons": "x", "decided_by": INVESTIGATOR.user}
	waiting = {"severity": "Major", "decisions": [decision]}
	steps = next_step.ahead(case("Decided", **waiting), MANAGER)
	assert [step.action for step in steps] == [next_step.APPROVE, "Send Response"]
	assert steps[0].possible and not steps[1].possible
	own = {**waiting, "decisions": [{**decision, "decided_by": MANAGER.user}]}
	assert "You made this decision" in str(first("Decided", MANAGER, **own).refusal)
	approved = {**waiting, "decisions": [{**decision, "approved_by": "boss2@x"}]}
	assert first("Decided", AGENT, **approved).action == "Send Response"
	assert first("Decided", AGENT, severity="Minor", decisions=[decision]).possible


def test_closing_comes_first_only_once_a_basis_holds():
	rejected = {"response": "Rejected", "decisions": [{"recourse_expires_on": "2026-04-01"}]}
	assert first("Rejected", AGENT, **rejected).action == "Request Review"
	expired = {"response": "Rejected", "decisions": [{"recourse_expires_on": "2026-02-01"}]}
	assert first("Rejected", AGENT, **expired).action == "Close"
	assert first("Response Sent", AGENT).action == "Record Acceptance"


def test_a_person_concerned_is_told_so():
	step = first("Received", AGENT, concerned=[AGENT.user])
	assert "concerned" in str(step.refusal) and not step.possible


def test_every_missing_thing_that_has_a_place_is_called_as_the_guards_call_it():
	said = {
		text
		for module in (guards, closure)
		for text in re.findall(r'N_\(\s*"([^"]+)"', Path(module.__file__).read_text(encoding="utf-8"))
	}
	assert set(next_step.MISSING_FIELDS) - said == set()
	fields = {field["fieldname"] for field in form()["fields"]}
	assert set(next_step.MISSING_FIELDS.values()) <= fields
	assert next_step.field_of(["outcome and reasons of every aspect (rows {0})", "1"]) == "aspects"
	assert next_step.field_of((("a", "b"), ("c",))) == "" == next_step.field_of("the outcome")


def form() -> dict:
	return json.loads((ROOT / "complaints/doctype/complaint/complaint.json").read_text(encoding="utf-8"))


def test_the_form_opens_the_sections_that_are_said_here():
	conditions = {
		field["fieldname"]: field.get("collapsible_depends_on")
		for field in form()["fields"]
		if field["fieldname"] in next_step.SECTIONS
	}
	assert conditions == {name: next_step.condition_of(states) for name, states in next_step.SECTIONS.items()}
	assert all(set(states) <= set(STATES) for states in next_step.SECTIONS.values())
