"""Others affected: who bought the same and did not complain (ISO 10002:2018, annex responses).

Who bought what is known by others (hook `complaint_buyers`). Whoever has complained of the same is left out; who was told
because of this complaint is marked, and not told again.
"""

import json
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.query_builder import DocType
from frappe.utils import cstr, escape_html, getdate
from frappe.utils.csvutils import to_csv
from frappe.utils.xlsxutils import make_xlsx

from cms_iso10002.complaints import clock, correspondence, mail_thread, permissions, timeline
from cms_iso10002.complaints.letter_language import speaking, spoken
from cms_iso10002.complaints.transactions import all_or_nothing, retry_on_deadlock
from cms_iso10002.core.spreadsheet import harmless

HOOK = "complaint_buyers"
DOCTYPE = "Complaint Other Affected"
FIELDS = {"Item": "item_code", "Batch": "batch_no", "Serial No": "serial_no"}
DEFAULT_DAYS = 365
LONGEST = 3660
MOST_TOLD = 200
MANAGER = "Complaint Manager"


@frappe.whitelist(methods=["GET", "POST"])
def find(complaint: str, by: str = "Item", from_date: str = "", to_date: str = "") -> list[dict]:
	"""Customers who bought the same item, batch or serial number (`by`) in a period, and did not complain of it.

	The last year where no dates are given. Each with `customer`, `customer_name`, `email`, `last_on`, `documents`, `number`
	and `told_on`. Checks read permission on the complaint, and those of customers and documents of sale.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	field, values = _what(doc, by)
	first, last = _period(from_date, to_date)
	known = frappe.get_hooks(HOOK)
	if not known:
		frappe.throw(_("Nobody on this site knows who bought what."))
	rows = frappe.get_attr(known[-1])(field, values, first, last, doc.company)
	complained = _complained(doc, field, values)
	told = dict(
		frappe.get_all(
			DOCTYPE, {"complaint": complaint}, ["customer", "told_on"], order_by="customer", as_list=True
		)
	)
	return [
		{**row, "told_on": told.get(row["customer"])} for row in rows if row["customer"] not in complained
	]


def _what(doc, by: str) -> tuple[str, list[str]]:
	field = FIELDS.get(by)
	if not field:
		frappe.throw(_("Look for others by {0}.").format(", ".join(map(_, FIELDS))))
	values = sorted({cstr(row.get(field)) for row in doc.subjects if row.get(field)})
	if not values:
		frappe.throw(
			_("This complaint names no {0}: enter it under Items and Documents first.").format(_(by))
		)
	return field, values


def _period(from_date: str, to_date: str) -> tuple[date, date]:
	try:
		last = getdate(to_date) if to_date else clock.today()
		first = getdate(from_date) if from_date else last - timedelta(days=DEFAULT_DAYS)
	except (ValueError, TypeError, frappe.ValidationError):
		frappe.throw(_("Enter dates such as 2026-03-02."))
	if first > last:
		frappe.throw(_("The period ends before it starts: check both dates."))
	if (last - first).days > LONGEST:
		frappe.throw(_("Look at {0} days at most.").format(LONGEST))
	return first, last


def _complained(doc, field: str, values: list[str]) -> set[str]:
	"""The customers who have complained of one of the values, whoever may see their complaints; and this one."""
	case, subject = DocType("Complaint"), DocType("Complaint Subject")
	rows = (
		frappe.qb.from_(case)
		.join(subject)
		.on((subject.parent == case.name) & (subject.parenttype == "Complaint"))
		.select(case.customer)
		.distinct()
		.where(subject[field].isin(values) & case.customer.isnotnull())
		.run(pluck=True)
	)
	return {*rows, doc.customer} - {None, ""}


# exported ------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def export(
	complaint: str, by: str = "Item", from_date: str = "", to_date: str = "", file_type: str = "CSV"
) -> None:
	"""The same as a file to download, CSV or XLSX; put down in the Access Log. Needs the right to export complaints."""
	if file_type not in ("CSV", "XLSX"):
		frappe.throw(_("Choose CSV or XLSX."))
	frappe.has_permission("Complaint", "export", throw=True)
	rows = find(complaint, by, from_date, to_date)
	head = [_("Customer"), _("Name"), _("E-mail"), _("Last Bought"), _("Documents"), _("Told On")]
	table = [head, *(_line(row) for row in rows)]
	make_access_log(
		doctype="Complaint", document=complaint, file_type=file_type, report_name=_("Others Affected")
	)
	name = f"others-affected-{complaint}.{file_type.lower()}"
	content = (
		make_xlsx(table, _("Others Affected")).getvalue()
		if file_type == "XLSX"
		else to_csv(table).encode("utf-8-sig")
	)
	frappe.response.update({"filename": name, "filecontent": content, "type": "binary"})


def _line(row: dict[str, Any]) -> list[str]:
	said = (
		row["customer"],
		row["customer_name"],
		row["email"],
		row["last_on"],
		", ".join(row["documents"]),
		row["told_on"],
	)
	return [harmless(cstr(value)) for value in said]


# told ----------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def notify(
	complaint: str,
	customers: str | list,
	subject: str,
	message: str,
	by: str = "Item",
	from_date: str = "",
	to_date: str = "",
) -> dict:
	"""Write to some of those `find` answers, each a mail of their own that does not speak of the complaint.

	Answers `told` (how many) and `left` (customer and why). Needs the role Complaint Manager; who was told is put down on
	the complaint, and is not told again.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	if not permissions.holds(frappe.session.user, (MANAGER, "System Manager")):
		frappe.throw(_("Writing to others needs the role {0}.").format(_(MANAGER)), frappe.PermissionError)
	if not subject.strip() or not message.strip():
		frappe.throw(_("Write a subject and a message."))
	chosen = _chosen(customers)
	correspondence.refuse_without_account()
	timeline.lock(complaint)
	known = {row["customer"]: row for row in find(complaint, by, from_date, to_date)}
	told, left = 0, []
	for name in chosen:
		why = _why_not(known.get(name))
		if not why:
			why = _tell(doc, known[name], subject.strip(), message.strip())
		if why:
			left.append({"customer": name, "why": why})
		else:
			told += 1
	if told:
		timeline.record(complaint, "others_told", {"count": told})
	return {"told": told, "left": left}


