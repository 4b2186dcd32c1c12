"""Anonymising: nothing of a person is left, what is counted stays, and the record of events stays whole."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from inspect import signature
from pathlib import Path

import frappe
import frappe.api
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from cms_iso10002.complaints import (
	actions,
	actors,
	erasing,
	privacy,
	sealing,
	summary,
	timeline,
	verification,
)
from cms_iso10002.core import erasure
from tests.site import privacy_factories as made
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	kinds,
	make_complaint,
	make_user,
	pass_time,
	set_now,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
MASTERS = {"tabCustomer", "tabContact", "tabContact Email", "tabDynamic Link", "tabVersion"}
"""Where she may still stand: in the masters, and in the history of those."""


@pytest.fixture(autouse=True)
def monday():
	set_now(MONDAY)
	yield
	set_now(None)


@pytest.fixture
def case():
	return made.everything()


def manager(function):
	return as_user(make_user("manager"), function)


def anonymise(complaint, **values):
	values = {"basis": "Request of the Person", "reason": "asked for by letter", **values}
	manager(lambda: privacy.anonymise_complaint(getattr(complaint, "name", complaint), **values))
	frappe.db.commit()
	erasing.remove_files()
	frappe.db.commit()
	return frappe.get_doc("Complaint", getattr(complaint, "name", complaint))


def closed(**values):
	case = make_complaint(**{"customer": None, **values})
	act(case, "Withdraw", words="Never mind")
	made.all_mail_sent()
	return case


# nothing is left -----------------------------------------------------------------------------------------


def test_nothing_of_her_is_left_in_any_table(case):
	before = made.where_it_is_said(made.WORD)
	assert {
		"tabComplaint",
		"tabCommunication",
		"tabComplaint Letter",
		"tabFile",
		"tabComplaint Event",
	} <= set(before)
	assert len(before) > 30
	anonymise(case)
	left = made.where_it_is_said(made.WORD)
	versions = left.pop("tabVersion", [])
	assert set(left) <= MASTERS
	about = frappe.get_all(
		"Version", {"name": ("in", versions or [""])}, pluck="ref_doctype", order_by="name"
	)
	assert set(about) <= {"Customer", "Contact"}


def counted(complaint) -> dict[str, list]:
	"""All that stays of a complaint and its records, field by field."""
	own = erasing._own_records(complaint.name)
	found = {}
	for doctype in erasure.doctypes():
		table = frappe.qb.DocType(doctype)
		kept = [name for name in erasing._fields(doctype, erasure.KEPT) if name not in NEW]
		query = frappe.qb.from_(table).select(table.name, *kept).where(erasing._of_case(doctype, own))
		found[doctype] = list(query.orderby(table.name).run())
	return found


NEW = ("ledger_head", "ledger_sequence", "anonymised_on")


def test_what_is_counted_stays_and_the_record_is_whole(case):
	set_now(MONDAY)
	pass_time(days=2)
	sealing.make_daily_seal()
	pass_time(days=90)
	summary.rebuild()
	days = frappe.get_all("Complaint Daily Summary", fields=["*"], order_by="name")
	before, events = counted(case), frappe.db.count("Complaint Event")
	assert verification.verify().whole
	done = anonymise(case)
	after = counted(case)
	told = [row for row in after["Complaint Event"] if "anonymised" in row]
	after["Complaint Event"] = [row for row in after["Complaint Event"] if row not in told]
	assert len(told) == 1 and kinds(case)[-1] == "anonymised"
	assert after == before and len(before["Complaint Letter"]) > 3
	summary.rebuild()
	fields = ("day", "company", "category", "handler", "stage", *summary.NUMBERS, "worked_histogram")

	def told_by(rows):
		return sorted(str([row[name] for name in fields]) for row in rows)

	assert told_by(frappe.get_all("Complaint Daily Summary", fields=["*"], order_by="name")) == told_by(days)
	report = verification.verify()
	assert report.findings == [] and report.seals == 1 and report.events == events + 1
	assert done.outcome == "Upheld" and done.redress[0].amount == 25 and done.customer_group
	assert (done.customer, done.contact, done.complainant_email, done.complainant_name) == (None,) * 4
	assert done.subject == done.description == done.findings == erasure.ERASED
	assert done.handler == make_user("agent")


def test_it_is_done_once(case):
	anonymise(case)
	head = frappe.db.get_value("Complaint", case.name, ["ledger_head", "modified"])
	assert manager(lambda: privacy.anonymise(case.name, "Other")) is False
	assert frappe.db.get_value("Complaint", case.name, ["ledger_head", "modified"]) == head
	event = frappe.get_last_doc("Complaint Event", {"complaint": case.name, "kind": "anonymised"})
	assert event.note == "asked for by letter"
	assert json.loads(event.payload)["data"]["basis"] == "Request of the Person"


def test_whole_or_not_at_all(case, monkeypatch):
	before = made.where_it_is_said(made.WORD)

	def fail(*args):
		raise RuntimeError("the power is gone")

	monkeypatch.setattr(erasing, "_erase_unused_tags", fail)
	with pytest.raises(RuntimeError):
		manager(lambda: privacy.anonymise_complaint(case.name, "Other", "because"))
	before.pop("tabError Log")  # in a table that knows no transactions
	assert made.where_it_is_said(made.WORD) == before
	assert "anonymised" not in kinds(case)


# files ---------------------------------------------------------------------------------------------------


def on_disk(complaint) -> list[Path]:
	urls = frappe.get_all(
		"File",
		{"attached_to_doctype": ("like", "Complaint%"), "attached_to_name": complaint.name},
		pluck="file_url",
		order_by="name",
	)
	return [Path(frappe.get_site_path(url.lstrip("/"))) for url in urls]


def attach(doctype: str, name: str, content: str) -> Path:
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "quandt.txt",
			"content": content,
			"is_private": 1,
			"attached_to_doctype": doctype,
			"attached_to_name": name,
		}
	).insert()
	return Path(frappe.get_site_path(file.file_url.lstrip("/")))


def test_files_go_from_the_disk_once_it_is_committed_unless_an_issue_has_them():
	case = closed()
	content = frappe.generate_hash(length=20)
	own = attach("Complaint", case.name, content)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "x", "raised_by": "z@quandt.test"}).insert()
	shared = attach("Issue", issue.name, content + "!")
	assert attach("Complaint", case.name, content + "!") == shared
	letter = frappe.db.get_value("Complaint Letter", {"complaint": case.name}) or case.name
	of_letter = attach("Complaint Letter", letter, content + "?")
	try:
		manager(lambda: privacy.anonymise_complaint(case.name, "Other", "because"))
		assert own.exists() and not frappe.db.exists(
			"File", {"file_name": "quandt.txt", "attached_to_name": case.name}
		)
		frappe.db.commit()
		assert erasing.remove_files() == (3 if letter != case.name else 2)
		assert not own.exists() and shared.exists()
		assert of_letter.exists() is (letter == case.name)
		assert erasing.remove_files() == 0
		assert frappe.db.exists("File", {"attached_to_doctype": "Issue", "attached_to_name": issue.name})
	finally:
		for path in (own, shared, of_letter):
			path.unlink(missing_ok=True)


# what speaks against it ----------------------------------------------------------------------------------


def refused(complaint) -> str:
	with pytest.raises(frappe.ValidationError) as caught:
		anonymise(complaint)
	assert not frappe.db.get_value("Complaint", complaint.name, "anonymised_on")
	return str(caught.value)


def test_only_what_is_closed():
	assert "not closed" in refused(make_complaint())


def test_not_while_an_outside_body_looks_at_it():
	case = make_complaint()
	dispute = {"doctype": "External Dispute", "complaint": case.name, "body": made._body()}
	frappe.get_doc({**dispute, "filed_on": "2026-03-02 09:00:00"}).insert()
	act(case, "Withdraw", words="Never mind")
	assert "outside body is open" in refused(case)


def test_not_while_our_answer_can_be_taken_further(body):
	case = advance(make_complaint(), "Response Sent")
	act(case, "Record Acceptance", words="Fine")
	act(case, "Close")
	frappe.db.set_value("Email Queue", {"reference_name": case.name}, "status", "Sent")
	assert "taken further until" in refused(case)
	pass_time(days=70)  # the window inside is over, the body's year is not
	assert "taken further until" in refused(case)
	pass_time(days=320)
	assert anonymise(case).anonymised_on


def test_not_while_agreed_redress_is_open():
	case = advance(make_complaint(redress=[{"remedy": made.remedy("Replacement")}]), "Response Sent")
	act(case, "Record Acceptance", words="Fine")
	act(case, "Withdraw", words="Never mind, but send it")
	pass_time(days=90)
	assert "Redress that was agreed" in refused(case)


def test_not_while_a_grave_matter_is_still_investigated():
	case = make_complaint(safety_implication="Yes")
	act(case, "Withdraw", words="Never mind")
	assert "investigation goes on" in refused(case)
	edit(case, findings="The cable was too thin.")
	assert anonymise(case).anonymised_on


def test_not_while_a_mail_waits():
	case = closed()
	queued = {"doctype": "Email Queue", "reference_doctype": "Complaint", "reference_name": case.name}
	frappe.get_doc({**queued, "status": "Not Sent", "message": "m", "recipients": []}).insert()
	assert "waits to be sent" in refused(case)


def test_a_duplicate_waits_for_the_one_that_goes_on():
	original = make_complaint()
	case = act(make_complaint(), "Mark as Duplicate", duplicate_of=original.name, channel="Phone")
	made.all_mail_sent()
	assert f"{original.name}, which goes on for this duplicate" in refused(case)
	act(original, "Withdraw", words="Never mind")
	manager(lambda: privacy.hold_back(original.name, "a lawsuit"))
	assert f"{original.name}, which goes on for this duplicate" in refused(case)
	manager(lambda: privacy.hold_back(original.name))
	assert anonymise(case).duplicate_of == original.name
	assert verification.verify().whole


def test_it_can_be_held_back():
	case = closed()
	agent = make_user("agent")
	with pytest.raises(frappe.PermissionError):
		as_user(agent, lambda: privacy.hold_back(case.name, "a lawsuit"))
	manager(lambda: privacy.hold_back(case.name, "a lawsuit"))
	assert kinds(case)[-1] == "retention_held" and "held back: a lawsuit" in refused(case)
	assert verification.verify().whole
	manager(lambda: privacy.hold_back(case.name, " "))
	assert kinds(case)[-1] == "retention_released"
	assert anonymise(case).anonymised_on
	with pytest.raises(frappe.ValidationError, match="anonymised already"):
		manager(lambda: privacy.hold_back(case.name, "too late"))


def test_it_is_for_managers_who_may_see_the_case_and_say_why():
	case = closed(persons_concerned=[{"user": make_user("manager2")}], conflict_check="Names Recorded")
	for user in ("agent", "auditor", "manager2"):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user(user), lambda: privacy.anonymise_complaint(case.name, "Other", "because"))
	with pytest.raises(frappe.ValidationError, match="Say why"):
		anonymise(case, reason=" ")
	with pytest.raises(frappe.ValidationError, match="Choose why"):
		anonymise(case, basis="I feel like it")
	assert anonymise(case).anonymised_on


# afterwards ----------------------------------------------------------------------------------------------


def test_nothing_more_happens_to_it():
	case = anonymise(closed())
	for action, data in (("Reopen", {"to_state": "Received", "reason": "r"}),):
		with pytest.raises(frappe.ValidationError, match="was anonymised"):
			manager(lambda action=action, data=data: act(case, action, **data))
	from cms_iso10002.complaints import correspondence, feedback

	with pytest.raises(frappe.ValidationError, match="was anonymised"):
		correspondence.send_letter(case.name, "Progress Update", message="Hello", channel="Phone")
	with pytest.raises(frappe.ValidationError, match="can be rated once"):
		as_user(make_user("agent2"), lambda: feedback.record_feedback(case.name, overall=1))
	with pytest.raises(frappe.ValidationError, match="can't be changed"):
		edit(case, subject="Something new")


def test_a_later_mail_is_a_new_complaint():
	from tests.site import mails

	case = made.by_mail()
	act(case, "Withdraw", words="Never mind")
	made.all_mail_sent()
	thread = frappe.db.get_value("Communication", {"reference_name": case.name}, "message_id")
	anonymise(case)
	answer = {"sender": f"{made.NAME} <{made.EMAIL}>", "subject": f"Re: {case.name}"}
	assert mails.receive(mails.raw("Hello again", In_Reply_To=f"<{thread}>", **answer)) == "new complaint"
	assert not frappe.db.exists("Communication", {"reference_name": case.name})


def test_its_letters_and_forms_still_print(case, web):
	anonymise(case)
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	for doctype, name, form in (
		("Complaint Letter", letter.name, "Complaint Letter"),
		("Complaint", case.name, "Complaint Follow-up Form"),
		("Complaint", case.name, "Complaint Form"),
	):
		html = frappe.get_print(doctype, name, form)
		assert made.WORD not in html.lower() and case.name in html


def test_a_company_stays_and_its_people_go():
	customer, contact = made.make_person("Company")
	case = closed(
		customer=customer, contact=contact, complainant_name=made.NAME, complainant_email=made.EMAIL
	)
	done = anonymise(case)
	assert (done.customer, done.customer_name, done.contact, done.complainant_name) == (
		customer,
		made.NAME,
		None,
		None,
	)


def test_fields_a_site_has_added_are_emptied_unless_they_only_count():
	fates = {kind: erasure.of_unknown(kind) for kind in ("Data", "Date", "Link", "Int", "Select", "Check")}
	assert fates == {
		"Data": "emptied",
		"Date": "emptied",
		"Link": "emptied",
		"Int": "kept",
		"Select": "kept",
		"Check": "kept",
	}


# when the time is over -----------------------------------------------------------------------------------


def retain(months: int) -> None:
	frappe.db.set_single_value("Complaint Settings", "retention_months", months)
	frappe.db.commit()


def test_the_time_of_retention():
	case, held, young = closed(), closed(), make_complaint()
	manager(lambda: privacy.hold_back(held.name, "a lawsuit"))
	duplicate = act(
		make_complaint(customer=None), "Mark as Duplicate", duplicate_of=young.name, channel="Phone"
	)
	made.all_mail_sent()
	pass_time(days=200)
	act(young, "Withdraw", words="Never mind")
	retain(0)
	privacy.run()
	assert not frappe.db.exists("Complaint", {"anonymised_on": ("is", "set")})
	retain(6)
	privacy.run()
	done = frappe.get_all("Complaint", {"anonymised_on": ("is", "set")}, pluck="name", order_by="name")
	assert done == [case.name]
	event = frappe.get_last_doc("Complaint Event", {"complaint": case.name})
	assert (event.kind, event.actor) == ("anonymised", "System")
	pass_time(days=190)  # now the complaint that went on for the duplicate is old enough, too
	privacy.run()
	assert frappe.db.get_value("Complaint", duplicate.name, "anonymised_on")
	assert verification.verify().whole


def test_one_that_fails_keeps_no_other_waiting_and_a_deadlock_is_tried_again(monkeypatch):
	one, other = closed(), closed()
	pass_time(days=200)
	retain(6)
	erase, calls = erasing.erase, []

	def sometimes(doc):
		calls.append(doc.name)
		if doc.name == one.name:
			raise RuntimeError("disk full")
		if len(calls) == 2:
			raise frappe.QueryDeadlockError
		erase(doc)

	frappe.db.commit()
	monkeypatch.setattr(erasing, "erase", sometimes)
	privacy.run()
	assert not frappe.db.get_value("Complaint", one.name, "anonymised_on")
	assert frappe.db.get_value("Complaint", other.name, "anonymised_on")
	assert calls == [one.name, other.name, other.name]
	assert frappe.db.exists("Error Log", {"reference_name": one.name})


def test_messages_that_became_nothing_go_as_well():
	from cms_iso10002.complaints import mail_triage
	from cms_iso10002.core import mail
	from tests.site import mails

	raw = mails.raw(made.words("sells something"), sender=f"{made.NAME} <{made.EMAIL}>")
	name = mail_triage.hold(
		mail.read(raw), raw, mails.MAILBOX, mail_triage.SET_ASIDE, made.words("?"), preview="Quandt"
	)
	waiting = mails.raw("Open", sender=f"{made.NAME} <{made.EMAIL}>")
	kept = mail_triage.hold(mail.read(waiting), waiting, mails.MAILBOX, mail_triage.OPEN, "look at it")
	retain(6)
	pass_time(days=200)
	privacy.run()
	doc = frappe.get_doc("Complaint Mail Triage", name)
	assert (doc.sender, doc.preview, doc.reason) == (None, None, erasure.ERASED)
	assert mail_triage.raw_message(name) == b"" and mail_triage.raw_message(kept)
	assert frappe.db.get_value("Complaint Mail Triage", kept, "sender") == made.EMAIL
	assert mail_triage.held_as(doc.message_key) == name  # and it does not come in again


# a person's request --------------------------------------------------------------------------------------


def test_all_complaints_of_a_person():
	customer, contact = made.make_person()
	mine = [
		closed(complainant_email=made.EMAIL),
		closed(contact=contact, complainant_email=None),
		make_complaint(representative_name="Z", representative_email=made.EMAIL.upper()),
	]
	hidden = make_complaint(
		complainant_email=made.EMAIL,
		persons_concerned=[{"user": make_user("manager")}],
		conflict_check="Names Recorded",
	)
	make_complaint()
	bought = make_complaint(customer=customer)
	found = manager(lambda: privacy.find_person(email=made.EMAIL))
	rows = {row["name"]: row for row in found["complaints"]}
	assert set(rows) == {case.name for case in mine} and found["hidden"] == 1
	assert hidden.name not in rows and bought.name not in rows
	assert [rows[case.name]["may"] for case in mine] == [True, True, False]
	assert rows[mine[2].name]["why"] == ["It is not closed."]
	assert bought.name in {
		row["name"] for row in manager(lambda: privacy.find_person(customer=customer))["complaints"]
	}
	by_contact = manager(lambda: privacy.find_person(contact=contact))
	assert {row["name"] for row in by_contact["complaints"]} == set(rows)
	anonymise(mine[0])
	assert mine[0].name not in {
		row["name"] for row in manager(lambda: privacy.find_person(email=made.EMAIL))["complaints"]
	}
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: privacy.find_person(email=made.EMAIL))
	with pytest.raises(frappe.ValidationError, match="Say whose"):
		manager(lambda: privacy.find_person())


# who acted -----------------------------------------------------------------------------------------------


def actor_of(complaint, kind: str) -> str:
	return frappe.db.get_value("Complaint Event", {"complaint": complaint.name, "kind": kind}, "actor")


def shown(complaint, kind: str) -> dict:
	return next(row for row in actions.get_timeline(complaint.name) if row["kind"] == kind)


def test_events_name_nobody_and_people_see_names():
	agent, colleague = make_user("agent"), make_user("agent2")
	case = as_user(agent, make_complaint)
	other = as_user(agent, make_complaint)
	as_user(agent, lambda: edit(case, handler=colleague, immediate_action_taken="Unplugged."))
	payloads = "".join(
		frappe.get_all("Complaint Event", {"complaint": case.name}, pluck="payload", order_by="sequence")
	)
	assert "@" not in payloads
	reference = actor_of(case, "received")
	assert frappe.db.get_value("Complaint Actor", reference, ["user", "complaint"]) == (agent, None)
	assert actor_of(other, "received") == reference
	assert shown(case, "received")["actor"] == "agent"
	assert shown(case, "assigned")["detail"] == "Handler: agent2"
	event = frappe.get_doc("Complaint Event", {"complaint": case.name, "kind": "received"})
	assert event.as_dict()["actor_name"] == "agent" and event.actor == reference
	assert verification.verify().whole


def test_accounts_of_nobody_and_the_system_are_named_as_they_are():
	case = make_complaint()
	assert actor_of(case, "received") == "Administrator"
	timeline.record(case.name, "noted", actor="System")
	assert actor_of(case, "noted") == "System" and shown(case, "noted")["actor"] == "System"
	assert not frappe.db.count("Complaint Actor")


def test_events_from_before_references_show_and_verify():
	agent = make_user("agent")
	case = as_user(agent, make_complaint)
	by_name = lambda user, case: user  # noqa: E731
	before, actors.reference = actors.reference, by_name
	try:
		as_user(agent, lambda: edit(case, handler=agent))
	finally:
		actors.reference = before
	assert actor_of(case, "assigned") == agent
	assert (
		shown(case, "assigned")["actor"] == "agent" and shown(case, "assigned")["detail"] == "Handler: agent"
	)
	assert verification.verify().whole


def test_somebody_from_outside_has_a_reference_for_each_complaint():
	from cms_iso10002.portal import api
	from tests.site.portal_factories import FILING, guest, make_portal_user

	user = make_portal_user("zoe")
	filed = [guest(api.file_complaint, user=user, **FILING) for _ in range(2)]
	names = [answer["reference"] for answer in filed]
	cases = [frappe.get_doc("Complaint", name) for name in names]
	one, two = (actor_of(case, "received") for case in cases)
	assert one != two and "@" not in one
	assert frappe.db.get_value("Complaint Actor", two, ["user", "complaint"]) == (user, names[1])
	assert guest(api.track, user=user, reference=names[0], key=filed[0]["key"])["reference"] == names[0]
	act(cases[0], "Withdraw", words="Never mind")
	made.all_mail_sent()
	done = anonymise(cases[0])
	for who in (user, "Guest"):
		with pytest.raises(frappe.DoesNotExistError):
			guest(api.track, user=who, reference=names[0], key=filed[0]["key"])
	assert frappe.db.get_value("Complaint Actor", one, "user") is None
	assert (
		shown(cases[0], "received")["actor"] == "a former user"
		and shown(cases[1], "received")["actor"] == "zoe"
	)
	assert (done.owner, done.received_by) == ("Guest", None)
	left = made.where_it_is_said("zoe@customers.test")
	assert names[0] not in left.get("tabComplaint", []) and one not in left.get("tabComplaint Actor", [])
	owned = frappe.get_all("Complaint Event", {"complaint": names[0]}, pluck="name", order_by="name")
	assert not set(left.get("tabComplaint Event", [])) & set(owned)
	assert verification.verify().whole


def test_an_employee_who_complains_is_from_outside_in_their_own_complaint():
	agent = make_user("agent2")
	case = as_user(
		agent, lambda: make_complaint(complainant_email=agent, complainant_type="Employee as Customer")
	)
	assert frappe.db.get_value("Complaint Actor", actor_of(case, "received"), "complaint") == case.name


def test_renaming_and_deleting_a_user_breaks_nothing():
	user = make_user("agent9")
	case = as_user(user, make_complaint)
	case.db_set("received_by", None)
	frappe.rename_doc("User", user, "agent10@complaints.test", force=True)
	assert shown(case, "received")["actor"] == "agent9" and verification.verify().whole
	as_user("agent10@complaints.test", lambda: edit(case, is_recurrent=1, waiting_on="Supplier"))
	assert actor_of(case, "changed") == actor_of(case, "received")
	case.reload()
	case.db_set("handler", None)
	frappe.db.delete("Notification Log", {"for_user": "agent10@complaints.test"})
	frappe.delete_doc("User", "agent10@complaints.test")
	assert shown(case, "received")["actor"] == "a former user"
	assert verification.verify().whole
	assert make_complaint().name


def test_a_reference_that_was_rolled_back_is_made_again():
	agent = make_user("agent")
	frappe.db.savepoint("earlier")
	as_user(agent, lambda: edit(make_complaint(), waiting_on="Supplier"))  # made, and found again
	frappe.db.rollback(save_point="earlier")
	case = as_user(agent, make_complaint)
	assert frappe.db.exists("Complaint Actor", actor_of(case, "received"))
	assert frappe.db.count("Complaint Actor") == 1


def test_references_are_for_managers_and_auditors_and_written_by_nobody():
	case = as_user(make_user("agent"), make_complaint)
	reference = actor_of(case, "received")
	for user, allowed in (("manager", True), ("auditor", True), ("agent", False)):
		assert bool(as_user(make_user(user), lambda: frappe.has_permission("Complaint Actor"))) is allowed
	doc = frappe.get_doc("Complaint Actor", reference)
	for attempt in (doc.save, doc.delete, frappe.get_doc({"doctype": "Complaint Actor", "name": "x"}).insert):
		with pytest.raises(frappe.ValidationError, match="by hand"):
			attempt()


def test_a_body_s_own_reference_is_in_no_event(case):
	payloads = frappe.get_all(
		"Complaint Event", {"complaint": case.name}, pluck="payload", order_by="sequence"
	)
	text = "".join(payloads)
	assert not any(word in text.lower() for word in (made.WORD, "@", "zelda"))
	dispute = frappe.get_last_doc("External Dispute", {"complaint": case.name})
	assert f"{dispute.name}#1" in text


# who looked ----------------------------------------------------------------------------------------------


def views(complaint) -> int:
	return frappe.db.count("View Log", {"reference_doctype": "Complaint", "reference_name": complaint.name})


def rest(doctype: str, name: str) -> None:
	"""GET /api/resource/DOCTYPE/NAME; Frappe 15 of 2023 takes the request from where it lies."""
	builder = EnvironBuilder(path=f"/api/resource/{doctype}/{name}", method="GET")
	frappe.local.request, frappe.local.form_dict = Request(builder.get_environ()), frappe._dict()
	handle = frappe.api.handle
	answer = handle(frappe.local.request) if signature(handle).parameters else handle()
	assert answer.status_code == 200 and name in answer.get_data(as_text=True)
	del frappe.local.request


def readings(complaint):
	"""Ways in which a complaint is read, each as a request does it."""
	from frappe.client import get
	from frappe.desk.form.load import getdoc

	letter = frappe.db.get_value("Complaint Letter", {"complaint": complaint.name})
	event = frappe.db.get_value("Complaint Event", {"complaint": complaint.name})
	return {
		"form": lambda: getdoc("Complaint", complaint.name),
		"REST": lambda: rest("Complaint", complaint.name),
		"method": lambda: get("Complaint", complaint.name),
		"print": lambda: frappe.get_print("Complaint", complaint.name, "Complaint Form"),
		"standard print": lambda: frappe.get_print("Complaint", complaint.name),
		"letter": lambda: rest("Complaint Letter", letter),
		"event": lambda: getdoc("Complaint Event", event),
		"row": lambda: rest("Complaint Aspect", complaint.aspects[0].name),
	}


@pytest.mark.parametrize("level, logged", [("Normal", False), ("Confidential", True), ("Restricted", True)])
def test_who_reads_a_confidential_case_is_put_down_whatever_the_door(level, logged, web):
	case = make_complaint(confidentiality=level, aspects=[{"what": "leaks"}])
	act(case, "Acknowledge", channel="Phone")
	case.reload()
	frappe.local.form_dict = frappe._dict()
	for door, read in readings(case).items():
		before = views(case)
		manager(read)
		expected = 1 if logged or door == "form" else 0  # Frappe's own log of forms is for all complaints
		assert views(case) - before == expected, door
	viewer = frappe.get_last_doc("View Log", {"reference_name": case.name}).viewed_by
	assert viewer == make_user("manager")


def test_what_the_form_fetches_besides_is_no_reading_of_its_own():
	case = make_complaint(confidentiality="Restricted")
	manager(lambda: actions.get_timeline(case.name))
	manager(lambda: actions.get_timeline(case.name))
	assert views(case) == 1


@pytest.mark.parametrize(
	"path, form, columns",
	[
		("/api/resource/Complaint", {"fields": ["name", "description"]}, "description"),
		("/api/resource/Complaint", {"fields": '["*"]'}, "*"),
		("/api/v2/document/Complaint/", {"fields": '["findings"]'}, "findings"),
		("/api/method/frappe.client.get_list", {"doctype": "Complaint Aspect", "fields": '["what"]'}, "what"),
		(
			"/api/method/frappe.client.get_value",
			{"doctype": "Complaint", "fieldname": "findings"},
			"findings",
		),
		(
			"/api/method/frappe.desk.reportview.get",
			{"doctype": "Complaint", "fields": '["`tabComplaint`.`complainant_email`"]'},
			"complainant_email",
		),
		("/api/method/frappe.desk.reportview.get", {"doctype": "Complaint", "fields": '["subject"]'}, None),
		("/api/resource/Complaint", {}, None),
		("/api/resource/Issue", {"fields": '["description"]'}, None),
		("/api/resource/Complaint/CMP-1", {"fields": '["*"]'}, None),
		("/app/complaint", {"fields": '["*"]', "doctype": "Complaint"}, None),
	],
)
def test_a_list_of_words_is_put_down_in_frappes_access_log(path, form, columns):
	from cms_iso10002.complaints import access_log

	frappe.db.delete("Access Log")  # what browser tests have left
	frappe.local.form_dict = frappe._dict(form)
	for status in (200, 403):
		access_log.note_list(Response(status=status), Request(EnvironBuilder(path=path).get_environ()))
	logs = frappe.get_all(
		"Access Log", {"method": "List"}, ["columns", "user", "filters"], order_by="creation"
	)
	assert [log.columns for log in logs] == ([columns] if columns else [])
	assert all(log.user == "Administrator" and not log.filters for log in logs)


@pytest.mark.parametrize(
	("path", "form", "exported"),
	[
		("/api/method/frappe.desk.query_report.export_query", {}, "Complaint Register"),
		("/", {"cmd": "frappe.desk.query_report.export_query"}, "Complaint Register"),
		(
			"/api/method/frappe.desk.query_report.export_query",
			{"report_name": "Complaint Register in Full"},
			"Complaint Register in Full",
		),
		("/api/method/frappe.desk.query_report.export_query", {"report_name": "Complaint Pareto"}, None),
		("/api/method/frappe.desk.query_report.run", {}, None),
	],
)
def test_a_register_that_is_exported_is_put_down_whatever_the_browser_does(path, form, exported):
	from cms_iso10002.complaints import access_log

	frappe.db.delete("Access Log")
	form = {"report_name": "Complaint Register", "file_format_type": "CSV", **form}
	frappe.local.form_dict = frappe._dict(form)
	for status in (200, 403):
		access_log.note_list(Response(status=status), Request(EnvironBuilder(path=path).get_environ()))
	logs = frappe.get_all("Access Log", fields=["method", "report_name", "file_type", "export_from", "user"])
	wanted = {"method": "Export", "report_name": exported, "file_type": "CSV", "export_from": "Complaint"}
	assert logs == ([{**wanted, "user": "Administrator"}] if exported else [])


def test_the_log_outlives_the_names(case):
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Confidential")
	manager(lambda: frappe.get_doc("Complaint", case.name).apply_fieldlevel_read_permissions())
	before = views(case)
	assert before
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Normal")
	anonymise(case)
	assert views(case) == before
	users = frappe.get_all("View Log", {"reference_name": case.name}, pluck="viewed_by", order_by="name")
	assert not any("@" in user for user in users)
