"""The head and the side of the form: what it says to whom."""

from functools import partial

import frappe
import pytest

from cms_iso10002.complaints import (
	actions,
	correspondence,
	customer_glance,
	desk_guide,
	handing_up,
	redress,
	verification,
)
from cms_iso10002.portal import view

from . import factories as make


def guide(complaint, user="agent"):
	return make.as_user(make.make_user(user), lambda: desk_guide.get_guide(complaint.name))


def test_it_says_who_what_and_how_it_stands():
	case = make.make_complaint(
		complainant_type="Authority", subjects=[{"item_code": make.make_item()}], language="en"
	)
	head = guide(case)
	assert head["who"]["name"] == "Erika Muster" and "Authority" in head["who"]["line"]
	assert head["what"]["about"] == "Kettle"
	assert head["state"]["word"] == "Received"
	assert head["due"]["stage"] == "acknowledge" and head["due"]["left"]
	assert head["milestones"][0]["stage"] == "acknowledge"


def test_the_next_step_and_what_it_lacks():
	case = make.make_complaint()
	step = guide(case)["next"]
	assert (step["action"], step["mine"], step["possible"]) == ("Acknowledge", True, True)
	case = make.advance(case, "Acknowledged")
	step = guide(case)["next"]
	assert step["action"] == "Assess" and not step["possible"]
	assert {"label": "severity", "field": "severity"} in step["missing"]
	case = make.advance(make.make_complaint(), "Under Investigation")
	step = guide(case)["next"]
	assert step["action"] == "Decide" and not step["mine"]
	assert step["whose"] == "Complaint Investigator, Complaint Manager"
	assert guide(case, "investigator")["next"]["mine"]


def test_what_it_calls_possible_can_be_done():
	"""The head promises nothing that the lifecycle then refuses."""
	case = make.make_complaint()
	for _ in range(2):
		step = guide(case)["next"]
		if not step["possible"]:
			case = make.edit(case, **make.ASSESSMENT)
			step = guide(case)["next"]
		assert step["possible"], step
		data = {"channel": "Phone"} if step["action"] == "Acknowledge" else {}
		case = make.as_user(make.make_user("agent"), partial(make.act, case, step["action"], **data))
	assert case.status == "Assessed"


def test_who_only_reads_is_offered_nothing():
	case = make.make_complaint()
	head = guide(case, "auditor")
	assert not head["next"]["mine"] and head["letters"] == [] and not head["can_merge"]
	assert guide(case)["can_merge"]


def test_who_only_reads_is_shown_no_message_that_they_may_not_write():
	doc, auditor = make.make_complaint(), make.make_user("auditor")
	frappe.local.message_log = []
	make.as_user(auditor, partial(desk_guide.get_guide, doc.name))
	make.as_user(auditor, partial(redress.get_steps, doc.name))
	assert not frappe.local.message_log


def test_it_waits_for_the_complainant_in_words():
	case = make.advance(make.make_complaint(), "Response Sent")
	assert "until" in guide(case)["their_turn"]
	asked = make.act(make.make_complaint(), "Ask Complainant", question="Which kettle?", channel="Phone")
	head = guide(asked)
	assert head["next"]["action"] == "Resume" and "Received" in head["their_turn"]


def test_an_unverified_representative_is_pointed_out():
	case = make.make_complaint(representative_name="Rita Recht")
	assert "disclose nothing" in guide(case)["who"]["representative"]


def test_a_person_concerned_and_a_stranger_get_no_head():
	case = make.make_complaint()
	make.edit(case, conflict_check="Names Recorded", persons_concerned=[{"user": make.make_user("agent")}])
	with pytest.raises(frappe.PermissionError):
		guide(case)
	hidden = make.make_complaint(confidentiality="Restricted", handler=make.make_user("agent2"))
	for method in (desk_guide.get_guide, customer_glance.get_glance):
		with pytest.raises(frappe.PermissionError):
			make.as_user(make.make_user("agent"), lambda m=method: m(hidden.name))


def test_a_name_of_a_confidential_case_is_read_and_put_down():
	case = make.make_complaint(confidentiality="Confidential", handler=make.make_user("agent"))
	before = frappe.db.count("View Log", {"reference_name": case.name})
	guide(case)
	assert frappe.db.count("View Log", {"reference_name": case.name}) == before + 1


