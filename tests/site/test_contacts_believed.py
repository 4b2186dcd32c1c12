"""Anybody who is signed in may make Contacts of their own in Frappe: what those say opens no case and no document."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import incoming
from cms_iso10002.erpnext_bridge import customer, portal_customer
from cms_iso10002.portal import api
from tests.site.factories import as_user, make_complaint, make_customer
from tests.site.mails import make_mailbox, raw, receive
from tests.site.portal_factories import guest, make_portal_user, start_counting_anew

VICTIM = "Reiche AG"


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()
	make_customer(VICTIM)


def own_contact(maker: str, *addresses: str, user: str = "") -> str:
	"""A Contact of the victim's that `maker` makes, as Frappe's REST API lets every website user do."""
	contact = frappe.new_doc("Contact")
	contact.update({"first_name": f"Insider {frappe.generate_hash(length=6)}", "user": user or None})
	for address in addresses:
		contact.append("email_ids", {"email_id": address})
	contact.append("links", {"link_doctype": "Customer", "link_name": VICTIM})
	return as_user(maker, lambda: contact.insert(ignore_permissions=True).name)


def test_nobody_makes_themselves_a_customer_by_a_contact_of_their_own():
	thief, helper = make_portal_user("thief"), make_portal_user("helper")
	own_contact(thief, user=thief)
	own_contact(helper, user=thief)
	assert portal_customer.who_is(thief).customers == ()
	assert guest(api.my_documents, user=thief) == []
	filed = guest(api.file_complaint, user=thief, subject="x", description="x")
	assert frappe.db.get_value("Complaint", filed["reference"], "customer") is None


def test_a_contact_that_somebody_here_made_is_believed():
	agent_made = make_portal_user("colleague", VICTIM)
	assert portal_customer.who_is(agent_made).customers == (VICTIM,)


def test_nobody_writes_to_a_case_as_a_contact_of_its_customer_that_they_made():
	make_mailbox()
	thief = make_portal_user("thief")
	case = make_complaint(customer=VICTIM, complainant_email="boss@reiche.test")
	own_contact(thief, "thief@evil.test", "boss@reiche.test")
	assert receive(raw(f"About {case.name}", sender="thief@evil.test")) == incoming.NEW
	assert customer.of_sender("thief@evil.test") == {}
	made = frappe.get_last_doc("Complaint", {"complainant_email": "thief@evil.test"})
	assert made.customer is None
