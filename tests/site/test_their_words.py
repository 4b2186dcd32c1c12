"""What the complainant told us is corrected only with a reason, as an event that holds no words, and `verify` compares it."""

from __future__ import annotations

import json

import frappe
import pytest

from cms_iso10002.complaints import verification
from tests.site.factories import edit, kinds, make_complaint

WORDS = {
	"subject": "Kettle is fine",
	"description": "<p>It was my own fault.</p>",
	"remedy_notes": "nothing",
}


def told():
	return make_complaint(remedy_notes="a new kettle", remedy_requested="Replacement")


def stored(case, name: str):
	return frappe.db.get_value("Complaint", case.name, name)


@pytest.mark.parametrize("name", [*WORDS, "remedy_requested"])
def test_without_a_reason_it_is_refused(name):
	case = told()
	before = stored(case, name)
	with pytest.raises(frappe.ValidationError, match=r"Reason for the Change.* why the complainant's words"):
		edit(case, **{name: WORDS.get(name)})
	assert stored(case, name) == before and "words_corrected" not in kinds(case)


def test_with_a_reason_it_is_an_event_that_holds_hashes_and_no_words():
	case = told()
	edit(case, **WORDS, assessment_reason="Misheard on the phone")
	rows = frappe.get_all(
		"Complaint Event",
		{"complaint": case.name, "kind": "words_corrected"},
		["payload", "note", "note_salt", "public"],
		order_by="sequence",
	)
	assert [json.loads(row.payload)["data"]["field"] for row in rows] == [*WORDS]
	for row in rows:
		data = json.loads(row.payload)["data"]
		assert len(data["was"]) == len(data["is"]) == 32 and data["was"] != data["is"]
		assert (row.note, row.public) == ("Misheard on the phone", 0) and row.note_salt
		assert "fault" not in row.payload and "Kettle" not in row.payload
	assert verification.verify(case.name).whole


@pytest.mark.parametrize("name", [*WORDS])
def test_what_was_altered_past_a_correction_is_found(name):
	case = told()
	edit(case, **WORDS, assessment_reason="Misheard")
	frappe.db.set_value("Complaint", case.name, name, "They were content.", update_modified=False)
	[finding] = verification.verify(case.name).findings
	assert finding.problem == "copy" and finding.text.startswith(f"{name} was altered")


def test_what_was_left_open_is_filled_in_freely_also_after_it_was_emptied():
	case = make_complaint()
	edit(case, remedy_notes="a new kettle")
	assert "words_corrected" not in kinds(case)
	edit(case, remedy_notes="", assessment_reason="Of another case")
	edit(case, remedy_notes="her money back")
	assert kinds(case).count("words_corrected") == 1 and verification.verify(case.name).whole


def test_the_same_words_in_another_wrapping_are_no_correction():
	case = make_complaint(description="<p>It leaks.<br>Always.</p>")
	edit(case, description='<div class="ql-editor read-mode"><p>It leaks.</p><p>Always.</p></div>')
	assert "words_corrected" not in kinds(case)
	with pytest.raises(frappe.ValidationError):
		edit(case, description='<p>It leaks.</p><p>Always.</p><img src="/files/other.png">')
