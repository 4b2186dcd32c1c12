"""`complaints verify` and the daily seal: whatever was altered past the app is found and named."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone

import frappe
import pytest
from click.testing import CliRunner

from cms_iso10002.complaints import corrective_actions, sealing, timeline, verification
from cms_iso10002.core import ledger
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	make_action,
	make_complaint,
	make_user,
	pass_time,
	set_now,
)

MONDAY_NINE = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def monday():
	set_now(MONDAY_NINE)
	yield
	set_now(None)


@pytest.fixture
def case():
	return advance(make_complaint(), "Response Sent")


def found(complaint=None) -> list[tuple]:
	"""Problems with the numbers of their events."""
	return [(finding.problem, finding.sequence) for finding in verification.verify(complaint).findings]


def texts() -> str:
	return "\n".join(map(str, verification.verify().findings))


def alter(doctype: str, filters, **values) -> None:
	"""What somebody with the database at hand does."""
	frappe.db.set_value(doctype, filters, values, update_modified=False)


def event(case, sequence: int) -> str:
	return frappe.db.get_value("Complaint Event", {"complaint": case.name, "sequence": sequence})


# a whole record ------------------------------------------------------------------------------------------


def test_an_honest_record_is_whole(case):
	act(case, "Record Rejection", words="No.")
	act(case, "Request Review", reviewer=make_user("manager"), reason="asked for")
	as_user(make_user("manager"), lambda: act(case, "Decide Review", outcome="Not Upheld", reasons="Afresh."))
	act(case, "Send Response", channel="Phone")
	early = make_complaint()
	act(early, "Resolve Early", severity="Minor", safety_implication="No", reasons="Replaced.", words="Fine.")
	act(early, "Close")
	manager = make_user("manager")
	as_user(manager, lambda: act(early, "Reopen", to_state="Assessed", reason="It broke again."))
	withdrawn = make_complaint()
	act(withdrawn, "Withdraw", words="Never mind.")
	late = make_complaint(received_on="2026-02-27 10:00:00")
	edit(late, received_on="2026-02-26 10:00:00", assessment_reason="A colleague had taken the call.")
	original, again = make_complaint(), make_complaint(received_on="2026-02-25 10:00:00")
	act(again, "Mark as Duplicate", duplicate_of=original.name, channel="Phone")
	report = verification.verify()
	assert report.findings == [] and report.whole
	assert (report.complaints, report.seals) == (6, 0)
	assert report.events == frappe.db.count("Complaint Event")
	assert report.verdict() == "The record is whole."


def test_time_that_passes_is_no_alteration(case):
	make_complaint()
	pass_time(days=90)
	assert found() == []


def test_nothing_at_all_is_whole():
	assert verification.verify().whole


# events --------------------------------------------------------------------------------------------------


def test_an_altered_event_is_found_and_named(case):
	name = event(case, 3)
	payload = frappe.db.get_value("Complaint Event", name, "payload")
	alter(
		"Complaint Event",
		name,
		payload=payload.replace("Complaint", "Nothing", 1).replace('"public":', '"public": '),
	)
	first = verification.verify().findings[0]
	assert (first.complaint, first.sequence) == (case.name, 3)
	assert "Event 3" in first.text


def test_an_event_altered_with_its_hash_breaks_what_follows(case):
	name = event(case, 2)
	row = frappe.db.get_value("Complaint Event", name, ["payload", "previous_hash"], as_dict=True)
	forged = json.loads(row.payload)
	forged["at_utc"] -= 3_600_000_000
	text = ledger.canonical_json(forged)
	alter(
		"Complaint Event",
		name,
		payload=text,
		at_utc=forged["at_utc"],
		hash=ledger.event_hash(text, row.previous_hash),
	)
	assert ("link", 3) in found()


def test_an_altered_column_is_found(case):
	alter("Complaint Event", event(case, 2), kind="immediate_action")
	assert found() == [("column", 2)]
	assert "kind" in texts() and "immediate_action" in texts()


def test_the_time_as_shown_to_people_is_checked(case):
	name = event(case, 2)
	at = frappe.db.get_value("Complaint Event", name, "at")
	alter("Complaint Event", name, at=at - timedelta(hours=5))
	assert found() == [("column", 2)]


def test_a_deleted_event_is_found(case):
	frappe.db.delete("Complaint Event", {"name": event(case, 4)})
	assert ("missing", 4) in found()
	assert "Event 4 is missing." in texts()


def test_the_last_event_deleted_is_found(case):
	last = frappe.db.get_value("Complaint", case.name, "ledger_sequence")
	frappe.db.delete("Complaint Event", {"name": event(case, last)})
	assert found() == [("trailing", last)]


def test_an_altered_head_is_found(case):
	alter("Complaint", case.name, ledger_head="0" * 63 + "1")
	assert [problem for problem, _sequence in found()] == ["head"]


def test_words_that_were_altered_or_taken_away_are_found(case):
	act(case, "Withdraw", words="Never mind.")
	other = make_complaint(received_on="2026-02-27 10:00:00")
	edit(other, received_on="2026-02-26 10:00:00", assessment_reason="A colleague had taken the call.")
	name = frappe.db.get_value("Complaint Event", {"complaint": other.name, "kind": "receipt_corrected"})
	sequence = frappe.db.get_value("Complaint Event", name, "sequence")
	alter("Complaint Event", name, note="It came later.")
	assert found() == [("note", sequence)]
	alter("Complaint Event", name, note="", note_salt="")
	assert found() == [("note", sequence)]
	# whoever erases words unseen may say that the complaint was anonymised: no event does
	alter("Complaint", other.name, anonymised_on="2026-03-02 09:00:00")
	assert found() == [("copy", None)] and "anonymised_on" in texts()
	# erased where the complaint was anonymised: as it should be
	timeline.record(other.name, "anonymised", {"basis": "Other"})
	assert found() == []


def test_a_complaint_that_is_gone_is_found(case):
	number = frappe.db.get_value("Complaint", case.name, "ledger_sequence")
	frappe.db.delete("Complaint", {"name": case.name})
	report = verification.verify()
	assert [(f.complaint, f.problem) for f in report.findings] == [(case.name, "complaint")]
	assert f"{number} events" in report.findings[0].text
	assert [f.problem for f in verification.verify(case.name).findings] == ["complaint"]


def test_a_complaint_without_any_event_is_found(case):
	frappe.db.delete("Complaint Event", {"complaint": case.name})
	assert len(found()) == 1


# copies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("values", "named"),
	[
		(
			{"status": "Acknowledged"},
			"status was altered: the complaint says Acknowledged, its events say Response Sent",
		),
		({"status_category": "Closed"}, "status_category"),
		({"received_on": "2026-03-02 11:00:00"}, "received_on"),
		({"severity": "Critical"}, "severity was altered: the complaint says Critical, its events say Minor"),
		({"safety_implication": "Yes"}, "safety_implication"),
		({"round": 2}, "round"),
		({"closed_on": "2026-03-02 11:00:00"}, "closed_on"),
		({"closure_basis": "Withdrawn"}, "closure_basis"),
		({"duplicate_of": "CMP-2000-00001"}, "duplicate_of"),
		({"conflict_check": "Not Done"}, "conflict_check"),
		(
			{"action_state": "Effective"},
			"action_state was altered: the complaint says Effective, its events say –",
		),
	],
)
def test_an_altered_field_is_found(case, values, named):
	alter("Complaint", case.name, **values)
	findings = verification.verify().findings
	assert {finding.problem for finding in findings} == {"copy"}
	assert named in texts()


def test_what_a_complaint_says_of_its_actions_is_held_against_their_events(case):
	"""The least advanced counts, what was given up or taken off does not, and a reason for none says so itself."""
	first, second = make_action(case), make_action(case, title="Train the packers")
	assert found() == []
	alter("Complaint", case.name, action_state="Effective")
	assert "action_state was altered: the complaint says Effective, its events say Open" in texts()
	alter("Complaint", case.name, action_state="Open")
	for action in (first, second):
		corrective_actions.cancel_action(action.name, "Done otherwise")
	assert frappe.db.get_value("Complaint", case.name, "action_state") == "" and found() == []
	edit(case, no_action_reason="A storm of the century.")
	assert found() == []
	alter("Complaint", case.name, no_action_reason="")
	assert "its events say –" in texts()


def test_an_altered_or_deleted_decision_is_found(case):
	alter("Complaint Decision", {"parent": case.name}, outcome="Not Upheld")
	assert "outcome of decision 1 was altered: it says Not Upheld, recorded was Upheld" in texts()
	frappe.db.delete("Complaint Decision", {"parent": case.name})
	assert "There are 0 decisions on the complaint, and its events tell of 1." in texts()


def test_an_altered_milestone_is_found(case):
	alter("Complaint Milestone", {"parent": case.name, "stage": "acknowledge"}, state="Met Late")
	assert "milestone acknowledge of round 1 was altered: state is Met Late, by the events Met" in texts()


def test_a_due_time_that_was_moved_is_found():
	case = make_complaint()
	due = frappe.db.get_value("Complaint Milestone", {"parent": case.name, "stage": "decide"}, "due_utc")
	alter("Complaint Milestone", {"parent": case.name, "stage": "decide"}, due_utc=due + 86_400_000_000)
	assert [problem for problem, _sequence in found()] == ["milestone"]


def test_milestones_added_or_deleted_are_found(case):
	frappe.db.delete("Complaint Milestone", {"parent": case.name, "stage": "decide"})
	alter("Complaint Milestone", {"parent": case.name, "stage": "acknowledge"}, round=7)
	said = texts()
	assert "milestone decide of round 1 is missing" in said
	assert "milestone acknowledge of round 7 is there, and no event supports it" in said


def test_an_altered_policy_snapshot_is_found(case):
	snapshot = frappe.db.get_value("Complaint", case.name, "policy_snapshot")
	altered = json.loads(snapshot)
	for target in altered["targets"]:
		target["amount"] = "99"
	alter("Complaint", case.name, policy_snapshot=json.dumps(altered))
	assert {problem for problem, _sequence in found()} == {"milestone"}


# one complaint, many complaints --------------------------------------------------------------------------


def test_one_complaint_is_verified_by_itself(case):
	other = make_complaint()
	alter("Complaint", other.name, ledger_head="x")
	assert found(case.name) == []
	assert [problem for problem, _sequence in found(other.name)] == ["head"]
	with pytest.raises(frappe.DoesNotExistError, match="does not exist"):
		verification.verify("CMP-2000-00001")


def test_batches_and_progress(monkeypatch):
	monkeypatch.setattr(verification, "BATCH", 2)
	cases = [make_complaint() for _n in range(5)]
	alter("Complaint", cases[3].name, ledger_head="x")
	told = []
	report = verification.verify(on_progress=lambda done, findings: told.append((done, len(findings))))
	assert told == [(2, 0), (2, 1), (1, 0)]
	assert report.complaints == verification.count() == 5
	assert report.verdict().startswith(
		"The record is broken: 1 findings in 1 complaints. The first: " + cases[3].name
	)


def test_the_number_of_queries_does_not_grow_with_the_complaints(monkeypatch):
	def queries(function) -> int:
		asked, sql = [], frappe.db.sql
		monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: asked.append(1) or sql(*args, **kwargs))
		function()
		monkeypatch.undo()
		return len(asked)

	make_complaint()
	one = queries(verification.verify)
	for _n in range(8):
		make_complaint()
	assert queries(verification.verify) == one


# seals ---------------------------------------------------------------------------------------------------


def seal_after(**delta) -> str:
	pass_time(**delta)
	return sealing.make_daily_seal()


def test_a_seal_covers_the_heads_of_its_day(case):
	other = make_complaint()
	name = seal_after(days=1)
	seal = frappe.get_doc("Complaint Ledger Seal", name)
	assert seal.day == date(2026, 3, 2) and seal.previous_seal == ledger.GENESIS
	leaves = [
		ledger.head_leaf(row.name, row.ledger_sequence, row.ledger_head)
		for row in frappe.get_all(
			"Complaint",
			filters={"name": ("in", (case.name, other.name))},
			fields=["name", "ledger_sequence", "ledger_head"],
			order_by="name",
		)
	]
	assert (seal.head_count, seal.merkle_root) == (2, ledger.merkle_root(leaves))
	assert verification.verify().seals == 1 and verification.verify().whole


def test_a_day_is_sealed_once_and_only_when_it_is_over(case):
	assert sealing.make_daily_seal() is None, "Monday is not over, and before it there was nothing"
	assert seal_after(days=1)
	assert sealing.make_daily_seal() is None
	assert sealing.make_daily_seal(date(2026, 3, 9)) is None
	assert frappe.db.count("Complaint Ledger Seal") == 1


def test_what_happens_later_leaves_a_seal_as_it_is(case):
	seal_after(days=1)
	act(case, "Record Acceptance", words="Good.")
	make_complaint(received_on="2026-02-20 10:00:00")
	assert verification.verify().whole
	assert seal_after(days=1)
	report = verification.verify()
	assert report.whole and report.seals == 2
	days = frappe.get_all("Complaint Ledger Seal", fields=["day", "previous_seal", "hash"], order_by="day")
	assert days[1].previous_seal == days[0].hash


def test_a_seal_made_late_covers_no_more_than_its_day(case):
	pass_time(days=1)
	act(case, "Record Acceptance", words="Good.")
	make_complaint()
	name = sealing.make_daily_seal(date(2026, 3, 2))
	assert frappe.db.get_value("Complaint Ledger Seal", name, "head_count") == 1
	assert verification.verify().whole


def test_a_complaint_deleted_with_all_its_events_breaks_the_seal(case):
	make_complaint()
	seal_after(days=1)
	for doctype, field in (
		("Complaint", "name"),
		("Complaint Event", "complaint"),
		("Complaint Milestone", "parent"),
	):
		frappe.db.delete(doctype, {field: case.name})
	assert found() == [("seal", 1)]
	assert "The seal of 2026-03-02 covers other events" in texts()


def test_a_history_written_anew_breaks_the_seal(case):
	seal_after(days=1)
	rewrite(case.name)
	assert [problem for problem, _sequence in found()] == ["seal"]


def rewrite(complaint: str) -> None:
	"""Write a whole chain anew, as who owns the database can: another actor in every event, all hashes in order."""
	previous = ledger.GENESIS
	for row in frappe.get_all(
		"Complaint Event", filters={"complaint": complaint}, fields=["name", "payload"], order_by="sequence"
	):
		forged = {**json.loads(row.payload), "actor": "somebody@else.test"}
		text = ledger.canonical_json(forged)
		digest = ledger.event_hash(text, previous)
		alter(
			"Complaint Event",
			row.name,
			payload=text,
			actor=forged["actor"],
			previous_hash=previous,
			hash=digest,
		)
		previous = digest
	alter("Complaint", complaint, ledger_head=previous)


def test_an_altered_or_missing_seal_is_found(case):
	names = [seal_after(days=1), seal_after(days=1), seal_after(days=1)]
	alter("Complaint Ledger Seal", names[1], head_count=7)
	assert "The seal of 2026-03-03 was altered." in texts()
	alter("Complaint Ledger Seal", names[1], head_count=1)
	assert verification.verify().whole
	frappe.db.delete("Complaint Ledger Seal", {"name": names[1]})
	assert "The seal of 2026-03-04 does not follow from the seal before it" in texts()


# the command ---------------------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, site):
	"""Runs `complaints verify` on the connection the test has."""
	from cms_iso10002 import commands

	for name in ("init", "connect", "destroy"):
		monkeypatch.setattr(frappe, name, lambda *args, **kwargs: None)

	def run(*words: str):
		return CliRunner().invoke(
			commands.complaints, ["verify", *words], obj={"sites": [site], "profile": False}
		)

	return run


def test_the_command_ends_with_a_code(command, case):
	whole = command()
	assert whole.exit_code == 0 and "The record is whole." in whole.output
	assert "1 complaints" in whole.output
	alter("Complaint", case.name, ledger_head="x")
	broken = command()
	assert broken.exit_code == 1
	assert f"{case.name}: The complaint does not name the hash of its last event" in broken.output
	assert command("--complaint", case.name).exit_code == 1
	unknown = command("--complaint", "CMP-2000-00001")
	assert unknown.exit_code == 1 and "does not exist" in unknown.output


def test_the_command_can_answer_in_json(command, case):
	said = json.loads(command("--json").stdout)
	assert said["whole"] is True and said["complaints"] == 1 and said["findings"] == []
	alter("Complaint", case.name, status="Closed")
	answer = command("--json")
	finding = json.loads(answer.stdout)["findings"][0]
	assert answer.exit_code == 1 and finding["complaint"] == case.name and finding["problem"] == "copy"


def test_the_timeline_goes_on_after_verifying(case):
	verification.verify()
	timeline.record(case.name, "update_sent", {}, public=True)
	assert verification.verify().whole