def _chosen(customers: str | list) -> list[str]:
	try:
		names = json.loads(customers) if isinstance(customers, str) else customers
	except ValueError:
		names = None
	if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
		frappe.throw(_("Choose the customers from the list."))
	if len(names) > MOST_TOLD:
		frappe.throw(_("Write to {0} customers at a time: choose fewer.").format(MOST_TOLD))
	return list(dict.fromkeys(names))


def _why_not(row: dict[str, Any] | None) -> str:
	if not row:
		return _("is not among those who bought it and did not complain")
	if row["told_on"]:
		return _("was told already")
	return "" if row["email"] else _("has no e-mail address")


def _tell(case, row: dict[str, Any], subject: str, message: str) -> str:
	"""Send it and put it down; why it could not be sent, "" where it was."""
	try:
		with all_or_nothing():
			mail = _mail(case, row, subject, message)
			record = frappe.new_doc(DOCTYPE)
			record.update(
				{
					"complaint": case.name,
					"customer": row["customer"],
					"told_on": clock.now_site(),
					"told_by": frappe.session.user,
					"communication": mail,
				}
			)
			record.flags.from_others_affected = True
			# nobody may create these but here, where the mail went out
			record.insert(ignore_permissions=True)
	except (frappe.ValidationError, frappe.OutgoingEmailError) as refusal:
		frappe.clear_last_message()
		return frappe.utils.strip_html(cstr(refusal)) or _("could not be written to")
	return ""


def _mail(case, row: dict[str, Any], subject: str, message: str) -> str:
	"""A mail to a customer as a Communication on the customer; its name.

	It is owed to them like a letter, so it goes the way of letters: from the address that they come from, also to who
	wants no newsletters, framed in the customer's language. Answers come in where complaints do.
	"""
	content = "".join(f"<p>{escape_html(line)}</p>" for line in message.splitlines() if line.strip())
	with speaking(spoken(row.get("language") or case.language or "en")):
		mail = mail_thread.on_record(
			"Customer",
			row["customer"],
			case.company,
			row["email"],
			subject,
			f'<div dir="auto">{content}</div>',
			correspondence.sender(),
		)
		mail_thread.send(mail)
	return mail.name


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Other Affected."""
	return permissions.within(DocType(DOCTYPE).complaint, permissions.visible_names(user))
