"""Markup, templates and formulas in every field that a guest can fill, and fields that the form does not have."""

from __future__ import annotations

import re
from dataclasses import fields

import frappe
import pytest

from cms_iso10002.portal import api, keys, pages
from cms_iso10002.portal.filing import CHECKS, CHOICES, Filing
from tests.site.factories import advance
from tests.site.portal_factories import FILING, PNG, file_as_guest, guest, start_counting_anew
from tests.site.test_letters import cms
from tests.site.test_portal_attacks import FORGED
from tests.site.test_portal_pages import opened

HOSTILE = {
	"a script": "<script>alert(1)</script>",
	"a picture that runs": "<img src=x onerror=alert(1)>",
	"SVG": "<svg onload=alert(1)></svg>",
	"a template": "{{ frappe.session.user }}{% for x in range(9) %}x{% endfor %}",
	"a way out of an attribute": "\" onmouseover=\"alert(1)' onfocus='alert(1)",
	"the end of a textarea": "</textarea></title></style><script>alert(1)</script>",
}
TEXTS = sorted(
	f.name
	for f in fields(Filing)
	if f.name
	not in (*CHECKS, *CHOICES, "subjects", "category", "remedy_requested", "language", "occurred_on")
)
STRICT = ("complainant_email", "representative_email", "complainant_phone", "representative_phone")
"""Fields that take no such thing at all."""
RUNS = re.compile(r"<(script|img|svg)\b|<[^<>]*\son\w+\s*=", re.IGNORECASE)


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def test_every_field_of_the_form_is_looked_at():
	assert {
		"subject",
		"description",
		"customer_reference",
		"remedy_notes",
		"representative_relationship",
	} < set(TEXTS)
	assert len(TEXTS) >= 13


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_text_in_the_record_in_the_letter_and_on_the_page(what):
	text = HOSTILE[what]
	values = {name: f"Kettle {text}"[:140] for name in TEXTS if name not in (*STRICT, "acting")}
	named = text.replace('"', "%22")  # as browsers send it
	filed = file_as_guest(files=[(f"{named}.png", PNG)], **values, representative_email="r@anwalt.test")
	assert "errors" not in filed, filed
	case = frappe.get_doc("Complaint", filed["reference"])
	stored = case.as_dict()
	for name in TEXTS:
		assert "<script" not in str(stored.get(name) or ""), name
	# a verified representative reads what was filed, and is written to
	case.update({"representative_verified_by": "Administrator", "representative_authority": "Accept"})
	case.representative_proof_notes = "Power of attorney seen"
	case.save()
	seen = guest(api.track, reference=case.name, key=filed["key"])
	assert seen["description"] == f"Kettle {text}"  # as it was typed
	case = advance(case, "Response Sent")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	html = frappe.get_print("Complaint Letter", letter.name, print_format="Complaint Letter")
	form = frappe.get_print("Complaint", case.name, print_format="Complaint Form")
	own = cms(html)
	for found in (letter.content, own, cms(form)):
		assert "Kettle" in found and not RUNS.search(found), what
	if what == "a template":
		assert "Administrator" not in own and "xxxxxxxxx" not in own
	file = frappe.get_last_doc("File", {"attached_to_name": case.name})
	assert not set("<>\"'{}%") & set(file.file_name)


@pytest.mark.parametrize("name", STRICT)
def test_addresses_and_numbers_take_no_markup(name):
	more = {"representative_name": "R"} if name.startswith("representative") else {}
	for text in HOSTILE.values():
		assert name in file_as_guest(**{**more, name: text})["errors"]


@pytest.mark.parametrize("name", [*CHOICES, "category", "remedy_requested", "language", "occurred_on"])
def test_choices_take_nothing_else(name):
	others = {"representative_name": "R", "representative_email": "r@anwalt.test"}
	more = others if name.startswith("representative") else {}
	for text in HOSTILE.values():
		assert set(file_as_guest(**{**more, name: text})["errors"]) == {name}


def test_what_a_form_does_not_have_is_nothing_to_the_page_either():
	context = opened(pages.new_complaint, **FILING, **{name: str(value) for name, value in FORGED.items()})
	doc = frappe.get_doc("Complaint", context.filed["reference"])
	assert (doc.status, doc.confidentiality, doc.handler, doc.customer) == ("Received", "Normal", None, None)
	assert not doc.persons_concerned and doc.tracking_key_hash == keys.digest(context.filed["key"])
	for name, value in FORGED.items():
		if name not in ("status", "priority", "severity", "persons_concerned"):
			assert doc.get(name) != value, name


def test_nor_to_the_page_of_a_case():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	before = frappe.db.get_value("Complaint", filed["reference"], ["status", "severity", "handler"])
	opened(
		pages.track, **me, do="look", **{name: str(value) for name, value in FORGED.items() if name != "x"}
	)
	opened(pages.track, **me, do="Close", basis="Accepted", action="Close")
	assert frappe.db.get_value("Complaint", filed["reference"], ["status", "severity", "handler"]) == before


def test_words_of_an_answer_are_text_in_the_desk():
	filed = file_as_guest()
	case = advance(filed["reference"], "Response Sent")
	me = {"reference": filed["reference"], "key": filed["key"]}
	guest(api.respond_to_decision, **me, answer="Rejected", words=HOSTILE["a picture that runs"])
	guest(api.request_review, **me, reason=HOSTILE["a script"])
	case.reload()
	assert "<img" not in (case.decisions[0].response_words or "")
	notes = frappe.get_all("Complaint Event", {"complaint": case.name}, pluck="note", order_by="sequence")
	assert "<script" not in str(notes)
