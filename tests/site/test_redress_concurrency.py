"""Two people credit the same lines at the same moment: the second is told of the first one's draft."""

from __future__ import annotations

import time

import frappe
import pytest

from tests.site.factories import clear_records, make_item
from tests.site.redress_factories import agreed, make, sell
from tests.site.test_concurrency import in_other_connection

pytestmark = [pytest.mark.erpnext, pytest.mark.real_commit]


@pytest.fixture
def disputed():
	"""An invoice and two complaints about it, committed; taken away again."""
	invoice = sell((make_item(), 1, 100))
	cases = [agreed("Refund", 40, about=invoice) for _number in range(2)]
	frappe.db.commit()
	yield invoice, cases
	frappe.db.rollback()
	for note in frappe.get_all(
		"Sales Invoice", {"return_against": invoice.name}, pluck="name", order_by="name"
	):
		frappe.delete_doc("Sales Invoice", note)
	invoice.reload()
	invoice.cancel()
	invoice.delete()
	clear_records()
	frappe.db.commit()


def test_the_second_waits_for_the_first_and_sees_its_draft(disputed):
	invoice, (first, second) = disputed
	note = make(first, "Credit Note")
	thread, errors = in_other_connection(lambda: make(second, "Credit Note"))
	time.sleep(1.5)
	assert thread.is_alive(), "nobody waits for the invoice"
	frappe.db.commit()
	thread.join(30)
	assert [type(error) for error in errors] == [frappe.ValidationError]
	assert f"credited or returned already by {note.name}" in str(errors[0])
	assert frappe.db.count("Sales Invoice", {"return_against": invoice.name}) == 1
