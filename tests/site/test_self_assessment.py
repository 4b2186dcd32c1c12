"""A self-assessment: filled from the catalogue, answered row by row, capped by evidence, approved by somebody else."""

from __future__ import annotations

import json

import frappe
import pytest

from cms_iso10002.iso_10002.assessment import board, collecting, filling, lifecycle, rows
from cms_iso10002.iso_10002.evidence.model import Period
from tests.site import assessment_factories as made
from tests.site.assessment_factories import (
	ACKNOWLEDGED,
	DOCTYPE,
	Figures,
	answer,
	answer_all,
	approved,
	collect,
	make_assessment,
	make_question,
	put,
	reload,
	row,
	under_review,
)
from tests.site.factories import as_user, make_user

FIRST = f"{ACKNOWLEDGED}-1"


@pytest.fixture(autouse=True)
def figures(monkeypatch) -> Figures:
	"""A small catalogue, and figures that the test sets."""
	made.make_catalogue()
	return Figures(monkeypatch)


def codes(doc) -> list[str]:
	return [item.question for item in doc.items]


def as_manager(function):
	return as_user(make_user("manager"), function)


def as_approver(function):
	return as_user(make_user("manager2"), function)


# Made and filled


def test_a_new_assessment_has_every_question_in_the_order_of_the_clauses():
	doc = make_assessment()
	assert codes(doc) == [
		"test-principles-1",
		"test-integrity-1",
		"test-acknowledgement-1",
		"test-acknowledgement-2",
		"test-closing-1",
		"test-form-1",
	]
	first = doc.items[2]
	assert (first.clause_number, first.clause_title, first.clause_group) == (
		"7.4",
		"Acknowledgement",
		"Operation",
	)
	assert doc.items[-1].clause_number == "C"
	assert first.applicable == 1 and not first.maturity and not first.status
	assert doc.status == "Draft" and "2026" in doc.title


def test_a_clause_the_edition_does_not_have_is_left_out():
	assert "test-integrity-1" not in codes(make_assessment(edition="2004"))


def test_disabled_questions_and_clauses_are_left_out():
	frappe.db.set_value("ISO 10002 Question", "test-acknowledgement-2", "disabled", 1)
	frappe.db.set_value("ISO 10002 Clause", "test-closing", "disabled", 1)
	assert {"test-acknowledgement-2", "test-closing-1"} & set(codes(make_assessment())) == set()


def test_rows_that_come_with_a_new_assessment_are_not_taken():
	doc = make_assessment(
		items=[{"question": FIRST, "clause": ACKNOWLEDGED, "maturity": "5"}], status="Approved"
	)
	assert len(doc.items) == 6 and not doc.items[0].maturity and doc.status == "Draft"


def test_without_questions_there_is_nothing_to_answer():
	frappe.db.set_value("ISO 10002 Question", {"disabled": 0}, "disabled", 1)
	with pytest.raises(frappe.ValidationError, match="no question to answer"):
		make_assessment()


def test_new_questions_come_into_their_place():
	doc = make_assessment()
	answer(doc, "test-closing-1", maturity=1, status="Gap")
	make_question(ACKNOWLEDGED, 3)
	assert as_manager(lambda: filling.add_new_questions(doc.name)) == 1
	doc = reload(doc)
	assert codes(doc).index("test-acknowledgement-3") == 4
	assert [item.idx for item in doc.items] == list(range(1, 8))
	assert row(doc, "test-closing-1").maturity == "1", "what was answered stays"
	assert as_manager(lambda: filling.add_new_questions(doc.name)) == 0


# Bad input


def test_a_period_ends_after_it_starts():
	with pytest.raises(frappe.ValidationError, match="before it starts"):
		make_assessment(to_date="2025-12-31")


@pytest.mark.parametrize("values", [{"from_date": None}, {"to_date": ""}])
def test_a_period_has_two_ends(values):
	with pytest.raises(frappe.ValidationError, match="first and the last day"):
		make_assessment(**values)


@pytest.mark.parametrize("edition", ["2011", "", "2018`, (select 1) `x"])
def test_there_are_two_editions(edition):
	with pytest.raises(frappe.ValidationError, match="There is no edition"):
		make_assessment(edition=edition)


