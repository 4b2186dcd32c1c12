"""What the people of a case may do in the portal, each as far as their part in it goes."""

from __future__ import annotations

import frappe
import pytest

from cms_iso10002.complaints import feedback
from cms_iso10002.portal import api, keys, pages
from tests.site.factories import act, advance, edit, kinds, make_user, pass_time
from tests.site.portal_factories import FILING, file_as_guest, guest, make_portal_user, start_counting_anew
from tests.site.test_portal_pages import opened


@pytest.fixture(autouse=True)
def counted_anew():
	start_counting_anew()


def codes(answer) -> set[str]:
	return {row["code"] for row in answer["actions"]}


@pytest.mark.parametrize(
	"authority, may_end", [("Correspond", False), ("Accept", True), ("Receive Money", True)]
)
def test_a_representative_ends_a_complaint_only_with_authority_to(authority, may_end):
	filed = file_as_guest(representative_name="Rita", representative_email="rita@anwalt.test")
	me = {"reference": filed["reference"], "key": filed["key"]}
	case = frappe.get_doc("Complaint", me["reference"])
	edit(
		case,
		representative_authority=authority,
		representative_verified_by=make_user("agent"),
		representative_proof_notes="Power of attorney seen",
	)
	advance(case, "Response Sent")
	seen = guest(api.track, **me)
	assert {"reject", "request_review", "add_message"} <= codes(seen)
	assert ({"accept", "withdraw"} & codes(seen)) == ({"accept", "withdraw"} if may_end else set())
	for method, extra in (
		(api.respond_to_decision, {"answer": "Accepted"}),
		(api.withdraw, {"words": "They do not mind"}),
	):
		if may_end:
			assert "errors" not in guest(method, **me, **extra)
			continue
		with pytest.raises(frappe.PermissionError):
			guest(method, **me, **extra)
	if not may_end:
		assert guest(api.respond_to_decision, **me, answer="Rejected")["state"]["code"] == "Rejected"


def test_a_colleague_reads_a_letter_without_its_key():
	me, colleague = make_portal_user("rater", "Muster GmbH"), make_portal_user("reader", "Muster GmbH")
	filing = {"subject": "x", "description": "x", "share_with_company": 1}
	reference = guest(api.file_complaint, user=me, **filing)["reference"]
	letter = frappe.new_doc("Complaint Letter")
	link = (
		f"https://site.test/complaint/feedback?feedback_key={keys.feedback_key(reference, feedback.CLOSING)}"
	)
	letter.update(
		{
			"complaint": reference,
			"kind": "Closure",
			"channel": "E-mail",
			"delivery": "Sent",
			"sent_on": frappe.utils.now(),
			"subject": "Closed",
			"content": f'<p>Rate us: <a href="{link}">{link}</a></p>',
		}
	)
	letter.flags.from_correspondence = True
	letter.insert()
	key = keys.feedback_key(reference, feedback.CLOSING)
	assert key in str(guest(api.track, user=me, reference=reference))
	seen = guest(api.track, user=colleague, reference=reference)
	assert "Rate us" in str(seen) and key not in str(seen)


def test_an_employee_who_is_concerned_neither_sees_nor_lists_the_case():
	user = make_portal_user("employed", "Muster GmbH")
	employee = frappe.new_doc("Employee")
	employee.update(
		{
			"first_name": "Emil",
			"gender": "Male",
			"date_of_birth": "1980-01-01",
			"date_of_joining": "2020-01-01",
			"company": "Complaints Demo Ltd",
			"user_id": user,
		}
	)
	employee.flags.ignore_mandatory = True
	employee.insert(ignore_permissions=True)
	filed = file_as_guest(complainant_email=user)
	listed = {row["reference"] for row in guest(api.list_complaints, user=user)["complaints"]}
	assert filed["reference"] in listed
	case = frappe.get_doc("Complaint", filed["reference"])
	edit(case, persons_concerned=[{"employee": employee.name}], conflict_check="Names Recorded")
	with pytest.raises(frappe.DoesNotExistError):
		guest(api.track, user=user, reference=case.name)
	listed = {row["reference"] for row in guest(api.list_complaints, user=user)["complaints"]}
	assert filed["reference"] not in listed


def test_a_form_without_its_stamp_was_filled_in_by_a_machine():
	"""The page always sends one; programs that use the API have none."""
	assert "suspected_automatic" not in kinds(file_as_guest()["reference"])
	context = opened(pages.new_complaint, **FILING)
	assert "suspected_automatic" in kinds(context.filed["reference"])
	stamp = keys.stamp()
	pass_time(seconds=60)
	context = opened(pages.new_complaint, **FILING, started=stamp)
	assert "suspected_automatic" not in kinds(context.filed["reference"])


def test_a_message_after_merging_answers_the_question_of_the_case_that_goes_on():
	"""As an e-mail about the merged one does."""
	one, other = file_as_guest(), file_as_guest()
	advance(one["reference"], "Under Investigation")
	act(other["reference"], "Mark as Duplicate", duplicate_of=one["reference"], channel="Portal")
	act(one["reference"], "Ask Complainant", question="Which?", channel="Portal")
	guest(api.add_message, reference=other["reference"], key=other["key"], text="The red one")
	assert frappe.db.get_value("Complaint", one["reference"], "status") == "Under Investigation"
