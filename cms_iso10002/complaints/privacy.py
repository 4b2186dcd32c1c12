"""Personal data has an end: complaints are anonymised by hand, on request, and when their time is over.

ISO 10002:2018, 4.10 and 8.1. `core.retention` says what speaks against it, `core.erasure` what goes and what stays,
`erasing` does it. It is done once and can't be undone; the record of events stays whole, and tells that it was done.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, formatdate, now_datetime
from pypika.terms import Criterion

from cms_iso10002.complaints import actions, cases, clock, erasing, timeline
from cms_iso10002.complaints import contacts as contacts_known
from cms_iso10002.complaints.transactions import all_or_nothing, keep, keep_failure, retry_on_deadlock
from cms_iso10002.core import retention
from cms_iso10002.core.business_time import months_after
from cms_iso10002.core.guards import has_text
from cms_iso10002.core.similarity import normal_email
from cms_iso10002.core.states import DUPLICATE

MANAGER = "Complaint Manager"
EVENT, HELD, RELEASED = "anonymised", "retention_held", "retention_released"
RETENTION_OVER, REQUESTED, OTHER = "Retention Period Over", "Request of the Person", "Other"
MOST_A_DAY = 5000
"""Complaints that the daily job looks at; those left over come first the next day."""
MOST_FOUND = 100
"""Complaints that a search for a person answers."""
WAITS_FOR = timedelta(days=7)
"""An e-mail that was not sent for so long is not going to be."""


# one complaint -------------------------------------------------------------------------------------------


def anonymise(complaint: str, basis: str, reason: str = "", actor: str | None = None) -> bool:
	"""Anonymise a complaint in the present transaction; False, and nothing is done, where it was already.

	`basis` is one of the three above, `reason` words that stay with the event. The caller has checked who asks, commits,
	and then has `erasing.remove_files` run. Raises frappe.ValidationError with all that speaks against it.
	"""
	timeline.lock(complaint)
	doc = frappe.get_doc("Complaint", complaint, for_update=True)
	if doc.anonymised_on:
		return False
	if found := hindrances(doc):
		frappe.throw(
			_("{0} can't be anonymised now. {1}").format(doc.name, " ".join(found)),
			title=_("Not Possible Yet"),
		)
	with all_or_nothing():
		erasing.erase(doc)
		frappe.db.set_value("Complaint", doc.name, "anonymised_on", clock.now_site())
		timeline.record(doc.name, EVENT, {"basis": basis}, note=reason, actor=actor)
	frappe.clear_document_cache("Complaint", doc.name)
	return True


def hindrances(doc) -> list[str]:
	"""What speaks against anonymising `doc` now, a sentence each."""
	found = retention.hindrances(cases.read(doc), _around(doc))
	return [_(template).format(*map(_shown, arguments)) for template, *arguments in found]


def _shown(part: Any) -> Any:
	return formatdate(part) if isinstance(part, date) else part


def _around(doc) -> retention.Around:
	return retention.Around(
		outside_months=_outside_months(),
		survivor=_needed_survivor(doc),
		mail_waiting=_mail_waits(doc.name),
	)


def _needed_survivor(doc) -> str:
	"""The complaint that goes on for a duplicate, where it can't be anonymised either."""
	name = actions.survivor(doc.name) if doc.status == DUPLICATE else doc.name
	survivor = frappe.get_doc("Complaint", name) if name != doc.name else None
	return name if survivor and not survivor.anonymised_on and hindrances(survivor) else ""


def _outside_months() -> int:
	"""How long the outside body that our letters name can be turned to."""
	body = frappe.get_cached_doc("Complaint Settings").final_response_body
	found = body and frappe.get_cached_doc("Dispute Resolution Body", body)
	return cint(found.recourse_window_months) if found and found.enabled else 0


def _mail_waits(complaint: str) -> bool:
	queue, mail = DocType("Email Queue"), DocType("Communication")
	of_case = (mail.reference_doctype == "Complaint") & (mail.reference_name == complaint)
	about = (queue.reference_doctype == "Complaint") & (queue.reference_name == complaint)
	about |= queue.communication.isin(frappe.qb.from_(mail).select(mail.name).where(of_case))
	return bool(
		frappe.qb.from_(queue)
		.select(queue.name)
		.where(about & queue.status.isin(erasing.UNSENT))
		.where(queue.creation > now_datetime() - WAITS_FOR)
		.limit(1)
		.run()
	)


