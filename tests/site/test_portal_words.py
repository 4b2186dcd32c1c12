"""What guests read and send: words for them, nothing of an anonymous person kept, odd values of scripts, addresses that are no page."""

from __future__ import annotations

from dataclasses import fields

import frappe
import pytest
from frappe.website.path_resolver import PathResolver

from cms_iso10002.complaints import clock, letter_language
from cms_iso10002.portal import api, filing
from tests.site import mails
from tests.site.factories import act, make_complaint
from tests.site.portal_factories import file_as_guest, guest, request


def test_of_who_stays_anonymous_nothing_is_kept_that_tells_who_they_are():
	filed = file_as_guest(
		is_anonymous=1,
		complainant_phone="+49 30 1234567",
		complainant_address="Weg 1",
		preferred_channel="E-mail",
	)
	doc = frappe.get_doc("Complaint", filed["reference"])
	for name in ("name", "email", "phone", "address"):
		assert not doc.get(f"complainant_{name}"), name
	assert doc.is_anonymous and not doc.preferred_channel
	assert not frappe.db.exists("Communication", {"reference_name": doc.name, "sent_or_received": "Sent"})


def test_a_representative_of_somebody_anonymous_is_kept():
	filed = file_as_guest(
		is_anonymous=1,
		acting="other",
		complainant_name="",
		complainant_email="",
		representative_name="Tina",
		representative_email="tina@x.test",
	)
	assert frappe.db.get_value("Complaint", filed["reference"], "representative_name") == "Tina"


def test_mistakes_of_who_acts_for_somebody_are_in_the_order_of_the_form_and_say_who_is_meant():
	answer = guest(api.file_complaint, acting="other")
	assert list(answer["errors"].items()) == [
		("subject", "Say in a few words what it is about."),
		("description", "Tell us what happened."),
		("representative_name", "Tell us your own name, as you act for somebody else."),
		(
			"representative_email",
			"Tell us how we can reach you yourself: an e-mail address or a phone number.",
		),
		("complainant_name", "Tell us the name of the person you act for."),
	]
	assert list(guest(api.file_complaint)["errors"]) == [
		"subject",
		"description",
		"complainant_name",
		"complainant_email",
	]


def test_one_way_to_reach_who_acts_is_enough():
	filed = file_as_guest(
		acting="other",
		complainant_email="",
		representative_name="Tina",
		representative_phone="+49 30 1234567",
	)
	assert filed["reference"]


@pytest.mark.parametrize("value", [None, {"a": 1}, ["x"], 7, True, ""])
def test_what_is_no_reference_finds_no_case(value):
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, reference=value, key=value, code=value)
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track)


@pytest.mark.parametrize("value", [None, {"a": 1}, ["x"]])
def test_what_is_no_text_is_a_mistake_at_its_field(value):
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	assert set(guest(api.add_message, **me, text=value)["errors"]) == {"text"}
	assert set(guest(api.respond_to_decision, **me, answer=value)["errors"]) == {"answer"}
	assert set(guest(api.withdraw, **me, words=value)["errors"]) == {"words"}
	assert {"subject", "description"} <= set(
		guest(api.file_complaint, subject=value, description=value)["errors"]
	)


@pytest.mark.parametrize("answer", ["Accepted", "Rejected"])
def test_an_answer_to_a_closed_case_is_refused_in_words_for_guests(answer):
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	early = {"severity": "Minor", "safety_implication": "No", "reasons": "Replaced.", "words": "Fine."}
	act(filed["reference"], "Resolve Early", **early, channel="Portal")
	act(filed["reference"], "Close", channel="Portal")
	sentence = guest(api.respond_to_decision, **me, answer=answer)["errors"][""]
	assert sentence.startswith("Your complaint is closed") and "Manager" not in sentence


def test_one_line_break_stays_one():
	filed = file_as_guest(description="First.\r\nSecond.\r\n\r\nThird.")
	seen = guest(api.track, reference=filed["reference"], key=filed["key"])
	assert seen["description"] == "First.\nSecond.\n\nThird."


@pytest.mark.parametrize(
	"path", ["complaint/foo", "complaint/track/x", "Complaint/foo", "Complaint Event/x", "REAL"]
)
def test_other_addresses_lead_to_the_page_where_a_case_is_followed(path):
	path = f"complaint/{make_complaint().name}" if path == "REAL" else path
	with request(method="GET", path=f"/{path}"):
		endpoint, renderer = PathResolver(path).resolve()
	assert endpoint == "/complaint/track" and type(renderer).__name__ == "RedirectPage"


@pytest.mark.parametrize(
	"path", ["complaint/new", "complaint/track", "complaint/feedback", "complaints", "complaints-policy"]
)
def test_the_pages_themselves_do_not(path):
	with request(method="GET", path=f"/{path}"):
		assert PathResolver(path).resolve()[0] == path


@pytest.mark.parametrize("language", ["en", "en-US", "en-GB"])
def test_dates_in_english_are_written_one_way(language):
	assert letter_language.date_text("2026-11-26", language) == "26 November 2026"


def test_the_day_of_an_answer_is_still_to_come():
	case = make_complaint()
	ask = {"question": "Which model?", "channel": "Phone"}
	with pytest.raises(frappe.ValidationError, match="lies in the past"):
		act(case, "Ask Complainant", **ask, answer_by="2020-01-01")
	assert frappe.db.get_value("Complaint", case.name, "status") == "Received"
	assert act(case, "Ask Complainant", **ask, answer_by=str(clock.today())).status == "Awaiting Complainant"


def test_every_field_of_the_form_has_its_place():
	assert {field.name for field in fields(filing.Filing)} | {"files"} == set(filing.ON_THE_FORM)


@pytest.mark.parametrize("named", [mails.MAILBOX, None])
def test_the_receipt_is_by_the_organisation_whoever_looks_at_it(named):
	mails.make_mailbox(outgoing_email_account=named)
	filed = file_as_guest()
	[row] = frappe.get_all(
		"Communication",
		{"reference_name": filed["reference"], "sent_or_received": "Sent"},
		["sender", "sender_full_name"],
		order_by="creation",
	)
	company = frappe.db.get_value("Complaint", filed["reference"], "company")
	assert row.sender == mails.ADDRESS if named else "@" in row.sender
	assert row.sender_full_name == frappe.db.get_value("Company", company, "company_name")
