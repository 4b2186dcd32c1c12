"""An audit of closed cases, from its draw to its last finding closed."""

import frappe
import pytest

from cms_iso10002.core import case_audit
from cms_iso10002.iso_10002 import audits, case_files, independence, printing_reports

from .factories import act, advance, as_user, edit, make_complaint, make_user
from .portal_factories import make_portal_user


def close_one(**values):
	"""A complaint that was upheld, accepted and closed."""
	doc = advance(make_complaint(remedy_notes="An apology", **values), "Response Sent")
	act(doc, "Record Acceptance", words="Fine by me")
	return act(doc, "Close")


def make_audit(**values):
	doc = frappe.new_doc("Complaint Case Audit")
	doc.update({"title": "Files of the year", "auditor": make_user("auditor"), **period(), **values})
	doc.insert()
	return doc


def period():
	today = frappe.utils.getdate()
	return {"from_date": frappe.utils.add_days(today, -365), "to_date": today}


def step(doc, name):
	audits.take_step(doc.name, name)
	return frappe.get_doc(doc.doctype, doc.name)


def answer_all(doc, verdict="Passed"):
	for complaint, key in audits.open_questions(doc):
		audits.record_answer(doc.name, complaint, key, verdict)
	return frappe.get_doc(doc.doctype, doc.name)


@pytest.fixture
def closed():
	return [close_one(subject=f"Kettle {number}") for number in range(3)]


@pytest.fixture
def auditor(closed):
	"""Everything is done as the auditor."""
	user = make_user("auditor")
	frappe.set_user(user)
	yield user
	frappe.set_user("Administrator")


def test_the_whole_way(closed, auditor):
	doc = step(make_audit(), "draw")
	assert (doc.status, doc.population, doc.sample_size) == ("In Progress", 3, 3)
	assert [row.complaint for row in doc.sample] == sorted(case.name for case in closed)
	assert doc.seed and doc.drawn_on
	tests = audits.tests_of(doc.sample[0])
	assert tests["closed"]["verdict"] == tests["receipt"]["verdict"] == "Passed"
	assert tests["trained"] == {
		"verdict": "Failed",
		"text": "The handler had no valid training on the day of receipt.",
	} or (tests["trained"]["verdict"] == "Not Applicable")
	doc = answer_all(doc)
	for row in doc.sample:
		if row.result == "Failed":
			doc.append(
				"findings",
				{
					"complaint": row.complaint,
					"clause": "competence",
					"grade": "Observation",
					"finding": "No training",
					"responsible": make_user("manager"),
					"due_date": frappe.utils.add_days(None, 30),
				},
			)
	doc.conclusion = "Complaints are handled as they should be."
	doc.append(
		"findings",
		{
			"grade": "Observation",
			"finding": "Say more",
			"responsible": make_user("manager"),
			"due_date": frappe.utils.add_days(None, 30),
		},
	)
	doc.save()
	doc = step(doc, "report")
	assert doc.status == "Reported" and doc.reported_on
	tasks = frappe.get_all("ToDo", {"reference_name": doc.name}, pluck="allocated_to", order_by="name")
	assert set(tasks) == {make_user("manager")} and len(tasks) == len(doc.findings)
	with pytest.raises(frappe.ValidationError, match="still open"):
		step(doc, "close")
	for row in doc.findings:
		row.update({"closed_on": frappe.utils.nowdate(), "closure_evidence": "New letter, seen"})
	doc.save()
	doc = step(doc, "close")
	assert doc.status == "Closed"
	doc.conclusion = "Something else"
	with pytest.raises(frappe.ValidationError, match="closed"):
		doc.save()


def test_the_same_seed_draws_the_same(closed, auditor):
	one, other = step(make_audit(seed=7), "draw"), step(make_audit(seed=7), "draw")
	assert [row.complaint for row in one.sample] == [row.complaint for row in other.sample]
	assert one.seed == other.seed == 7


