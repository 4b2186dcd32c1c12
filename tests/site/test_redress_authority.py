"""How far somebody's authority goes on a site: over the rows of a complaint, in other currencies, and what is refused."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import redress
from cms_iso10002.erpnext_bridge import redress_documents
from tests.site.factories import act, as_user, edit, make_complaint, make_user


@pytest.fixture(autouse=True)
def limits():
	remedy = frappe.get_doc("Complaint Remedy", "Refund")
	remedy.set("authority_limits", [])
	for role, amount in (("Complaint Agent", 100), ("Complaint Manager", 1000)):
		remedy.append("authority_limits", {"role": role, "amount": amount, "currency": "EUR"})
	remedy.save()


def case_of(*amounts: float, currency: str = "EUR"):
	rows = [
		{"remedy": "Refund", "basis": "Goodwill", "amount": amount, "currency": currency}
		for amount in amounts
	]
	return make_complaint(redress=rows)


def approve(case, row: int = 0, user: str = "agent"):
	name = frappe.get_doc("Complaint", case.name).redress[row].name
	return as_user(make_user(user), lambda: redress.take_step(case.name, name, "Approve"))


def rate(dollar: float) -> None:
	frappe.get_doc(
		{
			"doctype": "Currency Exchange",
			"date": "2020-01-01",
			"from_currency": "USD",
			"to_currency": "EUR",
			"exchange_rate": dollar,
		}
	).insert()


def test_rows_below_the_limit_add_up_for_who_grants_them():
	case = case_of(80, 80)
	approve(case)
	with pytest.raises(
		frappe.ValidationError, match="together with what you grant in this complaint already"
	):
		approve(case, 1)
	doc = approve(case, 1, "manager")
	assert [row["approved_by"] for row in doc["redress"]] == [make_user("agent"), make_user("manager")]


def test_what_will_not_go_with_the_rest_is_a_task_of_who_may_grant_it():
	agent, manager = make_user("agent"), make_user("manager")
	case = as_user(agent, lambda: case_of(80, 80))
	rows = frappe.get_doc("Complaint", case.name).redress
	assert [bool(row.approval_task) for row in rows] == [False, True]
	assert frappe.db.get_value("ToDo", rows[1].approval_task, "allocated_to") != agent
	steps = as_user(agent, lambda: redress.get_steps(case.name))
	assert not steps[0]["held_up_by"] and "together with" in steps[1]["held_up_by"]
	assert not [row for row in as_user(manager, lambda: redress.get_steps(case.name)) if row["held_up_by"]]


@pytest.mark.erpnext
def test_dollars_are_held_against_a_limit_in_euros():
	case = case_of(90, 10, currency="USD")
	with pytest.raises(frappe.ValidationError, match="no exchange rate from USD to EUR is known"):
		approve(case, 0, "manager")
	rate(0.9)
	approve(case)  # 81 EUR
	approve(case, 1)  # and 9
	case = case_of(112, currency="USD")  # 100.80 EUR
	with pytest.raises(frappe.ValidationError, match=r"Refund of \$ 112[.,]00"):
		approve(case)
	approve(case, 0, "manager")


def test_what_is_more_than_anybody_may_grant_says_so():
	with pytest.raises(frappe.ValidationError, match="more than any role may grant"):
		approve(case_of(1000.01), 0, "manager")


def test_amounts_in_refusals_are_written_as_the_site_writes_money():
	case = case_of(150)
	with pytest.raises(frappe.ValidationError, match=r"€ 150[.,]00"):
		approve(case)


@pytest.mark.parametrize("amount", [1e15, "1e15", float("inf"), -1])
def test_an_amount_that_nobody_grants_is_refused_with_a_sentence(amount):
	with pytest.raises(frappe.ValidationError, match="An amount of redress can't be"):
		case_of(amount)
	case = case_of(10)
	with pytest.raises(frappe.ValidationError, match="An amount of redress can't be"):
		edit(case, redress=[{"remedy": "Refund", "amount": amount}])


@pytest.mark.parametrize("data", ["rubbish", "[1]", "3", '"x"'])
def test_answers_that_are_none(data):
	case = case_of(10)
	row = case.redress[0].name
	for call in (
		lambda: redress_documents.make_document(case.name, row, "Credit Note", data),
		lambda: redress_documents.get_dialog(case.name, row, "Credit Note", data),
		lambda: redress.take_step(case.name, row, "Approve", data),
	):
		with pytest.raises(frappe.ValidationError, match="not readable"):
			call()


def test_sending_the_response_names_the_row_above_the_sum():
	from tests.site.factories import advance

	case = make_complaint(redress=[{"remedy": "Refund", "amount": 80}, {"remedy": "Refund", "amount": 80}])
	advance(case, "Decided")
	with pytest.raises(frappe.ValidationError, match="redress row 2"):
		as_user(make_user("agent"), lambda: act(case, "Send Response", channel="Phone"))
