"""`complaints import`: every good row once, every bad row with its reason, nothing in a dry run."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import frappe
import pytest
from click.testing import CliRunner

from cms_iso10002.complaints import importer, verification
from tests.site.factories import make_customer

DOCS = Path(__file__).resolve().parents[2] / "docs"
CFPB = DOCS / "import-cfpb.json"
BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "data"
SAMPLE = Path(os.environ.get("CMS_SHARED_DATA") or BESIDE_THE_CHECKOUT) / "cfpb-complaints-sample.csv"
HEADER = "date_received,product,issue,state,date_sent_to_company\n"
GOOD = "2016-10-03,Reverse mortgage,Improper contact,AZ,2016-10-03\n"
COUNTED = (
	"Complaint",
	"Complaint Event",
	"Complaint Milestone",
	"Complaint Category",
	"Comment",
	"Version",
	"Series",
)


@pytest.fixture
def company() -> str:
	name = frappe.db.get_single_value("Global Defaults", "default_company")
	assert name, "the test site has a company"
	return name


@pytest.fixture
def write(tmp_path):
	def write(text: str | bytes, name: str = "file.csv") -> Path:
		path = tmp_path / name
		path.write_bytes(text if isinstance(text, bytes) else text.encode())
		return path

	return write


def run(path: Path, mapping=CFPB, **options) -> list[importer.Result]:
	if isinstance(mapping, dict):
		mapping_path = path.with_suffix(".json")
		mapping_path.write_text(json.dumps(mapping))
		mapping = mapping_path
	job = importer.Import(path, importer.read_map(mapping), **options)
	return [result for batch in job.batches() for result in batch]


def outcomes(results) -> list[str]:
	return [result.outcome for result in results]


def counts() -> dict[str, int]:
	return {
		doctype: len(frappe.qb.from_(doctype).select("name").run())
		if doctype == "Series"
		else frappe.db.count(doctype)
		for doctype in COUNTED
	}


def simple(**sections) -> dict:
	return {
		"source": "Test",
		"columns": {"when": "received_on", "what": "subject", "who": "complainant_name"},
		**sections,
	}


def test_a_row_becomes_a_complaint_with_its_clocks(write, company):
	(result,) = run(write(HEADER + GOOD))
	doc = frappe.get_doc("Complaint", result.complaint)
	assert (result.line, result.outcome, result.odd) == (2, "imported", ())
	assert str(doc.received_on) == "2016-10-03 00:00:00"
	assert (doc.subject, doc.category, doc.channel) == ("Improper contact", "Reverse mortgage", "Web")
	assert (doc.is_anonymous, doc.complainant_type, doc.company, doc.status) == (
		1,
		"Public",
		company,
		"Received",
	)
	assert "<li>State: AZ</li>" in doc.description and "2016-10-03" in doc.description
	category = frappe.get_doc("Complaint Category", "Reverse mortgage")
	assert category.parent_complaint_category == "Imported" and not category.is_group
	assert doc.milestones and doc.is_overdue
	event = frappe.get_doc("Complaint Event", {"complaint": doc.name})
	assert event.kind == "received" and event.dedupe_key.startswith("import:")


def test_the_same_file_twice_adds_nothing(write):
	path = write(HEADER + GOOD + "2016-10-04,Mortgage,Fees,CA,2016-10-05\n")
	assert outcomes(run(path)) == ["imported", "imported"]
	before = counts()
	again = run(path)
	assert outcomes(again) == ["already there", "already there"]
	assert all(result.complaint for result in again)
	assert counts() == before


def test_equal_rows_are_separate_complaints(write):
	results = run(write(HEADER + GOOD + GOOD))
	assert outcomes(results) == ["imported", "imported"]
	assert results[0].complaint != results[1].complaint
	longer = write(HEADER + GOOD + GOOD + GOOD, "longer.csv")
	assert outcomes(run(longer)) == ["already there", "already there", "imported"]


def test_a_bad_row_is_reported_and_good_rows_stay(write):
	make_customer("Muster GmbH")
	mapping = simple(
		columns={**simple()["columns"], "customer": "customer", "how": "channel", "text": "description"}
	)
	path = write(
		"when,what,who,customer,how,text\n"
		"2026-01-05,Leaks,Erika,Muster GmbH,Phone,It leaks.\n"
		"2026-01-05,Leaks,Erika,Nobody Ltd,Phone,It leaks.\n"
		"05.01.2026,Leaks,Erika,,Phone,It leaks.\n"
		"2026-01-05,,Erika,,Phone,It leaks.\n"
		"2026-01-05,Leaks,,,Phone,It leaks.\n"
		"2999-01-05,Leaks,Erika,,Phone,It leaks.\n"
		"2026-01-05,Leaks,Erika,,Fax,It leaks.\n"
		"2026-01-05,Leaks\n"
		f"2026-01-05,Leaks,Erika,,Phone,{'x' * 2_000_000}\n"
		"2026-01-06,Squeaks,Erika,,Phone,It squeaks.\n"
	)
	results = run(path, mapping)
	assert outcomes(results) == ["imported", *["bad"] * 8, "imported"]
	assert [result.line for result in results] == list(range(2, 12))
	reasons = [result.reason for result in results if result.outcome == "bad"]
	expected = (
		"Nobody Ltd",
		'when "05.01.2026" is no date',
		"subject is empty",
		"Say who complains",
		"lies in the future",
		'how "Fax" is none of',
		"has 2 values where there are 6 columns",
		"2000007 characters",
	)
	for reason, words in zip(reasons, expected, strict=True):
		assert words in reason and "\n" not in reason and "<" not in reason, reason
	assert frappe.db.count("Complaint") == 2
	assert not frappe.get_message_log()


def test_a_dry_run_checks_everything_and_stores_nothing(write):
	path = write(
		HEADER + GOOD + "soon,Mortgage,Fees,CA,2016-10-05\n" + "2016-10-04,Mortgage,Fees,FOO,2016-10-05\n"
	)
	before = counts()
	results = run(path, dry_run=True)
	assert outcomes(results) == ["imported", "bad", "imported"]
	assert results[2].odd == ('state "FOO" is none of the values expected',)
	assert counts() == before
	assert outcomes(run(path, dry_run=True)) == ["imported", "bad", "imported"]
	# what the dry run made and took back does not linger in caches
	assert outcomes(run(path)) == ["imported", "bad", "imported"]
	assert frappe.db.get_value("Complaint Category", "Mortgage", "parent_complaint_category") == "Imported"


def test_what_is_odd_is_noted_on_the_complaint(write):
	results = run(write(HEADER + "2016-10-04,Mortgage,Fees,,2016-12-24\n"))
	assert results[0].outcome == "imported"
	assert results[0].odd == (
		"state is empty",
		"date_sent_to_company is 81 days after date_received, expected at most 30",
	)
	note = frappe.get_value(
		"Comment", {"reference_name": results[0].complaint, "comment_type": "Info"}, "content"
	)
	assert "state is empty; date_sent_to_company is 81 days" in note


def test_a_key_names_one_complaint(write):
	mapping = simple(key=["id"])
	path = write(
		"id,when,what,who\n7,2026-01-05,Leaks,Erika\n7,2026-01-05,Leaks more,Erika\n8,2026-01-05,Leaks,Erika\n"
	)
	results = run(path, mapping)
	assert outcomes(results) == ["imported", "bad", "imported"]
	assert results[1].reason == "id 7 was in an earlier line of this file already"
	corrected = write("id,when,what,who\n7,2026-01-05,Leaks a lot,Erika\n", "again.csv")
	assert outcomes(run(corrected, mapping)) == ["already there"]


def test_markup_in_a_file_is_text(write):
	path = write(
		'when,what,who,text\n2026-01-05,<b>x</b> leaks,Erika,"<script>alert(1)</script> & <img src=x onerror=y>"\n'
	)
	mapping = simple(columns={**simple()["columns"], "text": "description"})
	(result,) = run(path, mapping)
	doc = frappe.get_doc("Complaint", result.complaint)
	assert "<script" not in doc.description and "<img" not in doc.description
	assert "&lt;script&gt;alert(1)" in doc.description


def test_an_unknown_category_is_bad_unless_it_may_be_made(write):
	mapping = simple(columns={**simple()["columns"], "kind": "category"})
	path = write("when,what,who,kind\n2026-01-05,Leaks,Erika,Flying carpets\n")
	assert "Flying carpets" in run(path, mapping)[0].reason
	mapping["make"] = {"category": "Old System"}
	assert outcomes(run(path, mapping)) == ["imported"]
	assert frappe.db.get_value("Complaint Category", "Old System", "is_group") == 1


def test_a_row_of_items_and_times_with_a_zone(write):
	mapping = simple(columns={**simple()["columns"], "part": "aspects.what"})
	(result,) = run(write("when,what,who,part\n2026-01-05T23:30:00+0000,Leaks,Erika,the seal\n"), mapping)
	doc = frappe.get_doc("Complaint", result.complaint)
	assert [row.what for row in doc.aspects] == ["the seal"]
	assert str(doc.received_on) == "2026-01-06 00:30:00"  # the test site is in Berlin


@pytest.mark.parametrize(
	("content", "said"),
	[
		(b"", "The file is empty"),
		(b"when,what\n", "The file has no column who"),
		("when,what,who\n2026-01-05,Undicht,Jörg\n".encode("cp1252"), "not in the encoding utf-8 (line 2)"),
		(b"when;what;who\n", '"delimiter": ";"'),
		(b"\xff\xfew\x00h\x00", "not in the encoding utf-8"),
	],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(write, content, said):
	with pytest.raises(frappe.ValidationError) as refused:
		run(write(content), simple())
	assert said in str(refused.value)
	assert frappe.db.count("Complaint") == 0


def test_other_encodings_and_a_byte_order_mark(write):
	path = write("when;what;who\n2026-01-05;Undicht;Jörg\n".encode("cp1252"))
	(result,) = run(path, simple(encoding="cp1252", delimiter=";"))
	assert frappe.db.get_value("Complaint", result.complaint, "complainant_name") == "Jörg"
	marked = write(b"\xef\xbb\xbf" + "when,what,who\n2026-01-06,Undicht,Jörg\n".encode(), "bom.csv")
	assert outcomes(run(marked, simple())) == ["imported"]


@pytest.mark.parametrize(
	("sections", "said"),
	[
		({"defaults": {"status": "Closed"}}, '"status" is no field of a complaint that can be imported.'),
		({"defaults": {"milestones": "x"}}, '"milestones" is no field'),
		({"defaults": {"ledger_head": "x"}}, '"ledger_head" is no field'),
		({"defaults": {"recieved_by": "x"}}, 'did you mean "received_by"?'),
		({"defaults": {"aspects.outcom": "x"}}, 'did you mean "aspects.outcome"?'),
	],
)
def test_a_map_names_only_fields_one_may_fill(write, sections, said):
	with pytest.raises(frappe.ValidationError) as refused:
		run(write("when,what,who\n"), simple(**sections))
	assert said in str(refused.value)


def test_the_company_is_the_one_named_on_the_command_line(write, company):
	(result,) = run(write(HEADER + GOOD), company=company)
	assert frappe.db.get_value("Complaint", result.complaint, "company") == company
	with pytest.raises(frappe.ValidationError, match="no company Nowhere"):
		run(write(HEADER + GOOD), company="Nowhere")


def test_each_batch_is_ended_by_the_caller(write, monkeypatch):
	monkeypatch.setattr(importer, "BATCH", 2)
	ended = []
	rows = "".join(f"2016-10-0{day},Mortgage,Fees,CA,2016-10-0{day}\n" for day in range(1, 6))
	run(write(HEADER + rows), end_batch=lambda: ended.append(frappe.db.count("Complaint")))
	assert ended == [2, 4, 5]


def test_a_deadlock_costs_a_batch_a_second_try(write, monkeypatch):
	path, tries, register = write(HEADER + GOOD), [], importer.intake.register

	def once_a_victim(*args, **kwargs):
		tries.append(1)
		if len(tries) == 1:
			raise frappe.QueryDeadlockError("Deadlock found")
		return register(*args, **kwargs)

	monkeypatch.setattr(importer.intake, "register", once_a_victim)
	assert outcomes(run(path, end_batch=frappe.db.commit)) == ["imported"]
	assert len(tries) == 2 and frappe.db.count("Complaint") == 1


@pytest.fixture
def command(monkeypatch, site):
	"""Runs `complaints …` on the connection the test has."""
	from cms_iso10002 import commands

	for name in ("init", "connect", "destroy"):
		monkeypatch.setattr(frappe, name, lambda *args, **kwargs: None)

	def run(*words: str):
		return CliRunner().invoke(
			commands.complaints, list(map(str, words)), obj={"sites": [site], "profile": False}
		)

	return run


def test_the_command_says_what_it_did_and_ends_with_a_code(command, write):
	path = write(
		HEADER + GOOD + "soon,Mortgage,Fees,CA,2016-10-05\n" + "2016-10-04,Mortgage,Fees,FOO,2016-10-05\n"
	)
	checked = command("import", path, "--map", CFPB, "--dry-run")
	assert checked.exit_code == 1
	assert "3 read, 2 would be imported, 0 already there, 1 bad, 1 odd" in checked.output
	done = command("import", path, "--map", CFPB)
	assert 'line 3: date_received "soon" is no date' in done.output
	assert 'line 4: odd: state "FOO" is none of the values expected' in done.output
	assert "3 read, 2 imported, 0 already there, 1 bad, 1 odd" in done.output
	assert done.exit_code == 1 and frappe.db.count("Complaint") == 2


def test_the_command_refuses_what_is_not_there_in_one_sentence(command, write):
	missing = command("import", "nowhere.csv", "--map", CFPB)
	assert missing.exit_code == 2 and "There is no file nowhere.csv." in missing.output
	wrong = command("import", write("a,b\n"), "--map", CFPB)
	assert wrong.exit_code == 1 and "The file has no column date_received" in wrong.output
	assert "Traceback" not in wrong.output


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of the CFPB is not kept in the repository")
def test_real_complaints_of_the_cfpb_twice():
	first = run(SAMPLE)
	assert Counter(outcomes(first)) == {"imported": 280}
	odd = {result.line: result.odd for result in first if result.odd}
	assert len(odd) == 12
	assert odd[29] == ('state "FOO" is none of the values expected',)
	assert sum("state is empty" in said for said in odd.values()) == 7
	assert sum("expected at most 30" in said[-1] for said in odd.values()) == 5
	assert Counter(outcomes(run(SAMPLE))) == {"already there": 280}
	assert frappe.db.count("Complaint") == 280
	assert len(set(frappe.get_all("Complaint", pluck="category", order_by="name"))) == 13
	assert verification.verify().whole