@pytest.mark.parametrize(
	"values",
	[
		{},
		{"from_date": "2026-12-31", "to_date": "2027-06-30"},
		{"scope": "  "},
	],
)
def test_two_open_assessments_of_one_scope_do_not_overlap(values):
	first = make_assessment()
	with pytest.raises(frappe.ValidationError, match=first.name):
		make_assessment(**values)


@pytest.mark.parametrize(
	"values",
	[
		{"from_date": "2027-01-01", "to_date": "2027-12-31"},
		{"scope": "Hamburg"},
		{"company": "Complaints Demo Ltd"},
	],
)
def test_another_scope_company_or_period_is_another_assessment(values):
	make_assessment()
	make_assessment(**values)


def test_the_scope_is_compared_as_people_read_it():
	make_assessment(scope="Hamburg plant")
	with pytest.raises(frappe.ValidationError, match="still open"):
		make_assessment(scope=" hamburg PLANT ")


def test_an_approved_assessment_is_no_rival():
	approved(make_assessment())
	make_assessment()


@pytest.mark.parametrize("approver", ["manager", "agent"])
def test_the_approver_neither_assesses_nor_lacks_the_right(approver):
	with pytest.raises(frappe.ValidationError, match=r"can't approve|could not approve"):
		make_assessment(approver=make_user(approver))


def test_the_author_does_not_approve():
	with pytest.raises(frappe.ValidationError, match="made this assessment"):
		make_assessment(assessors=[{"user": make_user("manager2")}], approver=make_user("manager"))


def test_an_assessor_must_be_able_to_answer():
	with pytest.raises(frappe.ValidationError, match="could not fill in"):
		make_assessment(assessors=[{"user": make_user("agent")}])


# Evidence


def test_evidence_is_counted_for_the_period_and_as_many_days_before(figures):
	doc = collect(make_assessment(company="Complaints Demo Ltd"))
	periods = {
		(clause, str(period.start), str(period.end), company) for clause, period, company in figures.asked
	}
	assert (ACKNOWLEDGED, "2026-01-01", "2026-12-31", "Complaints Demo Ltd") in periods
	assert (ACKNOWLEDGED, "2025-01-01", "2025-12-31", "Complaints Demo Ltd") in periods
	assert len(figures.asked) == 4, "once a clause and period, however many questions it has"
	item = row(doc, FIRST)
	assert "90 % (9 of 10)" in item.evidence_text and "before: 80 %" in item.evidence_text
	assert json.loads(item.evidence)["figures"][0]["value"] == 90
	assert row(doc, f"{ACKNOWLEDGED}-2").evidence == item.evidence
	assert not row(doc, "test-principles-1").evidence
	assert doc.evidence_collected_on


def test_collecting_is_a_job_that_says_how_far_it_is(monkeypatch):
	queued = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **options: queued.append((method, options)))
	doc = make_assessment()
	assert as_manager(lambda: collecting.collect(doc.name))["state"] == "Queued"
	((method, options),) = queued
	assert options["deduplicate"] and not options.get("enqueue_after_commit"), (
		"nothing is written, so nothing commits"
	)
	seen = []
	monkeypatch.setattr(
		frappe,
		"publish_realtime",
		lambda event, message, **room: seen.append((message["state"], message["percent"])),
	)
	method(assessment=options["assessment"], language=options["language"])
	frappe.db.commit()
	assert seen == [("Running", 0), ("Running", 50), ("Done", 0)]
	assert collecting.progress(doc.name)["state"] == "Done"


def test_what_is_known_as_of_today_has_no_before_but_what_an_assessment_kept(figures):
	"""Asked for an earlier period it would tell what stands today."""
	figures.as_of_now.add(ACKNOWLEDGED)
	doc = make_assessment()
	evidence = collected(doc)
	assert evidence["figures"][0]["value"] == 90 and evidence["previous"] == []
	assert "before" not in cap_of(doc)["evidence_text"] and cap_of(doc)["max_maturity"] == 3
	frappe.delete_doc(DOCTYPE, doc.name)
	figures.latest = Period(*map(frappe.utils.getdate, ("2025-01-01", "2025-12-31")))
	figures.now[ACKNOWLEDGED] = 80.0
	earlier = approved(make_assessment(from_date="2025-01-01", to_date="2025-12-31"))
	figures.latest = Period(*map(frappe.utils.getdate, ("2026-01-01", "2026-12-31")))
	figures.now[ACKNOWLEDGED] = 90.0
	doc = make_assessment()
	assert doc.previous_assessment == earlier.name
	assert [one["value"] for one in collected(doc)["previous"]] == [80]
	assert cap_of(doc)["max_maturity"] == 5 and "before: 80 %" in cap_of(doc)["evidence_text"]
	doc.previous_assessment = None
	doc.save()
	assert collected(doc)["previous"] == []


