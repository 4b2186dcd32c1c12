"""Causes and whys: what is refused, and how a chain reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import causes
from cms_iso10002.core.refusal import Refusal


def why(answer, line=causes.HAPPENED, **more):
	return {"line": line, "answer": answer, **more}


def test_each_question_is_about_the_answer_before():
	rows = [why("The seal was missing."), why("Nobody put it in."), why("No test", causes.NOT_FOUND)]
	first, second = causes.chain(rows, causes.HAPPENED)
	assert (first.question, first.arguments) == ("Why did it happen?", ())
	assert (second.question, second.arguments) == (causes.NEXT, ("The seal was missing.",))
	(found,) = causes.chain(rows, causes.NOT_FOUND)
	assert (found.number, found.question) == (1, "Why was it not found before?")


@given(st.lists(st.tuples(st.sampled_from(causes.LINES), st.text(min_size=1)), max_size=12))
def test_every_why_is_in_exactly_one_chain_in_order(rows):
	made = [why(text, line) for line, text in rows]
	chains = {line: causes.chain(made, line) for line in causes.LINES}
	assert sum(map(len, chains.values())) == len(rows)
	for line, found in chains.items():
		assert [one.answer for one in found] == [text.strip() for own, text in rows if own == line]
		assert [one.number for one in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize(
	("root", "rows", "whys", "says"),
	[
		("Training", [{"root_cause": "Training"}], [], "Training is the root cause already"),
		("Design", [{"root_cause": "Training"}, {"root_cause": "Training"}], [], "named twice"),
		(None, [], [why("The seal"), why("  ")], "why of row 2"),
	],
)
def test_what_is_refused(root, rows, whys, says):
	with pytest.raises(Refusal, match=says):
		causes.check(root, rows, whys)


def test_what_is_fine():
	causes.check("Design", [{"root_cause": "Training"}, {"root_cause": "Supplier"}], [why("The seal")])
	causes.check(None, [], [])
