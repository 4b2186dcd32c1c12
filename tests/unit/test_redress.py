"""The steps of redress on plain values: who may take which, what they leave behind, what documents do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import changes, guards, lifecycle, redress
from cms_iso10002.core.case import Actor, Case
from cms_iso10002.core.refusal import Refusal

NOW = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
AGENT = Actor("agent@x", frozenset({"Complaint Agent"}))
OTHER = Actor("other@x", frozenset({"Complaint Agent"}))
MANAGER = Actor("boss@x", frozenset({"Complaint Manager"}))
AUDITOR = Actor("audit@x", frozenset({"Complaint Auditor"}))
LIMITS = {
	"Refund": [
		{"role": "Complaint Agent", "amount": 50, "currency": "EUR"},
		{"role": "Complaint Manager", "amount": 500, "currency": "EUR"},
	]
}
REMEDIES = {"Refund": {"needs_amount": 1, "type": "Money"}, "Loan": {"needs_amount": 0, "type": "Goods"}}


def case(status="Response Sent", concerned=(), rows=(), **doc):
	values = {"status": status, "received_on": datetime(2026, 2, 1, 9), "redress": list(rows), **doc}
	return Case(
		values,
		NOW,
		NOW.date(),
		concerned=frozenset(concerned),
		remedies=REMEDIES,
		limits=LIMITS,
	)


def row(state="Proposed", basis="Offer", remedy="Refund", amount=40, **more):
	return {
		"name": "r1",
		"idx": 1,
		"state": state,
		"basis": basis,
		"remedy": remedy,
		"amount": amount,
		"currency": "EUR",
		**more,
	}


def refused(match, *args, **kwargs):
	with pytest.raises(Refusal, match=match):
		redress.take(*args, **kwargs)


def test_what_was_granted_and_then_changed_is_granted_anew_in_whatever_save():
	"""Terms and state in one edit: the step is judged on the terms as they are now, and on nobody's approval."""
	was = row("Approved", basis="Goodwill", approved_by="boss@x")
	now = {**was, "amount": 10000, "state": "Implemented", "implemented_on": NOW.date()}
	with pytest.raises(Refusal):
		redress.edits([was], [now], case(rows=[was]), AGENT, "")
	(fields,) = redress.edits([was], [{**was, "amount": 10000}], case(rows=[was]), AGENT, "")
	assert fields["state"] == "Proposed" and fields["approved_by"] is None


def test_steps_name_states_that_exist_and_roles_of_the_desk():
	for step in redress.STEPS:
		assert set(step.sources) <= set(redress.STATES) and set(step.why_from) <= set(step.sources)
		assert step.target in (*redress.STATES, "")
	assert set(redress.ROLES) == set(lifecycle.DESK_ROLES)


def test_an_offer_goes_its_way():
	one = row()
	one |= redress.take(case(), one, "Approve", AGENT)
	assert (one["state"], one["approved_by"], one["approved_on"]) == ("Approved", "agent@x", NOW)
	one |= redress.take(case(), one, "Offer", OTHER)
	assert one["approved_by"] == "agent@x"
	one |= redress.take(case(), one, "Agree", AGENT)
	one |= redress.take(case("Accepted"), one, "Carry Out", AGENT)
	assert (one["implemented_on"], one["implemented_by"]) == (date(2026, 3, 2), "agent@x")
	refused("somebody else verify", case("Accepted"), one, "Verify", AGENT)
	one |= redress.take(case("Accepted"), one, "Verify", OTHER)
	assert (one["state"], one["verified_by"], one["verified_on"]) == ("Verified", "other@x", NOW)
	refused("needs a reason", case("Accepted"), one, "Undo", MANAGER)
	one |= redress.take(case("Accepted"), one, "Undo", MANAGER, {"reason": "it broke again"})
	assert one["state"] == "Accepted" and not one["verified_by"] and not one["implemented_on"]


def test_above_a_limit_somebody_with_more_authority_approves():
	big = row(amount="50.01")
	refused("more than your roles may grant", case(), big, "Approve", AGENT)
	assert redress.take(case(), big, "Approve", MANAGER)["approved_by"] == "boss@x"
	refused("500.01 EUR of|more than any role may grant", case(), row(amount="500.01"), "Approve", MANAGER)
	refused("no authority limit in USD", case(), row(currency="USD"), "Approve", MANAGER)
	refused("enter the amount", case(), row(amount=0), "Approve", MANAGER)
	# approved once, anybody carries it further
	assert redress.take(case(), row("Approved", amount=400, approved_by="boss@x"), "Offer", AGENT) == {
		"state": "Offered"
	}


