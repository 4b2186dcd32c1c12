"""Ways around the rules, each shut: child rows by REST, swapped names, removed redress, forged answers."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.base_document import get_controller

from cms_iso10002.complaints import actions, intake, timeline
from cms_iso10002.complaints.rows import OwnedRow
from tests.site.factories import act, advance, as_user, edit, kinds, make_complaint, make_user
from tests.site.portal_factories import make_portal_user
from tests.site.test_lives import remedy

ROWS = ("Complaint Decision", "Complaint Milestone", "Complaint Concerned Person", "Complaint Aspect")


def test_a_row_is_not_written_or_deleted_past_its_complaint():
	case = make_complaint(aspects=[{"what": "leaks"}])
	aspect = frappe.get_doc("Complaint Aspect", case.aspects[0].name)
	milestone = frappe.get_doc("Complaint Milestone", {"parent": case.name, "stage": "decide"})
	milestone.state = "Met"
	for attempt in (
		milestone.save,
		aspect.save,
		aspect.delete,
		lambda: frappe.get_doc(
			{
				"doctype": "Complaint Decision",
				"parent": case.name,
				"parenttype": "Complaint",
				"parentfield": "decisions",
				"outcome": "Upheld",
			}
		).insert(),
	):
		with pytest.raises(frappe.ValidationError, match="can't be changed by itself"):
			attempt()


def our_tables() -> list[str]:
	modules = frappe.get_all("Module Def", {"app_name": "cms_iso10002"}, pluck="name", order_by="name")
	filters = {"istable": 1, "module": ("in", modules)}
	return frappe.get_all("DocType", filters, pluck="name", order_by="name")


def test_no_row_of_ours_has_a_door_of_its_own():
	tables = our_tables()
	assert len(tables) > 15
	assert [name for name in tables if not issubclass(get_controller(name), OwnedRow)] == []


def test_a_row_of_a_submitted_record_is_not_written_past_it():
	name = frappe.get_all("Complaint SLA Target", {"docstatus": 1}, pluck="name", order_by="name")[0]
	for change in ({"amount": 99}, {"docstatus": 2}):
		target = frappe.get_doc("Complaint SLA Target", name)
		target.update(change)
		with pytest.raises(frappe.ValidationError, match="can't be changed by itself"):
			target.save()


@pytest.mark.parametrize("doctype", ROWS)
def test_rows_of_a_hidden_complaint_are_hidden(doctype):
	agent = make_user("agent2")
	case = make_complaint(
		confidentiality="Restricted",
		aspects=[{"what": "leaks"}],
		conflict_check="Names Recorded",
		persons_concerned=[{"person_name": "Somebody"}],
	)
	from frappe.client import get_list

	def look():
		rows = get_list(doctype, fields=["name", "parent"], parent="Complaint", limit_page_length=0)
		assert case.name not in [row.parent for row in rows]

	as_user(agent, look)


def test_aspects_stand_as_they_were_decided():
	case = make_complaint(aspects=[{"what": "leaks"}])
	advance(case, "Under Investigation")
	doc = frappe.get_doc("Complaint", case.name)
	doc.aspects[0].update({"outcome": "Upheld", "reasons": "it leaks"})
	doc.findings = "It leaks."
	doc.save()
	act(case, "Decide", reasons="It leaks.")
	doc.reload()
	doc.aspects[0].outcome = "Not Upheld"
	with pytest.raises(frappe.ValidationError, match="answered by the decision"):
		doc.save()


def test_offered_redress_is_cancelled_not_removed_and_its_terms_stand():
	case = make_complaint(redress=[{"remedy": remedy("Replacement"), "amount": 10}])
	advance(case, "Response Sent")
	act(case, "Record Acceptance", words="Fine")
	doc = frappe.get_doc("Complaint", case.name)
	doc.redress = []
	with pytest.raises(frappe.ValidationError, match="can't be removed"):
		doc.save()
	doc.reload()
	doc.redress[0].amount = 1
	with pytest.raises(frappe.ValidationError, match="terms of redress"):
		doc.save()
	doc.reload()
	doc.redress[0].state = "Cancelled"
	with pytest.raises(frappe.ValidationError, match="needs a reason"):
		doc.save()
	doc.reload()
	doc.redress[0].state = "Cancelled"
	doc.assessment_reason = "They have one from somebody else now."
	doc.save()
	assert kinds(case)[-1] == "nothing_to_implement"


def test_a_name_is_not_swapped_silently():
	one, two = make_user("agent"), make_user("agent2")
	case = make_complaint(conflict_check="Names Recorded", persons_concerned=[{"user": one}])
	with pytest.raises(frappe.ValidationError, match="no longer concerned"):
		edit(case, persons_concerned=[{"user": two}])
	edit(case, persons_concerned=[{"user": two}], assessment_reason="it was her colleague")
	assert "persons_concerned" in kinds(case)


def test_a_complaint_is_not_shared_with_everyone():
	with pytest.raises(frappe.ValidationError, match="can't be shared with everyone"):
		frappe.share.add("Complaint", make_complaint().name, everyone=1, notify=0)


def test_answers_are_those_the_dialog_offers():
	with pytest.raises(frappe.ValidationError, match="no answer to"):
		act(
			make_complaint(), "Resolve Early", severity="Foo", safety_implication="No", reasons="r", words="w"
		)
	case = advance(make_complaint(), "Response Sent")
	act(case, "Record Rejection")
	with pytest.raises(frappe.ValidationError, match="Could not find User"):
		act(case, "Request Review", reviewer="nobody@x.test")


def test_a_status_nobody_knows():
	with pytest.raises(frappe.ValidationError):
		edit(make_complaint(), status="Foo")


def test_a_hidden_original_reads_as_one_that_is_not_there():
	hidden = make_complaint(confidentiality="Restricted")
	case = make_complaint()
	with pytest.raises(frappe.DoesNotExistError):
		as_user(make_user("agent"), lambda: act(case, "Mark as Duplicate", duplicate_of=hidden.name))


def test_safety_found_later_alerts_the_manager_too():
	manager = make_user("manager")
	case = make_complaint()
	edit(case, safety_implication="Yes")
	assert frappe.db.exists("Notification Log", {"for_user": manager, "document_name": case.name})


def test_an_employment_dispute_by_phone_is_registered_and_waits_for_a_person():
	case = make_complaint(is_employment_dispute=1, complainant_type="Other", complainant_email=None)
	assert case.status == "Received" and "screened" in kinds(case)


def test_a_zone_in_the_time_and_rubbish():
	assert str(make_complaint(received_on="2026-03-02T10:00:00Z").received_on) == "2026-03-02 11:00:00"
	with pytest.raises(frappe.ValidationError, match="not a point in time"):
		make_complaint(received_on="the day before yesterday")
	with pytest.raises(frappe.ValidationError, match="not a point in time"):
		act(make_complaint(), "Acknowledge", channel="Phone", told_on="soon")


def test_the_same_key_registers_once():
	values = {"subject": "s", "description": "d", "channel": "Web", "is_anonymous": 1}
	first = intake.register(values, dedupe_key="import:1")
	assert intake.register(values, dedupe_key="import:1").name == first.name
	assert timeline.record(first.name, "noted", {}, dedupe_key="once") is True
	assert timeline.record(first.name, "noted", {}, dedupe_key="once") is False


def test_a_question_that_bounced_was_not_asked():
	from cms_iso10002.complaints import correspondence

	case = advance(make_complaint(), "Assessed")
	act(case, "Ask Complainant", question="Which invoice?", channel="Phone")
	letter = frappe.get_last_doc("Complaint Letter", filters={"complaint": case.name})
	correspondence.delivery_failed(letter.name, "wrong number")
	assert frappe.db.get_value("Complaint", case.name, ["status", "waiting_on"]) == ("Assessed", "")


def test_a_post_without_address_is_not_told_while_there_is_another_way():
	case = advance(make_complaint(), "Decided")
	with pytest.raises(frappe.ValidationError, match="no postal address"):
		act(case, "Send Response", channel="Post")


def test_shared_findings_are_for_those_who_may_see_every_member():
	group = frappe.get_doc({"doctype": "Complaint Group", "title": "Seals"}).insert()
	case = make_complaint(confidentiality="Restricted", complaint_group=group.name)
	assert case.complaint_group == group.name

	def look():
		assert not frappe.has_permission("Complaint Group", "read", group.name)
		assert not frappe.get_list("Complaint Group", filters={"name": group.name})

	as_user(make_user("agent2"), look)
	as_user(
		make_user("manager"), lambda: frappe.get_doc("Complaint Group", group.name).check_permission("read")
	)


def test_every_action_has_a_dialog_that_opens():
	case = make_complaint()
	for transition in actions.lifecycle.actions_from("Received", {"Complaint Agent"}):
		dialog = actions.get_dialog(case.name, transition.action)
		asked = [
			ask.name for ask in transition.asks if ask.name != "format_confirmed"
		]  # for some formats only
		assert [field["fieldname"] for field in dialog["fields"]] == asked


def test_who_is_concerned_may_say_so():
	agent = make_user("agent")
	case = make_complaint(handler=make_user("agent2"))
	as_user(agent, lambda: edit(case, conflict_check="Names Recorded", persons_concerned=[{"user": agent}]))
	assert not as_user(agent, lambda: frappe.has_permission("Complaint", "read", case.name))
	with pytest.raises(frappe.PermissionError):
		as_user(agent, lambda: edit(case, persons_concerned=[], assessment_reason="it is not me"))


def test_who_hears_that_it_is_confidential_makes_it_so_and_goes_on():
	agent = make_user("agent")
	case = make_complaint()
	doc = as_user(agent, lambda: edit(case, confidentiality="Confidential"))
	assert doc.handler == agent
	with pytest.raises(frappe.PermissionError):
		as_user(
			make_user("agent2"), lambda: edit(case, confidentiality="Normal", handler=make_user("agent2"))
		)


@pytest.mark.parametrize(
	"duty, name", [("handler", "auditor"), ("investigator", "agent"), ("reviewer", "agent")]
)
def test_a_duty_is_given_to_who_can_do_it(duty, name):
	with pytest.raises(frappe.ValidationError, match="needs the role"):
		edit(make_complaint(), **{duty: make_user(name)})


def test_who_approved_does_not_review():
	case = advance(make_complaint(), "Assessed", severity="Major")
	advance_to_approved(case)
	act(case, "Send Response", channel="Phone")
	act(case, "Record Rejection")
	act(case, "Request Review")
	manager = make_user("manager")
	with pytest.raises(frappe.ValidationError, match="somebody else must decide"):
		as_user(manager, lambda: act(case, "Decide Review", outcome="Upheld", reasons="r"))
	other = make_user("manager2")
	doc = as_user(other, lambda: act(case, "Decide Review", outcome="Upheld", reasons="r"))
	assert doc.reviewer == other


def advance_to_approved(case):
	investigator = make_user("investigator")
	act(edit(case, investigator=investigator), "Investigate")
	edit(case, findings="found")
	as_user(investigator, lambda: act(case, "Decide", outcome="Not Upheld", reasons="r"))
	with pytest.raises(frappe.ValidationError, match="second person"):
		act(case, "Send Response", channel="Phone")
	as_user(make_user("manager"), lambda: actions.approve_decision(case.name))


@pytest.mark.parametrize("severity, safety", [("Critical", "No"), ("Minor", "Yes")])
def test_grave_matters_are_not_resolved_at_the_counter(severity, safety):
	with pytest.raises(frappe.ValidationError, match="not resolved at first contact"):
		act(
			make_complaint(),
			"Resolve Early",
			severity=severity,
			safety_implication=safety,
			reasons="r",
			words="w",
		)


def test_an_authority_is_verified_by_who_says_so_and_by_something():
	agent, customer = make_user("agent"), make_portal_user("verifier")
	case = make_complaint(representative_name="Rita", representative_email="rita@law.test")
	with pytest.raises(frappe.MandatoryError, match="proof of authority"):
		as_user(agent, lambda: edit(case, representative_verified_by=customer))
	doc = as_user(
		agent,
		lambda: edit(case, representative_verified_by=customer, representative_proof_notes="Letter seen"),
	)
	assert doc.representative_verified_by == agent
	assert (
		as_user(
			make_user("manager"), lambda: edit(case, subject="x", assessment_reason="y")
		).representative_verified_by
		== agent
	)


def test_a_reviewer_is_somebody_who_can_review():
	customer = make_portal_user("reviewer")
	case = advance(make_complaint(), "Response Sent")
	act(case, "Record Rejection")
	fields = actions.get_dialog(case.name, "Request Review")["fields"]
	offered = next(field for field in fields if field["fieldname"] == "reviewer")["filters"]["name"][1]
	assert make_user("manager") in offered
	assert not {customer, make_user("agent"), make_user("investigator")} & set(offered)
	for user in (customer, make_user("agent")):
		with pytest.raises(frappe.ValidationError, match="can't be the reviewer"):
			act(case, "Request Review", reviewer=user)
	assert act(case, "Request Review", reviewer=make_user("manager")).reviewer == make_user("manager")
