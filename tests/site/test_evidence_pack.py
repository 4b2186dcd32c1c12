"""The evidence pack: what is in it, what is not, and that its hashes check out."""

import csv
import hashlib
import io
import json
import zipfile
from io import BytesIO

import frappe
import pytest
from frappe.utils import add_days, nowdate
from pypdf import PdfReader

from cms_iso10002.iso_10002 import evidence_pack, pack_cases, pack_registers, pdf

from .factories import as_user, make_complaint, make_objective, make_user
from .test_case_audit import close_one
from .test_management_review import held

SECRETS = ("Erika Muster", "erika@muster.test", "+49 30 1234567", "leaked since the first day")


def make_pack(**values):
	doc = frappe.new_doc(evidence_pack.DOCTYPE)
	doc.update({"from_date": add_days(nowdate(), -365), "to_date": nowdate(), "company": None, **values})
	doc.insert()
	return doc


def made(doc, user="Administrator"):
	"""Made by the job, as `user`."""
	as_user(user, lambda: evidence_pack.make(doc.name))
	evidence_pack.run(doc.name)
	doc.reload()
	assert doc.status == "Ready", doc.remark
	return zipfile.ZipFile(BytesIO(frappe.get_doc("File", {"file_url": doc.file}).get_content()))


def text_of(archive) -> str:
	"""Everything that can be read in it."""
	found = []
	for name in archive.namelist():
		content = archive.read(name)
		if name.endswith(".pdf"):
			content = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).encode()
		found.append(content.decode("utf-8-sig"))
	return "\n".join(found)


def rows(archive, register):
	text = archive.read(f"registers/{register}.csv").decode("utf-8-sig")
	return list(csv.DictReader(io.StringIO(text)))


def test_an_objective_without_data_has_no_actual_of_zero():
	known = make_objective(title="Known")
	unknown = make_objective(title="Unknown", from_date="2050-01-01", to_date="2050-12-31")
	assert unknown.status == "No Data" and known.status != "No Data"
	actuals = {row["name"]: row["actual"] for row in rows(made(make_pack()), "objectives")}
	assert actuals[unknown.name] == "" and actuals[known.name] != ""


def test_hashes_check_out_and_everything_is_listed():
	close_one()
	doc = make_pack()
	archive = made(doc)
	lines = archive.read("SHA256SUMS").decode().splitlines()
	sums = dict(reversed(line.split("  ", 1)) for line in lines)
	assert set(sums) == set(archive.namelist()) - {"SHA256SUMS"}
	for name, digest in sums.items():
		assert hashlib.sha256(archive.read(name)).hexdigest() == digest, name
	assert hashlib.sha256(archive.read("SHA256SUMS")).hexdigest() == doc.sha256
	index = archive.read("index.html").decode()
	assert all(name in index for name in sums if name != "index.html")
	assert "<script" not in index and doc.files == len(archive.namelist())


def test_reports_registers_cases_and_ledger_are_in_it():
	case = close_one()
	review = as_user(make_user("manager"), held)
	archive = made(make_pack())
	names = archive.namelist()
	assert f"reports/management-reviews/{review.name}.pdf" in names
	assert f"cases/{case.name}.pdf" in names
	assert [row["name"] for row in rows(archive, "complaints")] == [case.name]
	assert {register.file for register in pack_registers.REGISTERS} == {
		name.removeprefix("registers/").removesuffix(".csv")
		for name in names
		if name.startswith("registers/")
	}
	told = json.loads(archive.read("ledger/verification.json"))
	assert told["whole"] is True and told["complaints"] == 1
	assert "competence" in json.loads(archive.read("evidence.json"))


def test_personal_data_is_left_out_unless_asked_for():
	case = close_one()
	archive = made(make_pack())
	assert "@complaints.test" not in archive.read("evidence.json").decode()
	plain = text_of(archive)
	assert not [secret for secret in SECRETS if secret in plain]
	archive = made(make_pack(with_personal_data=1, personal_data_reason="The auditor compares letters"))
	full = text_of(archive)
	assert "Erika Muster" in full and f"cases/{case.name}-follow-up-form.pdf" in archive.namelist()
	assert "The auditor compares letters" in archive.read("index.html").decode()


