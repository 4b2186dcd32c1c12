"""What people and programs type: kept as they typed it, said at its field where it is none, and never a way in."""

from __future__ import annotations

import time

import frappe
import pytest

from cms_iso10002.complaints import uploads
from cms_iso10002.portal import api
from tests.site.factories import act, advance, make_complaint
from tests.site.portal_factories import (
	FILING,
	PNG,
	file_as_guest,
	guest,
	make_portal_user,
	start_counting_anew,
)

HALF = "a\ud800b"
"""Half of a character: JSON can hold one, UTF-8 can't."""
TYPED = 'I don\'t agree: 3 < 5 & "8 > 7"'
JSON_SCRIPT = '"<script>alert(1)</script><img src=x onerror=alert(1)>"'
"""Frappe's filter passes over whatever is valid JSON, such as a text in quotes."""


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def own_case(files=(), **values) -> dict[str, str]:
	filed = file_as_guest(files, **values)
	return {"reference": filed["reference"], "key": filed["key"]}


@pytest.mark.parametrize("field", ("reference", "key", "code"))
def test_half_a_character_opens_nothing_and_breaks_nothing(field):
	me = own_case()
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, **{"reference": me["reference"], field: HALF})


def test_half_a_character_is_left_out_of_what_is_stored():
	filed = file_as_guest(
		**{**FILING, "subject": HALF, "description": HALF, "form_id": HALF * 8, "started": HALF}
	)
	case = frappe.get_doc("Complaint", filed["reference"])
	assert (case.subject, case.description) == ("a?b", "<p>a?b</p>")
	me = {"reference": case.name, "key": filed["key"]}
	assert guest(api.add_message, **me, text=HALF)["messages"][-1]["text"] == "a?b"
	guest(api.withdraw, **me, words=HALF)
	assert guest(api.give_feedback, **me, comments=HALF)["editable"]
	assert guest(api.reissue_key, reference=HALF, email=HALF)
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.download, **me, file=HALF)
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.renew_key, reference=HALF, token=HALF)


def test_words_are_kept_as_they_were_typed():
	me = own_case(remedy_notes=TYPED)
	case = advance(me["reference"], "Response Sent")
	guest(api.respond_to_decision, **me, answer="Rejected", words=TYPED)
	case.reload()
	assert (case.remedy_notes, case.decisions[-1].response_words) == (TYPED, TYPED)
	guest(api.withdraw, **me, words=TYPED)
	assert frappe.db.get_value("Complaint", case.name, "closure_reason") == TYPED
	guest(api.give_feedback, **me, comments=TYPED)
	assert frappe.db.get_value("Complaint Feedback", {"complaint": case.name}, "comments") == TYPED


def test_a_subject_with_brackets_is_shown_as_it_was_typed():
	user = make_portal_user("brackets", "Muster GmbH")
	filed = guest(api.file_complaint, user=user, subject="The <XL> kettle & more", description="x")
	assert guest(api.track, user=user, reference=filed["reference"])["subject"] == "The <XL> kettle & more"
	[row] = guest(api.list_complaints, user=user)["complaints"]
	assert row["subject"] == "The <XL> kettle & more"


ONE_LINE = (
	"subject",
	"complainant_name",
	"customer_reference",
	"representative_name",
	"representative_relationship",
)
LINES = ("description", "complainant_address", "assistance_notes", "remedy_notes")


def test_markup_that_looks_like_json_is_text_too():
	me = own_case(
		**dict.fromkeys((*ONE_LINE, *LINES), JSON_SCRIPT),
		representative_email="r@anwalt.test",
		representative_authority="Accept",
	)
	case = frappe.get_doc("Complaint", me["reference"])
	for name in (*ONE_LINE, *LINES):
		assert "alert(1)" in case.get(name) and "<script" not in case.get(name), name
		assert "<img" not in case.get(name), name
	case.representative_verified_by = "Administrator"
	case.representative_proof_notes = "Power of attorney seen"
	case.save()
	advance(case, "Response Sent")
	guest(api.request_review, **me, reason=JSON_SCRIPT)
	guest(api.withdraw, **me, words=JSON_SCRIPT)
	guest(api.give_feedback, **me, comments=JSON_SCRIPT)
	stored = [
		frappe.db.get_value("Complaint", case.name, "closure_reason"),
		frappe.db.get_value("Complaint Feedback", {"complaint": case.name}, "comments"),
		*frappe.get_all("Complaint Event", {"complaint": case.name}, pluck="note", order_by="sequence"),
		*frappe.get_all("Complaint Decision", {"parent": case.name}, pluck="response_words", order_by="idx"),
	]
	assert sum("alert(1)" in (text or "") for text in stored) >= 4
	assert not any("<script" in (text or "") or "<img" in (text or "") for text in stored)