# the form ------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def get_hindrances(complaint: str) -> list[str]:
	"""What speaks against anonymising a complaint now, a sentence each. For Complaint Managers."""
	return hindrances(_for_manager(complaint))


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def anonymise_complaint(complaint: str, basis: str, reason: str) -> dict:
	"""Anonymise a closed complaint for good. Needs the role Complaint Manager and write permission on it.

	`basis`: Retention Period Over, Request of the Person, or Other. Raises frappe.ValidationError with all that speaks
	against it; then nothing is changed.
	"""
	_for_manager(complaint)
	if basis not in (RETENTION_OVER, REQUESTED, OTHER):
		frappe.throw(_("Choose why it is anonymised."))
	if not has_text(reason):
		frappe.throw(_("Say why it is anonymised; name nobody, since this stays."))
	anonymise(complaint, basis, reason)
	frappe.enqueue(erasing.remove_files, queue="short", enqueue_after_commit=True)
	return frappe.get_doc("Complaint", complaint).as_dict()


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def hold_back(complaint: str, reason: str = "") -> dict:
	"""Keep a complaint from being anonymised (a lawsuit, an inquiry); without a reason that ends. For Complaint Managers."""
	timeline.lock(complaint)
	doc = _for_manager(complaint)
	reason = (reason or "").strip() if has_text(reason) else ""
	if doc.anonymised_on:
		frappe.throw(_("It was anonymised already."))
	if reason != (doc.retention_hold_reason or ""):
		# past the document, which when closed refuses every edit: this changes nothing of the case itself
		frappe.db.set_value("Complaint", doc.name, "retention_hold_reason", reason or None)
		timeline.record(doc.name, HELD if reason else RELEASED, note=reason)
		frappe.clear_document_cache("Complaint", doc.name)
	return frappe.get_doc("Complaint", complaint).as_dict()


def _for_manager(complaint: str):
	"""The complaint, for a Complaint Manager who may write to it: also one with whom it is not concerned."""
	_check_manager()
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	return doc


def _check_manager() -> None:
	if MANAGER not in frappe.get_roles():
		frappe.throw(
			_("What becomes of personal data is decided by a {0}.").format(_(MANAGER)), frappe.PermissionError
		)


# when the time is over -----------------------------------------------------------------------------------


def run() -> None:
	"""Scheduled, daily: anonymise what was closed so long ago as Complaint Settings say, each in its own transaction.

	What something still speaks against is looked at again the next day. Also removes what a crash left of files.
	"""
	months = cint(frappe.db.get_single_value("Complaint Settings", "retention_months"))
	for name in due(months):
		try:
			_when_over(name, months)
		except Exception:
			# one that fails keeps no other waiting; it is looked at again the next day
			keep_failure(f"{name} could not be anonymised", name)
	erasing.erase_messages(old_messages(months))
	keep()  # a job: files go only when the rows that name them are gone for good
	erasing.remove_files()
	keep()  # a job: the files are gone, so must be what named them


def due(months: int) -> list[str]:
	"""The complaints closed longer than so many months ago and not held back, longest first; none for 0 (never)."""
	if not months:
		return []
	case = DocType("Complaint")
	held = case.retention_hold_reason.isnotnull() & (case.retention_hold_reason != "")
	return (
		frappe.qb.from_(case)
		.select(case.name)
		.where(case.closed_on < months_after(clock.today(), -months))
		.where((case.status_category == "Closed") & case.anonymised_on.isnull() & held.negate())
		.orderby(case.closed_on)
		.limit(MOST_A_DAY)
		.run(pluck=True)
	)


def old_messages(months: int) -> list[str]:
	"""Messages of the triage list that became nothing, came longer than so many months ago and still say something."""
	if not months:
		return []
	message = DocType("Complaint Mail Triage")
	return (
		frappe.qb.from_(message)
		.select(message.name)
		.where(message.complaint.isnull() & message.status.isin(("Dismissed", "Set Aside")))
		.where((message.received_on < months_after(clock.today(), -months)) & message.message_id.isnotnull())
		.orderby(message.received_on)
		.limit(MOST_A_DAY)
		.run(pluck=True)
	)


