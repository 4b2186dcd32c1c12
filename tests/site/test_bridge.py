"""ERPNext's Issue and Customer become complaints, and what comes in on an Issue reaches its complaint."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from pathlib import Path

import frappe
import pytest
from frappe.desk.form.load import get_communication_data
from frappe.email.receive import InboundMail
from frappe.utils import get_datetime

from cms_iso10002.complaints import timeline
from cms_iso10002.erpnext_bridge import customer as customer_bridge
from cms_iso10002.erpnext_bridge import issue as issue_bridge
from tests.site.factories import act, as_user, edit, kinds, make_complaint, make_customer, make_user
from tests.site.test_concurrency import in_other_connection

SENDER = "ada@kettle-fans.test"


@pytest.fixture(autouse=True)
def plain_users():
	"""Frappe makes the first desk user of a site a System Manager, who may do everything."""
	make_user("boss", "System Manager")


def make_contact(customer: str | None = None, **values):
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ada",
			"last_name": "Example",
			"is_primary_contact": 1,
			"email_ids": [{"email_id": SENDER, "is_primary": 1}],
			"phone_nos": [{"phone": "+49 30 7654321", "is_primary_mobile_no": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer}] if customer else [],
			**values,
		}
	)
	return contact.insert().name


def make_issue(**values):
	issue = frappe.new_doc("Issue")
	issue.update(
		{
			"subject": "Kettle leaks",
			"description": "<p>It has leaked since Monday.</p>",
			"raised_by": SENDER,
			**values,
		}
	)
	return issue.insert(ignore_permissions=True)


def make_mail(issue, sent_or_received: str = "Received", **values):
	mail = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": sent_or_received,
			"reference_doctype": "Issue",
			"reference_name": issue.name,
			"subject": "Kettle",
			"content": "<p>Words of the mail.</p>",
			"sender": SENDER,
			**values,
		}
	)
	return mail.insert(ignore_permissions=True)


def make_file(doctype: str, name: str, file_name: str = "photo.txt", content: str = "a photo"):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": file_name,
			"content": content,
			"is_private": 1,
			"attached_to_doctype": doctype,
			"attached_to_name": name,
		}
	).insert(ignore_permissions=True)


def complaint_of(issue):
	made = issue_bridge.make_complaint(issue.name)
	return frappe.get_doc("Complaint", made["complaint"])


def files_of(complaint) -> list:
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Complaint", "attached_to_name": complaint.name},
		fields=["file_name", "file_url", "is_private"],
		order_by="file_name",
	)


def mails_of(doctype: str, name: str) -> list[str]:
	"""What the timeline of a form shows, as Frappe reads it."""
	return sorted(row.name for row in get_communication_data(doctype, name))


def set_setting(**values) -> None:
	settings = frappe.get_doc("Complaint Settings")
	settings.update(values)
	settings.save()


# Issue → complaint


def test_what_the_issue_tells_is_carried_over():
	customer = make_customer()
	contact = make_contact(customer)
	issue = make_issue(customer=customer, contact=contact)
	complaint = complaint_of(issue)
	expected = {
		"subject": "Kettle leaks",
		"description": "<p>It has leaked since Monday.</p>",
		"customer": customer,
		"customer_name": customer,
		"customer_group": frappe.db.get_value("Customer", customer, "customer_group"),
		"territory": frappe.db.get_value("Customer", customer, "territory"),
		"contact": contact,
		"company": issue.company,
		"complainant_type": "Customer",
		"complainant_name": "Ada Example",
		"complainant_email": SENDER,
		"complainant_phone": "+49 30 7654321",
		"issue": issue.name,
		"channel": "Phone",
		"status": "Received",
	}
	assert {name: complaint.get(name) for name in expected} == expected


def test_both_show_each_other_and_the_issue_says_so():
	issue = make_issue()
	complaint = complaint_of(issue)
	issue.reload()
	assert (issue.complaint, complaint.issue) == (complaint.name, issue.name)
	comments = frappe.get_all(
		"Comment",
		filters={"reference_doctype": "Issue", "reference_name": issue.name, "comment_type": "Info"},
		pluck="content",
	)
	assert [content for content in comments if complaint.name in content]


@pytest.mark.parametrize(
	"opening_date, opening_time, created, expected",
	[
		("2026-03-02", "09:15:30", "2026-03-04 08:00:00", "2026-03-02 09:15:30"),
		("2026-03-02", None, "2026-03-02 11:12:13", "2026-03-02 11:12:13"),
		("2026-03-02", None, "2026-03-04 08:00:00", "2026-03-02 00:00:00"),
		(None, None, "2026-03-04 08:00:00", "2026-03-04 08:00:00"),
	],
	ids=["opening time", "time of the row", "day alone", "neither"],
)
def test_the_opening_is_when_it_was_received(opening_date, opening_time, created, expected):
	issue = make_issue()
	frappe.db.set_value(
		"Issue",
		issue.name,
		{"opening_date": opening_date, "opening_time": opening_time, "creation": created},
		update_modified=False,
	)
	complaint = complaint_of(issue)
	assert get_datetime(complaint.received_on) == datetime.fromisoformat(expected)
	assert get_datetime(complaint.recorded_on) > get_datetime(complaint.received_on)


def test_an_opening_time_of_a_browser_whose_clock_is_ahead_is_no_obstacle():
	issue = make_issue()
	ahead = frappe.utils.now_datetime() + timedelta(hours=9)
	frappe.db.set_value("Issue", issue.name, {"opening_date": ahead.date(), "opening_time": ahead.time()})
	assert get_datetime(complaint_of(issue).received_on) <= frappe.utils.now_datetime()


def test_the_channel_of_a_mail():
	issue = make_issue()
	make_mail(issue)
	assert complaint_of(issue).channel == "E-mail"


def test_the_channel_of_the_portal_though_erpnext_makes_a_mail_of_it():
	issue = make_issue(via_customer_portal=1)
	make_mail(issue)
	assert complaint_of(issue).channel == "Portal"


def test_a_call_noted_down_is_no_mail():
	issue = make_issue()
	make_mail(issue, communication_medium="Phone")
	make_mail(issue, sent_or_received="Sent", sender="Administrator")
	assert complaint_of(issue).channel == "Phone"


def test_an_issue_by_mail_has_its_words_in_its_first_mail():
	issue = make_issue(description="")
	make_mail(issue, content="<p>The first words.</p>", communication_date="2026-03-02 09:00:00")
	make_mail(issue, content="<p>The second words.</p>", communication_date="2026-03-03 09:00:00")
	assert complaint_of(issue).description == "<p>The first words.</p>"


def test_an_issue_that_says_nothing_has_its_subject():
	assert (
		complaint_of(make_issue(description="<p><br></p>", subject="Hot & wet")).description
		== "Hot &amp; wet"
	)


def test_a_description_longer_than_a_complaint_takes_is_cut_and_says_where_the_rest_is():
	issue = make_issue(description="<p>" + "drip " * 30_000 + "</p>")
	description = complaint_of(issue).description
	assert description.startswith("drip drip")
	assert "cut here" in description and issue.name in description


def test_pictures_in_the_text_are_those_of_the_complaint():
	issue = make_issue(description="")
	mail = make_mail(issue)
	picture = make_file("Communication", mail.name, "leak.txt", "drip")
	content = f'<p>See:</p><img src="{picture.file_url}?fid={picture.name}">'
	frappe.db.set_value("Communication", mail.name, "content", content)
	complaint = complaint_of(issue)
	assert "fid=" not in complaint.description and picture.file_url in complaint.description
	assert [file.file_url for file in files_of(complaint)] == [picture.file_url]


def take_down(**values):
	"""An Issue as an agent takes it down in the desk: ERPNext puts the agent as who raised it."""
	return as_user(make_user("agent"), lambda: make_issue(raised_by=None, **values))


def test_a_colleague_who_took_it_down_is_not_the_complainant():
	customer = make_customer()
	issue = take_down(customer=customer, contact=make_contact(customer))
	assert issue.raised_by == issue.owner == make_user("agent")
	assert complaint_of(issue).complainant_email == SENDER
	complaint = complaint_of(take_down(customer=customer))
	assert (complaint.complainant_email, complaint.complainant_name) == (None, customer)


def test_a_colleague_who_wrote_is_the_complainant():
	agent = make_user("agent")
	issue = make_issue(raised_by=agent)
	make_mail(issue, sender=agent)
	assert complaint_of(issue).complainant_email == agent


def test_an_issue_of_nobody_is_refused_with_one_sentence_and_stays_as_it_was():
	issue = take_down()
	complaints = frappe.db.count("Complaint")
	with pytest.raises(frappe.ValidationError, match="Say who complains"):
		issue_bridge.make_complaint(issue.name)
	assert frappe.db.count("Complaint") == complaints
	assert frappe.db.get_value("Issue", issue.name, ["complaint", "status"]) == (None, "Open")


def test_letters_go_in_the_customers_language():
	customer = make_customer()
	frappe.db.set_value("Customer", customer, "language", "de")
	assert complaint_of(make_issue(customer=customer)).language == "de"


def test_who_is_no_customer_is_the_public():
	complaint = complaint_of(make_issue())
	assert (complaint.complainant_type, complaint.customer, complaint.complainant_email) == (
		"Public",
		None,
		SENDER,
	)


# attachments


def test_attachments_are_linked_and_not_stored_again():
	issue = make_issue()
	mail = make_mail(issue)
	answer = make_mail(issue, sent_or_received="Sent", sender="Administrator")
	on_issue = make_file("Issue", issue.name, "receipt.txt", "the receipt")
	on_mail = make_file("Communication", mail.name, "photo.txt", "the photo")
	make_file("Issue", issue.name, "photo.txt", "the photo")
	make_file("Communication", answer.name, "terms.txt", "our terms")
	folder = Path(on_issue.get_full_path()).parent
	before = sorted(folder.iterdir())
	complaint = complaint_of(issue)
	assert {file.file_url for file in files_of(complaint)} == {on_issue.file_url, on_mail.file_url}
	assert len(files_of(complaint)) == 2 and all(file.is_private for file in files_of(complaint))
	assert sorted(folder.iterdir()) == before
	assert frappe.db.exists("File", {"name": on_issue.name, "attached_to_name": issue.name})


def test_an_attachment_whose_file_is_lost_is_named_and_no_obstacle():
	issue = make_issue()
	kept = make_file("Issue", issue.name, "kept.txt", "kept")
	lost = make_file("Issue", issue.name, "lost.txt", "lost")
	Path(lost.get_full_path()).unlink()
	complaint = complaint_of(issue)
	assert [file.file_url for file in files_of(complaint)] == [kept.file_url]
	assert any("lost.txt" in str(message) for message in frappe.local.message_log)


def test_who_sees_the_complaint_may_open_its_attachment():
	issue = make_issue()
	url = make_file("Issue", issue.name).file_url
	complaint = complaint_of(issue)
	copied = frappe.get_doc("File", {"file_url": url, "attached_to_doctype": "Complaint"})
	assert copied.attached_to_name == complaint.name
	assert as_user(make_user("investigator"), lambda: copied.has_permission("read"))


# mails


def test_mails_stand_in_the_complaints_timeline_and_are_not_copied():
	issue = make_issue()
	received, sent = make_mail(issue), make_mail(issue, sent_or_received="Sent", sender="Administrator")
	before = frappe.db.count("Communication")
	complaint = complaint_of(issue)
	both = sorted((received.name, sent.name))
	assert mails_of("Complaint", complaint.name) == mails_of("Issue", issue.name) == both
	assert frappe.db.count("Communication") == before


def test_a_mail_saved_again_keeps_its_place_in_the_complaint():
	issue = make_issue()
	early = make_mail(issue)
	complaint = complaint_of(issue)
	late = make_mail(issue)
	for mail in (frappe.get_doc("Communication", early.name), late):
		mail.content = "<p>Words with a picture.</p>"
		mail.save(ignore_permissions=True)
	assert mails_of("Complaint", complaint.name) == sorted((early.name, late.name))


def test_later_mail_reaches_the_complaint_and_is_an_event():
	issue = make_issue()
	complaint = complaint_of(issue)
	mail = make_mail(issue)
	assert mails_of("Complaint", complaint.name) == [mail.name]
	assert kinds(complaint) == ["received", "message_received"]
	event = frappe.get_last_doc("Complaint Event", {"complaint": complaint.name, "kind": "message_received"})
	assert event.public and mail.name in event.payload


def test_our_later_answer_is_shown_and_is_no_message_of_the_complainant():
	issue = make_issue()
	complaint = complaint_of(issue)
	mail = make_mail(issue, sent_or_received="Sent", sender="Administrator")
	assert mails_of("Complaint", complaint.name) == [mail.name]
	assert "message_received" not in kinds(complaint)


def test_later_mail_of_a_duplicate_reaches_the_survivor():
	original = make_complaint(complainant_email=SENDER, customer=None)
	issue = make_issue()
	duplicate = complaint_of(issue)
	act(duplicate, "Mark as Duplicate", duplicate_of=original.name, channel="Phone")
	mail = make_mail(issue)
	assert mails_of("Complaint", original.name) == [mail.name]
	assert kinds(original)[-1] == "message_received"
	assert "message_received" not in kinds(duplicate)


def test_attachments_of_later_mail_are_attached_once():
	issue = make_issue()
	complaint = complaint_of(issue)
	mail = make_mail(issue, has_attachment=1)
	url = make_file("Communication", mail.name, "second.txt", "another photo").file_url
	for _time in range(2):
		issue_bridge.pass_attachments_to_complaint(mail)
	assert [file.file_url for file in files_of(complaint)] == [url]


RAW_MAIL = """\
From: Ada Example <ada@kettle-fans.test>
To: support@complaints.test
Subject: {subject}
Message-ID: <{identifier}@kettle-fans.test>
{reply}Date: Mon, 02 Mar 2026 09:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/html; charset=utf-8

