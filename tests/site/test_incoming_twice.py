"""Two workers, one message: taken in once."""

from __future__ import annotations

import threading

import frappe
import pytest

from cms_iso10002.complaints import incoming
from tests.site.factories import make_complaint
from tests.site.mails import MAILBOX, make_mailbox, raw

pytestmark = pytest.mark.real_commit

BELONGING = (
	("Complaint Event", "complaint"),
	("Complaint Letter", "complaint"),
	("Complaint Milestone", "parent"),
	("Communication", "reference_name"),
	("Notification Log", "document_name"),
	("ToDo", "reference_name"),
	("Email Queue", "reference_name"),
	("Complaint", "name"),
)


@pytest.fixture(autouse=True)
def mailbox():
	settings = frappe.get_doc("Complaint Settings").as_dict()
	make_mailbox()
	frappe.db.commit()
	before = set(frappe.get_all("Complaint", pluck="name", order_by="name"))
	yield
	frappe.db.rollback()
	made = set(frappe.get_all("Complaint", pluck="name", order_by="name")) - before
	for doctype, field in BELONGING:
		frappe.db.delete(doctype, {field: ("in", sorted(made) or [""])})
	frappe.db.delete("Complaint Mail Triage")
	doc = frappe.get_doc("Complaint Settings")
	doc.update({**settings, "modified": doc.modified})
	doc.save()
	frappe.delete_doc("Email Account", MAILBOX, force=True)
	frappe.db.commit()


def by_workers(message: bytes, number: int = 3) -> list[str]:
	"""What each of several workers says that became of the message, all at the same time."""
	site, sites_path = frappe.local.site, frappe.local.sites_path
	start, outcomes = threading.Barrier(number), []

	def work():
		frappe.init(site=site, sites_path=sites_path)
		frappe.connect()
		try:
			start.wait()
			outcomes.append(incoming.receive(message, MAILBOX))
		except Exception as error:
			outcomes.append(repr(error))
		finally:
			frappe.destroy()

	threads = [threading.Thread(target=work) for _number in range(number)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()  # so that what they committed is seen
	return sorted(outcomes)


def test_a_new_complaint_is_made_once():
	before = frappe.db.count("Complaint")
	outcomes = by_workers(raw(message_id="<both@x.test>", sender="both@x.test"))
	assert outcomes.count(incoming.NEW) >= 1 and set(outcomes) <= {incoming.NEW, incoming.ALREADY_HERE}
	assert frappe.db.count("Complaint") == before + 1
	name = frappe.db.get_value("Complaint", {"complainant_email": "both@x.test"})
	assert frappe.db.count("Communication", {"reference_name": name, "sent_or_received": "Received"}) == 1
	assert frappe.db.count("Complaint Letter", {"complaint": name}) == 1
	assert not frappe.db.count("Complaint Mail Triage")


def test_a_reply_is_recorded_once():
	case = make_complaint()
	frappe.db.commit()
	outcomes = by_workers(raw(f"About {case.name}", message_id="<reply@x.test>"))
	assert outcomes == [incoming.ALREADY_HERE, incoming.ALREADY_HERE, incoming.FILED]
	assert frappe.db.count("Complaint Event", {"complaint": case.name, "kind": "message_received"}) == 1
	assert frappe.db.count("Communication", {"reference_name": case.name}) == 1


def test_what_waits_for_a_person_is_kept_once():
	outcomes = by_workers(raw(message_id="<bulk@x.test>", Precedence="bulk"))
	assert incoming.HELD in outcomes and set(outcomes) <= {incoming.HELD, incoming.ALREADY_HERE}
	assert frappe.db.count("Complaint Mail Triage") == 1