def three(*states, amount=40, by="agent@x"):
	"""Rows of one complaint; those that were granted, by one and the same."""
	return [
		row(state, amount=amount, name=f"r{number}", approved_by=None if state == "Proposed" else by)
		for number, state in enumerate(states, 1)
	]


def test_a_limit_holds_for_all_that_one_person_grants_in_a_complaint():
	rows = three("Approved", "Proposed", "Proposed")
	refused("together with what you grant", case(rows=rows), rows[1], "Approve", AGENT)
	assert redress.take(case(rows=rows), rows[1], "Approve", OTHER)["approved_by"] == "other@x"
	for gone in ("Declined", "Cancelled"):
		rows[0]["state"] = gone
		assert redress.take(case(rows=rows), rows[1], "Approve", AGENT)
	loan = {**rows[0], "state": "Approved", "remedy": "Loan", "amount": 400}
	assert redress.take(case(rows=[loan, *rows[1:]]), rows[1], "Approve", AGENT), "a loan has no limits"


def test_sending_the_response_grants_them_all_and_is_held_up_by_those_above_the_limit():
	rows = three("Proposed", "Proposed", "Proposed", amount=25)
	assert [number for number, _row, _why in redress.held_up(case(rows=rows), AGENT)] == [3]
	assert [phrase[1] for phrase in redress.ungranted(case(rows=rows), AGENT)] == [3]
	assert [redress.awaits_approval(case(rows=rows), one, AGENT) for one in rows] == [False, False, True]
	rows[0].update(state="Offered", approved_by="agent@x", amount=50)
	assert [number for number, _row, _why in redress.held_up(case(rows=rows), AGENT)] == [2, 3]
	assert not list(redress.held_up(case(rows=rows), MANAGER))


def test_three_rows_approved_in_one_edit_are_added_up():
	rows = three("Proposed", "Proposed", "Proposed", amount=25)
	wanted = [{**one, "state": "Approved"} for one in rows]
	with pytest.raises(Refusal, match="together with what you grant"):
		redress.edits(rows, wanted, case(rows=wanted), AGENT, "")
	assert len(redress.edits(rows[:2], wanted[:2], case(rows=wanted[:2]), AGENT, "")) == 2


@pytest.mark.parametrize(
	("amount", "actor", "says"),
	[
		(55, AGENT, None),  # 49.50 EUR
		(56, AGENT, "more than your roles may grant"),
		(90, MANAGER, None),
		(556, MANAGER, "more than any role may grant"),
	],
)
def test_a_foreign_currency_is_held_against_the_limit_at_the_rate_of_the_day(amount, actor, says):
	one = row(amount=amount, currency="USD")
	known = replace(case(rows=[one]), rates={("USD", "EUR"): Decimal("0.9")})
	if says:
		refused(says, known, one, "Approve", actor)
	else:
		assert redress.take(known, one, "Approve", actor)["approved_by"] == actor.user
	with pytest.raises(Refusal, match="no exchange rate from USD to EUR is known"):
		redress.take(case(rows=[one]), one, "Approve", actor)


@pytest.mark.parametrize("amount", [10**15, Decimal("NaN"), Decimal("Infinity"), Decimal(10**11) + 1])
def test_an_amount_that_nobody_grants_is_refused(amount):
	with pytest.raises(Refusal, match="can't be more than 100,000,000,000"):
		redress.check_amount({"amount": amount})
	redress.check_amount({"amount": 10**11})


@pytest.mark.parametrize("step", ["Offer", "Agree", "Carry Out"])
def test_going_on_grants_and_asks_for_the_same_authority(step):
	free = row(basis="Goodwill")
	assert redress.take(case("Received"), free, step, AGENT)["approved_by"] == "agent@x"
	refused("more than your roles", case("Received"), {**free, "amount": 60}, step, AGENT)


@pytest.mark.parametrize("step", [step.name for step in redress.STEPS])
@pytest.mark.parametrize("state", redress.STATES)
def test_a_person_concerned_takes_no_step_and_neither_does_an_auditor(state, step):
	for subject, actor in ((case(concerned=["agent@x"]), AGENT), (case(), AUDITOR)):
		with pytest.raises(Refusal):
			redress.take(subject, row(state, "Goodwill"), step, actor, {"reason": "why"})


