"""Which complaints have the same thing behind them."""

from hypothesis import given
from hypothesis import strategies as st

from cms_iso10002.core import alike

CASES = st.fixed_dictionaries(
	{
		"name": st.sampled_from("ABCDEFG"),
		"category": st.sampled_from(("", "Late", "Broken")),
		"root_cause": st.sampled_from((None, "Seal", "Carrier")),
		"subjects": st.lists(
			st.fixed_dictionaries(
				{
					"item_code": st.sampled_from(("", "Kettle", "Toaster")),
					"batch_no": st.sampled_from((None, "B1", "B2")),
					"serial_no": st.sampled_from((None, "S1", "S2")),
				}
			),
			max_size=3,
		),
	}
)


def case(name, **values):
	return {"name": name, "subjects": [], **values}


def test_a_batch_says_more_than_an_item_and_a_category_alone_nothing():
	one = case("A", category="Broken", subjects=[{"item_code": "Kettle", "batch_no": "B1"}])
	found = alike.rank(
		one,
		[
			case("B", category="Broken"),
			case("C", subjects=[{"item_code": "Kettle"}]),
			case("D", subjects=[{"item_code": "Kettle", "batch_no": "B1"}]),
		],
	)
	assert [(each.name, each.score) for each in found] == [("D", 70), ("C", 25)]
	assert found[0].why == (("same batch {0}", "B1"), ("same item {0}", "Kettle"))


@given(CASES, st.lists(CASES, max_size=6))
def test_alikeness_is_mutual_ordered_and_reasoned(one, others):
	found = alike.rank(one, others)
	assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
	for each in found:
		assert each.name != one["name"] and each.why and alike.LEAST <= each.score <= 100
	for other in others:
		there = [each.score for each in alike.rank(one, [other])]
		back = [each.score for each in alike.rank(other, [one])]
		assert there == back
