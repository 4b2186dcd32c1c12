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

from cms_iso10002.iso_10002 import evidence_pack, pack_registers, pdf

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
