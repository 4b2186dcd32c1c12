"""Two people press *Complaint* on the same message at the same moment: one complaint, and both are led to it."""

from __future__ import annotations

import time

import frappe
import pytest

from cms_iso10002.erpnext_bridge import complaint_sources
from tests.site.factories import clear_records
from tests.site.test_complaint_sources import message
from tests.site.test_concurrency import in_other_connection

pytestmark = pytest.mark.real_commit


@pytest.fixture
def mail():
	"""A message that came in, committed; taken away again."""
	doc = message()
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	frappe.db.delete("Communication Link", {"parent": doc.name})
	frappe.db.delete("Communication", {"name": doc.name})
	clear_records()
	frappe.db.commit()


def test_the_second_click_finds_what_the_first_has_made(mail):
	made = complaint_sources.make_complaint_of_communication(mail.name)
	answers = []

	def click():
		assert frappe.db.exists("Communication", mail.name)  # as any request does: now its snapshot is fixed
		answers.append(complaint_sources.make_complaint_of_communication(mail.name))

	thread, errors = in_other_connection(click)
	time.sleep(1.5)
	assert thread.is_alive(), "nobody waits for the message"
	frappe.db.commit()
	thread.join(30)
	assert errors == []
	assert answers == [{"complaint": made["complaint"], "created": False}]
	assert frappe.db.count("Complaint") == 1