def collected(doc) -> dict:
	collecting.run(doc.name)
	return json.loads(cap_of(doc)["evidence"])


def cap_of(doc) -> dict:
	doc.reload()
	return next(row.as_dict() for row in doc.items if row.clause == ACKNOWLEDGED)


def test_a_figure_that_fails_is_said_and_the_others_go_on(figures):
	figures.broken.add("test-closing")
	doc = collect(make_assessment())
	assert "ZeroDivisionError" in row(doc, "test-closing-1").evidence_text
	assert row(doc, FIRST).max_maturity == 5


def test_collecting_that_fails_says_why(monkeypatch):
	doc = make_assessment()
	monkeypatch.setattr(collecting, "compute", lambda doc: 1 / 0)
	with pytest.raises(ZeroDivisionError):
		collecting.run(doc.name)
	state = collecting.progress(doc.name)
	assert state["state"] == "Failed" and "division" in state["error"]


def test_collecting_that_was_killed_is_noticed(monkeypatch):
	doc = make_assessment()
	collecting._tell(doc.name, collecting.RUNNING, done=1, total=2)
	state = collecting.progress(doc.name)
	assert state["state"] == "Stopped" and "start it again" in state["error"]


def test_evidence_of_another_period_is_not_written():
	doc = reload(make_assessment())
	computed = collecting.compute(doc)
	frappe.db.set_value(DOCTYPE, doc.name, "to_date", "2026-06-30")
	with pytest.raises(frappe.ValidationError, match="changed meanwhile"):
		collecting.write(doc, computed)


def test_changing_the_period_takes_the_evidence_away():
	doc = collect(make_assessment())
	doc.to_date = "2026-11-30"
	as_manager(doc.save)
	item = row(doc, FIRST)
	assert not item.evidence and item.max_maturity == 2 and not reload(doc).evidence_collected_on


def test_changing_something_else_keeps_it():
	doc = collect(make_assessment())
	doc.title = "Another title"
	as_manager(doc.save)
	assert row(doc, FIRST).evidence and reload(doc).evidence_collected_on


# Caps


@pytest.mark.parametrize(
	("now", "before", "cap", "words"),
	[
		(None, 80, 2, "no figure of this clause has data"),
		(90, None, 3, "measured trend"),
		(80, 80, 4, "proven improvement"),
		(90, 80, 5, None),
	],
)
def test_the_evidence_caps_the_maturity_and_says_why(figures, now, before, cap, words):
	figures.now[ACKNOWLEDGED], figures.before[ACKNOWLEDGED] = now, before
	doc = collect(make_assessment())
	item = row(doc, FIRST)
	assert item.max_maturity == cap and (words in item.cap_reason if words else not item.cap_reason)
	answer(doc, FIRST, maturity=cap)
	if cap < 5:
		with pytest.raises(frappe.ValidationError, match=f"Maturity {cap + 1} is above .* which is {cap}"):
			answer(doc, FIRST, maturity=cap + 1)
		assert row(doc, FIRST).maturity == str(cap)


def test_before_evidence_is_collected_two_is_the_most():
	doc = make_assessment()
	with pytest.raises(frappe.ValidationError, match="collect the evidence"):
		answer(doc, FIRST, maturity=3)


@pytest.mark.parametrize(
	"named",
	[{"further_evidence": "Minutes of May"}, {"document_type": "ISO 10002 Question", "document_name": FIRST}],
)
def test_further_evidence_lifts_a_clause_without_figures_to_three(named):
	doc = collect(make_assessment())
	with pytest.raises(frappe.ValidationError, match="name further evidence"):
		answer(doc, "test-principles-1", maturity=3)
	assert answer(doc, "test-principles-1", **named)["row"]["cap"] == 3
	answer(doc, "test-principles-1", maturity=3)
	with pytest.raises(frappe.ValidationError, match="no figure is computed"):
		answer(doc, "test-principles-1", maturity=4)