def test_interim_redress_from_receipt_on_an_offer_only_by_the_response():
	interim = row(basis="Interim", remedy="Loan", amount=0)
	assert redress.take(case("Received"), interim, "Carry Out", AGENT)["state"] == "Implemented"
	refused("made by sending the response", case("Received"), row(), "Offer", AGENT)
	refused("after the response", case("Assessed"), row(), "Agree", AGENT)
	refused("once it was agreed", case("Response Sent"), row("Offered"), "Carry Out", AGENT)


def test_what_was_told_is_cancelled_with_a_reason_only():
	assert redress.take(case(), row(), "Cancel", AGENT) == {"state": "Cancelled"}
	refused("needs a reason", case(), row("Accepted"), "Cancel", AGENT)
	assert (
		redress.take(case(), row("Accepted"), "Cancel", AGENT, {"reason": "they moved"})["state"]
		== "Cancelled"
	)


def test_a_document_that_is_open_is_closed_first():
	drafted = row("Accepted", document_type="Sales Invoice", document_name="SI-1", document_state="open")
	for step in ("Carry Out", "Cancel", "Decline"):
		refused("still open", case(), drafted, step, AGENT, {"reason": "r"})
	booked = {**drafted, "state": "Implemented", "document_state": "settled"}
	refused("stands in the books", case(), booked, "Undo", AGENT, {"reason": "r"})
	assert [s.name for s in redress.possible(case(), drafted, AGENT)] == []


def test_nothing_moves_in_a_closed_case():
	for step in redress.STEPS:
		refused("reopen it", case("Closed"), row(step.sources[0]), step.name, MANAGER, {"reason": "r"})


@pytest.mark.parametrize("day", ["2026-03-03", "2026-01-31"])
def test_a_day_that_cannot_be(day):
	refused("check the date", case(), row("Accepted"), "Carry Out", AGENT, {"implemented_on": day})


# edits


def edits(before, after, actor=AGENT, reason="", **more):
	return redress.edits(before, after, case(rows=after, **more), actor, reason)


def test_a_changed_state_is_a_step():
	(found,) = edits([row("Accepted")], [row("Implemented", implemented_on="2026-02-20")])
	assert found["implemented_by"] == "agent@x" and found["implemented_on"] == date(2026, 2, 20)
	with pytest.raises(Refusal, match="one step after the other"):
		edits([row("Proposed")], [row("Verified")])
	with pytest.raises(Refusal, match="once it was agreed"):
		edits([], [row("Implemented")])
	with pytest.raises(Refusal, match="more than your roles"):
		edits([row(amount=400)], [row("Approved", amount=400)])
	with pytest.raises(Refusal, match="more than your roles"):
		edits([row(amount=40)], [row("Approved", amount=400)])


def test_terms_changed_after_the_approval_wait_for_approval_again():
	(found,) = edits(
		[row("Approved", approved_by="boss@x")], [row("Approved", amount=45, approved_by="boss@x")]
	)
	assert found == {"state": "Proposed", "approved_by": None, "approved_on": None}
	(same,) = edits([row("Approved", amount=45.0)], [row("Approved", amount="45.00")])
	assert "state" not in same


def test_rows_that_make_no_sense():
	with pytest.raises(Refusal, match="negative"):
		edits([], [row(amount=-1)])
	with pytest.raises(Refusal, match="no aspect 2"):
		edits([], [row(aspect=2)], aspects=[{"what": "leaks"}])
	with pytest.raises(Refusal, match="can't be removed"):
		edits([row("Approved", document_type="Sales Invoice", document_name="SI-1")], [])


rows = st.builds(
	row,
	state=st.sampled_from(redress.STATES),
	basis=st.sampled_from(["Offer", "Interim", "Goodwill"]),
	remedy=st.sampled_from(["Refund", "Loan"]),
	amount=st.decimals(0, 1000, places=2),
)
steps = st.sampled_from([step.name for step in redress.STEPS])
actors = st.sampled_from([AGENT, OTHER, MANAGER, AUDITOR])
statuses = st.sampled_from(["Received", "Assessed", "Response Sent", "Accepted", "Rejected", "Closed"])


@given(st.lists(st.tuples(steps, actors, statuses), max_size=12), rows)
def test_whatever_is_tried_no_row_is_granted_beyond_authority_or_verified_alone(tries, start):
	one = {**start, "state": "Proposed"}
	for name, actor, status in tries:
		try:
			one |= redress.take(case(status), one, name, actor, {"reason": "why"})
		except Refusal:
			continue
	if one["state"] not in ("Proposed", "Cancelled"):
		approver = {a.user: a for a in (AGENT, OTHER, MANAGER)}[one["approved_by"]]
		assert redress.not_granted(case(), one, approver) is None
	if one["state"] == "Verified":
		assert one["verified_by"] != one["implemented_by"]
	assert bool(one.get("implemented_by")) == (one["state"] in redress.DONE)


