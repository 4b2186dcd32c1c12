"""Small things that confuse: each was found by somebody who used the portal and the form for the first time."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import actions, correspondence
from cms_iso10002.portal import api, keys, pages
from tests.site.factories import act, advance, make_complaint
from tests.site.portal_factories import (
	FILING,
	PNG,
	file_as_guest,
	guest,
	make_portal_user,
	start_counting_anew,
)
from tests.site.test_portal_pages import opened


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def opens(filed) -> dict[str, str]:
	return {"reference": filed["reference"], "key": filed["key"]}


def test_all_files_that_cannot_be_taken_are_named_with_their_endings():
	files = [("ok.png", PNG), ("drawing.svg", b"<svg></svg>"), ("run.exe", b"MZ\x90"), ("empty.pdf", b"")]
	sentence = file_as_guest(files=files)["errors"]["files"]
	assert all(name in sentence for name in ("drawing.svg", "run.exe", "empty.pdf"))
	assert "ok.png" not in sentence


def test_a_text_file_with_markup_is_not_told_to_be_a_text_file():
	sentence = file_as_guest(files=[("page.txt", b"<html><script>1</script>")])["errors"]["files"]
	assert "page.txt" in sentence and "TXT" not in sentence and "PDF" in sentence


def test_languages_that_we_write_come_first_and_no_nonsense():
	context = opened(pages.new_complaint, method="GET")
	rows = context.languages
	first = [row["name"] for row in rows if row["group"] == rows[0]["group"]]
	assert {"en", "de"} <= set(first) and len(first) < 6
	assert rows[-1]["group"] != rows[0]["group"]
	assert not [row for row in rows if "In-Context" in row["label"] or row["name"] == "ach"]


def test_kinds_of_problem_come_in_groups():
	rows = opened(pages.new_complaint, method="GET").categories
	groups = [row["group"] for row in rows]
	assert len(set(groups)) > 5 and "Defective, Wrong or Damaged" in groups
	assert len([one for one, before in zip(groups, ["", *groups], strict=False) if one != before]) == len(
		set(groups)
	)


def test_what_may_be_asked_for_is_in_plain_words():
	labels = {row["name"]: row["label"] for row in opened(pages.new_complaint, method="GET").remedies}
	assert labels["Refund"] == "My money back"
	assert "Rework" not in " ".join(labels.values())


def test_keys_open_however_they_are_copied():
	filed = file_as_guest()
	key, bare = filed["key"], filed["key"].replace("-", "")[1:].lower()
	assert max(map(len, key.split("-"))) == 4, "in groups that can be read out"
	spelt = (key, key.upper(), key.lower(), key.replace("-", " "), f" C {bare} ", bare, f"C-{bare}")
	for typed in spelt:
		seen = guest(api.track, reference=filed["reference"], key=typed)
		assert seen["role"] == "Complainant", typed
	assert frappe.db.get_value("Complaint", filed["reference"], "tracking_key_hash") == keys.digest(key)
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, reference=filed["reference"], key=f"R-{bare}")


def test_keys_of_representatives_keep_saying_whose_they_are():
	acts = {"acting": "other", "representative_name": "Rita Rep", "representative_email": "rita@rep.test"}
	filed = file_as_guest(**acts)
	bare = filed["key"].replace("-", "")[1:]
	assert guest(api.track, reference=filed["reference"], key=bare)["role"] == "Representative"


def test_a_used_link_says_that_it_was_used():
	filed = file_as_guest()
	doc = frappe.get_doc("Complaint", filed["reference"])
	token = keys.renewal_token(doc.name, doc.tracking_key_hash, keys.COMPLAINANT)
	guest(api.renew_key, reference=doc.name, token=token)
	for reference in (doc.name, "CMP-1999-00001"):
		with pytest.raises(frappe.DoesNotExistError, match="used before"):
			guest(api.renew_key, reference=reference, token=token)


def test_the_timeline_says_why_it_went_on():
	filed = file_as_guest()
	advance(filed["reference"], "Under Investigation")
	act(filed["reference"], "Ask Complainant", question="Which model?", channel="Portal")
	seen = guest(api.add_message, **opens(filed), text="Model 5")
	said = [line["text"] for line in seen["timeline"]]
	assert "We have your answer, and go on." in said and "We went on." not in said
	act(filed["reference"], "Ask Complainant", question="And which year?", channel="Portal")
	act(filed["reference"], "Resume")
	seen = guest(api.track, **opens(filed))
	assert "We went on without an answer." in [line["text"] for line in seen["timeline"]]


def test_dates_of_documents_can_not_be_misread():
	from cms_iso10002.portal import frame

	rows = [{"doctype": "Sales Order", "name": "SO-1", "date": "2026-03-02", "items": []}]
	assert "2 March 2026" in frame.picks(rows)[0]["label"]


def test_nobody_of_ours_received_what_was_filed_on_the_page():
	assert not frappe.db.get_value("Complaint", file_as_guest()["reference"], "received_by")
	customer = make_portal_user("empfang", "Muster GmbH")
	filed = guest(api.file_complaint, user=customer, **FILING)
	assert not frappe.db.get_value("Complaint", filed["reference"], "received_by")
	assert make_complaint().received_by


# In the desk


def test_why_letters_do_not_go_to_an_unverified_representative_is_said():
	case = make_complaint(
		complainant_address="",
		complainant_email="",
		representative_name="Rita Rep",
		representative_email="rita@rep.test",
		correspondence_to="Representative",
	)
	act(case, "Acknowledge", channel="E-mail")
	with pytest.raises(frappe.ValidationError, match="Rita Rep is not verified"):
		correspondence.send_letter(case.name, "Progress Update", "Post", message="News")
	with pytest.raises(frappe.ValidationError, match="Rita Rep is not verified"):
		correspondence.send_letter(case.name, "Progress Update", "E-mail", message="News")


def test_what_is_missing_is_said_once():
	case = advance(make_complaint(), "Response Sent")
	doc = frappe.get_doc("Complaint", case.name)
	doc.append("redress", {"remedy": "Refund", "basis": "Offer", "state": "Proposed"})
	doc.save()
	act(case, "Record Acceptance", words="Yes", channel="Phone")
	doc = frappe.get_doc("Complaint", case.name)
	doc.redress[0].state = "Accepted"
	doc.save()
	missing = actions.get_dialog(case.name, "Close")["missing"]
	assert missing.count("the agreed redress implemented") == 1
	assert "early" not in missing


def test_dialogs_say_to_whom_the_letter_goes_and_show_it_before():
	case = make_complaint()
	fields = {field["fieldname"]: field for field in actions.get_dialog(case.name, "Acknowledge")["fields"]}
	hint = fields["channel"]["description"]
	assert "erika@muster.test" in hint and "printview" in hint and "Complaint%20Acknowledgement" in hint
	assert fields["channel"]["label"] != fields["told_by"]["label"]
	assert "erika@muster.test" in actions.get_letter_hint(case.name, "Progress Update")


def test_a_posted_letter_offers_itself_to_be_printed():
	case = make_complaint(complainant_address="Weg 1\nBerlin")
	frappe.clear_messages()
	act(case, "Acknowledge", channel="Post")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name}).name
	said = " ".join(str(message) for message in frappe.local.message_log)
	assert letter in said and "printview" in said