def test_a_period_without_closed_cases_is_refused(auditor):
	doc = make_audit(from_date="2001-01-01", to_date="2001-12-31")
	with pytest.raises(frappe.ValidationError, match="No complaint was closed"):
		step(doc, "draw")
	assert frappe.db.get_value(doc.doctype, doc.name, "status") == "Planned"


def test_a_period_that_ends_before_it_starts_is_refused(auditor):
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		make_audit(from_date="2026-02-01", to_date="2026-01-01")


def both():
	"""Somebody who audits and handles complaints too."""
	return make_user("auditor3", "Complaint Auditor", "Complaint Agent")


def test_nobody_audits_their_own_work(closed):
	"""Own cases are no part of what is drawn from: refused after the draw, it could be repeated until it suits."""
	user = both()
	frappe.db.set_value("Complaint", closed[0].name, "handler", user)
	doc = as_user(user, lambda: step(make_audit(auditor=user), "draw"))
	assert (doc.population, doc.sample_size, doc.left_out) == (2, 2, 1)
	assert closed[0].name not in [row.complaint for row in doc.sample]
	report = as_user(user, lambda: printing_reports.case_audit_report(doc))
	assert "1 cases were left out before the draw" in report["method"]


def test_who_worked_on_all_of_them_audits_none(closed):
	user = both()
	for case in closed:
		frappe.db.set_value("Complaint", case.name, "handler", user)
	doc = as_user(user, lambda: make_audit(auditor=user))
	with pytest.raises(frappe.ValidationError, match="every one of the 3 complaints"):
		as_user(user, lambda: step(doc, "draw"))


def test_a_handler_who_was_replaced_had_the_case_all_the_same(closed):
	user = both()
	case = edit(make_complaint(), handler=user)
	edit(case, handler=make_user("agent"))
	names = [case.name, closed[0].name]
	assert independence.worked_on(user, names) == {case.name}
	assert independence.worked_on(make_user("agent"), [case.name]) == {case.name}


def test_whoever_recorded_a_step_worked_on_it(closed):
	user = both()
	case = make_complaint()
	as_user(user, lambda: act(case, "Acknowledge", channel="Phone"))
	frappe.db.set_value("Complaint", case.name, "handler", None)
	names = [case.name, closed[0].name]
	assert independence.worked_on(user, names) == {case.name}
	assert independence.who_worked_on([user, make_user("auditor")], names) == {(user, case.name)}


def test_another_auditor_judges_no_file_they_worked_on(closed, auditor):
	doc = step(make_audit(), "draw")
	user = both()
	frappe.db.set_value("Complaint", closed[0].name, "investigator", user)
	frappe.set_user(user)
	with pytest.raises(frappe.ValidationError, match=f"You worked on {closed[0].name}"):
		audits.record_answer(doc.name, closed[0].name, "plain", "Passed")
	audits.record_answer(doc.name, closed[1].name, "plain", "Passed")
	for name in ("examine", "report"):
		with pytest.raises(frappe.ValidationError, match=f"You worked on {closed[0].name}"):
			step(doc, name)


def test_who_decided_does_not_audit(closed):
	names = [case.name for case in closed]
	assert independence.worked_on(make_user("investigator"), names) == set(names)


def test_only_an_auditor_audits(closed):
	with pytest.raises(frappe.ValidationError, match="Complaint Auditor"):
		make_audit(auditor=make_user("agent"))


def test_restricted_cases_are_left_out_and_counted(closed, auditor):
	frappe.db.set_value("Complaint", closed[0].name, "confidentiality", "Restricted")
	doc = step(make_audit(), "draw")
	assert (doc.population, doc.left_out) == (2, 1)
	assert closed[0].name not in [row.complaint for row in doc.sample]


def test_duplicates_are_no_cases(closed, auditor):
	frappe.db.set_value("Complaint", closed[0].name, "status", "Duplicate")
	assert step(make_audit(), "draw").population == 2


