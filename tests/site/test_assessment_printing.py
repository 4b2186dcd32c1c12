"""The report of a self-assessment and the statement of evidence: what they say, and that they make pages."""

from __future__ import annotations

import pathlib
import re
import shutil
from io import BytesIO

import frappe
import pytest
from jinja2 import Environment, meta
from pypdf import PdfReader

import cms_iso10002
from cms_iso10002.iso_10002 import printing_assessment
from cms_iso10002.iso_10002.assessment import board
from tests.site import assessment_factories as made
from tests.site.assessment_factories import (
	ACKNOWLEDGED,
	DOCTYPE,
	Figures,
	answer,
	approved,
	collect,
	make_assessment,
	reload,
)
from tests.site.factories import as_user, make_user

SOURCE = pathlib.Path(cms_iso10002.__file__).parent
REPORT, STATEMENT = "Self-Assessment Report", "Statement of Evidence"
ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def figures(monkeypatch) -> Figures:
	made.make_catalogue()
	return Figures(monkeypatch)


@pytest.fixture
def full(figures):
	"""An approved assessment with something of everything, and one before it."""
	figures.verdicts[ACKNOWLEDGED] = "Partial"
	approved(make_assessment(from_date="2025-01-01", to_date="2025-12-31"))
	doc = collect(make_assessment(scope=""))
	answer(doc, "test-closing-1", status="Not Applicable", not_applicable_reason="Nothing was closed.")
	answer(doc, f"{ACKNOWLEDGED}-1", gap=f"Weekends {ATTACK}", action="Name a deputy & tell")
	answer(doc, "test-principles-1", further_evidence="Procedure P-07")
	for item in doc.items:
		if item.question != "test-closing-1":
			answer(doc, item.question, maturity=2, status="Partial")
	from cms_iso10002.iso_10002.assessment import lifecycle

	as_user(make_user("manager"), lambda: lifecycle.send_for_review(doc.name))
	as_user(make_user("manager2"), lambda: lifecycle.approve(doc.name))
	return reload(doc)


def html(doc, print_format: str) -> str:
	return frappe.get_print(DOCTYPE, doc.name, print_format=print_format)


def text(doc, print_format: str) -> str:
	plain = re.sub(r"<(style|script|title|desc).*?</\1>", " ", html(doc, print_format), flags=re.DOTALL)
	return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


def test_the_report_says_how_the_organisation_stands(full):
	said = text(full, REPORT)
	for words in (
		"Self-Assessment Report",
		"ISO 10002:2018, guidelines for complaints handling",
		"1 January 2026 to 31 December 2026",
		"Approved by manager2 on",
		"5 of 5 answered",
		"7.4 Acknowledgement",
		"What is expected of Acknowledgement.",
		"On time: test-acknowledgement: 90 % (9 of 10)",
		"Before: 80 %, better",
		"Reason: Nothing was closed.",
		"Further evidence: Procedure P-07",
		"Name a deputy &amp; tell",
		"no action yet",
		"It is no certificate",
		"How maturity is rated",
	):
		assert words in said, words
	assert "Draft, not approved" not in said and "certified" not in said.replace("nobody is certified", "")


def test_a_draft_says_that_it_is_one():
	doc = collect(make_assessment())
	said = text(doc, REPORT)
	assert "Draft, not approved" in said and "Not answered" in said and "0 of 6 answered" in said
	assert "No gap was named." in said


def test_text_is_text(full):
	for print_format in (REPORT, STATEMENT):
		shown = html(full, print_format)
		assert "<script>alert" not in shown and "<img src=x" not in shown
	assert "&lt;script&gt;" in html(full, REPORT)


def test_the_statement_says_what_was_counted(full):
	said = text(full, STATEMENT)
	for words in (
		"Statement of Evidence",
		"On time: test-acknowledgement",
		"9 of 10. Ten complaints were counted.",
		"Records 10",
		"1 January 2025 to 31 December 2025",
		"No figure is computed for this clause.",
		"Procedure P-07",
	):
		assert words in said, words
	assert "no data" in said, "a figure without data is no 0"


def test_the_statement_of_one_clause(full, monkeypatch):
	monkeypatch.setitem(frappe.form_dict, "clause", ACKNOWLEDGED)
	said = text(full, STATEMENT)
	assert "7.4 Acknowledgement" in said and "7.9 Closing" not in said
	monkeypatch.setitem(frappe.form_dict, "clause", "nothing-<b>")
	assert "No clause of this assessment was asked for." in text(full, STATEMENT)


def test_the_print_view_gets_what_is_stored_not_what_the_browser_has(full):
	"""The browser has no evidence: it is not sent along."""
	from_browser = frappe.get_doc({**reload(full).as_dict(), "items": []})
	assert printing_assessment.statement_of_evidence(from_browser)["clauses"][2]["figures"]


def test_the_summary_of_the_form(full):
	shown = as_user(make_user("auditor"), lambda: board.get_summary(full.name))
	assert "<svg" in shown and "<title" in shown and "&lt;svg" not in shown
	assert "<script>" not in shown and "5 of 5 answered" in shown
	with pytest.raises(frappe.PermissionError):
		as_user(make_user("agent"), lambda: board.get_summary(full.name))


def test_pictures_and_tables_round_alike(full):
	from cms_iso10002.iso_10002 import figure_words, radar
	from cms_iso10002.iso_10002.assessment import report

	axes = [radar.Axis(str(score), score) for score in (2.55, 2.45, 1.05)]
	drawn = radar.bars(axes, report._picture_words(full, "en"))
	assert [figure_words.tenths(axis.now) for axis in axes] == re.findall(r"bold\">([\d.]+)<", drawn)


def test_german_has_german_dates_and_numbers(full, figures):
	from cms_iso10002.complaints.letter_language import speaking
	from cms_iso10002.iso_10002.assessment import report

	with speaking("de"):
		assert "1. Januar 2026" in report.period(full, "de")
		assert report.summary(full, "de")["all"]["score"] == "2,0"


def test_print_formats_use_only_our_names():
	"""Frappe's own names differ between its versions (design, rule 16)."""
	allowed = {"self_assessment_report", "statement_of_evidence", "doc", "letter_head", "no_letterhead"}
	for name in ("self_assessment_report", "statement_of_evidence"):
		path = SOURCE / "iso_10002" / "print_format" / name / f"{name}.html"
		used = meta.find_undeclared_variables(Environment().parse(path.read_text()))
		assert used <= allowed, (name, used - allowed)
		assert not re.search(r"display:\s*(flex|grid)", path.read_text())


@pytest.mark.skipif(not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf is not installed")
@pytest.mark.parametrize("print_format", [REPORT, STATEMENT])
def test_they_make_pages(web, full, print_format):
	pdf = frappe.get_print(DOCTYPE, full.name, print_format=print_format, as_pdf=True)
	pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
	assert print_format in pages[0] and "Clause by clause" not in pages[0], "a cover of its own"
	assert any("7.4 Acknowledgement" in page for page in pages[1:])
	assert 2 <= len(pages) <= 6
