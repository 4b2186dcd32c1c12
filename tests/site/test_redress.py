"""The steps of redress on a site: by button, form and REST alike; what only the server writes; sums and events."""

from __future__ import annotations

import frappe
import pytest
from frappe.client import set_value

from cms_iso10002.complaints import redress
from tests.site.factories import act, advance, as_user, edit, kinds, make_complaint, make_user
from tests.site.test_assignment import make_rule

LIMITS = (("Complaint Agent", 50), ("Complaint Manager", 500))


@pytest.fixture(autouse=True)
def plain_users():
	"""Frappe makes the first desk user of a site a System Manager, who may do everything."""
	make_user("boss", "System Manager")
	voucher()  # which not everybody may make


def voucher(name: str = "Test Voucher", needs_amount: int = 1) -> str:
	"""A remedy with limits: 50 for agents, 500 for managers."""
	if not frappe.db.exists("Complaint Remedy", name):
		doc = frappe.get_doc({"doctype": "Complaint Remedy", "remedy_name": name, "type": "Money"})
		doc.needs_amount = needs_amount
		for role, amount in LIMITS:
			doc.append("authority_limits", {"role": role, "amount": amount, "currency": "EUR"})
		doc.insert()
	return name


def with_redress(*rows, to: str | None = None):
	case = make_complaint(redress=[{"remedy": voucher(), **row} for row in rows])
	return advance(case, to) if to else case


def step(case, name: str, by: str = "agent", row: int = 0, **data):
	"""Take a step as somebody and return the complaint as it is then."""
	doc = frappe.get_doc("Complaint", case.name)
	as_user(make_user(by), lambda: redress.take_step(case.name, doc.redress[row].name, name, data))
	return frappe.get_doc("Complaint", case.name)


def names(case, by: str = "agent") -> list[list[str]]:
	rows = as_user(make_user(by), lambda: redress.get_steps(case.name))
	return [[each["name"] for each in row["steps"]] for row in rows]


def test_a_goodwill_row_goes_its_way_with_its_names_dates_and_sum():
	case = with_redress({"basis": "Goodwill", "amount": 40})
	doc = step(case, "Approve")
	assert (doc.redress[0].state, doc.redress[0].approved_by) == ("Approved", make_user("agent"))
	assert doc.redress[0].approved_on and doc.redress[0].currency == "EUR" and not doc.redress_cost
	doc = step(case, "Carry Out")
	assert (doc.redress[0].implemented_by, str(doc.redress[0].implemented_on)) == (
		make_user("agent"),
		frappe.utils.today(),
	)
	assert (doc.redress[0].cost, doc.redress_cost) == (40, 40)
	with pytest.raises(frappe.ValidationError, match="somebody else verify"):
		step(case, "Verify")
	doc = step(case, "Verify", "agent2")
	assert (doc.redress[0].state, doc.redress[0].verified_by) == ("Verified", make_user("agent2"))
	doc = step(case, "Undo", "manager", reason="The voucher was not accepted.")
	assert (doc.redress[0].state, doc.redress_cost) == ("Offered", 0)
	notes = frappe.get_all(
		"Complaint Event", {"complaint": case.name, "kind": "redress"}, pluck="note", order_by="sequence"
	)
	assert notes[-1] == "The voucher was not accepted." and len(notes) == 4


def test_above_the_limit_a_manager_approves_first():
	case = with_redress({"basis": "Interim", "amount": 60})
	assert names(case) == [["Cancel"]]
	rows = as_user(make_user("agent"), lambda: redress.get_steps(case.name))
	assert "more than your roles may grant" in rows[0]["held_up_by"]
	assert names(case, "manager") == [["Approve", "Offer", "Agree", "Carry Out", "Cancel"]]
	for tried in ("Approve", "Offer", "Carry Out"):
		with pytest.raises(frappe.ValidationError, match="more than your roles may grant"):
			step(case, tried)
	step(case, "Approve", "manager")
	assert step(case, "Carry Out").redress[0].approved_by == make_user("manager")


def tasks_of(case, status: str = "Open") -> list[str]:
	"""Who has a task to approve redress of a case."""
	filters = {
		"reference_name": case.name,
		"status": status,
		"description": ("like", "%waits for your approval%"),
	}
	return frappe.get_all("ToDo", filters, pluck="allocated_to", order_by="creation")


def add_row(case, by: str = "agent", **row):
	"""Somebody proposes more redress."""
	doc = frappe.get_doc("Complaint", case.name)
	doc.append("redress", {"remedy": voucher(), "basis": "Goodwill", **row})
	as_user(make_user(by), doc.save)
	return doc


