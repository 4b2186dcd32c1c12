"""The sweep's promise: whatever kills its workers, and however they overlap, each thing that is due happens once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount

from cms_iso10002.complaints import sweep, verification
from tests.site import factories
from tests.site.factories import make_complaint, make_policy, make_user, set_now

pytestmark = pytest.mark.real_commit

CASES = 500
KILLS = 20
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)
TRACES = (
	("Notification Log", "document_type"),
	("ToDo", "reference_type"),
	("Comment", "reference_doctype"),
	("Email Queue", "reference_doctype"),
)


@pytest.fixture
def due_cases():
	"""CASES complaints whose decision was due yesterday, escalated to a manager."""
	forget_traces()  # of browser tests, which commit
	set_now(MONDAY)
	account = make_mail_account()
	target = {"stage": "decide", "amount": 1, "unit": "business days", "warn_percent": ""}
	policy = make_policy(targets=[{**target, "escalate_to_role": "Complaint Manager", "raises_level": 1}])
	agent = make_user("agent")
	names = [make_complaint(handler=agent, subject=f"Kettle {n}", customer=None).name for n in range(CASES)]
	set_now(MONDAY + timedelta(days=2))
	frappe.db.commit()
	yield names
	frappe.db.rollback()
	set_now(None)
	forget_traces()
	if account:
		frappe.delete_doc("Email Account", account, force=True)
	frappe.db.delete("Complaint SLA Policy", {"name": policy.name})
	for child in ("Complaint SLA Target", "Service Day"):
		frappe.db.delete(child, {"parent": policy.name})
	frappe.db.commit()


def forget_traces() -> None:
	factories.clear_records()
	for doctype, field in TRACES:
		frappe.db.delete(doctype, {field: "Complaint"})


def make_mail_account() -> str | None:
	"""Somewhere to send from, where the site has nothing; its name."""
	if EmailAccount.find_outgoing():
		return None
	account = {"email_id": "killed@complaints.test", "enable_outgoing": 1, "default_outgoing": 1}
	server = {"smtp_server": "127.0.0.1", "smtp_port": 25, "awaiting_password": 1}
	doc = frappe.get_doc({"doctype": "Email Account", "email_account_name": "Killed", **account, **server})
	return doc.insert().name


def start_worker(site: str, sites_path: str, now: datetime) -> int:
	"""A worker process of its own that sweeps all there is; its pid."""
	pid = os.fork()
	if pid:
		return pid
	code = 1
	try:
		frappe.init(site=site, sites_path=sites_path)
		frappe.connect()
		set_now(now)
		sweep.work(sweep.due(CASES))
		code = 0
	finally:
		os._exit(code)


def wait(pid: int) -> int:
	"""How a worker ended: 0, or the number of the signal that killed it, negative."""
	_pid, status = os.waitpid(pid, 0)
	return os.waitstatus_to_exitcode(status)


def test_each_due_action_happens_once_though_workers_are_killed(due_cases):
	site, sites_path = frappe.local.site, frappe.local.sites_path
	now, rng, ends, progress = MONDAY + timedelta(days=2), random.Random(7), [], []
	for _ in range(KILLS):
		pid = start_worker(site, sites_path, now)
		time.sleep(rng.uniform(0.15, 0.6))
		os.kill(pid, signal.SIGKILL)
		ends.append(wait(pid))
		progress.append(missed())
	assert ends.count(-signal.SIGKILL) >= KILLS * 3 // 4, "workers were killed at work"
	assert 0 < progress[-1], "and had done something"
	overlapping = [start_worker(site, sites_path, now) for _ in range(2)]
	assert [wait(pid) for pid in overlapping] == [0, 0]
	for _ in range(3):
		sweep.work(sweep.due(CASES))
	assert once_each(due_cases)


def missed() -> int:
	frappe.db.rollback()
	return frappe.db.count("Complaint Event", {"kind": "overdue"})


def once_each(names: list[str]) -> bool:
	"""Every case has one breach, one escalation, one task, and each person one notification."""
	frappe.db.rollback()
	events = Counter(
		frappe.get_all(
			"Complaint Event",
			{"kind": ("in", ("overdue", "escalated"))},
			["complaint", "kind"],
			order_by="name",
			as_list=True,
		)
	)
	assert events == {(name, kind): 1 for name in names for kind in ("overdue", "escalated")}
	tasks = Counter(
		frappe.get_all("ToDo", {"reference_type": "Complaint"}, pluck="reference_name", order_by="name")
	)
	assert tasks == dict.fromkeys(names, 1)
	told = Counter(
		frappe.get_all(
			"Notification Log",
			{"document_type": "Complaint"},
			["document_name", "for_user"],
			order_by="name",
			as_list=True,
		)
	)
	assert set(told.values()) == {1} and {name for name, _user in told} == set(names)
	mails = frappe.get_all(
		"Email Queue", {"reference_doctype": "Complaint"}, ["name", "reference_name"], order_by="name"
	)
	case_of = {str(mail.name): mail.reference_name for mail in mails}
	mailed = Counter(
		(case_of[str(row.parent)], row.recipient)
		for row in frappe.get_all(
			"Email Queue Recipient",
			{"parent": ("in", list(case_of))},
			["parent", "recipient"],
			order_by="name",
		)
	)
	assert mailed == told, "and one mail"
	assert set(frappe.get_all("Complaint", pluck="escalation_level", order_by="name")) == {1}
	assert not verification.verify().findings
	return True
