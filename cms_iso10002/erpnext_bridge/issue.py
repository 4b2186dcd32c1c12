"""From an Issue to a complaint, and what comes in on the Issue afterwards.

An Issue becomes at most one complaint: its field `complaint` names it, and that complaint's `issue` names the
Issue. Only where both agree is the link believed, because ERPNext's *Split Issue* copies an Issue with all its
fields, and what was split off is another matter.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import (
	escape_html,
	get_datetime,
	get_link_to_form,
	get_time,
	getdate,
	parse_addr,
	strip_html,
	validate_email_address,
)

from cms_iso10002.complaints import actions, clock, intake, mail_routing, timeline
from cms_iso10002.core.guards import has_text
from cms_iso10002.erpnext_bridge import customer

MESSAGES = ("Communication", "Automated Message")
"""The kinds of Communication that a form's timeline shows as messages."""

STATUS_AFTER = {"Put on Hold": "On Hold", "Close": "Closed"}
"""What an Issue becomes, by the setting *Issue When Its Complaint Is Made*."""
DONE = ("Resolved", "Closed")


@frappe.whitelist(methods=["POST"])
@actions.retry_on_deadlock
def make_complaint(issue: str) -> dict:
	"""Make the complaint of an Issue, once: `{"complaint": its name, "created": whether it is new}`.

	Its mails and attachments come along, and the Issue is held or closed as the settings say.
	"""
	doc = frappe.get_doc("Issue", issue, for_update=True)
	doc.check_permission("read")
	if existing := _believed(doc.get("complaint"), doc.name, lock=True):
		return {"complaint": existing, "created": False}
	frappe.new_doc("Complaint").check_permission("create")
	mails = _mails(doc.name)
	complaint = intake.register(_values(doc, mails), attachments=_attachments(doc.name, mails))
	show_in_timeline([mail.name for mail in mails], complaint.name)
	_hand_over(doc, complaint.name)
	return {"complaint": complaint.name, "created": True}


def pass_mail_to_complaint(doc, method: str | None = None) -> None:
	"""Communication.after_insert: what comes in on an Issue reaches the complaint that was made of it."""
	complaint = _complaint_of_message(doc)
	if not complaint:
		return
	# Inserted by itself: saving the Communication again would make ERPNext reopen the Issue once more.
	doc.append("timeline_links", {"link_doctype": "Complaint", "link_name": complaint}).db_insert()
	if _is_from_outside(doc):
		known = mail_routing.is_known(doc.sender, complaint)  # ERPNext files strangers' mail by its subject
		timeline.record(complaint, "message_received", {"communication": doc.name}, public=known)


def pass_attachments_to_complaint(doc, method: str | None = None) -> None:
	"""Communication.on_update: Frappe attaches a mail's files only after the mail was inserted, then saves it."""
	if not doc.has_attachment or not _is_from_outside(doc):
		return
	complaint = _complaint_of_message(doc)
	if not complaint:
		return
	there = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Complaint", "attached_to_name": complaint},
		pluck="file_url",
		order_by="creation",
	)
	files = files_of("Communication", [doc.name])
	intake.attach(
		complaint, [file.name for file in files if file.file_url not in there and not is_lost(file)]
	)


def forget_complaint(doc, method: str | None = None) -> None:
	"""Issue.before_insert: a new Issue has no complaint, even one that was split off or copied by other code."""
	doc.complaint = None


def show_on_issue(doc, method: str | None = None) -> None:
	"""Complaint.on_update: the Issue chosen on the form shows the complaint, unless it has one already."""
	before = doc.get_doc_before_save()
	former = before.issue if before else None
	if doc.issue == former or not frappe.get_meta("Issue").has_field("complaint"):
		return
	if former and frappe.db.get_value("Issue", former, "complaint") == doc.name:
		_set_complaint(former, None)
	if doc.issue and not _believed(frappe.db.get_value("Issue", doc.issue, "complaint"), doc.issue):
		_set_complaint(doc.issue, doc.name)