<p>{words}</p>
--part
Content-Type: text/plain; name="{identifier}.txt"
Content-Disposition: attachment; filename="{identifier}.txt"

{identifier} as a file
--part--
"""


def receive_mail(identifier: str, words: str, in_reply_to: str = ""):
	"""What Frappe makes of a mail that an Email Account whose mails become Issues has fetched."""
	if not frappe.db.exists("Email Account", "Support"):
		account = {"doctype": "Email Account", "email_account_name": "Support", "append_to": "Issue"}
		account |= {"email_id": "support@complaints.test", "use_imap": 0, "awaiting_password": 1}
		frappe.get_doc(account).insert()
	raw = RAW_MAIL.format(
		identifier=identifier,
		words=words,
		subject="Re: The kettle drips" if in_reply_to else "The kettle drips",
		reply=f"In-Reply-To: <{in_reply_to}@kettle-fans.test>\n" if in_reply_to else "",
	)
	return InboundMail(raw, frappe.get_doc("Email Account", "Support"), uid=1).process()


def test_a_mail_becomes_an_issue_a_complaint_and_its_answer_reaches_both():
	first = receive_mail("first", "It leaks.")
	issue = frappe.get_doc("Issue", first.reference_name)
	assert not issue.description
	complaint = complaint_of(issue)
	assert (complaint.subject, complaint.channel) == ("The kettle drips", "E-mail")
	assert (complaint.complainant_email, complaint.complainant_type) == (SENDER, "Public")
	assert complaint.description == "<p>It leaks.</p>"
	assert [file.file_name for file in files_of(complaint)] == ["first.txt"]
	second = receive_mail("second", "It still leaks.", in_reply_to="first")
	issue_bridge.pass_attachments_to_complaint(second)
	assert mails_of("Complaint", complaint.name) == sorted((first.name, second.name))
	assert mails_of("Issue", issue.name) == sorted((first.name, second.name))
	assert kinds(complaint) == ["received", "message_received"]
	assert {file.file_name for file in files_of(complaint)} == {"first.txt", "second.txt"}


@pytest.mark.parametrize(
	"values",
	[
		{"reference_doctype": None, "reference_name": None},
		{"reference_doctype": "Customer", "reference_name": "Muster GmbH"},
		{"communication_type": "Notification"},
	],
	ids=["filed nowhere", "of a customer", "no message"],
)
def test_what_does_not_concern_us_costs_nothing(values, monkeypatch):
	make_customer()
	mail = make_mail(make_issue(), **values)
	monkeypatch.setattr(frappe.db, "sql", None)
	issue_bridge.pass_mail_to_complaint(mail)


def test_mail_on_an_issue_without_a_complaint_stays_there():
	issue = make_issue()
	mail = make_mail(issue)
	assert not [link for link in mail.timeline_links if link.link_doctype == "Complaint"]


def test_mail_on_an_issue_whose_complaint_is_not_there_is_no_obstacle():
	issue = make_issue()
	frappe.db.set_value("Issue", issue.name, "complaint", "CMP-1999-00001")
	mail = make_mail(issue)
	assert mails_of("Issue", issue.name) == [mail.name]
	assert mails_of("Complaint", "CMP-1999-00001") == []


def test_mail_before_our_field_is_there_is_no_obstacle(monkeypatch):
	issue = make_issue()
	meta = frappe.get_meta("Issue")
	monkeypatch.setattr(frappe, "get_meta", lambda *a, **k: frappe._dict(has_field=lambda name: False))
	mail = frappe._dict(
		reference_doctype="Issue", reference_name=issue.name, communication_type="Communication"
	)
	issue_bridge.pass_mail_to_complaint(mail)
	assert meta.has_field("complaint")


# once


def test_a_second_click_returns_the_first_complaint():
	issue = make_issue()
	first, second = issue_bridge.make_complaint(issue.name), issue_bridge.make_complaint(issue.name)
	assert first["created"] is True and second == {"complaint": first["complaint"], "created": False}
	assert frappe.db.count("Complaint", {"issue": issue.name}) == 1


@pytest.mark.real_commit
def test_two_clicks_at_once_make_one_complaint():
	issue = make_issue()
	frappe.db.commit()
	answers = []
	try:
		click = lambda: answers.append(issue_bridge.make_complaint(issue.name))  # noqa: E731
		# this connection's snapshot is older than what the other one will have stored
		frappe.db.count("Complaint")
		thread, errors = in_other_connection(click)
		thread.join(60)
		assert not errors
		click()
		assert sorted(answer["created"] for answer in answers) == [False, True]
		assert len({answer["complaint"] for answer in answers}) == 1
	finally:
		frappe.db.rollback()
		for name in frappe.get_all("Complaint", filters={"issue": issue.name}, pluck="name"):
			for doctype in ("Complaint Event", "Complaint Letter"):
				frappe.db.delete(doctype, {"complaint": name})
			frappe.db.delete("Complaint Milestone", {"parent": name})
			frappe.db.delete("Complaint", {"name": name})
		for doctype, field in (("Comment", "reference_name"), ("Version", "docname"), ("Issue", "name")):
			frappe.db.delete(doctype, {field: issue.name})
		frappe.db.commit()


def split_off(issue):
	"""What ERPNext's Issue.split_issue makes: a deep copy with another subject."""
	other = copy.deepcopy(frappe.get_doc("Issue", issue.name))
	other.subject, other.issue_split_from = "Another matter", issue.name
	return frappe.get_doc(other).insert()