def test_personal_data_needs_a_reason():
	with pytest.raises(frappe.ValidationError, match="Say why"):
		make_pack(with_personal_data=1)


def test_a_period_that_ends_before_it_starts_is_refused():
	with pytest.raises(frappe.ValidationError, match="ends before"):
		make_pack(to_date="2020-01-01")


def test_what_its_maker_may_not_see_is_left_out_and_counted():
	hidden, seen = close_one(), close_one(subject="Seen")
	frappe.db.set_value("Complaint", hidden.name, "confidentiality", "Restricted")
	doc = as_user(make_user("auditor"), make_pack)
	archive = made(doc, make_user("auditor"))
	assert [row["name"] for row in rows(archive, "complaints")] == [seen.name]
	for register in ("milestones", "decisions"):
		assert {row["parent"] for row in rows(archive, register)} == {seen.name}
	assert hidden.name not in text_of(archive).replace(archive.read("ledger/verification.json").decode(), "")
	assert doc.left_out == 1


def test_only_of_the_company():
	close_one()
	archive = made(make_pack(company="Complaints Demo Ltd"))
	assert len(rows(archive, "complaints")) == 1
	frappe.db.set_value("Complaint", {"name": ("is", "set")}, "company", "Elsewhere Ltd")
	archive = made(make_pack(company="Complaints Demo Ltd"))
	assert rows(archive, "complaints") == [] and rows(archive, "milestones") == []
	assert "no case file" in archive.read("index.html").decode()


def test_records_of_other_companies_are_in_no_register():
	review = as_user(make_user("manager"), held)
	assert review.decisions
	frappe.db.set_value("Complaint Management Review", review.name, "company", "Elsewhere Ltd")
	case = close_one()
	audit = reported(case)
	archive = made(make_pack(company="Complaints Demo Ltd"))
	assert rows(archive, "management_reviews") == [] and rows(archive, "review_decisions") == []
	assert [row["name"] for row in rows(archive, "audits")] == [audit]  # it was of all companies
	assert f"cases/{case.name}.pdf" in archive.namelist()
	frappe.db.set_value("Complaint", case.name, "company", "Elsewhere Ltd")
	archive = made(make_pack(company="Complaints Demo Ltd"))
	assert not [name for name in archive.namelist() if name.startswith("cases/")]
	frappe.db.set_value("Complaint Case Audit", audit, "company", "Elsewhere Ltd")
	archive = made(make_pack(company="Complaints Demo Ltd"))
	assert rows(archive, "audits") == [] and rows(archive, "audit_findings") == []


def test_the_day_after_is_not_of_the_period():
	review = as_user(make_user("manager"), held)
	frappe.db.set_value("Complaint Management Review", review.name, "held_on", nowdate())
	archive = made(make_pack(to_date=add_days(nowdate(), -1)))
	assert rows(archive, "management_reviews") == [] and rows(archive, "review_decisions") == []
	assert not [name for name in archive.namelist() if "management-reviews" in name]


def reported(case) -> str:
	"""An audit that was reported today and has drawn `case`, with a finding."""
	audit = frappe.new_doc("Complaint Case Audit")
	audit.update({"title": "Files", "from_date": nowdate(), "to_date": nowdate()})
	audit.update({"status": "Reported", "reported_on": nowdate(), "auditor": make_user("auditor")})
	audit.append("sample", {"complaint": case.name, "result": "Passed"})
	audit.append("findings", {"complaint": case.name, "grade": "Minor", "finding": "Late"})
	audit.set_new_name()
	audit.db_insert()
	for row in (*audit.sample, *audit.findings):
		row.db_insert()
	return audit.name