def _set_complaint(issue: str, complaint: str | None) -> None:
	# past the document: a pointer is no change of the Issue, and must not outdate its open form
	frappe.db.set_value("Issue", issue, "complaint", complaint, update_modified=False)


def _believed(complaint: str | None, issue: str, lock: bool = False) -> str | None:
	"""`complaint` if it really was made of `issue`. `lock` reads past a snapshot older than the Issue's lock."""
	if complaint and frappe.db.get_value("Complaint", complaint, "issue", for_update=lock) == issue:
		return complaint
	return None


def _complaint_of_message(doc) -> str | None:
	"""The complaint that a message on an Issue belongs to: the survivor where it was a duplicate."""
	if doc.reference_doctype != "Issue" or doc.communication_type not in MESSAGES:
		return None
	if not frappe.get_meta("Issue").has_field("complaint"):
		return None
	complaint = _believed(frappe.db.get_value("Issue", doc.reference_name, "complaint"), doc.reference_name)
	return complaint and actions.survivor(complaint)


def _is_from_outside(doc) -> bool:
	return doc.sent_or_received == "Received" and doc.communication_type == "Communication"


def _mails(issue: str) -> list[Any]:
	"""The messages on an Issue, oldest first, as far as they decide anything here."""
	return frappe.get_all(
		"Communication",
		filters={
			"reference_doctype": "Issue",
			"reference_name": issue,
			"communication_type": ("in", MESSAGES),
		},
		fields=["name", "sent_or_received", "communication_type", "communication_medium"],
		order_by="communication_date, creation",
	)


def _values(issue, mails: Sequence[Any]) -> dict[str, Any]:
	"""The Issue as fields of Complaint."""
	sender = validate_email_address(parse_addr(issue.raised_by or "")[1])
	person = {**_lead(issue), **customer.of_customer(issue.customer)}
	if _is_taken_down(issue, sender):
		person.update(_unless_by(sender, customer.of_contact(issue.contact)))
	else:
		person.update({**customer.of_contact(issue.contact), "complainant_email": sender})
	return {
		**person,
		"subject": issue.subject,
		"description": _description(issue, mails),
		"channel": _channel(issue, mails),
		"received_on": received_on(issue),
		"company": issue.company,
		"issue": issue.name,
		"complainant_type": "Customer" if issue.customer else "Public",
	}


def _is_taken_down(issue, sender: str) -> bool:
	"""Whether who raised the Issue is a colleague who took it down for somebody else.

	ERPNext puts the user who opened the form where nothing else is given, and then that user's own Contact.
	"""
	if not sender:
		return True
	return sender == issue.owner and frappe.db.get_value("User", sender, "user_type") == "System User"


def _unless_by(sender: str, contact: dict[str, Any]) -> dict[str, Any]:
	return {} if sender and contact.get("complainant_email") == sender else contact


def received_on(issue) -> datetime:
	"""When the matter first reached the organisation, in site time: the opening of the Issue.

	ERPNext fills the opening time on forms and from mail only; an Issue that other code made has none, and the
	creation of its row tells the time of the day.
	"""
	created = get_datetime(issue.creation)
	day = getdate(issue.opening_date or created)
	if issue.opening_time:
		opened = datetime.combine(day, get_time(issue.opening_time))
	elif day == created.date():
		opened = created
	else:
		opened = datetime.combine(day, datetime.min.time())
	# the opening time comes from the browser, whose clock may be ahead of ours
	return min(opened, clock.now_site())


def _channel(issue, mails: Iterable[Any]) -> str:
	# the portal first: ERPNext makes a mail of what was typed there
	if issue.via_customer_portal:
		return "Portal"
	by_mail = any(_is_from_outside(mail) and mail.communication_medium == "Email" for mail in mails)
	return "E-mail" if issue.email_account or by_mail else "Phone"