def test_anonymised_and_lost_cases_are_said_to_be_and_never_passed(closed, auditor):
	doc = step(make_audit(), "draw")
	frappe.db.set_value("Complaint", closed[0].name, "anonymised_on", frappe.utils.now())
	frappe.db.delete("Complaint", {"name": closed[1].name})
	doc = step(doc, "examine")
	rows = {row.complaint: row for row in doc.sample}
	assert rows[closed[0].name].result == rows[closed[1].name].result == "Unavailable"
	assert "anonymised" in audits.tests_of(rows[closed[0].name])["unavailable"]
	assert "not there" in audits.tests_of(rows[closed[1].name])["unavailable"]
	view = audits.get_files(doc.name)
	assert sum(view["totals"]["receipt"].values()) == 1


def test_a_late_acknowledgement_is_found(closed, auditor):
	frappe.db.set_value(
		"Complaint Milestone", {"parent": closed[0].name, "stage": "acknowledge"}, "state", "Met Late"
	)
	doc = step(make_audit(), "draw")
	row = next(row for row in doc.sample if row.complaint == closed[0].name)
	assert audits.tests_of(row)["acknowledged"]["verdict"] == "Failed" and row.result == "Failed"


def test_what_is_missing_for_the_report_is_said(closed, auditor):
	doc = step(make_audit(), "draw")
	with pytest.raises(frappe.ValidationError, match="9 questions are not answered yet, those with"):
		step(doc, "report")
	doc = answer_all(doc)
	with pytest.raises(frappe.ValidationError, match="conclusion"):
		step(doc, "report")


def test_a_failed_file_needs_a_finding(closed, auditor):
	doc = answer_all(step(make_audit(), "draw"))
	audits.record_answer(doc.name, closed[0].name, "plain", "Failed", "The letter is rude")
	doc.reload()
	doc.conclusion = "Good but for one."
	doc.save()
	with pytest.raises(frappe.ValidationError, match=closed[0].name):
		step(doc, "report")


def test_bad_answers_are_refused(closed, auditor):
	doc = step(make_audit(), "draw")
	name = closed[0].name
	with pytest.raises(frappe.ValidationError, match="no open question"):
		audits.record_answer(doc.name, name, "receipt", "Failed", "no")
	with pytest.raises(frappe.ValidationError, match="no open question"):
		audits.record_answer(doc.name, "CMP-0", "plain", "Passed")
	with pytest.raises(frappe.ValidationError, match="Answer with one of"):
		audits.record_answer(doc.name, name, "plain", "Perhaps")
	with pytest.raises(frappe.ValidationError, match="Write down"):
		audits.record_answer(doc.name, name, "plain", "Failed")


def test_a_client_can_change_nothing_that_was_drawn(closed, auditor):
	doc = step(make_audit(), "draw")
	doc.sample = doc.sample[:1]
	doc.sample[0].tests = doc.sample[0].result = ""
	doc.update({"seed": 1, "status": "Closed", "from_date": "2001-01-01"})
	doc.save()
	doc.reload()
	assert doc.sample_size == len(doc.sample) == 3
	assert doc.status == "In Progress" and doc.seed != 1 and str(doc.from_date) != "2001-01-01"
	with pytest.raises(frappe.ValidationError, match="evidence"):
		doc.delete()


def reported():
	"""An audit with a finding on its first file, reported."""
	doc = answer_all(step(make_audit(), "draw"))
	due = {"responsible": make_user("manager"), "due_date": frappe.utils.add_days(None, 30)}
	for row in doc.sample:
		doc.append(
			"findings",
			{"complaint": row.complaint, "grade": "Minor", "finding": f"Rude to {row.idx}", **due},
		)
	doc.conclusion = "Good but for one."
	doc.save()
	return step(doc, "report")