def test_what_is_split_off_an_issue_is_another_matter():
	issue = make_issue()
	complaint = complaint_of(issue)
	other = split_off(issue)
	frappe.db.set_value("Issue", other.name, "complaint", complaint.name)  # as it comes without our hook
	make_mail(other)
	assert kinds(complaint) == ["received"]
	second = complaint_of(other)
	assert second.name != complaint.name and second.issue == other.name


def test_a_new_issue_forgets_the_complaint_of_the_one_it_came_from():
	issue = make_issue()
	complaint_of(issue)
	other = copy.deepcopy(frappe.get_doc("Issue", issue.name))
	issue_bridge.forget_complaint(other)
	assert other.complaint is None


# settings


@pytest.mark.parametrize(
	"setting, before, after",
	[
		("Leave Open", "Open", "Open"),
		("Put on Hold", "Open", "On Hold"),
		("Put on Hold", "Replied", "On Hold"),
		("Close", "Open", "Closed"),
		("Close", "On Hold", "Closed"),
		("Put on Hold", "Closed", "Closed"),
		("Put on Hold", "Resolved", "Resolved"),
	],
)
def test_the_issue_is_held_or_closed_as_the_settings_say(setting, before, after):
	set_setting(issue_after_complaint=setting)
	issue = make_issue()
	issue.status = before
	issue.save()
	complaint_of(issue)
	assert frappe.db.get_value("Issue", issue.name, "status") == after


