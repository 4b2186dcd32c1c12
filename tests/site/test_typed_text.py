"""What people type is shown as they typed it: alive nowhere, mangled nowhere."""

from __future__ import annotations

import re

import frappe
import pytest

from cms_iso10002.complaints import typed_text, verification
from cms_iso10002.portal import api
from tests.site import mails
from tests.site.factories import act, advance, make_complaint
from tests.site.portal_factories import file_as_guest, guest, start_counting_anew

PICTURE = 'S <img src=http://host.test/b.png><a href=https://e.test style="position:fixed">CL</a>'
SIGNS = 'Mum\'s heating: 5 < 6 & "quotes" <Müller & Söhne> src=x'
TAG = re.compile(r"<[a-z/!?]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


@pytest.mark.parametrize("text", (PICTURE, SIGNS))
def test_what_a_guest_types_is_kept_as_text_and_shown_as_typed(text):
	fields = ("subject", "complainant_name", "remedy_notes", "assistance_notes", "customer_reference")
	filed = file_as_guest(**dict.fromkeys(fields, text), description=text)
	stored = frappe.db.get_value("Complaint", filed["reference"], fields, as_dict=True)
	for name, value in stored.items():
		assert not TAG.search(value), name
		assert typed_text.typed(value) == text
	seen = guest(api.track, reference=filed["reference"], key=filed["key"])
	assert (seen["subject"], seen["description"]) == (text, text)


def test_what_a_guest_answers_is_kept_and_told_as_typed():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	advance(filed["reference"], "Response Sent")
	guest(api.respond_to_decision, answer="Rejected", words=SIGNS, **me)
	words = frappe.db.get_value("Complaint Decision", {"parent": filed["reference"]}, "response_words")
	assert not TAG.search(words) and typed_text.typed(words) == SIGNS
	note = frappe.db.get_value(
		"Complaint Event", {"complaint": filed["reference"], "note": ("is", "set")}, "note"
	)
	assert not note or not TAG.search(note)
	assert verification.verify(filed["reference"]).whole


def test_questions_and_offers_reach_people_as_they_were_typed():
	mails.make_mailbox()
	filed = file_as_guest(complainant_name=SIGNS)
	case = act(filed["reference"], "Ask Complainant", question=SIGNS, channel="E-mail")
	seen = guest(api.track, reference=filed["reference"], key=filed["key"])
	assert seen["question"]["text"] == SIGNS
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
	assert not TAG.search(letter.message)
	from tests.site.test_correspondence import queued_mail

	text = queued_mail(letter).replace(typed_text.MARK, "")
	assert "&amp;lt;" not in text and "&amp;amp;" not in text
	assert "&lt;Müller &amp; Söhne&gt; src=x" in text


@pytest.mark.parametrize("name", ("<img src=x>", "<script>alert(1)</script>"))
def test_who_writes_by_mail_has_a_name_and_no_markup(name):
	mails.make_mailbox()
	assert mails.receive(mails.raw(sender=f'"{name}" <a@x.test>', subject=f"Hi {name}")) == "new complaint"
	case = frappe.get_last_doc("Complaint")
	message = frappe.get_last_doc(
		"Communication", {"reference_name": case.name, "sent_or_received": "Received"}
	)
	for text in (case.subject, case.complainant_name, message.subject, message.sender_full_name):
		assert not TAG.search(text) and name in typed_text.typed(text)


def test_a_held_mail_names_its_reason_and_sender_as_they_are():
	mails.make_mailbox()
	mails.receive(mails.raw(sender='"<b>L</b>" <a@x.test>', List_Id="<news.x.test>"))
	held = frappe.get_last_doc("Complaint Mail Triage")
	assert "List-Id: <news.x.test>" in typed_text.typed(held.reason)
	assert typed_text.typed(held.sender_name) == "<b>L</b>" and not TAG.search(held.sender_name)


def test_a_text_that_gets_too_long_by_its_signs_has_other_brackets():
	assert typed_text.tame("<a" * 70, 140) == "‹a" * 70
	assert make_complaint(subject="<a" * 70).subject == "‹a" * 70