@given(rows, st.sampled_from(redress.STATES), actors, statuses)
def test_writing_a_state_is_as_hard_as_taking_the_step(one, target, actor, status):
	"""REST that writes a state and the button end the same, or are refused alike."""
	try:
		(by_edit,) = redress.edits([one], [{**one, "state": target}], case(status), actor, "why")
	except Refusal:
		by_edit = None
	reached = [
		fields
		for step in redress.STEPS
		if (fields := _try(case(status), one, step.name, actor)) and fields["state"] == target
	]
	if target == one["state"]:
		assert by_edit == {"implemented_on": None}
	else:
		assert reached[:1] == ([by_edit] if by_edit else [])


def _try(subject, one, name, actor):
	try:
		return redress.take(subject, one, name, actor, {"reason": "why"})
	except Refusal:
		return None


# documents


@given(rows, st.decimals(0, 500, places=2))
def test_a_document_that_is_undone_leaves_what_is_owed(one, cost):
	done = one | redress.document_done(one, NOW.date(), "books@x", cost)
	if done["state"] != "Implemented":
		assert done == one
		return
	assert redress.roll_up([done]) == (cost if one["state"] != "Implemented" or cost else 0)
	undone = done | redress.document_undone(done)
	assert undone["state"] == redress.owed(one) and redress.roll_up([undone]) == 0


def test_a_document_needs_redress_that_was_granted():
	for state in ("Proposed", "Approved", "Offered"):
		with pytest.raises(Refusal, match="once the redress was Accepted"):
			redress.may_have_document(case(), row(state))
	redress.may_have_document(case(), row("Accepted"))
	redress.may_have_document(case("Received"), row("Approved", "Interim"))
	with pytest.raises(Refusal, match="has Sales Invoice SI-1 already"):
		redress.may_have_document(
			case(), row("Accepted", document_type="Sales Invoice", document_name="SI-1")
		)


def test_only_what_was_carried_out_costs():
	made = [
		row("Implemented", cost=10.1),
		row("Verified", cost="0.2"),
		row("Accepted", cost=99),
		row("Cancelled"),
	]
	assert redress.roll_up(made) == Decimal("10.3")


# with the life of the complaint


DECISION = {"round": 1, "outcome": "Upheld", "reasons": "right"}


def decided(rows):
	return case("Decided", rows=rows, decisions=[DECISION], complainant_email="c@x", severity="Minor")


def test_a_response_goes_out_with_granted_redress_only():
	subject = decided([row(), row(amount=400)])
	assert guards.response(subject, AGENT, {}) == [
		["approval of redress row {0} by somebody with enough authority", 2]
	]
	with pytest.raises(lifecycle.Missing, match="approval of redress row 2"):
		lifecycle.apply(subject, "Send Response", AGENT, {"channel": "Phone"})
	outcome = lifecycle.apply(subject, "Send Response", MANAGER, {"channel": "Phone"})
	offered = [change for table, _index, change in outcome.row_changes if table == "redress"]
	assert offered == [{"state": "Offered", "approved_by": "boss@x", "approved_on": NOW}] * 2


def test_an_early_resolution_grants_within_authority():
	subject = case("Received", rows=[row(amount=400)], complainant_email="c@x")
	told = {"severity": "Minor", "safety_implication": "No", "reasons": "r", "words": "w"}
	with pytest.raises(lifecycle.Missing, match="approval of redress row 1"):
		lifecycle.apply(subject, "Resolve Early", AGENT, told)
	outcome = lifecycle.apply(subject, "Resolve Early", MANAGER, told)
	assert (
		"redress",
		0,
		{"state": "Accepted", "approved_by": "boss@x", "approved_on": NOW},
	) in outcome.row_changes


def test_an_event_tells_the_step_and_why():
	before, after = {"redress": [row("Accepted")]}, {"redress": [row("Cancelled")]}
	found = changes.redress_events(before, after, "they moved")
	assert [(event.kind, event.note) for event in found] == [
		("redress", "they moved"),
		("nothing_to_implement", ""),
	]
	assert found[0].data == {"row": 1, "remedy": "Refund", "from": "Accepted", "to": "Cancelled"}