def test_only_who_may_see_all_that_is_in_it_takes_it_away():
	close_one()
	manager, deputy, auditor = make_user("manager"), make_user("manager2"), make_user("auditor")
	hidden = close_one(subject="Hidden")
	doc = as_user(manager, make_pack)
	made(doc, manager)

	def may(user: str) -> bool:
		file = frappe.get_doc("File", {"file_url": doc.file})
		return bool(as_user(user, lambda: file.has_permission("read")))

	assert may(manager) and may(deputy) and may(auditor)
	frappe.db.set_value("Complaint", hidden.name, "confidentiality", "Restricted")
	assert may(manager) and may(deputy) and not may(auditor)
	make_row("Complaint Concerned Person", hidden, user=deputy)
	assert may(manager) and not may(deputy)
	nobody = make_user("boss")
	assert not may(nobody)


def make_row(doctype: str, case, **values) -> None:
	row = frappe.get_doc({"doctype": doctype, "parent": case.name, "parenttype": "Complaint", **values})
	row.update({"parentfield": "persons_concerned", "idx": 1, "name": frappe.generate_hash(length=10)})
	row.db_insert()


def test_what_is_hidden_and_closed_in_the_period_counts_as_left_out():
	hidden = close_one()
	values = {"confidentiality": "Restricted", "received_on": add_days(nowdate(), -500)}
	frappe.db.set_value("Complaint", hidden.name, values)
	doc = as_user(make_user("auditor"), make_pack)
	made(doc, make_user("auditor"))
	assert doc.left_out == 1


def test_a_pack_larger_than_an_upload_may_be_is_made(monkeypatch):
	monkeypatch.setattr("frappe.core.api.file.get_max_file_size", lambda: 10)
	close_one()
	doc = make_pack()
	made(doc)
	file = frappe.get_doc("File", {"file_url": doc.file})
	content = file.get_content()
	assert file.file_size == len(content) and file.content_hash == hashlib.md5(content).hexdigest()
	assert file.is_private and file.exists_on_disk()


def test_taking_out_a_confidential_case_is_put_down():
	case = close_one()
	frappe.db.set_value("Complaint", case.name, "confidentiality", "Confidential")
	manager = make_user("manager")
	doc = as_user(manager, make_pack)
	as_user(manager, lambda: evidence_pack.run(doc.name))
	assert frappe.db.exists("View Log", {"reference_name": case.name, "viewed_by": manager})


def test_a_case_file_that_fails_is_named_and_the_rest_goes_on(monkeypatch):
	bad, good = close_one(), close_one(subject="Good")
	content = pack_cases._content

	def failing(file):
		if file.case.get("name") == bad.name:
			raise ValueError("a hole in the paper")
		return content(file)

	monkeypatch.setattr(pack_cases, "_content", failing)
	archive = made(make_pack())
	assert f"cases/{good.name}.pdf" in archive.namelist()
	index = archive.read("index.html").decode()
	assert bad.name in index and "a hole in the paper" in index


def test_who_asks_while_it_is_made_does_not_become_its_maker(monkeypatch):
	doc = as_user(make_user("manager"), make_pack)
	as_user(make_user("manager"), lambda: evidence_pack.make(doc.name))
	monkeypatch.setattr(evidence_pack, "is_job_enqueued", lambda job: True)
	as_user(make_user("manager2"), lambda: evidence_pack.make(doc.name))
	doc.reload()
	assert doc.made_by == make_user("manager")
	monkeypatch.setattr(evidence_pack, "is_job_enqueued", lambda job: False)  # the worker died
	as_user(make_user("manager2"), lambda: evidence_pack.make(doc.name))
	doc.reload()
	assert doc.made_by == make_user("manager2")