def test_dates_and_numbers_are_not_a_clients_to_write(closed, auditor):
	forged = {"reported_on": "2026-01-01", "closed_on": "2026-01-01", "left_out": 9, "population": 99}
	doc = make_audit(**forged)
	for _state in ("Planned", "In Progress"):
		doc.update(forged)
		doc.save()
		doc.reload()
		assert (doc.status, doc.reported_on, doc.closed_on, doc.left_out) == (_state, None, None, 0)
		assert doc.population in (0, 3)
		if _state == "Planned":
			doc = step(doc, "draw")


def test_what_was_reported_stands(closed, auditor):
	doc = reported()
	doc.update({"criteria": "None", "conclusion": "Perfect", "title": "Other"})
	doc.findings = doc.findings[1:]
	doc.findings[0].update(
		{
			"grade": "Observation",
			"due_date": "2099-01-01",
			"finding": "Nothing",
			"closed_on": frappe.utils.nowdate(),
			"closure_evidence": "Seen",
		}
	)
	doc.save()
	doc.reload()
	assert (doc.conclusion, doc.title) == ("Good but for one.", "Files of the year")
	assert len(doc.findings) == 3 and doc.criteria == audits.COMMON_CRITERIA
	second = doc.findings[1]
	assert (second.grade, second.finding) == ("Minor", "Rude to 2") and str(second.due_date) < "2099"
	assert (str(second.closed_on), second.closure_evidence) == (frappe.utils.nowdate(), "Seen")
	doc.findings = []
	doc.save()
	with pytest.raises(frappe.ValidationError, match="still open"):
		step(doc, "close")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_finding_is_closed_between_the_report_and_today(closed, auditor, days):
	doc = reported()
	doc.findings[0].update({"closed_on": frappe.utils.add_days(None, days), "closure_evidence": "Seen"})
	with pytest.raises(frappe.ValidationError, match="can't be closed on"):
		doc.save()


def test_a_finding_is_not_closed_before_it_is_reported(closed, auditor):
	doc = step(make_audit(), "draw")
	doc.append(
		"findings",
		{"grade": "Minor", "finding": "x", "closed_on": frappe.utils.nowdate(), "closure_evidence": "y"},
	)
	with pytest.raises(frappe.ValidationError, match="report the audit first"):
		doc.save()


def test_a_task_that_a_client_claims_is_none(closed, auditor):
	doc = reported()
	todo = doc.findings[0].todo
	assert SECRET not in frappe.db.get_value("ToDo", todo, "description"), "all who read the audit read it"
	told = {"document_name": doc.name, "for_user": make_user("manager"), "subject": ("like", f"%{SECRET}%")}
	assert frappe.db.exists("Notification Log", told)
	doc.findings[0].todo = doc.findings[1].todo
	doc.save()
	assert frappe.get_doc(doc.doctype, doc.name).findings[0].todo == todo


def test_others_read_and_do_not_write(closed, auditor):
	doc = step(make_audit(), "draw")
	frappe.set_user(make_user("manager"))
	assert audits.get_files(doc.name)["files"]
	with pytest.raises(frappe.PermissionError):
		step(doc, "report")
	frappe.set_user(make_user("agent"))
	with pytest.raises(frappe.PermissionError):
		audits.get_files(doc.name)


def test_files_of_restricted_cases_are_not_shown_to_others(closed, auditor):
	doc = step(make_audit(), "draw")
	frappe.db.set_value("Complaint", closed[0].name, "confidentiality", "Restricted")
	view = audits.get_files(doc.name)
	assert view["hidden"] == 1 and closed[0].name not in [file["complaint"] for file in view["files"]]
	assert sum(view["totals"]["receipt"].values()) == 3  # totals count all


SECRET = "Rude to 1"


def by_rest(doc, **values):
	"""What REST answers to a GET, or to a PUT of `values`; its functions have other names in older Frappe 15."""
	stored = frappe.get_doc(doc.doctype, doc.name)
	if values:
		stored.update(values)
		return stored.save()
	stored.check_permission("read")
	stored.apply_fieldlevel_read_permissions()
	return stored


