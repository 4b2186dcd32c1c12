"""Two connections at once: an agent and the sweep, two recorders, a snapshot older than the lock."""

from __future__ import annotations

import itertools
import threading

import frappe
import pytest

from cms_iso10002.complaints import timeline
from cms_iso10002.core import ledger
from tests.site.factories import make_complaint

pytestmark = pytest.mark.real_commit


def in_other_connection(function):
	"""Run `function` on a connection of its own in a thread; returns a handle to join, and its error."""
	site, sites_path, errors = frappe.local.site, frappe.local.sites_path, []

	def run():
		frappe.init(site=site, sites_path=sites_path)
		frappe.connect()
		try:
			function()
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			errors.append(error)
		finally:
			frappe.destroy()

	thread = threading.Thread(target=run)
	thread.start()
	return thread, errors


@pytest.fixture
def case():
	doc = make_complaint()
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	for doctype in ("Complaint Event", "Complaint Letter", "Notification Log"):
		frappe.db.delete(
			doctype, {"document_name" if doctype == "Notification Log" else "complaint": doc.name}
		)
	frappe.db.delete("Complaint Milestone", {"parent": doc.name})
	frappe.db.delete("Complaint", {"name": doc.name})
	frappe.db.commit()


def chain(name):
	return frappe.get_all(
		"Complaint Event",
		filters={"complaint": name},
		fields=["sequence", "previous_hash", "hash", "payload"],
		order_by="sequence",
	)


def test_many_recorders_make_one_unbroken_chain(case):
	def record():
		for number in range(5):
			timeline.record(case.name, "noted", {"number": number})
			frappe.db.commit()

	threads = [in_other_connection(record) for _ in range(4)]
	for thread, _errors in threads:
		thread.join(60)
	assert [error for _, errors in threads for error in errors] == []
	frappe.db.rollback()
	rows = chain(case.name)
	assert [row.sequence for row in rows] == list(range(1, 22))
	for before, after in itertools.pairwise(rows):
		assert after.previous_hash == before.hash == ledger.event_hash(before.payload, before.previous_hash)


def test_a_snapshot_older_than_the_lock_does_not_fork_the_chain(case):
	frappe.db.get_value("Complaint", case.name, "ledger_head")  # opens this connection's snapshot
	thread, errors = in_other_connection(lambda: timeline.record(case.name, "noted", {"by": "other"}))
	thread.join(60)
	assert errors == []
	timeline.record(case.name, "noted", {"by": "this"})
	frappe.db.commit()
	rows = chain(case.name)
	assert [row.sequence for row in rows] == [1, 2, 3] and rows[2].previous_hash == rows[1].hash


def test_the_sweep_and_an_agent_save_at_once(case):
	form = frappe.get_doc("Complaint", case.name)
	thread, errors = in_other_connection(lambda: timeline.record(case.name, "acknowledged", {"letter": "x"}))
	thread.join(60)
	assert errors == []
	form.remedy_notes = "typed meanwhile"
	form.save()
	frappe.db.commit()
	doc = frappe.get_doc("Complaint", case.name)
	assert doc.remedy_notes == "typed meanwhile" and doc.ledger_sequence == 2
	assert next(row.state for row in doc.milestones if row.stage == "acknowledge") == "Met"