@pytest.mark.erpnext
def test_the_clock_of_the_issue_stops_while_it_is_on_hold():
	"""The status is set through the document, so that ERPNext's own agreement heeds it."""
	set_setting(issue_after_complaint="Put on Hold")
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	for name in ("Low", "Medium", "High"):
		if not frappe.db.exists("Issue Priority", name):
			frappe.get_doc({"doctype": "Issue Priority", "name": name}).insert()
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "None",
			"from_date": "2020-01-01",
			"to_date": "2040-01-01",
		}
	).insert()
	week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
	frappe.get_doc(
		{
			"doctype": "Service Level Agreement",
			"document_type": "Issue",
			"service_level": "Default",
			"default_service_level_agreement": 1,
			"enabled": 1,
			"holiday_list": holidays.name,
			"apply_sla_for_resolution": 1,
			"default_priority": "Medium",
			"priorities": [
				{
					"priority": "Medium",
					"default_priority": 1,
					"response_time": 14400,
					"resolution_time": 21600,
				}
			],
			"support_and_resolution": [
				{"workday": day, "start_time": "00:00:00", "end_time": "23:59:59"} for day in week
			],
			"sla_fulfilled_on": [{"status": "Closed"}],
			"pause_sla_on": [{"status": "On Hold"}],
		}
	).insert()
	frappe.cache.delete_value("doctypes_with_active_sla")
	issue = make_issue()
	assert issue.service_level_agreement
	complaint_of(issue)
	issue.reload()
	assert issue.status == "On Hold" and issue.on_hold_since and not issue.sla_resolution_by