def test_who_can_grant_it_has_the_task_and_is_told():
	manager, manager2 = make_user("manager"), make_user("manager2")
	case = make_complaint(conflict_check="Names Recorded", persons_concerned=[{"user": manager2}])
	doc = add_row(case, amount=60)
	assert tasks_of(case) == [manager], "not somebody who is concerned"
	told = {"document_name": case.name, "for_user": manager}
	assert "waits for your approval" in frappe.db.get_value("Notification Log", told, "subject")
	# nothing new, nothing more; and what is within the limit waits for nobody
	edit(case, customer_reference="K-1")
	as_user(
		make_user("agent"),
		lambda: edit(case, redress=[*doc.as_dict().redress, {"remedy": voucher(), "amount": 5}]),
	)
	assert tasks_of(case) == [manager]
	step(case, "Approve", "manager")
	assert (tasks_of(case), tasks_of(case, "Closed")) == ([], [manager])
	assert not frappe.get_doc("Complaint", case.name).redress[0].approval_task


def test_a_new_complaint_is_looked_at_as_well():
	case = as_user(make_user("agent"), lambda: with_redress({"basis": "Interim", "amount": 60}))
	assert len(tasks_of(case)) == 1


@pytest.mark.parametrize("amount", [0, 50])
def test_what_is_incomplete_or_within_the_limit_is_no_task(amount):
	case = as_user(make_user("agent"), lambda: with_redress({"basis": "Interim", "amount": amount}))
	assert tasks_of(case) == []


def test_other_terms_are_another_task_and_none_is_left_behind():
	case = make_complaint()
	doc = add_row(case, amount=60)
	first = doc.redress[0].approval_task
	doc.reload()
	doc.redress[0].amount = 70
	as_user(make_user("agent"), doc.save)
	assert len(tasks_of(case)) == 1 and frappe.db.get_value("ToDo", first, "status") == "Cancelled"
	assert "70" in frappe.db.get_value("ToDo", doc.redress[0].approval_task, "description")
	# taken away
	doc.reload()
	doc.redress = []
	as_user(make_user("agent"), doc.save)
	assert tasks_of(case) == []
	# approved, then changed: it waits once more
	add_row(case, amount=60)
	step(case, "Approve", "manager")
	doc = frappe.get_doc("Complaint", case.name)
	doc.redress[0].amount = 65
	as_user(make_user("agent"), doc.save)
	assert doc.redress[0].state == "Proposed" and len(tasks_of(case)) == 1
	# closed
	act(case, "Withdraw", words="Leave it.", channel="Phone")
	assert tasks_of(case) == []


def test_nobody_gives_themselves_or_others_the_task_by_rest():
	case = make_complaint()
	doc = add_row(case, amount=60)
	row, task = doc.redress[0].as_dict(), doc.redress[0].approval_task
	row["approval_task"] = None
	as_user(make_user("agent"), lambda: set_value("Complaint", case.name, {"redress": [row]}))
	assert frappe.db.get_value("Complaint Redress", row["name"], "approval_task") == task
	assert len(tasks_of(case)) == 1


def test_a_task_of_approving_is_no_assignment_of_the_case():
	make_rule("agent")
	case = as_user(make_user("agent2"), lambda: with_redress({"basis": "Interim", "amount": 60}))
	assert frappe.db.get_value("Complaint", case.name, "handler") == make_user("agent")
	assert len(tasks_of(case)) == 1


def test_a_person_concerned_approves_nothing():
	manager = make_user("manager")
	case = with_redress({"basis": "Interim", "amount": 60})
	edit(case, conflict_check="Names Recorded", persons_concerned=[{"user": manager}])
	with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		step(case, "Approve", "manager")
	assert step(case, "Approve", "manager2").redress[0].approved_by == make_user("manager2")


def test_no_response_promises_what_nobody_granted():
	case = with_redress({"amount": 60}, {"amount": 10}, to="Decided")
	agent = make_user("agent")
	with pytest.raises(frappe.ValidationError, match="approval of redress row 1 by somebody"):
		as_user(agent, lambda: act(case, "Send Response", channel="Phone"))
	step(case, "Approve", "manager")
	doc = as_user(agent, lambda: act(case, "Send Response", channel="Phone"))
	assert [row.state for row in doc.redress] == ["Offered", "Offered"]
	assert [row.approved_by for row in doc.redress] == [make_user("manager"), agent]


