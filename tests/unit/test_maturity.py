"""Maturity: no answer outruns its evidence, none that is missing counts, and like is compared with like."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import maturity
from cms_iso10002.core.maturity import (
	CONFORMS,
	GAP,
	NOT_APPLICABLE,
	PARTIAL,
	Answer,
	Figure,
	Support,
	cap,
	compared,
	refusals,
	shortcomings,
	total,
)

values = st.none() | st.floats(0, 100)
figures = st.builds(
	Figure,
	label=st.just("On time"),
	value=values,
	before=values,
	better=st.sampled_from(("higher", "lower", "")),
	verdict=st.sampled_from((CONFORMS, PARTIAL, GAP, "Shown", "No Data")),
)
supports = st.builds(
	Support,
	figures=st.lists(figures, max_size=3),
	computable=st.booleans(),
	collected=st.booleans(),
	named=st.booleans(),
	effective=st.booleans(),
)
FIELDS = {
	"maturity": st.none() | st.integers(1, 5),
	"status": st.sampled_from(("", *maturity.STATUSES)),
	"not_applicable_reason": st.sampled_from(("", " ", "No such product")),
	"status_reason": st.sampled_from(("", "Told by phone, recorded late")),
	"gap": st.sampled_from(("", "No procedure")),
}
answers = st.builds(Answer, **FIELDS)
APPLICABLE = tuple(status for status in maturity.STATUSES if status != NOT_APPLICABLE)
given_answers = st.builds(
	Answer, **{**FIELDS, "maturity": st.integers(1, 5), "status": st.sampled_from(APPLICABLE)}
)


def on_record(*found: Figure, **values) -> Support:
	return Support(figures=found, computable=True, collected=True, **values)


# What evidence allows


@pytest.mark.parametrize(
	("support", "level", "words"),
	[
		(Support(), 2, "name further evidence"),
		(Support(named=True), 3, "no figure is computed"),
		(Support(named=True, effective=True), 3, "measured trend"),
		(Support(computable=True), 2, "collect the evidence"),
		(Support(computable=True, named=True), 2, "collect the evidence"),
		(on_record(Figure("a"), Figure("b", None, 80)), 2, "no figure of this clause has data"),
		(on_record(Figure("a"), named=True, effective=True), 2, "no figure of this clause has data"),
		(on_record(Figure("a", 90)), 3, "measured trend"),
		(on_record(Figure("a", 90), Figure("b", None, 70), effective=True), 3, "measured trend"),
		(on_record(Figure("a", 90, 90)), 4, "proven improvement"),
		(on_record(Figure("a", 80, 90)), 4, "proven improvement"),
		(on_record(Figure("a", 90, 80, better="lower")), 4, "proven improvement"),
		(on_record(Figure("a", 90, 80, better="")), 4, "proven improvement"),
		(on_record(Figure("a", 90, 80)), 5, ""),
		(on_record(Figure("a", 3, 4, better="lower")), 5, ""),
		(on_record(Figure("a", 0, 0), effective=True), 5, ""),
		# what counts as the same is no improvement
		(on_record(Figure("a", 90.1, 90.0, unit="%")), 4, "proven improvement"),
		(on_record(Figure("a", 91.0, 90.0, unit="%")), 5, ""),
		(on_record(Figure("a", 98.5, 100, better="lower", unit="days")), 4, "proven improvement"),
		(on_record(Figure("a", 97, 100, better="lower", unit="days")), 5, ""),
		# nothing counted is no data, in either period
		(on_record(Figure("a", 0, 0, sample=0, sample_before=0)), 2, "no figure of this clause has data"),
		(on_record(Figure("a", 3, 0, sample_before=0)), 3, "measured trend"),
	],
)
def test_the_cap_and_what_would_lift_it(support, level, words):
	found = cap(support)
	assert found.level == level
	assert (found.reason is None) == (level == 5)
	assert words in (found.reason or ("", ()))[0]


def test_a_figure_of_zero_is_a_figure():
	assert cap(on_record(Figure("a", 0))).level == 3


@given(supports)
def test_a_cap_is_on_the_scale_and_says_why(support):
	found = cap(support)
	assert 2 <= found.level <= 5
	assert (found.reason is None) == (found.level == 5)


@given(supports, figures)
def test_more_evidence_never_lowers_the_cap(support, figure):
	level = cap(support).level
	assert cap(replace(support, named=True)).level >= level
	assert cap(replace(support, effective=True)).level >= level
	assert cap(replace(support, figures=[*support.figures, figure])).level >= level


@given(answers, supports)
def test_what_is_at_most_the_cap_is_never_refused_for_it(answer, support):
	level = cap(support).level
	above = any("above what the evidence allows" in template for template, _ in refusals(answer, support))
	assert above == (answer.applies and answer.maturity is not None and answer.maturity > level)


# What an answer lacks


@pytest.mark.parametrize(
	("answer", "words"),
	[
		(Answer(), ["Not answered."]),
		(Answer(maturity=3), ["The status is missing."]),
		(Answer(status=PARTIAL), ["The maturity is missing."]),
		(Answer(3, CONFORMS), []),
		(Answer(2, CONFORMS), ["does not go with"]),
		(Answer(1, PARTIAL), ["does not go with"]),
		(Answer(1, GAP), ["Say what the gap is."]),
		(Answer(1, GAP, gap="No procedure"), []),
		(Answer(4, GAP, gap="No procedure"), ["does not go with"]),
		(Answer(status=NOT_APPLICABLE), ["Say why it is not applicable."]),
		(Answer(status=NOT_APPLICABLE, not_applicable_reason="  "), ["Say why it is not applicable."]),
		(Answer(status=NOT_APPLICABLE, not_applicable_reason="No such product"), []),
		(Answer(5, CONFORMS), ["above what the evidence allows"]),
	],
)
def test_what_an_answer_lacks(answer, words):
	found = shortcomings(answer, on_record(Figure("a", 90, 90)))
	assert len(found) == len(words)
	assert all(word in template for word, (template, _) in zip(words, found, strict=True))


def test_a_gap_in_the_figures_can_be_overruled_with_a_reason_only():
	support = on_record(Figure("On time", 40, 30, verdict=GAP))
	(refused,) = refusals(Answer(3, CONFORMS), support)
	assert refused[1] == ("On time",)
	assert refusals(Answer(3, CONFORMS, status_reason=" "), support)
	assert not refusals(Answer(3, CONFORMS, status_reason="Told by phone, recorded late"), support)
	assert not refusals(Answer(3, PARTIAL), support)


@given(answers, supports)
def test_what_is_refused_is_lacking_too(answer, support):
	assert set(refusals(answer, support)) <= set(shortcomings(answer, support))


@given(answers, supports)
def test_an_answer_that_lacks_nothing_counts_or_is_left_out(answer, support):
	if not shortcomings(answer, support):
		assert answer.is_given or not answer.applies
		assert not answer.applies or answer.maturity in maturity.FITTING[answer.status]


def test_every_status_but_one_has_maturities_and_every_maturity_a_status():
	assert {*maturity.FITTING} == {*maturity.STATUSES} - {NOT_APPLICABLE}
	assert {level for levels in maturity.FITTING.values() for level in levels} == {*maturity.SCALE}


# What answers add up to


@given(st.lists(answers))
def test_a_score_is_on_the_scale_or_nothing(found):
	sums = total(found)
	assert sums.answered <= sums.applicable <= sums.applicable + sums.left_out == len(found)
	assert sum(sums.by_status.values()) == sums.answered
	assert (sums.score is None) == (sums.answered == 0)
	assert sums.score is None or 1 <= sums.score <= 5


@given(st.lists(answers), st.sampled_from((Answer(), Answer(maturity=5), Answer(status=CONFORMS))))
def test_an_unanswered_question_changes_coverage_and_never_the_score(found, unanswered):
	before, after = total(found), total([*found, unanswered])
	assert (after.score, after.answered, after.by_status) == (before.score, before.answered, before.by_status)
	assert after.applicable == before.applicable + 1
	assert not after.is_complete


@given(st.lists(answers))
def test_what_is_not_applicable_is_left_out(found):
	before, after = total(found), total([*found, Answer(status=NOT_APPLICABLE)])
	assert replace(after, left_out=before.left_out) == before


@given(st.lists(given_answers, min_size=1))
def test_a_score_lies_between_the_lowest_and_the_highest_answer(found):
	assert all(answer.is_given for answer in found)
	levels = [answer.maturity for answer in found]
	assert min(levels) - 0.01 <= total(found).score <= max(levels) + 0.01


# Beside the assessment before

by_question = st.dictionaries(st.sampled_from("abcdef"), answers)


@given(by_question, by_question)
def test_a_comparison_turned_round_has_the_opposite_change(now, before):
	forth, back = compared(now, before), compared(before, now)
	assert forth.common == back.common
	assert (forth.now, forth.before) == (back.before, back.now)
	assert forth.change == (None if back.change is None else -back.change)


@given(by_question)
def test_an_assessment_beside_itself_has_not_changed(now):
	found = compared(now, now)
	assert found.common == total(now.values()).answered
	assert found.change in (None, 0)


def test_a_new_question_does_not_look_like_progress():
	before = {"a": Answer(2, PARTIAL)}
	found = compared({"a": Answer(2, PARTIAL), "b": Answer(5, CONFORMS)}, before)
	assert (found.common, found.change) == (1, 0)