# permission


def test_who_may_not_read_the_issue_makes_nothing_of_it():
	issue = make_issue()
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: issue_bridge.make_complaint(issue.name))
	assert not frappe.db.exists("Complaint", {"issue": issue.name})


def test_who_may_not_make_complaints_makes_none():
	issue = make_issue()
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("support", "Support Team"), lambda: issue_bridge.make_complaint(issue.name))
	assert not frappe.db.exists("Complaint", {"issue": issue.name})


def test_an_agent_who_may_only_read_the_issue_makes_a_complaint_of_it():
	agent, issue = make_user("agent"), make_issue()
	make_mail(issue)
	make_file("Issue", issue.name)
	frappe.share.add("Issue", issue.name, agent, read=1, notify=0)
	complaint = as_user(agent, lambda: complaint_of(issue))
	assert complaint.owner == agent and files_of(complaint)
	assert frappe.db.get_value("Issue", issue.name, ["complaint", "status"]) == (complaint.name, "On Hold")


@pytest.mark.parametrize("method", [issue_bridge.make_complaint, customer_bridge.make_complaint])
def test_the_methods_are_typed_and_say_by_what_verb(method):
	assert method in frappe.whitelisted and method not in frappe.guest_methods
	assert "POST" in frappe.allowed_http_methods_for_whitelisted_func[method]
	annotations = method.__annotations__
	assert annotations["return"] and len(annotations) == 2


