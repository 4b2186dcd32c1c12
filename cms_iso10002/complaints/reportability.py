"""Whether a complaint must be reported to an authority: asked by a safety implication, decided by a person, with clocks.

Each record is one question, or one report that is owed. Its clock is read from the events of the complaint
(`core.reportability`), so the sweep reminds of it like of any other duty, also after the complaint was closed.
"""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, cstr, format_datetime

from cms_iso10002.complaints import alerts, clock, escalation, permissions, timeline, typed_text
from cms_iso10002.complaints.cases import refuse
from cms_iso10002.complaints.transactions import retry_on_deadlock
from cms_iso10002.core import agenda
from cms_iso10002.core import reportability as core
from cms_iso10002.core.case import EventSpec
from cms_iso10002.core.refusal import Refusal

DOCTYPE = "Complaint Reportability"
MANAGER = "Complaint Manager"
DEFAULT_HOURS = 24


# opened --------------------------------------------------------------------------------------------------


def follow(doc) -> None:
	"""Called when a complaint is stored: a safety implication opens the question, once."""
	before = doc.get_doc_before_save()
	if doc.safety_implication != "Yes" or (before and before.safety_implication == "Yes"):
		return
	if not frappe.db.exists(DOCTYPE, {"complaint": doc.name}):
		open_question(doc.name)


def open_question(complaint: str) -> str:
	"""A question to decide within the hours that Complaint Settings give; the managers have it. Its name."""
	hours = cint(frappe.db.get_single_value("Complaint Settings", "reportability_hours")) or DEFAULT_HOURS
	due = clock.now_utc() + timedelta(hours=hours)
	record = frappe.new_doc(DOCTYPE)
	record.update(
		{
			"complaint": complaint,
			"state": core.TO_DECIDE,
			"opened_on": clock.now_site(),
			"decide_by": clock.to_site(due),
		}
	)
	_store(record)
	timeline.record(complaint, core.OPENED, {"record": record.name, "due": clock.to_micros(due)})
	return record.name


def _store(record) -> None:
	record.flags.from_reportability = True
	# nobody may write these records but through here, where the complaint was checked
	record.insert(ignore_permissions=True) if record.is_new() else record.save(ignore_permissions=True)


# decided -------------------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def ask_again(complaint: str) -> str:
	"""Open a question by hand: there was none, or another authority may have to know. Returns the record's name."""
	doc = _manager_of(complaint)
	return open_question(doc.name)


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def decide(
	record: str, reportable: bool | int | str, reason: str = "", authority: str = "", report_by: str = ""
) -> str:
	"""Decide that it must be reported (to whom, by when), or that it need not (why); returns the record's state.

	May be decided anew until it was reported. `report_by` is site time. Needs the role Complaint Manager.
	"""
	doc = frappe.get_doc(DOCTYPE, record, for_update=True)
	_manager_of(doc.complaint)
	yes = cint(reportable) == 1 or cstr(reportable).lower() == "true"
	answers = {"reason": reason, "authority": authority, "report_by": report_by}
	try:
		state = core.decide(yes, answers, doc.state)
	except Refusal as refusal:
		refuse(refusal)
	due = _due(report_by) if yes else None
	doc.update(
		{
			"state": state,
			"reason": typed_text.tame(reason.strip()),
			"authority": typed_text.tame(authority.strip(), 140) if yes else "",
			"report_by": clock.to_site(due),
			"decided_by": frappe.session.user,
			"decided_on": clock.now_site(),
		}
	)
	_store(doc)
	data = {"record": doc.name, "reportable": yes, "due": clock.to_micros(due) if due else 0}
	timeline.record(doc.complaint, core.DECIDED, data)
	return doc.state


def _due(value: str):
	moment = _moment(value)
	if moment <= clock.now_utc():
		frappe.throw(
			_("{0} has passed: enter until when it can still be reported.").format(clock.to_site(moment))
		)
	return moment


def _moment(value: str):
	try:
		return clock.to_utc(value)
	except (ValueError, TypeError, OverflowError, AttributeError):
		frappe.throw(_("{0} is not a point in time such as 2026-03-02 09:30.").format(value))


