"""A complaint with everything that can gather around one, all of it saying the name of one person."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.naming import is_autoincremented
from frappe.query_builder import DocType
from pypika import Table
from pypika.terms import Criterion

from cms_iso10002.complaints import (
	actions,
	causes,
	clock,
	correspondence,
	feedback,
	intake,
	mail_triage,
	reportability,
)
from cms_iso10002.core import mail
from tests.site import mails
from tests.site.factories import ASSESSMENT, act, as_user, edit, make_item, make_user, pass_time
from tests.site.portal_factories import PNG
from tests.site.test_lives import remedy

NAME = "Zelda Quandt"
EMAIL = "zelda@quandt.test"
REPRESENTATIVE = "lawyer@quandt-partners.test"
WORD = "quandt"
"""In her name, her addresses, and in everything that anybody says."""


def make_person(customer_type: str = "Individual") -> tuple[str, str]:
	"""Her Customer and Contact: masters, which have a life of their own."""
	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": NAME,
			"customer_type": customer_type,
			"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}, "name"),
			"territory": frappe.db.get_value("Territory", {"is_group": 0}, "name"),
		}
	).insert()
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Zelda",
			"last_name": "Quandt",
			"email_ids": [{"email_id": EMAIL, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	return customer.name, contact.name


def words(what: str) -> str:
	return f"Mrs Quandt {what}"


def by_mail() -> Any:
	"""A complaint that came by mail, with a file, and one more message; its letters go out by mail."""
	mails.make_mailbox(reminder_days="")
	sender = f"{NAME} <{EMAIL}>"
	pictures = (("quandt kettle.png", PNG), ("quandt passport.png", PNG + b"passport"))
	mails.receive(
		mails.with_files(*pictures, body=words("complains"), sender=sender, subject=words("writes"))
	)
	name = frappe.get_all("Complaint", {"complainant_email": EMAIL}, pluck="name", order_by="creation desc")[
		0
	]
	mails.receive(mails.raw(words("writes again"), sender=sender, subject=f"{name}: once more, Quandt"))
	return frappe.get_doc("Complaint", name)


def lead_through(case) -> Any:
	"""The whole way, with words at every step, up to *Closed*."""
	manager, investigator = make_user("manager"), make_user("investigator")
	case = edit(
		case,
		**ASSESSMENT,
		**{
			"complainant_phone": "+49 30 5550001",
			"complainant_address": "Quandt Street 1",
			"customer_reference": "quandt-77",
			"assistance_notes": words("is deaf"),
			"representative_name": "Quandt & Partners",
			"representative_email": REPRESENTATIVE,
			"representative_relationship": "the Quandts' lawyer",
			"remedy_notes": words("wants her money"),
			"handler": make_user("agent"),
			"subjects": [{"item_code": make_item(), "qty": 1, "description": words("bought it")}],
			"aspects": [{"what": words("says it leaks")}],
			"redress": [{"remedy": remedy("Replacement"), "amount": 25, "description": words("gets one")}],
			"persons_concerned": [{"person_name": "Rudi Quandt", "in_what_way": "a cousin of the Quandts"}],
			"related": [{"complaint": _another(), "relation": "Repeat", "note": words("again")}],
			"immediate_action_taken": words("was called"),
		},
	)
	case = edit(case, conflict_check="Names Recorded")
	act(case, "Assess")
	act(case, "Ask Complainant", question=words("please tell us more"), channel="E-mail")
	act(case, "Resume", answer=words("told"))
	edit(case, severity="Moderate", assessment_reason=words("called"))
	act(edit(case, investigator=investigator), "Investigate")
	edit(case, findings=words("is right"), root_cause_notes=words("found it"), no_action_reason=words("n/a"))
	cause = frappe.get_all("Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="lft")[0]
	whys = [{"answer": words("was not asked"), "evidence": words("wrote so")}]
	edit(case, causes=[{"root_cause": cause, "notes": words("knew")}], whys=whys)
	doc = frappe.get_doc("Complaint", case.name)
	doc.aspects[0].update({"outcome": "Upheld", "reasons": words("is right")})
	doc.save()
	as_user(investigator, lambda: act(case, "Decide", reasons=words("is right")))
	as_user(manager, lambda: actions.approve_decision(case.name))
	act(case, "Send Response")
	correspondence.send_letter(case.name, "Progress Update", message=words("will hear"), recipient=EMAIL)
	act(case, "Record Acceptance", words=words("agrees"))
	doc = frappe.get_doc("Complaint", case.name)
	doc.redress[0].state = "Implemented"
	doc.save()
	done = act(case, "Close", reason=words("is content"))
	causes.verify_correction(done.name, words("confirmed it"))
	record = reportability.ask_again(done.name)
	reportability.decide(record, True, words("may be hurt"), "An authority", "2099-01-01 12:00:00")
	reportability.record_report(record, reference="quandt/77")
	return frappe.get_doc("Complaint", done.name)


def _another() -> str:
	values = {"subject": "Other", "description": "Other", "channel": "Web", "is_anonymous": 1}
	return intake.register(values, dedupe_key="another of hers").name


def beside(case) -> None:
	"""What people and Frappe put beside a complaint."""
	about = {"reference_doctype": "Complaint", "reference_name": case.name}
	dispute = frappe.get_doc(
		{
			"doctype": "External Dispute",
			"complaint": case.name,
			"body": _body(),
			"reference": "Quandt ./. us",
			"filed_on": clock.now_site(),
			"requests": [
				{"reference": "quandt/1", "request": words("asks"), "received_on": clock.now_site()}
			],
		}
	).insert()
	dispute.requests[0].answered_on = clock.now_site()
	dispute.update(
		{"outcome": "Settled", "remedy": words("settled"), "stage": "Closed", "closed_on": clock.now_site()}
	)
	dispute.save()
	feedback.give(case, feedback.CLOSING, {"overall": 2}, words("was not content"))
	letter = frappe.get_last_doc("Complaint Letter", {"complaint": case.name})
	letter.add_comment("Comment", words("got this"))
	case.add_comment("Comment", words("rang"))
	gone = case.add_comment("Comment", words("swore"))
	frappe.delete_doc("Comment", gone.name)
	case.add_tag("quandt")
	case.add_viewed(make_user("manager"))
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": words("waits"),
			"reference_type": "Complaint",
			"reference_name": case.name,
			"allocated_to": make_user("agent"),
		}
	).insert()
	todo.add_comment("Comment", words("was rung"))
	frappe.share.add("Complaint", case.name, make_user("agent2"), notify=0)
	held = mails.raw(words("is held"), sender=f"{NAME} <{EMAIL}>", subject=words("is held"))
	mail_triage.hold(
		mail.read(held),
		held,
		mails.MAILBOX,
		mail_triage.OPEN,
		words("?"),
		complaint=case.name,
		preview=words("."),
	)
	for doctype, values in _frappes(case, about).items():
		if frappe.db.table_exists(doctype):
			insert(frappe.get_doc({"doctype": doctype, **values}))
	frappe.db.bulk_insert(
		"Complaint Extension",
		("name", "parent", "parenttype", "parentfield", "idx", "reason"),
		[(frappe.generate_hash(length=10), case.name, "Complaint", "extensions", 1, words("waits"))],
	)


def insert(doc) -> None:
	"""As Frappe does, but for what only Frappe itself writes."""
	if doc.doctype in ("Energy Point Log", "Milestone"):
		if not is_autoincremented(doc.doctype, doc.meta):
			doc.name = frappe.generate_hash(length=10)
		doc.db_insert()
	else:
		doc.insert(ignore_permissions=True, ignore_links=True)


def _frappes(case, about: dict[str, str]) -> dict[str, dict[str, Any]]:
	return {
		"Activity Log": {**about, "subject": words("was looked at"), "full_name": NAME},
		"Document Share Key": {"reference_doctype": "Complaint", "reference_docname": case.name},
		"Email Unsubscribe": {**about, "email": EMAIL},
		"Energy Point Log": {
			**about,
			"reason": words("x"),
			"user": "Administrator",
		},
		"Error Log": {**about, "method": "x", "error": words("failed")},
		"Event": {
			"subject": words("comes"),
			"starts_on": clock.now_site(),
			"event_participants": [
				{"reference_doctype": "Complaint", "reference_docname": case.name, "email": EMAIL}
			],
		},
		"Integration Request": {
			"reference_doctype": "Complaint",
			"reference_docname": case.name,
			"data": words("x"),
			"integration_request_service": "Test",
		},
		"Milestone": {
			"reference_type": "Complaint",
			"reference_name": case.name,
			"track_field": "subject",
			"value": words("x"),
		},
		"Notification Log": {
			"subject": words("rang"),
			"for_user": make_user("agent"),
			"document_type": "Complaint",
			"document_name": case.name,
		},
		"Reminder": {
			"reminder_doctype": "Complaint",
			"reminder_docname": case.name,
			"remind_at": frappe.utils.add_days(frappe.utils.now_datetime(), 1),
			"description": words("waits"),
			"user": "Administrator",
		},
		"Webhook Request Log": {"reference_document": case.name, "data": words("x"), "url": "https://x.test"},
	}


def _body() -> str:
	if not frappe.db.exists("Dispute Resolution Body", "A Body"):
		frappe.get_doc({"doctype": "Dispute Resolution Body", "body_name": "A Body"}).insert()
	return "A Body"


def all_mail_sent() -> None:
	queue = DocType("Email Queue")
	frappe.qb.update(queue).set(queue.status, "Sent").run()


def everything() -> Any:
	"""The complaint, closed, with everything, and no mail that waits."""
	make_person()
	case = lead_through(by_mail())
	beside(case)
	all_mail_sent()
	pass_time(days=90)  # the time to take our answer further is over
	return frappe.get_doc("Complaint", case.name)


TEXT = ("char", "varchar", "text", "mediumtext", "longtext", "tinytext", "json", "longblob")


def where_it_is_said(word: str) -> dict[str, list[str]]:
	"""Every table of the site's database in which some text holds `word`, with the rows' names."""
	column = frappe.qb.Schema("information_schema").columns
	rows = (
		frappe.qb.from_(column)
		.select(column.table_name, column.column_name)
		.where((column.table_schema == frappe.conf.db_name) & column.data_type.isin(TEXT))
		.run()
	)
	columns: dict[str, list[str]] = {}
	for table, name in rows:
		columns.setdefault(table, []).append(name)
	found = {}
	for name, fields in columns.items():
		table = Table(name)
		key = table["name"] if "name" in fields else table[fields[0]]
		said = Criterion.any(table[field].like(f"%{word}%") for field in fields)
		if hits := frappe.qb.from_(table).select(key).where(said).run(pluck=True):
			found[name] = sorted(map(str, hits))
	return found