def test_looking_locks_nothing(monkeypatch):
	"""The head is read at every opening of a form: it must not wait for a save, nor hold one up."""
	case = make.advance(make.make_complaint(), "Acknowledged")
	run = frappe.db.sql
	asked: list[str] = []

	def note(query, *args, **kwargs):
		asked.append(str(query).lower())
		return run(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", note)
	desk_guide.get_guide(case.name)
	actions.get_dialog(case.name, "Assess")
	customer_glance.get_glance(case.name)
	assert asked and not [query for query in asked if "for update" in query]


def test_what_was_merged_is_no_candidate_any_more():
	first, second = (make.make_complaint() for _ in range(2))
	assert [row["name"] for row in actions.find_duplicates(first.name)] == [second.name]
	make.act(second, "Mark as Duplicate", duplicate_of=first.name, channel="Phone")
	assert actions.find_duplicates(first.name) == []


# the customer at a glance ------------------------------------------------------------------------------------


def glance(complaint, user="agent", *roles):
	return make.as_user(make.make_user(user, *roles), lambda: customer_glance.get_glance(complaint.name))


def test_other_complaints_of_the_customer_that_may_be_seen():
	customer = make.make_customer("Blick GmbH")
	case, other = (make.make_complaint(customer=customer) for _ in range(2))
	make.make_complaint(customer=customer, confidentiality="Restricted", handler=make.make_user("agent2"))
	make.make_complaint()
	seen = glance(case)
	assert (seen["open"], seen["all"]) == ("1", "1")
	assert [row.name for row in seen["latest"]] == [other.name]
	assert glance(case, "manager")["all"] == "2"


def test_without_a_customer_the_address_tells():
	case, other = (
		make.make_complaint(customer=None, complainant_email="blick@example.test") for _ in range(2)
	)
	make.make_complaint(customer=None, complainant_email="")
	assert [row.name for row in glance(case)["latest"]] == [other.name]
	nobody = make.make_complaint(customer=None, complainant_email="")
	assert glance(nobody)["latest"] == []


def test_figures_of_sales_only_for_who_may_read_them():
	case = make.make_complaint()
	assert glance(case)["figures"] == []
	seller = glance(case, "seller", "Complaint Agent", "Sales User", "Accounts User")["figures"]
	assert [figure["label"] for figure in seller] == ["Orders on the Way", "Revenue, 12 Months"]
	assert seller[0]["value"] == "0"


@pytest.mark.erpnext
def test_revenue_is_what_was_invoiced_less_what_was_credited():
	from cms_iso10002.erpnext_bridge import customer_figures

	customer = make.make_customer("Umsatz GmbH")
	company = frappe.db.get_value("Company", {}, "name")
	for amount, days in ((100, 10), (-40, 5), (500, 400)):
		invoice = frappe.get_doc(
			{
				"doctype": "Sales Invoice",
				"customer": customer,
				"company": company,
				"posting_date": frappe.utils.add_days(frappe.utils.today(), -days),
				"base_net_total": amount,
				"docstatus": 1,
			}
		)
		invoice.name = frappe.generate_hash(length=10)
		invoice.db_insert()  # the sum is looked at, not what ERPNext posts
	figure = customer_figures.of(customer, company)[-1]
	currency = frappe.get_cached_value("Company", company, "default_currency")
	assert figure["value"] == frappe.utils.fmt_money(60, currency=currency)
	assert customer_figures.of(customer, None)[-1]["label"] == "Orders on the Way"


def in_review(**values):
	"""A complaint of which a review was asked for, by the complainant."""
	case = make.advance(make.make_complaint(**values), "Response Sent")
	make.act(case, "Record Rejection", words="No.", given_by="Complainant", channel="Phone")
	return make.act(case, "Request Review", reviewer=make.make_user("manager"), reason="asked for")


def letters(case, user="agent") -> list[str]:
	return [one.get("kind") or one["action"] for one in guide(case, user)["letters"]]


def test_the_request_for_a_review_is_confirmed_by_a_letter_of_its_own():
	case = make.make_complaint()
	assert "Acknowledgement" not in letters(case)  # the complaint's own is an action's
	case = in_review(language="en")
	assert "Acknowledgement" in letters(case) and "Acknowledgement" not in letters(case, "auditor")
	name = make.as_user(
		make.make_user("agent"),
		partial(correspondence.send_letter, case.name, "Acknowledgement", "E-mail", "Mr Gray looks at it."),
	)
	letter = frappe.get_doc("Complaint Letter", name)
	assert "request" in letter.subject and "look again" in letter.content
	assert "Mr Gray looks at it." in letter.content
	assert "you can ask us to look at it again" not in letter.content
	assert make.milestone(case, "acknowledge", 2).state == "Met"
	assert "Acknowledgement" not in letters(case)


def test_and_after_the_outcome_of_the_review_nothing_is_left_to_confirm():
	case = in_review()
	make.act(case, "Decide Review", outcome="Upheld", reasons="You are right.")
	case = make.act(case, "Send Response", channel="Phone")
	row = make.milestone(case, "acknowledge", 2)
	assert (row.state, row.remark) == ("Met", "met by the answer to the review")
	assert "Acknowledgement" not in letters(case)
	assert not [step for step in view.next_steps(case, "en") if "confirm" in step["label"]]
	assert verification.verify(case.name).whole


def test_a_decision_after_a_review_is_sent_as_the_outcome_of_the_review():
	case = in_review()
	make.act(case, "Decide Review", outcome="Upheld", reasons="You are right.")
	labels = {one["action"]: one["label"] for one in guide(case)["letters"] if one.get("action")}
	assert labels["Send Response"] == "Review Outcome"
	case = make.advance(make.make_complaint(), "Decided")
	labels = {one["action"]: one["label"] for one in guide(case)["letters"] if one.get("action")}
	assert labels["Send Response"] == "Decision"


def test_the_complaint_is_read_once(monkeypatch):
	case, read, real = make.make_complaint(), [], frappe.get_doc

	def get_doc(*args, **kwargs):
		read.append(args)
		return real(*args, **kwargs)

	monkeypatch.setattr(frappe, "get_doc", get_doc)
	desk_guide.get_guide(case.name)
	assert read.count(("Complaint", case.name)) == 1


# escalating by hand ------------------------------------------------------------------------------------------


def escalate(case, reason="The press has called", user="agent"):
	return make.as_user(make.make_user(user), lambda: handing_up.escalate(case.name, reason))


def test_a_case_is_brought_before_the_managers():
	case = make.make_complaint()
	doc = escalate(case)
	assert doc["escalation_level"] == 1 and make.kinds(case)[-1] == "escalated"
	managers = {make.make_user("manager"), make.make_user("manager2")}
	told = frappe.get_all("Notification Log", {"document_name": case.name}, ["for_user", "subject"])
	assert {row.for_user for row in told} == managers
	assert not [row for row in told if "press" in row.subject], "the reason stands on the case alone"
	tasks = frappe.get_all(
		"ToDo", {"reference_name": case.name, "status": "Open"}, ["allocated_to", "priority"]
	)
	assert [row.priority for row in tasks] == ["High"] and tasks[0].allocated_to in managers
	assert escalate(case, "Again")["escalation_level"] == 2
	assert verification.verify(case.name).whole
	assert "press" in str(make.as_user(make.make_user("agent"), lambda: actions.get_timeline(case.name)))


def test_a_manager_escalates_to_another_and_the_sweep_counts_on():
	case = make.make_complaint()
	escalate(case, user="manager")
	tasks = frappe.get_all("ToDo", {"reference_name": case.name}, pluck="allocated_to")
	assert tasks == [make.make_user("manager2")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_escalating_needs_a_reason(reason):
	with pytest.raises(frappe.MandatoryError):
		escalate(make.make_complaint(), reason)


def test_what_is_closed_or_may_not_be_written_is_not_escalated():
	case = make.make_complaint()
	with pytest.raises(frappe.PermissionError):
		escalate(case, user="auditor")
	make.act(case, "Withdraw", words="Never mind.")
	with pytest.raises(frappe.ValidationError, match="nothing to escalate"):
		escalate(case)


def test_managers_who_are_concerned_hear_nothing():
	case = make.make_complaint(
		conflict_check="Names Recorded", persons_concerned=[{"user": make.make_user("manager")}]
	)
	escalate(case)
	told = frappe.get_all("Notification Log", {"document_name": case.name}, pluck="for_user")
	assert set(told) == {make.make_user("manager2")}
