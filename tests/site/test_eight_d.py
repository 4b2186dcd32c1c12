"""The 8D report says what the record says, section by section, escaped, and becomes pages in either PDF engine."""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from pathlib import Path

import frappe
import pytest
from pypdf import PdfReader

from cms_iso10002.complaints import actions, causes, clock, corrective_actions, effectiveness, eight_d
from cms_iso10002.iso_10002 import pdf
from tests.site.factories import (
	act,
	advance,
	as_user,
	edit,
	make_action,
	make_complaint,
	make_item,
	make_user,
)

FORMAT = "Complaint 8D Report"
TEMPLATE = "cms_iso10002/complaints/print_format/complaint_8d_report/complaint_8d_report.html"
ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>"
CODES = [f"D{number}" for number in range(9)]


@pytest.fixture
def case():
	"""A complaint that has been through all eight disciplines."""
	root, other = frappe.get_all(
		"Complaint Root Cause", {"is_group": 0}, pluck="name", order_by="lft", limit=2
	)
	case = advance(
		make_complaint(
			description="<p>The kettle leaks.</p><p>Since <b>Monday</b>.</p>", handler=make_user("agent")
		),
		"Decided",
		severity="Major",
		safety_implication="Yes",
		immediate_action_needed="Yes",
		immediate_action_taken="Stock of the batch was set aside.",
		subjects=[{"item_code": make_item(), "item_name": "Kettle", "qty": 2}],
		root_cause=root,
		root_cause_notes="Line 3",
		causes=[{"root_cause": other, "kind": "Hid It", "notes": "Only every tenth is tested."}],
		whys=[
			{"answer": "The seal was missing.", "evidence": "Photo 1"},
			{"answer": "The line ran without one."},
			{"line": "It Was Not Found", "answer": "Nobody tests for it."},
		],
	)
	record = frappe.db.get_value("Complaint Reportability", {"complaint": case.name})
	from cms_iso10002.complaints import reportability

	reportability.decide(record, False, "Nobody was hurt.")
	as_user(make_user("manager"), lambda: actions.approve_decision(case.name))
	act(act(case, "Send Response", channel="Phone"), "Record Acceptance", words="Fine")
	action = make_action(case, record="Quality Action", responsible=make_user("investigator"))
	plain = make_action(case, kind="Preventive", title="Test all kettles of the family")
	corrective_actions.mark_done(plain.name, str(frappe.utils.add_days(clock.today(), -30)))
	effectiveness.check_now(plain.name)
	effectiveness.judge(plain.name, "Effective", "Looked at on the line.")
	causes.verify_correction(case.name, "Rang them up.")
	act(case, "Close")
	case = frappe.get_doc("Complaint", case.name)
	case.the_action = action
	return case


def section(found, code: str) -> str:
	"""All that a section says."""
	(one,) = [one for one in found["sections"] if one["code"] == code]
	rows = [f"{row['label']}: {' / '.join(row['lines'])}" for row in one["rows"]]
	cells = [" | ".join(" / ".join(cell) for cell in row) for table in one["tables"] for row in table["rows"]]
	return "\n".join([*rows, *cells])


def test_each_discipline_says_what_the_record_says(case):
	found = eight_d.context(case, "en")
	assert [one["code"] for one in found["sections"]] == CODES
	said = {code: section(found, code) for code in CODES}
	assert "need not be reported: Nobody was hurt." in said["D0"] and "Safety implication: Yes" in said["D0"]
	assert "Handler: agent" in said["D1"] and "Responsible for actions: investigator" in said["D1"]
	assert "Description: The kettle leaks. / Since Monday." in said["D2"] and "Kettle |" in said["D2"]
	assert "Stock of the batch was set aside." in said["D3"]
	assert f"Root cause: {case.root_cause}" in said["D4"]
	assert "hid it | Only every tenth is tested." in said["D4"]
	assert "Why did it happen? | The seal was missing. | Photo 1" in said["D4"]
	assert "Why? “The seal was missing.” | The line ran without one. |" in said["D4"]
	assert "Why was it not found before? | Nobody tests for it." in said["D4"]
	assert (
		f"Check every seal before packing | investigator |  | {case.the_action.document_name}" in said["D5"]
	)
	assert "Verified: " in said["D6"] and "How it was verified: Rang them up." in said["D6"]
	assert "Test all kettles" not in said["D5"]
	assert "Test all kettles of the family | Effective" in said["D7"]
	assert "Looked at on the line." in said["D7"] and "no rate" in said["D7"]
	assert "Ground of closing: Accepted" in said["D8"]


def test_a_new_complaint_has_every_section_and_nothing_made_up():
	found = eight_d.context(make_complaint(), "en")
	assert [one["code"] for one in found["sections"]] == CODES
	empty = [one["code"] for one in found["sections"] if not one["rows"] and not one["tables"]]
	assert {"D3", "D4", "D5", "D6", "D7"} <= set(empty)


def test_an_action_that_was_given_up_is_not_reported(case):
	corrective_actions.cancel_action(case.the_action.name, "Too expensive.")
	assert "Check every seal" not in section(eight_d.context(case, "en"), "D5")


def test_what_people_typed_is_text():
	case = edit(make_complaint(subject=ATTACK), root_cause_notes=ATTACK, whys=[{"answer": ATTACK}])
	page = frappe.get_print("Complaint", case.name, print_format=FORMAT)
	assert "<script>alert" not in page and "<img src=x" not in page and "alert(" in page


def test_in_german(case):
	frappe.local.lang = "de"
	found = eight_d.complaint_8d(case)
	assert (found["language"], found["title"]) == ("de", "8D-Bericht")
	said = str(found["sections"])
	assert "Warum ist es geschehen?" in said and "Hauptursache" in said and "Why did it happen" not in said
	keep("weasyprint-de", pdf.of_document(case, TEMPLATE, f"8D · {case.name}"))


def test_weasyprint_makes_pages_of_it(case):
	made = pdf.of_document(case, TEMPLATE, f"8D · {case.name}")
	keep("weasyprint", made)
	text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made)).pages)
	assert all(code in text for code in CODES) and "Check every seal before packing" in text


@pytest.mark.skipif(
	not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf is not installed: apt-get install wkhtmltopdf"
)
def test_wkhtmltopdf_makes_pages_of_it(case, web):
	made = frappe.get_print("Complaint", case.name, print_format=FORMAT, as_pdf=True)
	keep("wkhtmltopdf", made)
	pages = PdfReader(BytesIO(made)).pages
	text = " ".join(" ".join(page.extract_text().split()) for page in pages)
	assert all(code in text for code in CODES) and 1 <= len(pages) <= 5


def keep(engine: str, made: bytes) -> None:
	"""To be looked at, where CMS_KEEP_PDF names a folder."""
	if folder := os.environ.get("CMS_KEEP_PDF"):
		Path(folder, f"8d-{engine}.pdf").write_bytes(made)
