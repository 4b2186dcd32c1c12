"""Complaints with the same thing behind them: put together, findings shared, written to in one go, decided one by one.

A group decides nothing and has no clocks: each member keeps its own. It is seen by who may see every member.
"""

import json
from datetime import timedelta
from hashlib import sha256

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import get_datetime
from pypika.terms import Criterion

from cms_iso10002.complaints import alerts, clock, correspondence, timeline
from cms_iso10002.complaints.transactions import all_or_nothing, keep, keep_failure, retry_on_deadlock
from cms_iso10002.core import alike as core
from cms_iso10002.core.states import CLOSED_STATES

GROUP = "Complaint Group"
AT_ONCE = 25
"""Letters written within the request; more go out in the background."""
MOST = 500
LOOKED_AT = 400
DAYS = 365


# made ----------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def make_group(complaints: str | list, title: str, lead: str = "") -> str:
	"""Put complaints together in a new group, the lead first; returns its name. Checks write permission on each."""
	docs = _free(_names(complaints))
	if len(docs) < 2:
		frappe.throw(_("A group has two complaints or more: choose another one."))
	if lead and lead not in [doc.name for doc in docs]:
		frappe.throw(_("{0} is not in this group: put it in first, then make it the lead.").format(lead))
	companies = {doc.company for doc in docs}
	frappe.has_permission(GROUP, "create", throw=True)
	with all_or_nothing():
		group = frappe.new_doc(GROUP)
		group.update(
			{
				"title": title,
				"company": companies.pop() if len(companies) == 1 else None,
				"lead_complaint": lead or docs[0].name,
			}
		)
		group.insert()
		_put_in(group, docs)
	return group.name


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def add_to_group(group: str, complaints: str | list) -> int:
	"""Put more complaints into a group; returns how many. Checks write permission on the group and on each complaint.

	What the group has found out is shared with those that are investigated and have no findings of their own.
	"""
	doc = frappe.get_doc(GROUP, group)
	doc.check_permission("write")
	docs = _free(_names(complaints))
	with all_or_nothing():
		_put_in(doc, docs)
	return len(docs)


def _names(complaints: str | list) -> list[str]:
	try:
		names = json.loads(complaints) if isinstance(complaints, str) else complaints
	except ValueError:
		names = None
	if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
		frappe.throw(_("Choose the complaints of the group from the list."))
	if len(names) > MOST:
		frappe.throw(_("A group takes {0} complaints at a time: choose fewer.").format(MOST))
	return list(dict.fromkeys(names))


def _free(names: list[str]) -> list:
	"""The complaints, each looked at: whether the user may work on it, and it can still be put into a group."""
	docs = []
	for name in names:
		doc = frappe.get_doc("Complaint", name)
		doc.check_permission("write")
		if doc.status in CLOSED_STATES:
			frappe.throw(
				_("{0} is {1} and can't be put into a group: leave it out, or reopen it.").format(
					name, _(doc.status)
				)
			)
		if doc.complaint_group:
			frappe.throw(
				_("{0} is in the group {1} already: leave it out, or add the others to that one.").format(
					name, doc.complaint_group
				)
			)
		docs.append(doc)
	return docs


def _put_in(group, docs: list) -> None:
	"""Each is saved once, with what the group has found out already."""
	for doc in docs:
		doc.complaint_group = group.name
		group.give_findings(doc)
		doc.save()


# found ---------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["GET", "POST"])
def find_alike(complaint: str) -> list[dict]:
	"""Open complaints of the last year that have the same thing behind them, most alike first, with the reasons.

	Only those that the user may see, and that are in no group yet.
	"""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("read")
	rows = _nearby(doc)
	known = {row["name"]: row for row in rows}
	return [
		{
			"name": one.name,
			"subject": known[one.name]["subject"],
			"status": known[one.name]["status"],
			"score": one.score,
			"why": [_(words).format(_(value)) for words, value in one.why],
		}
		for one in core.rank(doc.as_dict(), rows)
	]


def _nearby(doc) -> list[dict]:
	"""Complaints that share anything of what counts, with their items: three queries whatever their number."""
	case, subject = DocType("Complaint"), DocType("Complaint Subject")
	shared = [case[name] == doc.get(name) for name in ("category", "root_cause") if doc.get(name)]
	for name in core.IN_ROWS:
		if values := [row.get(name) for row in doc.subjects if row.get(name)]:
			rows = frappe.qb.from_(subject).select(subject.parent).where(subject.parenttype == "Complaint")
			shared.append(case.name.isin(rows.where(subject[name].isin(values))))
	if not shared:
		return []
	names = (
		frappe.qb.from_(case)
		.select(case.name)
		.where(Criterion.any(shared) & (case.name != doc.name) & case.status.notin(CLOSED_STATES))
		.where(case.complaint_group.isnull() | (case.complaint_group == ""))
		.where(case.received_on >= get_datetime(doc.received_on) - timedelta(days=DAYS))
		.orderby(case.received_on, order=frappe.qb.desc)
		.limit(LOOKED_AT)
		.run(pluck=True)
	)
	rows = frappe.get_list(
		"Complaint",
		{"name": ("in", names or [""])},
		["name", "subject", "status", "category", "root_cause"],
		order_by="name",
		limit_page_length=LOOKED_AT,
	)
	items = frappe.get_all(
		"Complaint Subject",
		{"parent": ("in", [row.name for row in rows] or [""]), "parenttype": "Complaint"},
		["parent", *core.IN_ROWS],
		order_by="parent, idx",
	)
	by_parent: dict[str, list] = {}
	for item in items:
		by_parent.setdefault(item.parent, []).append(item)
	return [{**row, "subjects": by_parent.get(row.name, [])} for row in rows]