def test_further_evidence_does_not_stand_in_for_records_that_could_be_counted():
	doc = collect(make_assessment())
	assert answer(doc, "test-closing-1", further_evidence="We do it")["row"]["cap"] == 2


def test_evidence_that_got_worse_leaves_an_open_row_and_lets_other_fields_be_changed(figures):
	doc = collect(make_assessment())
	answer(doc, FIRST, maturity=5, status="Conforms")
	figures.now[ACKNOWLEDGED] = None
	doc = collect(doc)
	shown = answer(doc, FIRST, further_evidence="See the minutes")["row"]
	assert shown["maturity"] == "5" and "above what the evidence allows" in shown["problems"][0]


# Answers


def test_a_gap_in_the_figures_needs_a_reason_to_conform(figures):
	figures.verdicts[ACKNOWLEDGED] = "Gap"
	doc = collect(make_assessment())
	with pytest.raises(frappe.ValidationError, match="says Gap"):
		answer(doc, FIRST, maturity=3, status="Conforms")
	answer(doc, FIRST, maturity=3, status="Conforms", status_reason="Told by phone, recorded late")
	with pytest.raises(frappe.ValidationError, match="says Gap"):
		answer(doc, FIRST, status_reason="")


def test_not_applicable_needs_a_reason_and_has_no_maturity():
	doc = make_assessment()
	answer(doc, FIRST, maturity=2)
	with pytest.raises(frappe.ValidationError, match="why it is not applicable"):
		answer(doc, FIRST, status="Not Applicable")
	answer(doc, FIRST, status="Not Applicable", not_applicable_reason="Nobody complains here")
	item = row(doc, FIRST)
	assert (item.applicable, item.maturity) == (0, "")
	answer(doc, FIRST, maturity=2)
	item = row(doc, FIRST)
	assert (item.applicable, item.status) == (1, "")


@pytest.mark.parametrize(
	("values", "words"),
	[
		({"maturity": 6}, "whole number from 1 to 5"),
		({"maturity": "2.5"}, "whole number"),
		({"maturity": -1}, "whole number"),
		({"status": "Splendid"}, "no status"),
		({"evidence": "{}"}, "can't be answered"),
		({"max_maturity": 5}, "can't be answered"),
		({"document_type": "Role", "document_name": "Nobody's"}, "There is no"),
		({"document_type": "No Such Doctype", "document_name": "x"}, "There is no"),
		({"attachment": "/files/nowhere.pdf"}, "not there"),
	],
)
def test_what_is_no_answer_is_refused(values, words):
	doc = make_assessment()
	with pytest.raises(frappe.ValidationError, match=words):
		answer(doc, FIRST, **values)


def test_a_document_one_may_not_read_is_no_evidence():
	doc = make_assessment()
	with pytest.raises(frappe.PermissionError):
		answer(doc, FIRST, document_type="Role", document_name="Complaint Manager")


def test_an_answer_keeps_who_gave_it_and_leaves_the_form_savable():
	doc = make_assessment()
	opened = reload(doc)
	answer(doc, FIRST, maturity=2, status="Partial")
	item = row(doc, FIRST)
	assert item.answered_by == make_user("manager") and item.answered_on
	opened.title = "Changed in the form meanwhile"
	as_manager(opened.save)
	assert row(doc, FIRST).maturity == "2", "the open form has not undone the answer"


def test_what_looks_like_a_tag_stays_what_was_typed():
	"""Frappe rewrites HTML in text fields on every save."""
	typed = "if a < b & <b>c</b> <script>alert(1)</script>"
	doc = make_assessment()
	shown = answer(doc, FIRST, gap=typed)["row"]
	assert shown["gap"] == typed and "<" not in row(doc, FIRST).gap
	doc = reload(doc)
	doc.title = "Saved"
	as_manager(doc.save)
	name = row(doc, FIRST).name
	assert as_manager(lambda: rows.get_row(name))["row"]["gap"] == typed
	as_manager(lambda: rows.answer(name, {"gap": "Another"}, {"gap": typed}))


