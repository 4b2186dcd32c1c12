"""What complainants are told, on the page and by letter, is what was decided, promised and said: found by fresh eyes."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.portal import api, pages
from tests.site.factories import act, advance, as_user, edit, make_complaint, make_item, make_user
from tests.site.portal_factories import (
	FILING,
	file_as_guest,
	guest,
	make_portal_user,
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
	customer = make_portal_user("teilweise")
	frappe.db.set_value("Complaint", me["reference"], "complainant_email", customer)
	listed = guest(api.list_complaints, user=customer)["complaints"]
	assert "part" in listed[0]["state"]["label"]


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


# What happens next, and where


def test_who_files_learns_until_when_it_is_confirmed():
	filed = file_as_guest()
	steps = {step["label"]: step["due"] for step in filed["next_steps"]}
	label = "We confirm to you that we deal with your complaint"
	assert any(char.isdigit() for char in steps[label])
	assert label in [step["label"] for step in guest(api.track, **opens(filed))["next_steps"]]
	act(filed["reference"], "Acknowledge", channel="Phone")
	assert label not in [step["label"] for step in guest(api.track, **opens(filed))["next_steps"]]


def opens(filed) -> dict[str, str]:
	return {"reference": filed["reference"], "key": filed["key"]}


def test_nobody_promises_to_write_to_who_stays_anonymous():
	filed = file_as_guest(is_anonymous=1, complainant_name="", complainant_email="")
	labels = [step["label"] for step in filed["next_steps"]]
	assert labels and not any("write to you" in label or "tell you" in label for label in labels)
	assert any("here" in label for label in labels)


def test_the_receipt_goes_by_mail_with_the_reference_and_never_the_key():
	filed = file_as_guest(complainant_email="quittung@gast.test")
	assert filed["mailed"] is True
	mail = queued("quittung@gast.test")
	assert len(mail) == 1
	text = frappe.db.get_value("Email Queue", mail[0], "message").replace("=\n", "").replace("=\r\n", "")
	assert filed["reference"] in text and "/complaint/track" in text
	assert filed["key"] not in text and filed["key"].replace("-", "")[1:] not in text
	assert "Auto-Submitted" in text
	assert FILING["subject"] not in text, "strangers must not send their words through us"
	assert frappe.db.get_value("Complaint", filed["reference"], "status") == "Received"


def test_the_receipt_goes_to_who_filed_and_not_too_often():
	frappe.db.set_single_value("Complaint Settings", "acknowledgements_a_day", 2)
	frappe.clear_document_cache("Complaint Settings", "Complaint Settings")
	acts = {"acting": "other", "representative_name": "Rita Rep", "representative_email": "rita@rep.test"}
	for _again in range(4):
		file_as_guest(**acts, complainant_email="vertreten@gast.test")
	assert len(queued("rita@rep.test")) == 2
	assert not queued("vertreten@gast.test")


def queued(address: str) -> list[str]:
	return frappe.get_all(
		"Email Queue Recipient", {"recipient": address}, pluck="parent", order_by="creation"
	)


def test_letters_say_where_the_page_is():
	case = make_complaint(complainant_address="Weg 1\nBerlin")
	act(case, "Acknowledge", channel="E-mail")
	mailed = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	assert "/complaint/track" in mailed.content
	posted = make_complaint(complainant_address="Weg 1\nBerlin", language="de")
	act(posted, "Acknowledge", channel="Post")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": posted.name})
	html = frappe.get_print("Complaint Letter", letter.name, print_format="Complaint Letter")
	assert "/complaint/track" in html and "Website" in html


def test_a_question_says_until_when_to_answer():
	filed = file_as_guest()
	advance(filed["reference"], "Under Investigation")
	by = frappe.utils.add_days(frappe.utils.today(), 9)
	act(filed["reference"], "Ask Complainant", question="Which model?", channel="Portal", answer_by=by)
	seen = guest(api.track, **opens(filed))
	assert seen["question"]["answer_by"]["iso"] == by


# What was said, how and by whom


def test_an_answer_that_staff_take_down_says_how_it_came_and_from_whom():
	case = advance(make_complaint(), "Response Sent")
	act(case, "Record Rejection", response="Rejected", words="No!", channel="Phone", given_by="Complainant")
	row = frappe.get_doc("Complaint", case.name).decisions[-1]
	assert (row.response_channel, row.response_given_by) == ("Phone", "Complainant")
	data = events(case.name, "rejected")[-1]
	assert (data["channel"], data["by"]) == ("Phone", "Complainant")
	filed = file_as_guest()
	advance(filed["reference"], "Response Sent")
	guest(api.respond_to_decision, **opens(filed), answer="Accepted")
	row = frappe.get_doc("Complaint", filed["reference"]).decisions[-1]
	assert (row.response_channel, row.response_given_by) == ("Portal", "Complainant")


def test_an_answer_to_a_question_says_who_gave_it_and_how():
	case = advance(make_complaint(), "Under Investigation")
	act(case, "Ask Complainant", question="Which model?", channel="Phone")
	act(case, "Resume", answer="Model 5", given_by="Complainant", channel="Phone")
	data = events(case.name, "resumed")[-1]
	assert (data["channel"], data["by"]) == ("Phone", "Complainant")


def events(complaint: str, kind: str) -> list[dict]:
	filters = {"complaint": complaint, "kind": kind}
	payloads = frappe.get_all("Complaint Event", filters, pluck="payload", order_by="sequence")
	return [frappe.parse_json(payload)["data"] for payload in payloads]


# What they told us stands on the page


def test_the_page_shows_all_that_was_told():
	filed = file_as_guest(
		remedy_requested="Refund",
		remedy_notes="In cash & soon",
		customer_reference="SO-4711",
		occurred_on="2026-01-02",
	)
	told = guest(api.track, **opens(filed))["told"]
	assert told["remedy"] == "Refund" or told["remedy"]
	assert told["remedy_notes"] == "In cash & soon"
	assert told["customer_reference"] == "SO-4711"
	assert told["occurred"]["iso"] == "2026-01-02"
	assert told["shared"] is False and told["items"] == []


def test_the_items_that_were_picked_stand_on_the_page():
	make_item("Kettle")
	filed = file_as_guest()
	edit(filed["reference"], subjects=[{"item_code": "Kettle"}])
	assert guest(api.track, **opens(filed))["told"]["items"] == ["Kettle"]
