"""Bad input and attack: what is foreign is refused quietly, what is a mistake is said at the field, nothing is half-written."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import partial

import frappe
import pytest

from cms_iso10002.complaints import feedback, uploads
from cms_iso10002.portal import api, keys, limits
from tests.site.factories import as_user, edit, make_complaint, make_user, pass_time
from tests.site.portal_factories import (
	FILING,
	PNG,
	file_as_guest,
	guest,
	make_portal_user,
	request,
	start_counting_anew,
)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def counts() -> dict[str, int]:
	tables = (
		"Complaint",
		"Complaint Event",
		"File",
		"Communication",
		"Notification Log",
		"Complaint Feedback",
	)
	return {name: frappe.db.count(name) for name in tables}


def refusal(call) -> tuple[type, str]:
	"""What a refused call answers: the kind of error and its sentence."""
	with pytest.raises(frappe.DoesNotExistError) as caught:
		call()
	return type(caught.value), str(caught.value)


WAYS_IN = {
	"wrong key": lambda case, other: {"reference": case["reference"], "key": "C-" + "0" * 32},
	"no key": lambda case, other: {"reference": case["reference"]},
	"wrong code": lambda case, other: {"reference": case["reference"], "code": "AAAA-BBBB-CCCC"},
	"key of another case": lambda case, other: {"reference": case["reference"], "key": other["key"]},
	"code of another case": lambda case, other: {
		"reference": case["reference"],
		"code": keys.action_code(other["reference"]),
	},
	"hash instead of key": lambda case, other: {
		"reference": case["reference"],
		"key": frappe.db.get_value("Complaint", case["reference"], "tracking_key_hash"),
	},
	"key said to be a representative's": lambda case, other: {
		"reference": case["reference"],
		"key": "R" + case["key"][1:],
	},
	"no such case": lambda case, other: {"reference": "CMP-1999-00001", "key": case["key"]},
	"a pattern": lambda case, other: {"reference": "%", "key": case["key"]},
	"no reference": lambda case, other: {"reference": "", "key": case["key"]},
	"a case without a key": lambda case, other: {"reference": make_complaint().name, "key": ""},
	"the hash of nothing": lambda case, other: {"reference": make_complaint().name, "key": keys.digest("")},
	"words of SQL": lambda case, other: {"reference": "' OR 1=1 -- ", "key": "' OR 1=1 -- "},
	"a very long key": lambda case, other: {"reference": case["reference"], "key": "C" * 100_000},
}
METHODS = {
	"track": (api.track, {}),
	"add_message": (api.add_message, {"text": "x"}),
	"upload": (api.upload, {}),
	"download": (api.download, {"file": "x"}),
	"respond": (api.respond_to_decision, {"answer": "Accepted"}),
	"request_review": (api.request_review, {}),
	"withdraw": (api.withdraw, {"words": "x"}),
	"give_feedback": (api.give_feedback, {"overall": 1}),
}


def test_every_wrong_way_in_is_refused_the_same_quiet_way_and_writes_nothing():
	case, other = file_as_guest(), file_as_guest()
	refused = set()
	for way in WAYS_IN.values():
		values = way(case, other)
		before = counts()
		for method, extra in METHODS.values():
			start_counting_anew()
			refused.add(refusal(partial(guest, method, **values, **extra)))
		assert counts() == before
	assert len(refused) == 1


def test_nobody_from_outside_has_a_permission_on_the_records():
	user = make_portal_user("rest", "Muster GmbH")
	name = guest(api.file_complaint, user=user, subject="x", description="x")["reference"]
	for doctype in ("Complaint", "Complaint Event", "Complaint Letter", "Complaint Feedback"):
		for who in ("Guest", user):
			assert not as_user(who, partial(frappe.has_permission, doctype, "read"))
			assert not as_user(who, partial(frappe.has_permission, doctype, "create"))
	assert not as_user(user, lambda: frappe.has_permission("Complaint", "read", name))


FORGED = {
	"status": "Closed",
	"status_category": "Closed",
	"severity": "Minor",
	"confidentiality": "Restricted",
	"sla_policy": "x",
	"handler": "agent@complaints.test",
	"customer": "Muster GmbH",
	"company": "x",
	"priority": "Low",
	"received_on": "2020-01-01",
	"tracking_key_hash": "x",
	"representative_verified_by": "agent@complaints.test",
	"persons_concerned": [{"user": "manager@complaints.test"}],
	"owner": "agent@complaints.test",
	"contact": "x",
}


def test_hidden_fields_that_a_guest_posts_are_ignored():
	with request():
		posted = {**FILING, **FORGED}
		# as Frappe's handler calls it: what a method does not take is dropped
		answer = as_user("Guest", lambda: frappe.call(api.file_complaint, **posted))
	doc = frappe.get_doc("Complaint", answer["reference"])
	assert (doc.status, doc.confidentiality, doc.handler, doc.customer) == ("Received", "Normal", None, None)
	for name, value in FORGED.items():
		if name not in ("status", "priority", "severity"):
			assert doc.get(name) != value, name
	assert not doc.persons_concerned


def test_a_customer_is_not_forged_through_the_documents_of_others():
	mine = make_portal_user("honest", "Muster GmbH")
	make_portal_user("rich", "Andere AG")
	pick = [{"doctype": "Sales Invoice", "name": "SINV-OF-SOMEBODY"}]
	for subjects in (
		pick,
		[{"doctype": "Salary Slip", "name": "x"}],
		"[[",
		"User|Administrator",
		[1],
		[None],
	):
		before = counts()
		answer = guest(api.file_complaint, user=mine, subject="x", description="x", subjects=subjects)
		assert set(answer["errors"]) == {"subjects"}
		assert counts() == before


MISTAKES = {
	"subject": {"subject": " "},
	"description": {"description": ""},
	"complainant_name": {"complainant_name": ""},
	"complainant_email": {"complainant_email": "no address"},
	"complainant_phone": {"complainant_phone": "<b>"},
	"complainant_address": {"preferred_channel": "Post"},
	"preferred_channel": {"preferred_channel": "Pigeon"},
	"correspondence_format": {"correspondence_format": SCRIPT},
	"occurred_on": {"occurred_on": "2999-01-01"},
	"category": {"category": "No Such Category"},
	"remedy_requested": {"remedy_requested": "A Castle"},
	"language": {"language": "tlh-x"},
	"representative_name": {"representative_email": "rita@anwalt.test"},
	"representative_email": {"representative_name": "R", "representative_email": "x"},
	"customer_reference": {"customer_reference": "x" * 1000},
	"remedy_notes": {"remedy_notes": "x" * 10_000},
}


@pytest.mark.parametrize("field", MISTAKES)
def test_an_honest_mistake_is_said_at_its_field_and_nothing_is_written(field):
	before = counts()
	answer = file_as_guest(files=[("a.png", PNG)], **MISTAKES[field])
	assert set(answer["errors"]) == {field}
	assert answer["errors"][field].endswith(".") and "<" not in answer["errors"][field]
	assert counts() == before


def test_a_day_that_is_none_and_a_category_kept_inside():
	assert set(file_as_guest(occurred_on="yesterday")["errors"]) == {"occurred_on"}
	category = frappe.get_all(
		"Complaint Category", {"is_group": 0, "disabled": 0}, pluck="name", order_by="name"
	)[0]
	frappe.db.set_value("Complaint Category", category, "show_in_portal", 0)
	assert set(file_as_guest(category=category)["errors"]) == {"category"}


def zipped(**members: bytes) -> bytes:
	held = io.BytesIO()
	with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
		for name, content in members.items():
			archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
	return held.getvalue()


WORD = {"[Content_Types].xml": b"x", "word/document.xml": b"x"}
REFUSED_FILES = {
	"an .exe named .jpg": ("photo.jpg", b"MZ\x90\x00" + b"\x00" * 100),
	"SVG": ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
	"SVG named .png": ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"),
	"HTML": ("page.html", b"<!doctype html><script>alert(1)</script>"),
	"HTML named .txt": ("page.txt", b"hello <ScRiPt >alert(1)</script>"),
	"SVG named .txt": ("page.txt", b"\xef\xbb\xbf<?xml version='1.0'?><svg/>"),
	"empty": ("nothing.png", b""),
	"30 MB": ("big.png", PNG + b"\x00" * (30 * 1024 * 1024)),
	"a script": ("run.sh", b"#!/bin/sh\nrm -rf /\n"),
	"a plain ZIP": ("files.zip", zipped(a=b"x")),
	"a macro in a .docx": ("letter.docx", zipped(**WORD, **{"word/vbaProject.bin": b"x"})),
	"a broken ZIP": ("letter.docx", b"PK\x03\x04" + b"\x00" * 50),
	"JavaScript": ("a.js", b"alert(1)"),
	"a polyglot GIF as HTML": ("a.html", b"<html>GIF89a"),
}


@pytest.mark.parametrize("what", REFUSED_FILES)
def test_files_that_are_not_taken(what):
	before = counts()
	answer = file_as_guest(files=[("good.png", PNG), REFUSED_FILES[what]])
	assert set(answer["errors"]) == {"files"}
	assert counts() == before


def test_eleven_files_are_too_many():
	before = counts()
	assert set(file_as_guest(files=[(f"{n}.png", PNG) for n in range(11)])["errors"]) == {"files"}
	assert counts() == before
	assert file_as_guest(files=[(f"{n}.png", PNG) for n in range(10)])["reference"]


TAKEN = {
	"a.jpeg": (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00", "jpg"),
	"a.JPG": (PNG, "png"),  # what it is counts, not what it is called
	"a.heic": (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20, "heic"),
	"a.webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
	"a.pdf": (b"%PDF-1.7\n", "pdf"),
	"a.mp4": (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 20, "mp4"),
	"a.m4a": (b"\x00\x00\x00\x18ftypM4A " + b"\x00" * 20, "m4a"),
	"a.mp3": (b"ID3\x04" + b"\x00" * 20, "mp3"),
	"a.docx": (zipped(**WORD), "docx"),
	"a.txt": ("Guten Tag, 3 < 5, äöü".encode(), "txt"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_files_that_are_taken(name):
	content, kind = TAKEN[name]
	[file] = uploads.check([uploads.Upload(name, content)])
	assert file.filename == f"a.{kind}"


def test_a_pdf_bomb_is_stored_unopened():
	bomb = (
		b"%PDF-1.7\n1 0 obj<</Length 100000000/Filter/FlateDecode>>stream\n"
		+ b"x\x9c" * 1000
		+ b"\nendstream"
	)
	assert file_as_guest(files=[("bomb.pdf", bomb)])["reference"]


def test_the_place_where_a_photo_was_taken_is_cut_out_and_its_turn_kept():
	gps = b"GPS 52.5200 N"
	tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0) + gps
	exif = b"Exif\x00\x00" + tiff
	photo = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xda\x00\x02picture\xff\xd9"
	[file] = uploads.check([uploads.Upload("a.jpg", photo)])
	assert gps not in file.content and file.content.endswith(b"picture\xff\xd9")
	assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in file.content


def test_markup_in_every_field_is_text_afterwards():
	names = (
		"subject",
		"description",
		"complainant_name",
		"remedy_notes",
		"assistance_notes",
		"complainant_address",
	)
	filed = file_as_guest(files=[(f"{SCRIPT}.png", PNG)], **dict.fromkeys(names, SCRIPT))
	doc = frappe.get_doc("Complaint", filed["reference"])
	assert "<script" not in doc.description and "<img" not in doc.description
	for name in names[2:]:
		assert "<script" not in (doc.get(name) or ""), name
	seen = guest(api.track, reference=doc.name, key=filed["key"])
	assert SCRIPT in seen["description"]  # what they wrote, as text
	guest(api.add_message, reference=doc.name, key=filed["key"], text=SCRIPT)
	stored = frappe.get_last_doc("Communication", {"reference_name": doc.name})
	assert "<script" not in stored.content and "<img" not in stored.content
	file = frappe.get_last_doc("File", {"attached_to_name": doc.name})
	assert "<" not in file.file_name and "<" not in file.file_url


def test_a_download_is_saved_and_never_shown_and_only_what_the_case_shows():
	case, other = file_as_guest(files=[("a.png", PNG)]), file_as_guest(files=[("b.png", PNG + b"b")])
	me = {"reference": case["reference"], "key": case["key"]}
	mine = guest(api.track, **me)["files"][0]["name"]
	answer = guest(api.download, **me, file=mine)
	assert answer.data == PNG
	assert answer.headers["Content-Disposition"].startswith("attachment")
	assert answer.headers["X-Content-Type-Options"] == "nosniff"
	theirs = guest(api.track, reference=other["reference"], key=other["key"])["files"][0]["name"]
	inside = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "note.txt",
			"content": "inside",
			"is_private": 1,
			"attached_to_doctype": "Complaint",
			"attached_to_name": case["reference"],
		}
	).insert()
	for name in (theirs, inside.name, "", "%", frappe.db.get_value("File", mine, "file_url")):
		refusal(partial(guest, api.download, **me, file=name))
	assert not as_user("Guest", lambda: frappe.get_doc("File", mine).has_permission("read"))


def closed_case() -> dict[str, str]:
	filed = file_as_guest()
	guest(api.withdraw, reference=filed["reference"], key=filed["key"], words="done")
	return filed


def test_feedback_links_open_one_case_on_one_occasion_and_nothing_else():
	one, other = closed_case()["reference"], closed_case()["reference"]
	key = keys.feedback_key(one, "Closing")
	link = {"feedback_key": key, "occasion": "Closing"}
	assert guest(api.give_feedback, reference=one, **link, overall=5)
	guest(api.give_feedback, reference=one, **link, overall=2)  # replayed: changes the one answer
	assert frappe.get_all("Complaint Feedback", {"complaint": one}, pluck="overall") == [2]
	crossed = (
		{"reference": other, **link},
		{"reference": one, "feedback_key": key, "occasion": "Unresolved"},
		{"reference": one, "feedback_key": key, "occasion": ""},
		{"reference": one, "feedback_key": "0" * 32, "occasion": "Closing"},
		{"reference": one, "feedback_key": keys.action_code(one), "occasion": "Closing"},
	)
	for values in crossed:
		refusal(partial(guest, api.give_feedback, **values, overall=1))
	refusal(lambda: guest(api.track, reference=one, key=key))
	refusal(lambda: guest(api.track, reference=one, code=key))


def test_who_handled_it_does_not_rate_it():
	handler, colleague = make_user("agent"), make_user("agent2")
	filed = file_as_guest()
	edit(frappe.get_doc("Complaint", filed["reference"]), handler=handler)
	guest(api.withdraw, reference=filed["reference"], key=filed["key"], words="done")
	link = {"feedback_key": keys.feedback_key(filed["reference"], "Closing"), "occasion": "Closing"}
	for call in (
		lambda: feedback.record_feedback(filed["reference"], overall=5),
		lambda: guest(api.give_feedback, user=handler, reference=filed["reference"], **link, overall=5),
	):
		with pytest.raises(frappe.PermissionError):
			as_user(handler, call)
	name = as_user(
		colleague,
		lambda: feedback.record_feedback(filed["reference"], "Representative", "Phone", "Good", overall=5),
	)
	row = frappe.get_doc("Complaint Feedback", name)
	assert (row.taken_by, row.taken_how, row.by, row.comments) == (
		colleague,
		"Phone",
		"Representative",
		"Good",
	)
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("auditor"), lambda: feedback.record_feedback(filed["reference"], overall=5))


@pytest.mark.parametrize("value", [6, -1, "x", "5; DROP", 2.5])
def test_ratings_go_from_one_to_five(value):
	filed = closed_case()
	answer = guest(api.give_feedback, reference=filed["reference"], key=filed["key"], overall=value, ease=3)
	assert set(answer["errors"]) == {"overall"}
	assert not frappe.db.exists("Complaint Feedback", {"complaint": filed["reference"]})


def test_a_rating_can_be_changed_for_two_weeks():
	filed = closed_case()
	me = {"reference": filed["reference"], "key": filed["key"]}
	guest(api.give_feedback, **me, overall=5)
	pass_time(days=13)
	assert "errors" not in guest(api.give_feedback, **me, overall=4)
	pass_time(days=2)
	assert "errors" in guest(api.give_feedback, **me, overall=1)
	assert frappe.get_all("Complaint Feedback", {"complaint": filed["reference"]}, pluck="overall") == [4]


def test_a_complaint_that_stays_open_is_rated_after_the_days_of_the_settings():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	assert "errors" in guest(api.give_feedback, **me, overall=1)
	pass_time(days=31)
	assert guest(api.give_feedback, **me, overall=1)["occasion"] == "Unresolved"


def test_a_thousand_guesses_end_early_and_the_owner_still_gets_in():
	filed = file_as_guest()
	ends = {"not found": 0, "too often": 0}
	for number in range(1000):
		try:
			guest(api.track, reference=filed["reference"], key=f"C-{number:032x}")
		except frappe.DoesNotExistError:
			ends["not found"] += 1
		except frappe.RateLimitExceededError:
			ends["too often"] += 1
	assert ends["not found"] == limits.WRONG_KEYS.per_case and sum(ends.values()) == 1000
	with request(address="198.51.100.9"):
		assert as_user("Guest", lambda: api.track(filed["reference"], filed["key"]))["reference"]


def test_codes_are_guessed_no_more_than_so_often_from_anywhere():
	case = make_complaint()
	found = 0
	for number in range(200):
		with request(address=f"198.51.100.{number}"):
			try:
				as_user("Guest", lambda: api.track(case.name, code="AAAA-BBBB-CCCC"))
			except frappe.DoesNotExistError:
				found += 1
			except frappe.RateLimitExceededError:
				pass
	assert found == limits.WRONG_CODES_ON_CASE


def test_ten_thousand_filings_from_one_address_end_at_the_limit():
	settings = frappe.get_doc("Complaint Settings")
	settings.filings_an_hour = 3
	settings.save()
	before, refused = frappe.db.count("Complaint"), 0
	for _number in range(10_000):
		with request():
			try:
				as_user("Guest", lambda: api.file_complaint(**FILING))
			except frappe.RateLimitExceededError:
				refused += 1
	assert (frappe.db.count("Complaint") - before, refused) == (3, 9997)


@pytest.mark.parametrize(
	"direct, forwarded, expected",
	[
		("203.0.113.7", "", "203.0.113.7"),
		("203.0.113.7", "1.2.3.4", "203.0.113.7"),  # no proxy of ours: what it says is its own invention
		("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # what our proxy saw stands last
		("10.0.0.5", "203.0.113.9", "203.0.113.9"),
		("127.0.0.1", "", "127.0.0.1"),
	],
)
def test_the_address_is_the_one_our_proxy_saw(direct, forwarded, expected):
	with request(address=direct, **({"X-Forwarded-For": forwarded} if forwarded else {})):
		assert limits.address() == expected


def test_nothing_is_left_of_a_filing_that_fails_half_way(monkeypatch):
	before = counts()
	monkeypatch.setattr(uploads, "keep", lambda *args: (_ for _ in ()).throw(RuntimeError("disk full")))
	with pytest.raises(RuntimeError):
		file_as_guest(files=[("a.png", PNG)])
	assert counts() == before


def test_actions_in_the_wrong_state_are_mistakes_and_write_nothing():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	before = counts()
	for method, extra in (
		(api.respond_to_decision, {"answer": "Accepted"}),
		(api.request_review, {}),
		(api.respond_to_decision, {"answer": "Perhaps"}),
	):
		answer = guest(method, **me, **extra)
		assert answer["errors"] and "<" not in str(answer["errors"])
	assert counts() == before


def test_an_anonymised_case_opens_no_more():
	filed = file_as_guest()
	frappe.db.set_value("Complaint", filed["reference"], "anonymised_on", frappe.utils.now())
	refusal(lambda: guest(api.track, reference=filed["reference"], key=filed["key"]))


def test_a_late_rejection_reopens_only_what_was_closed_for_want_of_a_reply():
	filed = closed_case()
	before = counts()
	assert guest(api.respond_to_decision, reference=filed["reference"], key=filed["key"], answer="Rejected")[
		"errors"
	]
	assert counts() == before