def test_two_assessors_do_not_overwrite_each_other():
	doc = make_assessment()
	name = row(doc, FIRST).name
	answer(doc, FIRST, gap="No procedure for weekends")
	with pytest.raises(rows.Outdated, match="has changed"):
		as_manager(lambda: rows.answer(name, {"gap": "Something else"}, {"gap": ""}))
	as_manager(lambda: rows.answer(name, {"action": "Write one"}, {"action": ""}))
	as_manager(lambda: rows.answer(name, {"gap": "No procedure for weekends"}, {"gap": ""}))
	item = row(doc, FIRST)
	assert (item.gap, item.action) == ("No procedure for weekends", "Write one")


@pytest.mark.real_commit
def test_answers_of_two_connections_both_stay(second_connection, figures):
	doc = make_assessment(scope="Two connections")
	frappe.db.commit()
	try:
		name = row(doc, FIRST).name
		row(doc, "test-closing-1")  # this connection's snapshot is from before the other one's answer
		with second_connection():
			as_manager(lambda: rows.answer(name, {"maturity": 2}))
			frappe.db.commit()
		as_manager(lambda: rows.answer(name, {"gap": "None yet"}, {"gap": ""}))
		stale = frappe.get_doc(DOCTYPE, doc.name)
		stale.title = "Saved after"
		stale.save()
		frappe.db.commit()
		item = row(doc, FIRST)
		assert (item.maturity, item.gap) == ("2", "None yet")
	finally:
		frappe.db.rollback()
		frappe.delete_doc(DOCTYPE, doc.name, force=True)
		for slug, *_rest in made.CLAUSES:
			frappe.db.delete("ISO 10002 Question", {"clause": slug})
			frappe.db.delete("ISO 10002 Clause", {"name": slug})
		made.switch_catalogue(off=False)
		frappe.db.commit()


@pytest.fixture
def committed(figures):
	"""An assessment that other connections see; taken away afterwards."""
	doc = make_assessment(scope="Two connections")
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	for name in frappe.get_all(DOCTYPE, {"scope": "Two connections"}, pluck="name", order_by="name"):
		frappe.delete_doc(DOCTYPE, name, force=True)
	for slug, *_rest in made.CLAUSES:
		frappe.db.delete("ISO 10002 Question", {"clause": slug})
		frappe.db.delete("ISO 10002 Clause", {"name": slug})
	made.switch_catalogue(off=False)
	frappe.db.commit()


@pytest.mark.real_commit
def test_new_questions_overwrite_no_answer_given_meanwhile(second_connection, committed):
	make_question("test-closing", 2)
	frappe.db.commit()
	row(committed, FIRST)  # this connection's snapshot is from before the other one's answer
	with second_connection():
		answer(committed, FIRST, maturity=2, status="Partial")
		frappe.db.commit()
	assert as_manager(lambda: filling.add_new_questions(committed.name)) == 1
	frappe.db.commit()
	assert row(committed, FIRST).maturity == "2"


@pytest.mark.real_commit
def test_a_rival_is_seen_that_was_made_meanwhile(second_connection, committed):
	later = {"from_date": "2027-01-01", "to_date": "2027-12-31", "scope": "Two connections"}
	frappe.get_all(DOCTYPE, order_by="name")  # the snapshot
	with second_connection():
		make_assessment(**later)
		frappe.db.commit()
	with pytest.raises(frappe.ValidationError, match="still open"):
		make_assessment(**later)


@pytest.mark.real_commit
def test_two_rivals_are_not_made_at_the_same_time(second_connection, committed):
	later = {"from_date": "2028-01-01", "to_date": "2028-12-31", "scope": "Two connections"}
	make_assessment(**later)  # not committed
	with second_connection():
		frappe.db.sql("set session innodb_lock_wait_timeout = 1")
		with pytest.raises(frappe.QueryTimeoutError):
			make_assessment(**later)
		frappe.db.rollback()


def test_rows_have_no_door_of_their_own():
	doc = make_assessment()
	item = frappe.get_doc("ISO 10002 Self Assessment Item", doc.items[0].name)
	item.maturity = "5"
	with pytest.raises(frappe.ValidationError, match="by itself"):
		item.save()