def test_tags_that_nobody_closes_take_no_time():
	"""Frappe's filter works for minutes on them, for each field."""
	me = own_case()
	advance(me["reference"], "Response Sent")
	began = time.monotonic()
	guest(api.respond_to_decision, **me, answer="Rejected", words="<p><b>" * 3300)
	assert time.monotonic() - began < 5


DAYS = {
	"2026-02-28": "2026-02-28",
	"28.02.2026": None,
	"02/03/2026": None,
	"5": None,
	"today": None,
	"2026-02-30": None,
	"2026-02-28 10:00:00": None,
	"0000-00-00": None,
}


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_written_in_one_way(day):
	answer = file_as_guest(occurred_on=day)
	if DAYS[day]:
		assert str(frappe.db.get_value("Complaint", answer["reference"], "occurred_on")) == DAYS[day]
	else:
		assert set(answer["errors"]) == {"occurred_on"}


@pytest.mark.parametrize("field", ("complainant_email", "representative_email"))
@pytest.mark.parametrize(
	"typed, stored",
	[
		("Gerda@Gast.test", "Gerda@Gast.test"),
		("Gerda Gast <gerda@gast.test>", "gerda@gast.test"),
		('"<script>alert(1)</script>" <gerda@gast.test>', None),
		("gerda@gast.test, other@evil.test", None),
		("gerda@gast.test,", None),
		("gerda@gast", None),
	],
)
def test_an_address_is_one_address(field, typed, stored):
	values = {field: typed, "representative_name": "R" if field.startswith("rep") else ""}
	answer = file_as_guest(**values)
	if stored is None:
		assert set(answer["errors"]) == {field}
	else:
		assert frappe.db.get_value("Complaint", answer["reference"], field) == stored


def test_a_story_of_many_signs_is_too_long_at_its_field():
	answer = file_as_guest(description="<&>" * 16_000)
	assert set(answer["errors"]) == {"description"}


def test_the_number_of_a_form_is_that_of_who_fills_it_in():
	number = "0000000000000001"
	first = file_as_guest(form_id=number)
	other = file_as_guest(form_id=number, complainant_name="Otto", complainant_email="otto@other.test")
	user = make_portal_user("numbered", "Muster GmbH")
	signed_in = guest(api.file_complaint, user=user, **FILING, form_id=number)
	assert len({answer["reference"] for answer in (first, other, signed_in)}) == 3
	assert other["key"] and signed_in["key"]
	assert file_as_guest(form_id=number)["reference"] == first["reference"]


def test_who_is_signed_in_is_not_anonymous():
	user = make_portal_user("hidden", "Muster GmbH")
	filing = {"subject": "x", "description": "x", "is_anonymous": 1}
	assert set(guest(api.file_complaint, user=user, **filing)["errors"]) == {"is_anonymous"}
	assert guest(api.file_complaint, **filing)["reference"]


@pytest.mark.parametrize("sign", ("\U00020000", "字", "a"))
def test_a_long_name_of_a_file_fits_the_disk(sign):
	[file] = uploads.check([uploads.Upload(f"{sign * 200}.png", PNG)])
	assert file.filename.endswith(".png") and len(file.filename.encode()) <= 200
	assert sign * 20 in file.filename
	assert file_as_guest(files=[(f"{sign * 200}.png", PNG)])["reference"]


def test_a_list_ends_somewhere():
	user = make_portal_user("paging", "Muster GmbH")
	assert guest(api.list_complaints, user=user, start=10**30)["complaints"] == []


def test_a_question_is_answered_by_who_is_asked():
	"""A desk user who took a complaint down as one of the portal's is not who complained."""
	from tests.site.factories import as_user, make_user

	agent = make_user("agent")
	case = as_user(agent, lambda: make_complaint(channel="Portal"))
	act(case, "Acknowledge", channel="Phone")
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, user=agent, reference=case.name)
	assert guest(api.list_complaints, user=agent)["complaints"] == []


def test_no_photo_is_opened_on_the_way_to_the_disk(monkeypatch):
	"""Frappe would read all points of a JPEG into memory, to make one without EXIF: of a small file they can be gigabytes."""
	from PIL import Image

	monkeypatch.setattr(Image, "open", lambda *args, **kwargs: pytest.fail("a photo was opened"))
	turned = (
		b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + b"\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
	)
	photo = b"\xff\xd8\xff\xe1" + (len(turned) + 2).to_bytes(2, "big") + turned + b"\xff\xda\x00\x02cut off"
	me = own_case(files=[("a.jpg", photo)])
	[file] = guest(api.track, **me)["files"]
	kept = guest(api.download, **me, file=file["name"]).data
	assert kept == uploads.check([uploads.Upload("a.jpg", photo)])[0].content
	assert kept.endswith(b"cut off") and b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept
	assert frappe.db.get_value("File", file["name"], "file_url").endswith(".jpg")