def leaves(doc) -> dict[str, str]:
	"""All that a reader gets of an audit, by the door it comes through."""
	from frappe.client import get
	from frappe.client import save as client_save
	from frappe.desk.form.load import getdoc

	frappe.local.response.docs = []
	getdoc(doc.doctype, doc.name)
	found = {"form": frappe.as_json([frappe.local.response.docs, frappe.local.response.docinfo])}
	found["REST"] = frappe.as_json(by_rest(doc))
	found["client"] = frappe.as_json(get(doc.doctype, doc.name))
	found["files"] = frappe.as_json(audits.get_files(doc.name))
	found["print"] = frappe.as_json(printing_reports.case_audit_report(frappe.get_doc(doc.doctype, doc.name)))
	found["plain print"] = frappe.get_print(doc.doctype, doc.name, print_format="Standard")
	if frappe.has_permission(doc.doctype, "write"):
		found["PUT"] = frappe.as_json(by_rest(doc, title="Files of the year"))
		found["save"] = frappe.as_json(client_save(get(doc.doctype, doc.name)))
	for child in ("Sample", "Finding"):
		found[child] = frappe.as_json(
			frappe.client.get_list(
				f"{doc.doctype} {child}", fields=["*"], parent=doc.doctype, limit_page_length=0
			)
		)
	return found


@pytest.mark.parametrize("reader", ["auditor", "auditor2"])
def test_a_file_one_may_not_see_leaves_by_no_door(closed, auditor, reader):
	doc = reported()
	hidden = doc.sample[0].complaint
	frappe.db.set_value("Complaint", hidden, "confidentiality", "Restricted")
	frappe.set_user(make_user(reader, "Complaint Auditor"))
	found = leaves(doc)
	for door, text in found.items():
		assert hidden not in text and SECRET not in text, door
	for door in ("form", "REST", "client", "print"):
		assert "Rude to 2" in found[door], door
	assert doc.sample[1].complaint in found["files"]
	assert len(frappe.parse_json(found["Sample"])) == len(frappe.parse_json(found["Finding"])) == 2
	for row in (doc.sample[0], doc.findings[0]):
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc(row.doctype, row.name).check_permission("read")
	frappe.set_user("Administrator")
	assert [row.finding for row in frappe.get_doc(doc.doctype, doc.name).findings] == [
		"Rude to 1",
		"Rude to 2",
		"Rude to 3",
	], "saving what one sees loses nothing of what one does not see"


def test_findings_on_hidden_files_survive_a_save_before_the_report(closed, auditor):
	doc = step(make_audit(), "draw")
	for row in doc.sample:
		doc.append(
			"findings", {"complaint": row.complaint, "grade": "Minor", "finding": f"Rude to {row.idx}"}
		)
	doc.save()
	frappe.db.set_value("Complaint", doc.sample[0].complaint, "confidentiality", "Restricted")
	seen = frappe.get_doc(frappe.client.get(doc.doctype, doc.name))
	assert [row.finding for row in seen.findings] == ["Rude to 2", "Rude to 3"]
	seen.findings = seen.findings[1:]
	seen.append("findings", {"grade": "Observation", "finding": "Say more"})
	seen.save()
	now = frappe.get_doc(doc.doctype, doc.name).findings
	assert [row.finding for row in now] == ["Rude to 1", "Rude to 3", "Say more"]
	assert [row.idx for row in now] == [1, 2, 3]


def test_an_unavailable_file_tells_nothing_to_who_may_not_see_it(closed, auditor):
	doc = step(make_audit(), "draw")
	frappe.db.set_value("Complaint", closed[0].name, "anonymised_on", frappe.utils.now())
	frappe.db.set_value("Complaint", closed[0].name, "confidentiality", "Restricted")
	frappe.db.delete("Complaint", {"name": closed[1].name})
	step(doc, "examine")
	view = audits.get_files(doc.name)
	files = {file["complaint"]: file for file in view["files"]}
	assert closed[0].name not in files and view["hidden"] == 1
	lost = files[closed[1].name]
	assert "not there" in lost["unavailable"] and not lost["category"] and not lost["outcome"]