@pytest.mark.parametrize(
	("target", "says"),
	[
		("Approved", "more than your roles may grant"),
		("Offered", "made by sending the response"),
		("Accepted", "after the response was sent"),
		("Implemented", "once it was agreed"),
		("Verified", "one step after the other"),
		("Declined", "one step after the other"),
	],
)
def test_rest_does_not_write_itself_a_state(target, says):
	case = with_redress({"amount": 400}, to="Assessed")
	row = frappe.get_doc("Complaint", case.name).redress[0].as_dict()
	forged = {"state": target, "approved_by": make_user("manager"), "implemented_on": frappe.utils.today()}

	def put():
		set_value("Complaint", case.name, {"redress": [{**row, **forged}]})

	with pytest.raises(frappe.ValidationError, match=says):
		as_user(make_user("agent"), put)
	stored = frappe.db.get_value("Complaint Redress", row.name, ["state", "approved_by"])
	assert stored == ("Proposed", None)


def test_rest_does_not_write_what_stands_beside_the_state():
	case = with_redress({"amount": 40, "basis": "Goodwill"})
	row = frappe.get_doc("Complaint", case.name).redress[0].as_dict()
	forged = {
		"approved_by": make_user("manager"),
		"verified_by": make_user("manager"),
		"implemented_by": make_user("manager"),
		"implemented_on": "2026-01-01",
		"cost": 7,
		"document_type": "User",
		"document_name": "Administrator",
	}
	as_user(
		make_user("agent"),
		lambda: set_value("Complaint", case.name, {"redress": [{**row, **forged}], "redress_cost": 9}),
	)
	doc = frappe.get_doc("Complaint", case.name)
	assert [doc.redress[0].get(name) or None for name in forged] == [None] * len(forged)
	assert not doc.redress_cost


def test_a_new_complaint_has_proposals_only():
	case = with_redress({"state": "Verified", "verified_by": "Administrator", "cost": 5, "amount": 40})
	assert (case.redress[0].state, case.redress[0].verified_by) == ("Proposed", None)
	assert not case.redress[0].cost


def test_an_auditor_takes_no_step_and_a_stranger_sees_none():
	case = with_redress({"amount": 40})
	assert names(case, "auditor") == [[]]
	with pytest.raises(frappe.PermissionError):
		step(case, "Approve", "auditor")
	edit(case, confidentiality="Restricted")
	with pytest.raises(frappe.PermissionError):
		names(case, "agent2")


def test_another_amount_waits_for_approval_again():
	case = with_redress({"amount": 60})
	doc = step(case, "Approve", "manager")
	doc.redress[0].amount = 61
	doc.save()
	assert (doc.redress[0].state, doc.redress[0].approved_by) == ("Proposed", None)


def test_rubbish():
	case = with_redress({"amount": 40})
	with pytest.raises(frappe.ValidationError, match="no step of redress"):
		step(case, "Dance")
	with pytest.raises(frappe.DoesNotExistError, match="no such row"):
		redress.take_step(case.name, "nothing", "Approve")
	for row, says in (({"amount": -1}, "negative"), ({"aspect": 3}, "no aspect 3")):
		with pytest.raises(frappe.ValidationError, match=says):
			edit(case, redress=[{"remedy": voucher(), **row}])
	step(case, "Approve")
	with pytest.raises(frappe.ValidationError, match="check the date"):
		step(
			edit(case, redress=[{"remedy": voucher(), "basis": "Goodwill", "amount": 3}]),
			"Carry Out",
			implemented_on="2031-01-01",
		)


def test_a_currency_without_a_rate_and_with_one():
	case = with_redress({"basis": "Goodwill", "amount": 10, "currency": "JPY", "remedy": "Goodwill Gift"})
	with pytest.raises(frappe.ValidationError, match="no exchange rate from JPY to EUR"):
		step(case, "Carry Out")
	assert frappe.db.get_value("Complaint Redress", {"parent": case.name}, "state") == "Proposed"


def test_implementing_the_last_agreed_one_meets_the_deadline():
	case = with_redress({"amount": 10}, {"amount": 20}, to="Response Sent")
	act(case, "Record Acceptance", words="Fine")
	step(case, "Carry Out")
	assert "implemented" not in kinds(case)
	doc = step(case, "Carry Out", row=1)
	assert kinds(case)[-1] == "implemented" and doc.redress_cost == 30
	assert act(case, "Close").closure_basis == "Accepted"