def test_what_was_not_answered_is_blank_and_rows_keep_their_order():
	first, second = close_one(), close_one(subject="Second")
	row = {"complaint": first.name, "occasion": "Closing", "overall": 2, "by": "Complainant"}
	feedback = frappe.get_doc({"doctype": "Complaint Feedback", **row, "submitted_on": nowdate()})
	feedback.set_new_name()
	feedback.db_insert()
	archive = made(make_pack())
	told = rows(archive, "feedback")[0]
	assert (told["overall"], told["ease"]) == ("2", "")
	order = frappe.get_all("Complaint Milestone", ["parent", "stage"], order_by="parent, idx")
	assert [(row["parent"], row["stage"]) for row in rows(archive, "milestones")] == [
		(row.parent, row.stage) for row in order if row.parent in (first.name, second.name)
	]
	page = PdfReader(BytesIO(archive.read(f"cases/{first.name}.pdf"))).pages
	text = "\n".join(each.extract_text() for each in page)
	at = frappe.db.get_value("Complaint Event", {"complaint": first.name, "sequence": 1}, "at")
	assert text.count(frappe.utils.format_datetime(at, "d MMM y")) > 2


def test_cells_are_no_formulas():
	case = make_complaint(customer_reference="x")
	frappe.db.set_value("Complaint", case.name, "complainant_name", '=HYPERLINK("http://evil")')
	archive = made(make_pack(with_personal_data=1, personal_data_reason="Test"))
	assert rows(archive, "complaints")[0]["complainant_name"] == '\'=HYPERLINK("http://evil")'


def test_a_register_of_several_batches_is_whole(monkeypatch):
	monkeypatch.setattr(pack_registers, "BATCH", 2)
	names = sorted(make_complaint(subject=f"Kettle {number}").name for number in range(5))
	assert [row["name"] for row in rows(made(make_pack()), "complaints")] == names


def test_a_report_that_fails_is_named_and_the_rest_goes_on(monkeypatch):
	review = as_user(make_user("manager"), held)

	def fail(*_args):
		raise RuntimeError("no ink")

	monkeypatch.setattr(pdf, "of_document", fail)
	doc = make_pack()
	archive = made(doc)
	assert review.name in doc.remark and "no ink" in doc.remark
	assert "registers/complaints.csv" in archive.namelist()


@pytest.mark.real_commit
def test_a_pack_that_fails_says_why_and_can_be_made_again(monkeypatch):
	doc = make_pack()
	frappe.db.commit()
	try:
		with monkeypatch.context() as patched:
			patched.setattr(evidence_pack, "write", lambda *_args: 1 / 0)
			evidence_pack.run(doc.name)
		doc.reload()
		assert doc.status == "Failed" and "division" in doc.remark
		evidence_pack.make(doc.name)
		assert frappe.db.get_value(doc.doctype, doc.name, "status") == "Queued"
	finally:
		frappe.db.rollback()
		frappe.db.delete(doc.doctype, {"name": doc.name})
		frappe.db.commit()


def test_what_was_made_stays():
	doc = make_pack()
	made(doc)
	doc.reload()
	doc.to_date = "2030-01-01"
	with pytest.raises(frappe.ValidationError, match="stays as it is"):
		doc.save()
	with pytest.raises(frappe.ValidationError, match="another one"):
		evidence_pack.make(doc.name)


def test_others_may_not():
	doc = make_pack()
	for call in (evidence_pack.make, evidence_pack.progress):
		with pytest.raises(frappe.PermissionError):
			as_user(make_user("agent"), lambda call=call: call(doc.name))


def test_nothing_is_fetched_from_anywhere():
	for url in (
		"http://127.0.0.1/x.png",
		"file:///etc/passwd",
		"site:///files/../../private/files/x",
		"site:///private/files/x",
	):
		with pytest.raises(ValueError, match="not fetched"):
			pdf._fetch(url)
	assert pdf.of_html('<img src="file:///etc/passwd"><p>text</p>', 'a "foot" \\').startswith(b"%PDF")


def test_pages_have_numbers():
	made_pdf = pdf.of_html("<p>x</p>" * 200, "CMP-1")
	last = PdfReader(BytesIO(made_pdf)).pages[-1].extract_text()
	count = len(PdfReader(BytesIO(made_pdf)).pages)
	assert f"{count} / {count}" in last and "CMP-1" in last