@pytest.mark.parametrize("user", ["auditor", "agent"])
def test_who_may_not_write_may_not_answer(user):
	doc = make_assessment()
	with pytest.raises(frappe.PermissionError):
		answer(doc, FIRST, make_user(user), maturity=2)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user(user), lambda: collecting.collect(doc.name))


def test_the_approver_does_not_answer():
	doc = make_assessment()
	with pytest.raises(frappe.ValidationError, match="You are to approve"):
		answer(doc, FIRST, make_user("manager2"), maturity=2)


# Review and approval


def test_unanswered_rows_are_named_and_never_pass():
	doc = collect(make_assessment())
	answer(doc, FIRST, maturity=2, status="Partial")
	with pytest.raises(frappe.ValidationError) as refused:
		as_manager(lambda: lifecycle.send_for_review(doc.name))
	said = str(refused.value)
	assert "5 of 6 rows" in said and "7.9 Closing (test-closing-1): Not answered." in said
	assert FIRST not in said and reload(doc).status == "Draft"


@pytest.mark.parametrize(
	("values", "words"),
	[
		({"maturity": 2}, "status is missing"),
		({"status": "Partial"}, "maturity is missing"),
		({"maturity": 1, "status": "Gap"}, "what the gap is"),
		({"maturity": 2, "status": "Conforms"}, "does not go with"),
	],
)
def test_a_row_that_lacks_something_is_not_reviewed(values, words):
	doc = answer_all(collect(make_assessment()), test_closing_1=values)
	with pytest.raises(frappe.ValidationError, match=words):
		as_manager(lambda: lifecycle.send_for_review(doc.name))


def test_evidence_and_an_approver_come_before_review():
	doc = answer_all(make_assessment(approver=None))
	with pytest.raises(frappe.ValidationError, match="Choose an approver"):
		as_manager(lambda: lifecycle.send_for_review(doc.name))
	doc.approver = make_user("manager2")
	as_manager(doc.save)
	with pytest.raises(frappe.ValidationError, match="Collect the evidence"):
		as_manager(lambda: lifecycle.send_for_review(doc.name))


def test_what_is_under_review_stays_as_it_is():
	doc = under_review(make_assessment())
	todo = {"reference_name": doc.name, "allocated_to": make_user("manager2"), "status": "Open"}
	assert frappe.db.exists("ToDo", todo)
	with pytest.raises(frappe.ValidationError, match="Only a draft can be answered"):
		answer(doc, FIRST, maturity=1)
	with pytest.raises(frappe.ValidationError, match="draft only"):
		as_manager(lambda: collecting.collect(doc.name))
	doc.title = "Changed"
	with pytest.raises(frappe.ValidationError, match="under review"):
		as_manager(doc.save)


def test_it_goes_back_to_draft_with_a_reason():
	doc = under_review(make_assessment())
	with pytest.raises(frappe.ValidationError, match="Say why"):
		as_approver(lambda: lifecycle.return_to_draft(doc.name, "  "))
	as_approver(lambda: lifecycle.return_to_draft(doc.name, "7.9 is <b>too</b> rosy"))
	assert reload(doc).status == "Draft"
	comment = frappe.get_last_doc("Comment", filters={"reference_name": doc.name, "comment_type": "Info"})
	assert "&lt;b&gt;too" in comment.content
	assert not frappe.db.exists("ToDo", {"reference_name": doc.name, "status": "Open"})
	answer(doc, FIRST, maturity=1)


def test_only_the_approver_approves():
	doc = under_review(make_assessment())
	make_user("manager3", "Complaint Manager")
	for user in ("manager", "manager3"):
		with pytest.raises(frappe.ValidationError, match="Only the approver"):
			as_user(make_user(user), lambda: lifecycle.approve(doc.name))
	as_approver(lambda: lifecycle.approve(doc.name))
	doc = reload(doc)
	assert (doc.docstatus, doc.status) == (1, "Approved") and doc.approved_on and doc.score == 2


def test_a_draft_is_not_submitted_past_the_review():
	doc = answer_all(collect(make_assessment()))
	with pytest.raises(frappe.ValidationError, match="Send it for review first"):
		as_approver(doc.submit)