@frappe.whitelist(methods=["POST"])
@retry_on_deadlock
def record_report(record: str, reported_on: str = "", reference: str = "") -> str:
	"""Put down that it was reported, with the authority's reference; returns the record's state.

	It was reported now or earlier (site time), but not before the complaint was received.
	"""
	doc = frappe.get_doc(DOCTYPE, record, for_update=True)
	complaint = _manager_of(doc.complaint)
	if doc.state != core.TO_REPORT:
		frappe.throw(_("Decide first that it must be reported, and to whom."))
	moment = _moment(reported_on) if reported_on else clock.now_utc()
	if moment > clock.now_utc():
		frappe.throw(_("{0} lies in the future: enter when it happened.").format(clock.to_site(moment)))
	if reported_on and moment < clock.to_utc(complaint.received_on):
		frappe.throw(
			_("{0} lies before the complaint was received: check both times.").format(clock.to_site(moment))
		)
	doc.update(
		{
			"state": core.REPORTED,
			"reported_on": clock.to_site(moment),
			"reported_by": frappe.session.user,
			"reference": typed_text.tame(reference.strip(), 140),
		}
	)
	_store(doc)
	timeline.record(doc.complaint, core.DONE, {"record": doc.name}, at=moment)
	return doc.state


def _manager_of(complaint: str):
	"""The complaint, where the session's user may write it and is a Complaint Manager."""
	doc = frappe.get_doc("Complaint", complaint)
	doc.check_permission("write")
	if not permissions.holds(frappe.session.user, (MANAGER, "System Manager")):
		frappe.throw(
			_("Whether a complaint must be reported is decided by a {0}.").format(_(MANAGER)),
			frappe.PermissionError,
		)
	return doc


def of_complaint(complaint: str) -> list[dict]:
	"""The questions and reports of a complaint, oldest first, for who may read the complaint."""
	return frappe.get_all(
		DOCTYPE,
		{"complaint": complaint},
		["name", "state", "decide_by", "authority", "report_by", "reported_on", "reason"],
		order_by="creation",
	)


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""permission_query_conditions of Complaint Reportability."""
	return permissions.within(DocType(DOCTYPE).complaint, permissions.visible_names(user))


# reminded ------------------------------------------------------------------------------------------------


def warn(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""The time to decide or to report runs out: the managers are told."""
	said = duty.data["clock"]
	alerts.tell(doc, alerts.managers(doc), lambda: _words(doc, said))
	return [_done(doc, duty)]


def miss(doc, duty: agenda.Duty) -> list[EventSpec]:
	"""It has run out: told by mail as well, and a task for one of them."""
	said = duty.data["clock"]
	people = alerts.managers(doc)
	alerts.tell(doc, [*people, *alerts.in_charge(doc)], lambda: _overdue(doc, said), by_mail=True)
	responsible = alerts.least_busy(people)
	if responsible:
		with escalation.printing.speaking(escalation.get_user_lang(responsible)):
			alerts.assign(doc, responsible, _overdue(doc, said), priority="High")
	return [_done(doc, duty)]


def _words(doc, said: core.Clock) -> str:
	due = format_datetime(clock.to_site(said.due), "medium")
	if said.state == core.TO_DECIDE:
		return _("{0}: decide by {1} whether it must be reported").format(doc.name, due)
	return _("{0}: must be reported by {1}").format(doc.name, due)


def _overdue(doc, said: core.Clock) -> str:
	due = format_datetime(clock.to_site(said.due), "medium")
	if said.state == core.TO_DECIDE:
		return _("{0}: nobody has decided whether it must be reported (due {1})").format(doc.name, due)
	return _("{0}: was to be reported by {1} and is not").format(doc.name, due)


def _done(doc, duty: agenda.Duty) -> EventSpec:
	data: dict[str, Any] = {"duty": duty.kind, "key": duty.key, "done": True}
	return EventSpec(agenda.TRIED, data, dedupe=f"{doc.name}:{duty.key}")
