"""Audit reports and minutes on paper: what they say, and their pages. `CMS_LETTER_PICTURES=folder` keeps the PDFs."""

import os
import pathlib
import shutil
from io import BytesIO

import frappe
import pytest
from frappe.utils import add_days, nowdate
from pypdf import PdfReader

from cms_iso10002.iso_10002 import audits, printing_reports

from .factories import as_user, make_user
from .test_case_audit import answer_all, close_one, make_audit, step
from .test_management_review import held, make_review
from .test_management_review import step as review_step

PICTURES = os.environ.get("CMS_LETTER_PICTURES")
ATTACK = "<script>alert('x')</script>"
needs_pdf_engine = pytest.mark.skipif(
	not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf is not installed: apt-get install wkhtmltopdf"
)


def pages(doc, print_format: str) -> list[str]:
	assert ATTACK not in frappe.get_print(doc.doctype, doc.name, print_format=print_format)
	made = frappe.get_print(doc.doctype, doc.name, print_format=print_format, as_pdf=True)
	if PICTURES:
		(pathlib.Path(PICTURES) / f"{frappe.scrub(print_format)}.pdf").write_bytes(made)
	return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages]


@pytest.fixture
def audit():
	"""A reported audit of five files, one of which failed."""
	cases = [close_one(subject=f"Kettle {number}") for number in range(5)]

	def audited():
		doc = answer_all(step(make_audit(title=f"Files of the year {ATTACK}", seed=42), "draw"))
		audits.record_answer(doc.name, cases[0].name, "plain", "Failed", "The letter blames the customer")
		doc.reload()
		due = {"responsible": make_user("manager"), "due_date": add_days(nowdate(), 30)}
		doc.append(
			"findings",
			{
				"complaint": cases[0].name,
				"clause": "customer-focus",
				"grade": "Major",
				"finding": "A letter blames the customer for the leak before anybody has looked at the kettle.",
				**due,
			},
		)
		for row in doc.sample:
			if row.result == "Failed" and row.complaint != cases[0].name:
				doc.append(
					"findings",
					{"complaint": row.complaint, "grade": "Observation", "finding": "No training", **due},
				)
		doc.conclusion = "Complaints are handled as they should be. One letter was not courteous."
		doc.save()
		return step(doc, "report")

	return as_user(make_user("auditor"), audited)


@needs_pdf_engine
def test_an_audit_report(web, audit):
	text = pages(audit, "Case Audit Report")
	whole = " ".join(text)
	assert len(text) <= 4
	for said in (
		"Report on an audit",
		"5 of 5 cases",
		"seed 42",
		"A letter blames the customer",
		"Acknowledged on time",
	):
		assert said in whole, said
	for row in audit.sample:
		assert row.complaint in whole


def test_an_audit_report_names_no_case_that_the_reader_may_not_see(audit):
	frappe.db.set_value("Complaint", audit.sample[0].complaint, "confidentiality", "Restricted")
	report = as_user(make_user("auditor"), lambda: printing_reports.case_audit_report(audit))
	assert len(report["files"]) == 4 and report["hidden"]


@needs_pdf_engine
def test_minutes(web):
	close_one()
	doc = held(title=f"Review of the year {ATTACK}")
	doc = as_user(doc.chair, lambda: review_step(doc, "approve"))
	text = pages(doc, "Management Review Minutes")
	whole = " ".join(text)
	for said in (
		"Minutes of the management review",
		"Saturdays",
		"Head of Service",
		"Ms Board (excused)",
	):
		assert said in whole, said
	assert "not approved" not in whole


def test_minutes_that_are_not_approved_say_so():
	page = printing_reports.management_review_minutes(make_review())
	assert "not approved" in page["state"]
