"""Who has no e-mail answers with the code on our letter: all that a key allows, for one case, and nothing else."""

from __future__ import annotations

import re

import frappe
import pytest

from cms_iso10002.portal import api, keys, limits
from tests.site.factories import ASSESSMENT, act, as_user, edit, make_complaint, make_user
from tests.site.portal_factories import PNG, file_as_guest, guest, request, start_counting_anew

ADDRESS = "Weg 1\n10115 Berlin"


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def without_email(**values):
	return make_complaint(complainant_email=None, complainant_address=ADDRESS, **values)


def code_on_paper(case, kind: str) -> str:
	"""The code as somebody reads it off the printed letter."""
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name, "kind": kind})
	html = frappe.get_print("Complaint Letter", letter.name, print_format="Complaint Letter")
	return re.search(r"<b class='cms-code'>([^<]+)</b>", html)[1].strip("\u200e")


def test_a_person_without_e_mail_answers_accepts_and_rates_by_code():
	case = without_email()
	act(case, "Acknowledge", channel="Post")
	me = {"reference": case.name, "code": code_on_paper(case, "Acknowledgement")}
	advance_on(case)
	act(case, "Ask Complainant", question="Which model is it?", channel="Post")
	assert code_on_paper(case, "Information Request") == me["code"]
	seen = guest(api.add_message, **me, text="Model 5", files=[("bill.png", PNG)])
	assert seen["state"]["code"] == "Under Investigation" and seen["role"] == "Complainant"
	decide(case)
	act(case, "Send Response", channel="Post")
	seen = guest(api.respond_to_decision, **me, answer="Rejected", words="No")
	assert seen["state"]["code"] == "Rejected"
	assert guest(api.request_review, **me)["state"]["code"] == "Under Review"
	assert guest(api.withdraw, **me, words="I give up")["state"]["code"] == "Withdrawn"
	assert guest(api.give_feedback, **me, overall=2)["occasion"] == "Closing"
	row = frappe.get_doc("Complaint Decision", {"parent": case.name})
	assert (row.response, row.response_words) == ("Rejected", "No")


def advance_on(case):
	case.reload()
	for step in ("Assessed", "Under Investigation"):
		one_step(case, step)


def one_step(case, to: str):
	if to == "Assessed":
		act(edit(case, **ASSESSMENT), "Assess")
	else:
		act(edit(case, investigator=make_user("investigator")), "Investigate")


def decide(case):
	edit(case, findings="The seal was missing.")
	as_user(make_user("investigator"), lambda: act(case, "Decide", outcome="Not Upheld", reasons="Not ours."))


@pytest.mark.parametrize(
	"typed",
	[
		lambda code: code.lower(),
		lambda code: code.replace("-", ""),
		lambda code: f" {code.replace('-', ' ')} ",
		lambda code: code.replace("O", "0").replace("I", "1").replace("B", "8"),
		lambda code: code.replace("-", "–"),  # as a word processor or a phone types it
	],
)
def test_it_is_typed_as_people_type(typed):
	case = without_email()
	assert guest(api.track, reference=case.name, code=typed(keys.action_code(case.name)))["subject"]


def test_it_is_good_for_one_purpose_and_one_case():
	case, other = without_email(), without_email()
	code = keys.action_code(case.name)
	link = {"occasion": "Closing", "feedback_key": code, "overall": 1}
	for call in (
		lambda: guest(api.track, reference=case.name, key=code),
		lambda: guest(api.track, reference=other.name, code=code),
		lambda: guest(api.give_feedback, reference=case.name, **link),
		lambda: guest(api.renew_key, reference=case.name, token=code),
		lambda: guest(api.track, reference=case.name, code=keys.feedback_key(case.name, "Closing")),
		lambda: guest(api.track, reference=case.name, code=file_as_guest()["key"]),
		lambda: guest(api.track, reference=case.name, code=code[:-1]),
		lambda: guest(api.track, reference=case.name, code=code + "A"),
		lambda: guest(api.track, reference=case.name, code="-"),
	):
		start_counting_anew()
		with pytest.raises(frappe.DoesNotExistError):
			call()
	assert len({keys.action_code(f"CMP-2026-{number:05}") for number in range(500)}) == 500


def test_wrong_ones_are_few_a_day_and_a_key_still_opens_the_case():
	filed = file_as_guest()
	me = {"reference": filed["reference"]}
	right = keys.action_code(filed["reference"])
	for _number in range(limits.WRONG_CODES.per_case):
		with pytest.raises(frappe.DoesNotExistError):
			guest(api.track, **me, code="AAAA-BBBB-CCCC")
	with pytest.raises(frappe.RateLimitExceededError):
		guest(api.track, **me, code=right)  # too late from this address
	with request(address="198.51.100.77"):
		assert as_user("Guest", lambda: api.track(filed["reference"], code=right))
	assert guest(api.track, **me, key=filed["key"])


def test_nothing_that_opens_a_case_lies_in_the_database_or_goes_by_mail():
	case = make_complaint()  # has an e-mail address
	act(case, "Acknowledge", channel="Phone")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	assert keys.action_code(case.name) not in str(letter.as_dict())
	assert keys.action_code(case.name) not in str(frappe.get_doc("Complaint", case.name).as_dict())


def test_an_anonymised_or_merged_case():
	one, other = without_email(), without_email()
	act(other, "Mark as Duplicate", duplicate_of=one.name, channel="Post")
	code = keys.action_code(other.name)
	assert guest(api.track, reference=other.name, code=code)["goes_on_as"] == one.name
	frappe.db.set_value("Complaint", one.name, "anonymised_on", frappe.utils.now())
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, reference=one.name, code=keys.action_code(one.name))