def test_the_plain_submit_of_the_approver_is_an_approval_with_the_same_rules():
	doc = under_review(make_assessment())
	doc.reload()
	as_approver(doc.submit)
	assert reload(doc).status == "Approved"


@pytest.mark.parametrize(
	"values",
	[
		{"approver": "manager"},
		{"approver": "manager3"},
		{"approver": "manager3", "owner": "manager2"},
	],
)
def test_nobody_makes_themself_the_approver_while_approving(values):
	"""The request that submits may bring an approver and assessors of its own."""
	doc = under_review(make_assessment())
	make_user("manager3", "Complaint Manager")
	values = {name: make_user(user) for name, user in values.items()}
	others = [{"user": make_user("manager2")}]
	with pytest.raises(frappe.ValidationError, match="Only the approver"):
		put(doc, values["approver"], docstatus=1, assessors=others, **values)
	assert (reload(doc).docstatus, reload(doc).approver) == (0, make_user("manager2"))


def test_what_is_approved_is_what_was_under_review():
	doc = under_review(make_assessment())
	doc = put(doc, make_user("manager2"), docstatus=1, to_date="2030-12-31", title="Best ever", scope="All")
	assert doc.status == "Approved"
	assert (str(doc.to_date), doc.scope) == ("2026-12-31", "") and doc.title != "Best ever"


def test_nobody_makes_it_in_anothers_name():
	doc = make_assessment(owner=make_user("manager2"))
	assert doc.owner == make_user("manager")
	assert put(doc, owner=make_user("manager2")).owner == make_user("manager")


def test_whoever_answered_before_is_no_approver_either():
	doc = make_assessment(approver=None)
	answer(doc, FIRST, make_user("manager2"), maturity=2, status="Partial")
	doc = answer_all(collect(doc))
	assert row(doc, FIRST).answered_by == make_user("manager")
	doc = put(doc, approver=make_user("manager2"), answerers=[])
	with pytest.raises(frappe.ValidationError, match="answered rows that others changed later"):
		as_manager(lambda: lifecycle.send_for_review(doc.name))


def test_who_answered_what_is_amended_is_no_approver_of_it():
	doc = approved(make_assessment())
	as_approver(doc.cancel)
	copy = frappe.copy_doc(doc)
	copy.update({"amended_from": doc.name, "docstatus": 0})
	as_manager(copy.insert)
	assert [one.user for one in reload(copy).answerers] == [make_user("manager")]


def test_an_approver_who_answered_is_no_approver():
	doc = make_assessment(approver=None)
	answer(doc, FIRST, make_user("manager2"), maturity=2, status="Partial")
	doc.approver = make_user("manager2")
	as_manager(doc.save)
	doc = collect(doc)
	for item in doc.items:
		if item.question != FIRST:
			answer(doc, item.question, maturity=2, status="Partial")
	with pytest.raises(frappe.ValidationError, match=r"has answered 7\.4"):
		as_manager(lambda: lifecycle.send_for_review(doc.name))


def test_a_status_from_outside_is_not_taken():
	doc = make_assessment()
	doc.update({"status": "Approved", "score": 5, "approved_on": "2026-01-01 00:00:00"})
	as_manager(doc.save)
	doc = reload(doc)
	assert doc.status == "Draft" and not doc.approved_on and not doc.score


def test_what_is_approved_is_frozen(figures):
	doc = approved(make_assessment())
	evidence = row(doc, FIRST).evidence
	figures.now[ACKNOWLEDGED] = 1
	with pytest.raises(frappe.ValidationError, match="draft only"):
		collecting.run(doc.name)
	with pytest.raises(frappe.ValidationError, match="Only a draft"):
		answer(doc, FIRST, maturity=1)
	assert row(doc, FIRST).evidence == evidence


def test_an_action_is_found_effective_by_judging_it_and_in_no_other_way():
	doc = approved(make_assessment())
	rows_sent = [one.as_dict() for one in doc.items]
	forged = {"quality_action": None, "effective_on": "2026-06-01", "effective_by": make_user("manager2")}
	rows_sent[2].update(forged)
	item = row(put(doc, items=rows_sent), FIRST)
	assert not item.effective_on and not item.effective_by
	item.update(forged)
	with pytest.raises(frappe.ValidationError, match="by itself"):
		as_manager(item.save)


