"""What complainants are told, on the page and by letter, is what was decided, promised and said: found by fresh eyes."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.portal import api, pages
from tests.site.factories import act, advance, as_user, edit, make_user
from tests.site.portal_factories import (
	FILING,
	file_as_guest,
	guest,
	start_counting_anew,
)
from tests.site.test_portal_pages import opened


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def answered(redress=(), **values):
	"""A complaint of a guest that was answered, with what is offered; and what opens it."""
	filed = file_as_guest(**values)
	me = {"reference": filed["reference"], "key": filed["key"]}
	advance(me["reference"], "Decided")
	edit(me["reference"], redress=[dict(row) for row in redress])
	act(me["reference"], "Send Response", channel="Phone")
	return me


def codes(answer) -> set[str]:
	return {row["code"] for row in answer["actions"]}


REPLACEMENT = {"remedy": "Replacement", "basis": "Offer", "state": "Proposed"}
VOUCHER = {"remedy": "Goodwill Gift", "basis": "Goodwill", "state": "Proposed", "description": "A voucher"}


# Who acts for somebody else says who they are


def test_whoever_acts_for_somebody_else_says_their_name_and_how_to_reach_them():
	context = opened(pages.new_complaint, acting="other", **FILING)
	assert not context.done
	assert set(context.errors) == {"representative_name", "representative_email"}
	context = opened(pages.new_complaint, acting="other", **FILING, representative_name="Rita Rep")
	assert set(context.errors) == {"representative_email"}
	context = opened(
		pages.new_complaint,
		acting="other",
		**FILING,
		representative_name="Rita Rep",
		representative_phone="+49 30 7654321",
	)
	assert context.done, context.errors
	assert context.filed["key"].startswith("R-")


def test_scripts_that_act_for_somebody_else_say_so_too():
	filed = file_as_guest(acting="other")
	assert set(filed["errors"]) == {"representative_name", "representative_email"}
	assert "acting" in file_as_guest(acting="nobody")["errors"]
	filed = file_as_guest(representative_authority="Accept")
	assert "representative_name" in filed["errors"]


# What is promised is told


def test_goodwill_is_told_with_the_decision():
	me = answered([REPLACEMENT, VOUCHER])
	rows = {row.remedy: row.state for row in frappe.get_doc("Complaint", me["reference"]).redress}
	assert rows == {"Replacement": "Offered", "Goodwill Gift": "Offered"}
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": me["reference"], "kind": "Decision"})
	assert "A voucher" in letter.content and "goodwill" in letter.content.lower()
	told = [row["remedy"] for row in guest(api.track, **me)["decision"]["redress"]]
	assert len(told) == 2 and "whatever you answer" in told[1]


def test_goodwill_that_was_promised_is_kept_whatever_the_answer():
	me = answered([REPLACEMENT, VOUCHER])
	guest(api.respond_to_decision, **me, answer="Rejected")
	doc = frappe.get_doc("Complaint", me["reference"])
	doc.decisions[-1].db_set("recourse_expires_on", "2020-01-01")
	with pytest.raises(frappe.ValidationError, match="goodwill"):
		act(doc, "Close", basis="Recourse Expired")


# In part is not no


def test_accepting_in_part_is_told_as_such():
	me = answered([REPLACEMENT])
	words = "The kettle, yes. But I'd like my postage & < 5 euros, too."
	seen = guest(api.respond_to_decision, **me, answer="Partly Accepted", words=words)
	assert "part" in seen["state"]["label"] and "part" in seen["state"]["meaning"]
	assert [row["remedy"] for row in seen["decision"]["redress"]] == ["Replacement"]
	assert seen["decision"]["words"] == words
	assert "part" in seen["timeline"][-1]["text"]
	assert not any("did not accept" in line["text"] for line in seen["timeline"])


# The final answer is the final answer


def test_after_a_review_no_other_is_offered_and_during_it_nothing_is_asked():
	me = answered([REPLACEMENT])
	guest(api.request_review, **me, reason="Look again")
	during = guest(api.track, **me)
	assert during["state"]["code"] == "Under Review"
	assert during["recourse"] is None
	case = frappe.get_doc("Complaint", me["reference"])
	as_user(
		make_user("manager"), lambda: act(case, "Decide Review", outcome="Not Upheld", reasons="It is not.")
	)
	act(case, "Send Response", channel="Phone")
	after = guest(api.track, **me)
	assert "final" in after["recourse"]["how"]
	assert "request_review" not in codes(after)
	seen = guest(api.respond_to_decision, **me, answer="Rejected")
	assert "request_review" not in codes(seen)
	assert "review" not in seen["state"]["meaning"]
	refused = guest(api.request_review, **me)
	assert "final" in refused["errors"][""]