# the Issue chosen on the complaint's form


def test_an_issue_chosen_on_the_form_shows_the_complaint():
	issue, other = make_issue(), make_issue()
	complaint = make_complaint(issue=issue.name)
	issue_bridge.show_on_issue(complaint)
	assert frappe.db.get_value("Issue", issue.name, "complaint") == complaint.name
	make_mail(issue)
	assert "message_received" in kinds(complaint)
	complaint = edit(complaint, issue=other.name)
	issue_bridge.show_on_issue(complaint)
	assert frappe.db.get_value("Issue", issue.name, "complaint") is None
	assert frappe.db.get_value("Issue", other.name, "complaint") == complaint.name


def test_an_issue_keeps_its_first_complaint():
	issue = make_issue()
	first, second = complaint_of(issue), make_complaint(issue=issue.name)
	issue_bridge.show_on_issue(second)
	assert frappe.db.get_value("Issue", issue.name, "complaint") == first.name


# Customer → complaint


def test_a_complaint_of_a_customer_is_filled_in_and_not_saved():
	customer = make_customer()
	contact = make_contact(customer)
	frappe.db.set_value(
		"Customer", customer, {"primary_address": "Weg 1<br>\n10115 Berlin<br>Germany<br>", "language": "de"}
	)
	before = frappe.db.count("Complaint")
	values = customer_bridge.make_complaint(customer)
	expected = {
		"doctype": "Complaint",
		"__islocal": 1,
		"customer": customer,
		"contact": contact,
		"complainant_type": "Customer",
		"complainant_name": "Ada Example",
		"complainant_email": SENDER,
		"complainant_phone": "+49 30 7654321",
		"complainant_address": "Weg 1\n10115 Berlin\nGermany",
		"language": "de",
		"company": frappe.db.get_default("company"),
	}
	assert {name: values.get(name) for name in expected} == expected
	assert not values.get("name") and frappe.db.count("Complaint") == before