def _description(issue, mails: Iterable[Any]) -> str:
	"""What the complainant said: an Issue that came by mail has it in its first mail only."""
	said = issue.description
	if not _says_something(said):
		first = next((mail.name for mail in mails if _is_from_outside(mail)), None)
		said = first and frappe.db.get_value("Communication", first, "content")
	if not _says_something(said):
		said = escape_html(issue.subject)
	said = without_file_ids(said)
	if len(said) > intake.LONGEST_DESCRIPTION:
		note = _("(The text was too long and is cut here. All of it stands in {0}.)").format(issue.name)
		said = f"{strip_html(said)[: intake.LONGEST_DESCRIPTION // 2]}… <p>{note}</p>"
	return said


def without_file_ids(html: str) -> str:
	"""A `fid` asks for that one File, which only those may see who see what it came with; the complaint has its own."""
	return re.sub(r"(/private/files/[^\"'?\s]+)\?fid=\w+", r"\1", html)


def _says_something(html: str | None) -> bool:
	return has_text(html) or "<img" in (html or "")


def _lead(issue) -> dict[str, Any]:
	"""Who complains, where they are no customer yet."""
	row = issue.get("lead") and frappe.db.get_value(
		"Lead", issue.lead, ["lead_name", "email_id", "mobile_no", "phone"], as_dict=True
	)
	if not row:
		return {}
	return {
		"complainant_name": row.lead_name,
		"complainant_email": row.email_id,
		"complainant_phone": row.mobile_no or row.phone,
	}


def _attachments(issue: str, mails: Iterable[Any]) -> list[str]:
	"""The Files of the Issue and of the mails that came in on it, each content once."""
	came_in = [mail.name for mail in mails if _is_from_outside(mail)]
	found = {
		file.file_url: file for file in [*files_of("Communication", came_in), *files_of("Issue", [issue])]
	}
	lost = [file for file in found.values() if is_lost(file)]
	if lost:
		frappe.msgprint(
			_("Not taken over, because the file itself is lost: {0}").format(
				", ".join(escape_html(file.file_name) for file in lost)
			),
			indicator="orange",
		)
	return [file.name for file in found.values() if file not in lost]


def files_of(doctype: str, names: Sequence[str]) -> list[Any]:
	if not names:
		return []
	return frappe.get_all(
		"File",
		filters={"attached_to_doctype": doctype, "attached_to_name": ("in", names), "is_folder": 0},
		fields=["name", "file_name", "file_url", "is_private"],
		order_by="creation",
	)


def is_lost(file) -> bool:
	"""Whether a File record has lost its content; a second record of it can't be made then."""
	doc = frappe.get_doc({"doctype": "File", **file})
	return not doc.is_remote_file and not doc.exists_on_disk()


def show_in_timeline(mails: Sequence[str], complaint: str) -> None:
	"""Link mails to the complaint, in whose timeline they then stand too. The mails themselves stay as they are."""
	if not mails:
		return
	links = Counter(
		frappe.get_all(
			"Communication Link",
			filters={"parenttype": "Communication", "parent": ("in", mails)},
			pluck="parent",
			order_by="parent",
		)
	)
	stamp, user = frappe.utils.now(), frappe.session.user
	rows = [
		{
			"name": frappe.generate_hash(length=10),
			"creation": stamp,
			"modified": stamp,
			"owner": user,
			"modified_by": user,
			"parent": mail,
			"parenttype": "Communication",
			"parentfield": "timeline_links",
			"idx": links[mail] + 1,
			"link_doctype": "Complaint",
			"link_name": complaint,
		}
		for mail in mails
	]
	frappe.db.bulk_insert("Communication Link", list(rows[0]), [tuple(row.values()) for row in rows])


def _hand_over(issue, complaint: str) -> None:
	"""The Issue shows its complaint, and is held or closed: from now on the complaint is worked on."""
	issue.complaint = complaint
	status = STATUS_AFTER.get(frappe.get_cached_doc("Complaint Settings").issue_after_complaint)
	if status and issue.status not in DONE:
		issue.status = status
	issue.flags.ignore_mandatory = True  # what a site asks of new Issues is no matter of this old one
	# Follows from making the complaint, which was permitted; nothing else on the Issue changes.
	issue.save(ignore_permissions=True)
	issue.add_comment(
		"Info", _("made complaint {0} of this issue").format(get_link_to_form("Complaint", complaint))
	)