@frappe.whitelist(methods=["GET", "POST"])
def get_members(group: str) -> list[dict]:
	"""The members of a group and how each stands, for its form."""
	doc = frappe.get_doc(GROUP, group)
	doc.check_permission("read")
	return frappe.get_list(
		"Complaint",
		{"complaint_group": group},
		["name", "subject", "status", "status_category", "outcome", "handler", "due_at", "is_overdue"],
		order_by="received_on, name",
		limit_page_length=MOST,
	)


# written to ----------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def write_to_all(group: str, message: str) -> dict:
	"""Tell the complainants of all open members the same, each in a letter of their own, as a progress update.

	By e-mail; where that can't be, the handler has the task, and it is answered with the reason. Answers `sent`, `left`
	(complaint and why) and `later` (how many go out in the background). Checks write permission on the group.
	"""
	doc = frappe.get_doc(GROUP, group)
	doc.check_permission("write")
	if not message.strip():
		frappe.throw(_("Write what is new: nobody is sent an empty letter."))
	names = _open_members(group)
	if not names:
		frappe.throw(_("No open complaint of this group is left to write to."))
	if len(names) > AT_ONCE:
		_write_later(group, message)
		return {"sent": [], "left": [], "later": len(names)}
	whys = {name: _write(name, message) for name in names}
	sent = [name for name in names if not whys[name]]
	_note(group, len(sent))
	return {
		"sent": sent,
		"left": [{"complaint": name, "why": whys[name]} for name in names if whys[name]],
		"later": 0,
	}


def _write_later(group: str, message: str) -> None:
	"""The same message is on its way to a group once, however often somebody clicks."""
	frappe.enqueue(
		write_in_background,
		queue="long",
		job_id=f"complaints_group_{_digest(group, message)}",
		deduplicate=True,
		enqueue_after_commit=True,
		group=group,
		message=message,
		asked_on=str(clock.now_site()),
	)


def write_in_background(group: str, message: str, asked_on: str) -> None:
	"""A background job, as the user who asked for it: the same for many members; they are told how it went.

	Each letter is a transaction of its own. So a job that was killed and is run again writes to those who are left: who
	has had this message since it was asked for has had it.
	"""
	sent, left = 0, 0
	for name in _open_members(group):
		try:
			why = _write_once(name, message, asked_on)
		except Exception:
			# one that fails keeps the letter from no other member; the group's note counts it
			keep_failure(f"{name} could not be written to for its group", name)
			why = "failed"
		sent, left = sent + (not why), left + bool(why)
	_note(group, sent)
	alerts.tell(
		frappe.get_doc(GROUP, group),
		[frappe.session.user],
		lambda: _("{0}: {1} letters were sent, {2} could not be").format(group, sent, left),
	)
	keep()


@retry_on_deadlock
def _write_once(name: str, message: str, asked_on: str) -> str:
	"""In a transaction of its own; why it could not be, "" where it was, now or by a job that was killed."""
	frappe.db.rollback()  # so that what is read next is not older than the lock
	key = f"{name}:group:{_digest(asked_on, message)}"
	why = "" if timeline.is_recorded(name, key) else _write(name, message, key)
	keep()  # a job: each letter in a transaction of its own
	return why


def _digest(*words: str) -> str:
	return sha256("\n".join(words).encode()).hexdigest()[:16]


def _open_members(group: str) -> list[str]:
	return frappe.get_list(
		"Complaint",
		{"complaint_group": group, "status": ("not in", CLOSED_STATES)},
		pluck="name",
		order_by="name",
		limit_page_length=0,
	)


def _write(name: str, message: str, key: str = "") -> str:
	"""Write to one; why that could not be, "" where it was. Who can't be mailed is told by a person."""
	doc = frappe.get_doc("Complaint", name)
	try:
		with all_or_nothing():
			doc.check_permission("write")
			correspondence.send_update(doc, message, key)
	except (frappe.ValidationError, frappe.OutgoingEmailError, frappe.PermissionError) as refusal:
		frappe.clear_last_message()
		alerts.task(doc, lambda: _("Tell the complainant of {0} what its group was written").format(name))
		return frappe.utils.strip_html(str(refusal)) or _("could not be written to")
	return ""


def _note(group: str, count: int) -> None:
	"""What was sent stands on the group."""
	if not count:
		return
	doc = frappe.get_doc(GROUP, group)
	doc.append("letters", {"sent_on": clock.now_site(), "kind": correspondence.UPDATE, "count": count})
	doc.flags.by_server = True
	doc.save()