def test_it_is_saved_once_the_agent_has_completed_it():
	customer = make_customer()
	values = customer_bridge.make_complaint(customer)
	values.update({"subject": "Leaks", "description": "It leaks."})
	complaint = frappe.get_doc(values).insert()
	fetched = frappe.db.get_value("Customer", customer, ["customer_name", "customer_group", "territory"])
	assert (complaint.customer_name, complaint.customer_group, complaint.territory) == fetched
	assert kinds(complaint) == ["received"]


def test_a_customer_without_a_contact_gives_its_name():
	values = customer_bridge.make_complaint(make_customer("Lonely Ltd"))
	assert values["complainant_name"] == "Lonely Ltd" and not values.get("contact")


@pytest.mark.parametrize("roles", [("Complaint Agent",), ("Sales User",)], ids=["customer", "complaint"])
def test_a_customers_complaint_needs_both_permissions(roles):
	customer = make_customer()
	user = make_user("half" + roles[0].split()[0].lower(), *roles)
	with pytest.raises(frappe.PermissionError):
		as_user(user, lambda: customer_bridge.make_complaint(customer))


# connections


@pytest.mark.parametrize("doctype, fieldname", [("Customer", "customer"), ("Issue", "issue")])
def test_complaints_are_among_the_connections(doctype, fieldname):
	data = frappe.get_meta(doctype).get_dashboard_data()
	groups = [group for group in data.transactions if "Complaint" in group["items"]]
	assert [group["label"] for group in groups] == ["Complaints"]
	assert len(data.transactions) > 1 or doctype == "Issue"
	assert data.non_standard_fieldnames["Complaint"] == fieldname
	assert frappe.get_meta("Complaint").get_field(fieldname).options == doctype


def test_connections_count_the_complaints_of_an_issue():
	from frappe.desk.notifications import get_open_count

	issue = make_issue()
	complaint_of(issue)
	found = get_open_count("Issue", issue.name)["count"]
	if isinstance(found, dict):  # from 15.3 on
		found = found["external_links_found"]
	assert [row["count"] for row in found if "Complaint" in row.values()] == [1]


def test_the_chain_of_events_stays_whole():
	issue = make_issue()
	complaint = complaint_of(issue)
	make_mail(issue)
	head = timeline.lock(complaint.name)
	last = frappe.get_last_doc("Complaint Event", {"complaint": complaint.name}, order_by="sequence desc")
	assert (head.ledger_head, head.ledger_sequence) == (last.hash, last.sequence)