def test_what_is_cancelled_is_what_was_approved():
	doc = approved(make_assessment())
	rows_sent = [one.as_dict() for one in doc.items]
	for one in rows_sent:
		one.update({"maturity": "5", "status": "Conforms"})
	doc = put(doc, make_user("manager2"), docstatus=2, items=rows_sent, approver=make_user("manager"))
	assert (doc.status, doc.approver) == ("Cancelled", make_user("manager2"))
	assert {(one.maturity, one.status) for one in doc.items} == {("2", "Partial")}


def test_a_cancelled_one_can_be_amended_with_its_answers():
	doc = approved(make_assessment())
	with pytest.raises(frappe.ValidationError, match="can't cancel what manager2 approved"):
		as_manager(doc.cancel)
	doc = reload(doc)
	as_approver(doc.cancel)
	assert reload(doc).status == "Cancelled"
	copy = frappe.copy_doc(doc)
	copy.update({"amended_from": doc.name, "docstatus": 0})
	as_manager(copy.insert)
	item = row(copy, FIRST)
	assert (item.maturity, item.status) == ("2", "Partial") and not item.evidence
	assert reload(copy).status == "Draft"


# Beside the one before


def test_it_is_compared_with_the_latest_approved_one_of_the_same_scope():
	before = approved(make_assessment(from_date="2025-01-01", to_date="2025-12-31"))
	approved(make_assessment(from_date="2025-01-01", to_date="2025-12-31", scope="Hamburg"))
	doc = make_assessment()
	assert doc.previous_assessment == before.name
	shown = as_manager(lambda: board.of(reload(doc)))
	(first,) = (r for g in shown["groups"] for c in g["clauses"] for r in c["rows"] if r["question"] == FIRST)
	assert first["before"] == "2"


# What the form shows


def test_the_board_groups_rows_and_counts_what_is_open():
	doc = collect(make_assessment())
	answer(doc, FIRST, maturity=4, status="Conforms")
	answer(doc, "test-form-1", status="Not Applicable", not_applicable_reason="One form only")
	shown = as_manager(lambda: board.of(reload(doc)))
	assert [group["name"] for group in shown["groups"]] == ["Principles", "Operation", "Annexes"]
	assert [clause["number"] for clause in shown["groups"][1]["clauses"]] == ["7.4", "7.9"]
	progress = shown["progress"]
	assert (progress["answered"], progress["applicable"], progress["open"]) == (1, 5, 4)
	assert progress["groups"]["Annexes"] == {"answered": 0, "applicable": 0, "open": 0, "score": ""}
	assert progress["groups"]["Operation"]["score"] == "4.0"
	figure = shown["groups"][1]["clauses"][0]["figures"][0]
	assert (figure["value"], figure["details"], figure["before"]) == ("90 %", "9 of 10", "80 %")
	assert (figure["verdict"], figure["trend"]) == ("Conforms", "better")
	assert figure["link"] == {"route": ["List", "Complaint"], "filters": {"channel": "Phone"}}
	assert shown["may"] == {
		"answer": True,
		"collect": True,
		"send": True,
		"return": False,
		"approve": False,
		"act": True,
	}


def test_an_auditor_sees_the_board_and_changes_nothing():
	doc = collect(make_assessment())
	shown = as_user(make_user("auditor"), lambda: board.of(reload(doc)))
	assert not any(shown["may"].values())


def test_the_number_of_queries_does_not_grow_with_the_rows(figures):
	from tests.site.assessment_factories import make_question

	def queries(doc) -> int:
		frappe.clear_document_cache(DOCTYPE, doc.name)
		reload(doc)
		counted = []
		before = frappe.db.sql
		frappe.db.sql = lambda *args, **options: counted.append(args) or before(*args, **options)
		try:
			board.of(reload(doc))
		finally:
			frappe.db.sql = before
		return len(counted)

	few = queries(collect(make_assessment()))
	for number in range(10, 60):
		make_question("test-closing", number)
	many = queries(collect(make_assessment(scope="Many")))
	assert many == few