@retry_on_deadlock
def _when_over(name: str, months: int) -> bool:
	"""Anonymise one complaint whose time is over, and commit; False where something speaks against it."""
	frappe.db.rollback()  # so that what is read next is not older than the lock
	timeline.lock(name)
	doc = frappe.get_doc("Complaint", name)
	closed = [doc.closed_on]
	if doc.status == DUPLICATE:
		closed.append(frappe.db.get_value("Complaint", actions.survivor(name), "closed_on"))
	if not retention.is_over(closed, months, clock.today()) or hindrances(doc):
		return False
	done = anonymise(name, RETENTION_OVER, actor="System")
	keep()  # a job: each case in a transaction of its own
	return done


# a person's request --------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def find_person(email: str = "", contact: str = "", customer: str = "") -> dict[str, Any]:
	"""All complaints of a person, for a request to see or erase their data. For Complaint Managers.

	By e-mail address, Contact or Customer; a Contact stands for its addresses, an address for its Contacts. Returns
	`complaints` (name, status, received_on, closed_on, anonymised_on, may, why), `more` than are shown, `hidden`: how
	many there are besides that the user may not see, and `messages`: those in the triage list that belong to none.
	"""
	_check_manager()
	addresses, contacts = _same_person(email, contact)
	if not addresses and not contacts and not customer:
		frappe.throw(_("Say whose complaints you look for: an e-mail address, a Contact or a Customer."))
	names = _of_person(addresses, contacts, customer)
	fields = ["name", "status", "received_on", "closed_on", "anonymised_on"]
	rows = frappe.get_list(
		"Complaint",
		filters={"name": ("in", names or [""])},
		fields=fields,
		order_by="received_on desc",
		limit_page_length=0,
	)
	for row in rows[:MOST_FOUND]:
		row["why"] = [] if row.anonymised_on else hindrances(frappe.get_doc("Complaint", row.name))
		row["may"] = not row.anonymised_on and not row["why"]
	return {
		"complaints": rows[:MOST_FOUND],
		"more": len(rows) > MOST_FOUND,
		"hidden": len(names) - len(rows),
		"messages": _messages_of(addresses),
	}


def _same_person(email: str, contact: str) -> tuple[list[str], list[str]]:
	"""The addresses and Contacts of one person, as far as the site knows."""
	address = normal_email(email)
	addresses, contacts = {address} - {""}, set(contacts_known.with_address(address))
	if contact:
		contacts.add(contact)
		rows = {"parent": contact, "parenttype": "Contact"}
		addresses |= set(frappe.get_all("Contact Email", filters=rows, pluck="email_id", order_by="idx"))
	return sorted(addresses), sorted(contacts)


def _of_person(addresses: Sequence[str], contacts: Sequence[str], customer: str) -> list[str]:
	"""The complaints by, for or on behalf of them, and those on which a message of theirs was filed."""
	case, mail = DocType("Complaint"), DocType("Communication")
	found = []
	if addresses:
		wrote = frappe.qb.from_(mail).select(mail.reference_name)
		wrote = wrote.where((mail.reference_doctype == "Complaint") & mail.sender.isin(addresses))
		filed = case.owner.isin(addresses) & (case.channel == "Portal")
		found += [case.complainant_email.isin(addresses), case.representative_email.isin(addresses)]
		found += [filed, case.name.isin(wrote)]
	if contacts:
		found.append(case.contact.isin(contacts))
	if customer:
		found.append(case.customer == customer)
	query = frappe.qb.from_(case).select(case.name).where(Criterion.any(found))
	return query.orderby(case.received_on, order=frappe.qb.desc).run(pluck=True)


def _messages_of(addresses: Sequence[str]) -> list[str]:
	filters = {"sender": ("in", addresses or [""]), "complaint": ("is", "not set")}
	return frappe.get_all("Complaint Mail Triage", filters=filters, pluck="name", order_by="creation")