def test_the_history_of_an_audit_tells_of_no_file(closed, auditor):
	doc = step(make_audit(), "draw")
	before = frappe.get_doc(doc.doctype, doc.name)
	doc.sample[0].tests = "{}"
	doc.append("findings", {"complaint": doc.sample[0].complaint, "grade": "Major", "finding": SECRET})
	doc.conclusion = "Said"
	doc._doc_before_save, doc.flags.ignore_version = before, False
	doc.save_version()
	version = frappe.get_last_doc("Version", {"docname": doc.name})
	assert "Said" in version.data and "Major" in version.data
	assert SECRET not in version.data and doc.sample[0].complaint not in version.data
	assert "tests" not in version.data
	assert doc.findings[0].finding == SECRET and len(doc.sample) == 3


def test_many_files_are_read_in_as_many_queries_as_one(closed):
	names = [case.name for case in closed]

	def queries(names):
		before = frappe.db.sql
		count = []
		frappe.db.sql = lambda *args, **kwargs: (count.append(args[0]), before(*args, **kwargs))[1]
		try:
			case_files.read(names)
		finally:
			frappe.db.sql = before
		return len(count)

	case_files.read(names)
	assert queries(names) == queries(names[:1])


def test_what_is_read_is_what_the_case_says(closed):
	edit_free = frappe.get_doc("Complaint", closed[0].name)
	file = case_files.read([closed[0].name])[closed[0].name]
	assert file.case.get("closure_basis") == edit_free.closure_basis == "Accepted"
	assert file.events.index("assessed") < file.events.index("investigated")
	assert case_audit.examine(file)["closed"].verdict == "Passed"


def test_redress_beyond_authority(closed):
	remedy = frappe.get_doc({"doctype": "Complaint Remedy", "remedy_name": "Cheque", "type": "Money"})
	remedy.append("authority_limits", {"role": "Complaint Agent", "amount": 50, "currency": "EUR"})
	remedy.append("authority_limits", {"role": "Complaint Manager", "amount": 500, "currency": "EUR"})
	remedy.insert()
	for row, (amount, user) in enumerate([(40, "agent"), (60, "agent"), (60, "manager")]):
		case = frappe.get_doc("Complaint", closed[row].name)
		case.append(
			"redress",
			{
				"remedy": "Cheque",
				"amount": amount,
				"currency": "EUR",
				"state": "Implemented",
				"approved_by": make_user(user),
			},
		)
		for child in case.redress:
			child.db_insert()
	files = case_files.read([case.name for case in closed])
	verdicts = [case_audit.examine(files[case.name])["authority"].verdict for case in closed]
	assert verdicts == ["Passed", "Failed", "Passed"]


def test_findings_are_for_colleagues_and_for_days_to_come(closed, auditor):
	doc = answer_all(step(make_audit(), "draw"))
	outsider = as_user("Administrator", lambda: make_portal_user("outsider"))
	finding = {"grade": "Minor", "finding": "Late", "due_date": "2020-01-01", "responsible": outsider}
	doc.append("findings", finding)
	with pytest.raises(frappe.ValidationError, match="does not use the desk"):
		doc.save()
	doc.reload()
	doc.append("findings", {**finding, "responsible": make_user("manager")})
	doc.conclusion = "Good but for one."
	doc.save()
	with pytest.raises(frappe.ValidationError, match="can't be due before today"):
		step(doc, "report")


def test_the_task_of_a_finding_ends_with_it(closed, auditor):
	doc = reported()
	todo = doc.findings[0].todo
	assert frappe.db.get_value("ToDo", todo, "status") == "Open"
	doc.findings[0].update({"closed_on": frappe.utils.nowdate(), "closure_evidence": "New script"})
	doc.save()
	assert frappe.db.get_value("ToDo", todo, "status") == "Closed"
