"""The portal's API: a case from filing to rating, by guests and by customers."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import timeline
from cms_iso10002.portal import api, feedback_requests, keys, view
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_item,
	make_user,
	pass_time,
)
from tests.site.portal_factories import (
	FILING,
	PNG,
	file_as_guest,
	guest,
	make_portal_user,
	start_counting_anew,
)


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def codes(answer) -> set[str]:
	return {row["code"] for row in answer["actions"]}


def test_a_guest_files_with_a_photo_and_follows_it():
	filed = file_as_guest(files=[("../../My <i>photo.PNG", PNG)], remedy_notes="A new one")
	case = frappe.get_doc("Complaint", filed["reference"])
	assert (case.channel, case.status, case.complainant_type) == ("Portal", "Received", "Public")
	assert case.tracking_key_hash == keys.digest(filed["key"])
	assert filed["key"] not in str(frappe.db.get_all("Complaint", {"name": case.name}, ["*"]))
	assert any(step["label"] for step in filed["next_steps"])
	seen = guest(api.track, reference=case.name, key=filed["key"])
	assert seen["subject"] == FILING["subject"]
	assert seen["state"]["code"] == "Received"
	assert [file["file_name"] for file in seen["files"]] == ["My _i_photo.png"]
	assert frappe.db.get_value("File", seen["files"][0]["name"], "is_private") == 1


def test_the_whole_way_guest_asks_answers_rejects_review_accepts_rates():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	advance(me["reference"], "Under Investigation")
	act(me["reference"], "Ask Complainant", question="Which model is it?", channel="Portal")
	seen = guest(api.track, **me)
	assert seen["question"]["text"] == "Which model is it?"
	assert "answer" in codes(seen)
	seen = guest(api.add_message, **me, text="Model <b>5</b>", files=[("bill.png", PNG)])
	assert seen["state"]["code"] == "Under Investigation"
	assert seen["messages"][-1]["text"] == "Model <b>5</b>"
	assert seen["messages"][-1]["files"][0]["file_name"] == "bill.png"
	case = frappe.get_doc("Complaint", me["reference"])
	investigator = make_user("investigator")
	edit(case, findings="The seal was missing.")
	as_user(investigator, lambda: act(case, "Decide", outcome="Not Upheld", reasons="It is not ours."))
	assert guest(api.track, **me)["decision"] is None  # made, not sent
	act(case, "Send Response", channel="Phone")
	seen = guest(api.track, **me)
	assert seen["decision"]["reasons"] == "It is not ours."
	assert seen["recourse"]["how"]
	assert {"accept", "reject", "request_review", "withdraw"} <= codes(seen)
	seen = guest(api.respond_to_decision, **me, answer="Rejected")
	assert seen["state"]["code"] == "Rejected"
	seen = guest(api.request_review, **me)
	assert seen["state"]["code"] == "Under Review"
	as_user(make_user("manager"), lambda: act(case, "Decide Review", outcome="Upheld", reasons="It is ours."))
	act(case, "Send Response", channel="Phone")
	seen = guest(api.respond_to_decision, **me, answer="Accepted", words="Thank you")
	assert seen["state"]["code"] == "Accepted"
	assert "give_feedback" not in codes(seen)
	act(case, "Close")
	seen = guest(api.track, **me)
	assert "give_feedback" in codes(seen) and seen["feedback"]["occasion"] == "Closing"
	assert guest(api.give_feedback, **me, overall=4, comments="Fine")["occasion"] == "Closing"
	seen = guest(api.track, **me)
	assert seen["feedback"]["given"] and seen["feedback"]["answers"]["overall"] == 4
	assert frappe.db.count("Complaint Feedback", {"complaint": case.name}) == 1


def test_an_open_answer_is_rejected_by_asking_for_a_review_at_once():
	filed = file_as_guest()
	advance(filed["reference"], "Response Sent")
	seen = guest(api.request_review, reference=filed["reference"], key=filed["key"])
	assert seen["state"]["code"] == "Under Review"
	assert {"rejected", "review_requested"} <= set(kinds(filed["reference"]))


def test_a_withdrawal_needs_a_word():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	assert "words" in guest(api.withdraw, **me)["errors"]
	assert guest(api.withdraw, **me, words="It works now")["state"]["code"] == "Withdrawn"


def test_one_form_files_once_and_shows_its_key_once():
	first = file_as_guest(form_id="f" * 32)
	second = file_as_guest(form_id="f" * 32)
	assert second["reference"] == first["reference"]
	assert first["key"] and not second["key"]


@pytest.mark.parametrize("extra", [{"website": "http://spam.test"}, {"started": "0.1"}, {"started": "stamp"}])
def test_what_looks_like_a_machine_is_filed_and_shown_to_a_person(extra):
	if extra.get("started") == "stamp":
		extra = {"started": keys.stamp()}
	filed = file_as_guest(**extra)
	assert filed["reference"]
	assert "suspected_automatic" in kinds(filed["reference"])
	assert frappe.db.exists(
		"Notification Log", {"document_name": filed["reference"], "subject": ("like", "%machine%")}
	)


def test_who_takes_their_time_is_no_machine():
	stamp = keys.stamp()
	pass_time(seconds=60)
	assert "suspected_automatic" not in kinds(file_as_guest(started=stamp)["reference"])


def test_guests_may_be_switched_off():
	settings = frappe.get_doc("Complaint Settings")
	settings.allow_guest = 0
	settings.save()
	with pytest.raises(frappe.PermissionError):
		file_as_guest()
	user = make_portal_user("signed", "Muster GmbH")
	assert guest(api.file_complaint, user=user, subject="A", description="B")["reference"]


def test_a_message_after_merging_goes_to_the_case_that_goes_on():
	one, other = file_as_guest(), file_as_guest()
	act(other["reference"], "Mark as Duplicate", duplicate_of=one["reference"], channel="Portal")
	guest(api.add_message, reference=other["reference"], key=other["key"], text="One more thing")
	assert "message_received" in kinds(one["reference"])
	assert guest(api.track, reference=other["reference"], key=other["key"])["goes_on_as"] == one["reference"]


def test_looking_is_no_event():
	filed = file_as_guest()
	before = kinds(filed["reference"])
	guest(api.track, reference=filed["reference"], key=filed["key"])
	assert kinds(filed["reference"]) == before


def test_what_is_inside_stays_inside():
	filed = file_as_guest()
	doc = advance(filed["reference"], "Decided")
	secret = "S3CRET"
	edit(doc, findings=secret, root_cause_notes=secret, no_action_reason=secret, priority_reason=secret)
	edit(doc, persons_concerned=[{"person_name": secret}], conflict_check="Names Recorded")
	doc.add_comment("Comment", secret)
	timeline.record(doc.name, "remark", {"x": secret}, note=secret)
	answer = str(guest(api.track, reference=filed["reference"], key=filed["key"]))
	for hidden in (secret, "investigator@complaints.test", "severity", "confidentiality", "Minor"):
		assert hidden not in answer


def test_an_unverified_representative_learns_that_it_arrived_and_no_more():
	filed = file_as_guest(representative_name="Rita Vertreter", representative_email="rita@anwalt.test")
	me = {"reference": filed["reference"], "key": filed["key"]}
	assert filed["key"].startswith("R-")
	seen = guest(api.track, **me)
	assert seen["withheld"] and not seen["subject"] and not seen["timeline"] and not seen["messages"]
	assert codes(seen) == {"add_message"}
	assert "errors" not in guest(api.upload, **me, files=[("authority.png", PNG)])
	for method, extra in ((api.withdraw, {"words": "x"}), (api.respond_to_decision, {"answer": "Accepted"})):
		with pytest.raises(frappe.PermissionError):
			guest(method, **me, **extra)
	doc = frappe.get_doc("Complaint", filed["reference"])
	edit(
		doc,
		representative_authority="Accept",
		representative_verified_by=make_user("agent"),
		representative_proof_notes="Letter of authority seen",
	)
	assert guest(api.track, **me)["subject"]


def test_a_code_from_a_letter_opens_the_case_however_it_is_typed():
	case = make_complaint(complainant_email=None)
	code = keys.action_code(case.name)
	typed = code.lower().replace("-", " ").replace("o", "0")
	assert guest(api.track, reference=case.name, code=typed)["subject"] == case.subject


def test_a_posted_letter_carries_the_code():
	case = make_complaint(complainant_email=None, complainant_address="Weg 1\n10115 Berlin")
	act(case, "Acknowledge", channel="Post")
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	assert keys.action_code(case.name) in (letter.content or "") + (letter.get("page") or "")


def test_a_lost_key_goes_to_the_address_on_the_case_and_nowhere_else():
	filed = file_as_guest()
	frappe.db.delete("Email Queue")
	wrong = guest(api.reissue_key, reference=filed["reference"], email="thief@evil.test")
	absent = guest(api.reissue_key, reference="CMP-1999-00001", email="gerda@gast.test")
	assert not frappe.db.count("Email Queue")
	right = guest(api.reissue_key, reference=filed["reference"], email="Gerda@Gast.test")
	assert wrong == absent == right
	queued = frappe.get_last_doc("Email Queue")
	assert [row.recipient for row in queued.recipients] == ["gerda@gast.test"]
	assert guest(api.track, reference=filed["reference"], key=filed["key"])  # the old one is good until then
	case = frappe.get_doc("Complaint", filed["reference"])
	token = keys.renewal_token(case.name, case.tracking_key_hash, keys.COMPLAINANT)
	new = guest(api.renew_key, reference=case.name, token=token)["key"]
	assert new not in queued.message
	assert guest(api.track, reference=case.name, key=new)
	for gone in (
		lambda: guest(api.track, reference=case.name, key=filed["key"]),
		lambda: guest(api.renew_key, reference=case.name, token=token),
	):
		with pytest.raises(frappe.DoesNotExistError):
			gone()


def test_a_link_for_a_new_key_grows_old():
	case = frappe.get_doc("Complaint", file_as_guest()["reference"])
	token = keys.renewal_token(case.name, case.tracking_key_hash, keys.COMPLAINANT)
	pass_time(hours=25)
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.renew_key, reference=case.name, token=token)


def test_the_list_and_the_case_agree_on_who_sees_what():
	colleague, other = (
		make_portal_user("colleague", "Muster GmbH", by="Portal User"),
		make_portal_user("foreign", "Andere AG"),
	)
	me = make_portal_user("me", "Muster GmbH")
	mine = guest(api.file_complaint, user=me, subject="Mine", description="x")["reference"]
	shared = guest(api.file_complaint, user=me, subject="Shared", description="x", share_with_company=1)[
		"reference"
	]
	secret = guest(api.file_complaint, user=me, subject="Secret", description="x", share_with_company=1)[
		"reference"
	]
	edit(frappe.get_doc("Complaint", secret), confidentiality="Confidential")
	expected = {me: {mine, shared, secret}, colleague: {shared}, other: set()}
	for user, seen in expected.items():
		listed = {row["reference"] for row in guest(api.list_complaints, user=user)["complaints"]}
		assert listed == seen
		for name in (mine, shared, secret):
			if name in seen:
				assert guest(api.track, user=user, reference=name)["reference"] == name
			else:
				with pytest.raises(frappe.DoesNotExistError):
					guest(api.track, user=user, reference=name)
	assert guest(api.track, user=colleague, reference=shared)["actions"] == []


def test_the_customer_is_the_sessions_and_nobodys_else():
	user = make_portal_user("own", "Muster GmbH")
	reference = guest(api.file_complaint, user=user, subject="A", description="B")["reference"]
	doc = frappe.get_doc("Complaint", reference)
	assert (doc.customer, doc.complainant_email) == ("Muster GmbH", user)
	assert view.state("Received")["label"]


def test_ratings_are_asked_for_once_after_closing_and_where_it_stays_open():
	closed, stays = (file_as_guest()["reference"] for _number in range(2))
	pass_time(days=31)
	file_as_guest()  # too young to be asked about
	as_user("Administrator", lambda: act(closed, "Withdraw", words="x"))
	frappe.db.delete("Email Queue")
	feedback_requests.run()
	feedback_requests.run()
	about = frappe.get_all("Email Queue", pluck="reference_name", order_by="creation")
	assert sorted(about) == sorted([closed, stays])
	assert "feedback_asked" in kinds(closed) and "feedback_asked_open" in kinds(stays)
	message = frappe.get_doc("Email Queue", {"reference_name": closed}).message
	assert "feedback_key" in message


def test_ones_own_documents_are_offered_and_those_of_others_are_not():
	mine, theirs = make_portal_user("buyer", "Muster GmbH"), make_portal_user("rival", "Andere AG")
	order = frappe.new_doc("Sales Order")
	order.update(
		{"name": "SO-PORTAL", "customer": "Muster GmbH", "transaction_date": "2026-03-02", "docstatus": 1}
	)
	order.db_insert()
	item = frappe.new_doc("Sales Order Item")
	item.update({"parent": order.name, "parenttype": "Sales Order", "parentfield": "items", "idx": 1})
	item.update({"item_code": make_item(), "item_name": "Kettle", "qty": 2, "uom": "Nos"})
	item.db_insert()
	assert [row["name"] for row in guest(api.my_documents, user=mine)] == ["SO-PORTAL"]
	assert guest(api.my_documents, user=theirs) == []
	pick = [{"doctype": "Sales Order", "name": "SO-PORTAL", "item_code": "Kettle"}]
	filing = {"subject": "x", "description": "x", "subjects": pick}
	assert set(guest(api.file_complaint, user=theirs, **filing)["errors"]) == {"subjects"}
	[row] = frappe.get_doc("Complaint", guest(api.file_complaint, user=mine, **filing)["reference"]).subjects
	assert (row.reference_name, row.item_code, row.qty) == ("SO-PORTAL", "Kettle", 2)


def test_a_button_pressed_twice_sends_one_message():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	for _time in range(2):
		guest(api.add_message, **me, text="It's <wet>.\n\nVery wet.")
		guest(api.add_message, **me, files=[("a.png", PNG)])
	guest(api.add_message, **me, text="Still wet.")
	seen = guest(api.add_message, **me, files=[("b.png", PNG + b"1")])
	assert [len(message["files"]) for message in seen["messages"] if message["mine"]] == [0, 1, 0, 1]
	pass_time(minutes=11)
	assert len(guest(api.add_message, **me, text="Still wet.")["messages"]) == 5


def test_what_cannot_be_done_now_is_said_in_the_portals_words():
	filed = file_as_guest()
	me = {"reference": filed["reference"], "key": filed["key"]}
	for method, values in (
		(api.respond_to_decision, {"answer": "Accepted"}),
		(api.respond_to_decision, {"answer": "Rejected"}),
		(api.request_review, {}),
	):
		[sentence] = guest(method, **me, **values)["errors"].values()
		assert "Received" in sentence and "Record" not in sentence and "Request Review" not in sentence


def test_who_may_only_write_for_somebody_neither_withdraws_nor_accepts():
	filed = file_as_guest(representative_name="Rita Vertreter", representative_email="rita@anwalt.test")
	me = {"reference": filed["reference"], "key": filed["key"]}
	edit(
		frappe.get_doc("Complaint", filed["reference"]),
		representative_authority="Correspond",
		representative_verified_by=make_user("agent"),
		representative_proof_notes="Letter of authority seen",
	)
	assert "withdraw" not in codes(guest(api.track, **me))
	with pytest.raises(frappe.PermissionError):
		guest(api.withdraw, **me, words="We withdraw.")


def test_a_key_is_read_off_paper_as_a_code_is():
	filed = file_as_guest()
	name, key = filed["reference"], filed["key"]
	digits = key[2:].replace("-", "").replace(" ", "")
	grouped = " ".join(digits[start : start + 4] for start in range(0, 32, 4))
	for typed in (key.upper(), f"C {grouped}", grouped, digits, f" c\u2013{grouped.upper()} ", f"C{digits}"):
		assert guest(api.track, reference=name, key=typed)["role"] == "Complainant"
	for wrong in (f"R-{digits}", digits[:-1], f"x{digits}", f"{key}0", ""):
		with pytest.raises(frappe.DoesNotExistError):
			guest(api.track, reference=name, key=wrong)


def test_a_renewal_link_that_was_used_says_so():
	filed = file_as_guest()
	with pytest.raises(frappe.DoesNotExistError, match="used before"):
		guest(api.renew_key, reference=filed["reference"], token="Cx.1")
	with pytest.raises(frappe.DoesNotExistError, match="used before"):
		guest(api.renew_key, reference="CMP-1990-00001", token="Cx.1")
